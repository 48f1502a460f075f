/**
 * Transposed convolutions over one, two and three axes. A transposed convolution is the gradient of a convolution's input, whose kernel
 * is a recorded operation of its own.
 */
import { named } from '../../autograd/node.js';
import { add } from '../../ops/elementwise/binary.js';
import { indexAdd } from '../../ops/gather/gather.js';
import { contiguous, filled, formatOf } from '../../ops/view/copy.js';
import { narrow, permute, reshape, squeeze, transpose, unsqueeze } from '../../ops/view/movement.js';
import { readArguments } from '../../tensor/arguments.js';
import { fromTypedArray } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { convolveInput } from './dual-kernels.js';
import { type Axes, type Pair, planar, type Rank, type Single, type Triple } from './geometry.js';
import { CONV_TRANSPOSE, type ConvTransposeOptions, convTransposeAxes, type WithBias } from './shape.js';

/** The options of {@link ConvTranspose1d}. */
export type ConvTranspose1dOptions = WithBias<ConvTransposeOptions<Single>>;
/** The options of {@link ConvTranspose2d}. */
export type ConvTranspose2dOptions = WithBias<ConvTransposeOptions<Pair>>;
/** The options of {@link ConvTranspose3d}. */
export type ConvTranspose3dOptions = WithBias<ConvTransposeOptions<Triple>>;

/**
 * The transposed convolution of images: what {@link conv2d}'s gradient does to the image, used forwards, mostly to enlarge.
 * @param input [N, C, H, W], or [C, H, W] for one image. @param weight [C, O / groups, KH, KW]. @param bias [O], or null (default).
 * @param bias and what follows it: values in this order, or all of them by name in one object.
 * @returns [N, O, OH, OW] (or [O, OH, OW]), OH = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1.
 * @throws {ShapeError} for channels that do not fit, or where nothing would be left. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for options out of their range.
 * @see Dumoulin and Visin 2016, https://arxiv.org/abs/1603.07285; https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 * @example
 * F.convTranspose2d(randn([1, 4, 8, 8]), randn([4, 3, 2, 2]), { stride: 2 }).shape; // [1, 3, 16, 16]
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | ConvTranspose2dOptions | null,
  stride?: Pair | ConvTranspose2dOptions,
  padding?: Pair | ConvTranspose2dOptions,
  outputPadding?: Pair | ConvTranspose2dOptions,
  groups?: number,
  dilation?: Pair,
): Tensor {
  const options = readArguments('convTranspose2d', CONV_TRANSPOSE, [bias, stride, padding, outputPadding, groups, dilation]);
  const geometry = planar(convTransposeAxes('convTranspose2d', 2, input, weight, options));
  const out = convolveInput(input.ndim === 4 ? input : unsqueeze(input, 0), weight, geometry);
  return named(input.ndim === 4 ? 'Convolution' : 'SqueezeBackward1', finish(out, options.bias, 2, input, weight));
}

/**
 * {@link convTranspose2d} along one axis.
 * @param input [N, C, L], or [C, L] for one item. @param weight [C, O / groups, K]. @param bias [O], or null.
 * @throws as convTranspose2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 * @example
 * F.convTranspose1d(randn([1, 4, 5]), randn([4, 2, 3]), { stride: 2, outputPadding: 1 }).shape; // [1, 2, 12]
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | ConvTranspose1dOptions | null,
  stride?: Single | ConvTranspose1dOptions,
  padding?: Single | ConvTranspose1dOptions,
  outputPadding?: Single | ConvTranspose1dOptions,
  groups?: number,
  dilation?: Single,
): Tensor {
  const options = readArguments('convTranspose1d', CONV_TRANSPOSE, [bias, stride, padding, outputPadding, groups, dilation]);
  const geometry = planar(convTransposeAxes('convTranspose1d', 1, input, weight, options));
  const rows = unsqueeze(input.ndim === 3 ? input : unsqueeze(input, 0), -2);
  return named(
    input.ndim === 3 ? 'Convolution' : 'SqueezeBackward1',
    finish(squeeze(convolveInput(rows, unsqueeze(weight, -2), geometry), -2), options.bias, 1, input, weight),
  );
}

/**
 * {@link convTranspose2d} over volumes.
 * @param input [N, C, D, H, W], or [C, D, H, W] for one volume. @param weight [C, O / groups, KD, KH, KW]. @param bias [O], or null.
 * @throws as convTranspose2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 * @example
 * F.convTranspose3d(randn([1, 4, 3, 3, 3]), randn([4, 2, 2, 2, 2]), { stride: 2 }).shape; // [1, 2, 6, 6, 6]
 */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | ConvTranspose3dOptions | null,
  stride?: Triple | ConvTranspose3dOptions,
  padding?: Triple | ConvTranspose3dOptions,
  outputPadding?: Triple | ConvTranspose3dOptions,
  groups?: number,
  dilation?: Triple,
): Tensor {
  const options = readArguments('convTranspose3d', CONV_TRANSPOSE, [bias, stride, padding, outputPadding, groups, dilation]);
  const axes = convTransposeAxes('convTranspose3d', 3, input, weight, options);
  const { n, o } = axes;
  const [taps, depth, height, width] = [axes.kernel[0]!, ...axes.outSize] as [number, number, number, number];
  const flat = { ...planar(axes), n: n * depth, c: axes.c * taps };
  const volumes = input.ndim === 5 ? input : unsqueeze(input, 0);
  const planes = reshape(transpose(volumes, 1, 2), [n * depth, o, height, width]);
  const spread = convolveInput(planes, reshape(weight, [o, flat.c / axes.groups, ...flat.kernel]), flat);
  return named(input.ndim === 5 ? 'Convolution' : 'SqueezeBackward1', finish(alongDepth(spread, axes), options.bias, 3, input, weight));
}

/** Adds up along the depth what each slice gives to each tap: [N D, O KD, OH, OW] to [N, O, OD, OH, OW]. */
function alongDepth(planes: Tensor, { n, c, size, kernel, outSize, stride, padding, dilation }: Axes): Tensor {
  const [depth, taps, step, gap, before] = [outSize[0]!, kernel[0]!, stride[0]!, dilation[0]!, padding[0]!];
  const [outDepth, height, width] = size as [number, number, number];
  const places = BigInt64Array.from({ length: depth * taps }, (_, i) => BigInt(Math.floor(i / taps) * step + (i % taps) * gap));
  const parts = permute(reshape(planes, [n, depth, c, taps, height, width]), [0, 1, 3, 2, 4, 5]);
  const length = Math.max((depth - 1) * step + (taps - 1) * gap + 1, before + outDepth);
  const whole = indexAdd(
    filled([n, length, c, height, width], planes.dtype, 0),
    1,
    fromTypedArray(places),
    reshape(parts, [n, depth * taps, c, height, width]),
  );
  return contiguous(transpose(narrow(whole, 1, before, outDepth), 1, 2));
}

function finish(out: Tensor, bias: Tensor | null, rank: Rank, input: Tensor, weight: Tensor): Tensor {
  const full = bias === null ? out : add(out, reshape(bias, [-1, ...new Array<number>(rank).fill(1)]));
  return input.ndim === rank + 2 ? (rank === 1 ? formatOf(full, weight) : formatOf(full, input, weight)) : squeeze(full, 0);
}
