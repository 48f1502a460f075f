/** Choosing an engine and asking about it. */
import { nativeReport, openEngine, prepareEngine } from '#host';
import { ArgumentError } from '../errors.js';
import { activate, loadedEngine } from './engine.js';
import type { EngineName } from './host.js';
import type { MemoryStats } from './memory/allocator.js';

/** What runs the arithmetic, and why it is that. */
export interface EngineInfo {
  /** `'native'` or `'wasm'`. */
  name: EngineName;
  /** `avx512`, `avx2` or `base` natively; `relaxed-simd` or `simd128` in WebAssembly. */
  isa: string;
  /** How many threads compute. */
  threads: number;
  /** Bytes that tensors may take in all. */
  memoryLimit: number;
  /** Why the native engine is not in use, where it is not. */
  reason?: string;
}

/** The engine in use; loads the default one if none is yet. */
export function engineInfo(): EngineInfo {
  const { name, isa, kernels, host } = loadedEngine();
  const info: EngineInfo = { name, isa, threads: kernels.threads(), memoryLimit: host.memoryLimit };
  if (name !== 'native' && nativeReport.reason !== undefined) info.reason = nativeReport.reason;
  return info;
}

/**
 * Loads the engine ahead of its first use. Nobody needs it in Node, where an engine loads at once. In a browser the first tensor waits for the
 * download and blocks the page if it is made before the engine has arrived: `await ready()` at the top of the program keeps the page
 * responsive meanwhile. Where a thread cannot block (service workers), it is needed.
 * @example
 * await ready();
 * @throws {EngineError} when the engine cannot be loaded, with the reason.
 */
export async function ready(): Promise<EngineInfo> {
  await prepareEngine();
  return engineInfo();
}

/**
 * Makes `name` the engine that tensors are made on from now on. Tensors of another engine cannot be used until that one is active again.
 * @throws {EngineError} when it cannot be loaded, with the loader's reason.
 */
export function setEngine(name: EngineName): void {
  activate(openEngine(name));
}

/** How many threads kernels use. */
export function getNumThreads(): number {
  return loadedEngine().kernels.threads();
}

/**
 * Sets how many threads kernels use that this thread (the main one, or a worker) calls; results do not depend on it. By default natively as many as
 * there are cores, in WebAssembly likewise in the main thread and one in workers; `HONE_THREADS` in the environment says another number.
 * WebAssembly keeps one where threads cannot share memory: in pages that are not isolated from other origins, in hosts without relaxed SIMD, in Bun and Deno.
 */
export function setNumThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1)
    throw new ArgumentError(`setNumThreads: got ${threads}, expected a whole number of at least 1.`);
  loadedEngine().kernels.setThreads(threads);
}

/** What tensors take of the engine's memory now. */
export function memoryStats(): MemoryStats {
  return loadedEngine().memory.stats();
}

/** Gives memory that is kept for reuse back to the system. */
export function emptyCache(): void {
  loadedEngine().memory.emptyCache();
}

/** Frees what unreachable tensors hold, and gives memory that is kept for reuse back to the system. */
export function collectGarbage(): void {
  const { memory } = loadedEngine();
  memory.collectAll();
  memory.emptyCache();
}
