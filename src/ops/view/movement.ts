/** Views of all elements: the same memory under another shape. No kernel runs; gradients take the view back. */

import { isGradEnabled, isInferenceModeEnabled } from '../../autograd/modes/mode.js';
import { Node, named, record, setGradFn } from '../../autograd/node.js';
import { ArgumentError, GradError, IndexError, ShapeError, showShape } from '../../errors.js';
import {
  type Arguments,
  type ListArguments,
  readArguments,
  readList,
  readOne,
  readRequired,
  required,
  tooMany,
} from '../../tensor/arguments/arguments.js';
import { assertNumbers, assertTensor, wholeNumbers } from '../../tensor/arguments/checks.js';
import { inferShape, normalizeDim, numel, pick, type Shape, viewStrides } from '../../tensor/shape.js';
import { aliasTensor, type Tensor, viewGradFn } from '../../tensor/tensor.js';
import { contiguous } from './copy.js';
import { addStrided, geometryOf } from './strided.js';

type ViewGrad = (g: Tensor) => Tensor;

/** @internal A recorded view of `x`. The base is remembered, so that an in-place change of one reaches the gradient of the other. */
export function view(name: string, x: Tensor, shape: Shape, strides: Shape, offset: number, grad: ViewGrad): Tensor {
  const out = aliasTensor(x, shape, strides, offset);
  out.viewBase = x.viewBase ?? x;
  out.viewVersion = x.counter.version;
  out.viewOrigin = isGradEnabled() ? x.viewOrigin : isInferenceModeEnabled() ? 'inference' : 'noGrad';
  out.isInference = x.isInference;
  return record(name, out, [x], [], (g) => [grad(g)]);
}

/** A new tensor that is all of `x`: hooks on it, and the gradient that it keeps, are its own. */
export function alias(x: Tensor, name: string): Tensor {
  return view(name, x, x.shape, x.strides, x.offset, (g) => g);
}

/** @internal The elements at `strides` of the memory of `base`, from `offset` of its storage on. */
export function asStrided(
  base: Tensor,
  shape: Shape,
  strides: Shape,
  offset: number,
  name = 'asStrided',
  geometry = geometryOf(base, { shape, strides, offset }),
): Tensor {
  return view(name, base, shape, strides, offset, (g) => addStrided(g, geometry));
}

/** The way from a view straight to its base, past the gradient functions and hooks of the views between them. */
export function stridedNode(v: Tensor): Node {
  const geometry = geometryOf(v.viewBase!, v);
  const node = new Node('asStrided', [v], [v.viewBase!], (g) => [addStrided(g, geometry)]);
  node.save([]);
  return node;
}

viewGradFn.regenerate = (v) => {
  if (v.ownGradFn === null && !v.viewBase!.requiresGrad) return null;
  if (v.viewOrigin !== 'plain')
    throw new GradError(
      `a view that ${ORIGINS[v.viewOrigin]} was used after its base, or another view of it, was changed in place while recording. Which history it has is unclear: ${CURES[v.viewOrigin]}`,
    );
  const node = stridedNode(v);
  setGradFn(v, node);
  v.viewVersion = v.counter.version;
  return node;
};

/** Where views come from that may not change in place while recording, and what to do. */
export const ORIGINS = {
  several: 'is one of several results of an operation (split, chunk, unbind)',
  noGrad: 'was made inside noGrad()',
  inference: 'was made inside inferenceMode()',
} as const;

export const CURES = {
  several: 'clone() it, use narrow or select for a single view, or the out-of-place form of the change.',
  noGrad: 'make the view and the change both inside noGrad(), or both outside.',
  inference: 'make the view and the change both inside inferenceMode(), or both outside.',
} as const;

/**
 * The same elements under another shape, without copying. One size may be -1.
 * @throws {ShapeError} when the counts differ, or the strides allow no such view: use `reshape` or `contiguous().view(...)`.
 */
export function viewAs(x: Tensor, shape: Shape, name = 'view'): Tensor {
  assertTensor('viewAs', 'x', x);
  assertNumbers('viewAs', 'shape', shape);
  const target = inferShape(shape, numel(x.shape), name);
  const strides = viewStrides(x.shape, x.strides, target);
  if (!strides) {
    throw new ShapeError(
      `${name}: a tensor of shape ${showShape(x.shape)} and strides ${showShape(x.strides)} cannot be viewed as ${showShape(target)} without copying. Use reshape.`,
    );
  }
  const from = x.shape;
  return view(name, x, target, strides, x.offset, (g) => reshape(g, from));
}

/** The same elements under another shape: a view where the strides allow it (of its own shape, too: a new tensor), else a copy. One size may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2) tooMany('reshape', 2, arguments);
  assertNumbers('reshape', 'shape', shape);
  assertTensor('reshape', 'x', x);
  const target = inferShape(shape, numel(x.shape), 'reshape');
  return viewAs(viewStrides(x.shape, x.strides, target) ? x : contiguous(x), target, 'reshape');
}

/** The options of {@link flatten}. */
export interface FlattenOptions {
  /** The first dim to join. Default: 0. */
  startDim?: number;
  /** The last dim to join. Default: -1, the last. */
  endDim?: number;
}

/** The first and the last dim to join, by position or by name. */
export type FlattenArguments = Arguments<FlattenOptions, [startDim: 'startDim', endDim: 'endDim']>;

/** Joins the dims from `startDim` (default 0) to `endDim` (default -1, the last) into one. */
export function flatten(x: Tensor, ...given: FlattenArguments): Tensor {
  assertTensor('flatten', 'x', x);
  const { startDim, endDim } =
    given.length === 1 && typeof given[0] === 'number'
      ? { startDim: given[0], endDim: -1 }
      : readArguments('flatten', { startDim: 0, endDim: -1 }, given);
  // A scalar counts as having one dim.
  const start = normalizeDim(startDim, Math.max(x.ndim, 1), 'flatten');
  const end = normalizeDim(endDim, Math.max(x.ndim, 1), 'flatten');
  if (x.ndim === 0) return reshape(x, [1]);
  if (start > end)
    throw new IndexError(`flatten: startDim ${startDim} comes after endDim ${endDim} in a tensor of shape ${showShape(x.shape)}.`);
  if (start === end) return x;
  return reshape(x, [...x.shape.slice(0, start), numel(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
}

/** Splits `dim` into dims of `sizes`; one size may be -1. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  if (arguments.length > 3) tooMany('unflatten', 3, arguments);
  assertNumbers('unflatten', 'sizes', sizes);
  assertTensor('unflatten', 'x', x);
  const d = normalizeDim(dim, x.ndim, 'unflatten');
  return viewAs(x, [...x.shape.slice(0, d), ...inferShape(sizes, x.shape[d]!, 'unflatten'), ...x.shape.slice(d + 1)], 'unflatten');
}

/** Dims in another order: dim i of the result is dim `dims[i]` of `x`. */
export function permute(x: Tensor, ...given: ListArguments<'dims'>): Tensor {
  assertTensor('permute', 'x', x);
  const dims = readList('permute', given, 'dims');
  const order = dims.map((d) => normalizeDim(d, x.ndim, 'permute'));
  if (order.length !== x.ndim || new Set(order).size !== order.length) {
    throw new ArgumentError(`permute: dims [${dims.join(', ')}] must name each of the ${x.ndim} dims of shape ${showShape(x.shape)} once.`);
  }
  const back = new Array<number>(order.length);
  order.forEach((from, i) => {
    back[from] = i;
  });
  return view('permute', x, pick(x.shape, order), pick(x.strides, order), x.offset, (g) => permute(g, back));
}

/** The options of {@link transpose}. */
export interface TransposeOptions {
  /** One dim. */
  dim0: number;
  /** The other dim. */
  dim1: number;
}

/** Two dims, by position or by name. */
export type TransposeArguments = Arguments<TransposeOptions, [dim0: 'dim0', dim1: 'dim1']>;

/** Exchanges two dims. */
export function transpose(x: Tensor, ...given: TransposeArguments): Tensor {
  assertTensor('transpose', 'x', x);
  const [dim0, dim1] = readRequired<[number, number]>('transpose', ['dim0', 'dim1'], given);
  const a = normalizeDim(dim0, x.ndim, 'transpose');
  const b = normalizeDim(dim1, x.ndim, 'transpose');
  if (a === b) return alias(x, 'transpose');
  const shape = [...x.shape];
  const strides = [...x.strides];
  [shape[a], shape[b]] = [shape[b]!, shape[a]!];
  [strides[a], strides[b]] = [strides[b]!, strides[a]!];
  return view('transpose', x, shape, strides, x.offset, (g) => transpose(g, a, b));
}

/** The transpose of a matrix; vectors and numbers stay as they are. */
export function t(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('t', 1, arguments);
  assertTensor('t', 'x', x);
  if (x.ndim > 2) throw new ShapeError(`t: expected at most 2 dims, got shape ${showShape(x.shape)}. Use transpose or permute.`);
  return named('T', transpose(x, 0, x.ndim < 2 ? 0 : 1));
}

/**
 * Repeats dims of size 1 to the sizes of `shape`, without copying; -1 keeps a size. New dims may be added in front.
 * Gradient: summed over what was repeated.
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2) tooMany('expand', 2, arguments);
  assertTensor('expand', 'x', x);
  assertNumbers('expand', 'shape', shape);
  wholeNumbers('expand', 'shape', shape, { min: -1 });
  const lead = shape.length - x.ndim;
  const bad = () =>
    new ShapeError(
      `expand: shape ${showShape(x.shape)} does not expand to ${showShape(shape)}: only dims of size 1 can grow, and new dims stand in front.`,
    );
  if (lead < 0) throw bad();
  const target = shape.map((size, i) => {
    const own = i < lead ? undefined : x.shape[i - lead]!;
    if (size === -1) {
      if (own === undefined) throw bad();
      return own;
    }
    if (own !== undefined && own !== 1 && own !== size) throw bad();
    return size;
  });
  const strides = target.map((size, i) => (i < lead ? 0 : x.shape[i - lead] === size ? x.strides[i - lead]! : 0));
  return view('expand', x, target, strides, x.offset, (g) => g);
}

/** {@link expand} to the shape of `other`. */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  assertTensor('expandAs', 'x', x);
  assertTensor('expandAs', 'other', other);
  return expand(x, other.shape);
}

/** The options of {@link squeeze}. */
export interface SqueezeOptions {
  /** One dim or several. Default: all of size 1. */
  dim?: number | readonly number[];
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: number | readonly number[];
}

/** One dim or several (default: all), by position or by name. */
export type SqueezeArguments = Arguments<SqueezeOptions, [dim: 'dim']>;

/** The dim that a function works along. */
export interface AlongOptions {
  /** The dim. */
  dim: number;
}

/** The options of {@link unsqueeze}. */
export type UnsqueezeOptions = AlongOptions;

/** A dim, by position or by name; NumPy's `axis` stands for it, too. */
export type AlongArguments = Arguments<AlongOptions, [dim: 'dim']> | [options: { axis: number }];

/** Removes dims of size 1: all of them, or those of `dim` that have size 1. */
export function squeeze(x: Tensor, ...given: SqueezeArguments): Tensor {
  const dim = readOne<number | readonly number[] | undefined>('squeeze', x, 'dim', undefined, given);
  if (dim !== undefined) assertNumbers('squeeze', 'dim', dim, true);
  const wanted =
    dim === undefined ? x.shape.map((_, i) => i) : (typeof dim === 'number' ? [dim] : dim).map((d) => normalizeDim(d, x.ndim, 'squeeze'));
  const keep = x.shape.map((_, i) => i).filter((i) => !(wanted.includes(i) && x.shape[i] === 1));
  const from = x.shape;
  const out = view('squeeze', x, pick(x.shape, keep), pick(x.strides, keep), x.offset, (g) => reshape(g, from));
  return dim === undefined ? out : named(typeof dim === 'number' ? 'SqueezeBackward1' : 'SqueezeBackward2', out);
}

/** Inserts a dim of size 1 at `dim`. */
export function unsqueeze(x: Tensor, ...given: AlongArguments): Tensor {
  const dim = readOne<number>('unsqueeze', x, 'dim', required, given);
  const d = normalizeDim(dim, x.ndim + 1, 'unsqueeze');
  const shape = [...x.shape.slice(0, d), 1, ...x.shape.slice(d)];
  const step = d < x.ndim ? x.strides[d]! * x.shape[d]! : 1;
  return view('unsqueeze', x, shape, [...x.strides.slice(0, d), step, ...x.strides.slice(d)], x.offset, (g) => squeeze(g, d));
}

/**
 * The dims `from` moved to the places `to`, the others in their order: one dim, or as many of each.
 * @throws {ArgumentError} unless there is one place for each dim, and each is named once.
 * @see https://pytorch.org/docs/stable/generated/torch.movedim.html
 * @example
 * zeros([2, 3, 5]).movedim([0, 1], [1, 2]).shape; // [5, 2, 3]
 */
export function movedim(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  if (arguments.length > 3) tooMany('movedim', 3, arguments);
  assertTensor('movedim', 'x', x);
  const [sources, places] = [from, to].map((dims) => [dims].flat().map((d) => normalizeDim(d, x.ndim, 'movedim'))) as [number[], number[]];
  if (sources.length !== places.length)
    throw new ArgumentError(`movedim: got ${sources.length} dims for ${places.length} places, expected the same number.`);
  for (const [what, dims] of Object.entries({ dims: sources, places }))
    if (new Set(dims).size !== dims.length) throw new ArgumentError(`movedim: the ${what} [${dims.join(', ')}] name one twice.`);
  if (x.ndim === 0) return permute(x, []);
  const rest = x.shape.map((_, d) => d).filter((d) => !sources.includes(d));
  return permute(
    x,
    x.shape.map((_, place) => (places.includes(place) ? sources[places.indexOf(place)]! : rest.shift()!)),
  );
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
