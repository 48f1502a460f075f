/** Curves. */
import { ArgumentError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertNumber, countOf, oneOf } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { plural } from '../text.js';
import type { Chart } from './base/chart.js';
import type { Point } from './base/downsample.js';
import type { Layer, LegendEntry, Plot } from './base/plot.js';
import { chartOf, colourOf, PLOT, type PlotOptions, readPlot } from './base/plot-options.js';
import { type Numbers, numbersOf } from './base/series.js';
import { DASHES, dashAt } from './base/theme.js';

/** One curve of a {@link lineChart}. NaN leaves a gap, as infinities do. */
export interface LineSeries {
  /** Its name in the legend. Default: none. */
  name?: string;
  /** Its values, one for each place along the axis. */
  values: Numbers;
  /** The places. Default: those of the chart. */
  x?: Numbers;
  /** How far values spread, drawn as a band around the curve. */
  deviation?: Numbers;
  /** The lower ends of a band, beside `high`. */
  low?: Numbers;
  /** The upper ends of a band, beside `low`. */
  high?: Numbers;
  /** Any colour of CSS, or a place in the palette, from 0. Default: the next of the palette. */
  color?: string | number;
  /** Default: 'solid'; from the ninth curve on 'dashed', then 'dotted'. */
  dash?: 'solid' | 'dashed' | 'dotted';
  /** Whether a value holds until the next, as stairs. Default: false. */
  step?: boolean;
  /** Dots at the values. Default: for up to 40 of them. */
  markers?: boolean;
}

/** The options of {@link lineChart}. */
export interface LineChartOptions extends PlotOptions {
  /** The curves; or give `y`. */
  series?: readonly LineSeries[];
  /** One curve as its values, or several by name: `{ train: […], validation: […] }`. */
  y?: Numbers | Readonly<Record<string, Numbers>>;
  /** Places along the horizontal axis, for all curves that have none of their own. Default: counted from `from`. */
  x?: Numbers;
  /** Where counting begins: 1 for epochs that are done, 0 as matplotlib counts. Default: 1. */
  from?: number;
  /** Mark the lowest or highest point of each curve. */
  mark?: 'min' | 'max';
  /** The former name of `yRange`. */
  range?: { readonly min: number; readonly max: number };
  /** The former name of `xLabel`. */
  xName?: string;
}

const LINE_CHART = {
  ...PLOT,
  series: undefined as LineChartOptions['series'],
  y: undefined as LineChartOptions['y'],
  x: undefined as LineChartOptions['x'],
  from: 1,
  mark: undefined as LineChartOptions['mark'],
  range: undefined as LineChartOptions['range'],
  xName: '',
};

const SERIES = {
  name: '',
  values: undefined as unknown,
  x: undefined as unknown,
  deviation: undefined as unknown,
  low: undefined as unknown,
  high: undefined as unknown,
  color: undefined as unknown,
  dash: undefined as unknown,
  step: false,
  markers: undefined as boolean | undefined,
};

/** Curves with at most so many points show them. */
const FEW = 40;

/** The curves that the options give, in one form. */
function given(op: string, { series, y }: typeof LINE_CHART): LineSeries[] {
  if (series !== undefined && y !== undefined) throw new ArgumentError(`${op}: both series and y are given. Leave one of them out.`);
  if (y !== undefined) {
    if (isOptions(y) && !(y instanceof Tensor))
      return Object.entries(y as Record<string, Numbers>).map(([name, values]) => ({ name, values }));
    return [{ values: y as Numbers }];
  }
  if (series === undefined)
    throw new ArgumentError(`${op}: there is nothing to draw. Give y: [1, 2], or series: [{ name, values: [1, 2] }].`);
  const fits = (one: unknown) => isOptions(one) && (one as Partial<LineSeries>).values !== undefined;
  if (!Array.isArray(series) || !series.every(fits))
    throw new ArgumentError(`${op}: series is ${show(series)}, expected a list of curves: [{ name, values: [1, 2] }].`);
  return [...series];
}

interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly band?: readonly [lower: readonly Point[], upper: readonly Point[]];
  readonly layer: Omit<Layer, 'points'>;
}

function sameLength(op: string, name: string, length: number, expected: number, what = 'values'): void {
  if (length !== expected)
    throw new ArgumentError(`${op}: ${name} has ${length} numbers for ${expected} ${what}. Give the same number of each.`);
}

function readCurve(
  op: string,
  place: number,
  one: LineSeries,
  x: readonly number[] | undefined,
  from: number,
  mark: LineChartOptions['mark'],
): Curve {
  const at = (name: string) => `series[${place}].${name}`;
  const read = readOptions(`${op}: series[${place}]`, SERIES, one);
  const values = numbersOf(op, at('values'), read.values);
  const places = read.x === undefined ? x : numbersOf(op, at('x'), read.x);
  if (places !== undefined)
    sameLength(op, read.x === undefined ? 'x' : at('x'), places.length, values.length, `values of series[${place}]`);
  const xOf = (i: number) => places?.[i] ?? from + i;
  const points = (of: readonly number[]): Point[] => of.map((v, i) => [xOf(i), Number.isFinite(v) ? v : Number.NaN]);
  let band: Curve['band'];
  if ((read.low === undefined) !== (read.high === undefined))
    throw new ArgumentError(`${op}: series[${place}] has only one of low and high. Give both, or deviation.`);
  const deviation = read.deviation === undefined ? undefined : numbersOf(op, at('deviation'), read.deviation);
  if (read.low !== undefined || deviation?.some((d) => d > 0)) {
    const low = read.low === undefined ? values.map((v, i) => v - deviation![i]!) : numbersOf(op, at('low'), read.low);
    const high = read.high === undefined ? values.map((v, i) => v + deviation![i]!) : numbersOf(op, at('high'), read.high);
    sameLength(op, at(read.low === undefined ? 'deviation' : 'low'), deviation?.length ?? low.length, values.length);
    sameLength(op, at('high'), high.length, values.length);
    const whole = (i: number) => Number.isFinite(low[i]) && Number.isFinite(high[i]);
    band = [points(low.map((v, i) => (whole(i) ? v : Number.NaN))), points(high.map((v, i) => (whole(i) ? v : Number.NaN)))];
  }
  const dash = read.dash === undefined ? dashAt(place) : oneOf(op, at('dash'), read.dash, DASHES);
  const curve = points(values);
  const finite = curve.flatMap(([, v], i) => (Number.isNaN(v) ? [] : [i]));
  const better = mark === 'min' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b;
  const best = finite.reduce((found, i) => (found < 0 || better(curve[i]![1], curve[found]![1]) ? i : found), -1);
  return {
    name: read.name,
    points: curve,
    band,
    layer: {
      kind: 'line',
      colour: typeof read.color === 'number' ? countOf(op, at('color'), read.color) : (colourOf(op, at('color'), read.color) ?? place),
      dash,
      step: read.step,
      markers: read.markers ?? values.length <= FEW,
      marked: mark === undefined || best < 0 ? [] : [best],
    },
  };
}

function linePlot(op: string, options: typeof LINE_CHART): Plot {
  const { mark, from } = options;
  if (mark !== undefined && mark !== null) oneOf(op, 'mark', mark, ['min', 'max']);
  assertNumber(op, 'from', from);
  if (!Number.isFinite(from)) throw new ArgumentError(`${op}: from is ${from}, expected a number such as 0 or 1.`);
  const x = options.x === undefined ? undefined : numbersOf(op, 'x', options.x);
  const curves = given(op, options).map((one, i) => readCurve(op, i, one, x, from, mark ?? undefined));
  const named = curves.filter(({ name }) => name !== '');
  const all = curves.flatMap(({ points, band = [] }) => [points, ...band]);
  const entry = ({ name, layer }: Curve): LegendEntry => ({ name, colour: layer.colour, dash: layer.dash });
  const seen = curves.flatMap(({ points }) => points.filter(([, v]) => !Number.isNaN(v)).map(([place]) => place));
  const places = curves.flatMap(({ points }) => points.map(([place]) => place));
  const settings = {
    ...options,
    xLabel: options.xLabel || options.xName,
    yRange: (options.yRange ?? options.range) as PlotOptions['yRange'],
  };
  const only = new Set(places.filter(Number.isFinite)).size === 1 ? places[0]! : undefined;
  return {
    ...readPlot(op, settings as typeof PLOT, named.length, {
      x: options.xScale === 'log' ? seen : places,
      y: all.flatMap((points) => points.map(([, v]) => v)),
      wholeX: places.every(Number.isInteger),
      // A single place stands in the middle.
      xEnds: only !== undefined && options.xScale !== 'log' ? [only - 0.5, only + 0.5] : undefined,
    }),
    legend: named.map(entry),
    layers: [
      ...curves.flatMap(({ band, layer }): Layer[] =>
        band === undefined ? [] : [{ kind: 'band', points: band[1], lower: band[0], colour: layer.colour }],
      ),
      ...curves.map(({ points, layer }) => ({ ...layer, points })),
    ],
  };
}

/** @internal The plot of curves that are drawn otherwise. */
export const linePlotOf = (op: string, options: LineChartOptions): Plot => linePlot(op, readOptions(op, LINE_CHART, options));

/** @internal The chart of curves that another function has put together. */
export function lineChartOf(op: string, options: LineChartOptions): Chart {
  if (Array.isArray(options) || options instanceof Tensor || ArrayBuffer.isView(options))
    throw new ArgumentError(
      `${op}: got ${show(options)} where options are expected. Write ${op}({ y: … }) with it, ${op}({ x, y }) with places.`,
    );
  const read = readOptions(op, LINE_CHART, options ?? null);
  const plot = linePlot(op, read);
  const count = plot.layers.filter(({ kind }) => kind === 'line').length;
  return chartOf(op, read, plot, plural(count, 'curve'));
}

/**
 * Curves over epochs, steps or anything else.
 * @returns a chart: `await chart.toSvg()`, `await chart.save('loss.svg')`.
 * @throws {ArgumentError} for anything but curves, places that do not fit the values, and unknown options.
 * @example
 * const chart = lineChart({ title: 'Loss', y: { train: [0.9, 0.5, 0.3], validation: [0.8, 0.6, 0.5] }, xLabel: 'epoch', yLabel: 'loss' });
 * await chart.save('loss.svg');
 * lineChart({ x: [1, 10, 100], y: [1e-4, 1e-2, 1], xScale: 'log', yScale: 'log', grid: 'both' });
 * lineChart({ series: [{ name: 'mean of 5 runs', values: [0.8, 0.9], deviation: [0.05, 0.02] }] });
 */
export function lineChart(options: LineChartOptions): Chart {
  return lineChartOf('lineChart', options);
}
