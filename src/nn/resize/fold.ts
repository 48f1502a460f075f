/** Windows of images as columns, and columns added up to images. */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { indexAdd, slicesAt } from '../../ops/gather/index-select.js';
import { pad } from '../../ops/join/pad.js';
import { reshape, squeeze, unsqueeze } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFloating, listable, type Pair, sizesPerAxis } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray, zeros } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';

/** The options of {@link unfold}, {@link fold} and their layers. */
export interface UnfoldOptions {
  /** Pixels from one tap of a window to the next. Default: 1. */
  dilation?: Pair;
  /** Zeros around the image. Default: 0. */
  padding?: Pair;
  /** Pixels from one window to the next. Default: 1. */
  stride?: Pair;
}

type UnfoldArguments = Arguments<
  Named<UnfoldOptions, 'kernelSize', Pair>,
  [kernelSize: 'kernelSize', dilation: 'dilation', padding: 'padding', stride: 'stride']
>;
type FoldArguments = Arguments<
  Named<UnfoldOptions, 'outputSize' | 'kernelSize', Pair>,
  [outputSize: 'outputSize', kernelSize: 'kernelSize', dilation: 'dilation', padding: 'padding', stride: 'stride']
>;

/** The options, null for those that were not given. */
interface FoldSettings {
  readonly kernelSize: Pair;
  readonly dilation: Pair | null;
  readonly padding: Pair | null;
  readonly stride: Pair | null;
}

/** In PyTorch's order. */
const UNFOLD: FoldSettings = { kernelSize: required, dilation: null, padding: null, stride: null };
const FOLD: FoldSettings & { readonly outputSize: Pair } = { outputSize: required, ...UNFOLD };

type Two = [number, number];

function sizesOf(
  op: string,
  { kernelSize, dilation, padding, stride }: FoldSettings,
): [kernel: Two, dilation: Two, padding: Two, stride: Two] {
  return [
    sizesPerAxis(op, 'kernelSize', kernelSize, 2, 1) as Two,
    sizesPerAxis(op, 'dilation', dilation ?? 1, 2, 1) as Two,
    sizesPerAxis(op, 'padding', padding ?? 0, 2, 0) as Two,
    sizesPerAxis(op, 'stride', stride ?? 1, 2, 1) as Two,
  ];
}

/** What a layer keeps: the sizes as they were given, since PyTorch prints them so. */
function checked(layer: string, settings: FoldSettings): Readonly<Record<keyof FoldSettings, Pair>> {
  sizesOf(layer, settings);
  const { kernelSize, dilation, padding, stride } = settings;
  return { kernelSize, dilation: dilation ?? 1, padding: padding ?? 0, stride: stride ?? 1 };
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

function windows(op: string, size: readonly [number, number], settings: FoldSettings): Windows {
  const [kernel, dilation, padding, stride] = sizesOf(op, settings);
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
 * @param x [N, C, H, W], or [C, H, W] for one image, floating.
 * @param args kernelSize, dilation (default: 1), padding (0) and stride (1), in this order or by name.
 * @returns [N, C KH KW, L] (or [C KH KW, L]), L the number of windows.
 * @throws {ShapeError} when no window fits. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 * @example
 * F.unfold(tensor([[[1, 2], [3, 4]]]), [2, 1]); // [[1, 2], [3, 4]]
 */
export function unfold(x: Tensor, ...args: UnfoldArguments): Tensor {
  return unfoldOf(x, readArguments('unfold', UNFOLD, args));
}

function unfoldOf(x: Tensor, settings: FoldSettings): Tensor {
  assertFloating('unfold', 'x', x);
  if ((x.ndim !== 3 && x.ndim !== 4) || x.shape.slice(-3).includes(0))
    throw new ShapeError(`unfold: x is ${showShape(x.shape)}, expected [N, C, H, W], or [C, H, W] for one image, only the batch empty.`);
  if (x.ndim === 3) return named('Im2Col', squeeze(unfoldOf(unsqueeze(x, 0), settings), 0));
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const { kernel, padding, size, blocks, places } = windows('unfold', [h, w], settings);
  const wide = padding[0] + padding[1] > 0 ? pad(x, [padding[1], padding[1], padding[0], padding[0]]) : x;
  const columns = slicesAt('unfold', reshape(wide, [n, c, size[0] * size[1]]), 2, places);
  return named('Im2Col', reshape(columns, [n, c * kernel[0] * kernel[1], blocks]));
}

/**
 * Columns added up to images: where windows overlap, their values are summed. The gradient of {@link unfold}, not its inverse.
 * @param x [N, C KH KW, L], or [C KH KW, L] for one image, floating.
 * @param args outputSize [H, W], then as in unfold.
 * @returns [N, C, H, W] (or [C, H, W]).
 * @throws {ShapeError} when the columns are not those of such an image. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 * @example
 * F.fold(ones([1, 12, 4]), [4, 4], 2, { stride: 2 }).shape; // [1, 3, 4, 4]
 */
export function fold(x: Tensor, ...args: FoldArguments): Tensor {
  return foldOf(x, readArguments('fold', FOLD, args));
}

function foldOf(x: Tensor, settings: FoldSettings & { readonly outputSize: Pair }): Tensor {
  assertFloating('fold', 'x', x);
  const given = showShape(x.shape);
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.slice(-2).includes(0))
    throw new ShapeError(`fold: x is ${given}, expected [N, C KH KW, L], or [C KH KW, L] for one image, only the batch empty.`);
  if (x.ndim === 2) return named('Col2Im', squeeze(foldOf(unsqueeze(x, 0), settings), 0));
  const out = sizesPerAxis('fold', 'outputSize', settings.outputSize, 2, 1) as [number, number];
  const { kernel, padding, size, blocks, places } = windows('fold', out, settings);
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

/**
 * The windows of images [N, C, H, W] (or [C, H, W]) as columns [N, C KH KW, L].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 * @example
 * new nn.Unfold(2, { stride: 2 }).forward(ones([1, 3, 4, 4])).shape; // [1, 12, 4]
 */
export class Unfold extends Module {
  static override readonly className: string = 'Unfold';
  /** The size of the window, along each axis. */
  readonly kernelSize: Pair;
  /** The distance between the elements of the window, along each axis. */
  readonly dilation: Pair;
  /** What is added around the input, on both sides of each axis. */
  readonly padding: Pair;
  /** How far the window moves, along each axis. */
  readonly stride: Pair;

  /**
   * The windows of images [N, C, H, W] (or [C, H, W]) as columns [N, C KH KW, L].
   * @param args kernelSize, dilation (default: 1), padding (0) and stride (1), in this order or by name.
   */
  constructor(...args: UnfoldArguments) {
    super();
    const name = classNameOf(new.target);
    const { kernelSize, dilation, padding, stride } = checked(name, readArguments(name, UNFOLD, args));
    this.kernelSize = kernelSize;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  /** @returns the columns. */
  forward(x: Tensor): Tensor {
    return unfoldOf(x, this);
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return `kernel_size=${tuple(kernelSize)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`;
  }
}

/**
 * Columns [N, C KH KW, L] (or [C KH KW, L]) added up to images [N, C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Fold.html
 * @example
 * new nn.Fold([4, 4], 2, { stride: 2 }).forward(ones([1, 12, 4])).shape; // [1, 3, 4, 4]
 */
export class Fold extends Module {
  static override readonly className: string = 'Fold';
  /** The size of the output, along each axis. */
  readonly outputSize: Pair;
  /** The size of the window, along each axis. */
  readonly kernelSize: Pair;
  /** The distance between the elements of the window, along each axis. */
  readonly dilation: Pair;
  /** What is added around the input, on both sides of each axis. */
  readonly padding: Pair;
  /** How far the window moves, along each axis. */
  readonly stride: Pair;

  /**
   * Columns [N, C KH KW, L] (or [C KH KW, L]) added up to images [N, C, H, W].
   * @param args outputSize, kernelSize, dilation (default: 1), padding (0) and stride (1), in this order or by name.
   */
  constructor(...args: FoldArguments) {
    super();
    const name = classNameOf(new.target);
    const settings = readArguments(name, FOLD, args);
    const { kernelSize, dilation, padding, stride } = checked(name, settings);
    sizesPerAxis(name, 'outputSize', settings.outputSize, 2, 1);
    this.outputSize = settings.outputSize;
    this.kernelSize = kernelSize;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  /** @returns the images. */
  forward(x: Tensor): Tensor {
    return foldOf(x, this);
  }

  override extraRepr(): string {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return `output_size=${tuple(outputSize)}, kernel_size=${tuple(kernelSize)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`;
  }
}
