/** historyLogger: the history in a file, as training goes on. */
import { tryToWrite, writeBytes } from '#files';
import type { Callback, TrainingRun } from '../callback.js';
import { writePatiently } from '../files/write-patiently.js';
import { checkPath } from '../model-path.js';

/**
 * Writes the history to a file after each epoch: CSV, or JSON where the path ends in `.json`. Directories are created. A disk that is full
 * ends no training: there is a warning, and the next epoch writes it all.
 * @throws {ArgumentError} for a path that is empty. @throws {FileError} as the training starts, where the file cannot be written.
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 2, callbacks: [historyLogger('history.json')] });
 */
export function historyLogger(path: string): Callback {
  const op = 'historyLogger';
  checkPath(op, path);
  const write = ({ history }: TrainingRun) => {
    const text = path.endsWith('.json') ? `${JSON.stringify(history, null, 2)}\n` : history.toCsv();
    writePatiently(() => writeBytes(path, [new TextEncoder().encode(text)], op, { makeDirectories: true }));
  };
  return {
    name: op,
    onTrainStart: () => tryToWrite(path, op),
    onEpochEnd: (_, run) => write(run),
    onTrainEnd: write,
    onError: (_, run) => write(run),
  };
}
