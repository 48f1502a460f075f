/** The browser's side of the engines: fetches the WebAssembly file that stands beside the package's code. */
import { EngineError } from '../errors.js';
import { type Engine, type EngineName, provideDefaultEngine } from './engine.js';
import { RegistryTracker } from './trackers.js';
import { createWasmEngine, hasRelaxedSimd } from './wasm.js';

/** The builds that this browser runs, best first. Written out, so that bundlers find the files and copy them. */
function builds(): { isa: string; url: URL }[] {
  const simd = { isa: 'simd128', url: new URL('../wasm/hone-simd.wasm', import.meta.url) };
  return hasRelaxedSimd() ? [{ isa: 'relaxed-simd', url: new URL('../wasm/hone-relaxed.wasm', import.meta.url) }, simd] : [simd];
}

/** What a file's first bytes must be: a server that answers every address with its front page sends something else. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/** The compiled file, or why there is none. Throws what the compiler throws. */
async function fetchModule(url: URL): Promise<WebAssembly.Module | string> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    return `${url.href} cannot be fetched: ${(error as Error).message}`;
  }
  if (!response.ok) return `${url.href} answered ${`${response.status} ${response.statusText}`.trim()}`;
  const type = response.headers.get('content-type') ?? '';
  // Only this type may be compiled while it arrives.
  if (/^application\/wasm\s*(;|$)/i.test(type)) return WebAssembly.compileStreaming(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    return `${url.href} is not WebAssembly (${bytes.length} bytes, ${type === '' ? 'no content type' : type})`;
  return WebAssembly.compile(bytes);
}

async function fetchEngine(): Promise<Engine> {
  const reasons: string[] = [];
  let cause: unknown;
  for (const { isa, url } of builds()) {
    try {
      const module = await fetchModule(url);
      if (typeof module !== 'string') return createWasmEngine(module, isa, new RegistryTracker());
      reasons.push(module);
    } catch (error) {
      cause ??= error;
      reasons.push(`${url.href} does not load: ${(error as Error).message}`);
    }
  }
  throw new EngineError(
    `wasm engine: no build of it is there: ${reasons.join('; ')}. Serve the files of the package's dist/wasm folder at these addresses (over http, not file:).`,
    cause === undefined ? undefined : { cause },
  );
}

// Awaited at the top level, so that importing Hone is all it takes: code below can work synchronously.
const wasm = await fetchEngine();

/** The engine of that name; browsers have `wasm`. */
export function openEngine(name: EngineName): Engine {
  if (name !== 'wasm') throw new EngineError(`browsers have the wasm engine, not "${name as string}"`);
  return wasm;
}

/** Browsers have no native engine. */
export const nativeReport = { directory: '', supported: [] as string[], reason: 'browsers run the WebAssembly engine' };

provideDefaultEngine(() => wasm);
