/** What a curve of losses over learning rates says: where the loss falls, how steeply, and where that ends. */

/** Why a curve has no valley. */
export type NoValley =
  /** There are too few points. */
  | 'short'
  /** The loss neither falls nor rises. */
  | 'flat'
  /** The loss only rises, or is NaN. */
  | 'rising'
  /** The loss still falls at the highest rate. */
  | 'falling';

/** The valley of a curve. */
export interface Valley {
  /** Where the loss has clearly begun to fall. */
  readonly from: number;
  /** Where it is lowest: higher rates make it worse. */
  readonly to: number;
  /** The middle of the longest descent, by fastai's rule. */
  readonly valley: number;
  /** Where the loss falls fastest, over the logarithm of the rate. */
  readonly steepest: number;
  /** A tenth of the rate at which the loss is lowest. */
  readonly minimum: number;
}

/** Shares of the fall after which it counts as begun, and of it that the loss must rise again. */
const BEGUN = 0.1;
/** A fall by less than this share of the loss counts as none. */
const LEAST = 0.01;
/** Deviations of the smoothed noise within which a curve counts as flat. */
const SIGMAS = 4;

/** Weights of a mean over neighbours, falling to both sides: `halfWidth` of them on each. */
const kernel = (halfWidth: number): number[] =>
  Array.from({ length: 2 * halfWidth + 1 }, (_, i) => 1 - Math.abs(i - halfWidth) / (halfWidth + 1));

const halfWidthOf = (count: number): number => Math.max(1, Math.round(0.03 * count));

/** The means over neighbours, which unlike a running mean do not lag behind. */
export function smoothed(losses: readonly number[]): number[] {
  const half = halfWidthOf(losses.length);
  const weights = kernel(half);
  return losses.map((_, i) => {
    let [sum, total] = [0, 0];
    for (let k = -half; k <= half; k++) {
      const loss = losses[i + k];
      if (loss === undefined) continue;
      sum += weights[k + half]! * loss;
      total += weights[k + half]!;
    }
    return sum / total;
  });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The deviation that noise leaves in the smoothed curve, from second differences: slopes do not count. */
function noiseOf(losses: readonly number[]): number {
  const bends = losses.slice(2).map((loss, i) => Math.abs(losses[i]! - 2 * losses[i + 1]! + loss));
  const sigma = (1.4826 * median(bends)) / Math.sqrt(6);
  const weights = kernel(halfWidthOf(losses.length));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return sigma * Math.sqrt(weights.reduce((sum, w) => sum + (w / total) ** 2, 0));
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The logarithms of losses that are never negative; 0, which is what float32 makes of too small a number, counts as the smallest other one. */
function logarithms(losses: readonly number[]): number[] | undefined {
  const least = Math.min(...losses.filter((loss) => loss !== 0));
  return least > 0 && Number.isFinite(least) ? losses.map((loss) => Math.log(Math.max(loss, least))) : undefined;
}

/** Where the smoothed curve is lowest for the last time, or the lowest loss itself, where that stands just before it. */
function turningPoint(curve: readonly number[], losses: readonly number[]): number {
  const at = curve.lastIndexOf(Math.min(...curve));
  const near = losses.slice(Math.max(0, at - halfWidthOf(losses.length)), at + 1);
  return at + 1 - near.length + lowest(near);
}

/** The place of the smallest value. */
const lowest = (values: readonly number[]): number => values.indexOf(Math.min(...values));

/**
 * fastai's `valley`: the middle of the longest sequence of losses each of which is lower than the one before; others may stand between.
 * @see https://docs.fast.ai/callback.schedule.html
 */
function longestDescent(losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  let [start, end] = [0, 0];
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) if (losses[i]! < losses[j]! && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
    if (lengths[end]! < lengths[i]!) {
      end = i;
      start = Math.max(0, end - lengths[end]!);
    }
  }
  const third = (end - start) / 3;
  return start + Math.floor(third) + Math.floor(third / 2);
}

/**
 * The valley of a curve, or why there is none.
 * @param rates ascending. @param losses finite ones, of as many first rates. @param diverged whether the next one was not, or far too high.
 */
export function valleyOf(rates: readonly number[], losses: readonly number[], diverged: boolean): Valley | NoValley {
  const count = losses.length;
  if (count < 8) return diverged ? 'rising' : 'short';
  const curve = smoothed(losses);
  const begin = mean(losses.slice(0, Math.max(3, Math.floor(count / 10))));
  const noise = SIGMAS * noiseOf(losses);
  // A loss that falls by powers of ten turns where its logarithm does, long before one sees it in the loss itself.
  const logs = logarithms(losses);
  const turning = logs ? smoothed(logs) : curve;
  const settled = losses.findLastIndex((loss) => loss !== losses.at(-1)) + 1;
  // Where nothing moves any more, at the lowest loss: a model that is exactly there has no gradient.
  const done = settled < count - 2 && losses[settled] === Math.min(...losses);
  const at = done ? settled : Math.min(turningPoint(turning, losses), curve.lastIndexOf(Math.min(...curve)));
  const fall = begin - Math.min(...curve);
  const end = curve.at(-1)!;
  if (fall <= Math.max(noise, LEAST * Math.abs(begin))) {
    const rises = diverged || end - begin > Math.max(noise, LEAST * Math.abs(begin));
    return rises ? 'rising' : 'flat';
  }
  const turned = turning.at(-1)! - turning[at]! > Math.max(SIGMAS * noiseOf(logs ?? losses), BEGUN * (turning[0]! - turning[at]!));
  if (!diverged && !done && !turned) return 'falling';
  let first = at;
  while (first > 0 && curve[first - 1]! < begin - BEGUN * fall) first--;
  const descent = curve.slice(first, at + 1);
  const slopes = descent.slice(1).map((loss, i) => (loss - descent[i]!) / Math.log(rates[first + i + 1]! / rates[first + i]!));
  // The loss of a step is that before it: what is lowest, the step before has made so.
  const highest = rates[Math.max(first, at - 1)]!;
  return {
    from: rates[first]!,
    to: highest,
    valley: rates[first + longestDescent(descent)]!,
    steepest: rates[first + (slopes.length > 0 ? lowest(slopes) : 0)]!,
    minimum: highest / 10,
  };
}
