/** Elementwise functions of two operands, with broadcasting and type promotion. Their gradients stand in table.ts. */

import { noGrad } from '../../autograd/modes/mode.js';
import { named, record } from '../../autograd/node.js';
import { DTypeError } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensor, assertTensors, oneOf } from '../../tensor/arguments/checks.js';
import { resultStrides } from '../../tensor/layout.js';
import { Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { isScalar, resultDType, type Scalar, scalarTensor, storedScalar, wrappedScalar } from '../../tensor/values/scalar.js';
import { detach, laidAs, to } from '../view/copy.js';
import { eq, gt, logicalOr, lt, signbit } from './comparison.js';
import { binaryOp, type Operand, unary, where } from './table.js';

/** The options of {@link add}. */
export interface AddOptions {
  /** By how much the second operand counts. Default: 1. A whole number for integers. */
  alpha?: Scalar;
}

/** The options of {@link sub}. */
export type SubOptions = AddOptions;

/** a + alpha * b. `alpha` defaults to 1. @throws {DTypeError} for a fraction as the alpha of integers, or one that does not fit. */
export function add(a: Operand, b: Operand, options?: AddOptions): Tensor {
  const alpha = readAlpha('add', options);
  return alpha === 1 ? binaryOp('add', a, b) : addScaled(a, b, alpha, false, 'add');
}

/** a - alpha * b. `alpha` defaults to 1. @throws {DTypeError} for a fraction as the alpha of integers, or one that does not fit. */
export function sub(a: Operand, b: Operand, options?: SubOptions): Tensor {
  const alpha = readAlpha('sub', options);
  return alpha === 1 ? binaryOp('sub', a, b) : addScaled(a, b, alpha, true, 'sub');
}

const ALPHA: { alpha: Scalar | null } = { alpha: null };

/** @internal The factor of the second operand. */
export function readAlpha(op: string, options: AddOptions | undefined): Scalar {
  return options === undefined ? 1 : (readOptions(op, ALPHA, options).alpha ?? 1);
}

function addScaled(a: Operand, b: Operand, alpha: Scalar, minus: boolean, name: string): Tensor {
  const dtype = resultDType(a, b);
  const scale = alphaFor(name, minus && typeof alpha !== 'boolean' ? -alpha : alpha, dtype);
  const second = isScalar(b) ? scalarTensor(wrappedScalar(name, b, dtype), dtype) : b;
  // 0 times infinity is NaN: not to be left out. Kernels take the factor as a double.
  if (scale === 0 || typeof scale === 'bigint') return binaryOp('add', a, to(mul(to(second, dtype), scale), dtype), 0, 0, name);
  return binaryOp('add_scaled', a, second, scale, 0, name);
}

/** The factor `alpha` of operands that promote to `dtype`. */
export function alphaFor(name: string, alpha: Scalar, dtype: DType): number | bigint {
  if (!isFloating(dtype) && typeof alpha === 'number' && !Number.isInteger(alpha))
    throw new DTypeError(
      `${name}: alpha is ${alpha}, but the operands are ${dtype}: expected a whole number. Convert one with to('float32').`,
    );
  if (typeof alpha === 'boolean' && dtype !== 'bool')
    throw new DTypeError(`${name}: alpha is ${alpha}, but the operands are ${dtype}: expected a number.`);
  return storedScalar(name, alpha, dtype);
}

/** a * b. */
export function mul(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('mul', 2, arguments);
  return binaryOp('mul', a, b);
}

/** The options of {@link div}. */
export interface DivOptions {
  /** How the quotient is rounded: toward zero, down, or (null) not at all. Default: null. */
  roundingMode?: 'trunc' | 'floor' | null;
}

/** a / b: true division, integers become float32. With `roundingMode`, the quotient is rounded and integers stay integers. */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  if (options === undefined) return binaryOp('div', a, b);
  const { roundingMode } = readOptions('div', { roundingMode: null as DivOptions['roundingMode'] }, options);
  if (roundingMode !== null) oneOf('div', 'roundingMode', roundingMode, ['floor', 'trunc']);
  if (roundingMode === 'floor') return binaryOp('floor_divide', a, b, 0, 0, 'div');
  if (roundingMode === 'trunc') {
    // a - fmod(a, b) is b times the truncated quotient, exactly, for integers too.
    const whole = sub(a, binaryOp('fmod', a, b, 0, 0, 'div'));
    if (!isFloating(whole.dtype)) return binaryOp('floor_divide', whole, b, 0, 0, 'div');
    const operands = [a, b].filter((x) => x instanceof Tensor);
    // The gradient is 0, also where that of the quotient is infinite.
    return record(
      'div',
      noGrad(() => unary('trunc', binaryOp('div', a, b))),
      operands,
      [],
      (g) => operands.map(() => mul(g, 0)),
    );
  }
  return binaryOp('div', a, b);
}

/** a to the b. @throws {ArgumentError} for integers to the power of a negative whole number: use a floating dtype. */
export function pow(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('pow', 2, arguments);
  if (b === 2 && a instanceof Tensor && a.dtype !== 'bool') return unary('square', a, 0, 0, 'pow');
  return binaryOp('pow', a, b);
}
/** The larger of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export function maximum(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('maximum', 2, arguments);
  return binaryOp('maximum', a, b);
}
/** The smaller of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export function minimum(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('minimum', 2, arguments);
  return binaryOp('minimum', a, b);
}
/** floor(a / b). */
export function floorDivide(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('floorDivide', 2, arguments);
  return binaryOp('floor_divide', a, b, 0, 0, 'floorDivide');
}
/** a - b * floor(a / b): the sign of b, as Python's %. */
export function remainder(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('remainder', 2, arguments);
  return binaryOp('remainder', a, b);
}
/** a - b * trunc(a / b): the sign of a, as JavaScript's %. */
export function fmod(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('fmod', 2, arguments);
  return binaryOp('fmod', a, b);
}
/** The angle of the point (b, a). */
export function atan2(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('atan2', 2, arguments);
  return binaryOp('atan2', a, b);
}

/** The options of {@link addcmul}. */
export interface AddcmulOptions {
  /** How much of the product or quotient is added. Default: 1. */
  value?: Scalar;
}

/** The options of {@link addcdiv}. */
export type AddcdivOptions = AddcmulOptions;
/** The older name of {@link AddcmulOptions}. @deprecated Use that. */
export type ValueOption = AddcmulOptions;

/** input + value * tensor1 * tensor2. @see https://pytorch.org/docs/stable/generated/torch.addcmul.html */
export function addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: AddcmulOptions): Tensor {
  assertTensor('addcmul', 'input', input);
  assertTensor('addcmul', 'tensor1', tensor1);
  assertTensor('addcmul', 'tensor2', tensor2);
  const { value } = readOptions('addcmul', { value: 1 }, options);
  const dtype = resultDType(input, tensor1, tensor2);
  const factor = storedScalar('addcmul', value, dtype);
  const [x, a, b] = [input, tensor1, tensor2].map((t) => to(t, dtype)) as [Tensor, Tensor, Tensor];
  return named('Addcmul', add(x, mul(factor === 1 ? a : mul(a, factor), b)));
}

/**
 * input + value * tensor1 / tensor2.
 * @throws {DTypeError} for two integers: convert one. @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 */
export function addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: AddcdivOptions): Tensor {
  assertTensor('addcdiv', 'input', input);
  assertTensor('addcdiv', 'tensor1', tensor1);
  assertTensor('addcdiv', 'tensor2', tensor2);
  const { value } = readOptions('addcdiv', { value: 1 }, options);
  if (!isFloating(tensor1.dtype) && !isFloating(tensor2.dtype))
    throw new DTypeError(`addcdiv: ${tensor1.dtype} / ${tensor2.dtype} divides integers. Convert one with to('float32').`);
  const [x, a, b] = asFloats(input, tensor1, tensor2) as [Tensor, Tensor, Tensor];
  return named('Addcdiv', add(x, div(value === 1 ? a : mul(a, value), b)));
}

/**
 * start + weight * (end - start), from the nearer end.
 * @param weight a number or a tensor.
 * @throws {DTypeError} for two dtypes, or for integers. @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 */
export function lerp(start: Tensor, end: Tensor, weight: Operand): Tensor {
  if (arguments.length > 3) tooMany('lerp', 3, arguments);
  assertTensor('lerp', 'start', start);
  assertTensor('lerp', 'end', end);
  if (start.dtype !== end.dtype || !isFloating(start.dtype))
    throw new DTypeError(`lerp: start is ${start.dtype} and end ${end.dtype}, expected one floating dtype. Convert with to('float32').`);
  if (!isScalar(weight)) assertTensor('lerp', 'weight', weight);
  const back = sub(start, end); // the first operand decides how the result lies in memory
  if (isScalar(weight)) {
    const share = Number(weight);
    return named('Lerp', Math.abs(share) < 0.5 ? sub(start, mul(back, share)) : add(mul(back, 1 - share), end));
  }
  const near = lt(unary('abs', detach(weight)), 0.5);
  return named('LerpBackward1', where(near, sub(start, mul(back, weight)), add(mul(back, sub(1, weight)), end)));
}

/** sqrt(a² + b²), without overflow. @throws {DTypeError} for integers. */
export function hypot(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('hypot', 2, arguments);
  needsFloats('hypot', a, b);
  return binaryOp('hypot', a, b);
}

/** The size of `a` with the sign of `b`; -0 counts as negative. Integers become floats. Gradient: to a, with its sign turned as the value's was. */
export function copysign(a: Tensor, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('copysign', 2, arguments);
  const [x, y] = asFloats(a, b) as [Tensor, Operand];
  const size = noGrad(() => unary('abs', x));
  const signed = (y: Tensor) => mul(size, to(where(signbit(y), -1, 1), size.dtype));
  const out = y instanceof Tensor ? noGrad(() => signed(y)) : Number(y) < 0 || Object.is(y, -0) ? unary('neg', size) : size;
  const inputs = y instanceof Tensor ? [x, y] : [x];
  const laid = laidAs(out, resultStrides(out.shape, inputs));
  return record('copysign', laid, {
    inputs: { a: x, b: y instanceof Tensor ? y : null },
    saved: { a: x, out },
    composed: (dy, { a, out }, needs) => ({
      a: needs.a ? where(eq(a, 0), 0, mul(dy, div(out, a))) : null,
      b: needs.b ? mul(dy, 0) : null,
    }),
  });
}

/** The tensors among the operands as the floating dtype to which all promote: so no step in between depends on which has dims. */
export function asFloats(...operands: readonly Operand[]): Operand[] {
  const dtype = resultDType(...operands);
  return operands.map((x) => (x instanceof Tensor ? to(x, isFloating(dtype) ? dtype : 'float32') : x));
}

/** Integers and bools as float32. */
export function floats(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : to(x, 'float32');
}

export function needsFloats(op: string, ...operands: readonly Operand[]): void {
  const dtype = resultDType(...operands);
  if (!isFloating(dtype)) throw new DTypeError(`${op}: the operands are ${dtype}, expected float32 or float64. Use x.to('float32').`);
}

/** 0 below 0, `values` at 0, 1 above; without gradient. @throws {DTypeError} for two dtypes. */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  if (arguments.length > 2) tooMany('heaviside', 2, arguments);
  assertTensor('heaviside', 'x', x);
  assertTensor('heaviside', 'values', values);
  assertSameDType('heaviside', { x, values });
  const source = detach(x);
  return where(eq(source, 0), detach(values), to(gt(source, 0), x.dtype));
}

/** The larger of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
export function fmax(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('fmax', 2, arguments);
  return numberOf('fmax', a, b, gt);
}

/** The smaller of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
export function fmin(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('fmin', 2, arguments);
  return numberOf('fmin', a, b, lt);
}

/** Whichever wins, or is a number where the other is NaN. */
function numberOf(op: string, a: Tensor, b: Tensor, wins: typeof gt): Tensor {
  assertTensors(op, { a, b });
  const takes = (x: Tensor, y: Tensor) => logicalOr(wins(x, y), unary('isnan', y));
  const out = noGrad(() => where(logicalOr(takes(a, b), eq(a, b)), a, b));
  return record(op, out, {
    inputs: { a, b },
    saved: { a, b },
    composed: (dy, { a, b }, needs) => {
      const first = where(eq(a, b), 0.5, to(takes(a, b), dy.dtype));
      return { a: needs.a ? mul(dy, first) : null, b: needs.b ? mul(dy, sub(1, first)) : null };
    },
  });
}
