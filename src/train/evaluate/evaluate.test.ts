/** evaluate and predict. */
import { manualSeed, nn, noGrad, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { accuracy, evaluate, fit, predict } from 'hone/train';
import { describe, expect, it } from 'vitest';
import { points, setting } from '../../../test/helpers/training.js';

describe('evaluate and predict', () => {
  it('measure without changing anything', async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Dropout(0.5), new nn.Linear(8, 2));
    const frozen = model.children()[1]!;
    frozen.eval();
    const before = Object.entries(model.stateDict()).map(([name, value]) => [name, value.toArray()]);
    const data = points(50);
    const loader = new DataLoader(data, { batchSize: 8 });
    const options = { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] };
    const first = await evaluate(model, loader, options);
    expect(await evaluate(model, loader, options)).toEqual(first);
    expect([model.training, frozen.training]).toEqual([true, false]);
    expect(Object.entries(model.stateDict()).map(([name, value]) => [name, value.toArray()])).toEqual(before);
    expect(Object.keys(first)).toEqual(['loss', 'accuracy']);

    const outputs = await predict(model, loader);
    expect([outputs.shape, outputs.requiresGrad]).toEqual([[50, 2], false]);
    // The mean over samples; by name, that of the batches' means, as the seed's test functions have it.
    model.eval();
    let [total, means] = [0, 0];
    for (const [x, y] of loader) {
      const loss = noGrad(() => options.loss.forward(model.forward(x), y)).item();
      total += loss * x.shape[0]!;
      means += loss;
    }
    expect(first.loss).toBeCloseTo(total / 50, 10);
    expect((await evaluate(model, loader, { ...options, lossAverage: 'batches' })).loss).toBeCloseTo(means / 7, 10);
    expect(outputs.slice(0, 48).toTypedArray()).toEqual(noGrad(() => model.forward(data.tensors[0].slice(0, 48))).toTypedArray());
  });

  it('stop on a signal, and refuse nothing', async () => {
    const { model, options } = setting();
    await expect(evaluate(model, options.validation, { loss: options.loss, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(evaluate(model, [], { loss: options.loss })).rejects.toThrow(/gave no batches/);
    await expect(predict(model, [])).rejects.toThrow(/gave no batches/);
  });
});

it('a forward without return is no model for fit, evaluate and predict', () => {
  class Silent extends nn.Module {
    forward(_x: Tensor) {}
  }
  // @ts-expect-error: its forward gives nothing
  const calls = () => [fit(new Silent(), {} as never), evaluate(new Silent(), [], {} as never), predict(new Silent(), [])];
  expect(calls).toBeTypeOf('function');
});
