/** What the policies of augmentation choose from: operations with a magnitude, and how strong each may be. */
import { ArgumentError } from '../../../errors.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { linspace } from '../../../tensor/create/create.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { Image } from '../../image/image.js';
import { checkFill } from '../base/arguments.js';
import { drawInt, drawRand } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, InterpolationMode } from '../base/interpolation.js';
import { byKind } from '../base/kinds.js';
import { roundToEven } from '../base/round.js';
import { Transform } from '../base/transform.js';
import { BoundingBoxes, KeyPoints, Mask } from '../base/tv-tensors.js';
import { BRIGHTNESS, CONTRAST, SATURATION } from '../color/adjust.js';
import { AUTOCONTRAST, EQUALIZE } from '../color/histogram.js';
import { INVERT, POSTERIZE, SOLARIZE } from '../color/levels.js';
import { SHARPNESS } from '../color/sharpness.js';
import type { Version } from '../color/values.js';
import { largest } from '../convert/to-dtype.js';
import { AFFINE, AFFINE_V2 } from '../warp/affine.js';
import { ROTATE, ROTATE_V2 } from '../warp/rotate.js';

/** The operations of the policies, by the names of the papers. */
export type OperationName =
  | 'Identity'
  | 'ShearX'
  | 'ShearY'
  | 'TranslateX'
  | 'TranslateY'
  | 'Rotate'
  | 'Brightness'
  | 'Color'
  | 'Contrast'
  | 'Sharpness'
  | 'Posterize'
  | 'Solarize'
  | 'AutoContrast'
  | 'Equalize'
  | 'Invert';

/** An operation that was drawn, and how strong it is. */
export interface Operation {
  /** Its name in the papers. */
  readonly name: OperationName;
  /** How strong it is; what has no strength has 0. */
  readonly magnitude: number;
}

/** How strong an operation may be, from the weakest to the strongest, and whether its direction is drawn. */
export interface Strength {
  readonly name: OperationName;
  /** null for operations without a strength. */
  readonly magnitudes: ((bins: number, height: number, width: number, version: Version) => ArrayLike<number>) | null;
  readonly signed: boolean;
}

const ranges = new Map<string, ArrayLike<number>>();

/** `torch.linspace`, which is kept for the next image of the same size. */
function range(from: number, to: number, bins: number): ArrayLike<number> {
  const key = `${from} ${to} ${bins}`;
  let found = ranges.get(key);
  if (found === undefined) {
    found = toTypedArray(linspace(from, to, bins)) as Float32Array;
    if (ranges.size >= 1000) ranges.clear();
    ranges.set(key, found);
  }
  return found;
}

const signed = (name: OperationName, to: number): Strength => ({ name, magnitudes: (bins) => range(0, to, bins), signed: true });

const moved = (name: OperationName, most: (height: number, width: number) => number): Strength => ({
  name,
  magnitudes: (bins, height, width) => range(0, most(height, width), bins),
  signed: true,
});

const plain = (name: OperationName): Strength => ({ name, magnitudes: null, signed: false });

/** Bits from `most` down by `steps`; halves are rounded to the even number. */
const bits = (most: number, steps: number): Strength => ({
  name: 'Posterize',
  magnitudes: (bins) => Array.from({ length: bins }, (_, i) => most - roundToEven(Math.fround(i / ((bins - 1) / steps)))),
  signed: false,
});

/** v1 takes 8 bits for granted, v2 gives parts of the range. */
const SOLARIZE_STRENGTH: Strength = {
  name: 'Solarize',
  magnitudes: (bins, _height, _width, version) => range(version === 'v1' ? 255 : 1, 0, bins),
  signed: false,
};

const COLOURS = (to: number): Strength[] => [
  signed('Brightness', to),
  signed('Color', to),
  signed('Contrast', to),
  signed('Sharpness', to),
];

/** @internal What AutoAugment's policies and RandAugment choose from. */
const COMMON: readonly Strength[] = [
  signed('ShearX', 0.3),
  signed('ShearY', 0.3),
  moved('TranslateX', (_, width) => (150 / 331) * width),
  moved('TranslateY', (height) => (150 / 331) * height),
  signed('Rotate', 30),
  ...COLOURS(0.9),
  bits(8, 4),
  SOLARIZE_STRENGTH,
  plain('AutoContrast'),
  plain('Equalize'),
];

/** @internal By name: what AutoAugment's policies are made of. */
export const AUTO_STRENGTHS: ReadonlyMap<OperationName, Strength> = new Map(
  [...COMMON, plain('Invert')].map((strength) => [strength.name, strength]),
);

/** @internal What RandAugment draws from. */
export const RAND_STRENGTHS: readonly Strength[] = [plain('Identity'), ...COMMON];

/** @internal What TrivialAugmentWide draws from. */
export const WIDE_STRENGTHS: readonly Strength[] = [
  plain('Identity'),
  signed('ShearX', 0.99),
  signed('ShearY', 0.99),
  signed('TranslateX', 32),
  signed('TranslateY', 32),
  signed('Rotate', 135),
  ...COLOURS(0.99),
  bits(8, 6),
  SOLARIZE_STRENGTH,
  plain('AutoContrast'),
  plain('Equalize'),
];

/** @internal What AugMix draws from, without changes of colours. */
export const MIX_STRENGTHS: readonly Strength[] = [
  signed('ShearX', 0.3),
  signed('ShearY', 0.3),
  moved('TranslateX', (_, width) => width / 3),
  moved('TranslateY', (height) => height / 3),
  signed('Rotate', 30),
  bits(4, 4),
  SOLARIZE_STRENGTH,
  plain('AutoContrast'),
  plain('Equalize'),
];

/** @internal And with them. */
export const ALL_MIX_STRENGTHS: readonly Strength[] = [...MIX_STRENGTHS, ...COLOURS(0.9)];

/** What fills the area that an image was moved away from: a number, one for each channel, or null, as affine and rotate take it. */
export type PolicyFill = number | readonly number[] | null;

/** The options that all policies have. */
export interface PolicyOptions {
  /** How values between pixels are interpolated. Default: 'nearest'; of AugMix 'bilinear'. */
  interpolation?: Interpolation;
  /** What fills the area that an image was moved away from: a number, or one for each channel. Default: null, 0. */
  fill?: PolicyFill;
}

/** @internal What the policies have in common: they take one image of 8 bits, or one tensor of uint8, and draw as v1 or v2 does. */
export abstract class Policy<Params> extends Transform<Params> {
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** What fills the area that an image was moved away from. */
  readonly fill: PolicyFill;
  /** @internal Whose draws and roundings it has. */
  protected readonly version: Version = 'v1';

  constructor(interpolation: unknown, fill: unknown) {
    super();
    const op = classNameOf(new.target);
    this.interpolation = oneOf(op, 'interpolation', interpolation, Object.values(InterpolationMode));
    this.fill = fill === null ? null : checkFill(op, fill);
  }

  protected override checkInputs(values: readonly unknown[]): void {
    const op = classNameOf(this);
    if (values.some((value) => value instanceof BoundingBoxes || value instanceof Mask || value instanceof KeyPoints))
      throw new ArgumentError(`${op}: masks, boxes and points would not move with the image. Pass the image alone.`);
    const images = this.taken(values).filter(Boolean).length;
    if (images !== 1) throw new ArgumentError(`${op}: the sample has ${images} images, expected one.`);
  }

  /** @internal How strong an operation is at one of several strengths; those without strength have 0. */
  protected strengthOf({ magnitudes }: Strength, bins: number, [height, width]: readonly [number, number], bin: () => number): number {
    return magnitudes === null ? 0 : magnitudes(bins, height, width, this.version)[bin()]!;
  }

  /** @internal One of the operations. */
  protected drawnFrom(strengths: readonly Strength[]): Strength {
    return strengths[drawInt(0, strengths.length)]!;
  }

  /** @internal The operation in a direction that is drawn where it has one. */
  protected directed({ name, signed: directed }: Strength, magnitude: number): Operation {
    return { name, magnitude: directed && this.drawNegative() ? -magnitude : magnitude };
  }

  /** @internal */
  protected drawNegative(): boolean {
    return this.version === 'v1' ? drawInt(0, 2) === 1 : drawRand() <= 0.5;
  }

  /** @internal The image after an operation. */
  protected operated<I extends ImageLike>(image: I, { name, magnitude }: Operation): I {
    const op = classNameOf(this);
    const { interpolation, fill, version } = this;
    const moved = (translate: readonly [number, number], shear: readonly [number, number], center: readonly [number, number] | null) =>
      byKind(op, version === 'v1' ? AFFINE : AFFINE_V2, image, { angle: 0, translate, scale: 1, shear }, interpolation, fill, center);
    const degrees = () => (Math.atan(magnitude) * 180) / Math.PI;
    switch (name) {
      case 'Identity':
        return image;
      case 'ShearX':
        return moved([0, 0], [degrees(), 0], [0, 0]);
      case 'ShearY':
        return moved([0, 0], [0, degrees()], [0, 0]);
      case 'TranslateX':
        return moved([Math.trunc(magnitude), 0], [0, 0], null);
      case 'TranslateY':
        return moved([0, Math.trunc(magnitude)], [0, 0], null);
      case 'Rotate':
        return byKind(op, version === 'v1' ? ROTATE : ROTATE_V2, image, magnitude, interpolation, false, null, fill);
      case 'Brightness':
        return byKind(op, BRIGHTNESS, image, 1 + magnitude, version);
      case 'Color':
        return byKind(op, SATURATION, image, 1 + magnitude, version);
      case 'Contrast':
        return byKind(op, CONTRAST, image, 1 + magnitude, version);
      case 'Sharpness':
        return byKind(op, SHARPNESS, image, 1 + magnitude, version);
      case 'Posterize':
        return byKind(op, POSTERIZE, image, Math.trunc(magnitude));
      case 'Solarize':
        return byKind(
          op,
          SOLARIZE,
          image,
          version === 'v1' ? magnitude : magnitude * (image instanceof Image ? 255 : largest(image.dtype)),
        );
      case 'AutoContrast':
        return byKind(op, AUTOCONTRAST, image, version);
      case 'Equalize':
        return byKind(op, EQUALIZE, image);
      case 'Invert':
        return byKind(op, INVERT, image);
    }
  }
}

/** @internal `None`, a number, or a list as Python prints it. */
export const policyFillText = (fill: PolicyFill): string =>
  fill === null ? 'None' : typeof fill === 'number' ? String(fill) : `[${fill.join(', ')}]`;

/** @internal torchvision's text of an interpolation. */
export const modeText = (mode: Interpolation): string =>
  `InterpolationMode.${Object.entries(InterpolationMode).find(([, value]) => value === mode)![0]}`;
