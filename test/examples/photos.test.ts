/** examples/photos.ts on a folder of JPEGs: trained, measured, exported, and gone on with. */
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'hone/formats';
import { Image, writeImage } from 'hone/vision';
import { expect, test, vi } from 'vitest';

test('a folder of JPEGs becomes a classifier; a longer training goes on with it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'hone-example-'));
  for (const [c, name] of ['blue', 'red'].entries()) {
    mkdirSync(join(home, 'photos', name), { recursive: true });
    for (let i = 0; i < 6; i++) {
      const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => ((at * 7 + i * 31) % 90) + (at % 3 === 2 - 2 * c ? 120 : 30));
      await writeImage(new Image('RGB', [16, 16], pixels), join(home, 'photos', name, `${i}.jpg`));
    }
  }
  const [{ argv }, directory, path] = [process, process.cwd(), join(import.meta.dirname, '../../examples/photos.ts')];
  const printed: unknown[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((value) => void printed.push(value));
  const run = async (epochs: number) => {
    process.argv = [argv[0]!, path, 'photos', String(epochs)];
    await import(`${pathToFileURL(path).href}?epochs=${epochs}`);
  };
  try {
    process.chdir(home);
    await run(1);
    expect(readFileSync('runs/photos.html', 'utf8')).toContain('1 epoch,');
    await run(2);
    expect(readFileSync('runs/photos.html', 'utf8')).toContain('2 epochs,');
  } finally {
    process.argv = argv;
    process.chdir(directory);
    log.mockRestore();
  }
  expect(printed).toEqual([0, 1].map(() => ({ loss: expect.any(Number), accuracy: expect.any(Number) })));
  expect(load<Record<string, { shape: number[] }>>(join(home, 'runs/photos.safetensors'))['fc.weight']!.shape).toEqual([2, 512]);
});
