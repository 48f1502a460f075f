/** Sequences of different lengths in one tensor: padded to one length, or packed without gaps for the recurrent layers. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { indexCopy, indexSelect } from '../../ops/gather/index-select.js';
import { cat } from '../../ops/join/join.js';
import { to } from '../../ops/view/copy.js';
import { reshape, transpose } from '../../ops/view/movement.js';
import { narrow, select } from '../../ops/view/select.js';
import { type Arguments, noMore, readArguments, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, oneOf, wholeNumber, wholeNumbers } from '../../tensor/arguments/checks.js';
import { full, int64Of } from '../../tensor/create/create.js';
import { type DeviceLike, moveTo, type ToArguments } from '../../tensor/device.js';
import { sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';

function numbersOf(values: Tensor | readonly number[], op: string, what: string): number[] {
  if (!(values instanceof Tensor)) {
    return wholeNumbers(op, what, values);
  }
  if (values.ndim !== 1) throw new ShapeError(`${op}: ${what} is ${showShape(values.shape)}, expected one dim: [batch].`);
  return Array.from(toTypedArray(values) as ArrayLike<number | bigint>, (v) => Math.trunc(Number(v)));
}

/**
 * Sequences of different lengths, the longest first, without padding: all first steps, then all second steps, and so on. The recurrent
 * layers take one, and give one. Made by {@link packPaddedSequence} and {@link packSequence}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html
 */
export class PackedSequence {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'PackedSequence';
  /** [rows, ...]: the steps of all sequences. */
  readonly data: Tensor;
  /** How many sequences have a step t, int64 [steps]. */
  readonly batchSizes: Tensor;
  /** Where each packed sequence came from, int64 [batch]; null where they were sorted. */
  readonly sortedIndices: Tensor | null;
  /** Where each sequence went; null where they were sorted. */
  readonly unsortedIndices: Tensor | null;

  constructor(data: Tensor, batchSizes: Tensor, sortedIndices: Tensor | null = null, unsortedIndices: Tensor | null = null) {
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sortedIndices;
    this.unsortedIndices = unsortedIndices ?? invertPermutation(sortedIndices);
  }

  /** @internal The batch sizes, checked: somebody may have made them by hand. */
  rowsPerStep(op: string): number[] {
    const sizes = numbersOf(this.batchSizes, op, 'batchSizes');
    const fits = sizes.length > 0 && sizes.every((size, t) => size >= 1 && size <= (sizes[t - 1] ?? size));
    if (!fits || sizes.reduce((sum, size) => sum + size, 0) !== this.data.shape[0])
      throw new ShapeError(
        `${op}: batchSizes ${showShape(sizes)} of the PackedSequence must be at least 1, never grow, and add up to the rows of its data ${showShape(this.data.shape)}. Use packPaddedSequence.`,
      );
    return sizes;
  }

  /** The data as another dtype; as `to` of tensors takes it. @throws {DeviceError} for another device than the CPU. */
  to(...args: ToArguments): PackedSequence {
    const data = to(this.data, ...args);
    if (data === this.data) return this;
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices);
  }

  /** This batch: all live on the CPU. */
  cpu(): PackedSequence;
  cpu(...given: unknown[]): PackedSequence {
    noMore('cpu', given);
    return this;
  }

  /** PyTorch's move to a GPU; Hone has none. @throws {DeviceError} always: ask `cuda.isAvailable()` first. */
  cuda(device?: DeviceLike | number | null): PackedSequence;
  cuda(...given: unknown[]): PackedSequence {
    return moveTo('cuda', 'PackedSequence.cuda', given);
  }

  /** With its elements in float32. */
  float(): PackedSequence {
    return this.to('float32');
  }

  /** With its elements in float64. */
  double(): PackedSequence {
    return this.to('float64');
  }

  /** With its elements in int32. */
  int(): PackedSequence {
    return this.to('int32');
  }

  /** With its elements in int64. */
  long(): PackedSequence {
    return this.to('int64');
  }

  /** PyTorch's text of it. */
  toString(): string {
    const { data, batchSizes, sortedIndices, unsortedIndices } = this;
    return `PackedSequence(data=${data}, batch_sizes=${batchSizes}, sorted_indices=${sortedIndices ?? 'None'}, unsorted_indices=${unsortedIndices ?? 'None'})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** The permutation that undoes `permutation`, int64 [n]; null for null. */
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  if (arguments.length > 1) tooMany('invertPermutation', 1, arguments);
  if (permutation === null) return null;
  const order = numbersOf(permutation, 'invertPermutation', 'permutation');
  const inverse = new Array<number>(order.length).fill(-1);
  order.forEach((from, to) => {
    inverse[from] = to;
  });
  if (inverse.length !== order.length || inverse.includes(-1))
    throw new ArgumentError(`invertPermutation: ${showShape(order)} is not a permutation of 0 to ${order.length - 1}.`);
  return int64Of(inverse);
}

/** The option of functions on sequences that may put the batch first. */
export interface BatchFirstOption {
  /** The padded tensor is [batch, time, ...] instead of [time, batch, ...]. Default: false. */
  batchFirst?: boolean;
}

/** The options of {@link packSequence}. */
export interface PackSequenceOptions {
  /** Takes only sequences that are sorted, the longest first; false sorts them, and results come back in the order given. Default: true. */
  enforceSorted?: boolean;
}

/** The options of {@link packPaddedSequence}. */
export interface PackPaddedSequenceOptions extends BatchFirstOption, PackSequenceOptions {}

/** The options of {@link padPackedSequence}. */
export interface PadPackedSequenceOptions extends BatchFirstOption {
  /** What stands after the end of a sequence. Default: 0. */
  paddingValue?: number;
  /** Pads to this many steps; null to the longest sequence. Default: null. */
  totalLength?: number | null;
}

/** The options of {@link padSequence}. */
export interface PadSequenceOptions extends BatchFirstOption {
  /** What fills the shorter sequences up. Default: 0. */
  paddingValue?: number;
  /** Where it goes: after the sequence or before it. Default: right. */
  paddingSide?: 'left' | 'right';
}

/** The options of {@link unpadSequence}. */
export type UnpadSequenceOptions = BatchFirstOption;

/** For each step, the sequences that still run; `lengths` fall. */
function sizesOf(lengths: readonly number[]): number[] {
  return Array.from({ length: lengths[0] ?? 0 }, (_, t) => lengths.filter((length) => length > t).length);
}

/** Where step t of sequence b lies in a padded tensor whose first two dims are one. */
function places(sizes: readonly number[], order: readonly number[], steps: number, batch: number, batchFirst: boolean): Tensor {
  return int64Of(
    sizes.flatMap((size, t) => Array.from({ length: size }, (_, k) => (batchFirst ? order[k]! * steps + t : t * batch + order[k]!))),
  );
}

/**
 * Packs a padded batch: what lies past the length of a sequence is left out.
 * @param input [time, batch, ...], or [batch, time, ...] with `batchFirst`. @param lengths of each sequence, 1 to time.
 * @param args the options in the order of their list, or by name.
 * @throws {ShapeError} for fewer than 2 dims, an empty input, and a number of lengths that differs from the batch.
 * @throws {ArgumentError} for lengths below 1 or beyond the input, or not sorted with `enforceSorted`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 * @example
 * const padded = tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]);
 * const packed = nn.utils.rnn.packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });
 * packed.data.toArray(); // [4, 1, 3, 5, 2, 6]
 * packed.batchSizes.toArray(); // [3, 2, 1]
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  ...args: Arguments<PackPaddedSequenceOptions, [batchFirst: 'batchFirst', enforceSorted: 'enforceSorted']>
): PackedSequence {
  const op = 'packPaddedSequence';
  const { batchFirst, enforceSorted } = readArguments(op, { batchFirst: false, enforceSorted: true }, args);
  assertTensor(op, 'input', input);
  if (input.ndim < 2)
    throw new ShapeError(
      `${op}: input is ${showShape(input.shape)}, expected ${batchFirst ? '[batch, time, ...]' : '[time, batch, ...]'}.`,
    );
  if (input.numel() === 0) throw new ShapeError(`${op}: input ${showShape(input.shape)} has no elements to pack.`);
  const [steps, batch] = (batchFirst ? [input.shape[1], input.shape[0]] : input.shape) as [number, number];
  const given = numbersOf(lengths, op, 'lengths');
  if (given.length !== batch)
    throw new ShapeError(
      `${op}: got ${given.length} lengths for a batch of ${batch} (input ${showShape(input.shape)}). Give one for each.`,
    );
  given.forEach((length, i) => {
    if (length < 1 || length > steps)
      throw new ArgumentError(
        `${op}: length ${i} is ${length}, expected 1 to ${steps}, the time steps of the input ${showShape(input.shape)}.`,
      );
  });
  if (enforceSorted && given.some((length, i) => length > (given[i - 1] ?? length)))
    throw new ArgumentError(
      `${op}: lengths ${showShape(given)} are not sorted, the longest first. Sort them, or pass { enforceSorted: false }.`,
    );
  const order = given.map((_, i) => i);
  if (!enforceSorted) order.sort((a, b) => given[b]! - given[a]!);
  const sizes = sizesOf(order.map((i) => given[i]!));
  const flat = reshape(input, [steps * batch, ...input.shape.slice(2)]);
  const data = indexSelect(flat, 0, places(sizes, order, steps, batch, batchFirst));
  return new PackedSequence(data, int64Of(sizes), enforceSorted ? null : int64Of(order));
}

/**
 * The padded batch and the lengths of a packed one: the inverse of {@link packPaddedSequence}, in the order given there.
 * @returns [time, batch, ...] ([batch, time, ...] with `batchFirst`), and the lengths, int64 [batch].
 * @throws {ArgumentError} for a totalLength below the longest sequence.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
 * @example
 * const packed = nn.utils.rnn.packSequence([ones([3]), ones([1])]);
 * const [padded, lengths] = nn.utils.rnn.padPackedSequence(packed, { batchFirst: true });
 * padded.shape; // [2, 3]
 * lengths.toArray(); // [3, 1]
 */
export function padPackedSequence(
  sequence: PackedSequence,
  ...args: Arguments<PadPackedSequenceOptions, [batchFirst: 'batchFirst', paddingValue: 'paddingValue', totalLength: 'totalLength']>
): [padded: Tensor, lengths: Tensor] {
  const op = 'padPackedSequence';
  if (!(sequence instanceof PackedSequence)) throw new ArgumentError(`${op}: expected a PackedSequence, such as packPaddedSequence gives.`);
  const defaults: Settings<PadPackedSequenceOptions> = { batchFirst: false, paddingValue: 0, totalLength: null };
  const { batchFirst, paddingValue, totalLength } = readArguments(op, defaults, args);
  const { data, sortedIndices } = sequence;
  const sizes = sequence.rowsPerStep(op);
  if (totalLength !== null)
    wholeNumber(op, 'totalLength', totalLength, { min: sizes.length }, `The longest sequence has ${sizes.length} steps.`);
  const [steps, batch] = [totalLength ?? sizes.length, sizes[0]!];
  const order = sortedIndices ? numbersOf(sortedIndices, op, 'sortedIndices') : Array.from({ length: batch }, (_, i) => i);
  const lengths = new Array<number>(batch);
  order.forEach((from, k) => {
    lengths[from] = sizes.filter((size) => size > k).length;
  });
  const rest = data.shape.slice(1);
  const blank = full([steps * batch, ...rest], paddingValue, { dtype: data.dtype });
  const padded = indexCopy(blank, 0, places(sizes, order, steps, batch, batchFirst), data);
  return [reshape(padded, [...(batchFirst ? [batch, steps] : [steps, batch]), ...rest]), int64Of(lengths)];
}

/**
 * Sequences of different lengths as one tensor, the shorter ones padded.
 * @param sequences tensors [length, ...]. @param args the options in the order of their list, or by name.
 * @returns [longest, batch, ...], or [batch, longest, ...] with `batchFirst`; the dtype of the first.
 * @throws {ShapeError} for no sequences, and for sizes that differ after the first dim.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 * @example
 * nn.utils.rnn.padSequence([tensor([1, 2, 3]), tensor([4])], { batchFirst: true, paddingValue: -1 }).toArray(); // [[1, 2, 3], [4, -1, -1]]
 */
export function padSequence(
  sequences: Tensor | readonly Tensor[],
  ...args: Arguments<PadSequenceOptions, [batchFirst: 'batchFirst', paddingValue: 'paddingValue', paddingSide: 'paddingSide']>
): Tensor {
  const op = 'padSequence';
  const defaults: Settings<PadSequenceOptions> = { batchFirst: false, paddingValue: 0, paddingSide: 'right' };
  const { batchFirst, paddingValue, paddingSide } = readArguments(op, defaults, args);
  oneOf(op, 'paddingSide', paddingSide, ['right', 'left']);
  const list = listOf(sequences, op);
  const { dtype, shape } = list[0]!;
  const rest = shape.slice(1);
  list.forEach((x, i) => {
    if (x.ndim === 0 || !sameShape(x.shape.slice(1), rest))
      throw new ShapeError(
        `${op}: sequences may differ in their length only, got ${showShape(shape)} and ${showShape(x.shape)} (sequence ${i}).`,
      );
  });
  const [steps, batch] = [Math.max(...list.map((x) => x.shape[0]!)), list.length];
  const at = list.flatMap((x, b) => {
    const start = paddingSide === 'left' ? steps - x.shape[0]! : 0;
    return Array.from({ length: x.shape[0]! }, (_, t) => (batchFirst ? b * steps + start + t : (start + t) * batch + b));
  });
  const blank = full([steps * batch, ...rest], paddingValue, { dtype });
  const padded = indexCopy(blank, 0, int64Of(at), cat(list.map((x) => to(x, dtype))));
  return reshape(padded, [...(batchFirst ? [batch, steps] : [steps, batch]), ...rest]);
}

function listOf(sequences: Tensor | readonly Tensor[], op: string): Tensor[] {
  const list =
    sequences instanceof Tensor && sequences.ndim > 0
      ? Array.from({ length: sequences.shape[0]! }, (_, i) => select(sequences, 0, i))
      : sequences;
  if (!Array.isArray(list) || list.some((x) => !(x instanceof Tensor))) throw new ArgumentError(`${op}: expected an array of tensors.`);
  if (list.length === 0) throw new ShapeError(`${op}: got no sequences, expected at least one.`);
  return list;
}

/**
 * The sequences of a padded tensor, cut to their lengths.
 * @param lengths of each; one beyond the tensor's takes all of it. @throws {ShapeError} unless there is one length for each sequence.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
 */
export function unpadSequence(
  padded: Tensor,
  lengths: Tensor | readonly number[],
  ...args: Arguments<BatchFirstOption, [batchFirst: 'batchFirst']>
): Tensor[] {
  const op = 'unpadSequence';
  const { batchFirst } = readArguments(op, { batchFirst: false }, args);
  assertTensor(op, 'padded', padded);
  if (padded.ndim < 2)
    throw new ShapeError(
      `${op}: padded is ${showShape(padded.shape)}, expected ${batchFirst ? '[batch, time, ...]' : '[time, batch, ...]'}.`,
    );
  const inBatch = batchFirst ? padded : transpose(padded, 0, 1);
  const given = numbersOf(lengths, op, 'lengths');
  if (given.length !== inBatch.shape[0])
    throw new ShapeError(`${op}: got ${given.length} lengths for ${inBatch.shape[0]} sequences (padded ${showShape(padded.shape)}).`);
  return given.map((length, i) => narrow(select(inBatch, 0, i), 0, 0, Math.max(0, Math.min(length, inBatch.shape[1]!))));
}

/**
 * Packs sequences of different lengths: {@link padSequence}, then {@link packPaddedSequence}.
 * @param sequences tensors [length, ...]. @throws as those two.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
 * @example
 * const packed = nn.utils.rnn.packSequence([tensor([1, 2, 3]), tensor([4, 5]), tensor([6])]);
 * packed.data.toArray(); // [1, 4, 6, 2, 5, 3]
 */
export function packSequence(
  sequences: readonly Tensor[],
  ...args: Arguments<PackSequenceOptions, [enforceSorted: 'enforceSorted']>
): PackedSequence {
  const { enforceSorted } = readArguments('packSequence', { enforceSorted: true }, args);
  const list = listOf(sequences, 'packSequence');
  return packPaddedSequence(
    padSequence(list),
    list.map((x) => x.shape[0]!),
    { enforceSorted },
  );
}

/**
 * The sequences of a packed batch, in the order in which they were given.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packed, { batchFirst: true });
  return unpadSequence(padded, lengths, { batchFirst: true });
}
