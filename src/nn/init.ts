/**
 * Initialisers: they fill a tensor in place, without recording, and return it. With the same seed the numbers are PyTorch's, bit for
 * bit, except `orthogonal_` (its QR is another one).
 * @see https://pytorch.org/docs/stable/nn.init.html
 */
import { noGrad } from '../autograd/mode.js';
import { ArgumentError, ShapeError, showShape } from '../errors.js';
import { fillRaw } from '../ops/copy.js';
import { copyInto } from '../ops/kernel-call.js';
import { erf } from '../ops/math.js';
import * as random from '../ops/random.js';
import { fromTypedArray, tensor as makeTensor } from '../tensor/create.js';
import { type Generator, randperm } from '../tensor/random.js';
import { numel } from '../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../tensor/tensor.js';
import { item, toTypedArray } from '../tensor/transfer.js';

export interface InitOptions {
  /** Where the random numbers come from. Default: the default generator. */
  generator?: Generator;
}

/** What a layer's activation is called, for {@link calculateGain}; PyTorch's words. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

/** Which count of connections keeps its variance: that of the inputs, or of the outputs. */
export type FanMode = 'fan_in' | 'fan_out';

export interface KaimingOptions extends InitOptions {
  /** The negative slope of a leaky ReLU. Default: 0. */
  a?: number;
  /** Default: `fan_in`. */
  mode?: FanMode;
  /** Default: `leaky_relu`. */
  nonlinearity?: Nonlinearity;
}

export interface XavierOptions extends InitOptions {
  /** Default: 1. */
  gain?: number;
}

/**
 * The factor by which a nonlinearity's input should be scaled.
 * @param param the negative slope for `leaky_relu`. Default: 0.01.
 * @throws {ArgumentError} for an unknown nonlinearity.
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new ArgumentError(
        `calculateGain: unknown nonlinearity "${nonlinearity as string}". Known are linear, conv1d … conv_transpose3d, sigmoid, tanh, relu, leaky_relu and selu.`,
      );
  }
}

/** How many inputs each output of a weight [out, in, ...] sees, and how many outputs each input. @throws {ShapeError} below 2 dims. */
export function calculateFanInAndFanOut(x: Tensor, op = 'calculateFanInAndFanOut'): { fanIn: number; fanOut: number } {
  if (x.ndim < 2)
    throw new ShapeError(
      `${op}: fan in and fan out need at least 2 dims, got shape ${showShape(x.shape)}. Use normal_ or uniform_ for vectors.`,
    );
  const field = numel(x.shape.slice(2));
  return { fanIn: x.shape[1]! * field, fanOut: x.shape[0]! * field };
}

/** Fills with numbers from [a, b). Defaults: 0 and 1. */
export function uniform_(x: Tensor, a = 0, b = 1, options?: InitOptions): Tensor {
  return noGrad(() => random.uniform_(x, a, b, options));
}

/** Fills with numbers from the normal distribution. Defaults: mean 0, standard deviation 1. */
export function normal_(x: Tensor, mean = 0, std = 1, options?: InitOptions): Tensor {
  return noGrad(() => random.normal_(x, mean, std, options));
}

/** Fills with one value. */
export function constant_(x: Tensor, value: number): Tensor {
  fillRaw(x, value);
  x.storage.version++;
  return x;
}

export function zeros_(x: Tensor): Tensor {
  return constant_(x, 0);
}

export function ones_(x: Tensor): Tensor {
  return constant_(x, 1);
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

/** The identity: ones on the diagonal of a matrix. @throws {ShapeError} unless `x` has 2 dims. */
export function eye_(x: Tensor): Tensor {
  if (x.ndim !== 2) throw new ShapeError(`eye_: expected 2 dims, got shape ${showShape(x.shape)}.`);
  return unitsAt(
    x,
    Array.from({ length: Math.min(x.shape[0]!, x.shape[1]!) }, (_, i) => [i, i]),
  );
}

/**
 * The identity of a convolution: each output channel passes the input channel of its number, in `groups` groups.
 * @throws {ShapeError} unless `x` has 3 to 5 dims. @throws {ArgumentError} when the output channels do not divide into the groups.
 */
export function dirac_(x: Tensor, groups = 1): Tensor {
  if (x.ndim < 3 || x.ndim > 5)
    throw new ShapeError(`dirac_: expected 3, 4 or 5 dims (the weight of a convolution), got shape ${showShape(x.shape)}.`);
  if (x.shape[0]! % groups !== 0) throw new ArgumentError(`dirac_: ${x.shape[0]} output channels do not divide into ${groups} groups.`);
  const perGroup = x.shape[0]! / groups;
  const centre = x.shape.slice(2).map((size) => Math.floor(size / 2));
  const indices: number[][] = [];
  for (let g = 0; g < groups; g++) for (let d = 0; d < Math.min(perGroup, x.shape[1]!); d++) indices.push([g * perGroup + d, d, ...centre]);
  return unitsAt(x, indices);
}

/**
 * Xavier, or Glorot, uniform: from (-a, a), a = gain sqrt(6 / (fanIn + fanOut)).
 * @see Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavierUniform_(x: Tensor, options?: XavierOptions): Tensor {
  const { fanIn, fanOut } = calculateFanInAndFanOut(x, 'xavierUniform_');
  const std = (options?.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut));
  const a = Math.sqrt(3) * std; // not gain * sqrt(6 / …): PyTorch's order of roundings
  return uniform_(x, -a, a, options);
}

/** Xavier normal: standard deviation gain sqrt(2 / (fanIn + fanOut)). */
export function xavierNormal_(x: Tensor, options?: XavierOptions): Tensor {
  const { fanIn, fanOut } = calculateFanInAndFanOut(x, 'xavierNormal_');
  return normal_(x, 0, (options?.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)), options);
}

function kaimingStd(x: Tensor, op: string, { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' }: KaimingOptions): number {
  const { fanIn, fanOut } = calculateFanInAndFanOut(x, op);
  if (mode !== 'fan_in' && mode !== 'fan_out')
    throw new ArgumentError(`${op}: mode is "${mode as string}", expected "fan_in" or "fan_out".`);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut);
}

/**
 * Kaiming, or He, uniform: from (-b, b), b = gain sqrt(3 / fan).
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  if (x.shape.includes(0)) return x;
  const bound = Math.sqrt(3) * kaimingStd(x, 'kaimingUniform_', options);
  return uniform_(x, -bound, bound, options);
}

/** Kaiming normal: standard deviation gain / sqrt(fan). */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  if (x.shape.includes(0)) return x;
  return normal_(x, 0, kaimingStd(x, 'kaimingNormal_', options), options);
}

type Floats = Float32Array | Float64Array;

/** Puts values, in row-major order, into `x`. */
function write(x: Tensor, values: Floats, op: string): Tensor {
  copyInto(x, fromTypedArray(values, x.shape), op);
  x.storage.version++;
  return x;
}

/**
 * The normal distribution cut off to [a, b]; values outside are drawn again. The draws are those of PyTorch 2.15, whose earlier
 * versions used the inverse of the distribution function.
 */
export function truncNormal_(x: Tensor, mean = 0, std = 1, a = -2, b = 2, options?: InitOptions): Tensor {
  if (!(std > 0)) throw new ArgumentError(`truncNormal_: std is ${std}, expected above 0.`);
  if (!(a < b)) throw new ArgumentError(`truncNormal_: from ${a} to ${b} there are no numbers; a must be below b.`);
  if (numel(x.shape) === 0) return x;
  const fresh = (fill: (t: Tensor) => Tensor) => {
    const t = fill(aliasTensor(emptyTensor([maxOffset(x)], x.dtype), x.shape, x.strides, 0));
    return toTypedArray(t) as Floats;
  };
  const cdf = (v: number) => (1 + item(noGrad(() => erf(makeTensor([v / Math.SQRT2], { dtype: 'float64' }))))) / 2;
  const round = x.dtype === 'float32' ? Math.fround : (v: number) => v;

  if (cdf((b - mean) / std) - cdf((a - mean) / std) > 0.3) {
    const [low, high] = [round(a), round(b)];
    const outside = (v: number) => v < low || v > high;
    const values = toTypedArray(normal_(x, mean, std, options)) as Floats;
    while (values.some(outside)) {
      const next = fresh((t) => normal_(t, mean, std, options));
      for (let i = 0; i < values.length; i++) if (outside(values[i]!)) values[i] = next[i]!;
    }
    return write(x, values, 'truncNormal_');
  }
  // Far from the mean most normal draws would be lost: draw uniformly, and accept in proportion to the density.
  const logPeak = -0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2;
  const logDensity = (v: number) => round(round(round(round(round(v - mean) / round(std)) ** 2) * -0.5) - round(logPeak));
  const values = toTypedArray(uniform_(x, a, b, options)) as Floats;
  let accept = fresh((t) => uniform_(t, 0, 1, options));
  let pending = Array.from(values, (v, i) => round(Math.log(accept[i]!)) > logDensity(v));
  while (pending.includes(true)) {
    const next = fresh((t) => uniform_(t, a, b, options));
    accept = fresh((t) => uniform_(t, 0, 1, options));
    pending = pending.map((is, i) => {
      if (is) values[i] = next[i]!;
      return is && round(Math.log(accept[i]!)) > logDensity(next[i]!);
    });
  }
  return write(x, values, 'truncNormal_');
}

/** The elements of memory that a tensor's strides span. */
function maxOffset(x: Tensor): number {
  return x.shape.reduce((sum, size, d) => sum + (size - 1) * x.strides[d]!, 1);
}

/**
 * A (semi-)orthogonal matrix: rows, or columns, of length `gain` at right angles. Dims after the first count as one.
 * @param options.gain default 1.
 * @see Saxe et al. 2013, https://arxiv.org/abs/1312.6120
 */
export function orthogonal_(x: Tensor, options?: XavierOptions): Tensor {
  if (x.ndim < 2) throw new ShapeError(`orthogonal_: expected at least 2 dims, got shape ${showShape(x.shape)}.`);
  if (numel(x.shape) === 0) return x;
  const rows = x.shape[0]!;
  const cols = numel(x.shape) / rows;
  const drawn = toTypedArray(normal_(emptyTensor([rows, cols], x.dtype), 0, 1, options)) as Floats;
  // The vectors to make orthonormal, each in one run of memory: the rows of a wide matrix, the columns of a tall one.
  const wide = rows < cols;
  const [count, length] = wide ? [rows, cols] : [cols, rows];
  const at = (i: number, j: number) => (wide ? i * cols + j : j * cols + i);
  const vectors = Array.from({ length: count }, (_, i) => Float64Array.from({ length }, (_, j) => drawn[at(i, j)]!));
  orthonormalize(vectors);
  const out = new Float64Array(rows * cols);
  const gain = options?.gain ?? 1;
  vectors.forEach((vector, i) => {
    for (let j = 0; j < length; j++) out[at(i, j)] = vector[j]! * gain;
  });
  return write(x, out, 'orthogonal_');
}

/** Gram and Schmidt's process, twice over for full precision. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  vectors.forEach((v, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const q = vectors[k]!;
        let dot = 0;
        for (let j = 0; j < v.length; j++) dot += q[j]! * v[j]!;
        for (let j = 0; j < v.length; j++) v[j]! -= dot * q[j]!;
      }
    }
    const norm = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    for (let j = 0; j < v.length; j++) v[j]! /= norm;
  });
}

/**
 * A normal matrix with the fraction `sparsity` of each column set to zero.
 * @throws {ShapeError} unless `x` has 2 dims. @throws {ArgumentError} for a sparsity outside 0 to 1.
 * @see Martens 2010
 */
export function sparse_(x: Tensor, sparsity: number, std = 0.01, options?: InitOptions): Tensor {
  if (x.ndim !== 2) throw new ShapeError(`sparse_: expected 2 dims, got shape ${showShape(x.shape)}.`);
  if (!(sparsity >= 0 && sparsity <= 1)) throw new ArgumentError(`sparse_: sparsity is ${sparsity}, expected 0 to 1.`);
  const [rows, cols] = x.shape as [number, number];
  const values = toTypedArray(normal_(x, 0, std, options)) as Floats;
  const zeros = Math.ceil(sparsity * rows);
  for (let col = 0; col < cols; col++) {
    const order = toTypedArray(randperm(rows)) as BigInt64Array; // from the default generator, as PyTorch draws it
    for (let i = 0; i < zeros; i++) values[Number(order[i]) * cols + col] = 0;
  }
  return write(x, values, 'sparse_');
}
