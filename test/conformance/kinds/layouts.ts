/** Replays cases that record how results lie in memory: their strides, 0 for sizes of 1. */
import { Tensor } from 'hone';
import { makeInput } from '../numbers.js';
import { type Case, flat, type Replayed, runProgram } from './programs.js';

export interface LayoutCase extends Case {
  /** The strides of each tensor that comes out. */
  readonly t: readonly (readonly number[])[];
}

export function replayLayout(c: LayoutCase): Replayed {
  const inputs = c.in.map((spec, i) => makeInput(spec, c.seed + i, 'float32').x);
  const label = `${c.n}: ${JSON.stringify(c.prog[0])} of ${inputs.map((x) => `[${x.shape}]/[${x.strides}]`).join(' ')}`;
  let got: number[][];
  try {
    got = flat(runProgram(c, inputs))
      .filter((y) => y instanceof Tensor)
      .map((y) => y.stride().map((step, d) => (y.shape[d]! > 1 ? step : 0)));
  } catch (error) {
    return { problems: [`${label}: torch computes it, Hone threw ${(error as Error).message}`], error: 0 };
  }
  const same = JSON.stringify(got) === JSON.stringify(c.t);
  return { problems: same ? [] : [`${label}: strides ${JSON.stringify(c.t)} expected, got ${JSON.stringify(got)}`], error: 0 };
}
