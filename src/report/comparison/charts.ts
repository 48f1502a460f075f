/** Charts as SVG text, drawn by echarts without a page. */

import { ArgumentError } from '../../errors.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { show } from '../../tensor/arguments/show.js';
import { type Range, rangeOf } from './range.js';
import type { Series } from './series.js';

/** The options of {@link lineChart}. */
export interface LineChartOptions {
  /** Written above the chart. */
  title: string;
  /** What the horizontal axis counts, from 1. */
  xName: string;
  /** The lines. */
  series: readonly Series[];
  /** Mark the lowest or highest point of each curve. */
  mark?: 'min' | 'max';
  /** The vertical axis. Default: all values. */
  range?: Range;
  /** In pixels. */
  width?: number;
  /** In pixels. */
  height?: number;
}

/** Colours that stay apart for colour-blind readers (Okabe and Ito). */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c6d31'] as const;

function colorOf(index: number): string {
  return palette[index % palette.length]!;
}

const LINE_CHART = {
  title: '',
  xName: '',
  series: required as readonly Series[],
  mark: undefined as LineChartOptions['mark'],
  range: undefined as LineChartOptions['range'],
  width: 500,
  height: 330,
};

function checkSeries(op: string, series: unknown): void {
  const fits = (one: unknown) => Array.isArray((one as Partial<Series> | null)?.values);
  if (!Array.isArray(series) || !series.every(fits))
    throw new ArgumentError(`${op}: series is ${show(series)}, expected a list of curves: [{ name, values: [1, 2] }].`);
}

const finite = (values: readonly number[]) => values.map((v) => (Number.isFinite(v) ? v : null));

/** A band from one deviation below the curve to one above: an invisible line, and an area stacked on it. */
function band({ values, deviation = [] }: Series, index: number) {
  if (!deviation.some((d) => d > 0)) return [];
  const shared = {
    type: 'line' as const,
    stack: `band ${index}`,
    stackStrategy: 'all' as const,
    symbol: 'none',
    lineStyle: { opacity: 0 },
    silent: true,
  };
  return [
    { ...shared, data: finite(values.map((v, k) => v - deviation[k]!)) },
    { ...shared, data: finite(deviation.map((d) => 2 * d)), areaStyle: { color: colorOf(index), opacity: 0.2 } },
  ];
}

/** Draws curves over epochs (or steps). @returns an <svg> element that needs nothing from elsewhere. */
export async function lineChart(options: LineChartOptions): Promise<string> {
  const { title, width, height, series, ...rest } = readOptions('lineChart', LINE_CHART, options ?? null);
  checkSeries('lineChart', series);
  const echarts = await import('echarts');
  const range = rest.range ?? rangeOf(series);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const length = Math.max(...series.map((s) => s.values.length), 1);
  const curves = series.map((one, i) => ({
    name: one.name,
    type: 'line' as const,
    data: finite(one.values),
    color: colorOf(i),
    silent: true,
    symbol: 'circle',
    symbolSize: length > 40 ? 0 : 4,
    lineStyle: { width: 2 },
    ...(rest.mark && {
      markPoint: {
        silent: true,
        symbol: 'circle',
        symbolSize: 9,
        label: { show: false },
        data: [{ type: rest.mark, name: rest.mark }],
      },
    }),
  }));
  const text = { fontSize: 13, color: '#444' };
  chart.setOption({
    animation: false,
    title: { text: title, left: 4, top: 2, textStyle: { fontSize: 15, fontWeight: 600, color: '#222' } },
    legend: { bottom: 0, itemWidth: 18, selectedMode: false, data: series.map((s) => s.name), textStyle: text },
    grid: { left: 54, right: 14, top: 36, bottom: 66 },
    xAxis: {
      type: 'category',
      name: rest.xName,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: text,
      boundaryGap: length === 1,
      data: Array.from({ length }, (_, i) => String(i + 1)),
    },
    yAxis: {
      type: 'value',
      min: range.min,
      max: range.max,
      interval: range.step,
      axisLabel: { ...text, formatter: (v: number) => v.toFixed(range.decimals) },
    },
    series: [...series.flatMap(band), ...curves],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg.replace('<svg ', `<svg role="img" aria-label="${title.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)}" `);
}
