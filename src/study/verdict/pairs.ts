/** The paired differences of a study's figures. */
import { ArgumentError } from '../../errors.js';
import type { StudyFigures, StudyRun, StudyVariantFigures } from '../../report/study/figures.js';
import { isNumber } from '../../report/study/units.js';
import { show } from '../../tensor/arguments/show.js';
import { sequentialOf } from '../statistics/significance/sequential.js';
import { signFlipTest } from '../statistics/significance/sign-flip.js';

/** Two runs of one repeat. */
export interface Pair {
  readonly repeat: number;
  readonly run: StudyRun;
  readonly other: StudyRun;
  /** Test score of the variant less that of the other. */
  readonly difference: number;
}

/** One variant against another. */
export interface Comparison {
  readonly variant: StudyVariantFigures;
  readonly against: StudyVariantFigures;
  /** The repeats of which both have a test score. */
  readonly pairs: readonly Pair[];
  /** Repeats, from the first on without a gap, that both have ended, with a score or without. */
  readonly done: number;
}

/** The variant of that name. @throws {ArgumentError} where there is none. */
export function variantOf(figures: StudyFigures, name: string): StudyVariantFigures {
  const found = figures.variants.find((variant) => variant.name === name);
  if (found) return found;
  const names = figures.variants.map((variant) => show(variant.name)).join(', ');
  throw new ArgumentError(`studyVerdict: the figures have no variant ${show(name)}. They have ${names === '' ? 'none' : names}.`);
}

export { isNumber };

/** The compared score of a run on test data. Undefined where it has none, or one that is not a number. */
export function scoreOf(run: StudyRun, metric: string): number | undefined {
  const score = run.running === true ? undefined : run.scores?.test?.[metric];
  return isNumber(score) ? score : undefined;
}

/** How many runs of a variant have ended, how many of these failed, and whether all that failed diverged: such a run has scores nevertheless. */
export function failuresOf({ runs }: StudyVariantFigures): { ended: number; failed: number; diverged: boolean } {
  const ended = runs.filter(({ running }) => running !== true);
  const failed = ended.filter((run) => run.failed !== undefined);
  return { ended: ended.length, failed: failed.length, diverged: failed.every(({ scores }) => scores !== undefined) };
}

/** Whether at least half of the runs of a variant failed: its mean is that of wreckage and of lucky runs. */
export function mostlyFailed(variant: StudyVariantFigures): boolean {
  const { ended, failed } = failuresOf(variant);
  return failed > 0 && 2 * failed >= ended;
}

/** The difference of two numbers; 0 where they differ by rounding alone. */
export function subtract(a: number, b: number): number {
  const difference = a - b;
  return Math.abs(difference) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : difference;
}

/** What the study set out to compare: each variant with the baseline, then its pairs. */
function intended(figures: StudyFigures): (readonly [StudyVariantFigures, StudyVariantFigures])[] {
  const names = [
    ...figures.variants.filter(({ name }) => name !== figures.baseline).map(({ name }) => [name, figures.baseline] as const),
    ...figures.pairs,
  ];
  return names.map(([name, other]) => [variantOf(figures, name), variantOf(figures, other)] as const);
}

const isDropped = (variants: readonly StudyVariantFigures[]) => variants.some(({ droppedAfter }) => isNumber(droppedAfter));

/** What the study compares. Those that successive halving dropped are compared with nothing. */
export function comparisonsOf(figures: StudyFigures): Comparison[] {
  return intended(figures)
    .filter((pair) => !isDropped(pair))
    .map(([variant, against]) => compared(figures, variant, against));
}

/**
 * Comparisons that successive halving has made moot. What it left was chosen among all, by scores that go with those on test data, so that the
 * correction counts these, too: as if nothing had been found in them. Then there are no more false alarms than if all had gone to the end.
 */
export function droppedComparisons(figures: StudyFigures): number {
  return intended(figures).filter(isDropped).length;
}

/** One variant against another. */
export function compared(figures: StudyFigures, variant: StudyVariantFigures, against: StudyVariantFigures): Comparison {
  const others = new Map(against.runs.map((run) => [run.repeat, run]));
  const pairs: Pair[] = [];
  const ended = new Set<number>();
  for (const run of variant.runs) {
    const other = others.get(run.repeat);
    if (other === undefined || run.running === true || other.running === true) continue;
    ended.add(run.repeat);
    const [a, b] = [scoreOf(run, figures.metric.name), scoreOf(other, figures.metric.name)];
    if (a !== undefined && b !== undefined) pairs.push({ repeat: run.repeat, run, other, difference: subtract(a, b) });
  }
  pairs.sort((a, b) => a.repeat - b.repeat);
  let done = 0;
  while (ended.has(done)) done++;
  return { variant, against, pairs, done };
}

/**
 * The p of the sign-flip test; where the study ran until decided, one that may be read after each of its looks.
 * @param upTo a p above this need not be exact, as long as it is above, too.
 */
export function tested(figures: StudyFigures, { pairs, done }: Comparison, upTo = 1): number {
  const differences = pairs.map(({ difference }) => difference);
  if (figures.looks === undefined || figures.looks.length === 0) return signFlipTest(differences).p;
  const repeats = pairs.map(({ repeat }) => repeat);
  return sequentialOf(differences, { plan: figures.looks, repeats, done, upTo }).p;
}
