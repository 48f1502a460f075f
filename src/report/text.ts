/** Text for terminals: tables and durations. */

import { ArgumentError } from '../errors.js';
import { show } from '../tensor/arguments/show.js';
import { width } from './progress/cells.js';

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/**
 * A table with a ruled heading. Cells of several lines are not supported.
 * @returns lines joined by newlines, no newline at the end.
 */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (!Array.isArray(columns) || !columns.every((column) => typeof (column as Partial<Column> | null)?.title === 'string'))
    throw new ArgumentError(`textTable: columns is ${show(columns)}, expected a list of columns: [{ title: 'model' }].`);
  if (!Array.isArray(rows) || !rows.every(Array.isArray))
    throw new ArgumentError(`textTable: rows is ${show(rows)}, expected a list of lists of strings.`);
  const widths = columns.map(({ title }, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const room = ' '.repeat(widths[i]! - width(cell));
        return columns[i]!.align === 'right' ? `${room}${cell}` : `${cell}${room}`;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((w) => '─'.repeat(w)).join('  ');
  return [line(columns.map((c) => c.title)), rule, ...rows.map(line)].join('\n');
}

/** `0.8 s`, `42 s`, `3:07 min`, `1:02:03 h`. */
export function showDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)} h` : `${m}:${two(s)} min`;
}

/** `4,403,786`. */
export function showCount(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** `950`, `12.3k`, `1.2M`: a count in five characters or fewer. */
export function showShortCount(n: number): string {
  if (n < 999.5) return String(Math.round(n));
  const [value, unit] = n < 999_500 ? [n / 1e3, 'k'] : [n / 1e6, 'M'];
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `1 run`, `2 runs`. */
export function plural(n: number, noun: string): string {
  return `${showCount(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
