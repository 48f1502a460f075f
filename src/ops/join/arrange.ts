/** Elements in another order or number: flip, roll, repeat, pad, triangles. */

import { named, record } from '../../autograd/node.js';
import { ArgumentError, DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import {
  leadingByName,
  type Named,
  noMore,
  readArguments,
  readList,
  readOptions,
  readRequired,
  required,
  type Trailing,
  tooMany,
} from '../../tensor/arguments.js';
import { assertNumbers, assertTensor, assertTensorList, listable, wholeNumber, wholeNumbers } from '../../tensor/checks.js';
import { arange, fromTypedArray } from '../../tensor/create.js';
import { isFloating } from '../../tensor/dtype.js';
import { channelsLastStrides, suggestsChannelsLast } from '../../tensor/layout.js';
import { copyInto, emptyLikeDense, emptyStrided } from '../../tensor/raw.js';
import { normalizeDim, normalizeDims, numel, type Shape } from '../../tensor/shape.js';
import { isOptions, show } from '../../tensor/show.js';
import { aliasTensor, Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/transfer.js';
import { ge, le, sub } from '../elementwise/binary.js';
import { where } from '../elementwise/table.js';
import { slicesAt } from '../gather/gather.js';
import { clone, contiguous, filled, fillRaw, formatOf } from '../view/copy.js';
import { expand, narrow, reshape, unsqueeze } from '../view/movement.js';
import { cat } from './join.js';

/** Dims as one list or one by one, or by name. */
export type FlipArguments = [dims?: number | readonly number[]] | number[] | [options: { dims: number | readonly number[] }];

/** The elements of `dims` (default: all dims) in reverse order. A copy, as in PyTorch. Gradient: reversed likewise. */
export function flip(x: Tensor, ...given: FlipArguments): Tensor {
  assertTensor('flip', 'x', x);
  const [named] =
    given.length > 0 && isOptions(given[0]) ? readRequired<[number | readonly number[]]>('flip', ['dims'], given) : [undefined];
  const dims = named ?? (given.length === 0 || given[0] === undefined ? undefined : readList('flip', given));
  if (dims !== undefined) assertNumbers('flip', 'dims', dims, true);
  const list = normalizeDims(dims, x.ndim, 'flip');
  const out = emptyLikeDense(x);
  if (numel(x.shape) > 0) {
    const start = list.reduce((sum, d) => sum + (x.shape[d]! - 1) * x.strides[d]!, x.offset);
    copyInto(
      out,
      aliasTensor(
        x,
        x.shape,
        x.strides.map((s, d) => (list.includes(d) ? -s : s)),
        start,
      ),
      'flip',
    );
  }
  return record('flip', out, [x], [], (g) => [flip(g, list)]);
}

/** The shifts and the dims along which, by position or by name. */
export type RollArguments =
  | [shifts: number | readonly number[], dims?: number | readonly number[]]
  | [shifts: number | readonly number[], options: { dims?: number | readonly number[] }]
  | [options: { shifts: number | readonly number[]; dims?: number | readonly number[] }];

/**
 * Elements shifted along `dims`, those that leave at one end coming in at the other. Without `dims`, `x` counts as one row.
 * @throws {ArgumentError} unless there is one shift per dim.
 */
export function roll(x: Tensor, ...given: RollArguments): Tensor {
  assertTensor('roll', 'x', x);
  const { shifts, dims } = readArguments<{ shifts: number | readonly number[]; dims?: number | readonly number[] }>(
    'roll',
    { shifts: required, dims: undefined },
    given,
  );
  assertNumbers('roll', 'shifts', shifts, true);
  if (dims !== undefined) assertNumbers('roll', 'dims', dims, true);
  const steps = wholeNumbers('roll', 'shifts', typeof shifts === 'number' ? [shifts] : shifts);
  if (dims === undefined) {
    if (steps.length !== 1) throw new ArgumentError(`roll: got ${steps.length} shifts without dims, expected one.`);
    return reshape(roll(reshape(x, [-1]), steps[0]!, 0), x.shape);
  }
  const list = typeof dims === 'number' ? [dims] : dims;
  if (steps.length !== list.length) throw new ArgumentError(`roll: got ${steps.length} shifts for ${list.length} dims, expected as many.`);
  const out = list.reduce((rolled, dim, i) => {
    const d = normalizeDim(dim, x.ndim, 'roll');
    const size = x.shape[d] ?? 0;
    const step = size === 0 ? 0 : ((steps[i]! % size) + size) % size;
    return step === 0 ? rolled : cat([narrow(rolled, d, size - step, step), narrow(rolled, d, 0, size - step)], d);
  }, x);
  return named('Roll', apart(out, x));
}

/** `out`, or a copy when it lies in the memory of `x`: these functions promise memory of its own. */
function apart(out: Tensor, x: Tensor): Tensor {
  return out.storage === x.storage ? clone(out) : out;
}

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

/**
 * Every element (or slice along `dim`) `repeats` times in a row. Without `dim`, `x` counts as one row.
 * @param repeats a number, or one whole number for each element, as int64 or int32 [n].
 */
export function repeatInterleave(x: Tensor, repeats: number | Tensor, dim?: number): Tensor {
  if (arguments.length > 3) tooMany('repeatInterleave', 3, arguments);
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
    const given = Array.from(toTypedArray(repeats), Number);
    if (given.length !== size && given.length !== 1)
      throw new ShapeError(
        `repeatInterleave: got ${given.length} repeats for dim ${d} of size ${size} (shape ${showShape(x.shape)}), expected one for each.`,
      );
    counts = given.length === size ? given : new Float64Array(size).fill(given[0]!);
    for (const count of given) wholeNumber('repeatInterleave', 'repeats', count, { min: 0 });
  } else counts = new Float64Array(size).fill(wholeNumber('repeatInterleave', 'repeats', repeats, { min: 0 }));
  let total = 0;
  for (let i = 0; i < size; i++) total += counts[i]!;
  const index = new BigInt64Array(listable('repeatInterleave', 'slices', total, 2 ** 28));
  for (let i = 0, at = 0; i < size; at += counts[i++]!) index.fill(BigInt(i), at, at + counts[i]!);
  return slicesAt('repeatInterleave', x, d, fromTypedArray(index));
}

/** Vectors, in one list or one by one, and the options of {@link meshgrid}. */
export type MeshgridArguments =
  | [tensors: readonly Tensor[], options?: { indexing?: 'ij' | 'xy' }]
  | Tensor[]
  | [...tensors: Tensor[], options: { indexing?: 'ij' | 'xy' }];

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

/** `column - row` of the last two dims, compared with `diagonal`. */
function triangle(x: Tensor, diagonal: number, keep: typeof le, op: string): Tensor {
  wholeNumber(op, 'diagonal', diagonal);
  if (x.ndim < 2) throw new ShapeError(`${op}: expected at least 2 dims, got shape ${showShape(x.shape)}.`);
  const [rows, cols] = x.shape.slice(-2) as [number, number];
  const offset = sub(arange(cols), unsqueeze(arange(rows), 1));
  return where(keep(offset, diagonal), contiguous(x), filled([], x.dtype, 0));
}

/** The lower triangle of the last two dims, 0 above; `diagonal` above 0 keeps more. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  if (arguments.length > 2) tooMany('tril', 2, arguments);
  assertTensor('tril', 'x', x);
  return named('Tril', triangle(x, diagonal, le, 'tril'));
}

/** The upper triangle of the last two dims, 0 below; `diagonal` above 0 keeps less. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  if (arguments.length > 2) tooMany('triu', 2, arguments);
  assertTensor('triu', 'x', x);
  return named('Triu', triangle(x, diagonal, ge, 'triu'));
}

/** What is put around the input: a constant, or values of the input. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

/** The options of {@link Pad}. */
export interface PadOptions {
  /** What the new elements are: one value, or what `reflect` (without repeating the edge), `replicate` or `circular` find in x. Default: 'constant'. */
  mode?: PadMode;
  /** What 'constant' fills with. Default: 0. */
  value?: number | null;
}

/**
 * `x` with elements added (or, where negative, taken away) at the ends of its dims.
 * @param pads before and after the last dim, then before and after the one in front of it, and so on. Modes other than 'constant' pad the last
 * one, two or three dims of a tensor that has one or two more.
 * @param args mode and value in this order, or by name.
 * @throws {ShapeError} for a padding that does not fit. @throws {ArgumentError} for an unknown mode, and a value that the mode does not take.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 * @example
 * F.pad(tensor([[1, 2, 3]]), [1, 0]); // [[0, 1, 2, 3]]
 * F.pad(tensor([[1, 2, 3]]), [0, 2], 'reflect'); // [[1, 2, 3, 2, 1]]
 */
export function pad(
  x: Tensor,
  pads: readonly number[] | Named<PadOptions, 'pad', readonly number[]>,
  ...args: Trailing<[mode: PadMode, value: number | null], PadOptions>
): Tensor {
  const [padding, ...rest] = leadingByName('pad', ['pad'], [pads, ...args]) as [readonly number[], ...unknown[]];
  const options = readArguments<PadOptions>('pad', { mode: 'constant', value: null }, rest);
  return padAs('pad', x, padding, options.mode ?? 'constant', options.value ?? 0);
}

/** @internal {@link pad} in the name of a layer. */
export function padAs(op: string, x: Tensor, padding: readonly number[], mode: PadMode, value = 0): Tensor {
  assertTensor(op, 'x', x);
  if (typeof value !== 'number') throw new ArgumentError(`${op}: value is ${show(value)}, expected a number.`);
  if (!['constant', 'reflect', 'replicate', 'circular'].includes(mode))
    throw new ArgumentError(`${op}: mode is ${show(mode)}, expected 'constant', 'reflect', 'replicate' or 'circular'.`);
  if (!Array.isArray(padding) || padding.length % 2 !== 0 || padding.length > 2 * x.ndim || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      `${op}: padding ${showShape([padding].flat())} must be pairs of whole numbers, at most one pair for each dim of shape ${showShape(x.shape)}.`,
    );
  }
  if (mode !== 'constant') checkModePadding(op, x, padding, mode, value);
  const pairs = Array.from({ length: padding.length / 2 }, (_, i) => ({
    d: x.ndim - 1 - i,
    before: padding[2 * i]!,
    after: padding[2 * i + 1]!,
  }));
  for (const { d, before, after } of pairs) {
    if (x.shape[d]! + Math.min(before, 0) + Math.min(after, 0) < 0)
      throw new ShapeError(
        `${op}: padding ${before} and ${after} leave nothing of dim ${d} of size ${x.shape[d]} (shape ${showShape(x.shape)}).`,
      );
  }
  if (mode === 'constant') return padConstant(x, padding, pairs, value);
  const out = pairs.reduce(
    (padded, { d, before, after }) =>
      before === 0 && after === 0 ? padded : slicesAt('pad', padded, d, sourceIndex(op, x, d, before, after, mode)),
    x,
  );
  return apart(mode !== 'circular' && x.ndim === 4 && pairs.length === 2 ? formatOf(out, x) : out, x);
}

/** PyTorch's rules for what is taken from x itself. */
function checkModePadding(op: string, x: Tensor, padding: readonly number[], mode: PadMode, value: number): void {
  const axes = padding.length / 2;
  if (axes < 1 || axes > 3 || (x.ndim !== axes + 1 && x.ndim !== axes + 2)) {
    throw new ShapeError(
      `${op}: ${mode} padding ${showShape(padding)} of ${axes} dims needs [N, C] or [C] in front of them, and at most 3 of them; x is ${showShape(x.shape)}. Insert dims with unsqueeze.`,
    );
  }
  if (value !== 0) throw new ArgumentError(`${op}: ${mode} padding takes no value, got ${value}. Leave it out.`);
  if (mode === 'circular') return;
  if (x.shape.slice(x.ndim === axes + 2 ? 1 : 0).includes(0))
    throw new ShapeError(`${op}: x is ${showShape(x.shape)}: for ${mode} padding only the batch may be empty.`);
  for (let i = 0; i < axes; i++) {
    const size = x.shape[x.ndim - 1 - i]! + padding[2 * i]! + padding[2 * i + 1]!;
    if (size < 1)
      throw new ShapeError(
        `${op}: ${mode} padding ${showShape(padding)} leaves nothing of dim ${x.ndim - 1 - i} of x ${showShape(x.shape)}.`,
      );
  }
}

interface PadPair {
  readonly d: number;
  readonly before: number;
  readonly after: number;
}

/** The result before x is copied into it: with the order of dims of what is left of x where nothing is added, else in its format. */
function padded(x: Tensor, shape: Shape, inside: Shape, from: number, pairs: readonly PadPair[], value: number): Tensor {
  if (pairs.every(({ before, after }) => before <= 0 && after <= 0)) return emptyLikeDense(aliasTensor(x, inside, x.strides, from));
  if (x.ndim < 4 || !suggestsChannelsLast(x)) return filled(shape, x.dtype, value);
  return fillRaw(emptyStrided(shape, channelsLastStrides(shape), x.dtype), value);
}

function padConstant(x: Tensor, padding: readonly number[], pairs: readonly PadPair[], value: number): Tensor {
  const [shape, inside] = [[...x.shape], [...x.shape]];
  let [from, to] = [x.offset, 0];
  for (const { d, before, after } of pairs) {
    shape[d]! += before + after;
    inside[d]! += Math.min(before, 0) + Math.min(after, 0);
  }
  const out = padded(x, shape, inside, from, pairs, value);
  for (const { d, before } of pairs) {
    from += Math.max(-before, 0) * x.strides[d]!;
    to += Math.max(before, 0) * out.strides[d]!;
  }
  if (inside.every((s) => s > 0)) copyInto(aliasTensor(out, inside, out.strides, to), aliasTensor(x, inside, x.strides, from), 'pad');
  return record('pad', out, [x], [], (g) => [
    pad(
      g,
      padding.map((p) => -p),
    ),
  ]);
}

/** For each place along the padded dim, the index that it takes its value from. */
function sourceIndex(op: string, x: Tensor, d: number, before: number, after: number, mode: Exclude<PadMode, 'constant'>): Tensor {
  const size = x.shape[d]!;
  listable(op, 'places along a dim', before + size + after, 2 ** 28);
  const most = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Number.POSITIVE_INFINITY;
  if (before > most || after > most || size === 0) {
    throw new ShapeError(
      `${op}: ${mode} padding of ${before} and ${after} needs a larger dim than dim ${d} of size ${size} (shape ${showShape(x.shape)}).`,
    );
  }
  const place = (i: number) => {
    if (mode === 'replicate') return Math.min(Math.max(i, 0), size - 1);
    if (mode === 'circular') {
      // What is cut off at the ends is no part of the circle.
      const [first, length] = [Math.max(-before, 0), size + Math.min(before, 0) + Math.min(after, 0)];
      return first + ((((i - first) % length) + length) % length);
    }
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
  };
  return fromTypedArray(BigInt64Array.from({ length: before + size + after }, (_, i) => BigInt(place(i - before))));
}
