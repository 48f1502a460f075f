/** A history in a checkpoint: plain data, and the best epoch's tensors. */
import { FormatError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import type { EpochRecord } from '../history/epoch-record.js';
import { type Best, History } from '../history/history.js';
import { fromFile, isRecord, toFile } from './values.js';

/** What a file holds of a history. */
export interface KeptHistory {
  readonly epochs: EpochRecord[];
  readonly evaluations?: EpochRecord[];
  readonly steps: number;
  readonly optimizerSteps?: number;
  readonly seconds: number;
  readonly best?: Best;
}

export function historyToFile({ epochs, evaluations, steps, optimizerSteps, seconds, best }: History): KeptHistory {
  const records = toFile(epochs, 'the history') as EpochRecord[];
  const within = evaluations.length > 0 && { evaluations: toFile(evaluations, 'the history') as EpochRecord[] };
  return { epochs: records, ...within, steps, optimizerSteps, seconds, ...(best && { best: toFile(best, 'the best epoch') as Best }) };
}

/** @throws {FormatError} for anything but a history. */
export function historyFrom(kept: KeptHistory, op: string, path: string): History {
  const { epochs, evaluations = [], steps, optimizerSteps = steps, seconds, best } = kept;
  const wrong = (what: string) =>
    new FormatError(
      `${op}: ${path}: the history's ${what} is not what saveCheckpoint and fit write. Load the model alone to train it anew.`,
    );
  const records: unknown = fromFile(epochs, path);
  if (!Array.isArray(records) || !records.every((record, i) => isEpoch(record) && (i === 0 || record.epoch > records[i - 1].epoch)))
    throw wrong('list of epochs');
  const within: unknown = fromFile(evaluations, path);
  if (!Array.isArray(within) || !within.every(isEpoch)) throw wrong('list of evaluations');
  const history = new History();
  history.evaluations.push(...(within as EpochRecord[]));
  history.epochs.push(...(records as EpochRecord[]));
  if (![steps, optimizerSteps, seconds].every((count) => typeof count === 'number')) throw wrong('count');
  Object.assign(history, { steps, optimizerSteps, seconds });
  if (best !== undefined) {
    const { epoch, value, monitor, stateDict } = isRecord(best) ? best : {};
    if (!Number.isInteger(epoch) || typeof value !== 'number' || typeof monitor !== 'string') throw wrong('best epoch');
    if (!isRecord(stateDict) || !Object.values(stateDict).every((x) => x instanceof Tensor)) throw wrong('best epoch');
    history.best = best;
  }
  return history;
}

function isEpoch(record: unknown): record is EpochRecord {
  const { epoch, train, lr } = (record ?? {}) as Partial<EpochRecord>;
  const isLoss = typeof train?.loss === 'number';
  return Number.isInteger(epoch) && isLoss && Array.isArray(lr) && lr.every((rate) => typeof rate === 'number');
}
