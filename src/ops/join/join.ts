/** Joining tensors, and taking them apart. */

import { named, record } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOne, required, tooMany } from '../../tensor/arguments/arguments.js';
import {
  assertDims,
  assertNumbers,
  assertTensor,
  assertTensorList,
  listable,
  wholeNumber,
  wholeNumbers,
} from '../../tensor/arguments/checks.js';
import { channelsLastStrides, suggestsChannelsLast } from '../../tensor/layout.js';
import { copyInto, emptyStrided } from '../../tensor/raw.js';
import { normalizeDim, numel, sameShape } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import { promote } from '../../tensor/values/dtype.js';
import { laidAs } from '../view/copy.js';
import { atleast1d, atleast2d, atleast3d, reshape, unsqueeze } from '../view/movement.js';
import { narrow, select, slice } from '../view/select.js';

/** The options of {@link cat}. */
export interface CatOptions {
  /** Default: 0. */
  dim?: number;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: number;
}

/** The options of {@link stack}. */
export type StackOptions = CatOptions;
/** The options of {@link unbind}. */
export type UnbindOptions = CatOptions;

/** The options of {@link split}. */
export interface SplitOptions extends CatOptions {
  /** How many elements each part has, or a list of sizes. */
  sizes: number | readonly number[];
}

/** The options of {@link chunk}. */
export interface ChunkOptions extends CatOptions {
  /** How many parts, at most. */
  chunks: number;
}

/** The dim, by position or by name. */
type CatArguments = Arguments<CatOptions, [dim: 'dim']>;

const DIM = { dim: 0 };

/**
 * Tensors one after the other along `dim` (default 0); the other sizes agree. Dtypes are promoted; empty tensors of one dim are skipped,
 * as in PyTorch.
 * Gradient: the slices that the inputs became.
 * @throws {ShapeError} for sizes that differ elsewhere, and for 0-dim tensors.
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export function cat(tensors: readonly Tensor[], ...given: CatArguments): Tensor {
  assertTensorList('cat', 'tensors', tensors, true);
  const { dim } = readArguments('cat', DIM, given);
  const parts = tensors.filter((x) => !(x.ndim === 1 && x.shape[0] === 0));
  const first = parts[0] ?? tensors[0]!;
  const d = normalizeDim(dim, first.ndim, 'cat');
  let size = 0;
  for (const x of parts) {
    if (x.ndim === 0) throw new ShapeError('cat: a 0-dim tensor cannot be joined. Use stack.');
    if (x.ndim !== first.ndim || x.shape.some((s, i) => i !== d && s !== first.shape[i])) {
      throw new ShapeError(
        `cat: sizes may differ in dim ${d} only, got ${showShape(first.shape)} and ${showShape(x.shape)} (tensor ${tensors.indexOf(x)}).`,
      );
    }
    size += x.shape[d]!;
  }
  const dtype = tensors.map((x) => x.dtype).reduce(promote);
  const shape = first.shape.map((s, i) => (i === d ? size : s));
  const channelsLast = first.ndim >= 4 && parts.every(suggestsChannelsLast);
  const out = emptyStrided(shape, channelsLast ? channelsLastStrides(shape) : null, dtype);
  let start = 0;
  const places = parts.map((x) => {
    const place = [start, x.shape[d]!] as const;
    if (numel(x.shape) > 0) copyInto(aliasTensor(out, x.shape, out.strides, start * out.strides[d]!), x, 'cat');
    start += place[1];
    return place;
  });
  return record('cat', out, parts, [], (g, _saved, needs) =>
    places.map(([from, length], i) => (needs(i) ? narrow(g, d, from, length) : null)),
  );
}

/**
 * Tensors of one shape along a new dim (default 0).
 * @throws {ShapeError} for shapes that differ.
 */
export function stack(tensors: readonly Tensor[], ...given: CatArguments): Tensor {
  assertTensorList('stack', 'tensors', tensors, true);
  const { dim } = readArguments('stack', DIM, given);
  const { shape, ndim } = tensors[0]!;
  const d = normalizeDim(dim, ndim + 1, 'stack');
  tensors.forEach((x, i) => {
    if (!sameShape(x.shape, shape))
      throw new ShapeError(`stack: expected tensors of one shape, got ${showShape(shape)} and ${showShape(x.shape)} (tensor ${i}).`);
  });
  const out = cat(
    tensors.map((x) => unsqueeze(x, d)),
    d,
  );
  if (d > 0 || ndim !== 4 || !tensors.every(suggestsChannelsLast)) return named('Stack', out);
  return named('Stack', laidAs(out, [numel(shape), ...channelsLastStrides(shape)]));
}

const SPLIT = { sizes: required as number | readonly number[], dim: 0 };

/**
 * Views of `x` along `dim` (default 0): of `sizes` elements each, the last one shorter where they do not fit; or of the listed sizes.
 * @throws {ArgumentError} for sizes that do not add up.
 */
export function split(x: Tensor, ...given: Arguments<SplitOptions, [sizes: 'sizes', dim: 'dim']>): Tensor[] {
  assertTensor('split', 'x', x);
  const { sizes, dim } = readArguments('split', SPLIT, given);
  const d = normalizeDim(dim, x.ndim, 'split');
  const size = x.shape[d];
  if (size === undefined) throw new ShapeError('split: a 0-dim tensor cannot be split.');
  let list: readonly number[];
  if (typeof sizes === 'number') {
    if (!Number.isInteger(sizes) || sizes < 0 || (sizes === 0 && size > 0))
      throw new ArgumentError(`split: size ${sizes} must be a whole number of at least 1 (dim ${d} has size ${size}).`);
    const count = Math.max(1, Math.ceil(size / Math.max(1, sizes)));
    list = Array.from({ length: count }, (_, i) => Math.min(sizes, size - i * sizes));
  } else {
    assertNumbers('split', 'sizes', sizes, true);
    list = sizes;
    if (list.some((s) => !Number.isInteger(s) || s < 0) || list.reduce((a, b) => a + b, 0) !== size) {
      throw new ArgumentError(
        `split: sizes ${showShape(list)} must be whole numbers that add up to ${size}, the size of dim ${d} (shape ${showShape(x.shape)}).`,
      );
    }
  }
  let start = 0;
  return list
    .map((length) => {
      const part = narrow(x, d, start, length);
      start += length;
      return part;
    })
    .map((part) => named(typeof sizes === 'number' ? 'Split' : 'SplitWithSizes', severally(part)));
}

/** Marks one of several views that an operation makes: as in PyTorch, it may not be changed in place while recording. */
function severally(view: Tensor): Tensor {
  if (view.viewOrigin === 'plain') view.viewOrigin = 'several';
  return view;
}

const CHUNK = { chunks: required as number, dim: 0 };

/** At most `chunks` views of `x` along `dim` (default 0), of equal size but perhaps the last. */
export function chunk(x: Tensor, ...given: Arguments<ChunkOptions, [chunks: 'chunks', dim: 'dim']>): Tensor[] {
  assertTensor('chunk', 'x', x);
  const { chunks, dim } = readArguments('chunk', CHUNK, given);
  wholeNumber('chunk', 'chunks', chunks, { min: 1 });
  const d = normalizeDim(dim, x.ndim, 'chunk');
  const size = x.shape[d] ?? 0;
  // An empty dim gives as many empty chunks as were asked for, as in PyTorch.
  if (x.ndim === 0) throw new ShapeError('chunk: a 0-dim tensor cannot be split.');
  return size === 0 ? split(x, new Array<number>(listable('chunk', 'chunks', chunks)).fill(0), d) : split(x, Math.ceil(size / chunks), d);
}

/** One view for each index of `dim` (default 0), without that dim. */
export function unbind(x: Tensor, ...given: CatArguments): Tensor[] {
  const dim = readOne('unbind', x, 'dim', 0, given);
  const d = normalizeDim(dim, x.ndim, 'unbind');
  if (x.ndim === 0) throw new ShapeError('unbind: a 0-dim tensor has no dim to unbind.');
  return Array.from({ length: x.shape[d]! }, (_, i) => named('Unbind', severally(select(x, d, i))));
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
  assertDims(op, 'x', x, op === 'hsplit' ? 1 : d + 1);
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
  assertDims('vsplit', 'x', x, 2);
  return evenly('vsplit', x, parts, 0);
}

/** Equal parts one behind the other. @throws as {@link hsplit}. */
export function dsplit(x: Tensor, parts: number | readonly number[]): Tensor[] {
  if (arguments.length > 2) tooMany('dsplit', 2, arguments);
  assertTensor('dsplit', 'x', x);
  assertNumbers('dsplit', 'parts', parts, true);
  return evenly('dsplit', x, parts, 2);
}
