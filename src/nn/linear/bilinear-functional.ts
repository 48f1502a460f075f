/** Forms in two vectors. */
import { DTypeError, ShapeError, showShape } from '../../errors.js';
import { add } from '../../ops/elementwise/binary.js';
import { matmul } from '../../ops/products/matmul.js';
import { permute, reshape } from '../../ops/view/movement.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, assertTensorOrNull, assertTensors } from '../../tensor/checks.js';
import { numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * `y_o = x1^T W_o x2 + b_o`.
 * @param x1 [..., I], floating. @param x2 [..., J], with the same leading dims. @param weight [O, I, J]. @param args bias [O] (default null).
 * @returns [..., O].
 * @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integers, or two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 * @example
 * F.bilinear(tensor([[1, 2]]), tensor([[3]]), ones([1, 2, 1])); // [[9]]
 */
export function bilinear(
  x1: Tensor,
  x2: Tensor,
  weight: Tensor,
  ...args: Trailing<[bias: Tensor | null], { bias?: Tensor | null }>
): Tensor {
  const { bias } = readArguments<{ bias: Tensor | null }>('bilinear', { bias: null }, args);
  assertFloating('bilinear', 'x1', x1);
  assertTensors('bilinear', { x2, weight });
  assertTensorOrNull('bilinear', 'bias', bias);
  const given = `x1 ${showShape(x1.shape)}, x2 ${showShape(x2.shape)}, weight ${showShape(weight.shape)}`;
  for (const [name, other] of [
    ['x2', x2],
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (other && other.dtype !== x1.dtype)
      throw new DTypeError(`bilinear: x1 is ${x1.dtype} and ${name} ${other.dtype}, expected one dtype.`);
  }
  if (weight.ndim !== 3) throw new ShapeError(`bilinear: weight is ${showShape(weight.shape)}, expected [O, I, J].`);
  const [o, i, j] = weight.shape as [number, number, number];
  const lead = x1.shape.slice(0, -1);
  if (x1.ndim < 1 || !sameShape(lead, x2.shape.slice(0, -1)) || x1.ndim !== x2.ndim)
    throw new ShapeError(`bilinear: the inputs differ in other dims than the last: ${given}.`);
  for (const [name, x, size] of [
    ['x1', x1, i],
    ['x2', x2, j],
  ] as const) {
    if (x.shape.at(-1) !== size)
      throw new ShapeError(`bilinear: ${name} has ${x.shape.at(-1)} features, weight expects ${size} (${given}).`);
  }
  if (bias && !sameShape(bias.shape, [o])) throw new ShapeError(`bilinear: bias is ${showShape(bias.shape)}, expected [${o}] (${given}).`);
  const rows = numel(lead);
  // x1 against every W_o at once, then each result against x2.
  const half = matmul(reshape(x1, [rows, i]), reshape(permute(weight, [1, 0, 2]), [i, o * j]));
  const y = reshape(matmul(reshape(half, [rows, o, j]), reshape(x2, [rows, j, 1])), [...lead, o]);
  return bias ? add(y, bias) : y;
}
