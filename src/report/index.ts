/** `hone/report`: comparisons as tables and as pages. */
export { comparisonPage } from './comparison-page.js';
export { comparisonTable, finalSpread } from './comparison.js';
export type { Comparison, EpochFigures, RunFigures, VariantFigures } from './comparison.js';
export { lineChart } from './charts.js';
export type { LineChartOptions, Series } from './charts.js';
export { showSpread, spread } from './statistics.js';
export type { Spread } from './statistics.js';
export { textTable } from './text.js';
