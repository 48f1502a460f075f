/** How fit knows which scores its callbacks watch. */
import { ArgumentError } from '../../errors.js';
import { required } from '../../tensor/arguments/arguments.js';
import type { MonitorOptions } from '../history/monitor.js';
import type { Callback } from './callback.js';

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
  readonly [GUARDS]: NanGuardSettings;
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
export function guardOf(callbacks: readonly Callback[]): NanGuardSettings | undefined {
  const [guard, ...others] = callbacks.flatMap((callback) => (callback as Partial<GuardingCallback>)[GUARDS] ?? []);
  if (others.length > 0) throw new ArgumentError('fit: there are two nanGuard among the callbacks. Leave one.');
  return guard;
}

/** What is read of {@link MonitorOptions}, none of which has a default. */
export const MONITOR: Required<MonitorOptions> = { monitor: required, mode: required, minDelta: required };
