import { ArgumentError, arange, autograd, DTypeError, F, nn, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern } from '../../../test/helpers/tensors.js';

const { gradcheck, gradgradcheck } = autograd;

describe('gradients, both times, where those of PyTorch are not of its values', () => {
  const functions: Record<string, [shape: number[], fn: (x: Tensor) => Tensor]> = {
    'nearest, a factor that doubles by chance': [[1, 1, 3], (x) => F.interpolate(x, { scaleFactor: 2.3 })],
    'bicubic, a factor that keeps the size': [[1, 1, 3, 3], (x) => F.interpolate(x, { scaleFactor: 1.1, mode: 'bicubic' })],
  };
  test.each(Object.entries(functions))('%s', (_name, [shape, fn]) => {
    expect(gradcheck((x) => fn(x!), leaf(...shape))).toBe(true);
    expect(gradgradcheck((x) => fn(x!.mul(x!)), leaf(...shape))).toBe(true);
  });
});

test('an identity is a copy', () => {
  const x = pattern(1, 1, 4);
  const y = F.interpolate(x, 4);
  expect(y.toArray()).toEqual(x.toArray());
  y.mul_(0);
  expect(x.abs().sum().item()).toBeGreaterThan(0);
});

test('arguments by position and by name', () => {
  const x = pattern(1, 1, 2, 3);
  expect(F.interpolate(x, [4, 6]).toArray()).toEqual(F.interpolate(x, { size: [4, 6] }).toArray());
  expect(F.interpolate(x, null, 2).toArray()).toEqual(F.interpolate(x, { scaleFactor: 2 }).toArray());
  expect(F.interpolate(x, null, 2, 'bilinear', true).toArray()).toEqual(
    F.interpolate(x, { scaleFactor: 2, mode: 'bilinear', alignCorners: true }).toArray(),
  );
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const x = zeros([1, 2, 4, 4]);
  wrong(() => F.interpolate(x), ArgumentError, 'interpolate: expected either size or scaleFactor, got neither.');
  wrong(() => F.interpolate(x, { size: 2, scaleFactor: 2 }), ArgumentError, 'interpolate: expected either size or scaleFactor, got both.');
  wrong(
    () => F.interpolate(x, [2, 2, 2]),
    ShapeError,
    'interpolate: size is [2, 2, 2], expected one number for each of 2 axes of the input [1, 2, 4, 4].',
  );
  wrong(
    () => F.interpolate(x, { size: 3, mode: 'linear' }),
    ArgumentError,
    "interpolate: mode 'linear' takes 3 dims, the input [1, 2, 4, 4] has 4. Use 'bilinear' or 'nearest'.",
  );
  wrong(
    () => F.interpolate(x, { size: 3, alignCorners: false }),
    ArgumentError,
    "interpolate: mode 'nearest' does not take alignCorners; linear, bilinear, bicubic and trilinear do. Leave it out.",
  );
  wrong(
    () => F.interpolate(zeros([4, 4]), 2),
    ShapeError,
    'interpolate: input is [4, 4], expected [N, C, L], [N, C, H, W] or [N, C, D, H, W].',
  );
  wrong(
    () => F.interpolate(x, { scaleFactor: 0.1 }),
    ShapeError,
    'interpolate: input [1, 2, 4, 4] cannot become [1, 2, 0, 0]: only the batch may be empty.',
  );
  wrong(
    () => F.interpolate(x, { scaleFactor: 2, mode: 'cubic' as 'bicubic' }),
    ArgumentError,
    'interpolate: mode is "cubic", expected \'nearest\'',
  );
  wrong(() => F.interpolate(x, { scale: 2 } as object), ArgumentError, 'interpolate: there is no option "scale".');
  wrong(() => F.interpolate(arange(4).reshape([1, 1, 4]), 2), DTypeError, 'expected float32 or float64');
  wrong(() => new nn.Upsample({ scaleFactor: 2, mode: 'linear' }).forward(x), ArgumentError, "Upsample: mode 'linear' takes 3 dims");
});

test('a reduced image keeps its mean with area and antialias', () => {
  const x = pattern(1, 1, 6, 6);
  for (const y of [F.interpolate(x, { size: 2, mode: 'area' }), F.interpolate(x, { size: 3, mode: 'area' })])
    expect(y.mean().item()).toBeCloseTo(x.mean().item(), 12);
  expect(F.interpolate(tensor([[[1, 3]]]), { size: 1, mode: 'area' }).toArray()).toEqual([[[2]]]);
});
