/** Weights of classes and samples in fit and evaluate, held against PyTorch. */
import { readFileSync } from 'node:fs';
import { ArgumentError, F, manualSeed, nn, noGrad, optim, rand, randn, ShapeError, type Tensor, tensor } from 'hone';
import { ConcatDataset, DataLoader, Dataset, Subset, TensorDataset } from 'hone/data';
import { accumulateGradients, balancedClassWeights, evaluate, type FitOptions, fit, type Loss, nanGuard } from 'hone/train';
import { describe, expect, test } from 'vitest';

const f64 = { dtype: 'float64' } as const;
const torch = JSON.parse(readFileSync(new URL('weights.fixture.json', import.meta.url), 'utf8')) as {
  x: number[][];
  labels: number[];
  samples: number[];
  weight: number[][];
  bias: number[];
  soft: number[][];
  binary: number[];
  results: Record<string, { loss: number; weight: number[][] }>;
};
const x = tensor(torch.x, f64);
const labels = tensor(torch.labels, { dtype: 'int64' });
const samples = tensor(torch.samples, f64);
const soft = tensor(torch.soft, f64);
const binary = tensor(torch.binary, f64);

/** The classes' weights that the fixture has. */
const classes = [1, 2, 5];

type Options = Partial<FitOptions<readonly Tensor[]>> & { loss: Loss };

/** A step of SGD, and the loss of its epoch. */
async function step(train: FitOptions<readonly Tensor[]>['train'], options: Options) {
  const model = new nn.Linear(4, 3, f64);
  model.loadStateDict({ weight: tensor(torch.weight, f64), bias: tensor(torch.bias, f64) });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const history = await fit(model, { train, optimizer, epochs: 1, ...options });
  return { loss: history.epochs[0]!.train.loss, weight: model.weight.toArray() as number[][], model };
}

/** The same samples in batches of 3, 3 and 1. */
const cut = (...parts: Tensor[]) =>
  [
    [0, 3],
    [3, 6],
    [6, 7],
  ].map(([a, b]) => parts.map((part) => part.narrow(0, a!, b! - a!).clone()));

const cases: [name: string, batch: Tensor[], options: Options][] = [
  ['classes', [x, labels], { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), classWeights: classes }],
  ['classes', [x, labels], { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), classWeights: { 0: 1, 1: 2, 2: 5 } }],
  ['classes', [x, labels], { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), classWeights: tensor(classes) }],
  ['samples', [x, labels, samples], { loss: new nn.CrossEntropyLoss(), sampleWeights: true }],
  ['samples', [x, labels, samples], { loss: new nn.CrossEntropyLoss(), sampleWeights: (batch) => batch[2] }],
  ['samples', [x, labels, samples], { loss: new nn.CrossEntropyLoss({ reduction: 'none' }), sampleWeights: true }],
  ['samples', [x, samples, labels], { loss: new nn.CrossEntropyLoss(), forward: (m, [a, w, y]) => [m.forward(a) as Tensor, y!, w!] }],
  ['both', [x, labels, samples], { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), classWeights: classes, sampleWeights: true }],
  ['soft', [x, soft, samples], { loss: new nn.CrossEntropyLoss(), sampleWeights: true }],
  ['soft', [x, soft, samples], { loss: (output, target) => F.crossEntropy(output, target, { reduction: 'none' }), sampleWeights: true }],
  ['soft classes', [x, soft], { loss: new nn.CrossEntropyLoss(), classWeights: classes }],
  ['squares', [x, soft, samples], { loss: new nn.MSELoss(), sampleWeights: true }],
  ['sum', [x, labels, samples], { loss: new nn.CrossEntropyLoss({ reduction: 'sum' }), sampleWeights: true }],
  [
    'divergence',
    [x, soft, samples],
    {
      loss: new nn.KLDivLoss({ reduction: 'batchmean' }),
      sampleWeights: true,
      forward: (m, [a, y]) => [F.logSoftmax(m.forward(a) as Tensor, 1), y!],
    },
  ],
  [
    'binary',
    [x, binary],
    { loss: new nn.BCEWithLogitsLoss(), classWeights: [1, 3], forward: (m, [a, y]) => [(m.forward(a) as Tensor).select(1, 0), y!] },
  ],
  [
    'binary',
    [x, binary],
    { loss: new nn.BCEWithLogitsLoss(), classWeights: { 1: 3 }, forward: (m, [a, y]) => [(m.forward(a) as Tensor).select(1, 0), y!] },
  ],
];

test.each(cases.map((one, i) => [`${one[0]} (${i})`, ...one] as const))(
  '%s: step, epoch and evaluation equal PyTorch, whatever the batches',
  async (_, name, batch, options) => {
    const wanted = torch.results[name]!;
    const flat = (rows: number[][]) => rows.flat();
    const whole = await step([batch], options);
    expect(Math.max(...flat(whole.weight).map((value, i) => Math.abs(value - flat(wanted.weight)[i]!)))).toBeLessThan(1e-12);
    // Sums are told as a mean over the samples.
    expect(whole.loss).toBeCloseTo(wanted.loss / (name === 'sum' ? 7 : 1), 12);
    const parts = await step(cut(...batch), { ...options, callbacks: [accumulateGradients(3)] });
    expect(Math.max(...flat(parts.weight).map((value, i) => Math.abs(value - flat(wanted.weight)[i]!)))).toBeLessThan(1e-12);
    expect(parts.loss).toBeCloseTo(whole.loss, 12);
    const fresh = (await step([batch], { ...options, optimizer: { paramGroups: [{ lr: 0 }], step() {}, zeroGrad() {} } })).model;
    const { loss, classWeights, sampleWeights, forward } = options;
    const given = { loss, ...(classWeights && { classWeights }), ...(sampleWeights && { sampleWeights }), ...(forward && { forward }) };
    expect((await evaluate(fresh, cut(...batch), given)).loss).toBeCloseTo(whole.loss, 12);
  },
);

test('the loss is as before afterwards, and a batch of which nothing counts changes nothing', async () => {
  const loss = new nn.CrossEntropyLoss();
  const nothing = [x, labels, samples.mul(0)];
  const { weight, loss: value } = await step([nothing, [x, labels, samples]], { loss, classWeights: classes, sampleWeights: true });
  const alone = await step([[x, labels, samples]], { loss, classWeights: classes, sampleWeights: true });
  expect([weight, value]).toEqual([alone.weight, alone.loss]);
  expect([loss.weight, loss.reduction]).toEqual([null, 'mean']);
});

test('validation may be without weights of samples', async () => {
  const { model } = await step([[x, labels, samples]], { loss: new nn.CrossEntropyLoss(), sampleWeights: true });
  const plain = await evaluate(model, [[x, labels]], { loss: new nn.CrossEntropyLoss() });
  expect(await evaluate(model, [[x, labels]], { loss: new nn.CrossEntropyLoss(), sampleWeights: true })).toEqual(plain);
});

describe('balanced', () => {
  test('does not count what is ignored', async () => {
    expect(await balancedClassWeights([0, -100, 0, 1])).toEqual([0.75, 1.5]);
    await expect(balancedClassWeights([0, -1])).rejects.toThrow(/there is one -1/);
    await expect(balancedClassWeights(tensor([0.5]))).rejects.toThrow(ArgumentError);
  });

  const y = tensor([0, 0, 0, 1, 3, 3], { dtype: 'int64' });
  const wanted = [2 / 3, 2, 1, 1]; // sklearn.utils.class_weight.compute_class_weight('balanced', classes=[0, 1, 3], y=y)

  test('is counted from labels, wherever they stand', async () => {
    const data = new TensorDataset(randn([6, 2]), y);
    class Own extends Dataset<[Tensor, number]> {
      readonly length = 6;
      get(i: number): [Tensor, number] {
        return [rand([2]), y.at(i).item()];
      }
    }
    class Listed extends Own {
      readonly targets = [0, 0, 0, 1, 3, 3];
      override get(): never {
        throw new Error('no sample need be read');
      }
    }
    for (const source of [
      y,
      y.toArray() as number[],
      new DataLoader(data, { batchSize: 4, shuffle: true }),
      new DataLoader(new ConcatDataset([new Subset(data, [0, 1]), new Subset(data, [2, 3, 4, 5])]), { batchSize: 2 }),
      new DataLoader(new Listed(), { batchSize: 4 }),
      new DataLoader(new Own(), { batchSize: 4, shuffle: true }),
      [
        [randn([3, 2]), y.narrow(0, 0, 3)],
        [randn([3, 2]), y.narrow(0, 3, 3)],
      ],
    ]) {
      manualSeed(7);
      expect(await balancedClassWeights(source as Tensor)).toEqual(wanted);
      const next = rand([3]).toArray();
      manualSeed(7);
      expect(next).toEqual(rand([3]).toArray()); // random numbers are as before
    }
  });

  test('is what fit trains with, and evaluate refuses to count', async () => {
    const train = [[randn([6, 4], f64), y.clamp({ max: 2 })]];
    const numbers = await balancedClassWeights(y.clamp({ max: 2 }));
    const loss = new nn.CrossEntropyLoss();
    expect((await step(train, { loss, classWeights: 'balanced' })).weight).toEqual(
      (await step(train, { loss, classWeights: numbers })).weight,
    );
    await expect(evaluate(new nn.Linear(4, 3, f64), train, { loss, classWeights: 'balanced' })).rejects.toThrow(
      /balancedClassWeights\(train\)/,
    );
  });
});

test('names of classes hold where the data set has them', async () => {
  class Named extends TensorDataset<[Tensor, Tensor]> {
    readonly classes = ['cat', 'dog', 'owl'];
  }
  const loader = new DataLoader(new Subset(new Named(x, labels.clamp({ min: 0 })), [0, 1, 2, 3, 4, 5, 6]), { batchSize: 7 });
  const loss = new nn.CrossEntropyLoss();
  const named = await step(loader, { loss, classWeights: { owl: 5, dog: 2 } });
  expect(named.weight).toEqual((await step(loader, { loss, classWeights: classes })).weight);
  await expect(step(loader, { loss, classWeights: { fox: 5 } })).rejects.toThrow(
    /a weight for "fox", which is not a class; there are cat, dog, owl/,
  );
});

test('NaN is looked for in the loss that is weighed, too', async () => {
  const bad = noGrad(() => x.clone());
  bad.at(2, 0).fill_(Number.NaN);
  const training = step([[bad, labels, samples]], {
    loss: new nn.CrossEntropyLoss(),
    classWeights: classes,
    sampleWeights: true,
    callbacks: [nanGuard()],
  });
  await expect(training).rejects.toThrow(/input 0 of the batch, float64 \[7, 4\], holds NaN in sample 2/);
});

test('what are no weights is named', async () => {
  const loss = new nn.CrossEntropyLoss();
  const wrong: [Options, RegExp][] = [
    [{ loss, classWeights: [1, -2, 3] }, /^fit: classWeights holds -2, expected a number from 0 on/],
    [{ loss, classWeights: [0, 0, 0] }, /no weight above 0/],
    [{ loss, classWeights: [] }, /classWeights/],
    [{ loss, classWeights: 'even' as never }, /classWeights is "even"/],
    [{ loss, classWeights: [1, 2] }, /crossEntropy: weight is \[2\], expected one value per class/],
    [{ loss, classWeights: { cat: 1 } }, /a weight for "cat", which is not a class: the data has no names/],
    [{ loss: new nn.CrossEntropyLoss({ weight: tensor(classes, f64) }), classWeights: classes }, /has weights of its classes already/],
    [{ loss: F.crossEntropy, sampleWeights: true }, /need a loss for each of the 7 samples.*reduction: 'none'/],
    [{ loss: F.crossEntropy, classWeights: classes }, /need a loss for each of the 7 samples/],
    [{ loss, sampleWeights: false as never }, /sampleWeights/],
    [
      { loss, sampleWeights: () => tensor([1, 2]) },
      /the weights of the samples are of shape \[2\], expected one for each of the 7 samples/,
    ],
    [{ loss, sampleWeights: () => tensor([1, 1, 1, 1, 1, 1, -1]) }, /negative, infinite or NaN/],
    [{ loss: (o, t) => F.crossEntropy(o, t, { reduction: 'none' }), classWeights: classes }, /there is a label -100/],
    [{ loss: new nn.MSELoss(), classWeights: [1, 2], forward: (m, [a]) => [m.forward(a) as Tensor, soft] }, /one label for each sample/],
    [
      { loss: new nn.BCEWithLogitsLoss(), classWeights: [1], forward: (m, [a]) => [(m.forward(a) as Tensor).select(1, 0), binary] },
      /there is a label 1, and classWeights has weights of 1 classes/,
    ],
  ];
  for (const [options, message] of wrong) {
    const training = step([options.sampleWeights === true ? [x, labels, samples] : [x, labels]], options);
    await expect(training, message.source).rejects.toThrow(message);
    await expect(training).rejects.toSatisfy((e) => e instanceof ArgumentError || e instanceof ShapeError);
  }
});
