/** Tensors of random numbers, those of PyTorch for the same seed. */

import { check, kernels } from '../../engine/engine.js';
import type { Ptr } from '../../engine/kernel-table.gen.js';
import { ArgumentError } from '../../errors.js';
import { readOptions, readSizes } from '../arguments/arguments.js';
import { assertFloatingDType, assertSizes, assertTensor, countOf } from '../arguments/checks.js';
import { isOptions, show } from '../arguments/show.js';
import { assertHere } from '../device.js';
import { checkSizes, numel, type Shape } from '../shape.js';
import { emptyTensor, type Tensor } from '../tensor.js';
import { assertDType, type DType, dtypes } from '../values/dtype.js';
import { toTypedArray, writeTyped } from '../values/transfer.js';
import { emptyLike, laidLike, type SizeArguments, type TensorOptions } from './create.js';
import { defaultGenerator, Generator } from './generator.js';

export {
  defaultGenerator,
  forkRng,
  Generator,
  getRngState,
  initialSeed,
  manualSeed,
  type NumbersOptions,
  seed,
  setRngState,
} from './generator.js';

/** The options of functions that draw at random. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the default generator. */
  generator?: Generator;
}

const DEFAULTS: RandomOptions = { dtype: undefined, requiresGrad: undefined, device: null, generator: undefined };

/** @internal Refuses unknown options, and a generator that is none. */
export function checkRandomOptions(op: string, options: unknown): RandomOptions | undefined {
  if (options === undefined) return undefined;
  const { device, generator } = readOptions(op, DEFAULTS, options);
  assertHere(op, device);
  checkGenerator(op, generator);
  return options as RandomOptions;
}

/** @internal @throws {ArgumentError} unless it is a Generator, or undefined for the default one. */
export function checkGenerator(op: string, generator: unknown): void {
  if (generator !== undefined && !(generator instanceof Generator))
    throw new ArgumentError(
      `${op}: generator is ${show(generator)}, expected a Generator.${typeof generator === 'number' ? ` Make one: new Generator(${generator}).` : ''}`,
    );
}

function made(shape: Shape, options: RandomOptions | undefined, fallback: DType, op: string): Tensor {
  assertSizes(op, 'shape', shape);
  checkRandomOptions(op, options);
  checkSizes(shape, op);
  const dtype = options?.dtype ?? fallback;
  assertDType(dtype, op);
  return emptyTensor([...shape], dtype);
}

const done = (x: Tensor, options: RandomOptions | undefined) => (options?.requiresGrad ? x.requiresGrad_() : x);
const source = (options: RandomOptions | undefined) => (options?.generator ?? defaultGenerator()).ptr;

/**
 * Numbers from [0, 1).
 * @param args the shape, as a list or as sizes one by one; then the options.
 */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { shape, options } = readSizes('rand', args) as { shape: number[]; options: RandomOptions | undefined };
  const x = made(shape, options, 'float32', 'rand');
  assertFloatingDType('rand', 'dtype', x.dtype);
  check(kernels.randUniform(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), 0, 1), 'rand');
  return done(x, options);
}

/** Numbers from the standard normal distribution. @param args as those of {@link rand}. */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { shape, options } = readSizes('randn', args) as { shape: number[]; options: RandomOptions | undefined };
  return normals(shape, options, 'randn', true);
}

function normals(shape: Shape, options: RandomOptions | undefined, op: string, rowMajor: boolean): Tensor {
  const x = made(shape as number[], options, 'float32', op);
  assertFloatingDType(op, 'dtype', x.dtype);
  check(kernels.randNormal(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), 0, 1, rowMajor ? 1 : 0), op);
  return done(x, options);
}

/** Whole numbers from `low` (default 0) up to, not including, `high`. int64 by default. */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(...args: (number | Shape | RandomOptions | undefined)[]): Tensor {
  const [low, high, shape, options] = (typeof args[1] === 'number' ? args : [0, ...args]) as [
    number,
    number,
    Shape,
    RandomOptions | undefined,
  ];
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high)
    throw new ArgumentError(
      `randint: from ${show(low)} to ${show(high)} (exclusive) there is no whole number. It takes (high, shape) or (low, high, shape).`,
    );
  const x = made(shape, options, 'int64', 'randint');
  check(kernels.randInt(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), low, high), 'randint');
  return done(x, options);
}

/** Whole numbers from `low` (default 0) up to, not including, `high`, in the shape and the dtype of `x`. */
export function randintLike(x: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, first: number, second?: number | RandomOptions, third?: RandomOptions): Tensor {
  assertTensor('randintLike', 'x', x);
  const [low, high, options] = typeof second === 'number' ? [first, second, third] : [0, first, second];
  if (options !== undefined && !isOptions(options))
    throw new ArgumentError(`randintLike: got ${show(options)}, expected (x, high) or (x, low, high), and options.`);
  return laidLike(randint(low, high, x.shape, { dtype: x.dtype, ...options }), x);
}

/** The whole numbers 0 to n - 1 in random order. int64 by default. */
export function randperm(n: number, options?: RandomOptions): Tensor {
  countOf('randperm', 'n', n);
  checkRandomOptions('randperm', options);
  const x = emptyTensor([n], 'int64');
  const dtype = options?.dtype ?? 'int64';
  assertDType(dtype, 'randperm');
  check(kernels.randPerm(x.ptr, n, source(options)), 'randperm');
  if (dtype === 'int64') return done(x, options);
  const out = emptyTensor([n], dtype);
  const order = Array.from(toTypedArray(x) as BigInt64Array, Number);
  x.dispose();
  if (dtype === 'bool' || (dtype === 'uint8' && n > 256))
    throw new ArgumentError(`randperm: ${dtype} has no room for the numbers below ${n}.`);
  const Values = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array }[dtype];
  writeTyped(out, Values.from(order));
  return done(out, options);
}

/** Uniform random numbers in the shape of `x`. */
export function randLike(x: Tensor, options?: RandomOptions): Tensor {
  assertTensor('randLike', 'x', x);
  checkRandomOptions('randLike', options);
  return laidLike(rand(x.shape, { dtype: x.dtype, ...options }), x);
}

/** Normal random numbers in the shape of `x`. */
export function randnLike(x: Tensor, options?: RandomOptions): Tensor {
  assertTensor('randnLike', 'x', x);
  checkRandomOptions('randnLike', options);
  // Where the result is not row-major, PyTorch draws its numbers one by one.
  const rowMajor = emptyLike(x).isContiguous();
  return laidLike(normals(x.shape, { dtype: x.dtype, ...options }, 'randnLike', rowMajor), x);
}

/** @internal For the random in-place fills and dropout. */
export function generatorPtr(generator: Generator | undefined): Ptr {
  return (generator ?? defaultGenerator()).ptr;
}
