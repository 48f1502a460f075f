/** The line search of L-BFGS: how far to go in a direction, so that the loss falls enough and its slope flattens enough. */
import { dot, largest } from './vectors.js';

/** A point on the line: how far, the loss, the gradient, and its slope along the line. */
interface Point {
  t: number;
  f: number;
  g: Float64Array;
  slope: number;
}

/** The loss and its gradient at a distance along the line. */
export type Evaluate = (t: number) => { f: number; g: Float64Array };

/**
 * Where the cubic through two points with their slopes is lowest, within `bounds`; their middle where it has no lowest point.
 * @see Nocedal and Wright, Numerical Optimization, 2nd edition, equation 3.59
 */
function cubicInterpolate(a: Point, b: Point, bounds: [number, number] = a.t <= b.t ? [a.t, b.t] : [b.t, a.t]): number {
  const d1 = a.slope + b.slope - (3 * (a.f - b.f)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  const [low, high] = bounds;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [from, to] = a.t <= b.t ? [a, b] : [b, a];
  const lowest = to.t - (to.t - from.t) * ((to.slope + d2 - d1) / (to.slope - from.slope + 2 * d2));
  return Math.min(Math.max(lowest, low), high);
}

const C1 = 1e-4;
const C2 = 0.9;

/**
 * A distance that satisfies the strong Wolfe conditions `f(t) <= f(0) + c1 t f'(0)` and `|f'(t)| <= c2 |f'(0)|` with c1 = 1e-4 and
 * c2 = 0.9: brackets one, then narrows the bracket; after `maxEvals` evaluations the best so far. In PyTorch's order of steps.
 * @param t the distance to try first. @param start loss and gradient at 0. @param d the direction.
 * @see Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6
 */
export function strongWolfe(
  evaluate: Evaluate,
  t: number,
  d: Float64Array,
  start: { f: number; g: Float64Array; slope: number },
  toleranceChange: number,
  maxEvals: number,
): { t: number; f: number; g: Float64Array; evals: number } {
  const at = (distance: number): Point => {
    const { f, g } = evaluate(distance);
    return { t: distance, f, g, slope: dot(g, d) };
  };
  const origin: Point = { t: 0, ...start };
  const tooHigh = (p: Point) => p.f > start.f + C1 * p.t * start.slope;
  const flat = (p: Point) => Math.abs(p.slope) <= -C2 * start.slope;

  let now = at(t);
  let evals = 1;
  let before = origin;
  let bracket: [Point, Point] | null = null;
  let iteration = 0;
  for (; iteration < maxEvals; iteration++) {
    if (tooHigh(now) || (iteration > 1 && now.f >= before.f)) {
      bracket = [before, now];
      break;
    }
    if (flat(now)) return { ...now, evals };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const next = cubicInterpolate(before, now, [now.t + 0.01 * (now.t - before.t), now.t * 10]);
    before = now;
    now = at(next);
    evals++;
  }
  bracket ??= [origin, now];

  const norm = largest(d);
  let stalled = false;
  let low = bracket[0].f <= bracket[1].f ? 0 : 1;
  for (; iteration < maxEvals; iteration++) {
    const [a, b] = bracket;
    if (Math.abs(b.t - a.t) * norm < toleranceChange) break;
    let next = cubicInterpolate(a, b);
    // Too near to an end of the bracket, and not for the first time: a tenth of the bracket away from it.
    const [least, most] = [Math.min(a.t, b.t), Math.max(a.t, b.t)];
    const margin = 0.1 * (most - least);
    if (Math.min(most - next, next - least) < margin) {
      if (stalled || next >= most || next <= least) {
        next = Math.abs(next - most) < Math.abs(next - least) ? most - margin : least + margin;
        stalled = false;
      } else stalled = true;
    } else stalled = false;

    const tried = at(next);
    evals++;
    const high = 1 - low;
    if (tooHigh(tried) || tried.f >= bracket[low]!.f) {
      bracket[high] = tried;
      low = bracket[0].f <= bracket[1].f ? 0 : 1;
    } else {
      const done = flat(tried);
      if (!done && tried.slope * (bracket[high]!.t - bracket[low]!.t) >= 0) bracket[high] = bracket[low]!;
      bracket[low] = tried;
      if (done) break;
    }
  }
  return { ...bracket[low]!, evals };
}
