/** The learning rates that a schedule will set, without training. */
import { ArgumentError } from '../../../errors.js';
import { Parameter } from '../../../nn/module/state/parameter.js';
import type { AnyOptimizer } from '../../../optim/lr-scheduler/checks.js';
import { ReduceLROnPlateau } from '../../../optim/lr-scheduler/reduce-lr-on-plateau.js';
import { LRScheduler } from '../../../optim/lr-scheduler/scheduler.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { zeros } from '../../../tensor/create/create.js';

/** A schedule, or how it is made for an optimizer. */
export type Schedule = LRScheduler | ((optimizer: SGD) => LRScheduler);

/** What the walk needs to know. */
export interface Walk {
  /** How many rates; null for as many as the schedule has steps, or 100. */
  readonly count: number | null;
  /** The rate of the optimizer that a function is given. */
  readonly lr: number;
  /** What a ReduceLROnPlateau is told after each step; undefined for none. */
  readonly metric?: (step: number) => number;
}

/** The rates of one schedule. */
export interface Rates {
  readonly name: string;
  /** The first place: how far the schedule was already. */
  readonly from: number;
  /** One list for each group of parameters. */
  readonly groups: number[][];
}

const DEFAULT_COUNT = 100;

/** Where a schedule stands: that of what it is made of, where it has no count of its own. */
function placeOf(scheduler: LRScheduler): number {
  const { lastEpoch } = scheduler;
  if (lastEpoch >= 0) return lastEpoch;
  const [first] = partsOf(scheduler);
  return first === undefined ? 0 : Math.max(0, placeOf(first));
}

/** What a composed schedule is made of. */
const partsOf = (scheduler: LRScheduler): readonly LRScheduler[] =>
  (scheduler as Partial<{ schedulers: readonly LRScheduler[] }>).schedulers ?? [];

/** A copy of plain data; the optimizer and whatever is not plain data stay what they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, copy(v)]));
  return value;
}

/** Sets an object's own fields to what they were. */
function restore(target: object, fields: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(target)) if (!Object.hasOwn(fields, key)) Reflect.deleteProperty(target, key);
  for (const [key, value] of Object.entries(fields)) Reflect.set(target, key, value);
}

/** Everything that steps of the schedule change; the function sets it back. */
function remember(scheduler: LRScheduler): () => void {
  const optimizer: AnyOptimizer = scheduler.optimizer;
  const all: LRScheduler[] = [];
  const collect = (one: LRScheduler): void => {
    all.push(one);
    for (const part of partsOf(one)) collect(part);
  };
  collect(scheduler);
  const fields = all.map((one) => ({ one, was: copy({ ...one }) as Record<string, unknown> }));
  const groups = optimizer.paramGroups.map((group) => ({
    group,
    was: Object.fromEntries(Object.entries(group).map(([k, v]) => [k, k === 'params' ? v : copy(v)])),
  }));
  const { hasStepped } = optimizer;
  return () => {
    for (const { one, was } of fields) restore(one, was);
    for (const { group, was } of groups) restore(group, was);
    optimizer.hasStepped = hasStepped;
  };
}

/** The rates from where the schedule stands on. Schedule and optimizer are afterwards what they were. */
export function lrRates(op: string, schedule: unknown, { count, lr, metric }: Walk): Rates {
  if (!(schedule instanceof LRScheduler) && typeof schedule !== 'function')
    throw new ArgumentError(
      `${op}: the schedule is ${show(schedule)}, expected a scheduler, or a function that makes one: (optimizer) => new StepLR(optimizer, 30).`,
    );
  const scheduler: unknown =
    schedule instanceof LRScheduler
      ? schedule
      : (schedule as (optimizer: SGD) => unknown)(new SGD([new Parameter(zeros([1]))], { lr, momentum: 0.9 }));
  if (!(scheduler instanceof LRScheduler)) throw new ArgumentError(`${op}: the function gave ${show(scheduler)}, expected a scheduler.`);
  const plateau = scheduler instanceof ReduceLROnPlateau;
  if (plateau && metric === undefined)
    throw new ArgumentError(
      `${op}: what a ReduceLROnPlateau does depends on the scores of the training. Give them: metrics: [0.9, 0.7, 0.7].`,
    );
  const steps = count ?? (scheduler as Partial<{ totalSteps: number }>).totalSteps ?? DEFAULT_COUNT;
  const { optimizer } = scheduler;
  const now = () => optimizer.paramGroups.map((group) => group.lr as number);
  const setBack = remember(scheduler);
  const rows: number[][] = [];
  const from = placeOf(scheduler);
  try {
    // As if the optimizer had stepped: else the schedule warns.
    optimizer.hasStepped = true;
    for (let i = 0; i < steps; i++) {
      rows.push(now());
      if (i === steps - 1) break;
      if (plateau) scheduler.step(metric!(i));
      else scheduler.step();
    }
  } finally {
    setBack();
  }
  const groups = Array.from({ length: optimizer.paramGroups.length }, (_, g) => rows.map((row) => row[g]!));
  return { name: classNameOf(scheduler), from, groups };
}
