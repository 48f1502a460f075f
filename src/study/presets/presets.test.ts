import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, FileError, rand, randint } from 'hone';
import { TensorDataset } from 'hone/data';
import { runStudy, type Study, studies } from 'hone/study';
import { afterAll, describe, expect, test } from 'vitest';

const names = Object.keys(studies);
const own = (train = 24, test = 8) => ({
  train: new TensorDataset(rand([train, 1, 28, 28]), randint(0, 10, [train])),
  test: new TensorDataset(rand([test, 1, 28, 28]), randint(0, 10, [test])),
});

const folder = mkdtempSync(join(tmpdir(), 'hone-presets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The four files of a set as torchvision has them, of few images. */
function idxFolder(name: 'MNIST' | 'FashionMNIST'): string {
  const root = mkdtempSync(join(folder, 'root-'));
  const raw = join(root, name, 'raw');
  mkdirSync(raw, { recursive: true });
  const sizes = (numbers: number[]) => numbers.flatMap((n) => [0, 0, n >> 8, n & 255]);
  for (const [part, count] of [
    ['train', 30],
    ['t10k', 20],
  ] as const) {
    const pixels = Array.from({ length: count * 784 }, (_, i) => (i * 31) % 256);
    writeFileSync(join(raw, `${part}-images-idx3-ubyte`), Uint8Array.from([0, 0, 8, 3, ...sizes([count, 28, 28]), ...pixels]));
    writeFileSync(
      join(raw, `${part}-labels-idx1-ubyte`),
      Uint8Array.from([0, 0, 8, 1, ...sizes([count]), ...pixels.slice(0, count).map((p) => p % 10)]),
    );
  }
  return root;
}

/** Comparisons that a study makes: each variant with the baseline, and its pairs. */
const comparisons = ({ variants, options }: Study<Record<string, unknown>>) => variants.length - 1 + (options.pairs?.length ?? 0);

describe.each(names)('%s', (name) => {
  const preset = studies[name]!;

  test('has a claim in both languages, and says what it compares', () => {
    expect(preset.name).toBe(name);
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(preset.claim.original).toMatch(/\p{Script=Hangul}/u);
    expect(preset.claim.quote).toMatch(/^[A-Z].*\.$/);
    expect(preset.claim.document).not.toBe('');
    expect([preset.title, preset.description]).not.toContain('');
  });

  test('has enough repeats for the smallest p to survive Holm over all of its comparisons, quick or not', () => {
    for (const quick of [false, true]) {
      const study = preset.make({ quick, data: own() });
      expect((comparisons(study) * 2) / 2 ** study.options.repeats!).toBeLessThanOrEqual(0.05);
    }
  });

  test('every variant trains, and is judged', async () => {
    const study = preset.make({ data: own(), epochs: 1, repeats: 1 });
    const figures = await runStudy(study);
    expect(figures.variants.map((variant) => [variant.name, variant.runs[0]?.failed, variant.runs[0]?.epochs.length])).toEqual(
      study.variants.map((variant) => [variant.name, undefined, 1]),
    );
    expect(figures.claim).toEqual(preset.claim);
  });

  test('refuses what there is not', () => {
    const wrong = (options: object) => () => preset.make(options);
    expect(wrong({ epoch: 3 })).toThrow(new RegExp(`^${name}: .*epoch`));
    expect(wrong({ data: 'cifar' })).toThrow(ArgumentError);
    expect(wrong({ limit: 0 })).toThrow(/limit is 0/);
    expect(wrong({ repeats: 1.5 })).toThrow(/repeats is 1.5/);
    expect(wrong({ root: 3 })).toThrow(/root is 3/);
    expect(wrong({ data: 'digits', root: 'here' })).toThrow(/the digits come with Hone/);
  });
});

describe('data of presets', () => {
  test("the document's, where its files are in the folder that is named", async () => {
    const study = studies['batch-size']!.make({ root: idxFolder('FashionMNIST'), repeats: 1, epochs: 1, limit: 24 });
    const figures = await runStudy(study);
    expect(figures.data).toEqual({ train: 20, validation: 4, test: 20 });
    expect(figures.summary).toContain('Data: Fashion-MNIST, of which the first 24 images are trained and validated on.');
    expect(figures.remarks!.join(' ')).not.toContain('not at hand');
    expect(figures.remarks![0]).toBe(
      'Smaller than in the document: 24 images to train and validate on instead of 60,000, 1 epoch instead of 17.',
    );
  });

  test('another set by name, and the digits that come with Hone', async () => {
    const root = idxFolder('MNIST');
    const mnist = studies['batch-size']!.make({ data: 'mnist', root });
    expect(mnist.options.remarks![0]).toBe('The document has Fashion-MNIST; this is MNIST, as asked for.');
    const digits = studies['model-size']!.make({ data: 'digits', limit: 100, epochs: 1, repeats: 1 });
    expect(digits.options.remarks![0]).toBe('The document has MNIST; this is the 10,000 MNIST digits that come with Hone, as asked for.');
    const { variants, data } = await runStudy(digits);
    expect(data).toEqual({ train: 83, validation: 17, test: 2000 });
    expect(variants[0]!.runs[0]!.scores!.test.loss).toBeGreaterThan(0);
  });

  test('files that are missing are named before anything runs', () => {
    expect(() => studies['model-size']!.make({ root: folder })).toThrow(FileError);
    expect(() => studies['model-size']!.make({ data: 'mnist', root: folder })).toThrow(
      /^model-size: the files of MNIST are not at hand\.\nMNIST: 2 files are missing/,
    );
  });
});
