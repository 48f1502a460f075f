/** Elements in another order: flipped, rolled, turned. */

import { named, record } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readList, readRequired, required, tooMany } from '../../tensor/arguments/arguments.js';
import { assertDims, assertNumbers, assertTensor, wholeNumber, wholeNumbers } from '../../tensor/arguments/checks.js';
import { isOptions } from '../../tensor/arguments/show.js';
import { copyInto, emptyLikeDense } from '../../tensor/raw.js';
import { normalizeDim, normalizeDims, numel } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import { apart, rowMajorClone } from '../view/copy.js';
import { permute, reshape } from '../view/movement.js';
import { narrow } from '../view/select.js';
import { cat } from './join.js';

/** The options of {@link flip}. */
export interface FlipOptions {
  /** The dims to reverse. Default: all. */
  dims?: number | readonly number[];
}

/** Dims as one list or one by one, or by name. */
export type FlipArguments = Arguments<FlipOptions, [dims: 'dims']> | number[];

/** The elements of `dims` (default: all dims) in reverse order. A copy, as in PyTorch. Gradient: reversed likewise. */
export function flip(x: Tensor, ...given: FlipArguments): Tensor {
  assertTensor('flip', 'x', x);
  const [named] =
    given.length > 0 && isOptions(given[0]) ? readRequired<[number | readonly number[]]>('flip', ['dims'], given) : [undefined];
  const dims = named ?? (given.length === 0 || given[0] === undefined ? undefined : readList('flip', given));
  if (dims !== undefined) assertNumbers('flip', 'dims', dims, true);
  const list = normalizeDims(dims, x.ndim, 'flip');
  const out = emptyLikeDense(x);
  if (numel(x.shape) > 0) {
    const start = list.reduce((sum, d) => sum + (x.shape[d]! - 1) * x.strides[d]!, x.offset);
    copyInto(
      out,
      aliasTensor(
        x,
        x.shape,
        x.strides.map((s, d) => (list.includes(d) ? -s : s)),
        start,
      ),
      'flip',
    );
  }
  return record('flip', out, { inputs: { x }, composed: (dy) => ({ x: flip(dy, list) }) });
}

/** The options of {@link roll}. */
export interface RollOptions {
  /** How far: one number, or one for each of `dims`. */
  shifts: number | readonly number[];
  /** The dims along which. Default: `x` counts as one row. */
  dims?: number | readonly number[];
}

/** The shifts and the dims along which, by position or by name. */
export type RollArguments = Arguments<RollOptions, [shifts: 'shifts', dims: 'dims']>;

/**
 * Elements shifted along `dims`, those that leave at one end coming in at the other. Without `dims`, `x` counts as one row.
 * @throws {ArgumentError} unless there is one shift per dim.
 */
export function roll(x: Tensor, ...given: RollArguments): Tensor {
  assertTensor('roll', 'x', x);
  const { shifts, dims } = readArguments<RollOptions>('roll', { shifts: required, dims: undefined }, given);
  assertNumbers('roll', 'shifts', shifts, true);
  if (dims !== undefined) assertNumbers('roll', 'dims', dims, true);
  const steps = wholeNumbers('roll', 'shifts', typeof shifts === 'number' ? [shifts] : shifts);
  if (dims === undefined) {
    if (steps.length !== 1) throw new ArgumentError(`roll: got ${steps.length} shifts without dims, expected one.`);
    return reshape(roll(reshape(x, [-1]), steps[0]!, 0), x.shape);
  }
  const list = typeof dims === 'number' ? [dims] : dims;
  if (steps.length !== list.length)
    throw new ArgumentError(`roll: got ${steps.length} shifts for ${list.length} dims, expected the same number.`);
  const out = list.reduce((rolled, dim, i) => {
    const d = normalizeDim(dim, x.ndim, 'roll');
    const size = x.shape[d] ?? 0;
    const step = size === 0 ? 0 : ((steps[i]! % size) + size) % size;
    return step === 0 ? rolled : cat([narrow(rolled, d, size - step, step), narrow(rolled, d, 0, size - step)], d);
  }, x);
  return named('Roll', apart(out, x));
}

/** Rows in reverse order. */
export function flipud(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('flipud', 1, arguments);
  assertTensor('flipud', 'x', x);
  return flip(x, [0]);
}

/** Columns in reverse order. */
export function fliplr(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('fliplr', 1, arguments);
  assertTensor('fliplr', 'x', x);
  assertDims('fliplr', 'x', x, 2);
  return flip(x, [1]);
}

/** Rotates by 90 degrees, `k` times, from the first of `dims` towards the second. */
export function rot90(x: Tensor, k = 1, dims: readonly [number, number] = [0, 1]): Tensor {
  if (arguments.length > 3) tooMany('rot90', 3, arguments);
  assertTensor('rot90', 'x', x);
  assertNumbers('rot90', 'dims', dims);
  const [from, to] = dims.map((d) => normalizeDim(d, x.ndim, 'rot90')) as [number, number];
  if (from === to) throw new ArgumentError(`rot90: dims are [${dims}], expected two different ones.`);
  const turns = ((wholeNumber('rot90', 'k', k) % 4) + 4) % 4;
  const order = x.shape.map((_, d) => (d === from ? to : d === to ? from : d));
  if (turns === 0) return named('Rot90', rowMajorClone(x));
  if (turns === 2) return named('Rot90', flip(x, [from, to]));
  return named('Rot90', permute(flip(x, [turns === 1 ? to : from]), order));
}
