/**
 * Data augmentation: more images out of those that are there, here mirrored, turned and with Gaussian noise.
 *
 * Elastic deformation waits for its own issue; transforms in a row, with resizing and cropping, stand in
 * 3-training-techniques/3-data-augmentation.ts.
 */
import { manualSeed, randnLike, type Tensor } from 'hone';
import { datasets } from 'hone/vision';
import { imshow } from '../shared/pictures.js';

manualSeed(0);
const [image, label] = new datasets.Digits({ train: true }).get(0); // [1, 28, 28]

const augmentations: Record<string, (x: Tensor) => Tensor> = {
  'as it is': (x) => x,
  'mirrored left to right': (x) => x.flip([2]),
  'mirrored top to bottom': (x) => x.flip([1]),
  'turned by 90 degrees': (x) => x.rot90(1, [1, 2]),
  'with Gaussian noise': (x) => x.add(randnLike(x).mul(0.2)).clamp(0, 1),
};

for (const [name, augment] of Object.entries(augmentations)) {
  const out = augment(image);
  console.log(`a ${label}, ${name}: ${out.shape.join(' x ')}, mean ${out.mean().item().toFixed(4)}`);
  imshow(out.select(0, 0));
}
