/** A tensor with a part of it, which a view would show, replaced: the forms of `x.select(…).copy_(src)` that leave x as it was. */
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { assertDims, assertNumber, assertTensor } from '../../tensor/arguments/checks.js';
import { arange } from '../../tensor/create/create.js';
import { normalizeDim, numel, type Shape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, mul } from '../elementwise/binary.js';
import { fill_ } from '../elementwise/inplace.js';
import { indexCopy } from '../gather/index-select.js';
import { to } from '../view/copy.js';
import { movedim, reshape, unsqueeze } from '../view/movement.js';
import { type DiagonalOptions, diagonal, diagonalPlace, narrow, placeAlong, slice } from '../view/select.js';

/** The source in x's dtype; it has the shape of the part. */
function part(op: string, x: Tensor, src: Tensor, shape: Shape): Tensor {
  assertTensor(op, 'x', x);
  assertTensor(op, 'src', src);
  if (!sameShape(src.shape, shape))
    throw new ShapeError(`${op}: src is ${showShape(src.shape)}, but the part of x ${showShape(x.shape)} is ${showShape(shape)}.`);
  return to(src, x.dtype);
}

/**
 * `x` with `src` in the place of `select(x, dim, index)`.
 * Gradient: x's is 0 there; src's is read from there.
 * @param src the shape of x without dim. @throws {IndexError} for an index outside dim. @throws {ShapeError} for another shape.
 * @see https://pytorch.org/docs/stable/generated/torch.select_scatter.html
 */
export function selectScatter(x: Tensor, src: Tensor, dim: number, index: number): Tensor {
  if (arguments.length > 4) tooMany('selectScatter', 4, arguments);
  assertTensor('selectScatter', 'x', x);
  const d = normalizeDim(dim, x.ndim, 'selectScatter');
  const at = placeAlong('selectScatter', x, d, index);
  const row = part(
    'selectScatter',
    x,
    src,
    x.shape.filter((_, i) => i !== d),
  );
  return indexCopy(x, d, arange(at, at + 1), unsqueeze(row, d));
}

/** The options of {@link sliceScatter}. */
export interface SliceScatterOptions {
  /** Default: 0. */
  dim?: number;
  /** Default: the first. */
  start?: number | null;
  /** Exclusive. Default: the size of dim. */
  end?: number | null;
  /** Default: 1. */
  step?: number;
}

/**
 * `x` with `src` in the place of `slice(x, dim, start, end, step)`.
 * Gradient: x's is 0 there; src's is read from there.
 * @param args dim (default 0), start, end and step (default 1) in this order, or by name.
 * @throws {ShapeError} for another shape than the slice's. @see https://pytorch.org/docs/stable/generated/torch.slice_scatter.html
 * @example
 * sliceScatter(zeros([4]), ones([2]), { start: 1, end: 3 }); // [0, 1, 1, 0]
 */
export function sliceScatter(
  x: Tensor,
  src: Tensor,
  ...args: Arguments<SliceScatterOptions, [dim: 'dim', start: 'start', end: 'end', step: 'step']>
): Tensor {
  assertTensor('sliceScatter', 'x', x);
  const defaults: Required<SliceScatterOptions> = { dim: 0, start: null, end: null, step: 1 };
  const { dim, start, end, step } = readArguments('sliceScatter', defaults, args);
  const d = normalizeDim(dim, x.ndim, 'sliceScatter');
  const rows = slice(arange(x.shape[d] ?? 0), 0, start, end, step);
  const source = part(
    'sliceScatter',
    x,
    src,
    x.shape.map((size, i) => (i === d ? rows.shape[0]! : size)),
  );
  return indexCopy(x, d, rows, source);
}

/** The options of {@link diagonalScatter}. */
export type DiagonalScatterOptions = DiagonalOptions;

/**
 * `x` with `src` on a diagonal, in the place of `diagonal(x, offset, dim1, dim2)`.
 * Gradient: x's is 0 there; src's is read from there.
 * @param args offset (default 0), dim1 (default 0) and dim2 (default 1) in this order, or by name.
 * @throws {ShapeError} for another shape than the diagonal's. @see https://pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
 */
export function diagonalScatter(
  x: Tensor,
  src: Tensor,
  ...args: Arguments<DiagonalScatterOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>
): Tensor {
  assertTensor('diagonalScatter', 'x', x);
  const options = readArguments('diagonalScatter', { offset: 0, dim1: 0, dim2: 1 }, args);
  const { offset, rows, cols } = diagonalPlace('diagonalScatter', x.ndim, options);
  const wanted = diagonal(x, offset, rows, cols).shape;
  const source = part('diagonalScatter', x, src, wanted);
  // With the two dims at the end and seen as one, the diagonal's elements stand width + 1 apart.
  const atEnd = movedim(x, [rows, cols], [-2, -1]);
  const [height, width] = atEnd.shape.slice(-2) as [number, number];
  const first = offset >= 0 ? offset : -offset * width;
  const places = add(mul(arange(wanted.at(-1)!), width + 1), first);
  const flat = reshape(atEnd, [...atEnd.shape.slice(0, -2), height * width]);
  return movedim(reshape(indexCopy(flat, -1, places, source), atEnd.shape), [-2, -1], [rows, cols]);
}

/** The options of `fillDiagonal_`. */
export interface FillDiagonalOptions {
  /** In a matrix with more rows than columns the diagonal begins again after one row left out. Default: false. */
  wrap?: boolean;
}

/**
 * Sets the main diagonal of `x` in place: all elements whose indices are equal in every dim.
 * @param value what to set. @param args wrap (default false), by position or by name: in a matrix with more rows than columns the diagonal
 * begins again after one row left out.
 * @throws {ShapeError} for fewer than 2 dims, or more than 2 of different sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.fill_diagonal_.html
 */
export function fillDiagonal_(x: Tensor, value: number, ...args: Arguments<FillDiagonalOptions, [wrap: 'wrap']>): Tensor {
  assertTensor('fillDiagonal_', 'x', x);
  const { wrap } = readArguments('fillDiagonal_', { wrap: false }, args);
  assertNumber('fillDiagonal_', 'value', value);
  assertDims('fillDiagonal_', 'x', x, 2);
  if (x.ndim > 2 && new Set(x.shape).size > 1)
    throw new ShapeError(`fillDiagonal_: x is ${showShape(x.shape)}: of more than 2 dims all must have one size.`);
  if (numel(x.shape) === 0) return x;
  let line = diagonal(x);
  while (line.ndim > 1) line = diagonal(line, 0, 0, -1);
  fill_(line, value);
  const [height, width] = x.shape as [number, number];
  for (let row = width + 1; wrap && x.ndim === 2 && row < height; row += width + 1) fill_(diagonal(narrow(x, 0, row, height - row)), value);
  return x;
}
