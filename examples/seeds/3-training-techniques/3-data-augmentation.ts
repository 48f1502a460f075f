/**
 * Data augmentation: 34 x 34, the middle 28 x 28 of it, mirrored at random, turned by 90 degrees; a few of the images that come out, which
 * two workers make.
 */
import { manualSeed } from 'hone';
import { DataLoader } from 'hone/data';
import { imageGrid } from 'hone/report';
import { type Image, transforms } from 'hone/vision';
import { readArguments } from '../shared/arguments.js';
import { MNIST } from '../shared/datasets.js';
import { show } from '../shared/pictures.js';

const { images, batchSize, seed, root } = readArguments({ images: 3, batchSize: 32, seed: 0, root: '' });
manualSeed(seed);

const mnistTrain = MNIST(root, {
  train: true,
  transform: new transforms.Compose([
    new transforms.Resize(34), // makes 34 x 34 of 28 x 28
    new transforms.CenterCrop(28), // takes the 28 x 28 in the middle
    new transforms.RandomHorizontalFlip(), // mirrors at random
    new transforms.Lambda((x: Image) => x.rotate(90)), // turns by 90 degrees against the clock
    new transforms.ToTensor(), // makes a tensor of the image
  ]),
  targetTransform: null,
  download: true,
});

const trainLoader = new DataLoader(mnistTrain, { batchSize, shuffle: true, numWorkers: 2, dropLast: true });

for await (const [idx, [img, label]] of trainLoader.entries()) {
  console.log(`batch ${idx}: ${img.shape.join(' x ')}, its first image is a ${label.select(0, 0).item()}`);
  await show(`3-augmented-${idx}.svg`, imageGrid(img.select(0, 0), { cmap: 'gray', size: 280 })); // plt.imshow(img[0, 0, ...], cmap="gray")
  if (idx + 1 >= images) break;
}
