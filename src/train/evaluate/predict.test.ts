/** predict and predictEach: batches, images, lists, data sets and streams of them. */
import { ArgumentError, manualSeed, nn, noGrad, randn, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { predict, predictEach } from 'hone/train';
import { datasets, Image, transforms } from 'hone/vision';
import { beforeEach, describe, expect, it, test } from 'vitest';

const images = Array.from(
  { length: 5 },
  (_, k) =>
    new Image(
      'L',
      [4, 4],
      Uint8Array.from({ length: 16 }, (_, i) => (37 * i + 50 * k) % 256),
    ),
);
const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5])]);

let model: nn.Sequential;
let expected: number[][];
beforeEach(() => {
  manualSeed(0);
  model = new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5));
  model.eval();
  const rows = images.map((image) => noGrad(() => model.forward(transform.forward(image).unsqueeze(0))).toArray() as number[][]);
  expected = rows.map(([row]) => row!);
  model.train();
});

async function* camera(closed: { yes?: boolean } = {}) {
  try {
    for (const image of images) yield image;
  } finally {
    closed.yes = true;
  }
}

async function gathered(outputs: AsyncIterable<Tensor>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const output of outputs) {
    expect(output.requiresGrad).toBe(false);
    found.push(output.toArray());
  }
  return found;
}

describe('with a transform samples are given', () => {
  const close = (output: Tensor, rows: number[][]) => {
    const found = output.toArray() as number[][];
    expect(found.map((row) => row.length)).toEqual(rows.map((row) => row.length));
    found.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(rows[i]![j]!, 5);
      });
    });
  };

  it('an image, a list, a data set, one that promises its samples, a stream', async () => {
    close(await predict(model, images[2]!, { transform }), [expected[2]!]);
    close(await predict(model, images, { transform }), expected);
    close(await predict(model, images, { transform, batchSize: 2 }), expected);
    close(await predict(model, { length: 5, get: (i: number) => [images[i], i] }, { transform }), expected);
    close(await predict(model, { length: 5, get: async (i: number) => images[i] }, { transform, batchSize: 3 }), expected);
    close(await predict(model, camera(), { transform }), expected);
    expect(model.training).toBe(true);
  });

  it('also tensors, by a function or a promise of one', async () => {
    const x = randn([16]);
    const ones = await predict(model, x, { transform: (sample: Tensor) => sample.mul(2) });
    expect(ones.shape).toEqual([1, 3]);
    const twos = await predict(model, [x, x], { transform: async (sample: Tensor) => sample.mul(2) });
    expect(twos.toArray()).toEqual([...(ones.toArray() as number[][]), ...(ones.toArray() as number[][])]);
  });

  it('in which what a forward of its own gives counts', async () => {
    const forward = (m: nn.Module, batch: Tensor) => (m as nn.Sequential).forward(batch).argmax(1);
    const found = await predict(model, images, { transform, forward });
    expect(found.toArray()).toEqual(expected.map((row) => row.indexOf(Math.max(...row))));
  });
});

describe('predictEach', () => {
  it('gives outputs as they come: of samples one by one, or as many as asked for', async () => {
    expect((await gathered(predictEach(model, camera(), { transform }))).map((rows) => (rows as number[][]).length)).toEqual([
      1, 1, 1, 1, 1,
    ]);
    expect((await gathered(predictEach(model, images, { transform, batchSize: 2 }))).map((rows) => (rows as number[][]).length)).toEqual([
      2, 2, 1,
    ]);
    const [one] = (await gathered(predictEach(model, images, { transform, batchSize: 5 }))) as number[][][];
    expect(one).toEqual((await predict(model, images, { transform })).toArray());
  });

  it('gives an output before the next sample is asked for, and closes a stream that is left', async () => {
    const closed: { yes?: boolean } = {};
    const seen: string[] = [];
    async function* watched() {
      for await (const image of camera(closed)) {
        seen.push('sample');
        yield image;
      }
    }
    for await (const output of predictEach(model, watched(), { transform })) {
      seen.push(`output ${output.shape.join(' × ')}`);
      expect(model.training).toBe(true); // evaluation mode holds for the step alone
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['sample', 'output 1 × 3', 'sample', 'output 1 × 3']);
    expect(closed.yes).toBe(true);
  });

  it('goes through batches as predict does', async () => {
    const digits = new datasets.Digits({ train: false });
    const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 2));
    const whole = await predict(net, new DataLoader(digits, { batchSize: 900 }));
    const parts = (await gathered(predictEach(net, new DataLoader(digits, { batchSize: 900 })))) as number[][][];
    expect(parts.map((part) => part.length)).toEqual([900, 900, 200]);
    expect(parts.flat()).toEqual(whole.toArray());
  });
});

describe('what is no batch, and no sample, is refused', () => {
  test.each<[unknown, object, string]>([
    [images[0], {}, 'got an Image, which the model does not take. Pass the transform'],
    [images, {}, 'got a list of Images'],
    ['cat.jpg', {}, 'got "cat.jpg", expected batches, or images and their transform. Read it: await readImage("cat.jpg").'],
    ['cat.jpg', { transform }, 'Read it: await readImage("cat.jpg").'],
    [5, { transform }, 'got 5, expected an Image, or a list, a data set or a stream of samples.'],
    [new DataLoader(images, {}), { transform }, 'a DataLoader gives batches'],
    [images, { transform: (x: unknown) => x }, 'transform gives an Image, expected a tensor. End it in new transforms.ToTensor().'],
    [images, { transform: 3 }, 'transform is 3, expected a function, or an object with forward(image)'],
    [images, { transform, batchSize: 0 }, 'batchSize is 0'],
    [[randn([2, 16])], { batchSize: 2 }, 'batchSize is for samples'],
    [[], { transform }, 'gave no batches'],
  ])('%#', async (given, options, message) => {
    const error = await predict(model, given as never, options as never).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toContain(`predict: ${message.startsWith('gave') ? 'the loader ' : ''}`);
    expect((error as Error).message).toContain(message);
  });
});
