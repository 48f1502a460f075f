/** Early stopping with a patience of three epochs, the best epoch of a whole training, and the last one. */
import { Adam } from '../../../optim/adam/adam.js';
import { judgeAspects, meanOver, overfitsLess } from '../base/aspects.js';
import { claimVerdict, comparisonOf } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { FashionModel } from './fashion-model.js';

const [LAST, BEST, PATIENCE] = ['last epoch', 'best epoch', 'patience 3'] as const;

/** When to stop, and which epoch to keep. */
export const earlyStopping = definePreset({
  name: 'early-stopping',
  title: 'Stopping early',
  description: 'The model 784-128-64-10 after its last epoch, at its best epoch, and stopped once three epochs brought nothing better',
  method:
    'Adam with learning rate 0.001, batches of 16, cross entropy. The best epoch is that of the highest validation accuracy; three epochs without a higher one end the training of the third variant, as in “학습에 도움이 되는 테크닉”.',
  document: 'fashion',
  dataset: 'fashion-mnist',
  quote: {
    english: 'Overfitting, which set in earlier, has to be solved by fewer epochs or by regularisation.',
    original: '다만, 과적합이 일어나는 시기가 더 앞당겨졌다. (이는 epoch 수를 줄이거나, 규제를 가하는 것으로 해결해야 함!)',
  },
  full: { epochs: 35, repeats: 8 },
  quick: { epochs: 35, repeats: 8, limit: 9_600 },
  remarks: [
    'The document begins with 35 epochs and goes down to 17 by hand, since the validation loss did not fall any more; the rule with patience is that of “학습에 도움이 되는 테크닉”.',
  ],
  baseline: { stop: 'last' as 'last' | 'best' | 'patience' },
  baselineName: LAST,
  variants: {
    [BEST]: { setting: { stop: 'best' }, description: 'all epochs are trained, the one with the highest validation accuracy is kept' },
    [PATIENCE]: { setting: { stop: 'patience' }, description: 'the same, but three epochs without a higher one end the training' },
  },
  pairs: [[PATIENCE, BEST]],
  model: () => new FashionModel(),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  fit: ({ stop }) => (stop === 'patience' ? { earlyStopping: { monitor: 'validation.accuracy', patience: 3 } } : {}),
  batchSize: 16,
  choose: ({ stop }) => (stop === 'last' ? 'last' : 'metric'),
  judge: (verdict, figures) => {
    const { words, ...claim } = claimVerdict(judgeAspects(figures, overfitsLess(PATIENCE, LAST)));
    const epochs = meanOver(figures, PATIENCE, (run) => (run.scores ? run.epochs.length : undefined));
    const all = meanOver(figures, LAST, (run) => (run.scores ? run.epochs.length : undefined));
    const time = epochs === undefined || all === undefined ? '' : ` It stopped after ${epochs.toFixed(1)} of ${all.toFixed(0)} epochs.`;
    const score = comparisonOf(verdict, PATIENCE, LAST);
    return { ...claim, words: `${words}${time}${score ? ` On test data: ${sentence(score.words)}` : ''}` };
  },
});
