/** Where the labels of a sample are: what MixUp, CutMix and SanitizeBoundingBoxes ask. */
import { ArgumentError } from '../../../errors.js';
import { unexpected } from '../../../tensor/arguments/checks.js';
import { describe, isOptions } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import { TVTensor } from './tv-tensors.js';

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
