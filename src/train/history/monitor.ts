/** Which score is watched, and the best epoch by it. */

import { ArgumentError } from '../../errors.js';
import { atLeast, oneOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { defaultMonitor, type EpochRecord, hasScore, type Monitor, noScore, readMonitor } from './epoch-record.js';
import type { HistoryMoment } from './history.js';

/** Which score is watched, and what counts as better. */
export interface MonitorOptions {
  /** The score. Default: `validation.loss`, or `train.loss` where there is no validation. */
  monitor?: Monitor;
  /** Whether lower or higher is better. Default: `max` for scores whose name says so (accuracy, f1, auc, …), else `min`. */
  mode?: 'min' | 'max';
  /** By how much a score must be better to count. Default: 0. */
  minDelta?: number;
}

const HIGHER_IS_BETTER =
  /(accuracy|acc|auc|auroc|f1|fbeta|precision|recall|specificity|r2|iou|jaccard|dice|score|kappa|mcc|matthews|bleu|rouge|ndcg|psnr|ssim|top\d+)$/i;

/** Whether higher or lower values of a score are better, by its name. */
export function betterOf(score: string): 'max' | 'min' {
  return HIGHER_IS_BETTER.test(score) ? 'max' : 'min';
}

/** Throws before an epoch is spent where a score is watched that will not be measured. @throws {ArgumentError} that lists those that will. */
export function checkWatched(
  op: string,
  monitors: readonly (Monitor | undefined)[],
  metrics: readonly string[],
  validation: boolean,
): void {
  const sides = validation ? ['train', 'validation'] : ['train'];
  const known = sides.flatMap((side) => ['loss', ...metrics].map((name) => `${side}.${name}`));
  for (const monitor of monitors) if (monitor !== undefined && !known.includes(monitor)) throw noScore(op, monitor, known);
}

/** @throws {ArgumentError} for an invalid score, mode or delta. */
function checkMonitor({ monitor, mode, minDelta = 0 }: MonitorOptions, op: string): void {
  if (monitor !== undefined && !(typeof monitor === 'string' && /^(train|validation)\../.test(monitor)))
    throw new ArgumentError(
      `${op}: monitor is ${show(monitor)}, expected a score such as 'validation.loss' or 'train.accuracy'.${typeof monitor === 'string' ? ` Did you mean 'validation.${String(monitor).replace(/^(val_?|validation_?)/, '')}'?` : ''}`,
    );
  atLeast(op, 'minDelta', minDelta, 0);
  if (mode !== undefined) oneOf(op, 'mode', mode, ['min', 'max']);
}

/** What a callback watches, and who it is. */
export interface Watch {
  readonly who: string;
  readonly options: MonitorOptions;
  /** Whether it keeps the best epoch; early stopping without `restoreBest` only ends the training. */
  readonly keeps: boolean;
}

/**
 * What the best epoch of a training is chosen by: what those that keep it watch, as one, and else what the first early stopping watches. What
 * is left open by one is taken from another that watches the same score.
 * @throws {ArgumentError} where two want different things: the saved file and the restored model must mean one epoch.
 */
export function mergeMonitors(watches: readonly Watch[]): MonitorOptions {
  const keepers = watches.filter(({ keeps }) => keeps);
  const named = [...keepers, ...watches].find(({ options }) => options.monitor !== undefined);
  const monitor = named?.options.monitor;
  // An early stopping of another score goes by its own.
  const wanted = watches.filter(({ keeps, options }) => keeps || options.monitor === undefined || options.monitor === monitor);
  const merged: Record<string, unknown> = {};
  const from: Record<string, string> = {};
  for (const { who, options } of wanted) {
    for (const name of ['monitor', 'mode', 'minDelta'] as const) {
      const value = options[name];
      if (value === undefined) continue;
      if (name in merged && merged[name] !== value)
        throw new ArgumentError(
          `fit: ${from[name]} watches ${name} ${show(merged[name])}, but ${who} watches ${show(value)}; a training has one best epoch. Give both the same, or leave it out in one. For a second file of another score add callbacks: [modelCheckpoint(path, { monitor })].`,
        );
      merged[name] = value;
      from[name] ??= who;
    }
  }
  return merged;
}

/** The best value of a score, and whose it is. */
export interface Found {
  epoch: number;
  /** Steps of that epoch, where it was measured within. */
  step?: number;
  value: number;
  monitor: Monitor;
}

/** A score that is watched, and whether more of it is better. */
export interface Reading {
  readonly monitor: Monitor;
  readonly value: number;
  readonly max: boolean;
}

/** Remembers the best value of a score. */
export class Improvement {
  best: Found | undefined;
  private watched: MonitorOptions;

  constructor(
    private readonly options: MonitorOptions,
    private readonly op: string,
  ) {
    checkMonitor(options, op);
    this.watched = options;
  }

  /** Forgets everything. @param watched what the training watches: it stands where this has no wishes of its own. */
  reset(watched: MonitorOptions = {}): void {
    this.best = undefined;
    this.watched = this.options.monitor === undefined ? { ...watched, ...defined(this.options) } : this.options;
  }

  /** Watches, from where {@link best} was, what {@link reset} would. */
  watch(watched: MonitorOptions = {}): void {
    const { best } = this;
    this.reset(watched);
    this.best = best;
  }

  /** The score that is watched of a record; undefined where the record does not have it. */
  read(record: EpochRecord): Reading | undefined {
    const monitor = this.watched.monitor ?? defaultMonitor(record);
    if (!hasScore(record, monitor)) return undefined;
    return this.reading(monitor, readMonitor(record, monitor, this.op));
  }

  /** A score of a value, with whether more of it is better. */
  reading(monitor: Monitor, value: number): Reading {
    return { monitor, value, max: (this.watched.mode ?? betterOf(monitor)) === 'max' };
  }

  /** Whether `value` is better than `before` by more than minDelta; NaN never is. */
  isBetter({ value, max }: Reading, before: number | undefined): boolean {
    const { minDelta = 0 } = this.watched;
    const than = before ?? (max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    return max ? value > than + minDelta : value < than - minDelta;
  }

  /** Whether this epoch is better than all before; one without the score is not. */
  see(record: EpochRecord): boolean {
    const reading = this.read(record);
    if (!reading || !this.isBetter(reading, this.best?.value)) return false;
    this.best = { epoch: record.epoch, value: reading.value, monitor: reading.monitor, ...(record.within && { step: record.steps }) };
    return true;
  }

  /** Goes through the epochs of a training that is resumed. */
  replay(moments: readonly HistoryMoment[] = []): void {
    for (const { record } of moments) this.see(record);
  }
}

const defined = (options: MonitorOptions): MonitorOptions =>
  Object.fromEntries(
    ['monitor', 'mode', 'minDelta'].flatMap((n) => (options[n as 'mode'] === undefined ? [] : [[n, options[n as 'mode']]])),
  );
