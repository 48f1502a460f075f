/** The code of a study in the process of the command: what it prints does not mix with results, and that it ends the command is said. */
import { writeSync } from 'node:fs';
import { shellWord } from '../../report/text.js';
import { showPath } from '../commands/run.js';

/** What the study prints goes to standard error: standard output holds results only. Gives what ends that. */
export function divertOutput(): () => void {
  const { stdout, stderr } = process;
  const owned = Object.getOwnPropertyDescriptor(stdout, 'write');
  const diverted = (...args: unknown[]) => Reflect.apply(stderr.write, stderr, args) as boolean;
  stdout.write = diverted as typeof stdout.write;
  return () => {
    if (stdout.write !== (diverted as typeof stdout.write)) return; // the study has taken it over meanwhile
    if (owned) Object.defineProperty(stdout, 'write', owned);
    else delete (stdout as Partial<typeof stdout>).write;
  };
}

/** Node's exit code of a program that waits for a promise when nothing is left to do. */
const WAITS = 13;

/**
 * Says so, where the command ends before its study: by `process.exit` or an error that nothing caught in the study's code, at a second Ctrl-C.
 * Gives what ends that.
 */
export function tellEarlyEnd(where: { folder?: string; quit?: AbortSignal; processes?: number }): () => void {
  let crashed = false;
  const onCrash = () => {
    crashed = true;
  };
  const onExit = (given: number) => {
    const { folder, quit, processes } = where;
    const code = process.exitCode ?? given; // of a program that waits Node sets it as it ends
    const how =
      code === WAITS
        ? 'its code waits for a promise that nothing settles'
        : crashed
          ? 'its code threw an error that nothing caught'
          : `its code called process.exit(${code})`;
    const lines = [
      ...(quit?.aborted ? [] : [`The study has not ended: ${how}.`]),
      ...(quit?.aborted || processes !== 1 || code === WAITS
        ? []
        : ['With --processes 2 a run that ends its process has failed, and the others go on.']),
      ...(folder === undefined ? [] : [`To go on: hone study --resume ${shellWord(showPath(folder))}`]),
    ];
    if (code === 0) process.exitCode = 1;
    try {
      writeSync(2, lines.map((line) => `${line}\n`).join(''));
    } catch {
      // nobody reads it
    }
  };
  process.once('uncaughtExceptionMonitor', onCrash);
  process.once('exit', onExit);
  return () => {
    process.off('uncaughtExceptionMonitor', onCrash);
    process.off('exit', onExit);
  };
}
