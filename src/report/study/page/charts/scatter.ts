/** Time against score, and figures that are lists: by layer. */
import { endsOf, exactAxis, roundAxis } from '../../../charts/base/axis.js';
import { escapeHtml } from '../../../html.js';
import { showDuration } from '../../../text.js';
import { finite, isNumber, meanOf, showValue, testScores, unitsOf } from '../../units.js';
import { across, at, dot, down, type Frame, nameLabel, path, roomOf, svg, xAxis, xOf, yAxis, yOf } from './plot.js';
import { boundsOf, padded, short, wide } from './rows.js';
import { classOf, type PageStudy, shownIn, type View } from './view.js';

/** How long a run takes against what it comes to: a dot for each run, a large one with whiskers for each mean. */
export function drawTime(study: PageStudy, view: View, width: number): string {
  const { figures } = study;
  const metric = figures.metric.name;
  const units = unitsOf(metric, figures.variants);
  const clouds = shownIn(study, view).map((placed) => {
    const scores = testScores(placed.variant, metric).map((v) => v * units.factor);
    const seconds = placed.variant.runs.map((run, i) => (isNumber(scores[i]) ? finite(run.seconds) : Number.NaN));
    return { ...placed, scores, seconds, x: meanOf(seconds), y: meanOf(scores) };
  });
  const y = padded(
    clouds.flatMap(({ scores }) => scores),
    330,
    boundsOf(units),
  );
  const frame: Frame = {
    width,
    height: Math.round(Math.min(340, Math.max(230, width * 0.62))),
    left: roomOf(y),
    right: 16,
    top: 14,
    bottom: 44,
  };
  const x = padded(
    clouds.flatMap(({ seconds }) => seconds),
    across(frame),
    [0, Number.POSITIVE_INFINITY],
  );
  // A name stands where there is room for it; the others are in the tips.
  const taken: (readonly [x: number, y: number, width: number])[] = [];
  const nameAt = (name: string, cx: number, cy: number) => {
    const own = Math.min(wide(name), 150);
    const toLeft = cx + 14 + own > width;
    const [x0, y0] = [toLeft ? cx - 10 - own : cx + 10, cy - 11];
    if (clouds.length > 10 || x0 < frame.left || taken.some(([x, y, w]) => Math.abs(y - y0) < 14 && x < x0 + own && x0 < x + w)) return '';
    taken.push([x0, y0, own]);
    return nameLabel(name, toLeft ? cx - 10 : cx + 10, y0, 150, toLeft ? 'end' : 'start', ' class="halo"');
  };
  const bodies = clouds.map(({ place, variant, scores, seconds, x: mx, y: my }) => {
    if (!isNumber(mx.mean) || !isNumber(my.mean)) return '';
    const [cx, cy] = [xOf(frame, x, mx.mean), yOf(frame, y, my.mean)];
    const dots = scores.map((v, i) =>
      isNumber(v) && isNumber(seconds[i]) ? dot(place, xOf(frame, x, seconds[i]), yOf(frame, y, v), 2.6, ' class="dot faint"') : '',
    );
    const dx = isNumber(mx.deviation) ? (mx.deviation / (x.max - x.min)) * across(frame) : 0;
    const dy = isNumber(my.deviation) ? (my.deviation / (y.max - y.min)) * down(frame) : 0;
    const whiskers = `<path class="line thin" d="M${at(Math.max(frame.left, cx - dx))} ${at(cy)}H${at(Math.min(width - 4, cx + dx))}M${at(cx)} ${at(cy - dy)}V${at(cy + dy)}"/>`;
    const tip = [
      variant.name,
      `${showDuration(mx.mean)} a run`,
      `${metric} ${showValue(units, my.mean / units.factor)}${units.unit === '' ? '' : ` ${units.unit}`}`,
    ].join('\n');
    const told = view.live ? ` data-tip="${escapeHtml(tip)}"` : '';
    const named = view.live ? '' : `<title>${escapeHtml(tip)}</title>`;
    return `<g class="${classOf(place)} thread"${told}>${named}${dots.join('')}${whiskers}${dot(place, cx, cy, 5.5, ' class="dot"')}${nameAt(variant.name, cx, cy)}</g>`;
  });
  const what = `seconds of a run against test ${metric}: ${clouds.map(({ variant }) => variant.name).join(', ')}`;
  return svg(frame, what, `${yAxis(frame, y)}${xAxis(frame, x, 'seconds of a run')}${bodies.join('')}`);
}

/** A figure that is a list, such as activations by layer: each variant's mean along it, a band of one deviation. */
export function drawList(study: PageStudy, view: View, name: string, width: number): string {
  const curves = shownIn(study, view).map(({ variant, place }) => {
    const lists = variant.runs.map((run) => run.extra?.[name]).filter((list): list is readonly number[] => Array.isArray(list));
    const length = Math.max(0, ...lists.map((list) => list.length));
    const points = Array.from({ length }, (_, i) => meanOf(lists.map((list) => finite(list[i]))));
    return { variant, place, points };
  });
  const ends = curves.flatMap(({ points }) =>
    points.flatMap(({ mean, deviation }) => [mean, mean - finite(deviation), mean + finite(deviation)]),
  );
  const y = roundAxis(endsOf(ends, 'linear') ?? [0, 1], 'linear', 5);
  const longest = Math.max(2, ...curves.map(({ points }) => points.length));
  const frame: Frame = {
    width,
    height: Math.round(Math.min(300, Math.max(210, width * 0.55))),
    left: roomOf(y),
    right: 20,
    top: 12,
    bottom: 44,
  };
  const x = exactAxis([1, longest], 'linear', Math.min(longest, Math.round(width / 60)), true);
  const place = (i: number, v: number) => [xOf(frame, x, i + 1), yOf(frame, y, v)] as const;
  const bodies = curves.map(({ variant, place: p, points }) => {
    const wideEnough = points.map((point, i) => ({ ...point, i })).filter(({ deviation }) => isNumber(deviation) && deviation > 0);
    const upper = wideEnough.map(({ i, mean, deviation }) => place(i, mean + deviation));
    const lower = wideEnough.map(({ i, mean, deviation }) => place(i, mean - deviation)).reverse();
    const band = wideEnough.length > 1 ? `<path class="band" d="${path([...upper, ...lower])}Z"/>` : '';
    const dots = points.map(({ mean }, i) => (isNumber(mean) ? dot(p, ...place(i, mean), 3.2, ' class="dot"') : ''));
    const tip = [variant.name, points.map(({ mean }) => (isNumber(mean) ? short(mean) : '–')).join('   ')].join('\n');
    const told = view.live ? ` data-tip="${escapeHtml(tip)}"` : '';
    return `<g class="curve thread ${classOf(p)}"${told}>${band}<path class="line" d="${path(points.map(({ mean }, i) => place(i, mean)))}"/>${dots.join('')}</g>`;
  });
  const what = `${name} by place (layer by layer): ${curves.map(({ variant }) => variant.name).join(', ')}`;
  return svg(frame, what, `${yAxis(frame, y)}${xAxis(frame, x, 'layer', false)}${bodies.join('')}`);
}
