/** earlyStopping: ends a training that no longer improves. */
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { countOf, realNumber } from '../../tensor/arguments/checks.js';
import type { EpochRecord } from '../history/epoch-record.js';
import { type EpochsOrSteps, readEvery } from '../history/every.js';
import type { Found, MonitorOptions, Reading } from '../history/monitor.js';
import { Improvement } from '../history/monitor.js';
import type { Callback, TrainingRun } from './callback.js';
import { keepBest } from './keep-best.js';
import type { DecidingCallback, WatchingCallback } from './watching.js';
import { DECIDES, MONITOR, WATCHES } from './watching.js';

/** The options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops, or as many steps. Default: 10 epochs. */
  patience?: EpochsOrSteps;
  /** Gives the model the state of its best epoch at the end. Default: false. */
  restoreBest?: boolean;
  /** Waiting ends only with a score that is better than this, too. Default: any that is better than those before. */
  baseline?: number;
  /** The first epoch that is looked at, from 1; those before neither count as waiting nor as the best so far. Default: 1. */
  startFromEpoch?: number;
  /** Stops at once where the score is at least as good. Default: never. */
  stoppingThreshold?: number;
  /** Stops at once where the score is worse than this. Default: never. */
  divergenceThreshold?: number;
}

/** What a checkpoint keeps of it. */
interface State {
  readonly best: Found | null;
  readonly since: Moment;
  /** Whether it has ended the training, and by which score. */
  readonly ended: boolean;
  readonly last: Reading | null;
}

interface Moment {
  readonly epoch: number;
  readonly step: number;
}

const DEFAULTS = { ...MONITOR, patience: required as unknown as EpochsOrSteps, restoreBest: false, startFromEpoch: 1 };
const OPTIONAL = { baseline: required, stoppingThreshold: required, divergenceThreshold: required } as unknown as Required<
  Pick<EarlyStoppingOptions, 'baseline' | 'stoppingThreshold' | 'divergenceThreshold'>
>;

/**
 * Stops a training whose score no longer improves, or that has reached, or lost, what was wanted. A training may have several, each with a
 * score of its own: the first that has enough ends it. What is kept as the best epoch is what {@link keepBest} and `restoreBest` watch; where
 * they name no score, that of the first early stopping.
 * @throws {ArgumentError} for a patience below 1, and for thresholds that are no numbers.
 * @example
 * const callbacks = [earlyStopping({ patience: 3, minDelta: 0.001 }), earlyStopping({ monitor: 'train.loss', stoppingThreshold: 0.01 })];
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const op = 'earlyStopping';
  const read = readOptions(op, { ...DEFAULTS, ...OPTIONAL }, options) as typeof DEFAULTS & EarlyStoppingOptions;
  const { patience = 10, restoreBest, baseline, startFromEpoch, stoppingThreshold, divergenceThreshold, ...watch } = read;
  const wait = readEvery(op, 'patience', patience);
  countOf(op, 'startFromEpoch', startFromEpoch, 1);
  for (const [name, value] of Object.entries({ baseline, stoppingThreshold, divergenceThreshold }))
    if (value !== undefined) realNumber(op, name, value);
  const improvement = new Improvement(watch, op);
  const keeper: Callback = restoreBest ? keepBest({ ...watch, restore: true }) : {};
  let since: Moment = { epoch: 0, step: 0 };
  let resumed = false;
  let ended = false;
  let last: Reading | undefined;

  /** Looks at an epoch that ended at `moment`. */
  const look = (record: EpochRecord, moment: Moment): Reading | undefined => {
    const reading = record.epoch < startFromEpoch ? undefined : improvement.read(record);
    if (reading === undefined) {
      if (!improvement.best) since = moment; // waiting begins with the first score
      return undefined;
    }
    const better = improvement.see(record);
    if (better && (baseline === undefined || improvement.isBetter(reading, baseline))) since = moment;
    return reading;
  };
  const decide = (run: TrainingRun, reading: Reading | undefined) => {
    ended = false;
    last = reading;
    const stop = (reason: string) => {
      ended = true;
      run.stop(reason);
    };
    if (reading) {
      const { value, max, monitor } = reading;
      const [text, worse] = [`${monitor} is ${value.toPrecision(5)}`, max ? 'below' : 'above'];
      if (stoppingThreshold !== undefined && (max ? value >= stoppingThreshold : value <= stoppingThreshold))
        stop(`${text}, which reaches the threshold ${stoppingThreshold}`);
      if (divergenceThreshold !== undefined && (max ? value < divergenceThreshold : value > divergenceThreshold))
        stop(`${text}, ${worse} ${divergenceThreshold}, where it counts as diverged`);
    }
    const waited = wait.unit === 'epochs' ? run.history.lastEpoch - since.epoch : run.totalSteps - since.step;
    if (waited < wait.count) return;
    const { best } = improvement;
    const time = `for ${wait.count} ${wait.unit}`;
    if (!best) stop(`no usable score ${time}`);
    else if (baseline !== undefined && !improvement.isBetter(improvement.reading(best.monitor, best.value), baseline))
      stop(
        `no better ${best.monitor} than the baseline ${baseline} ${time}; the best was ${best.value.toPrecision(5)} (epoch ${best.epoch})`,
      );
    else stop(`no better ${best.monitor} than ${best.value.toPrecision(5)} (epoch ${best.epoch}) ${time}`);
  };
  const callback: WatchingCallback & DecidingCallback = {
    ...keeper,
    name: op,
    [DECIDES]: true,
    [WATCHES]: { who: op, options: watch, keeps: restoreBest },
    onTrainStart(run) {
      keeper.onTrainStart?.(run);
      if (resumed) {
        // Where it has had enough before it is asked again: patience may be another now.
        improvement.watch(run.watched);
        if (ended) decide(run, last);
        return;
      }
      improvement.reset(run.watched);
      [since, ended, last] = [{ epoch: 0, step: 0 }, false, undefined];
      for (const { record, within, step } of run.history.moments ?? [])
        look(record, { epoch: within ? record.epoch - 1 : record.epoch, step });
    },
    onEpochEnd(record, run) {
      keeper.onEpochEnd?.(record, run);
      resumed = false;
      decide(run, look(record, { epoch: record.epoch, step: run.totalSteps }));
    },
    onEvaluation(record, run) {
      keeper.onEvaluation?.(record, run);
      resumed = false;
      decide(run, look(record, { epoch: record.epoch - 1, step: run.totalSteps }));
    },
    onTrainEnd(run) {
      resumed = false;
      return keeper.onTrainEnd?.(run);
    },
    onError(error, run) {
      resumed = false;
      return keeper.onError?.(error, run);
    },
    stateDict: (): State => ({ best: improvement.best ?? null, since, ended, last: last ?? null }),
    loadStateDict(state: State) {
      improvement.best = state.best ? { ...state.best } : undefined;
      since = { ...state.since };
      [ended, last] = [state.ended, state.last ?? undefined];
      resumed = true;
    },
  };
  return callback;
}
