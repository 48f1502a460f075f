/** A comparison as a page. */

import type { Series } from '../charts/base/series.js';
import { lineChart } from '../charts/line-chart.js';
import { escapeHtml, htmlPage, htmlTable } from '../html.js';
import { showCount, showDuration } from '../text.js';
import {
  type ComparedMetric,
  type Comparison,
  checkComparison,
  comparisonRows,
  countedRuns,
  type Figure,
  figureName,
  metricOf,
  notes,
  type RunFigures,
  type VariantFigures,
} from './comparison.js';
import { type Bounds, lateRange, rangeOf } from './range.js';
import { spread } from './statistics.js';

interface Chart {
  title: string;
  series: Series[];
  mark: 'min' | 'max';
  bounds: Bounds;
}

const loss = { name: 'loss', mark: 'min', bounds: { min: 0 } } as const;

function scoresOf(metric: ComparedMetric | undefined) {
  if (metric === undefined) return [loss];
  const bounds: Bounds = metric.name === 'accuracy' ? { min: 0, max: 1 } : {};
  return [{ name: metric.name, mark: metric.better, bounds }, loss];
}

/** One chart a figure, with a curve for each variant; of a single variant, training and test in one chart. */
function chartsOf(variants: readonly VariantFigures[], metric: ComparedMetric | undefined): Chart[] {
  const [single] = variants;
  const scores = scoresOf(metric);
  if (single && variants.length === 1) {
    return scores.map(({ name, mark, bounds }) => {
      const series = [
        { ...curve(single, figureName('train', name)), name: 'train' },
        { ...curve(single, figureName('validation', name)), name: 'test' },
      ];
      return { title: name, series, mark, bounds };
    });
  }
  return (['validation', 'train'] as const).flatMap((side) =>
    scores.map(({ name, mark, bounds }) => {
      const series = variants.map((variant) => curve(variant, figureName(side, name)));
      return { title: `${side === 'train' ? 'train' : 'test'} ${name}`, series, mark, bounds };
    }),
  );
}

/** Mean and deviation per epoch; repeats that stopped early count as long as they ran. */
function curve(variant: VariantFigures, figure: Figure): Series {
  const runs = countedRuns(variant);
  const length = Math.max(0, ...runs.map((run) => run.epochs.length));
  const points = Array.from({ length }, (_, i) => spread(runs.flatMap((run) => run.epochs[i]?.[figure] ?? [])));
  return { name: variant.name, values: points.map((p) => p.mean), deviation: points.map((p) => p.deviation) };
}

/** The page: table, curves with bands of one deviation, settings, and every run. It loads nothing and needs no script. */
export async function comparisonPage(comparison: Comparison): Promise<string> {
  checkComparison('comparisonPage', comparison);
  const { title, summary, settings, variants } = comparison;
  const repeats = Math.max(0, ...variants.map((v) => countedRuns(v).length));
  const remarks = notes(comparison);
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="lead">${escapeHtml(summary)}</p>`,
    ...(remarks.length > 0 ? [`<p class="note">${remarks.map(escapeHtml).join('<br>')}</p>`] : []),
    `<div class="card">${htmlTable(comparisonRows(comparison))}</div>`,
    `<p class="caption">Figures after the last epoch, measured in evaluation mode${repeats > 1 ? `; mean ± standard deviation over ${repeats} runs` : ''}.</p>`,
    ...(await curves(comparison, repeats)),
    '<h2>Settings</h2>',
    `<div class="card">${htmlTable({ columns: [{ title: 'setting' }, { title: 'value' }], rows: Object.entries(settings), wrap: true })}</div>`,
    '<h2>Models</h2>',
    ...variants.map((variant) => variantDetails(variant, metricOf(comparison))),
    '<footer>Made by Hone. The figures stand in figures.json beside this page.</footer>',
  ];
  return htmlPage(title, body.join('\n'));
}

/** The charts; where the first epochs would squeeze what comes after them, charts of that first, the whole behind a fold. */
async function curves(comparison: Comparison, repeats: number): Promise<string[]> {
  const drawn = await Promise.all(
    chartsOf(comparison.variants, metricOf(comparison)).map(async ({ title, series, mark, bounds }) => {
      const range = lateRange(series, bounds);
      const draw = (name: string, shown = rangeOf(series, bounds)) =>
        lineChart({
          title: name,
          xLabel: 'epoch',
          mark,
          series,
          yRange: [shown.min, shown.max],
          width: 500,
          height: 330,
          transparent: true,
        }).toSvg();
      const whole = await draw(title);
      return { whole, late: range ? await draw(`${title}, enlarged`, range) : whole, enlarged: range !== undefined };
    }),
  );
  const cards = (svgs: string[]) => `<div class="charts">${svgs.map((svg) => `<div class="card">${svg}</div>`).join('\n')}</div>`;
  const enlarged = drawn.filter((chart) => chart.enlarged);
  const explained = [
    ...(repeats > 1 ? ['Lines are means, bands one standard deviation.'] : []),
    "Large dots mark each curve's best epoch.",
    ...(enlarged.length > 0 ? ['Enlarged charts show the range of the later epochs; earlier ones may lie outside.'] : []),
  ];
  return [
    cards(drawn.map((chart) => chart.late)),
    `<p class="caption">${explained.join(' ')}</p>`,
    ...(enlarged.length > 0
      ? [`<details><summary>The whole curves, from the first epoch on</summary>${cards(enlarged.map((chart) => chart.whole))}</details>`]
      : []),
  ];
}

function variantDetails(variant: VariantFigures, metric: ComparedMetric | undefined): string {
  return `<div class="card model"><strong>${escapeHtml(variant.name)}</strong>: ${escapeHtml(variant.description)}
<details><summary>architecture, ${showCount(variant.parameters)} parameters</summary><pre>${escapeHtml(variant.architecture)}</pre></details>
${variant.runs.map((run) => runDetails(run, metric)).join('\n')}</div>`;
}

function runDetails(run: RunFigures, metric: ComparedMetric | undefined): string {
  const scores = ['loss', ...(metric ? [metric.name] : [])];
  const sides = (['train', 'validation'] as const).flatMap((side) => scores.map((score) => [side, score] as const));
  const titles = sides.map(([side, score]) => `${side === 'train' ? 'train' : 'test'} ${score}`);
  const table = htmlTable({
    columns: ['epoch', ...titles, 'learning rate', 'time'].map((title) => ({
      title,
      align: 'right' as const,
    })),
    rows: run.epochs.map((e, i) => [
      `${i + 1}${i + 1 === run.bestEpoch ? ' (best)' : ''}`,
      ...sides.map(([side, score]) => showFigure(e[figureName(side, score)])),
      String(Number(e.lr.toPrecision(4))),
      showDuration(e.seconds),
    ]),
  });
  const end = run.failed ?? (run.running ? 'still running' : run.interrupted ? 'stopped by hand' : `${run.epochs.length} epochs`);
  const weights = run.bestModel === undefined ? '' : `<p class="caption">Weights of the best epoch: ${escapeHtml(run.bestModel)}</p>`;
  return `<details><summary>seed ${escapeHtml(String(run.seed))}: ${escapeHtml(end)}${run.bestEpoch > 0 ? `, best epoch ${run.bestEpoch}` : ''}</summary>${table}${weights}</details>`;
}

function showFigure(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? value.toFixed(5) : '-';
}
