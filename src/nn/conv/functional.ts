/** Convolutions over one, two and three axes: `F.conv1d`, `F.conv2d`, `F.conv3d`. */
import { named } from '../../autograd/node.js';
import { OutOfMemoryError } from '../../errors.js';
import { slicesAt } from '../../ops/gather/gather.js';
import { stack } from '../../ops/join/join.js';
import { pad } from '../../ops/join/pad.js';
import { contiguous, formatOf } from '../../ops/view/copy.js';
import { reshape, slice, squeeze, transpose, unsqueeze } from '../../ops/view/movement.js';
import { readArguments, tooMany } from '../../tensor/arguments.js';
import { fromTypedArray } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { convolve } from './dual-kernels.js';
import { type Axes, type Pair, planar, type Single, type Triple } from './geometry.js';
import { CONV, type ConvOptions, convAxes, type Padding, type WithBias } from './shape.js';

/** The options of {@link Conv1d}. */
export type Conv1dOptions = WithBias<ConvOptions<Single>>;
/** The options of {@link Conv2d}. */
export type Conv2dOptions = WithBias<ConvOptions<Pair>>;
/** The options of {@link Conv3d}. */
export type Conv3dOptions = WithBias<ConvOptions<Triple>>;

/**
 * The cross-correlation of images with a weight, plus a bias.
 * @param input [N, C, H, W], or [C, H, W] for one image. @param weight [O, C / groups, KH, KW]. @param bias [O], or null (default).
 * @param bias and what follows it: values in this order, or all of them by name in one object.
 * @returns [N, O, OH, OW] (or [O, OH, OW]), OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1.
 * @throws {ShapeError} for channels that do not fit, or an image smaller than the window. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 * @example
 * F.conv2d(randn([1, 3, 8, 8]), randn([4, 3, 3, 3]), { padding: 'same' }).shape; // [1, 4, 8, 8]
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | Conv2dOptions | null,
  stride?: Pair | Conv2dOptions,
  padding?: Padding<Pair> | Conv2dOptions,
  dilation?: Pair | Conv2dOptions,
  groups?: number,
): Tensor {
  if (arguments.length > 7) tooMany('conv2d', 7, arguments);
  const options = readArguments('conv2d', CONV, [bias, stride, padding, dilation, groups]);
  const axes = convAxes('conv2d', 2, input, weight, options);
  const [x, geometry] = gathered('conv2d', input.ndim === 4 ? input : unsqueeze(input, 0), axes);
  const out = convolve(x, weight, options.bias, planar(geometry));
  return named(input.ndim === 4 ? 'Convolution' : 'SqueezeBackward1', input.ndim === 4 ? formatOf(out, input, weight) : squeeze(out, 0));
}

/**
 * {@link conv2d} along one axis.
 * @param input [N, C, L], or [C, L] for one item. @param weight [O, C / groups, K]. @param bias [O], or null.
 * @throws as conv2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 * @example
 * F.conv1d(randn([2, 3, 10]), randn([4, 3, 5]), { stride: 2 }).shape; // [2, 4, 3]
 */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | Conv1dOptions | null,
  stride?: Single | Conv1dOptions,
  padding?: Padding<Single> | Conv1dOptions,
  dilation?: Single | Conv1dOptions,
  groups?: number,
): Tensor {
  if (arguments.length > 7) tooMany('conv1d', 7, arguments);
  const options = readArguments('conv1d', CONV, [bias, stride, padding, dilation, groups]);
  const axes = convAxes('conv1d', 1, input, weight, options);
  const [x, geometry] = gathered('conv1d', input.ndim === 3 ? input : unsqueeze(input, 0), axes);
  const out = squeeze(convolve(unsqueeze(x, -2), unsqueeze(weight, -2), options.bias, planar(geometry)), -2);
  return named(input.ndim === 3 ? 'Convolution' : 'SqueezeBackward1', input.ndim === 3 ? formatOf(out, weight) : squeeze(out, 0));
}

/**
 * {@link conv2d} over volumes: the slices that a window's depth taps see become channels of a two-dim convolution.
 * @param input [N, C, D, H, W], or [C, D, H, W] for one volume. @param weight [O, C / groups, KD, KH, KW]. @param bias [O], or null.
 * @throws as conv2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 * @example
 * F.conv3d(randn([1, 2, 5, 6, 6]), randn([4, 2, 3, 3, 3]), { padding: 1 }).shape; // [1, 4, 5, 6, 6]
 */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | Conv3dOptions | null,
  stride?: Triple | Conv3dOptions,
  padding?: Padding<Triple> | Conv3dOptions,
  dilation?: Triple | Conv3dOptions,
  groups?: number,
): Tensor {
  if (arguments.length > 7) tooMany('conv3d', 7, arguments);
  const options = readArguments('conv3d', CONV, [bias, stride, padding, dilation, groups]);
  const given = convAxes('conv3d', 3, input, weight, options);
  const [x, axes] = gathered('conv3d', input.ndim === 5 ? input : unsqueeze(input, 0), given);
  const { n, o, groups: g } = axes;
  const [taps, depth] = [axes.kernel[0]!, axes.outSize[0]!];
  const flat = { ...planar(axes), n: n * depth, c: axes.c * taps };
  const slices = depthTaps(x, axes);
  const planes = convolve(slices, reshape(weight, [o, flat.c / g, ...flat.kernel]), options.bias, flat);
  const out = contiguous(transpose(reshape(planes, [n, depth, o, ...flat.outSize]), 1, 2));
  return named(
    input.ndim === 5 ? 'Convolution' : 'SqueezeBackward1',
    input.ndim === 5 && taps * flat.kernel[0] * flat.kernel[1] > 1
      ? formatOf(out, input, weight)
      : input.ndim === 5
        ? out
        : squeeze(out, 0),
  );
}

/** For each place of the window along the depth, the slices under its taps: [N OD, C KD, H, W]. */
function depthTaps(x: Tensor, { n, c, size, kernel, outSize, stride, padding, dilation }: Axes): Tensor {
  const [taps, depth, step, gap, before] = [kernel[0]!, outSize[0]!, stride[0]!, dilation[0]!, padding[0]!];
  const after = Math.max(0, (depth - 1) * step + (taps - 1) * gap + 1 - before - size[0]!);
  const padded = before + after > 0 ? pad(x, [0, 0, 0, 0, before, after]) : x;
  const seen = Array.from({ length: taps }, (_, k) => transpose(slice(padded, 2, k * gap, k * gap + (depth - 1) * step + 1, step), 1, 2));
  return reshape(stack(seen, 3), [n * depth, c * taps, size[1]!, size[2]!]);
}

/** Places that are worth a copy rather than padding around them. */
const FAR = 4096;

/**
 * The input and its geometry where windows reach far beyond it, or stand far apart: a padding of a million around four pixels. What the
 * windows see is copied, one after the other, so that no kernel walks the empty space. Elsewhere the input as it is.
 * @throws {OutOfMemoryError} for padding that no memory holds.
 */
function gathered(op: string, x: Tensor, axes: Axes): [Tensor, Axes] {
  let out = x;
  let found = axes;
  for (let d = 0; d < axes.size.length; d++) {
    const [size, kernel, count] = [axes.size[d]!, axes.kernel[d]!, axes.outSize[d]!];
    const [stride, dilation, before] = [axes.stride[d]!, axes.dilation[d]!, axes.padding[d]!];
    const reach = (count - 1) * stride + (kernel - 1) * dilation + 1;
    const seen = count * kernel;
    if (reach > FAR + 4 * Math.max(size, seen) && seen <= FAR * FAR) {
      const index = new BigInt64Array(seen);
      for (let o = 0; o < count; o++)
        for (let k = 0; k < kernel; k++) {
          const at = o * stride + k * dilation - before;
          index[o * kernel + k] = BigInt(at >= 0 && at < size ? at : size); // behind the end stands a zero
        }
      const sides = Array.from({ length: 2 * (axes.size.length - d) }, (_, i) => (i === 2 * (axes.size.length - d) - 1 ? 1 : 0));
      out = slicesAt(op, pad(out, sides), d + 2, fromTypedArray(index));
      const set = (list: readonly number[], value: number) => list.map((v, i) => (i === d ? value : v));
      found = {
        ...found,
        size: set(found.size, seen),
        stride: set(found.stride, kernel),
        dilation: set(found.dilation, 1),
        padding: set(found.padding, 0),
      };
    } else if (reach >= 2 ** 31 || before >= 2 ** 31)
      throw new OutOfMemoryError(`${op}: padding ${before} around ${size} elements makes ${reach} places, more than can be walked.`);
  }
  return [out, found];
}
