/** The curves of a training: scores, learning rate, time, and what callbacks noted. */

import type { Series } from '../charts/base/series.js';
import { lineChart } from '../charts/line-chart.js';
import { higherIsBetter, type RunHistory, scoreNames } from './history.js';
import { lateRange, rangeOf } from './range.js';

interface Curves {
  readonly title: string;
  readonly series: Series[];
  readonly mark?: 'min' | 'max';
  readonly bounds?: { min?: number; max?: number };
}

/** Scores that are shares. */
const SHARE = /(accuracy|acc|auc|auroc|f1|precision|recall|top\d+)$/i;

/** What Hone's own callbacks note, in words. */
const LOGGED: Readonly<Record<string, string>> = { gradientNorm: 'norm of gradients', weightNorm: 'norm of weights' };

function curvesOf(history: RunHistory): Curves[] {
  const { epochs } = history;
  const side = (name: 'train' | 'validation', score: string): Series[] =>
    epochs.some((epoch) => epoch[name]?.[score] !== undefined)
      ? [{ name, values: epochs.map((epoch) => epoch[name]?.[score] ?? Number.NaN) }]
      : [];
  const scores = scoreNames(history).map(
    (score): Curves => ({
      title: score,
      series: [...side('train', score), ...side('validation', score)],
      mark: higherIsBetter(score) ? 'max' : 'min',
      bounds: SHARE.test(score) ? { min: 0, max: 1 } : score === 'loss' ? { min: 0 } : {},
    }),
  );
  const groups = Math.max(0, ...epochs.map(({ lr }) => lr.length));
  const rates = Array.from(
    { length: groups },
    (_, g): Series => ({
      name: groups === 1 ? 'learning rate' : `group ${g}`,
      values: epochs.map(({ lr }) => lr[g] ?? Number.NaN),
    }),
  );
  const logged = [...new Set(epochs.flatMap((epoch) => Object.keys(epoch.logged ?? {})))].map(
    (name): Curves => ({
      title: LOGGED[name] ?? name,
      series: [{ name, values: epochs.map((epoch) => epoch.logged?.[name] ?? Number.NaN) }],
    }),
  );
  const time: Curves = {
    title: 'seconds an epoch',
    series: [{ name: 'seconds', values: epochs.map(({ seconds }) => seconds) }],
    bounds: { min: 0 },
  };
  // A negative loss (a likelihood, say) has no floor at 0.
  const floors = scores.map((curves) =>
    curves.title === 'loss' && curves.series.some(({ values }) => values.some((value) => value < 0)) ? { ...curves, bounds: {} } : curves,
  );
  return [...floors, { title: 'learning rate', series: rates, bounds: { min: 0 } }, ...logged, time];
}

/** The charts as cards; where the first epochs would squeeze what comes after them, the rest enlarged. */
export async function runCharts(history: RunHistory): Promise<string> {
  if (history.epochs.length === 0) return '';
  const drawn: string[] = [];
  for (const { title, series, mark, bounds = {} } of curvesOf(history)) {
    const late = mark === undefined ? undefined : lateRange(series, bounds);
    const range = late ?? rangeOf(series, bounds);
    const svg = await lineChart({
      title: late === undefined ? title : `${title}, enlarged`,
      xLabel: 'epoch',
      series,
      yRange: [range.min, range.max],
      ...(mark && { mark }),
      width: 500,
      height: 330,
      theme: 'auto',
      transparent: true,
    }).toSvg();
    drawn.push(`<div class="card">${svg}</div>`);
  }
  const enlarged = drawn.some((svg) => svg.includes(', enlarged'));
  const caption = enlarged
    ? '<p class="caption">Enlarged charts show the range of the later epochs; earlier ones may lie outside.</p>'
    : '';
  return `<h2>Curves</h2>\n<div class="charts">${drawn.join('\n')}</div>${caption}`;
}
