/** Products of vectors, matrices and tensors made of matmul. */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorList, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { eye } from '../../tensor/create/create.js';
import { normalizeDim, numel, pick } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { stack } from '../join/join.js';
import { sum } from '../reduce/sum.js';
import { clone } from '../view/copy.js';
import { permute, reshape } from '../view/movement.js';
import { diagonal, select } from '../view/select.js';
import { bmm, dot, matmul, mm, mv, outer } from './matmul.js';

/** The options of {@link addmm}. */
export interface AddmmOptions {
  /** Of the input. Default: 1. At 0 the input is not looked at. */
  beta?: number;
  /** Of the product. Default: 1. */
  alpha?: number;
}

/** The options of {@link addmv}. */
export type AddmvOptions = AddmmOptions;
/** The options of {@link addr}. */
export type AddrOptions = AddmmOptions;
/** The options of {@link addbmm}. */
export type AddbmmOptions = AddmmOptions;
/** The options of {@link baddbmm}. */
export type BaddbmmOptions = AddmmOptions;
/** The older name of {@link AddmmOptions}. @deprecated Use that. */
export type AddProductOptions = AddmmOptions;

const PRODUCT = { beta: 1, alpha: 1 };

function plus(op: string, input: Tensor, product: Tensor, options: AddmmOptions | undefined): Tensor {
  const { beta, alpha } = readOptions(op, PRODUCT, options);
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (beta === 0) return scaled;
  return add(beta === 1 ? input : mul(input, beta), scaled);
}

/** beta * input + alpha * mm(a, b). @see https://pytorch.org/docs/stable/generated/torch.addmm.html */
export const addmm = (input: Tensor, a: Tensor, b: Tensor, options?: AddmmOptions): Tensor => {
  assertTensor('addmm', 'input', input);
  assertTensor('addmm', 'a', a);
  assertTensor('addmm', 'b', b);
  return named('Addmm', plus('addmm', input, mm(a, b), options));
};
/** beta * input + alpha * mv(matrix, vector). */
export const addmv = (input: Tensor, matrix: Tensor, vector: Tensor, options?: AddmvOptions): Tensor => {
  assertTensor('addmv', 'input', input);
  assertTensor('addmv', 'matrix', matrix);
  assertTensor('addmv', 'vector', vector);
  return named('Addmv', plus('addmv', input, mv(matrix, vector), options));
};
/** beta * input + alpha * outer(a, b). */
export const addr = (input: Tensor, a: Tensor, b: Tensor, options?: AddrOptions): Tensor => {
  assertTensor('addr', 'input', input);
  assertTensor('addr', 'a', a);
  assertTensor('addr', 'b', b);
  return named('Addr', plus('addr', input, outer(a, b), options));
};
/** beta * input + alpha * bmm(a, b). */
export const baddbmm = (input: Tensor, a: Tensor, b: Tensor, options?: BaddbmmOptions): Tensor => {
  assertTensor('baddbmm', 'input', input);
  assertTensor('baddbmm', 'a', a);
  assertTensor('baddbmm', 'b', b);
  return named('Baddbmm', plus('baddbmm', input, bmm(a, b), options));
};
/** beta * input + alpha * the sum over the batch of bmm(a, b). */
export const addbmm = (input: Tensor, a: Tensor, b: Tensor, options?: AddbmmOptions): Tensor => {
  assertTensor('addbmm', 'input', input);
  assertTensor('addbmm', 'a', a);
  assertTensor('addbmm', 'b', b);
  return named('Addbmm', plus('addbmm', input, sum(bmm(a, b), 0), options));
};

/** The dot product over the last dims of both; with a 0-dim tensor the product. */
export function inner(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('inner', 2, arguments);
  assertTensor('inner', 'a', a);
  assertTensor('inner', 'b', b);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  return tensordot(a, b, [[-1], [-1]]);
}

/** The dot product of two vectors. */
export function vdot(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('vdot', 2, arguments);
  assertTensor('vdot', 'a', a);
  assertTensor('vdot', 'b', b);
  return dot(a, b);
}

/**
 * Sums products over pairs of dims.
 * @param dims how many of the last of `a` meet the first of `b` (default 2), or the lists of dims of both.
 * @returns the other dims of a, then those of b.
 * @throws {ShapeError} where the sizes of a pair differ. @see https://pytorch.org/docs/stable/generated/torch.tensordot.html
 */
export function tensordot(a: Tensor, b: Tensor, dims: number | readonly [readonly number[], readonly number[]] = 2): Tensor {
  if (arguments.length > 3) tooMany('tensordot', 3, arguments);
  assertTensor('tensordot', 'a', a);
  assertTensor('tensordot', 'b', b);
  if (typeof dims !== 'number' && !(Array.isArray(dims) && dims.length === 2 && dims.every(Array.isArray)))
    throw new ArgumentError(`tensordot: dims is ${show(dims)}, expected a number or two lists of numbers.`);
  const [ofA, ofB] =
    typeof dims === 'number'
      ? [Array.from({ length: dims }, (_, i) => a.ndim - dims + i), Array.from({ length: dims }, (_, i) => i)]
      : [dims[0].map((d) => normalizeDim(d, a.ndim, 'tensordot')), dims[1].map((d) => normalizeDim(d, b.ndim, 'tensordot'))];
  if (ofA.length !== ofB.length || ofA.some((d, i) => d < 0 || a.shape[d] !== b.shape[ofB[i]!])) {
    throw new ShapeError(
      `tensordot: dims [${ofA}] of ${showShape(a.shape)} and [${ofB}] of ${showShape(b.shape)} are summed together, expected equal sizes.`,
    );
  }
  const rest = (x: Tensor, taken: readonly number[]) => x.shape.map((_, d) => d).filter((d) => !taken.includes(d));
  const [restA, restB] = [rest(a, ofA), rest(b, ofB)];
  const shared = numel(pick(a.shape, ofA));
  const left = reshape(permute(a, [...restA, ...ofA]), [numel(pick(a.shape, restA)), shared]);
  const right = reshape(permute(b, [...ofB, ...restB]), [shared, numel(pick(b.shape, restB))]);
  return reshape(mm(left, right), [...pick(a.shape, restA), ...pick(b.shape, restB)]);
}

/** The Kronecker product: every element of `a` times the whole of `b`. Of fewer dims, the smaller gets leading ones. */
export function kron(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('kron', 2, arguments);
  assertTensor('kron', 'a', a);
  assertTensor('kron', 'b', b);
  const n = Math.max(a.ndim, b.ndim);
  const wide = (x: Tensor) => [...Array<number>(n - x.ndim).fill(1), ...x.shape];
  const [sa, sb] = [wide(a), wide(b)];
  const pairs = mul(
    reshape(
      a,
      sa.flatMap((s) => [s, 1]),
    ),
    reshape(
      b,
      sb.flatMap((s) => [1, s]),
    ),
  );
  return reshape(
    pairs,
    sa.map((s, i) => s * sb[i]!),
  );
}

/** The sum of the diagonal of a matrix. @throws {ShapeError} for other ranks. */
export function trace(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('trace', 1, arguments);
  assertTensor('trace', 'x', x);
  if (x.ndim !== 2) throw new ShapeError(`trace: input is ${showShape(x.shape)}, expected a matrix.`);
  return named('Trace', sum(diagonal(x)));
}

/**
 * The cross product of vectors of size 3.
 * @param dim the dim of size 3; default: the first that has it. @throws {ShapeError} where none has, or the shapes differ.
 */
export function cross(a: Tensor, b: Tensor, dim?: number): Tensor {
  if (arguments.length > 3) tooMany('cross', 3, arguments);
  assertTensor('cross', 'a', a);
  assertTensor('cross', 'b', b);
  const d = dim === undefined ? a.shape.indexOf(3) : normalizeDim(dim, a.ndim, 'cross');
  if (d < 0 || a.shape[d] !== 3 || b.shape[d] !== 3)
    throw new ShapeError(
      `cross: inputs are ${showShape(a.shape)} and ${showShape(b.shape)}, expected size 3 in ${dim === undefined ? 'some dim' : `dim ${d}`}.`,
    );
  const [x, y] = [[0, 1, 2].map((i) => select(a, d, i)), [0, 1, 2].map((i) => select(b, d, i))];
  const part = (i: number, k: number) => sub(mul(x[i]!, y[k]!), mul(x[k]!, y[i]!));
  return stack([part(1, 2), part(2, 0), part(0, 1)], d);
}

/**
 * A square matrix (or a batch of them) times itself, `n` times.
 * @throws {ArgumentError} for a negative or broken n. @throws {ShapeError} for matrices that are not square.
 */
export function matrixPower(x: Tensor, n: number): Tensor {
  if (arguments.length > 2) tooMany('matrixPower', 2, arguments);
  assertTensor('matrixPower', 'x', x);
  wholeNumber('matrixPower', 'n', n, { min: 0 });
  const size = x.shape.at(-1);
  if (x.ndim < 2 || x.shape.at(-2) !== size) throw new ShapeError(`matrixPower: input is ${showShape(x.shape)}, expected square matrices.`);
  if (n === 0) return add(mul(x, 0), eye(size!, { dtype: x.dtype }));
  if (n === 1) return clone(x);
  // By the binary digits of n.
  let [power, out]: [Tensor, Tensor | null] = [x, null];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) out = out === null ? power : matmul(out, power);
    if (rest > 1) power = matmul(power, power);
  }
  return out!;
}

/** The product of several matrices, from left to right. */
export function chainMatmul(...matrices: Tensor[]): Tensor {
  assertTensorList('chainMatmul', 'matrices', matrices);
  if (matrices.length === 0) throw new ArgumentError('chainMatmul: got no matrices, expected at least one.');
  return matrices.reduce((a, b) => mm(a, b));
}
