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
  /** Training steps in this epoch. */
  readonly steps: number;
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
}

/** The score at a path of a record. @throws {ArgumentError} when it was not measured. */
export function readMonitor(record: EpochRecord, monitor: Monitor, op: string): number {
  const dot = monitor.indexOf('.');
  const [side, name] = [monitor.slice(0, dot), monitor.slice(dot + 1)];
  const scores = side === 'train' || side === 'validation' ? record[side] : undefined;
  if (scores === undefined || !Object.hasOwn(scores, name)) {
    const known = (['train', 'validation'] as const).flatMap((s) => Object.keys(record[s] ?? {}).map((n) => `${s}.${n}`));
    throw noScore(op, monitor, known);
  }
  return scores[name]!;
}

/** The error of a score that is not measured. */
export function noScore(op: string, monitor: string, known: readonly string[]): ArgumentError {
  return new ArgumentError(`${op}: there is no score "${monitor}"; there are ${known.join(', ')}. Pass metrics, or validation, to fit.`);
}

/** Whether a record has the score at a path. */
export function hasScore(record: EpochRecord, monitor: Monitor): boolean {
  const [side, name] = [monitor.slice(0, monitor.indexOf('.')), monitor.slice(monitor.indexOf('.') + 1)];
  return Object.hasOwn(record[side as 'train'] ?? {}, name);
}

/** The score that is watched where none was named. */
export function defaultMonitor(record: EpochRecord): Monitor {
  return record.validation ? 'validation.loss' : 'train.loss';
}
