/** LU decomposition with partial pivoting, and what is made of it: determinants, inverses, solutions. */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensor } from '../../tensor/arguments/checks.js';
import { arange, eye, fromTypedArray } from '../../tensor/create/create.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { isinf, lt } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { abs, log, neg, sign } from '../elementwise/unary.js';
import { gather, scatter } from '../gather/gather.js';
import { cat } from '../join/join.js';
import { tril, triu } from '../join/triangle.js';
import { matmul } from '../products/matmul.js';
import { prod } from '../reduce/scan.js';
import { allNonzero, any, sum } from '../reduce/sum.js';
import { expand, squeeze, unsqueeze } from '../view/movement.js';
import { diagonal, narrow } from '../view/select.js';
import { assertFine, assertMatrices, assertSquare, batchShape, columnsOf, mT, raw, rowsOf, sizes, workingCopy } from './matrices.js';
import { svdRaw } from './svd.js';
import { solveLeft, solveTriangularRaw } from './triangular.js';

interface Factors {
  /** L below the diagonal, U on and above it. */
  readonly lu: Tensor;
  /** int32 [..., min(m, n)], from 1. */
  readonly pivots: Tensor;
  readonly info: Tensor;
}

function factorsOf(a: Tensor, op: string): Factors {
  const [batch, m, n] = sizes(a);
  const lu = workingCopy(a, op);
  const pivots = emptyTensor([...batchShape(a), Math.min(m, n)], 'int32');
  const info = emptyTensor([batch], 'int32');
  check(kernels.linalgLu(code(a.dtype), lu.ptr, pivots.ptr, info.ptr, batch, m, n), op);
  return { lu, pivots, info };
}

/** The order in which rows stand after the exchanges of `pivots`: int64 [..., m]. */
function orderOf(pivots: Tensor, m: number, op: string): Tensor {
  const batch = pivots.shape.slice(0, -1);
  const rows = emptyTensor([...batch, m], 'int64');
  check(kernels.linalgPermutation(rows.ptr, rowMajor(pivots, op).ptr, numel(batch), m, pivots.shape.at(-1)!), op);
  return rows;
}

/** Rows of b in another order: int64 [..., n] for b [..., n, k], batches alike. */
const reordered = (b: Tensor, order: Tensor): Tensor => gather(b, -2, expand(unsqueeze(order, -1), b.shape));

/** The order that undoes another. */
function inverseOrder(order: Tensor): Tensor {
  const places = expand(arange(order.shape.at(-1)!), order.shape);
  return scatter(emptyTensor(order.shape, 'int64'), -1, order, places);
}

/** X of A X = B (or A^T X = B), of the factors of A. Not recorded; batches of both are alike. */
function solveFactored(lu: Tensor, order: Tensor, b: Tensor, transposed: boolean, op: string): Tensor {
  if (numel(b.shape) === 0) return emptyTensor(b.shape, b.dtype);
  if (!transposed) return solveTriangularRaw(lu, solveTriangularRaw(lu, reordered(b, order), false, true, op), true, false, op);
  const inner = solveTriangularRaw(mT(lu), b, false, false, op);
  return reordered(solveTriangularRaw(mT(lu), inner, true, true, op), inverseOrder(order));
}

const singular = (at: number) =>
  `the matrix is singular: its pivot ${at} is zero, so that it has no inverse. linalg.lstsq or linalg.pinv give what comes nearest`;

/** X of A X = B for matrices B. Recorded: dB = A^-T dX;  dA = -dB X^T. */
function solveMatrices(a: Tensor, b: Tensor, op: string): Tensor {
  const out = raw(() => {
    const batch = broadcastShapes(batchShape(a), batchShape(b), op);
    const { lu, pivots, info } = factorsOf(a, op);
    assertFine(op, info, singular);
    const [n, k] = b.shape.slice(-2) as [number, number];
    const order = orderOf(pivots, n, op);
    return solveFactored(expand(lu, [...batch, n, n]), expand(order, [...batch, n]), expand(b, [...batch, n, k]), false, op);
  });
  return record(op, out, {
    inputs: { a, b },
    saved: { a, x: out },
    composed: (dx, { a, x }, needs) => {
      const db = solveMatrices(mT(a), dx, op);
      return { a: needs.a ? neg(matmul(db, mT(x))) : null, b: needs.b ? db : null };
    },
  });
}

/** The options of {@link solve}. */
export interface SolveOptions {
  /** Solves A X = B; false X A = B. Default: true. */
  left?: boolean;
}

/** The options of {@link luSolve}. */
export interface LuSolveOptions extends SolveOptions {
  /** Solves with A^T. Default: false. */
  adjoint?: boolean;
}

/**
 * X of A X = B, or of X A = B.
 * @param a [..., n, n]. @param b [..., n, k], or vectors: [n], or [..., n] with the batch of `a`. Batches broadcast.
 * @param options.left default true; false solves X A = B, for b [..., k, n].
 * @throws {LinAlgError} where a matrix is singular. @throws {ShapeError} for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
 * @example
 * linalg.solve(tensor([[2, 0], [0, 4]]), tensor([2, 2])).toArray(); // [1, 0.5]
 */
export function solve(a: Tensor, b: Tensor, options?: SolveOptions): Tensor {
  const op = 'solve';
  assertSquare(op, 'A', a);
  assertTensor(op, 'B', b);
  assertSameDType(op, { A: a, B: b });
  const { left } = readOptions(op, { left: true }, options);
  const isVector = b.ndim === 1 || (b.ndim === a.ndim - 1 && sameShape(b.shape, a.shape.slice(0, -1)));
  if (isVector && !left)
    throw new ArgumentError(`${op}: left is false for vectors B ${showShape(b.shape)}, expected matrices. Use B.unsqueeze(-2).`);
  const matrices = isVector ? unsqueeze(b, -1) : b;
  if (matrices.ndim < 2 || matrices.shape[matrices.ndim - (left ? 2 : 1)] !== a.shape[a.ndim - 1])
    throw new ShapeError(
      `${op}: A is ${showShape(a.shape)} and B ${showShape(b.shape)}, expected B to have as many ${left ? 'rows' : 'columns'} as A.`,
    );
  if (isVector) return squeeze(solveMatrices(a, matrices, op), -1);
  return left ? solveMatrices(a, matrices, op) : mT(solveMatrices(mT(a), mT(matrices), op));
}

/**
 * The inverse of square matrices. `linalg.solve(A, B)` is faster and more accurate than `inv(A).matmul(B)`.
 * Gradient: dA = -Y^T dY Y^T.
 * @param a [..., n, n]. @throws {LinAlgError} where a matrix is singular.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
 * @example
 * linalg.inv(tensor([[2, 0], [0, 4]])).toArray(); // [[0.5, 0], [0, 0.25]]
 */
export function inv(a: Tensor): Tensor {
  if (arguments.length > 1) tooMany('inv', 1, arguments);
  assertSquare('inv', 'A', a);
  const out = raw(() => {
    const { lu, pivots, info } = factorsOf(a, 'inv');
    assertFine('inv', info, singular);
    const n = columnsOf(a);
    return solveFactored(lu, orderOf(pivots, n, 'inv'), expand(eye(n, { dtype: a.dtype }), a.shape), false, 'inv');
  });
  return record('inv', out, { inputs: { a }, saved: { y: out }, composed: (dy, { y }) => ({ a: neg(matmul(mT(y), matmul(dy, mT(y)))) }) });
}

/** +1 or -1 for an even or odd number of exchanges: [...], in the dtype of `like`. */
function parityOf(pivots: Tensor, like: Tensor): Tensor {
  const [n, batch] = [pivots.shape.at(-1)!, pivots.shape.slice(0, -1)];
  const values = toTypedArray(pivots) as Int32Array;
  const signs = Float64Array.from({ length: numel(batch) }, (_, i) => {
    let odd = false;
    for (let j = 0; j < n; j++) if (values[i * n + j] !== j + 1) odd = !odd;
    return odd ? -1 : 1;
  });
  return castRaw(fromTypedArray(signs, batch), like.dtype, 'det');
}

const asMatrices = (x: Tensor): Tensor => unsqueeze(unsqueeze(x, -1), -1);

/**
 * The determinant of square matrices: [...].
 * Gradient: dA = g det(A) A^-T; of singular matrices their cofactors, to which that tends.
 * @param a [..., n, n]. @throws {ShapeError} for matrices that are not square.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.det.html
 * @example
 * linalg.det(tensor([[2, 1], [0, 3]])).item(); // 6
 */
export function det(a: Tensor): Tensor {
  if (arguments.length > 1) tooMany('det', 1, arguments);
  assertSquare('det', 'A', a);
  const out = raw(() => {
    const { lu, pivots } = factorsOf(a, 'det');
    return mul(prod(diagonal(lu, 0, -2, -1), -1), parityOf(pivots, a));
  });
  const ofInvertible = (dy: Tensor, a: Tensor, y: Tensor) => mul(asMatrices(mul(dy, y)), mT(inv(a)));
  return record('det', out, {
    inputs: { a },
    saved: { a, y: out },
    composed: (dy, { a, y }) => ({ a: ofInvertible(dy, a, y) }),
    fused: (dy, { a, y }) => ({ a: allNonzero(y) ? ofInvertible(dy, a, y) : mul(asMatrices(dy), cofactors(a)) }),
  });
}

/** det(A) A^-T, which exists for singular matrices too: det(U) det(V) U diag(the product of the other singular values) V^T. */
function cofactors(a: Tensor): Tensor {
  const [u, s, vh] = svdRaw(a, true, 'det');
  const n = s.shape.at(-1)!;
  const others = Array.from({ length: n }, (_, i) => {
    const kept = [narrow(s, -1, 0, i), narrow(s, -1, i + 1, n - i - 1)];
    return prod(cat(kept, -1), -1, true);
  });
  const signs = mul(det(u), det(vh));
  return mul(asMatrices(signs), matmul(mul(u, unsqueeze(cat(others, -1), -2)), vh));
}

/**
 * The sign of the determinant and the logarithm of its absolute value, which does not overflow where the determinant does.
 * Gradient of the logarithm: dA = g A^-T.
 * @param a [..., n, n]. @returns both [...]; 0 and -infinity for singular matrices.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
 */
export function slogdet(a: Tensor): readonly [sign: Tensor, logabsdet: Tensor] {
  if (arguments.length > 1) tooMany('slogdet', 1, arguments);
  return slogdetOf(a, 'slogdet');
}

function slogdetOf(a: Tensor, op: string): readonly [sign: Tensor, logabsdet: Tensor] {
  assertSquare(op, 'A', a);
  const [signs, logs] = raw(() => {
    const { lu, pivots } = factorsOf(a, op);
    const pivot = diagonal(lu, 0, -2, -1);
    return [mul(prod(sign(pivot), -1), parityOf(pivots, a)), sum(log(abs(pivot)), -1)] as const;
  });
  const ofInvertible = (dy: Tensor, a: Tensor) => mul(asMatrices(dy), mT(inv(a)));
  // Infinite, as the logarithm's slope at 0.
  const ofSingular = (dy: Tensor, a: Tensor) => mul(asMatrices(dy), div(cofactors(a), asMatrices(det(a))));
  const out = record(op, logs, {
    inputs: { a },
    saved: { a, y: logs },
    composed: (dy, { a }) => ({ a: ofInvertible(dy, a) }),
    fused: (dy, { a, y }) => ({ a: any(isinf(y)).item() ? ofSingular(dy, a) : ofInvertible(dy, a) }),
  });
  return [signs, out];
}

/**
 * The logarithm of the determinant: NaN where that is negative.
 * @param a [..., n, n]. @see https://pytorch.org/docs/stable/generated/torch.logdet.html
 */
export function logdet(a: Tensor): Tensor {
  if (arguments.length > 1) tooMany('logdet', 1, arguments);
  const [signs, logs] = slogdetOf(a, 'logdet');
  return where(lt(signs, 0), Number.NaN, logs);
}

// ---- the factors themselves ----------------------------------------------------------------------------------------------------------

/**
 * The compact LU decomposition with partial pivoting: P A = L U.
 * @param a [..., m, n].
 * @returns LU [..., m, n], L below the diagonal (its ones are not stored) and U on and above it, and the pivots, int32 [..., min(m, n)]: row i was
 *   exchanged with row pivots[i], counted from 1.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html
 */
export function luFactor(a: Tensor): readonly [LU: Tensor, pivots: Tensor] {
  if (arguments.length > 1) tooMany('luFactor', 1, arguments);
  assertMatrices('luFactor', 'A', a);
  const { lu, pivots } = factorsOf(a, 'luFactor');
  const [, m, n] = sizes(a);
  const out = record('luFactor', lu, {
    inputs: { a },
    saved: { lu, pivots },
    composed: (g, { lu, pivots }) => {
      const [lower, upper] = splitLu(lu);
      const k = Math.min(m, n);
      const gL = m > n ? tril(g, -1) : tril(narrow(g, -1, 0, k), -1);
      const gU = m > n ? triu(narrow(g, -2, 0, k)) : triu(g);
      return { a: luGradient(orderOf(pivots, m, 'luFactor'), lower, upper, gL, gU) };
    },
  });
  return [out, pivots];
}

/** L with its ones [..., m, k] and U [..., k, n] out of the compact form. */
function splitLu(lu: Tensor): [lower: Tensor, upper: Tensor] {
  const [, m, n] = sizes(lu);
  const k = Math.min(m, n);
  const ones = eye(m, k, { dtype: lu.dtype });
  return [add(tril(narrow(lu, -1, 0, k), -1), ones), triu(narrow(lu, -2, 0, k))];
}

/** The permutation matrix P [..., m, m] with A = P L U. */
function permutationMatrix(order: Tensor, like: Tensor): Tensor {
  const m = order.shape.at(-1)!;
  const identity = expand(eye(m, { dtype: like.dtype }), [...order.shape, m]);
  return mT(reordered(identity, order));
}

// A = P L U:  dA = P L^-T [tril(L^T dL, -1) + triu(dU U^T)] U^-T, of the square leading part; the rest of a wide or tall matrix follows from
// its own rows or columns. https://arxiv.org/abs/2009.10071
function luGradient(order: Tensor, lower: Tensor, upper: Tensor, gL: Tensor | null, gU: Tensor | null): Tensor {
  const [m, n] = [rowsOf(lower), columnsOf(upper)];
  const k = Math.min(m, n);
  const back = (x: Tensor) => reordered(x, inverseOrder(order));
  const zeroL = () => mul(lower, 0);
  const zeroU = () => mul(upper, 0);
  const dL = gL ?? zeroL();
  const dU = gU ?? zeroU();
  const [l1, u1] = [narrow(lower, -2, 0, k), narrow(upper, -1, 0, k)];
  if (m === n) {
    const middle = add(tril(matmul(mT(l1), dL), -1), triu(matmul(dU, mT(u1))));
    return back(mT(solveLeft(u1, mT(solveLeft(mT(l1), middle, true, true, 'lu')), true, false, 'lu')));
  }
  if (m < n) {
    // A = P L [U1 U2]
    const [u2, dU1, dU2] = [narrow(upper, -1, k, n - k), narrow(dU, -1, 0, k), narrow(dU, -1, k, n - k)];
    const middle = add(tril(sub(matmul(mT(l1), dL), matmul(dU2, mT(u2))), -1), triu(matmul(dU1, mT(u1))));
    const left = mT(solveLeft(u1, mT(middle), true, false, 'lu'));
    return back(solveLeft(mT(l1), cat([left, dU2], -1), true, true, 'lu'));
  }
  // A = P [L1; L2] U
  const [l2, dL1, dL2] = [narrow(lower, -2, k, m - k), narrow(dL, -2, 0, k), narrow(dL, -2, k, m - k)];
  const middle = add(tril(matmul(mT(l1), dL1), -1), triu(sub(matmul(dU, mT(u1)), matmul(mT(l2), dL2))));
  const top = solveLeft(mT(l1), middle, true, true, 'lu');
  return back(mT(solveLeft(u1, mT(cat([top, dL2], -2)), true, false, 'lu')));
}

/**
 * The LU decomposition with partial pivoting: A = P L U.
 * @param a [..., m, n]. @returns P [..., m, m], L [..., m, k] with ones on its diagonal and U [..., k, n], k = min(m, n).
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu.html
 */
export function lu(a: Tensor): readonly [P: Tensor, L: Tensor, U: Tensor] {
  if (arguments.length > 1) tooMany('lu', 1, arguments);
  assertMatrices('lu', 'A', a);
  const [order, lower, upper] = raw(() => {
    const { lu, pivots } = factorsOf(a, 'lu');
    return [orderOf(pivots, rowsOf(a), 'lu'), ...splitLu(lu)] as const;
  });
  const [L, U] = record('lu', [lower, upper], {
    inputs: { a },
    saved: { order, lower, upper },
    composed: ([gL, gU], { order, lower, upper }) => ({ a: luGradient(order, lower, upper, gL, gU) }),
  });
  return [permutationMatrix(order, a), L, U];
}

/**
 * P, L and U out of what {@link luFactor} gave.
 * @throws {IndexError} for pivots outside 1..m.
 * @see https://pytorch.org/docs/stable/generated/torch.lu_unpack.html
 */
export function luUnpack(LU: Tensor, pivots: Tensor): readonly [P: Tensor, L: Tensor, U: Tensor] {
  assertPivots('luUnpack', LU, pivots);
  const [lower, upper] = splitLu(LU);
  return [permutationMatrix(orderOf(pivots, rowsOf(LU), 'luUnpack'), LU), lower, upper];
}

function assertPivots(op: string, LU: unknown, pivots: unknown): asserts pivots is Tensor {
  assertMatrices(op, 'LU', LU);
  assertTensor(op, 'pivots', pivots);
  if (pivots.dtype !== 'int32') throw new DTypeError(`${op}: pivots is ${pivots.dtype}, expected int32, as luFactor gives them.`);
  const expected = [...batchShape(LU), Math.min(columnsOf(LU), rowsOf(LU))];
  if (!sameShape(pivots.shape, expected))
    throw new ShapeError(`${op}: pivots is ${showShape(pivots.shape)}, expected ${showShape(expected)} for LU ${showShape(LU.shape)}.`);
}

/**
 * X of A X = B, of what {@link luFactor} gave for A.
 * @param B [..., n, k]; batches broadcast. @param options.left default true; false solves X A = B. @param options.adjoint solves with A^T. Default: false.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu_solve.html
 */
export function luSolve(LU: Tensor, pivots: Tensor, B: Tensor, options?: LuSolveOptions): Tensor {
  const op = 'luSolve';
  assertPivots(op, LU, pivots);
  assertSquare(op, 'LU', LU);
  assertMatrices(op, 'B', B);
  assertSameDType(op, { LU, B });
  const { left, adjoint } = readOptions(op, { left: true, adjoint: false }, options);
  const b = left ? B : mT(B);
  const n = columnsOf(LU);
  if (b.shape.at(-2) !== n)
    throw new ShapeError(
      `${op}: LU is ${showShape(LU.shape)} and B ${showShape(B.shape)}, expected B to have as many ${left ? 'rows' : 'columns'} as LU.`,
    );
  const order = orderOf(pivots, n, op);
  const batch = broadcastShapes(batchShape(LU), batchShape(b), op);
  const wide = expand(b, [...batch, n, columnsOf(b)]);
  const places = expand(adjoint === left ? inverseOrder(order) : order, [...batch, n]);
  // P A = L U, so A X = B is L U X = P B, and A^T X = B is U^T L^T (P X) = B.
  const out =
    adjoint === left
      ? reordered(solveLeft(mT(LU), solveLeft(mT(LU), wide, false, false, op), true, true, op), places)
      : solveLeft(LU, solveLeft(LU, reordered(wide, places), false, true, op), true, false, op);
  return left ? out : mT(out);
}
