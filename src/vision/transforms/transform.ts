/** What all transforms of images share: their base, functions beside them, and torchvision's text. */
import { unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../tensor/arguments/python-text.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Image } from '../image.js';

/** What transforms take: a tensor [..., C, H, W], or an image of 8 bits. */
export type ImageLike = Tensor | Image;

/** What makes an `Out` of an `In`: a function, or an object with `forward`, as modules have it. */
export type TransformOf<In, Out> = ((value: In) => Out) | { forward(value: In): Out };

/** The base of transforms: `forward` makes a new image, and leaves the one it is given as it is. */
export abstract class Transform {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Transform';

  /** The image after the transform. */
  abstract forward(image: never): unknown;

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

/** @internal A value after its transform. */
export function transformed<In, Out>(transform: TransformOf<never, Out>, value: In): Out {
  return (typeof transform === 'function' ? transform(value as never) : transform.forward(value as never)) as Out;
}

/** @internal @throws {ArgumentError} for what neither is a function nor has `forward`; null and undefined stand for none. */
export function checkTransform<Out>(
  op: string,
  name: string,
  value: TransformOf<never, Out> | null | undefined,
): TransformOf<never, Out> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'function' || (typeof value === 'object' && typeof value.forward === 'function')) return value;
  throw unexpected(op, name, value, 'a function, or an object with forward(image)');
}

/** @internal As a transform shows itself; a function by its name, or by its text where it has none. */
export function transformText(transform: object): string {
  const plain = transform.toString === Function.prototype.toString || transform.toString === Object.prototype.toString;
  if (!plain) return String(transform);
  return typeof transform === 'function' ? transform.name || shortened(String(transform)) : classNameOf(transform);
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/\s+/g, ' ');

/** @internal One number as it is, a list as Python prints a tuple. */
export function tupleText(value: number | readonly number[]): string {
  if (typeof value === 'number') return String(value);
  return value.length === 1 ? `(${value[0]},)` : `(${value.join(', ')})`;
}

/** @internal A probability as Python prints the number that was typed: 1 stays 1. */
export const probabilityText = (p: number): string => (Number.isInteger(p) ? String(p) : pythonFloat(p));
