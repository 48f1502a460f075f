/** Sampling at places, beyond the fixtures: what is not touched, how results lie, what is refused and in which words. */
import { ArgumentError, autograd, DTypeError, F, ones, rand, ShapeError, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

test('what lies outside is not read: an infinite element there leaves no NaN', () => {
  const x = tensor([[[[Number.POSITIVE_INFINITY, 1, 2]]]]);
  const at = (place: number) =>
    F.gridSample(x, tensor([[[[place, 0]]]]), { alignCorners: true })
      .flatten()
      .toArray();
  expect(at(2)).toEqual([0]);
  expect(at(1.5)).toEqual([1]);
  expect(at(-5)).toEqual([0]);
});

test('an affine map of nothing gives the image back, in every mode, images and volumes', () => {
  const [image, volume] = [rand([2, 3, 4, 5]), rand([1, 2, 3, 2, 4])];
  for (const alignCorners of [true, false]) {
    const flat = F.affineGrid(
      tensor([
        [1, 0, 0],
        [0, 1, 0],
      ]).expand([2, 2, 3]),
      image.shape,
      { alignCorners },
    );
    const deep = F.affineGrid(
      tensor([
        [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ],
      ]),
      volume.shape,
      alignCorners,
    );
    for (const mode of ['bilinear', 'nearest', 'bicubic'] as const) {
      for (const paddingMode of ['border', 'reflection'] as const) {
        expect(F.gridSample(image, flat, { mode, paddingMode, alignCorners }).sub(image).abs().max().item()).toBeLessThan(1e-5);
        expect(F.gridSample(volume, deep, { mode, paddingMode, alignCorners }).sub(volume).abs().max().item()).toBeLessThan(1e-5);
      }
    }
  }
});

test('results are row-major, and the steps have PyTorch’s names', () => {
  const x = rand([1, 3, 4, 5]).permute([0, 1, 3, 2]).requiresGrad_();
  const y = F.gridSample(x, rand([1, 2, 2, 2]));
  expect(y.isContiguous()).toBe(true);
  expect(String(y)).toContain('GridSampler2DBackward0');
  const theta = rand([1, 2, 3], { requiresGrad: true });
  expect(String(F.affineGrid(theta, [1, 1, 2, 2]))).toContain('AffineGridGeneratorBackward0');
});

test('gradients, and those of gradients, are those of finite differences', () => {
  const x = rand([1, 2, 3, 4], { dtype: 'float64', requiresGrad: true });
  const grid = tensor(
    [
      [
        [
          [0.31, -0.22],
          [-0.83, 0.57],
        ],
        [
          [1.3, 0.1],
          [-0.4, -1.6],
        ],
      ],
    ],
    { dtype: 'float64', requiresGrad: true },
  );
  for (const mode of ['bilinear', 'bicubic'] as const)
    for (const paddingMode of ['zeros', 'border', 'reflection'] as const) {
      const sample = () => F.gridSample(x, grid, { mode, paddingMode });
      expect(autograd.gradcheck(sample, [x, grid])).toBeTruthy();
      expect(autograd.gradgradcheck(sample, [x, grid])).toBeTruthy();
    }
});

test('what does not fit is named', () => {
  const x = zeros([1, 1, 3, 3]);
  expect(() => F.gridSample(x, zeros([1, 2, 2, 3]))).toThrow(/^gridSample: expected grid \[1, H, W, 2\] for this x, got x \[1, 1, 3, 3\]/);
  expect(() => F.gridSample(zeros([1, 3, 3]), zeros([1, 2, 2, 2]))).toThrow(ShapeError);
  expect(() => F.gridSample(x, zeros([1, 2, 2, 2], { dtype: 'float64' }))).toThrow(DTypeError);
  expect(() => F.gridSample(x, [[0, 0]] as never)).toThrow(/grid is a list, expected a Tensor/);
  expect(() => F.gridSample(x, zeros([1, 2, 2, 2]), { mode: 'trilinear' as never })).toThrow(/expected 'bilinear', 'nearest' or 'bicubic'/);
  expect(() => F.gridSample(x, zeros([1, 2, 2, 2]), { padding_mode: 'border' } as never)).toThrow(/Did you mean paddingMode/);
  expect(() => F.gridSample(x, zeros([1, 2, 2, 2]), { alignCorners: 1 as never })).toThrow(/alignCorners is 1, expected true or false/);
  expect(() => F.affineGrid(ones([1, 2, 3]), [2, 1, 4, 4])).toThrow(/^affineGrid: theta is \[1, 2, 3\], expected \[2, 2, 3\]/);
  expect(() => F.affineGrid(ones([1, 2, 3]), [1, 1, 2.5, 4])).toThrow(ArgumentError);
  expect(() => F.affineGrid(ones([1, 2, 3]), [1, 1, 2 ** 40, 4])).toThrow(/linspace/);
});
