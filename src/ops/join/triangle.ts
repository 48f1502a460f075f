/** Triangles of matrices. */
import { named } from '../../autograd/node.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertDims, assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { arange } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sub } from '../elementwise/binary.js';
import { ge, le } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { contiguous, filled } from '../view/copy.js';
import { unsqueeze } from '../view/movement.js';

/** `column - row` of the last two dims, compared with `diagonal`. */
function triangle(x: Tensor, diagonal: number, keep: typeof le, op: string): Tensor {
  wholeNumber(op, 'diagonal', diagonal);
  assertDims(op, 'x', x, 2);
  const [rows, cols] = x.shape.slice(-2) as [number, number];
  const offset = sub(arange(cols), unsqueeze(arange(rows), 1));
  return where(keep(offset, diagonal), contiguous(x), filled([], x.dtype, 0));
}

/** The lower triangle of the last two dims, 0 above; `diagonal` above 0 keeps more. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  if (arguments.length > 2) tooMany('tril', 2, arguments);
  assertTensor('tril', 'x', x);
  return named('Tril', triangle(x, diagonal, le, 'tril'));
}

/** The upper triangle of the last two dims, 0 below; `diagonal` above 0 keeps less. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  if (arguments.length > 2) tooMany('triu', 2, arguments);
  assertTensor('triu', 'x', x);
  return named('Triu', triangle(x, diagonal, ge, 'triu'));
}
