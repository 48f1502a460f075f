/** crossValidate: scikit-learn's folds, and for each a training of its own. */
import { readFileSync } from 'node:fs';
import { arange, manualSeed, nn, ones, optim, type Tensor, tensor } from 'hone';
import { DataLoader, GroupKFold, KFold, StratifiedKFold, TensorDataset, TimeSeriesSplit } from 'hone/data';
import { type Callback, type CrossValidateOptions, crossValidate, evaluate, fit, predict } from 'hone/train';
import { describe, expect, it, test } from 'vitest';
import { points } from '../../../test/helpers/training.js';

interface Case {
  name: string;
  options: { nSplits?: number; nRepeats?: number; shuffle?: boolean; randomState?: number };
  n: number;
  y: (string | number)[] | null;
  groups: (string | number)[] | null;
  folds: [number[], number[]][];
}
const { cases } = JSON.parse(readFileSync(new URL('../../data/split/folds.fixture.json', import.meta.url), 'utf8')) as { cases: Case[] };

/** Learns nothing: the output is the input times a weight that stays 1. */
class Same extends nn.Module {
  weight = new nn.Parameter(ones([1], { dtype: 'float64' }));
  forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}
const mse = (output: Tensor, target: Tensor) => output.sub(target).square().mean();
const still = (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 0 });
const numbers = (n: number) => new TensorDataset(arange(n).double().unsqueeze(1), arange(n).double().unsqueeze(1));
const quick = { loss: mse, optimizer: still, epochs: 1 };

describe('folds', () => {
  const known = cases.filter(
    ({ name, options }) =>
      /^(KFold|RepeatedKFold|StratifiedKFold|RepeatedStratifiedKFold|GroupKFold)$/.test(name) && (options.nSplits ?? 5) < 5,
  );
  test.each(known)('$name $options of $n are scikit-learn’s', async ({ options, n, y, groups, folds }) => {
    const { nSplits, nRepeats, shuffle, randomState } = options;
    const result = await crossValidate(() => new Same(), numbers(n), {
      ...quick,
      folds: nSplits,
      ...(y && { stratified: y }),
      ...(groups && { groups }),
      ...(nRepeats === undefined ? { shuffle: shuffle ?? false } : { repeats: nRepeats }),
      ...(randomState !== undefined && { seed: randomState }),
    } as CrossValidateOptions<readonly Tensor[]>);
    expect(result.folds.map(({ train, test }) => [train, test])).toEqual(folds);
    // Whatever the order, each sample's prediction stands in its place.
    expect(result.predictions!.squeeze(1).toArray()).toEqual(Array.from({ length: n }, (_, i) => expect.closeTo(i, 12)));
  });

  it('may be cut by a splitter, or by hand; what is never tested has no prediction', async () => {
    const of = async (folds: CrossValidateOptions<readonly Tensor[]>['folds'], more = {}) =>
      crossValidate(() => new Same(), numbers(6), { ...quick, folds, ...more });
    expect((await of(new KFold(3))).folds.map(({ test }) => test)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect((await of(new GroupKFold(2), { groups: [0, 0, 0, 1, 1, 1] })).folds.map(({ test }) => test)).toEqual([
      [3, 4, 5],
      [0, 1, 2],
    ]);
    expect((await of(new StratifiedKFold(2), { stratified: tensor([0, 0, 1, 1, 0, 1]) })).folds.length).toBe(2);
    const byHand = await of([
      [[0, 1], [2]],
      [[0], [2, 3]],
    ]);
    expect(byHand.predictions!.squeeze(1).toArray()).toEqual([Number.NaN, Number.NaN, 2, 3, Number.NaN, Number.NaN]);
    expect((await of(new TimeSeriesSplit(2))).predictions!.squeeze(1).toArray()).toEqual([Number.NaN, Number.NaN, 2, 3, 4, 5]);
  });

  it('read labels off the data: a tensor data set, a list of samples', async () => {
    const y = tensor([0, 0, 0, 0, 1, 1, 1, 1], { dtype: 'int64' });
    const x = arange(8).double().unsqueeze(1);
    const expected = [...new StratifiedKFold(4).split(8, y)].map(([, part]) => part);
    const samples = Array.from({ length: 8 }, (_, i) => [x.select(0, i), i < 4 ? 0 : 1] as const);
    for (const data of [new TensorDataset(x, y), samples]) {
      const loss = (output: Tensor) => output.mean();
      const result = await crossValidate(() => new Same(), data, { ...quick, loss, folds: 4, stratified: true, shuffle: false });
      expect(result.folds.map(({ test }) => test)).toEqual(expected);
    }
  });
});

describe('each fold', () => {
  const net = () => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));

  it('has a model, an optimizer, a schedule and callbacks of its own, and is what fit gives by hand', async () => {
    manualSeed(2);
    const data = points(40);
    const loss = new nn.CrossEntropyLoss();
    const seen: string[] = [];
    const note = (fold: number): Callback => ({
      onTrainEnd: (run) => void seen.push(`${fold}: ${run.scheduler?.constructor.name} ${run.optimizer.paramGroups[0]!.lr}`),
    });
    manualSeed(3);
    const lines: string[] = [];
    const result = await crossValidate(net, data, {
      folds: 2,
      seed: 5,
      batchSize: 8,
      loss,
      epochs: 3,
      metrics: ['accuracy'],
      optimizer: (model) => new optim.Adam(model.parameters(), { lr: 0.02 }),
      scheduler: (optimizer) => new optim.lrScheduler.ExponentialLR(optimizer as optim.Adam, 0.5),
      callbacks: (fold) => [note(fold)],
      log: (line) => void lines.push(line.slice(0, 17)),
    });
    expect(seen).toEqual(['0: ExponentialLR 0.0025', '1: ExponentialLR 0.0025']);
    expect(lines).toEqual([
      'fold 1/2  epoch 1',
      'fold 1/2  epoch 2',
      'fold 1/2  epoch 3',
      'fold 2/2  epoch 1',
      'fold 2/2  epoch 2',
      'fold 2/2  epoch 3',
    ]);
    manualSeed(3);
    for (const [i, [train, test]] of [...new KFold({ nSplits: 2, shuffle: true, randomState: 5 }).split(40)].entries()) {
      const part = (indices: readonly number[], shuffle: boolean) => {
        const picked = tensor([...indices], { dtype: 'int64' });
        const [x, y] = data.tensors as [Tensor, Tensor];
        return new DataLoader(new TensorDataset(x.indexSelect(0, picked), y.indexSelect(0, picked)), { batchSize: 8, shuffle });
      };
      const model = net();
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
      const validation = part(test, false);
      const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
      const history = await fit(model, {
        train: part(train, true),
        validation,
        loss,
        optimizer,
        scheduler,
        epochs: 3,
        metrics: ['accuracy'],
      });
      expect(result.folds[i]!.history.values('validation.loss')).toEqual(history.values('validation.loss'));
      const scores = await evaluate(model, validation, { loss, metrics: ['accuracy'] });
      expect(result.folds[i]!.scores).toEqual(scores);
      const outputs = (await predict(model, validation)).double().toArray() as number[][];
      const found = result.predictions!.toArray() as number[][];
      expect(test.map((sample) => found[sample])).toEqual(outputs);
    }
    const hits = result.folds.map(({ scores }) => scores['accuracy']!);
    const mean = (hits[0]! + hits[1]!) / 2;
    expect(result.scores['accuracy']).toEqual({
      mean,
      deviation: expect.closeTo(Math.abs(hits[0]! - hits[1]!) / Math.SQRT2, 12),
      count: 2,
    });
    expect(String(result)).toMatch(/^loss {6}[\d.]+ ± [\d.]+ {2}\(2 folds: [\d.]+ to [\d.]+\)\naccuracy {2}[\d.]+ ± /);
  });

  it('is measured on samples as validationData has them', async () => {
    const shifted = new TensorDataset(arange(6).double().unsqueeze(1).add(1), arange(6).double().unsqueeze(1));
    const result = await crossValidate(() => new Same(), numbers(6), { ...quick, folds: 3, validationData: shifted });
    expect(result.scores['loss']).toEqual({ mean: 1, deviation: 0, count: 3 });
  });

  it('may be made whole by make', async () => {
    const made: number[] = [];
    const make = (fold: number) => {
      made.push(fold);
      const model = new Same();
      return { model, optimizer: still(model), callbacks: [] };
    };
    const result = await crossValidate(make, numbers(4), { loss: mse, epochs: 2, folds: 2, repeats: 2, seed: 1, restoreBest: true });
    expect(made).toEqual([0, 1, 2, 3]);
    expect(result.folds.map(({ history }) => history.epochs.length)).toEqual([2, 2, 2, 2]);
  });
});

const any = (value: unknown) => value as never;
test.each<[object | undefined, string]>([
  [undefined, 'crossValidate: got no options.'],
  [{ optimizer: undefined }, 'crossValidate: the optimizer is missing. Pass optimizer: (model) => new optim.Adam(model.parameters())'],
  [
    { optimizer: still(new Same()) },
    'which all folds would share. Give what makes it: optimizer: (model) => new optim.Adam(model.parameters()).',
  ],
  [
    { callbacks: [] },
    'crossValidate: callbacks is [], which all folds would share. Give what makes it: callbacks: () => [earlyStopping()].',
  ],
  [{ train: [] }, "crossValidate: train can't be shared by all folds. Data is the second argument."],
  [{ checkpoint: 'a.ckpt' }, "crossValidate: checkpoint can't be shared by all folds."],
  [{ folds: 1 }, 'crossValidate: folds is 1'],
  [{ folds: 7 }, 'KFold.split: nSplits is 7, expected at most 6'],
  [{ folds: 'five' }, 'crossValidate: folds is "five", expected a number, a splitter such as new KFold(5), or a list of [train, test].'],
  [{ folds: [] }, 'crossValidate: folds is empty'],
  [{ folds: [[[0], []]] }, 'crossValidate: test of fold 0 is'],
  [{ folds: [[[0], [9]]] }, 'crossValidate: a sample of fold 0 is 9'],
  [
    { folds: [[[0], [1]]], groups: [0, 0, 1, 1, 2, 2] },
    'crossValidate: folds are given, so that there is nothing to stratify or to group. Leave groups out.',
  ],
  [{ groups: [0, 0, 1, 1, 2, 2], repeats: 2 }, 'crossValidate: groups go with neither stratified nor repeats.'],
  [{ groups: [0, 0, 1, 1, 2, 2], folds: 2, seed: 1 }, 'crossValidate: seed is 1, but the order is not random.'],
  [{ repeats: 2, shuffle: false }, 'crossValidate: repeats of one order are all alike.'],
  [{ repeats: 0 }, 'crossValidate: repeats is 0'],
  [{ seed: -1 }, 'crossValidate: seed is -1'],
  [{ stratified: true }, 'crossValidate: stratified: true needs one class number a sample'],
  [{ validationData: numbers(5) }, 'crossValidate: validationData has 5 samples, the data 6.'],
  [{ epoch: 3 }, 'fit: there is no option "epoch". Did you mean epochs?'],
])('%o: %s', async (given, message) => {
  await expect(crossValidate(() => new Same(), numbers(6), any(given && { ...quick, ...given }))).rejects.toThrow(message);
});

test('a make that gives no model is refused', async () => {
  await expect(crossValidate(any(new Same()), numbers(6), quick)).rejects.toThrow('crossValidate: make is');
  await expect(
    crossValidate(
      any(() => 5),
      numbers(6),
      quick,
    ),
  ).rejects.toThrow('crossValidate: make gives 5');
  await expect(
    crossValidate(
      any(() => ({ model: new Same(), epochs: 3 })),
      numbers(6),
      quick,
    ),
  ).rejects.toThrow('crossValidate: make gives epochs');
});
