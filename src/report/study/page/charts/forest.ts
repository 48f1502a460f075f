/** The forest plot, which is a column of a table: each difference with its intervals, on one axis that has zero in it. */
import { type Axis, endsOf, exactAxis } from '../../../charts/base/axis.js';
import { finite, isNumber, OUTCOMES, showDifference, type Units } from '../../units.js';
import type { ComparisonVerdict, Interval } from '../../verdict.js';
import { at, type Frame, label, xOf } from './plot.js';

const WIDTH = 236;
const frame: Frame = { width: WIDTH, height: 36, left: 14, right: 14, top: 0, bottom: 0 };

/** One axis for all comparisons. Single differences that are far out are not on it. */
export function forestAxis(comparisons: readonly ComparisonVerdict[], units: Units): Axis {
  const intervals = comparisons.flatMap(({ mean, bootstrap, t }) => [mean, ...(bootstrap ?? []), ...(t ?? [])]);
  const all = intervals.some((v) => isNumber(v) && v !== 0) ? intervals : [-0.01, 0.01];
  const endsAround = (values: readonly number[]) => endsOf([0, ...values.map((v) => finite(v) * units.factor)], 'linear') ?? [-1, 1];
  const inner = endsAround(all);
  const outer = endsAround([...all, ...comparisons.flatMap(({ differences }) => differences)]);
  const [low, high] = outer[1] - outer[0] <= 1.8 * (inner[1] - inner[0]) ? outer : inner;
  const room = 0.06 * (high - low);
  return exactAxis([low - room, high + room], 'linear', 4);
}

/** The axis above the rows, and which side is better. */
export function forestHead(axis: Axis, better: 'max' | 'min'): string {
  const zero = xOf(frame, axis, 0);
  const signs = axis.ticks.map(({ value, text }) =>
    label(value > 0 ? `+${text}` : text.replace('-', '−'), xOf(frame, axis, value), 10, 'middle'),
  );
  const [left, right] = better === 'max' ? ['worse', 'better'] : ['better', 'worse'];
  const sides = `${zero > 50 ? label(`← ${left}`, zero - 7, 27, 'end', ' class="soft"') : ''}${zero < WIDTH - 50 ? label(`${right} →`, zero + 7, 27, 'start', ' class="soft"') : ''}`;
  return `<svg class="forest" viewBox="0 0 ${WIDTH} 36" width="${WIDTH}" height="36" aria-hidden="true">${signs.join('')}${sides}<path class="zero" d="M${at(zero)} 18V36"/></svg>`;
}

/** A row: thin the t interval, thick the bootstrap's, small dots the differences of single seeds. */
export function forestRow(axis: Axis, units: Units, c: ComparisonVerdict | undefined): string {
  const x = (value: number) => Math.min(Math.max(xOf(frame, axis, value * units.factor), 3), WIDTH - 3);
  const zero = `<path class="zero" d="M${at(x(0))} 0V36"/>`;
  const whole = (body: string, what: string) =>
    `<svg class="forest" viewBox="0 0 ${WIDTH} 36" width="${WIDTH}" height="36" ${what === '' ? 'aria-hidden="true"' : `role="img" aria-label="${what}"`}>${zero}${body}</svg>`;
  if (c === undefined || !isNumber(c.mean)) return whole('', '');
  const line = (interval: Interval | undefined, cls: string) =>
    interval && isNumber(interval[0]) && isNumber(interval[1])
      ? `<path class="${cls}" d="M${at(x(interval[0]))} 18H${at(x(interval[1]))}"/>`
      : '';
  const seeds = c.differences
    .filter(isNumber)
    .map((d, i) => `<circle class="seed" cx="${at(x(d))}" cy="${at(18 + [-8, 8, -11, 11][i % 4]!)}" r="1.8"/>`);
  const m = x(c.mean);
  const outcome = c.outcome in OUTCOMES ? c.outcome : 'undecided';
  const body = `<g class="o-${outcome}">${seeds.join('')}${line(c.t, 'thin')}${line(c.bootstrap, 'thick')}<path class="diamond" d="M${at(m - 6)} 18L${at(m)} 12L${at(m + 6)} 18L${at(m)} 24Z"/></g>`;
  return whole(body, `difference ${showDifference(units, c.mean)}`);
}
