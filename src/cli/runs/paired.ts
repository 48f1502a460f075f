/** The verdict of a study on variants that were chosen by hand, perhaps of several studies: where their runs share seeds. */
import { HoneError } from '../../errors.js';
import { oneLine } from '../../report/progress/cells.js';
import { showScore } from '../../report/run/history.js';
import type { StudyFigures, StudyRun, StudyScores } from '../../report/study/figures.js';
import { sourcesOfVariation } from '../../report/study/figures.js';
import { studyTable } from '../../report/study/table.js';
import type { ComparisonVerdict } from '../../report/study/verdict.js';
import { plural } from '../../report/text.js';
import { holm } from '../../study/statistics/significance/holm.js';
import { studyVerdict } from '../../study/verdict/study-verdict.js';
import { fitTable } from './fit-table.js';
import type { VariantRuns } from './names.js';
import type { RunInfo } from './read/info.js';
import { heading, type Look, wrapped } from './show.js';

/** Variants under names that differ; the others are compared with the first. */
export interface Paired {
  readonly title: string;
  readonly variants: readonly VariantRuns[];
}

/** Why they cannot be compared seed by seed; undefined where they can. */
function whyNot(variants: readonly VariantRuns[]): string | undefined {
  const [first, ...others] = variants;
  const { metric } = first!.study;
  const metrics = new Set(variants.map(({ study }) => `${study.metric.name} ${study.metric.better}`));
  if (metrics.size > 1)
    return `They are measured by other scores: ${[...new Set(variants.map(({ study }) => study.metric.name))].join(', ')}.`;
  const tested = variants.find(({ runs }) => runs.every((run) => run.scores.test?.[metric.name] === undefined));
  if (tested) return `${oneLine(tested.name)} has no ${metric.name} on test data.`;
  const apart = others.find((other) => pairsOf(first!, other).length === 0);
  if (apart)
    return `The runs of ${oneLine(apart.name)} have other seeds than those of ${oneLine(first!.name)}, so that they are no pairs, and a paired test cannot be made.`;
  const sizes = new Set(variants.map(({ study }) => JSON.stringify(study.figures?.['data'] ?? null)));
  return sizes.size > 1
    ? 'They were trained or measured with other numbers of samples, so that their differences say nothing of the variants.'
    : undefined;
}

const seedsOf = ({ repeat, seeds }: RunInfo) => JSON.stringify([repeat, ...Object.entries(seeds).sort()]);

/** The runs of another variant that share their seeds with one of the first. */
function pairsOf(first: VariantRuns, other: VariantRuns): RunInfo[] {
  const known = new Set(first.runs.map(seedsOf));
  return other.runs.filter((run) => known.has(seedsOf(run)));
}

/** Figures as of a study that compares them. */
function figuresOf({ title, variants }: Paired): StudyFigures {
  const [first, ...others] = variants;
  const raw = first!.study.figures ?? {};
  const text = (name: string) => (typeof raw[name] === 'string' ? raw[name] : '');
  const number = (name: string) => (typeof raw[name] === 'number' ? raw[name] : 0);
  const looks = raw['looks'];
  const shown = [first!.runs, ...others.map((other) => pairsOf(first!, other))];
  return {
    format: 1,
    title,
    summary: text('summary'),
    metric: first!.study.metric,
    chosenBy: text('chosenBy'),
    data: (raw['data'] as StudyFigures['data'] | undefined) ?? { train: 0, validation: 0, test: 0 },
    testData: text('testData'),
    varies: sourcesOfVariation.filter((source) => Array.isArray(raw['varies']) && raw['varies'].includes(source)),
    seed: number('seed'),
    epochs: number('epochs'),
    repeats: Math.max(...shown.map((runs) => runs.length)),
    baseline: first!.name,
    pairs: [],
    ...(typeof raw['matters'] === 'number' && { matters: raw['matters'] }),
    ...(Array.isArray(looks) && looks.every(Number.isSafeInteger) && { looks: looks as number[] }),
    settings: { ...first!.study.settings },
    variants: variants.map(({ name, runs }, i) => ({
      name,
      description: runs[0]?.model?.description ?? '',
      setting: {},
      parameters: runs[0]?.model?.parameters ?? 0,
      architecture: runs[0]?.model?.architecture ?? '',
      runs: shown[i]!.map(plainRun),
    })),
  };
}

function plainRun(run: RunInfo): StudyRun {
  const { train, validation, test } = run.scores;
  const running = run.state === 'running' || run.state === 'killed' || run.state === 'stopped';
  return {
    repeat: run.repeat ?? 0,
    seeds: run.seeds as StudyRun['seeds'],
    epochs: run.epochs.map((epoch) => ({
      ...epoch,
      steps: 0,
      train: epoch.train as StudyScores,
      validation: epoch.validation as StudyScores,
    })),
    chosen: run.chosen,
    ...(train &&
      validation &&
      test && { scores: { train: train as StudyScores, validation: validation as StudyScores, test: test as StudyScores } }),
    seconds: run.seconds,
    ...(run.state === 'failed' && { failed: run.reason ?? 'it failed' }),
    ...(running && { running }),
  };
}

/** The verdict on them in words and as a table. */
export async function pairedSentences(paired: Paired, { room }: Look): Promise<string> {
  const head = heading('Verdict', room);
  const refused = whyNot(paired.variants);
  if (refused !== undefined) return `${head}${wrapped(refused, room).join('\n')}\n`;
  try {
    const figures = figuresOf(paired);
    const verdict = await studyVerdict(figures);
    const words = verdict.words.flatMap((sentence) => wrapped(oneLine(sentence), room));
    const all = new Set(paired.variants.map(({ study }) => study.folder)).size === 1 ? paired.variants[0]!.study.variants.length : 0;
    // Who picks the comparison after having seen the scores picks the luckiest.
    const caution =
      all > paired.variants.length
        ? wrapped(
            `Corrected for what is compared here alone, not for all of the study: hone runs show ${paired.variants[0]!.study.name} has its verdict.`,
            room,
          )
        : [];
    return `${head}${[...words, ...caution].join('\n')}\n\n${studyTable(figures, verdict, Math.max(20, room))}\n`;
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    return `${head}There is none: ${error.message}\n`;
  }
}

/** A row for each pair of variants of two studies, corrected for all of them. */
export async function pairedTable(all: readonly Paired[], { room }: Look): Promise<string> {
  const [a, b] = all[0]!.variants;
  const head = heading(`${oneLine(b!.study.name)} against ${oneLine(a!.study.name)}, variant by variant`, room);
  const notes: string[] = [];
  const found: { title: string; means: readonly [number, number]; comparison: ComparisonVerdict }[] = [];
  for (const one of all) {
    const refused = whyNot(one.variants);
    if (refused !== undefined) {
      notes.push(`${oneLine(one.title)}: ${refused}`);
      continue;
    }
    try {
      const { variants, comparisons } = await studyVerdict(figuresOf(one));
      const mean = (name: string) => variants.find((variant) => variant.name === name)?.mean ?? Number.NaN;
      found.push({ title: one.title, means: [mean(one.variants[0]!.name), mean(one.variants[1]!.name)], comparison: comparisons[0]! });
    } catch (error) {
      if (!(error instanceof HoneError)) throw error;
      notes.push(`${oneLine(one.title)}: ${error.message}`);
    }
  }
  const adjusted = found.length === 0 ? [] : holm(found.map(({ comparison }) => comparison.p.signFlip));
  const right = (title: string, rank = 0) => ({ title, rank, align: 'right' as const });
  const rows = found.map(({ title, means, comparison: { mean, bootstrap, t, repeats } }, i) => {
    const interval = bootstrap ?? t;
    const sign = mean > 0 ? '+' : '';
    return [
      title,
      showScore(means[0]),
      showScore(means[1]),
      `${sign}${showScore(mean)}`,
      interval ? `${showScore(interval[0])} to ${showScore(interval[1])}` : '-',
      showScore(adjusted[i]),
      String(repeats.length),
    ];
  });
  const columns = [
    { title: 'variant', least: 8 },
    right(a!.study.name, 2),
    right(b!.study.name, 1),
    right('difference'),
    right('95 % interval', 3),
    right('p, corrected'),
    right('pairs', 4),
  ];
  const table = rows.length === 0 ? '' : `${fitTable(columns, rows, room)}\n`;
  const told = found.filter((_, i) => adjusted[i]! <= 0.05).length;
  const words =
    rows.length === 0
      ? []
      : wrapped(
          `${told === 0 ? 'None' : told} of ${plural(rows.length, 'difference')} ${told === 1 ? 'is' : 'are'} more than chance, by the exact sign-flip test after Holm's correction.`,
          room,
        );
  return `${head}${table}${[...words, ...notes.flatMap((note) => wrapped(note, room))].map((line) => `${line}\n`).join('')}`;
}
