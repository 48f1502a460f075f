/** Distinct values and slices, runs of equals, and the most frequent value. */
import { record } from '../../autograd/node.js';
import { ArgumentError, GradError, IndexError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { normalizeDim, numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { gather } from '../gather/gather.js';
import { slicesAt } from '../gather/index-select.js';
import { type ValuesAndIndices, valuesAndIndices } from '../reduce/extrema.js';
import { clone, detach } from '../view/copy.js';
import { movedim, reshape, squeeze, unsqueeze } from '../view/movement.js';

/** The options of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions {
  /** Also gives, for each element of `x` (or slice along `dim`), the place of its value. Default: false. */
  returnInverse?: boolean;
  /** Also gives how often each value comes. Default: false. */
  returnCounts?: boolean;
  /** Compares slices along this dim. Default: the elements, `x` seen as one row. */
  dim?: number | null;
}

/** The options of {@link unique}. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** The values are in ascending order. They always are; PyTorch's option is accepted. */
  sorted?: boolean;
}

/** What `unique` gives for its options. */
export type Distinct<O> = O extends { returnInverse: true; returnCounts: true }
  ? [values: Tensor, inverse: Tensor, counts: Tensor]
  : O extends { returnInverse: true }
    ? [values: Tensor, inverse: Tensor]
    : O extends { returnCounts: true }
      ? [values: Tensor, counts: Tensor]
      : Tensor;

type Row = ArrayLike<number | bigint>;

/** Slices of `x` as runs of `width` values in one array: its elements, or what lies along `dim`. */
interface Slices {
  readonly values: Row;
  readonly count: number;
  readonly width: number;
}

function slicesOf(op: string, x: Tensor, dim: number | null): Slices {
  const source = detach(x);
  if (dim === null) return { values: toTypedArray(source), count: numel(x.shape), width: 1 };
  if (x.ndim === 0) throw new IndexError(`${op}: a 0-dim tensor has no dim ${dim}. Leave dim out.`);
  const d = normalizeDim(dim, x.ndim, op);
  const count = x.shape[d]!;
  const width = numel(x.shape.filter((_, i) => i !== d));
  if (width === 0 && count > 0)
    throw new ShapeError(`${op}: x is ${showShape(x.shape)}: slices along dim ${d} have no elements that could differ.`);
  return { values: toTypedArray(movedim(source, d, 0)), count, width };
}

/** 1 for NaN, 0 for others. */
const nan = (value: number | bigint): number => Number(Number.isNaN(value));

/** The first value in which two slices differ decides; NaN is larger than all, and equal to none. */
function compareSlices({ values, width }: Slices, a: number, b: number): number {
  for (let k = 0; k < width; k++) {
    const [left, right] = [values[a * width + k]!, values[b * width + k]!];
    if (left === right) continue;
    if (left < right) return -1;
    if (left > right) return 1;
    return nan(left) - nan(right);
  }
  return 0;
}

function equalSlices({ values, width }: Slices, a: number, b: number): boolean {
  for (let k = 0; k < width; k++) if (values[a * width + k] !== values[b * width + k]) return false;
  return true;
}

/** Groups neighbours in `order` that are equal; gives what was asked for, the values first. */
function distinct(
  op: string,
  x: Tensor,
  slices: Slices,
  order: ArrayLike<number>,
  { dim, returnInverse, returnCounts }: Required<UniqueConsecutiveOptions>,
): Tensor | Tensor[] {
  const firsts: bigint[] = [];
  const counts: bigint[] = [];
  const inverse = new BigInt64Array(slices.count);
  for (let i = 0; i < slices.count; i++) {
    const at = order[i]!;
    if (i === 0 || !equalSlices(slices, order[i - 1]!, at)) {
      firsts.push(BigInt(at));
      counts.push(0n);
    }
    counts[counts.length - 1]! += 1n;
    inverse[at] = BigInt(firsts.length - 1);
  }
  const source = detach(x);
  const index = fromTypedArray(BigInt64Array.from(firsts));
  const plain = slicesAt(op, dim === null ? reshape(source, [-1]) : source, dim ?? 0, index);
  const values = record(op, plain, {
    inputs: { x },
    composed: () => {
      throw new GradError(`backward: ${op} has no gradient. Use its inverse with gather or indexAdd, or detach() it.`);
    },
  });
  if (!returnInverse && !returnCounts) return values;
  return [
    values,
    ...(returnInverse ? [fromTypedArray(inverse, dim === null ? x.shape : [slices.count])] : []),
    ...(returnCounts ? [fromTypedArray(BigInt64Array.from(counts))] : []),
  ];
}

const CONSECUTIVE = { returnInverse: false, returnCounts: false, dim: null as number | null };
const UNIQUE = { sorted: true, ...CONSECUTIVE };

/**
 * The distinct values of `x` in ascending order, as one row, or its distinct slices along `dim`, in the order of their first elements, then
 * their second ones, and so on; then, where asked for, the inverse (the shape of `x`, or one place for each slice) and the counts.
 * @param args sorted, returnInverse, returnCounts and dim in this order, or by name.
 * @throws {IndexError} for a dim that is not there. @throws {ShapeError} for slices without elements.
 * @see https://pytorch.org/docs/stable/generated/torch.unique.html
 * @example
 * unique(tensor([3, 1, 3])); // [1, 3]
 * unique(tensor([[1, 2], [1, 2], [0, 2]]), { dim: 0 }); // [[0, 2], [1, 2]]
 */
export function unique<const O extends UniqueOptions = Record<never, never>>(x: Tensor, options?: O): Distinct<O>;
export function unique(
  x: Tensor,
  ...args: Arguments<UniqueOptions, [sorted: 'sorted', returnInverse: 'returnInverse', returnCounts: 'returnCounts', dim: 'dim']>
): Tensor | Tensor[];
export function unique(x: Tensor, ...args: readonly unknown[]): Tensor | Tensor[] {
  assertTensor('unique', 'x', x);
  const options = readArguments('unique', UNIQUE, args);
  const slices = slicesOf('unique', x, options.dim);
  const order = Array.from({ length: slices.count }, (_, i) => i).sort((a, b) => compareSlices(slices, a, b));
  return distinct('unique', x, slices, order, options);
}

/**
 * The first of every run of equal values of `x`, seen as one row, or of equal slices along `dim`; then, where asked for, the inverse and the
 * lengths of the runs.
 * @param args returnInverse, returnCounts and dim in this order, or by name. @throws as {@link unique}.
 * @see https://pytorch.org/docs/stable/generated/torch.unique_consecutive.html
 * @example
 * uniqueConsecutive(tensor([1, 1, 2, 2, 1])); // [1, 2, 1]
 */
export function uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(x: Tensor, options?: O): Distinct<O>;
export function uniqueConsecutive(
  x: Tensor,
  ...args: Arguments<UniqueConsecutiveOptions, [returnInverse: 'returnInverse', returnCounts: 'returnCounts', dim: 'dim']>
): Tensor | Tensor[];
export function uniqueConsecutive(x: Tensor, ...args: readonly unknown[]): Tensor | Tensor[] {
  assertTensor('uniqueConsecutive', 'x', x);
  const options = readArguments('uniqueConsecutive', CONSECUTIVE, args);
  const slices = slicesOf('uniqueConsecutive', x, options.dim);
  const order = Array.from({ length: slices.count }, (_, i) => i);
  return distinct('uniqueConsecutive', x, slices, order, options);
}

/** The options of {@link mode}. */
export interface ModeOptions {
  /** Default: -1, the last. */
  dim?: number;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
}

/**
 * The most frequent value along `dim`, the smallest of those that come equally often, and where it is last: `[values, indices]`.
 * Gradient: to that place.
 * @param args dim (default: the last) and keepdim (default false) in this order, or by name.
 * @throws {IndexError} for a dim that is not there. @throws {ArgumentError} for a dim without elements.
 * @see https://pytorch.org/docs/stable/generated/torch.mode.html
 * @example
 * mode(tensor([2, 1, 2, 3])).values; // 2
 */
export function mode(x: Tensor, ...args: Arguments<ModeOptions, [dim: 'dim', keepdim: 'keepdim']>): ValuesAndIndices {
  assertTensor('mode', 'x', x);
  const { dim, keepdim } = readArguments('mode', { dim: -1, keepdim: false }, args);
  const d = normalizeDim(dim, x.ndim, 'mode');
  if (x.ndim === 0) return valuesAndIndices(clone(x), fromTypedArray(new BigInt64Array(1), []));
  const size = x.shape[d]!;
  const kept = x.shape.map((s, i) => (i === d ? 1 : s));
  if (size === 0 && numel(kept) > 0) throw new ArgumentError(`mode: dim ${d} has size 0: there is no mode of no elements.`);
  const slices: Slices = { values: toTypedArray(movedim(detach(x), d, -1)), count: numel(x.shape), width: 1 };
  const places = BigInt64Array.from({ length: size === 0 ? 0 : slices.count / size }, (_, row) => BigInt(modeOf(slices, row * size, size)));
  const rest = x.shape.filter((_, i) => i !== d);
  const indices = unsqueeze(fromTypedArray(places, rest), d);
  const values = gather(x, d, indices);
  return keepdim ? valuesAndIndices(values, indices) : valuesAndIndices(squeeze(values, d), squeeze(indices, d));
}

/** The last place of the most frequent of `size` values from `start` on. */
function modeOf(slices: Slices, start: number, size: number): number {
  // NaN counts as the smallest here, as in PyTorch, and equals none.
  const order = Array.from({ length: size }, (_, i) => start + i).sort(
    (a, b) => nan(slices.values[b]!) - nan(slices.values[a]!) || compareSlices(slices, a, b),
  );
  let [best, most, length] = [order[0]!, 0, 0];
  order.forEach((at, i) => {
    length++;
    if (i < size - 1 && equalSlices(slices, at, order[i + 1]!)) return;
    if (length > most) [best, most] = [at, length];
    length = 0;
  });
  return best - start;
}
