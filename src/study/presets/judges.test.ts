/** What judges make of figures in which the claim holds, its contrary holds, or nothing does. */
import type { ComparisonVerdict, Outcome, StudyFigures, StudyRun, StudyVerdict } from 'hone/report';
import { type StudyPreset, studies } from 'hone/study';
import { describe, expect, test } from 'vitest';
import { figuresOfRuns } from '../../../test/helpers/study-figures.js';

/** What a made-up run scores. */
interface Scores {
  train: number;
  test: number;
  loss: number;
  /** Validation accuracy after the first epoch. */
  first: number;
  /** The epoch with the lowest validation loss. */
  best: number;
  epochs: number;
  /** Training loss of the first epoch. */
  start?: number;
  /** Figures of `inspect`. */
  extra?: Record<string, number>;
}

const PLAIN: Scores = { train: 0.95, test: 0.9, loss: 0.4, first: 0.7, best: 10, epochs: 17 };
const REPEATS = 9;

function runOf(repeat: number, given: Partial<Scores>): StudyRun {
  const { train, test, loss, first, best, epochs, start, extra } = { ...PLAIN, ...given };
  return {
    repeat,
    seeds: { init: repeat, order: repeat, noise: repeat, split: repeat },
    epochs: Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      steps: 10 * (i + 1),
      train: { loss: i === 0 && start !== undefined ? start : 1 / (i + 1), accuracy: train },
      validation: { loss: 0.3 + 0.01 * Math.abs(i + 1 - best), accuracy: i === 0 ? first : test },
      seconds: 1,
      lr: 0.001,
    })),
    chosen: epochs,
    scores: { train: { loss: 0.1, accuracy: train }, validation: { loss, accuracy: test }, test: { loss, accuracy: test } },
    seconds: epochs,
    ...(extra && { extra }),
  };
}

/** A preset's figures, made up. */
function figuresOf(
  preset: StudyPreset,
  scores: (variant: string, repeat: number) => Partial<Scores>,
  more: Partial<StudyFigures> = {},
): StudyFigures {
  const { variants, options, title } = preset.make({ data: { train: [[0, 0]], test: [[0, 0]] } });
  const runsOf = (name: string) => Array.from({ length: REPEATS }, (_, repeat) => runOf(repeat, scores(name, repeat)));
  const runs = Object.fromEntries(variants.map(({ name }) => [name, runsOf(name)]));
  return figuresOfRuns(runs, { title, epochs: 17, pairs: options.pairs ?? [], ...more });
}

/** The verdict on them, of outcomes that are made up as well. */
function verdictOf({ variants, baseline, pairs }: StudyFigures, outcome: (variant: string) => Outcome): StudyVerdict {
  const compared = [...variants.slice(1).map(({ name }) => [name, baseline] as const), ...pairs];
  return {
    comparisons: compared.map(
      ([variant, against]) =>
        ({ variant, against, outcome: outcome(variant), words: `${variant} against ${against}.` }) as ComparisonVerdict,
    ),
  } as StudyVerdict;
}

/** 1 or −1 in every repeat, as the claim or its contrary has it; both in turn where it is chance. */
type Truth = 'claimed' | 'contrary' | 'chance';
const effect = (truth: Truth, repeat: number) => (truth === 'claimed' ? 1 : truth === 'contrary' ? -1 : repeat % 2 === 0 ? 1 : -1);

/** For each preset how a claim shows in the scores; 1 is as claimed. */
const planted: Readonly<Record<string, (variant: string, by: number, repeat: number) => Partial<Scores>>> = {
  digits: () => ({}),
  'model-size': (variant, by) => ({ train: variant === 'big' ? 0.95 + 0.02 * by : 0.95 }),
  dropout: (variant, by) => ({ loss: variant === 'no dropout' ? 0.4 : 0.4 - 0.1 * by }),
  'batch-norm': (variant, by) => {
    const spread = variant.startsWith('He') ? 0 : variant.startsWith('N(0, 1)') ? 0.1 : 0.02;
    const normed = variant.endsWith('batch norm');
    const test = 0.9 - spread * (normed ? 1 - 0.5 * by : 1);
    return { test, first: normed ? 0.7 + 0.05 * by : 0.7, best: normed ? 10 + 3 * by : 10 };
  },
  initialisation: () => ({}),
  'batch-size': (variant, by) => ({ best: variant === 'batches of 16' ? 10 - 3 * by : 10 }),
  'early-stopping': (variant, by) => (variant === 'patience 3' ? { loss: 0.4 - 0.1 * by, epochs: 8 } : {}),
  combinations: (variant, by) => ({ loss: 0.1 + (variant === 'weight decay' ? 0.3 : 0.1) * by }),
  dropout2d: (variant, by) => ({ loss: variant === 'a tenth, dropout' ? 0.4 - 0.1 * by : 0.4 }),
  'batch-norm-2d': () => ({}),
  augmentation: () => ({}),
  normalisation: () => ({}),
  'learning-rate': (variant, by) => ({ start: Math.log(10) + (variant === 'lr 10' ? by : 0) }),
  schedules: () => ({}),
  optimizers: () => ({}),
  regularisation: (variant, by) => ({
    loss: variant === 'no penalty' ? 0.4 : 0.4 - 0.1 * by,
    extra: {
      'norm of the weights': variant === 'no penalty' ? 10 : 10 - by,
      'share of weights below 0.001': variant === 'no penalty' ? 0.1 : 0.1 + 0.05 * by,
    },
  }),
};

/** The variants that a claim says are worse than what they are compared with. */
const worse: Readonly<Record<string, (variant: string) => boolean>> = {
  initialisation: (variant) => variant.endsWith('ReLU'),
  dropout2d: () => true,
  normalisation: (variant) => variant === 'min-max, outliers',
  'learning-rate': () => true,
};

/** What the compared scores say where the claim is about them. */
const outcomes: Readonly<Record<Truth, Outcome>> = { claimed: 'helped', contrary: 'hurt', chance: 'undecided' };

describe.each(Object.keys(planted))('%s', (name) => {
  const preset = studies[name]!;
  const turned = (outcome: Outcome, variant: string): Outcome => {
    if (worse[name]?.(variant) !== true) return outcome;
    return outcome === 'helped' ? 'hurt' : outcome === 'hurt' ? 'helped' : outcome;
  };
  const judged = (truth: Truth, outcome: Outcome = outcomes[truth], more: Partial<StudyFigures> = {}) => {
    const figures = figuresOf(preset, (variant, repeat) => planted[name]!(variant, effect(truth, repeat), repeat), more);
    return preset.judge(
      verdictOf(figures, (variant) => turned(outcome, variant)),
      figures,
    );
  };

  test.each([
    ['claimed', 'found'],
    ['contrary', 'refuted'],
    ['chance', 'undecided'],
  ] as const)('%s: %s', (truth, verdict) => {
    const claim = judged(truth);
    expect([claim.verdict, claim.words]).toEqual([verdict, expect.stringMatching(/^\S.*[.)]$/)]);
  });

  test('what cannot be told is undecided', () => {
    for (const outcome of ['tooFew', 'failed'] as const) expect(judged('chance', outcome).verdict).toBe('undecided');
    const none = figuresOf(preset, () => ({}));
    const empty = { ...none, variants: none.variants.map((variant) => ({ ...variant, runs: [] })) };
    expect(preset.judge({ comparisons: [] as ComparisonVerdict[] } as StudyVerdict, empty).verdict).toBe('undecided');
  });
});

test('every preset has figures that its claim shows in', () => {
  expect(Object.keys(planted).sort()).toEqual(Object.keys(studies).sort());
});

describe('parts of claims', () => {
  const judge = (name: string, outcome: (variant: string) => Outcome, scores: (variant: string) => Partial<Scores> = () => ({})) => {
    const figures = figuresOf(studies[name]!, scores);
    return studies[name]!.judge(verdictOf(figures, outcome), figures);
  };

  test('augmentation: one way that helps is enough, and the document’s own is named', () => {
    const claim = judge('augmentation', (variant) => (variant === 'shifted and turned' ? 'helped' : 'hurt'));
    expect(claim.verdict).toBe('found');
    expect(claim.words).toContain('The document’s own transforms turn every training image by 90 degrees, and no test image.');
  });

  test('schedules: what helps from one rate and hurts from the other is undecided', () => {
    const claim = judge('schedules', (variant) => (variant.endsWith(' 1') ? 'helped' : 'hurt'));
    expect(claim).toEqual({
      verdict: 'undecided',
      words:
        'From 0.1: StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, CosineAnnealingWarmRestarts hurt. The best of them: CosineAnnealingWarmRestarts 0.1 against constant 0.1. From 1: StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, CosineAnnealingWarmRestarts helped. The best of them: CosineAnnealingWarmRestarts 1 against constant 1.',
    });
  });

  test('dropout2d: it must prevent overfitting and hurt where there is none', () => {
    const less = (variant: string) => ({ loss: variant === 'a tenth, dropout' ? 0.3 : 0.4 });
    expect(judge('dropout2d', () => 'hurt', less).verdict).toBe('found');
    expect(judge('dropout2d', () => 'helped', less).verdict).toBe('refuted');
    expect(judge('dropout2d', () => 'undecided', less).verdict).toBe('undecided');
  });

  test('learning-rate: a run that failed has diverged', () => {
    const { judge, make } = studies['learning-rate']!;
    const figures = figuresOf({ ...studies['learning-rate']!, make }, () => ({ start: 1 }));
    for (const { name, runs } of figures.variants)
      if (name === 'lr 10') for (const run of runs) Object.assign(run, { failed: 'the loss is NaN', epochs: [] });
    const claim = judge(
      verdictOf(figures, () => 'hurt'),
      figures,
    );
    expect(claim.verdict).toBe('found');
    expect(claim.words).toContain('in its worst epoch the training loss is 100 above that of guessing');
  });
});

describe('words', () => {
  const judge = (name: string, truth: Truth, more: Partial<StudyFigures> = {}) => {
    const figures = figuresOf(studies[name]!, (variant, repeat) => planted[name]!(variant, effect(truth, repeat), repeat), more);
    return studies[name]!.judge(
      verdictOf(figures, () => outcomes[truth]),
      figures,
    ).words;
  };

  test('have the figures, p and the seeds', () => {
    expect(judge('batch-size', 'claimed')).toBe(
      'batches of 16 against batches of 100. Overfitting sets in earlier with batches of 16: the validation loss is lowest 3.0 epochs earlier (p = 0.0039, 9 seeds).',
    );
    expect(judge('batch-size', 'contrary')).toContain(
      'That overfitting sets in earlier with batches of 16 is refuted: the validation loss is lowest 3.0 epochs later (p = 0.0039, 9 seeds).',
    );
    expect(judge('batch-size', 'chance')).toContain('Whether overfitting sets in earlier with batches of 16 is not decided:');
  });

  test('are careful where a study was looked at several times', () => {
    // 2 / 2⁹, times 2 · 3
    expect(judge('batch-size', 'claimed', { looks: [7, 9] })).toContain('(p = 0.023, 9 seeds)');
  });

  test('say what dropping the logits cost, and what going on in evaluation did', () => {
    expect(judge('dropout', 'claimed')).toContain(
      'What dropping the logits, too, cost: dropout 0.5 + logits against dropout 0.5. The test loss is 0.300 with it and 0.300 without.',
    );
    expect(judge('combinations', 'claimed')).toContain('What dropping in evaluation, too, cost: batch norm + dropout as written against');
  });

  test('of parts are corrected for their number', () => {
    // Three parts of 2 / 2⁹ each
    expect(judge('batch-norm', 'claimed')).toMatch(/\(p = 0\.012, 9 seeds\).*\(p = 0\.012, 9 seeds\).*\(p = 0\.012, 9 seeds\)/);
  });

  test('tell of activations at the start, where they were measured', () => {
    const figures = figuresOf(studies['initialisation']!, () => ({}));
    for (const { runs } of figures.variants)
      for (const run of runs)
        run.extra = {
          'activation mean at the start': [0.1, 0.5],
          'activation deviation at the start': [0.1, 0.25],
          'activations without gradient at the start': [0, 0.125],
        };
    const { words } = studies['initialisation']!.judge(
      verdictOf(figures, () => 'helped'),
      figures,
    );
    expect(words).toContain(
      'At the start the sigmoids of the second layer give 0.50 ± 0.25 with N(0, 1), 13 % of them within 0.05 of 0 or 1;',
    );
  });
});
