/** Convolutions over one, two and three axes: `F.conv1d`, `F.conv2d`, `F.conv3d`. */
import { readArguments } from '../tensor/arguments.js';
import type { Tensor } from '../tensor/tensor.js';
import { pad } from './arrange.js';
import { convolve } from './conv-kernels.js';
import { CONV, type ConvOptions, convAxes, type Padding, type WithBias } from './conv-shape.js';
import { contiguous, formatOf } from './copy.js';
import { stack } from './join.js';
import { reshape, slice, squeeze, transpose, unsqueeze } from './movement.js';
import { type Axes, type Pair, planar, type Single, type Triple } from './window.js';

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
  const options = readArguments('conv2d', CONV, [bias, stride, padding, dilation, groups]);
  const geometry = planar(convAxes('conv2d', 2, input, weight, options));
  return input.ndim === 4
    ? formatOf(convolve(input, weight, options.bias, geometry), input, weight)
    : squeeze(convolve(unsqueeze(input, 0), weight, options.bias, geometry), 0);
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
  const options = readArguments('conv1d', CONV, [bias, stride, padding, dilation, groups]);
  const geometry = planar(convAxes('conv1d', 1, input, weight, options));
  const rows = unsqueeze(input.ndim === 3 ? input : unsqueeze(input, 0), -2);
  const out = squeeze(convolve(rows, unsqueeze(weight, -2), options.bias, geometry), -2);
  return input.ndim === 3 ? formatOf(out, weight) : squeeze(out, 0);
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
  const options = readArguments('conv3d', CONV, [bias, stride, padding, dilation, groups]);
  const axes = convAxes('conv3d', 3, input, weight, options);
  const { n, o, groups: g } = axes;
  const [taps, depth] = [axes.kernel[0]!, axes.outSize[0]!];
  const flat = { ...planar(axes), n: n * depth, c: axes.c * taps };
  const slices = depthTaps(input.ndim === 5 ? input : unsqueeze(input, 0), axes);
  const planes = convolve(slices, reshape(weight, [o, flat.c / g, ...flat.kernel]), options.bias, flat);
  const out = contiguous(transpose(reshape(planes, [n, depth, o, ...flat.outSize]), 1, 2));
  return input.ndim === 5 && taps * flat.kernel[0] * flat.kernel[1] > 1
    ? formatOf(out, input, weight)
    : input.ndim === 5
      ? out
      : squeeze(out, 0);
}

/** For each place of the window along the depth, the slices under its taps: [N OD, C KD, H, W]. */
function depthTaps(x: Tensor, { n, c, size, kernel, outSize, stride, padding, dilation }: Axes): Tensor {
  const [taps, depth, step, gap, before] = [kernel[0]!, outSize[0]!, stride[0]!, dilation[0]!, padding[0]!];
  const after = Math.max(0, (depth - 1) * step + (taps - 1) * gap + 1 - before - size[0]!);
  const padded = before + after > 0 ? pad(x, [0, 0, 0, 0, before, after]) : x;
  const seen = Array.from({ length: taps }, (_, k) => transpose(slice(padded, 2, k * gap, k * gap + (depth - 1) * step + 1, step), 1, 2));
  return reshape(stack(seen, 3), [n * depth, c * taps, size[1]!, size[2]!]);
}
