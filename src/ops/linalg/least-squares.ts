/** What comes nearest to an inverse or a solution where there is none. */
import { record } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOptions } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensor, oneOf } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { eq, gt } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { abs, neg, square } from '../elementwise/unary.js';
import { matmul } from '../products/matmul.js';
import { allNonzero, sum } from '../reduce/sum.js';
import { detach } from '../view/copy.js';
import { squeeze, unsqueeze } from '../view/movement.js';
import { eigh } from './eigh.js';
import { assertMatrices, assertSquare, batchShape, mT, raw } from './matrices.js';
import { type MatrixRankOptions, matrixRank, TOLERANCE, toleranceOf } from './norms.js';
import { svdRaw, svdvals } from './svd.js';

/** The options of {@link pinv}. */
export type PinvOptions = MatrixRankOptions;

/** The options of {@link pinverse}. */
export interface PinverseOptions {
  /** What counts as zero, as a share of the largest singular value. Default: 1e-15. */
  rcond?: number;
}

/**
 * The pseudoinverse (Moore and Penrose): of the singular values those that are not zero are inverted.
 * @param a [..., m, n]. @param options.atol @param options.rtol what counts as zero; default max(m, n) times the dtype's precision, of the largest
 * value. @param options.hermitian takes A for symmetric. Default: false.
 * @returns [..., n, m]. @see https://pytorch.org/docs/stable/generated/torch.linalg.pinv.html
 * @example
 * linalg.pinv(tensor([[2], [0]])).toArray(); // [[0.5, 0]]
 */
export function pinv(a: Tensor, options?: PinvOptions): Tensor {
  const op = 'pinv';
  assertMatrices(op, 'A', a);
  const { hermitian, ...tolerance } = readOptions(op, TOLERANCE, options);
  if (hermitian) assertSquare(op, 'A', a);
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (numel(a.shape) === 0) return zeros([...batchShape(a), n, m], { dtype: a.dtype });
  const out = raw(() => {
    if (hermitian) {
      const [w, v] = eigh(detach(a));
      const inverse = inverted(w, toleranceOf(a, abs(w), tolerance));
      return matmul(mul(v, unsqueeze(inverse, -2)), mT(v));
    }
    const [u, s, vh] = svdRaw(a, false, op);
    return matmul(mul(mT(vh), unsqueeze(inverted(s, toleranceOf(a, s, tolerance)), -2)), mT(u));
  });
  return record(op, out, { inputs: { a }, saved: { a, y: out }, composed: (dy, { a, y }) => ({ a: gradient(a, y, dy) }) });
}

/**
 * {@link pinv} under its older name.
 * @param given rcond, what counts as zero, as a share of the largest singular value. Default: 1e-15.
 * @see https://pytorch.org/docs/stable/generated/torch.pinverse.html
 */
export function pinverse(a: Tensor, ...given: Arguments<PinverseOptions, [rcond: 'rcond']>): Tensor {
  const { rcond } = readArguments('pinverse', { rcond: 1e-15 }, given);
  return pinv(a, { rtol: rcond });
}

const inverted = (values: Tensor, tolerance: Tensor): Tensor => where(gt(abs(values), tolerance), div(1, values), 0);

// Golub and Pereyra 1973, as PyTorch's pinv_backward.
function gradient(a: Tensor, y: Tensor, g: Tensor): Tensor {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const [gT, yT] = [mT(g), mT(y)];
  if (m <= n) {
    const k = matmul(gT, y);
    const kyT = matmul(k, yT);
    const direct = add(neg(mT(matmul(y, k))), sub(kyT, matmul(matmul(a, y), kyT)));
    return add(direct, matmul(matmul(yT, y), sub(gT, matmul(k, a))));
  }
  const k = matmul(y, gT);
  const yTk = matmul(yT, k);
  const direct = add(neg(mT(matmul(k, y))), matmul(matmul(sub(gT, matmul(a, k)), y), yT));
  return sub(add(direct, yTk), matmul(matmul(yTk, y), a));
}

/** The options of {@link lstsq}. */
export interface LstsqOptions {
  /** Singular values of at most this share of the largest count as zero. Default: max(m, n) times the dtype's precision. */
  rcond?: number | null;
  /** What is returned beside the solution, as LAPACK's routines do: see {@link LstsqResult}. Default: `gelsy`. */
  driver?: 'gels' | 'gelsy' | 'gelsd' | 'gelss' | null;
}

/** What {@link lstsq} gives. */
export interface LstsqResult {
  /** X [..., n, k], or [..., n] for vectors. */
  readonly solution: Tensor;
  /** The sums of squares of A X - B [..., k], where m > n and A has full rank, for the drivers `gels`, `gelsd` and `gelss`; else empty. */
  readonly residuals: Tensor;
  /** int64 [...]; empty for `gels`. */
  readonly rank: Tensor;
  /** Of A, descending, for `gelsd` and `gelss`; else empty. */
  readonly singularValues: Tensor;
}

/**
 * X that makes the sum of squares of A X - B least; of several the shortest.
 * @param a [..., m, n]. @param b [..., m, k], or vectors [..., m] with the batch of `a`.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
 * @example
 * linalg.lstsq(tensor([[1, 0], [0, 2], [0, 0]]), tensor([[1], [4], [5]])).solution.toArray(); // [[1], [2]]
 */
export function lstsq(a: Tensor, b: Tensor, ...args: Arguments<LstsqOptions, [rcond: 'rcond', driver: 'driver']>): LstsqResult {
  const op = 'lstsq';
  assertMatrices(op, 'A', a);
  assertTensor(op, 'B', b);
  assertSameDType(op, { A: a, B: b });
  const { rcond, driver } = readArguments<Required<LstsqOptions>>(op, { rcond: null, driver: null }, args);
  if (driver !== null) oneOf(op, 'driver', driver, ['gels', 'gelsy', 'gelsd', 'gelss']);
  const isVector = b.ndim === a.ndim - 1 && sameShape(b.shape, a.shape.slice(0, -1));
  const own = isVector ? unsqueeze(b, -1) : b;
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (own.ndim < 2 || own.shape.at(-2) !== m)
    throw new ShapeError(`${op}: A is ${showShape(a.shape)} and B ${showShape(b.shape)}, expected B to have as many rows as A.`);
  const tolerance = { rtol: rcond };
  const solution = matmul(pinv(a, tolerance), own);
  const rank = matrixRank(a, tolerance);
  const none = (dtype: DType = a.dtype) => emptyTensor([0], dtype);
  const full = driver !== null && driver !== 'gelsy' && m > n && allNonzero(eq(rank, n));
  return {
    solution: isVector ? squeeze(solution, -1) : solution,
    residuals: full ? sum(square(sub(matmul(a, solution), own)), -2) : none(),
    rank: driver === 'gels' ? none('int64') : rank,
    singularValues: driver === 'gelsd' || driver === 'gelss' ? svdvals(detach(a)) : none(),
  };
}
