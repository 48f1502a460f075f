/** The points of ROC and precision-recall curves: how many are found at each threshold. */

/** Samples counted from the highest score down. */
export interface Points {
  /** The scores, falling, each once. */
  readonly thresholds: Float64Array;
  /** How many of those at or above a threshold are true, and how many are not. */
  readonly hits: Float64Array;
  readonly misses: Float64Array;
}

/** Every threshold of scores with their labels of 0 and 1; none where a score is NaN. */
export function pointsOf(scores: Float64Array, truth: ArrayLike<number>): Points {
  if (scores.some(Number.isNaN)) return { thresholds: new Float64Array(0), hits: new Float64Array(0), misses: new Float64Array(0) };
  const order = Float64Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const [thresholds, hits, misses] = [new Float64Array(order.length), new Float64Array(order.length), new Float64Array(order.length)];
  let [count, hit, miss] = [0, 0, 0];
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    if (truth[i] === 1) hit++;
    else miss++;
    if (k + 1 < order.length && scores[order[k + 1]!] === scores[i]) continue;
    thresholds[count] = scores[i]!;
    hits[count] = hit;
    misses[count++] = miss;
  }
  return { thresholds: thresholds.slice(0, count), hits: hits.slice(0, count), misses: misses.slice(0, count) };
}

/** The area under the ROC curve, by trapezoids from (0, 0); NaN where one of the two kinds is missing. */
export function rocArea({ hits, misses }: Points): number {
  const [allHits, allMisses] = [hits.at(-1) ?? 0, misses.at(-1) ?? 0];
  if (allHits === 0 || allMisses === 0) return Number.NaN;
  let [area, before, up] = [0, 0, 0];
  for (let i = 0; i < hits.length; i++) {
    area += ((misses[i]! - before) * (hits[i]! + up)) / 2;
    [before, up] = [misses[i]!, hits[i]!];
  }
  return area / allHits / allMisses;
}

/** The mean precision over the steps of recall; 0 where nothing is true, NaN where there is nothing. */
export function averagePrecisionOf({ hits, misses }: Points): number {
  if (hits.length === 0) return Number.NaN;
  const all = hits.at(-1)!;
  if (all === 0) return 0;
  let [sum, before] = [0, 0];
  for (let i = 0; i < hits.length; i++) {
    const found = hits[i]! + misses[i]!;
    if (found > 0) sum += ((hits[i]! - before) * hits[i]!) / found;
    before = hits[i]!;
  }
  return sum / all;
}
