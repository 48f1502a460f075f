/** A table in as many columns of a terminal as there are: what matters least is left out, then long names are cut. */
import { cut, oneLine, width } from '../../report/progress/cells.js';

export interface FitColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** What is left out first has the highest; 0, the default, is never left out. */
  readonly rank?: number;
  /** Cells may be cut to so many characters, where the table is too wide without. Default: never. */
  readonly least?: number;
}

/** @returns lines joined by newlines, none at the end; no line is wider than `columns`, where `least` allows that. */
export function fitTable(columns: readonly FitColumn[], rows: readonly (readonly string[])[], room: number): string {
  const cells = rows.map((row) => row.map(oneLine));
  // A column in which nothing stands says nothing.
  let used = columns.map((_, i) => i).filter((i) => !columns[i]!.rank || cells.some((row) => row[i] !== '' && row[i] !== '-'));
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...cells.map((row) => width(row[i] ?? ''))));
  const needed = (of: readonly number[]) => of.reduce((sum, i) => sum + widths[i]!, 0) + 2 * (of.length - 1);
  const least = (of: readonly number[]) =>
    of.reduce((sum, i) => sum + Math.min(widths[i]!, columns[i]!.least ?? widths[i]!), 0) + 2 * (of.length - 1);
  while (least(used) > room) {
    const worst = used.reduce((a, b) => ((columns[b]!.rank ?? 0) >= (columns[a]!.rank ?? 0) ? b : a));
    if (!columns[worst]!.rank) break;
    used = used.filter((i) => i !== worst);
  }
  for (let over = needed(used) - room; over > 0; over--) {
    const widest = used.filter((i) => widths[i]! > (columns[i]!.least ?? widths[i]!)).sort((a, b) => widths[b]! - widths[a]!)[0];
    if (widest === undefined) break;
    widths[widest]!--;
  }
  const line = (row: readonly string[]) =>
    used
      .map((i) => {
        const text = cut(row[i] ?? '', widths[i]!);
        const space = ' '.repeat(Math.max(0, widths[i]! - width(text)));
        return columns[i]!.align === 'right' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  const rule = used.map((i) => '─'.repeat(widths[i]!)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...cells.map(line)].join('\n');
}
