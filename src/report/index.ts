/** `hone/report`: charts and pictures, summaries, comparisons as tables and as pages. */
import '#host';
import '../ops/methods/methods.js';

export type { AxisScale, Ends as AxisEnds } from './charts/base/axis.js';
export type { ChartLook, ChartPngOptions, ChartSvgOptions } from './charts/base/chart.js';
export { Chart } from './charts/base/chart.js';
export type { AxisTicks, ChartAnnotation, ChartGrid, ChartMark, PlotOptions } from './charts/base/plot-options.js';
export type { Numbers, Series } from './charts/base/series.js';
export type { ChartTheme } from './charts/base/theme.js';
export type { LineChartOptions, LineSeries } from './charts/line-chart.js';
export { lineChart } from './charts/line-chart.js';
export type { SubplotsOptions } from './charts/subplots.js';
export { subplots } from './charts/subplots.js';
export type { ComparedMetric, Comparison, EpochFigures, RunFigures, VariantFigures } from './comparison/comparison.js';
export { comparisonTable, finalSpread } from './comparison/comparison.js';
export { comparisonPage } from './comparison/page.js';
export type { Spread } from './comparison/statistics.js';
export { showSpread, spread } from './comparison/statistics.js';
export type { RunEpoch, RunHistory } from './run/history.js';
export type { ConfusionFigures } from './run/matrix.js';
export type { BatchFigure, RunPageOptions, WorstFigure } from './run/page.js';
export { runPage } from './run/page.js';
export type { Picture, PictureOptions } from './run/picture.js';
export type { FlatLayer, FlatSummaryOptions, InputSize, RowSetting, SummaryColumn, SummaryOptions } from './summary/summary.js';
export { FlatSummary, LayerInfo, ModelSummary, summary } from './summary/summary.js';
export { textTable } from './text.js';
