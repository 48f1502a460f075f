/** Curves over epochs, steps or time: each variant's mean with a band, or each of its runs. */
import { type Axis, type Ends, endsOf, exactAxis, roundAxis } from '../../../charts/base/axis.js';
import { plural, showDuration } from '../../../text.js';
import type { StudyEpoch, StudyRun } from '../../figures.js';
import { finite, isNumber, meanOf, scoreNames, unitsOf } from '../../units.js';
import { across, at, down, type Frame, path, roomOf, svg, xAxis, xOf, yAxis, yOf } from './plot.js';
import { type Along, classOf, type PageStudy, type Placed, shownIn, type View } from './view.js';

/** What a chart of curves shows. */
export interface CurveKind {
  readonly title: string;
  readonly value: (epoch: StudyEpoch) => number;
  /** 100 for per cent. */
  readonly factor: number;
  readonly unit: string;
  /** What values can be at most and at least. */
  readonly bounds: readonly [number, number];
}

/** The kinds: `validation-0` for the first score on validation data, `train-1`, `lr`. Undefined for others. */
export function curveKind({ figures }: PageStudy, kind: string): CurveKind | undefined {
  const none = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  if (kind === 'lr') return { title: 'learning rate', value: ({ lr }) => finite(lr), factor: 1, unit: '', bounds: none };
  const [part, place] = kind.split('-');
  const name = scoreNames(figures)[Number(place)];
  if ((part !== 'train' && part !== 'validation') || name === undefined) return undefined;
  const { factor, unit } = unitsOf(name, figures.variants);
  const bounds = factor === 100 ? ([0, 1] as const) : none;
  return { title: `${part} ${name}`, value: (epoch) => finite(epoch[part]?.[name]), factor, unit, bounds };
}

/** One place of a variant's curve. */
export interface CurvePoint {
  readonly epoch: number;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

interface Curve extends Placed {
  readonly points: readonly CurvePoint[];
  /** The mean before it was smoothed. */
  readonly raw: readonly CurvePoint[];
  readonly runs: readonly (readonly (readonly [x: number, y: number])[])[];
}

/** As TensorBoard smooths: an exponential mean without its bias towards 0; a curve that does not change stays as it is. */
export function smoothed(values: readonly number[], weight: number): number[] {
  if (weight <= 0 || values.every((v) => v === values[0])) return [...values];
  let [last, count] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    count++;
    return last / (1 - weight ** count);
  });
}

/** Where the epochs of a run lie on the axis. */
function places(run: StudyRun, along: Along): number[] {
  let seconds = 0;
  return run.epochs.map((epoch) => {
    seconds += isNumber(epoch.seconds) ? epoch.seconds : 0;
    return along === 'epoch' ? epoch.epoch : along === 'steps' ? finite(epoch.steps) : seconds;
  });
}

function curveOf(study: PageStudy, placed: Placed, kind: CurveKind, view: View): Curve {
  const { runs } = placed.variant;
  const xs = runs.map((run) => places(run, view.along));
  const ys = runs.map((run) => run.epochs.map((epoch) => kind.value(epoch) * kind.factor));
  const smooth = ys.map((list) => smoothed(list, view.smoothing));
  const over = (lists: readonly (readonly number[])[]): CurvePoint[] => {
    const length = Math.max(0, ...lists.map((list) => list.length));
    return Array.from({ length }, (_, i): CurvePoint => {
      const values = lists.map((list) => list[i]).filter(isNumber);
      const { mean, deviation, count } = meanOf(values);
      const [low, high] = around(study, view, values, mean, deviation);
      return { epoch: i + 1, x: meanOf(xs.map((list) => list[i])).mean, mean, low, high, count };
    });
  };
  const pairs = smooth.map((list, r) => list.map((y, i) => [xs[r]![i]!, y] as const));
  return { ...placed, points: over(smooth), raw: view.smoothing > 0 ? over(ys) : [], runs: pairs };
}

/** The ends of the band at one place. */
function around({ reach }: PageStudy, { band }: View, values: readonly number[], mean: number, deviation: number): [number, number] {
  if (values.length < 2 || band === 'runs') return [mean, mean];
  if (band === 'range') return [Math.min(...values), Math.max(...values)];
  const half = band === 'deviation' ? deviation : ((reach[values.length - 2] ?? 1.96) * deviation) / Math.sqrt(values.length);
  return [mean - half, mean + half];
}

/** All that a chart is drawn of. */
interface Drawn {
  readonly kind: CurveKind;
  readonly curves: readonly Curve[];
  readonly frame: Frame;
  readonly x: Axis;
  readonly y: Axis;
  readonly enlarged: boolean;
  /** How many curves run out of the chart, which shows the others. */
  readonly out: number;
}

/** Curves with fewer points are not enlarged. */
const FEW = 5;

/** What was worked out last of a study: pointing at a chart asks for it again and again. */
const last = new WeakMap<PageStudy, { view: View; charts: Map<string, Drawn> }>();

function drawn(study: PageStudy, view: View, name: string, width: number): Drawn | undefined {
  const before = last.get(study);
  const charts = before?.view === view ? before.charts : new Map<string, Drawn>();
  if (charts !== before?.charts) last.set(study, { view, charts });
  const found = charts.get(`${name} ${width}`);
  if (found) return found;
  const kind = curveKind(study, name);
  if (kind === undefined) return undefined;
  const made = workedOut(study, view, name, width, kind);
  charts.set(`${name} ${width}`, made);
  return made;
}

/** Whether the least and the greatest of what is kept are so much closer that the rest squeezes them. */
const SQUEEZED = 0.15;

/**
 * The ends of an axis for most of the curves: a few that run far away, which would press all others into one line, do not count. At most two in
 * five are left out (one of two). Each step leaves out the one that reaches furthest, and counts once the others get several times the room.
 */
export function robustEnds(curves: readonly Ends[]): { ends: Ends; out: number } | undefined {
  const joined = (list: readonly Ends[]): Ends => [Math.min(...list.map(([low]) => low)), Math.max(...list.map(([, high]) => high))];
  if (curves.length === 0) return undefined;
  let kept = [...curves];
  let found = { ends: joined(kept), out: 0 };
  for (let out = 1; out <= Math.max(curves.length > 1 ? 1 : 0, Math.floor(0.4 * curves.length)); out++) {
    const [low, high] = joined(kept);
    // Of the two ends, the one that shrinks the range more without the curve that makes it.
    const without = (i: number) => kept.toSpliced(i, 1);
    const span = (list: readonly Ends[]) => joined(list)[1] - joined(list)[0];
    const a = without(kept.findIndex(([l]) => l === low));
    const b = without(kept.findIndex(([, h]) => h === high));
    kept = span(a) < span(b) ? a : b;
    const now = span(kept);
    if (now > 0 && now < SQUEEZED * (found.ends[1] - found.ends[0])) found = { ends: joined(kept), out };
  }
  return found;
}

function workedOut(study: PageStudy, view: View, name: string, width: number, kind: CurveKind): Drawn {
  const curves = shownIn(study, view).map((placed) => curveOf(study, placed, kind, view));
  const [xScale, yScale] = [view.logX ? 'log' : 'linear', view.logY ? 'log' : 'linear'] as const;
  const [floor, ceiling] = [kind.bounds[0] * kind.factor, kind.bounds[1] * kind.factor];
  const within = (values: readonly number[]) =>
    endsOf(
      values.map((v) => Math.min(Math.max(v, floor), ceiling)),
      yScale,
    );
  /** The ends of each curve, or of each run, from that share of its points on. */
  const endsFrom = (share: number): Ends[] => {
    const late = <T>(list: readonly T[]) => list.slice(Math.floor(list.length * share));
    const lists = curves.flatMap(({ points, runs }) =>
      view.band === 'runs'
        ? runs.map((run) => late(run).map(([, v]) => v))
        : [late(points).flatMap(({ mean, low, high }) => [mean, low, high])],
    );
    return lists.map(within).filter((ends) => ends !== undefined);
  };
  const all = endsFrom(0);
  const whole = within(all.flat()) ?? [yScale === 'log' ? 0.1 : 0, 1];
  const cut = !view.whole && !view.logY && name !== 'lr';
  const long = curves.some(({ points }) => points.length >= FEW);
  const most = (cut ? robustEnds(all) : undefined) ?? { ends: whole, out: 0 };
  // A logarithmic axis gives the first epochs room of their own.
  const late = cut && long && !view.logX ? robustEnds(endsFrom(1 / 3)) : undefined;
  const enlarged = late !== undefined && late.ends[1] - late.ends[0] < 0.5 * (most.ends[1] - most.ends[0]);
  const { ends, out } = enlarged ? late : most;
  const y = roundAxis(ends, yScale, 5);
  const xs = endsOf(
    curves.flatMap(({ points, runs }) => (view.band === 'runs' ? runs.flatMap((run) => run.map(([x]) => x)) : points.map((p) => p.x))),
    xScale,
  ) ?? [view.logX ? 1 : 0, view.logX ? 10 : 1];
  const frame = { width, height: Math.round(Math.min(330, Math.max(220, width * 0.62))), left: roomOf(y), right: 14, top: 12, bottom: 44 };
  const start = view.along === 'time' && !view.logX ? ([0, xs[1]] as const) : xs;
  return { kind, curves, frame, x: exactAxis(start, xScale, Math.max(2, Math.round(width / 90)), view.along !== 'time'), y, enlarged, out };
}

const ALONG: Readonly<Record<Along, string>> = { epoch: 'epoch', steps: 'training steps', time: 'seconds of training' };

/** What the heading of a chart says. */
export function curveTitle(study: PageStudy, view: View, name: string, width: number): string {
  const all = drawn(study, view, name, width);
  if (all === undefined) return '';
  const unit = all.kind.unit === '' ? '' : `, ${all.kind.unit}`;
  const of = view.band === 'runs' ? 'run' : 'curve';
  const notes = [...(all.enlarged ? ['later epochs, enlarged'] : []), ...(all.out > 0 ? [`${plural(all.out, of)} far out, cut off`] : [])];
  return `${all.kind.title}${unit}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

/** More points of a curve than these cannot be seen apart. */
const SEEN = 240;

/** Of many points those that are seen: of each few that follow each other the least and the greatest, in their order. */
export function thinned<T>(points: readonly T[], value: (point: T) => number): readonly T[] {
  if (points.length <= SEEN) return points;
  const size = points.length / (SEEN / 2);
  const kept = new Set<number>([0, points.length - 1]);
  for (let k = 0; k < SEEN / 2; k++) {
    const begin = Math.floor(k * size);
    let [least, greatest] = [-1, -1];
    for (let i = begin; i < Math.min(points.length, Math.floor((k + 1) * size)); i++) {
      const v = value(points[i]!);
      if (!Number.isFinite(v)) continue;
      if (least < 0 || v < value(points[least]!)) least = i;
      if (greatest < 0 || v > value(points[greatest]!)) greatest = i;
    }
    // Where there is nothing the line has a gap.
    if (least < 0) kept.add(begin);
    else kept.add(least).add(greatest);
  }
  return [...kept].sort((a, b) => a - b).map((i) => points[i]!);
}

/** The chart: `name` is one of {@link curveKind}. */
export function drawCurves(study: PageStudy, view: View, name: string, width: number): string {
  const all = drawn(study, view, name, width);
  if (all === undefined) return '';
  const { kind, curves, frame, x, y } = all;
  const [px, py] = [(v: number) => xOf(frame, x, v) - frame.left, (v: number) => yOf(frame, y, v) - frame.top];
  const standing = (v: number, axis: Axis) => (axis.scale === 'log' && !(v > 0) ? Number.NaN : v);
  const place = (vx: number, vy: number) => [px(standing(vx, x)), py(standing(vy, y))] as const;
  const bodies = curves.map((curve) => {
    const cls = `curve ${classOf(curve.place)}`;
    if (view.band === 'runs')
      return `<g class="${cls} each">${curve.runs.map((run) => `<path class="line" d="${path(thinned(run, ([, v]) => v).map(([a, b]) => place(a, b)))}"/>`).join('')}</g>`;
    const most = Math.max(0, ...curve.points.map(({ count }) => count));
    // Where some runs have ended the mean is of the others, and pale.
    const split = curve.points.findIndex(({ count }) => count < most);
    const whole = split < 0 ? curve.points : curve.points.slice(0, split);
    const rest = split < 0 ? [] : curve.points.slice(Math.max(0, split - 1));
    const line = (points: readonly CurvePoint[], more: string) =>
      points.length === 0
        ? ''
        : `<path class="line${more}" d="${path(thinned(points, ({ mean }) => mean).map((p) => place(p.x, p.mean)))}"/>`;
    const only = curve.points.length === 1 ? lone(place(curve.points[0]!.x, curve.points[0]!.mean)) : '';
    return `<g class="${cls}">${bandOf(curve.points, y, place)}${line(curve.raw, ' raw')}${line(whole, '')}${line(rest, ' rest')}${only}</g>`;
  });
  // Half of a line's width lies beyond the ends.
  const [w, h] = [across(frame) + 4, down(frame) + 4];
  const inner = `<svg x="${at(frame.left - 2)}" y="${at(frame.top - 2)}" width="${at(w)}" height="${at(h)}" viewBox="-2 -2 ${at(w)} ${at(h)}" overflow="hidden"${curves.length > 6 ? ' class="many"' : ''}>${bodies.join('')}</svg>`;
  const cross = view.live ? `<line class="cross" y1="${at(frame.top)}" y2="${at(frame.height - frame.bottom)}" x1="-9" x2="-9"/>` : '';
  const what = `${kind.title} by ${ALONG[view.along]}: ${curves.map(({ variant }) => variant.name).join(', ')}`;
  return svg(frame, what, `${yAxis(frame, y)}${xAxis(frame, x, ALONG[view.along], false)}${inner}${cross}`);
}

const lone = ([x, y]: readonly [number, number]) =>
  Number.isFinite(x + y) ? `<circle class="dot" cx="${at(x)}" cy="${at(y)}" r="3.5"/>` : '';

function bandOf(points: readonly CurvePoint[], y: Axis, place: (x: number, y: number) => readonly [number, number]): string {
  const shown = thinned(points, ({ mean }) => mean).filter(({ low, high }) => isNumber(low) && isNumber(high) && high > low);
  if (shown.length === 0) return '';
  const least = y.scale === 'log' ? y.min / 1e3 : Number.NEGATIVE_INFINITY;
  const upper = shown.map((p) => place(p.x, Math.max(p.high, least)));
  const lower = shown.map((p) => place(p.x, Math.max(p.low, least))).reverse();
  return `<path class="band" d="${path([...upper, ...lower])}Z"/>`;
}

/** What is under a place of the chart: where the cross stands, what the tip is called, and each variant's value there. */
export interface CurveTip {
  readonly x: number;
  readonly title: string;
  readonly rows: readonly (readonly [place: number, name: string, value: string])[];
}

/** The places of a chart where there are values, from left to right, in pixels. */
export function curveStops(study: PageStudy, view: View, name: string, width: number): number[] {
  const all = drawn(study, view, name, width);
  if (all === undefined) return [];
  const xs = new Set(all.curves.flatMap(({ points }) => points.map(({ x }) => xOf(all.frame, all.x, x)))).values();
  return [...xs].filter((x) => Number.isFinite(x)).sort((a, b) => a - b);
}

/** What stands at that place, best first. */
export function curveTip(study: PageStudy, view: View, name: string, width: number, x: number): CurveTip | undefined {
  const all = drawn(study, view, name, width);
  if (all === undefined) return undefined;
  const near = all.curves.flatMap((curve) => {
    const places = curve.points.map((p) => xOf(all.frame, all.x, p.x));
    let best = -1;
    for (const [i, place] of places.entries())
      if (isNumber(curve.points[i]!.mean) && (best < 0 || Math.abs(place - x) < Math.abs(places[best]! - x))) best = i;
    // A curve that ended before stays out.
    return best < 0 || Math.abs(places[best]! - x) > across(all.frame) / Math.max(2, curve.points.length)
      ? []
      : [{ curve, point: curve.points[best]!, at: places[best]! }];
  });
  if (near.length === 0) return undefined;
  const middle = near.reduce((a, b) => (Math.abs(b.at - x) < Math.abs(a.at - x) ? b : a));
  const digits = all.kind.factor === 100 ? 2 : 4;
  const number = (v: number) =>
    Math.abs(v) >= 1e-3 && Math.abs(v) < 1e6 ? String(Number(v.toFixed(digits))) : v === 0 ? '0' : v.toExponential(2);
  const rows = near
    .sort((a, b) => b.point.mean - a.point.mean)
    .map(({ curve, point }): [number, string, string] => {
      const half = (point.high - point.low) / 2;
      const spread =
        point.count < 2 || view.band === 'runs'
          ? ''
          : view.band === 'range'
            ? ` (${number(point.low)} to ${number(point.high)})`
            : ` ± ${number(half)}`;
      const epoch = view.along === 'epoch' ? '' : `, epoch ${point.epoch}`;
      return [curve.place, curve.variant.name, `${number(point.mean)}${spread}${epoch}`];
    });
  const title =
    view.along === 'time'
      ? showDuration(middle.point.x)
      : `${view.along === 'epoch' ? 'epoch' : 'step'} ${Math.round(middle.point.x).toLocaleString('en-US')}`;
  return { x: middle.at, title, rows };
}
