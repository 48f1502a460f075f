/** The loss of fit and evaluate is the mean over what counts, whatever the batch size; metrics know what they are given. */
import { F, manualSeed, nn, optim, randint, randn, type Tensor, tensor, zeros } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accuracy, evaluate, fit, type Loss, type LossAverage, metric } from 'hone/train';
import { describe, expect, test } from 'vitest';

const pairs = (x: Tensor, y: Tensor, size: number) => new DataLoader(new TensorDataset(x, y), { batchSize: size });
const SIZES = [1, 2, 3, 4, 5, 7, 13];

/** The loss of evaluate, and that of the one epoch of a fit that changes nothing, for each batch size. */
async function losses(x: Tensor, y: Tensor, loss: Loss, lossAverage?: LossAverage): Promise<number[]> {
  class Free extends nn.Module {
    unused = new nn.Parameter(zeros([1]));
    forward(input: Tensor): Tensor {
      return input.add(this.unused.mul(0));
    }
  }
  const found: number[] = [];
  for (const size of SIZES) {
    const more = lossAverage && { lossAverage };
    found.push((await evaluate(new nn.Identity(), pairs(x, y, size), { loss, ...more })).loss);
    const model = new Free();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
    const history = await fit(model, { train: pairs(x, y, size), loss, optimizer, epochs: 1, ...more });
    found.push(history.epochs[0]!.train.loss);
  }
  return found;
}

describe('the mean over samples', () => {
  test('does not depend on the batch size; the mean of batch means does, by name', async () => {
    const x = tensor([[0], [0], [0], [0], [10]]);
    const y = zeros([5, 1]);
    for (const found of await losses(x, y, new nn.MSELoss())) expect(found).toBeCloseTo(20, 5);
    const byName = await losses(x, y, new nn.MSELoss(), 'batches');
    expect([byName[2], byName[6], byName[8]].map((v) => Math.round(10 * v!) / 10)).toEqual([33.3, 50, 20]);
    const identity = new nn.Identity();
    await expect(evaluate(identity, [], { loss: new nn.MSELoss(), lossAverage: 'mean' as never })).rejects.toThrow(
      'evaluate: lossAverage is "mean"',
    );
  });

  // Expected: PyTorch's loss of all 13 samples in one batch.
  const seeded = () => {
    manualSeed(3);
    return {
      scores: randn([13, 4]),
      dense: randn([13, 4, 3]),
      labels: randint(0, 4, [13]),
      places: randint(0, 4, [13, 3]),
      numbers: randn([13, 2]),
    };
  };
  const { scores, dense, labels, places, numbers } = seeded();
  const some = labels.clone();
  for (const i of [0, 1, 2, 5, 12]) some.set_(i, -100);
  const holes = places.clone();
  for (const [i, j] of [
    [0, 0],
    [0, 1],
    [0, 2],
    [3, 1],
    [11, 2],
  ] as const)
    holes.set_(i, j, 2);
  const weight = tensor([0.5, 2, 1, 4]);
  const cases: [string, Tensor, Tensor, Loss, number?][] = [
    ['labels', scores, labels, new nn.CrossEntropyLoss()],
    ['labels to ignore', scores, some, new nn.CrossEntropyLoss()],
    ['class weights', scores, labels, new nn.CrossEntropyLoss({ weight })],
    ['class weights, labels to ignore, smoothing', scores, some, new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 })],
    ['labels at places', dense, holes, new nn.CrossEntropyLoss({ ignoreIndex: 2 })],
    ['a function of one', dense, holes, (o, t) => F.crossEntropy(o, t, { ignoreIndex: 2 })],
    ['a term beside it', scores, some, (o, t) => F.crossEntropy(o, t).add(1), undefined],
    ['probabilities', scores, F.softmax(dense.at(':', ':', 0), 1), new nn.CrossEntropyLoss({ weight })],
    ['log-probabilities', F.logSoftmax(scores, 1), some, new nn.NLLLoss({ weight })],
    ['elements', scores, randn([13, 4]), new nn.L1Loss()],
    ['one value a sample', numbers, zeros([13, 2]), (o, t) => o.sub(t).square().sum(1), undefined],
    ['a column of them', numbers, zeros([13, 2]), (o, t) => o.sub(t).abs().sum(1, true), undefined],
  ];
  test.each(cases)('%s', async (_, x, y, loss) => {
    const all = (typeof loss === 'function' ? loss(x, y) : loss.forward(x, y)).mean().item();
    for (const found of await losses(x, y, loss)) expect(found).toBeCloseTo(all, 4);
  });

  test('a sum becomes the mean over the samples it was taken over', async () => {
    const each = F.mseLoss(numbers, zeros([13, 2]), { reduction: 'sum' }).item() / 13;
    for (const loss of [new nn.MSELoss({ reduction: 'sum' }), (o: Tensor, t: Tensor) => F.mseLoss(o, t, { reduction: 'sum' })])
      for (const found of await losses(numbers, zeros([13, 2]), loss)) expect(found).toBeCloseTo(each, 4);
    const counted = F.crossEntropy(scores, some).item();
    expect(
      (await evaluate(new nn.Identity(), pairs(scores, some, 4), { loss: new nn.CrossEntropyLoss({ reduction: 'sum' }) })).loss,
    ).toBeCloseTo(counted, 5);
  });

  test('a batch in which no label counts adds nothing, also in training', async () => {
    const none = tensor([-100, -100], { dtype: 'int64' });
    const batches = [
      [scores.at(':2'), none],
      [scores.at('2:6'), labels.at('2:6')],
    ];
    const { loss } = await evaluate(new nn.Identity(), batches, { loss: new nn.CrossEntropyLoss() });
    expect(loss).toBeCloseTo(F.crossEntropy(scores.at('2:6'), labels.at('2:6')).item(), 5);
    const model = new nn.Linear(4, 4);
    const { weight } = model;
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const history = await fit(model, { train: [batches[0]!], loss: new nn.CrossEntropyLoss(), optimizer, epochs: 1 });
    expect(history.stopped!.reason).toBe('finished');
    expect(Number.isFinite(weight.sum().item())).toBe(true);
  });
});

describe('accuracy by what it is given', () => {
  const score = async (output: Tensor, target: Tensor, loss: Loss, m = accuracy()) =>
    (await evaluate(new nn.Identity(), [[output, target]], { loss, metrics: [m] }))['accuracy'];
  const column = (...values: number[]) => tensor(values.map((v) => [v]));

  test('one output a sample is a yes or no, where the loss says of what kind', async () => {
    expect(await score(column(0.9, 0.2), column(1, 1), new nn.BCELoss())).toBe(0.5);
    expect(await score(column(0.3, -2, 0.1), column(1, 1, 1), new nn.BCEWithLogitsLoss())).toBeCloseTo(2 / 3, 12);
    expect(await score(tensor([0.9, 0.2, 0.7]), tensor([1, 0, 0]), F.binaryCrossEntropy)).toBeCloseTo(2 / 3, 12);
    expect(
      await score(
        column(0.3, 0.3),
        tensor([1, 0]),
        (o, t) => F.binaryCrossEntropyWithLogits(o.squeeze(1), t),
        accuracy({ mode: 'binary', name: 'accuracy', logits: true }),
      ).catch((e) => e),
    ).toBeInstanceOf(Error);
    expect(await score(column(0.3, 0.3), column(1, 0), new nn.BCEWithLogitsLoss(), accuracy({ threshold: 0.6 }))).toBe(0.5);
    // several labels a sample, one by one
    expect(
      await score(
        tensor([
          [0.9, 0.9, 0.1],
          [0.2, 0.8, 0.6],
        ]),
        tensor([
          [1, 1, 0],
          [0, 1, 0],
        ]),
        new nn.BCELoss(),
      ),
    ).toBeCloseTo(5 / 6, 12);
  });

  test('what the form leaves open is asked for', async () => {
    for (const [output, target] of [
      [column(0.9, 0.2), column(1, 1)],
      [column(0.9, 0.2), tensor([1, 0])],
      [tensor([0.9, 0.2]), tensor([1, 0])],
      [column(0.9, 0.2), tensor([1, 0], { dtype: 'int64' })],
    ] as const)
      await expect(score(output, target, (o) => o.mean())).rejects.toThrow(
        /one output per sample.*accuracy\(\{ mode: 'binary' \}\), with threshold/,
      );
    expect(await score(column(0.9, 0.2), column(1, 1), new nn.MSELoss(), accuracy({ mode: 'binary' }))).toBe(0.5);
    const several = score(tensor([[2, 1, 0]]), tensor([[1, 1, 0]]), (o) => o.mean());
    await expect(several).rejects.toThrow(/do not sum to 1.*accuracy\(\{ mode: 'binary' \}\)/);
  });

  test('class numbers, one-hot targets of any dtype, and labels to ignore', async () => {
    const output = tensor([
      [2, 1, 0],
      [0, 3, 1],
      [0, 1, 5],
    ]);
    const free: Loss = (o) => o.mean();
    const ints = { dtype: 'int64' } as const;
    expect(await score(output, tensor([0, 1, 0], ints), free)).toBeCloseTo(2 / 3, 12);
    expect(await score(output, tensor([0, 1, -100], ints), free)).toBe(1);
    expect(await score(output, tensor([0, 1, 0], ints), free, accuracy({ ignoreIndex: 0 }))).toBe(1);
    expect(await score(output, tensor([0, 1, 0]), free)).toBeCloseTo(2 / 3, 12);
    for (const dtype of ['int64', 'float32', 'bool'] as const)
      expect(
        await score(
          output,
          tensor([
            [1, 0, 0],
            [0, 1, 0],
            [1, 0, 0],
          ]).to(dtype),
          free,
        ),
      ).toBeCloseTo(2 / 3, 12);
    await expect(score(output, tensor([0, 1, 3], ints), free)).rejects.toThrow(/not class numbers from 0 to 2/);
    await expect(score(output, tensor([0.5, 1, 2]), free)).rejects.toThrow(/not class numbers from 0 to 2.*metric\('mae'/);
    await expect(score(output, tensor([[0], [1], [0]], ints), free)).rejects.toThrow(/target.*squeeze\(-1\)/);
    await expect(score(randn([2, 5, 3]), randint(0, 3, [2, 5]), free)).rejects.toThrow(/Classes stand in dim 1.*transpose\(1, 2\)/);
    await expect(score(column(0.5, 0.5), column(0.3, 1), new nn.BCELoss())).rejects.toThrow(/neither 0 nor 1/);
  });

  test('a metric of one’s own gives one number', async () => {
    const on = (measure: unknown) =>
      evaluate(new nn.Identity(), [[column(1), column(1)]], { loss: new nn.MSELoss(), metrics: [metric('own', measure as () => number)] });
    expect((await on(() => 3))['own']).toBe(3);
    await expect(on(() => tensor([1, 2]))).rejects.toThrow(/metric "own": measure gave a tensor of shape \[2\], expected one number/);
    await expect(on(() => undefined)).rejects.toThrow(/measure gave undefined.*return/);
    await expect(on(async () => 1)).rejects.toThrow(/may not be async/);
  });
});
