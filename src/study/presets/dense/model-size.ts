/** Does a bigger model do better? 784-10 against seven layers. */
import { Adam } from '../../../optim/adam/adam.js';
import { countOfPoints, judgeAspects } from '../base/aspects.js';
import { claimVerdict, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { BigModel, SmallModel } from './digit-models.js';

/** The first document's small and big model. */
export const modelSize = definePreset({
  name: 'model-size',
  title: 'Does a bigger model do better?',
  description: 'A single linear layer, 784-10, against 784-2048-1024-512-256-128-64-10 with ReLU',
  method: 'Adam with learning rate 0.001, batches of 200, cross entropy, as in the document.',
  document: 'practice',
  dataset: 'mnist',
  quote: { english: 'How performance changes with the size of the model.', original: '모델의 크기 변경에 따른 성능변화' },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 10, repeats: 8, limit: 6_000 },
  remarks: [
    'The document says by its figures what this heading leaves open: the small model comes to 0.932 of the training images and 0.928 of the others, the big one to 0.993 and 0.980, in one run each.',
    'The document chooses the epoch by the test data that it reports on; here it is chosen on validation data.',
  ],
  baseline: { model: 'small' as 'small' | 'big' },
  baselineName: 'small',
  variants: { big: { setting: { model: 'big' }, description: '784-2048-1024-512-256-128-64-10 with ReLU, 4.4 million parameters' } },
  model: ({ model }) => (model === 'big' ? new BigModel() : new SmallModel()),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: 200,
  judge: (verdict, figures) =>
    claimVerdict([
      scoresBetter(verdict, 'big', 'small'),
      ...judgeAspects(figures, [
        {
          claim: 'the big model knows the training images better',
          variants: ['big', 'small'],
          value: ({ big, small }) => big!.scores!.train['accuracy']! - small!.scores!.train['accuracy']!,
          words: (mean) => `its training accuracy is ${countOfPoints(mean)} ${mean >= 0 ? 'higher' : 'lower'}`,
        },
      ]),
    ]),
});
