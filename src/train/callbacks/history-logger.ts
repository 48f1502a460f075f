/** historyLogger: the history in a file, as training goes on. */
import { writeBytes } from '#files';
import type { Callback, TrainingRun } from './callback.js';
import { checkPath } from './model-path.js';

/** Writes the history to a file after each epoch: CSV, or JSON where the path ends in `.json`. Directories are created. */
export function historyLogger(path: string): Callback {
  checkPath('historyLogger', path);
  const write = ({ history }: TrainingRun) => {
    const text = path.endsWith('.json') ? `${JSON.stringify(history, null, 2)}\n` : history.toCsv();
    writeBytes(path, [new TextEncoder().encode(text)], 'historyLogger', { makeDirectories: true });
  };
  return { name: 'historyLogger', onEpochEnd: (_, run) => write(run), onTrainEnd: write, onError: (_, run) => write(run) };
}
