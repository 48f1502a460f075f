/** CIFAR and FakeData, beside what torchvision gives (conformance/datasets.py). */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, FormatError, manualSeed, rand, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, type Image, transforms } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { expectAsTorchvision, expected, ROOT } from '../../../test/helpers/torchvision.js';

describe('CIFAR', () => {
  test.each(['CIFAR10', 'CIFAR100'] as const)('%s in a root that Python filled', (name) => {
    for (const train of [true, false]) {
      const raw = { transform: (image: Image) => image };
      expectAsTorchvision(
        `${name} ${train ? 'train' : 'test'}`,
        new datasets[name](ROOT, { train }),
        new datasets[name](ROOT, { train, ...raw }),
      );
    }
  });

  it('gives normalised batches, and reads the folder itself', () => {
    const normalize = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] };
    const data = new datasets.CIFAR10(join(ROOT, 'cifar-10-batches-py'), { normalize });
    const [[images, labels]] = [...new DataLoader(data, { batchSize: data.length })] as [[Tensor, Tensor]];
    expect([images.shape, labels.toArray()]).toEqual([[data.length, 3, 32, 32], data.targets]);
    const byte = data.data.select(0, 1).select(0, 3).select(0, 4).select(0, 2).item();
    expect(images.select(0, 1).select(0, 2).select(0, 3).select(0, 4).item()).toBeCloseTo((byte / 255 - 0.3) / 0.4, 5);
  });

  describe('files', () => {
    let root: string;
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), 'hone-cifar-'));
      mkdirSync(join(root, 'cifar-100-python'));
      cpSync(join(ROOT, 'cifar-100-python'), join(root, 'cifar-100-python'), { recursive: true });
    });
    afterAll(() => rmSync(root, { recursive: true }));

    it('that are missing are named', () => {
      expect(() => new datasets.CIFAR10(root)).toThrow(
        /6 files are missing.*data_batch_1 from https:.*cifar-10-python\.tar\.gz \(in it: cifar-10-batches-py.data_batch_1\).*batches\.meta/s,
      );
    });

    it('that are damaged are named, wherever they end, and run nothing', () => {
      const path = join(root, 'cifar-100-python/test');
      const whole = readFileSync(path);
      const read = (bytes: Uint8Array) => {
        writeFileSync(path, bytes);
        return () => new datasets.CIFAR100(root, { train: false });
      };
      for (let end = 0; end < whole.length; end += 97) {
        expect(read(whole.subarray(0, end))).toThrow(FormatError);
        expect(read(whole.subarray(0, end))).toThrow(path);
      }
      expect(read(Buffer.from('\x80\x02cos\nsystem\nU\x02id\x85R.', 'latin1'))).toThrow(/asks for Python's "os\.system".*Nothing was run/);
      expect(read(Buffer.from('\x80\x02]q\x01.', 'latin1'))).toThrow(/holds a list, expected a dict/);
      expect(read(Buffer.from('\x80\x02}q\x01.', 'latin1'))).toThrow(/no images under data/);
      const short = Buffer.from(whole);
      short.writeUInt16LE(3, whole.indexOf(Buffer.from([0x4d, 2, 0, 0x4d, 0, 12])) + 1);
      expect(read(short)).toThrow(/array of \[3, 3072\] bytes has 6144/);
    });
  });
});

describe('FakeData', () => {
  const fakes = expected as unknown as Record<string, { text: string; samples: [pixels: number[], target: number][]; next: number }>;
  test.each([
    ['plain', { size: 3, imageSize: [3, 5, 7] }],
    ['offset', { size: 2, imageSize: [1, 4, 4], numClasses: 3, randomOffset: 11 }],
  ] as const)('has the images and classes of torchvision: %s', (name, options) => {
    const { text, samples, next } = fakes[`FakeData ${name}`]!;
    manualSeed(5);
    const data = new datasets.FakeData({ ...options, transform: new transforms.PILToTensor() });
    samples.forEach(([pixels, target], i) => {
      const [image, label] = data.get(i);
      expect([image.shape, image.dtype, image.reshape(-1).toArray(), label]).toEqual([options.imageSize, 'uint8', pixels, target]);
    });
    expect(rand([1]).item()).toBeCloseTo(next, 6); // the default generator has not moved
    expect(`${new datasets.FakeData(options)}`).toBe(text);
    const first = new datasets.FakeData(options).get(0)[0].reshape(-1).toArray() as number[];
    first.forEach((value, i) => expect(value).toBeCloseTo(samples[0]![0][i]! / 255, 6));
  });

  it('says what does not fit', () => {
    expect(new datasets.FakeData().length).toBe(1000);
    expect(() => new datasets.FakeData(-1)).toThrow(ArgumentError);
    expect(() => new datasets.FakeData(2, [3, 4] as never)).toThrow(/imageSize/);
    expect(() => new datasets.FakeData(2).get(2)).toThrow('there is no sample 2');
  });
});
