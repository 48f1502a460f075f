/** Views of a part of the elements: select, slice, narrow, diagonals, windows. Gradients put the part back into zeros. */

import { record } from '../../autograd/node.js';
import { ArgumentError, IndexError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readRequired, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { copyInto } from '../../tensor/raw.js';
import { contiguousStrides, normalizeDim, numel, type Shape } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import { filled } from './copy.js';
import { asStrided, unsqueeze, view } from './movement.js';

/** The options of {@link select}. */
export interface SelectOptions {
  /** The dim, which disappears. */
  dim: number;
  /** The place in it; negative ones count from the end. */
  index: number;
}

/** A dim and a place in it, by position or by name. */
export type SelectArguments = Arguments<SelectOptions, [dim: 'dim', index: 'index']>;

/** Row, or plane, `index` along `dim`: the dim disappears. Negative indices count from the end. */
export function select(x: Tensor, ...given: SelectArguments): Tensor {
  assertTensor('select', 'x', x);
  const [dim, index] = readRequired<[number, number]>('select', ['dim', 'index'], given);
  const d = normalizeDim(dim, x.ndim, 'select');
  if (x.ndim === 0) throw new IndexError('select: a 0-dim tensor has no dim to select from. Use item().');
  return selectAt('select', x, d, index);
}

/** A place along dim `d`, counted from the front. @throws {IndexError} in the name of `op` for one outside. */
export function placeAlong(op: string, x: Tensor, d: number, index: number): number {
  const size = x.shape[d] ?? 0;
  if (!Number.isInteger(index) || index < -size || index >= size)
    throw new IndexError(`${op}: index ${show(index)} is out of range for dim ${d} of size ${size} (shape ${showShape(x.shape)}).`);
  return index < 0 ? index + size : index;
}

/** @internal {@link select} along a dim that is there, in the name of the operation that calls it. */
export function selectAt(op: string, x: Tensor, d: number, index: number): Tensor {
  const at = placeAlong(op, x, d, index);
  const from = x.shape;
  const shape = from.filter((_, i) => i !== d);
  return view(
    'select',
    x,
    shape,
    x.strides.filter((_, i) => i !== d),
    x.offset + at * x.strides[d]!,
    (g) => placed(unsqueeze(g, d), from, d, at, 1),
  );
}

/** Elements `start` to `end` (exclusive) along `dim`, every `step`-th, with Python's rules for negative and missing bounds. */
export function slice(x: Tensor, dim: number, start?: number | null, end?: number | null, step = 1): Tensor {
  if (arguments.length > 5) tooMany('slice', 5, arguments);
  assertTensor('slice', 'x', x);
  const d = normalizeDim(dim, x.ndim, 'slice');
  if (x.ndim === 0) throw new IndexError('slice: a 0-dim tensor has no dim to slice.');
  wholeNumber('slice', 'step', step, { min: 1 }, 'Use flip to reverse.');
  const size = x.shape[d]!;
  const bound = (value: number | null | undefined, missing: number) => {
    if (value === undefined || value === null) return missing;
    wholeNumber('slice', 'bound', value);
    return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  };
  const from = bound(start, 0);
  const count = Math.max(0, Math.ceil((bound(end, size) - from) / step));
  const whole = x.shape;
  const shape = whole.map((s, i) => (i === d ? count : s));
  const strides = x.strides.map((s, i) => (i === d ? s * step : s));
  return view('slice', x, shape, strides, x.offset + (count > 0 ? from * x.strides[d]! : 0), (g) => placed(g, whole, d, from, step));
}

/** The options of {@link narrow}. */
export interface NarrowOptions {
  /** The dim. */
  dim: number;
  /** Where to start; negative places count from the end. */
  start: number;
  /** How many elements to take. */
  length: number;
}

/** A dim, where to start in it and how many elements to take, by position or by name. */
export type NarrowArguments = Arguments<NarrowOptions, [dim: 'dim', start: 'start', length: 'length']>;

/** `length` elements along `dim` from `start` on. */
export function narrow(x: Tensor, ...given: NarrowArguments): Tensor {
  assertTensor('narrow', 'x', x);
  const [dim, start, length] = readRequired<[number, number, number]>('narrow', ['dim', 'start', 'length'], given);
  const d = normalizeDim(dim, x.ndim, 'narrow');
  wholeNumber('narrow', 'start', start);
  wholeNumber('narrow', 'length', length, { min: 0 });
  const size = x.shape[d] ?? 0;
  const from = start < 0 ? start + size : start;
  if (!(from >= 0 && length >= 0 && from + length <= size)) {
    throw new IndexError(`narrow: start ${start} and length ${length} do not fit dim ${d} of size ${size} (shape ${showShape(x.shape)}).`);
  }
  return slice(x, d, from, from + length);
}

/** Zeros of shape `shape`, with `g` at every `step`-th place of `dim` from `start` on. The gradient of select and slice, and recorded itself. */
function placed(g: Tensor, shape: Shape, dim: number, start: number, step: number): Tensor {
  const out = filled(shape, g.dtype, 0);
  if (numel(g.shape) > 0) {
    const strides = out.strides.map((s, i) => (i === dim ? s * step : s));
    copyInto(aliasTensor(out, g.shape, strides, start * out.strides[dim]!), g, 'slice');
  }
  const count = g.shape[dim]!;
  return record('slice_backward', out, [g], [], (gg) => [slice(gg, dim, start, Math.min(shape[dim]!, start + count * step), step)]);
}

/** Which diagonal: how far above the main one, and of which two dims. */
export interface DiagonalOptions {
  /** Above 0: above the main diagonal; below 0: below it. Default: 0. */
  offset?: number;
  /** The dim of the rows. */
  dim1?: number;
  /** The dim of the columns. */
  dim2?: number;
}

/** The two dims of a diagonal, counted from the front, and its offset, checked. */
export function diagonalPlace(
  op: string,
  rank: number,
  { offset, dim1, dim2 }: Required<DiagonalOptions>,
): { offset: number; rows: number; cols: number } {
  wholeNumber(op, 'offset', offset);
  if (rank < 2) throw new ShapeError(`${op}: expected at least 2 dims, got ${rank}.`);
  const [rows, cols] = [normalizeDim(dim1, rank, op), normalizeDim(dim2, rank, op)];
  if (rows === cols) throw new ArgumentError(`${op}: dim1 ${dim1} and dim2 ${dim2} are the same dim, expected two.`);
  return { offset, rows, cols };
}

/**
 * A diagonal of the dims `dim1` and `dim2` as a new last dim, copied nowhere: a view.
 * Gradient: to where the elements stand.
 * @param args offset (default 0; above 0 lies above the main diagonal), dim1 (default 0) and dim2 (default 1) in this order, or by name.
 * @throws {ShapeError} for fewer than two dims. @throws {ArgumentError} for an offset that is no whole number, or one dim twice.
 * @see https://pytorch.org/docs/stable/generated/torch.diagonal.html
 */
export function diagonal(x: Tensor, ...args: Arguments<DiagonalOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>): Tensor {
  assertTensor('diagonal', 'x', x);
  const { offset, rows, cols } = diagonalPlace('diagonal', x.ndim, readArguments('diagonal', { offset: 0, dim1: 0, dim2: 1 }, args));
  const [height, width, rowStep, colStep] = [x.shape[rows]!, x.shape[cols]!, x.strides[rows]!, x.strides[cols]!];
  const count = Math.max(0, offset >= 0 ? Math.min(height, width - offset) : Math.min(height + offset, width));
  const start = count === 0 ? 0 : offset >= 0 ? offset * colStep : -offset * rowStep;
  const rest = (list: Shape) => list.filter((_, d) => d !== rows && d !== cols);
  const from = x.shape;
  return view('diagonal', x, [...rest(from), count], [...rest(x.strides), rowStep + colStep], x.offset + start, (g) =>
    diagonalBackward(g, from, offset, rows, cols),
  );
}

function diagonalBackward(g: Tensor, shape: Shape, offset: number, rows: number, cols: number): Tensor {
  const out = filled(shape, g.dtype, 0);
  copyInto(diagonal(aliasTensor(out, shape, out.strides, 0), offset, rows, cols), g, 'diagonal');
  return record('diagonal_backward', out, [g], [], (gg) => [diagonal(gg, offset, rows, cols)]);
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
