/** Batches of 16 against batches of 100: "Fashion MNIST in Pytorch". */
import { Adam } from '../../../optim/adam/adam.js';
import { bestEpochOf, judgeAspects } from '../base/aspects.js';
import { claimVerdict, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { FashionModel } from './fashion-model.js';

const [LARGE, SMALL] = ['batches of 100', 'batches of 16'] as const;

/** The document's two batch sizes. */
export const batchSize = definePreset({
  name: 'batch-size',
  title: 'Batches of 16 or of 100',
  description: 'The model 784-128-64-10 trained in batches of 100 and in batches of 16',
  method: 'Adam with learning rate 0.001, cross entropy; as many epochs for both. The epoch with the lowest validation loss is judged.',
  document: 'fashion',
  dataset: 'fashion-mnist',
  quote: {
    english: 'With batches of 16 instead of 100 the model’s performance was a little higher; but overfitting set in earlier.',
    original: '모델의 성능은 조금 더 높아진 것을 확인할 수 있었다. 다만, 과적합이 일어나는 시기가 더 앞당겨졌다.',
  },
  full: { epochs: 17, repeats: 8 },
  quick: { epochs: 17, repeats: 8, limit: 24_000 },
  remarks: [
    'With the same number of epochs the smaller batches take six times as many steps, as in the document: what is compared is the batch size with all that comes of it.',
    'The document judges the last epoch; here the best one is judged, so that the one that overfits earlier is not judged by that. Where overfitting sets in is measured by the epoch with the lowest validation loss.',
  ],
  baseline: { batchSize: 100 },
  baselineName: LARGE,
  variants: { [SMALL]: { setting: { batchSize: 16 }, description: 'six times as many steps an epoch' } },
  model: () => new FashionModel(),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: (setting) => setting.batchSize,
  choose: 'loss',
  judge: (verdict, figures) =>
    claimVerdict([
      scoresBetter(verdict, SMALL, LARGE),
      ...judgeAspects(figures, [
        {
          claim: 'overfitting sets in earlier with batches of 16',
          variants: [SMALL, LARGE],
          value: (runs) => bestEpochOf(runs[LARGE]!) - bestEpochOf(runs[SMALL]!),
          words: (mean) => `the validation loss is lowest ${Math.abs(mean).toFixed(1)} epochs ${mean >= 0 ? 'earlier' : 'later'}`,
        },
      ]),
    ]),
});
