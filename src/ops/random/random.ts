/**
 * Random numbers written into tensors that exist, and drawn from given distributions: the numbers of PyTorch's CPU generator. Draws follow
 * the order of memory, as PyTorch's do.
 */

import { check, kernels } from '../../engine/engine.js';
import { type Ptr, RNG_MKL } from '../../engine/kernel-table.gen.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOptions } from '../../tensor/arguments/arguments.js';
import { above, assertFloating, assertTensor, atLeast, countOf, probability } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import type { RandomOptions } from '../../tensor/create/random.js';
import { checkGenerator, checkRandomOptions, defaultGenerator, type Generator, generatorPtr, randn } from '../../tensor/create/random.js';
import { memoryOrder } from '../../tensor/layout.js';
import { code, copyInto, emptyLikeDense, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, isDense, numel, pick, type Shape } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, Tensor } from '../../tensor/tensor.js';
import { assertDType } from '../../tensor/values/dtype.js';
import { toTypedArray, writeTyped } from '../../tensor/values/transfer.js';
import { add, div, mul } from '../elementwise/binary.js';
import { inPlace } from '../elementwise/inplace.js';
import { argmax } from '../reduce/extrema.js';
import { topk } from '../sort/sort.js';
import { detach } from '../view/copy.js';
import { expand, unsqueeze } from '../view/movement.js';

/** The options of {@link bernoulli}. */
export interface BernoulliOptions {
  /** Where random numbers come from. Default: the default generator. */
  generator?: Generator;
}

/** The options of {@link normal}. */
export type NormalOptions = RandomOptions;

/** The options of {@link multinomial}. */
export interface MultinomialOptions extends BernoulliOptions {
  /** Whether an index may come twice. Default: false. */
  replacement?: boolean;
}

/** The options of `uniform_`. */
export interface UniformOptions extends BernoulliOptions {
  /** Default: 0. */
  from?: number;
  /** Exclusive. Default: 1. */
  to?: number;
}

/** The options of `normal_`. */
export interface NormalFillOptions extends BernoulliOptions {
  /** Default: 0. */
  mean?: number;
  /** The standard deviation. Default: 1. */
  std?: number;
}

/** The options of `bernoulli_`. */
export interface BernoulliFillOptions extends BernoulliOptions {
  /** The probability of 1: a number, or a tensor that broadcasts. Default: 0.5. */
  p?: number | Tensor;
}

/** The options of `exponential_`. */
export interface ExponentialOptions extends BernoulliOptions {
  /** The rate. Default: 1. */
  lambda?: number;
}

type NoGenerator = Generator | undefined;

/** The arguments of a draw, by position or by name, its generator by name. */
function readDraw<T extends object>(op: string, x: Tensor, defaults: T, given: readonly unknown[]): T & BernoulliOptions {
  assertTensor(op, 'x', x);
  const read = readArguments(op, { ...defaults, generator: undefined as NoGenerator }, given);
  checkGenerator(op, read.generator);
  return read;
}

/** The generator of options that hold nothing else. */
function generatorOf(op: string, options: unknown): NoGenerator {
  const { generator } = readOptions(op, { generator: undefined as NoGenerator }, options);
  checkGenerator(op, generator);
  return generator;
}

/** Fills n elements from `ptr` on; returns the kernel's status. */
type Fill = (ptr: Ptr, n: number, generator: Ptr) => number;

/** @param logical whether draws go in the order of dims, not of memory: as MKL's did. */
function fillRandom(op: string, x: Tensor, generator: Generator | undefined, fill: Fill, logical = false): Tensor {
  const draw = (target: Tensor) => {
    check(fill(target.ptr, numel(x.shape), generatorPtr(generator)), op);
    return target;
  };
  return inPlace(
    op,
    x,
    [],
    () => (logical ? draw(emptyTensor(x.shape, x.dtype)) : isDense(x.shape, x.strides) ? draw(emptyLikeDense(x)) : inOrder(x, draw)),
    () => {
      if (logical && !x.isContiguous()) copyInto(x, draw(emptyTensor(x.shape, x.dtype)), op);
      else if (isDense(x.shape, x.strides)) draw(x);
      else copyInto(x, inOrder(x, draw), op);
      return true;
    },
  );
}

/** A filled tensor of the shape of `x` whose memory runs through the dims as x's does: the smallest stride fastest. */
function inOrder(x: Tensor, draw: (target: Tensor) => Tensor): Tensor {
  const order = memoryOrder(x);
  const filled = draw(emptyTensor(pick(x.shape, order), x.dtype));
  const strides = new Array<number>(x.ndim);
  order.forEach((d, i) => {
    strides[d] = filled.strides[i]!;
  });
  return aliasTensor(filled, x.shape, strides, 0);
}

/** Numbers from [from, to), in place. Default: [0, 1). */
export function uniform_(x: Tensor, ...given: Arguments<UniformOptions, [from: 'from', to: 'to']>): Tensor {
  const { from, to, generator } = readDraw('uniform_', x, { from: 0, to: 1 }, given);
  assertFloating('uniform_', 'x', x);
  if (!(from <= to)) throw new ArgumentError(`uniform_: from ${from} is above to ${to}.`);
  return fillRandom('uniform_', x, generator, (ptr, n, gen) => kernels.randUniform(code(x.dtype), ptr, n, gen, from, to));
}

/** Numbers from the normal distribution, in place. Default: mean 0, standard deviation 1. */
export function normal_(x: Tensor, ...given: Arguments<NormalFillOptions, [mean: 'mean', std: 'std']>): Tensor {
  const { mean, std, generator } = readDraw('normal_', x, { mean: 0, std: 1 }, given);
  assertFloating('normal_', 'x', x);
  atLeast('normal_', 'std', std, 0);
  const contiguous = x.isContiguous() ? 1 : 0;
  return fillRandom('normal_', x, generator, (ptr, n, gen) => kernels.randNormal(code(x.dtype), ptr, n, gen, mean, std, contiguous));
}

/** 1 with probability `p` (a number, default 0.5, or a tensor that broadcasts to `x`), else 0; in place. */
export function bernoulli_(x: Tensor, ...given: Arguments<BernoulliFillOptions, [p: 'p']>): Tensor {
  const read = readDraw<{ p: number | Tensor | null }>('bernoulli_', x, { p: null }, given);
  const { generator } = read;
  const p = read.p ?? 0.5;
  if (p instanceof Tensor) {
    const draws = () => bernoulli(p.ndim === x.ndim ? p : expand(p, x.shape), { generator });
    return inPlace('bernoulli_', x, [], draws, () => {
      copyInto(x, draws(), 'bernoulli_');
      return true;
    });
  }
  probability('bernoulli_', 'p', p);
  const fill: Fill = (ptr, n, gen) => kernels.randBernoulli(code(x.dtype), ptr, n, gen, p);
  return fillRandom('bernoulli_', x, generator, fill, ((generator ?? defaultGenerator()).numbers.flags & RNG_MKL) !== 0);
}

/** Numbers from the exponential distribution with rate `lambda`, in place. Default: 1. */
export function exponential_(x: Tensor, ...given: Arguments<ExponentialOptions, [lambda: 'lambda']>): Tensor {
  const { lambda, generator } = readDraw('exponential_', x, { lambda: 1 }, given);
  assertFloating('exponential_', 'x', x);
  above('exponential_', 'lambda', lambda, 0);
  return fillRandom('exponential_', x, generator, (ptr, n, gen) => kernels.randExponential(code(x.dtype), ptr, n, gen, lambda));
}

/**
 * Whole numbers from `from` (default 0) up to, not including, `to`, in place. Any dtype. Without bounds: from 0 up to the largest number of
 * an integer dtype, 2^24 for float32, 2^53 for float64.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html
 */
export function random_(x: Tensor, options?: BernoulliOptions): Tensor;
export function random_(x: Tensor, to: number, options?: BernoulliOptions): Tensor;
export function random_(x: Tensor, from: number, to: number, options?: BernoulliOptions): Tensor;
export function random_(
  x: Tensor,
  first?: number | BernoulliOptions,
  second?: number | BernoulliOptions,
  third?: BernoulliOptions,
): Tensor {
  assertTensor('random_', 'x', x);
  if (typeof first !== 'number')
    return fillRandom('random_', x, generatorOf('random_', first), (ptr, n, gen) => kernels.randFull(code(x.dtype), ptr, n, gen));
  const [from, to] = typeof second === 'number' ? [first, second] : [0, first];
  const generator = generatorOf('random_', typeof second === 'number' ? third : second);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from >= to)
    throw new ArgumentError(`random_: from ${from} to ${to} (exclusive) there is no whole number.`);
  return fillRandom('random_', x, generator, (ptr, n, gen) => kernels.randInt(code(x.dtype), ptr, n, gen, from, to));
}

/**
 * For each probability in `p`, 1 with that probability, else 0. No gradient flows to `p`.
 * @throws {DTypeError} unless p is floating.
 */
export function bernoulli(p: Tensor, options?: BernoulliOptions): Tensor {
  assertTensor('bernoulli', 'p', p);
  const generator = generatorOf('bernoulli', options);
  assertFloating('bernoulli', 'p', p);
  const source = rowMajor(p, 'bernoulli');
  const out = emptyTensor(p.shape, p.dtype);
  check(kernels.randBernoulliTensor(code(p.dtype), out.ptr, source.ptr, numel(p.shape), generatorPtr(generator)), 'bernoulli');
  return out;
}

/**
 * Normal random numbers with a mean and a standard deviation for each element: numbers, or tensors that broadcast; or numbers and a shape.
 * @see https://pytorch.org/docs/stable/generated/torch.normal.html
 */
export function normal(mean: Tensor, std?: Tensor | number, options?: BernoulliOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: BernoulliOptions): Tensor;
export function normal(mean: number, std: number, shape: Shape, options?: RandomOptions): Tensor;
export function normal(mean: Tensor | number, std: Tensor | number = 1, third?: Shape | BernoulliOptions, fourth?: RandomOptions): Tensor {
  if (typeof mean === 'number' && typeof std === 'number') {
    if (!Array.isArray(third)) throw new ArgumentError('normal: with two numbers, the shape is the third argument.');
    atLeast('normal', 'std', std, 0);
    const { requiresGrad, ...options } = checkRandomOptions('normal', fourth) ?? {};
    const dtype = options.dtype ?? 'float32';
    assertDType(dtype, 'normal');
    const out = normal_(emptyTensor([...(third as Shape)], dtype), mean, std, { generator: options.generator });
    return requiresGrad ? out.requiresGrad_() : out;
  }
  for (const [name, value] of Object.entries({ mean, std })) if (typeof value !== 'number') assertTensor('normal', name, value);
  if (third !== undefined && !isOptions(third))
    throw new ArgumentError(`normal: got ${show(third)} after tensors, whose shape the result takes. Leave it out.`);
  const generator = generatorOf('normal', third);
  if (mean instanceof Tensor && typeof std === 'number')
    return add(normal_(emptyTensor(mean.shape, mean.dtype), 0, std, { generator }), detach(mean));
  const wide = std as Tensor;
  const shape = mean instanceof Tensor ? broadcastShapes(mean.shape, wide.shape, 'normal') : wide.shape;
  const draws = randn(shape, { dtype: wide.dtype, generator });
  return add(mul(draws, detach(wide)), mean instanceof Tensor ? detach(mean) : mean);
}

/**
 * `count` indices drawn with the probabilities in `weights`, which need not add up to 1.
 * @param weights [n] or [rows, n], at least 0. @param options.replacement whether an index may come twice; default false.
 * @returns int64 [count] or [rows, count].
 * @throws {ArgumentError} for negative, infinite or all-zero weights, and for more draws than there are.
 * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
 */
export function multinomial(weights: Tensor, count: number, options?: MultinomialOptions): Tensor {
  assertTensor('multinomial', 'weights', weights);
  const { replacement, generator } = readOptions('multinomial', { replacement: false, generator: undefined as NoGenerator }, options);
  checkGenerator('multinomial', generator);
  assertFloating('multinomial', 'weights', weights);
  if (weights.ndim < 1 || weights.ndim > 2)
    throw new ShapeError(`multinomial: weights are ${showShape(weights.shape)}, expected [n] or [rows, n].`);
  const size = weights.shape[weights.ndim - 1]!;
  countOf('multinomial', 'count', count, 1);
  if (!replacement && count > size)
    throw new ArgumentError(`multinomial: cannot draw ${count} of ${size} without replacement. Pass { replacement: true }.`);
  const source = rowMajor(detach(weights), 'multinomial');
  const values = toTypedArray(source) as Float32Array | Float64Array;
  checkWeights(values, size);
  const cumulative = (generator ?? defaultGenerator()).numbers.cumulativeMultinomial;
  if (replacement && (count > 1 || cumulative)) return drawWithReplacement(values, weights, size, count, generator);
  // An exponential race: the largest w / q wins.
  const race = div(source, exponential_(emptyTensor(weights.shape, weights.dtype), 1, { generator }));
  return count === 1 ? unsqueeze(argmax(race, -1), -1) : topk(race, count, -1).indices;
}

function checkWeights(values: Float32Array | Float64Array, size: number): void {
  for (let start = 0; start < values.length; start += size) {
    let total = 0;
    for (let i = start; i < start + size; i++) {
      if (!(values[i]! >= 0 && values[i]! < Number.POSITIVE_INFINITY))
        throw new ArgumentError(`multinomial: the weight ${values[i]} is negative, infinite or NaN.`);
      total += values[i]!;
    }
    if (!(total > 0)) throw new ArgumentError(`multinomial: the weights of row ${start / size} add up to ${total}, expected more than 0.`);
  }
}

/** The first index whose cumulative share reaches a uniform draw. */
function drawWithReplacement(
  values: Float32Array | Float64Array,
  weights: Tensor,
  size: number,
  count: number,
  generator: Generator | undefined,
): Tensor {
  const rows = values.length / size;
  const out = emptyTensor([...weights.shape.slice(0, -1), count], 'int64');
  const draws = toTypedArray(uniform_(emptyTensor([rows, count], 'float64'), 0, 1, { generator })) as Float64Array;
  const picked = new BigInt64Array(rows * count);
  const shares = values.slice(0, size);
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let i = 0; i < size; i++) {
      // Sums in the dtype of the weights, as PyTorch's are.
      shares[i] = total + values[row * size + i]!;
      total = shares[i]!;
    }
    for (let i = 0; i < size; i++) shares[i] = shares[i]! / total;
    shares[size - 1] = 1;
    for (let k = 0; k < count; k++) {
      let [low, high] = [0, size - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (shares[middle]! < draws[row * count + k]!) low = middle + 1;
        else high = middle;
      }
      picked[row * count + k] = BigInt(low);
    }
  }
  writeTyped(out, picked);
  return out;
}
