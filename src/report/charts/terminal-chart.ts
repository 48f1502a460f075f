/** Curves as text, for terminals and logs. */
import { ArgumentError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { width as columnsOf, cut, oneLine } from '../progress/cells.js';
import { type Axis, type AxisScale, shareOf, standsOn } from './base/axis.js';
import type { Point } from './base/downsample.js';
import type { Layer, Plot } from './base/plot.js';
import { type LineChartOptions, linePlotOf } from './line-chart.js';

/** The options of {@link terminalChart}. */
export interface TerminalChartOptions
  extends Pick<
    LineChartOptions,
    'series' | 'y' | 'x' | 'from' | 'title' | 'xLabel' | 'yLabel' | 'xScale' | 'yScale' | 'xRange' | 'yRange'
  > {
  /** Columns of the terminal, 20 at least. Default: 80. */
  columns?: number;
  /** Lines of the plot, 3 at least. Default: 14. */
  rows?: number;
  /** Whether curves are coloured; else each has a sign of its own where there are several. Default: false. */
  colors?: boolean;
}

const DEFAULTS = {
  series: undefined as LineChartOptions['series'],
  y: undefined as LineChartOptions['y'],
  x: undefined as LineChartOptions['x'],
  from: 1,
  title: '',
  xLabel: '',
  yLabel: '',
  xScale: 'linear' as AxisScale,
  yScale: 'linear' as AxisScale,
  xRange: undefined as LineChartOptions['xRange'],
  yRange: undefined as LineChartOptions['yRange'],
  columns: 80,
  rows: 14,
  colors: false,
};

/** Blue, orange, green, pink, yellow, cyan, grey, brown of the 256 colours: those of charts. */
const ANSI = [39, 208, 42, 175, 220, 117, 250, 137];
/** Signs of curves where there are no colours. */
const SIGNS = '•+x*o#%@';
/** The bits of the dots of a braille letter: two columns, four rows. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Every spot that a line from one to the other passes. */
function walk([x0, y0]: Point, [x1, y1]: Point, visit: (x: number, y: number) => void): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
  for (let k = 0; k <= steps; k++) visit(Math.round(x0 + ((x1 - x0) * k) / steps), Math.round(y0 + ((y1 - y0) * k) / steps));
}

const painted = (text: string, place: number, colors: boolean) =>
  colors ? `\u001b[38;5;${ANSI[place % ANSI.length]}m${text}\u001b[39m` : text;

/** The curves in a raster of letters, each with the curve it shows. */
function raster(
  layers: readonly Layer[],
  x: Axis,
  y: Axis,
  width: number,
  rows: number,
  braille: boolean,
): { text: string; curve: number }[][] {
  const [across, down] = braille ? [2, 4] : [1, 1];
  const [w, h] = [width * across, rows * down];
  const bits = new Uint8Array(width * rows);
  const owner = new Int16Array(width * rows).fill(-1);
  layers.forEach(({ points, step }, curve) => {
    const put = (px: number, py: number) => {
      if (px < 0 || px >= w || py < 0 || py >= h) return;
      const cell = Math.floor(py / down) * width + Math.floor(px / across);
      bits[cell]! |= DOTS[py % down]![px % across]!;
      owner[cell] = curve;
    };
    let last: Point | undefined;
    for (const [vx, vy] of points) {
      if (!standsOn(x.scale, vx) || !standsOn(y.scale, vy)) {
        last = undefined;
        continue;
      }
      // Far outside is as good as outside.
      const place = (share: number, size: number) => Math.min(Math.max(share, -1), 2) * (size - 1);
      const here: Point = [place(shareOf(x, vx), w), place(1 - shareOf(y, vy), h)];
      if (last !== undefined && step) {
        walk(last, [here[0], last[1]], put);
        walk([here[0], last[1]], here, put);
      } else walk(last ?? here, here, put);
      last = here;
    }
  });
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const cell = row * width + column;
      if (bits[cell] === 0) return { text: ' ', curve: -1 };
      const curve = owner[cell]!;
      return { text: braille ? String.fromCharCode(0x2800 + bits[cell]!) : SIGNS[curve % SIGNS.length]!, curve };
    }),
  );
}

/** Letters of one curve that stand together, so that a colour is set once. */
function runsOf(row: readonly { text: string; curve: number }[]): { text: string; curve: number }[] {
  const out: { text: string; curve: number }[] = [];
  for (const { text, curve } of row) {
    const last = out.at(-1);
    if (last?.curve === curve) last.text += text;
    else out.push({ text, curve });
  }
  if (out.at(-1)?.curve === -1) out.pop();
  return out;
}

/** The line of labels below the plot: each under its place, none over another. */
function labelLine(axis: Axis, width: number, left: number): string {
  const line = Array<string>(left + width).fill(' ');
  let free = 0;
  for (const { value, text } of axis.ticks) {
    const middle = left + Math.round(shareOf(axis, value) * (width - 1));
    const start = Math.min(Math.max(0, middle - Math.floor(text.length / 2)), left + width - text.length);
    if (start < free || start + text.length > left + width) continue;
    for (let i = 0; i < text.length; i++) line[start + i] = text[i]!;
    free = start + text.length + 2;
  }
  return line.join('').trimEnd();
}

/**
 * Curves as text: braille dots between axes with labels, no wider than `columns`. Several curves have colours, or where those are off a sign each.
 * @returns lines joined by newlines, no newline at the end.
 * @throws {ArgumentError} as {@link lineChart}, and for fewer than 20 columns or 3 rows.
 * @example
 * console.log(terminalChart({ title: 'Loss', y: { train: [0.9, 0.5, 0.3], validation: [0.8, 0.6, 0.5] }, xLabel: 'epoch', columns: 60 }));
 */
export function terminalChart(options: TerminalChartOptions): string {
  const op = 'terminalChart';
  const { columns, rows, colors, title, xLabel, yLabel, ...given } = readOptions(op, DEFAULTS, options ?? null);
  wholeNumber(op, 'columns', columns, { min: 20, max: 1000 });
  wholeNumber(op, 'rows', rows, { min: 3, max: 500 });
  const plot: Plot = linePlotOf(op, { ...given, xLabel, yLabel });
  const lines = plot.layers.filter(({ kind }) => kind === 'line');
  const count = Math.max(2, Math.min(6, Math.round(rows / 3)));
  const y = plot.y(count);
  const left = Math.max(0, ...y.ticks.map(({ text }) => text.length));
  const width = columns - left - 2;
  if (width < 8)
    throw new ArgumentError(
      `${op}: ${columns} columns leave ${Math.max(0, width)} for the curves beside labels of ${left}. Give more columns.`,
    );
  const x = plot.x(Math.max(2, Math.floor(width / 10)), Number.POSITIVE_INFINITY);
  const braille = colors || lines.length <= 1;
  const cells = raster(lines, x, y, width, rows, braille);
  const labels = new Map(y.ticks.map(({ value, text }) => [Math.round((1 - shareOf(y, value)) * (rows - 1)), text]));
  const out: string[] = [];
  if (title !== '') out.push(cut(oneLine(title), columns));
  if (yLabel !== '') out.push(cut(oneLine(yLabel), columns));
  cells.forEach((row, r) => {
    const label = labels.get(r);
    const text = runsOf(row)
      .map(({ text, curve }) => (curve < 0 ? text : painted(text, curve, colors)))
      .join('');
    out.push(`${(label ?? '').padStart(left)} ${label === undefined ? '│' : '┤'}${text}`);
  });
  const marks = new Set(x.ticks.map(({ value }) => Math.round(shareOf(x, value) * (width - 1))));
  out.push(`${' '.repeat(left + 1)}└${Array.from({ length: width }, (_, i) => (marks.has(i) ? '┬' : '─')).join('')}`);
  out.push(labelLine(x, width, left + 2));
  if (xLabel !== '') {
    const text = cut(oneLine(xLabel), width);
    out.push(`${' '.repeat(left + 2 + Math.max(0, Math.floor((width - columnsOf(text)) / 2)))}${text}`);
  }
  const names = plot.legend.map(({ name }, i) => ({ name: cut(oneLine(name), columns - 3), place: i }));
  let row = '';
  let used = 0;
  for (const { name, place } of names) {
    const wide = columnsOf(name) + 2;
    if (used > 0 && used + 3 + wide > columns) {
      out.push(row);
      [row, used] = ['', 0];
    }
    const sign = braille ? '━' : SIGNS[place % SIGNS.length]!;
    row += `${used > 0 ? '   ' : ''}${painted(sign, place, colors)} ${name}`;
    used += (used > 0 ? 3 : 0) + wide;
  }
  if (used > 0) out.push(row);
  return out.join('\n');
}
