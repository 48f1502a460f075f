import { named } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { assertNumber, assertTensor } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { castRaw } from '../../tensor/raw.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { isScalar, limitedScalar, resultDType, type Scalar, scalarTensor } from '../../tensor/values/scalar.js';
import { clone, to } from '../view/copy.js';
import { maximum, minimum } from './binary.js';
import { isnan, isneginf, isposinf } from './comparison.js';
import { inPlace } from './inplace.js';
import { unary, where } from './table.js';

/** A bound of {@link clamp}; null for none. */
export type Bound = Operand | null;
type Operand = Scalar | Tensor;

/** The options of {@link clamp}: its bounds, at least one. */
export interface ClampOptions {
  /** The lower bound; none where it is left out. */
  min?: Bound;
  /** The upper bound; none where it is left out. */
  max?: Bound;
}

/** The options of {@link clip}. */
export type ClipOptions = ClampOptions;
/** The older name of {@link ClampOptions}. @deprecated Use that. */
export type ClampBounds = ClampOptions;

/** The bounds, by position or by name. */
export type ClampArguments = Arguments<ClampOptions, [min: 'min', max: 'max']>;

/**
 * Limits values to [min, max]: two numbers, or two tensors that broadcast with `x`; either may be left out. Where min > max, all become max.
 * Gradient: 1 between the bounds, 0 on numbers and outside; tensors get it where they are the result, half of it where they equal `x`.
 * @throws {ArgumentError} without a bound, or with a number and a tensor. @throws {DTypeError} for numbers that leave nothing of an integer dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 * @example
 * clamp(tensor([1, 2, 3]), { max: tensor([2, 1, 5]) }); // [1, 1, 3]
 */
export function clamp(x: Tensor, ...args: ClampArguments): Tensor {
  assertTensor('clamp', 'x', x);
  const { min, max } = readArguments('clamp', NO_BOUNDS, args);
  return clampTo('clamp', x, min, max);
}

const NO_BOUNDS: Required<ClampOptions> = { min: null, max: null };

/** {@link clamp} in place. */
export function clamp_(x: Tensor, ...args: ClampArguments): Tensor {
  const { min, max } = readArguments('clamp_', NO_BOUNDS, args);
  const inputs = [min, max].filter((bound) => bound instanceof Tensor);
  return inPlace('clamp_', x, inputs, () => clampTo('clamp_', x, min, max));
}

/** Values below `min` (a number, or a tensor that broadcasts) become `min`. Gradient: 1 above it. */
export function clampMin(x: Tensor, min: Operand): Tensor {
  if (arguments.length > 2) tooMany('clampMin', 2, arguments);
  assertTensor('clampMin', 'x', x);
  return named('ClampMin', clampTo('clampMin', x, min, null));
}

/** Values above `max` (a number, or a tensor that broadcasts) become `max`. Gradient: 1 below it. */
export function clampMax(x: Tensor, max: Operand): Tensor {
  if (arguments.length > 2) tooMany('clampMax', 2, arguments);
  assertTensor('clampMax', 'x', x);
  return named('ClampMax', clampTo('clampMax', x, null, max));
}

/** {@link clampMin} in place. */
export function clampMin_(x: Tensor, min: Operand): Tensor {
  if (arguments.length > 2) tooMany('clampMin_', 2, arguments);
  return clamp_(x, min);
}
/** {@link clampMax} in place. */
export function clampMax_(x: Tensor, max: Operand): Tensor {
  if (arguments.length > 2) tooMany('clampMax_', 2, arguments);
  return clamp_(x, null, max);
}
/** {@link clamp} under NumPy's name. */
export const clip = clamp;
/** {@link clip} in place. */
export const clip_ = clamp_;

function clampTo(op: string, x: Tensor, min: Bound, max: Bound): Tensor {
  if (min === null && max === null) throw new ArgumentError(`${op}: got neither min nor max, expected at least one.`);
  const given = [min, max].filter((bound) => bound !== null);
  for (const bound of given)
    if (!isScalar(bound) && !(bound instanceof Tensor))
      throw new ArgumentError(`${op}: a bound is ${show(bound)}, expected a number or a Tensor.`);
  if (given.every((bound) => bound instanceof Tensor)) return between(x, min as Tensor | null, max as Tensor | null);
  if (given.some((bound) => bound instanceof Tensor))
    throw new ArgumentError(`${op}: min is ${show(min)} and max is ${show(max)}, expected two numbers or two tensors.`);
  const dtype = isFloating(x.dtype) ? x.dtype : resultDType(x, ...given);
  const [low, high] = [min, max].map((bound, i) => (bound === null ? null : limitedScalar(op, i === 0, bound as Scalar, dtype))) as [
    number | bigint | null,
    number | bigint | null,
  ];
  if (typeof low === 'bigint' || typeof high === 'bigint') {
    // Kernels take numbers as doubles, which would lose digits.
    const exact = (bound: number | bigint | null) => (bound === null ? null : scalarTensor(bound, dtype));
    return between(x, exact(low), exact(high));
  }
  return unary('clamp', castRaw(x, dtype, op), low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY);
}

function between(x: Tensor, min: Tensor | null, max: Tensor | null): Tensor {
  const operands = [x, min, max].filter((t) => t !== null);
  const dtype = resultDType(...operands);
  const lifted = min === null ? to(x, dtype) : maximum(to(x, dtype), to(min, dtype));
  return named('Clamp', max === null ? lifted : minimum(lifted, to(max, dtype)));
}

const NO_REPLACEMENTS: { nan: number | null; posinf: number | null; neginf: number | null } = { nan: null, posinf: null, neginf: null };

const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/** The options of {@link nanToNum}. */
export interface NanToNumOptions {
  /** What NaN becomes. Default: 0. */
  nan?: number;
  /** What infinity becomes. Default: null, the largest number of the dtype. */
  posinf?: number | null;
  /** What minus infinity becomes. Default: null, the negative of the largest number of the dtype. */
  neginf?: number | null;
}

/**
 * NaN and the infinities replaced. Gradient: 1 elsewhere, 0 there.
 * @param args nan (default 0), posinf and neginf (default: the largest number of the dtype, and its negative) in this order, or by name.
 * @throws {ArgumentError} for replacements that are no numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 */
export function nanToNum(x: Tensor, ...args: Arguments<NanToNumOptions, [nan: 'nan', posinf: 'posinf', neginf: 'neginf']>): Tensor {
  assertTensor('nanToNum', 'x', x);
  if (!isFloating(x.dtype)) return clone(x);
  const given = readArguments('nanToNum', NO_REPLACEMENTS, args);
  const largest = LARGEST[x.dtype as 'float32'];
  const values = { nan: given.nan ?? 0, posinf: given.posinf ?? largest, neginf: given.neginf ?? -largest };
  for (const [name, value] of Object.entries(values)) assertNumber('nanToNum', name, value);
  return named('NanToNum', where(isnan(x), values.nan, where(isposinf(x), values.posinf, where(isneginf(x), values.neginf, x))));
}
