/** Node's child processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findHome } from '../../../engine/locate-node.js';
import { EngineError } from '../../../errors.js';
import type { ParentProcess, ProcessEvents, StudyProcess } from './processes.js';
import { watchParent } from './watch-parent.js';

/** How many lines of a process's standard error are remembered for its end. */
const REMEMBERED = 60;
/** Milliseconds in which the last lines of a process that has ended must have come: a process of its own may keep the pipes open. */
const LAST_LINES = 500;

/** Milliseconds in which a process must have ended whose parent has gone. */
const ORPHANED = 12_000;

/** Those that run: none of them outlives a parent that ends by itself. */
const running = new Set<ChildProcess>();

function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The program of a study's processes in the package; where this code was bundled, the package must be installed beside it. */
function program(): string {
  const { folder } = findHome();
  const path = folder && join(folder, 'dist/node/study-process.js');
  if (!path || !existsSync(path))
    throw new EngineError(
      `runStudy: the program of its processes is not to be found (${path ?? 'this program was bundled, and the package hone is not to be found from it'}). Keep hone out of the bundle, or leave processes at 1.`,
    );
  return path;
}

/** Flags of Node that are about this process's own program, with those that open a port that a second process cannot have. */
const OWN_FLAG =
  /^(-e|-p|-i|-c|--(eval|print|interactive|check|input-type|inspect(-brk|-wait|-port)?|debug-port|test|watch|run|cpu-prof|heap-prof))\b/;

/** What children are given of Node's flags. */
function flags(): string[] {
  const kept: string[] = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const flag = process.execArgv[i]!;
    if (!OWN_FLAG.test(flag)) kept.push(flag);
    // The text of a program stands after its flag.
    else if (/^(-e|-p|--eval|--print|--input-type)$/.test(flag)) i++;
  }
  return kept;
}

/** Calls `take` with each line of a stream of text, the last one included. */
function byLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
    rest = '';
  });
}

/** Starts a process of a study. */
export function startStudyProcess(environment: Readonly<Record<string, string>>, events: ProcessEvents): StudyProcess {
  const child = fork(program(), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Numbers that JSON does not know, NaN and infinities, cross as they are.
    serialization: 'advanced',
    env: { ...process.env, ...environment },
    execArgv: flags(),
  });
  if (running.size === 0) process.on('exit', endAll);
  running.add(child);
  const gone = () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  };
  child.once('exit', gone);
  const remembered: string[] = [];
  byLine(child.stdout!, (line) => events.line(line));
  byLine(child.stderr!, (line) => {
    remembered.push(line);
    if (remembered.length > REMEMBERED) remembered.shift();
    events.line(line);
  });
  child.on('message', (message) => events.message(message));
  let over = false;
  const end = (how: string) => {
    if (over) return;
    over = true;
    events.end({ how, lines: remembered });
  };
  child.on('error', (error) => {
    if (child.pid !== undefined) return;
    gone();
    end(error.message);
  });
  const howOf = (code: number | null, signal: NodeJS.Signals | null) => signal ?? `exit code ${code}`;
  child.on('exit', (code, signal) => setTimeout(() => end(howOf(code, signal)), LAST_LINES).unref());
  child.on('close', (code, signal) => end(howOf(code, signal)));
  return {
    pid: child.pid ?? 0,
    post: (message) => {
      if (child.connected) child.send(message as object, () => {}); // that it has ended is told by itself
    },
    leave: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** The process that started this one. @throws {EngineError} where it is none of a study. */
export function parentProcess(): ParentProcess {
  if (typeof process.send !== 'function')
    throw new EngineError("runStudy: this is the program of a study's processes; it does not run by itself.");
  // Ctrl-C goes to all processes of a terminal, as does its closing: the parent decides what happens then.
  for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
  watchParent(ORPHANED);
  return {
    post: (message) => {
      if (process.connected) process.send!(message, undefined, undefined, () => {}); // `gone` tells where nobody listens any more
    },
    receive: (take) => {
      process.on('message', take);
    },
    gone: (take) => {
      process.once('disconnect', take);
    },
    asked: (take) => {
      process.once('SIGTERM', take);
    },
    crashed: (take) => {
      process.once('uncaughtExceptionMonitor', take);
    },
    end: () => process.exit(0),
  };
}

/** How many processes compute at once without waiting for each other. */
export const processorCount = (): number => availableParallelism();

/** Writes a line that a program in another process wrote, beside whatever this one writes to its standard output. */
export function tellLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
