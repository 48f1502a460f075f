import { ArgumentError, autograd, DTypeError, nn, ShapeError, tensor, zeros } from 'hone';
import { expect, test, vi } from 'vitest';
import { double, int, leaf } from '../../../../test/helpers/tensors.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

test('gradients, both times', () => {
  const options = { reduction: 'sum' } as const;
  const three = () => [leaf(2, 3), leaf(2, 3), leaf(2, 3)];
  for (const check of [gradcheck, gradgradcheck]) {
    expect(check((x, t) => F.klDiv(x!, t!.sigmoid(), options), three().slice(1))).toBe(true);
    expect(check((x, t) => F.klDiv(x!, t!, { ...options, logTarget: true }), three().slice(1))).toBe(true);
    expect(check((x, t) => F.poissonNllLoss(x!, t!.exp().add(1.5), { ...options, full: true }), three().slice(1))).toBe(true);
    expect(check((x, t) => F.poissonNllLoss(x!.exp(), t!, { ...options, logInput: false }), three().slice(1))).toBe(true);
    expect(check((x, t, v) => F.gaussianNllLoss(x!, t!, v!.exp(), options), three())).toBe(true);
  }
});

test("klDiv: 'batchmean' is the divergence of mathematics; 'mean' warns once", () => {
  const p = double([
    [0.5, 0.5],
    [0.9, 0.1],
  ]);
  const q = double([
    [0.25, 0.75],
    [0.9, 0.1],
  ]);
  const divergence = (0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)) / 2;
  expect(F.klDiv(q.log(), p, { reduction: 'batchmean' }).item()).toBeCloseTo(divergence, 14);
  expect(F.klDiv(q.log(), p.log(), { reduction: 'batchmean', logTarget: true }).item()).toBeCloseTo(divergence, 14);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect(F.klDiv(q.log(), p).item()).toBeCloseTo(divergence / 2, 14);
  F.klDiv(q.log(), p);
  expect(warn.mock.calls).toEqual([
    [
      "hone: klDiv: reduction 'mean' divides by the batch size and the number of classes. Use 'batchmean' for the divergence of mathematics, averaged over the batch.",
    ],
  ]);
  warn.mockRestore();
});

test('gaussianNllLoss: the gradient of a bounded variance is that of the bound; a variance may be a number', () => {
  const v = double([0, 4]).requiresGrad_();
  F.gaussianNllLoss(double([1, 1]), double([1, 1]), v, { eps: 0.5, reduction: 'sum' }).backward();
  expect(v.grad!.toArray()).toEqual([1, 0.125]);
  expect(F.gaussianNllLoss(double([1, 2]), double([3, 4]), 2).item()).toBe(
    F.gaussianNllLoss(double([1, 2]), double([3, 4]), double([2, 2])).item(),
  );
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const x = zeros([2, 3]);
  wrong(
    () => F.klDiv(x, int([[1, 0, 0]])),
    DTypeError,
    'klDiv: input is float32 and target int64, expected log-probabilities and probabilities.',
  );
  wrong(() => F.klDiv(x, zeros([2])), ShapeError, 'klDiv: shapes [2, 3] and [2] do not broadcast');
  wrong(
    () => F.klDiv(x, x, { reduction: 'batch' as 'mean' }),
    ArgumentError,
    `klDiv: reduction is "batch", expected 'none', 'batchmean', 'sum' or 'mean'.`,
  );
  wrong(() => F.poissonNllLoss(x, x, { reduction: 'batchmean' as 'mean' }), ArgumentError, 'poissonNllLoss: reduction is "batchmean"');
  wrong(
    () => F.poissonNllLoss(x, x, { full: 1 as unknown as boolean }),
    ArgumentError,
    'poissonNllLoss: full is 1, expected true or false.',
  );
  wrong(() => F.poissonNllLoss(x, zeros([2])), ShapeError, 'poissonNllLoss: shapes [2, 3] and [2] do not broadcast');
  wrong(
    () => F.gaussianNllLoss(x, x, zeros([3])),
    ShapeError,
    "gaussianNllLoss: var is [3], expected the input's shape [2, 3], or that without its last dim, or with 1 in the place of one dim.",
  );
  wrong(
    () => F.gaussianNllLoss(x, x, tensor([1, -1])),
    ArgumentError,
    'gaussianNllLoss: var has negative entries. Variances are at least 0.',
  );
  wrong(() => F.gaussianNllLoss(x, x, -1), ArgumentError, 'gaussianNllLoss: var is -1, expected a Tensor, or a number of at least 0.');
  wrong(() => F.gaussianNllLoss(x, x, int([1, 1])), DTypeError, 'expected float32 or float64');
});
