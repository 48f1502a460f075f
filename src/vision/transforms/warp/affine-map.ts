/** Affine maps: rotation, shift, scale and shear, and what they make of boxes and points. */
import { add, sub } from '../../../ops/elementwise/binary.js';
import { cat } from '../../../ops/join/join.js';
import { matmul } from '../../../ops/products/matmul.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { to } from '../../../ops/view/copy.js';
import { reshape, transpose } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { type BoundingBoxes, type CanvasSize, type KeyPoints, wrap } from '../base/tv-tensors.js';
import { clampBoxes } from '../boxes/clamp.js';
import { inFormat } from '../boxes/format.js';

/** A place, or how far something moves: along the width, then along the height. */
export type Point = readonly [x: number, y: number];

/** What an affine map does to an image, in degrees, clockwise, and pixels. */
export interface AffineParams {
  /** By how much the image is turned, clockwise. */
  readonly angle: number;
  /** By how many pixels it is moved, to the right and down. */
  readonly translate: Point;
  /** The scale factor. */
  readonly scale: number;
  /** By how much its columns lean, and its rows. */
  readonly shear: Point;
}

const radians = (degrees: number) => degrees * (Math.PI / 180);

/** The factors [a, b, c, d, e, f] that take a place of the new image to one of the old, or the other way round; in torchvision's order of operations. */
export function affineMap(center: Point, { angle, translate, scale, shear }: AffineParams, inverted = true): number[] {
  const [turn, sx, sy] = [radians(angle), radians(shear[0]), radians(shear[1])];
  const [cx, cy] = center;
  const [tx, ty] = translate;
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  if (inverted) {
    const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale];
    return [m0, m1, m0 * (-cx - tx) + m1 * (-cy - ty) + cx, m3, m4, m3 * (-cx - tx) + m4 * (-cy - ty) + cy];
  }
  const [m0, m1, m3, m4] = [a * scale, b * scale, c * scale, d * scale];
  return [m0, m1, m0 * -cx + m1 * -cy + (cx + tx), m3, m4, m3 * -cx + m4 * -cy + (cy + ty)];
}

/** The size of the image that holds all that a map (with (0, 0) in the middle) shows of one of this size, computed in float32 as torchvision does. */
export function expandedSize(map: readonly number[], [width, height]: Point): [width: number, height: number] {
  const f = Math.fround;
  const [halfW, halfH] = [0.5 * width, 0.5 * height];
  const along = (first: number, half: number) => {
    const [p, q, r] = [f(map[first]!), f(map[first + 1]!), f(map[first + 2]!)];
    const ends = [
      [-halfW, -halfH],
      [-halfW, halfH],
      [halfW, halfH],
      [halfW, -halfH],
    ].map(([x, y]) => f(f(f(f(x! * p) + f(y! * q)) + r) + half));
    // What is less than 1/10000 beyond a pixel is rounding.
    const tol = f(1e-4);
    const cut = (value: number) => f(Math.trunc(f(value / tol)) * tol);
    return Math.ceil(cut(Math.max(...ends))) - Math.floor(cut(Math.min(...ends)));
  };
  return [along(0, halfW), along(3, halfH)];
}

/** What becomes of points [N, 2]. */
export type PointMap = (points: Tensor) => Tensor;

/** The points' map that factors [a, b, c, d, e, f] are. */
function throughAffine(map: readonly number[]): PointMap {
  return (points) => {
    const { dtype } = points;
    const theta = reshape(tensor([...map], { dtype }), [2, 3]);
    return add(matmul(points, transpose(narrow(theta, 1, 0, 2), 0, 1)), reshape(narrow(theta, 1, 2, 1), [2]));
  };
}

/** When torchvision makes floats of boxes that are whole numbers: at once, after their corners were found, or only for the map itself. */
type Floats = 'first' | 'then' | 'within';

/** Boxes around the corners of boxes after a map of points, in the boxes' own dtype and format, cut at the edge of the canvas. */
export function mapBoxes(
  boxes: BoundingBoxes,
  map: PointMap,
  { canvasSize = boxes.canvasSize, floats = 'first' }: { canvasSize?: CanvasSize; floats?: Floats } = {},
): Tensor {
  if (boxes.numel() === 0) return boxes;
  const { format, dtype, clampingMode } = boxes;
  const corners = asFloats(inFormat(floats === 'first' ? asFloats(boxes) : boxes, format, 'XYXY'));
  const at = (column: number) => narrow(corners, 1, column, 1);
  const points = reshape(cat([at(0), at(1), at(2), at(1), at(2), at(3), at(0), at(3)], 1), [-1, 2]);
  const moved = reshape(map(points), [-1, 4, 2]);
  const around = cat([amin(moved, { dim: 1 }), amax(moved, { dim: 1 })], 1);
  const cut = clampBoxes(floats === 'within' ? to(around, dtype) : around, 'XYXY', canvasSize, clampingMode);
  return wrap(to(inFormat(cut, 'XYXY', format), dtype), { like: boxes, canvasSize });
}

const asFloats = (x: Tensor): Tensor => (isFloating(x.dtype) ? x : to(x, 'float32'));

/** Points after a map of points, in their own dtype. */
export function mapPoints(points: KeyPoints, map: PointMap, canvasSize: CanvasSize = points.canvasSize): Tensor {
  if (points.numel() === 0) return points;
  const moved = reshape(map(reshape(asFloats(points), [-1, 2])), points.shape);
  return wrap(to(moved, points.dtype), { like: points, canvasSize });
}

/** What an affine map does with the boxes or points of an image; `expand` says that its canvas grows, and where that begins. */
export function affineOfPoints(
  canvasSize: CanvasSize,
  params: AffineParams,
  center: Point | null,
  expand: boolean,
): { map: PointMap; canvasSize: CanvasSize } {
  const [height, width] = canvasSize;
  const around = center ?? [width * 0.5, height * 0.5];
  const map = throughAffine(affineMap(around, params, false));
  if (!expand) return { map, canvasSize };
  const corner = (points: Tensor) =>
    amin(
      map(
        tensor(
          [
            [0, 0],
            [0, height],
            [width, height],
            [width, 0],
          ],
          { dtype: points.dtype as 'float32' },
        ),
      ),
      { dim: 0, keepdim: true },
    );
  const [wide, high] = expandedSize(affineMap(around, params), [width, height]);
  return { map: (points) => sub(map(points), corner(points)), canvasSize: [high, wide] };
}
