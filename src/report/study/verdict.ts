/** What a study's figures say, as plain data: made by `studyVerdict` of `hone/study`, shown by reports. Differences are variant − other, in the metric's units. */

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/**
 * What a comparison came to. `helped` and `hurt`: beyond chance, after correction. `equivalent`: the whole interval lies within what matters to
 * nobody. `undecided`: no difference found. `tooFew`: with so few repeats no test could decide. `failed`: too many runs gave no score, or diverged.
 */
export type Outcome = 'helped' | 'hurt' | 'equivalent' | 'undecided' | 'tooFew' | 'failed';

/** One variant against another, over the repeats that both have. */
export interface ComparisonVerdict {
  /** The variant, by its name. */
  variant: string;
  /** What it is compared with. */
  against: string;
  /** The repeats that both have a score of. */
  repeats: number[];
  /** The differences of test scores, repeat by repeat. */
  differences: number[];
  /** Their mean. */
  mean: number;
  /** Their sample deviation. NaN for one. */
  deviation: number;
  /** 95 % interval of the mean difference: a BCa bootstrap, widened for few repeats (`bootstrapInterval`). Missing below two repeats, as the other two. */
  bootstrap?: Interval;
  /** The same as it is elsewhere, SciPy's `bootstrap(method='BCa')`: too narrow for few repeats, and here to be compared with. */
  bca?: Interval;
  /** The paired t interval of it. */
  t?: Interval;
  /** Two-sided p of each test, before correction: the exact sign-flip test, Wilcoxon's signed ranks, paired t. */
  p: { signFlip: number; wilcoxon: number; t: number };
  /** Of the sign-flip test, after Holm's correction over all comparisons (and over all looks, where the study ran until decided). */
  adjusted: number;
  /** No smaller p is possible with so many repeats. */
  smallestP: number;
  /** The share of new seeds on which the variant is expected to be better, and its 95 % interval. */
  better: { probability: number; interval: Interval };
  /** What it came to. */
  outcome: Outcome;
  /** Repeats in all after which the difference seen would be found with 80 % power; undefined where none is foreseeable. */
  repeatsNeeded?: number;
  /** The smallest difference that so many repeats find with 80 % power. */
  detectable?: number;
  /** Ratio of training times, variant / other. */
  time?: { ratio: number; interval?: Interval };
  /** Difference of the gaps between train and test scores. */
  gap?: { difference: number; interval?: Interval };
  /** Runs of the variant that failed. */
  failed: number;
  /** One sentence. */
  words: string;
}

/** A variant's standing. */
export interface VariantVerdict {
  /** Its name. */
  name: string;
  /** Runs with a test score, and those that failed. */
  runs: number;
  /** Those that failed. */
  failed: number;
  /** Mean and sample deviation of the test scores; NaN where there are none. */
  mean: number;
  /** Sample deviation of the test scores; NaN for one. */
  deviation: number;
  /** 95 % interval of the mean (t). */
  interval?: Interval;
  /** Mean train score − test score at the chosen epoch: positive where training data does better. */
  gap: number;
  /** Mean seconds of a run. */
  seconds: number;
  /** Mean chosen epoch. */
  chosen: number;
}

/** What a study came to. */
export interface StudyVerdict {
  /** The level of the tests, 0.05, and of the intervals, 0.95. */
  alpha: number;
  /** The level of the intervals. */
  confidence: number;
  /** Best first. */
  variants: VariantVerdict[];
  /** Each variant against the baseline, then further pairs. */
  comparisons: ComparisonVerdict[];
  /** Sets of variants of which no two can be told apart (all pairs, Holm), in the order of the ranking; one of one name stands alone. */
  groups: string[][];
  /** Not told apart from the best one; itself first. */
  best: string[];
  /** Sentences: one for each comparison, then what was too little. */
  words: string[];
  /** How it was tested, in sentences for the report. */
  method: string[];
  /** What became of the document's claim. */
  claim?: { verdict: 'found' | 'refuted' | 'undecided'; words: string };
}
