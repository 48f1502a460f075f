/** Does a bigger model do better? 784-10 against seven layers. */
import { Adam } from '../../../optim/adam/adam.js';
import { claimVerdict, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { BigModel, SmallModel } from './digit-models.js';

interface Setting {
  model: 'small' | 'big';
}

export const modelSize = definePreset<Setting>({
  name: 'model-size',
  title: 'Does a bigger model do better?',
  description: 'A single linear layer, 784-10, against 784-2048-1024-512-256-128-64-10 with ReLU',
  method: 'Adam with learning rate 0.001, batches of 200, cross entropy, as in the document.',
  document: 'practice',
  dataset: 'mnist',
  quote: { english: 'How performance changes with the size of the model.', original: '모델의 크기 변경에 따른 성능변화' },
  full: { epochs: 10, repeats: 6 },
  quick: { epochs: 5, repeats: 6, limit: 4_000 },
  remarks: [
    'In the document the small model comes to 0.928 on test data and the big one to 0.980, each in one run.',
    'The document chooses the epoch by the test data that it reports on; here it is chosen on validation data.',
  ],
  baseline: { model: 'small' },
  baselineName: 'small',
  variants: { big: { setting: { model: 'big' }, description: '784-2048-1024-512-256-128-64-10 with ReLU, 4.4 million parameters' } },
  model: ({ model }) => (model === 'big' ? new BigModel() : new SmallModel()),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: 200,
  judge: (verdict) => claimVerdict([scoresBetter(verdict, 'big', 'small')]),
});
