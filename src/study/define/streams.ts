/** The random numbers of a study: each source of variation has a stream of its own. */
import { type SourceOfVariation, sourcesOfVariation } from '../../report/study/figures.js';
import { Generator } from '../../tensor/create/generator.js';

/** A seed for what is drawn once for the whole study. */
export function studySeed(seed: number, what: 'data' | 'test'): number {
  return low(new Generator(seed).fork(what));
}

/**
 * The seeds of a repeat, the same for all variants: they depend on the study's seed, the repeat and the source, and on nothing else. What does
 * not vary has the first repeat's in all.
 */
export function seedsOf(seed: number, repeat: number, varies: readonly SourceOfVariation[]): Record<SourceOfVariation, number> {
  const root = new Generator(seed);
  return Object.fromEntries(
    sourcesOfVariation.map((source) => [source, low(root.fork(`${source} ${varies.includes(source) ? repeat : 0}`))]),
  ) as Record<SourceOfVariation, number>;
}

/** Only so many bits of a seed reach the numbers. */
const low = (generator: Generator) => Number(BigInt.asUintN(32, generator.initialSeed()));
