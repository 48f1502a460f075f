/**
 * Special functions: relatives of the error and the gamma function, Bessel functions, entropies. Their kernels' gradients stand in
 * elementwise/table.ts. `special` in index.ts is this file and those of PyTorch's `torch.special` that stand elsewhere.
 */
import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { Tensor } from '../../tensor/tensor.js';
import { add, asFloats, floats, mul, sub } from '../elementwise/binary.js';
import { eq, le, logicalAnd, logicalOr, lt } from '../elementwise/comparison.js';
import { type Operand, unary, where } from '../elementwise/table.js';
import { log, log1p, neg } from '../elementwise/unary.js';
import { stack } from '../join/join.js';
import { sum } from '../reduce/sum.js';
import { detach, filled } from '../view/copy.js';

/** 1 - erf(x), exact where erf(x) is nearly 1. @see https://pytorch.org/docs/stable/special.html#torch.special.erfc */
export function erfc(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('erfc', 1, arguments);
  return unary('erfc', x);
}
/** exp(x²) erfc(x), without overflow for large x. @see https://pytorch.org/docs/stable/special.html#torch.special.erfcx */
export function erfcx(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('erfcx', 1, arguments);
  return unary('erfcx', x);
}
/** log |Γ(x)|; infinite at 0 and the negative whole numbers. @see https://pytorch.org/docs/stable/generated/torch.lgamma.html */
export function lgamma(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('lgamma', 1, arguments);
  return unary('lgamma', x);
}
/** {@link lgamma} under the name that it has in `special`. */
export function gammaln(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('gammaln', 1, arguments);
  return unary('lgamma', x, 0, 0, 'gammaln');
}
/** The derivative of log Γ(x); NaN at the negative whole numbers. @see https://pytorch.org/docs/stable/generated/torch.digamma.html */
export function digamma(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('digamma', 1, arguments);
  return unary('digamma', x);
}
/** {@link digamma} under the name that it has in `special`. */
export function psi(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('psi', 1, arguments);
  return unary('digamma', x, 0, 0, 'psi');
}

/**
 * The n-th derivative of {@link digamma}.
 * @param n a whole number of at least 0; 0 is digamma itself.
 * @throws {ArgumentError} for another n. @see https://pytorch.org/docs/stable/special.html#torch.special.polygamma
 */
export function polygamma(n: number, x: Tensor): Tensor {
  if (arguments.length > 2) tooMany('polygamma', 2, arguments);
  wholeNumber('polygamma', 'n', n, { min: 0 }, 'The order comes first: polygamma(1, x).');
  return n === 0 ? digamma(x) : unary('polygamma', x, n);
}

/** Each is a tensor of its own on the way to the sum. */
const MOST_VARIATES = 10_000;

/**
 * The logarithm of the multivariate gamma function: `p (p - 1) / 4 log(π) + Σ lgamma(x - j / 2)`, j from 0 to p - 1.
 * @param p how many variates: a whole number of at least 1.
 * @throws {ArgumentError} for another p. @see https://pytorch.org/docs/stable/special.html#torch.special.multigammaln
 */
export function mvlgamma(x: Tensor, p: number): Tensor {
  if (arguments.length > 2) tooMany('mvlgamma', 2, arguments);
  assertTensor('mvlgamma', 'x', x);
  wholeNumber('mvlgamma', 'p', p, { min: 1, max: MOST_VARIATES });
  const source = floats(x);
  const parts = Array.from({ length: p }, (_, j) => lgamma(sub(source, j / 2)));
  return add(sum(stack(parts, -1), -1), ((p * (p - 1)) / 4) * Math.log(Math.PI));
}

/** {@link mvlgamma} under the name that it has in `special`. */
export function multigammaln(x: Tensor, p: number): Tensor {
  if (arguments.length > 2) tooMany('multigammaln', 2, arguments);
  return mvlgamma(x, p);
}

/** The modified Bessel function of the first kind of order 0. @see https://pytorch.org/docs/stable/special.html#torch.special.i0 */
export function i0(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('i0', 1, arguments);
  return unary('i0', x);
}
/** exp(-|x|) {@link i0}(x). */
export function i0e(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('i0e', 1, arguments);
  return unary('i0e', x);
}
/** The modified Bessel function of the first kind of order 1. */
export function i1(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('i1', 1, arguments);
  return unary('i1', x);
}
/** exp(-|x|) {@link i1}(x). */
export function i1e(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('i1e', 1, arguments);
  return unary('i1e', x);
}

/** The share of a normal distribution that lies below x. @see https://pytorch.org/docs/stable/special.html#torch.special.ndtr */
export function ndtr(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('ndtr', 1, arguments);
  assertTensor('ndtr', 'x', x);
  return mul(erfc(mul(floats(x), -Math.SQRT1_2)), 0.5);
}
/** The inverse of {@link ndtr}: where the share p of a normal distribution lies below; NaN outside 0 to 1. */
export function ndtri(p: Tensor): Tensor {
  if (arguments.length > 1) tooMany('ndtri', 1, arguments);
  return unary('ndtri', p);
}
/** log({@link ndtr}(x)), exact where ndtr itself is 0. */
export function logNdtr(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('logNdtr', 1, arguments);
  return unary('log_ndtr', x, 0, 0, 'logNdtr');
}

/**
 * -x log(x); 0 at 0, -Infinity below.
 * Gradient: -1 - log(x).
 * @see https://pytorch.org/docs/stable/special.html#torch.special.entr
 */
export function entr(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('entr', 1, arguments);
  assertTensor('entr', 'x', x);
  const source = floats(x);
  const out = noGrad(() => {
    const product = mul(neg(source), log(source));
    return where(eq(source, 0), 0, where(lt(source, 0), Number.NEGATIVE_INFINITY, product));
  });
  return record('entr', out, { inputs: { x: source }, saved: { x: source }, composed: (dy, { x }) => ({ x: mul(dy, sub(-1, log(x))) }) });
}

/** x log1p(y), 0 where x is 0 (and y is no NaN). @see https://pytorch.org/docs/stable/special.html#torch.special.xlog1py */
export function xlog1py(x: Operand, y: Operand): Tensor {
  if (arguments.length > 2) tooMany('xlog1py', 2, arguments);
  const [a, b] = asFloats(x, y) as [Operand, Operand];
  if (!(b instanceof Tensor)) {
    if (!(a instanceof Tensor)) throw new ArgumentError('xlog1py: both operands are numbers, expected at least one tensor.');
    const number = Number(b);
    const factor = Math.log1p(number);
    return Number.isNaN(number) || Number.isFinite(factor) ? mul(a, factor) : where(eq(detach(a), 0), 0, mul(a, factor));
  }
  const plain = detach(b);
  const factor = a instanceof Tensor ? detach(a) : filled([], b.dtype, a);
  const zero = logicalAnd(eq(factor, 0), logicalOr(le(plain, -1), eq(plain, Number.POSITIVE_INFINITY)));
  // Where x is 0 the logarithm would be infinite or NaN, and so would be its product with 0, and the gradient.
  return where(zero, 0, mul(a, log1p(where(zero, 0, b))));
}
