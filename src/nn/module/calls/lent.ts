/**
 * What a container lends the layer that it calls next, where there is no tape. A layer that has a static `overwrites` may write what it makes
 * over an input that nobody else holds, and where the layer after it does nothing but limit values, may do that in the same pass: that
 * layer then finds its input limited, and gives it back as it is.
 */
import type { Tensor } from '../../../tensor/tensor.js';

/** The least and the largest value that a layer lets through. */
export type Bounds = readonly [low: number, high: number];

/** What is lent for the time of one call. */
export const lent: {
  /** May be written over. */
  input: Tensor | null;
  /** Of the layer that comes after. */
  bounds: Bounds | null;
  /** What is within them: the next layer's input. */
  bounded: Tensor | null;
} = { input: null, bounds: null, bounded: null };

/** `call`, while `input` and `bounds` are lent. */
export function lending(input: Tensor, bounds: Bounds | null, call: () => unknown): unknown {
  lent.input = input;
  lent.bounds = bounds;
  lent.bounded = null;
  try {
    return call();
  } finally {
    lent.input = lent.bounds = null;
  }
}

/** Whether x is within the bounds of the layer that asks, the one layer that may know. */
export function alreadyBounded(x: Tensor): boolean {
  const is = lent.bounded !== null && lent.bounded === x;
  lent.bounded = null;
  return is;
}
