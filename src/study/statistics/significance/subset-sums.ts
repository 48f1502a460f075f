/**
 * Sums of subsets of some magnitudes, counted without writing out all 2^n of them. Under the null hypothesis every pattern of signs of the
 * differences is as likely as any other; the patterns in which the magnitudes of a subset `F` are negative have the sum `total - 2 Σ F`, so
 * that those at least as extreme as what was seen are the subsets whose sums are small.
 */
export interface SubsetSums {
  /** How many magnitudes. */
  readonly n: number;
  /** Their sum. */
  readonly total: number;
  /** How many of the 2^n subsets have a sum of at most `limit`. */
  atMost(limit: number): number;
  /** The sum at a place among all of them in ascending order, from 0. Sums that are nearer to each other than `tie` may stand for each other. */
  at(place: number, tie: number): number;
}

/** So many sums are written out and sorted. */
const FEW = 16_384;

/**
 * Meets in the middle: the sums of each half are sorted, 2^(n/2) of them, and pairs are counted by going up one list and down the other.
 * @see Horowitz and Sahni 1974, https://doi.org/10.1145/321812.321823
 */
export function subsetSums(magnitudes: readonly number[]): SubsetSums {
  const n = magnitudes.length;
  // Large and small ones in both halves.
  const low = sortedSums(magnitudes.filter((_, i) => i % 2 === 0));
  const high = sortedSums(magnitudes.filter((_, i) => i % 2 === 1));
  const total = low.at(-1)! + high.at(-1)!;

  function atMost(limit: number): number {
    let count = 0;
    let j = high.length;
    for (let i = 0; i < low.length; i++) {
      while (j > 0 && low[i]! + high[j - 1]! > limit) j--;
      if (j === 0) break;
      count += j;
    }
    return count;
  }

  /** The sums above `from`, up to `to`, in ascending order. */
  function between(from: number, to: number, size: number): Float64Array {
    const found = new Float64Array(size);
    let made = 0;
    for (let i = 0, first = high.length; i < low.length; i++) {
      while (first > 0 && low[i]! + high[first - 1]! > from) first--;
      for (let j = first; j < high.length && low[i]! + high[j]! <= to; j++) found[made++] = low[i]! + high[j]!;
    }
    return found.sort();
  }

  return {
    n,
    total,
    atMost,
    at(place, tie) {
      // Between two values with what is up to them, ever closer: where a line through the logarithms of the counts has the place, or in the middle, where that leaves too much.
      let [from, before] = [-tie, 0];
      let [to, upTo] = [total, 2 ** n];
      let halve = true;
      while (upTo - before > FEW && to - from > tie) {
        const [a, b, wanted] = [Math.log(before + 1), Math.log(upTo + 1), Math.log(place + 1)];
        const value = from + (to - from) * (halve ? 0.5 : Math.min(0.99, Math.max(0.01, (wanted - a) / (b - a))));
        const count = atMost(value);
        halve = !halve;
        if (count > place) [to, upTo] = [value, count];
        else [from, before] = [value, count];
      }
      return upTo - before > FEW ? to : between(from, to, upTo - before)[place - before]!;
    },
  };
}

/** The sums of all subsets in ascending order: those without an item, merged with those that have it. */
function sortedSums(items: readonly number[]): Float64Array {
  let sums = new Float64Array(1);
  for (const item of items) {
    const { length } = sums;
    const merged = new Float64Array(2 * length);
    for (let k = 0, without = 0, having = 0; k < merged.length; k++) {
      const a = without < length ? sums[without]! : Number.POSITIVE_INFINITY;
      const b = sums[having]! + item;
      if (a <= b) {
        merged[k] = a;
        without++;
      } else {
        merged[k] = b;
        having++;
      }
    }
    sums = merged;
  }
  return sums;
}
