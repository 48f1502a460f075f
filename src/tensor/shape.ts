/** Shape and stride arithmetic: pure functions on arrays of numbers. */
import { MAX_DIMS } from '../engine/kernel-table.gen.js';
import { ArgumentError, IndexError, ShapeError, showShape } from '../errors.js';

/** Sizes, outermost first. */
export type Shape = readonly number[];

export function numel(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i]!;
  return n;
}

/** PyTorch's limit, for which kernels have room. */
export const MAX_RANK = MAX_DIMS;

/** A list of sizes or strides that nobody can change, and what is known of it. */
export interface FrozenShape {
  readonly list: Shape;
  /** Whether there are at most MAX_RANK of them, all whole numbers. */
  readonly whole: boolean;
  /** Whether they are sizes: whole, and none is negative. */
  readonly valid: boolean;
  /** Their product. */
  readonly count: number;
  /** Row-major strides, once somebody asked. */
  contiguous: Shape | null;
}

// A program makes the same few shapes over and over: each is copied, checked and frozen once, and then found again by its numbers.
const SLOTS = 1024;
const known: (FrozenShape | null)[] = new Array<FrozenShape | null>(SLOTS).fill(null);
/** The last one found: whoever asks for a shape mostly makes a tensor of it next. */
let latest: FrozenShape = { list: Object.freeze([]), whole: true, valid: true, count: 1, contiguous: null };

/** The frozen copy of a list: what a caller does to the list afterwards changes no tensor, and nobody can change a tensor's shape. */
export function frozenShape(list: Shape): FrozenShape {
  if (list === latest.list) return latest;
  const rank = list.length;
  let hash = rank;
  for (let i = 0; i < rank; i++) hash = (Math.imul(hash, 31) + list[i]!) | 0;
  hash = (hash ^ (hash >>> 10)) & (SLOTS - 1);
  const found = known[hash]!;
  if (found !== null) {
    const same = found.list;
    if (same === list) {
      latest = found;
      return found;
    }
    if (same.length === rank) {
      let i = 0;
      while (i < rank && same[i] === list[i]) i++;
      if (i === rank) {
        latest = found;
        return found;
      }
    }
  }
  // Read once: an array with getters gives another number each time.
  const copy = Object.freeze(Array.from(list));
  const whole = copy.length <= MAX_RANK && copy.every(Number.isSafeInteger);
  const valid = whole && copy.every((size) => size >= 0);
  const made: FrozenShape = { list: copy, whole, valid, count: numel(copy), contiguous: null };
  if (whole) known[hash] = made;
  return made;
}

/** Row-major strides. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i]!, 1);
  }
  return strides;
}

/** Whether the strides are row-major; strides of dims of size 1 do not matter. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== step) return false;
      step *= size;
    }
  }
  return true;
}

/** Whether the elements fill one block of memory without holes or overlap, in whatever order of dims. */
export function isDense(shape: Shape, strides: Shape): boolean {
  if (isContiguous(shape, strides)) return true;
  const dims = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  dims.sort((a, b) => strides[a]! - strides[b]!);
  let step = 1;
  for (const i of dims) {
    if (strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}

/** How many elements of memory a tensor spans, from its first to its last. */
export function extent(shape: Shape, strides: Shape): number {
  let last = 0;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 0) return 0;
    last += (shape[i]! - 1) * strides[i]!;
  }
  return last + 1;
}

/** Whether two elements may share a place in memory; false is certain. */
export function mayOverlap(shape: Shape, strides: Shape): boolean {
  const dims = shape.map((_, i) => i).filter((i) => shape[i]! > 1);
  dims.sort((a, b) => strides[a]! - strides[b]!);
  let reach = 0;
  for (const i of dims) {
    if (strides[i]! <= reach) return true;
    reach += strides[i]! * (shape[i]! - 1);
  }
  return false;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The entries of a shape, or of strides, at `dims`. */
export function pick(list: Shape, dims: readonly number[]): number[] {
  return dims.map((d) => list[d]!);
}

/** How many elements there are before, along and after dim `d`: what kernels that work along one dim take. */
export function around(shape: Shape, d: number): [outer: number, size: number, inner: number] {
  return [numel(shape.slice(0, d)), shape[d] ?? 1, numel(shape.slice(d + 1))];
}

/** The shape that both broadcast to: aligned at the end, sizes equal or 1. Throws ShapeError in the name of `op`. */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i]! : 1;
    const y = i <= b.length ? b[b.length - i]! : 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${op}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: sizes ${x} and ${y} at dim ${-i} are neither equal nor 1. Reshape, or insert a dim with unsqueeze.`,
      );
    }
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}

/** Strides that read a tensor of `shape` as if it had the shape `target`: 0 where it is repeated. */
export function broadcastStrides(shape: Shape, strides: Shape, target: Shape): number[] {
  const lead = target.length - shape.length;
  const out = new Array<number>(target.length).fill(0);
  for (let i = 0; i < shape.length; i++) out[lead + i] = shape[i] === 1 && target[lead + i] !== 1 ? 0 : strides[i]!;
  return out;
}

/** `dim` counted from the front; throws IndexError outside -rank..rank-1 (a 0-dim tensor counts as one dim). */
export function normalizeDim(dim: number, rank: number, op: string): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new IndexError(
      `${op}: dim ${dim} is out of range for a tensor of ${rank} dims. Expected an integer from ${-limit} to ${limit - 1}.`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/** Distinct dims counted from the front, ascending; undefined means all. */
export function normalizeDims(dims: number | readonly number[] | null | undefined, rank: number, op: string): number[] {
  if (dims === undefined || dims === null) return Array.from({ length: rank }, (_, i) => i);
  if (typeof dims === 'number') {
    const dim = normalizeDim(dims, rank, op);
    return rank === 0 ? [] : [dim];
  }
  if (!Array.isArray(dims)) throw new ArgumentError(`${op}: dim is ${String(dims)}, expected a whole number or a list of them.`);
  const list = (dims as readonly number[]).map((d) => normalizeDim(d, rank, op));
  if (new Set(list).size !== list.length) {
    throw new ShapeError(`${op}: dims ${JSON.stringify(dims)} name the same dim twice. Name each dim once.`);
  }
  // A 0-dim tensor accepts dim 0 and -1 but has no dim to reduce.
  return rank === 0 ? [] : list.sort((a, b) => a - b);
}

/** Throws unless every size is a whole number of at least 0. */
export function checkSizes(shape: Shape, op: string): void {
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0)
      throw new ShapeError(`${op}: shape ${showShape(shape)} has the size ${size}. Sizes are whole numbers of at least 0.`);
  }
}

/** Fills in one -1 so that the shape holds `count` elements. */
export function inferShape(shape: Shape, count: number, op: string): Shape {
  let unknown = -1;
  let known = 1;
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === -1) {
      if (unknown >= 0) throw new ShapeError(`${op}: shape ${showShape(shape)} has more than one -1. Only one size can be inferred.`);
      unknown = i;
    } else {
      if (!Number.isInteger(size) || size < 0)
        throw new ShapeError(`${op}: shape ${showShape(shape)} has the size ${size}. Sizes are whole numbers of at least 0, or one -1.`);
      known *= size;
    }
  }
  const fits = unknown < 0 ? known === count : known > 0 && count % known === 0;
  if (!fits) throw new ShapeError(`${op}: shape ${showShape(shape)} is invalid for ${count} elements.`);
  if (unknown < 0) return shape;
  return shape.map((size, i) => (i === unknown ? count / known : size));
}

/** The strides of a view of the same memory with another shape, or undefined when only a copy can have that shape. */
export function viewStrides(shape: Shape, strides: Shape, target: Shape): number[] | undefined {
  if (sameShape(shape, target)) return strides.slice();
  if (isContiguous(shape, strides)) return contiguousStrides(target);
  if (numel(shape) === 0) return contiguousStrides(target);
  // Split the old dims into runs that lie in memory as one, and fit the new dims into the runs from the end.
  const out = new Array<number>(target.length);
  let next = target.length - 1;
  let runSize = 1;
  let runStride = strides[strides.length - 1] ?? 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    runSize *= shape[i]!;
    const ends = i === 0 || (shape[i - 1] !== 1 && strides[i - 1] !== runSize * runStride);
    if (!ends) continue;
    let used = 1;
    while (next >= 0 && (used < runSize || target[next] === 1)) {
      out[next] = used * runStride;
      used *= target[next]!;
      next--;
    }
    if (used !== runSize) return undefined;
    if (i > 0) {
      runSize = 1;
      runStride = strides[i - 1]!;
    }
  }
  return next < 0 ? out : undefined;
}

/**
 * Drops dims of size 1 and joins neighbours that every one of the stride lists walks as one, so that kernels loop over few, long
 * dims. Returns the joined shape and, per list, the joined strides.
 */
export function collapse(shape: Shape, strides: readonly Shape[]): { shape: number[]; strides: number[][] } {
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue;
    const last = outShape.length - 1;
    if (last >= 0 && strides.every((s, k) => outStrides[k]![last] === s[i]! * shape[i]!)) {
      outShape[last]! *= shape[i]!;
      for (let k = 0; k < strides.length; k++) outStrides[k]![last] = strides[k]![i]!;
    } else {
      outShape.push(shape[i]!);
      for (let k = 0; k < strides.length; k++) outStrides[k]!.push(strides[k]![i]!);
    }
  }
  return { shape: outShape, strides: outStrides };
}
