/** Batches out of samples. */

import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { stack } from '../../ops/join/join.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { fromTypedArray, tensor } from '../../tensor/create/create.js';
import { sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { TypedArray } from '../../tensor/values/dtype.js';
import { NumberRule } from '../number-rule.js';

/** An 8-bit image, as `hone/vision` has it. */
interface EightBitImage {
  readonly mode: string;
  readonly data: Uint8Array;
  getPixel(x: number, y: number): unknown;
}

/** What {@link defaultCollate} makes of samples of type `T`; for those of which no batch can be made, a text that says so where the batch is used. */
export type Collated<T> = T extends Tensor
  ? Tensor
  : T extends EightBitImage
    ? 'Of 8-bit Images no batch can be made: end the transform in new transforms.ToTensor()'
    : T extends PromiseLike<unknown>
      ? 'Of promises no batch can be made: transforms answer at once'
      : T extends number | boolean | bigint | TypedArray
        ? Tensor
        : T extends string
          ? string[]
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: Collated<T[K]> }
            : T extends object
              ? { -readonly [K in keyof T]: Collated<T[K]> }
              : unknown;

/**
 * A batch out of samples, by what they are: tensors and typed arrays are stacked along a new first dim; numbers become a tensor [N],
 * int64 when all of the batch are whole and float32 otherwise; booleans a bool tensor, bigints an int64 one; strings stay a list; arrays
 * and objects are collated place by place.
 *
 * PyTorch tells 1 from 1.0 and makes float64 of floats; JavaScript cannot. A DataLoader therefore decides once for its data set: by all
 * samples where they are an array, else by the first batch, and a later one that does not fit is an error. Where a target may happen to
 * be whole in all of a batch, as in regression, give it as a tensor, or pass `collate` to the loader.
 * @throws {ShapeError} for samples of unequal shapes. @throws {ArgumentError} for samples that do not match, or that nothing is made of.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  if (arguments.length > 1) tooMany('defaultCollate', 1, arguments);
  if (!Array.isArray(samples)) throw new ArgumentError(`defaultCollate: got ${show(samples)}, expected a list of samples.`);
  if (samples.length === 0) throw new ArgumentError('defaultCollate: there are no samples.');
  return collate(samples, '', { rule: new NumberRule(undefined), nameOf: () => undefined }) as Collated<T>;
}

/** What is known of a batch beside its samples. */
interface Known {
  readonly rule: NumberRule;
  /** What errors call a sample. */
  readonly nameOf: (position: number) => string | undefined;
}

/** @internal {@link defaultCollate} of a batch of a data set whose numbers follow `rule`. */
export function collateBy<T>(rule: NumberRule, samples: readonly T[], nameOf: Known['nameOf'] = () => undefined): Collated<T> {
  if (samples.length === 0) throw new ArgumentError('defaultCollate: there are no samples.');
  return collate(samples, '', { rule, nameOf }) as Collated<T>;
}

function collate(samples: readonly unknown[], where: string, known: Known): unknown {
  const first = samples[0];
  const fail = (text: string) =>
    new ArgumentError(
      `defaultCollate: ${where === '' ? 'the samples' : `the samples' ${where}`} ${text} Pass { collate } to the DataLoader.`,
    );
  const all = (test: (sample: unknown) => boolean, what: string): void => {
    const odd = samples.findIndex((sample) => !test(sample));
    if (odd >= 0) throw fail(`do not match: ${sampleName(0, known)} is ${what}, ${sampleName(odd, known, '')} is not.`);
  };
  if (first instanceof Tensor) {
    all((s) => s instanceof Tensor, 'a tensor');
    return stackSamples(samples as Tensor[], where, known);
  }
  if (ArrayBuffer.isView(first)) {
    all((s) => ArrayBuffer.isView(s), 'a typed array');
    return stackSamples(
      samples.map((s) => fromTypedArray(s as TypedArray)),
      where,
      known,
    );
  }
  switch (typeof first) {
    case 'number':
      all((s) => typeof s === 'number', 'a number');
      return tensor(samples as number[], { dtype: known.rule.dtype(where, samples as number[]) });
    case 'boolean':
      all((s) => typeof s === 'boolean', 'a boolean');
      return tensor(samples as boolean[]);
    case 'bigint':
      all((s) => typeof s === 'bigint', 'a bigint');
      return tensor(samples as bigint[]);
    case 'string':
      all((s) => typeof s === 'string', 'a string');
      return [...samples];
  }
  if (Array.isArray(first)) {
    all((s) => Array.isArray(s) && s.length === first.length, `a list of ${first.length}`);
    return first.map((_, i) =>
      collate(
        (samples as unknown[][]).map((s) => s[i]),
        `${where}[${i}]`,
        known,
      ),
    );
  }
  if (typeof first === 'object' && first !== null) {
    const name = classNameOf(first);
    if (name === 'Image')
      throw new ArgumentError(
        `defaultCollate: ${where === '' ? 'the samples' : `the samples' ${where}`} are 8-bit Images, which cannot be put into a batch. End the data set's transform in new transforms.ToTensor().`,
      );
    if (typeof (first as Partial<PromiseLike<unknown>>).then === 'function') {
      // What they reject with, which nobody awaits, would end the worker, or the program, before this error is read.
      for (const sample of samples) Promise.resolve(sample).catch(() => {});
      throw new ArgumentError(
        `defaultCollate: ${where === '' ? 'the samples' : `the samples' ${where}`} are promises, which cannot be put into a batch. Transforms cannot be asynchronous: await in the get(index) of a data set of your own.`,
      );
    }
    const keys = Object.keys(first);
    const plain = [Object.prototype, null].includes(Object.getPrototypeOf(first));
    if (keys.length === 0 && !plain) throw fail(`are of the class ${name}, which cannot be put into a batch.`);
    all((s) => typeof s === 'object' && s !== null && keys.every((key) => Object.hasOwn(s, key)), `an object with ${keys.join(', ')}`);
    return Object.fromEntries(
      keys.map((key) => [
        key,
        collate(
          (samples as Record<string, unknown>[]).map((s) => s[key]),
          where === '' ? key : `${where}.${key}`,
          known,
        ),
      ]),
    );
  }
  if (first === undefined && where === '')
    throw new ArgumentError(
      `defaultCollate: ${sampleName(0, known)} is undefined. Let the data set's get(index) return a sample, such as [x, y].`,
    );
  throw fail(`are ${first === null || first === undefined ? String(first) : `${typeof first}s`}, which cannot be put into a batch.`);
}

/** `sample 3 of the batch (cats/7.jpg)`; the second of two needs no batch. */
function sampleName(position: number, { nameOf }: Known, ofBatch = ' of the batch'): string {
  const name = nameOf(position);
  return `sample ${position}${ofBatch}${name === undefined ? '' : ` (${name})`}`;
}

function stackSamples(samples: readonly Tensor[], where: string, known: Known): Tensor {
  const { shape, dtype } = samples[0]!;
  samples.forEach((sample, i) => {
    if (!sameShape(sample.shape, shape)) {
      const help =
        shape.length === 3
          ? 'Put new transforms.Resize([height, width]) or new transforms.CenterCrop(size) into the transform of images, or pad them'
          : 'Resize or pad the samples';
      throw new ShapeError(
        `defaultCollate: ${sampleName(i, known)} has shape ${showShape(sample.shape)}${where && ` at ${where}`}, ${sampleName(0, known, '')} has ${showShape(shape)}; a batch needs equal shapes. ${help}, or pass { collate } to the DataLoader.`,
      );
    }
    if (sample.dtype !== dtype)
      throw new DTypeError(
        `defaultCollate: ${sampleName(i, known)} is ${sample.dtype}${where && ` at ${where}`}, ${sampleName(0, known, '')} is ${dtype}. Convert them with to('${dtype}').`,
      );
  });
  return stack(samples);
}
