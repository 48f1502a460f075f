/** Images as if seen through moving water: elasticTransform, and ElasticTransform. */
import { ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { ceil } from '../../../ops/elementwise/unary.js';
import { slicesAt } from '../../../ops/gather/index-select.js';
import { stack } from '../../../ops/join/join.js';
import { to } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { select } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { assertTensor, atLeast, finiteNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { tensor } from '../../../tensor/create/create.js';
import { rand } from '../../../tensor/create/random.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkFill } from '../base/arguments.js';
import { bytesOf, type ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, interpolationText } from '../base/interpolation.js';
import { byKind, getSize, type Kinds, querySize } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import type { CanvasSize } from '../base/tv-tensors.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { gaussianBlur } from '../color/gaussian-blur.js';
import type { Version } from '../color/values.js';
import { toPilImage } from '../convert/to-pil-image.js';
import { mapBoxes, mapPoints, type PointMap } from './affine-map.js';
import { type Fill, fillOrNull } from './fill.js';
import { gridDType, identityGrid, sampled } from './grid.js';
import { listText, numbersOf } from './options.js';

/** The options of {@link elasticTransform}. */
export interface ElasticTransformFunctionOptions {
  /** By how much each place looks aside, [1, H, W, 2], x before y; 2 is the whole width, or height. */
  displacement: Tensor;
  /** How values between pixels are interpolated. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image. Default: null, which mixes the edge with 0. */
  fill?: Fill | null;
}

/**
 * An image each pixel of which is taken from a place beside it. Of boxes and points the result is approximate.
 * @param image [..., C, H, W], or an Image.
 * @param args displacement, interpolation ('nearest' or 'bilinear') and fill in this order, or by name.
 * @throws {ShapeError} unless the displacement is [1, H, W, 2]. @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.elastic_transform.html
 * @example
 * transforms.functional.elasticTransform(tensor([[[1, 2], [3, 4]]]), zeros([1, 2, 2, 2])); // [[[1, 2], [3, 4]]]
 */
export function elasticTransform<I extends ImageLike>(image: I, ...args: ElasticArguments): I {
  return elasticBy(ELASTIC, image, args);
}

/** @internal */
export type ElasticArguments = Arguments<
  ElasticTransformFunctionOptions,
  [displacement: 'displacement', interpolation: 'interpolation', fill: 'fill']
>;

/** @internal {@link elasticTransform} by a table. */
export function elasticBy<I extends ImageLike>(kinds: ElasticKinds, image: I, args: ElasticArguments): I {
  const op = 'elasticTransform';
  const { displacement, interpolation, fill } = readArguments<Required<ElasticTransformFunctionOptions>>(
    op,
    { displacement: required, interpolation: 'bilinear', fill: null },
    args,
  );
  assertTensor(op, 'displacement', displacement);
  return byKind(op, kinds, image, displacement, interpolationOf(op, interpolation), fillOrNull(op, fill));
}

/** @internal */
export type ElasticKinds = Kinds<[displacement: Tensor, interpolation: Interpolation, fill: Fill | null]>;

/** What elasticTransform does with each kind. */
const elasticKinds = (version: Version): ElasticKinds => ({
  image: (op, image, displacement, interpolation, fill) =>
    toPilImage(elasticTensor(op, bytesOf(image), displacement, interpolation, fill, version), image.mode),
  tensor: (op, x, displacement, interpolation, fill) => elasticTensor(op, x, displacement, interpolation, fill, version),
  mask: (op, mask, displacement, _, fill) => elasticTensor(op, mask, displacement, 'nearest', fill, version),
  boxes: (op, boxes, displacement) => mapBoxes(boxes, aside(op, boxes.canvasSize, displacement, true), { floats: 'within' }),
  keypoints: (op, points, displacement) => mapPoints(points, aside(op, points.canvasSize, displacement, false)),
});

/** @internal */
export const ELASTIC = elasticKinds('v1');
/** @internal */
export const ELASTIC_V2 = elasticKinds('v2');

function assertDisplacement(op: string, displacement: Tensor, [height, width]: CanvasSize): void {
  const shape = [1, height, width, 2];
  if (displacement.ndim !== 4 || shape.some((size, i) => size !== displacement.shape[i]))
    throw new ShapeError(
      `${op}: the displacement has shape ${showShape(displacement.shape)}, expected ${showShape(shape)} for an image of ${height}×${width} pixels.`,
    );
}

function elasticTensor(
  op: string,
  x: Tensor,
  displacement: Tensor,
  interpolation: Interpolation,
  fill: Fill | null,
  version: Version,
): Tensor {
  const [height, width] = getSize(x);
  assertDisplacement(op, displacement, [height, width]);
  const dtype = gridDType(x);
  return sampled(op, x, add(identityGrid([width, height], dtype), to(displacement, dtype)), interpolation, fill, version);
}

/** Points moved against the displacement at the pixel that they lie in, or the next one: torchvision's way of turning the grid round. */
function aside(op: string, canvasSize: CanvasSize, displacement: Tensor, up: boolean): PointMap {
  assertDisplacement(op, displacement, canvasSize);
  const [height, width] = canvasSize;
  return (points) => {
    const { dtype } = points as { dtype: 'float32' | 'float64' };
    const inverse = reshape(sub(identityGrid([width, height], dtype), to(displacement, dtype)), [height * width, 2]);
    const whole = to(up ? ceil(points) : points, 'int64');
    const column = clamp(select(whole, 1, 0), 0, width - 1);
    const row = clamp(select(whole, 1, 1), 0, height - 1);
    const places = slicesAt(op, inverse, 0, add(mul(row, width), column));
    return sub(mul(add(places, 1), tensor([0.5 * width, 0.5 * height], { dtype })), 0.5);
  };
}

/** What {@link ElasticTransform} draws. */
export interface ElasticTransformParams {
  /** By how much each place looks aside, [1, H, W, 2]. */
  readonly displacement: Tensor;
}

/** The options of {@link ElasticTransform}. */
export interface ElasticTransformOptions {
  /** How far pixels move at most before they are smoothed: one number, or one for x and one for y. Default: 50. */
  alpha?: number | readonly [x: number, y: number];
  /** How smooth the movement is: the standard deviation of a bell curve, in pixels. Default: 5. */
  sigma?: number | readonly [x: number, y: number];
  /** How values between pixels are interpolated. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image: a number, or one for each channel. Default: 0. */
  fill?: Fill;
}

/**
 * Moves the pixels of an image by smoothed random numbers, drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant. @throws {ShapeError} for an image that is smaller than four times sigma.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ElasticTransform.html
 * @example
 * new transforms.ElasticTransform({ alpha: 20, sigma: 1 }).forward(rand(1, 28, 28)).shape; // [1, 28, 28]
 */
export class ElasticTransform extends Transform<ElasticTransformParams> {
  static override readonly className: string = 'ElasticTransform';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** How far pixels move at most before they are smoothed: x and y. */
  readonly alpha: readonly [x: number, y: number];
  /** How smooth the movement is: x and y. */
  readonly sigma: readonly [x: number, y: number];
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** What fills the area outside the image: one number, or one for each channel. */
  readonly fill: readonly number[];
  private readonly given: { readonly alpha: unknown; readonly sigma: unknown };

  constructor(...args: Arguments<ElasticTransformOptions, [alpha: 'alpha', sigma: 'sigma', interpolation: 'interpolation', fill: 'fill']>) {
    super();
    const op = classNameOf(new.target);
    const { alpha, sigma, interpolation, fill } = readArguments<Required<ElasticTransformOptions>>(
      op,
      { alpha: null as never, sigma: null as never, interpolation: 'bilinear', fill: null as never },
      args,
    );
    this.given = { alpha, sigma };
    this.alpha = pairOf(op, 'alpha', alpha ?? 50);
    this.sigma = pairOf(op, 'sigma', sigma ?? 5);
    this.sigma.forEach((s, i) => {
      atLeast(op, `sigma[${i}]`, s, 0);
    });
    this.interpolation = interpolationOf(op, interpolation);
    const fills = checkFill(op, fill ?? 0);
    this.fill = typeof fills === 'number' ? [fills] : fills;
  }

  override makeParams(inputs: readonly ImageLike[]): ElasticTransformParams {
    const [height, width] = querySize(classNameOf(this), inputs);
    const along = (axis: 0 | 1) => {
      const noise = sub(mul(rand(1, 1, height, width), 2), 1);
      const sigma = this.sigma[axis];
      const smooth = sigma > 0 ? this.blurred(noise, windowOf(sigma)) : noise;
      return reshape(div(mul(smooth, this.alpha[axis]), axis === 0 ? width : height), [1, height, width]);
    };
    const x = along(0);
    return { displacement: stack([x, along(1)], -1) };
  }

  transform<I extends ImageLike>(input: I, { displacement }: ElasticTransformParams): I {
    return this.byKind(this.kinds(), input, displacement, this.interpolation, this.fill);
  }

  /** @internal */
  protected blurred(noise: Tensor, size: number): Tensor {
    return gaussianBlur(noise, size, { sigma: this.sigma });
  }

  /** @internal */
  protected kinds(): ElasticKinds {
    return ELASTIC;
  }

  protected override extraRepr(): string {
    const mode = interpolationText(this.interpolation).replace('-', '_').toUpperCase();
    // Pairs that were given stay tuples; one number becomes a list of two.
    const text = (name: 'alpha' | 'sigma') => {
      const list = listText(this[name]);
      return `${name}=${Array.isArray(this.given[name]) ? `(${list.slice(1, -1)})` : list}`;
    };
    return `${text('alpha')}, ${text('sigma')}, interpolation=InterpolationMode.${mode}, fill=${listText(this.fill)}`;
  }
}

/** The window of a bell curve: odd, four times as wide to each side. */
function windowOf(sigma: number): number {
  const size = Math.trunc(8 * sigma + 1);
  return size % 2 === 0 ? size + 1 : size;
}

function pairOf(op: string, name: string, value: unknown): readonly [number, number] {
  if (typeof value === 'number') return [finiteNumber(op, name, value), value];
  return numbersOf(op, name, value, [2], 'a number, or two: [x, y]') as [number, number];
}
