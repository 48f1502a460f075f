/** Tensors made by a rule: indices of triangles, combinations, blocks, series. */

import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorList, finiteNumber, listable, wholeNumber } from '../../tensor/arguments/checks.js';
import { arange, type TensorOptions, tensor, zeros } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType, isFloating } from '../../tensor/values/dtype.js';
import { resultDType } from '../../tensor/values/scalar.js';
import { mul, pow, sub } from '../elementwise/binary.js';
import { ge } from '../elementwise/comparison.js';
import { cat, stack } from '../join/join.js';
import { pad } from '../join/pad.js';
import { meshgrid } from '../join/repeat.js';
import { to } from '../view/copy.js';
import { atleast2d, permute, reshape, unsqueeze } from '../view/movement.js';
import { index } from './index-tensor.js';
import { nonzero } from './masks.js';

/** Matrices along the diagonal of one, zeros elsewhere; vectors count as one row. */
export function blockDiag(...tensors: Tensor[]): Tensor {
  assertTensorList('blockDiag', 'tensors', tensors);
  const dtype = resultDType(...tensors);
  const blocks = tensors.map((x) => atleast2d(to(x, dtype)));
  const width = blocks.reduce((sum, x) => sum + x.shape[1]!, 0);
  let left = 0;
  const rows = blocks.map((x) => {
    const row = pad(x, [left, width - left - x.shape[1]!]);
    left += x.shape[1]!;
    return row;
  });
  return named('BlockDiag', cat(rows, 0));
}

/** Every tuple of one element of each vector, as rows. */
export function cartesianProd(...vectors: Tensor[]): Tensor {
  assertTensorList('cartesianProd', 'vectors', vectors);
  if (vectors.length === 1) return vectors[0]!;
  return stack(
    meshgrid(vectors).map((x) => reshape(x, [-1])),
    -1,
  );
}

/** The options of {@link combinations}. */
export interface CombinationsOptions {
  /** How many elements each choice has. Default: 2. */
  r?: number;
  /** Whether an element may be taken again. Default: false. */
  withReplacement?: boolean;
}

/** Every choice of `r` elements of a vector, in order, as rows. @param given r (default 2) and withReplacement (default false), or by name. */
export function combinations(x: Tensor, ...given: Arguments<CombinationsOptions, [r: 'r', withReplacement: 'withReplacement']>): Tensor {
  assertTensor('combinations', 'x', x);
  const { r, withReplacement } = readArguments('combinations', { r: 2, withReplacement: false }, given);
  wholeNumber('combinations', 'r', r, { min: 0 });
  if (x.ndim !== 1) throw new ShapeError(`combinations: input is ${showShape(x.shape)}, expected a vector.`);
  const places: number[] = [];
  const choose = (from: number, chosen: number[]): void => {
    if (chosen.length === r) {
      listable('combinations', 'places', places.length + r);
      places.push(...chosen);
      return;
    }
    for (let i = from; i < x.shape[0]!; i++) choose(withReplacement ? i : i + 1, [...chosen, i]);
  };
  choose(0, []);
  if (places.length === 0) return zeros(r === 0 ? [0] : [0, r], { dtype: x.dtype });
  return reshape(index(x, tensor(places, { dtype: 'int64' })), [places.length / r, r]);
}

function triangle(op: string, rows: number, cols: number, offset: number, holds: (difference: Tensor) => Tensor): Tensor {
  wholeNumber(op, 'rows', rows, { min: 0 });
  wholeNumber(op, 'cols', cols, { min: 0 });
  wholeNumber(op, 'offset', offset);
  listable(op, 'places', rows * cols, 2 ** 28);
  const difference = sub(unsqueeze(arange(cols), 0), unsqueeze(arange(rows), 1));
  return permute(nonzero(holds(difference)), [1, 0]);
}

/** The options of {@link trilIndices}. */
export interface TrilIndicesOptions {
  /** Above 0 the triangle holds more than the main diagonal bounds, below 0 less. Default: 0. */
  offset?: number;
}

/** The options of {@link triuIndices}. */
export type TriuIndicesOptions = TrilIndicesOptions;

/** Row and column numbers of the lower triangle of a matrix, [2, n]. @param given offset (default 0), or by name. */
export function trilIndices(rows: number, cols: number, ...given: Arguments<TrilIndicesOptions, [offset: 'offset']>): Tensor {
  const { offset } = readArguments('trilIndices', { offset: 0 }, given);
  return triangle('trilIndices', rows, cols, offset, (d) => ge(mul(d, -1), -offset));
}

/** Row and column numbers of the upper triangle of a matrix, [2, n]. @param given offset (default 0), or by name. */
export function triuIndices(rows: number, cols: number, ...given: Arguments<TriuIndicesOptions, [offset: 'offset']>): Tensor {
  const { offset } = readArguments('triuIndices', { offset: 0 }, given);
  return triangle('triuIndices', rows, cols, offset, (d) => ge(d, offset));
}

/** The options of {@link vander}. */
export interface VanderOptions {
  /** How many columns. Default: the length of the vector. */
  n?: number;
  /** Whether powers grow from the 0th on. Default: false. */
  increasing?: boolean;
}

/** Powers of a vector as columns. @param given n (default: its length) and increasing (default false), or by name. */
export function vander(x: Tensor, ...given: Arguments<VanderOptions, [n: 'n', increasing: 'increasing']>): Tensor {
  assertTensor('vander', 'x', x);
  const { n, increasing } = readArguments('vander', { n: x.shape[0] ?? 0, increasing: false }, given);
  if (x.ndim !== 1) throw new ShapeError(`vander: x is ${showShape(x.shape)}, expected a vector.`);
  listable('vander', 'columns', wholeNumber('vander', 'n', n, { min: 0 }), 2 ** 16);
  const columns = Array.from({ length: n }, (_, i) => pow(x, increasing ? i : n - 1 - i));
  return columns.length === 0 ? zeros([x.shape[0] ?? 0, 0], { dtype: x.dtype }) : stack(columns, 1);
}

/** The options of {@link logspace}. */
export interface LogspaceOptions extends TensorOptions {
  /** Of which the numbers are powers. Default: 10. */
  base?: number;
}

/** `steps` numbers from base ** start to base ** end, evenly spaced in their logarithms. @param given base (default 10), or by name. */
export function logspace(start: number, end: number, steps: number, ...given: Arguments<LogspaceOptions, [base: 'base']>): Tensor {
  const { base: b, ...rest } = readArguments('logspace', { base: 10, dtype: undefined as DType | undefined, requiresGrad: false }, given);
  for (const [name, value] of Object.entries({ start, end })) finiteNumber('logspace', name, value);
  listable('logspace', 'numbers', wholeNumber('logspace', 'steps', steps, { min: 0 }));
  const dtype = rest.dtype ?? 'float32';
  assertDType(dtype, 'logspace');
  // As PyTorch does: float32 rounds the ends and their distance, the rest is float64, from both ends toward the middle.
  const round = dtype === 'float32' ? Math.fround : isFloating(dtype) ? (v: number) => v : Math.trunc;
  const [first, last] = [round(start), round(end)];
  const step = steps > 1 ? round(last - first) / (steps - 1) : 0;
  const half = Math.floor(steps / 2);
  const exponents = Array.from({ length: steps }, (_, i) => (i < half ? first + step * i : last - step * (steps - 1 - i)));
  if (steps === 1) exponents[0] = first;
  const out = to(pow(steps === 1 ? round(b) : b, tensor(exponents, { dtype: 'float64' })), dtype);
  return rest.requiresGrad ? out.requiresGrad_() : out;
}
