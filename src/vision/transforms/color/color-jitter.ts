/** Colours changed at random: ColorJitter, and what SSD adds to it: RandomPhotometricDistort and RandomChannelPermutation. */
import { ShapeError } from '../../../errors.js';
import { slicesAt } from '../../../ops/gather/index-select.js';
import { type Arguments, readArguments, tooMany } from '../../../tensor/arguments/arguments.js';
import { atLeast, between, finiteNumber, probability, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { int64Of } from '../../../tensor/create/create.js';
import type { Adjustment } from '../../image/colour.js';
import { Image } from '../../image/image.js';
import { drawOrder, drawRand, drawUniform } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds, queryChw } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { type AdjustKinds, adjusted, BRIGHTNESS, CONTRAST, HUE, SATURATION } from './adjust.js';
import type { Version } from './values.js';

const KINDS: Readonly<Record<Adjustment[0], AdjustKinds>> = {
  brightness: BRIGHTNESS,
  contrast: CONTRAST,
  saturation: SATURATION,
  hue: HUE,
};

/** In the order in which factors are drawn. */
const NAMES = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** The range from which a factor is drawn. */
export type FactorRange = readonly [min: number, max: number];

/** Several changes in order: all in one go on an image of 8 bits. */
const CHANGES: Kinds<[changes: readonly Adjustment[], version: Version]> = {
  image(op, image, changes) {
    const seen = image.mode === 'L' ? changes.filter(([name]) => name !== 'hue') : changes;
    return seen.length === 0 ? image : adjusted(op, image, ...seen);
  },
  tensor: (op, x, changes, version) => changes.reduce((out, [name, factor]) => KINDS[name].tensor(op, out, factor, version), x),
};

/** The options of {@link ColorJitter}. */
export interface ColorJitterOptions {
  /** How much the brightness may change: the factor is from max(0, 1 - brightness) to 1 + brightness, or in the range given. Default: not at all. */
  brightness?: number | FactorRange | null;
  /** How much the contrast may change, in the same way. Default: not at all. */
  contrast?: number | FactorRange | null;
  /** How much the saturation may change, in the same way. Default: not at all. */
  saturation?: number | FactorRange | null;
  /** How much the hue may change: from -hue to hue, at most 0.5, or in the range given. Default: not at all. */
  hue?: number | FactorRange | null;
}

/** The range of a factor, or null where it changes nothing. */
function rangeOf(op: string, name: Adjustment[0], value: unknown): FactorRange | null {
  const [center, least, most] = name === 'hue' ? [0, -0.5, 0.5] : [1, 0, Number.POSITIVE_INFINITY];
  let range: [number, number];
  if (typeof value === 'number') {
    const width = name === 'hue' ? between(op, name, value, 0, 0.5) : atLeast(op, name, finiteNumber(op, name, value), 0);
    range = [name === 'hue' ? -width : Math.max(0, center - width), center + width];
  } else {
    if (!Array.isArray(value) || value.length !== 2) throw unexpected(op, name, value, 'a number, or a range of two: [min, max]');
    range = [finiteNumber(op, `${name}[0]`, value[0]), finiteNumber(op, `${name}[1]`, value[1])];
    if (range[0] < least || range[1] > most || range[0] > range[1])
      throw unexpected(op, name, value, name === 'hue' ? 'a range in order within -0.5 and 0.5' : 'a range in order, of at least 0');
  }
  return range[0] === center && range[1] === center ? null : range;
}

/**
 * Changes brightness, contrast, saturation and hue of an image in random order, by factors that are drawn as torchvision draws them.
 * @throws {ArgumentError} for negative numbers, hues beyond 0.5, and values that are not ranges.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
 * @example
 * new transforms.ColorJitter(0.4, 0.4, 0.4, { hue: [-0.1, 0.1] }).forward(new Image('RGB', [8, 8])).mode; // 'RGB'
 */
export class ColorJitter extends Transform<readonly Adjustment[]> {
  static override readonly className: string = 'ColorJitter';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';
  /** The range from which its factor is drawn, or null for no change. */
  readonly brightness: FactorRange | null;
  /** The range from which its factor is drawn, or null for no change. */
  readonly contrast: FactorRange | null;
  /** The range from which its factor is drawn, or null for no change. */
  readonly saturation: FactorRange | null;
  /** The range from which its factor is drawn, or null for no change. */
  readonly hue: FactorRange | null;

  constructor(
    ...args: Arguments<ColorJitterOptions, [brightness: 'brightness', contrast: 'contrast', saturation: 'saturation', hue: 'hue']>
  ) {
    super();
    const op = classNameOf(new.target);
    const read = readArguments<Record<Adjustment[0], unknown>>(op, { brightness: null, contrast: null, saturation: null, hue: null }, args);
    this.brightness = rangeOf(op, 'brightness', read.brightness ?? 0);
    this.contrast = rangeOf(op, 'contrast', read.contrast ?? 0);
    this.saturation = rangeOf(op, 'saturation', read.saturation ?? 0);
    this.hue = rangeOf(op, 'hue', read.hue ?? 0);
  }

  /** The changes in the order in which they are made, each with its factor. */
  override makeParams(): readonly Adjustment[] {
    const order = drawOrder(4);
    const drawn = NAMES.map((name) => this[name] && ([name, drawUniform(...this[name])] as const));
    return order.map((i) => drawn[i]).filter((change) => change !== null && change !== undefined);
  }

  transform<I extends ImageLike>(input: I, changes: readonly Adjustment[]): I {
    return this.byKind(CHANGES, input, changes, this.version);
  }

  protected override extraRepr(): string {
    const shown = NAMES.map((name) => [name, this[name]] as const).filter(([, range]) => this.version === 'v1' || range !== null);
    return shown.map(([name, range]) => `${name}=${range === null ? 'None' : `(${range.map(pythonFloat).join(', ')})`}`).join(', ');
  }
}

const PERMUTE: Kinds<[order: readonly number[]]> = {
  image(op, image, order) {
    assertOrder(op, order, image.channels);
    const { data, channels } = image;
    const out = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += channels) for (let c = 0; c < channels; c++) out[at + c] = data[at + order[c]!]!;
    return new Image(image.mode, image.size, out);
  },
  tensor(op, x, order) {
    if (x.ndim < 3) throw new ShapeError(`${op}: the image has ${x.ndim} dims, expected [..., C, H, W]. Use unsqueeze(0) for one channel.`);
    assertOrder(op, order, x.shape[x.ndim - 3]!);
    return slicesAt(op, x, -3, int64Of(order));
  },
};

function assertOrder(op: string, order: unknown, channels: number): void {
  if (!Array.isArray(order) || order.length !== channels || !Array.from({ length: channels }, (_, c) => c).every((c) => order.includes(c)))
    throw unexpected(op, 'permutation', order, `the numbers from 0 to ${channels - 1} in any order, one for each channel`);
}

/**
 * An image with its channels in another order: channel `c` of the result is channel `permutation[c]`.
 * @param image [..., C, H, W], or an Image.
 * @throws {ArgumentError} unless the permutation names each channel once.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.permute_channels.html
 * @example
 * transforms.functional.permuteChannels(new Image('RGB', [1, 1], Uint8Array.of(1, 2, 3)), [2, 0, 1]).getPixel(0, 0); // [3, 1, 2]
 */
export function permuteChannels<I extends ImageLike>(image: I, permutation: readonly number[]): I {
  if (arguments.length > 2) tooMany('permuteChannels', 2, arguments);
  return byKind('permuteChannels', PERMUTE, image, permutation);
}

/**
 * Puts the channels of an image into random order.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomChannelPermutation.html
 * @example
 * new transforms.RandomChannelPermutation().forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomChannelPermutation extends Transform<readonly number[]> {
  static override readonly className: string = 'RandomChannelPermutation';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;

  override makeParams(inputs: readonly ImageLike[]): readonly number[] {
    return drawOrder(queryChw(classNameOf(this), inputs)[0]);
  }

  transform<I extends ImageLike>(input: I, order: readonly number[]): I {
    return this.byKind(PERMUTE, input, order);
  }
}

/** The options of {@link RandomPhotometricDistort}. */
export interface RandomPhotometricDistortOptions {
  /** The range from which the factor of the brightness is drawn. Default: [0.875, 1.125]. */
  brightness?: FactorRange;
  /** The range from which the factor of the contrast is drawn. Default: [0.5, 1.5]. */
  contrast?: FactorRange;
  /** The range from which the factor of the saturation is drawn. Default: [0.5, 1.5]. */
  saturation?: FactorRange;
  /** Between which two the move of the hue is drawn, within -0.5 and 0.5. Default: [-0.05, 0.05]. */
  hue?: FactorRange;
  /** How likely each of the changes is made. Default: 0.5. */
  p?: number;
}

/** What {@link RandomPhotometricDistort} draws. */
export interface PhotometricDistortParams {
  /** The changes in the order in which they are made, each with its factor. */
  readonly changes: readonly Adjustment[];
  /** The channels in their new order, or null. */
  readonly permutation: readonly number[] | null;
}

/**
 * Distorts the colours of an image as the paper on SSD does: brightness, contrast, saturation, hue and the order of channels, each with
 * probability `p`, the contrast before or after saturation and hue.
 * @throws {ArgumentError} for values that are not ranges, and unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomPhotometricDistort.html
 * @see Liu et al. 2016, https://arxiv.org/abs/1512.02325
 * @example
 * new transforms.RandomPhotometricDistort({ p: 0.8 }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomPhotometricDistort extends Transform<PhotometricDistortParams> {
  static override readonly className: string = 'RandomPhotometricDistort';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** The range from which the factor of the brightness is drawn. */
  readonly brightness: FactorRange;
  /** The range from which the factor of the contrast is drawn. */
  readonly contrast: FactorRange;
  /** The range from which the factor of the saturation is drawn. */
  readonly saturation: FactorRange;
  /** The range from which the shift of the hue is drawn. */
  readonly hue: FactorRange;
  /** How likely each of the changes is made. */
  readonly p: number;

  constructor(
    ...args: Arguments<
      RandomPhotometricDistortOptions,
      [brightness: 'brightness', contrast: 'contrast', saturation: 'saturation', hue: 'hue', p: 'p']
    >
  ) {
    super();
    const op = classNameOf(new.target);
    const read = readArguments<Record<Adjustment[0], unknown> & { p: number }>(
      op,
      { brightness: [0.875, 1.125], contrast: [0.5, 1.5], saturation: [0.5, 1.5], hue: [-0.05, 0.05], p: 0.5 },
      args,
    );
    const range = (name: Adjustment[0]): FactorRange => {
      if (!Array.isArray(read[name])) throw unexpected(op, name, read[name], 'a range of two: [min, max]');
      const center = name === 'hue' ? 0 : 1;
      return rangeOf(op, name, read[name]) ?? [center, center];
    };
    this.brightness = range('brightness');
    this.contrast = range('contrast');
    this.saturation = range('saturation');
    this.hue = range('hue');
    this.p = probability(op, 'p', read.p);
  }

  override makeParams(inputs: readonly ImageLike[]): PhotometricDistortParams {
    const [channels] = queryChw(classNameOf(this), inputs);
    const chosen = () => drawRand() < Math.fround(this.p);
    const [brightness, contrast, saturation, hue] = NAMES.map((name): Adjustment | null =>
      chosen() ? [name, drawUniform(...this[name])] : null,
    );
    const contrastFirst = drawRand() < 0.5;
    const order = contrastFirst ? [brightness, contrast, saturation, hue] : [brightness, saturation, hue, contrast];
    return {
      changes: order.filter((change) => change !== null && change !== undefined),
      permutation: chosen() ? drawOrder(channels) : null,
    };
  }

  transform<I extends ImageLike>(input: I, { changes, permutation }: PhotometricDistortParams): I {
    const out = this.byKind(CHANGES, input, changes, 'v2');
    return permutation === null ? out : this.byKind(PERMUTE, out, permutation);
  }

  protected override extraRepr(): string {
    const ranges = (['brightness', 'contrast', 'hue', 'saturation'] as const).map(
      (name) => `${name}=(${this[name].map(pythonFloat).join(', ')})`,
    );
    return `${ranges.join(', ')}, p=${pythonFloat(this.p)}`;
  }
}
