import { ArgumentError, autograd, nn, randn, ShapeError, zeros } from 'hone';
import { expect, test } from 'vitest';

const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
};

test('padding layers say what does not fit', () => {
  const x = zeros([1, 2, 3, 3]);
  wrong(
    () => new nn.ReflectionPad2d(3).forward(x),
    ShapeError,
    'ReflectionPad2d: reflect padding of 3 and 3 needs a larger dim than dim 3 of size 3 (shape [1, 2, 3, 3]).',
  );
  wrong(
    () => new nn.ReplicationPad1d(1).forward(x),
    ShapeError,
    'ReplicationPad1d: input is [1, 2, 3, 3] (4 dims), expected [N, C, L], or [C, L] for one item.',
  );
  wrong(
    () => new nn.ZeroPad2d([1, 2] as never),
    ArgumentError,
    'ZeroPad2d: padding is [1, 2], expected a whole number, or 4 of them: before and after each axis, the last axis first.',
  );
  wrong(() => new nn.CircularPad2d(1.5), ArgumentError, 'CircularPad2d: padding is 1.5, expected a whole number');
  wrong(() => new nn.ConstantPad1d(1, undefined as never), ArgumentError, 'ConstantPad1d: value is undefined, expected a number.');
  wrong(
    () => new nn.ZeroPad1d([-2, -2]).forward(zeros([2, 3])),
    ShapeError,
    'ZeroPad1d: padding -2 and -2 leave nothing of dim 1 of size 3',
  );
});

test('gradients of what PyTorch gets wrong: a circle that is cut at one end', () => {
  const x = randn([1, 2, 3], { dtype: 'float64' }).requiresGrad_();
  expect(autograd.gradcheck((x) => new nn.CircularPad2d([0, 0, -1, 2]).forward(x!.reshape([1, 2, 3])), x)).toBe(true);
});

test('a value may be given by name', () => {
  const x = zeros([1, 1]);
  expect(new nn.ConstantPad1d(1, { value: 2.5 }).forward(x).toArray()).toEqual([[2.5, 0, 2.5]]);
});
