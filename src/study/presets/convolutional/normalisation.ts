/** Inputs as they are, from 0 to 1, and standardised, without and with values far out. */
import { TensorDataset } from '../../../data/datasets/tensor-dataset.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import type { StudyData } from '../../define/types.js';
import { claimVerdict, scoresBetter, scoresWorse } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { CNN } from './cnn.js';
import { type Inputs, inputsOf, type Scaling, scalingOf, withOutliers } from './inputs.js';

/** Normalisation of inputs, with and without outliers. */
export const normalisation = definePreset({
  name: 'normalisation',
  title: 'Normalisation of inputs, with and without outliers',
  description:
    'Pixels as they are stored, 0 to 255, from 0 to 1 (min-max), and with mean 0 and deviation 1 (standard); each also with outliers',
  method:
    'SGD with learning rate 0.05, batches of 32, cross entropy. Minimum, maximum, mean and deviation are those of the training images. Outliers: one pixel in each hundredth image, of all three parts, is a hundred times as bright as white.',
  document: 'training',
  dataset: 'mnist',
  quote: {
    english:
      'Of normalised data, whose elements are all updated at the same ratio, one may expect faster updates; where there are outliers, far too small or too large, normalising may hinder learning instead.',
    original:
      '데이터의 각 요소별 범위가 같은 비율로서 Update함으로써 더 빠른 Update를 기대할 수 있다. … 너무 작거나 큰 이상치가 있는 경우에는 오히려 학습에 방해가 되는 경우도 발생한다.',
  },
  full: { epochs: 10, repeats: 8 },
  quick: { epochs: 3, repeats: 8, limit: 960, test: 1000 },
  remarks: [
    'The notes (PyTorch) say which normalisation suffers: “MinMax 방법을 쓰면 이상치가 있을때 모델이 망가질 수 있다”, with the MinMax method outliers can ruin the model. It is judged with them.',
    'What the document calls not normalised is what ToTensor gives, 0 to 1: min-max here. It found 34.0 % with mean 0.1307 and deviation 0.3081, and 12.6 % in its sections without, at a learning rate of about 0.0002.',
  ],
  baseline: { scaling: 'min-max' as Scaling, outliers: false },
  baselineName: 'min-max',
  variants: {
    none: { setting: { scaling: 'none' }, description: 'pixels from 0 to 255' },
    standard: { setting: { scaling: 'standard' }, description: 'mean 0, deviation 1' },
    'none, outliers': { setting: { scaling: 'none', outliers: true }, description: 'pixels from 0 to 255, some of 25,500' },
    'min-max, outliers': { setting: { outliers: true }, description: 'from 0 to 1, outliers included' },
    'standard, outliers': { setting: { scaling: 'standard', outliers: true }, description: 'mean 0, deviation 1, outliers included' },
  },
  pairs: [['standard, outliers', 'min-max, outliers']],
  model: () => new CNN(),
  optimizer: (model) => new SGD(model.parameters(), { lr: 0.05 }),
  prepare: async (data, { scaling, outliers }) => {
    const parts = await Promise.all([data.train, data.validation, data.test].map((part) => inputsOf(part)));
    const [train, validation, test] = parts.map((part) => (outliers ? withOutliers(part) : part)) as [Inputs, Inputs, Inputs];
    const scale = scalingOf(scaling, train.images);
    const ready = ({ images, labels }: Inputs) => new TensorDataset(scale(images), labels);
    return { train: ready(train), validation: ready(validation), test: ready(test) } as StudyData;
  },
  batchSize: 32,
  judge: (verdict) =>
    claimVerdict([
      scoresBetter(verdict, 'standard', 'min-max'),
      scoresWorse(verdict, 'min-max, outliers', 'min-max'),
      scoresBetter(verdict, 'standard, outliers', 'min-max, outliers'),
    ]),
});
