/** Axes: what they reach over, where their labels stand, and how numbers are written there. */
import { ArgumentError } from '../../../errors.js';
import { show } from '../../../tensor/arguments/show.js';

/** Equal steps, or equal factors. */
export type AxisScale = 'linear' | 'log';

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** An axis as it is drawn. */
export interface Axis {
  readonly scale: AxisScale;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

/** The ends of an axis: [least, greatest]. */
export type Ends = readonly [min: number, max: number];

/** Where a value lies along the axis, in its own measure: itself, or its logarithm. */
export const placeOf = (scale: AxisScale, value: number): number => (scale === 'log' ? Math.log10(value) : value);

/** How far along an axis a value lies: 0 at its beginning, 1 at its end. */
export function shareOf({ scale, min, max }: Axis, value: number): number {
  // Halves, for the largest numbers lie further apart than a number can say.
  const [low, high] = [placeOf(scale, min) / 2, placeOf(scale, max) / 2];
  return (placeOf(scale, value) / 2 - low) / (high - low);
}

/** Whether a value can stand on such an axis. */
export const standsOn = (scale: AxisScale, value: number): boolean => Number.isFinite(value) && (scale === 'linear' || value > 0);

/** The least and the greatest of what can stand on the axis; undefined for none. */
export function endsOf(values: Iterable<number>, scale: AxisScale): Ends | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!standsOn(scale, value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** What is between them, without the overflow of the largest numbers. */
const spanOf = (low: number, high: number): number => {
  const span = high - low;
  return Number.isFinite(span) ? span : Number.MAX_VALUE;
};

/** 1, 2 or 5 times a power of ten, at least that large. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((f) => f * power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(1));
}

/** The nearest number above 0 that there is. */
const positive = (value: number) => Math.min(Math.max(value, Number.MIN_VALUE), Number.MAX_VALUE);

/** Ends around a single value, or around none. */
export function opened([low, high]: Ends, scale: AxisScale): Ends {
  if (scale === 'log') return high / low > 1 + 1e-9 ? [low, high] : [positive(low / 2), positive(high * 2)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-12 && high - low > 1e-300) return [low, high];
  const room = size > 1e-290 ? 0.05 * size : 1;
  return [low - room, high + room];
}

/** Rounds away what adding steps leaves behind the last digit that counts. */
const clean = (value: number, step: number): number => {
  const digits = Math.min(100, Math.max(0, -Math.floor(Math.log10(step)) + 1));
  return digits < 100 ? Number(value.toFixed(digits)) : value;
};

/** Round numbers within the ends, about `count` of them. */
export function linearTicks([low, high]: Ends, count: number, whole = false): number[] {
  const step = Math.max(whole ? 1 : 0, roundStep(spanOf(low, high) / Math.max(1, count)));
  if (!(step > 0) || !Number.isFinite(step)) return [low, high];
  const ticks: number[] = [];
  const slack = 1e-9;
  for (let k = Math.ceil(low / step - slack); k <= Math.floor(high / step + slack) && ticks.length < 1000; k++)
    ticks.push(clean(k * step, step));
  return ticks;
}

/** Powers of ten within the ends, and what lies between them where there are few. */
export function logTicks([low, high]: Ends, count: number): number[] {
  const decades = Math.log10(high) - Math.log10(low);
  if (decades < 0.7) return linearTicks([low, high], count);
  const every = Math.max(1, Math.ceil(decades / Math.max(2, count)));
  const factors = decades <= 1.5 ? [1, 2, 3, 5] : decades < 3 && count > 4 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low) + 1e-9); power <= Math.ceil(Math.log10(high)); power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length > 1 ? ticks : linearTicks([low, high], count);
}

/** Writes one number short: `0.25`, `1000`, `1e-9`. */
export function showNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const digits = Number(value.toPrecision(12));
  return size >= 1e6 || size < 1e-4 ? digits.toExponential().replace('e+', 'e') : String(digits);
}

/** Numbers of one axis, all with as many digits after the point. */
export function showNumbers(values: readonly number[]): string[] {
  const sizes = values.filter((v) => v !== 0).map(Math.abs);
  if (sizes.length === 0) return values.map(String);
  const plain = Math.max(...sizes) < 1e6 && Math.max(...sizes) >= 1e-3;
  const texts = values.map((value) => String(Number(value.toPrecision(12))));
  if (!plain) {
    const short = values.map(showNumber);
    // Large numbers that lie close together need all their digits.
    return short.every((text) => text.length <= 10) ? short : texts;
  }
  const after = Math.max(...texts.map((text) => (/e/.test(text) ? 0 : (text.split('.')[1]?.length ?? 0))));
  return values.map((value) => value.toFixed(Math.min(after, 12)));
}

/** Ends at round numbers around those given, with labels at them and between. */
export function roundAxis(ends: Ends, scale: AxisScale, count: number): Axis {
  const [low, high] = opened(ends, scale);
  if (scale === 'log') {
    const decades = Math.log10(high) - Math.log10(low);
    const room = decades * 0.04;
    const [min, max] = decades < 0.7 ? [low, high] : [positive(10 ** (Math.log10(low) - room)), positive(10 ** (Math.log10(high) + room))];
    return withTicks(scale, [min, max], logTicks([min, max], count));
  }
  const step = roundStep(spanOf(low, high) / count);
  if (!(step > 0) || !Number.isFinite(step)) return withTicks(scale, [low, high], [low, high]);
  const [min, max] = [clean(Math.floor(low / step + 1e-9) * step, step), clean(Math.ceil(high / step - 1e-9) * step, step)];
  if (!Number.isFinite(min) || !Number.isFinite(max)) return withTicks(scale, [low, high], [low, high]);
  return withTicks(scale, [min, max], linearTicks([min, max], (max - min) / step));
}

/** An axis that ends exactly there. */
export function exactAxis(ends: Ends, scale: AxisScale, count: number, whole = false): Axis {
  const [min, max] = opened(ends, scale);
  return withTicks(scale, [min, max], scale === 'log' ? logTicks([min, max], count) : linearTicks([min, max], count, whole));
}

export function withTicks(scale: AxisScale, [min, max]: Ends, values: readonly number[]): Axis {
  const texts = scale === 'log' ? values.map(showNumber) : showNumbers(values);
  return { scale, min, max, ticks: values.map((value, i) => ({ value, text: texts[i]! })) };
}

/** Checks ends that were given. */
export function readEnds(op: string, name: string, given: unknown, scale: AxisScale): Ends {
  const { min, max } = (Array.isArray(given) ? { min: given[0], max: given[1] } : (given ?? {})) as { min?: unknown; max?: unknown };
  const whole = Array.isArray(given) ? given.length === 2 : true;
  if (whole && typeof min === 'number' && typeof max === 'number' && standsOn(scale, min) && standsOn(scale, max) && min < max)
    return [min, max];
  throw new ArgumentError(
    `${op}: ${name} is ${show(given)}, expected two numbers, [least, greatest]${scale === 'log' ? ', both above 0 on a logarithmic axis' : ''}.`,
  );
}
