/** Charts and pictures, as images of TensorBoard. */
import { ShapeError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { headerOf } from '../../vision/io/image-header.js';
import { readImageAs, readImageOptions } from '../../vision/io/read-image.js';
import type { SummaryValue } from '../summaries/scalar.js';
import type { Drawable, Figure } from '../writer/options.js';
import { draw, encodedSummary, imageOf, imageSummary, type Pixels, pixelsOf, tiled } from './pixels.js';

const isChart = (value: unknown): value is Drawable =>
  typeof value === 'object' && value !== null && 'toPng' in value && typeof value.toPng === 'function';

/** The bytes of a PNG file, where the figure is one or can be drawn as one. */
async function fileOf(op: string, figure: unknown): Promise<Uint8Array | undefined> {
  const file = isChart(figure) ? await figure.toPng() : figure;
  if (!(file instanceof Uint8Array)) return undefined;
  if (headerOf(file)?.format !== 'png') throw unexpected(op, 'figure', figure, 'a chart, an image, or the bytes of a PNG file');
  return file;
}

/** One picture, or several beside each other. */
export async function figureSummary(op: string, tag: string, figure: unknown): Promise<SummaryValue> {
  if (!Array.isArray(figure) || typeof figure[0] === 'number' || Array.isArray(figure[0])) {
    const file = await fileOf(op, figure);
    if (file === undefined) return imageSummary(op, tag, pixelsOf(op, figure, 'CHW'));
    const [width, height] = headerOf(file)!.size!;
    return encodedSummary(tag, file, { width, height, channels: 4 });
  }
  const all = await Promise.all((figure as Figure[]).map((each) => pixelsOfFigure(op, each)));
  const first = all[0];
  if (first === undefined) throw unexpected(op, 'figure', figure, 'a chart, or a list of at least one');
  for (const { width, height } of all)
    if (width !== first.width || height !== first.height)
      throw new ShapeError(`${op}: the figures are ${first.width}×${first.height} and ${width}×${height}, expected one size.`);
  const at = (i: number, y: number, x: number, c: number) => all[i]!.data[(y * first.width + x) * 3 + c]!;
  return imageSummary(op, tag, draw(tiled({ width: first.width, height: first.height, channels: 3 }, all.length, at)));
}

/** In colour, without opacity. */
async function pixelsOfFigure(op: string, figure: Figure): Promise<Pixels> {
  const file = await fileOf(op, figure);
  if (file !== undefined) {
    const image = await readImageAs(op, file, readImageOptions(op, { mode: 'RGB' }));
    return { width: image.width, height: image.height, channels: 3, data: image.data };
  }
  const pixels = pixelsOf(op, figure, 'CHW');
  if (pixels.channels === 3) return pixels;
  return { ...pixels, channels: 3, data: imageOf(pixels).convert('RGB').data };
}
