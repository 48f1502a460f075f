import { ArgumentError, nn, optim, randn, type Tensor, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { expect, it } from 'vitest';

const { AveragedModel, updateBn, getEmaAvgFn, getEmaMultiAvgFn } = nn.swaUtils;
const make = () => new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));

it('the first model is the average; it does not train along, and goes through a state dict', () => {
  const model = make();
  const averaged = new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.5) });
  const weight = model.getParameter('0.weight');
  const before = weight.detach().clone();
  averaged.updateParameters(model);
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  model
    .forward(randn([5, 3]))
    .sum()
    .backward();
  optimizer.step();
  expect(averaged.module.getParameter('0.weight').detach().toArray()).toEqual(before.toArray());
  averaged.updateParameters(model);
  const mean = before.add(weight.detach()).div(2).toArray() as number[][];
  (averaged.module.getParameter('0.weight').detach().toArray() as number[][]).flat().forEach((v, i) => {
    expect(v).toBeCloseTo(mean.flat()[i]!, 6);
  });
  const other = new AveragedModel(make());
  other.loadStateDict(averaged.stateDict());
  expect(other.nAveraged.item()).toBe(2);
  expect(Object.keys(other.stateDict()).slice(0, 2)).toEqual(['n_averaged', 'module.0.weight']);
});

it('updateBn sees every batch of loaders and lists, at once or with await', async () => {
  const x = randn([10, 3]);
  const loader = new DataLoader(new TensorDataset(x, x), { batchSize: 4 });
  const runs = [make(), make(), make()];
  for (const model of runs) model.loadStateDict(runs[0]!.stateDict());
  updateBn(loader, runs[0]!);
  updateBn([x.narrow(0, 0, 4), x.narrow(0, 4, 4), x.narrow(0, 8, 2)], runs[1]!);
  await updateBn(loader[Symbol.asyncIterator]() as AsyncIterableIterator<unknown>, runs[2]!);
  const means = runs.map((model) => model.getBuffer('1.running_mean').toArray());
  expect(means[1]).toEqual(means[0]);
  expect(means[2]).toEqual(means[0]);
  expect(runs[0]!.getBuffer('1.num_batches_tracked').item()).toBe(3);
});

it('updateBn leaves modes and momenta as they were, after an error too', () => {
  const model = make().eval();
  model.at(0).train();
  expect(() => updateBn([randn([2, 3]), 'x'], model)).toThrow('updateBn: the input of a batch is "x", expected a Tensor.');
  expect(model.modules().map(({ training }) => training)).toEqual([false, true, false, false]);
  expect((model.at(1) as nn.BatchNorm1d).momentum).toBe(0.1);
  const instance = new nn.Linear(2, 2);
  expect(updateBn([tensor(1)], instance)).toBeUndefined(); // nothing to compute: no batch is asked for
});

it.each<[() => unknown, string]>([
  [
    () => new AveragedModel(make(), { avgFn: getEmaAvgFn(), multiAvgFn: getEmaMultiAvgFn() }),
    'AveragedModel: got both of avgFn and multiAvgFn',
  ],
  [() => new AveragedModel({} as never), 'AveragedModel: model is an object, expected an nn.Module.'],
  [() => new AveragedModel(make(), { avgFn: 0.9 as never }), 'AveragedModel: avgFn is 0.9, expected a function.'],
  [() => getEmaAvgFn(1.5), 'getEmaAvgFn: decay is 1.5, expected a number from 0 to 1.'],
  [() => getEmaMultiAvgFn(-0.1), 'getEmaMultiAvgFn: decay is -0.1, expected a number from 0 to 1.'],
  [
    () => new AveragedModel(make()).updateParameters(new nn.Linear(3, 4)),
    'the model has 2 parameters and 0 buffers, the averaged one 6 parameters and 3 buffers',
  ],
  [() => twice((a: Tensor) => a.sum().item() as never), 'AveragedModel: what avgFn returned is '],
  [() => updateBn(make() as never, [] as never), 'updateBn: model is [], expected an nn.Module. Write updateBn(loader, model).'],
  [() => updateBn(3 as never, make()), 'updateBn: the loader is 3, expected batches to iterate over'],
])('%s', (run, message) => {
  expect(run).toThrow(ArgumentError);
  expect(run).toThrow(message);
});

it('names a tensor of another shape, before anything is changed', () => {
  const averaged = new AveragedModel(new nn.Linear(3, 4));
  expect(() => averaged.updateParameters(new nn.Linear(2, 4))).toThrow(
    'AveragedModel.updateParameters: weight is [4, 2], [4, 3] in the averaged model.',
  );
  expect(averaged.nAveraged.item()).toBe(0);
});

function twice(avgFn: nn.swaUtils.AvgFn): void {
  const model = make();
  const averaged = new AveragedModel(model, { avgFn });
  averaged.updateParameters(model);
  averaged.updateParameters(model);
}
