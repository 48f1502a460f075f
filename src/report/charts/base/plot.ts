/** A plot with two axes: its layout, and how echarts draws what is in it. */
import type { Axis } from './axis.js';
import { shareOf, standsOn } from './axis.js';
import { downsampled, type Point, thinned } from './downsample.js';
import { at, FONT, shortened, svgText, textWidth, wrapped } from './svg.js';
import type { Colours } from './theme.js';

/** One thing in a plot. Colours are places in the palette, or colours by name. */
export interface Layer {
  readonly kind: 'line' | 'dots' | 'bars' | 'band';
  readonly points: readonly Point[];
  /** Of a band the lower ends (its upper ones are the points); of bars where each begins. */
  readonly lower?: readonly Point[];
  readonly colour: number | string;
  readonly dash?: 'solid' | 'dashed' | 'dotted';
  readonly step?: boolean;
  readonly markers?: boolean;
  /** Of lines and dots in pixels, of bars the width in the measure of the axis. */
  readonly size?: number;
  readonly opacity?: number;
  /** Places of points that are marked by a larger dot. */
  readonly marked?: readonly number[];
}

/** A line across the plot, with words. */
export interface MarkLine {
  readonly x?: number;
  readonly y?: number;
  readonly text: string;
  readonly colour?: number | string;
}

/** Words at a point. */
export interface Note {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour?: number | string;
  /** Above the point, in its middle, without a dot. */
  readonly bare?: boolean;
}

export interface LegendEntry {
  readonly name: string;
  readonly colour: number | string;
  readonly dash?: 'solid' | 'dashed' | 'dotted';
  readonly box?: boolean;
}

/** Which lines of the grid are drawn, and how. */
export interface Grid {
  readonly x: boolean;
  readonly y: boolean;
  readonly style: 'solid' | 'dashed' | 'dotted';
}

export interface Plot {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Made once it is known how much room there is, in labels. */
  readonly x: (count: number, room: number) => Axis;
  readonly y: (count: number) => Axis;
  /** Degrees by which the labels of the horizontal axis are turned. */
  readonly rotation: number;
  readonly grid: Grid;
  readonly legend: readonly LegendEntry[];
  readonly legendAt: 'bottom' | 'top' | 'right' | 'none';
  readonly layers: readonly Layer[];
  readonly lines: readonly MarkLine[];
  readonly notes: readonly Note[];
}

const PAD = 12;
const LABEL = 12;
const TITLE = 15;
/** The swatch of a legend's entry, and what is beside it. */
const SWATCH = 20;
const GAP = 16;
const ROW = 20;

const colourFor = (colours: Colours, colour: number | string): string =>
  typeof colour === 'string' ? colour : colours.palette[colour % colours.palette.length]!;

interface Placed {
  readonly entry: LegendEntry;
  readonly text: string;
  readonly x: number;
  readonly row: number;
}

/** Entries in rows of that width. */
function legendRows(entries: readonly LegendEntry[], width: number): Placed[] {
  const out: Placed[] = [];
  let [x, row] = [0, 0];
  for (const entry of entries) {
    const text = shortened(entry.name, LABEL, width - SWATCH - 6);
    const wide = SWATCH + 6 + textWidth(text, LABEL);
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    out.push({ entry, text, x, row });
    x += wide + GAP;
  }
  return out;
}

/** Where the parts of a plot stand. */
export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly title: readonly string[];
  readonly legend: readonly Placed[];
  readonly legendTop: number;
  readonly legendLeft: number;
}

/** How far labels reach down, turned or not. */
function labelDepth(texts: readonly string[], rotation: number): number {
  const angle = (Math.abs(rotation) * Math.PI) / 180;
  return Math.max(0, ...texts.map((text) => textWidth(text, LABEL))) * Math.sin(angle) + LABEL * Math.cos(angle);
}

/** Places everything: margins are as wide as what stands in them. */
export function layOut(plot: Plot): Layout {
  const { width, height, rotation, legendAt } = plot;
  const title = plot.title === '' ? [] : wrapped(plot.title, TITLE, width - 2 * PAD, 3);
  const titleHeight = title.length === 0 ? 0 : title.length * 20 + 4;
  const entries = legendAt === 'none' ? [] : plot.legend;
  const beside = legendAt === 'right' && entries.length > 0;
  const besideWidth = beside ? Math.min(width * 0.4, Math.max(...entries.map(({ name }) => textWidth(name, LABEL))) + SWATCH + 10) : 0;
  const legend = beside
    ? entries.map((entry, row) => ({ entry, text: shortened(entry.name, LABEL, besideWidth - SWATCH - 10), x: 0, row }))
    : legendRows(entries, width - 2 * PAD);
  const rows = legend.length === 0 ? 0 : legend.at(-1)!.row + 1;
  const legendHeight = beside ? 0 : rows * ROW + (rows > 0 ? 4 : 0);
  const top = PAD + titleHeight + (legendAt === 'top' ? legendHeight : 0) + (title.length === 0 ? 4 : 2);
  // The vertical axis first, with a guess of its height: its labels say how wide the plot is.
  const guess = Math.max(40, height - top - legendHeight - 60);
  const y = plot.y(Math.max(2, Math.min(8, Math.round(guess / 52))));
  const yTexts = Math.max(0, ...y.ticks.map(({ text }) => textWidth(text, LABEL)));
  const left = Math.min(width - 60, PAD + (plot.yLabel === '' ? 0 : 20) + yTexts + 8);
  const right = Math.max(left + 40, width - PAD - besideWidth - (beside ? 8 : 6));
  const x = plot.x(Math.max(2, Math.floor((right - left) / 64)), right - left);
  const depth = labelDepth(
    x.ticks.map(({ text }) => text),
    rotation,
  );
  const under = 8 + depth + (plot.xLabel === '' ? 0 : 22) + (legendAt === 'bottom' ? legendHeight + (rows > 0 ? 6 : 0) : 0) + 8;
  const bottom = Math.max(top + 20, height - under);
  return {
    left,
    right,
    top,
    bottom,
    x,
    y,
    title,
    legend,
    legendTop: legendAt === 'top' ? PAD + titleHeight : beside ? top + 4 : height - legendHeight - 4,
    legendLeft: beside ? right + 12 : PAD,
  };
}

const DASHARRAY = { solid: '', dashed: ' stroke-dasharray="6 4"', dotted: ' stroke-dasharray="2 3"' };

/** Title, legend and the names of the axes. */
function frame(plot: Plot, layout: Layout, colours: Colours): string {
  const { left, right, top, bottom, title, legend, legendTop, legendLeft, x } = layout;
  const out = title.map((line, i) => svgText(line, PAD, PAD + 8 + i * 20, { size: TITLE, weight: 600, fill: colours.text }));
  const depth = labelDepth(
    x.ticks.map(({ text }) => text),
    plot.rotation,
  );
  const label = { size: LABEL, fill: colours.text, anchor: 'middle' as const };
  if (plot.xLabel !== '') {
    const wide = textWidth(plot.xLabel, LABEL);
    // What is wider than the plot may be as wide as the chart.
    const middle =
      wide <= right - left ? (left + right) / 2 : Math.min((left + right) / 2, plot.width - 4 - Math.min(wide, plot.width - 8) / 2);
    out.push(svgText(shortened(plot.xLabel, LABEL, plot.width - 8), middle, bottom + 8 + depth + 13, label));
  }
  if (plot.yLabel !== '')
    out.push(svgText(shortened(plot.yLabel, LABEL, bottom - top), PAD + 6, (top + bottom) / 2, { ...label, rotate: 90 }));
  for (const { entry, text, x: from, row } of legend) {
    const [sx, sy] = [legendLeft + from, legendTop + row * ROW + ROW / 2];
    const colour = colourFor(colours, entry.colour);
    out.push(
      entry.box
        ? `<rect x="${at(sx + 3)}" y="${at(sy - 6)}" width="13" height="12" rx="2" fill="${colour}"/>`
        : `<path d="M${at(sx)} ${at(sy)}h${SWATCH}" stroke="${colour}" stroke-width="2.5" fill="none"${DASHARRAY[entry.dash ?? 'solid']}/>`,
      svgText(text, sx + SWATCH + 6, sy, { size: LABEL, fill: colours.text }),
    );
  }
  return out.join('');
}

/** What echarts calls one of its options. */
type Option = Record<string, unknown>;

/** The elements of a plot in those colours. */
export async function drawPlot(plot: Plot, colours: Colours): Promise<string> {
  const layout = layOut(plot);
  const { left, right, top, bottom } = layout;
  const axis = (of: Axis, grid: boolean, rotation: number): Option => {
    const texts = new Map(of.ticks.map(({ value, text }) => [shareOf(of, value), text]));
    const places = [...texts.keys()];
    return {
      type: 'value',
      // All axes go from 0 to 1: whatever numbers there are, echarts has easy ones.
      min: 0,
      max: 1,
      axisLine: { show: true, onZero: false, lineStyle: { color: colours.axis } },
      axisTick: { show: true, customValues: places, lineStyle: { color: colours.axis } },
      axisLabel: {
        customValues: places,
        formatter: (value: number) => texts.get(value) ?? '',
        rotate: rotation,
        fontSize: LABEL,
        color: colours.muted,
        hideOverlap: false,
      },
      splitLine: { show: grid, lineStyle: { color: colours.grid, type: plot.grid.style } },
    };
  };
  const option = {
    animation: false,
    textStyle: { fontFamily: FONT.replaceAll("'", '') },
    grid: { left, top, width: right - left, height: bottom - top },
    xAxis: axis(layout.x, plot.grid.x, plot.rotation),
    yAxis: axis(layout.y, plot.grid.y, 0),
    series: plot.layers.flatMap((layer) => seriesOf(layer, layout, colours)),
  };
  const inner = await render(option, plot.width, plot.height);
  return `${inner}${marks(plot, layout, colours)}${frame(plot, layout, colours)}`;
}

/** How far points may lie beside the plot, which is clipped, in its own measure. */
const BESIDE = 100;

/** A layer in echarts' words. */
function seriesOf(layer: Layer, { left, right, top, bottom, x, y }: Layout, colours: Colours): Option[] {
  const color = colourFor(colours, layer.colour);
  const clamp = (share: number) => Math.min(Math.max(share, -BESIDE), BESIDE);
  const placed = (points: readonly Point[]): Point[] =>
    points.map(([px, py]) => [clamp(shareOf(x, px)), standsOn(y.scale, py) && standsOn(x.scale, px) ? clamp(shareOf(y, py)) : Number.NaN]);
  const width = Math.max(1, Math.round(right - left));
  const common = { silent: true, color, clip: true };
  if (layer.kind === 'band') {
    const [upper, lower] = [downsampled(placed(layer.points), width), downsampled(placed(layer.lower!), width)];
    return runs(upper, lower).map((polygon) => ({
      ...common,
      type: 'custom',
      data: [[0, 0]],
      renderItem: (_: unknown, api: { coord(p: Point): number[] }) => ({
        type: 'polygon',
        shape: { points: polygon.map((point) => api.coord(point)) },
        style: { fill: color, opacity: layer.opacity ?? 0.2 },
        silent: true,
      }),
    }));
  }
  if (layer.kind === 'bars') {
    const half = (layer.size ?? 0) / 2;
    const edges = (side: number) => placed(layer.points.map(([px, py]) => [px + side * half, py]));
    const [first, last, base] = [edges(-1), edges(1), placed(layer.lower!)];
    return [
      {
        ...common,
        type: 'custom',
        data: first.map(([x0, height], i) => [x0, height, last[i]![0], base[i]![1]]).filter(([, height]) => !Number.isNaN(height)),
        renderItem: (_: unknown, api: { coord(p: Point): number[]; value(k: number): number }) => {
          const [x0, y0] = api.coord([api.value(0), api.value(1)]) as [number, number];
          const [x1, y1] = api.coord([api.value(2), api.value(3)]) as [number, number];
          return {
            type: 'rect',
            shape: { x: x0, y: Math.min(y0, y1), width: Math.max(0.5, x1 - x0), height: Math.abs(y1 - y0) },
            style: { fill: color, opacity: layer.opacity ?? 1 },
            silent: true,
          };
        },
      },
    ];
  }
  const all = placed(layer.points);
  if (layer.kind === 'dots') {
    const points = thinned(all, [width, Math.round(bottom - top)], Math.max(1, (layer.size ?? 6) / 2)).filter(
      ([, py]) => !Number.isNaN(py),
    );
    return [
      {
        ...common,
        type: 'scatter',
        data: points,
        symbol: 'circle',
        symbolSize: layer.size ?? 6,
        itemStyle: { opacity: layer.opacity ?? 0.85 },
      },
    ];
  }
  const rising = all.every(([px], i) => i === 0 || px >= all[i - 1]![0]);
  const points = rising ? downsampled(all, width) : all;
  const empty = (i: number) => points[i] === undefined || Number.isNaN(points[i][1]);
  const dot = (size: number) => ({ symbol: 'circle', symbolSize: size });
  const line = {
    ...common,
    type: 'line',
    step: layer.step ? 'end' : false,
    lineStyle: { width: layer.size ?? 2, type: layer.dash ?? 'solid', opacity: layer.opacity ?? 1 },
    showAllSymbol: true,
    data: points.map(([px, py], i) => ({
      value: [px, Number.isNaN(py) ? null : py],
      // A point without neighbours would not be seen.
      ...(layer.markers ? dot(5) : empty(i - 1) && empty(i + 1) ? dot(5) : { symbol: 'none' }),
    })),
  };
  const marked = (layer.marked ?? []).map((i) => all[i]!).filter(([, py]) => !Number.isNaN(py));
  return marked.length === 0
    ? [line]
    : [line, { ...common, type: 'scatter', data: marked, symbol: 'circle', symbolSize: 9, z: 4, itemStyle: { opacity: 1 } }];
}

/** The outlines of a band: one polygon for each stretch without a gap. */
function runs(upper: readonly Point[], lower: readonly Point[]): Point[][] {
  const out: Point[][] = [];
  const stretches = (points: readonly Point[]) => {
    const found: Point[][] = [];
    let open: Point[] | undefined;
    for (const point of points) {
      if (Number.isNaN(point[1])) open = undefined;
      else {
        if (open === undefined) found.push((open = []));
        open.push(point);
      }
    }
    return found;
  };
  const [above, below] = [stretches(upper), stretches(lower)];
  above.forEach((stretch, i) => {
    if (below[i] !== undefined) out.push([...stretch, ...below[i].toReversed()]);
  });
  return out;
}

/** Lines across the plot, and words in it. */
function marks({ lines, notes }: Plot, { left, right, top, bottom, x, y }: Layout, colours: Colours): string {
  const px = (value: number) => left + shareOf(x, value) * (right - left);
  const py = (value: number) => bottom - shareOf(y, value) * (bottom - top);
  const inside = (value: number, of: Axis) => standsOn(of.scale, value) && Math.abs(shareOf(of, value) - 0.5) <= 0.5 + 1e-9;
  const out: string[] = [];
  for (const { x: vx, y: vy, text, colour } of lines) {
    const stroke = colour === undefined ? colours.muted : colourFor(colours, colour);
    const style = `stroke="${stroke}" stroke-width="1.2" stroke-dasharray="4 3" fill="none"`;
    if (vx !== undefined && inside(vx, x)) {
      const turned = px(vx) > (left + right) / 2;
      out.push(`<path d="M${at(px(vx))} ${at(top)}V${at(bottom)}" ${style}/>`);
      if (text !== '')
        out.push(
          svgText(text, px(vx) + (turned ? -5 : 5), top + 8, {
            size: 11,
            fill: stroke,
            anchor: turned ? 'end' : 'start',
            halo: colours.background,
          }),
        );
    }
    if (vy !== undefined && inside(vy, y)) {
      out.push(`<path d="M${at(left)} ${at(py(vy))}H${at(right)}" ${style}/>`);
      if (text !== '') out.push(svgText(text, right - 4, py(vy) - 8, { size: 11, fill: stroke, anchor: 'end', halo: colours.background }));
    }
  }
  for (const { x: vx, y: vy, text, colour, bare } of notes) {
    if (!inside(vx, x) || !inside(vy, y)) continue;
    if (bare) {
      out.push(svgText(text, px(vx), py(vy) - (vy < 0 ? -9 : 9), { size: 11, fill: colours.text, anchor: 'middle' }));
      continue;
    }
    const wide = textWidth(text, 11);
    const [cx, cy] = [px(vx), py(vy)];
    const anchor = cx + 6 + wide > right ? 'end' : 'start';
    const fill = colour === undefined ? colours.text : colourFor(colours, colour);
    out.push(
      `<circle cx="${at(cx)}" cy="${at(cy)}" r="3.2" fill="${fill}"/>`,
      svgText(text, cx + (anchor === 'end' ? -7 : 7), cy - 9 < top ? cy + 11 : cy - 9, {
        size: 11,
        fill,
        anchor,
        halo: colours.background,
      }),
    );
  }
  return out.join('');
}

/** Draws with echarts, without a page, and leaves out what only pages need. */
async function render(option: Option, width: number, height: number): Promise<string> {
  const echarts = await import('./echarts.js');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option as Parameters<typeof chart.setOption>[0]);
    return (
      chart
        .renderToSVGString()
        .replace(/^[\s\S]*?<svg[^>]*>/, '')
        .replace(/<\/svg>\s*$/, '')
        .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
        .replace(/<rect width="\d+" height="\d+" x="0" y="0"[^>]*fill="none"[^>]*><\/rect>/g, '')
        .replace(/ (ecmeta_\w+|class|pointer-events|dominant-baseline|xml:space)="[^"]*"/g, (all) =>
          /^ dominant/.test(all) ? ' dy="0.35em"' : '',
        )
        .replace(/font-family:[^;"]*;/g, '')
        // A dot is a circle, which is shorter than its outline.
        .replace(
          /<path d="M1 0A1 1 0 1 1[^"]*" transform="matrix\(([\d.]+),0,0,[\d.]+,([-\d.]+),([-\d.]+)\)"([^>]*)><\/path>/g,
          '<circle cx="$2" cy="$3" r="$1"$4/>',
        )
        .replace(/\s*\n\s*/g, '')
    );
  } finally {
    chart.dispose();
  }
}
