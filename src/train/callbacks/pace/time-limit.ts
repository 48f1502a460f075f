/** timeLimit: ends a training when its time is over. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { atLeast } from '../../../tensor/arguments/checks.js';
import type { Callback } from '../callback.js';
import { DECIDES, type DecidingCallback } from '../watching.js';

/** The options of {@link timeLimit}, which are added up. */
export interface TimeLimitOptions {
  /** Seconds. */
  seconds?: number;
  /** Minutes. */
  minutes?: number;
  /** Hours. */
  hours?: number;
  /** Days. */
  days?: number;
}

const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };

/**
 * Ends the training after the running step once it has taken so long; an epoch whose last step is done is still evaluated. Of a training that is
 * resumed from its checkpoint, the time before counts as well.
 * @throws {ArgumentError} unless the time is above 0.
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 2, callbacks: [timeLimit({ hours: 11, minutes: 30 })] });
 */
export function timeLimit(options: TimeLimitOptions): Callback {
  const op = 'timeLimit';
  const defaults = { days: required, hours: required, minutes: required, seconds: required } as unknown as Required<TimeLimitOptions>;
  const given = Object.entries(readOptions(op, defaults, options ?? {})).filter(([, value]) => value !== undefined);
  const limit = given.reduce((sum, [unit, value]) => sum + SECONDS[unit as 'hours'] * atLeast(op, unit, value, 0), 0);
  if (!(limit > 0))
    throw new ArgumentError(
      `${op}: the time is ${given.length === 0 ? 'missing' : limit}, expected more than 0. Write ${op}({ hours: 2 }).`,
    );
  const words = given.map(([unit, value]) => `${value} ${value === 1 ? unit.slice(0, -1) : unit}`).join(' ');
  let before = 0;
  let resumed = false;
  let start = performance.now();
  const spent = () => before + (performance.now() - start) / 1000;
  const callback: DecidingCallback = {
    name: op,
    [DECIDES]: true,
    onTrainStart(run) {
      start = performance.now();
      if (!resumed) before = 0;
      else if (spent() >= limit) run.stop(`the time limit of ${words} is reached`);
      resumed = false;
    },
    onStep({ phase }, run) {
      if (phase === 'train' && run.step !== run.steps && spent() >= limit) run.stop(`the time limit of ${words} is reached`);
    },
    onEpochEnd(_, run) {
      if (spent() >= limit && run.epoch < run.epochs) run.stop(`the time limit of ${words} is reached`);
    },
    stateDict: () => ({ seconds: spent() }),
    loadStateDict(state: { seconds: number }) {
      before = state.seconds;
      start = performance.now();
      resumed = true;
    },
  };
  return callback;
}
