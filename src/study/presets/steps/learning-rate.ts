/** Learning rates from too small to too large. */
import { SGD } from '../../../optim/sgd/sgd.js';
import type { StudyRun } from '../../../report/study/figures.js';
import { judgeAspects } from '../base/aspects.js';
import { claimVerdict, comparisonOf, scoresWorse } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { CNN } from '../convolutional/cnn.js';

const [SMALL, RIGHT, LARGE] = ['lr 0.0002', 'lr 0.1', 'lr 10'];

/** Rates of SGD over five powers of ten. */
export const learningRate = definePreset({
  name: 'learning-rate',
  title: 'Learning rates, from too small to too large',
  description: 'SGD with learning rates of 0.0002, as in the document, 0.01, 0.1, 1 and 10',
  method:
    'SGD, batches of 32, cross entropy. A run whose loss or gradients stop being finite ends there and is judged by what it had reached.',
  document: 'training',
  dataset: 'mnist',
  quote: {
    english:
      'With a learning rate that is too large it diverges; with one that is too small it may take too long to reach the best weights.',
    original: 'Learning Rate가 너무 크면 발산하게 되고, 너무 작으면 최적의 Weight로서 Update하는데너무 오래 걸릴 가능성이 있다.',
  },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 5, repeats: 8, limit: 960, test: 1000 },
  remarks: ['0.0002 is the rate that the document starts from: its printed rates begin at 0.000173 and fall by 1 % an epoch.'],
  baseline: { lr: 0.1 },
  baselineName: RIGHT,
  variants: Object.fromEntries([0.0002, 0.01, 1, 10].map((lr) => [`lr ${lr}`, { setting: { lr }, description: `learning rate ${lr}` }])),
  model: () => new CNN(),
  optimizer: (model, { lr }) => new SGD(model.parameters(), { lr }),
  batchSize: 32,
  judge: (verdict, figures) => {
    const { words, ...claim } = claimVerdict([
      ...judgeAspects(figures, [
        {
          claim: `training diverges with ${LARGE}`,
          variants: [LARGE!],
          value: (runs) => aboveGuessing(runs[LARGE!]!),
          words: (mean) =>
            `in its worst epoch the training loss is ${Math.abs(mean).toPrecision(3)} ${mean >= 0 ? 'above' : 'below'} that of guessing, where ${MOST} and more, NaN included, count as ${MOST}`,
        },
      ]),
      scoresWorse(verdict, SMALL!, RIGHT!),
    ]);
    const large = comparisonOf(verdict, LARGE!, RIGHT!);
    return { ...claim, words: large ? `${words} ${sentence(large.words)}` : words };
  },
});

/** More than that above guessing makes no difference. */
const MOST = 100;

/** How far the training loss of a run's worst epoch lies above that of giving each of ten classes the same chance. */
function aboveGuessing({ failed, epochs }: StudyRun): number {
  const worst = Math.max(...epochs.map(({ train }) => train.loss), failed === undefined ? 0 : MOST * 2);
  return Math.min(MOST, worst - Math.log(10));
}
