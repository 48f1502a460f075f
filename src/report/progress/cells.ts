/** How many cells of a terminal a text takes: wide characters take two, marks on others none. */
import { printable } from '../../errors.js';

// Printable ASCII, with the few signs that lines are drawn of.
const NARROW = /^[\x20-\x7e…▕▏▎▍▌▋▊▉█·×─]*$/;
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2fb}\u{1f200}-\u{1f320}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const NOTHING = /^[\p{Mark}\p{Cf}]*$/u;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. */
function characters(text: string): string[] {
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const cellsOf = (character: string) => (NOTHING.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

/** The width of a line of text. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  return characters(text).reduce((sum, character) => sum + cellsOf(character), 0);
}

/** The text where it fits into so many cells, else its beginning with `…`. */
export function cut(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  if (cells < 1) return '';
  let out = '';
  let taken = 0;
  for (const character of characters(text)) {
    taken += cellsOf(character);
    if (taken > cells - 1) break;
    out += character;
  }
  return `${out}…`;
}

/** A name on one line, in which nothing steers the terminal. */
export const oneLine = (name: string): string => printable(name.replace(/\s+/g, ' '));
