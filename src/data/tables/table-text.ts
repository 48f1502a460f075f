/** Tables as text: the first rows and the last, in columns. */
import type { Column } from './column.js';

/** How many rows are shown before the middle is left out. */
const ROWS = 10;
/** How many columns are shown. */
const COLUMNS = 12;
/** How long a value may be. */
const WIDTH = 24;

/** The table of a table: its header, the types, rows, and its size. */
export function tableText(length: number, columns: readonly Column[]): string {
  const shown = columns.length > COLUMNS ? [...columns.slice(0, COLUMNS - 1), columns.at(-1)!] : columns;
  const rows = length > ROWS ? [0, 1, 2, 3, 4, -1, ...[5, 4, 3, 2, 1].map((i) => length - i)] : Array.from({ length }, (_, i) => i);
  const cells = shown.map((column) => [short(column.name), column.type, ...rows.map((i) => (i < 0 ? '…' : cellText(column, i)))]);
  const lines = [['', '', ...rows.map((i) => (i < 0 ? '…' : String(i)))], ...cells].map((list) => {
    const width = Math.max(...list.map((text) => text.length));
    return list.map((text) => text.padStart(width));
  });
  if (columns.length > COLUMNS)
    lines.splice(
      -1,
      0,
      lines[0]!.map(() => '…'),
    );
  const body = lines[0]!.map((_, i) =>
    lines
      .map((list) => list[i])
      .join('  ')
      .trimEnd(),
  );
  return [...body, `[${length} rows × ${columns.length} columns]`].join('\n');
}

function cellText(column: Column, i: number): string {
  const cell = column.get(i);
  if (cell === null) return 'missing';
  if (typeof cell === 'number') return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(6)));
  return short(cell instanceof Date ? cell.toISOString() : String(cell));
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
};
