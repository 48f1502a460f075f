/** What crosses to a worker by itself, and random transforms there: beside PyTorch's loader over torchvision's data. */
import { readFileSync } from 'node:fs';
import { Generator, manualSeed, rand, type Tensor, tensor } from 'hone';
import { DataLoader, type DataLoaderOptions, MinMaxScaler, StackDataset, Subset, TensorDataset } from 'hone/data';
import { datasets, Image, ImageDataset, transforms, tvTensors } from 'hone/vision';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinSource } from '../../../../test/helpers/joined-source.js';
import { all } from '../../../../test/helpers/worker-batches.js';
import { everyTransform } from '../../../../test/misuse/transforms.js';

beforeAll(async () => {
  await joinSource([]);
});

interface Case {
  pipeline: 'crop' | 'order';
  imageSize: [number, number, number];
  count: number;
  epochs: number;
  options: Omit<DataLoaderOptions<never, never>, 'generator'> & { generator?: number };
  batches: { dtype: string; shape: number[]; bytes: string; labels: number[] }[];
  next: number;
}

const { Compose, Lambda, Normalize, Pad, PILToTensor, RandomApply, RandomChoice, RandomCrop, RandomOrder, ToTensor } = transforms;
const { RandomHorizontalFlip, RandomVerticalFlip } = transforms;

const pipelines = {
  crop: () =>
    new Compose([
      new RandomCrop(6, { padding: 2 }),
      new RandomHorizontalFlip(),
      new Lambda((x: Image) => x.rotate(90)),
      new ToTensor(),
      new Normalize([0.5], [0.25]),
    ]),
  order: () =>
    new Compose([
      new RandomOrder([new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomCrop(5)]),
      new RandomApply([new RandomChoice([new RandomHorizontalFlip(1), new RandomVerticalFlip(1), new Pad(0)])], 0.7),
      new PILToTensor(),
    ]),
};

describe('batches of random transforms in workers are those of PyTorch and torchvision', () => {
  const path = new URL('../../../../conformance/fixtures/loader/expected.json', import.meta.url);
  const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];

  it.each(cases)('$pipeline, $options', async ({ pipeline, imageSize, count, epochs, options, batches, next }) => {
    manualSeed(3);
    const dataset = new datasets.FakeData(count, imageSize, 10, { transform: pipelines[pipeline]() as never });
    const { generator, ...others } = options;
    const loader = new DataLoader<never, [Tensor, Tensor]>(dataset as never, {
      ...others,
      ...(generator !== undefined && { generator: new Generator().manualSeed(generator) }),
    });
    const found: unknown[] = [];
    for (let epoch = 0; epoch < epochs; epoch++)
      for await (const [x, y] of loader) {
        const bytes = Buffer.from(x.toTypedArray().buffer as ArrayBuffer).toString('hex');
        found.push({ dtype: x.dtype, shape: x.shape, bytes, labels: y.toArray() });
      }
    expect(found).toEqual(batches);
    expect(rand(1).item()).toBe(next);
  });
});

describe('what crosses', () => {
  const plain = (b: unknown) => JSON.stringify(b, (_, v) => (v?.dtype ? [v.dtype, v.shape, v.toArray()] : v));

  it('answers in workers as it does here', async () => {
    const images = rand([6, 2, 3, 4]).mul(255).to('uint8');
    const labels = tensor([0, 1, 2, 3, 4, 5], { dtype: 'int64' });
    const rows = new TensorDataset(rand([6, 3]), labels);
    const scaler = new MinMaxScaler();
    scaler.fit(rand([10, 3]));
    // An object of that form.
    const methods = {
      length: 6,
      by: 2,
      scaler,
      x: rand([6, 3]),
      get(i: number): unknown {
        return [this.by * i, this.scaler.transform(this.x.slice(0, i, i + 1))];
      },
    };
    const sets: object[] = [
      new ImageDataset({ images, labels }, { normalize: { mean: [0.5, 0.1], std: [0.2, 0.3] } }),
      new datasets.FakeData(6, [1, 3, 4], { targetTransform: (y: number) => -y }),
      new StackDataset({ rows, same: new Subset(rows, [5, 4, 3, 2, 1, 0]) }),
      new StackDataset(new datasets.FakeData(6, [3, 3, 4], { transform: new Compose([new PILToTensor()]) }), [1, 2, 3, 4, 5, 6]),
      methods,
    ];
    for (const dataset of sets) {
      const make = (numWorkers: number) => all(new DataLoader(dataset as unknown[], { batchSize: 4, numWorkers }));
      expect((await make(2)).map(plain)).toEqual((await make(0)).map(plain));
    }
  });

  it('is images and tensors of their own kinds, on the way there and back', async () => {
    const box = new tvTensors.BoundingBoxes([[1, 2, 3, 4]], { format: 'XYWH', canvasSize: [7, 8] });
    const samples = [{ image: new Image('L', [2, 1], Uint8Array.of(7, 9)), mask: new tvTensors.Mask([[1, 0]]), box }];
    const loader = new DataLoader(samples, { collate: (list) => list, numWorkers: 1 });
    for await (const [sample] of loader) {
      const { image, mask, box } = sample!;
      expect(image).toBeInstanceOf(Image);
      expect([image.mode, image.size, [...image.data]]).toEqual(['L', [2, 1], [7, 9]]);
      expect([String(mask), String(box)]).toEqual([String(samples[0]!.mask), String(samples[0]!.box)]);
      expect(box).toBeInstanceOf(tvTensors.BoundingBoxes);
      expect(box.add(1).toArray()).toEqual([[2, 3, 4, 5]]);
    }
  });

  it('is every transform, with its options', async () => {
    const made = everyTransform().map(({ make }) => make());
    expect(made.length).toBeGreaterThan(60);
    const dataset = { length: made.length, made, get: (_: number): unknown => [] };
    dataset.get = function (this: typeof dataset, i: number) {
      const depth: number[] = [];
      for (let at: unknown = this.made[i]; at; at = Object.getPrototypeOf(at)) depth.push(Object.getOwnPropertyNames(at).length);
      return `${String(this.made[i])} ${Object.keys(this.made[i]!).sort()} ${depth}`;
    };
    const loader = (numWorkers: number) =>
      all(new DataLoader<unknown, string[]>(dataset as never, { collate: (list) => list as string[], numWorkers }));
    expect((await loader(1)).flat()).toEqual((await loader(0)).flat());
  });

  it('keeps what is one object one, and circles', async () => {
    const shared: { list: number[]; self?: unknown } = { list: [1] };
    shared.self = shared;
    const dataset = {
      length: 2,
      both: [shared, shared, new Map<unknown, unknown>([['key', shared]]), new Set([shared])] as const,
      get(i: number): number[] {
        const [a, b, map, set] = this.both;
        return [i, a === b && a.self === b ? 1 : 0, map.get('key') === a && set.has(a) ? 1 : 0];
      },
    };
    expect((await all(new DataLoader(dataset, { batchSize: 2, numWorkers: 1 }))).map(plain)).toEqual([
      plain([tensor([0, 1]), tensor([1, 1]), tensor([1, 1])]),
    ]);
  });
});

describe('what does not cross', () => {
  it('out of a worker is named, too', async () => {
    const give = (collate: (samples: number[]) => unknown) => all(new DataLoader([1], { collate, numWorkers: 1 }));
    await expect(give((list) => [{ own: new (class Own {})() }, list])).rejects.toThrow(
      'the batch[0].own is a Own, which cannot leave its worker: its methods stay behind',
    );
    await expect(give(() => ({ f() {} }))).rejects.toThrow('the batch.f is a function, which cannot leave its worker');
  });

  const refused = (dataset: unknown) => () => new DataLoader(dataset as unknown[], { numWorkers: 1 });

  it('is named by its place', () => {
    class Own {}
    const bound = ((x: Image) => x).bind(undefined);
    const withTransform = (transform: unknown) => new datasets.FakeData(3, [1, 2, 2], { transform: transform as never });
    expect(refused(withTransform(new Compose([new Pad(1), new Lambda(bound)])))).toThrow(
      'the dataset.transform.transforms[1].lambd is a function of the host, or a bound one, which cannot cross to another thread',
    );
    expect(refused(new Subset(withTransform({ forward: (x: Image) => x, own: new Own() }), [0]))).toThrow(
      'the dataset.dataset.transform.own is a Own, which cannot cross to another thread: its methods stay behind. Let a module make the data set',
    );
  });

  it('is no class of the user that is called like one of Hone', async () => {
    class RandomCrop extends transforms.Transform {
      static override readonly className: string = 'RandomCrop';
      override transform(x: Image): Image {
        return x;
      }
    }
    const dataset = new datasets.FakeData(3, [1, 2, 2], { transform: new RandomCrop() as never });
    await expect(all(new DataLoader(dataset, { numWorkers: 1 }))).rejects.toThrow(
      'a RandomCrop cannot cross to another thread: its class is not known there',
    );
  });
});
