/** Cholesky decomposition of symmetric positive definite matrices, and what is made of it. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertSameDType } from '../../tensor/arguments/checks.js';
import { eye } from '../../tensor/create/create.js';
import { code } from '../../tensor/raw.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { neg } from '../elementwise/unary.js';
import { diagEmbed } from '../index/diagonal.js';
import { tril } from '../join/triangle.js';
import { matmul } from '../products/matmul.js';
import { expand } from '../view/movement.js';
import { diagonal } from '../view/select.js';
import { assertFine, assertMatrices, assertSquare, columnsOf, mT, sizes, workingCopy } from './matrices.js';
import { solveLeft, solveTriangularRaw } from './triangular.js';

/** The options of {@link cholesky}. */
export interface CholeskyOptions {
  /** Gives U with A = U^T U, of the upper triangle, instead of L. Default: false. */
  upper?: boolean;
}

/** The options of {@link choleskySolve}. */
export type CholeskySolveOptions = CholeskyOptions;
/** The options of {@link choleskyInverse}. */
export type CholeskyInverseOptions = CholeskyOptions;

type CholeskyArguments = Arguments<CholeskyOptions, [upper: 'upper']>;

/**
 * The lower triangle L with A = L L^T. Only the lower triangle of A is looked at (with `upper`, the upper one).
 * Gradient: dA = sym(L^-T phi(L^T dL) L^-1), phi the lower triangle with half the diagonal.
 * @param a [..., n, n], symmetric and positive definite. @param args upper (default false), by position or by name.
 * @throws {LinAlgError} where a matrix is not positive definite.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
 * @example
 * linalg.cholesky(tensor([[4, 2], [2, 5]])).toArray(); // [[2, 0], [1, 2]]
 */
export function cholesky(a: Tensor, ...args: CholeskyArguments): Tensor {
  const op = 'cholesky';
  assertSquare(op, 'A', a);
  const { upper } = readArguments(op, { upper: false }, args);
  return upper ? mT(lowerFactor(mT(a))) : lowerFactor(a);
}

function lowerFactor(a: Tensor): Tensor {
  const [batch, n] = sizes(a);
  const out = workingCopy(a, 'cholesky');
  const info = emptyTensor([batch], 'int32');
  check(kernels.linalgCholesky(code(a.dtype), out.ptr, info.ptr, batch, n), 'cholesky');
  assertFine(
    'cholesky',
    info,
    (minor) =>
      `the matrix is not positive definite: its leading minor of order ${minor} is not positive. Is it symmetric, and is something to be added to its diagonal?`,
  );
  return record('cholesky', out, {
    inputs: { a },
    saved: { l: out },
    composed: (dl, { l }) => {
      const full = tril(matmul(mT(l), dl));
      const phi = sub(full, diagEmbed(mul(diagonal(full, 0, -2, -1), 0.5), 0, -2, -1));
      const left = solveLeft(mT(l), phi, true, false, 'cholesky');
      const both = mT(solveLeft(mT(l), mT(left), true, false, 'cholesky'));
      return { a: mul(add(both, mT(both)), 0.5) };
    },
  });
}

/** L of a factor that is given as L or as U. */
function lowerOf(op: string, factor: unknown, upper: boolean): Tensor {
  assertSquare(op, upper ? 'U' : 'L', factor);
  return upper ? mT(factor) : factor;
}

/**
 * X of A X = B, of the Cholesky factor of A.
 * Gradient: dB = A^-1 dX;  dL = -(dB X^T + X dB^T) L, as PyTorch's, also above the diagonal.
 * @param b [..., n, k]. @param factor L [..., n, n], or U with `upper`; batches broadcast.
 * @see https://pytorch.org/docs/stable/generated/torch.cholesky_solve.html
 */
export function choleskySolve(b: Tensor, factor: Tensor, ...args: CholeskyArguments): Tensor {
  const op = 'choleskySolve';
  const { upper } = readArguments(op, { upper: false }, args);
  const lower = lowerOf(op, factor, upper);
  assertMatrices(op, 'B', b);
  assertSameDType(op, { B: b, factor: lower });
  if (b.shape.at(-2) !== lower.shape.at(-1))
    throw new ShapeError(
      `${op}: B is ${showShape(b.shape)} and the factor ${showShape(factor.shape)}, expected B to have as many rows as the factor.`,
    );
  return solveFactored(b, lower, op);
}

function solveFactored(b: Tensor, lower: Tensor, op: string): Tensor {
  const out = solveTriangularRaw(mT(lower), solveTriangularRaw(lower, b, false, false, op), true, false, op);
  return record(op, out, {
    inputs: { b, lower },
    saved: { lower, x: out },
    composed: (dx, { lower, x }, needs) => {
      const db = solveFactored(dx, lower, op);
      if (!needs.lower) return { b: db, lower: null };
      const product = matmul(db, mT(x));
      return { b: needs.b ? db : null, lower: neg(matmul(add(product, mT(product)), lower)) };
    },
  });
}

/**
 * The inverse of A, of its Cholesky factor.
 * Gradient: dL = -Y (dY + dY^T) Y L.
 * @param factor L [..., n, n], or U with `upper`. @see https://pytorch.org/docs/stable/generated/torch.cholesky_inverse.html
 */
export function choleskyInverse(factor: Tensor, ...args: CholeskyArguments): Tensor {
  const op = 'choleskyInverse';
  const { upper } = readArguments(op, { upper: false }, args);
  const lower = lowerOf(op, factor, upper);
  const identity = expand(eye(columnsOf(lower), { dtype: lower.dtype }), lower.shape);
  const out = solveTriangularRaw(mT(lower), solveTriangularRaw(lower, identity, false, false, op), true, false, op);
  return record(op, out, {
    inputs: { lower },
    saved: { lower, y: out },
    composed: (dy, { lower, y }) => ({ lower: neg(matmul(matmul(matmul(y, add(dy, mT(dy))), y), lower)) }),
  });
}
