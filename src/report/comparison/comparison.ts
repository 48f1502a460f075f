/** The comparison of several variants over several repeats, and its table for terminals. */

import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { type Column, showCount, textTable } from '../text.js';
import { type Spread, showSpread, spread } from './statistics.js';

/** What one epoch of one run measured. */
export interface EpochFigures {
  /** The mean loss of the training data. */
  trainLoss: number;
  /** The mean loss of the validation data. */
  validationLoss: number;
  /** Where accuracy was measured. */
  trainAccuracy?: number;
  /** The part of the validation data that was right. */
  validationAccuracy?: number;
  /** Another metric, under its name: `trainMae`, `validationMae`. */
  [metric: `train${string}` | `validation${string}`]: number | undefined;
  /** How long the epoch took. */
  seconds: number;
  /** The learning rate at its end. */
  lr: number;
}

/** What was measured beside the loss. */
export interface ComparedMetric {
  /** Its name, as in the figures. */
  name: string;
  /** Which of its values are better. */
  better: 'max' | 'min';
}

/** One repeat of one variant. */
export interface RunFigures {
  /** The seed of the run. */
  seed: number;
  /** Each epoch of the run. */
  epochs: EpochFigures[];
  /** The epoch (from 1) with the lowest validation loss; 0 where there is none. */
  bestEpoch: number;
  /** The file with that epoch's weights, where one was written. */
  bestModel?: string;
  /** The run was cut short by hand, or has not ended; means leave it out where there are whole ones. */
  interrupted?: boolean;
  /** The run had not ended when this was written. */
  running?: boolean;
  /** Why the run ended before its time, where it failed; means leave it out likewise. */
  failed?: string;
}

/** The figures of a variant. */
export interface VariantFigures {
  /** Its name. */
  name: string;
  /** One line: what it is. */
  description: string;
  /** How many parameters it has. */
  parameters: number;
  /** The model as it prints. */
  architecture: string;
  /** Its runs, one for each seed. */
  runs: RunFigures[];
}

/** The figures of a comparison. */
export interface Comparison {
  /** Its title. */
  title: string;
  /** Sentences about data and settings. */
  summary: string;
  /** Settings by name. */
  settings: Record<string, string>;
  /** Measured beside the loss; null for nothing. Default: accuracy. */
  metric?: ComparedMetric | null;
  /** What was compared. */
  variants: VariantFigures[];
  /** One sentence, where not all runs are done: the comparison was ended by hand, or goes on. */
  stopped?: string;
}

/** What an epoch is judged by. */
export type Figure = `train${string}` | `validation${string}`;

/** What was measured beside the loss, undefined for nothing. */
export function metricOf({ metric }: Comparison): ComparedMetric | undefined {
  return metric === undefined ? { name: 'accuracy', better: 'max' } : (metric ?? undefined);
}

/** Under which name the figures of an epoch have a score: `trainLoss`, `validationAccuracy`. */
export function figureName(side: 'train' | 'validation', score: string): Figure {
  return `${side}${score.slice(0, 1).toUpperCase()}${score.slice(1)}`;
}

/** The runs that means are taken over: the whole ones, or where there are none, all that measured anything. */
export function countedRuns(variant: VariantFigures): RunFigures[] {
  const whole = variant.runs.filter((run) => !run.interrupted && run.failed === undefined);
  return whole.length > 0 ? whole : variant.runs.filter((run) => run.epochs.length > 0);
}

function checkVariant(op: string, variant: unknown): void {
  const { runs } = (variant ?? {}) as Partial<VariantFigures>;
  if (!Array.isArray(runs) || !runs.every((run) => Array.isArray(run?.epochs)))
    throw new ArgumentError(`${op}: the variant is ${show(variant)}, expected one of a comparison: comparison.variants[0].`);
}

/** Throws unless it is what compare() gives. @throws {ArgumentError} that says what it is. */
export function checkComparison(op: string, comparison: unknown): void {
  const { variants } = (comparison ?? {}) as Partial<Comparison>;
  if (!Array.isArray(variants))
    throw new ArgumentError(
      `${op}: the comparison is ${show(comparison)}, expected what compare() gives.${comparison instanceof Promise ? ' Await it.' : ''}`,
    );
  for (const variant of variants) checkVariant(op, variant);
}

/** The figure after the last epoch, over the repeats. */
export function finalSpread(variant: VariantFigures, figure: Figure): Spread {
  checkVariant('finalSpread', variant);
  return spread(countedRuns(variant).flatMap((run) => run.epochs.at(-1)?.[figure] ?? []));
}

/** What a reader must know beside the figures: that the comparison was stopped, and which runs are not whole. */
export function notes(comparison: Comparison): string[] {
  const incomplete = comparison.variants.flatMap((variant) => {
    const counted = countedRuns(variant);
    return variant.runs.flatMap((run) => {
      const cut = run.running ? 'running when this was written, done with' : 'stopped by hand after';
      const what = run.failed ?? (run.interrupted ? `${cut} epoch ${run.epochs.length}` : undefined);
      return what === undefined
        ? []
        : [`${variant.name}, seed ${run.seed}: ${what}${counted.length === 0 || counted.includes(run) ? '' : '; not in the means'}.`];
    });
  });
  return [...(comparison.stopped === undefined ? [] : [comparison.stopped]), ...incomplete];
}

/** The best epochs of the repeats: `10`, or `8–10`. */
function bestEpochs(variant: VariantFigures): string {
  const best = countedRuns(variant).flatMap((run) => (run.bestEpoch > 0 ? [run.bestEpoch] : []));
  if (best.length === 0) return '-';
  const [first, last] = [Math.min(...best), Math.max(...best)];
  return first === last ? String(first) : `${first}–${last}`;
}

function secondsPerEpoch(variant: VariantFigures): string {
  const { mean } = spread(variant.runs.flatMap((run) => run.epochs.map((e) => e.seconds)));
  return Number.isFinite(mean) ? mean.toFixed(mean < 10 ? 2 : 1) : '-';
}

const right = (title: string): Column => ({ title, align: 'right' });

/** The table with one row a variant, as cells. */
export function comparisonRows(comparison: Comparison): { columns: Column[]; rows: string[][] } {
  const scores = scoresOf(comparison);
  const columns = (['train', 'test'] as const).flatMap((side) => scores.map((score) => `${side} ${score}`));
  return {
    columns: [{ title: 'model' }, ...['parameters', ...columns, 's/epoch', 'best epoch'].map(right)],
    rows: comparison.variants.map((variant) => [
      variant.name,
      showCount(variant.parameters),
      ...(['train', 'validation'] as const).flatMap((side) =>
        scores.map((score) => showSpread(finalSpread(variant, figureName(side, score)))),
      ),
      secondsPerEpoch(variant),
      bestEpochs(variant),
    ]),
  };
}

/** The loss, and the metric where there is one. */
function scoresOf(comparison: Comparison): string[] {
  const metric = metricOf(comparison);
  return ['loss', ...(metric ? [metric.name] : [])];
}

/** The same with two rows a variant, train above test, which takes a third less room. */
function narrowRows(comparison: Comparison): { columns: Column[]; rows: string[][] } {
  const scores = scoresOf(comparison);
  const figures = (variant: VariantFigures, side: 'train' | 'validation') =>
    scores.map((score) => showSpread(finalSpread(variant, figureName(side, score))));
  return {
    columns: [{ title: 'model' }, right('parameters'), { title: '' }, ...[...scores, 's/epoch', 'best'].map(right)],
    rows: comparison.variants.flatMap((variant) => [
      [variant.name, showCount(variant.parameters), 'train', ...figures(variant, 'train'), '', ''],
      ['', '', 'test', ...figures(variant, 'validation'), secondsPerEpoch(variant), bestEpochs(variant)],
    ]),
  };
}

/**
 * The table: figures after the last epoch as mean ± deviation over the repeats.
 * @param columns the room there is; train and test stand below each other where they do not fit beside each other. Default: 100.
 */
export function comparisonTable(comparison: Comparison, columns = 100): string {
  checkComparison('comparisonTable', comparison);
  const wide = comparisonRows(comparison);
  const table = textTable(wide.columns, wide.rows);
  if (table.split('\n').every((line) => line.length <= columns)) return table;
  const narrow = narrowRows(comparison);
  return textTable(narrow.columns, narrow.rows);
}
