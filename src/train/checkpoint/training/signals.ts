/** Signals that end a program, while trainings run that save themselves: they end after their step. */
import { shellWord } from '../../../report/text.js';

/** The signals that ask a process to end: Ctrl-C, what `kill` and `docker stop` send, a closed terminal; with the exit codes that shells give them. */
const ENDINGS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type EndingSignal = keyof typeof ENDINGS;

interface Waiting {
  /** Ends the training after its step. */
  interrupt(signal: EndingSignal): void;
}

type NodeProcess = NodeJS.Process;

/** Node's process, where there is one that hears signals. */
const node = (): NodeProcess | undefined => {
  const { process } = globalThis as { process?: Partial<NodeProcess> };
  return typeof process?.on === 'function' && typeof process.kill === 'function' && process.versions?.node !== undefined
    ? (process as NodeProcess)
    : undefined;
};

const waiting = new Set<Waiting>();
/** The signal that has come, and whether the program heeds it itself. */
let came: { readonly signal: EndingSignal; readonly others: boolean } | undefined;

function hear(signal: EndingSignal): void {
  const process = node()!;
  if (came !== undefined) {
    leave(came.signal);
    return;
  }
  came = { signal, others: process.listenerCount(signal) > 1 };
  process.stderr.write(
    `\nfit: ${signal} came. The training ends after this step and is saved; a second ${signal === 'SIGINT' ? 'Ctrl-C' : 'signal'} ends the program at once.\n`,
  );
  for (const one of waiting) one.interrupt(signal);
}

const listeners = Object.fromEntries(Object.keys(ENDINGS).map((name) => [name, () => hear(name as EndingSignal)]));

function stopHearing(): void {
  for (const [name, listener] of Object.entries(listeners)) node()?.off(name, listener);
}

/** Ends the process as the signal would have done. */
function leave(signal: EndingSignal): never {
  const process = node()!;
  stopHearing();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  return process.exit(ENDINGS[signal]); // where the signal does nothing, as to the first process of a container
}

/** Lets signals end a training, one that has come already as well; gives what ends that. */
export function hearSignals(training: Waiting): () => void {
  const process = node();
  if (process === undefined) return () => {};
  if (waiting.size === 0 && came === undefined) for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  waiting.add(training);
  if (came !== undefined) training.interrupt(came.signal);
  return () => {
    waiting.delete(training);
  };
}

/**
 * Called when a training has ended: hears no signals any more after the last one. One that has come ends the process then, unless the
 * program heeds signals itself, or the training was to return.
 */
export function settleSignals(exits: boolean): void {
  if (waiting.size > 0 || node() === undefined) return;
  const last = came;
  came = undefined;
  stopHearing();
  if (last !== undefined && exits && !last.others) leave(last.signal);
}

/** The command that started this program, as a shell takes it. */
export function commandLine(): string {
  const process = node();
  if (process === undefined) return '';
  const [program = 'node', script, ...args] = process.argv;
  const short = (path: string) => {
    const folder = `${process.cwd()}/`;
    return path.startsWith(folder) ? path.slice(folder.length) : path;
  };
  const name = /(^|[\\/])(node|bun|deno)(\.exe)?$/.exec(program)?.[2] ?? program;
  return [name, ...process.execArgv, ...(script === undefined ? [] : [short(script)]), ...args].map(shellWord).join(' ');
}

/** Writes a line for whoever sent the signal. */
export function tell(line: string): void {
  node()?.stderr.write(`${line}\n`);
}
