/** What `study` and `train` share: the folder of a run, the display, Ctrl-C and other signals. */
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { engineInfo } from '../../engine/select.js';
import { FileError } from '../../errors.js';
import { makeDirectories } from '../../formats/files/files-node.js';
import { ProgressDisplay } from '../../report/progress/display.js';
import { plural, shellWord, showDuration } from '../../report/text.js';
import { version } from '../version.js';

/** The display on stderr, so that stdout holds results only. */
export function openDisplay(): ProgressDisplay {
  return new ProgressDisplay(process.stderr);
}

/** A new folder `base/name`, or `base/name-2` and so on where that exists: earlier results are kept, and each process has its own. */
export function newRunFolder(base: string, name: string): string {
  let folder = join(base, name);
  try {
    makeDirectories(base, 'hone');
    for (let n = 2; ; n++) {
      try {
        mkdirSync(folder); // fails where the folder exists, so that of two processes only one gets it
        return folder;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      folder = join(base, `${name}-${n}`);
    }
  } catch (error) {
    const why = (error as Error).message
      .replace(/^hone: /, '')
      .replace(/ (Check the path|Choose another path)\.$/, '')
      .replace(/\.?$/, '.');
    throw new FileError(`cannot make the folder ${folder}: ${why} Name another place with --out.`, { cause: error });
  }
}

/** One line about what runs the arithmetic, with the reason where it is not the native engine. */
export function engineLine(): string {
  const { name, isa, threads, reason } = engineInfo();
  const engine = `engine: ${name === 'native' ? 'native' : 'WebAssembly'} (${isa}, ${plural(threads, 'thread')})`;
  return name === 'native' || reason === undefined ? engine : `${engine}: ${reason}`;
}

/** A point in time as people here write it: `2026-05-01 14:30 UTC+02:00`. */
export function showTime(time: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = -time.getTimezoneOffset();
  const zone = offset === 0 ? '' : `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())} UTC${zone}`;
}

/** Where, with what and when a run ran, for the report's settings. */
export function surroundings(started: Date): Record<string, string> {
  const { name, isa, threads } = engineInfo();
  return {
    command: ['hone', ...process.argv.slice(2).map(shellWord)].join(' '),
    started: showTime(started),
    duration: showDuration((Date.now() - started.getTime()) / 1000),
    engine: name === 'native' ? 'native' : 'WebAssembly',
    'instruction set': isa,
    threads: String(threads),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    versions: `hone ${version}, Node ${process.versions.node} on ${process.platform} ${process.arch}`,
  };
}

/** A path as the user can open it from here: relative to this folder where it lies in it. */
export function showPath(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') || isAbsolute(near) ? resolve(path) : near;
}

/** The signals that ask a process to end: Ctrl-C, what `docker stop` and `kill` send, a closed terminal; with their exit codes, as shells have them. */
const ENDINGS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** An AbortSignal that Ctrl-C and its like fire; a second one ends the process at once. */
export function interruptible(display: ProgressDisplay): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    const code = ENDINGS[name as keyof typeof ENDINGS];
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
    process.exitCode = code;
    display.line(
      `Stopping after this step; what is finished is reported. ${name === 'SIGINT' ? 'Ctrl-C again' : 'A second signal'} quits.`,
    );
  };
  // The terminal may be gone: what cannot be shown must not keep figures from being written.
  const onLost = () => {};
  const streams = [process.stdout, process.stderr];
  for (const name of Object.keys(ENDINGS)) process.on(name, onSignal);
  for (const stream of streams) stream.on('error', onLost);
  return {
    signal: controller.signal,
    done: () => {
      for (const name of Object.keys(ENDINGS)) process.off(name, onSignal);
      for (const stream of streams) stream.off('error', onLost);
    },
  };
}
