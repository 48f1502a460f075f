/** Node's side of the engines: finds the addon or the WebAssembly file, and lends the garbage collector. Beside addon-node.ts, locate-node.ts and tasks/threads-node.ts the only engine file that imports from node:. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createContext, runInNewContext, Script } from 'node:vm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { ArgumentError, EngineError } from '../errors.js';
import { findAddon, KEEP_OUT, nativeReport } from './addon-node.js';
import { type Engine, loadedEngine, provideDefaultEngine } from './engine.js';
import type { EngineName } from './host.js';
import { findHome, ownRequire } from './locate-node.js';
import { WeakRefTracker } from './memory/owner-trackers.js';
import { createNativeEngine } from './native.js';
import { type Frame, provideFrameStorage } from './tasks/async-context.js';
import { provideParent } from './tasks/threads.js';
import { canShareMemory, type WorkerHost } from './tasks/wasm-threads.js';
import { createWasmEngine } from './wasm/wasm.js';
import { hasRelaxedSimd, isGzip, isWasm, type WasmFile, wasmFiles, withOwnMemory } from './wasm/wasm-file.js';
import { sealWasmSource, wasmSource } from './wasm/wasm-source.js';

type Collect = (options?: { type: 'minor' }) => void;

let collectNow: Collect | undefined;

/** `gc()`, without a command line flag: exposed at run time and fetched from a fresh context. On Node 20 any options make it a minor one. */
function garbageCollector(): Collect {
  if (!collectNow) {
    setFlagsFromString('--expose-gc');
    collectNow = runInNewContext('gc') as Collect;
  }
  return collectNow;
}

let runMicrotasks: (() => void) | undefined;

/**
 * Lets go of the objects that WeakRefs keep alive for the running job: V8 forgets them whenever a microtask queue has been emptied, and
 * a context with a queue of its own empties it after every script.
 */
function forgetKeptObjects(): void {
  if (!runMicrotasks) {
    const context = createContext({}, { microtaskMode: 'afterEvaluate' });
    const script = new Script('Promise.resolve().then(() => {})');
    runMicrotasks = () => script.runInContext(context);
  }
  runMicrotasks();
}

const home = findHome();

export { nativeReport };

/**
 * Bytes of memory that tensors may take in this process: nine tenths of the machine's, or of the container's where that has a limit,
 * less what Node itself has taken by now.
 */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  const most = 0.9 * (constrained > 0 && constrained < total ? constrained : total);
  return Math.floor(Math.max(most - process.memoryUsage.rss(), most / 8));
}

/** How many threads HONE_THREADS wants. */
function wantedThreads(): number | undefined {
  const wanted = process.env['HONE_THREADS'];
  if (wanted === undefined || wanted === '') return undefined;
  const threads = Number(wanted);
  if (!Number.isInteger(threads) || threads < 1)
    throw new ArgumentError(`HONE_THREADS is "${wanted}", expected a whole number of at least 1`);
  return threads;
}

/** The native engine, or undefined with the reason in `nativeReport`. */
function tryNative(): Engine | undefined {
  const addon = findAddon();
  if (!addon) return undefined;
  try {
    return createNativeEngine(addon, {
      collect: (kind) => (kind === 'minor' ? garbageCollector()({ type: 'minor' }) : garbageCollector()()),
      memoryLimit: memoryLimit(),
      threads: wantedThreads() ?? availableParallelism(),
    });
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    nativeReport.reason = `the addon in ${nativeReport.directory} does not work here: ${(error as Error).message}`;
    return undefined;
  }
}

/** Written out, so that bundlers find the files, copy them, and put in the new address. Undefined where this code has no address. */
function besideThisCode(name: WasmFile): URL | undefined {
  try {
    if (name === 'hone-simd.wasm') return new URL('../wasm/hone-simd.wasm', import.meta.url);
    return new URL('../wasm/hone-relaxed.wasm', import.meta.url);
  } catch {
    return undefined;
  }
}

/** Node 20 has relaxed SIMD, but not by default. The flag holds for what is compiled from now on. */
function admitRelaxedSimd(): void {
  if (hasRelaxedSimd()) return;
  try {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    // A host without V8.
  }
}

/** Whether threads share memory: not in Bun and Deno, whose workers are others. */
function sharesMemory(): boolean {
  const { versions } = process as { versions: Record<string, string | undefined> };
  return !versions['bun'] && !versions['deno'] && canShareMemory();
}

/** Threads of the WebAssembly engine. Nothing of the program's own flags, environment and hooks is for them. */
const workers: WorkerHost = {
  maySleep: true,
  start(program, data, failed) {
    const worker = new Worker(`${program}work(require('node:worker_threads').workerData);`, {
      eval: true,
      workerData: data,
      name: 'hone',
      env: {},
      execArgv: [],
      argv: [],
      trackUnmanagedFds: false,
    });
    worker.unref();
    worker.once('error', failed);
  },
};

/** The paths at which the builds that this host runs may stand, best first. */
function wasmPaths(): string[] {
  const chosen = wasmSource();
  if (typeof chosen === 'string' || chosen instanceof URL) {
    const address = pathOf(chosen);
    return /[\\/]$/.test(address) ? wasmFiles().map((name) => join(address, name)) : [address];
  }
  return wasmFiles().flatMap((name) => {
    const moved = besideThisCode(name);
    const places = [
      moved?.protocol === 'file:' && fileURLToPath(moved),
      home.bundle !== undefined && join(home.bundle, 'wasm', name),
      home.bundle !== undefined && join(home.bundle, name),
      home.folder !== undefined && join(home.folder, 'dist/wasm', name),
    ];
    return [...new Set(places.filter((path) => path !== false))];
  });
}

/** The path that an address given to setWasmUrl means. */
function pathOf(address: string | URL): string {
  const text = String(address);
  if (text.startsWith('file:')) return fileURLToPath(text);
  if (!/^[a-z][a-z+.-]+:/i.test(text)) return text;
  throw new EngineError(
    `wasm engine: setWasmUrl was given ${text}, but Node loads its engine from a file. Give a path, a file: URL or the bytes: setWasmUrl(new Uint8Array(await (await fetch(url)).arrayBuffer())).`,
  );
}

/** The compiled engine. @throws {EngineError} with every place that was looked at. */
function wasmModule(): WebAssembly.Module {
  const chosen = wasmSource();
  if (chosen instanceof WebAssembly.Module) return chosen;
  if (chosen instanceof ArrayBuffer || ArrayBuffer.isView(chosen)) return compile(chosen, 'the bytes that setWasmUrl was given');
  const paths = wasmPaths();
  const problems: string[] = [];
  let cause: unknown;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    try {
      return compile(new Uint8Array(readFileSync(path)), path);
    } catch (error) {
      cause ??= error;
      problems.push((error as Error).message.replace(/^wasm engine: /, ''));
    }
  }
  const what = problems.length > 0 ? problems.join('; ') : `it is not at ${paths.join(', nor at ')}`;
  const todo =
    chosen !== undefined
      ? 'It was named by setWasmUrl: check the path.'
      : home.bundled
        ? `This program was bundled without its engine. ${KEEP_OUT}, or copy the package's dist/wasm folder beside the program (or elsewhere, and name it first: setWasmUrl('path/to/wasm/')).`
        : 'Run npm run build.';
  throw new EngineError(`wasm engine: ${what}. ${todo}`, cause === undefined ? undefined : { cause });
}

function compile(given: ArrayBuffer | ArrayBufferView<ArrayBuffer>, name: string): WebAssembly.Module {
  try {
    const packed = given instanceof ArrayBuffer ? new Uint8Array(given) : new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    // Asked for where it is needed: importing it takes longer than the rest of this file.
    const bytes = isGzip(packed) ? new Uint8Array((ownRequire()('node:zlib') as typeof import('node:zlib')).gunzipSync(packed)) : packed;
    return new WebAssembly.Module(sharesMemory() || !isWasm(bytes) ? bytes : withOwnMemory(bytes));
  } catch (error) {
    throw new EngineError(`wasm engine: ${name} does not load: ${(error as Error).message}`, { cause: error });
  }
}

function loadWasm(): Engine {
  admitRelaxedSimd();
  const tracker = new WeakRefTracker({ collect: () => garbageCollector()(), forgetKept: forgetKeptObjects });
  // The program's own worker threads share the cores already.
  const threads = wantedThreads() ?? (isMainThread ? availableParallelism() : 1);
  const engine = createWasmEngine(wasmModule(), { tracker, memoryLimit: memoryLimit(), workers, share: sharesMemory(), threads });
  sealWasmSource();
  return engine;
}

const engines = new Map<EngineName, Engine>();

/** The engine of that name, loaded once. Throws EngineError with the loader's reason. */
export function openEngine(name: EngineName): Engine {
  let found = engines.get(name);
  if (found) return found;
  if (name === 'native') {
    found = tryNative();
    if (!found) throw new EngineError(`native engine: ${nativeReport.reason}`);
  } else if (name === 'wasm') {
    found = loadWasm();
  } else {
    throw new EngineError(`no engine is called "${name as string}"; there are native and wasm`);
  }
  engines.set(name, found);
  return found;
}

function openDefault(): Engine {
  const wanted = process.env['HONE_ENGINE'];
  if (wanted !== undefined && wanted !== '') {
    if (wanted !== 'native' && wanted !== 'wasm') throw new EngineError(`HONE_ENGINE is "${wanted}", expected native or wasm`);
    return openEngine(wanted);
  }
  const native = engines.get('native') ?? tryNative();
  if (!native) {
    const wasm = openEngine('wasm');
    // Once, in the thread that speaks for the program. Whoever asks for WebAssembly by name hears nothing.
    if (isMainThread)
      console.warn(
        `hone: WebAssembly runs here, slower than the native engine would: ${nativeReport.reason}. HONE_ENGINE=wasm asks for it silently.`,
      );
    return wasm;
  }
  engines.set('native', native);
  return native;
}

/** What the workers of this thread should load the WebAssembly engine from, if they do. */
export function engineForWorkers(): string | WebAssembly.Module | undefined {
  const source = wasmSource();
  if (source === undefined || source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string' || source instanceof URL) return String(source);
  return compile(source, 'the bytes that setWasmUrl was given');
}

/** In Node an engine loads at once, when it is first asked for. */
export async function prepareEngine(): Promise<void> {
  loadedEngine();
}

provideDefaultEngine(openDefault);
provideFrameStorage(new AsyncLocalStorage<Frame>());
provideParent(() => {
  const port = parentPort;
  if (!port) return undefined;
  return {
    post: (message, moved = []) => port.postMessage(message, moved),
    receive: (take) => {
      port.on('message', take);
    },
  };
});
