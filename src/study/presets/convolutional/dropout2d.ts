/** Dropout of whole feature maps: against overfitting, and where nothing overfits. */
import { Subset } from '../../../data/datasets/subset.js';
import { Adam } from '../../../optim/adam/adam.js';
import { judgeAspects, overfitsLess } from '../base/aspects.js';
import { claimVerdict, scoresWorse } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { CNN } from './cnn.js';

/** The first tenth of the images, ten times over: as many steps an epoch as all of them. */
const TENTH = 10;

/** Dropout2d in the second document's network, on all of the images and on a tenth of them. */
export const dropout2d = definePreset({
  name: 'dropout2d',
  title: 'Dropout of feature maps, with little data and with much',
  description: 'The network with and without dropout of 0.2 after every ReLU, on all images and on a tenth of them',
  method:
    'Adam with learning rate 0.001, batches of 32, cross entropy. An epoch goes once through all images, or ten times through the first tenth, so that all variants take the same number of steps. The last epoch is judged, as in the document.',
  document: 'training',
  dataset: 'mnist',
  quote: {
    english:
      'Dropout is a way to prevent overfitting; but it constrains the model, so where the model does not overfit, putting it in makes learning worse instead.',
    original:
      'Dropout은 Overfitting을 막기위한 방법으로 … 오버피팅하지 않는 상태에서 정형화나 드롭아웃을 넣으면 오히려 학습이 잘 안되는 결과가 나온다.',
  },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 4, repeats: 8, limit: 960, test: 1000 },
  remarks: [
    'The document trains this model by SGD, at a rate that it does not state (about 0.0002, with which the network does not come to learn), and gives no score; Adam learns within the epochs here, and comes to overfit.',
  ],
  baseline: { dropout: 0, images: 'all' as 'all' | 'a tenth' },
  baselineName: 'all images',
  variants: {
    'all images, dropout': { setting: { dropout: 0.2 }, description: 'Dropout2d and Dropout of 0.2 after every ReLU' },
    'a tenth': { setting: { images: 'a tenth' }, description: 'a tenth of the images, ten times over' },
    'a tenth, dropout': {
      setting: { dropout: 0.2, images: 'a tenth' },
      description: 'a tenth of the images, ten times over, with dropout',
    },
  },
  pairs: [['a tenth, dropout', 'a tenth']],
  model: ({ dropout }) => new CNN({ dropout }),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  prepare: ({ train }, { images }) => {
    if (images === 'all') return {};
    const few = Math.ceil(train.length / TENTH);
    return {
      train: new Subset(
        train,
        Array.from({ length: train.length }, (_, i) => i % few),
      ),
    };
  },
  choose: 'last',
  batchSize: 32,
  judge: (verdict, figures) =>
    claimVerdict([
      ...judgeAspects(figures, overfitsLess('a tenth, dropout', 'a tenth')),
      scoresWorse(verdict, 'all images, dropout', 'all images'),
    ]),
});
