/** Dropout in the model of "성능개선 기법 실습", which drops its logits, too, and in the same model without that. */
import { Adam } from '../../../optim/adam/adam.js';
import type { StudyFigures } from '../../../report/study/figures.js';
import { judgeAspects, meanOver, overfitsLess } from '../base/aspects.js';
import { claimVerdict, comparisonOf } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { DropoutModel } from './digit-models.js';

const [NONE, HALF, WRITTEN] = ['no dropout', 'dropout 0.5', 'dropout 0.5 + logits'] as const;

/** The first document's dropout model as it is written, without dropout of its logits, and without any. */
export const dropout = definePreset({
  name: 'dropout',
  title: 'Dropout, of the logits and not of the logits',
  description: 'The model 784-256-256-128-128-10 without dropout, with dropout after every hidden layer, and with the logits dropped, too',
  method:
    'Adam with learning rate 0.001, batches of 200, cross entropy; the weights after the last epoch are judged, as in “성능개선 기법 실습”.',
  document: 'notes',
  dataset: 'mnist',
  quote: {
    english: 'Sets each neuron to 0 with probability p and so prevents overfitting.',
    original: '특정 뉴런의 확률 p를 0으로 바꿔 오버피팅 방지.',
  },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 60, repeats: 8, limit: 2_400 },
  remarks: [
    'Against overfitting a technique can only help where the model overfits: few images, and as many epochs as it takes to know them by heart.',
    'The model is that of “성능개선 기법 실습”, whose last layer is nn.Sequential(nn.Linear(128, 10), nn.Dropout(p=0.5)): it drops logits while it trains. It is kept as it is written, and stands beside the model that dropout is meant for. The rates 0.2 and 0.5 are the ends of the range that the document names.',
  ],
  baseline: { rate: 0, logits: false },
  baselineName: NONE,
  variants: {
    'dropout 0.2': { setting: { rate: 0.2 }, description: 'after every hidden layer' },
    [HALF]: { setting: { rate: 0.5 }, description: 'after every hidden layer' },
    [WRITTEN]: {
      setting: { rate: 0.5, logits: true },
      description: 'after every layer, the last included, as “성능개선 기법 실습” has it',
    },
  },
  pairs: [[WRITTEN, HALF]],
  model: ({ rate, logits }) => new DropoutModel(rate, logits),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: 200,
  choose: 'last',
  judge: (verdict, figures) => {
    const { words, ...claim } = claimVerdict(judgeAspects(figures, overfitsLess(HALF, NONE)));
    return { ...claim, words: `${words}${logitsCost(figures, comparisonOf(verdict, WRITTEN, HALF)?.words)}` };
  },
});

/** What dropping the logits cost, by the comparison's words and the mean test loss. */
function logitsCost(figures: StudyFigures, words: string | undefined): string {
  const [written, half] = [WRITTEN, HALF].map((name) => meanOver(figures, name, (run) => run.scores?.test.loss));
  if (words === undefined || written === undefined || half === undefined) return '';
  return ` What dropping the logits, too, cost: ${sentence(words)} The test loss is ${written.toFixed(3)} with it and ${half.toFixed(3)} without.`;
}
