/** `hone lr`, in a pipe of 80 columns. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createProgram } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-lr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lr(...args: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    await (await createProgram()).parseAsync(['lr', ...args], { from: 'user' });
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

test('draws a schedule in the terminal and into a file', async () => {
  const out = join(folder, 'pictures/lr.svg');
  const text = await lr(
    'LinearLR',
    '--total-iters',
    '5',
    'then',
    'CosineAnnealingLR',
    '--t-max',
    '95',
    '--epochs',
    '100',
    '--lr',
    '0.2',
    '--out',
    out,
  );
  expect(text).toContain('LinearLR (totalIters 5), then CosineAnnealingLR (tMax 95)');
  expect(text).toContain('from 0.06667 to 5.467e-5 (epoch 99);\nhighest 0.2 (epoch 5), lowest 5.467e-5 (epoch 99)');
  expect(text).toMatch(/0\.20 ┤.*[\u2801-\u28ff]/);
  expect(text).toContain(`drawn: ${out}`);
  expect(
    Math.max(
      ...text
        .split('\n')

        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(80);
  // Nothing but text goes through a pipe.
  expect(text).not.toContain('\u001b');
  expect(readFileSync(out, 'utf8')).toMatch(/^<svg .*learning rate/s);
});

test('counts epochs of several steps, and asks for what a plateau is told', async () => {
  const text = await lr('OneCycleLR', '--max-lr', '0.1', '--epochs', '10', '--steps-per-epoch', '100', '--log');
  expect(text).toContain('from 0.004 to 4e-7 (epoch 9.99);\nhighest 0.1 (epoch 2.99)');
  await expect(lr('ReduceLROnPlateau')).rejects.toThrow(/--metrics 0\.9,0\.7,0\.7/);
  await expect(lr('ReduceLROnPlateau', '--metrics', '1,x')).rejects.toThrow(/--metrics is "1,x"/);
  expect(await lr('ReduceLROnPlateau', '--patience', '1', '--metrics', '1,1', '--epochs', '9')).toContain('to 0.0001 (epoch 8)');
});
