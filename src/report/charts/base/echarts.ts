/**
 * Of ECharts what charts are drawn with. The whole would be twice as much to load, and to keep in a page's bundle. It is asked for when a chart
 * is begun: bundlers leave out what a module does by itself.
 */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

export const init: typeof core.init = (...args) => {
  core.use([LineChart, ScatterChart, CustomChart, GridComponent, SVGRenderer]);
  return core.init(...args);
};
