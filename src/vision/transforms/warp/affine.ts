/** Images turned, moved, scaled and sheared: affine, and RandomAffine. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { above, between, finiteNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkFill } from '../base/arguments.js';
import { drawUniform } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, interpolationText, warpFilterOf } from '../base/interpolation.js';
import { byKind, getSize, type Kinds, querySize } from '../base/kinds.js';
import { roundToEven } from '../base/round.js';
import { Transform } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import type { Version } from '../color/values.js';
import { type AffineParams, affineMap, affineOfPoints, mapBoxes, mapPoints, type Point } from './affine-map.js';
import { type Fill, fillOrNull, fillText, inkFor } from './fill.js';
import { affineGrid, gridDType, sampled } from './grid.js';
import { centerOf, type Degrees, degreesOf, listText, numbersOf } from './options.js';

/** The options of {@link affine}. */
export interface AffineFunctionOptions {
  /** By how many degrees the image is turned, clockwise. */
  angle: number;
  /** By how many pixels it is moved, to the right and down. */
  translate: Point;
  /** The scale factor. */
  scale: number;
  /** By how many degrees its columns lean; or its columns and its rows. */
  shear: number | readonly [both: number] | Point;
  /** How values between pixels are interpolated. Default: 'nearest'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image. Default: 0; of a tensor, null mixes the edge with 0. */
  fill?: Fill | null;
  /** The point that stays where it is, [x, y] from the top left. Default: the middle. */
  center?: Point | null;
}

/** @internal */
export type AffineArguments = Arguments<
  AffineFunctionOptions,
  [angle: 'angle', translate: 'translate', scale: 'scale', shear: 'shear', interpolation: 'interpolation', fill: 'fill', center: 'center']
>;

/**
 * An image turned, moved, scaled and sheared.
 * @param image [..., C, H, W], by 'nearest' or 'bilinear'; or an Image, by 'bicubic', too.
 * @param args angle, translate, scale, shear, interpolation, fill and center in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.affine.html
 * @example
 * transforms.functional.affine(tensor([[[1, 2], [3, 4]]]), { angle: 0, translate: [1, 0], scale: 1, shear: 0 }); // [[[0, 1], [0, 3]]]
 */
export function affine<I extends ImageLike>(image: I, ...args: AffineArguments): I {
  return affineBy(AFFINE, image, args);
}

/** @internal {@link affine} by a table. */
export function affineBy<I extends ImageLike>(kinds: AffineKinds, image: I, args: AffineArguments): I {
  const op = 'affine';
  const { angle, translate, scale, shear, interpolation, fill, center } = readArguments<Required<AffineFunctionOptions>>(
    op,
    { angle: required, translate: required, scale: required, shear: required, interpolation: 'nearest', fill: null, center: null },
    args,
  );
  const params: AffineParams = {
    angle: finiteNumber(op, 'angle', angle),
    translate: numbersOf(op, 'translate', translate, [2], 'two numbers: [x, y]') as [number, number],
    scale: above(op, 'scale', finiteNumber(op, 'scale', scale), 0),
    shear: shearOf(op, shear),
  };
  return byKind(op, kinds, image, params, interpolationOf(op, interpolation), fillOrNull(op, fill), centerOf(op, center));
}

/** A number leans the columns alone, a list of one both. */
function shearOf(op: string, shear: unknown): Point {
  if (typeof shear === 'number') return [finiteNumber(op, 'shear', shear), 0];
  const [x, y = x] = numbersOf(op, 'shear', shear, [1, 2], 'a number, or two: [x, y]');
  return [x!, y!];
}

/** @internal */
export type AffineKinds = Kinds<[params: AffineParams, interpolation: Interpolation, fill: Fill | null, center: Point | null]>;

/** What affine does with each kind. */
const affineKinds = (version: Version): AffineKinds => ({
  image(op, image, params, interpolation, fill, center) {
    const map = affineMap(center ?? [image.width * 0.5, image.height * 0.5], params);
    return image.warped(op, image.size, 'affine', map, warpFilterOf(op, interpolation), inkFor(op, image, fill));
  },
  tensor: (op, x, params, interpolation, fill, center) => affineTensor(op, x, params, interpolation, fill, center, version),
  mask: (op, mask, params, _, fill, center) => affineTensor(op, mask, params, 'nearest', fill, center, version),
  boxes: (_, boxes, params, _interpolation, _fill, center) => mapBoxes(boxes, affineOfPoints(boxes.canvasSize, params, center, false).map),
  keypoints: (_, points, params, _interpolation, _fill, center) =>
    mapPoints(points, affineOfPoints(points.canvasSize, params, center, false).map),
});

/** @internal */
export const AFFINE = affineKinds('v1');
/** @internal */
export const AFFINE_V2 = affineKinds('v2');

function affineTensor(
  op: string,
  x: Tensor,
  params: AffineParams,
  interpolation: Interpolation,
  fill: Fill | null,
  center: Point | null,
  version: Version,
): Tensor {
  const [height, width] = getSize(x);
  const around = center === null ? ([0, 0] as const) : ([center[0] - width * 0.5, center[1] - height * 0.5] as const);
  const grid = affineGrid(affineMap(around, params), [width, height], [width, height], gridDType(x));
  return sampled(op, x, grid, interpolation, fill, version);
}

/** The options of {@link RandomAffine}. */
export interface RandomAffineOptions {
  /** The range of angles: from -degrees to degrees, or from the first to the second. */
  degrees: Degrees;
  /** By which parts of width and height the image is moved at most, from 0 to 1. Default: not at all. */
  translate?: Point | null;
  /** The range of the scale factor. Default: no scaling. */
  scale?: readonly [min: number, max: number] | null;
  /** The range of angles by which columns lean; with four numbers rows have a range, too. Default: no shear. */
  shear?: Degrees | readonly [minX: number, maxX: number, minY: number, maxY: number] | null;
  /** How values between pixels are interpolated. Default: 'nearest'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image: a number, or one for each channel. Default: 0. */
  fill?: Fill | null;
  /** The point that stays where it is, [x, y] from the top left. Default: the middle. */
  center?: Point | null;
}

/**
 * Turns, moves, scales and shears an image by what is drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAffine.html
 * @example
 * new transforms.RandomAffine(15, { translate: [0.1, 0.1], scale: [0.9, 1.1] }).forward(rand(1, 28, 28)).shape; // [1, 28, 28]
 */
export class RandomAffine extends Transform<AffineParams> {
  static override readonly className: string = 'RandomAffine';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** The range of angles, in degrees. */
  readonly degrees: readonly number[];
  /** By which parts of width and height the image is moved at most. */
  readonly translate: Point | null;
  /** The range of the scale factor; null for no scaling. */
  readonly scale: readonly [min: number, max: number] | null;
  /** The ranges of angles by which columns and rows lean. */
  readonly shear: readonly number[] | null;
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** What fills the area outside the image. */
  readonly fill: Fill;
  /** The point that stays where it is, [x, y] from the top left; null is the middle. */
  readonly center: Point | null;

  constructor(
    ...args: Arguments<
      RandomAffineOptions,
      [
        degrees: 'degrees',
        translate: 'translate',
        scale: 'scale',
        shear: 'shear',
        interpolation: 'interpolation',
        fill: 'fill',
        center: 'center',
      ]
    >
  ) {
    super();
    const op = classNameOf(new.target);
    const { degrees, translate, scale, shear, interpolation, fill, center } = readArguments<Required<RandomAffineOptions>>(
      op,
      { degrees: required, translate: null, scale: null, shear: null, interpolation: 'nearest', fill: null, center: null },
      args,
    );
    this.degrees = degreesOf(op, 'degrees', degrees);
    const two = (name: string, value: unknown, what: string) => numbersOf(op, name, value, [2], what) as [number, number];
    this.translate = translate === null ? null : two('translate', translate, 'two parts of width and height, from 0 to 1');
    this.translate?.forEach((part, i) => {
      between(op, `translate[${i}]`, part, 0, 1);
    });
    this.scale = scale === null ? null : two('scale', scale, 'two numbers above 0: the least and the most');
    if (this.scale !== null && !(this.scale[0] > 0 && this.scale[0] <= this.scale[1]))
      throw new ArgumentError(`${op}: scale is [${this.scale.join(', ')}], expected numbers above 0, the least before the most.`);
    this.shear = shear === null ? null : degreesOf(op, 'shear', shear, [2, 4]);
    this.interpolation = interpolationOf(op, interpolation);
    this.fill = checkFill(op, fill ?? 0);
    this.center = centerOf(op, center);
  }

  override makeParams(inputs: readonly ImageLike[]): AffineParams {
    const [height, width] = querySize(classNameOf(this), inputs);
    const { degrees, scale, shear } = this;
    const angle = drawUniform(degrees[0]!, degrees[1]!);
    let translate: Point = [0, 0];
    if (this.translate !== null) {
      const most = [this.translate[0] * width, this.translate[1] * height] as const;
      const x = roundToEven(drawUniform(-most[0], most[0]));
      translate = [x, roundToEven(drawUniform(-most[1], most[1]))];
    }
    const factor = scale === null ? 1 : drawUniform(...scale);
    const shearX = shear === null ? 0 : drawUniform(shear[0]!, shear[1]!);
    const shearY = shear?.length === 4 ? drawUniform(shear[2]!, shear[3]!) : 0;
    return { angle, translate, scale: factor, shear: [shearX, shearY] };
  }

  transform<I extends ImageLike>(input: I, params: AffineParams): I {
    return this.byKind(this.kinds(), input, params, this.interpolation, this.fill, this.center);
  }

  /** @internal */
  protected kinds(): AffineKinds {
    return AFFINE;
  }

  protected override extraRepr(): string {
    const { translate, scale, shear, interpolation, fill, center } = this;
    const parts = [`degrees=${listText(this.degrees)}`];
    if (translate !== null) parts.push(`translate=${tupleText(translate)}`);
    if (scale !== null) parts.push(`scale=${tupleText(scale)}`);
    if (shear !== null) parts.push(`shear=${listText(shear)}`);
    if (interpolation !== 'nearest') parts.push(`interpolation=${interpolationText(interpolation)}`);
    if (fill !== 0) parts.push(fillText(fill));
    if (center !== null) parts.push(`center=${tupleText(center)}`);
    return parts.join(', ');
  }
}
