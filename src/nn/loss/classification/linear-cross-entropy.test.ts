import { ArgumentError, nn, ShapeError, zeros } from 'hone';
import { expect, test } from 'vitest';
import { int, leaf } from '../../../../test/helpers/tensors.js';

const F = nn.functional;

test('is crossEntropy of linear, gradients too', () => {
  const [x, w, b] = [leaf(2, 3), leaf(4, 3), leaf(4)];
  const loss = F.linearCrossEntropy(x, w, int([1, 3]), { linearBias: b, labelSmoothing: 0.1 });
  expect(loss.item()).toBe(F.crossEntropy(F.linear(x, w, b), int([1, 3]), { labelSmoothing: 0.1 }).item());
});

test('errors', () => {
  const x = zeros([2, 3]);
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  wrong(
    () => F.linearCrossEntropy(zeros([2, 2, 3]), zeros([4, 3]), int([0, 0])),
    ShapeError,
    'linearCrossEntropy: input is [2, 2, 3], expected [N, D]',
  );
  wrong(
    () => F.linearCrossEntropy(x, zeros([4, 5]), int([0, 0])),
    ShapeError,
    'linearCrossEntropy: input has 3 features, linearWeight expects 5 (input [2, 3], linearWeight [4, 5]).',
  );
  wrong(
    () => F.linearCrossEntropy(x, zeros([4, 3]), int([0, 0]), { linearBias: zeros([3]) }),
    ShapeError,
    'linearCrossEntropy: linearBias is [3], expected [4]',
  );
  wrong(
    () => F.linearCrossEntropy(x, zeros([4, 3]), zeros([2, 4]), { ignoreIndex: 1 }),
    ArgumentError,
    'but the target holds probabilities',
  );
  wrong(() => new nn.LinearCrossEntropyLoss(3, 4, { weight: zeros([3]) }), ShapeError, 'LinearCrossEntropyLoss: weight is [3]');
  wrong(() => new nn.LinearCrossEntropyLoss(3, -4), ArgumentError, 'LinearCrossEntropyLoss: numClasses is -4, expected a whole number');
});
