/** A study's table for terminals, with a forest plot where it fits. */
import { ArgumentError } from '../../errors.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { cut, oneLine, width } from '../progress/cells.js';
import { type Column, plural, showDuration, textTable } from '../text.js';
import { checkStudy } from './check.js';
import type { StudyFigures } from './figures.js';
import {
  furtherPairs,
  headline,
  isNumber,
  lettersOf,
  outcomeOf,
  showDifference,
  showInterval,
  showP,
  showSpread,
  type Units,
  unitsOf,
  withBaseline,
} from './units.js';
import type { ComparisonVerdict, Interval, StudyVerdict } from './verdict.js';

/** The least and the most letters of a forest plot. */
const PLOT = { least: 21, most: 49 };
/** Names are cut to no less. */
const NAME = 10;

interface Part extends Column {
  readonly cells: string[];
  /** The first to go where there is too little room; 0 stays. */
  readonly rank: number;
  /** What it says where there is less room, and still less. */
  readonly short?: readonly string[][];
}

/**
 * The ranked table for a terminal: each variant's test score (mean ± standard deviation), its difference from the baseline with interval and
 * corrected p, what it came to, and a forest plot of the intervals where it fits. Narrow terminals get fewer columns. Further pairs follow in a
 * table of their own.
 * @param columns the room there is, from 20. Default: 100.
 * @returns lines joined by newlines, no newline at the end.
 * @throws {ArgumentError} for anything but the figures of a study and the verdict on them.
 * @example
 * studyTable(figures, verdict, 80).split('\n').length > 3; // true
 */
export function studyTable(figures: StudyFigures, verdict: StudyVerdict, columns = 100): string {
  checkStudy('studyTable', figures, verdict);
  wholeNumber('studyTable', 'columns', columns);
  if (columns < 20) throw new ArgumentError(`studyTable: columns is ${show(columns)}, expected at least 20.`);
  const units = unitsOf(figures.metric.name, figures.variants);
  const pairs = furtherPairs(figures, verdict);
  const tables = [ranking(figures, verdict, units, columns)];
  if (pairs.length > 0) tables.push(pairTable(pairs, units, columns));
  return tables.join('\n\n');
}

const right = (title: string, cells: string[], rank: number): Part => ({ title, align: 'right', cells, rank });
const left = (title: string, cells: string[], rank: number): Part => ({ title, cells, rank });

function ranking(figures: StudyFigures, verdict: StudyVerdict, units: Units, columns: number): string {
  const { variants } = verdict;
  const compared = variants.map(({ name }) => withBaseline(figures, verdict, name));
  const letters = lettersOf(verdict);
  const dropped = variants.map(({ name }) => {
    const epochs = figures.variants.find((one) => one.name === name)?.droppedAfter;
    return isNumber(epochs) ? `dropped after ${plural(epochs, 'epoch')}` : '';
  });
  const isBaseline = variants.map(({ name }) => name === figures.baseline);
  const parts: Part[] = [
    left(
      'variant',
      variants.map(({ name }) => oneLine(name)),
      0,
    ),
    right(
      `test ${oneLine(figures.metric.name)}`,
      variants.map((variant) => showSpread(units, variant)),
      1,
    ),
    left(
      'group',
      variants.map(({ name }) => letters.get(name) ?? ''),
      7,
    ),
    ...comparisonParts(compared, units, isBaseline, dropped),
    right(
      'time',
      variants.map(({ seconds }) => showDuration(seconds)),
      6,
    ),
    right(
      'runs',
      variants.map(({ runs, failed }) => `${runs}${failed > 0 ? `, ${failed} failed` : ''}`),
      5,
    ),
  ];
  return fitted(parts, compared, units, columns);
}

function comparisonParts(
  compared: readonly (ComparisonVerdict | undefined)[],
  units: Units,
  isBaseline: readonly boolean[],
  dropped: readonly string[] = [],
): Part[] {
  if (compared.every((c) => c === undefined)) return [];
  const cells = (text: (c: ComparisonVerdict) => string) => compared.map((c) => (c === undefined ? '' : text(c)));
  return [
    right(
      'difference',
      cells((c) => showDifference(units, c.mean)).map((text, i) => (isBaseline[i] ? 'baseline' : text)),
      2,
    ),
    right(
      '95 % interval',
      cells((c) => showInterval(units, headline(c))),
      4,
    ),
    right(
      'p',
      cells((c) => showP(c.adjusted)),
      3,
    ),
    {
      ...left(
        '',
        cells((c) => `${outcomeOf(c.outcome).sign} ${oneLine(outcomeOf(c.outcome).word)}`).map((text, i) => text || (dropped[i] ?? '')),
        1,
      ),
      short: [
        cells((c) => `${outcomeOf(c.outcome).sign} ${oneLine(outcomeOf(c.outcome).short)}`).map(
          (text, i) => text || (dropped[i] ? 'dropped' : ''),
        ),
        cells((c) => outcomeOf(c.outcome).sign),
      ],
    },
  ];
}

function pairTable(pairs: readonly ComparisonVerdict[], units: Units, columns: number): string {
  const names = pairs.map(({ variant, against }) => `${oneLine(variant)} − ${oneLine(against)}`);
  const none = pairs.map(() => false);
  return fitted([left('further pairs', names, 0), ...comparisonParts(pairs, units, none)], pairs, units, columns);
}

/** The table in so many columns: names are cut a little, parts left out in their order, and what room remains has the plot. */
function fitted(all: readonly Part[], compared: readonly (ComparisonVerdict | undefined)[], units: Units, columns: number): string {
  const widthOf = ({ title, cells }: Part) => Math.max(width(title), ...cells.map(width));
  const total = (parts: readonly Part[]) => parts.reduce((sum, part) => sum + widthOf(part) + 2, -2);
  const cutTo = (parts: readonly Part[], room: number) =>
    parts.map((part, i) => (i === 0 ? { ...part, cells: part.cells.map((c) => cut(c, room)) } : part));
  const plotted = forest(compared, units, PLOT.least);
  let parts = cutTo(plotted === undefined ? all : [...all, plotted], Math.max(NAME, Math.min(32, Math.floor(columns / 3))));
  while (total(parts) > columns) {
    // Where names alone are in the way, they give way first.
    const short = columns - (total(parts) - widthOf(parts[0]!));
    const last = Math.max(...parts.map(({ rank }) => rank));
    if (short >= NAME + 6 && short < widthOf(parts[0]!)) parts = cutTo(parts, short);
    else if (last < 3 && parts.some(({ short: less }) => less?.length))
      parts = parts.map((part) => (part.short?.length ? { ...part, cells: part.short[0]!, short: part.short.slice(1) } : part));
    else if (last > 0)
      parts = parts.toSpliced(
        parts.findLastIndex(({ rank }) => rank === last),
        1,
      );
    else break;
  }
  if (total(parts) > columns) parts = cutTo(parts, columns);
  if (plotted !== undefined && parts.includes(plotted)) {
    const room = Math.min(PLOT.most, columns - total(parts) + PLOT.least);
    parts = parts.with(-1, forest(compared, units, room)!);
  }
  return textTable(
    parts.map(({ title, align }) => (align === undefined ? { title } : { title, align })),
    (parts[0]?.cells ?? []).map((_, row) => parts.map(({ cells }) => cells[row] ?? '')),
  );
}

/** Each interval as a line with its mean, on one axis with zero in it. Undefined where there is no interval. */
function forest(compared: readonly (ComparisonVerdict | undefined)[], units: Units, room: number): Part | undefined {
  const ends = (c: ComparisonVerdict): Interval => headline(c) ?? [c.mean, c.mean];
  const values = compared.flatMap((c) => (c === undefined ? [] : [...ends(c), c.mean])).filter(isNumber);
  if (values.length === 0) return undefined;
  let [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  if (low === high) [low, high] = [-1 / units.factor, 1 / units.factor];
  const at = (value: number) => Math.round(((value - low) / (high - low)) * (room - 1));
  const zero = at(0);
  const cells = compared.map((c) => {
    const row: string[] = Array.from({ length: room }, (_, i) => (i === zero ? '┊' : ' '));
    if (c === undefined || !isNumber(c.mean)) return row.join('');
    const [from, to] = ends(c);
    if (isNumber(from) && isNumber(to)) {
      for (let i = at(from); i <= at(to); i++) row[i] = i === zero ? '┼' : '─';
      if (at(from) < at(to)) [row[at(from)], row[at(to)]] = ['├', '┤'];
    }
    row[at(c.mean)] = '●';
    return row.join('');
  });
  // The scale as heading: both ends, and zero where it does not touch them.
  const [first, last] = [showDifference(units, low), showDifference(units, high)];
  const title: string[] = Array.from({ length: room }, () => ' ');
  [...first].forEach((c, i) => (title[i] = c));
  [...last].forEach((c, i) => (title[room - last.length + i] = c));
  if (zero > first.length && zero < room - last.length - 1) title[zero] = '0';
  return { title: title.join(''), cells, rank: 3.5 };
}
