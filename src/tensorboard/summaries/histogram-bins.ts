/** How many bins a histogram gets: NumPy's rules. See https://numpy.org/doc/stable/reference/generated/numpy.histogram_bin_edges.html */

/** A rule of NumPy's for the number of bins. */
export type BinRule = 'auto' | 'doane' | 'fd' | 'rice' | 'scott' | 'sqrt' | 'stone' | 'sturges';

export const BIN_RULES: readonly BinRule[] = ['auto', 'doane', 'fd', 'rice', 'scott', 'sqrt', 'stone', 'sturges'];

/** The least and the largest value; NaN where there is one, as NumPy has it. */
export function extent(x: Float64Array): [min: number, max: number] {
  let [min, max] = [x[0]!, x[0]!];
  for (let i = 1; i < x.length; i++) {
    const value = x[i]!;
    if (Number.isNaN(value)) return [value, value];
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** NumPy's sum, to the last bit: by halves, eight numbers at a time within blocks of 128. */
export function pairwiseSum(x: ArrayLike<number>, start = 0, count = x.length): number {
  if (count < 8) {
    let sum = count > 0 ? x[start]! : 0;
    for (let i = 1; i < count; i++) sum += x[start + i]!;
    return sum;
  }
  if (count <= 128) {
    const r = Array.from({ length: 8 }, (_, k) => x[start + k]!);
    let i = 8;
    for (; i < count - (count % 8); i += 8) for (let k = 0; k < 8; k++) r[k]! += x[start + i + k]!;
    let sum = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
    for (; i < count; i++) sum += x[start + i]!;
    return sum;
  }
  let half = Math.floor(count / 2);
  half -= half % 8;
  return pairwiseSum(x, start, half) + pairwiseSum(x, start + half, count - half);
}

const mean = (x: Float64Array) => pairwiseSum(x) / x.length;

function deviation(x: Float64Array): number {
  const middle = mean(x);
  return Math.sqrt(pairwiseSum(x.map((v) => (v - middle) ** 2)) / x.length);
}

/** The value below which a share of the sorted ones lies, between neighbours on a line. */
function percentile(sorted: Float64Array, percent: number): number {
  const at = (percent / 100) * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  const t = at - low;
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

type Width = (x: Float64Array, reach: number, counted: Counter) => number;
type Counter = (x: Float64Array, bins: number, range: readonly [number, number]) => { readonly counts: readonly number[] };

const sturges: Width = (x, reach) => reach / (Math.log2(x.length) + 1);
const sqrt: Width = (x, reach) => reach / Math.sqrt(x.length);
const fd: Width = (x) => {
  const sorted = x.toSorted();
  return 2 * (percentile(sorted, 75) - percentile(sorted, 25)) * x.length ** (-1 / 3);
};

const WIDTHS: Readonly<Record<BinRule, Width>> = {
  sqrt,
  sturges,
  fd,
  rice: (x, reach) => reach / (2 * x.length ** (1 / 3)),
  scott: (x) => ((24 * Math.PI ** 0.5) / x.length) ** (1 / 3) * deviation(x),
  auto: (x, reach, counted) => Math.min(Math.max(fd(x, reach, counted), sqrt(x, reach, counted) / 2), sturges(x, reach, counted)),
  doane(x, reach) {
    const n = x.length;
    const sigma = n > 2 ? deviation(x) : 0;
    if (!(sigma > 0)) return 0;
    const sg1 = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
    const middle = mean(x);
    const g1 = mean(x.map((v) => ((v - middle) / sigma) ** 3));
    return reach / (1 + Math.log2(n) + Math.log2(1 + Math.abs(g1) / sg1));
  },
  stone(x, reach, counted) {
    const n = x.length;
    if (n <= 1 || reach === 0) return 0;
    const [min, max] = extent(x);
    let [best, least] = [1, Number.POSITIVE_INFINITY];
    for (let bins = 1; bins <= Math.max(100, Math.floor(Math.sqrt(n))); bins++) {
      const shares = counted(x, bins, [min, max]).counts.map((c) => c / n);
      const score = ((2 - (n + 1) * shares.reduce((sum, p) => sum + p * p, 0)) * bins) / reach;
      if (score < least) [best, least] = [bins, score];
    }
    return reach / best;
  },
};

/** How many equal bins a rule wants for these values. */
export function estimatedBins(x: Float64Array, rule: BinRule, counted: Counter): number {
  const [min, max] = extent(x);
  const reach = max - min;
  if (!Number.isFinite(reach)) return 1; // countEqual refuses them, by name
  const width = WIDTHS[rule](x, reach, counted);
  return width > 0 ? Math.ceil((reach === 0 ? 1 : reach) / width) : 1;
}
