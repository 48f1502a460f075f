/** How a verdict was reached, in sentences for the report. */
import { listed } from '../../report/study/words.js';
import type { Telling } from './words.js';

/** The sentences; how runs are paired and epochs are chosen is the report's to say. */
export function methodOf({ figures, tests }: Telling): string[] {
  const { looks, matters, variants } = figures;
  const dropped = variants.filter(({ droppedAfter }) => typeof droppedAfter === 'number').length;
  const sequential = looks !== undefined && looks.length > 0;
  const out = [
    `p is that of the sign-flip test of the paired differences, two-sided and exact: the share of all patterns of signs (beyond 30 seeds, of 99,999 drawn ones) whose mean is at least as far from 0 as the one seen. With n seeds it cannot be smaller than 2/2ⁿ.${tests > 1 ? ` It is corrected for ${tests} comparisons by Holm's method${dropped > 0 ? `, those of the ${dropped} variants that were dropped among them: what is left was chosen among all` : ''}.` : ''} Wilcoxon's signed-rank test and Student's paired t test stand beside it and decide nothing.`,
  ];
  if (sequential)
    out.push(
      `The study ran until decided: differences were looked at after ${listed(looks.map(String))} seeds, or as many of these as were needed. p counts the chance that any of the looks is as extreme (a group-sequential test), so that stopping early makes no more false alarms; intervals share their error of 5 % among the ${looks.length} looks, and hold whenever it stopped. The mean of a comparison that ended early is on average a little too far from 0, as it ended because it was far.`,
    );
  out.push(
    'Intervals are of 95 %: a BCa bootstrap of the mean difference, widened for few seeds (Efron 1987; Hesterberg 2015), and Student’s paired t. Each is of its comparison alone.',
    'A variant helped or hurt where the corrected p is at most 0.05 and the bootstrap interval excludes 0; both must agree.',
  );
  if (typeof matters === 'number') out.push(`Where the whole interval lies within ±${matters} of 0, there is no difference that matters.`);
  out.push(
    'Seeds that would settle a difference are those with which the test finds it with a chance of 80 %, at the level of the first step of the correction, if differences are normally distributed and spread as they did.',
    'Variants form a group where no two of them can be told apart: neither by a comparison of the study, nor by the same test of a pair that is none, corrected for all such pairs, nor by one that is told apart from both and lies between.',
  );
  if (variants.some(({ runs }) => runs.some(({ failed }) => failed !== undefined)))
    out.push(
      'A run that diverged counts with the weights that it was left with; one that gave no score leaves its seed out of its comparisons. Where at least half of the runs of a variant failed, it is ranked after the others, and nothing is said of it but that it did worse, where that is beyond chance.',
    );
  return out;
}
