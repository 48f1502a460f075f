/**
 * Data augmentation: 34 x 34, the middle 28 x 28 of it, mirrored at random, turned by 90 degrees; a few of the images that come out.
 *
 * The classes of torchvision.transforms, RandomResizedCrop among them, and ImageFolder wait for their own issue: here each transform is a
 * function of tensors, and `Compose` three lines.
 */
import { F, manualSeed, rand, type Tensor } from 'hone';
import { DataLoader, Dataset } from 'hone/data';
import { datasets } from 'hone/vision';
import { readArguments } from '../shared/arguments.js';
import { imshow } from '../shared/pictures.js';

const { images, batchSize, seed } = readArguments({ images: 3, batchSize: 32, seed: 0 });
manualSeed(seed);

/** An image [C, H, W] to another. */
type Transform = (image: Tensor) => Tensor;

/** transforms.Compose: one after the other. */
const compose =
  (transforms: Transform[]): Transform =>
  (image) =>
    transforms.reduce((x, transform) => transform(x), image);

/** transforms.Resize of a square image: bilinear. */
const resize =
  (size: number): Transform =>
  (image) =>
    F.interpolate(image.unsqueeze(0), { size: [size, size], mode: 'bilinear' }).squeeze(0);

/** transforms.CenterCrop. */
const centerCrop =
  (size: number): Transform =>
  (image) => {
    const [top, left] = [Math.round((image.size(1) - size) / 2), Math.round((image.size(2) - size) / 2)];
    return image.narrow(1, top, size).narrow(2, left, size);
  };

/** transforms.RandomHorizontalFlip. */
const randomHorizontalFlip =
  (p = 0.5): Transform =>
  (image) =>
    rand([1]).item() < p ? image.flip([-1]) : image;

/** A data set whose images go through a transform each time they are asked for. */
class Transformed extends Dataset<[Tensor, number]> {
  readonly length: number;

  constructor(
    private readonly dataset: datasets.Digits,
    private readonly transform: Transform,
  ) {
    super();
    this.length = dataset.length;
  }

  get(index: number): [Tensor, number] {
    const [image, label] = this.dataset.get(index);
    return [this.transform(image), label];
  }
}

const mnistTrain = new Transformed(
  new datasets.Digits({ train: true }),
  compose([
    resize(34), // makes 34 x 34 of 28 x 28
    centerCrop(28), // takes the 28 x 28 in the middle
    randomHorizontalFlip(), // mirrors at random
    (x) => x.rot90(1, [1, 2]), // turns by 90 degrees against the clock
  ]),
);

const trainLoader = new DataLoader(mnistTrain, { batchSize, shuffle: true, dropLast: true });

let idx = 0;
for (const [img, label] of trainLoader) {
  console.log(`batch ${idx}: ${img.shape.join(' x ')}, its first image is a ${label.select(0, 0).item()}`);
  imshow(img.select(0, 0).select(0, 0));
  if (++idx >= images) break;
}
