/** What a study's figures say. */
import { checkFigures } from '../../report/study/check.js';
import type { StudyFigures, StudyVariantFigures } from '../../report/study/figures.js';
import type { ComparisonVerdict, StudyVerdict, VariantVerdict } from '../../report/study/verdict.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertFunction } from '../../tensor/arguments/checks.js';
import type { Judge } from '../define/types.js';
import { deviationOf, meanOf } from '../statistics/base/differences.js';
import { type Distributions, distributions } from '../statistics/base/distributions.js';
import { tIntervalOf } from '../statistics/intervals/paired-t.js';
import { holm } from '../statistics/significance/holm.js';
import { ALPHA, CONFIDENCE, gapOf, judged } from './compare.js';
import { groupsOf } from './groups.js';
import { methodOf } from './method.js';
import { compared, droppedComparisons, isNumber, mostlyFailed, scoreOf, tested, variantOf } from './pairs.js';
import { sentences, type Telling, wordsOf } from './words.js';

/** Options of {@link studyVerdict}. */
export interface StudyVerdictOptions {
  /** Says what became of the document's claim. Default: nobody does. */
  judge?: Judge;
}

const DEFAULTS: StudyVerdictOptions = { judge: undefined };

/**
 * What a study's figures say: who is best and who cannot be told apart from whom, of each comparison the mean difference with its intervals, how certain it is, what it costs in time and
 * on the gap between training and test data, and all of it in words.
 *
 * Variants are compared seed by seed, on test scores. A comparison has `helped` or `hurt` where the p of the exact sign-flip test, after Holm's correction over all comparisons,
 * is at most 0.05 and the 95 % interval excludes 0; both must agree. Where nothing could have been found with so few seeds, it says so and how many would do. Figures of a
 * study that runs until decided are tested so that stopping early costs nothing in false alarms ({@link sequentialTest}), and have intervals that hold whenever it stops.
 *
 * A run that diverged counts with the score that it was left with; one without a score leaves its repeat out of its comparisons, and where more than half are left out, the outcome is `failed`. So it is where at least half of the runs of
 * a side failed, unless that side did worse beyond chance; such a variant is ranked after the others, in no group. Variants that
 * successive halving dropped are compared with nothing.
 *
 * ```ts
 * const verdict = await studyVerdict(await runStudy(study));
 * console.log(verdict.words.join('\n'));
 * ```
 * @throws {ArgumentError} for what are not a study's figures, and for a baseline or pairs that they do not have.
 */
export async function studyVerdict(figures: StudyFigures, options: StudyVerdictOptions = {}): Promise<StudyVerdict> {
  checkFigures('studyVerdict', figures);
  const { judge } = readOptions('studyVerdict', DEFAULTS, options);
  if (judge !== undefined) assertFunction('studyVerdict', 'judge', judge);
  variantOf(figures, figures.baseline);
  const d = await distributions();

  const all = judged(d, figures);
  const telling: Telling = { d, figures, tests: Math.max(1, all.length + droppedComparisons(figures)) };
  const comparisons = all.map(({ comparison, ...of }): ComparisonVerdict => ({ ...of, words: wordsOf(telling, comparison, of) }));
  const variants = ranked(d, figures);
  const { groups, best } = together(figures, variants, comparisons);
  const verdict: StudyVerdict = {
    alpha: ALPHA,
    confidence: CONFIDENCE,
    variants,
    comparisons,
    groups,
    best,
    words: sentences(telling, comparisons, { best }),
    method: methodOf(telling),
  };
  return judge === undefined ? verdict : { ...verdict, claim: judge(verdict, figures) };
}

/** The variants, best first; then those of which at least half of the runs failed, those without a score, and those that were dropped. */
function ranked(d: Distributions, figures: StudyFigures): VariantVerdict[] {
  const { better, name: metric } = figures.metric;
  const place = (variant: StudyVariantFigures, mean: number) =>
    isNumber(variant.droppedAfter) ? 3 : Number.isNaN(mean) ? 2 : mostlyFailed(variant) ? 1 : 0;
  return figures.variants
    .map((variant) => {
      const scored = variant.runs.filter((run) => scoreOf(run, metric) !== undefined);
      const scores = scored.map((run) => scoreOf(run, metric)!);
      const of: VariantVerdict = {
        name: variant.name,
        runs: scores.length,
        failed: variant.runs.filter((run) => run.failed !== undefined).length,
        mean: meanOf(scores),
        deviation: deviationOf(scores),
        ...(scores.length > 1 && { interval: tIntervalOf(d, scores, CONFIDENCE) }),
        gap: meanOf(scored.map((run) => gapOf(run, figures)).filter(isNumber)),
        seconds: meanOf(variant.runs.filter((run) => run.running !== true).map(({ seconds }) => seconds)),
        chosen: meanOf(scored.map(({ chosen }) => chosen)),
      };
      return { of, place: place(variant, of.mean) };
    })
    .sort((a, b) => a.place - b.place || (a.place === 2 ? 0 : better === 'max' ? b.of.mean - a.of.mean : a.of.mean - b.of.mean) || 0)
    .map(({ of }) => of);
}

/**
 * Sets of variants that cannot be told apart, and what cannot be told apart from the best one. Two are told apart by a comparison of the study; by the test of the
 * pair, where it is none, corrected for all such pairs; and where a third one is told apart from both and lies between.
 */
function together(
  figures: StudyFigures,
  variants: readonly VariantVerdict[],
  comparisons: readonly ComparisonVerdict[],
): Pick<StudyVerdict, 'groups' | 'best'> {
  const stands = (variant: StudyVariantFigures) => !isNumber(variant.droppedAfter) && !mostlyFailed(variant);
  const names = variants.filter(({ name, runs }) => runs > 0 && stands(variantOf(figures, name))).map(({ name }) => name);
  const key = (a: string, b: string) => JSON.stringify([a, b]);
  /** Pairs of which the first is better. */
  const better = new Set<string>();
  const known = new Set<string>();
  for (const { variant, against, outcome } of comparisons) {
    known.add(key(variant, against)).add(key(against, variant));
    if (outcome === 'helped') better.add(key(variant, against));
    if (outcome === 'hurt') better.add(key(against, variant));
  }
  const others = names
    .flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const))
    .filter(([a, b]) => !known.has(key(a, b)))
    .map(([a, b]) => ({ a, b, comparison: compared(figures, variantOf(figures, a), variantOf(figures, b)) }));
  // As with comparisons, what halving left was chosen among all.
  const dropped = figures.variants.filter(({ droppedAfter }) => isNumber(droppedAfter)).length;
  const moot: number[] = Array(dropped * names.length + (dropped * (dropped - 1)) / 2).fill(1);
  const adjusted = holm([...others.map(({ comparison }) => tested(figures, comparison, ALPHA)), ...moot]);
  others.forEach(({ a, b, comparison }, i) => {
    if (adjusted[i]! > ALPHA) return;
    const more = meanOf(comparison.pairs.map(({ difference }) => difference)) > 0;
    better.add(more === (figures.metric.better === 'max') ? key(a, b) : key(b, a));
  });
  for (const between of names)
    for (const a of names) if (better.has(key(a, between))) for (const b of names) if (better.has(key(between, b))) better.add(key(a, b));
  const alike = (a: string, b: string) => !better.has(key(a, b)) && !better.has(key(b, a));
  return { groups: groupsOf(names, alike), best: names.filter((name, i) => i === 0 || alike(names[0]!, name)) };
}
