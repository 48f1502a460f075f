/**
 * Data augmentation: 34 x 34, the middle 28 x 28 of it, mirrored at random, turned by 90 degrees; a few of the images that come out.
 *
 * RandomResizedCrop, Resize and ImageFolder wait for their own issue: resizing and turning are functions of tensors here, as a transform may be.
 */
import { F, manualSeed, type Tensor } from 'hone';
import { DataLoader, Dataset } from 'hone/data';
import { datasets, transforms } from 'hone/vision';
import { readArguments } from '../shared/arguments.js';
import { imshow } from '../shared/pictures.js';

const { images, batchSize, seed } = readArguments({ images: 3, batchSize: 32, seed: 0 });
manualSeed(seed);

/** transforms.Resize of a square image: bilinear. */
const resize = (size: number) => (image: Tensor) => F.interpolate(image.unsqueeze(0), { size: [size, size], mode: 'bilinear' }).squeeze(0);

/** A data set whose images go through a transform each time they are asked for. */
class Transformed extends Dataset<[Tensor, number]> {
  readonly length: number;

  constructor(
    private readonly dataset: datasets.Digits,
    private readonly transform: { forward(image: Tensor): Tensor },
  ) {
    super();
    this.length = dataset.length;
  }

  get(index: number): [Tensor, number] {
    const [image, label] = this.dataset.get(index);
    return [this.transform.forward(image), label];
  }
}

const mnistTrain = new Transformed(
  new datasets.Digits({ train: true }),
  new transforms.Compose([
    resize(34), // makes 34 x 34 of 28 x 28
    new transforms.CenterCrop(28), // takes the 28 x 28 in the middle
    new transforms.RandomHorizontalFlip(), // mirrors at random
    (x: Tensor) => x.rot90(1, [1, 2]), // turns by 90 degrees against the clock
  ]),
);

const trainLoader = new DataLoader(mnistTrain, { batchSize, shuffle: true, dropLast: true });

let idx = 0;
for (const [img, label] of trainLoader) {
  console.log(`batch ${idx}: ${img.shape.join(' x ')}, its first image is a ${label.select(0, 0).item()}`);
  imshow(img.select(0, 0).select(0, 0));
  if (++idx >= images) break;
}
