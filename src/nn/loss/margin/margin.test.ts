import { ArgumentError, autograd, DTypeError, IndexError, nn, ShapeError, type Tensor, zeros } from 'hone';
import { expect, test } from 'vitest';
import { double, int, leaf } from '../../../../test/helpers/tensors.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

const classes = int([2, 0]);
const lists = int([
  [2, 0, -1],
  [1, -1, 0],
]);

/** Those that PyTorch differentiates once only. */
const losses: Record<string, (x: Tensor) => Tensor> = {
  multiMarginLoss: (x) => F.multiMarginLoss(x.mul(x), classes, 1, 2, { weight: double([1, 2, 3]) }),
  'multiMarginLoss, squares': (x) => F.multiMarginLoss(x, classes, { p: 2, margin: 2 }),
  multilabelMarginLoss: (x) => F.multilabelMarginLoss(x.mul(x), lists, { reduction: 'sum' }),
};

test.each(Object.entries(losses))('gradients of %s, both times', (_, loss) => {
  expect(gradcheck((x) => loss(x!), leaf(2, 3))).toBe(true);
  expect(gradgradcheck((x) => loss(x!), leaf(2, 3))).toBe(true);
});

test('what is outside the margin costs nothing and has no gradient', () => {
  const x = double([[0, 5, 0]]).requiresGrad_();
  const loss = F.multiMarginLoss(x, int([1]));
  loss.backward();
  expect([loss.item(), x.grad!.toArray()]).toEqual([0, [[0, 0, 0]]]);
});

test('a list of right classes ends at its first -1', () => {
  const x = double([[0.1, 0.2, 0.4, 0.8]]);
  const one = F.multilabelMarginLoss(x, int([[3, -1, 0, 1]])).item();
  expect(F.multilabelMarginLoss(x, int([[3, -1, -1, 2]])).item()).toBe(one);
  expect(F.multilabelMarginLoss(x, int([[3, 0, -1, 1]])).item()).not.toBe(one);
  expect(F.multilabelMarginLoss(x, int([[-1, 0, 1, 2]])).item()).toBe(0);
});

test('the margin by position and by name', () => {
  const [x, y] = [double([0.5, 0.2]), int([1, -1])];
  for (const margin of [0.5, 2]) {
    expect(F.hingeEmbeddingLoss(x, y, margin, { reduction: 'sum' }).item()).toBe(
      F.hingeEmbeddingLoss(x, y, { margin, reduction: 'sum' }).item(),
    );
    expect(new nn.HingeEmbeddingLoss(margin).forward(x, y).item()).toBe(new nn.HingeEmbeddingLoss({ margin }).forward(x, y).item());
  }
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const x = zeros([2, 3]);
  wrong(() => F.hingeEmbeddingLoss(int([1]), int([1])), DTypeError, 'expected float32 or float64');
  wrong(() => F.hingeEmbeddingLoss(x, zeros([2])), ShapeError, 'hingeEmbeddingLoss: shapes [2, 3] and [2] do not broadcast');
  wrong(() => F.hingeEmbeddingLoss(x, x, { margin: Number.NaN }), ArgumentError, 'hingeEmbeddingLoss: margin is NaN, expected a number.');
  wrong(
    () => F.marginRankingLoss(zeros([3]), zeros([3]), zeros([])),
    ShapeError,
    'marginRankingLoss: input1 is [3], input2 [3] and target [], expected the same number of dims.',
  );
  wrong(() => F.softMarginLoss(zeros([3]), x), ShapeError, "softMarginLoss: target is [2, 3], expected the input's shape [3].");
  wrong(
    () => F.multiMarginLoss(x, int([0])),
    ShapeError,
    'multiMarginLoss: target is [1], expected [2]: one label for each item of the input [2, 3].',
  );
  wrong(() => F.multiMarginLoss(zeros([2, 3, 4]), int([0, 0])), ShapeError, 'multiMarginLoss: input is [2, 3, 4], expected [N, C] or [C]');
  wrong(() => F.multiMarginLoss(x, zeros([2])), DTypeError, 'multiMarginLoss: target is float32, expected int64 or int32 class labels.');
  wrong(
    () => F.multiMarginLoss(x, int([0, 3])),
    IndexError,
    'multiMarginLoss: target has label 3, outside 0 to 2, the classes of the input.',
  );
  wrong(() => F.multiMarginLoss(x, classes, { p: 3 as 2 }), ArgumentError, 'multiMarginLoss: p is 3, expected 1 or 2.');
  wrong(
    () => F.multiMarginLoss(x, classes, { weight: zeros([4]) }),
    ShapeError,
    'multiMarginLoss: weight is [4], expected one value per class: [3] (input [2, 3]).',
  );
  wrong(
    () => F.multilabelMarginLoss(x, int([[0, -2, 1]])),
    ShapeError,
    "multilabelMarginLoss: target is [1, 3], expected the input's shape [2, 3].",
  );
  wrong(
    () => F.multilabelMarginLoss(zeros([3]), int([0, -2, 1])),
    IndexError,
    'multilabelMarginLoss: target has label -2, outside 0 to 2, the classes of the input, and -1 ends a list.',
  );
  wrong(
    () => F.cosineEmbeddingLoss(x, x, int([[1], [1]])),
    ShapeError,
    'cosineEmbeddingLoss: input1 is [2, 3], input2 [2, 3] and target [2, 1], expected [N, D], [N, D] and [N], or [D], [D] and [].',
  );
  wrong(() => F.cosineEmbeddingLoss(x, x, int([1, 1, 1])), ShapeError, 'cosineEmbeddingLoss: shapes [2] and [3] do not broadcast');
  wrong(
    () => F.tripletMarginLoss(x, zeros([3]), x),
    ShapeError,
    'tripletMarginLoss: anchor is [2, 3], positive [3] and negative [2, 3], expected the same number of dims.',
  );
  wrong(() => F.tripletMarginLoss(x, x, x, { margin: 0 }), ArgumentError, 'tripletMarginLoss: margin is 0, expected a number above 0.');
  wrong(() => new nn.TripletMarginLoss(-1), ArgumentError, 'TripletMarginLoss: margin is -1, expected a number above 0.');
  wrong(() => F.tripletMarginLoss(x, x, zeros([2, 4])), ShapeError, 'tripletMarginLoss: shapes [2, 3] and [2, 4] do not broadcast');
  wrong(
    () => F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: 2 as unknown as null }),
    ArgumentError,
    'tripletMarginWithDistanceLoss: distanceFunction is 2, expected a function of two tensors.',
  );
});
