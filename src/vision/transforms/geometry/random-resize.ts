/** Images in sizes that are drawn: RandomResize, RandomShortestSize, ScaleJitter. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { finiteNumber, sizesPerAxis, unexpected, wholeNumber, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { drawInt, drawRand } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, interpolationText } from '../base/interpolation.js';
import { querySize } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { antialiasOf, antialiasText, NO_ANTIALIAS, RESIZE, resizedSize } from './resize.js';

/** The size that was drawn. */
export interface RandomSizeParams {
  /** How many rows come out. */
  readonly height: number;
  /** How many columns come out. */
  readonly width: number;
}

interface HowOptions {
  /** How values between pixels are interpolated. 'box' and 'hamming' are for an Image. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** Whether a tensor is smoothed where it becomes smaller; an Image always is. Default: true. */
  antialias?: boolean | null;
}

const HOW: Required<HowOptions> = { interpolation: 'bilinear', antialias: NO_ANTIALIAS };

/** @internal What transforms that draw a size have in common. */
abstract class RandomSize extends Transform<RandomSizeParams> {
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** Whether a tensor is smoothed where it becomes smaller. */
  readonly antialias: boolean | null;

  constructor({ interpolation, antialias }: Required<HowOptions>) {
    super();
    this.interpolation = interpolationOf(classNameOf(new.target), interpolation);
    this.antialias = antialiasOf(classNameOf(new.target), antialias);
  }

  /** The size of an image whose sides are multiplied; fractions are cut off. */
  protected multiplied([h, w]: readonly [height: number, width: number], product: (side: number) => number): RandomSizeParams {
    const [height, width] = [Math.trunc(product(h)), Math.trunc(product(w))];
    if (height < 1 || width < 1)
      throw new ArgumentError(`${classNameOf(this)}: the image of ${h}×${w} would become ${height}×${width}. Take larger sizes.`);
    return { height, width };
  }

  transform<I extends ImageLike>(input: I, { height, width }: RandomSizeParams): I {
    return this.byKind(RESIZE, input, height, width, { interpolation: this.interpolation, antialias: this.antialias, bytes: true });
  }

  protected override extraRepr(): string {
    const text = `interpolation=${interpolationText(this.interpolation)}`;
    return this.antialias === null ? text : `${text}, antialias=${antialiasText(this.antialias)}`;
  }
}

/** The options of {@link RandomResize}. */
export interface RandomResizeOptions extends HowOptions {
  /** The smallest size of the smaller side. */
  minSize: number;
  /** The size that the smaller side does not reach. */
  maxSize: number;
}

/**
 * Gives the smaller side of an image a random size, the other one keeping the proportion; drawn as torchvision's v2 does.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomResize.html
 * @example
 * new transforms.RandomResize(8, 9).forward(rand(3, 32, 16)).shape; // [3, 16, 8]
 */
export class RandomResize extends RandomSize {
  static override readonly className: string = 'RandomResize';
  /** The smallest size of the smaller side. */
  readonly minSize: number;
  /** The size that the smaller side does not reach. */
  readonly maxSize: number;

  constructor(
    ...args: Arguments<
      RandomResizeOptions,
      [minSize: 'minSize', maxSize: 'maxSize', interpolation: 'interpolation', antialias: 'antialias']
    >
  ) {
    const op = classNameOf(new.target);
    const { minSize, maxSize, ...how } = readArguments<Required<RandomResizeOptions>>(
      op,
      { minSize: required, maxSize: required, ...HOW },
      args,
    );
    super(how);
    this.minSize = wholeNumber(op, 'minSize', minSize, { min: 1 });
    this.maxSize = wholeNumber(op, 'maxSize', maxSize, { min: minSize + 1 });
  }

  override makeParams(inputs: readonly ImageLike[]): RandomSizeParams {
    const op = classNameOf(this);
    const size = querySize(op, inputs);
    const [height, width] = resizedSize(op, size, drawInt(this.minSize, this.maxSize), null);
    return { height, width };
  }

  protected override extraRepr(): string {
    return `min_size=${this.minSize}, max_size=${this.maxSize}, ${super.extraRepr()}`;
  }
}

/** The options of {@link RandomShortestSize}. */
export interface RandomShortestSizeOptions extends HowOptions {
  /** The size of the smaller side, or several sizes among which one is drawn. */
  minSize: number | readonly number[];
  /** How long the longer side becomes at most. Default: as long as it comes out. */
  maxSize?: number | null;
}

/**
 * Gives the smaller side of an image one of some sizes, the other one keeping the proportion; drawn as torchvision's v2 does.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomShortestSize.html
 * @example
 * new transforms.RandomShortestSize([8, 8], { maxSize: 12 }).forward(rand(3, 32, 16)).shape; // [3, 12, 6]
 */
export class RandomShortestSize extends RandomSize {
  static override readonly className: string = 'RandomShortestSize';
  /** The sizes among which one is drawn. */
  readonly minSize: readonly number[];
  /** How long the longer side becomes at most. */
  readonly maxSize: number | null;

  constructor(
    ...args: Arguments<
      RandomShortestSizeOptions,
      [minSize: 'minSize', maxSize: 'maxSize', interpolation: 'interpolation', antialias: 'antialias']
    >
  ) {
    const op = classNameOf(new.target);
    const { minSize, maxSize, ...how } = readArguments<Required<RandomShortestSizeOptions>>(
      op,
      { minSize: required, maxSize: null, ...HOW },
      args,
    );
    super(how);
    this.minSize =
      typeof minSize === 'number' ? [wholeNumber(op, 'minSize', minSize, { min: 1 })] : wholeNumbers(op, 'minSize', minSize, { min: 1 });
    if (this.minSize.length === 0) throw unexpected(op, 'minSize', minSize, 'at least one size');
    this.maxSize = maxSize === null ? null : wholeNumber(op, 'maxSize', maxSize, { min: 1 });
  }

  override makeParams(inputs: readonly ImageLike[]): RandomSizeParams {
    const size = querySize(classNameOf(this), inputs);
    let factor = this.minSize[drawInt(0, this.minSize.length)]! / Math.min(...size);
    if (this.maxSize !== null) factor = Math.min(factor, this.maxSize / Math.max(...size));
    return this.multiplied(size, (side) => side * factor);
  }

  protected override extraRepr(): string {
    const most = this.maxSize === null ? '' : `max_size=${this.maxSize}, `;
    return `min_size=[${this.minSize.join(', ')}], ${most}${super.extraRepr()}`;
  }
}

/** The options of {@link ScaleJitter}. */
export interface ScaleJitterOptions extends HowOptions {
  /** What an image of scale 1 fits into: two sizes, the first of them that of the width. */
  targetSize: readonly [number, number];
  /** The range of the scale. Default: [0.1, 2]. */
  scaleRange?: readonly [min: number, max: number];
}

/**
 * Gives an image a random size around one that fits into `targetSize`, keeping the proportion; drawn as torchvision's v2 does.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ScaleJitter.html
 * @example
 * new transforms.ScaleJitter([8, 8], { scaleRange: [1, 1] }).forward(rand(3, 32, 16)).shape; // [3, 8, 4]
 */
export class ScaleJitter extends RandomSize {
  static override readonly className: string = 'ScaleJitter';
  /** What an image of scale 1 fits into. */
  readonly targetSize: readonly [number, number];
  /** The range of the scale. */
  readonly scaleRange: readonly [min: number, max: number];

  constructor(
    ...args: Arguments<
      ScaleJitterOptions,
      [targetSize: 'targetSize', scaleRange: 'scaleRange', interpolation: 'interpolation', antialias: 'antialias']
    >
  ) {
    const op = classNameOf(new.target);
    const { targetSize, scaleRange, ...how } = readArguments<Required<ScaleJitterOptions>>(
      op,
      { targetSize: required, scaleRange: [0.1, 2], ...HOW },
      args,
    );
    super(how);
    this.targetSize = sizesPerAxis(op, 'targetSize', targetSize, 2, 1) as [number, number];
    if (!Array.isArray(scaleRange) || scaleRange.length !== 2) throw unexpected(op, 'scaleRange', scaleRange, 'two numbers: [min, max]');
    const [low, high] = scaleRange.map((value: unknown, i) => finiteNumber(op, `scaleRange[${i}]`, value)) as [number, number];
    if (low <= 0 || high < low) throw unexpected(op, 'scaleRange', scaleRange, 'two numbers above 0, the smaller one first');
    this.scaleRange = [low, high];
  }

  override makeParams(inputs: readonly ImageLike[]): RandomSizeParams {
    const size = querySize(classNameOf(this), inputs);
    const [low, high] = this.scaleRange;
    // In float32, as PyTorch computes it.
    const { fround } = Math;
    const scale = fround(fround(low) + fround(drawRand() * fround(high - low)));
    const factor = fround(fround(Math.min(this.targetSize[1] / size[0], this.targetSize[0] / size[1])) * scale);
    return this.multiplied(size, (side) => fround(side * factor));
  }

  protected override extraRepr(): string {
    const range = this.scaleRange.map(pythonFloat).join(', ');
    return `target_size=(${this.targetSize.join(', ')}), scale_range=(${range}), ${super.extraRepr()}`;
  }
}
