/** The callbacks that most trainings want. Each holds its state from `onTrainStart` on, so one object serves several trainings in turn. */
import { writeBytes } from '#files';
import { ArgumentError } from '../errors.js';
import { formatOf } from '../formats/file-formats.js';
import { save } from '../formats/files.js';
import type { Module } from '../nn/module.js';
import { clone } from '../ops/copy.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Best } from './history.js';
import { Improvement, type MonitorOptions } from './monitor.js';
import type { Callback, TrainingRun } from './types.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops. Default: 10. */
  patience?: number;
  /** Gives the model the state of its best epoch at the end. Default: false. */
  restoreBest?: boolean;
}

/**
 * Stops a training whose score no longer improves.
 * @throws {ArgumentError} for a patience below 1.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 10, restoreBest = false } = options;
  if (!Number.isInteger(patience) || patience < 1)
    throw new ArgumentError(`earlyStopping: patience is ${patience}, expected a whole number of at least 1.`);
  const improvement = new Improvement(options, 'earlyStopping');
  const keeper: Callback = restoreBest ? keepBest({ ...options, restore: true }) : {};
  let waited = 0;
  return {
    ...keeper,
    onTrainStart(run) {
      keeper.onTrainStart?.(run);
      improvement.reset();
      waited = 0;
    },
    onEpochEnd(record, run) {
      keeper.onEpochEnd?.(record, run);
      waited = improvement.see(record) ? 0 : waited + 1;
      if (waited < patience) return;
      const { best } = improvement;
      run.stop(
        best
          ? `no better ${best.monitor} than ${best.value.toPrecision(5)} (epoch ${best.epoch}) for ${patience} epochs`
          : `no usable score for ${patience} epochs`,
      );
    },
  };
}

export interface CheckpointOptions extends MonitorOptions {
  /** Saves only epochs that are better than all before; false saves each. Default: true. */
  saveBestOnly?: boolean;
}

/**
 * Saves the model's state dict whenever it is better than before: as safetensors, or as PyTorch's file where the path ends in .pth or .pt.
 * For all that a training needs to go on there is `saveCheckpoint`.
 * @param path directories are created; `{epoch}` in it becomes the epoch's number.
 */
export function modelCheckpoint(path: string, options: CheckpointOptions = {}): Callback {
  const improvement = new Improvement(options, 'modelCheckpoint');
  const every = options.saveBestOnly === false;
  return {
    onTrainStart: () => improvement.reset(),
    onEpochEnd(record, run) {
      if (improvement.see(record) || every) saveModel(run.model, path, record.epoch, improvement);
    },
  };
}

function saveModel(model: Module, path: string, epoch: number, { best }: Improvement): string {
  const target = path.replaceAll('{epoch}', String(epoch));
  const metadata = { epoch: String(epoch), ...(best && best.epoch === epoch && { monitor: best.monitor, value: String(best.value) }) };
  const pytorch = formatOf(target) === 'pth'; // which have no place for notes
  save(model.stateDict(), target, { makeDirectories: true, ...(!pytorch && { metadata }) });
  return target;
}

export interface KeepBestOptions extends MonitorOptions {
  /** Saves the state there too, whenever it is better than before. */
  path?: string;
  /** Gives the model the state of its best epoch at the end. Default: false. */
  restore?: boolean;
}

/** Keeps the state of the best epoch in memory, as `history.best`. `fit` adds it for `saveBest` and `restoreBest`. */
export function keepBest(options: KeepBestOptions = {}): Callback {
  const improvement = new Improvement(options, 'keepBest');
  let kept: Best | undefined;
  return {
    onTrainStart() {
      improvement.reset();
      kept = undefined;
    },
    onEpochEnd(record, { model, history }) {
      if (!improvement.see(record)) return;
      const path = options.path === undefined ? undefined : saveModel(model, options.path, record.epoch, improvement);
      const before = kept;
      const stateDict: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(model.stateDict())) stateDict[name] = clone(value.detach());
      kept = { ...improvement.best!, stateDict, ...(path !== undefined && { path }) };
      history.best = kept;
      for (const old of Object.values(before?.stateDict ?? {})) old.dispose();
    },
    onTrainEnd({ model }) {
      if (options.restore && kept) model.loadStateDict(kept.stateDict);
    },
  };
}

/** Writes the history to a file after each epoch: CSV, or JSON where the path ends in `.json`. Directories are created. */
export function historyLogger(path: string): Callback {
  const write = ({ history }: TrainingRun) => {
    const text = path.endsWith('.json') ? `${JSON.stringify(history, null, 2)}\n` : history.toCsv();
    writeBytes(path, [new TextEncoder().encode(text)], 'historyLogger', { makeDirectories: true });
  };
  return { onEpochEnd: (_, run) => write(run), onTrainEnd: write };
}
