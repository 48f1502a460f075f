/** `hone/report`: comparisons as tables and as pages. */
import '#host';
import '../ops/methods/methods.js';

export type { LineChartOptions } from './comparison/charts.js';
export { lineChart } from './comparison/charts.js';
export type { ComparedMetric, Comparison, EpochFigures, RunFigures, VariantFigures } from './comparison/comparison.js';
export { comparisonTable, finalSpread } from './comparison/comparison.js';
export { comparisonPage } from './comparison/page.js';
export type { Series } from './comparison/series.js';
export type { Spread } from './comparison/statistics.js';
export { showSpread, spread } from './comparison/statistics.js';
export type { FlatLayer, FlatSummaryOptions, InputSize, RowSetting, SummaryColumn, SummaryOptions } from './summary/summary.js';
export { FlatSummary, LayerInfo, ModelSummary, summary } from './summary/summary.js';
export { textTable } from './text.js';
