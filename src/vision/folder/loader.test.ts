/** Folders of images in loaders, with and without workers: torchvision's batches, broken files, unequal sizes. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, ShapeError, type Tensor } from 'hone';
import { ConcatDataset, DataLoader, StackDataset, Subset } from 'hone/data';
import { datasets, Image, transforms, writeImage } from 'hone/vision';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { joinSource } from '../../../test/helpers/joined-source.js';
import { forgetWarnings } from '../../tensor/arguments/warn-once.js';

const FOLDER = join(import.meta.dirname, '../../../conformance/fixtures/images');
const { ToTensor } = transforms;
/** What a photo is known by afterwards: its number, in its first pixel. */
const BROKEN = [7, 130, 131];
const COUNT = 200;

let root: string;
/** Photos of two classes, 4 by 4, whose bytes are their number; three of them are broken. */
let photos: string;
beforeAll(async () => {
  await joinSource([]);
  root = mkdtempSync(join(tmpdir(), 'hone-loader-'));
  photos = join(root, 'photos');
  for (const name of ['a', 'b']) mkdirSync(join(photos, name), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const path = join(photos, i < COUNT / 2 ? 'a' : 'b', `${String(i).padStart(3, '0')}.png`);
    await writeImage(new Image('L', [4, 4], new Uint8Array(16).fill(i)), path);
    if (BROKEN.includes(i)) writeFileSync(path, readFileSync(path).subarray(0, 12 * BROKEN.indexOf(i)));
  }
}, 60_000);
afterEach(() => {
  vi.restoreAllMocks();
  forgetWarnings();
});
afterAll(() => rmSync(root, { recursive: true }));

const sha = (x: Tensor) =>
  createHash('sha256')
    .update(new Uint8Array((x.toTypedArray() as Float32Array).buffer))
    .digest('hex');

/** The numbers of each batch's photos. */
async function numbersOf(loader: AsyncIterable<unknown>): Promise<number[][]> {
  const found: number[][] = [];
  for await (const [x] of loader as AsyncIterable<[Tensor, Tensor]>) {
    const values = x.select(3, 0).select(2, 0).select(1, 0).mul(255).round().toArray() as number[];
    found.push(values);
  }
  return found;
}

const quiet = () => vi.spyOn(console, 'warn').mockImplementation(() => {});

describe.each([0, 2])('with %i workers', (numWorkers) => {
  it('epochs are torchvision’s', async () => {
    const { Compose, Normalize, RandomCrop, RandomHorizontalFlip, RandomVerticalFlip } = transforms;
    const steps = [
      new RandomCrop([14, 15]),
      new RandomHorizontalFlip(),
      new RandomVerticalFlip(0.3),
      new ToTensor(),
      new Normalize(0.5, 0.25),
    ];
    const data = new datasets.ImageFolder<Tensor>(join(FOLDER, 'photos'), { transform: new Compose(steps) as never });
    manualSeed(3);
    const loader = new DataLoader(data, { batchSize: 3, shuffle: true, numWorkers });
    const got: unknown[] = [];
    for (let epoch = 0; epoch < 2; epoch++)
      for await (const [x, y] of loader) got.push({ numWorkers, labels: y.toArray(), shape: x.shape, x: sha(x) });
    const { epochs } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as { epochs: { numWorkers: number }[] };
    expect(got).toEqual(epochs.filter((batch) => batch.numWorkers === numWorkers));
  });

  it('broken files are left out of their batches, listed and said once', async () => {
    const warn = quiet();
    const data = new datasets.ImageFolder(photos, { transform: new ToTensor(), onError: 'skip' });
    const loader = new DataLoader(data, { batchSize: 16, numWorkers });
    const batches = await numbersOf(loader);
    const all = Array.from({ length: COUNT }, (_, i) => i);
    const want = Array.from({ length: Math.ceil(COUNT / 16) }, (_, b) => all.slice(16 * b, 16 * b + 16).filter((i) => !BROKEN.includes(i)));
    expect(batches).toEqual(want);
    expect(data.skipped.map(({ index }) => index).sort((a, b) => a - b)).toEqual(BROKEN);
    expect(data.skipped.every(({ index, path, message }) => path.includes(String(index).padStart(3, '0')) && message.includes(path))).toBe(
      true,
    );
    await numbersOf(loader);
    expect([data.skipped.length, warn.mock.calls.length]).toEqual([3, 1]);
    expect(String(warn.mock.calls[0]![0])).toContain("left out of its batch (onError: 'skip')");
  });

  it('the same where data sets stand in others', async () => {
    quiet();
    const make = () => new datasets.ImageFolder(photos, { transform: new ToTensor(), onError: 'skip' });
    const [first, second, third] = [make(), make(), make()];
    const data = new ConcatDataset<[Tensor, number]>([new Subset(first, [7, 8]), new Subset(second, [5, 131])] as never);
    expect(await numbersOf(new DataLoader(data, { batchSize: 2, numWorkers }))).toEqual([[8], [5]]);
    expect([first, second].map(({ skipped }) => skipped.map(({ index }) => index))).toEqual([[7], [131]]);
    const stacked = new StackDataset(new Subset(third, [130, 1]), [10, 20]);
    const got: unknown[] = [];
    for await (const [[, label], n] of new DataLoader(stacked, { batchSize: 2, numWorkers })) got.push([label.toArray(), n.toArray()]);
    expect([got, third.skipped.length]).toEqual([[[[0], [20]]], 1]);
  });

  it('a batch of which nothing is left is left out', async () => {
    quiet();
    const data = new datasets.ImageFolder(photos, { transform: new ToTensor(), onError: 'skip' });
    const loader = new DataLoader(data, { batchSampler: [[1, 2], [130, 131], [7], [3]], numWorkers });
    expect(await numbersOf(loader)).toEqual([[1, 2], [3]]);
  });

  it('a broken file names itself', async () => {
    const data = new datasets.ImageFolder(photos, { transform: new ToTensor() });
    const loader = new DataLoader(data, { batchSize: 50, numWorkers });
    await expect(numbersOf(loader)).rejects.toThrow(`ImageFolder: ${photos}/a/007.png cannot be read as an image: it is empty.`);
  });

  it('an error of a transform names the file of its image', async () => {
    const { Compose, RandomCrop } = transforms;
    const data = new datasets.ImageFolder<Tensor>(photos, { transform: new Compose([new RandomCrop(9), new ToTensor()]) as never });
    const loader = new DataLoader(new Subset(data, [150, 151]), { numWorkers });
    const error = (await numbersOf(loader).catch((e: unknown) => e)) as Error;
    expect(error.message).toContain('RandomCrop: size is [9, 9], larger than the image [4, 4].');
    const file = `(${photos}/b/150.png)`;
    if (numWorkers === 0) {
      expect(error.message.endsWith(` ${file}`)).toBe(true);
      expect(error.stack).toContain(error.message);
    } else expect(error.message).toContain(`could not load sample 0 ${file}: ArgumentError: RandomCrop`);
  });

  it('what a transform throws need not be an error, nor have a text', async () => {
    const thrower = () => {
      throw Object.create(null);
    };
    const loader = new DataLoader(new datasets.ImageFolder(photos, thrower), { numWorkers });
    const error = await numbersOf(loader).catch((e: unknown) => e);
    if (numWorkers === 0) expect(Object.getPrototypeOf(error)).toBeNull();
    else expect(String(error)).toBe(`WorkerError: DataLoader: worker 0 could not load sample 0 (${photos}/a/000.png): Error: an object`);
  });

  it('a transform that promises is refused', async () => {
    const data = new datasets.ImageFolder(photos, { transform: async (image: Image) => new ToTensor().forward(image) });
    await expect(numbersOf(new DataLoader(data, { numWorkers }))).rejects.toThrow(
      "defaultCollate: the samples' [0] are promises, which cannot be put into a batch. Transforms cannot be asynchronous",
    );
  });

  it('two images of different size name their files and the help', async () => {
    const data = new datasets.ImageFolder(join(FOLDER, 'photos'), { transform: new ToTensor() });
    const error = await numbersOf(new DataLoader(data, { batchSize: 4, numWorkers })).catch((e: unknown) => e as Error);
    const text = String(error);
    for (const part of ['photos/a/0.jpg', 'photos/a/3.png', '[3, 18, 20]', 'transforms.Resize([height, width])', 'CenterCrop'])
      expect(text).toContain(part);
    if (numWorkers === 0) expect(error).toBeInstanceOf(ShapeError);
  });

  it('images without a transform make no batch', async () => {
    const loader = new DataLoader(new datasets.ImageFolder(photos), { batchSize: 2, numWorkers });
    await expect(numbersOf(loader)).rejects.toThrow("End the data set's transform in new transforms.ToTensor()");
  });
});

it('a loop without await says so', () => {
  const loader = new DataLoader(new datasets.ImageFolder(photos, new ToTensor()), { batchSize: 2 });
  expect(() => [...loader]).toThrow('Use for await');
});
