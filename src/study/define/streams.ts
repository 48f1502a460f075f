/** The random numbers of a study: each source of variation has a stream of its own. */
import { generatorsIn, type Roots } from '../../data/loader/state/random-snapshot.js';
import { type SourceOfVariation, sourcesOfVariation } from '../../report/study/figures.js';
import { Generator, manualSeed } from '../../tensor/create/generator.js';

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

/** Seeds what draws while a run trains: the default generator, what goes beside it, and the generators that data sets and callbacks hold. */
export function seedNoise(seed: number, parts: Roots): void {
  manualSeed(seed);
  const root = new Generator(seed);
  for (const [path, generator] of generatorsIn(parts)) generator.manualSeed(root.fork(path).initialSeed());
}

/** Only so many bits of a seed reach the numbers. */
const low = (generator: Generator) => Number(BigInt.asUintN(32, generator.initialSeed()));
