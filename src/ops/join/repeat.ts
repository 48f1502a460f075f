/** Elements repeated: copies side by side, broadcasting, grids. */

import { named } from '../../autograd/node.js';
import { DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, noMore, readArguments, readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertNumbers, assertTensor, assertTensorList, listable, wholeNumber } from '../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { broadcastShapes, normalizeDim, numel, type Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { slicesAt } from '../gather/index-select.js';
import { apart } from '../view/copy.js';
import { expand, reshape } from '../view/movement.js';

/**
 * Copies of `x`, `sizes[i]` of them along dim i; there may be more sizes than dims, not fewer.
 * Gradient: summed over the copies.
 */
export function repeat(x: Tensor, sizes: Shape): Tensor {
  if (arguments.length > 2) tooMany('repeat', 2, arguments);
  assertTensor('repeat', 'x', x);
  assertNumbers('repeat', 'sizes', sizes);
  const lead = sizes.length - x.ndim;
  if (lead < 0 || sizes.some((s) => !Number.isInteger(s) || s < 0)) {
    throw new ShapeError(
      `repeat: sizes ${showShape(sizes)} must be whole numbers, at least one for each dim of shape ${showShape(x.shape)}.`,
    );
  }
  const own = sizes.map((_, i) => (i < lead ? 1 : x.shape[i - lead]!));
  const spread = reshape(
    x,
    own.flatMap((s) => [1, s]),
  );
  return named(
    'Repeat',
    apart(
      reshape(
        expand(
          spread,
          own.flatMap((s, i) => [sizes[i]!, s]),
        ),
        own.map((s, i) => s * sizes[i]!),
      ),
      x,
    ),
  );
}

/** {@link repeat}, where sizes for leading dims may be left out. */
export function tile(x: Tensor, sizes: Shape): Tensor {
  if (arguments.length > 2) tooMany('tile', 2, arguments);
  assertTensor('tile', 'x', x);
  assertNumbers('tile', 'sizes', sizes);
  return repeat(x, [...new Array<number>(Math.max(0, x.ndim - sizes.length)).fill(1), ...sizes]);
}

/** `expand` under its other name. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2) tooMany('broadcastTo', 2, arguments);
  assertTensor('broadcastTo', 'x', x);
  assertNumbers('broadcastTo', 'shape', shape);
  return expand(x, shape);
}

/** The options of {@link repeatInterleave}. */
export interface RepeatInterleaveOptions {
  /** Whose slices are repeated. Default: none, `x` counts as one row. */
  dim?: number;
}

/**
 * Every element (or slice along `dim`) `repeats` times in a row. Without `dim`, `x` counts as one row.
 * @param repeats a number, or one whole number for each element, as int64 or int32 [n].
 */
export function repeatInterleave(x: Tensor, repeats: number | Tensor, ...given: Arguments<RepeatInterleaveOptions, [dim: 'dim']>): Tensor {
  const { dim } = readArguments<RepeatInterleaveOptions>('repeatInterleave', { dim: undefined }, given);
  assertTensor('repeatInterleave', 'x', x);
  if (typeof repeats !== 'number') assertTensor('repeatInterleave', 'repeats', repeats);
  if (dim === undefined) return repeatInterleave(reshape(x, [-1]), repeats, 0);
  const d = normalizeDim(dim, x.ndim, 'repeatInterleave');
  if (x.ndim === 0) throw new IndexError(`repeatInterleave: dim is ${dim}, but a 0-dim tensor has none. Leave dim out.`);
  const size = x.shape[d]!;
  let counts: ArrayLike<number>;
  if (repeats instanceof Tensor) {
    if (isFloating(repeats.dtype) || repeats.dtype === 'bool')
      throw new DTypeError(`repeatInterleave: repeats is ${repeats.dtype}, expected int64 or int32. Use repeats.long().`);
    if (repeats.ndim > 1) throw new ShapeError(`repeatInterleave: repeats is ${showShape(repeats.shape)}, expected one dim.`);
    const listed = Array.from(toTypedArray(repeats), Number);
    if (listed.length !== size && listed.length !== 1)
      throw new ShapeError(
        `repeatInterleave: got ${listed.length} repeats for dim ${d} of size ${size} (shape ${showShape(x.shape)}), expected one for each.`,
      );
    counts = listed.length === size ? listed : new Float64Array(size).fill(listed[0]!);
    for (const count of listed) wholeNumber('repeatInterleave', 'repeats', count, { min: 0 });
  } else counts = new Float64Array(size).fill(wholeNumber('repeatInterleave', 'repeats', repeats, { min: 0 }));
  let total = 0;
  for (let i = 0; i < size; i++) total += counts[i]!;
  const index = new BigInt64Array(listable('repeatInterleave', 'slices', total, 2 ** 28));
  for (let i = 0, at = 0; i < size; at += counts[i++]!) index.fill(BigInt(i), at, at + counts[i]!);
  return slicesAt('repeatInterleave', x, d, fromTypedArray(index));
}

/** The options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** `ij`: out[i] varies along dim i. `xy` exchanges the first two dims. Default: 'ij'. */
  indexing?: 'ij' | 'xy';
}

/** Vectors, in one list or one by one, and the options of {@link meshgrid}. */
export type MeshgridArguments =
  | [tensors: readonly Tensor[], options?: MeshgridOptions]
  | Tensor[]
  | [...tensors: Tensor[], options: MeshgridOptions];

/** Tensors one by one, put in a list; what else there is stays as it is. */
function collected(args: readonly unknown[]): unknown[] {
  if (!(args[0] instanceof Tensor)) return [...args];
  const count = args.findIndex((x) => !(x instanceof Tensor));
  return count < 0 ? [args] : [args.slice(0, count), ...args.slice(count)];
}

/**
 * Grids of coordinates from vectors: `out[i]` has the shape of all sizes, and varies along dim i. Views.
 * @param args the vectors, in one list or one by one, and after them `{ indexing }`: `ij` (default), or `xy`, which exchanges the first two dims.
 */
export function meshgrid(...args: MeshgridArguments): Tensor[] {
  const [tensors, options, ...more] = collected(args);
  noMore('meshgrid', more);
  assertTensorList('meshgrid', 'tensors', tensors);
  const { indexing } = readOptions('meshgrid', { indexing: 'ij' }, options);
  for (const x of tensors) if (x.ndim > 1) throw new ShapeError(`meshgrid: expected vectors, got shape ${showShape(x.shape)}.`);
  const count = tensors.length;
  const place = (i: number) => (indexing === 'xy' && count > 1 && i < 2 ? 1 - i : i);
  const shape = new Array<number>(count);
  tensors.forEach((x, i) => {
    shape[place(i)] = numel(x.shape);
  });
  return tensors.map((x, i) =>
    expand(
      reshape(
        x,
        shape.map((s, d) => (d === place(i) ? s : 1)),
      ),
      shape,
    ),
  );
}

/** All of them in the shape that they broadcast to. */
export function broadcastTensors(...tensors: Tensor[]): Tensor[] {
  assertTensorList('broadcastTensors', 'tensors', tensors);
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, 'broadcastTensors'), [] as Shape);
  return tensors.map((x) => expand(x, shape));
}
