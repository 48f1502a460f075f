/** What the functions of linear algebra share: checks of their matrices, copies to work in, and what kernels report. */
import { noGrad } from '../../autograd/modes/mode.js';
import { LinAlgError, ShapeError, showShape } from '../../errors.js';
import { assertFloating } from '../../tensor/arguments/checks.js';
import { copyInto } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { transpose } from '../view/movement.js';

/** Throws unless `x` is a matrix or a batch of matrices of floats. */
export function assertMatrices(op: string, name: string, x: unknown): asserts x is Tensor {
  assertFloating(op, name, x);
  if (x.ndim < 2) throw new ShapeError(`${op}: ${name} is ${showShape(x.shape)}, expected a matrix [m, n] or a batch of them [..., m, n].`);
}

/** {@link assertMatrices}, and they are square. */
export function assertSquare(op: string, name: string, x: unknown): asserts x is Tensor {
  assertMatrices(op, name, x);
  if (x.shape[x.ndim - 1] !== x.shape[x.ndim - 2])
    throw new ShapeError(`${op}: ${name} is ${showShape(x.shape)}, expected square matrices [..., n, n].`);
}

/** [batch, rows, columns] of a batch of matrices, whose leading dims count as one. */
export function sizes(x: Tensor): [batch: number, rows: number, columns: number] {
  return [numel(x.shape.slice(0, -2)), rowsOf(x), columnsOf(x)];
}

export const rowsOf = (x: Tensor): number => x.shape[x.ndim - 2]!;
export const columnsOf = (x: Tensor): number => x.shape[x.ndim - 1]!;

/** The leading dims. */
export const batchShape = (x: Tensor): number[] => x.shape.slice(0, -2);

/** A row-major copy to be overwritten. Not recorded. */
export function workingCopy(x: Tensor, op: string): Tensor {
  const out = emptyTensor(x.shape, x.dtype);
  if (numel(x.shape) > 0) copyInto(out, x, op);
  return out;
}

/** The matrix transpose, a view. */
export const mT = (x: Tensor): Tensor => transpose(x, -2, -1);

/** Computes without recording: the gradient is written out by the caller. */
export const raw = noGrad;

/** Throws for the first matrix of a batch of which a kernel reports something: `what(code)` says what is wrong. */
export function assertFine(op: string, info: Tensor, what: (code: number) => string): void {
  const codes = toTypedArray(info) as Int32Array;
  const at = codes.findIndex((code) => code !== 0);
  if (at < 0) return;
  const where = codes.length > 1 ? ` (batch element ${at})` : '';
  throw new LinAlgError(`${op}: ${what(codes[at]!)}${where}.`);
}

/** What a decomposition reports that does not come to an end, or that cannot begin. */
export const notConverged = (code: number): string =>
  code < 0 ? 'the input has values that are not finite (NaN or infinity)' : 'the algorithm did not converge';
