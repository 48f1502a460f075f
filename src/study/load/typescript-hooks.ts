/**
 * Hooks of Node's module loader, in a thread of their own: TypeScript is read as JavaScript, and `hone` is the Hone that runs. Node strips types
 * itself from 22.18 on; this does the same on every Node, and reads what Node refuses: enums, parameter properties, imported types without
 * `type`, files without ending, and TypeScript in a package whose package.json says "commonjs".
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';

/** What the thread is started with. */
export interface HookData {
  /** A file of the package: from there `hone` is resolved. */
  readonly home: string;
  /** Told of each file that is loaded, so that a mistake in one can be found. */
  readonly port?: MessagePort;
}

/** A file of the user's that was loaded. */
export interface LoadedFile {
  readonly url: string;
  /** What Node was given. */
  readonly code: string;
  /** How its lines map to those of the file, as JSON. */
  readonly map?: string;
}

let home = import.meta.url;
let port: MessagePort | undefined;

export function initialize(data: HookData): void {
  home = data.home;
  port = data.port;
}

const isTypeScript = (url: string) => /^file:.*\.m?ts$/.test(url);

/** `./model.js` may be `model.ts`, as TypeScript itself has it; `./model` too, as bundlers have it. */
function* otherNames(path: string): Generator<string> {
  if (/\.m?js$/.test(path)) yield path.replace(/js$/, 'ts');
  yield `${path}.ts`;
  yield `${path}.js`;
  yield `${path}/index.ts`;
  yield `${path}/index.js`;
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (specifier === 'hone' || specifier.startsWith('hone/')) return next(specifier, { ...context, parentURL: home });
  try {
    return await next(specifier, context);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (
      /^\.{0,2}\//.test(specifier) &&
      context.parentURL?.startsWith('file:') &&
      /^ERR_(MODULE_NOT_FOUND|UNSUPPORTED_DIR_IMPORT)$/.test(code ?? '')
    ) {
      const wanted = new URL(specifier, context.parentURL);
      for (const name of otherNames(wanted.pathname)) {
        const url = new URL(name + wanted.search, wanted);
        if (isFile(fileURLToPath(url))) return next(url.href, context);
      }
    }
    throw error;
  }
};

interface Mistake {
  readonly message: string;
  readonly snippet?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

export const load: LoadHook = async (url, context, next) => {
  const bare = url.replace(/[?#].*$/, '');
  if (!isTypeScript(bare)) {
    const loaded = await next(url, context);
    if (bare.startsWith('file:') && !bare.includes('/node_modules/') && loaded.format === 'module' && loaded.source != null)
      port?.postMessage({ url: bare, code: textOf(loaded.source) } satisfies LoadedFile);
    return loaded;
  }
  const path = fileURLToPath(bare);
  const { transformSync } = await import('@swc/wasm-typescript');
  try {
    const { code, map } = transformSync(readFileSync(path, 'utf8'), {
      filename: path,
      module: true,
      mode: 'transform',
      sourceMap: true,
      transform: { nativeClassProperties: true },
    });
    port?.postMessage({ url: bare, code, ...(map && { map }) } satisfies LoadedFile);
    const mapped = map ? `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}` : code;
    return { format: 'module', source: mapped, shortCircuit: true };
  } catch (error) {
    // The transformer throws plain objects; a SyntaxError with its place in the message crosses to the thread that imports.
    const { message, snippet, startLine, startColumn } = error as Mistake;
    if (startLine === undefined) throw error;
    throw new SyntaxError(`${path}:${startLine}:${(startColumn ?? 0) + 1}: ${message}${snippet ? `\n${snippet.trimEnd()}` : ''}`);
  }
};

const textOf = (source: string | NodeJS.TypedArray | ArrayBuffer) =>
  typeof source === 'string' ? source : new TextDecoder().decode(source as Uint8Array);
