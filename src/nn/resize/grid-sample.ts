/**
 * Sampling of images and volumes at given places, and the places of an affine map. Axis by axis a place becomes taps: indices of elements
 * and their weights; what is sampled is the sum over all combinations of taps, each element times its weights.
 */
import { noGrad } from '../../autograd/modes/mode.js';
import { named, record } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { add, div, minimum, mul, sub } from '../../ops/elementwise/binary.js';
import { ge, gt, le, logicalAnd, logicalXor, lt } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { abs, floor, round, trunc } from '../../ops/elementwise/unary.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { cat, stack } from '../../ops/join/join.js';
import { matmul } from '../../ops/products/matmul.js';
import { sum } from '../../ops/reduce/sum.js';
import { contiguous, detach, filled, to } from '../../ops/view/copy.js';
import { expand, permute, reshape, transpose, unsqueeze } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertBoolean, assertFloating, assertSameDType, assertTensor, oneOf, wholeNumbers } from '../../tensor/arguments/checks.js';
import { arange, linspace, ones, zeros } from '../../tensor/create/create.js';
import { numel, type Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/** How values between elements are found; 'bilinear' is trilinear in volumes. */
export type GridSampleMode = 'bilinear' | 'nearest' | 'bicubic';
/** What lies outside: zeros, the nearest element of the border, or the mirrored image. */
export type GridSamplePadding = 'zeros' | 'border' | 'reflection';

/** The options of {@link gridSample}. */
export interface GridSampleOptions {
  /** How values between elements are found; 'bilinear' is trilinear in volumes. Default: 'bilinear'. */
  mode?: GridSampleMode;
  /** What lies outside: zeros, the nearest element of the border, or the mirrored image. Default: 'zeros'. */
  paddingMode?: GridSamplePadding;
  /** Whether -1 and 1 are the centers of the first and last elements, or (default, false) the outer edges of these. */
  alignCorners?: boolean | null;
}

/** The options of {@link affineGrid}. */
export interface AffineGridOptions {
  /** Whether -1 and 1 are the centers of the first and last elements, or (default, false) the outer edges of these. */
  alignCorners?: boolean | null;
}

const MODES: readonly GridSampleMode[] = ['bilinear', 'nearest', 'bicubic'];
const PADDINGS: readonly GridSamplePadding[] = ['zeros', 'border', 'reflection'];

/**
 * Samples images or volumes at the places of a grid: `out[n, :, h, w] = x[n, :, at grid[n, h, w]]`. A place is given by numbers from -1 to 1 from one
 * end of an axis to the other, that of the last axis first: (x, y), or (x, y, z).
 * @param x [N, C, H, W] or [N, C, D, H, W], floating.
 * @param grid [N, H', W', 2] or [N, D', H', W', 3], of the same dtype. NaN is outside.
 * @param args the options in the order of their list, or by name.
 * @returns [N, C, H', W'] or [N, C, D', H', W'].
 * Gradient: to x where it was read, and to the grid (0 with mode 'nearest'; 0 beyond the border with the paddings that stay inside).
 * @throws {ShapeError} for shapes that do not fit, or empty axes. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for another mode or padding.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
 * @example
 * const image = tensor([[[[1, 2], [3, 4]]]]);
 * F.gridSample(image, tensor([[[[0, 0], [-1, -1], [1, -1]]]]), { alignCorners: true }); // [[[[2.5, 1, 2]]]]
 */
export function gridSample(
  x: Tensor,
  grid: Tensor,
  ...args: Arguments<GridSampleOptions, [mode: 'mode', paddingMode: 'paddingMode', alignCorners: 'alignCorners']>
): Tensor {
  const op = 'gridSample';
  const { mode, paddingMode, alignCorners } = readArguments<Settings<GridSampleOptions>>(
    op,
    { mode: 'bilinear', paddingMode: 'zeros', alignCorners: null },
    args,
  );
  assertFloating(op, 'x', x);
  checkOperands(op, x, grid);
  oneOf(op, 'mode', mode, MODES);
  oneOf(op, 'paddingMode', paddingMode, PADDINGS);
  const align = alignOf(op, alignCorners);

  const [n, c] = x.shape as [number, number, ...number[]];
  const sizes = x.shape.slice(2);
  const places = grid.shape.slice(1, -1);
  const flat = reshape(grid, [numel(grid.shape) / sizes.length, sizes.length]);
  const axes = sizes.map((size, i) => {
    const column = select(flat, 1, sizes.length - 1 - i);
    return tapsAt(column, { size, align, padding: paddingMode, volume: sizes.length === 3 }, mode);
  });
  const rows = noGrad(() => rowsOf(axes, sizes, n));
  // Channels side by side, so that a tap is one copy; the row of zeros after all others stands for whatever is outside.
  const pixels = reshape(permute(x, [0, ...sizes.map((_, i) => i + 2), 1]), [n * numel(sizes), c]);
  const table = cat([pixels, zeros([1, c], { dtype: x.dtype })], 0);
  const read = reshape(slicesAt(op, table, 0, rows), [tapCount(axes), flat.shape[0]!, c]);
  const weights = axes.map(({ weight }) => weight).filter((weight) => weight !== null);
  const out = weights.length === 0 ? read : sum(mul(read, unsqueeze(weights.reduce(outer), 2)), { dim: 0 });
  const order = [0, sizes.length + 1, ...sizes.map((_, i) => i + 1)];
  return named(`GridSampler${sizes.length}D`, contiguous(permute(reshape(out, [n, ...places, c]), order)));
}

/** The taps of one axis at P places, both [T, P]: which elements, as numbers that may lie outside; and their weights, null for one of 1. */
interface Taps {
  readonly at: Tensor;
  readonly weight: Tensor | null;
}

/** An axis that is sampled. */
interface Axis {
  readonly size: number;
  readonly align: boolean;
  readonly padding: GridSamplePadding;
  /** PyTorch rounds otherwise in volumes. */
  readonly volume: boolean;
}

function tapsAt(column: Tensor, axis: Axis, mode: GridSampleMode): Taps {
  const raw = onAxis(column, axis);
  if (mode === 'bicubic') {
    const first = noGrad(() => floor(detach(raw)));
    const at = noGrad(() => stack([-1, 0, 1, 2].map((k) => trunc(kept(add(first, k), axis).at))));
    return { at, weight: cubicWeights(sub(raw, first)) };
  }
  const place = inside(raw, axis);
  if (mode === 'nearest') {
    const at = noGrad(() => unsqueeze(round(detach(place)), 0));
    const { shape } = at;
    // Constant between its jumps, which for the tape is a gradient of 0.
    const weight = place.requiresGrad
      ? record('gridSample', ones(shape, { dtype: at.dtype }), {
          inputs: { place },
          composed: (g) => ({ place: zeros(shape.slice(1), { dtype: g.dtype }) }),
        })
      : null;
    return { at, weight };
  }
  const [low, high] = noGrad(() => {
    const first = floor(detach(place));
    return [first, add(first, 1)] as const;
  });
  return { at: noGrad(() => stack([low, high])), weight: stack([sub(high, place), sub(place, low)]) };
}

/** From -1 to 1 to the elements' own numbers: the first is 0, in PyTorch's order of operations. */
function onAxis(column: Tensor, { size, align, volume }: Axis): Tensor {
  const shifted = add(column, 1);
  if (volume) return align ? mul(div(shifted, 2), size - 1) : div(sub(mul(shifted, size), 1), 2);
  // PyTorch's vectors fuse the product and the sum, as add does where the processor can.
  return align ? mul(shifted, (size - 1) / 2) : add(filled(shifted.shape, shifted.dtype, -0.5), shifted, { alpha: size / 2 });
}

/** The place that stands for one outside, if the padding has any; its gradient is 0 from the border on. */
function inside(raw: Tensor, axis: Axis): Tensor {
  if (axis.padding === 'zeros') return raw;
  const { at, slope } = noGrad(() => kept(detach(raw), axis));
  return record('gridSample', at, { inputs: { raw }, saved: { slope }, composed: (g, { slope }) => ({ raw: mul(g, slope) }) });
}

/** {@link inside} with the factor of its gradient, neither of them recorded. */
function kept(u: Tensor, { size, align, padding }: Axis): { at: Tensor; slope: Tensor } {
  if (padding === 'zeros') return { at: u, slope: u };
  let [at, slope] = [u, ones([], { dtype: u.dtype })];
  if (padding === 'reflection') {
    const [low, twice] = align ? [0, 2 * (size - 1)] : [-0.5, 2 * size];
    if (twice === 0) return { at: filled(u.shape, u.dtype, 0), slope: zeros([], { dtype: u.dtype }) };
    const away = sub(u, low);
    const length = abs(away);
    const rest = sub(length, mul(trunc(div(length, twice)), twice));
    const other = sub(twice, rest);
    at = add(minimum(rest, other), low);
    slope = where(logicalXor(gt(rest, other), lt(away, 0)), filled([], u.dtype, -1), slope);
  }
  const last = filled([], u.dtype, size - 1);
  const zero = filled([], u.dtype, 0);
  slope = where(logicalAnd(gt(at, 0), lt(at, last)), slope, zero);
  // NaN is none of both, and becomes 0.
  return { at: where(gt(at, 0), minimum(at, last), zero), slope };
}

/** The weights of the elements at -1, 0, 1 and 2 from the one before `t`, by cubic convolution with a = -0.75: [4, P]. */
function cubicWeights(t: Tensor): Tensor {
  const a = -0.75;
  const near = (d: Tensor) => add(mul(mul(sub(mul(d, a + 2), a + 3), d), d), 1);
  const far = (d: Tensor) => sub(mul(add(mul(sub(mul(d, a), 5 * a), d), 8 * a), d), 4 * a);
  const back = sub(1, t);
  return stack([far(add(t, 1)), near(t), near(back), far(add(back, 1))]);
}

/** Every tap of one with every tap of the other: [T, P] and [S, P] to [T S, P]. */
function outer(a: Tensor, b: Tensor): Tensor {
  return reshape(mul(unsqueeze(a, 1), unsqueeze(b, 0)), [a.shape[0]! * b.shape[0]!, a.shape[1]!]);
}

const tapCount = (axes: readonly Taps[]) => axes.reduce((count, { at }) => count * at.shape[0]!, 1);

/** The row of each tap in the table of all pixels, or that after the last one for taps outside: one dim of taps, then places. */
function rowsOf(axes: readonly Taps[], sizes: Shape, n: number): Tensor {
  const pixels = numel(sizes);
  const count = axes[0]!.at.shape[1]!;
  let row: Tensor | null = null;
  let within: Tensor | null = null;
  axes.forEach(({ at }, i) => {
    const fits = logicalAnd(ge(at, 0), le(at, sizes[i]! - 1));
    const index = to(where(fits, at, filled([], at.dtype, 0)), 'int64');
    const [t, shape] = [(row?.shape[0] ?? 1) * at.shape[0]!, at.shape[1]!];
    row = row === null ? index : reshape(add(unsqueeze(mul(row, sizes[i]!), 1), unsqueeze(index, 0)), [t, shape]);
    within = within === null ? fits : reshape(logicalAnd(unsqueeze(within, 1), unsqueeze(fits, 0)), [t, shape]);
  });
  const batch = reshape(expand(mul(reshape(arange(n), [n, 1]), pixels), [n, n === 0 ? 0 : count / n]), [count]);
  return reshape(where(within!, add(row!, batch), filled([], 'int64', n * pixels)), [-1]);
}

function checkOperands(op: string, x: Tensor, grid: Tensor): void {
  assertTensor(op, 'grid', grid);
  const given = `x ${showShape(x.shape)}, grid ${showShape(grid.shape)}`;
  assertSameDType(op, { x, grid });
  const axes = x.ndim - 2;
  if (axes !== 2 && axes !== 3)
    throw new ShapeError(`${op}: expected x [N, C, H, W] or [N, C, D, H, W], got ${given}. Insert missing dims with unsqueeze.`);
  if (grid.ndim !== x.ndim || grid.shape[0] !== x.shape[0] || grid.shape.at(-1) !== axes)
    throw new ShapeError(`${op}: expected grid [${x.shape[0]}, ${axes === 2 ? 'H, W, 2' : 'D, H, W, 3'}] for this x, got ${given}.`);
  if (x.shape.slice(2).includes(0)) throw new ShapeError(`${op}: x has no elements along an axis to sample from (${given}).`);
}

function alignOf(op: string, value: boolean | null): boolean {
  if (value !== null) assertBoolean(op, 'alignCorners', value);
  return value === true;
}

/**
 * The places that an affine map takes each place of an image or volume to: what {@link gridSample} reads, so that the two together
 * turn, scale, shear and shift.
 * @param theta the maps, [N, 2, 3] for images and [N, 3, 4] for volumes, floating.
 * @param size that of the image or volume that is to come out: [N, C, H, W] or [N, C, D, H, W].
 * @param args alignCorners (default false), which must be that of gridSample.
 * @returns [N, H, W, 2] or [N, D, H, W, 3]: `theta` times (x, y, 1) or (x, y, z, 1), from -1 to 1.
 * @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for integers. @throws {ArgumentError} for sizes below 1.
 * @see Jaderberg et al. 2015, https://arxiv.org/abs/1506.02025; https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
 * @example
 * F.affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]]), [1, 1, 1, 2]); // [[[[-0.5, 0], [0.5, 0]]]]
 */
export function affineGrid(theta: Tensor, size: Shape, ...args: Arguments<AffineGridOptions, [alignCorners: 'alignCorners']>): Tensor {
  const op = 'affineGrid';
  const { alignCorners } = readArguments<Settings<AffineGridOptions>>(op, { alignCorners: null }, args);
  assertFloating(op, 'theta', theta);
  const align = alignOf(op, alignCorners);
  const [n, , ...sizes] = wholeNumbers(op, 'size', size, { min: 1 });
  const axes = sizes.length;
  if (n === undefined || (axes !== 2 && axes !== 3))
    throw new ShapeError(`${op}: size is ${showShape(size)}, expected [N, C, H, W] or [N, C, D, H, W].`);
  if (theta.ndim !== 3 || theta.shape[0] !== n || theta.shape[1] !== axes || theta.shape[2] !== axes + 1)
    throw new ShapeError(
      `${op}: theta is ${showShape(theta.shape)}, expected ${showShape([n, axes, axes + 1])} for the size ${showShape(size)}.`,
    );
  const base = noGrad(() => homogeneous(sizes, theta, align));
  return named('AffineGridGenerator', reshape(matmul(base, transpose(theta, 1, 2)), [n, ...sizes, axes]));
}

/** Every place of the axes as (x, y, 1) or (x, y, z, 1), from -1 to 1: [places, axes + 1]. */
function homogeneous(sizes: Shape, { dtype }: Tensor, align: boolean): Tensor {
  const columns = sizes.map((size, i) => {
    const ends = size === 1 ? zeros([1], { dtype }) : linspace(-1, 1, size, { dtype });
    const steps = align || size === 1 ? ends : div(mul(ends, size - 1), size);
    return expand(
      reshape(
        steps,
        sizes.map((s, d) => (d === i ? s : 1)),
      ),
      sizes,
    );
  });
  const all = stack([...columns.reverse(), expand(ones([1], { dtype }), sizes)], -1);
  return reshape(all, [numel(sizes), sizes.length + 1]);
}
