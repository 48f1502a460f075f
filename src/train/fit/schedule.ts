/** When a scheduler steps, and plans that make no sense. */

import { ArgumentError } from '../../errors.js';
import { OneCycleLR } from '../../optim/lr-scheduler/cycle/one-cycle-lr.js';
import { ReduceLROnPlateau } from '../../optim/lr-scheduler/reduce-lr-on-plateau.js';
import { LRScheduler } from '../../optim/lr-scheduler/scheduler.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { TrainingRun } from '../callbacks/callback.js';
import { defaultMonitor, type EpochRecord, hasScore, type Monitor, readMonitor } from '../history/epoch-record.js';
import type { OptimizerLike, SchedulerLike } from '../types.js';

/** A scheduler, and when it steps. */
export interface SchedulerPlan {
  /** What changes the learning rates. */
  scheduler: SchedulerLike;
  /** Default: `epoch`, after the epoch's evaluation. */
  every?: 'epoch' | 'step';
  /** The score that `step` is given, where it takes one. Default: for ReduceLROnPlateau `validation.loss`, or `train.loss` without validation. */
  monitor?: Monitor;
}

/** A plan that would never step, or hand a score to a schedule that takes it for an epoch, is refused before training starts. */
export function checkedPlan(given: unknown, optimizer: OptimizerLike): SchedulerPlan {
  const defaults = { scheduler: required, every: 'epoch', monitor: required } as unknown as Required<SchedulerPlan>;
  const isPlan = typeof given === 'object' && given !== null && 'scheduler' in given;
  const plan = isPlan ? readOptions('fit: scheduler', defaults, given) : { ...defaults, scheduler: given as SchedulerLike };
  const { scheduler, every } = plan;
  const monitor = plan.monitor as Monitor | undefined;
  const name = nameOf(scheduler);
  if (typeof scheduler?.step !== 'function')
    throw new ArgumentError(`fit: scheduler is ${show(scheduler)}, expected an object with step(), as those of optim.lrScheduler.`);
  oneOf('fit', 'every', every, ['epoch', 'step']);
  const watches = scheduler instanceof ReduceLROnPlateau;
  if (every === 'step' && (watches || monitor !== undefined))
    throw new ArgumentError(
      `fit: ${name} steps after each step, where there is no score of the epoch to give it. Leave out every or monitor.`,
    );
  if (monitor !== undefined && scheduler instanceof LRScheduler && !watches)
    throw new ArgumentError(`fit: ${name} follows the epochs and takes no score. Leave out monitor, or use ReduceLROnPlateau.`);
  checkOwner(scheduler, name, optimizer);
  return { scheduler, every, ...(monitor !== undefined && { monitor }) };
}

function nameOf(scheduler: unknown): string {
  return scheduler instanceof LRScheduler || scheduler instanceof ReduceLROnPlateau ? classNameOf(scheduler) : 'the scheduler';
}

/** A scheduler of another optimizer would silently change nothing here. */
function checkOwner(scheduler: SchedulerLike, name: string, optimizer: OptimizerLike): void {
  const owner = (scheduler as { optimizer?: Partial<OptimizerLike> }).optimizer;
  if (owner === undefined || owner === null || owner === optimizer || !Array.isArray(owner.paramGroups)) return;
  const groups = new Set<unknown>(optimizer.paramGroups);
  if (owner.paramGroups.some((group) => groups.has(group))) return;
  throw new ArgumentError(
    `fit: ${name} belongs to another optimizer, so it would change nothing here. Make it of the one that fit is given: new optim.lrScheduler.${name === 'the scheduler' ? 'StepLR' : name}(optimizer, …).`,
  );
}

/** Steps of the optimizer in an epoch, where they are known and as many in each that is to come. @param groupSize batches to a step, by epoch. */
export function updatesPerEpoch(
  { steps, epoch, epochs }: Pick<TrainingRun, 'steps' | 'epoch' | 'epochs'>,
  groupSize: (epoch: number) => number,
): number | undefined {
  const sizes = new Set(Array.from({ length: epochs - epoch }, (_, i) => groupSize(epoch + 1 + i)));
  const [size] = sizes;
  return steps === undefined || sizes.size > 1 ? undefined : Math.ceil(steps / size!);
}

/**
 * Steps a schedule, with the score of the epoch where it takes one; where it was not measured, nothing happens.
 * @param record of the epoch; undefined after a step.
 * @param byDefault what ReduceLROnPlateau watches, where it is not the score that records have by default.
 */
export function stepSchedule({ scheduler, monitor }: SchedulerPlan, record: EpochRecord | undefined, byDefault: Monitor | undefined): void {
  const watches = record !== undefined && scheduler instanceof ReduceLROnPlateau;
  const wanted = monitor ?? (watches ? (byDefault ?? defaultMonitor(record)) : undefined);
  if (wanted === undefined || record === undefined) scheduler.step();
  else if (hasScore(record, wanted)) scheduler.step(readMonitor(record, wanted, 'fit'));
}

/** The option of a schedule that says how long it is, where it has one. */
const HORIZONS = ['totalSteps', 'tMax', 'totalIters'] as const;

/**
 * Holds the length of a schedule against the training: one that counts steps and goes on once an epoch never gets anywhere, one that counts
 * epochs and goes on every step is over at once.
 * @param steps in an epoch, where that is known.
 * @throws {ArgumentError} for a one-cycle schedule; others only get a warning, since they may be intended.
 */
export function checkHorizon({ scheduler, every = 'epoch' }: SchedulerPlan, epochs: number, steps: number | undefined): void {
  const option = HORIZONS.find((one) => typeof (scheduler as unknown as Record<string, unknown>)[one] === 'number');
  if (option === undefined || steps === undefined || steps < 2) return;
  const total = (scheduler as unknown as Record<string, number>)[option]!;
  const done = (scheduler as { lastEpoch?: number }).lastEpoch ?? 0;
  const name = nameOf(scheduler);
  const cycle = scheduler instanceof OneCycleLR;
  const where = `${name} has ${option} ${total}, in a training of ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${steps} steps`;
  if (every === 'epoch') {
    const countsSteps = total >= done + epochs * steps || (total % steps === 0 && total > done + 2 * epochs);
    if (!countsSteps) {
      if (cycle && total < done + epochs)
        throw new ArgumentError(`fit: ${where}: it would be over after epoch ${total - done}. Make ${option} ${done + epochs}.`);
      return;
    }
    const cure = `Let it step after each step, scheduler: { scheduler, every: 'step' }, or make ${option} the number of epochs, ${epochs}.`;
    if (cycle && (steps >= 5 || total === done + epochs * steps))
      throw new ArgumentError(
        `fit: ${where}, where it steps once an epoch: ${option} counts steps, and it would end near its start. ${cure}`,
      );
    warnOnce(`fit: ${where}, where it steps once an epoch: ${option} seems to count steps. ${cure}`);
    return;
  }
  const needed = done + epochs * steps;
  if (cycle && total < needed)
    throw new ArgumentError(
      `fit: ${where}, where it steps after each step, ${epochs * steps} times: it would be over in epoch ${Math.ceil(Math.max(0, total - done) / steps) || 1}. Make ${option} ${needed}${total === epochs ? ", or let it step once an epoch, every: 'epoch'" : ''}.`,
    );
  // A warm-up of as many steps as there are epochs is fine; half a cosine is a mistake.
  if (option === 'tMax' && total === epochs)
    warnOnce(
      `fit: ${where}, where it steps after each step: ${option} seems to count epochs. Make it ${needed}, or leave out every: 'step'.`,
    );
}
