/** Pieces of SVG text, and how wide words are. */
import { width as cellsOf } from '../../progress/cells.js';

/** What readers have; the first that is there is taken. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

/** What XML reserves, written so that it is text; characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** `1.5`, `3`: coordinates with as many digits as a screen can show. */
export const at = (value: number): string => String(Number(value.toFixed(2)));

/** How text is set. */
export interface TextStyle {
  readonly size?: number;
  readonly fill: string;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** The colour around letters that stand over curves. */
  readonly halo?: string;
  /** Degrees, counterclockwise. */
  readonly rotate?: number;
}

/** A line of text whose middle is at height `y`. */
export function svgText(
  text: string,
  x: number,
  y: number,
  { size = 12, fill, weight, anchor = 'start', rotate = 0, halo }: TextStyle,
): string {
  const turned = rotate === 0 ? '' : ` transform="rotate(${at(-rotate)} ${at(x)} ${at(y)})"`;
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  const heavy = weight === undefined ? '' : ` font-weight="${weight}"`;
  const around = halo === undefined ? '' : ` stroke="${halo}" stroke-width="3" paint-order="stroke" stroke-linejoin="round"`;
  return `<text x="${at(x)}" y="${at(y)}" dy="0.35em" font-size="${size}"${heavy}${anchored} fill="${fill}"${around}${turned}>${escapeXml(text)}</text>`;
}

const NARROW = /[ijlItf.,:;'|!()[\]{} ]/;
const BROAD = /[mwMWG@%OQ]/;

/** About how wide text is in a usual sans serif, in pixels; rather too wide than too narrow. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const c of text) {
    if (c > '\u02ff' && cellsOf(c) !== 1) width += cellsOf(c) * 0.525;
    else if (NARROW.test(c)) width += 0.34;
    else if (BROAD.test(c)) width += 0.9;
    else if (c >= 'A' && c <= 'Z') width += 0.7;
    else width += 0.61;
  }
  return width * size;
}

/** Text of at most that width, an ellipsis for what is left out. */
export function shortened(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const signs = [...text];
  while (signs.length > 1 && textWidth(`${signs.join('')}…`, size) > width) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}

/** Text in lines of at most that width, broken at spaces; a word that is longer is cut. */
export function wrapped(text: string, size: number, width: number, most = 4): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line === '' || textWidth(longer, size) <= width) line = longer;
      else {
        lines.push(line);
        line = word;
      }
    }
    lines.push(line);
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += '…';
  return kept.map((line) => shortened(line, size, width));
}
