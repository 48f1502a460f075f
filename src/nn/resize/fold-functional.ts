/** Windows of images as columns, and columns added up to images. */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { indexAdd, slicesAt } from '../../ops/gather/gather.js';
import { pad } from '../../ops/join/pad.js';
import { narrow, reshape, squeeze, unsqueeze } from '../../ops/view/movement.js';
import { leadingByName, type Named, readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, listable, type Pair, sizesPerAxis } from '../../tensor/checks.js';
import { fromTypedArray, zeros } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The options of {@link unfold} and {@link fold}. */
export interface UnfoldOptions {
  /** Pixels from one tap of a window to the next. Default: 1. */
  dilation?: Pair;
  /** Zeros around the image. Default: 0. */
  padding?: Pair;
  /** Pixels from one window to the next. Default: 1. */
  stride?: Pair;
}

interface Windows {
  readonly kernel: readonly [number, number];
  readonly padding: readonly [number, number];
  /** The padded image. */
  readonly size: readonly [number, number];
  /** How many windows there are. */
  readonly blocks: number;
  /** For each tap and window, the place in the padded image: [kernel, blocks]. */
  readonly places: Tensor;
}

/** Any, for pairs: what {@link pair} checks. */
const ANY = undefined as unknown as Pair;

type Arguments = Trailing<[dilation: Pair, padding: Pair, stride: Pair], UnfoldOptions>;

function windows(op: string, size: readonly [number, number], kernelSize: Pair, args: Arguments): Windows {
  const given = readArguments<UnfoldOptions>(op, { dilation: ANY, padding: ANY, stride: ANY }, args);
  const kernel = sizesPerAxis(op, 'kernelSize', kernelSize, 2, 1) as [number, number];
  const dilation = sizesPerAxis(op, 'dilation', given.dilation ?? 1, 2, 1) as [number, number];
  const padding = sizesPerAxis(op, 'padding', given.padding ?? 0, 2, 0) as [number, number];
  const stride = sizesPerAxis(op, 'stride', given.stride ?? 1, 2, 1) as [number, number];
  const padded = [size[0] + 2 * padding[0], size[1] + 2 * padding[1]] as const;
  const counts = [0, 1].map((d) => Math.floor((padded[d]! - dilation[d]! * (kernel[d]! - 1) - 1) / stride[d]!) + 1) as [number, number];
  if (counts[0] < 1 || counts[1] < 1) {
    throw new ShapeError(
      `${op}: windows of ${showShape(kernel)} with dilation ${showShape(dilation)} do not fit an image of ${showShape(size)} with padding ${showShape(padding)}.`,
    );
  }
  const blocks = counts[0] * counts[1];
  listable(op, 'places of windows', kernel[0] * kernel[1] * blocks);
  const places = new BigInt64Array(kernel[0] * kernel[1] * blocks);
  let i = 0;
  for (let ky = 0; ky < kernel[0]; ky++)
    for (let kx = 0; kx < kernel[1]; kx++)
      for (let y = 0; y < counts[0]; y++)
        for (let x = 0; x < counts[1]; x++)
          places[i++] = BigInt((y * stride[0] + ky * dilation[0]) * padded[1] + x * stride[1] + kx * dilation[1]);
  return { kernel, padding, size: padded, blocks, places: fromTypedArray(places) };
}

/**
 * The windows of images as columns, which a matrix product with a weight turns into a convolution.
 * @param x [N, C, H, W], or [C, H, W] for one image, floating. @param args dilation, padding and stride in this order or by name; kernelSize by name, too.
 * @returns [N, C KH KW, L] (or [C KH KW, L]), L the number of windows.
 * @throws {ShapeError} when no window fits. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 * @example
 * F.unfold(tensor([[[1, 2], [3, 4]]]), [2, 1]); // [[1, 2], [3, 4]]
 */
export function unfold(x: Tensor, kernelSize: Pair, ...args: Arguments): Tensor;
export function unfold(x: Tensor, options: Named<UnfoldOptions, 'kernelSize', Pair>): Tensor;
export function unfold(x: Tensor, ...given: unknown[]): Tensor {
  const [kernelSize, ...args] = leadingByName('unfold', ['kernelSize'], given) as [Pair, ...Arguments];
  assertFloating('unfold', 'x', x);
  if ((x.ndim !== 3 && x.ndim !== 4) || x.shape.slice(-3).includes(0))
    throw new ShapeError(`unfold: x is ${showShape(x.shape)}, expected [N, C, H, W], or [C, H, W] for one image, only the batch empty.`);
  if (x.ndim === 3) return named('Im2Col', squeeze(unfold(unsqueeze(x, 0), kernelSize, ...args), 0));
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const { kernel, padding, size, blocks, places } = windows('unfold', [h, w], kernelSize, args);
  const wide = padding[0] + padding[1] > 0 ? pad(x, [padding[1], padding[1], padding[0], padding[0]]) : x;
  const columns = slicesAt('unfold', reshape(wide, [n, c, size[0] * size[1]]), 2, places);
  return named('Im2Col', reshape(columns, [n, c * kernel[0] * kernel[1], blocks]));
}

/**
 * Columns added up to images: where windows overlap, their values are summed. The gradient of {@link unfold}, not its inverse.
 * @param x [N, C KH KW, L], or [C KH KW, L] for one image, floating. @param outputSize [H, W]. @param args as in unfold.
 * @returns [N, C, H, W] (or [C, H, W]).
 * @throws {ShapeError} when the columns are not those of such an image. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 * @example
 * F.fold(ones([1, 12, 4]), [4, 4], 2, { stride: 2 }).shape; // [1, 3, 4, 4]
 */
export function fold(x: Tensor, outputSize: Pair, kernelSize: Pair, ...args: Arguments): Tensor;
export function fold(x: Tensor, outputSize: Pair, options: Named<UnfoldOptions, 'kernelSize', Pair>): Tensor;
export function fold(x: Tensor, options: Named<UnfoldOptions, 'outputSize' | 'kernelSize', Pair>): Tensor;
export function fold(x: Tensor, ...all: unknown[]): Tensor {
  const [outputSize, kernelSize, ...args] = leadingByName('fold', ['outputSize', 'kernelSize'], all) as [Pair, Pair, ...Arguments];
  assertFloating('fold', 'x', x);
  const given = showShape(x.shape);
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.slice(-2).includes(0))
    throw new ShapeError(`fold: x is ${given}, expected [N, C KH KW, L], or [C KH KW, L] for one image, only the batch empty.`);
  if (x.ndim === 2) return named('Col2Im', squeeze(fold(unsqueeze(x, 0), outputSize, kernelSize, ...args), 0));
  const out = sizesPerAxis('fold', 'outputSize', outputSize, 2, 1) as [number, number];
  const { kernel, padding, size, blocks, places } = windows('fold', out, kernelSize, args);
  const [n, rows, columns] = x.shape as [number, number, number];
  const taps = kernel[0] * kernel[1];
  if (rows % taps !== 0) throw new ShapeError(`fold: x ${given} has ${rows} rows, which the ${taps} taps of a window do not divide.`);
  if (columns !== blocks) {
    throw new ArgumentError(
      `fold: x ${given} has ${columns} columns, an image of ${showShape(out)} has ${blocks} windows of ${showShape(kernel)}. Give the options of unfold.`,
    );
  }
  const c = rows / taps;
  const wide = indexAdd(zeros([n, c, size[0] * size[1]], { dtype: x.dtype }), 2, places, reshape(x, [n, c, taps * blocks]));
  const image = reshape(wide, [n, c, ...size]);
  return named('Col2Im', narrow(narrow(image, 2, padding[0], out[0]), 3, padding[1], out[1]));
}
