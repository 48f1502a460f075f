/** The comparison of several variants over several repeats, and its table for terminals. */
import { type Spread, showSpread, spread } from './statistics.js';
import { type Column, showCount, textTable } from './text.js';

/** What one epoch of one run measured. */
export interface EpochFigures {
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
  seconds: number;
  lr: number;
}

/** One repeat of one variant. */
export interface RunFigures {
  seed: number;
  epochs: EpochFigures[];
  /** The epoch (from 1) with the lowest validation loss; 0 where there is none. */
  bestEpoch: number;
  /** The file with that epoch's weights, where one was written. */
  bestModel?: string;
  /** The run was cut short by hand; means leave it out where there are whole ones. */
  interrupted?: boolean;
  /** Why the run ended before its time, where it failed; means leave it out likewise. */
  failed?: string;
}

export interface VariantFigures {
  name: string;
  /** One line: what it is. */
  description: string;
  parameters: number;
  /** The model as it prints. */
  architecture: string;
  runs: RunFigures[];
}

export interface Comparison {
  title: string;
  /** Sentences about data and settings. */
  summary: string;
  /** Settings by name. */
  settings: Record<string, string>;
  variants: VariantFigures[];
  /** One sentence, where the comparison was ended by hand before all runs were done. */
  stopped?: string;
}

/** What an epoch is judged by. */
export type Figure = 'trainLoss' | 'trainAccuracy' | 'validationLoss' | 'validationAccuracy';

/** The runs that means are taken over: the whole ones, or where there are none, all that measured anything. */
export function countedRuns(variant: VariantFigures): RunFigures[] {
  const whole = variant.runs.filter((run) => !run.interrupted && run.failed === undefined);
  return whole.length > 0 ? whole : variant.runs.filter((run) => run.epochs.length > 0);
}

/** The figure after the last epoch, over the repeats. */
export function finalSpread(variant: VariantFigures, figure: Figure): Spread {
  return spread(countedRuns(variant).flatMap((run) => run.epochs.at(-1)?.[figure] ?? []));
}

/** What a reader must know beside the figures: that the comparison was stopped, and which runs are not whole. */
export function notes(comparison: Comparison): string[] {
  const incomplete = comparison.variants.flatMap((variant) => {
    const counted = countedRuns(variant);
    return variant.runs.flatMap((run) => {
      const what = run.failed ?? (run.interrupted ? `stopped by hand after epoch ${run.epochs.length}` : undefined);
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
  return {
    columns: [
      { title: 'model' },
      ...['parameters', 'train loss', 'train accuracy', 'test loss', 'test accuracy', 's/epoch', 'best epoch'].map(right),
    ],
    rows: comparison.variants.map((variant) => [
      variant.name,
      showCount(variant.parameters),
      showSpread(finalSpread(variant, 'trainLoss')),
      showSpread(finalSpread(variant, 'trainAccuracy')),
      showSpread(finalSpread(variant, 'validationLoss')),
      showSpread(finalSpread(variant, 'validationAccuracy')),
      secondsPerEpoch(variant),
      bestEpochs(variant),
    ]),
  };
}

/** The same with two rows a variant, train above test, which takes a third less room. */
function narrowRows(comparison: Comparison): { columns: Column[]; rows: string[][] } {
  return {
    columns: [{ title: 'model' }, right('parameters'), { title: '' }, ...['loss', 'accuracy', 's/epoch', 'best'].map(right)],
    rows: comparison.variants.flatMap((variant) => [
      [
        variant.name,
        showCount(variant.parameters),
        'train',
        showSpread(finalSpread(variant, 'trainLoss')),
        showSpread(finalSpread(variant, 'trainAccuracy')),
        '',
        '',
      ],
      [
        '',
        '',
        'test',
        showSpread(finalSpread(variant, 'validationLoss')),
        showSpread(finalSpread(variant, 'validationAccuracy')),
        secondsPerEpoch(variant),
        bestEpochs(variant),
      ],
    ]),
  };
}

/**
 * The table: figures after the last epoch as mean ± deviation over the repeats.
 * @param columns the room there is; train and test stand below each other where they do not fit beside each other. Default: 100.
 */
export function comparisonTable(comparison: Comparison, columns = 100): string {
  const wide = comparisonRows(comparison);
  const table = textTable(wide.columns, wide.rows);
  if (table.split('\n').every((line) => line.length <= columns)) return table;
  const narrow = narrowRows(comparison);
  return textTable(narrow.columns, narrow.rows);
}
