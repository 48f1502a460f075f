/** Batch normalisation, dropout and weight decay together: the last model of "Fashion MNIST in Pytorch". */
import { Adam } from '../../../optim/adam/adam.js';
import type { StudyFigures } from '../../../report/study/figures.js';
import { countOfPoints, judgeAspects, lossGapOf, meanOver, overfitsLess } from '../base/aspects.js';
import { claimVerdict, comparisonOf, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { FashionModel, type FashionModelOptions } from './fashion-model.js';

const [NONE, NORM, DROPOUT, DECAY] = ['He', 'batch norm', 'dropout', 'weight decay'] as const;
const ALL = 'all three';
const WRITTEN = 'batch norm + dropout as written';
const together = `${DROPOUT} + ${DECAY}`;

/** All combinations of the three, from He's initial weights, and dropout that goes on in evaluation, as the document has it. */
export const combinations = definePreset({
  name: 'combinations',
  title: 'Batch norm, dropout and weight decay together',
  description:
    'The model 784-128-64-10 with He’s initial weights, and with batch normalisation, dropout and weight decay in all combinations',
  method: 'Adam with learning rate 0.001, batches of 16, cross entropy; the weights after the last epoch are judged, as in the document.',
  document: 'fashion',
  dataset: 'fashion-mnist',
  quote: {
    english:
      'When a model becomes complex, weight decay alone hardly solves overfitting; dropout deletes neurons of the hidden layers at random while it learns.',
    original:
      '모델이 복잡해지면 가중치 감소만으로는 해결이 어려움! 드롭아웃은 훈련 때 은닉층의 뉴런을 무작위로 골라 삭제하면서 학습하는 방법.',
  },
  full: { epochs: 17, repeats: 9 },
  quick: { epochs: 12, repeats: 9, limit: 6_000, test: 4_000 },
  remarks: [
    'The document writes F.dropout(x, 0.5), whose training is true unless it is told otherwise: its model drops in evaluation, too. That model is kept as it is written, with batch normalisation, beside the one whose dropout ends with the training.',
    'The sentence is about complex models; the document’s own has 109,386 parameters.',
  ],
  baseline: { batchNorm: false, dropout: 'none' as NonNullable<FashionModelOptions['dropout']>, weightDecay: 0 },
  baselineName: NONE,
  variants: {
    [NORM]: { setting: { batchNorm: true }, description: 'BatchNorm1d before each ReLU' },
    [DROPOUT]: { setting: { dropout: 'training' }, description: 'dropout of 0.5 and 0.2 after the ReLUs' },
    [DECAY]: { setting: { weightDecay: 0.001 }, description: 'weightDecay 0.001' },
    [`${NORM} + ${DROPOUT}`]: { setting: { batchNorm: true, dropout: 'training' } },
    [`${NORM} + ${DECAY}`]: { setting: { batchNorm: true, weightDecay: 0.001 } },
    [together]: { setting: { dropout: 'training', weightDecay: 0.001 } },
    [ALL]: { setting: { batchNorm: true, dropout: 'training', weightDecay: 0.001 } },
    [WRITTEN]: { setting: { batchNorm: true, dropout: 'always' }, description: 'dropout in evaluation, too, as in the document' },
  },
  pairs: [
    [together, DECAY],
    [WRITTEN, `${NORM} + ${DROPOUT}`],
  ],
  model: ({ batchNorm, dropout }) => new FashionModel({ init: 'he', batchNorm, dropout }),
  optimizer: (model, { weightDecay }) => new Adam(model.parameters(), { lr: 0.001, weightDecay }),
  batchSize: 16,
  choose: 'last',
  judge: (verdict, figures) => {
    const parts = judgeAspects(figures, [
      {
        claim: 'weight decay alone leaves the model overfitting',
        variants: [DECAY],
        value: (runs) => lossGapOf(runs[DECAY]!),
        words: (mean) => `its training loss is still ${Math.abs(mean).toPrecision(2)} ${mean >= 0 ? 'below' : 'above'} its test loss`,
      },
      ...overfitsLess(together, DECAY),
      {
        claim: 'together the three do more than the sum of what each does',
        variants: [NONE, NORM, DROPOUT, DECAY, ALL],
        value: (runs) => {
          const [none, norm, dropout, decay, all] = [NONE, NORM, DROPOUT, DECAY, ALL].map((name) => runs[name]!.scores!.test['accuracy']!);
          return all! - none! - (norm! - none! + (dropout! - none!) + (decay! - none!));
        },
        words: (mean) => `all three change test accuracy by ${countOfPoints(mean)} ${mean >= 0 ? 'more' : 'less'} than that sum`,
      },
    ]);
    const { words, ...claim } = claimVerdict(parts.slice(0, -1));
    return {
      ...claim,
      words: `${words} ${scoresBetter(verdict, ALL, NONE).words} ${parts.at(-1)!.words}${writtenCost(figures, comparisonOf(verdict, WRITTEN, `${NORM} + ${DROPOUT}`)?.words)}`,
    };
  },
});

/** What dropping in evaluation cost. */
function writtenCost(figures: StudyFigures, words: string | undefined): string {
  const accuracy = (name: string) => meanOver(figures, name, (run) => run.scores?.test['accuracy']);
  const [written, meant] = [accuracy(WRITTEN), accuracy(`${NORM} + ${DROPOUT}`)];
  if (words === undefined || written === undefined || meant === undefined) return '';
  return ` What dropping in evaluation, too, cost: ${sentence(words)}`;
}
