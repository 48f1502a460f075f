/** Several tests at once. */
import { ArgumentError } from '../../../errors.js';
import { assertNumbers } from '../../../tensor/arguments/checks.js';

/**
 * Holm's correction: p values of several tests, adjusted so that the chance of any false alarm among them stays at the level at which each is read. The smallest is
 * multiplied by their number, the next by one less, and so on, each at least the one before. As `multipletests(p, method='holm')` of statsmodels.
 *
 * ```ts
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 * ```
 * @returns the adjusted values in the order of the given ones.
 * @throws {ArgumentError} for what is not a list of probabilities.
 * @see Holm 1979, https://www.jstor.org/stable/4615733
 */
export function holm(p: readonly number[]): number[] {
  assertNumbers('holm', 'p', p);
  const odd = p.findIndex((value) => !(value >= 0 && value <= 1));
  if (odd >= 0) throw new ArgumentError(`holm: p[${odd}] is ${p[odd]}, expected a probability from 0 to 1.`);
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const adjusted = new Array<number>(p.length);
  let least = 0;
  order.forEach((i, rank) => {
    least = Math.min(1, Math.max(least, p[i]! * (p.length - rank)));
    adjusted[i] = least;
  });
  return adjusted;
}
