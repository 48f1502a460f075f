/** QR decomposition by Householder reflections. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { GradError } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { code } from '../../tensor/raw.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { sign } from '../elementwise/unary.js';
import { diagEmbed } from '../index/diagonal.js';
import { cat } from '../join/join.js';
import { triu } from '../join/triangle.js';
import { matmul } from '../products/matmul.js';
import { to } from '../view/copy.js';
import { unsqueeze } from '../view/movement.js';
import { diagonal, narrow } from '../view/select.js';
import { assertMatrices, batchShape, columnsOf, mT, raw, rowsOf, sizes, workingCopy } from './matrices.js';
import { solveLeft } from './triangular.js';

/** `reduced`: Q [m, k], R [k, n], k = min(m, n); `complete`: Q [m, m], R [m, n]; `r`: R alone, and an empty Q. */
export type QRMode = 'reduced' | 'complete' | 'r';

/** The options of {@link qr}. */
export interface QrOptions {
  /** Default: `reduced`. */
  mode?: QRMode;
}

/** Q (as many columns as asked for) and R (that many rows), unrecorded. */
export function qrRaw(a: Tensor, columns: number, rows: number, op: string): [Q: Tensor, R: Tensor] {
  const [batch, m, n] = sizes(a);
  const factors = workingCopy(mT(a), op);
  const q = emptyTensor([...batchShape(a), columns, m], a.dtype);
  if (batch > 0 && m > 0) check(kernels.linalgQr(code(a.dtype), columns === 0 ? 0 : q.ptr, columns, factors.ptr, batch, m, n), op);
  return [mT(q), triu(narrow(mT(factors), -2, 0, rows))];
}

/**
 * The columns of `a` [..., m, n], m >= n, made orthonormal: the Q whose R has a positive diagonal, in float64. Unrecorded.
 * Columns that depend on those before them become 0, as where PyTorch multiplies Q by the signs of R's diagonal.
 */
export function orthonormalColumns(a: Tensor, op: string): Tensor {
  return raw(() => {
    const n = columnsOf(a);
    const [q, r] = qrRaw(to(a, 'float64'), n, n, op);
    return mul(q, unsqueeze(sign(diagonal(r, 0, -2, -1)), -2));
  });
}

/**
 * A = Q R, Q with orthonormal columns, R an upper triangle. The signs of R's diagonal are LAPACK's.
 * @param a [..., m, n]. @param args mode (default `reduced`), by position or by name.
 * @throws {ArgumentError} for another mode. @throws {GradError} from backward in mode `r`, and `complete` with m > n.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.qr.html
 */
export function qr(a: Tensor, ...args: Arguments<QrOptions, [mode: 'mode']>): readonly [Q: Tensor, R: Tensor] {
  const op = 'qr';
  assertMatrices(op, 'A', a);
  const { mode } = readArguments(op, { mode: 'reduced' as QRMode }, args);
  oneOf(op, 'mode', mode, ['reduced', 'complete', 'r']);
  const [, m, n] = sizes(a);
  const k = Math.min(m, n);
  const rows = mode === 'complete' ? m : k;
  const [q, r] = raw(() => qrRaw(a, mode === 'r' ? 0 : rows, rows, op));
  if (mode === 'r') {
    const none = emptyTensor([0], a.dtype);
    const composed = () => refuse("mode 'r' has no gradient, for it needs Q. Use mode 'reduced'");
    return [none, record('qr', r, { inputs: { a }, composed })];
  }
  if (mode === 'complete' && m > n)
    return record('qr', [q, r], {
      inputs: { a },
      composed: () => refuse("mode 'complete' has no gradient for more rows than columns. Use mode 'reduced'"),
    });
  return record('qr', [q, r], { inputs: { a }, saved: { q, r }, composed: ([gQ, gR], { q, r }) => ({ a: gradient(q, r, gQ, gR) }) });
}

function refuse(why: string): never {
  throw new GradError(`backward: qr: ${why}.`);
}

/** X + X^T with half the diagonal. */
function symmetric(x: Tensor): Tensor {
  const both = add(x, mT(x));
  return sub(both, diagEmbed(mul(diagonal(both, 0, -2, -1), 0.5), 0, -2, -1));
}

// m >= n: dA = (dQ + Q sym(triu(dR R^T - Q^T dQ))) R^-T. Of a wide matrix [A1 A2] = Q [R1 R2], R2 = Q^T A2 is a product, and A1 square.
// https://arxiv.org/abs/1009.6112
function gradient(q: Tensor, r: Tensor, gQ: Tensor | null, gR: Tensor | null): Tensor {
  const [m, n] = [rowsOf(q), columnsOf(r)];
  if (m >= n) return square(q, r, gQ, gR);
  const [r1, r2] = [narrow(r, -1, 0, m), narrow(r, -1, m, n - m)];
  if (gR === null) return cat([square(q, r1, gQ, null), mul(matmul(q, r2), 0)], -1);
  const [g1, g2] = [narrow(gR, -1, 0, m), narrow(gR, -1, m, n - m)];
  // A2 = Q R2, so that the part of dQ from R2 = Q^T A2 is Q R2 dR2^T.
  const fromR2 = matmul(q, matmul(r2, mT(g2)));
  return cat([square(q, r1, gQ === null ? fromR2 : add(gQ, fromR2), g1), matmul(q, g2)], -1);
}

function square(q: Tensor, r: Tensor, gQ: Tensor | null, gR: Tensor | null): Tensor {
  const fromR = gR && matmul(gR, mT(r));
  const fromQ = gQ && matmul(mT(q), gQ);
  const inside = fromR === null ? mul(fromQ!, -1) : fromQ === null ? fromR : sub(fromR, fromQ);
  const middle = matmul(q, symmetric(triu(inside)));
  const whole = gQ === null ? middle : add(gQ, middle);
  return mT(solveLeft(r, mT(whole), true, false, 'qr'));
}
