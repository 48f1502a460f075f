/**
 * Finding the native addon in Node: this package's own build, where it was built here, or the package of prebuilt addons for this platform. It is
 * tried place by place; what does not serve leaves its reason, and WebAssembly runs instead.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join, resolve, toNamespacedPath } from 'node:path';
import { findHome, ownRequire, packageFolders } from './locate-node.js';
import type { Addon } from './native.js';
import { PLATFORMS, VERSION } from './version.gen.js';

/** A place where an addon was looked for. */
export interface NativePlace {
  /** `'HONE_NATIVE_DIR'`, `'own build'` or `'package'`. */
  readonly kind: 'HONE_NATIVE_DIR' | 'own build' | 'package';
  readonly directory: string;
  /** Why it did not serve; undefined where it does. */
  readonly problem?: string;
}

/** What happened when the native engine was looked for; `hone doctor` prints it. */
export interface NativeReport {
  /** The directory of the addon that loaded, or else the one that was looked at first. */
  directory: string;
  /** The instruction sets that this processor runs, best first; empty when that is unknown. */
  supported: string[];
  /** Why the native engine is not there; undefined when it loaded. */
  reason?: string;
  /** The package that has the addon for this platform; undefined where there is none for it. */
  package: string | undefined;
  /** The places that were looked at, in order. */
  tried: NativePlace[];
}

/** The C library of this process on Linux: what loads the program says it; where nothing does, Node's report. */
export function libc(): 'gnu' | 'musl' {
  const loader = interpreter('/proc/self/exe') ?? interpreter(process.execPath);
  if (loader !== undefined) return loader.includes('musl') ? 'musl' : 'gnu';
  const { header, sharedObjects = [] } = systemReport();
  if (header?.glibcVersionRuntime !== undefined) return 'gnu';
  return sharedObjects.some((file) => /(ld|libc\.)-?musl/.test(file)) || existsSync('/etc/alpine-release') ? 'musl' : 'gnu';
}

/** The program that loads an ELF file of 64 bits, as its headers say; undefined where they name none. */
function interpreter(file: string): string | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const part = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(handle!, bytes, 0, length, at));
    };
    const head = part(0, 64);
    if (head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2) return undefined;
    const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
    const table = part(start, size * count); // not always near: tools that change a program move it to the end
    for (let at = 0; at < table.length; at += size) {
      if (table.readUInt32LE(at) !== 3) continue;
      const name = part(Number(table.readBigUInt64LE(at + 8)), Math.min(Number(table.readBigUInt64LE(at + 32)), 4096));
      return name.toString('latin1').replace(/\0.*/s, '');
    }
  } catch {
    // No such file, or another format.
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
  return undefined;
}

interface SystemReport {
  readonly header?: { readonly glibcVersionRuntime?: string };
  readonly sharedObjects?: readonly string[];
}

/** What Node says of its process; it takes some milliseconds. */
export function systemReport(): SystemReport {
  const { report } = process as { report?: { excludeNetwork?: boolean; getReport(): unknown } };
  if (!report) return {};
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // looking up names of hosts can take seconds
  try {
    return report.getReport() as SystemReport;
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}

/** The name of this platform's package, or undefined where none is made. */
function platformPackage(): string | undefined {
  const base = `hone-${process.platform}-${process.arch}`;
  const name = process.platform === 'linux' ? `${base}-${libc()}` : base;
  return PLATFORMS.includes(name) ? name : undefined;
}

/** What the system says when a library does not load, in words that say what to do about it. */
function explain(error: Error): string {
  const text = error.message.split('\n', 1)[0]!;
  const glibc = /GLIBC_([\d.]+)' not found/.exec(text)?.[1];
  if (glibc)
    return `this system's C library is too old: glibc ${systemReport().header?.glibcVersionRuntime ?? 'of an unknown version'}, and it needs ${glibc}`;
  if (/GLIBCXX_|CXXABI_/.test(text)) return `this system's C++ library is too old for it (${text})`;
  if (/ld-linux|libc\.so\.6|ld-musl|libc\.musl|symbol not found/i.test(text)) return `it was built for another C library (${text})`;
  if (
    /invalid ELF header|wrong ELF class|not a valid Win32|mach-o|incompatible architecture|Exec format|cannot open shared object file: No such/i.test(
      text,
    )
  )
    return `it was built for another platform (${text})`;
  if (/file too short|truncated/i.test(text)) return `its file is damaged (${text})`;
  return text;
}

/**
 * Loads an addon anew. It watches the owners of one engine, and `require` would give the same one to a second copy of Hone in this process:
 * a server's bundles, say, each of which has Hone in it.
 */
function ownCopy(file: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, toNamespacedPath(file)); // as require does: Windows wants it of long paths
  return module.exports as Addon;
}

/** The addon in a directory and the sets of instructions that it was chosen from, or why there is none. */
function load(directory: string): { addon: Addon; supported: string[] } | string {
  const require = ownRequire();
  const file = (name: string) => join(directory, `hone-${name}.node`);
  try {
    const cpu = require(file('cpu')) as { supported?(): string[] };
    const supported = cpu.supported?.();
    if (!supported) return 'this host lacks functions of Node-API that it calls';
    const isa = supported.find((name) => existsSync(file(name)));
    if (!isa) return `none of its addons suits this processor (which runs ${supported.join(', ')})`;
    const addon = ownCopy(file(isa));
    if (!(addon.kernels as unknown)) return 'this host lacks functions of Node-API that it calls';
    if (addon.version !== VERSION) return `it is of Hone ${addon.version || 'before 0.1'}, and this is Hone ${VERSION}`;
    return { addon, supported };
  } catch (error) {
    return explain(error as Error);
  }
}

const home = findHome();
const platform = `${process.platform}-${process.arch}`;
/** Whether this is a clone, where the addon can be built: what is published has no sources of kernels. */
const isClone = () => home.folder !== undefined && existsSync(join(home.folder, 'kernels/hone.h'));
const ownBuild = home.folder === undefined ? undefined : join(home.folder, 'dist/native', platform);
/** The only place that counts, where it is set: a build with sanitizers, for one. */
const named = process.env['HONE_NATIVE_DIR'] ? resolve(process.env['HONE_NATIVE_DIR']) : undefined;

export const nativeReport: NativeReport = {
  directory: named ?? ownBuild ?? '',
  supported: [],
  package: undefined,
  tried: [],
};

/** The places to look at, in order; the package is searched for only where the others do not serve. */
function* places(): Generator<Pick<NativePlace, 'kind' | 'directory'>> {
  if (named !== undefined) {
    yield { kind: 'HONE_NATIVE_DIR', directory: named };
    return;
  }
  if (ownBuild !== undefined) yield { kind: 'own build', directory: ownBuild };
  if (nativeReport.package !== undefined)
    for (const directory of packageFolders(nativeReport.package)) yield { kind: 'package', directory };
}

/** The addon for this process, or undefined with the reason in `nativeReport`. */
export function findAddon(): Addon | undefined {
  const report = nativeReport;
  report.package = platformPackage();
  report.tried = [];
  for (const { kind, directory } of places()) {
    if (!existsSync(join(directory, 'hone-cpu.node'))) {
      report.tried.push({ kind, directory, problem: kind === 'package' ? 'its addons are missing' : 'nothing was built there' });
      continue;
    }
    const found = load(directory);
    if (typeof found === 'string') {
      report.tried.push({ kind, directory, problem: found });
      continue;
    }
    report.tried.push({ kind, directory });
    Object.assign(report, { directory, supported: found.supported, reason: undefined });
    return found.addon;
  }
  report.reason = reasonOf(report);
  return undefined;
}

/** What to do about a bundle that left the engine behind. */
export const KEEP_OUT =
  "Keep hone out of the bundle (esbuild: --external:hone --external:hone/*; Vite: ssr: { external: ['hone'] }; webpack: externals: [/^hone(\\/|$)/], " +
  "with module output; Next: serverExternalPackages: ['hone'])";

/** Why nothing served, and what to do: one sentence for the nearest cause. */
function reasonOf({ package: name, tried }: NativeReport): string {
  const failed = tried.filter(({ problem }) => problem !== 'nothing was built there');
  const install = name === undefined ? undefined : `npm install ${name}@${VERSION}`;
  if (named !== undefined && failed.length === 0) return `HONE_NATIVE_DIR is ${named}, where no addon stands`;
  if (failed.length > 0) {
    const what = failed.map(
      ({ kind, directory, problem }) =>
        `the addon in ${kind === 'package' ? `${name} (${directory})` : directory} does not load: ${problem}`,
    );
    const todo = failed.some(({ kind }) => kind === 'own build') ? ['npm run build builds it anew'] : [];
    if (failed.some(({ problem }) => /^it is of Hone|^its file is damaged|are missing$/.test(problem!)) && install)
      todo.push(`${install} installs the one of this version`);
    return [...what, ...todo].join('; ');
  }
  if (home.folder === undefined) {
    const other = install === undefined ? '' : `, or install what has it beside the program: ${install}`;
    return `this program was bundled, and the package hone, which has the native addon, is not to be found from it. ${KEEP_OUT}${other}`;
  }
  const built = 'npm run build builds it where a C++ compiler is';
  if (isClone())
    return `the native addon was not built (no C++ compiler at install, or install scripts did not run): ${built}${install ? `, ${install} brings it prebuilt` : ''}`;
  if (install === undefined) return `there is no prebuilt native engine for ${process.platform} on ${process.arch}`;
  return `its package ${name} is not installed (optional packages were left out, or the lock file comes from another platform): ${install} adds it`;
}
