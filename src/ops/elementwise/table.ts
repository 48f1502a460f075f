/**
 * Elementwise operations: every kernel operation of one and of two operands with its gradient, in two tables that are exhaustive by type,
 * and the three functions that apply them. The functions that users call stand in unary.ts, binary.ts and comparison.ts.
 */

import { isRecorded, type Node, named, record, unrecorded } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { BinaryKind, BinaryOp, type BinaryOpName, UnaryKind, UnaryOp, type UnaryOpName } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { castRaw, code, dense, elementwiseResult, emptyBesideNumber, emptyLikeDense, metaPtr, writeMeta } from '../../tensor/raw.js';
import { broadcastShapes, broadcastStrides, collapse, isContiguous, numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { isScalar, resultDType, type Scalar, scalarTensor, storedScalar, wrappedScalar } from '../../tensor/values/scalar.js';

// Short forms for the formulas below.
const add = (a: Operand, b: Operand) => binaryOp('add', a, b);
const sub = (a: Operand, b: Operand) => binaryOp('sub', a, b);
const mul = (a: Operand, b: Operand) => binaryOp('mul', a, b);
const div = (a: Operand, b: Operand) => binaryOp('div', a, b);
const pow = (a: Operand, b: Operand) => binaryOp('pow', a, b);
const neg = (x: Tensor) => unary('neg', x);

type SavedValue = 'input' | 'output' | 'nothing';

interface UnaryDefinition {
  readonly saves: SavedValue;
  /** dx from dy and the saved value (x or y; dy itself when nothing is saved). */
  readonly grad: (g: Tensor, saved: Tensor, p0: number, p1: number) => Tensor | null;
}

const nothing = (grad: UnaryDefinition['grad']): UnaryDefinition => ({ saves: 'nothing', grad });
const input = (grad: UnaryDefinition['grad']): UnaryDefinition => ({ saves: 'input', grad });
const output = (grad: UnaryDefinition['grad']): UnaryDefinition => ({ saves: 'output', grad });
/** Piecewise constant: the gradient is zero. */
const flat = nothing((g) => mul(g, 0));
/** Bool results carry no gradient. */
const predicate = nothing(() => null);

const LN2 = Math.LN2;
const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** Every unary kernel operation and its gradient. */
export const unaryDefinitions = {
  neg: nothing((g) => unary('neg', g)),
  abs: input((g, x) => mul(g, unary('sign', x))),
  sign: flat,
  square: input((g, x) => mul(g, mul(x, 2))),
  relu: output((g, y) => binaryOp('relu_grad', g, y)),
  clamp: input((g, x, low, high) => binaryOp('clamp_grad', g, x, low, high)),
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  exp: output((g, y) => mul(g, y)),
  exp2: output((g, y) => mul(g, mul(y, LN2))),
  expm1: output((g, y) => mul(g, add(y, 1))),
  log: input((g, x) => div(g, x)),
  log2: input((g, x) => div(g, mul(x, LN2))),
  log10: input((g, x) => div(g, mul(x, Math.LN10))),
  log1p: input((g, x) => div(g, add(x, 1))),
  sqrt: output((g, y) => div(g, mul(y, 2))), // infinite at 0, as in PyTorch
  rsqrt: output((g, y) => mul(mul(g, -0.5), pow(y, 3))),
  reciprocal: output((g, y) => neg(mul(g, mul(y, y)))),
  sin: input((g, x) => mul(g, unary('cos', x))),
  cos: input((g, x) => neg(mul(g, unary('sin', x)))),
  tan: output((g, y) => mul(g, add(mul(y, y), 1))),
  asin: input((g, x) => mul(g, unary('rsqrt', sub(1, mul(x, x))))),
  acos: input((g, x) => neg(mul(g, unary('rsqrt', sub(1, mul(x, x)))))),
  atan: input((g, x) => div(g, add(mul(x, x), 1))),
  sinh: input((g, x) => mul(g, unary('cosh', x))),
  cosh: input((g, x) => mul(g, unary('sinh', x))),
  tanh: output((g, y) => binaryOp('tanh_grad', g, y)),
  asinh: input((g, x) => mul(g, unary('rsqrt', add(mul(x, x), 1)))),
  acosh: input((g, x) => mul(g, unary('rsqrt', sub(mul(x, x), 1)))),
  atanh: input((g, x) => div(g, sub(1, mul(x, x)))),
  erf: input((g, x) => mul(g, mul(unary('exp', neg(mul(x, x))), TWO_OVER_SQRT_PI))),
  erfinv: output((g, y) => mul(g, mul(unary('exp', mul(y, y)), 1 / TWO_OVER_SQRT_PI))),
  sigmoid: output((g, y) => binaryOp('sigmoid_grad', g, y)),
  logsigmoid: input((g, x) => mul(g, unary('sigmoid', neg(x)))),
  softplus: input((g, x, beta, threshold) => binaryOp('softplus_grad', g, x, beta, threshold)),
  silu: input((g, x) => binaryOp('silu_grad', g, x)),
  gelu: input((g, x) => binaryOp('gelu_grad', g, x)),
  gelu_tanh: input((g, x) => binaryOp('gelu_tanh_grad', g, x)),
  leaky_relu: input((g, x, slope) => binaryOp('leaky_relu_grad', g, x, slope)),
  elu: input((g, x, alpha, scale) => binaryOp('elu_grad', g, x, alpha, scale)),
  erfc: input((g, x) => mul(g, mul(unary('exp', neg(mul(x, x))), -TWO_OVER_SQRT_PI))),
  erfcx: input((g, x) => mul(g, sub(mul(mul(x, unary('erfcx', x)), 2), TWO_OVER_SQRT_PI))),
  lgamma: input((g, x) => mul(g, unary('digamma', x))),
  digamma: input((g, x) => mul(g, unary('polygamma', x, 1))),
  polygamma: input((g, x, order) => mul(g, unary('polygamma', x, order + 1))),
  i0: input((g, x) => mul(g, unary('i1', x))),
  i0e: input((g, x) => mul(g, sub(unary('i1e', x), mul(unary('sign', x), unary('i0e', x))))),
  // I1' = I0 - I1 / x, and 1/2 at 0
  i1: input((g, x) => mul(g, where(binaryOp('eq', x, 0), 0.5, sub(unary('i0', x), div(unary('i1', x), awayFromZero(x)))))),
  i1e: input((g, x) => {
    const slope = sub(unary('i0e', x), mul(unary('i1e', x), add(unary('sign', x), div(1, awayFromZero(x)))));
    return mul(g, where(binaryOp('eq', x, 0), 0.5, slope));
  }),
  ndtri: output((g, y) => mul(g, mul(unary('exp', mul(mul(y, y), 0.5)), Math.sqrt(2 * Math.PI)))),
  // phi(x) / Phi(x)
  log_ndtr: input((g, x) => mul(g, div(Math.sqrt(2 / Math.PI), unary('erfcx', mul(x, -Math.SQRT1_2))))),
  // 0 at the bends
  hardsigmoid: input((g, x) => where(binaryOp('logical_and', binaryOp('gt', x, -3), binaryOp('lt', x, 3)), div(g, 6), 0)),
  hardswish: input((g, x) => binaryOp('hardswish_grad', g, x)),
  mish: input((g, x) => binaryOp('mish_grad', g, x)),
  // From 0 on the exponential is taken of 0, so that it cannot overflow and spoil the gradient.
  celu: input((g, x, alpha) => {
    const below = binaryOp('lt', x, 0);
    return where(below, mul(g, unary('exp', div(where(below, x, 0), alpha))), g);
  }),
  logical_not: predicate,
  isnan: predicate,
  isinf: predicate,
  isfinite: predicate,
} satisfies Record<UnaryOpName, UnaryDefinition>;

/** `x`, but 1 where it is 0: a divisor. */
function awayFromZero(x: Tensor): Tensor {
  return where(binaryOp('eq', x, 0), 1, x);
}

/** A tensor, or a number that is applied to every element: bigints count exactly in int64, booleans as bools. */
export type Operand = Tensor | Scalar;

/** An operand of a formula: numbers are plain ones here, since only floats have gradients. */
type Term = Tensor | number;

type Grads = readonly [Tensor | null, Tensor | null];

interface BinaryDefinition {
  /** Which operands the gradients need, given which gradients are wanted: [a, b]. */
  readonly saves: (wantA: boolean, wantB: boolean) => readonly [boolean, boolean];
  /** Gradients of a and b; an operand that is a number, or whose gradient is not needed, is not looked at. */
  readonly grads: (g: Tensor, a: Term, b: Term, needs: (i: number) => boolean, p0: number, p1: number) => Grads;
}

const saving = (grads: BinaryDefinition['grads'], saves: BinaryDefinition['saves'] = () => [true, true]): BinaryDefinition => ({
  saves,
  grads,
});
const linear = (grads: BinaryDefinition['grads']): BinaryDefinition => ({ saves: () => [false, false], grads });
/** Bool results carry no gradient. */
const comparison = linear(() => [null, null]);
/** Integers carry none either. */
const integers = comparison;

/** Gradients of max and min: to the winner, shared where they are equal; to both, whole, where one is NaN. */
const extremum = (loses: 'lt' | 'gt'): BinaryDefinition =>
  saving((g, a, b, needs) => {
    const half = mul(binaryOp('eq', a, b), 0.5);
    const share = (x: Term, y: Term) => mul(g, sub(unary('logical_not', binaryOp(loses, x, y)), half));
    return [needs(0) ? share(a, b) : null, needs(1) ? share(b, a) : null];
  });

/** For the gradient kernels h(g, x): linear in g, so their own gradient in g is h itself; `inX` is g * d(h/g)/dx. */
const gradient = (op: BinaryOpName, inX: (g: Term, x: Tensor, p0: number, p1: number) => Tensor | null): BinaryDefinition =>
  saving((gg, g, x, needs, p0, p1) => {
    const second = needs(1) ? inX(g, x as Tensor, p0, p1) : null;
    return [needs(0) ? binaryOp(op, gg, x, p0, p1) : null, second && mul(gg, second)];
  });

const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** The derivative of silu'(x): s (1 - s) (2 + x (1 - 2 s)), s = sigmoid(x). */
function siluSecond(x: Tensor): Tensor {
  const s = unary('sigmoid', x);
  return mul(mul(s, sub(1, s)), add(mul(x, sub(1, mul(s, 2))), 2));
}

/** The second derivative of x w(x), w' = s (1 - w^2), s = sigmoid(x): (1 - w^2) (2 s + x s (1 - s) - 2 x s^2 w). */
function mishSecond(x: Tensor): Tensor {
  const s = unary('sigmoid', x);
  const w = unary('tanh', unary('softplus', x, 1, 20));
  const bracket = sub(add(mul(s, 2), mul(mul(x, s), sub(1, s))), mul(mul(mul(x, 2), mul(s, s)), w));
  return mul(sub(1, mul(w, w)), bracket);
}

/** The second derivative of 0.5 x (1 + tanh(u)), u = k (x + c x^3). */
function geluTanhSecond(x: Tensor): Tensor {
  const k = Math.sqrt(2 / Math.PI);
  const c = 0.044715;
  const t = unary('tanh', mul(add(mul(pow(x, 3), c), x), k));
  const sech2 = sub(1, mul(t, t));
  const du = mul(add(mul(mul(x, x), 3 * c), 1), k);
  // d/dx [0.5 (1 + t) + 0.5 x sech2 du] = sech2 du + 0.5 x sech2 (u'' - 2 t du^2),  u'' = 6 k c x
  const bracket = sub(mul(x, 6 * k * c), mul(mul(t, 2), mul(du, du)));
  return mul(sech2, add(du, mul(mul(x, 0.5), bracket)));
}

/** Every binary kernel operation and its gradients. */
export const binaryDefinitions = {
  add: linear((g, _a, _b, needs) => [needs(0) ? g : null, needs(1) ? g : null]),
  sub: linear((g, _a, _b, needs) => [needs(0) ? g : null, needs(1) ? neg(g) : null]),
  mul: saving(
    (g, a, b, needs) => [needs(0) ? mul(g, b) : null, needs(1) ? mul(g, a) : null],
    (wantA, wantB) => [wantB, wantA],
  ),
  maximum: extremum('lt'),
  minimum: extremum('gt'),
  pow: saving((g, a, b, needs) => [needs(0) ? powGradBase(g, a as Tensor, b) : null, needs(1) ? powGradExponent(g, a, b as Tensor) : null]),
  floor_divide: linear((g, _a, _b, needs) => [needs(0) ? mul(g, 0) : null, needs(1) ? mul(g, 0) : null]),
  remainder: saving(
    (g, a, b, needs) => [needs(0) ? g : null, needs(1) ? neg(mul(g, binaryOp('floor_divide', a, b))) : null],
    (_, wantB) => [wantB, wantB],
  ),
  fmod: saving(
    (g, a, b, needs) => [needs(0) ? g : null, needs(1) ? neg(mul(g, unary('trunc', div(a, b)))) : null],
    (_, wantB) => [wantB, wantB],
  ),
  add_scaled: linear((g, _a, _b, needs, alpha) => [needs(0) ? g : null, needs(1) ? mul(g, alpha) : null]),
  div: saving(
    (g, a, b, needs) => [needs(0) ? div(g, b) : null, needs(1) ? neg(mul(g, div(div(a, b), b))) : null],
    (wantA, wantB) => [wantB, wantA || wantB],
  ),
  atan2: saving((g, a, b, needs) => {
    const squared = (x: Term) => (typeof x === 'number' ? x * x : mul(x, x));
    const length = add(squared(a), squared(b));
    const scale = where(binaryOp('eq', length, 0), 0, div(g, length)); // 0 where both are 0, as in PyTorch
    return [needs(0) ? mul(scale, b) : null, needs(1) ? neg(mul(scale, a)) : null];
  }),
  hypot: saving((g, a, b, needs) => {
    const slope = div(g, binaryOp('hypot', a, b)); // NaN where both are 0, as in PyTorch
    return [needs(0) ? mul(slope, a) : null, needs(1) ? mul(slope, b) : null];
  }),
  relu_grad: gradient('relu_grad', () => null),
  sigmoid_grad: gradient('sigmoid_grad', (g, y) => mul(g, sub(1, mul(y, 2)))),
  tanh_grad: gradient('tanh_grad', (g, y) => mul(g, mul(y, -2))),
  clamp_grad: gradient('clamp_grad', () => null),
  leaky_relu_grad: gradient('leaky_relu_grad', () => null),
  silu_grad: gradient('silu_grad', (g, x) => mul(g, siluSecond(x))),
  // gelu'' = phi(x) (2 - x^2), phi the normal density
  gelu_grad: gradient('gelu_grad', (g, x) => mul(g, mul(mul(unary('exp', mul(mul(x, x), -0.5)), INV_SQRT_2PI), sub(2, mul(x, x))))),
  gelu_tanh_grad: gradient('gelu_tanh_grad', (g, x) => mul(g, geluTanhSecond(x))),
  // sigmoid'(beta x) beta below the threshold, 0 from it on
  softplus_grad: gradient('softplus_grad', (g, x, beta, threshold) => {
    const s = unary('sigmoid', mul(x, beta));
    return mul(g, mul(mul(mul(s, sub(1, s)), beta), binaryOp('lt', mul(x, beta), threshold)));
  }),
  // alpha exp(x) scale for x < 0, 0 from 0 on
  elu_grad: gradient('elu_grad', (g, x, alpha, scale) =>
    mul(g, mul(mul(unary('exp', unary('clamp', x, Number.NEGATIVE_INFINITY, 0)), alpha * scale), binaryOp('lt', x, 0))),
  ),
  mish_grad: gradient('mish_grad', (g, x) => mul(g, mishSecond(x))),
  hardswish_grad: gradient('hardswish_grad', (g, x) =>
    where(binaryOp('logical_and', binaryOp('gt', x, -3), binaryOp('lt', x, 3)), div(g, 3), 0),
  ),
  bitwise_and: integers,
  bitwise_or: integers,
  bitwise_xor: integers,
  bitwise_left_shift: integers,
  bitwise_right_shift: integers,
  gcd: integers,
  lcm: integers,
  eq: comparison,
  ne: comparison,
  lt: comparison,
  le: comparison,
  gt: comparison,
  ge: comparison,
  logical_and: comparison,
  logical_or: comparison,
  logical_xor: comparison,
} satisfies Record<BinaryOpName, BinaryDefinition>;

// d(a^b)/da = b a^(b-1); 0 where b is 0, also at a = 0
function powGradBase(g: Tensor, a: Tensor, b: Term): Tensor {
  if (typeof b === 'number') return b === 0 ? mul(g, 0) : mul(g, mul(pow(a, b - 1), b));
  const slope = mul(pow(a, sub(b, 1)), b);
  return mul(g, whereZero(b, slope));
}

// d(a^b)/db = a^b log a; 0 where a is 0 and b >= 0
function powGradExponent(g: Tensor, a: Term, b: Tensor): Tensor {
  if (typeof a === 'number' && a !== 0) return mul(g, mul(pow(a, b), Math.log(a)));
  const slope = mul(pow(a, b), typeof a === 'number' ? Number.NEGATIVE_INFINITY : unary('log', a));
  const nothing = binaryOp('ge', b, 0);
  return mul(g, where(typeof a === 'number' ? nothing : binaryOp('logical_and', binaryOp('eq', a, 0), nothing), 0, slope));
}

/** `value`, but 0 where `key` is 0. */
function whereZero(key: Tensor, value: Tensor): Tensor {
  return where(binaryOp('eq', key, 0), 0, value);
}

/** Applies a unary kernel and records it. Integers become float32 where the operation needs floats. `name` is what errors call it. */
export function unary(op: UnaryOpName, x: Tensor, p0 = 0, p1 = 0, name: string = op): Tensor {
  assertTensor(name, 'x', x);
  const kind = UnaryKind[op];
  if (kind === 'floating' && !isFloating(x.dtype)) x = castRaw(x, 'float32', name);
  const dtype = kind === 'predicate' ? 'bool' : x.dtype;
  const plain = x.isContiguous();
  const source = plain ? x : dense(x, name);
  const out = plain ? emptyTensor(x.shape, dtype) : emptyLikeDense(source, dtype);
  check(kernels.unary(UnaryOp[op], code(x.dtype), out.ptr, source.ptr, numel(x.shape), p0, p1), name);
  return isRecorded(x) ? recordUnary(op, out, x, p0, p1, name) : unrecorded(out);
}

// Functions of their own, so that what gradients capture is made only where a tape runs.
function recordUnary(op: UnaryOpName, out: Tensor, x: Tensor, p0: number, p1: number, name: string): Tensor {
  const { saves, grad }: UnaryDefinition = unaryDefinitions[op];
  const saved = saves === 'nothing' ? [] : [saves === 'input' ? x : out];
  return record(name, out, [x], saved, (g, [s]) => [grad(g, s ?? g, p0, p1)]);
}

/**
 * The number of `op(x, scalar)` as kernels take it. The exponent of an integer power must fit the dtype and not be negative, as in PyTorch.
 * @throws {ArgumentError} for negative exponents of integers.
 */
function scalarOf(op: BinaryOpName, scalar: Scalar, dtype: Tensor['dtype'], reversed: boolean, name: string): number | bigint {
  if (op !== 'pow' || reversed) return wrappedScalar(name, scalar, dtype);
  if (typeof scalar !== 'boolean' && scalar < 0 && !isFloating(dtype))
    throw new ArgumentError(`${name}: integers to the power of ${scalar} are not integers. Use x.to('float32').pow(${scalar}).`);
  return storedScalar(name, scalar, dtype);
}

function assertOperand(op: string, which: string, value: unknown): void {
  if (!(value instanceof Tensor)) throw new ArgumentError(`${op}: ${which} is ${show(value)}, expected a Tensor or a number.`);
}

/** The dtype in which a tensor and a number are computed. */
const dtypeWithScalar = (x: Tensor, scalar: Scalar) => (isFloating(x.dtype) ? x.dtype : resultDType(x, scalar));

/** Applies a binary kernel to operands of which at least one is a tensor, and records it. `name` is what errors call it. */
export function binaryOp(op: BinaryOpName, a: Operand, b: Operand, p0 = 0, p1 = 0, name: string = op): Tensor {
  if (isScalar(a)) {
    if (isScalar(b)) throw new ArgumentError(`${name}: both operands are numbers, expected at least one tensor.`);
    assertOperand(name, 'the second operand', b);
    return withScalar(op, b, a, true, p0, p1, name);
  }
  assertOperand(name, 'the first operand', a);
  if (isScalar(b)) return withScalar(op, a, b, false, p0, p1, name);
  assertOperand(name, 'the second operand', b);
  const [dtype, outDtype] = dtypesOf(op, a.dtype === b.dtype ? a.dtype : resultDType(a, b));
  const alpha = op === 'add_scaled' ? Number(storedScalar(name, p0, dtype)) : p0;
  const out = binaryRaw(BinaryOp[op], castRaw(a, dtype, name), castRaw(b, dtype, name), outDtype, alpha, p1, name);
  if (outDtype === 'bool') return out;
  return isRecorded(a) || isRecorded(b) ? recordBinary(op, out, a, b, p0, p1, name) : unrecorded(out);
}

function recordBinary(op: BinaryOpName, out: Tensor, a: Tensor, b: Tensor, p0: number, p1: number, name: string): Tensor {
  const { saves, grads }: BinaryDefinition = binaryDefinitions[op];
  const [keepA, keepB] = saves(a.requiresGrad, b.requiresGrad);
  // An operand that no gradient looks at is not kept alive: the other stands in its place.
  const saved = keepA ? [a, keepB ? b : a] : keepB ? [b, b] : [];
  const result = record(name, out, [a, b], saved, (g, [x, y], needs) => grads(g, x ?? g, y ?? g, needs, p0, p1));
  return op === 'pow' || op === 'fmod' || op === 'remainder' ? named(OF_TWO_TENSORS[op], result) : result;
}

/** PyTorch's names of operations that have another one for numbers. */
const OF_TWO_TENSORS = { pow: 'PowBackward1', fmod: 'FmodBackward1', remainder: 'RemainderBackward1' } as const;

/** The dtype in which a kernel computes operands that promote to `dtype`, and that of its result. */
function dtypesOf(op: BinaryOpName, dtype: Tensor['dtype']): readonly [Tensor['dtype'], Tensor['dtype']] {
  const kind = BinaryKind[op];
  if (kind === 'predicate') return [dtype, 'bool'];
  const computed = kind === 'floating' && !isFloating(dtype) ? 'float32' : dtype;
  return [computed, computed];
}

/** op(x, scalar), or op(scalar, x) when reversed. */
function withScalar(op: BinaryOpName, x: Tensor, scalar: Scalar, reversed: boolean, p0: number, p1: number, name: string): Tensor {
  const [dtype, outDtype] = dtypesOf(op, dtypeWithScalar(x, scalar));
  const value = scalarOf(op, scalar, dtype, reversed, name);
  if (p0 !== 0 || p1 !== 0) {
    const term = scalarTensor(value, dtype);
    return reversed ? binaryOp(op, term, x, p0, p1, name) : binaryOp(op, x, term, p0, p1, name);
  }
  const source = dense(castRaw(x, dtype, name), name);
  let out: Tensor;
  if (typeof value === 'bigint') {
    // Kernels take numbers as doubles, which would lose digits.
    const term = scalarTensor(value, dtype);
    out = binaryRaw(BinaryOp[op], reversed ? term : source, reversed ? source : term, outDtype, 0, 0, name);
  } else {
    out = emptyBesideNumber(source, outDtype);
    check(kernels.binaryScalar(BinaryOp[op], code(dtype), out.ptr, source.ptr, numel(source.shape), value, reversed ? 1 : 0), name);
  }
  if (outDtype === 'bool') return out;
  return isRecorded(x) ? recordWithScalar(op, out, x, scalar, reversed, p0, p1, name) : unrecorded(out);
}

function recordWithScalar(
  op: BinaryOpName,
  out: Tensor,
  x: Tensor,
  scalar: Scalar,
  reversed: boolean,
  p0: number,
  p1: number,
  name: string,
): Tensor {
  // The number needs no gradient; the tensor is saved where its own gradient depends on it.
  const { saves, grads }: BinaryDefinition = binaryDefinitions[op];
  const side = reversed ? 1 : 0;
  const saved = saves(!reversed, reversed)[side] ? [x] : [];
  const number = Number(scalar);
  const result = record(name, out, [x], saved, (g, [kept]) => [
    reversed ? grads(g, number, kept ?? g, (i) => i === 1, p0, p1)[1] : grads(g, kept ?? g, number, (i) => i === 0, p0, p1)[0],
  ]);
  // PyTorch keeps the number for the gradient, so that its graph lasts for one pass too.
  if (saved.length === 0 && (op === 'mul' || op === 'div') && result.ownGradFn !== null) (result.ownGradFn as Node).once = true;
  return reversed && op === 'pow' ? named('PowBackward2', result) : result;
}

function binaryRaw(opCode: number, a: Tensor, b: Tensor, outDtype: Tensor['dtype'], p0: number, p1: number, name: string): Tensor {
  if (sameShape(a.shape, b.shape)) {
    const plain = a.isContiguous();
    const alike = plain ? b.isContiguous() : sameShape(a.strides, b.strides) && dense(a, name) === a;
    if (alike) {
      const out = plain ? emptyTensor(a.shape, outDtype) : emptyLikeDense(a, outDtype);
      check(kernels.binary(opCode, code(a.dtype), out.ptr, a.ptr, b.ptr, numel(a.shape), p0, p1), name);
      return out;
    }
  }
  const target = broadcastShapes(a.shape, b.shape, name);
  const { out, shape, strides } = elementwiseResult(target, outDtype, [a, b]);
  const [to, left, right] = [out.ptr, a.ptr, b.ptr];
  const rank = writeMeta(shape, strides[0]!, strides[1]!);
  check(kernels.binaryStrided(opCode, code(a.dtype), to, left, right, rank, metaPtr(), p0, p1), name);
  return out;
}

/** Writes op(target, b) over `target` without recording, where the kernel can: same dtype, and `b` broadcasts to target's shape. Returns whether it did. */
export function binaryInto(op: BinaryOpName, target: Tensor, b: Operand, p0: number, name: string): boolean {
  if (!isContiguous(target.shape, target.strides)) return false;
  const opCode = BinaryOp[op];
  const kind = BinaryKind[op];
  if (kind === 'predicate' || (kind === 'floating' && !isFloating(target.dtype))) return false;
  if (isScalar(b)) {
    if (p0 !== 0 || dtypeWithScalar(target, b) !== target.dtype) return false;
    const value = scalarOf(op, b, target.dtype, false, name);
    if (typeof value === 'bigint') return false;
    check(kernels.binaryScalar(opCode, code(target.dtype), target.ptr, target.ptr, numel(target.shape), value, 0), name);
    return true;
  }
  const alpha = op === 'add_scaled' ? Number(storedScalar(name, p0, target.dtype)) : p0;
  if (b.dtype !== target.dtype || b.storage === target.storage) return false;
  if (sameShape(b.shape, target.shape) && b.isContiguous()) {
    check(kernels.binary(opCode, code(target.dtype), target.ptr, target.ptr, b.ptr, numel(target.shape), alpha, 0), name);
    return true;
  }
  if (!sameShape(broadcastShapes(target.shape, b.shape, name), target.shape)) return false;
  const { shape, strides } = collapse(target.shape, [target.strides, broadcastStrides(b.shape, b.strides, target.shape)]);
  const [to, right] = [target.ptr, b.ptr];
  const rank = writeMeta(shape, strides[0]!, strides[1]!);
  check(kernels.binaryStrided(opCode, code(target.dtype), to, to, right, rank, metaPtr(), alpha, 0), name);
  return true;
}

/**
 * `a` where `condition` is true, else `b`; the three broadcast.
 * Gradient: to the operand that was taken.
 * @param condition bool, or uint8.
 * @throws {DTypeError} for another condition, or a number that the dtype does not hold. @throws {ShapeError} for shapes that do not broadcast.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (arguments.length > 3) tooMany('where', 3, arguments);
  assertTensor('where', 'condition', condition);
  if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
    throw new DTypeError(`where: condition is ${condition.dtype}, expected bool. Compare first: x.gt(0).`);
  }
  if (!isScalar(a)) assertOperand('where', 'the first operand', a);
  if (!isScalar(b)) assertOperand('where', 'the second operand', b);
  const dtype = resultDType(a, b);
  const [x, y] = [a, b].map((o) => (isScalar(o) ? scalarTensor(storedScalar('where', o, dtype), dtype) : castRaw(o, dtype, 'where'))) as [
    Tensor,
    Tensor,
  ];
  const target = broadcastShapes(condition.shape, broadcastShapes(x.shape, y.shape, 'where'), 'where');
  const { out, shape, strides } = elementwiseResult(target, dtype, [condition, x, y]);
  const [to, c, left, right] = [out.ptr, condition.ptr, x.ptr, y.ptr];
  const rank = writeMeta(shape, ...strides);
  check(kernels.where(code(dtype), to, c, left, right, rank, metaPtr()), 'where');
  // Numbers became tensors that need no gradient.
  return record('where', out, [isScalar(a) ? x : a, isScalar(b) ? y : b], [condition], (g, [c], needs) => [
    needs(0) ? where(c!, g, 0) : null,
    needs(1) ? where(c!, 0, g) : null,
  ]);
}
