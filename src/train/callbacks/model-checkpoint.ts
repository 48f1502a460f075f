/** modelCheckpoint: saves the model's state as training goes on. */
import { readOptions } from '../../tensor/arguments/arguments.js';
import type { MonitorOptions } from '../history/monitor.js';
import { Improvement } from '../history/monitor.js';
import type { Callback } from './callback.js';
import { checkPath, saveModel } from './save-model.js';
import type { ReadingCallback } from './watching.js';
import { MONITOR, READS } from './watching.js';

/** The options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** Saves only epochs that are better than all before; false saves each. Default: true. */
  saveBestOnly?: boolean;
}

/**
 * Saves the model's state dict whenever it is better than before: as safetensors, or as PyTorch's file where the path ends in .pth or .pt.
 * Without a monitor of its own it follows the training's: what early stopping, `saveBest` or `restoreBest` watch. A resumed training
 * goes on from the best epoch so far. For all that a training needs to go on there is `saveCheckpoint`.
 * @param path directories are created; `{epoch}` in it becomes the epoch's number.
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  checkPath('modelCheckpoint', path);
  const { saveBestOnly, ...watch } = readOptions('modelCheckpoint', { ...MONITOR, saveBestOnly: true }, options);
  const improvement = new Improvement(watch, 'modelCheckpoint');
  const callback: ReadingCallback = {
    name: 'modelCheckpoint',
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
