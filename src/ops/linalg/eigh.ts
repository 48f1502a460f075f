/** Eigenvalues and eigenvectors of symmetric matrices. */

import { isGradEnabled } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { code } from '../../tensor/raw.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { diagEmbed } from '../index/diagonal.js';
import { matmul } from '../products/matmul.js';
import { unsqueeze } from '../view/movement.js';
import { diagonal } from '../view/select.js';
import { assertFine, assertSquare, batchShape, mT, notConverged, raw, sizes, workingCopy } from './matrices.js';

/** The options of {@link eigh}. */
export interface EighOptions {
  /** Which triangle is looked at: `L`, the lower one, or `U`. Default: `L`. */
  UPLO?: 'L' | 'U';
}

/** The options of {@link eigvalsh}. */
export type EigvalshOptions = EighOptions;

type EighArguments = Arguments<EighOptions, [UPLO: 'UPLO']>;

function eighRaw(a: Tensor, vectors: boolean, op: string): [values: Tensor, vectors: Tensor] {
  const [batch, n] = sizes(a);
  const rows = workingCopy(a, op);
  const values = emptyTensor([...batchShape(a), n], a.dtype);
  const info = emptyTensor([batch], 'int32');
  check(kernels.linalgEigh(code(a.dtype), vectors ? 1 : 0, rows.ptr, values.ptr, info.ptr, batch, n), op);
  assertFine(op, info, notConverged);
  return [values, mT(rows)];
}

function ofTriangle(a: Tensor, args: EighArguments, op: string): Tensor {
  assertSquare(op, 'A', a);
  const { UPLO } = readArguments(op, { UPLO: 'L' }, args);
  return oneOf(op, 'UPLO', UPLO, ['L', 'U']) === 'U' ? mT(a) : a;
}

/**
 * Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices: A = V diag(w) V^T. An eigenvector's sign is arbitrary.
 * Gradient: dA = V (diag(dw) + (V^T dV) / (w_j - w_i)) V^T; with vectors it is not finite where eigenvalues are equal.
 * @param a [..., n, n]; one triangle counts. @param args UPLO, which: `L` (default) or `U`; by position or by name.
 * @returns w [..., n] and V [..., n, n]. @throws {LinAlgError} for values that are not finite.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.eigh.html
 */
export function eigh(a: Tensor, ...args: EighArguments): readonly [eigenvalues: Tensor, eigenvectors: Tensor] {
  const own = ofTriangle(a, args, 'eigh');
  const [w, v] = raw(() => eighRaw(own, true, 'eigh'));
  return record('eigh', [w, v], {
    inputs: { a: own },
    saved: { w, v },
    composed: ([gw, gV], { w, v }) => ({ a: gradient(w, v, gw, gV) }),
  });
}

function gradient(w: Tensor, v: Tensor, gw: Tensor | null, gV: Tensor | null): Tensor {
  if (gV === null) return matmul(mul(v, unsqueeze(gw!, -2)), mT(v));
  const gaps = sub(unsqueeze(w, -2), unsqueeze(w, -1)); // w_j - w_i
  const ones = diagEmbed(add(mul(w, 0), 1), 0, -2, -1);
  const turned = matmul(mT(v), gV);
  const onDiagonal = diagEmbed(diagonal(turned, 0, -2, -1), 0, -2, -1);
  const inside = div(sub(turned, onDiagonal), add(gaps, ones));
  return matmul(v, matmul(gw === null ? inside : add(inside, diagEmbed(gw, 0, -2, -1)), mT(v)));
}

/**
 * The eigenvalues of symmetric matrices, ascending. With gradients it computes the vectors too.
 * @param a [..., n, n]. @see https://pytorch.org/docs/stable/generated/torch.linalg.eigvalsh.html
 */
export function eigvalsh(a: Tensor, ...args: EighArguments): Tensor {
  const own = ofTriangle(a, args, 'eigvalsh');
  if (own.requiresGrad && isGradEnabled()) return eigh(own)[0];
  return eighRaw(own, false, 'eigvalsh')[0];
}
