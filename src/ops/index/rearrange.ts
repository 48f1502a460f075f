/** Diagonals, stacks, splits and grids: torch's smaller functions that move elements, made of views, cat and gather. */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { readArguments, type Trailing, tooMany } from '../../tensor/arguments.js';
import { assertNumbers, assertTensor, assertTensorList, finiteNumber, listable, wholeNumber, wholeNumbers } from '../../tensor/checks.js';
import { arange, type TensorOptions, tensor, zeros } from '../../tensor/create.js';
import { assertDType, type DType, isFloating } from '../../tensor/dtype.js';
import { resultDType } from '../../tensor/scalar.js';
import { broadcastShapes, contiguousStrides, normalizeDim, numel, type Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ge, mul, pow, sub } from '../elementwise/binary.js';
import { flip, meshgrid, pad } from '../join/arrange.js';
import { cat, stack } from '../join/join.js';
import { clone, contiguous, to } from '../view/copy.js';
import {
  asStrided,
  type DiagonalOptions,
  diagonal,
  diagonalPlace,
  expand,
  movedim,
  narrow,
  permute,
  reshape,
  slice,
  type TransposeArguments,
  transpose,
  unsqueeze,
} from '../view/movement.js';
import { index } from './index-tensor.js';
import { nonzero } from './masks.js';

/**
 * Of a vector the matrix with it on a diagonal, of a matrix its diagonal.
 * @param offset default 0; positive ones lie above the main diagonal. @throws {ShapeError} for other ranks.
 */
export function diag(x: Tensor, offset = 0): Tensor {
  if (arguments.length > 2) tooMany('diag', 2, arguments);
  assertTensor('diag', 'x', x);
  if (x.ndim === 1) return diagEmbed(x, offset);
  if (x.ndim !== 2) throw new ShapeError(`diag: input is ${showShape(x.shape)}, expected a vector or a matrix.`);
  return clone(diagonal(x, offset));
}

/** The elements, in order, on the diagonal of a matrix. */
export function diagflat(x: Tensor, offset = 0): Tensor {
  if (arguments.length > 2) tooMany('diagflat', 2, arguments);
  return diagEmbed(reshape(x, [-1]), offset);
}

/**
 * Matrices with the last dim of x on a diagonal of the dims `dim1` and `dim2` of the result: [..., n] gives [..., n + |offset|, n + |offset|].
 * @param args offset (default 0), dim1 (default -2) and dim2 (default -1) in this order, or by name.
 * @throws {ShapeError} for 0 dims. @throws {ArgumentError} for an offset that is no whole number, or one dim twice.
 * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 */
export function diagEmbed(x: Tensor, ...args: Trailing<[offset: number, dim1: number, dim2: number], DiagonalOptions>): Tensor {
  assertTensor('diagEmbed', 'x', x);
  if (x.ndim === 0) throw new ShapeError('diagEmbed: input has 0 dims, expected at least 1.');
  const options = readArguments('diagEmbed', { offset: 0, dim1: -2, dim2: -1 }, args);
  const { offset, rows, cols } = diagonalPlace('diagEmbed', x.ndim + 1, options);
  const n = x.shape.at(-1)!;
  const size = n + Math.abs(offset);
  const lead = x.shape.slice(0, -1);
  const inPlace = (matrices: Tensor) => (rows === x.ndim - 1 && cols === x.ndim ? matrices : movedim(matrices, [-2, -1], [rows, cols]));
  if (n === 0) return named('DiagEmbed', inPlace(zeros([...lead, size, size], { dtype: x.dtype })));
  // Each element followed by `size` zeros stands one further to the right in every row.
  const spaced = reshape(pad(unsqueeze(x, -1), [0, size]), [...lead, n * (size + 1)]);
  const before = offset >= 0 ? offset : -offset * size;
  const square = narrow(pad(spaced, [before, size * size]), -1, 0, size * size);
  return named('DiagEmbed', inPlace(contiguous(reshape(square, [...lead, size, size]))));
}

/** Rows in reverse order. */
export function flipud(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('flipud', 1, arguments);
  assertTensor('flipud', 'x', x);
  return flip(x, [0]);
}
/** Columns in reverse order. */
export function fliplr(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('fliplr', 1, arguments);
  assertTensor('fliplr', 'x', x);
  if (x.ndim < 2) throw new ShapeError(`fliplr: input is ${showShape(x.shape)}, expected at least 2 dims.`);
  return flip(x, [1]);
}

/** {@link transpose} under NumPy's name. */
export const swapaxes = (x: Tensor, ...given: TransposeArguments): Tensor => transpose(x, ...given);
/** {@link movedim} under NumPy's name. */
export function moveaxis(x: Tensor, from: number | readonly number[], target: number | readonly number[]): Tensor {
  if (arguments.length > 3) tooMany('moveaxis', 3, arguments);
  return movedim(x, from, target);
}
/** The elements in one row. */
export function ravel(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('ravel', 1, arguments);
  return reshape(x, [-1]);
}

const leading = (x: Tensor, n: number): Tensor => (x.ndim < n ? reshape(x, [...Array<number>(n - x.ndim).fill(1), ...x.shape]) : x);
/** With at least one dim. */
export function atleast1d(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('atleast1d', 1, arguments);
  assertTensor('atleast1d', 'x', x);
  return leading(x, 1);
}
/** With at least two dims. */
export function atleast2d(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('atleast2d', 1, arguments);
  assertTensor('atleast2d', 'x', x);
  return leading(x, 2);
}
/** With at least three dims: [n] becomes [1, n, 1], [m, n] becomes [m, n, 1]. */
export function atleast3d(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('atleast3d', 1, arguments);
  assertTensor('atleast3d', 'x', x);
  return x.ndim < 3 ? unsqueeze(leading(x, 2), -1) : x;
}

/** Side by side: along dim 0 for vectors, dim 1 otherwise. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) tooMany('hstack', 1, arguments);
  assertTensorList('hstack', 'tensors', tensors);
  const parts = tensors.map(atleast1d);
  return cat(parts, parts[0]?.ndim === 1 ? 0 : 1);
}
/** One above the other, vectors as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) tooMany('vstack', 1, arguments);
  assertTensorList('vstack', 'tensors', tensors);
  return cat(tensors.map(atleast2d), 0);
}
/** One behind the other: along dim 2. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) tooMany('dstack', 1, arguments);
  assertTensorList('dstack', 'tensors', tensors);
  return cat(tensors.map(atleast3d), 2);
}
/** As columns: vectors become matrices of one column. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) tooMany('columnStack', 1, arguments);
  assertTensorList('columnStack', 'tensors', tensors);
  return cat(
    tensors.map((x) => (x.ndim < 2 ? reshape(x, [numel(x.shape), 1]) : x)),
    1,
  );
}

/**
 * Parts along `dim`: as many as a number says, the first ones larger by one where it does not divide; or cut before each of the given places.
 * @throws {ArgumentError} for less than one part. @see https://pytorch.org/docs/stable/generated/torch.tensor_split.html
 */
export function tensorSplit(x: Tensor, parts: number | readonly number[], dim = 0): Tensor[] {
  if (arguments.length > 3) tooMany('tensorSplit', 3, arguments);
  assertTensor('tensorSplit', 'x', x);
  assertNumbers('tensorSplit', 'parts', parts, true);
  const d = normalizeDim(dim, x.ndim, 'tensorSplit');
  if (x.ndim === 0) throw new ShapeError('tensorSplit: a 0-dim tensor cannot be split.');
  const size = x.shape[d]!;
  if (typeof parts !== 'number') {
    const cuts = [null, ...wholeNumbers('tensorSplit', 'parts', parts), null];
    return cuts.slice(0, -1).map((start, i) => slice(x, d, start, cuts[i + 1]));
  }
  listable('tensorSplit', 'parts', wholeNumber('tensorSplit', 'parts', parts, { min: 1 }));
  const [whole, larger] = [Math.floor(size / parts), size % parts];
  return Array.from({ length: parts }, (_, i) => narrow(x, d, i * whole + Math.min(i, larger), whole + (i < larger ? 1 : 0)));
}

function evenly(op: string, x: Tensor, parts: number | readonly number[], d: number): Tensor[] {
  if (x.ndim <= d && !(op === 'hsplit' && x.ndim === 1))
    throw new ShapeError(`${op}: input is ${showShape(x.shape)}, expected at least ${d + 1} dims.`);
  const dim = op === 'hsplit' && x.ndim === 1 ? 0 : d;
  if (typeof parts === 'number') wholeNumber(op, 'parts', parts, { min: 1 });
  if (typeof parts === 'number' && x.shape[dim]! % parts !== 0)
    throw new ArgumentError(`${op}: dim ${dim} of ${showShape(x.shape)} does not divide into ${parts} equal parts. Use tensorSplit.`);
  return tensorSplit(x, parts, dim);
}
/** Equal parts side by side, or cut at places. @throws {ArgumentError} where they would not be equal. */
export function hsplit(x: Tensor, parts: number | readonly number[]): Tensor[] {
  if (arguments.length > 2) tooMany('hsplit', 2, arguments);
  assertTensor('hsplit', 'x', x);
  assertNumbers('hsplit', 'parts', parts, true);
  return evenly('hsplit', x, parts, 1);
}
/** Equal parts one above the other. @throws as {@link hsplit}. */
export function vsplit(x: Tensor, parts: number | readonly number[]): Tensor[] {
  if (arguments.length > 2) tooMany('vsplit', 2, arguments);
  assertTensor('vsplit', 'x', x);
  assertNumbers('vsplit', 'parts', parts, true);
  if (x.ndim < 2) throw new ShapeError(`vsplit: input is ${showShape(x.shape)}, expected at least 2 dims.`);
  return evenly('vsplit', x, parts, 0);
}
/** Equal parts one behind the other. @throws as {@link hsplit}. */
export function dsplit(x: Tensor, parts: number | readonly number[]): Tensor[] {
  if (arguments.length > 2) tooMany('dsplit', 2, arguments);
  assertTensor('dsplit', 'x', x);
  assertNumbers('dsplit', 'parts', parts, true);
  return evenly('dsplit', x, parts, 2);
}

/** All of them in the shape that they broadcast to. */
export function broadcastTensors(...tensors: Tensor[]): Tensor[] {
  assertTensorList('broadcastTensors', 'tensors', tensors);
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, 'broadcastTensors'), [] as Shape);
  return tensors.map((x) => expand(x, shape));
}

/** Matrices along the diagonal of one, zeros elsewhere; vectors count as one row. */
export function blockDiag(...tensors: Tensor[]): Tensor {
  assertTensorList('blockDiag', 'tensors', tensors);
  const dtype = resultDType(...tensors);
  const blocks = tensors.map((x) => atleast2d(to(x, dtype)));
  const width = blocks.reduce((sum, x) => sum + x.shape[1]!, 0);
  let left = 0;
  const rows = blocks.map((x) => {
    const row = pad(x, [left, width - left - x.shape[1]!]);
    left += x.shape[1]!;
    return row;
  });
  return named('BlockDiag', cat(rows, 0));
}

/** Every tuple of one element of each vector, as rows. */
export function cartesianProd(...vectors: Tensor[]): Tensor {
  assertTensorList('cartesianProd', 'vectors', vectors);
  if (vectors.length === 1) return vectors[0]!;
  return stack(
    meshgrid(vectors).map((x) => reshape(x, [-1])),
    -1,
  );
}

/** Every choice of `r` elements of a vector, in order, as rows. @param withReplacement may take an element again; default false. */
export function combinations(
  x: Tensor,
  ...given: Trailing<[r: number | undefined, withReplacement: boolean], { r?: number; withReplacement?: boolean }>
): Tensor {
  assertTensor('combinations', 'x', x);
  const { r, withReplacement } = readArguments('combinations', { r: 2, withReplacement: false }, given);
  wholeNumber('combinations', 'r', r, { min: 0 });
  if (x.ndim !== 1) throw new ShapeError(`combinations: input is ${showShape(x.shape)}, expected a vector.`);
  const places: number[] = [];
  const choose = (from: number, chosen: number[]): void => {
    if (chosen.length === r) {
      listable('combinations', 'places', places.length + r);
      places.push(...chosen);
      return;
    }
    for (let i = from; i < x.shape[0]!; i++) choose(withReplacement ? i : i + 1, [...chosen, i]);
  };
  choose(0, []);
  if (places.length === 0) return zeros(r === 0 ? [0] : [0, r], { dtype: x.dtype });
  return reshape(index(x, tensor(places, { dtype: 'int64' })), [places.length / r, r]);
}

/** Where elements are not 0, one row each. */
export function argwhere(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('argwhere', 1, arguments);
  return nonzero(x);
}

function triangle(op: string, rows: number, cols: number, offset: number, holds: (difference: Tensor) => Tensor): Tensor {
  wholeNumber(op, 'rows', rows, { min: 0 });
  wholeNumber(op, 'cols', cols, { min: 0 });
  wholeNumber(op, 'offset', offset);
  listable(op, 'places', rows * cols, 2 ** 28);
  const difference = sub(unsqueeze(arange(cols), 0), unsqueeze(arange(rows), 1));
  return permute(nonzero(holds(difference)), [1, 0]);
}
/** Row and column numbers of the lower triangle of a matrix, [2, n]. @param offset default 0. */
export function trilIndices(rows: number, cols: number, ...given: [offset?: number] | [options: { offset?: number }]): Tensor {
  const { offset } = readArguments('trilIndices', { offset: 0 }, given);
  return triangle('trilIndices', rows, cols, offset, (d) => ge(mul(d, -1), -offset));
}
/** Row and column numbers of the upper triangle of a matrix, [2, n]. @param offset default 0. */
export function triuIndices(rows: number, cols: number, ...given: [offset?: number] | [options: { offset?: number }]): Tensor {
  const { offset } = readArguments('triuIndices', { offset: 0 }, given);
  return triangle('triuIndices', rows, cols, offset, (d) => ge(d, offset));
}

/**
 * Windows along `dim`: a new last dim of `size`, one window every `step`. A view: windows that overlap share their elements.
 * @throws {ArgumentError} for a window longer than the dim. @see https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
 */
export function unfoldDim(x: Tensor, dim: number, size: number, step: number): Tensor {
  const d = normalizeDim(dim, x.ndim, 'unfold');
  const length = x.ndim === 0 ? 1 : x.shape[d]!;
  if (!Number.isInteger(size) || size < 0 || size > length || !Number.isInteger(step) || step < 1)
    throw new ArgumentError(
      `unfold: size is ${size} and step ${step}, expected a window of at most ${length} (dim ${dim}) and a step of at least 1.`,
    );
  if (x.ndim === 0) return asStrided(x, [size], [1], x.offset);
  const count = Math.floor((length - size) / step) + 1;
  const shape = [...x.shape.map((s, i) => (i === d ? count : s)), size];
  const windows = (strides: Shape) => [...strides.map((s, i) => (i === d ? s * step : s)), strides[d]!];
  // The gradient goes by place in x, not by place in memory, where x may be expanded.
  const plain = contiguousStrides(x.shape);
  const geometry = { base: { shape: x.shape, strides: plain }, shape, strides: windows(plain), offset: 0 };
  return asStrided(x, shape, windows(x.strides), x.offset, 'unfold', geometry);
}

/** Powers of a vector as columns. @param n how many; default: its length. @param increasing from the 0th on; default false. */
export function vander(
  x: Tensor,
  ...given: Trailing<[n: number | undefined, increasing: boolean], { n?: number; increasing?: boolean }>
): Tensor {
  assertTensor('vander', 'x', x);
  const { n, increasing } = readArguments('vander', { n: x.shape[0] ?? 0, increasing: false }, given);
  if (x.ndim !== 1) throw new ShapeError(`vander: x is ${showShape(x.shape)}, expected a vector.`);
  listable('vander', 'columns', wholeNumber('vander', 'n', n, { min: 0 }), 2 ** 16);
  const columns = Array.from({ length: n }, (_, i) => pow(x, increasing ? i : n - 1 - i));
  return columns.length === 0 ? zeros([x.shape[0] ?? 0, 0], { dtype: x.dtype }) : stack(columns, 1);
}

/** `steps` numbers from base ** start to base ** end, evenly spaced in their logarithms. @param base default 10; or the options. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  ...given: [base?: number, options?: TensorOptions] | [options: TensorOptions & { base?: number }]
): Tensor {
  const { base: b, ...rest } = readArguments('logspace', { base: 10, dtype: undefined as DType | undefined, requiresGrad: false }, given);
  for (const [name, value] of Object.entries({ start, end })) finiteNumber('logspace', name, value);
  listable('logspace', 'numbers', wholeNumber('logspace', 'steps', steps, { min: 0 }));
  const dtype = rest.dtype ?? 'float32';
  assertDType(dtype, 'logspace');
  // As PyTorch does: float32 rounds the ends and their distance, the rest is float64, from both ends toward the middle.
  const round = dtype === 'float32' ? Math.fround : isFloating(dtype) ? (v: number) => v : Math.trunc;
  const [first, last] = [round(start), round(end)];
  const step = steps > 1 ? round(last - first) / (steps - 1) : 0;
  const half = Math.floor(steps / 2);
  const exponents = Array.from({ length: steps }, (_, i) => (i < half ? first + step * i : last - step * (steps - 1 - i)));
  if (steps === 1) exponents[0] = first;
  const out = to(pow(steps === 1 ? round(b) : b, tensor(exponents, { dtype: 'float64' })), dtype);
  return rest.requiresGrad ? out.requiresGrad_() : out;
}
