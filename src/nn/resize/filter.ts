/** Which places of an axis, with which weights, make each place of a resized axis. The formulas, and where they round, are PyTorch's. */

export interface AxisTaps {
  /** For each tap, one place of the input for each place of the result. */
  readonly places: readonly (readonly number[])[];
  /** Likewise the weights; null for a single tap of weight 1. */
  readonly weights: readonly (readonly number[])[] | null;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Places of the input per place of the result. */
function stepOf(from: number, to: number, scale: number | null, align: boolean): number {
  if (align) return to > 1 ? (from - 1) / (to - 1) : 0;
  return scale !== null && scale > 0 ? 1 / scale : from / to;
}

/**
 * The nearest place, or the one below. Where PyTorch rounds to float32 decides between two places, so this rounds there too: in float32 for
 * images, in the dtype (`single`: float32) for the others.
 */
export function nearestTaps(from: number, to: number, scale: number | null, exact: boolean, image: boolean, single: boolean): AxisTaps {
  const places = (place: (i: number) => number): AxisTaps => ({
    places: [range(to).map((i) => Math.min(place(i), from - 1))],
    weights: null,
  });
  const round = image || single ? Math.fround : (x: number) => x;
  const step = round(stepOf(from, to, scale, false));
  if (image) {
    // Sizes that stay or double count as factors of 1 and 2, whatever the factor was.
    if (!exact && (to === from || to === 2 * from)) return places((i) => Math.floor((i * from) / to));
    return places((i) => Math.floor(Math.fround((exact ? i + 0.5 : i) * step)));
  }
  const at = (i: number) => (exact ? Math.max(round(round(step * (i + 0.5)) - 0.5), 0) + 0.5 : round(step * i));
  return places((i) => Math.floor(Math.fround(at(i))));
}

/** float32, in which PyTorch finds the taps of float32, or no rounding. */
const rounding = (single: boolean): Round => (single ? Math.fround : (x: number) => x);

/** The two places around, by their distance. @param single computed in float32. */
export function linearTaps(from: number, to: number, scale: number | null, align: boolean, single: boolean): AxisTaps {
  if (from === to) return { places: [range(to)], weights: null };
  const round = rounding(single);
  const step = round(stepOf(from, to, scale, align));
  const at = range(to).map((i) => round(align ? step * i : Math.max(step * (i + 0.5) - 0.5, 0)));
  const first = at.map((x) => Math.min(Math.floor(x), from - 1));
  const share = at.map((x, i) => Math.min(Math.max(round(x - first[i]!), 0), 1));
  return { places: [first, first.map((p) => Math.min(p + 1, from - 1))], weights: [share.map((w) => round(1 - w)), share] };
}

type Round = (x: number) => number;

/** The cubic convolution kernel at distance t below 1, and between 1 and 2, each multiplication with its addition rounded once. @see Keys 1981 */
const near = (t: number, a: number, round: Round) => round(round(round((a + 2) * t - (a + 3)) * t) * t + 1);
const far = (t: number, a: number, round: Round) => round(round(round(a * t - 5 * a) * t + 8 * a) * t - 4 * a);

/** The four places around, by cubic convolution; outside the axis its ends count. @param single computed in float32. */
export function cubicTaps(from: number, to: number, scale: number | null, align: boolean, single: boolean): AxisTaps {
  const round = rounding(single);
  const step = round(stepOf(from, to, scale, align));
  const at = range(to).map((i) => round(align ? step * i : step * (i + 0.5) - 0.5));
  const first = at.map((x) => Math.min(Math.floor(x), from - 1));
  const share = at.map((x, i) => Math.min(Math.max(round(x - first[i]!), 0), 1));
  const kernels = [
    (t: number) => far(round(t + 1), -0.75, round),
    (t: number) => near(t, -0.75, round),
    (t: number) => near(round(1 - t), -0.75, round),
    (t: number) => far(round(round(1 - t) + 1), -0.75, round),
  ];
  return {
    places: kernels.map((_, k) => first.map((p) => Math.min(Math.max(p + k - 1, 0), from - 1))),
    weights: kernels.map((kernel) => share.map(kernel)),
  };
}

/** Runs of places with weights of their own, as taps; shorter runs are filled up with weight 0. */
function runs(starts: readonly number[], weights: readonly (readonly number[])[]): AxisTaps {
  const most = Math.max(...weights.map((w) => w.length));
  const taps = range(most);
  return {
    places: taps.map((k) => starts.map((start, i) => start + Math.min(k, weights[i]!.length - 1))),
    weights: taps.map((k) => weights.map((w) => w[k] ?? 0)),
  };
}

/** The means of windows that cover the axis: what adaptive average pooling takes. */
export function areaTaps(from: number, to: number): AxisTaps {
  const starts = range(to).map((i) => Math.floor((i * from) / to));
  return runs(
    starts,
    starts.map((start, i) => {
      const length = Math.ceil(((i + 1) * from) / to) - start;
      return new Array<number>(length).fill(1 / length);
    }),
  );
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Filters by distance, each 0 from `reach` on. */
const FILTERS = {
  bilinear: { reach: 1, filter: (x: number) => Math.max(1 - Math.abs(x), 0) },
  bicubic: {
    reach: 2,
    filter: (x: number, round: Round) => {
      const t = Math.abs(x);
      return t < 1 ? near(t, -0.5, round) : t < 2 ? far(t, -0.5, round) : 0;
    },
  },
  lanczos: { reach: 3, filter: (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Filters that widen as the axis shrinks, so that every place of the input counts. @param single computed in float32. */
export function filterTaps(
  mode: keyof typeof FILTERS,
  from: number,
  to: number,
  scale: number | null,
  align: boolean,
  single: boolean,
): AxisTaps {
  const { reach, filter } = FILTERS[mode];
  const round = rounding(single);
  const step = round(stepOf(from, to, scale, align));
  const widening = Math.max(step, 1);
  const [support, narrowing] = [round(reach * widening), round(1 / widening)];
  const starts: number[] = [];
  const weights = range(to).map((i) => {
    const center = round(step * (i + 0.5));
    const start = Math.max(Math.trunc(round(center - support) + 0.5), 0);
    const length = Math.min(Math.trunc(round(center + support) + 0.5), from) - start;
    const raw = range(Math.max(length, 1)).map((k) => round(filter(round((round(k + start - center) + 0.5) * narrowing), round)));
    const total = raw.reduce((a, b) => round(a + b), 0);
    starts.push(Math.min(start, from - 1));
    return raw.map((w) => (total === 0 ? w : round(w / total)));
  });
  return runs(starts, weights);
}
