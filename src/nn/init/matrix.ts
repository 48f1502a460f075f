/** Initialisers of matrices and convolutions: identities, orthogonal and sparse matrices. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { mul } from '../../ops/elementwise/binary.js';
import { orthonormalColumns } from '../../ops/linalg/qr.js';
import { fillRaw } from '../../ops/view/copy.js';
import { t } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertDims, assertTensor, between, countOf } from '../../tensor/arguments/checks.js';
import { randperm } from '../../tensor/create/random.js';
import { copyInto } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { type Floats, type InitOptions, normal_, write, zeros_ } from './basic.js';

/** The options of {@link sparse_}. */
export interface SparseOptions extends InitOptions {
  /** The standard deviation of what is not 0. Default: 0.01. */
  std?: number;
}

/** The options of {@link dirac_}. */
export interface DiracOptions {
  /** Default: 1. */
  groups?: number;
}

/** The options of {@link orthogonal_}. */
export interface OrthogonalOptions extends InitOptions {
  /** The length of the rows or columns. Default: 1. */
  gain?: number;
}

/** Sets the elements at the given indices to 1, all others to 0. */
function unitsAt(x: Tensor, indices: readonly (readonly number[])[]): Tensor {
  zeros_(x);
  const one = fillRaw(emptyTensor([], x.dtype), 1);
  for (const index of indices) {
    const offset = index.reduce((sum, at, d) => sum + at * x.strides[d]!, x.offset);
    copyInto(aliasTensor(x, [], [], offset), one, 'init');
  }
  return x;
}

/**
 * The identity matrix: ones on the diagonal of a matrix.
 * @throws {ShapeError} unless `x` has 2 dims.
 * @example
 * nn.init.eye_(zeros([2, 2])); // [[1, 0], [0, 1]]
 */
export function eye_(x: Tensor): Tensor {
  assertTensor('eye_', 'x', x);
  if (x.ndim !== 2) throw new ShapeError(`eye_: expected 2 dims, got shape ${showShape(x.shape)}.`);
  return unitsAt(
    x,
    Array.from({ length: Math.min(x.shape[0]!, x.shape[1]!) }, (_, i) => [i, i]),
  );
}

/**
 * The identity of a convolution: each output channel passes the input channel of its number, in `groups` groups.
 * @throws {ShapeError} unless `x` has 3 to 5 dims. @throws {ArgumentError} when the output channels do not divide into the groups.
 * @example
 * nn.init.dirac_(zeros([1, 1, 3])); // [[[0, 1, 0]]]
 */
export function dirac_(x: Tensor, ...args: Arguments<DiracOptions, [groups: 'groups']>): Tensor {
  assertTensor('dirac_', 'x', x);
  const { groups } = readArguments('dirac_', { groups: 1 }, args);
  if (x.ndim < 3 || x.ndim > 5)
    throw new ShapeError(`dirac_: expected 3, 4 or 5 dims (the weight of a convolution), got shape ${showShape(x.shape)}.`);
  countOf('dirac_', 'groups', groups, 1);
  if (x.shape[0]! % groups !== 0) throw new ArgumentError(`dirac_: ${x.shape[0]} output channels do not divide into ${groups} groups.`);
  const perGroup = x.shape[0]! / groups;
  const centre = x.shape.slice(2).map((size) => Math.floor(size / 2));
  const indices: number[][] = [];
  for (let g = 0; g < groups; g++) for (let d = 0; d < Math.min(perGroup, x.shape[1]!); d++) indices.push([g * perGroup + d, d, ...centre]);
  return unitsAt(x, indices);
}

/**
 * A (semi-)orthogonal matrix: rows, or columns, of length `gain` at right angles. Dims after the first count as one.
 * @param gain default 1.
 * @throws {ShapeError} below 2 dims.
 * @see Saxe et al. 2013, https://arxiv.org/abs/1312.6120
 * @example
 * nn.init.orthogonal_(zeros([3, 5]), { gain: 2 }).shape; // [3, 5]
 */
export function orthogonal_(x: Tensor, ...args: Arguments<OrthogonalOptions, [gain: 'gain', generator: 'generator']>): Tensor {
  assertTensor('orthogonal_', 'x', x);
  const { gain, ...from } = readArguments<Settings<OrthogonalOptions>>('orthogonal_', { gain: 1, generator: required }, args);
  assertDims('orthogonal_', 'x', x, 2);
  if (numel(x.shape) === 0) return x;
  const rows = x.shape[0]!;
  const cols = numel(x.shape) / rows;
  const drawn = normal_(emptyTensor([rows, cols], x.dtype), 0, 1, from);
  const wide = rows < cols;
  const columns = orthonormalColumns(wide ? t(drawn) : drawn, 'orthogonal_');
  const scaled = mul(wide ? t(columns) : columns, gain);
  return write(x, toTypedArray(scaled) as Floats, 'orthogonal_');
}

/** {@link SparseOptions}, and what is not optional. */
export type SparseArguments = SparseOptions & {
  /** The fraction of each column that is set to zero. */
  sparsity: number;
};

const SPARSE: Settings<SparseArguments> = { sparsity: required, std: 0.01, generator: required };

/**
 * A normal matrix with the fraction `sparsity` of each column set to zero.
 * @param std of the values that are not 0; default 0.01.
 * @throws {ShapeError} unless `x` has 2 dims. @throws {ArgumentError} for a sparsity outside 0 to 1.
 * @see Martens 2010, https://www.cs.toronto.edu/~jmartens/docs/Deep_HessianFree.pdf
 * @example
 * nn.init.sparse_(zeros([10, 2]), 0.9).ne(0).sum(0); // [1, 1]
 */
export function sparse_(
  x: Tensor,
  ...args: Arguments<SparseArguments, [sparsity: 'sparsity', std: 'std', generator: 'generator']>
): Tensor {
  assertTensor('sparse_', 'x', x);
  const { sparsity, std, ...from } = readArguments('sparse_', SPARSE, args);
  if (x.ndim !== 2) throw new ShapeError(`sparse_: expected 2 dims, got shape ${showShape(x.shape)}.`);
  between('sparse_', 'sparsity', sparsity, 0, 1);
  const [rows, cols] = x.shape as [number, number];
  const values = toTypedArray(normal_(x, 0, std, from)) as Floats;
  const zeros = Math.ceil(sparsity * rows);
  for (let col = 0; col < cols; col++) {
    const order = toTypedArray(randperm(rows)) as BigInt64Array; // from the default generator, as PyTorch draws it
    for (let i = 0; i < zeros; i++) values[Number(order[i]) * cols + col] = 0;
  }
  return write(x, values, 'sparse_');
}
