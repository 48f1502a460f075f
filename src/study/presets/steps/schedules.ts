/** The five learning-rate schedules of the documents. */

import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from '../../../optim/lr-scheduler/cycle/cosine-annealing-lr.js';
import { ExponentialLR } from '../../../optim/lr-scheduler/decay/exponential-lr.js';
import { MultiStepLR, StepLR } from '../../../optim/lr-scheduler/decay/step-lr.js';
import type { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import type { Outcome, StudyVerdict } from '../../../report/study/verdict.js';
import type { SchedulerLike } from '../../../train/types.js';
import { comparisonOf, type Part } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { net } from './net.js';

type Name = 'constant' | 'StepLR' | 'MultiStepLR' | 'ExponentialLR' | 'CosineAnnealingLR' | 'CosineAnnealingWarmRestarts';

/** Each schedule over a training of so many epochs, in the proportions of the document that shows it. */
const schedulers: Readonly<
  Record<Exclude<Name, 'constant'>, (optimizer: Optimizer<{ lr: number }>, epochs: number, etaMin: number) => SchedulerLike>
> = {
  StepLR: (optimizer, epochs) => new StepLR(optimizer, { stepSize: share(epochs, 0.3), gamma: 0.1 }),
  MultiStepLR: (optimizer, epochs) =>
    new MultiStepLR(optimizer, { milestones: [...new Set([0.1, 0.3, 0.8].map((part) => share(epochs, part)))], gamma: 0.1 }),
  ExponentialLR: (optimizer, epochs) => new ExponentialLR(optimizer, { gamma: 0.99 ** (100 / epochs) }),
  CosineAnnealingLR: (optimizer, epochs, etaMin) => new CosineAnnealingLR(optimizer, { tMax: epochs, etaMin }),
  CosineAnnealingWarmRestarts: (optimizer, epochs, etaMin) =>
    new CosineAnnealingWarmRestarts(optimizer, { t0: share(epochs, 1 / 7), tMult: 2, etaMin }),
};

const texts: Readonly<Record<Exclude<Name, 'constant'>, string>> = {
  StepLR: 'a tenth of it after each 30 % of the epochs',
  MultiStepLR: 'a tenth of it after 10, 30 and 80 % of the epochs',
  ExponentialLR: 'lower by the same factor after each epoch, to 0.37 of it at the end',
  CosineAnnealingLR: 'along half a cosine to a hundredth at the end',
  CosineAnnealingWarmRestarts: 'along half a cosine to a hundredth three times, each time twice as slowly',
};

/** The notes' example of a first rate, and one that is high: the largest power of ten with which the network still trains. */
const rates = ['0.1', '1'] as const;

/** A part of the epochs, one at least. */
function share(epochs: number, part: number): number {
  return Math.max(1, Math.round(epochs * part));
}

function variantName(schedule: Name, rate: (typeof rates)[number]): string {
  return `${schedule} ${rate}`;
}

/** The five schedules against a constant rate, from two first rates. */
export const schedules = definePreset({
  name: 'schedules',
  title: 'Learning-rate schedules',
  description: 'A constant learning rate and the five schedules of the documents, each from 0.1 and from 1',
  method: '784-256-128-10 with ReLU, SGD, batches of 32, cross entropy; schedules step after each epoch.',
  document: 'notes',
  dataset: 'mnist',
  quote: {
    english: 'The usual strategy is learning-rate decay: start with a rather high rate and lower it little by little.',
    original: '대표적인 전략은 학습률 부식. 비교적 높은 학습률로 시작해서 점차 학습률을 낮추는 전략.',
  },
  full: { epochs: 14, repeats: 10 },
  quick: { epochs: 14, repeats: 10, limit: 2400, test: 2000 },
  remarks: [
    'The network is that of the section on schedulers of the document on techniques that help training. StepLR stands in three of the documents, MultiStepLR and ExponentialLR in the one on techniques around training, the two cosines in the one on performance techniques.',
    'The documents plot schedules over 100 or 200 epochs without training by them; each is shrunk to the epochs here in its proportions: steps of 30 in 100, milestones 10, 30 and 80 of 100, 0.99 an epoch over 100. The cosine comes down once over the whole training.',
    'The claim calls lowering the rate usual; it is judged by whether a rate that falls does better than one that stays, both from the same start: 0.1, as in the notes, and 1, a high one.',
  ],
  baseline: { schedule: 'constant' as Name, lr: '0.1' as (typeof rates)[number] },
  baselineName: variantName('constant', '0.1'),
  variants: Object.fromEntries(
    rates.flatMap((lr) =>
      (['constant', ...Object.keys(texts)] as Name[])
        .filter((schedule) => schedule !== 'constant' || lr !== '0.1')
        .map((schedule) => [
          variantName(schedule, lr),
          { setting: { schedule, lr }, description: schedule === 'constant' ? `stays ${lr}` : `from ${lr}, falls ${texts[schedule]}` },
        ]),
    ),
  ),
  pairs: Object.keys(schedulers).map((name) => [variantName(name as Name, '1'), variantName('constant', '1')] as const),
  model: net,
  optimizer: (model, { lr }) => new SGD(model.parameters(), { lr: Number(lr) }),
  scheduler: (optimizer, { schedule, lr }, { epochs }) =>
    schedule === 'constant' ? undefined : schedulers[schedule](optimizer as Optimizer<{ lr: number }>, epochs, Number(lr) / 100),
  batchSize: 32,
  judge: (verdict) => {
    const parts = rates.map((lr) => fromRate(verdict, lr));
    const all = (which: Part['verdict']) => parts.every((part) => part.verdict === which);
    return {
      verdict: all('found') ? 'found' : all('refuted') ? 'refuted' : 'undecided',
      words: parts.map(({ words }) => words).join(' '),
    };
  },
});

/** Whether schedules do better from a first rate: found where most of them do and none does worse, refuted where none does and one does worse. */
function fromRate(verdict: StudyVerdict, lr: (typeof rates)[number]): Part {
  const found = (Object.keys(schedulers) as Name[]).flatMap(
    (name) => comparisonOf(verdict, variantName(name, lr), variantName('constant', lr)) ?? [],
  );
  const named = (outcome: Outcome) => found.filter((one) => one.outcome === outcome).map(({ variant }) => variant.split(' ')[0]!);
  const [helped, hurt] = [named('helped'), named('hurt')];
  const open = found.length - helped.length - hurt.length;
  const best = found.reduce<(typeof found)[number] | undefined>((best, one) => (best && best.mean >= one.mean ? best : one), undefined);
  return {
    verdict:
      helped.length > found.length / 2 && hurt.length === 0 ? 'found' : helped.length === 0 && hurt.length > 0 ? 'refuted' : 'undecided',
    words: `From ${lr}: ${[
      helped.length > 0 && `${helped.join(', ')} helped`,
      hurt.length > 0 && `${hurt.join(', ')} hurt`,
      open > 0 && `of ${open} no difference was found`,
    ]
      .filter((part) => part !== false)
      .join('; ')}.${best ? ` The best of them: ${sentence(best.words)}` : ''}`,
  };
}
