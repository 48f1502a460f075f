/** Images seen from another point of view: perspective, and RandomPerspective. */
import { ArgumentError } from '../../../errors.js';
import { add, div } from '../../../ops/elementwise/binary.js';
import { matmul } from '../../../ops/products/matmul.js';
import { transpose } from '../../../ops/view/movement.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { probability, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkFill } from '../base/arguments.js';
import { drawInt } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, warpFilterOf } from '../base/interpolation.js';
import { byKind, getSize, type Kinds, querySize } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import type { Version } from '../color/values.js';
import { mapBoxes, mapPoints, type Point, type PointMap } from './affine-map.js';
import { type Fill, fillOrNull, inkFor } from './fill.js';
import { gridDType, perspectiveGrid, sampled } from './grid.js';
import { numbersOf } from './options.js';

/** Four corners: top left, top right, bottom right, bottom left. */
export type Corners = readonly [topLeft: Point, topRight: Point, bottomRight: Point, bottomLeft: Point];

/** The options of {@link perspective}. */
export interface PerspectiveFunctionOptions {
  /** The corners of a part of the image. */
  startpoints?: Corners | null;
  /** Where these corners end up. */
  endpoints?: Corners | null;
  /** How values between pixels are interpolated. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image. Default: 0; of a tensor, null mixes the edge with 0. */
  fill?: Fill | null;
  /** Instead of the points: the eight factors of `Image.transform` by 'perspective'. */
  coefficients?: readonly number[] | null;
}

/** @internal */
export type PerspectiveArguments = Arguments<
  PerspectiveFunctionOptions,
  [startpoints: 'startpoints', endpoints: 'endpoints', interpolation: 'interpolation', fill: 'fill', coefficients: 'coefficients']
>;

/**
 * An image drawn so that four points of it come to lie elsewhere, and what is between them in perspective.
 * @param image [..., C, H, W], by 'nearest' or 'bilinear'; or an Image, by 'bicubic', too.
 * @param args startpoints, endpoints, interpolation, fill and coefficients in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant, and points three of which lie on a line.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.perspective.html
 * @example
 * const corners = [[0, 0], [7, 0], [7, 7], [0, 7]] as const;
 * transforms.functional.perspective(rand(3, 8, 8), corners, [[1, 0], [6, 1], [7, 7], [0, 6]]).shape; // [3, 8, 8]
 */
export function perspective<I extends ImageLike>(image: I, ...args: PerspectiveArguments): I {
  return perspectiveBy(PERSPECTIVE, image, args);
}

/** @internal {@link perspective} by a table. */
export function perspectiveBy<I extends ImageLike>(kinds: PerspectiveKinds, image: I, args: PerspectiveArguments): I {
  const op = 'perspective';
  const { startpoints, endpoints, interpolation, fill, coefficients } = readArguments<Required<PerspectiveFunctionOptions>>(
    op,
    { startpoints: null, endpoints: null, interpolation: 'bilinear', fill: null, coefficients: null },
    args,
  );
  const map = coefficientsOf(op, startpoints, endpoints, coefficients);
  return byKind(op, kinds, image, map, interpolationOf(op, interpolation), fillOrNull(op, fill));
}

function coefficientsOf(op: string, startpoints: unknown, endpoints: unknown, coefficients: unknown): readonly number[] {
  if (coefficients !== null) {
    if (startpoints !== null || endpoints !== null)
      throw new ArgumentError(
        `${op}: got points and coefficients, expected one of them. Leave startpoints and endpoints null, or coefficients out.`,
      );
    return numbersOf(op, 'coefficients', coefficients, [8], 'a list of 8 numbers');
  }
  return solved(op, cornersOf(op, 'startpoints', startpoints), cornersOf(op, 'endpoints', endpoints));
}

function cornersOf(op: string, name: string, points: unknown): Corners {
  if (!Array.isArray(points) || points.length !== 4)
    throw unexpected(op, name, points, 'four points: [top left, top right, bottom right, bottom left], each [x, y]');
  return points.map((point: unknown, i) => numbersOf(op, `${name}[${i}]`, point, [2], 'two numbers: [x, y]')) as unknown as Corners;
}

/** The eight factors by which the end points show what lies at the start points, as float32, like torchvision's. */
function solved(op: string, startpoints: Corners, endpoints: Corners): number[] {
  const rows = endpoints.flatMap(([x, y], i) => {
    const [u, v] = startpoints[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  // Gauss's elimination, with the largest pivot of each column.
  for (let column = 0; column < 8; column++) {
    let best = column;
    for (let r = column + 1; r < 8; r++) if (Math.abs(rows[r]![column]!) > Math.abs(rows[best]![column]!)) best = r;
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]!;
    if (Math.abs(pivot[column]!) < 1e-10)
      throw new ArgumentError(
        `${op}: no perspective takes [${startpoints.join('], [')}] to [${endpoints.join('], [')}]: three of the points lie on a line. Give corners of a quadrilateral.`,
      );
    for (let r = 0; r < 8; r++) {
      if (r === column) continue;
      const row = rows[r]!;
      const factor = row[column]! / pivot[column]!;
      if (factor !== 0) for (let c = column; c < 9; c++) row[c] = row[c]! - factor * pivot[c]!;
    }
  }
  return rows.map((row, i) => Math.fround(row[8]! / row[i]!));
}

/** @internal */
export type PerspectiveKinds = Kinds<[coefficients: readonly number[], interpolation: Interpolation, fill: Fill | null]>;

/** What perspective does with each kind. */
const perspectiveKinds = (version: Version): PerspectiveKinds => ({
  image: (op, image, coefficients, interpolation, fill) =>
    image.warped(op, image.size, 'perspective', coefficients, warpFilterOf(op, interpolation), inkFor(op, image, fill)),
  tensor: (op, x, coefficients, interpolation, fill) => perspectiveTensor(op, x, coefficients, interpolation, fill, version),
  mask: (op, mask, coefficients, _, fill) => perspectiveTensor(op, mask, coefficients, 'nearest', fill, version),
  boxes: (op, boxes, coefficients) => mapBoxes(boxes, throughPerspective(op, coefficients), { floats: 'then' }),
  keypoints: (op, points, coefficients) => mapPoints(points, throughPerspective(op, coefficients)),
});

const PERSPECTIVE = perspectiveKinds('v1');
/** @internal */
export const PERSPECTIVE_V2 = perspectiveKinds('v2');

function perspectiveTensor(
  op: string,
  x: Tensor,
  coefficients: readonly number[],
  interpolation: Interpolation,
  fill: Fill | null,
  version: Version,
): Tensor {
  const [height, width] = getSize(x);
  return sampled(op, x, perspectiveGrid(coefficients, [width, height], gridDType(x)), interpolation, fill, version);
}

/** Where points of the image come to lie: the coefficients' map the other way round. */
function throughPerspective(op: string, coefficients: readonly number[]): PointMap {
  const [a, b, c, d, e, f, g, h] = coefficients as [number, number, number, number, number, number, number, number];
  const det = a * e - b * d;
  if (det === 0)
    throw new ArgumentError(
      `${op}: the coefficients [${coefficients.join(', ')}] take an area to a line, so that boxes and points have no place.`,
    );
  const columns = [
    [(e - f * h) / det, (-b + c * h) / det],
    [(-d + f * g) / det, (a - c * g) / det],
    [(-e * g + d * h) / det, (-a * h + b * g) / det],
  ];
  const rest = [(b * f - c * e) / det, (-a * f + c * d) / det];
  return (points) => {
    const { dtype } = points as { dtype: 'float32' | 'float64' };
    const through = (rows: readonly number[][]) => matmul(points, transpose(tensor(rows as number[][], { dtype }), 0, 1));
    const above = add(through([columns[0]!, columns[1]!]), tensor(rest, { dtype }));
    return div(above, add(through([columns[2]!]), 1));
  };
}

/** What {@link RandomPerspective} draws. */
export interface RandomPerspectiveParams {
  /** The eight factors of `Image.transform` by 'perspective'. */
  readonly coefficients: readonly number[];
}

/** The options of {@link RandomPerspective}. */
export interface RandomPerspectiveOptions extends RandomTransformOptions {
  /** How far corners move inwards at most: which part of half the width, or height, from 0 to 1. Default: 0.5. */
  distortionScale?: number;
  /** How values between pixels are interpolated. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** What fills the area outside the image: a number, or one for each channel. Default: 0. */
  fill?: Fill | null;
}

/**
 * Moves the corners of an image inwards with probability `p`, each by what is drawn for it.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomPerspective.html
 * @example
 * new transforms.RandomPerspective(0.6, { p: 1 }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomPerspective extends RandomTransform<RandomPerspectiveParams> {
  static override readonly className: string = 'RandomPerspective';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** How far corners move inwards at most. */
  readonly distortionScale: number;
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** What fills the area outside the image. */
  readonly fill: Fill;

  constructor(
    ...args: Arguments<RandomPerspectiveOptions, [distortionScale: 'distortionScale', p: 'p', interpolation: 'interpolation', fill: 'fill']>
  ) {
    const op = classNameOf(new.target);
    const { distortionScale, p, interpolation, fill } = readArguments<Required<RandomPerspectiveOptions>>(
      op,
      { distortionScale: 0.5, p: 0.5, interpolation: 'bilinear', fill: null },
      args,
    );
    super(p);
    this.distortionScale = probability(op, 'distortionScale', distortionScale);
    this.interpolation = interpolationOf(op, interpolation);
    this.fill = checkFill(op, fill ?? 0);
  }

  protected override drawParams(inputs: readonly ImageLike[]): RandomPerspectiveParams {
    const op = classNameOf(this);
    const [height, width] = querySize(op, inputs);
    const bound = (size: number) => Math.trunc(this.distortionScale * Math.floor(size / 2)) + 1;
    const [boundX, boundY] = [bound(width), bound(height)];
    const low = (most: number) => drawInt(0, most);
    const high = (most: number, size: number) => drawInt(size - most, size);
    const topLeft = [low(boundX), low(boundY)] as const;
    const topRight = [high(boundX, width), low(boundY)] as const;
    const bottomRight = [high(boundX, width), high(boundY, height)] as const;
    const bottomLeft = [low(boundX), high(boundY, height)] as const;
    const [right, bottom] = [width - 1, height - 1];
    const start: Corners = [
      [0, 0],
      [right, 0],
      [right, bottom],
      [0, bottom],
    ];
    return { coefficients: solved(op, start, [topLeft, topRight, bottomRight, bottomLeft]) };
  }

  protected applied<I extends ImageLike>(input: I, { coefficients }: RandomPerspectiveParams): I {
    return this.byKind(this.kinds(), input, coefficients, this.interpolation, this.fill);
  }

  /** @internal */
  protected kinds(): PerspectiveKinds {
    return PERSPECTIVE;
  }
}
