/** Singular values and vectors, and what is made of them. */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { code } from '../../tensor/raw.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { diagEmbed } from '../index/diagonal.js';
import { cat } from '../join/join.js';
import { matmul } from '../products/matmul.js';
import { unsqueeze } from '../view/movement.js';
import { narrow } from '../view/select.js';
import { assertFine, assertMatrices, batchShape, columnsOf, mT, notConverged, raw, rowsOf, sizes, workingCopy } from './matrices.js';
import { qrRaw } from './qr.js';

/** U, S and V^T, unrecorded; of wide matrices by their transpose. QR first makes the matrix square. */
export function svdRaw(a: Tensor, full: boolean, op: string): [U: Tensor, S: Tensor, Vh: Tensor] {
  const [batch, m, n] = sizes(a);
  if (m < n) {
    const [u, s, vh] = svdRaw(mT(a), full, op);
    return [mT(vh), s, mT(u)];
  }
  const [q, r] = qrRaw(a, full ? m : n, n, op);
  const right = workingCopy(r, op);
  const left = emptyTensor([...batchShape(a), n, n], a.dtype);
  const values = emptyTensor([...batchShape(a), n], a.dtype);
  const info = emptyTensor([batch], 'int32');
  check(kernels.linalgSvd(code(a.dtype), left.ptr, values.ptr, right.ptr, info.ptr, batch, n), op);
  assertFine(op, info, notConverged);
  const own = matmul(narrow(q, -1, 0, n), mT(left));
  return [full && m > n ? cat([own, narrow(q, -1, n, m - n)], -1) : own, values, right];
}

/** The options of {@link svd}. */
export interface SvdOptions {
  /** U [..., m, m] and Vh [..., n, n] instead of [..., m, k] and [..., k, n]. Default: true. */
  fullMatrices?: boolean;
}

/**
 * A = U diag(S) V^T, U and V with orthonormal columns, S descending. Singular vectors have an arbitrary sign.
 * The gradient through U and V is not finite where singular values are equal.
 * @param a [..., m, n]. @param args fullMatrices, by position or by name: U [..., m, m] and Vh [..., n, n] instead of [..., m, k] and [..., k, n]. Default: true.
 * @returns U, S [..., k], and Vh = V^T; k = min(m, n). @throws {LinAlgError} for values that are not finite.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.svd.html
 */
export function svd(
  a: Tensor,
  ...args: Arguments<SvdOptions, [fullMatrices: 'fullMatrices']>
): readonly [U: Tensor, S: Tensor, Vh: Tensor] {
  assertMatrices('svd', 'A', a);
  const { fullMatrices } = readArguments('svd', { fullMatrices: true }, args);
  const [u, s, vh] = raw(() => svdRaw(a, fullMatrices, 'svd'));
  return record('svd', [u, s, vh], {
    inputs: { a },
    saved: { u, s, vh },
    composed: ([gU, gS, gVh], { u, s, vh }) => {
      const k = s.shape.at(-1)!;
      const columns = (x: Tensor) => narrow(x, -1, 0, k);
      const rows = (x: Tensor) => narrow(x, -2, 0, k);
      return { a: gradient(columns(u), s, rows(vh), gU && columns(gU), gS, gVh && rows(gVh)) };
    },
  });
}

const skew = (x: Tensor): Tensor => sub(x, mT(x));

// As PyTorch's svd_backward: dA = U [(skew(U^T dU) / E) S + S (skew(V^T dV) / E) + diag(dS)] V^T, E_ij = S_j^2 - S_i^2, and what dU and dV have
// outside the spaces of U and V. https://j-towns.github.io/papers/svd-derivative.pdf
function gradient(u: Tensor, s: Tensor, vh: Tensor, gU: Tensor | null, gS: Tensor | null, gVh: Tensor | null): Tensor {
  const [m, n, k] = [rowsOf(u), columnsOf(vh), s.shape.at(-1)!];
  if (gU === null && gVh === null) return matmul(mul(u, unsqueeze(gS!, -2)), vh);
  const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
  const squares = mul(s, s);
  const gaps = add(sub(unsqueeze(squares, -2), unsqueeze(squares, -1)), diagEmbed(add(mul(s, 0), 1), 0, -2, -1));
  const parts: Tensor[] = [];
  if (gU !== null) parts.push(mul(div(skew(matmul(mT(u), gU)), gaps), row));
  if (gVh !== null) parts.push(mul(div(skew(matmul(vh, mT(gVh))), gaps), column));
  if (gS !== null) parts.push(diagEmbed(gS, 0, -2, -1));
  let out = matmul(
    u,
    matmul(
      parts.reduce((x, y) => add(x, y)),
      vh,
    ),
  );
  if (m > k && gU !== null) {
    const scaled = div(gU, row);
    out = add(out, matmul(sub(scaled, matmul(u, matmul(mT(u), scaled))), vh));
  }
  if (n > k && gVh !== null) {
    const scaled = div(gVh, column);
    out = add(out, matmul(u, sub(scaled, matmul(matmul(scaled, mT(vh)), vh))));
  }
  return out;
}

/**
 * The singular values, descending. With gradients it computes the vectors too.
 * @param a [..., m, n]. @returns [..., min(m, n)]. @see https://pytorch.org/docs/stable/generated/torch.linalg.svdvals.html
 * @example
 * linalg.svdvals(tensor([[3, 0], [0, -4]])).toArray(); // [4, 3]
 */
export function svdvals(a: Tensor): Tensor {
  if (arguments.length > 1) tooMany('svdvals', 1, arguments);
  assertMatrices('svdvals', 'A', a);
  if (a.requiresGrad && isGradEnabled()) return svd(a, { fullMatrices: false })[1];
  const own = rowsOf(a) < columnsOf(a) ? mT(a) : a;
  const [batch, , n] = sizes(own);
  const right = workingCopy(
    raw(() => qrRaw(own, 0, n, 'svdvals')[1]),
    'svdvals',
  );
  const values = emptyTensor([...batchShape(a), n], a.dtype);
  const info = emptyTensor([batch], 'int32');
  check(kernels.linalgSvd(code(a.dtype), 0, values.ptr, right.ptr, info.ptr, batch, n), 'svdvals');
  assertFine('svdvals', info, notConverged);
  return values;
}
