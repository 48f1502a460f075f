/** Labels as vectors of zeros with a single 1. */
import { ArgumentError, IndexError, showShape } from '../../errors.js';
import { eq } from '../../ops/elementwise/comparison.js';
import { to } from '../../ops/view/copy.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { arange } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { indicesOf, rangeOf } from './lookup.js';

/** The options of {@link oneHot}. */
export interface OneHotOptions {
  /** The size of the new dim; -1 takes one more than the largest label. Default: -1. */
  numClasses?: number;
}

/**
 * A new last dim with 1 at the place that the value names and 0 elsewhere.
 * @param input labels, int64 or int32. @param args numClasses (default: one more than the largest label), also by name.
 * @returns [...input, numClasses], int64; convert with `to('float32')` where a loss takes it.
 * @throws {IndexError} for a label outside 0 to numClasses - 1. @throws {DTypeError} for labels of another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 * @example
 * F.oneHot(tensor([0, 2], { dtype: 'int64' }), 3); // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(input: Tensor, ...args: Arguments<OneHotOptions, [numClasses: 'numClasses']>): Tensor {
  const { numClasses } = readArguments<Settings<OneHotOptions>>('oneHot', { numClasses: -1 }, args);
  const labels = indicesOf('oneHot', input);
  const range = rangeOf(labels, 'oneHot');
  if (!Number.isInteger(numClasses) || numClasses < -1 || numClasses === 0)
    throw unexpected('oneHot', 'numClasses', numClasses, 'a whole number of at least 1, or -1 to take it from the labels');
  if (numClasses === -1 && range === null)
    throw new ArgumentError(
      `oneHot: the number of classes cannot be told from labels of shape ${showShape(input.shape)}, of which there are none. Give numClasses.`,
    );
  const classes = numClasses === -1 ? range![1] + 1 : numClasses;
  if (range && range[0] < 0) throw new IndexError(`oneHot: label ${range[0]} is negative; labels are 0 to ${Math.max(classes - 1, 0)}.`);
  if (range && range[1] >= classes)
    throw new IndexError(`oneHot: label ${range[1]} is outside 0 to ${classes - 1}. Raise numClasses (${classes}).`);
  return to(eq(unsqueeze(labels, -1), arange(classes)), 'int64');
}
