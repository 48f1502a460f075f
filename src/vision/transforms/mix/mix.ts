/** What MixUp and CutMix have in common: each sample of a batch is mixed with the one before it, and so are their labels. */
import { ArgumentError, DTypeError, IndexError, ShapeError, showShape } from '../../../errors.js';
import { indicesOf, rangeOf } from '../../../nn/embedding/lookup.js';
import { oneHot } from '../../../nn/embedding/one-hot.js';
import { add, mul } from '../../../ops/elementwise/binary.js';
import { roll } from '../../../ops/join/flip.js';
import { to } from '../../../ops/view/copy.js';
import { above, countOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { describe } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { Image as EightBitImage } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { type LabelsGetter, labelsBy, readLabelsGetter, valuesOf, withValues } from '../base/sample.js';
import { Transform } from '../base/transform.js';
import { BoundingBoxes, KeyPoints, Mask, TVTensor, Video, wrap } from '../base/tv-tensors.js';

/** The options of MixUp, and of CutMix. */
export interface MixOptions {
  /** Both parameters of the Beta distribution from which the share is drawn. Default: 1, all shares alike. */
  alpha?: number;
  /** How many classes there are; not needed where labels are probabilities [N, classes] already. */
  numClasses?: number | null;
  /** Where the labels are. Default: 'default', the second value of the batch. */
  labelsGetter?: LabelsGetter;
}

/** @internal */
export const MIX_DEFAULTS = { alpha: 1, numClasses: null, labelsGetter: undefined };

/** @internal The base of MixUp and CutMix. */
export abstract class Mix<Params> extends Transform<Params> {
  /** Both parameters of the Beta distribution from which the share is drawn. */
  readonly alpha: number;
  /** How many classes there are; null where labels are probabilities. */
  readonly numClasses: number | null;
  /** Where the labels are. */
  readonly labelsGetter: LabelsGetter;

  constructor(options: { alpha: number; numClasses: unknown; labelsGetter: unknown }) {
    super();
    const op = classNameOf(new.target);
    const { alpha, numClasses, labelsGetter } = options;
    this.alpha = above(op, 'alpha', alpha, 0);
    this.numClasses = numClasses === null ? null : countOf(op, 'numClasses', numClasses, 1);
    this.labelsGetter = readLabelsGetter(op, labelsGetter === undefined ? 'default' : labelsGetter);
  }

  protected override run(samples: readonly unknown[]): unknown {
    const op = classNameOf(this);
    const sample = samples.length > 1 ? samples : samples[0];
    const values = valuesOf(sample);
    const unfit = values.find(
      (v) => v instanceof EightBitImage || v instanceof BoundingBoxes || v instanceof Mask || v instanceof KeyPoints,
    );
    if (unfit !== undefined)
      throw new ArgumentError(
        `${op}: images of 8 bits, boxes, masks and points cannot be mixed. Pass a batch of image tensors and labels.`,
      );
    const labels = this.checkedLabels(op, labelsBy(op, this.labelsGetter, sample));
    const taken = this.taken(values);
    const images = values.filter((value, i) => taken[i] && value !== labels) as Tensor[];
    for (const image of images) assertBatch(op, image, labels.shape[0]!);
    const params = this.makeParams(images);
    const out = values.map((value, i) => {
      if (value === labels) return this.mixedLabels(labels, this.share(params));
      return taken[i] ? this.transform(value as Tensor, params) : value;
    });
    return withValues(sample, out);
  }

  abstract override transform<I extends ImageLike>(images: I, params: Params): I;

  /** @internal How much of each label stays. */
  protected abstract share(params: Params): number;

  private checkedLabels(op: string, labels: unknown): Tensor {
    const { numClasses } = this;
    if (!(labels instanceof Tensor) || labels instanceof TVTensor)
      throw new ArgumentError(`${op}: the labels are ${describe(labels)}, expected a Tensor. Pass [images, labels], or a labelsGetter.`);
    if (labels.ndim !== 1 && labels.ndim !== 2)
      throw new ShapeError(`${op}: labels have shape ${showShape(labels.shape)}, expected [N], or probabilities [N, classes].`);
    if (labels.ndim === 1 && numClasses === null)
      throw new ArgumentError(`${op}: numClasses is missing, which labels of shape [N] need. Pass { numClasses }.`);
    if (labels.ndim === 1 && labels.dtype !== 'int64' && labels.dtype !== 'int32')
      throw new DTypeError(`${op}: labels of shape [N] are ${labels.dtype}, expected int64 or int32. Use labels.to('int64').`);
    if (labels.ndim === 1) {
      const range = rangeOf(indicesOf(op, labels), op);
      const outside = range?.find((label) => label < 0 || label >= numClasses!);
      if (outside !== undefined)
        throw new IndexError(
          `${op}: label ${outside} is outside 0 to ${numClasses! - 1}. Labels run from 0; numClasses (${numClasses}) is how many there are.`,
        );
    }
    if (labels.ndim === 2 && numClasses !== null && labels.shape[1] !== numClasses)
      throw new ShapeError(`${op}: labels have shape ${showShape(labels.shape)}, but numClasses is ${numClasses}. Leave numClasses out.`);
    return labels;
  }

  private mixedLabels(labels: Tensor, share: number): Tensor {
    const rows = labels.ndim === 1 ? oneHot(labels, this.numClasses!) : labels;
    return mixed(isFloating(rows.dtype) ? rows : to(rows, 'float32'), share);
  }

  protected override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}${this.numClasses === null ? '' : `, num_classes=${this.numClasses}`}`;
  }
}

function assertBatch(op: string, images: Tensor, count: number): void {
  const dims = images instanceof Video ? 5 : 4;
  if (images.ndim !== dims)
    throw new ShapeError(
      `${op}: images have shape ${showShape(images.shape)}, expected a batch [N, ${dims === 5 ? 'T, ' : ''}C, H, W]. Use it behind the DataLoader, or as its collate.`,
    );
  if (images.shape[0] !== count) throw new ShapeError(`${op}: there are ${images.shape[0]} images, but ${count} labels.`);
}

/** @internal `share` of each row, and the rest of the one before it. */
export const mixed = (x: Tensor, share: number): Tensor => add(mul(roll(x, 1, 0), 1 - share), mul(x, share));

/** @internal What became of a tensor, as one of its kind. */
export const alike = <I extends ImageLike>(out: Tensor, like: I): I =>
  (like instanceof TVTensor ? wrap(out, { like }) : out) as ImageLike as I;
