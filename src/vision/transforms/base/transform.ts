/**
 * The base of transforms, in torchvision v2's shape. A transform is three methods:
 *
 * - `makeParams(inputs)` draws what is random about one sample, once. It sees the inputs that will be transformed, for their sizes, and gives
 *   plain data, so that a whole batch can be made of many draws. What draws nothing leaves it out: its params are undefined.
 * - `transform(input, params)` applies the params to one input. It is called for each input of the sample that the transform takes.
 * - `forward(sample)` takes the sample apart (a value; several; lists and plain objects of them, nested), draws, transforms each input and puts
 *   the sample together again: image, mask, boxes and points move together. Nobody overrides it.
 *
 * What is an input follows torchvision: images of 8 bits and tensors of `tvTensors` always are; of plain tensors only the first is, and
 * none where the sample has an explicit image (an `Image`, `tvTensors.Image` or `tvTensors.Video`): labels pass. So does everything else.
 *
 * **Kinds.** What an operation does with each kind of input stands in one table beside its function, a {@link Kinds} (kinds.ts):
 *
 * ```ts
 * const FLIP: Kinds<[]> = {
 *   image: (op, image) => image.transpose('flipLeftRight'),
 *   tensor: (op, x) => flip(x, [-1]),           // plain tensors, tvTensors.Image and tvTensors.Video
 *   mask: (op, mask) => flip(mask, [-1]),       // results of tensors are wrapped as what they were made of
 *   boxes: (op, boxes) => …,                    // a plain tensor keeps format and canvas; else give wrap(x, { like: boxes, canvasSize })
 *   keypoints: (op, points) => …,
 * };
 * export function hflip<I extends ImageLike>(image: I): I {
 *   return byKind('hflip', FLIP, image);        // a kind that the table leaves out is an error
 * }
 * // In the class; a kind that the table leaves out passes as it is, as boxes do where colours change:
 * transform<I extends ImageLike>(input: I): I {
 *   return this.byKind(FLIP, input);
 * }
 * ```
 *
 * Sizes of a sample's inputs: `querySize`, `queryChw` (kinds.ts). Single numbers: `draws.ts`. With probability p: {@link RandomTransform}. Boxes in
 * another format: `inFormat` (boxes/format.ts); cut at the edge of their canvas, as every transform does that moves them: `clampBoxes` (boxes/clamp.ts).
 */
import { type Arguments, readArguments, tooMany } from '../../../tensor/arguments/arguments.js';
import { probability } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { Tensor } from '../../../tensor/tensor.js';
import { Image } from '../../image/image.js';
import type { Choice, SizeRule } from '../batch/rules.js';
import { drawRand } from './draws.js';
import { probabilityText, type Result, type Same } from './functions.js';
import { assertEitherKind, type ImageLike } from './image-like.js';
import { byKindOrPass, type Kinds } from './kinds.js';
import { isNested, valuesOf, withValues } from './sample.js';
import { isExplicitImage, TVTensor } from './tv-tensors.js';

/**
 * The base of transforms: a class of your own gives `transform`, and `makeParams` where it draws. `forward` makes a new sample, and leaves the
 * one it is given as it is.
 * @typeParam Params what `makeParams` draws. @typeParam To what inputs become: `'same'`, the default, stays the kind that it was.
 * @see https://docs.pytorch.org/vision/stable/auto_examples/transforms/plot_custom_transforms.html
 * @example
 * class AddNoise extends transforms.Transform<number> {
 *   override makeParams() {
 *     return rand(1).item();
 *   }
 *   transform(image: Tensor, strength: number) {
 *     return image.add(randnLike(image).mul(strength));
 *   }
 * }
 * new AddNoise().forward([rand(3, 4, 4), 7]).length; // 2
 */
export abstract class Transform<Params = undefined, To = Same> {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Transform';

  /** @internal Of those that a batch does image by image, by the very class; see batch/rules.ts. */
  declare static readonly batchedSize?: SizeRule;
  /** @internal As `batchedSize`, of containers. */
  declare static readonly batchedChoice?: Choice;

  /** What inputs become, for the types alone: it has no value. */
  declare readonly resultOf?: To;

  constructor() {
    // For classes that take no arguments and have no constructor of their own.
    if (arguments.length > 0) tooMany(classNameOf(new.target), 0, arguments);
  }

  /** Draws what is random about one sample. `inputs` are those that will be transformed. */
  makeParams(_inputs: readonly ImageLike[]): Params {
    return undefined as Params;
  }

  /** One input after the transform, as `params` say. */
  abstract transform(input: never, params: Params): unknown;

  /** A sample of several values, in a list, after the transform: one draw for all. */
  forward<Sample extends readonly [unknown, unknown, ...unknown[]]>(
    ...sample: Sample
  ): { -readonly [K in keyof Sample]: Result<Sample[K], To> };
  /**
   * A sample after the transform: an image, or lists and objects of images, masks, boxes, points and whatever else, which stays as it is.
   * @throws {ArgumentError} for a single value that is neither a tensor nor an image.
   */
  forward<Sample>(sample: Sample): Result<Sample, To>;
  forward(...sample: readonly unknown[]): unknown {
    return this.run(sample);
  }

  /** @internal What `forward` does: samples are its arguments. */
  protected run(samples: readonly unknown[]): unknown {
    const sample = samples.length > 1 ? samples : samples[0];
    const values = isNested(sample) ? valuesOf(sample) : [sample];
    if (values[0] === sample && !this.takes(sample)) assertEitherKind(classNameOf(this), sample);
    this.checkInputs(values);
    const taken = this.taken(values);
    const params = this.makeParams(values.filter((_, i) => taken[i]) as ImageLike[]);
    const out = values.map((value, i) => (taken[i] ? this.transform(value as never, params) : value));
    return values[0] === sample ? out[0] : withValues(sample, out);
  }

  /** Refuses values of a sample that the transform cannot do with. */
  protected checkInputs(_values: readonly unknown[]): void {}

  /** Whether the transform takes a value of this kind at all; other values pass through unchanged. */
  protected takes(value: unknown): boolean {
    return value instanceof Tensor || value instanceof Image;
  }

  /** @internal Which values are transformed: see the head of this file. */
  protected taken(values: readonly unknown[]): boolean[] {
    let plain = !values.some(isExplicitImage);
    return values.map((value) => {
      if (!this.takes(value)) return false;
      if (!(value instanceof Tensor) || value instanceof TVTensor) return true;
      if (!plain) return false;
      plain = false;
      return true;
    });
  }

  /** @internal An operation on one input of any kind; a kind that it does not know passes. */
  protected byKind<I extends ImageLike, Args extends readonly unknown[]>(kinds: Kinds<Args>, input: I, ...args: Args): I {
    return byKindOrPass(classNameOf(this), kinds, input, ...args);
  }

  /** @internal What stands between the parentheses of the text. */
  protected extraRepr(): string {
    return '';
  }

  /** torchvision's text: `RandomHorizontalFlip(p=0.5)`. */
  toString(): string {
    return `${classNameOf(this)}(${this.extraRepr()})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** @internal The options that transforms with a probability have at least. */
export interface RandomTransformOptions {
  /** How likely a sample is transformed. Default: 0.5. */
  p?: number;
}

/**
 * @internal A transform that is applied with probability `p`: one number is drawn for that, then what `drawParams` draws. Params are null where
 * nothing is to be done.
 */
export abstract class RandomTransform<Params = true> extends Transform<Params | null> {
  /** How likely a sample is transformed. */
  readonly p: number;

  constructor(p: number) {
    super();
    this.p = probability(classNameOf(new.target), 'p', p);
  }

  override makeParams(inputs: readonly ImageLike[]): Params | null {
    // A number of float32 is compared with p as float32, as in PyTorch.
    return drawRand() < Math.fround(this.p) ? this.drawParams(inputs) : null;
  }

  transform<I extends ImageLike>(input: I, params: Params | null): I {
    return params === null ? input : this.applied(input, params);
  }

  /** What is drawn for a sample that is transformed; null where nothing fits it. */
  protected drawParams(_inputs: readonly ImageLike[]): Params | null {
    return true as Params;
  }

  /** The input of a sample that is transformed. */
  protected abstract applied<I extends ImageLike>(input: I, params: Params): I;

  protected override extraRepr(): string {
    return `p=${probabilityText(this.p)}`;
  }
}

/** @internal Reads p where it is the only option. */
export const readProbability = (op: string, args: Arguments<RandomTransformOptions, [p: 'p']>): number =>
  readArguments(op, { p: 0.5 }, args).p;
