/** How many columns of a terminal a character takes. */

/** East Asian wide and full-width characters, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const NONE = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns of one character: 0 of what combines with the one before, 2 of wide ones. */
export function wideColumns(character: string): 0 | 1 | 2 {
  return NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** Columns of a text in a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const c of text) columns += wideColumns(c);
  return columns;
}
