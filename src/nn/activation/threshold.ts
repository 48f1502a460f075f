/** Activations with a threshold: threshold itself, the shrinking ones, and relu with random slopes. */
import { noGrad } from '../../autograd/mode.js';
import { named, record } from '../../autograd/node.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { ge, gt, isnan, le, logicalAnd, logicalOr, lt } from '../../ops/elementwise/comparison.js';
import { binaryInPlace } from '../../ops/elementwise/inplace.js';
import { where } from '../../ops/elementwise/table.js';
import { indexCopy_ } from '../../ops/gather/gather.js';
import { flatNonzero } from '../../ops/index/masks.js';
import { uniform_ } from '../../ops/random/random.js';
import { filled, to } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { readArguments } from '../../tensor/arguments.js';
import { assertFloating, assertTensor } from '../../tensor/checks.js';
import { isFloating } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type InPlaceOption, leaky } from './functional.js';
import { overwrite } from './overwrite.js';

/**
 * x above `limit`, else `value`. Integers stay integers.
 * @param options.inplace default false.
 * @throws {ArgumentError} when a number is missing.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 */
export function threshold(x: Tensor, limit: number, value: number, inplace?: boolean | InPlaceOption): Tensor;
export function threshold(x: Tensor, options: { threshold: number; value: number; inplace?: boolean }): Tensor;
export function threshold(x: Tensor, ...given: unknown[]): Tensor {
  const { threshold: limit, value, inplace } = readArguments('threshold', THRESHOLD, given);
  checkThreshold('threshold', limit, value);
  assertTensor('threshold', 'input', x);
  if (x.dtype === 'bool') throw new DTypeError("threshold: the input is bool, expected numbers. Use x.to('float32').");
  const wanted = isFloating(x.dtype) ? value : Math.trunc(value);
  // Asked the other way round, so that NaN stays NaN.
  const compute = (x: Tensor) => where(le(x, limit), wanted, x);
  if (!inplace) return named('Threshold', compute(x));
  // From the result it can be told which values were replaced, unless they were replaced by one above the threshold.
  const fromResult = value <= limit ? (g: Tensor, y: Tensor) => where(le(y, limit), 0, g) : undefined;
  return named('Threshold', overwrite('threshold_', x, { compute, fromResult }));
}

const THRESHOLD = { threshold: Number.NaN, value: Number.NaN, inplace: false };

/** @internal Both numbers of a threshold are required. */
export function checkThreshold(op: string, limit: number, value: number): void {
  if (Number.isNaN(limit) || Number.isNaN(value))
    throw new ArgumentError(`${op}: threshold is ${limit} and value ${value}, expected two numbers.`);
}

/** The options of {@link hardshrink} and {@link softshrink}. */
export interface ShrinkOptions {
  /** Half the width of what becomes 0. Default: 0.5. */
  lambd?: number;
}

const SHRINK = { lambd: 0.5 };

/** dy outside [-lambd, lambd], 0 inside and at NaN, as PyTorch's vectorised kernel. */
const shrinkGradient = (g: Tensor, x: Tensor, lambd: number) => where(logicalOr(lt(x, -lambd), gt(x, lambd)), g, 0);

/**
 * x, but 0 from -lambd to lambd.
 * @param lambd default 0.5. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 */
export function hardshrink(x: Tensor, lambd?: number | ShrinkOptions): Tensor;
export function hardshrink(x: Tensor, ...given: unknown[]): Tensor {
  const { lambd } = readArguments('hardshrink', SHRINK, given);
  assertFloating('hardshrink', 'x', x);
  const out = noGrad(() => where(logicalAnd(ge(x, -lambd), le(x, lambd)), 0, x));
  return record('hardshrink', out, [x], [x], (g, [x]) => [shrinkGradient(g, x!, lambd)]);
}

/**
 * x moved towards 0 by lambd, and 0 from -lambd to lambd.
 * @param lambd at least 0, default 0.5. @throws {ArgumentError} for one below 0. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 */
export function softshrink(x: Tensor, lambd?: number | ShrinkOptions): Tensor;
export function softshrink(x: Tensor, ...given: unknown[]): Tensor {
  const { lambd } = readArguments('softshrink', SHRINK, given);
  if (!(lambd >= 0)) throw new ArgumentError(`softshrink: lambd is ${lambd}, expected at least 0.`);
  assertFloating('softshrink', 'x', x);
  const out = noGrad(() => where(gt(x, lambd), sub(x, lambd), where(lt(x, -lambd), add(x, lambd), where(isnan(x), x, 0))));
  return record('softshrink', out, [x], [x], (g, [x]) => [shrinkGradient(g, x!, lambd)]);
}

/** The options of {@link Rrelu}. */
export interface RreluOptions extends InPlaceOption {
  /** The least slope. Default: 1/8. */
  lower?: number;
  /** The largest slope. Default: 1/3. */
  upper?: number;
  /** Whether slopes are drawn; otherwise all are the mean of the two. Default: false. */
  training?: boolean;
}

/** @internal Throws for a range without numbers. */
export function checkSlopes(op: string, lower: number, upper: number): void {
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower > upper)
    throw new ArgumentError(`${op}: lower is ${lower} and upper ${upper}, expected two numbers, the first not above the second.`);
}

/**
 * x above 0; below, x times a slope that in training is drawn for each element from [lower, upper), and else is their mean. The draws are
 * PyTorch's: one for each element that is not above 0, in row-major order.
 * @param lower default 1/8. @param upper default 1/3. @param options.training default false. @param options.inplace default false.
 * @throws {ArgumentError} when lower is above upper. @throws {DTypeError} for integers.
 * @see Xu et al. 2015, https://arxiv.org/abs/1505.00853
 */
export function rrelu(x: Tensor, options?: RreluOptions): Tensor;
export function rrelu(x: Tensor, lower?: number, upper?: number, training?: boolean, inplace?: boolean | InPlaceOption): Tensor;
export function rrelu(x: Tensor, lower: number, upper: number, options: Pick<RreluOptions, 'training' | 'inplace'>): Tensor;
export function rrelu(x: Tensor, ...given: unknown[]): Tensor {
  const { lower, upper, training, inplace } = readArguments(
    'rrelu',
    { lower: 1 / 8, upper: 1 / 3, training: false, inplace: false },
    given,
  );
  checkSlopes('rrelu', lower, upper);
  assertFloating('rrelu', 'x', x);
  if (!training) return leaky('rrelu', x, (lower + upper) / 2, inplace);
  const slopes = noGrad(() => {
    const places = flatNonzero(le(x, 0));
    const drawn = uniform_(emptyTensor(places.shape, 'float64'), lower, upper);
    return reshape(indexCopy_(filled([x.numel()], x.dtype, 1), 0, places, to(drawn, x.dtype)), x.shape);
  });
  return inplace ? binaryInPlace('rrelu_', 'mul', x, slopes, () => mul(x, slopes)) : mul(slopes, x); // row-major, as the slopes
}
