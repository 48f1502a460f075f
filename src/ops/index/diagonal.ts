/** Matrices with given diagonals. */
import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { assertDims, assertTensor } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { pad } from '../join/pad.js';
import { clone, contiguous } from '../view/copy.js';
import { movedim, reshape, unsqueeze } from '../view/movement.js';
import { type DiagonalOptions, diagonal, diagonalPlace, narrow } from '../view/select.js';

/**
 * Of a vector the matrix with it on a diagonal, of a matrix its diagonal.
 * @param offset default 0; positive ones lie above the main diagonal. @throws {ShapeError} for other ranks.
 */
export function diag(x: Tensor, offset = 0): Tensor {
  if (arguments.length > 2) tooMany('diag', 2, arguments);
  assertTensor('diag', 'x', x);
  if (x.ndim === 1) return diagEmbed(x, offset);
  if (x.ndim !== 2) throw new ShapeError(`diag: input is ${showShape(x.shape)}, expected a vector or a matrix.`);
  return clone(diagonal(x, offset));
}

/** The elements, in order, on the diagonal of a matrix. */
export function diagflat(x: Tensor, offset = 0): Tensor {
  if (arguments.length > 2) tooMany('diagflat', 2, arguments);
  return diagEmbed(reshape(x, [-1]), offset);
}

/** The options of {@link diagEmbed}. */
export type DiagEmbedOptions = DiagonalOptions;

/**
 * Matrices with the last dim of x on a diagonal of the dims `dim1` and `dim2` of the result: [..., n] gives [..., n + |offset|, n + |offset|].
 * @param args offset (default 0), dim1 (default -2) and dim2 (default -1) in this order, or by name.
 * @throws {ShapeError} for 0 dims. @throws {ArgumentError} for an offset that is no whole number, or one dim twice.
 * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 */
export function diagEmbed(x: Tensor, ...args: Arguments<DiagEmbedOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>): Tensor {
  assertTensor('diagEmbed', 'x', x);
  assertDims('diagEmbed', 'x', x, 1);
  const options = readArguments('diagEmbed', { offset: 0, dim1: -2, dim2: -1 }, args);
  const { offset, rows, cols } = diagonalPlace('diagEmbed', x.ndim + 1, options);
  const n = x.shape.at(-1)!;
  const size = n + Math.abs(offset);
  const lead = x.shape.slice(0, -1);
  const inPlace = (matrices: Tensor) => (rows === x.ndim - 1 && cols === x.ndim ? matrices : movedim(matrices, [-2, -1], [rows, cols]));
  if (n === 0) return named('DiagEmbed', inPlace(zeros([...lead, size, size], { dtype: x.dtype })));
  // Each element followed by `size` zeros stands one further to the right in every row.
  const spaced = reshape(pad(unsqueeze(x, -1), [0, size]), [...lead, n * (size + 1)]);
  const before = offset >= 0 ? offset : -offset * size;
  const square = narrow(pad(spaced, [before, size * size]), -1, 0, size * size);
  return named('DiagEmbed', inPlace(contiguous(reshape(square, [...lead, size, size]))));
}
