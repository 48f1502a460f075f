/** Tensors with a border: of one value, or of reflected, repeated or wrapped elements. */

import { record } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertNumber, assertTensor, listable, oneOf } from '../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { channelsLastStrides, suggestsChannelsLast } from '../../tensor/layout.js';
import { copyInto, emptyLikeDense, emptyStrided } from '../../tensor/raw.js';
import type { Shape } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import { slicesAt } from '../gather/index-select.js';
import { apart, filled, fillRaw, formatOf } from '../view/copy.js';

/** What is put around the input: a constant, or values of the input. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

const MODES: readonly PadMode[] = ['constant', 'reflect', 'replicate', 'circular'];

/** The options of {@link pad}. */
export interface PadOptions {
  /** Before and after the last dim, then before and after the one in front of it, and so on. */
  pad: readonly number[];
  /** What the new elements are: one value, or what `reflect` (without repeating the edge), `replicate` or `circular` find in x. Default: 'constant'. */
  mode?: PadMode;
  /** What 'constant' fills with. Default: 0. */
  value?: number | null;
}

/**
 * `x` with elements added (or, where negative, taken away) at the ends of its dims.
 * @param args pad, mode and value in this order, or by name. Modes other than 'constant' pad the last one, two or three dims of a tensor that has
 * one or two more.
 * @throws {ShapeError} for a padding that does not fit. @throws {ArgumentError} for an unknown mode, and a value that the mode does not take.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 * @example
 * F.pad(tensor([[1, 2, 3]]), [1, 0]); // [[0, 1, 2, 3]]
 * F.pad(tensor([[1, 2, 3]]), [0, 2], 'reflect'); // [[1, 2, 3, 2, 1]]
 */
export function pad(x: Tensor, ...args: Arguments<PadOptions, [pad: 'pad', mode: 'mode', value: 'value']>): Tensor {
  const settings = readArguments('pad', PAD, args);
  oneOf('pad', 'mode', settings.mode, MODES);
  if (settings.value !== null) assertNumber('pad', 'value', settings.value);
  return padOf('pad', x, settings);
}

const PAD: Settings<PadOptions> = { pad: required, mode: 'constant', value: null };

/** @internal {@link pad} whose arguments have been read, by it or by a layer. @param op what errors call it. */
export function padOf(op: string, x: Tensor, { pad: padding, mode, value: given }: Settings<PadOptions>): Tensor {
  assertTensor(op, 'x', x);
  const value = given ?? 0;
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
  const back = padding.map((p) => -p);
  return record('pad', out, { inputs: { x }, composed: (dy) => ({ x: padOf('pad', dy, { pad: back, mode: 'constant', value: 0 }) }) });
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
