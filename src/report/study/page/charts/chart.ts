/** The charts of a study's page by name, so that the page's script draws the same ones again. */

import { isNumber, scoreNames, unitsOf } from '../../units.js';
import { curveTitle, drawCurves } from './curves.js';
import { drawExtra, drawGap, drawSeeds } from './rows.js';
import { drawList, drawTime } from './scatter.js';
import type { PageStudy, View } from './view.js';

/** Names of the figures of other kinds, in the order in which they are met. */
export const extraNames = ({ figures }: PageStudy): string[] => [
  ...new Set(figures.variants.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.extra ?? {})))),
];

/** The curves there are: the compared score first, on validation data and on training data, and so on; the learning rate where it changes. */
export function curveNames({ figures }: PageStudy): string[] {
  const names = scoreNames(figures);
  const measured = (part: 'train' | 'validation', name: string) =>
    figures.variants.some(({ runs }) => runs.some(({ epochs }) => epochs.some((epoch) => isNumber(epoch[part]?.[name]))));
  const scores = names.flatMap((name, place) =>
    (['validation', 'train'] as const).filter((part) => measured(part, name)).map((part) => `${part}-${place}`),
  );
  const rates = new Set(figures.variants.flatMap(({ runs }) => runs.flatMap(({ epochs }) => epochs.map(({ lr }) => lr))));
  return rates.size > 1 ? [...scores, 'lr'] : scores;
}

/** What stands above a chart. */
export function chartTitle(study: PageStudy, view: View, chart: string, width: number): string {
  const [kind, name = ''] = split(chart);
  const { metric, variants } = study.figures;
  const { unit } = unitsOf(metric.name, variants);
  const unitText = unit === '' ? '' : `, ${unit}`;
  if (kind === 'curves') return curveTitle(study, view, name, width);
  if (kind === 'seeds') return `test ${metric.name}${unitText}: every repeat`;
  if (kind === 'time') return `test ${metric.name}${unitText}, against the time of a run`;
  if (kind === 'gap') return `${metric.name} on training and on test data, and the gap`;
  return extraNames(study)[Number(name)] ?? '';
}

const split = (chart: string): [string, string | undefined] => {
  const at = chart.indexOf(':');
  return at < 0 ? [chart, undefined] : [chart.slice(0, at), chart.slice(at + 1)];
};

/** Draws the chart of that name: `seeds`, `gap`, `time`, `extra:0`, `curves:validation-0`. */
export function drawChart(study: PageStudy, view: View, chart: string, width: number): string {
  const [kind, name = ''] = split(chart);
  if (kind === 'curves') return drawCurves(study, view, name, width);
  if (kind === 'seeds') return drawSeeds(study, view, width);
  if (kind === 'gap') return drawGap(study, view, width);
  if (kind === 'time') return drawTime(study, view, width);
  const extra = extraNames(study)[Number(name)];
  if (extra === undefined) return '';
  const list = study.figures.variants.some(({ runs }) => runs.some((run) => Array.isArray(run.extra?.[extra])));
  return list ? drawList(study, view, extra, width) : drawExtra(study, view, extra, width);
}
