/** Charts with a row for each variant: what every seed gave, the gap between training and test data, and other figures. */
import { type Axis, endsOf, exactAxis, opened } from '../../../charts/base/axis.js';
import { textWidth } from '../../../charts/base/svg.js';
import { escapeHtml } from '../../../html.js';
import { finite, isNumber, lettersOf, meanOf, showValue, testScores, type Units, unitsOf } from '../../units.js';
import { at, dot, type Frame, label, nameLabel, path, roomFor, SIZE, svg, xAxis, xOf } from './plot.js';
import { classOf, type PageStudy, type Placed, rankedIn, type View } from './view.js';

const ROW = 30;

/** Shares do not go beyond 100 %. */
export const boundsOf = ({ factor }: Units): readonly [number, number] => (factor === 100 ? [0, 100] : [-Infinity, Infinity]);

/** An axis around the values with a little room at both ends. */
export function padded(values: readonly number[], width: number, bounds?: readonly [number, number]): Axis {
  const [low, high] = opened(endsOf(values, 'linear') ?? [0, 1], 'linear');
  const room = 0.04 * (high - low);
  const ends = [Math.max(low - room, bounds?.[0] ?? -Infinity), Math.min(high + room, bounds?.[1] ?? Infinity)] as const;
  return exactAxis(ends[0] < ends[1] ? ends : [low - 1, high + 1], 'linear', Math.max(3, Math.round(width / 70)));
}

/** A row for each name, the labels at the left. */
function rowsFrame(placed: readonly Placed[], width: number, right: number): { frame: Frame; yOf: (row: number) => number } {
  const left = roomFor(
    placed.map(({ variant }) => variant.name),
    width,
  );
  const height = 10 + placed.length * ROW + 42;
  return { frame: { width, height, left, right, top: 6, bottom: 42 }, yOf: (row) => 10 + (row + 0.5) * ROW };
}

const names = (placed: readonly Placed[], frame: Frame, yOf: (row: number) => number) =>
  placed
    .map(({ variant, place }, row) => {
      const y = yOf(row);
      return `<line class="grid" x1="${at(frame.left)}" x2="${at(frame.width - frame.right)}" y1="${at(y)}" y2="${at(y)}"/>${nameLabel(variant.name, frame.left - 12, y, frame.left - 16, 'end', ` class="name ${classOf(place)}"`)}`;
    })
    .join('');

const tipOf = (lines: readonly string[], view: View) => (view.live ? ` data-tip="${escapeHtml(lines.join('\n'))}"` : '');

/** Every seed's score with mean and interval; lines join what one seed gave, bars at the right what cannot be told apart. */
export function drawSeeds(study: PageStudy, view: View, width: number): string {
  const { figures, verdict } = study;
  const metric = figures.metric.name;
  const units = unitsOf(metric, figures.variants);
  const placed = rankedIn(study, view);
  const shown = new Set(placed.map(({ variant }) => variant.name));
  const groups = verdict.groups
    .map((group, k) => ({ group: group.filter((name) => shown.has(name)), k }))
    .filter(({ group }) => group.length > 1);
  // Many groups stand closer together.
  const step = Math.min(16, (0.22 * width) / Math.max(1, groups.length));
  const { frame, yOf } = rowsFrame(placed, width, 16 + (groups.length === 0 ? 0 : 8 + step * groups.length));
  const intervalOf = (name: string) => verdict.variants.find((one) => one.name === name)?.interval;
  const scores = placed.map(({ variant }) => testScores(variant, metric).map((score) => score * units.factor));
  const ends = placed.flatMap(({ variant }) => (intervalOf(variant.name) ?? []).map((end) => finite(end) * units.factor));
  // An interval of two runs may be far wider than all that was measured.
  const values = scores.flat().filter(isNumber);
  const axis = padded(values.concat(near(ends, values)), width - frame.left - frame.right, boundsOf(units));
  const repeats = [...new Set(placed.flatMap(({ variant }) => variant.runs.map(({ repeat }) => repeat)))].sort((a, b) => a - b);
  const scoreOf = ({ variant }: Placed, repeat: number) =>
    finite(variant.runs.find((run) => run.repeat === repeat)?.scores?.test[metric]) * units.factor;
  const threads = repeats.map((repeat) => {
    const points = placed.map((one, row) => [xOf(frame, axis, scoreOf(one, repeat)), yOf(row)] as const);
    const lines = placed.map((one) => `${one.variant.name}: ${showValue(units, scoreOf(one, repeat) / units.factor)}`);
    const dots = placed.map(({ place }, row) =>
      Number.isFinite(points[row]![0]) ? dot(place, points[row]![0], points[row]![1], 3.6, ` class="dot ${classOf(place)}"`) : '',
    );
    return `<g class="thread"${tipOf([`repeat ${repeat}`, ...lines], view)}><path class="join" d="${path(points)}"/><path class="reach" d="${path(points)}"/>${dots.join('')}</g>`;
  });
  const means = placed.map(({ variant, place }, row) =>
    meanMark(frame, axis, yOf(row), place, scores[row]!, intervalOf(variant.name), units),
  );
  const bars = groups.map(({ group, k }, column) => {
    const x = frame.width - frame.right + 18 + step * column;
    const rows = group.map((name) => placed.findIndex(({ variant }) => variant.name === name)).sort((a, b) => a - b);
    const [first, last] = [yOf(rows[0]!), yOf(rows.at(-1)!)];
    const letter =
      lettersOf({ ...verdict, groups: verdict.groups.slice(0, k + 1) })
        .get(group[0]!)
        ?.at(-1) ?? '';
    const ticks = rows.map((row) => `<circle cx="${at(x)}" cy="${at(yOf(row))}" r="3.2"/>`);
    return `<g class="group"${tipOf([`cannot be told apart (${letter}):`, ...group], view)}>${view.live ? '' : `<title>${escapeHtml(`cannot be told apart: ${group.join(', ')}`)}</title>`}<path d="M${at(x)} ${at(first)}V${at(last)}"/>${ticks.join('')}</g>`;
  });
  const title = `test ${metric}${units.unit === '' ? '' : `, ${units.unit}`}`;
  const what = `${title} of every repeat, a row for each variant: ${placed.map(({ variant }) => variant.name).join(', ')}`;
  return svg(frame, what, `${names(placed, frame, yOf)}${xAxis(frame, axis, title)}${threads.join('')}${means.join('')}${bars.join('')}`);
}

/** Ends of intervals that are not much further out than what was measured. */
function near(ends: readonly number[], values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return ends.filter((end) => end > low - (high - low) && end < high + (high - low));
}

function meanMark(
  frame: Frame,
  axis: Axis,
  y: number,
  place: number,
  scores: readonly number[],
  interval: readonly [number, number] | undefined,
  units: Units,
) {
  const { mean } = meanOf(scores);
  if (!isNumber(mean)) return label('no score', frame.left + 6, y, 'start', ' class="soft"');
  const x = xOf(frame, axis, mean);
  const clamp = (value: number) => Math.min(Math.max(value, frame.left), frame.width - frame.right);
  const bar =
    interval && isNumber(interval[0]) && isNumber(interval[1])
      ? `<path class="span" d="M${at(clamp(xOf(frame, axis, interval[0] * units.factor)))} ${at(y)}H${at(clamp(xOf(frame, axis, interval[1] * units.factor)))}"/>`
      : '';
  return `<g class="mean ${classOf(place)}">${bar}<path class="tick" d="M${at(x)} ${at(y - 9)}V${at(y + 9)}"/></g>`;
}

/** Train and test score of each variant, joined: how far apart they are. */
export function drawGap(study: PageStudy, view: View, width: number): string {
  const { figures } = study;
  const metric = figures.metric.name;
  const units = unitsOf(metric, figures.variants);
  const placed = rankedIn(study, view);
  const mean = ({ variant }: Placed, part: 'train' | 'test') =>
    meanOf(variant.runs.map((run) => finite(run.scores?.[part][metric]))).mean * units.factor;
  const { frame, yOf } = rowsFrame(placed, width, 58);
  const axis = padded(
    placed.flatMap((one) => [mean(one, 'train'), mean(one, 'test')]),
    width - frame.left - frame.right,
    boundsOf(units),
  );
  const marks = placed.map((one, row) => {
    const [train, test, y] = [mean(one, 'train'), mean(one, 'test'), yOf(row)];
    if (!isNumber(train) || !isNumber(test)) return label('no score', frame.left + 6, y, 'start', ' class="soft"');
    const [a, b] = [xOf(frame, axis, train), xOf(frame, axis, test)];
    const lines = [one.variant.name, `train ${showValue(units, train / units.factor)}`, `test ${showValue(units, test / units.factor)}`];
    const far = figures.metric.better === 'max' ? train - test : test - train;
    return `<g class="gap ${classOf(one.place)}"${tipOf(lines, view)}><path class="span" d="M${at(a)} ${at(y)}H${at(b)}"/>${dot(one.place, b, y, 4.6, ' class="dot"')}<circle class="open" cx="${at(a)}" cy="${at(y)}" r="4.6"/>${label(showValue(units, far / units.factor).replace('-', '−'), frame.width - 8, y, 'end')}</g>`;
  });
  const title = `${metric}${units.unit === '' ? '' : `, ${units.unit}`}: ○ train, ● test`;
  return svg(
    frame,
    `${metric} on training and test data, a row for each variant`,
    `${names(placed, frame, yOf)}${xAxis(frame, axis, title)}${marks.join('')}`,
  );
}

/** A figure of another kind, where it is one number: a row for each variant, a dot for each run. */
export function drawExtra(study: PageStudy, view: View, name: string, width: number): string {
  const placed = rankedIn(study, view);
  const values = placed.map(({ variant }) => variant.runs.map((run) => finite(run.extra?.[name])));
  const { frame, yOf } = rowsFrame(placed, width, 70);
  const axis = padded(values.flat(), width - frame.left - frame.right);
  const marks = placed.map(({ variant, place }, row) => {
    const y = yOf(row);
    const { mean } = meanOf(values[row]!);
    const dots = values[row]!.map((v) => (isNumber(v) ? dot(place, xOf(frame, axis, v), y, 3.6, ` class="dot"`) : ''));
    if (!isNumber(mean)) return label('none', frame.left + 6, y, 'start', ' class="soft"');
    return `<g class="thread ${classOf(place)}"${tipOf([variant.name, `mean ${short(mean)}`], view)}>${dots.join('')}<path class="tick" d="M${at(xOf(frame, axis, mean))} ${at(y - 8)}V${at(y + 8)}"/>${label(short(mean), frame.width - 8, y, 'end')}</g>`;
  });
  return svg(frame, `${name}, a row for each variant`, `${names(placed, frame, yOf)}${xAxis(frame, axis, name)}${marks.join('')}`);
}

export const short = (value: number): string => String(Number(value.toPrecision(3)));

/** The width of a text in labels. */
export const wide = (text: string): number => textWidth(text, SIZE);
