/** Sums of differences under patterns of signs that are drawn at random. */
import { Draws } from '../base/draws.js';

/** So many patterns at a time; the sums of so many differences are looked up in a table. */
const AT_ONCE = 16_384;
const TABLED = 8;

/**
 * Calls `visit` with the sums under `count` patterns of signs, some thousands at a time: of each of `prefixes`, numbers of differences in ascending order, the sums of so many first ones. A pattern takes
 * a word of random bits for every 32 differences, so that the same seed gives the same signs whatever the differences.
 */
export function drawSigns(
  differences: readonly number[],
  { prefixes, count, seed }: { prefixes: readonly number[]; count: number; seed: number },
  visit: (sums: readonly Float64Array[], patterns: number) => void,
): void {
  const draws = new Draws(seed);
  const most = prefixes.at(-1)!;
  const words = Math.ceil(most / 32);
  const bits = new Uint32Array(words * AT_ONCE);
  const sums = prefixes.map(() => new Float64Array(AT_ONCE));
  const parts = prefixes.map((to, p) => {
    const from = p === 0 ? 0 : prefixes[p - 1]!;
    const starts: number[] = [];
    // No table goes over the end of a word.
    for (let i = from; i < to; i = Math.min(i + TABLED, to, (Math.floor(i / 32) + 1) * 32)) starts.push(i);
    return starts.map((start, k) => ({
      word: start >> 5,
      shift: start & 31,
      table: tableOf(differences.slice(start, starts[k + 1] ?? to)),
    }));
  });
  for (let done = 0; done < count; done += AT_ONCE) {
    const patterns = Math.min(AT_ONCE, count - done);
    for (let k = 0; k < patterns * words; k++) bits[k] = draws.bits();
    sums.forEach((out, p) => {
      if (p === 0) out.fill(0);
      else out.set(sums[p - 1]!);
      for (const { word, shift, table } of parts[p]!) {
        const mask = table.length - 1;
        for (let k = 0, at = word; k < patterns; k++, at += words) out[k]! += table[(bits[at]! >>> shift) & mask]!;
      }
    });
    visit(sums, patterns);
  }
}

/** Of each pattern of bits the sum: a 1 adds its item, a 0 takes it away. */
function tableOf(items: readonly number[]): Float64Array {
  const table = new Float64Array(2 ** items.length);
  for (const item of items) table[0]! -= item;
  items.forEach((item, i) => {
    const bit = 1 << i;
    for (let k = 0; k < bit; k++) table[k + bit] = table[k]! + 2 * item;
  });
  return table;
}
