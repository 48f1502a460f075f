/** The range of a chart's vertical axis. */
import type { Series } from '../charts/base/series.js';

export interface Range {
  min: number;
  max: number;
  /** Between two labels: 1, 2 or 5 times a power of ten. */
  step: number;
  /** Digits after the point in labels. */
  decimals: number;
}

/** What values can be; an axis does not go beyond. */
export interface Bounds {
  min?: number;
  max?: number;
}

/** Curves with fewer points are not enlarged. */
const FEW = 5;

/** About this many labels. */
const LABELS = 5;

/** A range with round ends around all points of the curves and their bands. */
export function rangeOf(series: readonly Series[], bounds: Bounds = {}): Range {
  return around(points(series, 0), bounds);
}

/**
 * A range around the last two thirds of each curve, where methods differ, so that the first epochs do not squeeze the rest; undefined where
 * {@link rangeOf} shows those large enough.
 */
export function lateRange(series: readonly Series[], bounds: Bounds = {}): Range | undefined {
  if (series.every(({ values }) => values.length < FEW)) return undefined;
  const whole = rangeOf(series, bounds);
  const late = around(points(series, 1 / 3), bounds);
  return late.max - late.min < 0.5 * (whole.max - whole.min) ? late : undefined;
}

/** Lower and upper ends of the bands, from a share of each curve on. */
function points(series: readonly Series[], from: number): number[] {
  const all = series.flatMap(({ values, deviation }) =>
    values.slice(Math.floor(values.length * from)).flatMap((v, i, late) => {
      const d = deviation?.[values.length - late.length + i] ?? 0;
      return [v - d, v + d];
    }),
  );
  return all.filter(Number.isFinite);
}

function around(values: readonly number[], { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Bounds): Range {
  let low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  let high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (values.length === 0) [low, high] = [0, 1];
  if (high - low <= Math.abs(high) * 1e-9) [low, high] = [low - 0.05 * (Math.abs(low) || 1), high + 0.05 * (Math.abs(high) || 1)];
  [low, high] = [Math.max(low, min), Math.min(high, max)];
  if (high <= low) [low, high] = low <= min ? [min, min + 1] : [max - 1, max];
  const step = roundStep((high - low) / LABELS);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const exact = (v: number) => Number(v.toFixed(decimals));
  return { min: exact(Math.floor(low / step + 1e-9) * step), max: exact(Math.ceil(high / step - 1e-9) * step), step, decimals };
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((f) => f * power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(1));
}
