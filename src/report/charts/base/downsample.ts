/** Long curves with as many points as can be seen. */

/** A point: x and y. */
export type Point = readonly [x: number, y: number];

/**
 * At most about `2 buckets` of the points, the highest and the lowest of each stretch, so that no spike is lost; gaps stay.
 * @param points from left to right; those with NaN as y are gaps.
 */
export function downsampled(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets + 2) return points;
  const out: Point[] = [points[0]!];
  const size = (points.length - 2) / buckets;
  for (let b = 0; b < buckets; b++) {
    const [from, to] = [1 + Math.floor(b * size), 1 + Math.floor((b + 1) * size)];
    let [low, high, gap] = [-1, -1, -1];
    for (let i = from; i < to; i++) {
      const y = points[i]![1];
      if (Number.isNaN(y)) {
        gap = i;
        continue;
      }
      if (low < 0 || y < points[low]![1]) low = i;
      if (high < 0 || y > points[high]![1]) high = i;
    }
    const kept = [...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, c) => a - c);
    for (const i of kept) out.push(points[i]!);
  }
  out.push(points.at(-1)!);
  return out;
}

/** Of many points that fall on one spot of `size` pixels, one. Places go from 0 to 1 along both axes. */
export function thinned(points: readonly Point[], [width, height]: readonly [number, number], size: number): readonly Point[] {
  if (points.length < 5000) return points;
  const seen = new Set<number>();
  return points.filter(([x, y]) => {
    const spot = Math.round((x * width) / size) * 16_384 + Math.round((y * height) / size);
    if (seen.has(spot)) return false;
    seen.add(spot);
    return true;
  });
}
