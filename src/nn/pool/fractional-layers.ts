/** Fractional max pooling layers: windows at places drawn at random. */
import { ArgumentError } from '../../errors.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertTensorOrNull, type Pair, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { FRACTIONAL_POOL, type FractionalMaxPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d, ratiosOf } from './fractional.js';
import type { Pooled } from './layers.js';

/** What the fractional pools share. */
abstract class FractionalMaxPool<S extends Sizes, Indices extends boolean> extends Module {
  /** The size of the output, along each axis; null where the ratio is given. */
  readonly outputSize: readonly number[] | null;
  /** The size of the output in parts of the input's, along each axis; null where the size is given. */
  readonly outputRatio: readonly number[] | null;
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;
  /** What the places are made of, instead of a draw. */
  readonly randomSamples: Tensor | null;

  protected constructor(
    name: string,
    rank: 2 | 3,
    /** Of each window. */
    readonly kernelSize: S,
    given: readonly unknown[],
  ) {
    super();
    sizesPerAxis(name, 'kernelSize', kernelSize, rank, 1);
    const { outputSize, outputRatio, returnIndices, randomSamples } = readArguments(name, FRACTIONAL_POOL, given);
    if ((outputSize === null) === (outputRatio === null))
      throw new ArgumentError(`${name}: expected either outputSize or outputRatio, got ${outputSize === null ? 'neither' : 'both'}.`);
    assertTensorOrNull(name, 'randomSamples', randomSamples);
    this.outputSize = outputSize === null ? null : sizesPerAxis(name, 'outputSize', outputSize, rank, 1);
    this.outputRatio = outputRatio === null ? null : ratiosOf(name, rank, outputRatio);
    this.returnIndices = returnIndices as Indices;
    this.randomSamples = this.registerBuffer('randomSamples', randomSamples, { key: '_random_samples' });
  }

  protected options(): FractionalMaxPoolOptions<never> {
    const { outputSize, outputRatio, returnIndices, randomSamples } = this;
    return { outputSize, outputRatio, returnIndices, randomSamples } as FractionalMaxPoolOptions<never>;
  }
}

/** The arguments of a fractional pool after its kernel size. */
type Rest<S extends Sizes, Indices extends boolean> = Trailing<
  [S | null, S | null, Indices],
  FractionalMaxPoolOptions<S> & { returnIndices?: Indices }
>;

/**
 * The largest value of each of `outputSize` windows of [N, C, H, W] or [C, H, W], at places drawn at random in each call, in training
 * and in evaluation alike.
 * @param args of outputSize and outputRatio one; then returnIndices (default: false), and randomSamples [N, C, 2] instead of the draw.
 * @throws {ArgumentError} unless one of outputSize and outputRatio is given, and for options out of their range.
 * @see Graham 2014, https://arxiv.org/abs/1412.6071; https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
 * @example
 * new nn.FractionalMaxPool2d(3, { outputRatio: [0.5, 0.5] });
 */
export class FractionalMaxPool2d<Indices extends boolean = false> extends FractionalMaxPool<Pair, Indices> {
  static override readonly className: string = 'FractionalMaxPool2d';
  constructor(kernelSize: Pair, ...args: Rest<Pair, Indices>) {
    super(classNameOf(new.target), 2, kernelSize, args);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return fractionalMaxPool2d(x, this.kernelSize, this.options() as FractionalMaxPoolOptions<Pair>) as Pooled<Indices>;
  }
}

/**
 * The largest value of each of `outputSize` windows of [N, C, D, H, W] or [C, D, H, W], at places drawn at random in each call, in
 * training and in evaluation alike.
 * @param args of outputSize and outputRatio one; then returnIndices (default: false), and randomSamples [N, C, 3] instead of the draw.
 * @throws {ArgumentError} unless one of outputSize and outputRatio is given, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html
 * @example
 * new nn.FractionalMaxPool3d(2, { outputSize: 3 });
 */
export class FractionalMaxPool3d<Indices extends boolean = false> extends FractionalMaxPool<Triple, Indices> {
  static override readonly className: string = 'FractionalMaxPool3d';
  constructor(kernelSize: Triple, ...args: Rest<Triple, Indices>) {
    super(classNameOf(new.target), 3, kernelSize, args);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return fractionalMaxPool3d(x, this.kernelSize, this.options() as FractionalMaxPoolOptions<Triple>) as Pooled<Indices>;
  }
}
