/** Transforms of transforms: one after the other, at random, or in random order; and any function as a transform. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, atLeast, probability, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../tensor/arguments/python-text.js';
import { rand } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import { pythonRandom } from './python-random.js';
import { checkTransform, type ImageLike, probabilityText, Transform, type TransformOf, transformed, transformText } from './transform.js';

/** Transforms in order: functions, and objects with `forward`. */
export type Transforms = readonly TransformOf<never, unknown>[];

/** What comes out of transforms for what goes in: those that take both kinds of image give the kind that they were given. */
export type OutputOf<List extends Transforms, In> = List extends readonly [infer First, ...infer Rest extends Transforms]
  ? OutputOf<Rest, After<First, In>>
  : List extends readonly []
    ? In
    : ImageLike;

type After<T, In> = T extends { forward<I extends ImageLike>(image: I): I }
  ? In
  : T extends { forward(image: never): infer Out }
    ? Out
    : T extends (image: never) => infer Out
      ? Out
      : never;

/** A copy of the list. @throws {ArgumentError} for anything but a list of transforms. */
function readTransforms(op: string, value: unknown): Transforms {
  if (!Array.isArray(value))
    throw unexpected(op, 'transforms', value, 'a list of transforms', value instanceof Transform ? `Write ${op}([…]).` : undefined);
  value.forEach((transform: unknown, i) => {
    if (checkTransform(op, `transforms[${i}]`, transform as TransformOf<never, unknown>) === undefined)
      throw unexpected(op, `transforms[${i}]`, transform, 'a transform');
  });
  return [...value] as unknown as Transforms;
}

const applied = (transforms: Transforms, image: unknown) =>
  transforms.reduce((out: unknown, transform) => transformed(transform, out), image);

/** The text of transforms one below the other. torchvision moves the first line of each only, and so does this. */
const listed = (transforms: Transforms) => transforms.map((transform) => `\n    ${transformText(transform)}`).join('');

/** The options of {@link Compose}. */
export interface ComposeOptions<List extends Transforms = Transforms> {
  /** The transforms, in order. */
  transforms: List;
}

/**
 * Transforms one after the other.
 * @throws {ArgumentError} for anything but a transform: a function, or an object with `forward`.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Compose.html
 * @example
 * const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.25])]);
 * transform.forward(new Image('L', [2, 1], Uint8Array.of(255, 255))); // [[[2, 2]]]
 */
export class Compose<const List extends Transforms = Transforms> extends Transform {
  static override readonly className: string = 'Compose';
  /** The transforms, in order. */
  readonly transforms: List;

  constructor(...args: [transforms: List] | [options: ComposeOptions<List>]) {
    super();
    const op = classNameOf(new.target);
    const { transforms } = readArguments<{ transforms: unknown }>(op, { transforms: required }, args);
    this.transforms = readTransforms(op, transforms) as List;
  }

  forward<I>(image: I): OutputOf<List, I> {
    return applied(this.transforms, image) as OutputOf<List, I>;
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }
}

/** The options of {@link Lambda}. */
export interface LambdaOptions<In = Tensor, Out = unknown> {
  /** The function. */
  lambd: (image: In) => Out;
}

/**
 * Any function as a transform.
 * @throws {ArgumentError} unless it is a function.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Lambda.html
 * @example
 * new transforms.Lambda((x: Tensor) => x.mul(2)).forward(ones([2])); // [2, 2]
 */
export class Lambda<In = Tensor, Out = unknown> extends Transform {
  static override readonly className: string = 'Lambda';
  /** The function. */
  readonly lambd: (image: In) => Out;

  constructor(...args: Arguments<LambdaOptions<In, Out>, [lambd: 'lambd']>) {
    super();
    const op = classNameOf(new.target);
    const { lambd } = readArguments<{ lambd: unknown }>(op, { lambd: required }, args);
    assertFunction(op, 'lambd', lambd);
    this.lambd = lambd as (image: In) => Out;
  }

  forward(image: In): Out {
    return this.lambd(image);
  }
}

/** The options of {@link RandomApply}. */
export interface RandomApplyOptions {
  /** The transforms, in order. */
  transforms: Transforms;
  /** How likely they are applied. Default: 0.5. */
  p?: number;
}

/**
 * Transforms one after the other with probability `p`, none of them otherwise; one number is drawn for all.
 * @throws {ArgumentError} for anything but a transform, and unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomApply.html
 * @example
 * new transforms.RandomApply([new transforms.Pad(1)], 1).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomApply extends Transform {
  static override readonly className: string = 'RandomApply';
  /** The transforms, in order. */
  readonly transforms: Transforms;
  /** How likely they are applied. */
  readonly p: number;

  constructor(...args: Arguments<RandomApplyOptions, [transforms: 'transforms', p: 'p']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms, p } = readArguments<{ transforms: unknown; p: number }>(op, { transforms: required, p: 0.5 }, args);
    this.transforms = readTransforms(op, transforms);
    this.p = probability(op, 'p', p);
  }

  forward<I extends ImageLike>(image: I): I {
    return Math.fround(this.p) < item(rand(1)) ? image : (applied(this.transforms, image) as I);
  }

  protected override extraRepr(): string {
    return `\n    p=${probabilityText(this.p)}${listed(this.transforms)}\n`;
  }
}

/** The options of {@link RandomOrder}. */
export interface RandomOrderOptions {
  /** The transforms. */
  transforms: Transforms;
}

/**
 * All transforms, in an order that Python's `random` draws; `manualSeed(s)` seeds it as `random.seed(s)` does.
 * @throws {ArgumentError} for anything but a transform.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomOrder.html
 * @example
 * new transforms.RandomOrder([new transforms.Pad(1), new transforms.CenterCrop(4)]).forward(rand(3, 5, 7)).ndim; // 3
 */
export class RandomOrder extends Transform {
  static override readonly className: string = 'RandomOrder';
  /** The transforms. */
  readonly transforms: Transforms;

  constructor(...args: Arguments<RandomOrderOptions, [transforms: 'transforms']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms } = readArguments<{ transforms: unknown }>(op, { transforms: required }, args);
    this.transforms = readTransforms(op, transforms);
  }

  forward<I extends ImageLike>(image: I): I {
    const { transforms } = this;
    return applied(
      pythonRandom()
        .order(transforms.length)
        .map((i) => transforms[i]!),
      image,
    ) as I;
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }
}

/** The options of {@link RandomChoice}. */
export interface RandomChoiceOptions {
  /** The transforms. */
  transforms: Transforms;
  /** How likely each of them is, in proportion. Default: all alike. */
  p?: readonly number[] | null;
}

/**
 * One of the transforms, which Python's `random` draws; `manualSeed(s)` seeds it as `random.seed(s)` does.
 * @throws {ArgumentError} for anything but a transform, weights of another number, and weights that are all 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomChoice.html
 * @example
 * new transforms.RandomChoice([new transforms.Pad(1), new transforms.Pad(2)], [1, 0]).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomChoice extends Transform {
  static override readonly className: string = 'RandomChoice';
  /** The transforms. */
  readonly transforms: Transforms;
  /** How likely each of them is, in proportion. */
  readonly p: readonly number[] | null;

  constructor(...args: Arguments<RandomChoiceOptions, [transforms: 'transforms', p: 'p']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms, p } = readArguments<{ transforms: unknown; p: unknown }>(op, { transforms: required, p: null }, args);
    this.transforms = readTransforms(op, transforms);
    const count = this.transforms.length;
    if (count === 0) throw new ArgumentError(`${op}: transforms is an empty list, expected one at least to choose.`);
    if (p !== null && (!Array.isArray(p) || p.length !== count))
      throw unexpected(op, 'p', p, `${count} number${count === 1 ? '' : 's'}, one for each transform`);
    this.p = p === null ? null : (p as unknown[]).map((weight, i) => atLeast(op, `p[${i}]`, weight, 0));
    if (this.p?.every((weight) => weight === 0)) throw unexpected(op, 'p', p, 'a number above 0 among them');
  }

  forward<I extends ImageLike>(image: I): I {
    const { transforms, p } = this;
    return transformed(transforms[pythonRandom().choice(transforms.length, p)]!, image) as I;
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }

  override toString(): string {
    return `${super.toString()}(p=${this.p === null ? 'None' : `[${this.p.map((p) => (Number.isInteger(p) ? p : pythonFloat(p))).join(', ')}]`})`;
  }
}
