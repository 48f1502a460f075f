/** Parts of a claim that are not about the compared score: when a model is at its best, how far training and test scores lie apart, how long it takes. */
import type { StudyFigures, StudyRun } from '../../../report/study/figures.js';
import { equalsP } from '../../../report/study/units.js';
import { plural } from '../../../report/text.js';
import { holm } from '../../statistics/significance/holm.js';
import { signFlipTest } from '../../statistics/significance/sign-flip.js';
import type { Part } from './judge.js';
import { points } from './reading.js';

/** The runs of one repeat, by their variant. */
export type RunsOfRepeat = Readonly<Record<string, StudyRun>>;

/** Something that a claim says of figures that each repeat has. */
export interface Aspect {
  /** What is claimed, as a clause: `the smaller batch overfits earlier`. */
  readonly claim: string;
  /** The variants whose runs it takes; repeats in which one of them has no scores do not count. */
  readonly variants: readonly string[];
  /** A figure of one repeat, above 0 where that repeat speaks for the claim. */
  value(runs: RunsOfRepeat): number;
  /** The mean of these figures, as a clause: `its validation loss is lowest 2.3 epochs earlier`. */
  words(mean: number): string;
}

/**
 * Whether aspects of a claim are found: each by the exact sign-flip test over the repeats, with Holm's correction over all of them, at 0.05. Where the study
 * was looked at several times, p is multiplied by k (k + 1) after k looks, so that the chances of a false alarm over all looks add up to no more.
 */
export function judgeAspects(figures: StudyFigures, aspects: readonly Aspect[]): Part[] {
  const looks = figures.looks?.length ?? 0;
  const penalty = looks === 0 ? 1 : looks * (looks + 1);
  const found = aspects.map((aspect) => {
    const values = repeatsOf(figures, aspect.variants).map((runs) => aspect.value(runs));
    const finite = values.filter(Number.isFinite);
    const { statistic, p } = signFlipTest(finite);
    return { aspect, count: finite.length, mean: statistic, p: Math.min(1, p * penalty) };
  });
  const adjusted = holm(found.map(({ p }) => p));
  return found.map(({ aspect, count, mean }, i) => part(aspect, mean, adjusted[i]!, count));
}

function part({ claim, words }: Aspect, mean: number, p: number, repeats: number): Part {
  if (repeats === 0) return { verdict: 'undecided', words: `Whether ${claim} cannot be said: no repeat has all the runs for it.` };
  const figures = `${words(mean)} (p ${equalsP(p, LEVEL)}, ${plural(repeats, 'seed')})`;
  if (p > LEVEL) return { verdict: 'undecided', words: `Whether ${claim} is not decided: ${figures}.` };
  if (mean > 0) return { verdict: 'found', words: `${capitalised(claim)}: ${figures}.` };
  return { verdict: 'refuted', words: `That ${claim} is refuted: ${figures}.` };
}

const LEVEL = 0.05;

/** The runs of each repeat that has all of them, with scores. */
function repeatsOf(figures: StudyFigures, variants: readonly string[]): RunsOfRepeat[] {
  const wanted = variants.map((name) => figures.variants.find((variant) => variant.name === name)?.runs ?? []);
  return (wanted[0] ?? []).flatMap(({ repeat }) => {
    const runs = wanted.map((list) => list.find((run) => run.repeat === repeat && run.scores !== undefined && !run.running));
    return runs.every((run) => run !== undefined) ? [Object.fromEntries(runs.map((run, i) => [variants[i]!, run]))] : [];
  });
}

/** The mean of a figure over the runs of a variant that have it; undefined where none has. */
export function meanOver(figures: StudyFigures, variant: string, figure: (run: StudyRun) => number | undefined): number | undefined {
  const runs = figures.variants.find(({ name }) => name === variant)?.runs ?? [];
  const values = runs.map(figure).filter((value) => value !== undefined && Number.isFinite(value));
  return values.length === 0 ? undefined : values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
}

/** A variant against another whose runs differ in a figure: a part of a claim that says so. */
export function comparedFigure(
  claim: string,
  [variant, against]: readonly [variant: string, against: string],
  figure: (run: StudyRun) => number,
  words: (mean: number) => string,
): Aspect {
  return { claim, variants: [variant, against], value: (runs) => figure(runs[variant]!) - figure(runs[against]!), words };
}

/** How far a run's test loss lies above its training loss, both of the judged weights: it shows overfitting where training accuracy is 1. */
export const lossGapOf = (run: StudyRun): number => run.scores!.test.loss - run.scores!.train.loss;

/** That a variant overfits less than another: its losses lie closer together, and its test loss is lower. */
export function overfitsLess(variant: string, against: string): Aspect[] {
  const lower = (mean: number) => `${Math.abs(mean).toPrecision(2)} ${mean >= 0 ? 'lower' : 'higher'}`;
  return [
    comparedFigure(
      `training and test loss lie closer together with ${variant} than with ${against}`,
      [against, variant],
      lossGapOf,
      (mean) => `their difference is ${lower(mean)}`,
    ),
    comparedFigure(
      `the test loss is lower with ${variant} than with ${against}`,
      [against, variant],
      (run) => run.scores!.test.loss,
      (mean) => `it is ${lower(mean)}`,
    ),
  ];
}

/** How far a run's validation loss has risen from its lowest: what overfitting looks like in curves. */
export function riseOf({ epochs }: StudyRun): number {
  const losses = epochs.map(({ validation }) => validation.loss);
  return (losses.at(-1) ?? Number.NaN) - Math.min(...losses);
}

/** How far a run's training accuracy lies above its test accuracy, both of the judged weights. */
export const gapOf = (run: StudyRun): number => run.scores!.train['accuracy']! - run.scores!.test['accuracy']!;

/** The epoch with the lowest validation loss, from 1; NaN where none ended. */
export function bestEpochOf({ epochs }: StudyRun): number {
  const losses = epochs.map(({ validation }) => validation.loss);
  const best = losses.reduce((least, loss, i) => (loss < losses[least]! ? i : least), 0);
  return epochs[best]?.epoch ?? Number.NaN;
}

/** How many points of accuracy: `1.3 points`. */
export const countOfPoints = (share: number): string => `${points(Math.abs(share))} points`;

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
