import { autograd, DTypeError, Generator, GradError, matmul, randn, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { record } from './node.js';

const { gradcheck, gradgradcheck } = autograd;
const generator = new Generator(1);
const input = (...shape: number[]) => randn(shape, { dtype: 'float64', generator }).requiresGrad_();

/** x squared, with a gradient that is off by a factor. */
function wrongSquare(x: Tensor): Tensor {
  return record('wrongSquare', x.detach().square(), [x], [x], (g, [s]) => [g.mul(s!)]);
}

/** x cubed: the first gradient is right, that of the gradient is not. */
function wrongTwice(x: Tensor): Tensor {
  return record('wrongTwice', x.detach().pow(3), [x], [x], (g, [s]) => [
    record('inner', g.detach().mul(s!.detach().square().mul(3)), [g, s!], [g, s!], (gg, [a, b]) => [
      gg.mul(b!.square().mul(3)),
      gg.mul(a!).mul(b!),
    ]),
  ]);
}

describe('gradcheck', () => {
  test('accepts right gradients, for several inputs and outputs', () => {
    expect(gradcheck((a, b) => [matmul(a!, b!), a!.exp()], [input(2, 3), input(3, 2)])).toBe(true);
  });

  test('takes non-contiguous, 0-dim and empty inputs, and leaves their values', () => {
    const x = randn([3, 2], { dtype: 'float64', generator }).t().requiresGrad_();
    const before = x.toArray();
    expect(gradcheck((a) => a!.sin(), x)).toBe(true);
    expect(x.toArray()).toEqual(before);
    expect(gradcheck((a) => a!.exp(), input())).toBe(true);
    expect(gradcheck((a) => a!.exp(), zeros([0, 3], { dtype: 'float64' }).requiresGrad_())).toBe(true);
  });

  test('names output, input, index and both values of a wrong gradient', () => {
    const x = tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true });
    const other = input(2);
    expect(() => gradcheck((_, a) => wrongSquare(a!), [other, x])).toThrow(GradError);
    expect(() => gradcheck((_, a) => wrongSquare(a!), [other, x])).toThrow(
      /output 0 \[0\] with respect to input 1 \[0\] is wrong: numerically (2\.0|1\.9999)\d*, by backward 1 /,
    );
    expect(gradcheck((a) => wrongSquare(a!), x, { raiseException: false })).toBe(false);
  });

  test('finds a gradient that is missing', () => {
    expect(() => gradcheck((a, b) => a!.mul(b!.detach()), [input(2), input(2)])).toThrow(/input 1 \[0\] is wrong/);
    expect(() => gradcheck((a) => a!.detach().mul(2), input(2))).toThrow(/by backward 0 /);
  });

  test('wants float64 and something to differentiate', () => {
    expect(() => gradcheck((a) => a!.exp(), tensor([1], { requiresGrad: true }))).toThrow(DTypeError);
    expect(() => gradcheck((a) => a!.exp(), tensor([1], { dtype: 'float64' }))).toThrow(/no input requires gradients/);
    expect(() => gradcheck((a) => a!.gt(0), input(2))).toThrow(/no floating tensor/);
    expect(() =>
      gradcheck(
        (a) => a!.exp(),
        tensor([[1]], { dtype: 'float64' })
          .expand(2, 2)
          .requiresGrad_(),
      ),
    ).toThrow(/share memory/);
  });
});

describe('gradgradcheck', () => {
  test('accepts right second derivatives', () => {
    expect(gradgradcheck((a, b) => matmul(a!, b!).tanh(), [input(2, 3), input(3, 2)])).toBe(true);
    expect(gradgradcheck((a) => a!.pow(3), input(4))).toBe(true);
  });

  test('finds a wrong one behind a right first derivative', () => {
    const x = tensor([1, 2], { dtype: 'float64', requiresGrad: true });
    expect(gradcheck((a) => wrongTwice(a!), x)).toBe(true);
    expect(() => gradgradcheck((a) => wrongTwice(a!), x)).toThrow(GradError);
  });
});
