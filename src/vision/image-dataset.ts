/** Labelled images in memory, kept as bytes: a batch is gathered, scaled and normalised by one kernel call. */

import { checkIndex, Dataset } from '../data/datasets/dataset.js';
import { withIndices } from '../data/datasets/with-indices.js';
import { check, kernels, loadedEngine, ptrAt } from '../engine/engine.js';
import type { Ptr } from '../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../errors.js';
import { slicesAt } from '../ops/gather/index-select.js';
import { contiguous } from '../ops/view/copy.js';
import { select } from '../ops/view/select.js';
import { readOptions, required } from '../tensor/arguments/arguments.js';
import { assertTensor } from '../tensor/arguments/checks.js';
import { classNameOf } from '../tensor/arguments/class-name.js';
import { show } from '../tensor/arguments/show.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { item } from '../tensor/values/transfer.js';

/** Mean and standard deviation of the pixels (0..1, or 0..255 where `scale` is false): one number for all channels, or one per channel. */
export interface Normalization {
  /** Subtracted, one number or one for each channel. */
  readonly mean: number | readonly number[];
  /** Divided by, one number or one for each channel. */
  readonly std: number | readonly number[];
}

/** The options of {@link ImageDataset}. */
export interface ImageOptions {
  /** Takes `mean` off and divides by `std`, channel by channel, after scaling. Default: none. */
  normalize?: Normalization;
  /** Divides by 255, as torchvision's ToTensor: pixels become 0..1. Default: true. */
  scale?: boolean;
}

/** Images with a label for each. */
export interface LabelledImages {
  /** [N, C, H, W], uint8. */
  readonly images: Tensor;
  /** [N], int64 (or int32). */
  readonly labels: Tensor;
}

/** @internal @throws {ArgumentError} for unknown options and values of the wrong kind. */
export function readImageOptions(op: string, options: unknown): { normalize: Normalization | undefined; scale: boolean } {
  const { normalize, scale } = readOptions('ImageDataset', { normalize: undefined as Normalization | undefined, scale: true }, options);
  if (normalize !== undefined) readOptions(`${op}: normalize`, { mean: required, std: required }, normalize);
  return { normalize, scale };
}

/**
 * Images and labels as a data set. Samples are `[image, label]`: float32 [C, H, W], and a number; batches are float32 [B, C, H, W] and
 * labels [B].
 * @throws {ShapeError} unless images are [N, C, H, W] and labels [N]. @throws {DTypeError} unless images are uint8 and labels whole numbers.
 * @example
 * const data = new ImageDataset({ images, labels }, { normalize: { mean: 0.1307, std: 0.3081 } });
 */
export class ImageDataset extends Dataset<[Tensor, number]> {
  static override readonly className: string = 'ImageDataset';
  /** The images [N, C, H, W], uint8. */
  readonly images: Tensor;
  /** The labels [N], int64. */
  readonly labels: Tensor;
  readonly length: number;
  /** [C, H, W]. */
  readonly imageShape: readonly number[];
  private readonly scale: boolean;
  private readonly mean: Float64Array | undefined;
  private readonly std: Float64Array | undefined;

  constructor(data: LabelledImages, options?: ImageOptions) {
    super();
    const { normalize, scale } = readImageOptions('ImageDataset', options);
    const { images, labels } = readOptions('ImageDataset', { images: required, labels: required }, data ?? {}) as LabelledImages;
    assertTensor('ImageDataset', 'images', images);
    assertTensor('ImageDataset', 'labels', labels);
    if (images.dtype !== 'uint8')
      throw new DTypeError(`ImageDataset: images are ${images.dtype}, expected uint8 (0..255). For tensors of floats use TensorDataset.`);
    if (images.ndim !== 4)
      throw new ShapeError(
        `ImageDataset: images have shape ${showShape(images.shape)}, expected [N, C, H, W]. For images of one channel insert it with unsqueeze(1).`,
      );
    if (labels.dtype !== 'int64' && labels.dtype !== 'int32')
      throw new DTypeError(`ImageDataset: labels are ${labels.dtype}, expected int64 or int32. Use labels.to('int64').`);
    if (labels.ndim !== 1 || labels.shape[0] !== images.shape[0]) {
      throw new ShapeError(
        `ImageDataset: labels have shape ${showShape(labels.shape)}, expected [${images.shape[0]}], one for each image (${showShape(images.shape)}).`,
      );
    }
    this.images = contiguous(images);
    this.labels = contiguous(labels);
    this.length = images.shape[0]!;
    this.imageShape = images.shape.slice(1);
    this.scale = scale;
    if (normalize !== undefined) {
      const { mean, std } = normalize;
      this.mean = this.perChannel(mean, 'mean');
      this.std = this.perChannel(std, 'std');
      if (this.std.some((s) => s === 0)) throw new ArgumentError('ImageDataset: normalize.std is 0, which would divide by zero.');
    }
  }

  /** Image `index`, ready for a model, and its label. */
  get(index: number): [Tensor, number] {
    const i = checkIndex(index, this.length, classNameOf(this));
    return [select(this.gatherImages([i]), 0, 0), item(select(this.labels, 0, i))];
  }

  /** Its batches are gathered for each call. */
  get makesFreshBatches(): boolean {
    return true;
  }

  /** Images `indices` [B, C, H, W] in float32, and their labels [B]. */
  getBatch(indices: readonly number[]): [Tensor, Tensor] {
    const labels = withIndices(indices, this.length, classNameOf(this), (index) => slicesAt(classNameOf(this), this.labels, 0, index));
    return [this.gatherImages(indices), labels];
  }

  private gatherImages(indices: readonly number[]): Tensor {
    const [channels, height, width] = this.imageShape as [number, number, number];
    const op = classNameOf(this);
    return withIndices(indices, this.length, op, (index) => {
      const out = emptyTensor([indices.length, channels, height, width], 'float32');
      if (out.numel() === 0) return out;
      const { host } = loadedEngine();
      const [to, from, at] = [out.ptr, this.images.ptr, index.ptr];
      let [mean, std]: [Ptr, Ptr] = [0, 0];
      if (this.mean && this.std) {
        const scratch = host.scratch();
        scratch.set(this.mean, 0);
        scratch.set(this.std, channels);
        mean = host.scratchPtr;
        std = ptrAt(host.scratchPtr, 8 * channels);
      }
      check(kernels.gatherImages(to, from, at, indices.length, this.length, channels, height * width, mean, std, this.scale ? 1 : 0), op);
      return out;
    });
  }

  private perChannel(value: number | readonly number[], name: string): Float64Array {
    if (typeof value !== 'number' && !Array.isArray(value))
      throw new ArgumentError(`ImageDataset: normalize.${name} is ${show(value)}, expected a number, or one per channel.`);
    const channels = this.imageShape[0]!;
    const values = typeof value === 'number' ? new Float64Array(channels).fill(value) : Float64Array.from(value);
    if (values.length !== channels)
      throw new ArgumentError(
        `ImageDataset: normalize.${name} has ${values.length} numbers, the images have ${channels} channels. Give one number, or one per channel.`,
      );
    if (!values.every(Number.isFinite))
      throw new ArgumentError(`ImageDataset: normalize.${name} is [${values.join(', ')}], expected finite numbers.`);
    if (channels > 256) throw new ArgumentError(`ImageDataset: normalize takes images of at most 256 channels, these have ${channels}.`);
    return values;
  }
}
