/** Normalisation of each item by itself: layer, RMS and group norm, all of them rows to one kernel; and local response norm. */

import { isGradEnabled } from '../../autograd/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import type { Ptr } from '../../engine/kernel-table.gen.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul, pow, sub } from '../../ops/elementwise/binary.js';
import { rsqrt, square } from '../../ops/elementwise/unary.js';
import { pad } from '../../ops/join/pad.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, assertSameDType, assertTensorOrNull } from '../../tensor/checks.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { checkSizes, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { avgPool2d } from '../pool/functional.js';

/** x is [rows, channels, span] to the kernel, the channels of `groups` rows in a run having weights of their own. */
interface Rows {
  readonly op: string;
  readonly rows: number;
  readonly groups: number;
  readonly channels: number;
  readonly span: number;
  /** Whether the mean is taken off. */
  readonly centered: boolean;
  readonly eps: number;
}

const at = (x: Tensor | null): Ptr => (x ? x.ptr : 0);
const dense = (x: Tensor | null, op: string): Tensor | null => x && rowMajor(x, op);

/** y = (x - mean) / sqrt(var + eps) * weight + bias, weight and bias [groups * channels]. */
function rowNorm(x: Tensor, weight: Tensor | null, bias: Tensor | null, r: Rows): Tensor {
  if (numel(x.shape) === 0) return affine(x, weight, bias, r);
  const [source, w, b] = [rowMajor(x, r.op), dense(weight, r.op), dense(bias, r.op)];
  const out = emptyTensor(x.shape, x.dtype);
  const center = emptyTensor([r.rows], 'float64');
  const invstd = emptyTensor([r.rows], 'float64');
  const { rows, groups, channels, span, centered, eps } = r;
  check(
    kernels.rowNorm(code(x.dtype), out.ptr, center.ptr, invstd.ptr, source.ptr, at(w), at(b), rows, groups, channels, span, +centered, eps),
    r.op,
  );
  const inputs = [x, weight, bias].filter((t) => t !== null);
  const [atWeight, atBias] = [weight ? 1 : -1, bias ? inputs.length - 1 : -1];
  return record(
    r.op,
    out,
    inputs,
    [...(weight ? [x, weight] : [x]), center, invstd],
    (dy, saved, needs) => {
      const wants = [needs(0), atWeight > 0 && needs(atWeight), atBias > 0 && needs(atBias)];
      const [x, w] = [saved[0]!, atWeight > 0 ? saved[1]! : null];
      const [center, invstd] = saved.slice(-2) as [Tensor, Tensor];
      const grads = isGradEnabled() ? composedGrads(dy, x, w, wants, r) : fusedGrads(dy, x, w, center, invstd, wants, r);
      return grads.filter((_, i) => i === 0 || (i === 1 ? atWeight : atBias) > 0);
    },
    { own: 2 },
  );
}

/** Without elements there is nothing to normalise; weight and bias still get their (zero) gradients. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null, r: Rows): Tensor {
  const items = r.groups * r.channels === 0 ? 0 : numel(x.shape) / (r.groups * r.channels * Math.max(r.span, 1));
  const wide = reshape(x, [items, r.groups * r.channels, r.span]);
  const column = (t: Tensor) => reshape(t, [r.groups * r.channels, 1]);
  const scaled = weight ? mul(wide, column(weight)) : mul(wide, 1);
  return reshape(bias ? add(scaled, column(bias)) : scaled, x.shape);
}

type Grads = (Tensor | null)[];

function fusedGrads(
  dy: Tensor,
  x: Tensor,
  weight: Tensor | null,
  center: Tensor,
  invstd: Tensor,
  wants: readonly boolean[],
  r: Rows,
): Grads {
  const { rows, groups, channels, span } = r;
  const shapes = [x.shape, [groups * channels], [groups * channels]];
  const made = shapes.map((shape, i) => (wants[i] ? emptyTensor(shape, x.dtype) : null));
  const [dx, dw, db] = made as [Tensor | null, Tensor | null, Tensor | null];
  const [grad, source, w] = [rowMajor(dy, r.op), rowMajor(x, r.op), dense(weight, r.op)];
  check(
    kernels.rowNormBackward(
      code(x.dtype),
      at(dx),
      at(dw),
      at(db),
      grad.ptr,
      source.ptr,
      at(w),
      center.ptr,
      invstd.ptr,
      rows,
      groups,
      channels,
      span,
      +r.centered,
    ),
    r.op,
  );
  return made;
}

/** The gradients in operations that are recorded, the statistics computed again from x. */
function composedGrads(dy: Tensor, x: Tensor, weight: Tensor | null, wants: readonly boolean[], r: Rows): Grads {
  const { groups, channels, span } = r;
  // [items, groups, channels, span]: a row is the last two dims.
  const split = (t: Tensor) => reshape(t, [-1, groups, channels, span]);
  const rowMean = (t: Tensor) => mean(t, [2, 3], true);
  const wide = split(x);
  const once = r.centered ? sub(wide, rowMean(wide)) : wide;
  // The mean of what is left: what a large mean lost in rounding.
  const centered = r.centered ? sub(once, rowMean(once)) : once;
  const scale = rsqrt(add(rowMean(square(centered)), r.eps));
  const normal = mul(centered, scale);
  const g = split(dy);
  const h = weight ? mul(g, reshape(weight, [groups, channels, 1])) : g;
  // dx = invstd (h - mean(h) - normal mean(h normal)), h = dy weight; without mean(h) where no mean was taken off
  const steep = () => mul(sub(r.centered ? sub(h, rowMean(h)) : h, mul(normal, rowMean(mul(h, normal)))), scale);
  return [
    wants[0] ? reshape(steep(), x.shape) : null,
    wants[1] ? reshape(sum(mul(g, normal), [0, 3]), [-1]) : null,
    wants[2] ? reshape(sum(g, [0, 3]), [-1]) : null,
  ];
}

function checkEps(op: string, eps: number): void {
  if (typeof eps !== 'number' || Number.isNaN(eps)) throw new ArgumentError(`${op}: eps is ${show(eps)}, expected a number.`);
}

/** Checks what x is normalised over, and its weights; gives the sizes as a list. */
function checkNormalized(op: string, x: Tensor, normalizedShape: number | Shape, parts: Record<string, Tensor | null>): Shape {
  assertFloating(op, 'x', x);
  const shape = sizesOfNorm(op, normalizedShape);
  const lead = x.ndim - shape.length;
  if (shape.length === 0 || lead < 0 || !sameShape(x.shape.slice(lead), shape)) {
    const hint = shape.length > 0 && lead >= 0 ? ` Make the layer for ${showShape(x.shape.slice(lead))}, or move the dims.` : '';
    throw new ShapeError(`${op}: input is ${showShape(x.shape)}, expected it to end in the normalized shape ${showShape(shape)}.${hint}`);
  }
  for (const [part, value] of Object.entries(parts)) {
    assertTensorOrNull(op, part, value);
    if (value && !sameShape(value.shape, shape))
      throw new ShapeError(`${op}: ${part} is ${showShape(value.shape)}, expected the normalized shape ${showShape(shape)}.`);
    assertSameDType(op, { input: x, [part]: value });
  }
  return shape;
}

/** @internal A normalizedShape as a list. @throws {ArgumentError} for what is none. @throws {ShapeError} for what are no sizes. */
export function sizesOfNorm(op: string, given: unknown): Shape {
  const shape: unknown = typeof given === 'number' ? [given] : given;
  if (!Array.isArray(shape))
    throw new ArgumentError(`${op}: normalizedShape is ${show(given)}, expected the size of the last dim, or a list of sizes.`);
  checkSizes(shape, op);
  return [...shape];
}

const flatten = (value: Tensor | null): Tensor | null => value && reshape(value, [numel(value.shape)]);

/** The options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** [...normalizedShape], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [...normalizedShape], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/**
 * Normalises each item over its last dims: `y = (x - mean) / sqrt(var + eps) * weight + bias`, the variance biased.
 * @param x [..., ...normalizedShape], floating. @param normalizedShape sizes of the last dims, or the size of the last one.
 * @param args weight, bias and eps in this order or by name.
 * @throws {ShapeError} when x does not end in normalizedShape. @throws {DTypeError} for integers, or two dtypes.
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450; https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 * @example
 * F.layerNorm(tensor([[1, 3], [20, 40]]), 2, { bias: ones([2]) }); // [[0.0, 2.0], [0.0, 2.0]]
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  ...args: Trailing<[weight: Tensor | null, bias: Tensor | null, eps: number], LayerNormOptions>
): Tensor {
  const defaults: Required<LayerNormOptions> = { weight: null, bias: null, eps: 1e-5 };
  const { weight, bias, eps } = readArguments('layerNorm', defaults, args);
  const shape = checkNormalized('layerNorm', x, normalizedShape, { weight, bias });
  return rowNorm(x, flatten(weight), flatten(bias), overLast('layerNorm', x, shape, true, eps));
}

function overLast(op: string, x: Tensor, shape: Shape, centered: boolean, eps: number): Rows {
  checkEps(op, eps);
  const channels = numel(shape);
  return { op, rows: numel(x.shape.slice(0, x.ndim - shape.length)), groups: 1, channels, span: 1, centered, eps };
}

/** The options of {@link RmsNorm}. */
export interface RmsNormOptions {
  /** [...normalizedShape], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** Added to the mean square; null is the machine epsilon of x's dtype. Default: null. */
  eps?: number | null;
}

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Divides each item by the root mean square over its last dims: `y = x / sqrt(mean(x^2) + eps) * weight`.
 * @param x [..., ...normalizedShape], floating. @param normalizedShape sizes of the last dims, or the size of the last one.
 * @param args weight and eps in this order or by name.
 * @throws as {@link layerNorm}.
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467; https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 * @example
 * F.rmsNorm(tensor([3, 4, 0, 0]), 4); // [1.2, 1.6, 0.0, 0.0]
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  ...args: Trailing<[weight: Tensor | null, eps: number | null], RmsNormOptions>
): Tensor {
  const defaults: Required<RmsNormOptions> = { weight: null, eps: null };
  const { weight, eps } = readArguments('rmsNorm', defaults, args);
  const shape = checkNormalized('rmsNorm', x, normalizedShape, { weight });
  const out = rowNorm(x, flatten(weight), null, overLast('rmsNorm', x, shape, false, eps ?? EPSILON[x.dtype as 'float32']));
  return x.ndim < 4 ? out : formatOf(out, x);
}

/** The options of {@link GroupNorm}. */
export interface GroupNormOptions {
  /** [C], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [C], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/**
 * Normalises the channels of each item in groups: mean and variance are those of a group's channels over all positions.
 * @param x [N, C, ...], floating. @param numGroups must divide C. @param args weight, bias and eps in this order or by name.
 * @throws {ShapeError} when the groups do not divide the channels, weights do not fit, or a group has one value only.
 * @throws {DTypeError} for integers, or two dtypes.
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494; https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 * @example
 * F.groupNorm(tensor([[1, 3, 20, 40]]), 2); // [[-1.0, 1.0, -1.0, 1.0]]
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  ...args: Trailing<[weight: Tensor | null, bias: Tensor | null, eps: number], GroupNormOptions>
): Tensor {
  const defaults: Required<GroupNormOptions> = { weight: null, bias: null, eps: 1e-5 };
  const { weight, bias, eps } = readArguments('groupNorm', defaults, args);
  return groupNormAs('groupNorm', x, numGroups, weight, bias, eps);
}

/** @internal {@link groupNorm} in the name of a layer. */
export function groupNormAs(op: string, x: Tensor, numGroups: number, weight: Tensor | null, bias: Tensor | null, eps: number): Tensor {
  assertFloating(op, 'x', x);
  checkEps(op, eps);
  const given = showShape(x.shape);
  if (x.ndim < 2) throw new ShapeError(`${op}: input is ${given}, expected at least [N, C].`);
  const [n, c] = x.shape as [number, number];
  if (!Number.isInteger(numGroups) || numGroups < 1)
    throw new ArgumentError(`${op}: numGroups is ${show(numGroups)}, expected a whole number of at least 1.`);
  if (c % numGroups !== 0) throw new ShapeError(`${op}: ${numGroups} groups do not divide the ${c} channels of the input ${given}.`);
  for (const [part, value] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    assertTensorOrNull(op, part, value);
    if (value && !sameShape(value.shape, [c]))
      throw new ShapeError(
        `${op}: ${part} is ${showShape(value.shape)}, expected one value for each of the ${c} channels of the input ${given}.`,
      );
    assertSameDType(op, { input: x, [part]: value });
  }
  const span = numel(x.shape.slice(2));
  if (c === 0 || span === 0) throw new ShapeError(`${op}: the input ${given} has no elements to normalise. Only the batch may be empty.`);
  // PyTorch's check: with one item, groups of one value are refused, which training would make constant.
  if (Math.floor((n * c) / numGroups) * span === 1)
    throw new ShapeError(`${op}: the input ${given} has 1 value in each of ${numGroups} groups, expected more. Take fewer groups.`);
  const settings = { op, rows: n * numGroups, groups: numGroups, channels: c / numGroups, span, centered: true, eps };
  const out = rowNorm(x, weight, bias, settings);
  return x.ndim < 4 ? out : formatOf(out, x);
}

/** The options of {@link LocalResponseNorm}. */
export interface LocalResponseNormOptions {
  /** The weight of the squares. Default: 1e-4. */
  alpha?: number;
  /** The exponent. Default: 0.75. */
  beta?: number;
  /** Added to the mean of squares. Default: 1. */
  k?: number;
}

/**
 * Divides by the strength of the `size` channels around: `y = x / (k + alpha mean(x^2))^beta`, what lies outside counting as 0.
 * @param x [N, C, ...] of at least 3 dims, floating. @param size how many channels. @param args alpha, beta and k in this order or by name.
 * @throws {ShapeError} for fewer dims. @throws {ArgumentError} for a size below 1. @throws {DTypeError} for integers.
 * @see Krizhevsky et al. 2012; https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  ...args: Trailing<[alpha: number, beta: number, k: number], LocalResponseNormOptions>
): Tensor {
  const { alpha, beta, k } = readArguments('localResponseNorm', { alpha: 1e-4, beta: 0.75, k: 1 }, args);
  assertFloating('localResponseNorm', 'x', x);
  if (x.ndim < 3) throw new ShapeError(`localResponseNorm: input is ${showShape(x.shape)}, expected [N, C, ...] of at least 3 dims.`);
  if (!Number.isInteger(size) || size < 1)
    throw new ArgumentError(`localResponseNorm: size is ${show(size)}, expected a whole number of at least 1.`);
  if (numel(x.shape) === 0) return x;
  const [n, c] = x.shape as [number, number];
  const squares = reshape(mul(x, x), [n, 1, c, -1]);
  const means = avgPool2d(pad(squares, [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]), [size, 1], { stride: 1 });
  return div(x, pow(add(mul(reshape(means, x.shape), alpha), k), beta));
}
