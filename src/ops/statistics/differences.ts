import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertDims, assertTensor, assertTensorOrNull, wholeNumber } from '../../tensor/arguments/checks.js';
import { normalizeDim } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { logicalXor } from '../elementwise/comparison.js';
import { cat } from '../join/join.js';
import { cumsum } from '../reduce/scan.js';
import { sum } from '../reduce/sum.js';
import { clone, to } from '../view/copy.js';
import { reshape } from '../view/movement.js';
import { narrow } from '../view/select.js';

/** The options of {@link diff}. */
export interface DiffOptions {
  /** How often. Default: 1. */
  n?: number;
  /** Default: -1, the last. */
  dim?: number;
  /** Joined to `x` in front along `dim`, before anything else. */
  prepend?: Tensor | null;
  /** Joined to `x` at the end. */
  append?: Tensor | null;
}

/**
 * Differences of neighbours along a dim, taken `n` times.
 * @param given n, dim, prepend and append in this order, or by name.
 * @throws {ArgumentError} for an n that is no whole number of at least 0. @throws {ShapeError} for 0 dims, and parts that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.diff.html
 * @example
 * diff(tensor([1, 3, 6]), { prepend: tensor([0]) }); // [1, 2, 3]
 */
export function diff(x: Tensor, ...given: Arguments<DiffOptions, [n: 'n', dim: 'dim', prepend: 'prepend', append: 'append']>): Tensor {
  assertTensor('diff', 'x', x);
  const defaults: Required<DiffOptions> = { n: 1, dim: -1, prepend: null, append: null };
  const { n, dim, prepend, append } = readArguments('diff', defaults, given);
  wholeNumber('diff', 'n', n, { min: 0 });
  assertTensorOrNull('diff', 'prepend', prepend);
  assertTensorOrNull('diff', 'append', append);
  const d = normalizeDim(dim, x.ndim, 'diff');
  assertDims('diff', 'x', x, 1);
  if (n === 0) return clone(x);
  const parts = [prepend, x, append].filter((part) => part !== null);
  let out = parts.length === 1 ? x : cat(parts, d);
  const most = Math.min(n, out.shape[d]!); // after so many differences nothing is left
  for (let i = 0; i < most; i++) {
    const size = out.shape[d]!;
    if (size === 0) break;
    const [later, earlier] = [narrow(out, d, 1, size - 1), narrow(out, d, 0, size - 1)];
    // Of bools, whether they differ.
    out = out.dtype === 'bool' ? logicalXor(later, earlier) : sub(later, earlier);
  }
  return out;
}

/** The options of {@link trapezoid}. */
export interface TrapezoidOptions {
  /** The places of `y`: a vector, or of its shape. Default: null, steps of `dx`. */
  x?: Tensor | null;
  /** The distance of neighbours, where there is no x. Default: 1. */
  dx?: number;
  /** Default: the last. */
  dim?: number;
}

/** `x` by position or by name, `dx` and `dim` by name only, as in PyTorch. */
export type TrapezoidArguments = Arguments<TrapezoidOptions, [x: 'x']>;

/** The options of {@link cumulativeTrapezoid}. */
export type CumulativeTrapezoidOptions = TrapezoidOptions;

/** The areas of the trapezoids between neighbours along dim `d`; null where there are no elements. */
function trapezoids(op: string, y: Tensor, given: readonly unknown[]): { areas: Tensor | null; d: number } {
  assertTensor(op, 'y', y);
  const read = readArguments<{ x: Tensor | null; dx: number; dim: number }>(op, { x: null, dx: 1, dim: -1 }, given);
  const { x: places, dx, dim } = read;
  assertTensorOrNull(op, 'x', places);
  const d = normalizeDim(dim, y.ndim, op);
  const size = y.shape[d] ?? 1;
  if (size === 0) return { areas: null, d };
  const heights = add(narrow(y, d, 1, size - 1), narrow(y, d, 0, size - 1));
  if (!places) return { areas: mul(heights, dx / 2), d };
  const widths = diff(places);
  const wide = places.ndim === 1 ? reshape(widths, [size - 1, ...Array<number>(y.ndim - d - 1).fill(1)]) : widths;
  return { areas: div(mul(heights, wide), 2), d };
}

/**
 * The integral of y over x, or over steps of `dx`, along a dim, by trapezoids.
 * @param given x, the places, and the options. @see https://pytorch.org/docs/stable/generated/torch.trapezoid.html
 */
export function trapezoid(y: Tensor, ...given: TrapezoidArguments): Tensor {
  const { areas, d } = trapezoids('trapezoid', y, given);
  return areas === null ? to(sum(y, d), y.dtype) : sum(areas, d);
}

/**
 * The integrals of {@link trapezoid} up to each place but the first.
 * @see https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
 * @example
 * cumulativeTrapezoid(tensor([1, 3, 5])); // [2, 6]
 */
export function cumulativeTrapezoid(y: Tensor, ...given: TrapezoidArguments): Tensor {
  const { areas, d } = trapezoids('cumulativeTrapezoid', y, given);
  return areas === null ? clone(y) : cumsum(areas, d);
}
