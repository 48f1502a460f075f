/** keepBest: the state of the best epoch, in memory and in a file. */
import { load } from '../../formats/files/files.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { EpochRecord } from '../history/epoch-record.js';
import type { Best, History } from '../history/history.js';
import type { MonitorOptions } from '../history/monitor.js';
import { Improvement } from '../history/monitor.js';
import type { Callback, TrainingRun } from './callback.js';
import { checkPlaces, fillPath, scoresIn } from './model-path.js';
import { copyOf, copyOfState, ModelFiles, tryToSaveModel } from './save-model.js';
import type { ReadingCallback, WatchingCallback } from './watching.js';
import { MONITOR, noteRestored, READS, WATCHES } from './watching.js';

/** The options of {@link keepBest}. */
export interface KeepBestOptions extends MonitorOptions {
  /** Saves the state there too, whenever it is better than before. */
  path?: string;
  /** Gives the model the state of its best epoch at the end, however it ends. Default: false. */
  restore?: boolean;
}

/**
 * Keeps the state of the best epoch in memory, as `history.best`. `fit` adds it for `saveBest` and `restoreBest`. A training has one best
 * epoch: where early stopping names the score, this follows it, and two that name different ones are refused.
 */
export function keepBest(options: KeepBestOptions = {}): Callback {
  const { path, restore, ...watch } = readOptions('keepBest', { ...MONITOR, path: required as string, restore: false }, options);
  if (path !== undefined) checkPlaces('keepBest', path);
  const improvement = new Improvement(watch, 'keepBest');
  const files = new ModelFiles();
  let kept: Best | undefined;
  const giveBack = (run: TrainingRun) => {
    files.retry();
    if (!restore || !kept) return;
    run.model.loadStateDict(kept.stateDict);
    noteRestored(run);
  };
  const keep = (record: EpochRecord, { model, history, totalSteps }: TrainingRun) => {
    if (!improvement.see(record)) {
      files.retry();
      return;
    }
    const other = history.best?.epoch === record.epoch && history.best.step === improvement.best!.step ? history.best.path : undefined; // of another keeper
    const saved = path === undefined ? other : files.save(model, path, { epoch: record.epoch, step: totalSteps, record }, improvement);
    const before = kept;
    kept = { ...improvement.best!, stateDict: copyOfState(model), ...(saved !== undefined && { path: saved }) };
    history.best = kept;
    for (const old of Object.values(before?.stateDict ?? {})) old.dispose();
  };
  const callback: WatchingCallback & ReadingCallback = {
    name: 'keepBest',
    [READS]: path === undefined ? [] : scoresIn(path),
    [WATCHES]: { who: 'saveBest or restoreBest', options: watch, keeps: true },
    onTrainStart({ history, watched }) {
      if (path !== undefined) tryToSaveModel('keepBest', path);
      improvement.reset(watched);
      improvement.replay(history.moments);
      kept = resumed(history, improvement, path);
      if (kept) history.best = kept;
    },
    onEpochEnd: keep,
    onEvaluation: keep,
    onTrainEnd: giveBack,
    onError: (_, run) => giveBack(run),
  };
  return callback;
}

/** The best epoch of a training that goes on: as the history has it, or as the file has it that was saved then. */
function resumed({ best, moments }: History, { best: found }: Improvement, path: string | undefined): Best | undefined {
  if (!found) return undefined;
  if (best?.epoch === found.epoch && best.step === found.step && Object.keys(best.stateDict).length > 0) {
    const stateDict = Object.fromEntries(Object.entries(best.stateDict).map(([name, value]) => [name, copyOf(value)]));
    return { ...found, stateDict, ...(best.path !== undefined && { path: best.path }) };
  }
  const at = moments.find(({ record, within }) => record.epoch === found.epoch && (within ? record.steps : undefined) === found.step)!;
  const file = path && fillPath(path, { epoch: found.epoch, step: at.step, record: at.record });
  try {
    return file === undefined ? undefined : { ...found, stateDict: load<Record<string, Tensor>>(file), path: file };
  } catch {
    return undefined; // the file is gone: the score still counts, and a better epoch will be saved
  }
}
