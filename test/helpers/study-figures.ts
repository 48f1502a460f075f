/** Studies that were never run: figures and the verdict on them, of any size and oddity, for reports to show. */
import type { StudyFigures, StudyRun, StudyScores, StudyVariantFigures, StudyVerdict } from 'hone/report';

/** A generator of numbers that gives the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a made-up study is like. */
export interface MadeStudy {
  /** By name, how much better each variant is than the first, in the metric's units. */
  variants: Readonly<Record<string, number>>;
  repeats?: number;
  epochs?: number;
  metric?: StudyFigures['metric'];
  /** The first variant's score. */
  level?: number;
  /** Deviation of what a variant adds to a repeat, and of what all variants of a repeat share. */
  noise?: number;
  shared?: number;
  seed?: number;
  more?: Partial<StudyFigures>;
}

/** Figures of a study with such effects. */
export function madeFigures(made: MadeStudy): StudyFigures {
  const { variants, repeats = 8, epochs = 12, metric = { name: 'accuracy', better: 'max' }, level = 0.95 } = made;
  const { noise = 0.003, shared = 0.004, seed = 1, more = {} } = made;
  const random = numbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const common = Array.from({ length: repeats }, () => normal() * shared);
  const sign = metric.better === 'max' ? 1 : -1;
  const far = level - sign * Math.max(0.35 * Math.abs(level), 1e-3);
  const list = Object.entries(variants).map(([name, effect], k): StudyVariantFigures => {
    const pace = 0.35 + 0.08 * (k % 4);
    const runs = common.map((shift, repeat): StudyRun => {
      const end = level + effect + shift + normal() * noise;
      const at = (epoch: number, part: number, jitter: number): StudyScores => {
        const score = end + sign * part * 0.3 * noise * epoch + (far - end) * Math.exp(-pace * epoch) + normal() * jitter;
        const loss = 0.05 + 2.2 * Math.exp(-pace * epoch) + (part < 0 ? 0.012 * Math.max(0, epoch - 6) : 0) + Math.abs(normal()) * 0.01;
        return metric.name === 'loss' ? { loss: score } : { loss, [metric.name]: score };
      };
      const list = Array.from({ length: epochs }, (_, i) => ({
        epoch: i + 1,
        steps: (i + 1) * 157 * (k === 1 ? 2 : 1),
        train: at(i + 1, 1, noise / 4),
        validation: at(i + 1, -1, noise),
        seconds: 1.2 + 0.25 * k + random() * 0.1,
        lr: 0.001 * (k === 2 ? 0.5 ** Math.floor(i / 3) : 1),
      }));
      const chosen = Math.max(1, epochs - Math.floor(random() * 3));
      const final = (part: number) => at(chosen, part, 0);
      const test = { ...final(-1), [metric.name]: end } as StudyScores;
      return {
        repeat,
        seeds: { init: 1000 + repeat, order: 2000 + repeat, noise: 3000 + repeat, split: 4000 + repeat },
        epochs: list,
        chosen,
        scores: { train: final(1), validation: final(-1), test },
        seconds: list.reduce((sum, e) => sum + e.seconds, 0),
      };
    });
    return {
      name,
      description: `variant ${k}: ${name}`,
      setting: { dropout: String(0.1 * k), norm: k % 2 ? 'batch' : 'none' },
      parameters: 7850 + 30_000 * k,
      architecture: `Sequential(\n  (0): Linear(inFeatures=784, outFeatures=${10 + k}, bias=true)\n)`,
      runs,
    };
  });
  return {
    format: 1,
    title: 'Which technique helps',
    summary: 'A multilayer perceptron on 4,000 digits; one technique is changed at a time.',
    metric,
    chosenBy: `validation.${metric.name}`,
    data: { train: 4000, validation: 800, test: 2000 },
    testData: 'Test data is a part of the bundled digits that is the same for all runs.',
    varies: ['init', 'order', 'noise', 'split'],
    seed: 0,
    epochs,
    repeats,
    baseline: list[0]!.name,
    pairs: [],
    settings: {
      'batch size': '32',
      optimizer: 'Adam, lr 0.001',
      command: 'hone study digits --repeats 8',
      hone: '0.1.0',
      node: 'v22.18.0',
    },
    variants: list,
    ...more,
  };
}

/** Two-sided 95 % quantiles of t for 1 to 12 degrees of freedom. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];

/** Mean and sample deviation. */
function spread(values: readonly number[]) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)) };
}

/** A verdict on them, by the t interval alone: the real one is `studyVerdict` of hone/study. */
export function madeVerdict(figures: StudyFigures): StudyVerdict {
  const { name: metric, better } = figures.metric;
  const sign = better === 'max' ? 1 : -1;
  const scoreOf = (run: StudyRun) => run.scores?.test[metric] ?? Number.NaN;
  const variants = figures.variants
    .map((variant) => {
      const scored = variant.runs.filter((run) => Number.isFinite(scoreOf(run)));
      const { mean, deviation } = spread(scored.map(scoreOf));
      const half = (T[scored.length - 2] ?? 2) * (deviation / Math.sqrt(scored.length));
      const gap = spread(scored.map((run) => sign * (run.scores!.train[metric]! - scoreOf(run)))).mean;
      const seconds = spread(scored.map((run) => run.seconds)).mean;
      return {
        name: variant.name,
        runs: scored.length,
        failed: variant.runs.filter((run) => run.failed !== undefined).length,
        ...{ mean, deviation, gap, seconds },
        ...(scored.length > 1 ? { interval: [mean - half, mean + half] as const } : {}),
        chosen: spread(scored.map((run) => run.chosen)).mean,
      };
    })
    .sort((a, b) => (Number.isNaN(a.mean) ? 1 : Number.isNaN(b.mean) ? -1 : sign * (b.mean - a.mean)));
  const against: (readonly [string, string])[] = [
    ...figures.variants.filter(({ name }) => name !== figures.baseline).map(({ name }) => [name, figures.baseline] as const),
    ...figures.pairs,
  ];
  const runsOf = (name: string) => figures.variants.find((variant) => variant.name === name)!.runs;
  const comparisons = against.map(([name, other]): StudyVerdict['comparisons'][number] => {
    const both = runsOf(name).filter((run, i) => Number.isFinite(scoreOf(run) - scoreOf(runsOf(other)[i] ?? run)));
    const differences = both.map((run) => scoreOf(run) - scoreOf(runsOf(other).find(({ repeat }) => repeat === run.repeat)!));
    const { mean, deviation } = spread(differences);
    const half = (T[both.length - 2] ?? 2) * (deviation / Math.sqrt(both.length));
    const many = both.length > 1;
    const clear = many && Math.abs(mean) > half;
    const outcome = both.length === 0 ? 'failed' : both.length < 6 ? 'tooFew' : clear ? (sign * mean > 0 ? 'helped' : 'hurt') : 'undecided';
    const p = clear ? 2 / 2 ** both.length : 0.4;
    return {
      ...{ variant: name, against: other, repeats: both.map(({ repeat }) => repeat), differences, mean, deviation, outcome },
      ...(many ? { bootstrap: [mean - 0.8 * half, mean + 0.8 * half] as const, t: [mean - half, mean + half] as const } : {}),
      p: { signFlip: p, wilcoxon: p, t: p },
      adjusted: Math.min(1, p * against.length),
      smallestP: 2 / 2 ** both.length,
      better: { probability: differences.filter((d) => sign * d > 0).length / both.length, interval: [0.2, 0.9] },
      time: { ratio: 1.2 },
      gap: { difference: -0.004 },
      failed: 0,
      words: `${name} ${outcome}: ${(100 * mean).toFixed(2)} points over ${both.length} seeds.`,
    };
  });
  const names = variants.map(({ name }) => name);
  const groups = names.length > 2 ? [names.slice(0, 2), names.slice(1, 3), ...names.slice(3).map((name) => [name])] : [names];
  return {
    alpha: 0.05,
    confidence: 0.95,
    variants,
    comparisons,
    groups,
    best: groups[0]!,
    words: comparisons.map(({ words }) => words),
    method: ['Differences are tested by the exact sign-flip test, with Holm’s correction.'],
    ...(figures.claim && { claim: { verdict: 'found', words: 'The first technique helped in this study, too.' } }),
  };
}

/** Names that mean harm, or take much room. */
export const oddNames = [
  '<script>alert(1)</script>',
  '</script><img src=x onerror=alert(1)>',
  "🧪 “quoted” 'single' & ampersand",
  'a|pipe *star* _under_ `tick` [link](http://x.y)',
  'a name of eighty characters that goes on and on until somebody at last stops it',
  '한국어 드롭아웃',
  '\u001b[31mred\u001b[0m\nsecond line',
  '=1+1',
];

/** The studies that tests and screenshots look at. */
export function madeStudies(): Record<string, StudyFigures> {
  const four = { baseline: 0, 'batch norm': 0.013, dropout: 0.004, 'weight decay': -0.008 };
  const usual = madeFigures({
    variants: four,
    more: {
      pairs: [['batch norm', 'dropout']],
      claim: {
        document: 'Techniques that improve performance',
        quote: 'Batch norm makes training faster and better.',
        original: '배치 정규화는 학습을 빠르게 한다.',
      },
      remarks: ['MNIST was not at hand: these are the 10,000 digits that come with Hone.'],
    },
  });
  for (const [k, variant] of usual.variants.entries())
    for (const run of variant.runs) run.extra = { 'mean activation': [0.5, 0.3 - 0.05 * k, 0.2 - 0.04 * k], 'weights at zero': 0.1 * k };
  const failing = madeFigures({ variants: four, seed: 3 });
  failing.variants[1]!.runs[2] = {
    ...failing.variants[1]!.runs[2]!,
    failed: 'the loss became NaN in epoch 3',
    epochs: failing.variants[1]!.runs[2]!.epochs.slice(0, 2),
  };
  for (const run of failing.variants[3]!.runs) {
    run.failed = 'Error: a < b';
    run.epochs = [];
    run.chosen = 0;
    delete run.scores;
  }
  const twenty = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`init ${i % 5} + act ${Math.floor(i / 5)}`, 0.002 * ((i * 7) % 11) - 0.01]),
  );
  const halved = madeFigures({ variants: twenty, repeats: 6, epochs: 9, seed: 4 });
  halved.variants.forEach((variant, i) => {
    if (i % 2 === 0) return;
    variant.droppedAfter = 3;
    for (const run of variant.runs) {
      run.epochs.length = 3;
      delete run.scores;
    }
  });
  const equal = madeFigures({ variants: { a: 0, b: 0, c: 0 }, noise: 0, shared: 0, level: 1 });
  const stopped = madeFigures({
    variants: four,
    repeats: 4,
    more: { stopped: 'Stopped by hand when 9 of 16 runs had ended.', repeats: 8 },
  });
  stopped.variants[3]!.runs[3] = { ...stopped.variants[3]!.runs[3]!, running: true };
  delete stopped.variants[3]!.runs[3]!.scores;
  stopped.variants[2]!.runs[1]!.stoppedEarly = 'validation.loss did not improve for 3 epochs';
  stopped.variants[2]!.runs[1]!.epochs.length = 5;
  return {
    usual,
    twenty: madeFigures({ variants: twenty, repeats: 7, epochs: 10, seed: 2 }),
    one: madeFigures({ variants: four, repeats: 1 }),
    failing,
    equal,
    regression: madeFigures({
      variants: { linear: 0, 'two layers': -12.4, wide: -3 },
      metric: { name: 'mse', better: 'min' },
      level: 131.5,
      noise: 4,
      shared: 9,
    }),
    odd: madeFigures({
      variants: Object.fromEntries(oddNames.map((name, i) => [name, 0.003 * i])),
      more: { title: 'Odd <b>names</b> & "quotes"', summary: oddNames.join(' '), claim: { document: oddNames[1]!, quote: oddNames[0]! } },
    }),
    stopped,
    halved,
    nothing: { ...madeFigures({ variants: four, repeats: 0 }), repeats: 8, stopped: 'No run has ended yet.' },
    single: madeFigures({ variants: { alone: 0 } }),
  };
}

/** A study of which only the runs of each variant are of interest, the baseline first. */
export function figuresOfRuns(runs: Readonly<Record<string, StudyRun[]>>, more: Partial<StudyFigures> = {}): StudyFigures {
  const names = Object.keys(runs);
  return {
    format: 1,
    title: 'made up',
    summary: '',
    metric: { name: 'accuracy', better: 'max' },
    chosenBy: 'validation.accuracy',
    data: { train: 1, validation: 1, test: 1 },
    testData: '',
    varies: ['init'],
    seed: 0,
    epochs: 3,
    repeats: runs[names[0]!]!.length,
    baseline: names[0]!,
    pairs: [],
    settings: {},
    variants: names.map((name) => ({ name, description: '', setting: {}, parameters: 1, architecture: '', runs: runs[name]! })),
    ...more,
  };
}

/** A run of which only the scores are of interest. */
export function runOfScores(repeat: number, scores: StudyRun['scores']): StudyRun {
  const seeds = { init: repeat, order: repeat, noise: repeat, split: repeat };
  return { repeat, seeds, epochs: [], chosen: 2, seconds: 10, ...(scores && { scores }) };
}
