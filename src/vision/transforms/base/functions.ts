/** What stands in lists of transforms and in `transform:` of data sets, functions included: how it is checked, called, typed and shown. */
import { unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf, isClass } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Image } from '../../image/image.js';
import type { ImageLike } from './image-like.js';

/** What makes an `Out` of an `In`: a function, or an object with `forward`, as modules have it. */
export type TransformOf<In, Out> = ((value: In) => Out) | { forward(value: In): Out };

/** Transforms in order: functions, and objects with `forward`. */
export type Transforms = readonly TransformOf<never, unknown>[];

/** Of a transform whose outputs are of the kinds of its inputs. */
export type Same = 'same';

/** Of a transform that makes an `Out` of each `From`, and leaves what else a sample holds. */
export interface Conversion<From, Out> {
  /** What is converted. */
  readonly from: From;
  /** What it becomes. */
  readonly out: Out;
}

/** Of transforms one after the other. */
export interface Chain<List extends Transforms> {
  /** The transforms, in order. */
  readonly list: List;
}

/** Of a transform that makes several images of each: `N` of them, or a list. */
export interface Several<N extends 5 | 10> {
  /** How many. */
  readonly count: N;
}

/**
 * What a sample becomes, `To` saying what its parts do. One of unknown type is taken for an image: it is what TypeScript asks with where it
 * infers what a data set's transform gives.
 */
export type Result<Sample, To> = [To] extends [Same]
  ? Known<Sample>
  : To extends Conversion<infer From, infer Out>
    ? Converted<Known<Sample>, From, Out>
    : To extends Chain<infer List>
      ? OutputOf<List, Known<Sample>>
      : To extends Several<infer N>
        ? Multiplied<Known<Sample>, N>
        : unknown;

type Known<Sample> = unknown extends Sample ? (0 extends 1 & Sample ? Sample : ImageLike) : Sample;

/** A sample whose images have become several. */
type Multiplied<Sample, N> = Sample extends Tensor | Image
  ? N extends 5
    ? [topLeft: Sample, topRight: Sample, bottomLeft: Sample, bottomRight: Sample, center: Sample]
    : Sample[]
  : Sample extends object
    ? { -readonly [K in keyof Sample]: Multiplied<Sample[K], N> }
    : Sample;

/** A sample whose parts of type `From` have become an `Out`. */
type Converted<Sample, From, Out> = Sample extends From
  ? Out
  : Sample extends Tensor | Image | ((...args: never[]) => unknown)
    ? Sample
    : Sample extends object
      ? { -readonly [K in keyof Sample]: Converted<Sample[K], From, Out> }
      : Sample;

/** What comes out of transforms for what goes in: those that take both kinds of image give the kind that they were given. */
export type OutputOf<List extends Transforms, In> = List extends readonly [infer First, ...infer Rest extends Transforms]
  ? OutputOf<Rest, After<First, In>>
  : List extends readonly []
    ? In
    : List extends readonly [...infer Init extends Transforms, infer Last]
      ? After<Last, OutputOf<Init, In>>
      : List extends readonly { readonly resultOf?: Same }[]
        ? In
        : ImageLike;

type After<T, In> = T extends { readonly resultOf?: infer To }
  ? unknown extends To
    ? OutOf<T>
    : Result<In, Exclude<To, undefined>>
  : OutOf<T>;

type OutOf<T> = T extends { forward(image: never): infer Out } ? Out : T extends (image: never) => infer Out ? Out : never;

/** @internal A sample, or several values that are one, after its transform. */
export function transformed<Out>(transform: TransformOf<never, Out>, ...values: readonly unknown[]): Out {
  type Call = (...values: readonly unknown[]) => Out;
  return typeof transform === 'function' ? (transform as Call)(...values) : (transform as { forward: Call }).forward(...values);
}

/** @internal @throws {ArgumentError} for a value that neither is a function nor has `forward`; null and undefined stand for none. */
export function checkTransform<Out>(
  op: string,
  name: string,
  value: TransformOf<never, Out> | null | undefined,
): TransformOf<never, Out> | undefined {
  if (value === undefined || value === null) return undefined;
  const expected = 'a function, or an object with forward(image)';
  if (isClass(value)) throw unexpected(op, name, value, expected, `Make one: new ${classNameOf(value)}(…).`);
  if (typeof value === 'function' || (typeof value === 'object' && typeof value.forward === 'function')) return value;
  throw unexpected(op, name, value, expected, Array.isArray(value) ? 'Write new transforms.Compose([…]).' : undefined);
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
