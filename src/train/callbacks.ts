/** The callbacks that most trainings want. Each holds its state from `onTrainStart` on, so one object serves several trainings in turn. */
import { writeBytes } from '#files';
import { ArgumentError } from '../errors.js';
import { formatOf } from '../formats/files/file-formats.js';
import { load, save } from '../formats/files/files.js';
import type { Module } from '../nn/module/module.js';
import { clone } from '../ops/view/copy.js';
import { readOptions, required } from '../tensor/arguments.js';
import { show } from '../tensor/show.js';
import { escapeScope } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Best } from './history.js';
import { Improvement } from './monitor.js';
import type { Callback, MonitorOptions, TrainingRun } from './types.js';

/** @internal What a callback that chooses a best epoch watches; fit sees to it that all watch the same. */
export const WATCHES = Symbol('watches');

/** @internal The score that a callback reads for itself, which fit must measure. */
export const READS = Symbol('reads');

/** @internal A callback that reads a score. */
export interface ReadingCallback extends Callback {
  readonly [READS]: MonitorOptions['monitor'] | undefined;
}

/** @internal A callback that chooses a best epoch. */
export interface WatchingCallback extends Callback {
  readonly [WATCHES]: readonly [who: string, options: MonitorOptions];
}

const MONITOR: Required<MonitorOptions> = { monitor: required, mode: required, minDelta: required };

/** The options of {@link EarlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops. Default: 10. */
  patience?: number;
  /** Gives the model the state of its best epoch at the end. Default: false. */
  restoreBest?: boolean;
}

/**
 * Stops a training whose score no longer improves. What it watches is what the training's best epoch is chosen by: see {@link keepBest}.
 * @throws {ArgumentError} for a patience below 1.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience, restoreBest, ...watch } = readOptions('earlyStopping', { ...MONITOR, patience: 10, restoreBest: false }, options);
  if (!Number.isInteger(patience) || patience < 1)
    throw new ArgumentError(`earlyStopping: patience is ${patience}, expected a whole number of at least 1.`);
  const improvement = new Improvement(watch, 'earlyStopping');
  const keeper: Callback = restoreBest ? keepBest({ ...watch, restore: true }) : {};
  let waited = 0;
  const stopAfter = (run: TrainingRun) => {
    const { best } = improvement;
    if (waited < patience) return;
    run.stop(
      best
        ? `no better ${best.monitor} than ${best.value.toPrecision(5)} (epoch ${best.epoch}) for ${patience} epochs`
        : `no usable score for ${patience} epochs`,
    );
  };
  const callback: WatchingCallback = {
    ...keeper,
    [WATCHES]: ['earlyStopping', watch],
    onTrainStart(run) {
      keeper.onTrainStart?.(run);
      improvement.reset(run.watched);
      waited = improvement.replay(run.history.epochs ?? []);
    },
    onEpochEnd(record, run) {
      keeper.onEpochEnd?.(record, run);
      waited = improvement.see(record) ? 0 : waited + 1;
      stopAfter(run);
    },
  };
  return callback;
}

/** The options of {@link modelCheckpoint}. */
export interface CheckpointOptions extends MonitorOptions {
  /** Saves only epochs that are better than all before; false saves each. Default: true. */
  saveBestOnly?: boolean;
}

/**
 * Saves the model's state dict whenever it is better than before: as safetensors, or as PyTorch's file where the path ends in .pth or .pt.
 * Without a monitor of its own it follows the training's: what early stopping, `saveBest` or `restoreBest` watch. A resumed training
 * goes on from the best epoch so far. For all that a training needs to go on there is `saveCheckpoint`.
 * @param path directories are created; `{epoch}` in it becomes the epoch's number.
 */
export function modelCheckpoint(path: string, options: CheckpointOptions = {}): Callback {
  checkPath('modelCheckpoint', path);
  const { saveBestOnly, ...watch } = readOptions('modelCheckpoint', { ...MONITOR, saveBestOnly: true }, options);
  const improvement = new Improvement(watch, 'modelCheckpoint');
  const callback: ReadingCallback = {
    [READS]: watch.monitor,
    onTrainStart(run) {
      improvement.reset(run.watched);
      improvement.replay(run.history.epochs ?? []);
    },
    onEpochEnd(record, run) {
      if (improvement.see(record) || !saveBestOnly) saveModel(run.model, path, record.epoch, improvement);
    },
  };
  return callback;
}

function checkPath(op: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') throw new ArgumentError(`${op}: the path is ${show(path)}, expected the path of a file.`);
}

function saveModel(model: Module, path: string, epoch: number, { best }: Improvement): string {
  const target = path.replaceAll('{epoch}', String(epoch));
  const metadata = { epoch: String(epoch), ...(best && best.epoch === epoch && { monitor: best.monitor, value: String(best.value) }) };
  const pytorch = formatOf(target) === 'pth'; // which have no place for notes
  save(model.stateDict(), target, { makeDirectories: true, ...(!pytorch && { metadata }) });
  return target;
}

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
  if (path !== undefined) checkPath('keepBest', path);
  const improvement = new Improvement(watch, 'keepBest');
  let kept: Best | undefined;
  const giveBack = ({ model }: TrainingRun) => {
    if (restore && kept) model.loadStateDict(kept.stateDict);
  };
  const callback: WatchingCallback = {
    [WATCHES]: ['saveBest or restoreBest', watch],
    onTrainStart({ history, watched }) {
      improvement.reset(watched);
      improvement.replay(history.epochs ?? []);
      kept = resumed(history.best, improvement, path);
      if (kept) history.best = kept;
    },
    onEpochEnd(record, { model, history }) {
      if (!improvement.see(record)) return;
      const other = history.best?.epoch === record.epoch ? history.best.path : undefined; // of another keeper
      const saved = path === undefined ? other : saveModel(model, path, record.epoch, improvement);
      const before = kept;
      const stateDict: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(model.stateDict())) stateDict[name] = copyOf(value);
      kept = { ...improvement.best!, stateDict, ...(saved !== undefined && { path: saved }) };
      history.best = kept;
      for (const old of Object.values(before?.stateDict ?? {})) old.dispose();
    },
    onTrainEnd: giveBack,
    onError: (_, run) => giveBack(run),
  };
  return callback;
}

/** A copy that no scope around the training takes back. */
function copyOf(value: Tensor): Tensor {
  const copy = clone(value.detach());
  escapeScope(copy.storage, null);
  return copy;
}

/** The best epoch of a training that goes on: as the history has it, or as the file has it that was saved then. */
function resumed(best: Best | undefined, { best: found }: Improvement, path: string | undefined): Best | undefined {
  if (!found) return undefined;
  if (best?.epoch === found.epoch && Object.keys(best.stateDict).length > 0) {
    const stateDict = Object.fromEntries(Object.entries(best.stateDict).map(([name, value]) => [name, copyOf(value)]));
    return { ...found, stateDict, ...(best.path !== undefined && { path: best.path }) };
  }
  const file = path?.replaceAll('{epoch}', String(found.epoch));
  try {
    return file === undefined ? undefined : { ...found, stateDict: load<Record<string, Tensor>>(file), path: file };
  } catch {
    return undefined; // the file is gone: the score still counts, and a better epoch will be saved
  }
}

/** Writes the history to a file after each epoch: CSV, or JSON where the path ends in `.json`. Directories are created. */
export function historyLogger(path: string): Callback {
  checkPath('historyLogger', path);
  const write = ({ history }: TrainingRun) => {
    const text = path.endsWith('.json') ? `${JSON.stringify(history, null, 2)}\n` : history.toCsv();
    writeBytes(path, [new TextEncoder().encode(text)], 'historyLogger', { makeDirectories: true });
  };
  return { onEpochEnd: (_, run) => write(run), onTrainEnd: write, onError: (_, run) => write(run) };
}
