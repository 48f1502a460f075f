/** A chart: what is drawn, and the ways to have it. */
import { writeBytes } from '#files';
import { rasterizeSvg } from '#images';
import { ArgumentError, printable } from '../../../errors.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { above, assertString, oneOf } from '../../../tensor/arguments/checks.js';
import { show } from '../../../tensor/arguments/show.js';
import { at, escapeXml, FONT } from './svg.js';
import { type ChartTheme, type Colours, DARK, darkRules, LIGHT, THEMES } from './theme.js';

/** What fills a chart. */
export interface Drawing {
  /** What kind of chart it is, as its function is called. */
  readonly kind: string;
  readonly title: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly theme: ChartTheme;
  /** What it shows, in a few words: `2 curves`. */
  readonly about: string;
  /** Whether what is behind it shows through. */
  readonly transparent?: boolean;
  /** The elements inside of the <svg>. */
  draw(colours: Colours): string | Promise<string>;
}

/** The options of {@link Chart.toSvg}. */
export interface ChartSvgOptions {
  /** Default: the chart's own. */
  theme?: ChartTheme | null;
}

/** The options of {@link Chart.toPng} and {@link Chart.save}. */
export interface ChartPngOptions extends ChartSvgOptions {
  /** Pixels of the PNG for each of the chart's. Default: 2, for screens of today. */
  scale?: number;
}

const SVG: Required<ChartSvgOptions> = { theme: null };
const PNG: Required<ChartPngOptions> = { scale: 2, theme: null };
const ENDINGS = ['svg', 'png', 'html'] as const;
/** The most pixels along a side of a PNG. */
const MOST_PIXELS = 16_384;

/**
 * A chart or picture, as `lineChart`, `imageGrid` and the others make it. It is drawn when it is asked for: as SVG text, as a PNG, into a file, or in
 * the cell of a notebook (Jupyter with Deno's kernel shows it where it is a cell's last value).
 * @example
 * const chart = lineChart({ title: 'Loss', y: [0.9, 0.4, 0.2], xLabel: 'epoch' });
 * (await chart.toSvg()).slice(0, 4); // '<svg'
 * await chart.save('loss.svg'); // or .png, .html
 */
export class Chart {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Chart';
  readonly #drawing: Drawing;

  /** @internal Charts are made by `lineChart` and its like. */
  constructor(drawing: Drawing) {
    if (typeof (drawing as Partial<Drawing> | null | undefined)?.draw !== 'function')
      throw new ArgumentError(`Chart: got ${show(drawing)}; lineChart, imageGrid and their like make charts. Call one of them.`);
    this.#drawing = drawing;
  }

  /** In pixels. */
  get width(): number {
    return this.#drawing.width;
  }

  /** In pixels. */
  get height(): number {
    return this.#drawing.height;
  }

  /** What stands above it. */
  get title(): string {
    return this.#drawing.title;
  }

  /** @internal What `subplots` puts beside others. */
  get drawing(): Drawing {
    return this.#drawing;
  }

  /** An <svg> element that needs nothing from elsewhere: for a file, or inside a page. */
  async toSvg(...args: Arguments<ChartSvgOptions, []>): Promise<string> {
    const { theme } = readArguments('Chart.toSvg', SVG, args);
    return this.#svg('Chart.toSvg', theme, 1);
  }

  /**
   * The bytes of a PNG file, `scale` times as large. In Node the package sharp draws it, which is installed beside Hone.
   * A chart of theme `auto` is drawn on white.
   * @throws {FileError} where sharp is missing.
   */
  async toPng(...args: Arguments<ChartPngOptions, [scale: 'scale']>): Promise<Uint8Array> {
    const { scale, theme } = readArguments('Chart.toPng', PNG, args);
    return this.#png('Chart.toPng', scale, theme);
  }

  /** A whole page with the chart in it, which loads nothing. */
  async toHtml(...args: Arguments<ChartSvgOptions, []>): Promise<string> {
    const { theme } = readArguments('Chart.toHtml', SVG, args);
    return this.#html('Chart.toHtml', theme);
  }

  /**
   * Writes a file in the format that the ending names: `.svg`, `.png` or `.html`; folders that there are not are made.
   * @throws {ArgumentError} for another ending. @throws {FileError} for a file that cannot be written, and for a PNG where sharp is missing.
   */
  async save(path: string, ...args: Arguments<ChartPngOptions, [scale: 'scale']>): Promise<void> {
    assertString('Chart.save', 'path', path);
    const { scale, theme } = readArguments('Chart.save', PNG, args);
    const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
    if (!(ENDINGS as readonly unknown[]).includes(ending))
      throw new ArgumentError(`Chart.save: the ending of ${show(path)} is not one of a chart. Give it one of .svg, .png and .html.`);
    const bytes =
      ending === 'png'
        ? await this.#png('Chart.save', scale, theme)
        : new TextEncoder().encode(await (ending === 'svg' ? this.#svg('Chart.save', theme, 1) : this.#html('Chart.save', theme)));
    writeBytes(path, [bytes], 'Chart.save', { makeDirectories: true });
  }

  async #svg(op: string, theme: ChartTheme | null, scale: number): Promise<string> {
    const { draw: _, ...about } = this.#drawing;
    const { width, height, title, kind, transparent } = about;
    const used = theme === null ? about.theme : oneOf(op, 'theme', theme, THEMES);
    const colours = used === 'dark' ? DARK : LIGHT;
    const content = await this.#drawing.draw(colours);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${at(width * scale)}" height="${at(height * scale)}" viewBox="0 0 ${at(width)} ${at(height)}"`,
      ` role="img" aria-label="${escapeXml(title || kind)}" class="hone-chart" font-family="${FONT}">`,
      used === 'auto' ? `<style>${darkRules()}</style>` : '',
      transparent ? '' : `<rect width="100%" height="100%" fill="${colours.background}"/>`,
      content,
      '</svg>',
    ].join('');
  }

  async #png(op: string, scale: number, theme: ChartTheme | null): Promise<Uint8Array> {
    above(op, 'scale', scale, 0);
    const { width, height } = this.#drawing;
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    if (!(Math.max(w, h) <= MOST_PIXELS))
      throw new ArgumentError(
        `${op}: scale is ${scale}, with which the chart of ${width} × ${height} has more than ${MOST_PIXELS} pixels along a side. Take a smaller one.`,
      );
    return rasterizeSvg(op, await this.#svg(op, theme, scale), w, h);
  }

  async #html(op: string, theme: ChartTheme | null): Promise<string> {
    const svg = await this.#svg(op, theme, 1);
    const used = theme ?? this.#drawing.theme;
    const scheme = used === 'auto' ? 'light dark' : used;
    const background =
      used === 'auto'
        ? `body{background:${LIGHT.background}}@media (prefers-color-scheme:dark){body{background:${DARK.background}}}`
        : `body{background:${(used === 'dark' ? DARK : LIGHT).background}}`;
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(this.title || this.#drawing.kind)}</title>
<style>:root{color-scheme:${scheme}}body{margin:16px}svg{display:block;max-width:100%;height:auto;margin:0 auto}${background}</style>
</head>
<body>
${svg}
</body>
</html>
`;
  }

  /** `lineChart "Loss" (2 curves, 640 × 400)`. */
  toString(): string {
    const { kind, title, about, width, height } = this.#drawing;
    return `${kind}${title === '' ? '' : ` "${printable(title)}"`} (${about}, ${width} × ${height})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.toString()}: await chart.save('chart.svg'), or .png, .html`;
  }

  [Symbol.for('Deno.customInspect')](): string {
    return this.toString();
  }

  /** What a notebook shows: Deno's kernel for Jupyter asks for it. */
  async [Symbol.for('Jupyter.display')](): Promise<Record<string, string>> {
    return { 'image/svg+xml': await this.#svg('Chart', null, 1), 'text/plain': this.toString() };
  }
}

/** What every chart can be told. */
export interface ChartLook {
  /** Written above the chart. Default: nothing. */
  title?: string;
  /** In pixels. */
  width?: number;
  /** In pixels. */
  height?: number;
  /** On white, on dark, or as the page around it is. Default: 'light'. */
  theme?: ChartTheme;
  /** Whether what is behind the chart shows through. Default: false. */
  transparent?: boolean;
}

/** The least and most pixels of a side. */
const SIDES = { least: 60, most: 8192 };

/** Checks what {@link ChartLook} says. */
export function checkLook(op: string, { width, height, theme }: { width?: number; height?: number; theme: unknown }): void {
  for (const [name, value] of Object.entries({ width, height }))
    if (value !== undefined && !(value >= SIDES.least && value <= SIDES.most))
      throw new ArgumentError(`${op}: ${name} is ${value}, expected a number of pixels from ${SIDES.least} to ${SIDES.most}.`);
  oneOf(op, 'theme', theme, THEMES);
}

/** Throws unless all are charts. */
export function assertCharts(op: string, charts: unknown): asserts charts is readonly Chart[] {
  const wrong = Array.isArray(charts) ? charts.find((chart) => !(chart instanceof Chart)) : charts;
  if (!Array.isArray(charts) || charts.some((chart) => !(chart instanceof Chart)))
    throw new ArgumentError(
      `${op}: charts is ${show(charts)}, with ${show(wrong)} in it; expected a list of charts, such as lineChart gives.`,
    );
}
