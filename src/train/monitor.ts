/** Watching one score of the epochs' records. */
import { ArgumentError } from '../errors.js';
import type { EpochRecord, Monitor } from './types.js';

export interface MonitorOptions {
  /** The score. Default: `validation.loss`, or `train.loss` where there is no validation. */
  monitor?: Monitor;
  /** Whether lower or higher is better. Default: `max` for scores whose name says so (accuracy, f1, auc, …), else `min`. */
  mode?: 'min' | 'max';
  /** By how much a score must be better to count. Default: 0. */
  minDelta?: number;
}

const HIGHER_IS_BETTER = /(accuracy|acc|auc|f1|precision|recall|r2|iou|dice|score)$/i;

/** The score at a path of a record. @throws {ArgumentError} when it was not measured. */
export function readMonitor(record: EpochRecord, monitor: Monitor, op: string): number {
  const dot = monitor.indexOf('.');
  const [side, name] = [monitor.slice(0, dot), monitor.slice(dot + 1)];
  const scores = side === 'train' || side === 'validation' ? record[side] : undefined;
  if (scores === undefined || !Object.hasOwn(scores, name)) {
    const known = (['train', 'validation'] as const).flatMap((s) => Object.keys(record[s] ?? {}).map((n) => `${s}.${n}`));
    throw new ArgumentError(`${op}: there is no score "${monitor}"; there are ${known.join(', ')}. Pass metrics, or validation, to fit.`);
  }
  return scores[name]!;
}

/** The score that is watched where none was named. */
export function defaultMonitor(record: EpochRecord): Monitor {
  return record.validation ? 'validation.loss' : 'train.loss';
}

/** Remembers the best value of a score. */
export class Improvement {
  best: { epoch: number; value: number; monitor: Monitor } | undefined;
  private readonly minDelta: number;

  constructor(
    private readonly options: MonitorOptions,
    private readonly op: string,
  ) {
    this.minDelta = options.minDelta ?? 0;
    if (!(this.minDelta >= 0)) throw new ArgumentError(`${op}: minDelta is ${this.minDelta}, expected a number of 0 or more.`);
    if (options.mode !== undefined && options.mode !== 'min' && options.mode !== 'max')
      throw new ArgumentError(`${op}: mode is "${String(options.mode)}", expected min or max.`);
  }

  /** Forgets everything. */
  reset(): void {
    this.best = undefined;
  }

  /** Whether this epoch is better than all before by more than minDelta; NaN never is. */
  see(record: EpochRecord): boolean {
    const monitor = this.options.monitor ?? defaultMonitor(record);
    const value = readMonitor(record, monitor, this.op);
    const max = (this.options.mode ?? (HIGHER_IS_BETTER.test(monitor) ? 'max' : 'min')) === 'max';
    const before = this.best?.value ?? (max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    const better = max ? value > before + this.minDelta : value < before - this.minDelta;
    if (better) this.best = { epoch: record.epoch, value, monitor };
    return better;
  }
}
