/** What fit knows of its callbacks beside their hooks: which scores they watch, and which stand around its schedule. */
import { ArgumentError } from '../../errors.js';
import { required } from '../../tensor/arguments/arguments.js';
import type { BatchStep } from '../batch/batch-step.js';
import type { BackwardAgain, NonFiniteOrigin } from '../batch/trace-non-finite.js';
import type { NonFiniteError } from '../guards/non-finite.js';
import type { Monitor } from '../history/epoch-record.js';
import { checkWatched, type MonitorOptions, mergeMonitors, type Watch } from '../history/monitor.js';
import type { Callback, TrainingRun } from './callback.js';

/** @internal What a callback follows; fit sees to it that those which keep the best epoch mean the same. */
export const WATCHES = Symbol('watches');

/** @internal The scores that a callback reads for itself, which fit must measure. */
export const READS = Symbol('reads');

/** @internal A callback that reads a score. */
export interface ReadingCallback extends Callback {
  readonly [READS]: readonly MonitorOptions['monitor'][];
}

/** @internal A callback that follows a score, and may keep the best epoch. */
export interface WatchingCallback extends Callback {
  readonly [WATCHES]: Watch;
}

/**
 * The score that chooses the best epoch, as the callbacks say.
 * @param byDefault where none names one. @param scheduled what the schedule follows.
 * @throws {ArgumentError} for scores that nobody measures, and for callbacks that disagree.
 */
export function watchedBy(
  callbacks: readonly Callback[],
  { metrics, validation }: Pick<TrainingRun, 'metrics' | 'validation'>,
  byDefault: Monitor | undefined,
  scheduled: Monitor | undefined,
): MonitorOptions {
  const watches = callbacks.flatMap((callback) => (callback as Partial<WatchingCallback>)[WATCHES] ?? []);
  const reads = callbacks.flatMap((callback) => (callback as Partial<ReadingCallback>)[READS] ?? []);
  const watched = { ...(byDefault && { monitor: byDefault }), ...mergeMonitors(watches) };
  const names = metrics.map(({ name }) => name);
  const wanted = [watched.monitor, ...watches.map(({ options: { monitor } }) => monitor), scheduled, ...reads];
  checkWatched('fit', wanted, names, validation !== undefined);
  return watched;
}

/**
 * @internal Says that a callback which ended a training decides that anew at the start of one that is resumed, by what it is given then: more
 * patience, more time. One that does not say so has decided for good.
 */
export const DECIDES = Symbol('decides');

/** @internal A callback that may let a training go on that it has ended. */
export interface DecidingCallback extends Callback {
  readonly [DECIDES]: true;
}

/** @internal How many batches make a step of the optimizer, by epoch. */
export const ACCUMULATES = Symbol('accumulates');

/** @internal A callback that lets batches wait for each other. */
export interface AccumulatingCallback extends Callback {
  readonly [ACCUMULATES]: (epoch: number) => number;
}

/** @internal What is done about NaN and infinity. */
export const GUARDS = Symbol('guards');

/** @internal A callback that asks for the search for NaN. */
export interface GuardingCallback extends Callback {
  readonly [GUARDS]: <B>(step: BatchStep<B>, nonFinite: 'error' | 'ignore') => StepGuard<B>;
}

/** What stands by each step of a training. It comes with the callback, so that programs without one do not carry it. */
export interface StepGuard<B> {
  remember(): void;
  passed(): void;
  refuse(batch: B, backward: BackwardAgain | undefined, errorOf: (origin: NonFiniteOrigin) => NonFiniteError): void;
}

/** What {@link nanGuard} asks for, and how many batches were left out in a row. */
export interface NanGuardSettings {
  readonly action: 'stop' | 'skip';
  readonly limit: number;
  skipped: number;
}

/** How many batches make a step of the optimizer, by epoch. @throws {ArgumentError} where two callbacks say it. */
export function accumulationOf(callbacks: readonly Callback[]): (epoch: number) => number {
  const [size, ...others] = callbacks.flatMap((callback) => (callback as Partial<AccumulatingCallback>)[ACCUMULATES] ?? []);
  if (others.length > 0) throw new ArgumentError('fit: there are two accumulateGradients among the callbacks. Leave one.');
  return size ?? (() => 1);
}

/** What is done about NaN beyond fit's own checks. @throws {ArgumentError} where two callbacks say it. */
export function guardOf(callbacks: readonly Callback[]): GuardingCallback[typeof GUARDS] | undefined {
  const [guard, ...others] = callbacks.flatMap((callback) => (callback as Partial<GuardingCallback>)[GUARDS] ?? []);
  if (others.length > 0) throw new ArgumentError('fit: there are two nanGuard among the callbacks. Leave one.');
  return guard;
}

/** @internal What a callback does to model, optimizer and schedule before all others are told of the start, and before a checkpoint's state is loaded. */
export const PREPARES = Symbol('prepares');

/** @internal A callback that changes parts of the training. */
export interface PreparingCallback extends Callback {
  [PREPARES](run: TrainingRun): void;
}

/** @internal What a callback puts around each step of the schedule; it may leave the step out. */
export const SCHEDULES = Symbol('schedules');

/** @internal A callback that has a say in the schedule. */
export interface SchedulingCallback extends Callback {
  [SCHEDULES](run: TrainingRun, step: () => void): void;
}

/** @internal What puts other weights into the model for evaluations within an epoch, where there are some, and takes them out again. */
export const SWAPS = Symbol('swaps');

/** @internal A callback that has other weights to be measured. */
export interface SwappingCallback extends Callback {
  readonly [SWAPS]: { enter(run: TrainingRun): void; leave(run: TrainingRun): void };
}

/** What is read of {@link MonitorOptions}, none of which has a default. */
export const MONITOR: Required<MonitorOptions> = { monitor: required, mode: required, minDelta: required };

const restored = new WeakSet<TrainingRun>();

/** @internal Notes that the model has the state of its best epoch at the end of a training, which no average replaces. */
export function noteRestored(run: TrainingRun): void {
  restored.add(run);
}

/** @internal Whether it has. */
export function wasRestored(run: TrainingRun): boolean {
  return restored.has(run);
}

const claims = new WeakMap<TrainingRun, Map<string, string>>();

/** @internal For what only one callback of a training may do. @throws {ArgumentError} for a second one. */
export function claim(run: TrainingRun, what: string, name: string, advice: string): void {
  const taken = claims.get(run) ?? new Map<string, string>();
  claims.set(run, taken);
  const other = taken.get(what);
  if (other !== undefined) throw new ArgumentError(`${name}: this training has ${other} as well, and both ${what}. ${advice}`);
  taken.set(what, name);
}
