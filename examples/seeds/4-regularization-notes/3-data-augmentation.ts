/**
 * Data augmentation: more images out of those that are there, here mirrored, turned, with Gaussian noise, and bent. Transforms in a row, with
 * resizing and cropping, stand in 3-training-techniques/3-data-augmentation.ts.
 */
import { manualSeed, type Tensor } from 'hone';
import { datasets, transforms } from 'hone/vision';
import { printImage } from '../shared/pictures.js';

manualSeed(0);
const [image, label] = new datasets.Digits({ train: true }).get(0); // [1, 28, 28]

const augmentations: Record<string, { forward(image: Tensor): Tensor }> = {
  'as it is': new transforms.Lambda((x: Tensor) => x),
  'mirrored left to right': new transforms.RandomHorizontalFlip({ p: 1 }),
  'mirrored top to bottom': new transforms.RandomVerticalFlip({ p: 1 }),
  'turned by 90 degrees': new transforms.RandomRotation([90, 90]),
  'with Gaussian noise': new transforms.GaussianNoise({ sigma: 0.2 }),
  'bent as if of rubber': new transforms.ElasticTransform({ alpha: 50, sigma: 3 }),
};

for (const [name, augment] of Object.entries(augmentations)) {
  const out = augment.forward(image);
  console.log(`a ${label}, ${name}: ${out.shape.join(' x ')}, mean ${out.mean().item().toFixed(4)}`);
  printImage(out.select(0, 0));
}
