/** Bars. */
import { ArgumentError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertBoolean, atLeast, between } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { plural } from '../text.js';
import type { Chart } from './base/chart.js';
import type { Point } from './base/downsample.js';
import type { Layer, Plot } from './base/plot.js';
import { chartOf, PLOT, type PlotOptions, readPlot } from './base/plot-options.js';
import { type Numbers, numbersOf } from './base/series.js';
import { textWidth } from './base/svg.js';

/** The options of {@link barChart}. */
export interface BarChartOptions extends Omit<PlotOptions, 'xScale' | 'yScale' | 'xRange'> {
  /** The names below the bars. */
  labels: readonly string[];
  /** One bar for each name, or several beside each other: `{ train: […], validation: […] }`. */
  y: Numbers | Readonly<Record<string, Numbers>>;
  /** How far each value spreads, drawn as a line over its bar; as many lists as `y` has. Default: none. */
  deviation?: Numbers | Readonly<Record<string, Numbers>>;
  /** Whether each bar bears its value. Default: for up to 12 bars without `deviation`. */
  values?: boolean;
}

const { xScale: _x, yScale: _y, xRange: _r, ...LOOK } = PLOT;
const DEFAULTS = {
  labels: undefined as unknown as readonly string[],
  y: undefined as unknown as BarChartOptions['y'],
  deviation: undefined as BarChartOptions['deviation'],
  values: undefined as BarChartOptions['values'],
  ...LOOK,
};

function listsOf(op: string, name: string, given: unknown): [name: string, values: number[]][] {
  if (isOptions(given) && !(given instanceof Tensor))
    return Object.entries(given).map(([key, values]) => [key, numbersOf(op, `${name}.${key}`, values)]);
  return [['', numbersOf(op, name, given)]];
}

/**
 * A bar for each name, from 0.
 * @throws {ArgumentError} for another number of names than values, and unknown options.
 * @example
 * await barChart({ title: 'Accuracy', labels: ['small', 'big', 'dropout'], y: [0.93, 0.97, 0.98] }).save('models.svg');
 */
export function barChart(options: BarChartOptions): Chart {
  const op = 'barChart';
  const { labels, y, deviation, values, ...look } = readOptions(op, DEFAULTS, options ?? null);
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string'))
    throw new ArgumentError(`${op}: labels is ${show(labels)}, expected the names below the bars.`);
  const lists = listsOf(op, 'y', y);
  const spreads = deviation === undefined ? undefined : listsOf(op, 'deviation', deviation);
  for (const [name, list] of [...lists, ...(spreads ?? [])])
    if (list.length !== labels.length)
      throw new ArgumentError(
        `${op}: ${name === '' ? 'y' : name} has ${list.length} values for ${labels.length} labels. Give the same number of each.`,
      );
  if (spreads !== undefined && spreads.length !== lists.length)
    throw new ArgumentError(`${op}: deviation has ${spreads.length} lists for ${lists.length} of y. Give the same number of each.`);
  const width = 0.76 / Math.max(1, lists.length);
  const placeOf = (list: number, i: number) => i + (list - (lists.length - 1) / 2) * width;
  const bars = lists.map(([, list], k): Layer => {
    const points = list.map((v, i): Point => [placeOf(k, i), v]);
    return { kind: 'bars', points, lower: points.map(([px]): Point => [px, 0]), colour: k, size: width * 0.94 };
  });
  const whiskers = (spreads ?? []).flatMap(([, list], k) =>
    list.map((d, i): Layer => {
      const v = lists[k]![1][i]!;
      return {
        kind: 'line',
        points: [
          [placeOf(k, i), v - d],
          [placeOf(k, i), v + d],
        ],
        colour: 6,
        size: 1.5,
      };
    }),
  );
  const ends = [...bars, ...whiskers].flatMap(({ points }) => points.map(([, v]) => v));
  const shown = values ?? (spreads === undefined && lists.length * labels.length <= 12);
  const room = (look.width - 60) / Math.max(1, labels.length);
  const crowded = labels.some((label) => textWidth(label, 12) > room);
  const ticks = { values: labels.map((_, i) => i), labels, ...(crowded ? { rotation: 45 } : {}), ...look.xTicks };
  const base = readPlot(op, { ...PLOT, ...look, xTicks: ticks }, lists.filter(([name]) => name !== '').length, {
    x: [],
    y: ends,
    fromZero: true,
    xEnds: [-0.6, Math.max(1, labels.length) - 0.4],
  });
  const notes = shown
    ? lists.flatMap(([, list], k) => list.map((v, i) => ({ x: placeOf(k, i), y: v, text: Number.isFinite(v) ? short(v) : '', bare: true })))
    : [];
  const plot: Plot = {
    ...base,
    notes: [...base.notes, ...notes],
    legend: lists.filter(([name]) => name !== '').map(([name], k) => ({ name, colour: k, box: true })),
    layers: [...bars, ...whiskers],
  };
  return chartOf(op, look, plot, plural(labels.length, 'bar'));
}

const short = (value: number) => String(Number(value.toPrecision(3)));

/** One cloud of a {@link scatterChart}. */
export interface ScatterSeries {
  /** Its name in the legend. Default: none. */
  name?: string;
  /** Along the horizontal axis. */
  x: Numbers;
  /** Along the vertical axis. */
  y: Numbers;
}

/** The options of {@link scatterChart}. */
export interface ScatterChartOptions extends PlotOptions {
  /** Along the horizontal axis. */
  x?: Numbers;
  /** Along the vertical axis. */
  y?: Numbers;
  /** Several clouds, each with its colour. */
  series?: readonly ScatterSeries[];
  /** Pixels across a dot. Default: 6. */
  size?: number;
  /** How much dots hide what is behind them, 0 to 1. Default: 0.75. */
  opacity?: number;
  /** Whether the line on which both are equal is drawn: for predictions against targets. Default: false. */
  diagonal?: boolean;
}

const SCATTER = {
  x: undefined as ScatterChartOptions['x'],
  y: undefined as ScatterChartOptions['y'],
  series: undefined as ScatterChartOptions['series'],
  size: 6,
  opacity: 0.75,
  diagonal: false,
  ...PLOT,
};
const CLOUD = { name: '', x: undefined as unknown, y: undefined as unknown };

/**
 * Dots at places: predictions against targets, embeddings in two dims.
 * @throws {ArgumentError} for another number of x than of y, and unknown options.
 * @example
 * await scatterChart({ x: [1, 2, 3], y: [1.1, 1.9, 3.2], xLabel: 'target', yLabel: 'prediction', diagonal: true }).save('fit.svg');
 */
export function scatterChart(options: ScatterChartOptions): Chart {
  const op = 'scatterChart';
  const { x, y, series, size, opacity, diagonal, ...look } = readOptions(op, SCATTER, options ?? null);
  atLeast(op, 'size', size, 1);
  between(op, 'opacity', opacity, 0, 1);
  assertBoolean(op, 'diagonal', diagonal);
  if ((series === undefined) === (x === undefined && y === undefined))
    throw new ArgumentError(`${op}: give x and y, or series: [{ name, x, y }], and not both.`);
  if (series !== undefined && !Array.isArray(series))
    throw new ArgumentError(`${op}: series is ${show(series)}, expected a list: [{ name, x, y }].`);
  const clouds = (series ?? [{ x, y }]).map((one, k) => {
    const at = series === undefined ? '' : `series[${k}].`;
    const read = readOptions(`${op}${at === '' ? '' : `: series[${k}]`}`, CLOUD, one ?? null);
    const [xs, ys] = [numbersOf(op, `${at}x`, read.x), numbersOf(op, `${at}y`, read.y)];
    if (xs.length !== ys.length)
      throw new ArgumentError(`${op}: ${at}x has ${xs.length} numbers for ${ys.length} of y. Give the same number of each.`);
    return { name: read.name, points: xs.map((v, i): Point => [v, ys[i]!]) };
  });
  const named = clouds.filter(({ name }) => name !== '');
  const all = clouds.flatMap(({ points }) => points);
  const base = readPlot(op, look, named.length, { x: all.map(([px]) => px), y: all.map(([, py]) => py), roundX: true });
  const [low, high] = all.reduce(
    ([a, b], [px, py]) => [
      Math.min(a, Number.isFinite(px) ? px : a, Number.isFinite(py) ? py : a),
      Math.max(b, Number.isFinite(px) ? px : b, Number.isFinite(py) ? py : b),
    ],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const equal: Layer[] =
    diagonal && low <= high
      ? [
          {
            kind: 'line',
            points: [
              [low, low],
              [high, high],
            ],
            colour: 6,
            dash: 'dashed',
            size: 1.2,
          },
        ]
      : [];
  const dots = clouds.map(({ points }, k): Layer => ({ kind: 'dots', points, colour: k, size, opacity }));
  const plot: Plot = {
    ...base,
    legend: named.map(({ name }) => ({ name, colour: clouds.findIndex((cloud) => cloud.name === name), box: true })),
    layers: [...equal, ...dots],
  };
  return chartOf(op, look, plot, plural(all.length, 'dot'));
}
