/** More images out of those that are there: the document's transforms, and some that leave a digit a digit. */
import type { DatasetLike } from '../../../data/datasets/dataset.js';
import { Adam } from '../../../optim/adam/adam.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Image } from '../../../vision/image/image.js';
import type { TransformOf } from '../../../vision/transforms/base/functions.js';
import { Compose } from '../../../vision/transforms/containers/compose.js';
import { Lambda } from '../../../vision/transforms/containers/lambda.js';
import { ToPILImage } from '../../../vision/transforms/convert/to-pil-image.js';
import { ToTensor } from '../../../vision/transforms/convert/to-tensor.js';
import { CenterCrop } from '../../../vision/transforms/geometry/crop.js';
import { RandomHorizontalFlip } from '../../../vision/transforms/geometry/flip.js';
import { Resize } from '../../../vision/transforms/geometry/resize.js';
import { RandomAffine } from '../../../vision/transforms/warp/affine.js';
import { comparisonOf, type Part, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { CNN } from './cnn.js';
import { TransformedDataset } from './transformed.js';

type Name = 'none' | 'as in the document' | 'mirrored' | 'shifted and turned';

const transforms: Readonly<Record<Exclude<Name, 'none'>, () => TransformOf<Tensor, Tensor>>> = {
  'as in the document': () =>
    new Compose([
      new ToPILImage(),
      new Resize(34),
      new CenterCrop(28),
      new RandomHorizontalFlip(),
      new Lambda((x: Image) => x.rotate(90)),
      new ToTensor(),
    ]),
  mirrored: () => new RandomHorizontalFlip(),
  'shifted and turned': () =>
    new Compose([new ToPILImage(), new RandomAffine(10, { translate: [0.1, 0.1], interpolation: 'bilinear' }), new ToTensor()]),
};

/** The document's transforms of training images, and two others. */
export const augmentation = definePreset({
  name: 'augmentation',
  title: 'Data augmentation',
  description: 'Training images as they are, transformed as in the document, mirrored at random, and shifted and turned a little',
  method: 'Adam with learning rate 0.001, batches of 32, cross entropy. Validation and test images stay as they are.',
  document: 'training',
  dataset: 'mnist',
  quote: {
    english: 'Augmenting the data can improve the performance of the model.',
    original: '데이터를 증가시키므로 인하여 Model의 성능을 향상시킬 수 있다.',
  },
  full: { epochs: 20, repeats: 8, limit: 3000 },
  quick: { epochs: 20, repeats: 8, limit: 300, test: 1000 },
  remarks: [
    'The document shows its transforms (enlarged to 34, the middle 28 cut out, mirrored at random, turned by 90 degrees) without training on them; in its other sections test images are as they are, and so they are here. The network is that of its other sections.',
  ],
  baseline: { transform: 'none' as Name },
  baselineName: 'none',
  variants: {
    'as in the document': {
      setting: { transform: 'as in the document' },
      description: 'enlarged, cropped, mirrored at random, all turned by 90 degrees',
    },
    mirrored: { setting: { transform: 'mirrored' }, description: 'left to right, every other one' },
    'shifted and turned': {
      setting: { transform: 'shifted and turned' },
      description: 'by up to a tenth of their size, and up to 10 degrees',
    },
  },
  model: () => new CNN(),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  prepare: ({ train }, { transform }) =>
    transform === 'none' ? {} : { train: new TransformedDataset(train as DatasetLike<[Tensor, number]>, transforms[transform]()) },
  batchSize: 32,
  judge: (verdict) => {
    // "can improve": one way that does is enough
    const parts = Object.keys(transforms).map((name): Part => scoresBetter(verdict, name, 'none'));
    const is = (which: Part['verdict']) => parts.some((part) => part.verdict === which);
    const written = comparisonOf(verdict, 'as in the document', 'none');
    return {
      verdict: is('found') ? 'found' : is('undecided') ? 'undecided' : 'refuted',
      words: `${parts.map(({ words }) => words).join(' ')}${written?.outcome === 'hurt' ? ` ${sentence('The document’s own transforms turn every training image by 90 degrees, and no test image')}` : ''}`,
    };
  },
});
