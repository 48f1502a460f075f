/** What this machine can do at best with the engine and the threads of this process: the limits that kernels are held against. */
import type { Machine } from '../measure/machine.js';
import { hone, kernelTable, loadedEngine } from './hone.js';

/** GFLOP/s of multiply-adds in registers on all threads. */
function peak(dtype: number): number {
  const { kernels, host, name } = loadedEngine();
  if (name === 'native') {
    kernels.fmaPeak(dtype, 0.25, host.scratchPtr);
    return host.scratch()[0]!;
  }
  // WebAssembly has no clock: the kernel says how much it did, on one thread.
  let best = 0;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    kernels.fmaPeak(dtype, 0.05, host.scratchPtr);
    best = Math.max(best, host.scratch()[0]! / ((performance.now() - start) / 1e3));
  }
  return best * kernels.threads();
}

/** GB/s of three streams in `bytes` of memory: a = b + s c, or in place b += s c, which has a third more to stream in the same memory. */
const triad = (bytes: number, inPlace: boolean) => stream(bytes, inPlace ? bytes / 8 : bytes / 12, inPlace);

/** Of n numbers, over memory that is there already: the best of many runs. */
function stream(bytes: number, n: number, inPlace: boolean): number {
  const { kernels } = loadedEngine();
  const { BinaryOp, F32 } = kernelTable;
  n = Math.floor(n);
  const [b, c, apart] = [hone.zeros([n]), hone.rand([n]), hone.zeros([inPlace ? 1 : n])];
  const a = inPlace ? b : apart;
  const calls = Math.max(1, Math.round(2e6 / bytes));
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 40;
  for (let i = 0; i < 5 || performance.now() < end; i++) {
    const start = performance.now();
    for (let k = 0; k < calls; k++) kernels.binary(BinaryOp.add_scaled, F32, a.ptr, b.ptr, c.ptr, n, 1e-6, 0);
    best = Math.min(best, (performance.now() - start) / calls);
  }
  for (const each of [apart, b, c]) each.dispose();
  return (12 * n) / best / 1e6;
}

/** From what fits in a core's own cache to what fits in none. */
const SIZES = [0.1, 0.5, 2, 8, 16, 32, 64, 192].map((megabytes) => megabytes * 2 ** 20);

export function measureMachine(): Machine {
  return {
    float32: peak(kernelTable.F32),
    float64: peak(kernelTable.F64),
    triad: SIZES.map((bytes) => [bytes, triad(bytes, false)]),
    update: SIZES.map((bytes) => [bytes, triad(bytes, true)]),
  };
}
