/** The five learning-rate schedules of the documents. */

import { ReLU } from '../../../nn/activation/rectified.js';
import { Sequential } from '../../../nn/containers/sequential.js';
import { Linear } from '../../../nn/linear/linear.js';
import { Flatten } from '../../../nn/resize/flatten.js';
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from '../../../optim/lr-scheduler/cycle/cosine-annealing-lr.js';
import { ExponentialLR } from '../../../optim/lr-scheduler/decay/exponential-lr.js';
import { MultiStepLR, StepLR } from '../../../optim/lr-scheduler/decay/step-lr.js';
import type { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import type { SchedulerLike } from '../../../train/types.js';
import { type Part, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';

type Name = 'constant' | 'StepLR' | 'MultiStepLR' | 'ExponentialLR' | 'CosineAnnealingLR' | 'CosineAnnealingWarmRestarts';

/** Each schedule over a training of so many epochs, in the proportions of the document that shows it. */
const schedulers: Readonly<Record<Exclude<Name, 'constant'>, (optimizer: Optimizer<{ lr: number }>, epochs: number) => SchedulerLike>> = {
  StepLR: (optimizer, epochs) => new StepLR(optimizer, { stepSize: share(epochs, 0.3), gamma: 0.1 }),
  MultiStepLR: (optimizer, epochs) =>
    new MultiStepLR(optimizer, { milestones: [...new Set([0.1, 0.3, 0.8].map((part) => share(epochs, part)))], gamma: 0.1 }),
  ExponentialLR: (optimizer, epochs) => new ExponentialLR(optimizer, { gamma: 0.99 ** (100 / epochs) }),
  CosineAnnealingLR: (optimizer, epochs) => new CosineAnnealingLR(optimizer, { tMax: epochs, etaMin: LOWEST }),
  CosineAnnealingWarmRestarts: (optimizer, epochs) =>
    new CosineAnnealingWarmRestarts(optimizer, { t0: share(epochs, 1 / 7), tMult: 2, etaMin: LOWEST }),
};

/** The rate that all begin with, and a hundredth of it, which the cosines fall to: as from 0.001 to 0.00001 in the document. */
const [FIRST, LOWEST] = [0.1, 0.001];

/** A part of the epochs, one at least. */
function share(epochs: number, part: number): number {
  return Math.max(1, Math.round(epochs * part));
}

const texts: Readonly<Record<Exclude<Name, 'constant'>, string>> = {
  StepLR: 'a tenth of it after each 30 % of the epochs',
  MultiStepLR: 'a tenth of it after 10, 30 and 80 % of the epochs',
  ExponentialLR: 'lower by the same factor after each epoch, to 0.37 of it at the end',
  CosineAnnealingLR: 'along half a cosine to a hundredth at the end',
  CosineAnnealingWarmRestarts: 'along half a cosine to a hundredth three times, each time twice as slowly',
};

/** The five schedules against a constant rate. */
export const schedules = definePreset({
  name: 'schedules',
  title: 'Learning-rate schedules',
  description: 'A constant learning rate, and the five schedules of the documents, all from the same first rate',
  method: `784-256-128-10 with ReLU, SGD from learning rate ${FIRST}, batches of 32, cross entropy; schedules step after each epoch.`,
  document: 'notes',
  dataset: 'mnist',
  quote: {
    english: 'The usual strategy is learning-rate decay: start with a rather high rate and lower it little by little.',
    original: '대표적인 전략은 학습률 부식. 비교적 높은 학습률로 시작해서 점차 학습률을 낮추는 전략.',
  },
  full: { epochs: 14, repeats: 8 },
  quick: { epochs: 14, repeats: 8, limit: 2400, test: 2000 },
  remarks: [
    'The network is that of the first document’s section on schedulers. StepLR stands in three of the documents, MultiStepLR and ExponentialLR in the second, the two cosines in the one on performance techniques.',
    'The documents plot schedules over 100 or 200 epochs without training by them; each is shrunk to the epochs here in its proportions: steps of 30 in 100, milestones 10, 30 and 80 of 100, 0.99 an epoch over 100. The cosine comes down once over the whole training.',
    'The claim calls lowering the rate usual; it is judged by whether a rate that falls does better than one that stays, both from the same start.',
  ],
  baseline: { schedule: 'constant' as Name },
  baselineName: 'constant',
  variants: Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, { setting: { schedule: name as Name }, description: `falls ${text}` }]),
  ),
  model: () => new Sequential(new Flatten(), new Linear(784, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10)),
  optimizer: (model) => new SGD(model.parameters(), { lr: FIRST }),
  scheduler: (optimizer, { schedule }, { epochs }) =>
    schedule === 'constant' ? undefined : schedulers[schedule](optimizer as Optimizer<{ lr: number }>, epochs),
  batchSize: 32,
  judge: (verdict) => {
    const parts = Object.keys(schedulers).map((name): Part => scoresBetter(verdict, name, 'constant'));
    const count = (which: Part['verdict']) => parts.filter((part) => part.verdict === which).length;
    // Most of them must do better, and none worse
    const found = count('found') > parts.length / 2 && count('refuted') === 0;
    return {
      verdict: found ? 'found' : count('refuted') > parts.length / 2 ? 'refuted' : 'undecided',
      words: parts.map(({ words }) => words).join(' '),
    };
  },
});
