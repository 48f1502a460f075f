import { ArgumentError, autograd, DTypeError, GradError, IndexError, nn, noGrad, ones, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { double, int, leaf, pattern } from '../../../../test/helpers/tensors.js';

const F = nn.functional;

const labels = () => int([1, 3, 0]);
const w = () => double([0.5, 1, 2, 0.25]);

describe('gradients, both times', () => {
  const settings = [{}, { weight: w() }, { labelSmoothing: 0.3, weight: w(), ignoreIndex: 0 }, { labelSmoothing: 0.1, ignoreIndex: 3 }];
  const functions: Record<string, (x: Tensor, options: object) => Tensor> = {
    'crossEntropy of labels': (x, options) => F.crossEntropy(x, labels(), options),
    'crossEntropy of labels at several places': (x, options) =>
      F.crossEntropy(
        x.unsqueeze(2).mul(double([1, -2])),
        int([
          [1, 0],
          [3, 3],
          [0, 2],
        ]),
        options,
      ),
    nllLoss: (x, options) => {
      const { labelSmoothing: _, ...own } = options as { labelSmoothing?: number };
      return F.nllLoss(F.logSoftmax(x, 1), labels(), own);
    },
  };

  test("the recorded gradient is the kernel's", () => {
    const x = leaf(3, 4);
    for (const fn of Object.values(functions)) {
      for (const setting of settings) {
        const [fused] = autograd.grad(fn(x, setting), x);
        const [recorded] = autograd.grad(fn(x, setting), x, { createGraph: true });
        expect(recorded!.sub(fused!).abs().sum().item()).toBeLessThan(1e-12);
      }
    }
  });
});

test('int32 and uint8 labels count like int64 ones', () => {
  const x = pattern(3, 4);
  const want = F.crossEntropy(x, labels()).item();
  expect(F.crossEntropy(x, labels().int()).item()).toBe(want);
  expect(F.crossEntropy(x, labels().to('uint8')).item()).toBe(want);
  expect(noGrad(() => F.crossEntropy(x, labels())).item()).toBe(want);
});

test('the weight by position', () => {
  const [x, weight] = [pattern(3, 4), double([1, 2, 3, 4])];
  for (const loss of [F.crossEntropy, F.nllLoss]) {
    expect(loss(x, labels(), weight).item()).toBe(loss(x, labels(), { weight }).item());
    expect(loss(x, labels(), weight, { reduction: 'sum' }).item()).toBe(loss(x, labels(), { weight, reduction: 'sum' }).item());
    expect(loss(x, labels(), null).item()).toBe(loss(x, labels()).item());
  }
});

describe('errors', () => {
  const x = zeros([2, 3]);
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };

  test('a target of another shape', () => {
    wrong(
      () => F.crossEntropy(x, int([[0], [1]])),
      ShapeError,
      "crossEntropy: target is [2, 1], expected [2]: the input's shape [2, 3] without its class dim. Drop the dim of size 1: target.squeeze(1).",
    );
    wrong(() => F.crossEntropy(x, int([0, 1, 2])), ShapeError, 'The batch sizes differ: 2 against 3.');
    wrong(
      () =>
        F.crossEntropy(
          x,
          int([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        ),
      ShapeError,
      "For one-hot or soft targets use target.to('float32'); for labels, their index: target.argmax(1).",
    );
    wrong(
      () =>
        F.nllLoss(
          x,
          int([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        ),
      ShapeError,
      'For one-hot targets, give their index: target.argmax(1).',
    );
    wrong(() => F.crossEntropy(zeros([2, 3, 4]), int([0, 1])), ShapeError, 'crossEntropy: target is [2], expected [2, 4]');
    wrong(() => F.crossEntropy(zeros([3]), int([0, 1])), ShapeError, 'crossEntropy: target is [2], expected []');
    expect(F.crossEntropy(zeros([3]), int([0]), { reduction: 'none' }).shape).toEqual([]);
    wrong(() => F.crossEntropy(zeros([]), int([0])), ShapeError, 'crossEntropy: input has no dims');
  });

  test('wrong labels', () => {
    wrong(
      () => F.crossEntropy(x, zeros([2])),
      DTypeError,
      "crossEntropy: target is float32 [2], expected int64 or int32 class labels. Convert them with target.long(). Class probabilities must have the input's shape [2, 3].",
    );
    wrong(() => F.nllLoss(x, zeros([2, 3])), DTypeError, 'nllLoss: target is float32 [2, 3], expected int64 or int32 class labels.');
    wrong(() => F.crossEntropy(x, tensor([true, false])), DTypeError, 'target is bool');
    wrong(() => F.crossEntropy(int([0, 1]), x), DTypeError, 'The arguments look swapped: scores come first, labels second.');
    wrong(() => F.crossEntropy(int([[0, 1]]), int([0])), DTypeError, 'expected float32 or float64');
  });

  test('labels outside the classes', () => {
    wrong(
      () => F.crossEntropy(x, int([0, 3])),
      IndexError,
      'crossEntropy: target 3 is out of bounds for 3 classes. Labels run from 0 to 2',
    );
    wrong(() => F.nllLoss(x, int([-1, 0])), IndexError, 'nllLoss: target -1 is out of bounds for 3 classes.');
    expect(F.crossEntropy(x, int([-100, 0])).item()).toBeCloseTo(Math.log(3), 6);
  });

  test('options', () => {
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: zeros([4]) }),
      ShapeError,
      'crossEntropy: weight is [4], expected one value per class: [3] (input [2, 3]).',
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: zeros([3], { dtype: 'float64' }) }),
      DTypeError,
      "crossEntropy: weight is float64, expected the input's float32. Use weight.to('float32').",
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { labelSmoothing: 1.5 }),
      ArgumentError,
      'crossEntropy: labelSmoothing is 1.5, expected a number from 0 to 1.',
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { reduction: 'avg' as 'mean' }),
      ArgumentError,
      "crossEntropy: reduction is \"avg\", expected 'mean', 'sum' or 'none'.",
    );
    wrong(() => F.crossEntropy(x, int([0, 1]), { ignoreIndex: 0.5 }), ArgumentError, 'ignoreIndex is 0.5, expected a whole number');
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: ones([3]).requiresGrad_() }),
      GradError,
      'crossEntropy: there is no gradient for weight with labels, but it requires one. Use weight.detach().',
    );
    wrong(() => F.crossEntropy(x, x, { ignoreIndex: 1 }), ArgumentError, 'a floating target holds probabilities, not labels');
  });
});
