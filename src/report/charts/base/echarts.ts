/** Of ECharts what charts are drawn with. The whole would be twice as much to load, and to keep in a page's bundle. */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, ScatterChart, CustomChart, GridComponent, SVGRenderer]);

export { init };
