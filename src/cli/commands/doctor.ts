/** `hone doctor`: what runs the arithmetic on this machine, and why; and what else whoever reads a report of a fault has to know. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { libc, type NativePlace, nativeReport, systemReport } from '../../engine/addon-node.js';
import { findHome } from '../../engine/locate-node.js';
import { showBytes } from '../../engine/memory/allocator.js';
import { type EngineInfo, engineInfo, setEngine } from '../../engine/select.js';
import { canShareMemory } from '../../engine/tasks/wasm-threads.js';
import { hasRelaxedSimd } from '../../engine/wasm/wasm-file.js';
import { HoneError } from '../../errors.js';
import { plural } from '../../report/text.js';
import { version } from '../version.js';

export function addDoctorCommand(command: Command): void {
  command
    .description('Shows which engine runs here, and why, and what else a report of a fault should say.')
    .option('--json', 'print it for programs')
    .action(({ json = false }: { json?: boolean }) => {
      const found = examine();
      process.stdout.write(`${json ? JSON.stringify(found, undefined, 2) : text(found)}\n`);
      if (found.engine === null) process.exitCode = 1;
    });
}

/** How one engine fares. */
interface Probed {
  readonly loads: boolean;
  /** Its instruction set, or why it does not load. */
  readonly said: string;
}

/** What was found, as `--json` prints it. */
interface Findings {
  readonly hone: { readonly version: string; readonly folder: string | null; readonly kind: string; readonly built: string | null };
  readonly host: {
    readonly name: string;
    readonly version: string;
    readonly flags: readonly string[];
    readonly nodeOptions: string | null;
  };
  readonly system: { readonly platform: string; readonly arch: string; readonly release: string; readonly libc: string | null };
  readonly processor: {
    readonly model: string;
    readonly cores: number;
    readonly usable: number;
    readonly instructionSets: readonly string[];
  };
  readonly memory: { readonly total: number; readonly free: number; readonly container: number | null };
  /** Null where none can be used as things are set; `trouble` says why. */
  readonly engine: (EngineInfo & { readonly why: string }) | null;
  readonly trouble: string | null;
  readonly native: Probed & { readonly package: string | null; readonly tried: readonly NativePlace[] };
  readonly wasm: Probed & { readonly relaxedSimd: boolean; readonly sharedMemory: boolean };
  readonly environment: Readonly<Record<string, string>>;
  /** Versions of what Hone uses where it is installed; null where it is not. */
  readonly packages: Readonly<Record<string, string | null>>;
}

function examine(): Findings {
  let info: EngineInfo | undefined;
  let trouble: string | null = null;
  try {
    info = engineInfo();
  } catch (error) {
    trouble = messageOf(error);
  }
  const [native, wasm] = [probe('native'), probe('wasm')];
  if (info) setEngine(info.name);
  const { folder = null } = findHome();
  const cores = cpus();
  const { bun, deno } = process.versions as { bun?: string; deno?: string };
  const limit = process.constrainedMemory?.() ?? 0;
  return {
    hone: { version, folder, ...kindOf(folder) },
    host: {
      name: bun ? 'bun' : deno ? 'deno' : 'node',
      version: bun ?? deno ?? process.version,
      flags: process.execArgv,
      nodeOptions: process.env['NODE_OPTIONS'] || null,
    },
    system: { platform: process.platform, arch: process.arch, release: release(), libc: libraryInUse() },
    processor: {
      model: cores[0]?.model.trim() || 'unknown',
      cores: cores.length,
      usable: availableParallelism(),
      instructionSets: nativeReport.supported,
    },
    memory: { total: totalmem(), free: freemem(), container: limit > 0 && limit < totalmem() ? limit : null },
    engine: info ? { ...info, why: why(info) } : null,
    trouble,
    native: { ...native, package: nativeReport.package ?? null, tried: nativeReport.tried },
    wasm: { ...wasm, relaxedSimd: hasRelaxedSimd(), sharedMemory: canShareMemory() },
    environment: Object.fromEntries(
      Object.entries(process.env)
        .filter((entry): entry is [string, string] => entry[0].startsWith('HONE_') && entry[1] !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    packages: packages(folder),
  };
}

/** Whether Hone was installed or is a clone, and when what runs was built. */
function kindOf(folder: string | null): Pick<Findings['hone'], 'kind' | 'built'> {
  if (folder === null) return { kind: 'bundled into a program', built: null };
  const clone = existsSync(join(folder, 'src/index.ts'));
  const file = join(folder, clone ? 'dist/node/index.js' : 'dist/lib/index.js');
  return {
    kind: clone ? 'clone' : 'package',
    // Files of a package have the time that npm gives them all.
    built: clone && existsSync(file) ? statSync(file).mtime.toISOString() : null,
  };
}

/** The C library of this process, on Linux; null elsewhere. */
function libraryInUse(): string | null {
  if (process.platform !== 'linux') return null;
  if (libc() === 'musl') return 'musl';
  const version = systemReport().header?.glibcVersionRuntime;
  return version === undefined ? 'glibc' : `glibc ${version}`;
}

/** What package.json names beside Hone itself, and what of it is there. */
function packages(folder: string | null): Record<string, string | null> {
  if (folder === null) return {};
  type Manifest = { dependencies?: object; peerDependencies?: object; optionalDependencies?: object };
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const require = createRequire(join(folder, 'package.json'));
  const names = Object.keys({ ...own.dependencies, ...own.peerDependencies, ...own.optionalDependencies });
  return Object.fromEntries(
    names
      // Of the platforms' packages only this one's has a reason to be there.
      .filter((name) => !/^hone-/.test(name) || name === nativeReport.package)
      .map((name) => [name, installedVersion(require, name)]),
  );
}

function installedVersion(require: NodeJS.Require, name: string): string | null {
  for (const place of require.resolve.paths(name) ?? []) {
    const file = join(place, name, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  try {
    // Yarn's Plug'n'Play has no folders of packages.
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return null;
  }
}

function why({ name, reason }: EngineInfo): string {
  const wanted = process.env['HONE_ENGINE'];
  if (wanted) return `HONE_ENGINE=${wanted} asks for it`;
  if (name === 'native') return 'the native addon loads, and is the faster engine';
  return reason ?? '--engine asks for it';
}

/** Whether an engine loads, or the loader's own message. */
function probe(name: 'native' | 'wasm'): Probed {
  try {
    setEngine(name);
    return { loads: true, said: engineInfo().isa };
  } catch (error) {
    return { loads: false, said: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof HoneError)) throw error;
  return error.message;
}

/** The findings, as lines. */
function text({ hone, host, system, processor, memory, engine, trouble, native, wasm, environment, packages }: Findings): string {
  const status = ({ loads, said }: Probed) => (loads ? `loads (${said})` : `does not load: ${said.replace(/^\w+ engine: /, '')}`);
  const built = hone.built === null ? '' : `, built ${hone.built.slice(0, 16).replace('T', ' ')} UTC`;
  const found = Object.entries(packages);
  const flags = [...host.flags, ...(host.nodeOptions === null ? [] : [`NODE_OPTIONS=${host.nodeOptions}`])];
  const rows: [string, string | false][] = [
    ['hone', `${hone.version} (${hone.kind}${built})`],
    ['folder', hone.folder ?? false],
    [host.name, `${host.version} on ${system.platform} ${system.arch}`],
    ['system', [system.release, system.libc].filter((part) => part !== null).join(', ')],
    [
      'processor',
      `${processor.model}, ${plural(processor.cores, 'core')}${processor.usable < processor.cores ? `, ${processor.usable} of them for this process` : ''}`,
    ],
    [
      'instruction sets',
      processor.instructionSets.length > 0 && `${processor.instructionSets.join(', ')} (what the processor runs, best first)`,
    ],
    [
      'memory',
      `${showBytes(memory.total)}, ${showBytes(memory.free)} free${memory.container === null ? '' : `, ${showBytes(memory.container)} for this container`}`,
    ],
    ['engine in use', engine ? `${engine.name} (${engine.isa}, ${plural(engine.threads, 'thread')})` : `none: ${trouble}`],
    ['why', engine?.why ?? false],
    ['memory limit', engine !== null && `${showBytes(engine.memoryLimit)} for tensors`],
    ['native engine', status(native)],
    ...native.tried.map(({ kind, directory, problem }, i): [string, string] => [
      i === 0 ? 'looked at' : '',
      `${directory} (${kind === 'package' ? native.package : kind}): ${problem ?? 'taken'}`,
    ]),
    ['wasm engine', status(wasm)],
    ['wasm features', `relaxed SIMD ${wasm.relaxedSimd ? 'yes' : 'no'}, shared memory ${wasm.sharedMemory ? 'yes' : 'no'}`],
    [`${host.name} flags`, flags.length > 0 && flags.join(' ')],
    [
      'environment',
      Object.keys(environment).length > 0 &&
        Object.entries(environment)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
    ],
    [
      'packages',
      found
        .filter(([, version]) => version !== null)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') || false,
    ],
    [
      'not installed',
      found.some(([, version]) => version === null) &&
        `${found
          .filter(([, version]) => version === null)
          .map(([name]) => name)
          .join(', ')} (each asked for only by what needs it)`,
    ],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== false);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, line]) => `${name.padEnd(width)}  ${line}`).join('\n');
}
