/** Pooling over two-dim windows. The gradients are recorded operations too, so they can be differentiated again. */
import { record } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { ArgumentError, ShapeError, showShape } from '../errors.js';
import { tensor } from '../tensor/create.js';
import { dtypes } from '../tensor/dtype.js';
import { numel } from '../tensor/shape.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { code, metaPtr, rowMajor, writeMeta } from './kernel-call.js';
import { matmul } from './matmul.js';
import { squeeze, unsqueeze } from './movement.js';
import { type Geometry, geometryPtr, needsFloat, type Pair, pair } from './window.js';

interface PoolOptions {
  /** Pixels from one window to the next. Default: the kernel size. */
  stride?: Pair | null;
  /** Pixels added on each side, at most half a window. Default: 0. */
  padding?: Pair;
  /** Lets windows reach over the bottom and right edge, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

export interface MaxPool2dOptions extends PoolOptions {
  /** Pixels from one tap of a window to the next. Default: 1. */
  dilation?: Pair;
  /** Also returns where each maximum stood: its position in the plane, row by row, as int64. Default: false. */
  returnIndices?: boolean;
}

export interface AvgPool2dOptions extends PoolOptions {
  /** Whether padding counts as zeros that are averaged. Default: true. */
  countIncludePad?: boolean;
  /** Divides by this instead of the window's size. */
  divisorOverride?: number | null;
}

/** The stride given alone, or options. */
type StrideOr<Options> = Pair | Options | null | undefined;

function optionsOf<Options extends PoolOptions>(given: StrideOr<Options>): Options {
  return (
    given === null || given === undefined || typeof given === 'number' || Array.isArray(given) ? { stride: given } : given
  ) as Options;
}

/** The geometry of pooling, after the checks; `x` is [N, C, H, W] or [C, H, W]. */
function poolGeometry(op: string, x: Tensor, kernelSize: Pair, options: PoolOptions & { dilation?: Pair }): Geometry {
  needsFloat(x, op);
  const given = showShape(x.shape);
  if (x.ndim !== 3 && x.ndim !== 4) throw new ShapeError(`${op}: x is ${given}, expected [N, C, H, W], or [C, H, W] for one image.`);
  const [n, c, h, w] = (x.ndim === 4 ? x.shape : [1, ...x.shape]) as [number, number, number, number];
  const kernel = pair(kernelSize, 1, op, 'kernelSize');
  const stride = pair(options.stride ?? kernel, 1, op, 'stride');
  const padding = pair(options.padding ?? 0, 0, op, 'padding');
  const dilation = pair(options.dilation ?? 1, 1, op, 'dilation');
  const size = [h, w] as const;
  const out = (d: 0 | 1) => {
    const reach = dilation[d] * (kernel[d] - 1) + 1;
    if (padding[d] > kernel[d] / 2) throw new ArgumentError(`${op}: padding ${padding[d]} is more than half of kernelSize ${kernel[d]}.`);
    const room = size[d] + 2 * padding[d] - reach;
    const count = (options.ceilMode ? Math.ceil(room / stride[d]) : Math.floor(room / stride[d])) + 1;
    // The last window must start inside the image or its left padding.
    return options.ceilMode && (count - 1) * stride[d] >= size[d] + padding[d] ? count - 1 : count;
  };
  const outSize = [out(0), out(1)] as const;
  if (outSize[0] < 1 || outSize[1] < 1) {
    throw new ShapeError(
      `${op}: windows of ${showShape(kernel)} do not fit an image of ${showShape(size)} (x ${given}): the result would be ${showShape(outSize)}. Take a smaller kernelSize, or padding.`,
    );
  }
  return { n, c, size, o: c, kernel, outSize, stride, padding, dilation, groups: 1 };
}

/** Runs `pool` on a batch; one image becomes a batch of one. */
function batched(x: Tensor, pool: (x: Tensor) => Tensor): Tensor {
  return x.ndim === 4 ? pool(x) : squeeze(pool(unsqueeze(x, 0)), 0);
}

/**
 * The largest value of each window; padding never wins, NaN does.
 * Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W], or [C, H, W] for one image. @param stride default: the kernel size; or all options.
 * @returns [N, C, OH, OW], with `returnIndices` followed by the int64 places.
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, stride: MaxPool2dOptions & { returnIndices: true }): [Tensor, Tensor];
export function maxPool2d(x: Tensor, kernelSize: Pair, stride?: Pair | (MaxPool2dOptions & { returnIndices?: false }) | null): Tensor;
export function maxPool2d(x: Tensor, kernelSize: Pair, stride?: StrideOr<MaxPool2dOptions>): Tensor | [Tensor, Tensor];
export function maxPool2d(x: Tensor, kernelSize: Pair, stride?: StrideOr<MaxPool2dOptions>): Tensor | [Tensor, Tensor] {
  const options = optionsOf(stride);
  const geometry = poolGeometry('maxPool2d', x, kernelSize, options);
  const indices = emptyTensor([geometry.n, geometry.c, ...geometry.outSize], 'int64');
  const out = batched(x, (image) => maxPool(image, indices, geometry, !options.returnIndices));
  return options.returnIndices ? [out, x.ndim === 4 ? indices : squeeze(indices, 0)] : out;
}

function maxPool(x: Tensor, indices: Tensor, g: Geometry, ownIndices: boolean): Tensor {
  const source = rowMajor(x, 'maxPool2d');
  const out = emptyTensor(indices.shape, x.dtype);
  if (numel(out.shape) > 0) check(kernels.maxPool2d(code(x.dtype), out.ptr, indices.ptr, source.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d', out, [x], [indices], (grad, [places]) => [toPlaces(grad, places!, g)], { own: ownIndices ? 1 : 0 });
}

/** Zeros in the shape of the image, with each gradient added at its place. */
function toPlaces(grad: Tensor, places: Tensor, g: Geometry): Tensor {
  const source = rowMajor(grad, 'maxPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(places.shape) > 0)
    check(kernels.maxPool2dBackward(code(grad.dtype), out.ptr, source.ptr, places.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d_backward', out, [grad], [places], (gg, [places]) => [fromPlaces(gg, places!, g)]);
}

/** The values of an image at the places of the maxima: the gradient of {@link toPlaces}. */
function fromPlaces(x: Tensor, places: Tensor, g: Geometry): Tensor {
  const source = rowMajor(x, 'maxPool2d');
  const out = emptyTensor(places.shape, x.dtype);
  const planes = g.n * g.c;
  const plane = g.size[0] * g.size[1];
  const [to, from, at] = [out.ptr, source.ptr, places.ptr];
  const rank = writeMeta([planes, g.outSize[0] * g.outSize[1]], [plane, 1]);
  if (numel(places.shape) > 0) check(kernels.gather(dtypes[x.dtype].bytes, to, from, at, rank, 1, plane, metaPtr()), 'maxPool2d');
  return record('maxPool2d_gather', out, [x], [places], (gg, [places]) => [toPlaces(gg, places!, g)]);
}

/**
 * The mean of each window.
 * @param x [N, C, H, W], or [C, H, W] for one image. @param stride default: the kernel size; or all options.
 * @returns [N, C, OH, OW].
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window, or divisorOverride 0.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, stride?: StrideOr<AvgPool2dOptions>): Tensor {
  const options = optionsOf(stride);
  const divisor = options.divisorOverride ?? 0;
  if (options.divisorOverride === 0 || !Number.isFinite(divisor))
    throw new ArgumentError(`avgPool2d: divisorOverride is ${options.divisorOverride}, expected a number other than 0.`);
  const geometry = poolGeometry('avgPool2d', x, kernelSize, options);
  return batched(x, (image) => avgPool(image, geometry, options.countIncludePad === false ? 0 : 1, divisor));
}

function avgPool(x: Tensor, g: Geometry, countPad: 0 | 1, divisor: number): Tensor {
  const source = rowMajor(x, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.outSize], x.dtype);
  if (numel(out.shape) > 0) check(kernels.avgPool2d(code(x.dtype), out.ptr, source.ptr, geometryPtr(g), countPad, divisor), 'avgPool2d');
  return record('avgPool2d', out, [x], [], (grad) => [spreadMeans(grad, g, countPad, divisor)]);
}

/** Each gradient shared out over its window: the gradient of {@link avgPool}, as avgPool is its own. */
function spreadMeans(grad: Tensor, g: Geometry, countPad: 0 | 1, divisor: number): Tensor {
  const source = rowMajor(grad, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(grad.shape) > 0)
    check(kernels.avgPool2dBackward(code(grad.dtype), out.ptr, source.ptr, geometryPtr(g), countPad, divisor), 'avgPool2d');
  return record('avgPool2d_backward', out, [grad], [], (gg) => [avgPool(gg, g, countPad, divisor)]);
}

/**
 * Means of windows chosen so that the result has a given size.
 * @param x [N, C, H, W] or [C, H, W]. @param outputSize one size, or [height, width]; null keeps a size.
 * @throws {ShapeError} for another number of dims.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: number | readonly [number | null, number | null]): Tensor {
  needsFloat(x, 'adaptiveAvgPool2d');
  if (x.ndim !== 3 && x.ndim !== 4)
    throw new ShapeError(`adaptiveAvgPool2d: x is ${showShape(x.shape)}, expected [N, C, H, W], or [C, H, W] for one image.`);
  const [h, w] = x.shape.slice(-2) as [number, number];
  const [rows, cols] = typeof outputSize === 'number' ? [outputSize, outputSize] : [outputSize[0] ?? h, outputSize[1] ?? w];
  const [oh, ow] = pair([rows, cols], 1, 'adaptiveAvgPool2d', 'outputSize');
  if (h === 0 || w === 0) throw new ShapeError(`adaptiveAvgPool2d: x is ${showShape(x.shape)}: there are no pixels to average.`);
  if (h % oh === 0 && w % ow === 0) return avgPool2d(x, [h / oh, w / ow]);
  // Windows of unequal sizes: averages along each axis, as products with matrices of shares.
  return matmul(matmul(shares(oh, h, x), x), shares(ow, w, x).t());
}

/** The matrix [to, from] whose row i averages the elements floor(i from / to) to ceil((i + 1) from / to). */
function shares(to: number, from: number, like: Tensor): Tensor {
  const rows = Array.from({ length: to }, (_, i) => {
    const first = Math.floor((i * from) / to);
    const end = Math.ceil(((i + 1) * from) / to);
    return Array.from({ length: from }, (_, j) => (j >= first && j < end ? 1 / (end - first) : 0));
  });
  return tensor(rows, { dtype: like.dtype });
}
