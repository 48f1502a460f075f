/** Matrix products. One kernel, `gemm`, serves them all; gradients are products again. */

import { isGradEnabled } from '../../autograd/modes/mode.js';
import { type Backward, named, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { TRANS_A, TRANS_B } from '../../engine/kernel-table.gen.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensor, assertTensorOrNull } from '../../tensor/arguments/checks.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { sum } from '../reduce/sum.js';
import { expand, reshape, squeeze, transpose, unsqueeze } from '../view/movement.js';

interface MatrixLayout {
  readonly x: Tensor;
  readonly transposed: boolean;
  readonly lead: number;
}

/** How gemm can read the last two dims of `x` where they lie: row-major or transposed; a copy when neither. */
function layout(x: Tensor): MatrixLayout {
  const { shape, strides } = x;
  const rank = shape.length;
  const rows = shape[rank - 2]!;
  const cols = shape[rank - 1]!;
  const rowStep = strides[rank - 2]!;
  const colStep = strides[rank - 1]!;
  const batchesFollow = rank === 2 || x.shape[0] === 1 || x.strides[0]! >= 0;
  if (batchesFollow) {
    if ((colStep === 1 || cols === 1) && rowStep >= Math.max(1, cols)) return { x, transposed: false, lead: rowStep };
    if ((rowStep === 1 || rows === 1) && colStep >= Math.max(1, rows)) return { x, transposed: true, lead: colStep };
    if (rows === 1 && colStep === 1) return { x, transposed: false, lead: Math.max(1, cols) };
  }
  const copy = rowMajor(x, 'matmul');
  return { x: copy, transposed: false, lead: Math.max(1, cols) };
}

/** Operands that are the transposes of the matrices given. */
interface Turned {
  readonly turnA?: boolean;
  readonly turnB?: boolean;
}

const AS_GIVEN: Turned = {};
const TURN_A: Turned = { turnA: true };
const TURN_B: Turned = { turnB: true };

/** How far items of a batch are apart; 0 for one that stands for all. */
function itemStep({ shape, strides }: Tensor): number {
  return shape[0] === 1 ? 0 : strides[0]!;
}

/** a [b, m, k] times b [b, k, n] (a batch of 1 is shared), or 2-dim; bias [n]. Not recorded. */
function gemm(a: Tensor, b: Tensor, bias: Tensor | null, name: string, { turnA = false, turnB = false } = AS_GIVEN): Tensor {
  const rank = a.shape.length;
  const batched = rank === 3;
  const m = a.shape[turnA ? rank - 1 : rank - 2]!;
  const k = a.shape[turnA ? rank - 2 : rank - 1]!;
  const n = b.shape[turnB ? rank - 2 : rank - 1]!;
  const batch = batched ? Math.max(a.shape[0]!, b.shape[0]!) : 1;
  const empty = batched && (a.shape[0] === 0 || b.shape[0] === 0);
  const left = layout(a);
  const right = layout(b);
  const out = emptyTensor(batched ? [empty ? 0 : batch, m, n] : [m, n], a.dtype);
  if (empty || m === 0 || n === 0) return out;
  const flags = (left.transposed !== turnA ? TRANS_A : 0) | (right.transposed !== turnB ? TRANS_B : 0);
  check(
    kernels.gemm(
      code(a.dtype),
      flags,
      batch,
      m,
      n,
      k,
      left.x.ptr,
      left.lead,
      batched ? itemStep(left.x) : 0,
      right.x.ptr,
      right.lead,
      batched ? itemStep(right.x) : 0,
      out.ptr,
      n,
      m * n,
      bias ? bias.ptr : 0,
    ),
    name,
  );
  return out;
}

/** The product of two matrices [m, k] and [k, n]: [m, n]. @throws {ShapeError} when the inner sizes differ. */
export function mm(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('mm', 2, arguments);
  assertTensor('mm', 'a', a);
  assertTensor('mm', 'b', b);
  if (a.ndim !== 2 || b.ndim !== 2)
    throw new ShapeError(`mm: expected two matrices, got ${showShape(a.shape)} and ${showShape(b.shape)}. Use matmul for batches.`);
  return product('mm', a, b);
}

/** The products of a batch of matrices [b, m, k] and [b, k, n]: [b, m, n]. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('bmm', 2, arguments);
  assertTensor('bmm', 'a', a);
  assertTensor('bmm', 'b', b);
  if (a.ndim !== 3 || b.ndim !== 3 || a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      `bmm: expected [b, m, k] and [b, k, n] with one batch size, got ${showShape(a.shape)} and ${showShape(b.shape)}. Use matmul to broadcast batches.`,
    );
  }
  return product('bmm', a, b);
}

/** Both 2-dim, or both 3-dim with equal batch sizes or a batch of 1. */
function product(name: ProductName, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype) assertSameDType(name, { a, b });
  if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 2]) {
    throw new ShapeError(
      `${name}: inner sizes differ: a is ${showShape(a.shape)} and b is ${showShape(b.shape)} (${a.shape[a.ndim - 1]} against ${b.shape[b.ndim - 2]}).`,
    );
  }
  return record(name, gemm(a, b, null, name), [a, b], [a, b], productGradients[name], PRODUCT_NAMES);
}

type ProductName = 'mm' | 'bmm' | 'matmul' | 'linear';
const PRODUCT_NAMES = ['a', 'b'];

/** y = a b;  da = dy b^T;  db = a^T dy. Made once for each name: to make it in each call would take a tenth of a tiny product's time. */
const gradientsOf =
  (name: ProductName): Backward =>
  (dy, [a, b], needs) => [
    needs(0) ? batchSum(product(name, dy, transpose(b!, -2, -1)), a!) : null,
    needs(1) ? batchSum(product(name, transpose(a!, -2, -1), dy), b!) : null,
  ];
const productGradients = { mm: gradientsOf('mm'), bmm: gradientsOf('bmm'), matmul: gradientsOf('matmul'), linear: gradientsOf('linear') };

/** Sums over a batch that `x` shared. */
function batchSum(g: Tensor, x: Tensor): Tensor {
  return x.ndim === 3 && x.shape[0] === 1 && g.shape[0] !== 1 ? sum(g, 0, true) : g;
}

/**
 * The matrix product, as in PyTorch: vectors count as one row or column that the result drops; leading dims are batches and broadcast.
 * @throws {ShapeError} when the inner sizes differ or the batches do not broadcast. @throws {DTypeError} for two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('matmul', 2, arguments);
  assertTensor('matmul', 'a', a);
  assertTensor('matmul', 'b', b);
  if (a.ndim === 0 || b.ndim === 0)
    throw new ShapeError(`matmul: expected at least 1 dim each, got ${showShape(a.shape)} and ${showShape(b.shape)}. Use mul for numbers.`);
  if (a.ndim === 1) {
    const out = matmul(unsqueeze(a, 0), b.ndim === 1 ? unsqueeze(checkInner(a, b), 1) : b);
    return b.ndim === 1 ? named('Dot', reshape(out, [])) : named('SqueezeBackward4', squeeze(out, -2));
  }
  if (b.ndim === 1) return named(a.ndim === 2 ? 'Mv' : 'UnsafeView', squeeze(matmul(a, unsqueeze(checkInner(a, b), 1)), -1));
  if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 2]) checkInner(a, b);
  if (a.ndim === 2 && b.ndim === 2) return product('matmul', a, b);
  if (b.ndim === 2) {
    // One matrix for the whole batch: the batch joins the rows.
    const rows = numel(a.shape.slice(0, -1));
    return named(
      'UnsafeView',
      reshape(product('matmul', reshape(a, [rows, a.shape[a.ndim - 1]!]), b), [...a.shape.slice(0, -1), b.shape[1]!]),
    );
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
  const flat = (x: Tensor) => {
    const own = x.shape.slice(0, -2);
    const matrix = x.shape.slice(-2);
    if (numel(own) === 1) return reshape(x, [1, ...matrix]);
    const wide = sameShape(own, batch) ? x : expand(x, [...batch, ...matrix]);
    return reshape(wide, [numel(batch), ...matrix]);
  };
  const out = product('matmul', flat(a), flat(b));
  return named('UnsafeView', reshape(out, [...batch, a.shape[a.ndim - 2]!, b.shape[b.ndim - 1]!]));
}

function checkInner(a: Tensor, b: Tensor): Tensor {
  const k = a.shape[a.ndim - 1];
  const other = b.ndim === 1 ? b.shape[0] : b.shape[b.ndim - 2];
  if (k !== other)
    throw new ShapeError(`matmul: inner sizes differ: a is ${showShape(a.shape)} and b is ${showShape(b.shape)} (${k} against ${other}).`);
  return b;
}

/** {@link matmul} of two vectors: their inner product. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('dot', 2, arguments);
  assertTensor('dot', 'a', a);
  assertTensor('dot', 'b', b);
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new ShapeError(`dot: expected two vectors, got ${showShape(a.shape)} and ${showShape(b.shape)}. Use matmul.`);
  return matmul(a, b);
}

/** {@link matmul} of a matrix [m, k] and a vector [k]: [m]. */
export function mv(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('mv', 2, arguments);
  assertTensor('mv', 'a', a);
  assertTensor('mv', 'b', b);
  if (a.ndim !== 2 || b.ndim !== 1)
    throw new ShapeError(`mv: expected a matrix and a vector, got ${showShape(a.shape)} and ${showShape(b.shape)}. Use matmul.`);
  return matmul(a, b);
}

/** The outer product of vectors [m] and [n]: [m, n]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('outer', 2, arguments);
  assertTensor('outer', 'a', a);
  assertTensor('outer', 'b', b);
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new ShapeError(`outer: expected two vectors, got ${showShape(a.shape)} and ${showShape(b.shape)}.`);
  return named('Mul', matmul(unsqueeze(a, 1), unsqueeze(b, 0)));
}

/** The options of {@link linear}. */
export interface LinearOptions {
  /** [out], or [] for one number. Default: null, none. */
  bias?: Tensor | null;
}

/**
 * y = x W^T + b.
 * @param input [..., in]. @param weight [out, in], or [in] for one number. @param args the bias [out], or [] for one number; or null for none; also by name.
 * @returns [..., out], for a weight [in] without the last dim; the dtype of the input.
 * @throws {ShapeError} when the features differ. @throws {DTypeError} for two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 * @example
 * F.linear(tensor([1, 2]), tensor([[1, 1], [0, 1]]), tensor([0, 10])); // [3, 12]
 */
export function linear(input: Tensor, weight: Tensor, ...args: Arguments<LinearOptions, [bias: 'bias']>): Tensor {
  const { bias } = readArguments<Settings<LinearOptions>>('linear', { bias: null }, args);
  return linearOf(input, weight, bias);
}

/** @internal {@link linear}, as layers call it. */
export function linearOf(input: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  assertTensor('linear', 'input', input);
  assertTensor('linear', 'weight', weight);
  assertTensorOrNull('linear', 'bias', bias);
  if (weight.ndim === 1) {
    if (bias !== null && bias.ndim !== 0)
      throw new ShapeError(`linear: bias is ${showShape(bias.shape)}, expected [] for a weight of ${showShape(weight.shape)}.`);
    const one = linearOf(input, unsqueeze(weight, 0), bias && unsqueeze(bias, 0));
    return reshape(one, one.shape.slice(0, -1));
  }
  if (weight.ndim !== 2) throw new ShapeError(`linear: weight is ${showShape(weight.shape)}, expected [out, in], or [in].`);
  const [out, features] = weight.shape as [number, number];
  if (input.ndim === 0 || input.shape[input.ndim - 1] !== features) {
    const given = input.ndim === 0 ? 'no' : input.shape[input.ndim - 1];
    const hint =
      numel(input.shape) > 0 && input.ndim > 2 && numel(input.shape.slice(1)) === features ? ' Flatten the input first: x.flatten(1).' : '';
    throw new ShapeError(
      `linear: input has ${given} features, weight expects ${features} (input ${showShape(input.shape)}, weight ${showShape(weight.shape)}).${hint}`,
    );
  }
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== out))
    throw new ShapeError(`linear: bias is ${showShape(bias.shape)}, expected [${out}] (weight ${showShape(weight.shape)}).`);
  if (weight.dtype !== input.dtype || (bias !== null && bias.dtype !== input.dtype)) assertSameDType('linear', { input, weight, bias });
  if (input.ndim !== 2) {
    const rows = numel(input.shape.slice(0, -1));
    return named('UnsafeView', reshape(linearOf(reshape(input, [rows, features]), weight, bias), [...input.shape.slice(0, -1), out]));
  }
  const result = gemm(input, weight, bias === null ? null : rowMajor(bias), 'linear', TURN_B);
  const inputs = bias === null ? [input, weight] : [input, weight, bias];
  return named(bias === null ? 'Mm' : 'Addmm', record('linear', result, inputs, [input, weight], linearGradients, LINEAR_NAMES));
}

const LINEAR_NAMES = ['input', 'weight', 'bias'];

/** dx = dy W;  dW = dy^T x;  db = sum of dy over rows: of recorded operations where backward is recorded, else the bare products. */
const linearGradients: Backward = (dy, saved, needs) => {
  const [input, weight] = saved as [Tensor, Tensor];
  const bias = needs(2) ? sum(dy, 0) : null;
  if (isGradEnabled())
    return [needs(0) ? product('linear', dy, weight) : null, needs(1) ? product('linear', transpose(dy, 0, 1), input) : null, bias];
  return [needs(0) ? gemm(dy, weight, null, 'linear') : null, needs(1) ? gemm(dy, input, null, 'linear', TURN_A) : null, bias];
};
