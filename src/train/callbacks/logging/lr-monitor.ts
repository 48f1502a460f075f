/** lrMonitor: the learning rates of a training, step by step or epoch by epoch. */
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import type { Callback, TrainingRun } from '../callback.js';

/** The options of {@link lrMonitor}. */
export interface LrMonitorOptions {
  /** Whether each update is noted, or the first of each epoch. Default: `epoch`. */
  interval?: 'epoch' | 'step';
  /** Notes the momentum too, or the first of the betas. Default: false. */
  logMomentum?: boolean;
  /** Notes the weight decay too. Default: false. */
  logWeightDecay?: boolean;
}

/** A callback that keeps what it noted. */
export interface LrMonitor extends Callback {
  /** What was noted of the running training, or the last one, by name: a number for each update or epoch, as `interval` has it. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** What is read of a parameter group. */
interface Group {
  readonly lr: number;
  readonly name?: string;
  readonly momentum?: number;
  readonly betas?: readonly number[];
  readonly weightDecay?: number;
}

/**
 * Notes the learning rates that updates are made with as `lr`, for records, loggers and TensorBoard; of several parameter groups each as
 * `lr/NAME`, with the group's name or number. The epoch's record keeps the last one as `logged.lr`; all stand in `values`.
 * @throws {ArgumentError} for another interval.
 * @see https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.LearningRateMonitor.html
 * @example
 * const rates = lrMonitor({ interval: 'step' });
 * await fit(model, { train, loss: criterion, optimizer, epochs: 1, callbacks: [rates] });
 * rates.values.lr;
 */
export function lrMonitor(options: LrMonitorOptions = {}): LrMonitor {
  const op = 'lrMonitor';
  const defaults = { interval: 'epoch' as 'epoch' | 'step', logMomentum: false, logWeightDecay: false };
  const { interval, logMomentum, logWeightDecay } = readOptions(op, defaults, options);
  oneOf(op, 'interval', interval, ['epoch', 'step']);
  let values: Record<string, number[]> = {};
  let resumed = false;
  let epoch = 0;
  const note = (run: TrainingRun) => {
    const groups = run.optimizer.paramGroups as readonly Group[];
    groups.forEach((group, i) => {
      const { lr, momentum = group.betas?.[0], weightDecay } = group;
      const noted = { lr, ...(logMomentum && { momentum }), ...(logWeightDecay && { weightDecay }) };
      for (const [name, value] of Object.entries(noted)) {
        if (value === undefined) continue;
        const key = groups.length === 1 ? name : `${name}/${group.name ?? i}`;
        run.log(key, value);
        (values[key] ??= []).push(value);
      }
    });
  };
  return {
    name: op,
    get values() {
      return values;
    },
    onTrainStart() {
      if (!resumed) [values, epoch] = [{}, 0];
      resumed = false;
    },
    onBeforeOptimizerStep(run) {
      if (interval === 'epoch' && run.epoch === epoch) return;
      epoch = run.epoch;
      note(run);
    },
    stateDict: () => ({ values: Object.entries(values).map(([name, list]) => [name, Float64Array.from(list)]), epoch }),
    loadStateDict(state: { values: [string, Float64Array][]; epoch: number }) {
      values = Object.fromEntries(state.values.map(([name, list]) => [name, Array.from(list)]));
      epoch = state.epoch;
      resumed = true;
    },
  };
}
