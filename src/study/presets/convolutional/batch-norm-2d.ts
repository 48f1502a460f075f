/** Batch normalisation in the convolutional network, at the document's slow rate and at one where the network learns without it. */
import { SGD } from '../../../optim/sgd/sgd.js';
import { comparisonOf, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { CNN } from './cnn.js';

/** The document's learning rate times its steps: 0.0002, ten epochs of 234 batches of 256. */
const TRAVELLED = 0.0002 * 10 * 234;

/** BatchNorm2d before every ReLU of the second document's network. */
export const batchNorm2d = definePreset({
  name: 'batch-norm-2d',
  title: 'Batch normalisation in a convolutional network',
  description: 'The network with and without batch normalisation before every ReLU, as slowly as in the document and at learning rate 0.1',
  method:
    'SGD, batches of 32, cross entropy. “Slow” is the document’s learning rate, scaled so that rate times steps is as in the document: 0.0002 for 2,340 steps.',
  document: 'training',
  dataset: 'mnist',
  quote: {
    english:
      'Batch normalisation corrects the shift of distributions and so keeps weights from being updated in the wrong direction: 91.9 % right, after 34.0 % with normalised data alone.',
    original:
      '데이터 분포가 치우치는 현상을 해결함으로써 가중치가 엉뚱한 방향으로 갱신될 문제를 해결할 수 있다. … Accuracy of Test Data: 91.85697174072266',
  },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 4, repeats: 8, limit: 960, test: 1000 },
  remarks: [
    'The document does not state its learning rate and batch: the rates that it prints begin at 0.000173, its accuracies are whole numbers of 9,984 images, and with 0.0002 and 256 Hone and PyTorch both come to its 91.9 %.',
  ],
  baseline: { batchNorm: false, rate: 'slow' as 'slow' | '0.1' },
  baselineName: 'slow',
  variants: {
    'slow, batch norm': { setting: { batchNorm: true }, description: 'BatchNorm2d and BatchNorm1d before every ReLU' },
    '0.1': { setting: { rate: '0.1' }, description: 'learning rate 0.1' },
    '0.1, batch norm': { setting: { batchNorm: true, rate: '0.1' }, description: 'learning rate 0.1, with batch normalisation' },
  },
  pairs: [['0.1, batch norm', '0.1']],
  model: ({ batchNorm }) => new CNN({ batchNorm }),
  optimizer: (model, { rate }, { epochs, stepsPerEpoch }) =>
    new SGD(model.parameters(), { lr: rate === '0.1' ? 0.1 : TRAVELLED / (epochs * stepsPerEpoch) }),
  batchSize: 32,
  judge: (verdict) => {
    const slow = scoresBetter(verdict, 'slow, batch norm', 'slow');
    const fast = comparisonOf(verdict, '0.1, batch norm', '0.1');
    return {
      verdict: slow.verdict,
      words: `At the document’s slow rate: ${slow.words}${fast ? ` At a rate where the network learns without it: ${sentence(fast.words)}` : ''}`,
    };
  },
});
