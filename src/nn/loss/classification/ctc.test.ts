import { ArgumentError, autograd, DTypeError, GradError, IndexError, manualSeed, nn, randn, ShapeError, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';
import { int, leaf } from '../../../../test/helpers/tensors.js';

const F = nn.functional;

/** The loss of one item by going through every path. */
function everyPath(logp: number[][], target: readonly number[], blank: number): number {
  const classes = logp[0]!.length;
  let total = 0;
  for (let path = 0; path < classes ** logp.length; path++) {
    let [sum, last, rest] = [0, blank, path];
    const read: number[] = [];
    for (const row of logp) {
      const c = rest % classes;
      rest = Math.floor(rest / classes);
      sum += row[c]!;
      if (c !== blank && c !== last) read.push(c);
      last = c;
    }
    if (read.join() === target.join()) total += Math.exp(sum);
  }
  return -Math.log(total);
}

test('the sum over every path', () => {
  manualSeed(1);
  for (const [target, blank] of [
    [[1, 2], 0],
    [[1, 1], 0],
    [[], 0],
    [[0], 2],
    [[2, 0, 2], 1],
  ] as const) {
    const logp = F.logSoftmax(randn([5, 3], { dtype: 'float64' }), 1);
    const loss = F.ctcLoss(logp, tensor([...target], { dtype: 'int64' }), [5], [target.length], { blank, reduction: 'sum' });
    expect(loss.item()).toBeCloseTo(everyPath(logp.toArray() as number[][], target, blank), 12);
  }
});

test('gradients after a log-softmax', () => {
  const targets = int([
    [1, 2, 2],
    [3, 0, 0],
  ]);
  const x = leaf(6, 2, 4);
  const [g] = autograd.grad(F.ctcLoss(F.logSoftmax(x, 2), targets, [6, 4], [3, 1]), [x], { createGraph: true });
  const twice = () => g!.sum().backward({ retainGraph: true });
  expect(twice).toThrow(GradError);
  expect(twice).toThrow('ctcLoss');
});

test('padding does not count, and targets may come in a row; lengths as tensors or arrays', () => {
  const logp = F.logSoftmax(randn([7, 2, 4]), 2);
  const want = F.ctcLoss(
    logp,
    int([
      [1, 2, 3],
      [2, 1, 0],
    ]),
    [7, 5],
    [3, 2],
  ).item();
  expect(
    F.ctcLoss(
      logp,
      int([
        [1, 2, 3, 9],
        [2, 1, -7, 99],
      ]),
      int([7, 5]).int(),
      int([3, 2]),
    ).item(),
  ).toBe(want);
  expect(F.ctcLoss(logp, int([1, 2, 3, 2, 1]), [7, 5], int([3, 2])).item()).toBe(want);
  // Not contiguous, where PyTorch reads past the end.
  expect(
    F.ctcLoss(
      logp,
      int([
        [1, 0],
        [2, 0],
        [3, 0],
        [2, 0],
        [1, 0],
      ]).select(1, 0),
      [7, 5],
      [3, 2],
    ).item(),
  ).toBe(want);
  expect(new nn.CTCLoss().forward(logp, int([1, 2, 3, 2, 1]), [7, 5], [3, 2]).item()).toBe(want);
});

test('inputs that are too short', () => {
  const x = zeros([2, 2, 3]).requiresGrad_();
  const targets = int([
    [1, 1],
    [1, 2],
  ]);
  const loss = F.ctcLoss(F.logSoftmax(x, 2), targets, [2, 2], [2, 2], { reduction: 'none' });
  expect(loss.toArray()).toEqual([Number.POSITIVE_INFINITY, expect.closeTo(Math.log(9), 5)]);
  const none = F.ctcLoss(F.logSoftmax(x, 2), targets, [2, 2], [2, 2], { reduction: 'sum', zeroInfinity: true });
  expect(none.item()).toBeCloseTo(Math.log(9), 5);
  none.backward();
  expect(x.grad!.select(1, 0).toArray()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(x.grad!.select(1, 1).abs().sum().item()).toBeGreaterThan(0);
});

test('errors', () => {
  const logp = zeros([3, 2, 4]);
  const targets = int([
    [1, 2],
    [3, 1],
  ]);
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  wrong(
    () => F.ctcLoss(zeros([4]), targets, [3, 3], [2, 2]),
    ShapeError,
    'ctcLoss: logProbs is [4], expected [T, N, C], or [T, C] for one item.',
  );
  wrong(
    () => F.ctcLoss(zeros([3, 0, 4]), zeros([0, 2]).long(), [], []),
    ShapeError,
    'ctcLoss: logProbs is [3, 0, 4], expected at least one step, item and class.',
  );
  wrong(() => F.ctcLoss(logp.long(), targets, [3, 3], [2, 2]), DTypeError, 'expected float32 or float64');
  wrong(() => F.ctcLoss(logp, targets.float(), [3, 3], [2, 2]), DTypeError, 'ctcLoss: targets is float32, expected int64 or int32 labels.');
  wrong(() => F.ctcLoss(logp, targets, zeros([2]), [2, 2]), DTypeError, 'ctcLoss: inputLengths is float32, expected whole numbers.');
  wrong(
    () => F.ctcLoss(logp, targets, [3], [2, 2]),
    ShapeError,
    'ctcLoss: inputLengths has 1 numbers, expected one for each of the 2 items of logProbs.',
  );
  wrong(() => F.ctcLoss(logp, targets, [3, 4], [2, 2]), ShapeError, 'ctcLoss: inputLengths[1] is 4, but logProbs [3, 2, 4] has 3 steps.');
  wrong(
    () => F.ctcLoss(logp, targets, [3, 3], [2, -1]),
    ArgumentError,
    'ctcLoss: targetLengths[1] is -1, expected a whole number of at least 0.',
  );
  wrong(
    () => F.ctcLoss(logp, targets, 3 as unknown as number[], [2, 2]),
    ArgumentError,
    'ctcLoss: inputLengths is 3, expected a tensor or an array',
  );
  wrong(
    () => F.ctcLoss(logp, targets, [3, 3], [2, 3]),
    ShapeError,
    'ctcLoss: targets is [2, 2], expected [2, 3] (items, at least the largest of targetLengths), or all labels in a row.',
  );
  wrong(
    () => F.ctcLoss(logp, int([1, 2, 3]), [3, 3], [2, 2]),
    ShapeError,
    'ctcLoss: targets is [3], expected [4], the sum of targetLengths, or [N, S] with a row for each item.',
  );
  wrong(
    () => F.ctcLoss(logp, int([1, 2, 3, 4]), [3, 3], [2, 2]),
    IndexError,
    'ctcLoss: target 4 is out of bounds for 4 classes. Labels run from 0 to 3.',
  );
  wrong(
    () => F.ctcLoss(logp, targets, [3, 3], [2, 2], { blank: 4 }),
    ArgumentError,
    'ctcLoss: blank is 4, expected one of the labels from 0 to 3 (logProbs [3, 2, 4]).',
  );
  wrong(() => F.ctcLoss(logp, targets, [3, 3], [2, 2], 0.5), ArgumentError, 'ctcLoss: blank is 0.5, expected a whole number.');
});
