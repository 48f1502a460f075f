import { ArgumentError, DTypeError, nn, ShapeError, tensor, zeros } from 'hone';
import { expect, test, vi } from 'vitest';
import { int } from '../../../../test/helpers/tensors.js';

const F = nn.functional;

test('shapes that differ are broadcast with one warning', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect(F.mseLoss(zeros([3]), zeros([3, 1]), { reduction: 'none' }).shape).toEqual([3, 3]);
  F.mseLoss(zeros([3]), zeros([3, 1]));
  expect(warn.mock.calls).toEqual([
    [
      'hone: mseLoss: input [3] and target [3, 1] have different shapes and are broadcast, which is seldom intended. Give both the same shape.',
    ],
  ]);
  warn.mockRestore();
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  wrong(
    () => F.binaryCrossEntropy(tensor([1.5]), tensor([1])),
    ArgumentError,
    'binaryCrossEntropy: input has values outside 0 to 1, or NaN. Apply sigmoid first, or use binaryCrossEntropyWithLogits.',
  );
  wrong(() => F.binaryCrossEntropy(tensor([Number.NaN]), tensor([1])), ArgumentError, 'outside 0 to 1');
  wrong(
    () => F.binaryCrossEntropyWithLogits(zeros([4, 1]), zeros([4])),
    ShapeError,
    "binaryCrossEntropyWithLogits: target is [4], expected the input's shape [4, 1]. Drop the input's last dim: input.squeeze(-1).",
  );
  wrong(
    () => F.binaryCrossEntropy(zeros([2]), int([0, 1])),
    DTypeError,
    "binaryCrossEntropy: target is int64, expected probabilities. Use target.to('float32').",
  );
  wrong(
    () => F.binaryCrossEntropy(zeros([2]), zeros([2], { dtype: 'float64' })),
    DTypeError,
    "expected one dtype. Use input.to('float64').",
  );
  wrong(() => F.binaryCrossEntropy(int([0]), zeros([1])), DTypeError, 'expected float32 or float64');
  wrong(
    () => F.mseLoss(int([1]), int([1])),
    DTypeError,
    "mseLoss: input is int64 and target int64, expected a floating dtype. Use input.to('float32').",
  );
  wrong(
    () => F.smoothL1Loss(zeros([1]), zeros([1]), { beta: -1 }),
    ArgumentError,
    'smoothL1Loss: beta is -1, expected a number of at least 0.',
  );
  wrong(() => F.huberLoss(zeros([1]), zeros([1]), { delta: 0 }), ArgumentError, 'huberLoss: delta is 0, expected a number above 0.');
  wrong(() => F.l1Loss(zeros([1]), zeros([1]), { reduction: 'avg' as 'mean' }), ArgumentError, 'l1Loss: reduction is "avg"');
  wrong(() => F.mseLoss(zeros([2]), zeros([3])), ShapeError, 'mseLoss: shapes [2] and [3] do not broadcast');
  wrong(
    () => F.mseLoss(zeros([2, 3]), zeros([2, 3]), { weight: zeros([3]) }),
    ShapeError,
    "mseLoss: weight is [3], expected the input's shape [2, 3].",
  );
  wrong(
    () => F.binaryCrossEntropy(tensor([0.5]), tensor([2])),
    ArgumentError,
    'binaryCrossEntropy: target has values outside 0 to 1, or NaN. Targets are probabilities.',
  );
  wrong(
    () => F.binaryCrossEntropyWithLogits(zeros([3]), zeros([3]), { posWeight: zeros([2, 3]) }),
    ShapeError,
    "binaryCrossEntropyWithLogits: posWeight is [2, 3], which does not broadcast to the input's shape [3].",
  );
  wrong(
    () => F.multilabelSoftMarginLoss(zeros([]), zeros([])),
    ShapeError,
    'multilabelSoftMarginLoss: input has no dims, expected [C] or [N, C].',
  );
});

test('old and unknown options are refused by name', () => {
  const [x, y] = [zeros([2]), zeros([2])];
  const old = (options: object) => () => F.mseLoss(x, y, options as object);
  expect(old({ sizeAverage: false })).toThrow(
    "mseLoss: sizeAverage and reduce are old names that PyTorch is about to drop. Write reduction: 'sum' instead.",
  );
  expect(old({ sizeAverage: true })).toThrow("Write reduction: 'mean' instead.");
  expect(old({ sizeAverage: true, reduce: false })).toThrow("Write reduction: 'none' instead.");
  expect(() => new nn.MSELoss({ sizeAverage: false } as object)).toThrow(/^MSELoss: sizeAverage and reduce/);
  expect(old({ reductoin: 'sum' })).toThrow('mseLoss: there is no option "reductoin".');
  expect(() => F.smoothL1Loss(x, y, { beta: '1' as unknown as number })).toThrow('smoothL1Loss: beta is "1", expected a number.');
});

test('empty batches: no loss, and a mean of nothing', () => {
  const losses = [F.mseLoss, F.l1Loss, F.smoothL1Loss, F.huberLoss, F.binaryCrossEntropy, F.binaryCrossEntropyWithLogits] as const;
  for (const loss of losses) {
    const x = zeros([0, 3]).requiresGrad_();
    expect(loss(x, zeros([0, 3])).item()).toBeNaN();
    const total = loss(x, zeros([0, 3]), { reduction: 'sum' });
    expect(total.item()).toBe(0);
    total.backward();
    expect(x.grad!.shape).toEqual([0, 3]);
  }
});
