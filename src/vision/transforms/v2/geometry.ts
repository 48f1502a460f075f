/** Transforms of places as v2 draws and prints them. */
import { ArgumentError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import { drawInt } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { Pad as PadV1, sidesOf } from '../geometry/pad.js';
import { type RandomCropParams, RandomCrop as RandomCropV1 } from '../geometry/random-crop.js';

/** A number as it is, a list in brackets. */
const listText = (value: number | readonly number[]) => (typeof value === 'number' ? String(value) : `[${value.join(', ')}]`);

/**
 * Puts margins around an image, its masks, boxes and points.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Pad.html
 * @example
 * new transforms.v2.Pad([1, 2]).forward(rand(3, 5, 7)).shape; // [3, 9, 9]
 */
export class Pad extends PadV1 {
  static override readonly className: string = 'Pad';
  protected override extraRepr(): string {
    return `padding=${listText(this.padding)}, fill=${tupleText(this.fill)}, padding_mode=${this.paddingMode}`;
  }
}

/**
 * Cuts a part out of an image, its masks, boxes and points, at a place that is drawn: the top, then the left, each only where there is a choice.
 * @throws {ArgumentError} for values that cannot be meant, and an image smaller than the size.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomCrop.html
 * @example
 * new transforms.v2.RandomCrop(32, { padding: 4 }).forward(rand(3, 32, 32)).shape; // [3, 32, 32]
 */
export class RandomCrop extends RandomCropV1 {
  static override readonly className: string = 'RandomCrop';
  override makeParams(inputs: readonly ImageLike[]): RandomCropParams {
    const op = classNameOf(this);
    const [height, width] = this.size;
    let [h, w] = querySize(op, inputs);
    let [left, top, right, bottom] = this.padding === null ? [0, 0, 0, 0] : sidesOf(op, this.padding);
    [h, w] = [h + top + bottom, w + left + right];
    const [tall, wide] = this.padIfNeeded ? [Math.max(height - h, 0), Math.max(width - w, 0)] : [0, 0];
    [left, top, right, bottom] = [left + wide, top + tall, right + wide, bottom + tall];
    [h, w] = [h + 2 * tall, w + 2 * wide];
    if (h < height || w < width)
      throw new ArgumentError(
        `${op}: size is [${height}, ${width}], larger than the image [${h}, ${w}]. Pass padIfNeeded: true, or resize the image first.`,
      );
    const none = left === 0 && top === 0 && right === 0 && bottom === 0;
    const margins = none ? [] : [[left, top, right, bottom] as const];
    const row = h > height ? drawInt(0, h - height + 1) : 0;
    const column = w > width ? drawInt(0, w - width + 1) : 0;
    return { margins, top: row, left: column };
  }

  protected override extraRepr(): string {
    const padding =
      this.padding === null || this.padding === 0 ? '' : `padding=${listText(inTorchOrder(sidesOf(classNameOf(this), this.padding)))}, `;
    const fill = `fill=${tupleText(this.fill)}, padding_mode=${this.paddingMode}`;
    return `size=${tupleText(this.size)}, ${padding}pad_if_needed=${pythonBool(this.padIfNeeded)}, ${fill}`;
  }
}

/** Left, right, top, bottom. */
const inTorchOrder = ([left, top, right, bottom]: readonly [number, number, number, number]) => [left, right, top, bottom];
