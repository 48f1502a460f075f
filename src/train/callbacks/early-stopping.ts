/** earlyStopping: ends a training that no longer improves. */
import { readOptions } from '../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import type { MonitorOptions } from '../history/monitor.js';
import { Improvement } from '../history/monitor.js';
import type { Callback, TrainingRun } from './callback.js';
import { keepBest } from './keep-best.js';
import type { WatchingCallback } from './watching.js';
import { MONITOR, WATCHES } from './watching.js';

/** The options of {@link earlyStopping}. */
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
  wholeNumber('earlyStopping', 'patience', patience, { min: 1 });
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
    name: 'earlyStopping',
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
