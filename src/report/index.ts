/** `hone/report`: comparisons as tables and as pages. */
import '#host';
import '../ops/methods.js';

export type { LineChartOptions, Series } from './charts.js';
export { lineChart } from './charts.js';
export type { ComparedMetric, Comparison, EpochFigures, RunFigures, VariantFigures } from './comparison.js';
export { comparisonTable, finalSpread } from './comparison.js';
export { comparisonPage } from './comparison-page.js';
export type { Spread } from './statistics.js';
export { showSpread, spread } from './statistics.js';
export type { FlatLayer, FlatSummaryOptions, InputSize, RowSetting, SummaryColumn, SummaryOptions } from './summary.js';
export { FlatSummary, LayerInfo, ModelSummary, summary } from './summary.js';
export { textTable } from './text.js';
