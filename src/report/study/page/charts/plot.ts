/** Axes, dots and lines of a study's charts, as SVG whose colours are those of the page around it: light, dark, or on paper. */
import { type Axis, shareOf } from '../../../charts/base/axis.js';
import { shortened, textWidth } from '../../../charts/base/svg.js';
import { escapeHtml } from '../../../html.js';
import { COLOURS, classOf } from './view.js';

/** The size of labels. */
export const SIZE = 12;

/** A place in an SVG, short. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Where things are drawn: all in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const across = ({ width, left, right }: Frame): number => Math.max(1, width - left - right);
export const down = ({ height, top, bottom }: Frame): number => Math.max(1, height - top - bottom);
export const xOf = (frame: Frame, axis: Axis, value: number): number => frame.left + shareOf(axis, value) * across(frame);
export const yOf = (frame: Frame, axis: Axis, value: number): number => frame.height - frame.bottom - shareOf(axis, value) * down(frame);

/** A whole chart: what is said of it, for those who do not see it, and what is in it. */
export function svg({ width, height }: Frame, label: string, body: string): string {
  return `<svg viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}" role="img" aria-label="${escapeHtml(label)}">${body}</svg>`;
}

/** Text at a place; `more` are further attributes. */
export const label = (text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end' = 'start', more = ''): string =>
  `<text x="${at(x)}" y="${at(y)}" dy=".35em"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${more}>${escapeHtml(text)}</text>`;

/** A name in so much room; all of it where it is pointed at. */
export function nameLabel(name: string, x: number, y: number, room: number, anchor: 'start' | 'end' = 'start', more = ''): string {
  const short = shortened(name, SIZE, room);
  const whole = short === name ? '' : `<title>${escapeHtml(name)}</title>`;
  return `<text x="${at(x)}" y="${at(y)}" dy=".35em"${anchor === 'start' ? '' : ' text-anchor="end"'}${more}>${whole}${escapeHtml(short)}</text>`;
}

/** The room that names take at the side: no more than a share of the width. */
export const roomFor = (names: readonly string[], width: number, share = 0.34): number =>
  Math.min(Math.max(24, ...names.map((name) => textWidth(name, SIZE))) + 22, Math.max(64, width * share));

/** The horizontal axis with lines upwards from its labels. */
export function xAxis(frame: Frame, axis: Axis, title: string, lines = true): string {
  const floor = frame.height - frame.bottom;
  const ticks = thinned(axis, across(frame)).map(({ value, text }) => {
    const x = xOf(frame, axis, value);
    return `${lines ? `<line class="grid" x1="${at(x)}" x2="${at(x)}" y1="${at(frame.top)}" y2="${at(floor)}"/>` : ''}${label(text, x, floor + 13, 'middle')}`;
  });
  const named = title === '' ? '' : label(title, frame.left + across(frame) / 2, floor + 31, 'middle', ' class="axis"');
  return `<line class="base" x1="${at(frame.left)}" x2="${at(frame.width - frame.right)}" y1="${at(floor)}" y2="${at(floor)}"/>${ticks.join('')}${named}`;
}

/** Labels that have room beside each other. */
function thinned({ scale, min, max, ticks }: Axis, room: number): Axis['ticks'] {
  const wide = Math.max(0, ...ticks.map(({ text }) => textWidth(text, SIZE))) + 12;
  const places = ticks.map(({ value }) => shareOf({ scale, min, max, ticks }, value) * room);
  let last = Number.NEGATIVE_INFINITY;
  return ticks.filter((_, i) => {
    if (places[i]! - last < wide) return false;
    last = places[i]!;
    return true;
  });
}

/** The vertical axis with lines to the right of its labels. */
export function yAxis(frame: Frame, axis: Axis): string {
  return axis.ticks
    .map(({ value, text }) => {
      const y = yOf(frame, axis, value);
      return `<line class="grid" x1="${at(frame.left)}" x2="${at(frame.width - frame.right)}" y1="${at(y)}" y2="${at(y)}"/>${label(text, frame.left - 7, y, 'end')}`;
    })
    .join('');
}

/** The room that the labels of a vertical axis take. */
export const roomOf = (axis: Axis): number => Math.max(18, ...axis.ticks.map(({ text }) => textWidth(text, SIZE))) + 12;

/** A dot in the shape of its variant: circles, then squares, then diamonds. */
export function dot(place: number, x: number, y: number, size: number, more = ''): string {
  const [cx, cy] = [at(x), at(y)];
  const shape = Math.floor(place / COLOURS) % 3;
  if (shape === 0) return `<circle cx="${cx}" cy="${cy}" r="${at(size)}"${more}/>`;
  if (shape === 1) return `<rect x="${at(x - size)}" y="${at(y - size)}" width="${at(2 * size)}" height="${at(2 * size)}"${more}/>`;
  const d = 1.35 * size;
  return `<path d="M${at(x - d)} ${cy}L${cx} ${at(y - d)}L${at(x + d)} ${cy}L${cx} ${at(y + d)}Z"${more}/>`;
}

/** A line through points; gaps where there is none. */
export function path(points: readonly (readonly [x: number, y: number])[]): string {
  let d = '';
  let drawing = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      drawing = false;
      continue;
    }
    d += `${drawing ? 'L' : 'M'}${at(x)} ${at(y)}`;
    drawing = true;
  }
  return d;
}

/** What stands before a variant's name: a line and a dot as in the charts. */
export const swatch = (place: number): string =>
  `<svg class="swatch ${classOf(place)}" viewBox="0 0 22 10" width="22" height="10" aria-hidden="true"><path class="line" d="M0 5H22"/>${dot(place, 11, 5, 3.4, ' class="dot"')}</svg>`;
