/** mixup, cutmix, mixupCutmix: torchvision's batches (conformance/callbacks.py), and what they refuse. */
import { readFileSync } from 'node:fs';
import { manualSeed, nn, optim, rand, randint, randn, type Tensor, zeros } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accuracy, type Callback, cutmix, fit, mixup, mixupCutmix } from 'hone/train';
import { describe, expect, it, test } from 'vitest';

const makers = { mixup, cutmix, mixupCutmix };
const { mixings } = JSON.parse(readFileSync(new URL('../loops.fixture.json', import.meta.url), 'utf8')) as {
  mixings: { name: keyof typeof makers; options: object; losses: number[] }[];
};

function setting(seed = 3) {
  manualSeed(seed);
  const x = randn([12, 2, 4, 5]).double();
  const data = new TensorDataset(x, randint(0, 3, [12]));
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(40, 3)).double();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const train = new DataLoader(data, { batchSize: 4, shuffle: true });
  return { model, options: { train, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 2 } };
}

test.each(mixings)('$name($options): the losses of torchvision’s loop', async ({ name, options, losses }) => {
  const { model, options: given } = setting();
  const seen: number[] = [];
  const watch: Callback = { onStep: ({ loss }) => void seen.push(loss) };
  await fit(model, { ...given, callbacks: [makers[name](options), watch] });
  expect(seen).toEqual(losses.map((loss) => expect.closeTo(loss, 8)));
});

describe('mixed batches', () => {
  it('are those of training alone; accuracy counts the stronger label', async () => {
    const { model, options } = setting();
    const shapes = new Set<string>();
    const note = (m: nn.Module, batch: readonly Tensor[]): [Tensor, Tensor] => {
      shapes.add(`${m.training ? 'train' : 'evaluate'} ${batch[1]!.shape.length}`);
      return [m.forward(batch[0]) as Tensor, batch[1]!];
    };
    const given = { ...options, validation: options.train, forward: note, metrics: [accuracy()] };
    const history = await fit(model, { ...given, callbacks: [mixup({ alpha: 0.2, numClasses: 3 })] });
    expect([...shapes]).toEqual(['train 2', 'evaluate 1']);
    // Of each sample the larger share is at least a half.
    for (const score of history.values('train.accuracy')) expect(score * 12).toBeCloseTo(Math.round(score * 12), 10);
  });

  it('are blends of any shape, with shares that are the same for samples and labels', () => {
    manualSeed(1);
    const callback = mixup({ numClasses: 2 });
    for (const shape of [[3], [3, 5], [3, 2, 7], [3, 1, 2, 2, 2]]) {
      const samples = rand(shape);
      const labels = zeros([3], { dtype: 'int64' }).add(1);
      const [mixed, targets] = callback.onBatchStart!([samples, labels], undefined as never) as [Tensor, Tensor];
      expect(mixed.shape).toEqual(shape);
      expect(targets.toArray()).toEqual([
        [0, 1],
        [0, 1],
        [0, 1],
      ]);
      expect(mixed.sum().item()).toBeCloseTo(samples.sum().item(), 4);
    }
  });

  it.each<[Callback, unknown, string]>([
    [mixup({ numClasses: 2 }), { x: 1 }, 'mixup: a batch is an object, expected [samples, labels], both tensors.'],
    [mixup({ numClasses: 2 }), [rand([2, 3])], 'mixup: a batch is a list of'],
    [
      mixup({ numClasses: 2 }),
      [rand([2, 3]), rand([2])],
      "MixUp: labels of shape [N] are float32, expected int64 or int32. Use labels.to('int64').",
    ],
    [mixup(), [rand([2, 3]), zeros([2], { dtype: 'int64' })], 'MixUp: numClasses is missing'],
    [mixup({ numClasses: 2 }), [rand([2, 3]), zeros([2], { dtype: 'int64' }).add(5)], 'MixUp: label 5 is outside 0 to 1.'],
    [
      cutmix({ numClasses: 2 }),
      [rand([2, 3]), zeros([2], { dtype: 'int64' })],
      'CutMix: images have shape [2, 3], expected a batch [N, C, H, W].',
    ],
  ])('%o refuse %s', (callback, batch, message) => {
    expect(() => callback.onBatchStart!(batch, undefined as never)).toThrow(message);
  });

  it('are mixed once', async () => {
    const { model, options } = setting();
    await expect(fit(model, { ...options, callbacks: [mixup({ numClasses: 3 }), cutmix({ numClasses: 3 })] })).rejects.toThrow(
      'cutmix: this training has mixup as well, and both mix batches. For one of them by turns use mixupCutmix.',
    );
  });
});

test.each<[() => Callback, string]>([
  [() => mixup({ alpha: 0 }), 'mixup: alpha is 0'],
  [() => mixup({ numClasses: 0 }), 'mixup: numClasses is 0'],
  [() => cutmix({ prob: 1.2 }), 'cutmix: prob is 1.2'],
  [() => cutmix({ num_classes: 3 } as never), 'cutmix: there is no option "num_classes". Did you mean numClasses?'],
  [() => mixupCutmix({ switchProb: -1 }), 'mixupCutmix: switchProb is -1'],
  [() => mixupCutmix({ alpha: 1 } as never), 'mixupCutmix: there is no option "alpha".'],
])('%s', (make, message) => {
  expect(make).toThrow(message);
});
