/** The browser's side of the engines: fetches the WebAssembly file that stands beside the package's code. */
import { EngineError } from '../errors.js';
import { type Engine, type EngineName, provideDefaultEngine } from './engine.js';
import { RegistryTracker } from './trackers.js';
import { createWasmEngine, hasRelaxedSimd } from './wasm.js';

async function fetchEngine(): Promise<Engine> {
  // Written out, so that bundlers find the files and copy them.
  const url = hasRelaxedSimd() ? new URL('../wasm/hone-relaxed.wasm', import.meta.url) : new URL('../wasm/hone-simd.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new EngineError(`wasm engine: ${url.href} answered ${response.status} ${response.statusText}. Serve the package's dist/wasm folder beside its code.`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return createWasmEngine(module, hasRelaxedSimd() ? 'relaxed-simd' : 'simd128', new RegistryTracker());
}

// Awaited at the top level, so that importing Hone is all it takes: code below can work synchronously.
const wasm = await fetchEngine();

/** The engine of that name; browsers have `wasm`. */
export function openEngine(name: EngineName): Engine {
  if (name !== 'wasm') throw new EngineError(`browsers have the wasm engine, not "${name}"`);
  return wasm;
}

/** Browsers have no native engine. */
export const nativeReport = { directory: '', supported: [] as string[], reason: 'browsers run the WebAssembly engine' };

provideDefaultEngine(() => wasm);
