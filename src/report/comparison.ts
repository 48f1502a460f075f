/** The comparison of several variants over several repeats: as a table for terminals and as a page. */
import { lineChart, type Series } from './charts.js';
import { escapeHtml, htmlPage, htmlTable } from './html.js';
import { showSpread, type Spread, spread } from './statistics.js';
import { type Column, showCount, showDuration, textTable } from './text.js';

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
  /** The epoch (from 1) with the lowest validation loss. */
  bestEpoch: number;
  /** The file with that epoch's weights, where one was written. */
  bestModel?: string;
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
}

type Metric = 'trainLoss' | 'trainAccuracy' | 'validationLoss' | 'validationAccuracy';

/** The figure after the last epoch, over the repeats. */
export function finalSpread(variant: VariantFigures, metric: Metric): Spread {
  return spread(variant.runs.flatMap((run) => run.epochs.at(-1)?.[metric] ?? []));
}

const columns: Column[] = [
  { title: 'model' },
  { title: 'parameters', align: 'right' },
  { title: 'train loss', align: 'right' },
  { title: 'train accuracy', align: 'right' },
  { title: 'test loss', align: 'right' },
  { title: 'test accuracy', align: 'right' },
  { title: 's/epoch', align: 'right' },
  { title: 'best epoch', align: 'right' },
];

function rows(comparison: Comparison): string[][] {
  return comparison.variants.map((variant) => [
    variant.name,
    showCount(variant.parameters),
    showSpread(finalSpread(variant, 'trainLoss')),
    showSpread(finalSpread(variant, 'trainAccuracy')),
    showSpread(finalSpread(variant, 'validationLoss')),
    showSpread(finalSpread(variant, 'validationAccuracy')),
    spread(variant.runs.flatMap((run) => run.epochs.map((e) => e.seconds))).mean.toFixed(2),
    variant.runs.map((run) => run.bestEpoch).join(', '),
  ]);
}

/** The table: one row a variant, figures after the last epoch as mean ± deviation over the repeats. */
export function comparisonTable(comparison: Comparison): string {
  return textTable(columns, rows(comparison));
}

/** Mean and deviation per epoch; repeats that stopped early count as long as they ran. */
function curve(variant: VariantFigures, metric: Metric): Series {
  const length = Math.max(0, ...variant.runs.map((run) => run.epochs.length));
  const points = Array.from({ length }, (_, i) => spread(variant.runs.flatMap((run) => run.epochs[i]?.[metric] ?? [])));
  return { name: variant.name, values: points.map((p) => p.mean), deviation: points.map((p) => p.deviation) };
}

/** The page: settings, table, curves with bands of one deviation, and every run. */
export async function comparisonPage(comparison: Comparison): Promise<string> {
  const chart = (title: string, metric: Metric, mark: 'min' | 'max') =>
    lineChart({ title, xName: 'epoch', mark, series: comparison.variants.map((v) => curve(v, metric)) });
  const charts = await Promise.all([
    chart('test accuracy', 'validationAccuracy', 'max'),
    chart('test loss', 'validationLoss', 'min'),
    chart('train accuracy', 'trainAccuracy', 'max'),
    chart('train loss', 'trainLoss', 'min'),
  ]);
  const repeats = Math.max(0, ...comparison.variants.map((v) => v.runs.length));
  const body = [
    `<h1>${escapeHtml(comparison.title)}</h1>`,
    `<p class="lead">${escapeHtml(comparison.summary)}</p>`,
    `<div class="card">${htmlTable({ columns, rows: rows(comparison) })}</div>`,
    `<p class="lead">Figures after the last epoch, mean ± standard deviation over ${repeats} ${repeats === 1 ? 'run' : 'runs'}, measured in evaluation mode. Bands in the curves are one deviation; dots mark each curve's best epoch.</p>`,
    `<div class="charts">${charts.map((svg) => `<div class="card">${svg}</div>`).join('\n')}</div>`,
    '<h2>Settings</h2>',
    `<div class="card">${htmlTable({ columns: [{ title: 'setting' }, { title: 'value' }], rows: Object.entries(comparison.settings) })}</div>`,
    '<h2>Models</h2>',
    ...comparison.variants.map(variantDetails),
    '<footer>Made by Hone. The figures stand in study.json beside this page.</footer>',
  ];
  return htmlPage(comparison.title, body.join('\n'));
}

function variantDetails(variant: VariantFigures): string {
  const runs = variant.runs.map((run) => {
    const table = htmlTable({
      columns: ['epoch', 'train loss', 'train accuracy', 'test loss', 'test accuracy', 'learning rate', 'time'].map((title) => ({ title, align: 'right' as const })),
      rows: run.epochs.map((e, i) => [
        `${i + 1}${i + 1 === run.bestEpoch ? ' (best)' : ''}`,
        e.trainLoss.toFixed(5),
        e.trainAccuracy.toFixed(5),
        e.validationLoss.toFixed(5),
        e.validationAccuracy.toFixed(5),
        String(Number(e.lr.toPrecision(4))),
        showDuration(e.seconds),
      ]),
    });
    return `<details><summary>seed ${run.seed}: best epoch ${run.bestEpoch}</summary>${table}</details>`;
  });
  return `<div class="card" style="margin-bottom:16px"><strong>${escapeHtml(variant.name)}</strong>: ${escapeHtml(variant.description)}
<details><summary>architecture, ${showCount(variant.parameters)} parameters</summary><pre>${escapeHtml(variant.architecture)}</pre></details>
${runs.join('\n')}</div>`;
}
