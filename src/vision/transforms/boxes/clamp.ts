/** Boxes and points cut at the edge of their image: clampBoundingBoxes and clampKeypoints, and the classes of it. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { cat } from '../../../ops/join/join.js';
import { clone, to } from '../../../ops/view/copy.js';
import { slice } from '../../../ops/view/select.js';
import { type Arguments, readArguments, readOptions, required } from '../../../tensor/arguments/arguments.js';
import { assertTensor, oneOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { Transform } from '../base/transform.js';
import {
  BoundingBoxes,
  type BoundingBoxFormat,
  type CanvasSize,
  type ClampingMode,
  canvasOf,
  clampingOf,
  formatOf,
  KeyPoints,
  wrap,
} from '../base/tv-tensors.js';
import { assertBoxes, inFormat } from './format.js';

/** Pairs of x and y, each from 0 to the last x and y that may be. */
function clampPairs(pairs: Tensor, [lastY, lastX]: CanvasSize): Tensor {
  const along = (first: number, last: number) => clamp(slice(pairs, -1, first, first + 1), 0, last);
  const columns = [along(0, lastX), along(1, lastY)];
  if (pairs.shape.at(-1) === 4) columns.push(along(2, lastX), along(3, lastY));
  return cat(columns, -1);
}

/** @internal Boxes [..., 4] cut at the edge of the canvas; with mode null they stay. Whole numbers are computed as float32, as torchvision does. */
export function clampBoxes(boxes: Tensor, format: BoundingBoxFormat, canvasSize: CanvasSize, mode: ClampingMode): Tensor {
  if (mode === null) return clone(boxes);
  const floats = isFloating(boxes.dtype) ? boxes : to(boxes, 'float32');
  const cut = clampPairs(inFormat(floats, format, 'XYXY'), canvasSize);
  return to(inFormat(cut, 'XYXY', format), boxes.dtype);
}

/** The options of {@link clampBoundingBoxes}. */
export interface ClampBoundingBoxesFunctionOptions {
  /** Of a plain tensor: what its numbers are. `tvTensors.BoundingBoxes` carry this themselves. */
  format?: BoundingBoxFormat | null;
  /** Of a plain tensor: height and width of the image. */
  canvasSize?: CanvasSize | null;
  /** null leaves boxes as they are; 'auto' is the mode of the boxes. Default: 'auto'. */
  clampingMode?: ClampingMode | 'auto';
}

const MODES = ['soft', 'hard', 'auto'] as const;

/**
 * Boxes cut at the edge of their image.
 * @param boxes `tvTensors.BoundingBoxes`, or a plain tensor [..., 4], which needs all options.
 * @throws {ArgumentError} for values that cannot be meant, and where a plain tensor lacks its format or canvas.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.clamp_bounding_boxes.html
 * @example
 * const options = { format: 'XYXY', canvasSize: [4, 5], clampingMode: 'soft' } as const;
 * transforms.functional.clampBoundingBoxes(tensor([[-1, 2, 9, 4]]), options); // [[0, 2, 5, 4]]
 */
export function clampBoundingBoxes<B extends Tensor>(boxes: B, options: ClampBoundingBoxesFunctionOptions = {}): B {
  const op = 'clampBoundingBoxes';
  const { format, canvasSize, clampingMode } = readOptions<Record<string, unknown>>(
    op,
    { format: null, canvasSize: null, clampingMode: undefined },
    options,
  );
  assertBoxes(op, boxes);
  const mode = clampingMode === undefined ? 'auto' : clampingMode === null ? null : oneOf(op, 'clampingMode', clampingMode, MODES);
  if (boxes instanceof BoundingBoxes) {
    if (format !== null || canvasSize !== null)
      throw new ArgumentError(`${op}: the boxes say format and canvas themselves. Leave format and canvasSize out.`);
    const own = mode === 'auto' ? boxes.clampingMode : mode;
    return wrap(clampBoxes(boxes, boxes.format, boxes.canvasSize, own), { like: boxes }) as Tensor as B;
  }
  if (format === null || canvasSize === null || mode === 'auto')
    throw new ArgumentError(
      `${op}: format, canvasSize or clampingMode is missing, which a plain tensor does not say itself. Pass all three.`,
    );
  return clampBoxes(boxes, formatOf(op, format), canvasOf(op, canvasSize), mode) as B;
}

/** The options of {@link ClampBoundingBoxes}. */
export interface ClampBoundingBoxesOptions {
  /** null leaves boxes as they are; 'auto' is the mode of the boxes. Default: 'auto'. */
  clampingMode?: ClampingMode | 'auto';
}

/**
 * Cuts boxes at the edge of their image; all else in the sample passes.
 * @throws {ArgumentError} for a mode that does not exist.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ClampBoundingBoxes.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([-1, 2, 9, 4], { format: 'XYXY', canvasSize: [4, 5] });
 * new transforms.ClampBoundingBoxes().forward(boxes); // [[0, 2, 5, 4]]
 */
export class ClampBoundingBoxes extends Transform {
  static override readonly className: string = 'ClampBoundingBoxes';
  /** null leaves boxes as they are; 'auto' is the mode of the boxes. */
  readonly clampingMode: ClampingMode | 'auto';

  constructor(...args: Arguments<ClampBoundingBoxesOptions, [clampingMode: 'clampingMode']>) {
    super();
    const op = classNameOf(new.target);
    const { clampingMode } = readArguments<{ clampingMode: unknown }>(op, { clampingMode: undefined }, args);
    this.clampingMode = clampingMode === undefined ? 'auto' : clampingMode === null ? null : oneOf(op, 'clampingMode', clampingMode, MODES);
  }

  transform(boxes: BoundingBoxes): BoundingBoxes {
    return clampBoundingBoxes(boxes, { clampingMode: this.clampingMode });
  }

  protected override takes(value: unknown): boolean {
    return value instanceof BoundingBoxes;
  }

  protected override extraRepr(): string {
    return this.clampingMode === null ? '' : `clamping_mode=${this.clampingMode}`;
  }
}

/** The options of {@link SetClampingMode}. */
export interface SetClampingModeOptions {
  /** How later transforms cut boxes; null lets them leave the image. */
  clampingMode: ClampingMode;
}

/**
 * Says how the transforms after it cut boxes that leave the image.
 * @throws {ArgumentError} for a mode that does not exist.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.SetClampingMode.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([1, 2, 3, 4], { format: 'XYXY', canvasSize: [4, 5] });
 * new transforms.SetClampingMode(null).forward(boxes).clampingMode; // null
 */
export class SetClampingMode extends Transform {
  static override readonly className: string = 'SetClampingMode';
  /** How later transforms cut boxes; null lets them leave the image. */
  readonly clampingMode: ClampingMode;

  constructor(...args: Arguments<SetClampingModeOptions, [clampingMode: 'clampingMode']>) {
    super();
    const op = classNameOf(new.target);
    this.clampingMode = clampingOf(op, readArguments<{ clampingMode: unknown }>(op, { clampingMode: required }, args).clampingMode);
  }

  transform(boxes: BoundingBoxes): BoundingBoxes {
    return wrap(clone(boxes), { like: boxes, clampingMode: this.clampingMode });
  }

  protected override takes(value: unknown): boolean {
    return value instanceof BoundingBoxes;
  }

  protected override extraRepr(): string {
    return this.clampingMode === null ? '' : `clamping_mode=${this.clampingMode}`;
  }
}

/** The options of {@link clampKeypoints}. */
export interface ClampKeypointsOptions {
  /** Of a plain tensor: height and width of the image. `tvTensors.KeyPoints` say so themselves. */
  canvasSize?: CanvasSize | null;
}

/**
 * Points cut at the last pixels of their image.
 * @param points `tvTensors.KeyPoints`, or a plain tensor [..., 2], which needs the canvas.
 * @throws {ArgumentError} where the canvas is missing, or said twice.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.clamp_keypoints.html
 * @example
 * transforms.functional.clampKeypoints(tensor([[-1, 9]]), { canvasSize: [4, 5] }); // [[0, 3]]
 */
export function clampKeypoints<P extends Tensor>(points: P, options: ClampKeypointsOptions = {}): P {
  const op = 'clampKeypoints';
  const { canvasSize } = readOptions<{ canvasSize: unknown }>(op, { canvasSize: null }, options);
  assertTensor(op, 'the points', points);
  if (points.shape.at(-1) !== 2) throw new ShapeError(`${op}: the points have shape ${showShape(points.shape)}, expected [..., 2].`);
  const own = points instanceof KeyPoints;
  if (own && canvasSize !== null) throw new ArgumentError(`${op}: the points say their canvas themselves. Leave canvasSize out.`);
  if (!own && canvasSize === null)
    throw new ArgumentError(`${op}: canvasSize is missing, which a plain tensor does not say itself. Pass it.`);
  const [height, width] = own ? points.canvasSize : canvasOf(op, canvasSize);
  const floats = isFloating(points.dtype) ? points : to(points, 'float32');
  const cut = to(clampPairs(floats, [height - 1, width - 1]), points.dtype);
  return (own ? wrap(cut, { like: points }) : cut) as Tensor as P;
}

/**
 * Cuts points at the last pixels of their image; all else in the sample passes.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ClampKeyPoints.html
 * @example
 * new transforms.ClampKeyPoints().forward(new tvTensors.KeyPoints([-1, 9], { canvasSize: [4, 5] })); // [[0, 3]]
 */
export class ClampKeyPoints extends Transform {
  static override readonly className: string = 'ClampKeyPoints';

  transform(points: KeyPoints): KeyPoints {
    return clampKeypoints(points);
  }

  protected override takes(value: unknown): boolean {
    return value instanceof KeyPoints;
  }
}
