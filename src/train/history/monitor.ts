/** Which score is watched, and the best epoch by it. */

import { ArgumentError } from '../../errors.js';
import { atLeast, oneOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { defaultMonitor, type EpochRecord, hasScore, type Monitor, noScore, readMonitor } from './epoch-record.js';

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
export function checkMonitor({ monitor, mode, minDelta = 0 }: MonitorOptions, op: string): void {
  if (monitor !== undefined && !(typeof monitor === 'string' && /^(train|validation)\../.test(monitor)))
    throw new ArgumentError(
      `${op}: monitor is ${show(monitor)}, expected a score such as 'validation.loss' or 'train.accuracy'.${typeof monitor === 'string' ? ` Did you mean 'validation.${String(monitor).replace(/^(val_?|validation_?)/, '')}'?` : ''}`,
    );
  atLeast(op, 'minDelta', minDelta, 0);
  if (mode !== undefined) oneOf(op, 'mode', mode, ['min', 'max']);
}

/**
 * What those that choose a best epoch watch, as one: what is left open by one is taken from another.
 * @throws {ArgumentError} where two want different things: early stopping, the saved file and the restored model must mean one epoch.
 */
export function mergeMonitors(wanted: readonly (readonly [who: string, options: MonitorOptions])[]): MonitorOptions {
  const merged: Record<string, unknown> = {};
  const from: Record<string, string> = {};
  for (const [who, options] of wanted) {
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

/** Remembers the best value of a score. */
export class Improvement {
  best: { epoch: number; value: number; monitor: Monitor } | undefined;
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

  /** Whether this epoch is better than all before by more than minDelta; NaN never is. */
  see(record: EpochRecord): boolean {
    const { minDelta = 0, mode } = this.watched;
    const monitor = this.watched.monitor ?? defaultMonitor(record);
    const value = readMonitor(record, monitor, this.op);
    const max = (mode ?? betterOf(monitor)) === 'max';
    const before = this.best?.value ?? (max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    const better = max ? value > before + minDelta : value < before - minDelta;
    if (better) this.best = { epoch: record.epoch, value, monitor };
    return better;
  }

  /** Goes through the epochs of a training that is resumed; gives how many there were since the best. */
  replay(records: readonly EpochRecord[]): number {
    let since = 0;
    for (const record of records) {
      if (hasScore(record, this.watched.monitor ?? defaultMonitor(record))) since = this.see(record) ? 0 : since + 1;
    }
    return since;
  }
}

const defined = (options: MonitorOptions): MonitorOptions =>
  Object.fromEntries(
    ['monitor', 'mode', 'minDelta'].flatMap((n) => (options[n as 'mode'] === undefined ? [] : [[n, options[n as 'mode']]])),
  );
