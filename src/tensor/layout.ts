/** How the results of elementwise operations lie in memory: the rules of PyTorch's TensorIterator, which decide the random masks that follow. */
import { broadcastStrides, isContiguous, isDense, type Shape, sameShape } from './shape.js';

interface Operand {
  readonly shape: Shape;
  readonly strides: Shape;
}

/** Strides of channels that lie side by side: N, H, W, C in memory for dims N, C, H, W, and likewise for 3 and 5 dims. */
export function channelsLastStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (const d of [
    1,
    ...shape
      .map((_, i) => i)
      .slice(2)
      .reverse(),
    0,
  ]) {
    strides[d] = step;
    step *= Math.max(shape[d]!, 1);
  }
  return strides;
}

/** Whether channels lie side by side, so that PyTorch calls the tensor channels-last; of sizes of 1 the strides do not matter. */
export function isChannelsLast({ shape, strides }: Operand): boolean {
  if (shape.length < 4 || shape.length > 5) return false;
  const wanted = channelsLastStrides(shape);
  return shape.every((size, d) => size === 1 || strides[d] === wanted[d]);
}

/**
 * The strides of a result of shape `target`: the order of dims of the operands, the first one deciding, without holes. `null` stands for
 * row-major ones.
 */
export function resultStrides(target: Shape, operands: readonly Operand[]): number[] | null {
  if (operands.every(({ shape }) => sameShape(shape, target))) {
    if (operands.every(({ shape, strides }) => isContiguous(shape, strides))) return null;
    if (target.length === 4 && operands.every(isChannelsLast)) return channelsLastStrides(target);
    const [first, ...others] = operands as [Operand, ...Operand[]];
    if (isDense(first.shape, first.strides) && others.every(({ strides }) => sameShape(strides, first.strides))) return [...first.strides];
  }
  if (operands.every((operand) => descends(target, operand))) return null;
  const order = orderOf(
    target,
    operands.map(({ shape, strides }) => broadcastStrides(shape, strides, target)),
  );
  if (order.every((d, i) => d === target.length - 1 - i)) return null;
  const strides = new Array<number>(target.length);
  let step = 1;
  for (const d of order) {
    strides[d] = step;
    step *= Math.max(target[d]!, 1);
  }
  return strides;
}

/** Whether each dim takes longer steps than those behind it, as far as it steps at all: then nothing speaks against row-major order. */
function descends(target: Shape, { shape, strides }: Operand): boolean {
  const lead = target.length - shape.length;
  let least = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const step = shape[i] === 1 && target[lead + i] !== 1 ? 0 : strides[i]!;
    if (step === 0) continue;
    if (step <= least) return false;
    least = step;
  }
  return true;
}

/** The dims from the fastest in memory to the slowest, by insertion, since comparisons may be undecided. */
function orderOf(shape: Shape, strides: readonly Shape[]): number[] {
  const order = Array.from({ length: shape.length }, (_, i) => shape.length - 1 - i);
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let before = i - 1; before >= 0; before--) {
      const compared = compareDims(order[before]!, order[at]!, shape, strides);
      if (compared < 0) break;
      if (compared === 0) continue;
      [order[before], order[at]] = [order[at]!, order[before]!];
      at = before;
    }
  }
  return order;
}

/** Below 0 where dim `a` is the faster one, above 0 where `b` is, 0 where no operand tells. */
function compareDims(a: number, b: number, shape: Shape, strides: readonly Shape[]): number {
  for (const list of strides) {
    const [x, y] = [list[a]!, list[b]!];
    if (x === 0 || y === 0) continue; // repeated: the next operand tells
    if (x !== y) return x - y;
    if (shape[a]! > shape[b]!) return 1;
  }
  return 0;
}

/** The dims from the slowest in memory to the fastest. */
export function memoryOrder({ shape, strides }: Operand): number[] {
  return shape.map((_, d) => d).sort((a, b) => strides[b]! - strides[a]! || a - b);
}

/** Whether strides are exactly the row-major ones, those of sizes of 1 included. */
export function isPlain({ shape, strides }: Operand): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (strides[d] !== step) return false;
    step *= Math.max(shape[d]!, 1);
  }
  return true;
}

/**
 * Whether PyTorch's images-and-volumes functions lay their results out channels-last for this input: where its strides say so without doubt.
 * [N, C, L] counts as [N, C, 1, L].
 */
export function suggestsChannelsLast({ shape, strides }: Operand): boolean {
  const n = shape.length;
  if (n < 3 || n > 5 || strides[1] === 0) return false;
  let least = 0;
  for (let i = 0; i < n; i++) {
    const d = i === 0 ? 1 : i === n - 1 ? 0 : n - i;
    const step = strides[d]!;
    if (shape[d] === 0 || step < least || (d === 0 && least === strides[1])) return false;
    least = shape[d]! > 1 ? step * shape[d]! : step;
  }
  return true;
}
