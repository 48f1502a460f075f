/** What convolution and pooling share: sizes per axis, the size of what comes out, and the kernels' geometry block. */
import { engine } from '../engine/engine.js';
import { ArgumentError, DTypeError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { metaPtr } from './kernel-call.js';

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

/** `value` for both axes, checked to be whole numbers of at least `least`. */
export function pair(value: Pair, least: number, op: string, option: string): [number, number] {
  const [h, w] = typeof value === 'number' ? [value, value] : value;
  const good = (n: unknown) => Number.isInteger(n) && (n as number) >= least;
  if (!good(h) || !good(w) || (typeof value !== 'number' && value.length !== 2)) {
    throw new ArgumentError(
      `${op}: ${option} is ${JSON.stringify(value)}, expected a whole number of at least ${least}, or two of them: [height, width].`,
    );
  }
  return [h, w];
}

/** What the kernels know of a convolution or pooling; see kernels/hone.h. */
export interface Geometry {
  readonly n: number;
  readonly c: number;
  readonly size: readonly [number, number];
  /** Channels that come out. */
  readonly o: number;
  readonly kernel: readonly [number, number];
  readonly outSize: readonly [number, number];
  readonly stride: readonly [number, number];
  /** At the top and left. */
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Writes a geometry into the engine's scratch block, which holds one call's arguments, and returns its address. */
export function geometryPtr(g: Geometry): number {
  engine.host.scratch().set([g.n, g.c, ...g.size, g.o, ...g.kernel, ...g.outSize, ...g.stride, ...g.padding, ...g.dilation, g.groups]);
  return metaPtr();
}

/** Throws unless the fused kernels take the dtype. */
export function needsFloat(x: Tensor, op: string, what = 'the input'): void {
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: needs float32 or float64, ${what} is ${x.dtype}. Use x.to('float32').`);
}
