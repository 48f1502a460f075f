/** What layers and fused kernels ask of their arguments. */
import { DTypeError } from '../errors.js';
import { assertTensor, wholeNumber } from './checks.js';
import { isFloating } from './dtype.js';
import type { Tensor } from './tensor.js';

/** Beyond so many a stack of layers is a slip of the pen, which would take hours to make. */
export const MOST_LAYERS = 2 ** 14;

/** Throws unless `value` is a whole number of at least `least`. */
export function assertCount(layer: string, name: string, value: number, least = 0): void {
  wholeNumber(layer, name, value, { min: least });
}

/** What to do where a layer's or a function's tensor has another dtype than the input: convert the input, unless to integers. */
export function convertOne(name: string, value: Tensor, input: Tensor): string {
  return isFloating(value.dtype) ? `Use x.to('${value.dtype}').` : `Use ${name}.to('${input.dtype}').`;
}

/** Throws unless the fused kernels take the dtype. */
export function needsFloat(x: Tensor, op: string, what = 'the input'): void {
  assertTensor(op, what === 'the input' ? 'input' : what, x);
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: needs float32 or float64, ${what} is ${x.dtype}. Use x.to('float32').`);
}
