/** Views by strides, and views in place: `x.t_()` makes x itself what `x.t()` shows. Memory stays as it is. */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { type Node, setGradFn } from '../../autograd/node.js';
import { ShapeError } from '../../errors.js';
import { type Arguments, readOne } from '../../tensor/arguments/arguments.js';
import { assertTensor, countOf, wholeNumbers } from '../../tensor/arguments/checks.js';
import { checkSizes, type Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInPlace } from '../elementwise/inplace.js';
import * as movement from '../view/movement.js';

/**
 * The elements of x's memory at `strides`, as a tensor of `shape`: a view. Elements may come several times, as in sliding windows.
 * Gradient: added up where the elements stand.
 * @param strides elements to step for one more along each dim. @param storageOffset where the first element stands; default: where x's does.
 * @throws {ArgumentError} for strides that are negative or not whole, and places outside x's memory. @throws {ShapeError} unless there is one
 * stride for each dim.
 * @see https://pytorch.org/docs/stable/generated/torch.as_strided.html
 * @example
 * asStrided(tensor([1, 2, 3, 4]), [3, 2], [1, 1]); // [[1, 2], [2, 3], [3, 4]]
 */
export function asStrided(x: Tensor, shape: Shape, strides: Shape, ...given: OffsetArguments): Tensor {
  return strided('asStrided', x, shape, strides, given);
}

/** The options of {@link asStrided}. */
export interface AsStridedOptions {
  /** Where the first element stands in the storage. Default: null, where that of `x` does. */
  storageOffset?: number | null;
}

/** Where the first element stands, by position or by name. */
export type OffsetArguments = Arguments<AsStridedOptions, [storageOffset: 'storageOffset']>;

function strided(op: string, x: Tensor, shape: Shape, strides: Shape, given: OffsetArguments): Tensor {
  const storageOffset = readOne<number | null>(op, x, 'storageOffset', null, given);
  wholeNumbers(op, 'shape', shape, { min: 0 });
  wholeNumbers(op, 'strides', strides, { min: 0 });
  checkSizes(shape, op);
  if (shape.length !== strides.length)
    throw new ShapeError(`${op}: got ${strides.length} strides for a shape of ${shape.length} dims, expected one for each.`);
  const offset = storageOffset === null ? x.offset : countOf(op, 'storageOffset', storageOffset);
  return movement.asStrided(x, shape, strides, offset, op);
}

/** Makes `x` what `view`, a view of it, is: its geometry and, while recording, its history. */
function become(op: string, x: Tensor, view: () => Tensor): Tensor {
  assertTensor(op, 'x', x);
  checkInPlace(op, x, [], 'any');
  const recorded = isGradEnabled() && x.requiresGrad;
  const shown = view();
  const history = shown.gradFn as Node | null;
  x.takeGeometry(shown);
  x.counter.version++;
  if (recorded && history !== null) {
    setGradFn(x, history);
    x.viewVersion = x.counter.version;
  }
  return x;
}

/** {@link transpose} in place. @throws {GradError} for a leaf that requires gradients, while recording. */
export const transpose_ = (x: Tensor, ...given: movement.TransposeArguments): Tensor =>
  become('transpose_', x, () => movement.transpose(x, ...given));
/** {@link transpose_} under NumPy's name. */
export const swapaxes_ = (x: Tensor, ...given: movement.TransposeArguments): Tensor =>
  become('swapaxes_', x, () => movement.transpose(x, ...given));
/** {@link t} in place. @throws as {@link transpose_}. */
export const t_ = (x: Tensor): Tensor => become('t_', x, () => movement.t(x));
/** {@link squeeze} in place. @throws as {@link transpose_}. */
export const squeeze_ = (x: Tensor, ...args: Parameters<typeof movement.squeeze> extends [Tensor, ...infer Rest] ? Rest : never): Tensor =>
  become('squeeze_', x, () => movement.squeeze(x, ...args));
/** {@link unsqueeze} in place. @throws as {@link transpose_}. */
export const unsqueeze_ = (
  x: Tensor,
  ...args: Parameters<typeof movement.unsqueeze> extends [Tensor, ...infer Rest] ? Rest : never
): Tensor => become('unsqueeze_', x, () => movement.unsqueeze(x, ...args));
/** {@link asStrided} in place. @throws as {@link asStrided} and {@link transpose_}. */
export const asStrided_ = (x: Tensor, shape: Shape, strides: Shape, ...given: OffsetArguments): Tensor =>
  become('asStrided_', x, () => strided('asStrided_', x, shape, strides, given));
