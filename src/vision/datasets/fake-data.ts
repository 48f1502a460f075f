/** Images of random numbers, for trying out a program without data. */
import { checkIndex } from '../../data/datasets/dataset.js';
import { div, mul } from '../../ops/elementwise/binary.js';
import { to } from '../../ops/view/copy.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { countOf, wholeNumber, wholeNumbers } from '../../tensor/arguments/checks.js';
import { Generator, randint, randn } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import type { Image } from '../image/image.js';
import { type TransformOf, transformed } from '../transforms/base/functions.js';
import { toPilImage } from '../transforms/convert/to-pil-image.js';
import { VisionDataset } from './vision-dataset.js';

/** The options of {@link FakeData}. */
export interface FakeDataOptions<Out = Tensor, Target = number> {
  /** How many images. Default: 1000. */
  size?: number;
  /** Their channels, height and width. Default: [3, 224, 224]. */
  imageSize?: readonly [channels: number, height: number, width: number];
  /** Default: 10. */
  numClasses?: number;
  /** Makes what `get` gives of an image: the transform gets an {@link Image}, of one to four channels. Default: what ToTensor makes of it. */
  transform?: TransformOf<Image, Out> | null;
  /** Makes the target that `get` gives out of the number of the class. Default: that number. */
  targetTransform?: TransformOf<number, Target> | null;
  /** Added to the number of an image, which seeds it. Default: 0. */
  randomOffset?: number;
}

const DEFAULTS = { size: 1000, imageSize: [3, 224, 224], numClasses: 10, transform: null, targetTransform: null, randomOffset: 0 };

/**
 * Images and labels out of random numbers, the same for each number in every run, and the same as torchvision's.
 * @throws {ArgumentError} for sizes that cannot be.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FakeData.html
 * @example
 * const [image, label] = new datasets.FakeData(100, [1, 8, 8]).get(3);
 * image.shape; // [1, 8, 8]
 */
export class FakeData<Out = Tensor, Target = number> extends VisionDataset<Out, Target> {
  static override readonly className: string = 'FakeData';
  readonly length: number;
  /** How many images. */
  readonly size: number;
  /** Channels, height and width. */
  readonly imageSize: readonly number[];
  /** How many classes. */
  readonly numClasses: number;
  /** Added to the number of an image, which seeds it. */
  readonly randomOffset: number;

  constructor(
    ...args: Arguments<
      FakeDataOptions<Out, Target>,
      [
        size: 'size',
        imageSize: 'imageSize',
        numClasses: 'numClasses',
        transform: 'transform',
        targetTransform: 'targetTransform',
        randomOffset: 'randomOffset',
      ]
    >
  ) {
    const read = readArguments('FakeData', DEFAULTS as unknown as Required<FakeDataOptions<Out, Target>>, args);
    super(undefined, read.transform, read.targetTransform);
    this.size = countOf('FakeData', 'size', read.size);
    this.length = this.size;
    this.imageSize = wholeNumbers('FakeData', 'imageSize', read.imageSize, { min: 1 });
    if (this.imageSize.length !== 3) wholeNumber('FakeData', 'imageSize.length', this.imageSize.length, { min: 3, max: 3 });
    this.numClasses = countOf('FakeData', 'numClasses', read.numClasses, 1);
    this.randomOffset = wholeNumber('FakeData', 'randomOffset', read.randomOffset);
  }

  get(index: number): [Out, Target] {
    const i = checkIndex(index, this.length, 'FakeData');
    const generator = new Generator(i + this.randomOffset);
    const normal = randn(this.imageSize as number[], { generator });
    const label = item(randint(0, this.numClasses, [1], { generator }));
    // As PIL stores it; what is below 0 comes round from 255.
    const bytes = to(to(mul(normal, 255), 'int32'), 'uint8');
    const { transform, targetTransform } = this;
    const image = transform ? transformed(transform, toPilImage(bytes)) : div(to(bytes, 'float32'), 255);
    return [image as Out, (targetTransform ? transformed(targetTransform, label) : label) as Target];
  }
}
