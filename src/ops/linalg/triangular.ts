/** Systems of equations with triangular matrices. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOptions } from '../../tensor/arguments/arguments.js';
import { assertSameDType, unexpected } from '../../tensor/arguments/checks.js';
import { code, copyInto, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { neg } from '../elementwise/unary.js';
import { tril, triu } from '../join/triangle.js';
import { matmul } from '../products/matmul.js';
import { expand } from '../view/movement.js';
import { assertMatrices, assertSquare, batchShape, mT } from './matrices.js';

/** The options of {@link solveTriangular}. */
export interface SolveTriangularOptions {
  /** Whether A is an upper triangle; the other half is not looked at. There is no default. */
  upper: boolean;
  /** Solves A X = B; false X A = B. Default: true. */
  left?: boolean;
  /** Takes the diagonal of A for ones. Default: false. */
  unitriangular?: boolean;
}

/** inverse(a) b for triangles a; batches broadcast. Not recorded. */
export function solveTriangularRaw(a: Tensor, b: Tensor, upper: boolean, unit: boolean, op: string): Tensor {
  const batch = broadcastShapes(batchShape(a), batchShape(b), op);
  const [n, k] = b.shape.slice(-2) as [number, number];
  const out = emptyTensor([...batch, n, k], b.dtype);
  if (numel(out.shape) === 0) return out;
  copyInto(out, expand(b, [...batch, n, k]), op);
  const triangles = rowMajor(expand(a, [...batch, n, n]), op);
  check(kernels.linalgTriangular(code(a.dtype), upper ? 1 : 0, unit ? 1 : 0, out.ptr, triangles.ptr, numel(batch), n, k), op);
  return out;
}

/** X of A X = B. Recorded: dB = A^-T dX;  dA = -dB X^T, of its triangle. */
export function solveLeft(a: Tensor, b: Tensor, upper: boolean, unit: boolean, op: string): Tensor {
  return record(op, solveTriangularRaw(a, b, upper, unit, op), {
    inputs: { a, b },
    saved: { a, b },
    composed: (dx, { a, b }, needs) => {
      const db = solveLeft(mT(a), dx, !upper, unit, op);
      if (!needs.a) return { a: null, b: db };
      const x = solveLeft(a, b, upper, unit, op);
      const full = neg(matmul(db, mT(x)));
      const inside = unit ? 1 : 0;
      return { a: upper ? triu(full, inside) : tril(full, -inside), b: needs.b ? db : null };
    },
  });
}

/**
 * X of A X = B (or X A = B), where A is a triangle.
 * @param a [..., n, n]; only the triangle that `upper` names is looked at. @param b [..., n, k], or [..., k, n] with left false; batches broadcast.
 * @param options.upper whether A is an upper triangle. @param options.left default true. @param options.unitriangular takes the diagonal for ones.
 * @returns as b. A zero on the diagonal gives infinities, as in PyTorch.
 * @throws {ShapeError} for matrices that are not square or sizes that differ. @throws {DTypeError} for two dtypes, and integers.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.solve_triangular.html
 * @example
 * linalg.solveTriangular(tensor([[2, 0], [1, 1]]), tensor([[4], [5]]), { upper: false }).toArray(); // [[2], [3]]
 */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  const op = 'solveTriangular';
  assertSquare(op, 'A', a);
  assertMatrices(op, 'B', b);
  assertSameDType(op, { A: a, B: b });
  const { upper, left, unitriangular } = readOptions<{ upper: boolean | null; left: boolean; unitriangular: boolean }>(
    op,
    { upper: null, left: true, unitriangular: false },
    options,
  );
  if (typeof upper !== 'boolean') throw unexpected(op, 'upper', upper, 'true or false', 'Say which triangle A is: { upper: false }.');
  const size = b.shape[b.ndim - (left ? 2 : 1)];
  if (size !== a.shape[a.ndim - 1])
    throw new ShapeError(
      `${op}: A is ${showShape(a.shape)} and B ${showShape(b.shape)}, expected B to have as many ${left ? 'rows' : 'columns'} as A.`,
    );
  return left ? solveLeft(a, b, upper, unitriangular, op) : mT(solveLeft(mT(a), mT(b), !upper, unitriangular, op));
}

/** The options of {@link triangularSolve}. */
export interface TriangularSolveOptions {
  /** Default: true. */
  upper?: boolean;
  /** Solves A^T X = B. Default: false. */
  transpose?: boolean;
  /** Takes the diagonal of A for ones. Default: false. */
  unitriangular?: boolean;
}

/**
 * PyTorch's older form of {@link solveTriangular}: b comes first, and `upper` is true by default.
 * @returns the solution, and A as it was read.
 * @see https://pytorch.org/docs/stable/generated/torch.triangular_solve.html
 */
export function triangularSolve(
  b: Tensor,
  a: Tensor,
  ...args: Arguments<TriangularSolveOptions, [upper: 'upper', transpose: 'transpose', unitriangular: 'unitriangular']>
): readonly [solution: Tensor, cloned: Tensor] {
  const op = 'triangularSolve';
  const { upper, transpose, unitriangular } = readArguments(op, { upper: true, transpose: false, unitriangular: false }, args);
  assertSquare(op, 'A', a);
  const own = transpose ? mT(a) : a;
  return [solveTriangular(own, b, { upper: upper !== transpose, unitriangular }), a];
}
