/** Node's side of the engines: finds the addon or the WebAssembly file, and lends the garbage collector. The only engine file that imports from node:. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createContext, runInNewContext, Script } from 'node:vm';
import { ArgumentError, EngineError } from '../errors.js';
import { type Frame, provideFrameStorage } from './async-context.js';
import { type Engine, type EngineName, provideDefaultEngine } from './engine.js';
import { type Addon, createNativeEngine } from './native.js';
import { WeakRefTracker } from './trackers.js';
import { createWasmEngine, hasRelaxedSimd, wasmFile } from './wasm.js';

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

/** The package's root: this file stands in dist/engine or src/engine. */
const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');
const nativeDir = join(packageRoot, 'dist/native', `${process.platform}-${process.arch}`);

/** Bytes of memory this process may use: the container's limit where there is one, less a tenth. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return Math.floor(0.9 * (constrained > 0 && constrained < total ? constrained : total));
}

function threadCount(): number {
  const wanted = process.env['HONE_THREADS'];
  if (wanted === undefined || wanted === '') return availableParallelism();
  const threads = Number(wanted);
  if (!Number.isInteger(threads) || threads < 1)
    throw new ArgumentError(`HONE_THREADS is "${wanted}", expected a whole number of at least 1`);
  return threads;
}

/** What happened when the native engine was looked for; `hone doctor` prints it. */
export interface NativeReport {
  /** The directory that was searched. */
  readonly directory: string;
  /** The instruction sets that this processor runs, best first; empty when that could not be told. */
  supported: string[];
  /** Why the native engine is not there; undefined when it loaded. */
  reason?: string;
}

export const nativeReport: NativeReport = { directory: nativeDir, supported: [] };

/** The native engine, or undefined with the reason in `nativeReport`. */
function tryNative(): Engine | undefined {
  const require = createRequire(import.meta.url);
  const cpuFile = join(nativeDir, 'hone-cpu.node');
  if (!existsSync(cpuFile)) {
    nativeReport.reason =
      'the native addon was not built (no C++ compiler at install, or install scripts did not run; npm run build builds it)';
    return undefined;
  }
  try {
    nativeReport.supported = (require(cpuFile) as { supported(): string[] }).supported();
    const isa = nativeReport.supported.find((name) => existsSync(join(nativeDir, `hone-${name}.node`)));
    if (!isa) {
      nativeReport.reason = `no addon in ${nativeDir} suits this processor (it runs ${nativeReport.supported.join(', ')}); npm run build builds one`;
      return undefined;
    }
    const addon = require(join(nativeDir, `hone-${isa}.node`)) as Addon;
    return createNativeEngine(addon, {
      collect: (kind) => (kind === 'minor' ? garbageCollector()({ type: 'minor' }) : garbageCollector()()),
      memoryLimit: memoryLimit(),
      threads: threadCount(),
    });
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    nativeReport.reason = `the addon does not load: ${(error as Error).message}`;
    return undefined;
  }
}

function loadWasm(): Engine {
  const file = join(packageRoot, 'dist/wasm', wasmFile());
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new EngineError(`wasm engine: cannot read ${file}: ${(error as Error).message}. Run npm run build.`, { cause: error });
  }
  const collect = () => {
    forgetKeptObjects();
    garbageCollector()();
  };
  return createWasmEngine(new WebAssembly.Module(bytes), hasRelaxedSimd() ? 'relaxed-simd' : 'simd128', new WeakRefTracker({ collect }));
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
  const native = tryNative();
  if (!native) return openEngine('wasm');
  engines.set('native', native);
  return native;
}

provideDefaultEngine(openDefault);
provideFrameStorage(new AsyncLocalStorage<Frame>());
