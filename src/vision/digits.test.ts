import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ArgumentError, arange, DTypeError, FormatError, fromTypedArray, IndexError, manualSeed, ShapeError, tensor, zeros } from 'hone';
import { DataLoader, Subset } from 'hone/data';
import { Digits, datasets, digits, digitsBytes, type Image, ImageDataset, transforms } from 'hone/vision';
import { beforeAll, describe, expect, it } from 'vitest';

describe('Digits', () => {
  let train: Digits;
  let test: Digits;
  beforeAll(() => {
    train = digits({ train: true });
    test = new datasets.Digits({ train: false });
  });

  it('are 8,000 and 2,000 real digits of every class', () => {
    expect([train.length, test.length]).toEqual([8000, 2000]);
    expect([train.images.shape, train.images.dtype]).toEqual([[8000, 1, 28, 28], 'uint8']);
    const counts = new Array<number>(10).fill(0);
    for (const set of [train, test]) for (const label of set.labels.toArray() as number[]) counts[label]!++;
    // The numbers of images in the package's ten files.
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  });

  it('stand in the order of torch.randperm(10000) with seed 0', () => {
    // torch.randperm(10000, generator=torch.Generator().manual_seed(0)); place and value
    const order = [
      [0, 6044],
      [1, 2890],
      [2, 9399],
      [3, 1917],
      [4, 4919],
      [5, 1729],
      [7999, 9828],
      [8000, 8052],
      [9999, 2663],
    ] as const;
    const bounds = [1001, 2128, 3119, 4151, 5131, 5994, 7008, 8078, 9022, 10000];
    const classOf = (i: number) => bounds.findIndex((end) => i < end);
    const labels = [...(train.labels.toArray() as number[]), ...(test.labels.toArray() as number[])];
    for (const [place, source] of order) expect(labels[place]).toBe(classOf(source));
  });

  it('have the pixels of the package', () => {
    const bytes = digitsBytes();
    expect(bytes.length).toBe(10_000 * 785);
    // All of them: what the package's numbers of three digits become, times 255 and rounded.
    expect(createHash('sha256').update(bytes).digest('hex')).toBe('f2fccb433e40f48c953b310612677d9ca6ae331f87cf00558b1414c272b5cbc9');
    // The first zero's first pixels above 0: 0.2, 0.624, 0.992, 0.624, 0.196 in 0.json, at place 127 of the image.
    expect([...bytes.subarray(10_000 + 127, 10_000 + 132)]).toEqual([51, 159, 253, 159, 50]);
    let sum = 0;
    for (let i = 10_000; i < bytes.length; i++) sum += bytes[i]!;
    // Python: the mean over the ten files of sum(data) / len(data)
    expect(sum / (bytes.length - 10_000) / 255).toBeCloseTo(0.131116, 4);
  });

  it('give [image, label], scaled to 0..1', () => {
    const [image, label] = train.get(0);
    expect([image.shape, image.dtype, typeof label]).toEqual([[1, 28, 28], 'float32', 'number']);
    const raw = train.images.select(0, 0).toTypedArray();
    expect(image.toTypedArray()).toEqual(Float32Array.from(raw as Uint8Array, (p) => p / 255));
    expect(label).toBe((train.labels.toArray() as number[])[0]);
  });

  it('give batches that equal their samples, through subsets and loaders', () => {
    const part = new Subset(train, [5, 7999, 5]);
    manualSeed(0);
    for (const [images, labels] of new DataLoader(part, { batchSize: 3 })) {
      expect([images.shape, labels.dtype]).toEqual([[3, 1, 28, 28], 'int64']);
      [5, 7999, 5].forEach((at, i) => {
        const [image, label] = train.get(at);
        expect(images.select(0, i).toTypedArray()).toEqual(image.toTypedArray());
        expect(labels.select(0, i).item()).toBe(label);
      });
    }
  });

  it('take transforms of 8-bit images and of labels, and print themselves as torchvision does', () => {
    const data = new datasets.Digits({ train: false, transform: new transforms.ToTensor(), targetTransform: (label) => label % 2 });
    const [image, odd] = data.get(3);
    expect(image.toTypedArray()).toEqual(test.get(3)[0].toTypedArray());
    expect(odd).toBe(test.get(3)[1] % 2);
    expect(new datasets.Digits({ train: false, transform: (x: Image) => x.rotate(180) }).get(3)[0].getPixel(27, 27)).toEqual([
      test.data.select(0, 3).select(0, 0).select(0, 0).item(),
    ]);
    expect(`${test}`).toBe('Dataset Digits\n    Number of datapoints: 2000\n    Split: Test');
    expect(test.classToIdx['7']).toBe(7);
  });

  it('can be made of bytes', () => {
    const some = digitsBytes();
    const small = new Uint8Array(10 * 785);
    small.set(some.subarray(0, 10));
    small.set(some.subarray(10_000, 10_000 + 7840), 10);
    expect([Digits.fromBytes(small).length, Digits.fromBytes(small, { train: false }).length]).toEqual([8, 2]);
    expect(() => Digits.fromBytes(small.subarray(1))).toThrow(FormatError);
    expect(() => Digits.fromBytes(new Uint8Array(0))).toThrow(FormatError);
    const packed = gzipSync(small);
    expect(Digits.fromBytes(packed).data.toArray()).toEqual(Digits.fromBytes(small).data.toArray());
    expect(() => Digits.fromBytes(packed.subarray(0, -20))).toThrow(/^Digits: the bytes cannot be unzipped: .*cut short or damaged/);
    small[3] = 10;
    expect(() => Digits.fromBytes(small)).toThrow('label 3 is 10');
  });
});

describe('ImageDataset', () => {
  const images = fromTypedArray(
    Uint8Array.from({ length: 2 * 3 * 1 * 2 }, (_, i) => i * 20),
    [2, 3, 1, 2],
  );
  const labels = arange(2);

  it('normalises each channel', () => {
    const data = new ImageDataset({ images, labels }, { normalize: { mean: [0.5, 0.4, 0.3], std: [0.1, 0.2, 0.5] } });
    const [batch] = data.getBatch([1]);
    const expected = [120, 140, 160, 180, 200, 220].map((p, i) => (p / 255 - [0.5, 0.4, 0.3][i >> 1]!) / [0.1, 0.2, 0.5][i >> 1]!);
    (batch.toTypedArray() as Float32Array).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 5));
    const same = new ImageDataset({ images, labels }, { normalize: { mean: 0.5, std: 0.25 } }).get(0)[0];
    expect(same.select(0, 0).select(0, 0).select(0, 1).item()).toBeCloseTo((20 / 255 - 0.5) / 0.25, 5);
  });

  it('keeps 0..255 when asked, and takes views', () => {
    const flipped = images.transpose(2, 3);
    const data = new ImageDataset({ images: flipped, labels }, { scale: false });
    expect(data.get(1)[0].toArray()).toEqual([
      [[120], [140]],
      [[160], [180]],
      [[200], [220]],
    ]);
    expect(data.getBatch([]).map((t) => t.shape)).toEqual([[0, 3, 2, 1], [0]]);
  });

  it('says what does not fit', () => {
    expect(() => new ImageDataset({ images: zeros([2, 3, 1, 2]), labels })).toThrow(DTypeError);
    expect(() => new ImageDataset({ images: images.reshape([2, 6]), labels })).toThrow(/expected \[N, C, H, W\]/);
    expect(() => new ImageDataset({ images, labels: arange(3) })).toThrow(ShapeError);
    expect(() => new ImageDataset({ images, labels: tensor([0, 1]) })).toThrow(/labels are float32/);
    expect(() => new ImageDataset({ images, labels }, { normalize: { mean: [0, 0], std: 1 } })).toThrow(
      /mean has 2 numbers, the images have 3 channels/,
    );
    expect(() => new ImageDataset({ images, labels }, { normalize: { mean: 0, std: 0 } })).toThrow(ArgumentError);
    expect(() => new ImageDataset({ images, labels }).getBatch([2])).toThrow(IndexError);
    expect(() => new ImageDataset({ images, labels }).get(2)).toThrow('ImageDataset: there is no sample 2');
  });
});
