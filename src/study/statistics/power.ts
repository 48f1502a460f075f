/** How many repeats a paired test needs. */
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { above, below, countOf, finiteNumber } from '../../tensor/arguments/checks.js';
import { type Distributions, distributions } from './base/distributions.js';

/** Options of {@link pairedPower}. */
export interface PairedPowerOptions {
  /** The true mean difference, in deviations of the differences. */
  effect: number;
  /** How many repeats. */
  repeats: number;
  /** The level of the test; where several are corrected for together, the level that the first one must reach. Default: 0.05. */
  alpha?: number;
}

/** Options of {@link repeatsNeeded}. */
export interface RepeatsNeededOptions {
  /** The true mean difference, in deviations of the differences. */
  effect: number;
  /** The chance that it is to be found with. Default: 0.8. */
  power?: number;
  /** As in {@link pairedPower}. Default: 0.05. */
  alpha?: number;
  /** More than so many are not thought of. Default: 10,000. */
  most?: number;
}

/** Options of {@link detectableEffect}. */
export interface DetectableEffectOptions {
  /** How many repeats. */
  repeats: number;
  /** The chance that it is to be found with. Default: 0.8. */
  power?: number;
  /** As in {@link pairedPower}. Default: 0.05. */
  alpha?: number;
}

const POWER: Required<PairedPowerOptions> = { effect: required, repeats: required, alpha: 0.05 };
const NEEDED: Required<RepeatsNeededOptions> = { effect: required, power: 0.8, alpha: 0.05, most: 10_000 };
const DETECTABLE: Required<DetectableEffectOptions> = { repeats: required, power: 0.8, alpha: 0.05 };

/**
 * The fewest repeats with which a two-sided exact test of pairs can reach a level at all: as p cannot be smaller than 2/2^n, six for 0.05 and eight for
 * 0.05 shared by six comparisons.
 *
 * ```ts
 * fewestRepeats(0.05 / 6); // 8
 * ```
 */
export function fewestRepeats(alpha: number): number {
  below('fewestRepeats', 'alpha', above('fewestRepeats', 'alpha', alpha, 0), 0, 1);
  return Math.ceil(1 - Math.log2(alpha) - 1e-9);
}

/**
 * The chance that the sign-flip test of so many paired differences finds an effect of a given size, for normally distributed differences. Where so few repeats
 * reach the level only if no or one sign is wrong, that chance is computed; with more, the power of the paired t test (the noncentral t distribution) at the level that the
 * sign-flip test really has, the largest multiple of 2/2^n within `alpha`, which is near. With too few repeats to reach it, 0.
 *
 * ```ts
 * await pairedPower({ effect: 1, repeats: 10 }); // 0.80
 * ```
 * @throws {ArgumentError} for an effect that is not finite, no repeats, a level outside of (0, 1).
 * @see Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, chapter 2
 */
export async function pairedPower(options: PairedPowerOptions): Promise<number> {
  const { effect, repeats, alpha } = readOptions('pairedPower', POWER, options ?? null);
  finiteNumber('pairedPower', 'effect', effect);
  countOf('pairedPower', 'repeats', repeats, 1);
  level('pairedPower', 'alpha', alpha);
  return powerOf(await distributions(), effect, repeats, alpha);
}

/**
 * How many repeats find an effect with a given chance: the fewest whose {@link pairedPower} is at least `power`. Undefined where `most` are not enough, as for an effect of 0.
 *
 * ```ts
 * await repeatsNeeded({ effect: 0.8, alpha: 0.05 / 3 });
 * ```
 * @throws {ArgumentError} for an effect that is not finite, and levels and chances outside of (0, 1).
 */
export async function repeatsNeeded(options: RepeatsNeededOptions): Promise<number | undefined> {
  const { effect, power, alpha, most } = readOptions('repeatsNeeded', NEEDED, options ?? null);
  finiteNumber('repeatsNeeded', 'effect', effect);
  countOf('repeatsNeeded', 'most', most, 1);
  level('repeatsNeeded', 'power', power);
  level('repeatsNeeded', 'alpha', alpha);
  return neededFor(await distributions(), effect, { power, alpha, most });
}

/**
 * The smallest effect, in deviations of the differences, that so many repeats find with a given chance. Infinity where they are too few to find any.
 *
 * ```ts
 * await detectableEffect({ repeats: 8, alpha: 0.05 / 3 });
 * ```
 * @throws {ArgumentError} for no repeats, and levels and chances outside of (0, 1).
 */
export async function detectableEffect(options: DetectableEffectOptions): Promise<number> {
  const { repeats, power, alpha } = readOptions('detectableEffect', DETECTABLE, options ?? null);
  countOf('detectableEffect', 'repeats', repeats, 1);
  level('detectableEffect', 'power', power);
  level('detectableEffect', 'alpha', alpha);
  return detectableOf(await distributions(), repeats, { power, alpha });
}

function level(op: string, name: string, value: number): void {
  below(op, name, above(op, name, value, 0), 0, 1);
}

/** Points at which an integral is taken. */
const POINTS = 200;

/** {@link pairedPower}, with what it needs at hand. */
export function powerOf(d: Distributions, effect: number, n: number, alpha: number): number {
  if (n < 2) return 0;
  // How many patterns of signs may be as extreme to either side: the one with no wrong sign, then the one with only the smallest wrong, …
  const patterns = n > 50 ? Number.POSITIVE_INFINITY : Math.floor(alpha * 2 ** (n - 1) + 1e-9);
  if (patterns < 1) return 0;
  if (patterns <= 3) return fewWrong(d, Math.abs(effect), n, patterns) + fewWrong(d, -Math.abs(effect), n, patterns);
  return powerOfT(d, effect, n, n > 50 ? alpha : patterns / 2 ** (n - 1));
}

/** The chance that all normal differences are positive, or but one that is the smallest (of three patterns: or the second smallest). */
function fewWrong({ ndtr, ndtri }: Distributions, effect: number, n: number, patterns: number): number {
  const right = ndtr(effect);
  const wrong = ndtr(-effect);
  const none = right ** n;
  if (patterns === 1 || wrong < 1e-200) return none;
  // Over the quantiles of the wrong one, -x: the others lie above x, or but one does.
  let sum = 0;
  for (let i = 0; i < POINTS; i++) {
    const above = ndtr(2 * effect + ndtri((wrong * (i + 0.5)) / POINTS));
    sum += above ** (n - 1) + (patterns === 3 ? (n - 1) * above ** (n - 2) * (right - above) : 0);
  }
  return none + (n * wrong * sum) / POINTS;
}

/** Quantiles of the deviation of samples, by degrees of freedom. */
const DEVIATIONS = new Map<number, Float64Array>();

/** Beyond so many degrees of freedom the noncentral t distribution is taken as normal: no power is off by more than 0.002. */
const MANY = 150;

/** The power of the paired t test. */
function powerOfT({ chdtri, ndtr, stdtri }: Distributions, effect: number, n: number, alpha: number): number {
  const df = n - 1;
  const critical = stdtri(df, 1 - alpha / 2);
  const shift = Math.abs(effect) * Math.sqrt(n);
  // The deviation of many is nearly normal itself.
  if (df > MANY) {
    const spread = Math.sqrt(1 + critical ** 2 / (2 * df));
    return ndtr((shift - critical) / spread) + ndtr((-shift - critical) / spread);
  }
  // P(|T| > critical), T = (Z + shift) / s: averaged over the quantiles of s.
  let deviations = DEVIATIONS.get(df);
  if (deviations === undefined) {
    deviations = Float64Array.from({ length: POINTS }, (_, i) => Math.sqrt(chdtri(df, (i + 0.5) / POINTS) / df));
    DEVIATIONS.set(df, deviations);
  }
  let sum = 0;
  for (const deviation of deviations) {
    const far = critical * deviation;
    sum += ndtr(shift - far) + ndtr(-shift - far);
  }
  return sum / POINTS;
}

/** {@link repeatsNeeded}, with what it needs at hand. */
export function neededFor(
  d: Distributions,
  effect: number,
  { power = 0.8, alpha, most = 10_000 }: { power?: number; alpha: number; most?: number },
): number | undefined {
  const enough = (n: number) => powerOf(d, effect, n, alpha) >= power;
  let low = Math.max(1, fewestRepeats(alpha) - 1);
  let high = low + 1;
  while (!enough(high)) {
    low = high;
    high *= 2;
    if (low >= most) return undefined;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high <= most ? high : undefined;
}

/** {@link detectableEffect}, with what it needs at hand. */
export function detectableOf(d: Distributions, n: number, { power = 0.8, alpha }: { power?: number; alpha: number }): number {
  if (n < 2 || n < fewestRepeats(alpha)) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, 1];
  while (powerOf(d, high, n, alpha) < power) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-6 * high) {
    const middle = (low + high) / 2;
    if (powerOf(d, middle, n, alpha) < power) low = middle;
    else high = middle;
  }
  return high;
}
