/** Schedules of learning rates by name, with what a training knows filled in. */
import { ArgumentError, HoneError } from '../../errors.js';
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from '../../optim/lr-scheduler/cycle/cosine-annealing-lr.js';
import { CyclicLR } from '../../optim/lr-scheduler/cycle/cyclic-lr.js';
import { OneCycleLR } from '../../optim/lr-scheduler/cycle/one-cycle-lr.js';
import { ExponentialLR } from '../../optim/lr-scheduler/decay/exponential-lr.js';
import { ConstantLR, LinearLR, PolynomialLR } from '../../optim/lr-scheduler/decay/linear-lr.js';
import { MultiStepLR, StepLR } from '../../optim/lr-scheduler/decay/step-lr.js';
import { ReduceLROnPlateau } from '../../optim/lr-scheduler/reduce-lr-on-plateau.js';
import type { Optimizer } from '../../optim/optimizer/optimizer.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import type { SchedulerPlan } from '../../train/fit/schedule.js';

/** What schedules may depend on. */
interface Horizon {
  readonly lr: number;
  readonly epochs: number;
  /** In an epoch. */
  readonly steps: number;
}

interface Schedule {
  readonly make: new (optimizer: never, options: never) => { step(metric?: number): void };
  readonly every: 'epoch' | 'step';
  /** The options that are not given. */
  readonly defaults: (horizon: Horizon) => Readonly<Record<string, unknown>>;
}

const third = (epochs: number) => Math.max(1, Math.ceil(epochs / 3));
const half = ({ epochs }: Horizon) => [...new Set([0.5, 0.75].map((share) => Math.max(1, Math.round(epochs * share))))];

const schedules: Readonly<Record<string, Schedule>> = {
  StepLR: { make: StepLR, every: 'epoch', defaults: ({ epochs }) => ({ stepSize: third(epochs) }) },
  MultiStepLR: { make: MultiStepLR, every: 'epoch', defaults: (horizon) => ({ milestones: half(horizon) }) },
  ExponentialLR: { make: ExponentialLR, every: 'epoch', defaults: () => ({ gamma: 0.95 }) },
  ConstantLR: { make: ConstantLR, every: 'epoch', defaults: () => ({}) },
  LinearLR: { make: LinearLR, every: 'epoch', defaults: ({ epochs }) => ({ startFactor: 1, endFactor: 0.01, totalIters: epochs }) },
  PolynomialLR: { make: PolynomialLR, every: 'epoch', defaults: ({ epochs }) => ({ totalIters: epochs }) },
  CosineAnnealingLR: { make: CosineAnnealingLR, every: 'epoch', defaults: ({ epochs }) => ({ tMax: epochs }) },
  CosineAnnealingWarmRestarts: {
    make: CosineAnnealingWarmRestarts,
    every: 'epoch',
    defaults: ({ epochs }) => ({ t0: third(epochs) }),
  },
  CyclicLR: {
    make: CyclicLR,
    every: 'step',
    defaults: ({ lr, steps }) => ({ baseLr: lr / 10, maxLr: lr, stepSizeUp: Math.max(1, 2 * steps), cycleMomentum: false }),
  },
  OneCycleLR: { make: OneCycleLR, every: 'step', defaults: ({ lr, epochs, steps }) => ({ maxLr: lr, totalSteps: epochs * steps }) },
  ReduceLROnPlateau: { make: ReduceLROnPlateau, every: 'epoch', defaults: () => ({ patience: 3 }) },
};

const ALIASES: Readonly<Record<string, string>> = {
  step: 'StepLR',
  cosine: 'CosineAnnealingLR',
  onecycle: 'OneCycleLR',
  '1cycle': 'OneCycleLR',
  cyclic: 'CyclicLR',
  plateau: 'ReduceLROnPlateau',
  exponential: 'ExponentialLR',
  linear: 'LinearLR',
  polynomial: 'PolynomialLR',
  restarts: 'CosineAnnealingWarmRestarts',
};

/** The names that `--scheduler` takes. */
export const schedulerNames: readonly string[] = [...Object.keys(ALIASES), ...Object.keys(schedules)];

/** A schedule by name, with the options that were given. */
export interface SchedulerSettings {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The name of a schedule's class. @throws {ArgumentError} for one that there is not. */
export function schedulerName(given: string): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, '');
  const wanted = plain(given);
  const known = Object.keys(schedules);
  const found = ALIASES[wanted] ?? known.find((name) => plain(name) === wanted || plain(name) === `${wanted}lr`);
  if (found !== undefined) return found;
  const meant = meantName(given, schedulerNames);
  throw new ArgumentError(
    `--scheduler ${given}: there is no such scheduler; there are ${schedulerNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

/** @throws {ArgumentError} for an option that the schedule does not know, or that makes no sense. */
export function buildScheduler(optimizer: Optimizer, { name, options }: SchedulerSettings, horizon: Horizon): SchedulerPlan {
  const schedule = schedules[name]!;
  const { every = schedule.every, ...own } = options;
  if (every !== 'epoch' && every !== 'step')
    throw new ArgumentError(`--scheduler ${name}: every is ${JSON.stringify(every)}, expected "epoch" or "step".`);
  // What steps after each batch, though its kind counts epochs, is as long as the training has batches; and the other way round.
  const { epochs, steps } = horizon;
  const counted = every === schedule.every ? horizon : every === 'step' ? { ...horizon, epochs: epochs * steps } : { ...horizon, steps: 1 };
  try {
    const scheduler = new schedule.make(optimizer as never, { ...schedule.defaults(counted), ...own } as never);
    return { scheduler, every };
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    throw new ArgumentError(`--scheduler ${error.message}`, { cause: error });
  }
}

/** `CosineAnnealingLR, tMax 20`. */
export function schedulerText({ name, options }: SchedulerSettings): string {
  return [name, ...Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(', ');
}
