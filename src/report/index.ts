/** `hone/report`: charts and pictures, summaries, studies as tables and as pages. */
import '#host';
import '../ops/methods/methods.js';

export type { BarChartOptions, ScatterChartOptions, ScatterSeries } from './charts/bar-chart.js';
export { barChart, scatterChart } from './charts/bar-chart.js';
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
export type { TerminalChartOptions } from './charts/terminal-chart.js';
export { terminalChart } from './charts/terminal-chart.js';
export type { LossCurvesOptions, RecordedEpoch, RecordedHistory } from './charts/training/loss-curves.js';
export { lossCurves } from './charts/training/loss-curves.js';
export type { LrPlotOptions } from './charts/training/lr-plot.js';
export { lrPlot } from './charts/training/lr-plot.js';
export type { Schedule } from './charts/training/lr-rates.js';
export type { ColourMap } from './pictures/colour-maps.js';
export type { ConfusionMatrixOptions } from './pictures/confusion-matrix.js';
export { confusionMatrix } from './pictures/confusion-matrix.js';
export type { FeatureMapsOptions, FiltersOptions } from './pictures/feature-maps.js';
export { featureMaps, filters } from './pictures/feature-maps.js';
export type { HistogramsOptions } from './pictures/histograms.js';
export { histograms } from './pictures/histograms.js';
export type { ImageGridOptions } from './pictures/image-grid.js';
export { imageGrid } from './pictures/image-grid.js';
export type { PictureDataset, PictureLike, PictureSample, Pictures } from './pictures/pixels.js';
export type { RunEpoch, RunHistory } from './run/history.js';
export type { ConfusionFigures } from './run/matrix.js';
export type { BatchFigure, RunPageOptions, WorstFigure } from './run/page.js';
export { runPage } from './run/page.js';
export type { Picture, PictureOptions } from './run/picture.js';
export type { Spread } from './spread.js';
export { showSpread, spread } from './spread.js';
export { studyCsv } from './study/csv.js';
export type {
  SourceOfVariation,
  StudyClaim,
  StudyEpoch,
  StudyFigures,
  StudyMetric,
  StudyRun,
  StudyScores,
  StudyVariantFigures,
} from './study/figures.js';
export { sourcesOfVariation } from './study/figures.js';
export { studyMarkdown } from './study/markdown.js';
export { studyPage } from './study/page/page.js';
export { studyTable } from './study/table.js';
export type { ComparisonVerdict, Interval, Outcome, StudyVerdict, VariantVerdict } from './study/verdict.js';
export type { FlatLayer, FlatSummaryOptions, InputSize, RowSetting, SummaryColumn, SummaryOptions } from './summary/summary.js';
export { FlatSummary, LayerInfo, ModelSummary, summary } from './summary/summary.js';
export { textTable } from './text.js';
