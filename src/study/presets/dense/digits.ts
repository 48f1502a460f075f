/** The four models of "성능개선 기법 실습" on handwritten digits: what `npm start` runs. */
import { Adam } from '../../../optim/adam/adam.js';
import { claimVerdict, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { BatchNormModel, BigModel, DropoutModel, SmallModel } from './digit-models.js';

const models = {
  small: () => new SmallModel(),
  big: () => new BigModel(),
  dropout: () => new DropoutModel(),
  batchnorm: () => new BatchNormModel(),
};

/** Four models, the small one being what the others are compared with. */
export const digits = definePreset({
  name: 'digits',
  title: 'Four models on handwritten digits',
  description: 'One linear layer, a big model, one with dropout and one with batch normalisation',
  method: 'Adam with learning rate 0.001, batches of 200, cross entropy, as in the document.',
  document: 'practice',
  dataset: 'digits',
  quote: { english: 'Techniques that improve performance, in practice.', original: '성능개선 기법 실습' },
  full: { epochs: 10, repeats: 12 },
  quick: { epochs: 10, repeats: 7 },
  remarks: [
    'The document trains these models on the 60,000 images of MNIST, once each for 10 epochs: small 0.928, big 0.980, dropout 0.974, batch norm 0.982 of the test images. It says so by figures; the sentence is its title.',
    'The document chooses the epoch by the test data that it reports on; here it is chosen on validation data.',
  ],
  baseline: { model: 'small' as keyof typeof models },
  baselineName: 'small',
  variants: {
    big: { setting: { model: 'big' }, description: '784-2048-1024-512-256-128-64-10 with ReLU' },
    dropout: { setting: { model: 'dropout' }, description: '784-256-256-128-128-10 with ReLU and dropout 0.5 after every layer' },
    batchnorm: { setting: { model: 'batchnorm' }, description: '784-256-128-64-10 with batch normalisation before each ReLU' },
  },
  model: ({ model }) => models[model](),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: 200,
  judge: (verdict) => claimVerdict(['big', 'dropout', 'batchnorm'].map((name) => scoresBetter(verdict, name, 'small'))),
});
