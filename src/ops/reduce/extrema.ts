/** Largest and smallest elements, over dims and of pairs. */

import { named, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { DTypeError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, noMore, readReduction } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { around, normalizeDim, normalizeDims, type Shape } from '../../tensor/shape.js';
import { emptyTensor, Tensor } from '../../tensor/tensor.js';
import { div, maximum, minimum, mul } from '../elementwise/binary.js';
import { eq, isnan, logicalOr } from '../elementwise/comparison.js';
import { scatterAdd } from '../gather/gather.js';
import { detach, to } from '../view/copy.js';
import { reshape } from '../view/movement.js';
import { valuesAndPlaces } from './results.js';
import { type Dims, type ReduceArguments, type ReduceOptions, reducedShape, reduceRaw, sum, withDims } from './sum.js';

/** A result of two tensors: `[values, indices]`, also as `.values` and `.indices`. */
export type ValuesAndIndices = readonly [values: Tensor, indices: Tensor] & {
  /** The values. */
  readonly values: Tensor;
  /** Where they stand, int64. */
  readonly indices: Tensor;
};

/** Makes the pair that sort, max and others give. */
export function valuesAndIndices(values: Tensor, indices: Tensor): ValuesAndIndices {
  return Object.assign(valuesAndPlaces(values, indices), { values, indices });
}

function needElements(op: string, x: Tensor, dims: readonly number[]): void {
  const empty = dims.find((d) => x.shape[d] === 0);
  if (empty !== undefined)
    throw new ShapeError(`${op}: dim ${empty} has size 0 (shape ${showShape(x.shape)}): there is no ${op} of no elements.`);
}

function extremum(kernel: 'max' | 'min', name: string, x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const dims = normalizeDims(dim, x.ndim, name);
  needElements(name, x, dims);
  const out = reduceRaw(kernel, x, dims, name, keepdim);
  const { shape } = x;
  return record(name, out, {
    inputs: { x },
    saved: { x, y: out },
    composed: (dy, { x, y }) => {
      const equal = eq(x, withDims(y, shape, dims));
      // A NaN that max found takes the gradient; amax's is NaN then. Both as in PyTorch.
      const winners = to(name === 'max' || name === 'min' ? logicalOr(equal, isnan(x)) : equal, dy.dtype);
      return { x: mul(winners, div(withDims(dy, shape, dims), sum(winners, dims, true))) };
    },
  });
}

/**
 * The largest elements over `dim` (one, several, or all by default). NaN wins.
 * Gradient: shared evenly among equals.
 * @throws {ShapeError} over a dim of size 0.
 */
export function amax(x: Tensor, ...given: ReduceArguments): Tensor {
  const { dim, keepdim } = readReduction<Dims>('amax', x, given);
  return extremum('max', 'amax', x, dim, keepdim);
}

/** The smallest elements, as {@link amax}. */
export function amin(x: Tensor, ...given: ReduceArguments): Tensor {
  const { dim, keepdim } = readReduction<Dims>('amin', x, given);
  return extremum('min', 'amin', x, dim, keepdim);
}

const ARGMAX = 0;
const ARGMIN = 1;

/** The shape without dim `d`, or with size 1 there. */
const along = (shape: Shape, d: number, keepdim: boolean) => (shape.length === 0 ? [] : reducedShape(shape, [d], keepdim));

function argRaw(
  op: typeof ARGMAX | typeof ARGMIN,
  name: string,
  x: Tensor,
  d: number,
  keepdim: boolean,
  wantValues: boolean,
): { values: Tensor; indices: Tensor } {
  needElements(name, x, [d]);
  const source = rowMajor(x, name);
  const shape = along(x.shape, d, keepdim);
  const indices = emptyTensor(shape, 'int64');
  const values = wantValues ? emptyTensor(shape, x.dtype) : indices;
  check(kernels.reduceArg(op, code(x.dtype), wantValues ? values.ptr : 0, indices.ptr, source.ptr, ...around(x.shape, d)), name);
  return { values, indices };
}

function extremumAlong(op: typeof ARGMAX | typeof ARGMIN, name: string, x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const d = normalizeDim(dim, x.ndim, name);
  const { values, indices } = argRaw(op, name, x, d, keepdim, true);
  const { shape, dtype } = x;
  const kept = along(shape, d, true);
  record(name, values, {
    inputs: { x },
    saved: { indices },
    composed: (dy, { indices }) => ({ x: scatterAdd(zeros(shape, { dtype }), d, reshape(indices, kept), reshape(dy, kept)) }),
  });
  return valuesAndIndices(values, indices);
}

/**
 * `max(x)`: the largest element, its gradient shared evenly among equals. `max(x, dim)`: the largest along `dim` and where they are (the
 * first of equals, to which the gradient goes). `max(x, other)`: the larger of each pair, {@link maximum}. NaN wins.
 * @see https://pytorch.org/docs/stable/generated/torch.max.html
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(x: Tensor, ...args: DimArguments): ValuesAndIndices;
export function max(x: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices {
  return extremumOf(ARGMAX, 'max', x, given);
}

/** The smallest, in the three forms of {@link max}. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(x: Tensor, ...args: DimArguments): ValuesAndIndices;
export function min(x: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices {
  return extremumOf(ARGMIN, 'min', x, given);
}

/** The options of reductions along one dim. */
export interface DimOptions {
  /** The dim. */
  dim: number;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
  /** NumPy's name for `keepdim`. */
  keepdims?: boolean;
}

/** The options of {@link max}. */
export type MaxOptions = DimOptions;
/** The options of {@link min}. */
export type MinOptions = DimOptions;
/** The options of {@link amax}. */
export type AmaxOptions = ReduceOptions;
/** The options of {@link amin}. */
export type AminOptions = ReduceOptions;

/** A dim and `keepdim`, by position or by name; NumPy's `axis` stands for `dim`, too. */
export type DimArguments =
  | Arguments<DimOptions, [dim: 'dim', keepdim: 'keepdim']>
  | [options: Omit<DimOptions, 'dim'> & { /** NumPy's name for `dim`. */ axis: number }];

function extremumOf(
  op: typeof ARGMAX | typeof ARGMIN,
  name: 'max' | 'min',
  x: Tensor,
  given: readonly unknown[],
): Tensor | ValuesAndIndices {
  assertTensor(name, 'x', x);
  if (given[0] instanceof Tensor) {
    noMore(name, given.slice(1));
    return op === ARGMAX ? maximum(x, given[0]) : minimum(x, given[0]);
  }
  const { dim, keepdim } = readReduction<number | undefined>(name, x, given);
  if (dim !== undefined) return extremumAlong(op, name, x, dim, keepdim);
  return named(name === 'max' ? 'MaxBackward1' : 'MinBackward1', extremum(name, name, x, undefined, false));
}

/** Where the largest element lies along `dim`, or (by default) in `x` seen as one row; the first of equals. int64. */
export function argmax(x: Tensor, ...given: ArgArguments): Tensor {
  return arg(ARGMAX, 'argmax', x, given);
}

/** Where the smallest element lies, as {@link argmax}. */
export function argmin(x: Tensor, ...given: ArgArguments): Tensor {
  return arg(ARGMIN, 'argmin', x, given);
}

/** The options of {@link argmax}. */
export interface ArgmaxOptions {
  /** Default: all elements, seen as one row. */
  dim?: number | null;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: number | null;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
  /** NumPy's name for `keepdim`. */
  keepdims?: boolean;
}

/** The options of {@link argmin}. */
export type ArgminOptions = ArgmaxOptions;
/** The options of {@link aminmax}. */
export type AminmaxOptions = ArgmaxOptions;

/** A dim (default: `x` seen as one row) and `keepdim`, by position or by name. */
export type ArgArguments = Arguments<ArgmaxOptions, [dim: 'dim', keepdim: 'keepdim']>;

function arg(op: typeof ARGMAX | typeof ARGMIN, name: string, x: Tensor, given: ArgArguments): Tensor {
  const { dim, keepdim } = readReduction<number | null | undefined>(name, x, given);
  if (x.dtype === 'bool') throw new DTypeError(`${name}: expected numbers, got bool. Use x.int().`);
  if (dim !== undefined && dim !== null) return argRaw(op, name, x, normalizeDim(dim, x.ndim, name), keepdim, false).indices;
  needElements(
    name,
    x,
    x.shape.map((_, d) => d),
  );
  const flat = argRaw(op, name, reshape(detach(x), [-1]), 0, false, false).indices;
  return keepdim
    ? reshape(
        flat,
        x.shape.map(() => 1),
      )
    : flat;
}

/** The smallest and the largest element, in one call. */
export function aminmax(x: Tensor, ...given: ArgArguments): { min: Tensor; max: Tensor } {
  const { dim, keepdim } = readReduction<number | null | undefined>('aminmax', x, given);
  return { min: amin(x, dim, keepdim), max: amax(x, dim, keepdim) };
}
