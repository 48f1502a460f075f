/** The limits of a machine, and how near to them an operation comes. */
import type { OperationRow } from '../workloads/operations/operation.js';

export interface Machine {
  /** GFLOP/s of multiply-adds on vectors, on all threads that are used. */
  float32: number;
  float64: number;
  /** GB/s of three streams, for as much memory as they are in: what fits in a cache goes faster. */
  triad: Rates;
  /** The same where one of them is read and written in place: nothing is fetched only to be written over. */
  update: Rates;
}

type Rates = readonly (readonly [bytes: number, rate: number])[];

/** The rate at which memory of that size streams, between the measured sizes on either side. */
export function bandwidth(rates: Rates, bytes: number): number {
  const above = rates.findIndex(([size]) => size >= bytes);
  if (above <= 0) return rates.at(above)![1];
  const [[small, fast], [large, slow]] = [rates[above - 1]!, rates[above]!];
  return fast + ((slow - fast) * Math.log(bytes / small)) / Math.log(large / small);
}

/** Milliseconds that the operation takes at least: to compute, or to move. */
export function limitOf(
  machine: Machine,
  { flops, bytes, memory, dtype }: Pick<OperationRow, 'flops' | 'bytes' | 'memory' | 'dtype'>,
): { ms: number; by: 'flops' | 'bytes' } {
  const compute = flops / machine[dtype] / 1e6;
  const move = bytes / bandwidth(memory < bytes ? machine.update : machine.triad, memory) / 1e6;
  return compute > move ? { ms: compute, by: 'flops' } : { ms: move, by: 'bytes' };
}
