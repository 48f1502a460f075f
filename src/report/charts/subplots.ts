/** Charts beside each other. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { atLeast, countOf } from '../../tensor/arguments/checks.js';
import { assertCharts, Chart } from './base/chart.js';
import { at, svgText, wrapped } from './base/svg.js';
import type { ChartTheme } from './base/theme.js';

/** The options of {@link subplots}. */
export interface SubplotsOptions {
  /** Above all of them. Default: nothing. */
  title?: string;
  /** Pixels between them. Default: 8. */
  gap?: number;
  /** Default: that of the first chart. */
  theme?: ChartTheme | null;
}

const DEFAULTS: Required<SubplotsOptions> = { title: '', gap: 8, theme: null };
const TITLE = 18;

/**
 * Charts in rows and columns, row by row, as one: matplotlib's `plt.subplots`. Each keeps its size; a column is as wide as its widest chart.
 * @param charts at most rows × columns.
 * @throws {ArgumentError} for more charts than places, or none.
 * @example
 * const loss = lineChart({ title: 'Loss', y: [0.9, 0.5, 0.3] });
 * const accuracy = lineChart({ title: 'Accuracy', y: [0.6, 0.8, 0.9] });
 * await subplots(1, 2, [loss, accuracy], { title: 'digits' }).save('training.svg');
 */
export function subplots(rows: number, columns: number, charts: readonly Chart[], ...args: Arguments<SubplotsOptions, []>): Chart {
  countOf('subplots', 'rows', rows, 1);
  countOf('subplots', 'columns', columns, 1);
  assertCharts('subplots', charts);
  const { title, gap, theme } = readArguments('subplots', DEFAULTS, args);
  atLeast('subplots', 'gap', gap, 0);
  if (charts.length === 0) throw new ArgumentError('subplots: there are no charts. Give at least one.');
  if (charts.length > rows * columns)
    throw new ArgumentError(`subplots: ${charts.length} charts for ${rows} × ${columns} places. Take more rows or columns.`);
  const cells = charts.map(({ drawing }, i) => ({ drawing, row: Math.floor(i / columns), column: i % columns }));
  const most = (of: (cell: (typeof cells)[number]) => number, of2: 'row' | 'column', count: number) =>
    Array.from({ length: count }, (_, k) => Math.max(0, ...cells.filter((cell) => cell[of2] === k).map(of)));
  const usedRows = Math.ceil(charts.length / columns);
  const widths = most(({ drawing }) => drawing.width, 'column', Math.min(columns, charts.length));
  const heights = most(({ drawing }) => drawing.height, 'row', usedRows);
  const sum = (sizes: readonly number[], count = sizes.length) => sizes.slice(0, count).reduce((a, b) => a + b, 0) + gap * count;
  const width = sum(widths) - gap;
  const lines = title === '' ? [] : wrapped(title, TITLE, width - 24, 3);
  const top = lines.length === 0 ? 0 : lines.length * 24 + 14;
  return new Chart({
    kind: 'subplots',
    title,
    width,
    height: top + sum(heights) - gap,
    theme: theme ?? charts[0]!.drawing.theme,
    transparent: cells.every(({ drawing }) => drawing.transparent === true),
    about: `${charts.length} ${charts.length === 1 ? 'chart' : 'charts'}`,
    draw: async (colours) => {
      const head = lines.map((line, i) =>
        svgText(line, width / 2, 20 + i * 24, { size: TITLE, weight: 600, anchor: 'middle', fill: colours.text }),
      );
      const inner = await Promise.all(
        cells.map(async ({ drawing, row, column }) => {
          const [x, y] = [sum(widths, column), top + sum(heights, row)];
          return `<g transform="translate(${at(x)} ${at(y)})">${await drawing.draw(colours)}</g>`;
        }),
      );
      return [...head, ...inner].join('');
    },
  });
}
