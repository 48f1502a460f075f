/** The adaptive softmax beyond its fixtures: all log-probabilities, predictions and messages. */
import { arange, F, nn, randn, tensor } from 'hone';
import { expect, test } from 'vitest';

const layer = () => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5], { divValue: 2, headBias: true });

test('the probabilities of all classes add up to 1, and are those of the targets', () => {
  const softmax = layer();
  const x = randn([10, 8]);
  const all = softmax.logProb(x);
  expect(all.shape).toEqual([10, 10]);
  expect(all.exp().sum(1).sub(1).abs().max().item()).toBeLessThan(1e-5);
  const { output, loss } = softmax.forward(x, arange(10));
  expect(output.sub(all.diagonal()).abs().max().item()).toBeLessThan(1e-5);
  expect(loss.item()).toBeCloseTo(-output.mean().item(), 5);
  const [first, second] = softmax.forward(x, arange(10, { dtype: 'int32' }));
  expect(first.toArray()).toEqual(output.toArray());
  expect(second.item()).toBe(loss.item());
});

test('predictions are the most probable classes', () => {
  const softmax = layer();
  for (const x of [randn([50, 8]).mul(3), randn([1, 8])]) {
    expect(softmax.predict(x).toArray()).toEqual(softmax.logProb(x).argmax(1).toArray());
    expect(softmax.predict(x).dtype).toBe('int64');
  }
});

test('it learns', () => {
  const softmax = layer();
  const x = F.oneHot(arange(8), 8).float();
  const target = tensor([0, 1, 2, 3, 4, 5, 8, 9], { dtype: 'int64' });
  for (let i = 0; i < 300; i++) {
    softmax.zeroGrad();
    softmax.forward(x, target).loss.backward();
    for (const p of softmax.parameters()) p.data.sub_(p.grad!.mul(0.5));
  }
  expect(softmax.predict(x).toArray()).toEqual(target.toArray());
});

test('what does not fit is named', () => {
  const softmax = layer();
  const x = randn([2, 8]);
  expect(() => softmax.forward(x, tensor([0, 10], { dtype: 'int64' }))).toThrow(/target has classes from 0 to 10, expected 0 to 9/);
  expect(() => softmax.forward(x, tensor([0, 1]))).toThrow(/target is float32, expected int64/);
  expect(() => softmax.forward(x, tensor([1], { dtype: 'int64' }))).toThrow(
    /input is \[2, 8\] and target \[1\], expected \[N, 8\] and \[N\]/,
  );
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [5, 2])).toThrow(/cutoffs is \[5, 2\], expected rising numbers from 1 to 9/);
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [5], { div_value: 2 } as never)).toThrow(/Did you mean divValue/);
});
