/** What one epoch gave, and its scores by path. */
import { ArgumentError } from '../../errors.js';

/** The loss and every metric, by name. */
export type Scores = {
  /** The mean loss. */
  readonly loss: number;
} & Readonly<Record<string, number>>;

/** A score in an {@link EpochRecord}, by path: `validation.loss`, `train.accuracy`. */
export type Monitor = `train.${string}` | `validation.${string}`;

/** One epoch's results. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Training steps in this epoch; of an evaluation within it, those until then. */
  readonly steps: number;
  /** True of an evaluation within the epoch, before its end. */
  readonly within?: true;
  /** The whole epoch, with its evaluations. */
  readonly seconds: number;
  /** Samples per second of the training steps. */
  readonly samplesPerSecond: number;
  /** The learning rate of each parameter group during the epoch's last step. */
  readonly lr: readonly number[];
  /** Loss and metrics of the training data. */
  readonly train: Scores;
  /** Where validation data was given. */
  readonly validation?: Scores;
  /** What callbacks noted by `run.log`, where they did. */
  readonly logged?: Readonly<Record<string, number>>;
}

/** The score at a path of a record. @throws {ArgumentError} when it was not measured. */
export function readMonitor(record: EpochRecord, monitor: Monitor | `logged.${string}`, op: string): number {
  if (!hasScore(record, monitor)) {
    const known = SIDES.flatMap((s) => Object.keys(record[s] ?? {}).map((n) => `${s}.${n}`));
    throw noScore(op, monitor, known);
  }
  const [side, name] = partsOf(monitor);
  return record[side]![name]!;
}

/** The error of a score that is not measured. */
export function noScore(op: string, monitor: string, known: readonly string[]): ArgumentError {
  const [, side, name] = /^(?:(val|valid|validation|train)[_./])?(.*)$/.exec(monitor)!;
  const meant = `${side === undefined || side === 'train' ? 'train' : 'validation'}.${name}`;
  const advice = known.includes(meant) ? `Did you mean '${meant}'?` : 'Pass metrics, or validation, to fit.';
  return new ArgumentError(`${op}: there is no score "${monitor}"; there are ${known.join(', ')}. ${advice}`);
}

/** Whether a record has the score at a path. */
export function hasScore(record: EpochRecord, monitor: string): boolean {
  const [side, name] = partsOf(monitor);
  return SIDES.includes(side) && Object.hasOwn(record[side] ?? {}, name);
}

const SIDES = ['train', 'validation', 'logged'] as const;

function partsOf(monitor: string): [side: (typeof SIDES)[number], name: string] {
  const dot = monitor.indexOf('.');
  return [monitor.slice(0, dot) as 'train', monitor.slice(dot + 1)];
}

/** The score that is watched where none was named. */
export function defaultMonitor(record: EpochRecord): Monitor {
  return record.validation ? 'validation.loss' : 'train.loss';
}
