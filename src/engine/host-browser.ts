/**
 * The browser's side of the engines: the WebAssembly file that stands beside the package's code, or where setWasmUrl says. It is fetched as soon
 * as the program's own first lines have run; a tensor that is made before it has arrived blocks the thread to fetch it. (To wait
 * at the top level of this module instead would bar the package from workers and bundles in classic formats.)
 */
import { gunzipSync } from 'fflate';
import { EngineError } from '../errors.js';
import { type Engine, loadedEngine, provideDefaultEngine } from './engine.js';
import type { EngineName } from './host.js';
import { RegistryTracker } from './memory/owner-trackers.js';
import { provideParent } from './tasks/threads.js';
import { canShareMemory, type WorkerHost } from './tasks/wasm-threads.js';
import { createWasmEngine } from './wasm/wasm.js';
import { hasRelaxedSimd, isGzip, isWasm, type WasmFile, wasmFiles, withOwnMemory } from './wasm/wasm-file.js';
import { sealWasmSource, type WasmSource, wasmSource } from './wasm/wasm-source.js';

/** Written out, so that bundlers find the files and copy them. A function each: some bundlers' code for the address fails where there is none. */
const beside: Record<WasmFile, () => URL> = {
  'hone-relaxed.wasm': () => new URL('../wasm/hone-relaxed.wasm', import.meta.url),
  'hone-simd.wasm': () => new URL('../wasm/hone-simd.wasm', import.meta.url),
};

/** The addresses of the builds that this browser runs, best first. None where this code has no address: in a classic script, say. */
function addresses(): string[] {
  const chosen = wasmSource();
  if (typeof chosen === 'string' || chosen instanceof URL) {
    const address = new URL(chosen, globalThis.document?.baseURI ?? globalThis.location?.href).href;
    return address.endsWith('/') ? wasmFiles().map((name) => address + name) : [address];
  }
  return wasmFiles().flatMap((name) => {
    try {
      return beside[name]().href;
    } catch {
      return [];
    }
  });
}

/**
 * The build that runs everywhere, as text in a module of its own: for programs whose bundler takes modules along, but not the files above (esbuild,
 * Rollup). Bundlers that split programs leave it aside, and it is fetched only where those files are not.
 */
async function withinProgram(): Promise<WebAssembly.Module> {
  // @ts-expect-error The build makes this module.
  const { default: text } = (await import('../wasm/hone-simd.js')) as { default: string };
  return WebAssembly.compile(await unpacked(bytesOf(atob(text))));
}

const share = canShareMemory();

/** Bytes as they are compiled, whichever way they came. */
const made = (bytes: Uint8Array<ArrayBuffer>) => (share || !isWasm(bytes) ? bytes : withOwnMemory(bytes));
const unpackedNow = (bytes: Uint8Array<ArrayBuffer>) => made(isGzip(bytes) ? (gunzipSync(bytes) as Uint8Array<ArrayBuffer>) : bytes);
async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes) || typeof DecompressionStream === 'undefined') return unpackedNow(bytes);
  const stream = new Response(bytes).body!.pipeThrough(new DecompressionStream('gzip'));
  return made(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** Why what was answered is not the file, or undefined where it may be. */
function refusal(address: string, status: number, statusText: string, type: string | null, bytes?: Uint8Array): string | undefined {
  if (status !== 0 && (status < 200 || status > 299)) return `${address} answered ${`${status} ${statusText}`.trim()}`;
  if (bytes && !isWasm(bytes) && !isGzip(bytes))
    return `${address} is not WebAssembly (${bytes.length} bytes, ${type || 'no content type'})`;
  return undefined;
}

/** The compiled file, or why there is none. Throws what the compiler throws. */
async function fetchModule(address: string): Promise<WebAssembly.Module | string> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    return `${address} cannot be fetched: ${(error as Error).message}`;
  }
  const { status, statusText } = response;
  const type = response.headers.get('content-type');
  const refused = refusal(address, status, statusText, type);
  if (refused !== undefined) return refused;
  // Only this type may be compiled while it arrives, and only as it is.
  if (share && /^application\/wasm\s*(;|$)/i.test(type ?? '')) return WebAssembly.compileStreaming(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return refusal(address, status, statusText, type, bytes) ?? WebAssembly.compile(await unpacked(bytes));
}

/** The same, blocking the thread. */
function fetchModuleNow(address: string): WebAssembly.Module | string {
  const request = new XMLHttpRequest();
  try {
    request.open('GET', address, false);
    // Pages get no bytes from such a request, but characters, one for each byte; workers do.
    if (inPage) request.overrideMimeType('text/plain; charset=x-user-defined');
    else request.responseType = 'arraybuffer';
    request.send();
  } catch (error) {
    return `${address} cannot be fetched: ${(error as Error).message}`;
  }
  const { status, statusText } = request;
  const bytes = inPage ? bytesOf(request.responseText) : new Uint8Array((request.response as ArrayBuffer | null) ?? new ArrayBuffer(0));
  const type = request.getResponseHeader('content-type');
  return refusal(address, status, statusText, type, bytes) ?? new WebAssembly.Module(unpackedNow(bytes));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const NO_ADDRESS = 'this program is no module, so it has no address beside which to look';
const SERVE = "Serve the files of the package's dist/wasm folder at these addresses (over http, not file:), or name others with setWasmUrl";

/** Why each address failed. */
class Failures {
  private readonly reasons: string[] = [];
  private cause: unknown;

  refused(reason: string): void {
    this.reasons.push(reason);
  }

  threw(address: string, error: unknown): void {
    this.cause ??= error;
    this.reasons.push(`${address} does not load: ${(error as Error).message}`);
  }

  toError(more = ''): EngineError {
    const why = this.reasons.length === 0 ? NO_ADDRESS : this.reasons.join('; ');
    return new EngineError(
      `wasm engine: no build of it is there: ${why}. ${SERVE}.${more}`,
      this.cause === undefined ? undefined : { cause: this.cause },
    );
  }

  /** That a slower build runs since the files are not there. */
  inWords(): string {
    return `hone: the engine's files were not found (${this.reasons[0] ?? NO_ADDRESS}), so the copy within the program runs, which is slower: one thread, and no relaxed SIMD. ${SERVE}.`;
  }
}

const inPage = globalThis.document !== undefined;

let programUrl: string | undefined;

/** Threads of the engine. Their program has no file, so that bundlers need not find it. */
const workers: WorkerHost = {
  maySleep: !inPage,
  start(program, data, failed) {
    programUrl ??= URL.createObjectURL(new Blob([`${program}self.onmessage = ({ data }) => work(data);`], { type: 'text/javascript' }));
    const worker = new Worker(programUrl, { name: 'hone' });
    worker.onerror = (event) => {
      event.preventDefault();
      failed();
    };
    worker.postMessage(data);
  },
};

let wasm: Engine | undefined;
/** What the engine was made of. */
let compiled: WebAssembly.Module | undefined;
/** The engine on its way, and from where: what setWasmUrl says meanwhile makes it another. */
let coming: { readonly source: WasmSource | undefined; readonly engine: Promise<Engine> } | undefined;

/** The engine, made of a module, unless the other way to load it was quicker. */
function settle(module: WebAssembly.Module): Engine {
  if (!wasm) {
    // A page's own workers share the cores already.
    const threads = inPage ? (globalThis.navigator?.hardwareConcurrency ?? 1) : 1;
    wasm = createWasmEngine(module, { tracker: new RegistryTracker(), workers, share, threads });
    compiled = module;
  }
  sealWasmSource();
  return wasm;
}

/** The module, where setWasmUrl gave that or its bytes. */
function given(): WebAssembly.Module | Uint8Array<ArrayBuffer> | undefined {
  const chosen = wasmSource();
  if (chosen instanceof ArrayBuffer) return new Uint8Array(chosen);
  if (ArrayBuffer.isView(chosen)) return new Uint8Array(chosen.buffer, chosen.byteOffset, chosen.byteLength);
  return typeof chosen === 'string' || chosen instanceof URL ? undefined : chosen;
}

async function fetchEngine(): Promise<Engine> {
  const source = wasmSource();
  const arrived = (module: WebAssembly.Module) => (wasmSource() === source ? settle(module) : comingEngine());
  const here = given();
  if (here instanceof WebAssembly.Module) return settle(here);
  if (here) return arrived(await WebAssembly.compile(await unpacked(here)));
  const failures = new Failures();
  for (const address of addresses()) {
    try {
      const module = await fetchModule(address);
      if (typeof module !== 'string') return arrived(module);
      failures.refused(module);
    } catch (error) {
      failures.threw(address, error);
    }
  }
  if (source === undefined) {
    try {
      const module = await withinProgram();
      if (hasRelaxedSimd()) console.warn(failures.inWords());
      return arrived(module);
    } catch (error) {
      failures.threw("the program's own copy", error);
    }
  }
  throw failures.toError();
}

function fetchEngineNow(): Engine {
  const here = given();
  if (here) return settle(here instanceof WebAssembly.Module ? here : new WebAssembly.Module(unpackedNow(here)));
  if (typeof XMLHttpRequest === 'undefined') {
    throw new EngineError(
      "wasm engine: it has not arrived yet, and this host cannot block the thread to wait for it. Write `await ready()` (of 'hone') before the first tensor.",
    );
  }
  const failures = new Failures();
  for (const address of addresses()) {
    try {
      const module = fetchModuleNow(address);
      if (typeof module !== 'string') return settle(module);
      failures.refused(module);
    } catch (error) {
      failures.threw(address, error);
    }
  }
  throw failures.toError(
    wasmSource() === undefined
      ? " Or wait for the copy within the program: write `await ready()` (of 'hone') before the first tensor."
      : '',
  );
}

/** Fetches the engine while the thread does other things. */
function comingEngine(): Promise<Engine> {
  if (wasm) return Promise.resolve(wasm);
  const source = wasmSource();
  if (coming !== undefined && coming.source === source) return coming.engine;
  const own = {
    source,
    engine: fetchEngine().finally(() => {
      if (coming === own) coming = undefined; // after a failure the next call tries again
    }),
  };
  coming = own;
  return own.engine;
}

/** Waits for the engine. */
export async function prepareEngine(): Promise<void> {
  await comingEngine();
  loadedEngine();
}

/** What the workers of this thread should load the engine from: what was compiled here. */
export const engineForWorkers = (): WebAssembly.Module | undefined => compiled;

/** The engine of that name; browsers have `wasm`. */
export function openEngine(name: EngineName): Engine {
  if (name !== 'wasm') throw new EngineError(`browsers have the wasm engine, not "${name as string}"`);
  return wasm ?? fetchEngineNow();
}

/** Browsers have no native engine. */
export const nativeReport = { directory: '', supported: [] as string[], reason: 'browsers run the WebAssembly engine' };

provideDefaultEngine(() => openEngine('wasm'));
provideParent(() =>
  globalThis.document !== undefined || typeof globalThis.postMessage !== 'function'
    ? undefined
    : {
        post: (message, moved = []) => globalThis.postMessage(message, { transfer: [...moved] }),
        receive: (take) => globalThis.addEventListener('message', ({ data }) => take(data)),
      },
);

// Later than the program's first lines, which may say where the engine is. A failure surfaces where the engine is needed.
queueMicrotask(() => {
  comingEngine().catch(() => {});
});
