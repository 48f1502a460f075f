/** Images turned: rotate, and RandomRotation. */
import { rot90 } from '../../../ops/join/flip.js';
import { clone } from '../../../ops/view/copy.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { finiteNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkFill } from '../base/arguments.js';
import { drawUniform } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, interpolationText, warpFilterOf } from '../base/interpolation.js';
import { byKind, getSize, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import type { CanvasSize } from '../base/tv-tensors.js';
import type { SizeRule } from '../batch/rules.js';
import type { Version } from '../color/values.js';
import { affineMap, affineOfPoints, expandedSize, mapBoxes, mapPoints, type Point } from './affine-map.js';
import { type Fill, fillOrNull, fillText, inkFor } from './fill.js';
import { affineGrid, gridDType, isV2, sampled } from './grid.js';
import { centerOf, type Degrees, degreesOf, listText } from './options.js';

/** The options of {@link rotate}. */
export interface RotateFunctionOptions {
  /** By how many degrees, counterclockwise. */
  angle: number;
  /** How values between pixels are interpolated. Default: 'nearest'. */
  interpolation?: Interpolation;
  /** Whether the new image is as large as the turned one needs. Default: false, as large as the old one. */
  expand?: boolean;
  /** The point to turn around, [x, y] from the top left. Default: the middle. */
  center?: Point | null;
  /** What fills the area outside the image. Default: 0; of a tensor, null mixes the edge with 0. */
  fill?: Fill | null;
}

/** @internal */
export type RotateArguments = Arguments<
  RotateFunctionOptions,
  [angle: 'angle', interpolation: 'interpolation', expand: 'expand', center: 'center', fill: 'fill']
>;

/**
 * An image turned counterclockwise.
 * @param image [..., C, H, W], by 'nearest' or 'bilinear'; or an Image, by 'bicubic', too.
 * @param args angle, interpolation, expand, center and fill in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rotate.html
 * @example
 * transforms.functional.rotate(tensor([[[1, 2], [3, 4]]]), 90); // [[[2, 4], [1, 3]]]
 */
export function rotate<I extends ImageLike>(image: I, ...args: RotateArguments): I {
  return rotateBy(ROTATE, image, args);
}

/** @internal {@link rotate} by a table. */
export function rotateBy<I extends ImageLike>(kinds: RotateKinds, image: I, args: RotateArguments): I {
  const op = 'rotate';
  const { angle, interpolation, expand, center, fill } = readArguments<Required<RotateFunctionOptions>>(
    op,
    { angle: required, interpolation: 'nearest', expand: false, center: null, fill: null },
    args,
  );
  finiteNumber(op, 'angle', angle);
  return byKind(op, kinds, image, angle, interpolationOf(op, interpolation), expand, centerOf(op, center), fillOrNull(op, fill));
}

/** @internal */
export type RotateKinds = Kinds<[angle: number, interpolation: Interpolation, expand: boolean, center: Point | null, fill: Fill | null]>;

/** What rotate does with each kind. */
const rotateKinds = (version: Version): RotateKinds => ({
  image(op, image, angle, interpolation, expand, center, fill) {
    const fillColor = inkFor(op, image, fill) ?? null;
    return image.rotate(angle, { resample: warpFilterOf(op, interpolation), expand, center, fillColor });
  },
  tensor(op, x, angle, interpolation, expand, center, fill) {
    const quarter = isV2(x, version) ? byQuarters(x, angle, expand, center) : undefined;
    return quarter ?? rotateTensor(op, x, angle, interpolation, expand, center, fill, version);
  },
  mask: (op, mask, angle, _, expand, center, fill) =>
    byQuarters(mask, angle, expand, center) ?? rotateTensor(op, mask, angle, 'nearest', expand, center, fill, version),
  boxes(_, boxes, angle, _interpolation, expand, center) {
    const { map, canvasSize } = turned(boxes.canvasSize, angle, center, expand);
    return mapBoxes(boxes, map, { canvasSize });
  },
  keypoints(_, points, angle, _interpolation, expand, center) {
    const { map, canvasSize } = turned(points.canvasSize, angle, center, expand);
    return mapPoints(points, map, canvasSize);
  },
});

/** @internal */
export const ROTATE = rotateKinds('v1');
/** @internal */
export const ROTATE_V2 = rotateKinds('v2');

/** Quarter turns that need no map, which v2 makes by themselves: v1 leaves a side of odd length half a pixel off. */
function byQuarters(x: Tensor, angle: number, expand: boolean, center: Point | null): Tensor | undefined {
  const turn = ((angle % 360) + 360) % 360;
  const [height, width] = getSize(x);
  if (center !== null || turn % 90 !== 0) return undefined;
  if (turn === 0) return clone(x);
  return turn === 180 || expand || height === width ? rot90(x, turn / 90, [-2, -1]) : undefined;
}

/** Maps count clockwise. */
const turnOf = (angle: number) => ({ angle: -angle, translate: [0, 0], scale: 1, shear: [0, 0] }) as const;

const turned = (canvasSize: CanvasSize, angle: number, center: Point | null, expand: boolean) =>
  affineOfPoints(canvasSize, turnOf(angle), center, expand);

function rotateTensor(
  op: string,
  x: Tensor,
  angle: number,
  interpolation: Interpolation,
  expand: boolean,
  center: Point | null,
  fill: Fill | null,
  version: Version,
): Tensor {
  const [height, width] = getSize(x);
  const around = center === null ? ([0, 0] as const) : ([center[0] - width * 0.5, center[1] - height * 0.5] as const);
  const map = affineMap(around, turnOf(angle));
  const size = expand ? expandedSize(map, [width, height]) : ([width, height] as const);
  return sampled(op, x, affineGrid(map, [width, height], size, gridDType(x)), interpolation, fill, version);
}

/** What {@link RandomRotation} draws. */
export interface RandomRotationParams {
  /** By how many degrees, counterclockwise. */
  readonly angle: number;
}

/** The options of {@link RandomRotation}. */
export interface RandomRotationOptions {
  /** The range of angles: from -degrees to degrees, or from the first to the second. */
  degrees: Degrees;
  /** How values between pixels are interpolated. Default: 'nearest'. */
  interpolation?: Interpolation;
  /** Whether the new image is as large as the turned one needs. Default: false, as large as the old one. */
  expand?: boolean;
  /** The point to turn around, [x, y] from the top left. Default: the middle. */
  center?: Point | null;
  /** What fills the area outside the image: a number, or one for each channel. Default: 0. */
  fill?: Fill | null;
}

/** @internal A canvas that grows depends on the angle. */
export const TURNED: SizeRule<RandomRotation> = (step, size) => (step.expand ? undefined : size);

/**
 * Turns an image by an angle that is drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html
 * @example
 * new transforms.RandomRotation(30, { interpolation: 'bilinear' }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomRotation extends Transform<RandomRotationParams> {
  static override readonly className: string = 'RandomRotation';
  /** @internal */
  static override readonly batchedSize: SizeRule<RandomRotation> = TURNED;
  /** The range of angles, in degrees. */
  readonly degrees: readonly number[];
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** Whether the new image is as large as the turned one needs. */
  readonly expand: boolean;
  /** The point to turn around, [x, y] from the top left; null is the middle. */
  readonly center: Point | null;
  /** What fills the area outside the image. */
  readonly fill: Fill;

  constructor(
    ...args: Arguments<
      RandomRotationOptions,
      [degrees: 'degrees', interpolation: 'interpolation', expand: 'expand', center: 'center', fill: 'fill']
    >
  ) {
    super();
    const op = classNameOf(new.target);
    const { degrees, interpolation, expand, center, fill } = readArguments<Required<RandomRotationOptions>>(
      op,
      { degrees: required, interpolation: 'nearest', expand: false, center: null, fill: null },
      args,
    );
    this.degrees = degreesOf(op, 'degrees', degrees);
    this.interpolation = interpolationOf(op, interpolation);
    this.expand = expand;
    this.center = centerOf(op, center);
    this.fill = checkFill(op, fill ?? 0);
  }

  override makeParams(): RandomRotationParams {
    return { angle: drawUniform(this.degrees[0]!, this.degrees[1]!) };
  }

  transform<I extends ImageLike>(input: I, { angle }: RandomRotationParams): I {
    return this.byKind(this.kinds(), input, angle, this.interpolation, this.expand, this.center, this.fill);
  }

  /** @internal */
  protected kinds(): RotateKinds {
    return ROTATE;
  }

  protected override extraRepr(): string {
    const center = this.center === null ? '' : `, center=${tupleText(this.center)}`;
    const text = `degrees=${listText(this.degrees)}, interpolation=${interpolationText(this.interpolation)}, expand=${pythonBool(this.expand)}`;
    return `${text}${center}, ${fillText(this.fill)}`;
  }
}
