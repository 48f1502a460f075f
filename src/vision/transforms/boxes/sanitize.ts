/** Boxes and points that say nothing taken out, with their labels and masks: SanitizeBoundingBoxes, SanitizeKeyPoints, and the functions. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { mul, sub } from '../../../ops/elementwise/binary.js';
import { bitwiseAnd } from '../../../ops/elementwise/bitwise.js';
import { ge, le, lt } from '../../../ops/elementwise/comparison.js';
import { index } from '../../../ops/index/index-tensor.js';
import { all } from '../../../ops/reduce/sum.js';
import { flatten } from '../../../ops/view/movement.js';
import { select } from '../../../ops/view/select.js';
import { type Arguments, readArguments, readOptions } from '../../../tensor/arguments/arguments.js';
import { assertTensor, atLeast } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { Tensor } from '../../../tensor/tensor.js';
import { type LabelsGetter, labelList, labelsBy, readLabelsGetter, valuesOf, withValues } from '../base/sample.js';
import { Transform } from '../base/transform.js';
import { BoundingBoxes, type BoundingBoxFormat, type CanvasSize, canvasOf, formatOf, KeyPoints, Mask, wrap } from '../base/tv-tensors.js';
import { assertBoxes, inFormat } from './format.js';

const both = (...conditions: readonly Tensor[]): Tensor => conditions.reduce((a, b) => bitwiseAnd(a, b));

/** Which boxes [N, 4] have a size, and lie in the image. */
function validBoxes(boxes: Tensor, format: BoundingBoxFormat, [height, width]: CanvasSize, minSize: number, minArea: number): Tensor {
  const corners = inFormat(boxes, format, 'XYXY');
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => select(corners, -1, i)) as [Tensor, Tensor, Tensor, Tensor];
  const [w, h] = [sub(x2, x1), sub(y2, y1)];
  return both(
    ge(w, minSize),
    ge(h, minSize),
    all(ge(corners, 0), -1),
    ge(mul(w, h), minArea),
    le(x1, width),
    le(x2, width),
    le(y1, height),
    le(y2, height),
  );
}

/** Which points, or groups of points, lie in the image. */
function validPoints(points: Tensor, [height, width]: CanvasSize): Tensor {
  const [x, y] = [select(points, -1, 0), select(points, -1, 1)];
  const valid = both(ge(x, 0), lt(x, width), ge(y, 0), lt(y, height));
  return valid.ndim > 1 ? all(flatten(valid, { startDim: 1 }), 1) : valid;
}

/** The options of {@link sanitizeBoundingBoxes}. */
export interface SanitizeBoundingBoxesFunctionOptions {
  /** Of a plain tensor: what its numbers are. `tvTensors.BoundingBoxes` carry this themselves. */
  format?: BoundingBoxFormat | null;
  /** Of a plain tensor: height and width of the image. */
  canvasSize?: CanvasSize | null;
  /** The least width and height of a box. Default: 1. */
  minSize?: number;
  /** The least area of a box. Default: 1. */
  minArea?: number;
}

/**
 * The boxes that have a size and lie in the image, and which of them these are.
 * @param boxes `tvTensors.BoundingBoxes`, or a plain tensor [N, 4], which needs format and canvas.
 * @returns the boxes that are left, and a bool tensor [N], by which labels are picked: `labels.index(valid)`.
 * @throws {ArgumentError} where format and canvas are missing, or said twice.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.sanitize_bounding_boxes.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([[0, 0, 2, 2], [3, 3, 3, 3]], { format: 'XYXY', canvasSize: [4, 5] });
 * transforms.functional.sanitizeBoundingBoxes(boxes)[1]; // [true, false]
 */
export function sanitizeBoundingBoxes<B extends Tensor>(
  boxes: B,
  options: SanitizeBoundingBoxesFunctionOptions = {},
): [boxes: B, valid: Tensor] {
  const op = 'sanitizeBoundingBoxes';
  const { format, canvasSize, minSize, minArea } = readOptions<{
    format: unknown;
    canvasSize: unknown;
    minSize: number;
    minArea: number;
  }>(op, { format: null, canvasSize: null, minSize: 1, minArea: 1 }, options);
  assertBoxes(op, boxes);
  if (boxes.ndim !== 2) throw new ShapeError(`${op}: the boxes have shape ${showShape(boxes.shape)}, expected [N, 4].`);
  if (boxes instanceof BoundingBoxes) {
    if (format !== null || canvasSize !== null)
      throw new ArgumentError(`${op}: the boxes say format and canvas themselves. Leave format and canvasSize out.`);
    const valid = validBoxes(boxes, boxes.format, boxes.canvasSize, minSize, minArea);
    return [wrap(index(boxes, valid), { like: boxes }) as Tensor as B, valid];
  }
  if (format === null || canvasSize === null)
    throw new ArgumentError(`${op}: format or canvasSize is missing, which a plain tensor does not say itself. Pass both.`);
  const valid = validBoxes(boxes, formatOf(op, format), canvasOf(op, canvasSize), minSize, minArea);
  return [index(boxes, valid) as B, valid];
}

/** The options of {@link sanitizeKeypoints}. */
export interface SanitizeKeypointsOptions {
  /** Of a plain tensor: height and width of the image. `tvTensors.KeyPoints` say so themselves. */
  canvasSize?: CanvasSize | null;
}

/**
 * The points that lie in the image, and which of them these are; of groups of points those of which all do.
 * @param points `tvTensors.KeyPoints`, or a plain tensor [N, ..., 2], which needs the canvas.
 * @throws {ArgumentError} where the canvas is missing, or said twice.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.sanitize_keypoints.html
 * @example
 * transforms.functional.sanitizeKeypoints(tensor([[1, 2], [9, 2]]), { canvasSize: [4, 5] })[0]; // [[1, 2]]
 */
export function sanitizeKeypoints<P extends Tensor>(points: P, options: SanitizeKeypointsOptions = {}): [points: P, valid: Tensor] {
  const op = 'sanitizeKeypoints';
  const { canvasSize } = readOptions<{ canvasSize: unknown }>(op, { canvasSize: null }, options);
  assertTensor(op, 'the points', points);
  if (points.ndim < 2 || points.shape.at(-1) !== 2)
    throw new ShapeError(`${op}: the points have shape ${showShape(points.shape)}, expected [N, ..., 2].`);
  if (points instanceof KeyPoints) {
    if (canvasSize !== null) throw new ArgumentError(`${op}: the points say their canvas themselves. Leave canvasSize out.`);
    const valid = validPoints(points, points.canvasSize);
    return [wrap(index(points, valid), { like: points }) as Tensor as P, valid];
  }
  if (canvasSize === null) throw new ArgumentError(`${op}: canvasSize is missing, which a plain tensor does not say itself. Pass it.`);
  const valid = validPoints(points, canvasOf(op, canvasSize));
  return [index(points, valid) as P, valid];
}

/** What {@link SanitizeBoundingBoxes} finds out about a sample. */
export interface SanitizeParams {
  /** Which boxes, or points, are left: bool [N]. */
  readonly valid: Tensor;
  /** The labels that go with them. */
  readonly labels: readonly Tensor[] | null;
}

/** @internal Takes out what says nothing, with its labels. */
abstract class Sanitize extends Transform<SanitizeParams> {
  /** Where the labels of a sample are. */
  readonly labelsGetter: LabelsGetter;

  constructor(labelsGetter: unknown) {
    super();
    this.labelsGetter = readLabelsGetter(classNameOf(new.target), labelsGetter);
  }

  protected override run(samples: readonly unknown[]): unknown {
    const op = classNameOf(this);
    const sample = samples.length > 1 ? samples : samples[0];
    const labels = labelList(op, labelsBy(op, this.labelsGetter, sample));
    const values = valuesOf(sample);
    const valid = this.validOf(values);
    const wrong = labels?.find((label) => label.shape[0] !== valid.shape[0]);
    if (wrong !== undefined)
      throw new ShapeError(
        `${op}: labels have shape ${showShape(wrong.shape)}, expected [${valid.shape[0]}, ...], one for each that the sample has.`,
      );
    return withValues(
      sample,
      values.map((value) => this.transform(value, { valid, labels })),
    );
  }

  transform(input: unknown, { valid, labels }: SanitizeParams): unknown {
    if (!(input instanceof Tensor)) return input;
    if (labels?.includes(input)) return index(input, valid);
    if (!this.takes(input) || input.shape[0] !== valid.shape[0]) return input;
    return input instanceof BoundingBoxes || input instanceof KeyPoints || input instanceof Mask
      ? wrap(index(input, valid), { like: input })
      : input;
  }

  /** Which are kept. @throws {ArgumentError} where the sample has none at all. */
  protected abstract validOf(values: readonly unknown[]): Tensor;
}

/** The options of {@link SanitizeBoundingBoxes}. */
export interface SanitizeBoundingBoxesOptions {
  /** The least width and height of a box, at least 1. Default: 1. */
  minSize?: number;
  /** The least area of a box, at least 1. Default: 1. */
  minArea?: number;
  /** Where the labels are, which go with the boxes. Default: 'default', see {@link LabelsGetter}. */
  labelsGetter?: LabelsGetter;
}

/**
 * Takes out boxes that have no size or leave the image, and with them their labels and masks [N, H, W]: put it after the transforms that move boxes.
 * @throws {ArgumentError} for a sample without boxes, labels that are not found, and sizes below 1. @throws {ShapeError} for labels of another number.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.SanitizeBoundingBoxes.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([[0, 0, 2, 2], [3, 3, 3, 3]], { format: 'XYXY', canvasSize: [4, 5] });
 * new transforms.SanitizeBoundingBoxes().forward({ boxes, labels: tensor([7, 8]) }).labels; // [7]
 */
export class SanitizeBoundingBoxes extends Sanitize {
  static override readonly className: string = 'SanitizeBoundingBoxes';
  /** The least width and height of a box. */
  readonly minSize: number;
  /** The least area of a box. */
  readonly minArea: number;

  constructor(...args: Arguments<SanitizeBoundingBoxesOptions, [minSize: 'minSize', minArea: 'minArea', labelsGetter: 'labelsGetter']>) {
    const op = classNameOf(new.target);
    const { minSize, minArea, labelsGetter } = readArguments<{ minSize: number; minArea: number; labelsGetter: unknown }>(
      op,
      { minSize: 1, minArea: 1, labelsGetter: undefined },
      args as readonly unknown[],
    );
    super(labelsGetter === undefined ? 'default' : labelsGetter);
    this.minSize = atLeast(op, 'minSize', minSize, 1);
    this.minArea = atLeast(op, 'minArea', minArea, 1);
  }

  protected validOf(values: readonly unknown[]): Tensor {
    const boxes = values.find((value) => value instanceof BoundingBoxes);
    if (boxes === undefined) throw new ArgumentError(`${classNameOf(this)}: the sample has no tvTensors.BoundingBoxes.`);
    return validBoxes(boxes, boxes.format, boxes.canvasSize, this.minSize, this.minArea);
  }

  protected override takes(value: unknown): boolean {
    return value instanceof BoundingBoxes || value instanceof Mask;
  }

  protected override extraRepr(): string {
    const text = (value: number) => (value === 1 || !Number.isInteger(value) ? pythonFloat(value) : String(value));
    const sizes = `min_size=${text(this.minSize)}, min_area=${text(this.minArea)}`;
    return this.labelsGetter === 'default' ? `${sizes}, labels_getter=default` : sizes;
  }
}

/** The options of {@link SanitizeKeyPoints}. */
export interface SanitizeKeyPointsOptions {
  /** Where the labels are, which go with the points. Default: null, none. */
  labelsGetter?: LabelsGetter;
}

/**
 * Takes out points, or groups of points, that leave the image, and their labels.
 * @throws {ArgumentError} for a sample without points, and labels that are not found. @throws {ShapeError} for labels of another number.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.SanitizeKeyPoints.html
 * @example
 * new transforms.SanitizeKeyPoints().forward(new tvTensors.KeyPoints([[1, 2], [9, 2]], { canvasSize: [4, 5] })); // [[1, 2]]
 */
export class SanitizeKeyPoints extends Sanitize {
  static override readonly className: string = 'SanitizeKeyPoints';

  constructor(...args: Arguments<SanitizeKeyPointsOptions, [labelsGetter: 'labelsGetter']>) {
    const { labelsGetter } = readArguments<{ labelsGetter: unknown }>(
      classNameOf(new.target),
      { labelsGetter: null },
      args as readonly unknown[],
    );
    super(labelsGetter);
  }

  protected validOf(values: readonly unknown[]): Tensor {
    const points = values.find((value) => value instanceof KeyPoints);
    if (points === undefined) throw new ArgumentError(`${classNameOf(this)}: the sample has no tvTensors.KeyPoints.`);
    return validPoints(points, points.canvasSize);
  }

  protected override takes(value: unknown): boolean {
    return value instanceof KeyPoints;
  }

  protected override extraRepr(): string {
    return this.labelsGetter === 'default' ? 'labels_getter=default' : '';
  }
}
