/** `nn.utils.parametrizations`: weights of a given norm, of spectral norm 1, and orthogonal ones. */

import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError, IndexError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { copy_ } from '../../../ops/elementwise/inplace.js';
import { sign, sqrt, square } from '../../../ops/elementwise/unary.js';
import { cat } from '../../../ops/join/join.js';
import { triu } from '../../../ops/join/triangle.js';
import { solve } from '../../../ops/linalg/lu.js';
import { matrixExp } from '../../../ops/linalg/products.js';
import { orthonormalColumns } from '../../../ops/linalg/qr.js';
import { dot, matmul, mv } from '../../../ops/products/matmul.js';
import { sum } from '../../../ops/reduce/sum.js';
import { allclose } from '../../../ops/sort/close.js';
import { contiguous, to } from '../../../ops/view/copy.js';
import { flatten, permute, transpose, unsqueeze } from '../../../ops/view/movement.js';
import { diagonal, narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required, type Settings } from '../../../tensor/arguments/arguments.js';
import { countOf, oneOf } from '../../../tensor/arguments/checks.js';
import { show } from '../../../tensor/arguments/show.js';
import { eye, fromTypedArray, zeros } from '../../../tensor/create/create.js';
import { randn } from '../../../tensor/create/random.js';
import { sameShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../../conv/transpose.js';
import { normalize } from '../../distance/distance.js';
import { assertModule } from '../../module/is-module.js';
import { Module } from '../../module/module.js';
import { registerParametrization } from './parametrize.js';

/** The parameter or buffer of that name. */
function tensorOf(op: string, module: Module, name: string): Tensor {
  assertModule(op, 'module', module);
  const own = module.ownTensors().find(({ field, key }) => field === name || key === name);
  const value: unknown = own?.tensor ?? (module as unknown as Record<string, unknown>)[name];
  if (value instanceof Tensor) return value;
  throw new ArgumentError(`${op}: ${module.toString().split('\n')[0]} has no parameter or buffer "${name}".`);
}

// ---- weight norm ----

/** The length of each slice of `v` along `dim`, with the other dims of size 1; of all of `v` for null. */
function lengths(v: Tensor, dim: number | null): Tensor {
  const others = v.shape.map((_, d) => d).filter((d) => dim === null || d !== (dim < 0 ? dim + v.ndim : dim));
  return dim === null ? sqrt(sum(square(v))) : others.length === 0 ? sqrt(square(v)) : sqrt(sum(square(v), others, true));
}

class WeightNorm extends Module {
  static override readonly className: string = '_WeightNorm';
  constructor(readonly dim: number | null) {
    super();
  }

  forward(g: Tensor, v: Tensor): Tensor {
    return mul(v, div(g, lengths(v, this.dim)));
  }

  rightInverse(weight: Tensor): [Tensor, Tensor] {
    return [lengths(weight, this.dim), weight];
  }
}

/** The options of {@link weightNorm}. */
export interface WeightNormOptions {
  /** The parameter. Default: weight. */
  name?: string;
  /** A length for each slice along it; null for one length. Default: 0. */
  dim?: number | null;
}

/**
 * Weight normalisation: `w = g v / |v|`, with the lengths `g` (`original0`) and the directions `v` (`original1`) learned apart.
 * Make the optimizer after it. State dicts with the old keys `weight_g` and `weight_v` are read, too.
 * @param name the parameter; default weight. @param dim a length for each slice along it; null for one length. Default: 0.
 * @returns the module. @throws {ArgumentError} for a name that it does not have.
 * @see Salimans and Kingma 2016, https://arxiv.org/abs/1602.07868; https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
 * @example
 * const layer = nn.utils.parametrizations.weightNorm(new nn.Linear(20, 40));
 */
export function weightNorm<M extends Module>(module: M, ...args: Arguments<WeightNormOptions, [name: 'name', dim: 'dim']>): M {
  const { name, dim = 0 } = readArguments<Settings<WeightNormOptions>>('weightNorm', { name: 'weight', dim: required }, args);
  const weight = tensorOf('weightNorm', module, name);
  const along = dim === -1 ? null : dim; // PyTorch takes -1 for all
  if (along !== null && !(Number.isInteger(along) && along >= -weight.ndim && along < weight.ndim))
    throw new IndexError(`weightNorm: dim is ${show(dim)}, expected a dim of the ${name}, which has ${weight.ndim}, or null.`);
  registerParametrization(module, name, new WeightNorm(along), true);
  module.registerLoadStateDictPreHook((_module, dict, prefix) => {
    const [g, v] = [`${prefix}${name}_g`, `${prefix}${name}_v`];
    if (!(g in dict && v in dict)) return;
    dict[`${prefix}parametrizations.${name}.original0`] = dict[g]!;
    dict[`${prefix}parametrizations.${name}.original1`] = dict[v]!;
    delete dict[g];
    delete dict[v];
  });
  return module;
}

// ---- spectral norm ----

class SpectralNorm extends Module {
  static override readonly className: string = '_SpectralNorm';
  readonly nPowerIterations: number;
  readonly dim: number;
  readonly eps: number;
  u: Tensor | null = null;
  v: Tensor | null = null;

  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number) {
    super();
    this.dim = dim < 0 ? dim + weight.ndim : dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    if (weight.ndim <= 1) return;
    noGrad(() => {
      const matrix = this.asMatrix(weight);
      const [h, w] = matrix.shape as [number, number];
      const { dtype } = weight;
      const first = randn([h], { dtype });
      const second = randn([w], { dtype });
      this.u = this.registerBuffer('u', normalize(first, { dim: 0, eps }), { key: '_u' });
      this.v = this.registerBuffer('v', normalize(second, { dim: 0, eps }), { key: '_v' });
      this.iterate(matrix, 15);
    });
  }

  private asMatrix(weight: Tensor): Tensor {
    const front = this.dim === 0 ? weight : permute(weight, [this.dim, ...weight.shape.map((_, d) => d).filter((d) => d !== this.dim)]);
    return flatten(front, 1);
  }

  /** The power method, on the buffers in place. */
  private iterate(matrix: Tensor, times: number): void {
    noGrad(() => {
      const along = { dim: 0, eps: this.eps };
      for (let i = 0; i < times; i++) {
        copy_(this.u!, normalize(mv(matrix, this.v!), along));
        copy_(this.v!, normalize(mv(transpose(matrix, 0, 1), this.u!), along));
      }
    });
  }

  forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalize(weight, { dim: 0, eps: this.eps });
    const matrix = this.asMatrix(weight);
    if (this.training) this.iterate(matrix, this.nPowerIterations);
    // Copies: a second forward changes the buffers before the first one's backward.
    const [u, v] = [this.u!.clone(), this.v!.clone()];
    return div(weight, dot(u, mv(matrix, v)));
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/** The options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** The parameter. Default: weight. */
  name?: string;
  /** Steps of the power method at each use in training. Default: 1. */
  nPowerIterations?: number;
  /** Added where something is divided by a norm. Default: 1e-12. */
  eps?: number;
  /** The dim of the outputs. Default: 0, and 1 for transposed convolutions. */
  dim?: number | null;
}

/**
 * Spectral normalisation: `w / sigma(w)`, with the largest singular value sigma estimated by the power method, a step at each use in
 * training. Weights of more than two dims are taken as matrices, `dim` by all others.
 * @returns the module. @throws {ArgumentError} for a name that it does not have, or no iterations. @throws {IndexError} for a dim that is not there.
 * @see Miyato et al. 2018, https://arxiv.org/abs/1802.05957; https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
 * @example
 * const layer = nn.utils.parametrizations.spectralNorm(new nn.Linear(20, 40));
 */
export function spectralNorm<M extends Module>(
  module: M,
  ...args: Arguments<SpectralNormOptions, [name: 'name', nPowerIterations: 'nPowerIterations', eps: 'eps', dim: 'dim']>
): M {
  const op = 'spectralNorm';
  const given = readArguments<Settings<SpectralNormOptions>>(op, { name: 'weight', nPowerIterations: 1, eps: 1e-12, dim: null }, args);
  const { name, nPowerIterations, eps } = given;
  const weight = tensorOf(op, module, name);
  const transposed = module instanceof ConvTranspose1d || module instanceof ConvTranspose2d || module instanceof ConvTranspose3d;
  const dim = given.dim ?? (transposed ? 1 : 0);
  if (!Number.isInteger(dim) || dim < -weight.ndim || dim >= weight.ndim)
    throw new IndexError(`${op}: dim is ${show(dim)}, expected a dim of the ${name}, which has ${weight.ndim}.`);
  countOf(op, 'nPowerIterations', nPowerIterations, 1);
  return registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, dim, eps));
}

// ---- orthogonal ----

/** How an orthogonal matrix is made of free numbers. */
export type OrthogonalMap = 'matrix_exp' | 'cayley' | 'householder';

const MAPS: readonly OrthogonalMap[] = ['matrix_exp', 'cayley', 'householder'];
const turned = (x: Tensor): Tensor => transpose(x, -2, -1);
/** The lower triangle without `diagonals` of it: `offset` 0 keeps the diagonal, -1 leaves it out. */
const lower = (x: Tensor, offset: number): Tensor => sub(x, triu(x, offset + 1));
const identity = (n: number, like: Tensor): Tensor => eye(n, { dtype: like.dtype });

/** (I - A / 2)^-1 (I + A / 2). */
function cayley(a: Tensor): Tensor {
  const [half, one] = [mul(a, 0.5), identity(a.shape.at(-1)!, a).expand(a.shape)];
  return solve(sub(one, half), add(one, half));
}

/** The first k columns of the product of the reflections at the columns of the strictly lower triangle of [n, k]. */
function reflections(a: Tensor): Tensor {
  const [n, k] = a.shape.slice(-2) as [number, number];
  const one = narrow(identity(n, a), 1, 0, k);
  const vectors = add(a, one);
  const tau = div(2, add(sum(square(a), [-2], true), 1));
  let q: Tensor = one;
  for (let i = k - 1; i >= 0; i--) {
    const v = narrow(vectors, -1, i, 1);
    q = sub(q, mul(narrow(tau, -1, i, 1), matmul(v, matmul(turned(v), q))));
  }
  return q;
}

/** Each matrix [n, k] of a batch, in float64, changed by `change` in place; row-major. */
function eachMatrix(x: Tensor, change: (m: Float64Array, n: number, k: number) => void): Tensor {
  const [n, k] = x.shape.slice(-2) as [number, number];
  const values = Float64Array.from(contiguous(x).toTypedArray() as Float32Array | Float64Array);
  for (let at = 0; at < values.length; at += n * k) change(values.subarray(at, at + n * k), n, k);
  return fromTypedArray(x.dtype === 'float64' ? values : Float32Array.from(values), [...x.shape]);
}

/** Orthonormal columns in the place of those of `x`, in its dtype. */
const orthogonalized = (x: Tensor): Tensor => contiguous(to(orthonormalColumns(x, 'orthogonal'), x.dtype));

/** Householder vectors as LAPACK's geqrf keeps them, below a diagonal that holds the sign of R's, turned where nothing was reflected. */
function householderVectors(m: Float64Array, n: number, k: number): void {
  for (let j = 0; j < k; j++) {
    let below = 0;
    for (let r = j + 1; r < n; r++) below += m[r * k + j]! ** 2;
    const alpha = m[j * k + j]!;
    if (below === 0) {
      m[j * k + j] = -Math.sign(alpha);
      continue;
    }
    const beta = -(alpha < 0 ? -1 : 1) * Math.sqrt(alpha ** 2 + below);
    const tau = (beta - alpha) / beta;
    for (let r = j + 1; r < n; r++) m[r * k + j]! /= alpha - beta;
    for (let c = j + 1; c < k; c++) {
      let along = m[j * k + c]!;
      for (let r = j + 1; r < n; r++) along += m[r * k + j]! * m[r * k + c]!;
      m[j * k + c]! -= tau * along;
      for (let r = j + 1; r < n; r++) m[r * k + c]! -= tau * along * m[r * k + j]!;
    }
    m[j * k + j] = Math.sign(beta);
  }
}

function isOrthogonal(q: Tensor): boolean {
  const [n, k] = q.shape.slice(-2) as [number, number];
  const eps = q.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const product = matmul(turned(q), q);
  return allclose(product, identity(k, q).expand(product.shape), { atol: 10 * n * eps });
}

class Orthogonal extends Module {
  static override readonly className: string = '_Orthogonal';
  /** What the map's result is multiplied by, with trivialization. */
  base: Tensor | null = null;
  private readonly sizes: readonly number[];

  constructor(
    weight: Tensor,
    readonly orthogonalMap: OrthogonalMap,
    readonly useTrivialization: boolean,
  ) {
    super();
    this.sizes = [...weight.shape];
    if (useTrivialization) this.base = this.registerBuffer('base', null);
    // These maps have no known inverse: the weight starts at what they make of it, and cannot be set.
    else if (orthogonalMap !== 'householder') this.rightInverse = undefined as never;
  }

  forward(given: Tensor): Tensor {
    const wide = given.shape.at(-2)! < given.shape.at(-1)!;
    const x = wide ? turned(given) : given;
    const [n, k] = x.shape.slice(-2) as [number, number];
    let q: Tensor;
    if (this.orthogonalMap === 'householder') {
      const signs = noGrad(() => sign(diagonal(x, { dim1: -2, dim2: -1 })));
      q = mul(reflections(lower(x, -1)), unsqueeze(signs, -2));
    } else {
      let a = lower(x, 0);
      if (n !== k) a = cat([a, zeros([...x.shape.slice(0, -1), n - k], { dtype: x.dtype })], -1);
      const skew = sub(a, turned(a));
      q = this.orthogonalMap === 'matrix_exp' ? matrixExp(skew) : cayley(skew);
      if (n !== k) q = narrow(q, -1, 0, k);
    }
    if (this.base !== null) q = matmul(this.base, q);
    return wide ? turned(q) : q;
  }

  rightInverse(weight: Tensor): Tensor {
    if (!sameShape(weight.shape, this.sizes))
      throw new ShapeError(`orthogonal: the value is ${showShape(weight.shape)}, expected ${showShape(this.sizes)}.`);
    return noGrad(() => {
      const wide = weight.shape.at(-2)! < weight.shape.at(-1)!;
      const q = wide ? turned(weight) : weight;
      const [n, k] = q.shape.slice(-2) as [number, number];
      if (!this.useTrivialization) {
        const vectors = eachMatrix(q, householderVectors);
        return wide ? turned(vectors) : vectors;
      }
      let full = q;
      if (n !== k) full = orthogonalized(cat([q, randn([...q.shape.slice(0, -1), n - k], { dtype: q.dtype })], -1));
      else full = isOrthogonal(q) ? q.clone() : orthogonalized(q);
      this.base = this.registerBuffer('base', full);
      const start = zeros([...weight.shape], { dtype: weight.dtype });
      diagonal(start, { dim1: -2, dim2: -1 }).fill_(-1);
      return start;
    });
  }
}

/** The options of {@link orthogonal}. */
export interface OrthogonalOptions {
  /** The parameter. Default: weight. */
  name?: string;
  /** How it is made of free numbers. Default: matrix_exp for square matrices, householder otherwise. */
  orthogonalMap?: OrthogonalMap | null;
  /** Multiplies by a fixed orthogonal matrix, so that what is learned starts near 0. Default: true. */
  useTrivialization?: boolean;
}

/**
 * Keeps a matrix orthogonal: its columns orthonormal, or its rows where it has more columns. Of weights with more dims the last two
 * are. It starts at the weight, made orthogonal.
 * @returns the module. @throws {ArgumentError} for a name that it does not have, or an unknown map. @throws {ShapeError} for fewer than two dims.
 * @see Lezcano 2019, https://arxiv.org/abs/1909.09501; https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.orthogonal.html
 * @example
 * const layer = nn.utils.parametrizations.orthogonal(new nn.Linear(20, 40));
 * layer.weight.t().matmul(layer.weight); // nearly the identity
 */
export function orthogonal<M extends Module>(
  module: M,
  ...args: Arguments<OrthogonalOptions, [name: 'name', orthogonalMap: 'orthogonalMap', useTrivialization: 'useTrivialization']>
): M {
  const op = 'orthogonal';
  const given = readArguments<Settings<OrthogonalOptions>>(op, { name: 'weight', orthogonalMap: null, useTrivialization: true }, args);
  const weight = tensorOf(op, module, given.name);
  if (weight.ndim < 2)
    throw new ShapeError(`${op}: ${given.name} has shape ${showShape(weight.shape)}, expected a matrix, or a batch of matrices.`);
  const map = given.orthogonalMap ?? (weight.shape.at(-2) === weight.shape.at(-1) ? 'matrix_exp' : 'householder');
  oneOf(op, 'orthogonalMap', map, MAPS);
  return registerParametrization(module, given.name, new Orthogonal(weight, map, given.useTrivialization), true);
}
