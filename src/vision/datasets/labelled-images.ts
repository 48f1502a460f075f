/** Data sets whose images lie in memory as bytes, with a target for each. */
import { checkIndex } from '../../data/datasets/dataset.js';
import { withIndices } from '../../data/datasets/with-indices.js';
import { collateBy } from '../../data/loader/collate.js';
import { numberRuleOf } from '../../data/number-rule.js';
import { ArgumentError, FormatError } from '../../errors.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { select } from '../../ops/view/select.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { item, toTypedArray } from '../../tensor/values/transfer.js';
import { Image } from '../image/image.js';
import { ImageDataset, type ImageOptions } from '../image-dataset.js';
import { type TransformOf, transformed } from '../transforms/base/functions.js';
import { Program } from '../transforms/batch/program.js';
import { VisionDataset } from './vision-dataset.js';

/** @internal The options that all of them have. */
export interface LabelledImageDatasetOptions<Out, Target> extends ImageOptions {
  /**
   * Makes what `get` gives of an image: the transform gets an {@link Image}, grey or RGB, as torchvision's gets PIL's. Default: what
   * ToTensor makes of it, float32 [C, H, W] of 0..1; batches of that are made by one kernel call, with `normalize` or without.
   */
  transform?: TransformOf<Image, Out> | null;
  /** Makes the target that `get` gives out of the number of the class. Default: that number. */
  targetTransform?: TransformOf<number, Target> | null;
}

/** @internal Their defaults; normalize has none. */
export const LABELLED_DEFAULTS = { transform: null, targetTransform: null, normalize: undefined, scale: true };

/** @internal What a data set of this kind reads before it is made. */
export interface Loaded {
  /** uint8 [N, C, H, W]. */
  readonly images: Tensor;
  /** The classes' numbers, int64 [N]. */
  readonly labels: Tensor;
}

/** Images in memory, with the number of its class for each: what {@link MNIST} and {@link CIFAR10} have in common. */
export abstract class LabelledImageDataset<Out = Tensor, Target = number> extends VisionDataset<Out, Target> {
  static override readonly className: string = 'LabelledImageDataset';
  readonly length: number;
  /** The names of the classes, by number. */
  abstract readonly classes: readonly string[];
  /** @internal Images and labels as they lie in memory. */
  protected readonly stored: ImageDataset;

  constructor(root: string | undefined, loaded: Loaded, options: LabelledImageDatasetOptions<Out, Target>) {
    const { transform, targetTransform, normalize, scale } = options;
    super(root, transform, targetTransform);
    if (this.transform !== undefined && (normalize !== undefined || scale === false))
      throw new ArgumentError(
        `${classNameOf(new.target)}: ${normalize === undefined ? 'scale' : 'normalize'} is for images without a transform, and there is one. Put new transforms.${normalize === undefined ? 'PILToTensor()' : 'Normalize(mean, std)'} into it instead.`,
      );
    this.stored = new ImageDataset(loaded, { ...(normalize && { normalize }), ...(scale !== undefined && { scale }) });
    this.length = this.stored.length;
  }

  /**
   * Batches of images [B, C, H, W] and labels at once: where no transform is set, and where all that are set are Hone's own and make tensors
   * of one size. Their random numbers are those of image by image.
   */
  get getBatch(): ((indices: readonly number[]) => [Tensor, Tensor]) | undefined {
    const { prototype } = LabelledImageDataset;
    if (this.get !== prototype.get || this.imageAt !== prototype.imageAt) return undefined;
    if (this.transform !== undefined) return this.transformedBatch(this.transform);
    return this.targetTransform === undefined ? (indices) => this.stored.getBatch(indices) : undefined;
  }

  /** Its batches are gathered for each call. */
  get makesFreshBatches(): boolean {
    return true;
  }

  /** `getBatch` by way of a transform; undefined where it has to be done image by image. */
  private transformedBatch(transform: object): ((indices: readonly number[]) => [Tensor, Tensor]) | undefined {
    const { images, labels } = this.stored;
    const [channels, height, width] = images.shape.slice(1) as [number, number, number];
    const program = Program.of(transform, channels === 1 ? 'L' : 'RGB');
    const sizes = program?.sizes([height, width]);
    if (!program || !sizes) return undefined;
    const op = classNameOf(this);
    // Targets that are labels are gathered, others are made one by one, each after the draws for its image.
    const plain = this.targetTransform === undefined && this.targetOf === LabelledImageDataset.prototype.targetOf;
    const collated = (targets: readonly Target[]) =>
      collateBy(
        numberRuleOf(this),
        targets.map((target) => [0, target]),
      )[1] as Tensor;
    return (indices) =>
      withIndices(indices, this.length, op, (index) => {
        const targets: Target[] = [];
        const batch = program.run(op, { images, last: false }, index, indices.length, sizes, (i) => {
          if (!plain) targets.push(this.targetOf(indices[i]!));
        });
        return [batch, plain ? slicesAt(op, labels, 0, index) : collated(targets)];
      });
  }

  /** The numbers of the classes by name. */
  get classToIdx(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]));
  }

  get(index: number): [Out, Target] {
    const i = checkIndex(index, this.length, classNameOf(this));
    const { transform } = this;
    const image = transform ? transformed(transform, this.imageAt(i)) : this.stored.get(i)[0];
    return [image as Out, this.targetOf(i)];
  }

  /** @internal Image `i` as transforms get it: pixel by pixel, of what lies in memory channel by channel. */
  protected imageAt(i: number): Image {
    const { images } = this.stored;
    const [channels, height, width] = images.shape.slice(1) as [number, number, number];
    const planes = toTypedArray(select(images, 0, i)) as Uint8Array;
    if (channels === 1) return new Image('L', [width, height], planes);
    const image = new Image('RGB', [width, height]);
    const count = width * height;
    for (let pixel = 0, at = 0; pixel < count; pixel++)
      for (let from = pixel; from < planes.length; from += count) image.data[at++] = planes[from]!;
    return image;
  }

  /** @internal The target of sample `i`, after its transform. */
  protected targetOf(i: number): Target {
    const label = item(select(this.stored.labels, 0, i));
    return this.targetTransform ? transformed(this.targetTransform, label) : (label as Target);
  }
}

/** Throws unless labels are as many as images, and each is the number of a class. `source` names the file. */
export function checkLabels(op: string, { images, labels }: Loaded, classes: number, source: string): void {
  if (labels.shape[0] !== images.shape[0])
    throw new FormatError(
      `${op}: ${source} holds ${labels.shape[0]} labels, but there are ${images.shape[0]} images. One of the two is not of this data set.`,
    );
  const values = toTypedArray(labels) as BigInt64Array;
  const wrong = values.findIndex((label) => label < 0n || label >= BigInt(classes));
  if (wrong >= 0)
    throw new FormatError(
      `${op}: label ${wrong} of ${source} is ${values[wrong]}, expected 0 to ${classes - 1}. The file is not of this data set, or damaged.`,
    );
}
