/** How a study's numbers are written: accuracies in per cent and their differences in points, other scores as they are. */
import type { StudyFigures, StudyRun, StudyVariantFigures } from './figures.js';
import type { ComparisonVerdict, Interval, Outcome, StudyVerdict, VariantVerdict } from './verdict.js';

/** Scores that are shares of 1. */
const SHARE = /(accuracy|acc|auc|auroc|f1|precision|recall|top\d+)$/i;

/** How the values of a score are written. */
export interface Units {
  /** 100 for per cent, else 1. */
  readonly factor: number;
  /** Written after a score. */
  readonly unit: '%' | '';
  /** Written after a difference. */
  readonly differenceUnit: 'points' | '';
  /** Digits after the point. */
  readonly digits: number;
  /** Those of a difference, where pairs of runs spread less than the runs. Default: `digits`. */
  readonly differenceDigits?: number;
}

/** Numbers of a file that had NaN in it are null. */
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Mean and sample deviation of what can be counted; the deviation of one is NaN. */
export function meanOf(values: readonly unknown[]): { mean: number; deviation: number; count: number } {
  const list = values.filter(isNumber);
  const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
  const squares = list.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: list.length > 1 ? Math.sqrt(squares / (list.length - 1)) : Number.NaN, count: list.length };
}

/** What each run of a variant got on test data; NaN where nothing was measured. */
export const testScores = (variant: StudyVariantFigures, metric: string): number[] =>
  variant.runs.map((run) => finite(run.scores?.test[metric]));

export const finite = (value: unknown): number => (isNumber(value) ? value : Number.NaN);

/** Digits that show how the scores spread: two of the deviation. */
export function unitsOf(metric: string, variants: readonly StudyVariantFigures[]): Units {
  const share = SHARE.test(metric);
  const factor = share ? 100 : 1;
  const spreads = variants
    .map((variant) => meanOf(testScores(variant, metric)).deviation * factor)
    .filter((d) => isNumber(d) && d > 0)
    .sort((a, b) => a - b);
  const means = variants.map((variant) => Math.abs(meanOf(testScores(variant, metric)).mean * factor)).filter((m) => isNumber(m) && m > 0);
  const typical = spreads[spreads.length >> 1] ?? Math.max(...means, 1e-6) / 100;
  const digits = Math.min(share ? 2 : 10, Math.max(share ? 1 : 0, 1 - Math.floor(Math.log10(typical))));
  const units = { factor, unit: share ? '%' : '', differenceUnit: share ? 'points' : '', digits } as const;
  if (share) return units;
  const least = Math.min(
    ...variants
      .slice(1)
      .map((variant) => pairedError(variant, variants[0]!, metric))
      .filter((error) => error > 0),
  );
  const fine = Number.isFinite(least) ? 1 - Math.floor(Math.log10(2 * least)) : digits;
  return { ...units, differenceDigits: Math.min(digits + 3, Math.max(digits, fine)) };
}

/** The standard error of the mean difference of two variants whose runs are pairs; NaN where there are fewer than two. */
function pairedError(variant: StudyVariantFigures, against: StudyVariantFigures, metric: string): number {
  const other = new Map(against.runs.map((run) => [run.repeat, run.scores?.test[metric]]));
  const { deviation, count } = meanOf(variant.runs.map((run) => finite(run.scores?.test[metric]) - finite(other.get(run.repeat))));
  return deviation / Math.sqrt(count);
}

/** Very large and very small numbers keep their size. */
function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size >= 1e7 || (size > 0 && size < 10 ** -digits / 2 && digits >= 10)) return value.toExponential(2).replace('e+', 'e');
  return value.toFixed(digits);
}

/** `97.41`, without its unit; `–` where there is none. */
export const showValue = ({ factor, digits }: Units, value: unknown): string => (isNumber(value) ? fixed(value * factor, digits) : '–');

/** `97.41 %`. */
export const showScore = (units: Units, value: unknown): string => {
  const text = showValue(units, value);
  return isNumber(value) && units.unit !== '' ? `${text} ${units.unit}` : text;
};

/** `97.41 ± 0.21 %`: mean and deviation. */
export function showSpread(units: Units, { mean, deviation }: Pick<VariantVerdict, 'mean' | 'deviation'>): string {
  if (!isNumber(mean)) return '–';
  const around = isNumber(deviation) ? ` ± ${showValue(units, deviation)}` : '';
  return `${showValue(units, mean)}${around}${units.unit === '' ? '' : ` ${units.unit}`}`;
}

/** `+1.30`, `−0.20`, `0.00`. */
export function showDifference(units: Units, value: unknown): string {
  if (!isNumber(value)) return '–';
  const { differenceDigits: digits = units.digits } = units;
  const text = showValue({ ...units, digits }, Math.abs(value));
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`;
}

/** `+0.90 to +1.70`. */
export const showInterval = (units: Units, interval: Interval | null | undefined): string =>
  interval && isNumber(interval[0]) && isNumber(interval[1])
    ? `${showDifference(units, interval[0])} to ${showDifference(units, interval[1])}`
    : '–';

/** `0.0078`, `< 0.0001`. */
export function showP(p: unknown): string {
  if (!isNumber(p)) return '–';
  if (p < 0.0001) return '< 0.0001';
  let digits = p < 0.01 ? 4 : p < 0.1 ? 3 : 2;
  // What is above 0.05 is not written as 0.050.
  while (p > 0.05 && Number(p.toFixed(digits)) <= 0.05 && digits < 12) digits++;
  return p.toFixed(digits);
}

/** `= 0.0078`, `< 0.0001`: after "p", rounded so that it stays on its side of the level at which it is read. */
export function equalsP(p: unknown, level = 0.05): string {
  const text = showP(p);
  if (!isNumber(p) || text.startsWith('<')) return text;
  return `= ${p > level && Number(text) <= level ? p.toFixed(4) : text}`;
}

export const showShare = (share: unknown): string => (isNumber(share) ? `${Math.round(100 * share)} %` : '–');

/** `×1.24`: what a ratio of times comes to. */
export const showRatio = (ratio: unknown): string => (isNumber(ratio) ? `×${ratio.toFixed(ratio < 9.95 ? 2 : 0)}` : '–');

/** What each outcome is called, in full and where there is little room, with a sign for those who do not see its colour. */
export const OUTCOMES: Readonly<Record<Outcome, { sign: string; word: string; short: string }>> = {
  helped: { sign: '▲', word: 'helped', short: 'helped' },
  hurt: { sign: '▼', word: 'hurt', short: 'hurt' },
  equivalent: { sign: '≈', word: 'as good', short: 'as good' },
  undecided: { sign: '?', word: 'no difference found', short: 'open' },
  tooFew: { sign: '…', word: 'too few repeats', short: 'too few' },
  failed: { sign: '×', word: 'failed', short: 'failed' },
};

/** An outcome of a file that somebody wrote by hand may have another name. */
export const outcomeOf = (outcome: string): { sign: string; word: string; short: string } =>
  OUTCOMES[outcome as Outcome] ?? { sign: '', word: outcome, short: outcome };

/** The comparison of a variant with the baseline; undefined for the baseline itself. */
export const withBaseline = (figures: StudyFigures, verdict: StudyVerdict, name: string): ComparisonVerdict | undefined =>
  verdict.comparisons.find(({ variant, against }) => variant === name && against === figures.baseline);

/** The comparisons that are not with the baseline. */
export const furtherPairs = (figures: StudyFigures, verdict: StudyVerdict): ComparisonVerdict[] =>
  verdict.comparisons.filter(({ against }) => against !== figures.baseline);

/** The interval that stands beside a mean difference. */
export const headline = ({ bootstrap, t }: ComparisonVerdict): Interval | undefined => bootstrap ?? t ?? undefined;

/**
 * Letters: two variants that have one in common cannot be told apart. One letter for each group, in the order of the ranking.
 */
export function lettersOf(verdict: StudyVerdict): Map<string, string> {
  const letters = new Map<string, string>();
  verdict.groups.forEach((group, k) => {
    const letter = `${String.fromCharCode(97 + (k % 26))}${k < 26 ? '' : Math.floor(k / 26)}`;
    for (const name of group) letters.set(name, `${letters.get(name) ?? ''}${letter}`);
  });
  return letters;
}

/** How a run ended, where that was not after its last epoch. */
export function endingOf(run: StudyRun): string {
  if (run.failed !== undefined) return `failed: ${run.failed}`;
  if (run.stoppedEarly !== undefined) return `stopped early: ${run.stoppedEarly}`;
  return run.running ? 'still running' : '';
}

/** The loss and the metrics that runs measured, the compared one first. */
export function scoreNames({ metric, variants }: StudyFigures): string[] {
  const seen = new Set([metric.name]);
  for (const { runs } of variants)
    for (const { scores, epochs } of runs)
      for (const list of [scores?.test, epochs[0]?.train, epochs[0]?.validation])
        for (const name of Object.keys(list ?? {})) seen.add(name);
  return [...seen];
}
