/** What all charts with two axes can be told, and how that is read. */
import { ArgumentError } from '../../../errors.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import type { Axis, AxisScale, Ends } from './axis.js';
import { endsOf, exactAxis, readEnds, roundAxis, standsOn, withTicks } from './axis.js';
import { Chart, type ChartLook, checkLook } from './chart.js';
import { drawPlot, type Grid, type MarkLine, type Note, type Plot } from './plot.js';
import { numbersOf } from './series.js';
import { textWidth } from './svg.js';

/** Where an axis has its labels, and how they are turned. */
export interface AxisTicks {
  /** The places. Default: about as many round numbers as there is room for. */
  values?: readonly number[];
  /** What stands at those places, in their order. Default: the numbers. */
  labels?: readonly string[];
  /** How a number is written. Default: short. */
  format?: (value: number) => string;
  /** Degrees by which labels are turned, counterclockwise, -90 to 90; of the horizontal axis. Default: 0. */
  rotation?: number;
}

/** A line across a chart, at an x or at a y. */
export interface ChartMark {
  /** Where it stands upright. */
  x?: number;
  /** Where it lies. */
  y?: number;
  /** Beside the line. Default: nothing. */
  text?: string;
  /** Any colour of CSS. Default: that of labels. */
  color?: string;
}

/** A point of a chart with words beside it. */
export interface ChartAnnotation {
  /** Along the horizontal axis. */
  x: number;
  /** Along the vertical axis. */
  y: number;
  /** The words. */
  text: string;
  /** Any colour of CSS. Default: that of text. */
  color?: string;
}

/** Lines behind a chart: both ways, none, one way, or with another dash. */
export type ChartGrid = boolean | 'x' | 'y' | 'both' | { axis?: 'x' | 'y' | 'both'; style?: 'solid' | 'dashed' | 'dotted' };

/** What charts with two axes can be told beside what all can. */
export interface PlotOptions extends ChartLook {
  /** Under the horizontal axis. */
  xLabel?: string;
  /** Beside the vertical axis. */
  yLabel?: string;
  /** Equal steps or equal factors; what is not above 0 is left out of a logarithmic axis. Default: 'linear'. */
  xScale?: AxisScale;
  /** As `xScale`. Default: 'linear'. */
  yScale?: AxisScale;
  /** The ends of the horizontal axis: [least, greatest]. Default: those of the values. */
  xRange?: Ends;
  /** The ends of the vertical axis. Default: round numbers around the values. */
  yRange?: Ends;
  /** The labels of the horizontal axis. */
  xTicks?: AxisTicks;
  /** The labels of the vertical axis. */
  yTicks?: AxisTicks;
  /** Default: 'y', lines that lie. */
  grid?: ChartGrid;
  /** Where names stand. Default: 'bottom', where there are any; false for none. */
  legend?: boolean | 'bottom' | 'top' | 'right';
  /** Lines across the chart. */
  marks?: readonly ChartMark[];
  /** Points with words. */
  annotations?: readonly ChartAnnotation[];
}

/** The defaults of {@link PlotOptions}, for `readOptions`. */
export const PLOT = {
  title: '',
  xLabel: '',
  yLabel: '',
  xScale: 'linear' as AxisScale,
  yScale: 'linear' as AxisScale,
  xRange: undefined as PlotOptions['xRange'],
  yRange: undefined as PlotOptions['yRange'],
  xTicks: undefined as PlotOptions['xTicks'],
  yTicks: undefined as PlotOptions['yTicks'],
  grid: undefined as PlotOptions['grid'],
  legend: undefined as PlotOptions['legend'],
  marks: undefined as PlotOptions['marks'],
  annotations: undefined as PlotOptions['annotations'],
  width: 640,
  height: 400,
  theme: 'light' as NonNullable<ChartLook['theme']>,
  transparent: false,
};

const SCALES: readonly AxisScale[] = ['linear', 'log'];
const TICKS: Required<{ [K in keyof AxisTicks]: unknown }> = { values: undefined, labels: undefined, format: undefined, rotation: 0 };
const MARK = { x: undefined as never, y: undefined as never, text: '', color: undefined as never };
const GRID = { axis: 'both', style: 'solid' };

interface ReadTicks {
  readonly values?: readonly number[];
  readonly labels?: readonly string[];
  readonly format?: (value: number) => string;
  readonly rotation: number;
}

function readTicks(op: string, name: string, given: unknown): ReadTicks {
  if (given === undefined || given === null) return { rotation: 0 };
  const { values, labels, format, rotation } = readOptions(`${op}: ${name}`, TICKS, given);
  if (format !== undefined && typeof format !== 'function')
    throw new ArgumentError(`${op}: ${name}.format is ${show(format)}, expected a function.`);
  if (typeof rotation !== 'number' || !(Math.abs(rotation) <= 90))
    throw new ArgumentError(`${op}: ${name}.rotation is ${show(rotation)}, expected degrees from -90 to 90.`);
  const places = values === undefined ? undefined : numbersOf(op, `${name}.values`, values);
  if (labels !== undefined) {
    if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string'))
      throw new ArgumentError(`${op}: ${name}.labels is ${show(labels)}, expected a list of texts.`);
    if (places === undefined || places.length !== labels.length)
      throw new ArgumentError(
        `${op}: ${name} has ${labels.length} labels for ${places === undefined ? 'no' : places.length} values. Give the same number of each.`,
      );
  }
  return { values: places, labels: labels as readonly string[] | undefined, format: format as ReadTicks['format'], rotation };
}

/** An axis with the labels that were asked for. */
function labelled(axis: Axis, { values, labels, format }: ReadTicks): Axis {
  const { scale, min, max } = axis;
  const inside = (value: number) => standsOn(scale, value) && value >= min && value <= max;
  const places = values === undefined ? axis : withTicks(scale, [min, max], values.filter(inside));
  if (labels !== undefined) {
    const texts = new Map(values!.map((value, i) => [value, labels[i]!]));
    return { ...axis, ticks: places.ticks.map(({ value }) => ({ value, text: texts.get(value)! })) };
  }
  return {
    ...axis,
    ticks: format === undefined ? places.ticks : places.ticks.map(({ value }) => ({ value, text: String(format(value)) })),
  };
}

function readGrid(op: string, given: unknown): Grid {
  if (given === undefined) return { x: false, y: true, style: 'solid' };
  if (typeof given === 'boolean') return { x: given, y: given, style: 'solid' };
  const { axis, style } = isOptions(given) ? readOptions(`${op}: grid`, GRID, given) : { axis: given, style: 'solid' };
  const way = oneOf(op, 'grid', axis, ['x', 'y', 'both']);
  return { x: way !== 'y', y: way !== 'x', style: oneOf(op, 'grid.style', style, ['solid', 'dashed', 'dotted']) };
}

function readMarks(op: string, given: unknown): MarkLine[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new ArgumentError(`${op}: marks is ${show(given)}, expected a list: [{ x: 3, text: 'best' }].`);
  return given.map((one, i) => {
    const { x, y, text, color } = readOptions(`${op}: marks[${i}]`, MARK, one ?? null) as {
      x?: unknown;
      y?: unknown;
      text: string;
      color?: unknown;
    };
    const places = [x, y].filter((v) => v !== undefined);
    if (places.length !== 1 || typeof places[0] !== 'number')
      throw new ArgumentError(`${op}: marks[${i}] is at x ${show(x)} and y ${show(y)}, expected a number for one of them.`);
    return { x: x as number | undefined, y: y as number | undefined, text, colour: colourOf(op, `marks[${i}].color`, color) };
  });
}

function readNotes(op: string, given: unknown): Note[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given))
    throw new ArgumentError(`${op}: annotations is ${show(given)}, expected a list: [{ x: 3, y: 0.5, text: 'here' }].`);
  return given.map((one, i) => {
    const { x, y, text, color } = readOptions(`${op}: annotations[${i}]`, MARK, one ?? null) as {
      x: unknown;
      y: unknown;
      text: string;
      color?: unknown;
    };
    if (typeof x !== 'number' || typeof y !== 'number')
      throw new ArgumentError(`${op}: annotations[${i}] is at x ${show(x)} and y ${show(y)}, expected two numbers.`);
    return { x, y, text, colour: colourOf(op, `annotations[${i}].color`, color) };
  });
}

/** A colour of CSS, which goes into an attribute. */
export function colourOf(op: string, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && /^(#[\da-f]{3,8}|[a-z]+|(rgb|hsl)a?\([\d\s.,%/]+\))$/i.test(value)) return value;
  throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a colour such as '#0072b2', 'red' or 'rgb(0, 114, 178)'.`);
}

/** What is known of the values of a plot. */
export interface Extent {
  readonly x: Iterable<number>;
  readonly y: Iterable<number>;
  /** Whether places along the horizontal axis are whole numbers. */
  readonly wholeX?: boolean;
  /** Whether the vertical axis begins at 0: that of bars. */
  readonly fromZero?: boolean;
  /** Whether the horizontal axis ends at round numbers: points at its very ends would be cut. */
  readonly roundX?: boolean;
  /** Ends of the horizontal axis in place of those of the values. */
  readonly xEnds?: Ends;
}

/** The parts of a plot that options of all charts say. @throws {ArgumentError} for what they cannot mean. */
export function readPlot(op: string, options: typeof PLOT, names: number, extent: Extent): Omit<Plot, 'layers' | 'legend'> {
  checkLook(op, options);
  const [xScale, yScale] = [oneOf(op, 'xScale', options.xScale, SCALES), oneOf(op, 'yScale', options.yScale, SCALES)];
  const [xTicks, yTicks] = [readTicks(op, 'xTicks', options.xTicks), readTicks(op, 'yTicks', options.yTicks)];
  const fixedX = options.xRange == null ? undefined : readEnds(op, 'xRange', options.xRange, xScale);
  const fixedY = options.yRange == null ? undefined : readEnds(op, 'yRange', options.yRange, yScale);
  const none = (scale: AxisScale): Ends => (scale === 'log' ? [1, 10] : [0, 1]);
  const xEnds = extent.xEnds ?? endsOf(extent.x, xScale) ?? none(xScale);
  const around = endsOf(extent.y, yScale) ?? none(yScale);
  const yEnds: Ends = extent.fromZero && yScale === 'linear' ? [Math.min(0, around[0]), Math.max(0, around[1])] : around;
  const legend = options.legend === true || options.legend === undefined ? 'bottom' : options.legend === false ? 'none' : options.legend;
  oneOf(op, 'legend', legend, ['bottom', 'top', 'right', 'none']);
  return {
    title: options.title,
    width: options.width,
    height: options.height,
    xLabel: options.xLabel,
    yLabel: options.yLabel,
    rotation: xTicks.rotation,
    grid: readGrid(op, options.grid),
    legendAt: options.legend === undefined && names < 1 ? 'none' : legend,
    lines: readMarks(op, options.marks),
    notes: readNotes(op, options.annotations),
    x: (count, room) => {
      const ends = fixedX ?? xEnds;
      // Fewer labels until they stand apart.
      for (let n = Math.min(count, 12); ; n--) {
        const axis = labelled(
          extent.roundX && fixedX === undefined ? roundAxis(ends, xScale, n) : exactAxis(ends, xScale, n, extent.wholeX),
          xTicks,
        );
        const wide = axis.ticks.reduce((sum, { text }) => sum + textWidth(text, 12) + 14, 0);
        if (n <= 2 || xTicks.rotation !== 0 || wide <= room) return axis;
      }
    },
    y: (count) => labelled(fixedY === undefined ? roundAxis(yEnds, yScale, count) : exactAxis(fixedY, yScale, count), yTicks),
  };
}

/** The chart that draws a plot. @param about what it shows, in a few words. */
export function chartOf(kind: string, look: Required<ChartLook>, plot: Plot, about: string): Chart {
  const { title, width, height, theme, transparent } = look;
  return new Chart({ kind, title, width, height, theme, transparent, about, draw: (colours) => drawPlot(plot, colours) });
}
