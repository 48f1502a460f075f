/** Samples as transforms see them: values in lists and objects, taken apart into a flat list and put together again; and their labels. */
import { ArgumentError } from '../../../errors.js';
import { unexpected } from '../../../tensor/arguments/checks.js';
import { describe, isOptions } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import { TVTensor } from './tv-tensors.js';

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** Whether a value is a list or a plain object, which holds values of its own. */
export const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (Array.isArray(value) || isPlain(value));

/** The values of a sample, depth first; lists and plain objects are opened, everything else is a value. */
export function valuesOf(sample: unknown, out: unknown[] = []): unknown[] {
  if (!isNested(sample)) out.push(sample);
  else if (Array.isArray(sample)) for (const value of sample) valuesOf(value, out);
  else for (const value of Object.values(sample)) valuesOf(value, out);
  return out;
}

/** A sample of the same form, with other values, taken in order. */
export function withValues(sample: unknown, values: readonly unknown[]): unknown {
  let at = 0;
  const rebuilt = (value: unknown): unknown => {
    if (!isNested(value)) return values[at++];
    if (Array.isArray(value)) return value.map(rebuilt);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rebuilt(inner)]));
  };
  return rebuilt(sample);
}

/**
 * Finds the labels of a sample: 'default' takes the second value of a list, and in an object the value of `labels`, or of a key that contains
 * "label"; a function takes the sample and gives labels, or a list of tensors; null stands for none.
 */
export type LabelsGetter = 'default' | ((sample: never) => Tensor | readonly Tensor[] | null) | null;

/** @throws {ArgumentError} for anything else. */
export function readLabelsGetter(op: string, value: unknown): LabelsGetter {
  if (value === null || value === 'default' || typeof value === 'function') return value as LabelsGetter;
  throw unexpected(op, 'labelsGetter', value, "'default', a function of the sample, or null");
}

/** The labels of a sample, as the getter finds them. @throws {ArgumentError} where 'default' finds none. */
export function labelsBy(op: string, getter: LabelsGetter, sample: unknown): unknown {
  if (getter === null) return null;
  return getter === 'default' ? foundLabels(op, sample) : (getter as (sample: unknown) => unknown)(sample);
}

function foundLabels(op: string, sample: unknown): unknown {
  const place: unknown = Array.isArray(sample) ? sample[1] : sample;
  if (place instanceof Tensor && !(place instanceof TVTensor)) return place;
  if (!isOptions(place))
    throw new ArgumentError(
      `${op}: the labels are looked for in an object, or in the second value of a list, but there is ${describe(place)}. Pass labelsGetter.`,
    );
  const keys = Object.keys(place);
  const key = keys.find((name) => name.toLowerCase() === 'labels') ?? keys.find((name) => name.toLowerCase().includes('label'));
  if (key === undefined)
    throw new ArgumentError(
      `${op}: none of the keys ${keys.join(', ')} is that of labels. Pass labelsGetter: a function of the sample, or null where there are none.`,
    );
  return place[key];
}

/** Labels as a list of tensors; null where there are none. @throws {ArgumentError} for anything else. */
export function labelList(op: string, labels: unknown): readonly Tensor[] | null {
  if (labels === null) return null;
  if (labels instanceof Tensor) return [labels];
  if (Array.isArray(labels) && labels.every((label) => label instanceof Tensor)) return labels as readonly Tensor[];
  throw unexpected(op, 'the labels', labels, 'a tensor, a list of tensors, or null');
}
