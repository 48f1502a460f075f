/** Charts as SVG text, drawn by echarts without a page. */

/** One curve; `deviation` draws a band around it. */
export interface Series {
  name: string;
  values: readonly number[];
  deviation?: readonly number[];
}

export interface LineChartOptions {
  title: string;
  /** What the horizontal axis counts, from 1. */
  xName: string;
  series: readonly Series[];
  /** Mark the lowest or highest point of each curve. */
  mark?: 'min' | 'max';
  width?: number;
  height?: number;
  /** Digits after the point in labels. */
  digits?: number;
}

/** Colours that stay apart for colour-blind readers (Okabe and Ito). */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c6d31'] as const;

export function colorOf(index: number): string {
  return palette[index % palette.length]!;
}

/** Draws curves over epochs (or steps). @returns an <svg> element. */
export async function lineChart(options: LineChartOptions): Promise<string> {
  const echarts = await import('echarts');
  const { width = 560, height = 340, digits = 3 } = options;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const length = Math.max(...options.series.map((s) => s.values.length), 1);
  const bands = options.series.flatMap((series, i) => {
    if (!series.deviation?.some((d) => d > 0)) return [];
    const shared = { type: 'line' as const, stack: `band ${i}`, symbol: 'none', lineStyle: { opacity: 0 }, silent: true, stackStrategy: 'all' as const };
    return [
      { ...shared, data: series.values.map((v, k) => v - series.deviation![k]!) },
      { ...shared, data: series.values.map((_, k) => 2 * series.deviation![k]!), areaStyle: { color: colorOf(i), opacity: 0.15 } },
    ];
  });
  const curves = options.series.map((series, i) => ({
    name: series.name,
    type: 'line' as const,
    data: [...series.values],
    color: colorOf(i),
    symbol: 'circle',
    symbolSize: 4,
    lineStyle: { width: 2 },
    ...(options.mark ? { markPoint: { symbol: 'circle', symbolSize: 9, label: { show: false }, data: [{ type: options.mark, name: options.mark }] } } : {}),
  }));
  chart.setOption({
    animation: false,
    title: { text: options.title, left: 8, top: 4, textStyle: { fontSize: 14, fontWeight: 600, color: '#222' } },
    legend: { bottom: 0, itemWidth: 18, data: options.series.map((s) => s.name), textStyle: { color: '#444' } },
    grid: { left: 60, right: 20, top: 40, bottom: 62 },
    xAxis: {
      type: 'category',
      name: options.xName,
      nameLocation: 'middle',
      nameGap: 24,
      boundaryGap: false,
      data: Array.from({ length }, (_, i) => String(i + 1)),
    },
    yAxis: { type: 'value', scale: true, axisLabel: { formatter: (v: number) => String(Number(v.toFixed(digits))) } },
    series: [...bands, ...curves],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
