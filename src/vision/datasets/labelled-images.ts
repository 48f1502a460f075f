/** Data sets whose images lie in memory as bytes, with a target for each. */
import { checkIndex } from '../../data/datasets/dataset.js';
import { FormatError } from '../../errors.js';
import { select } from '../../ops/view/select.js';
import type { Tensor } from '../../tensor/tensor.js';
import { item, toTypedArray } from '../../tensor/values/transfer.js';
import { ImageDataset, type ImageOptions } from '../image-dataset.js';
import { type TransformOf, transformed } from '../transforms/transform.js';
import { VisionDataset } from './vision-dataset.js';

/** @internal The options that all of them have. */
export interface LabelledImageDatasetOptions<Image, Target> extends ImageOptions {
  /**
   * Makes the image that `get` gives out of the 8-bit image, a uint8 tensor [C, H, W]. Default: what ToTensor makes of it, float32 of
   * 0..1; batches of that are made by one kernel call, with `normalize` or without.
   */
  transform?: TransformOf<Tensor, Image> | null;
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
export abstract class LabelledImageDataset<Image = Tensor, Target = number> extends VisionDataset<Image, Target> {
  static override readonly className: string = 'LabelledImageDataset';
  readonly length: number;
  /** The names of the classes, by number. */
  abstract readonly classes: readonly string[];
  /** Batches of float32 [B, C, H, W] and labels [B] at once, where no transform is set. */
  readonly getBatch?: (indices: readonly number[]) => [Tensor, Tensor];
  /** @internal Images and labels as they lie in memory. */
  protected readonly stored: ImageDataset;

  constructor(root: string | undefined, loaded: Loaded, options: LabelledImageDatasetOptions<Image, Target>) {
    const { transform, targetTransform, normalize, scale } = options;
    super(root, transform, targetTransform);
    const stored = new ImageDataset(loaded, { ...(normalize && { normalize }), ...(scale !== undefined && { scale }) });
    this.stored = stored;
    this.length = stored.length;
    if (this.transform === undefined && this.targetTransform === undefined) this.getBatch = (indices) => stored.getBatch(indices);
  }

  /** The numbers of the classes by name. */
  get classToIdx(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]));
  }

  get(index: number): [Image, Target] {
    const i = checkIndex(index, this.length, 'get');
    const { transform } = this;
    const image = transform ? transformed(transform, select(this.stored.images, 0, i)) : this.stored.get(i)[0];
    return [image as Image, this.targetOf(i)];
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
