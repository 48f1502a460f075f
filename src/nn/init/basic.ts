/** Initialisers: one value, uniform, normal and truncated normal numbers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError } from '../../errors.js';
import { erf } from '../../ops/elementwise/unary.js';
import * as random from '../../ops/random/random.js';
import { fillRaw } from '../../ops/view/copy.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { above, assertTensor } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { fromTypedArray, tensor as makeTensor } from '../../tensor/create/create.js';
import type { Generator } from '../../tensor/create/random.js';
import { copyInto, emptyLikeDense } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { item, toTypedArray } from '../../tensor/values/transfer.js';

/** The options of every initialiser. */
export interface InitOptions {
  /** Where the random numbers come from. Default: the default generator. */
  generator?: Generator;
}

/** The bounds of {@link uniform_}. */
export interface UniformOptions extends InitOptions {
  /** Default: 0. */
  a?: number;
  /** Default: 1. */
  b?: number;
}

/** What {@link normal_} draws from. */
export interface NormalOptions extends InitOptions {
  /** Default: 0. */
  mean?: number;
  /** The standard deviation. Default: 1. */
  std?: number;
}

/** The options of {@link truncNormal_}. */
export interface TruncNormalOptions extends NormalOptions {
  /** The least value. Default: -2. */
  a?: number;
  /** The largest value. Default: 2. */
  b?: number;
}

/** The options of {@link constant_}. */
export interface ConstantOptions {
  /** The value. */
  val: number;
}

const UNIFORM: Settings<UniformOptions> = { a: 0, b: 1, generator: required };
const NORMAL: Settings<NormalOptions> = { mean: 0, std: 1, generator: required };
const TRUNC_NORMAL: Settings<TruncNormalOptions> = { mean: 0, std: 1, a: -2, b: 2, generator: required };

/**
 * Fills with numbers from [a, b). Defaults: 0 and 1.
 * @throws {ArgumentError} when a is above b.
 * @example
 * nn.init.uniform_(nn.init.zeros_(zeros([2, 3])), -0.1, 0.1).shape; // [2, 3]
 */
export function uniform_(x: Tensor, ...args: Arguments<UniformOptions, [a: 'a', b: 'b', generator: 'generator']>): Tensor {
  const { a, b, ...from } = readArguments('uniform_', UNIFORM, args);
  return noGrad(() => random.uniform_(x, a, b, from));
}

/**
 * Fills with numbers from the normal distribution. Defaults: mean 0, standard deviation 1.
 * @throws {ArgumentError} for a std below 0.
 * @example
 * nn.init.normal_(zeros([2, 3]), { std: 0.02 }).shape; // [2, 3]
 */
export function normal_(x: Tensor, ...args: Arguments<NormalOptions, [mean: 'mean', std: 'std', generator: 'generator']>): Tensor {
  const { mean, std, ...from } = readArguments('normal_', NORMAL, args);
  return noGrad(() => random.normal_(x, mean, std, from));
}

/**
 * Fills with one value.
 * @throws {ArgumentError} unless it is a number.
 * @example
 * nn.init.constant_(zeros([2]), 0.5); // [0.5, 0.5]
 */
export function constant_(x: Tensor, ...args: Arguments<ConstantOptions, [val: 'val']>): Tensor {
  if ((args[0] as unknown) === undefined) throw new ArgumentError('constant_: the value is missing.');
  return fill('constant_', x, readArguments('constant_', { val: 0 }, args).val);
}

function fill(op: string, x: Tensor, value: number): Tensor {
  assertTensor(op, 'x', x);
  fillRaw(x, value);
  x.counter.version++;
  return x;
}

/** Fills with zeros. */
export function zeros_(x: Tensor): Tensor {
  return fill('zeros_', x, 0);
}

/** Fills with ones. */
export function ones_(x: Tensor): Tensor {
  return fill('ones_', x, 1);
}

export type Floats = Float32Array | Float64Array;

/** @internal Puts values, in row-major order, into `x`. */
export function write(x: Tensor, values: Floats, op: string): Tensor {
  copyInto(x, fromTypedArray(values, x.shape), op);
  x.counter.version++;
  return x;
}

/**
 * The normal distribution cut off to [a, b]; values outside are drawn again. The draws are those of PyTorch 2.15, whose earlier
 * versions used the inverse of the distribution function.
 * @param mean default 0. @param std default 1. @param a default -2. @param b default 2; a and b are values, not standard deviations.
 * @throws {ArgumentError} for a std that is not above 0, and for a above b.
 * @example
 * nn.init.truncNormal_(zeros([2, 3]), { std: 0.02 }).shape; // [2, 3]
 */
export function truncNormal_(
  x: Tensor,
  ...args: Arguments<TruncNormalOptions, [mean: 'mean', std: 'std', a: 'a', b: 'b', generator: 'generator']>
): Tensor {
  const { mean, std, a, b, ...options } = readArguments('truncNormal_', TRUNC_NORMAL, args);
  assertTensor('truncNormal_', 'x', x);
  above('truncNormal_', 'std', std, 0);
  if (!(a <= b)) throw new ArgumentError(`truncNormal_: from ${a} to ${b} there are no numbers; a must not be above b.`);
  if (mean < a - 2 * std || mean > b + 2 * std)
    warnOnce('truncNormal_: mean is more than 2 std outside [a, b]: few of its values are near the mean.');
  if (numel(x.shape) === 0) return x;
  const fresh = (fill: (t: Tensor) => Tensor) => toTypedArray(fill(emptyLikeDense(x))) as Floats;
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
  // Far from the mean most normal draws would be lost: draw uniformly, and accept in proportion to the density. How many draws a value
  // takes is about how often that falls by a factor of e from one end to the other.
  if ((Math.abs(Math.max(a, Math.min(mean, b)) - mean) / std ** 2) * (b - a) > 1e6)
    throw new ArgumentError(
      `truncNormal_: mean ${mean} with std ${std} is so far from [${a}, ${b}] that nearly every draw would be thrown away. Bring the mean nearer, or take a larger std.`,
    );
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
