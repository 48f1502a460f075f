/** Formats of boxes: convertBoundingBoxFormat, and ConvertBoundingBoxFormat. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { cat } from '../../../ops/join/join.js';
import { to } from '../../../ops/view/copy.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { assertTensor } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { Transform } from '../base/transform.js';
import { BoundingBoxes, type BoundingBoxFormat, formatOf, wrap } from '../base/tv-tensors.js';

type Halves = [first: Tensor, second: Tensor];

const halves = (boxes: Tensor): Halves => [narrow(boxes, -1, 0, 2), narrow(boxes, -1, 2, 2)];

/** Half of whole numbers is rounded down, as torchvision has it. */
const half = (x: Tensor): Tensor => div(x, 2, { roundingMode: isFloating(x.dtype) ? null : 'floor' });

/** How torchvision gets from a format to corners, in its order of operations. */
const TO_CORNERS: Readonly<Record<BoundingBoxFormat, (halves: Halves) => Halves>> = {
  XYXY: (corners) => corners,
  XYWH: ([corner, size]) => [corner, add(size, corner)],
  CXCYWH([middle, size]) {
    // Of whole numbers, the fraction is cut off in the end.
    const corner = sub(middle, div(size, 2));
    return [to(corner, middle.dtype), to(add(size, corner), middle.dtype)];
  },
};

const FROM_CORNERS: Readonly<Record<BoundingBoxFormat, (halves: Halves) => Halves>> = {
  XYXY: (corners) => corners,
  XYWH: ([first, second]) => [first, sub(second, first)],
  CXCYWH([first, second]) {
    const size = sub(second, first);
    return [half(add(mul(first, 2), size)), size];
  },
};

/** @internal Boxes [..., 4] in another format. */
export function inFormat(boxes: Tensor, from: BoundingBoxFormat, format: BoundingBoxFormat): Tensor {
  if (from === format) return boxes;
  const given = halves(boxes);
  if (from === 'XYWH' && format === 'CXCYWH') return cat([add(given[0], half(given[1])), given[1]], -1);
  if (from === 'CXCYWH' && format === 'XYWH' && isFloating(boxes.dtype)) return cat([sub(given[0], half(given[1])), given[1]], -1);
  return cat(FROM_CORNERS[format](TO_CORNERS[from](given)), -1);
}

/** @internal @throws {ArgumentError} for anything but a tensor. @throws {ShapeError} unless it is [..., 4]. */
export function assertBoxes(op: string, boxes: unknown): asserts boxes is Tensor {
  assertTensor(op, 'the boxes', boxes);
  if (boxes.shape.at(-1) !== 4)
    throw new ShapeError(`${op}: the boxes have shape ${showShape(boxes.shape)}, expected [..., 4], four numbers for each.`);
}

/** The options of {@link convertBoundingBoxFormat}. */
export interface ConvertBoundingBoxFormatFunctionOptions {
  /** Of a plain tensor: what its numbers are. `tvTensors.BoundingBoxes` carry this themselves. */
  oldFormat?: BoundingBoxFormat | null;
  /** What they are to be. */
  newFormat: BoundingBoxFormat;
}

/**
 * Boxes in another format.
 * @param boxes `tvTensors.BoundingBoxes`, or a plain tensor [..., 4].
 * @throws {ArgumentError} for formats that do not exist, and an old format that is missing, or one that the boxes say themselves.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.convert_bounding_box_format.html
 * @example
 * transforms.functional.convertBoundingBoxFormat(tensor([[1, 2, 3, 4]]), 'XYWH', 'XYXY'); // [[1, 2, 4, 6]]
 */
export function convertBoundingBoxFormat<B extends Tensor>(
  boxes: B,
  ...args: Arguments<ConvertBoundingBoxFormatFunctionOptions, [oldFormat: 'oldFormat', newFormat: 'newFormat']>
): B {
  const op = 'convertBoundingBoxFormat';
  const { oldFormat, newFormat } = readArguments<{ oldFormat: unknown; newFormat: unknown }>(
    op,
    { oldFormat: null, newFormat: required },
    args as readonly unknown[],
  );
  assertBoxes(op, boxes);
  const format = formatOf(op, newFormat, 'newFormat');
  if (boxes instanceof BoundingBoxes) {
    if (oldFormat !== null) throw new ArgumentError(`${op}: the boxes say that they are ${boxes.format} themselves. Leave oldFormat out.`);
    return wrap(inFormat(boxes, boxes.format, format), { like: boxes, format }) as Tensor as B;
  }
  if (oldFormat === null) throw new ArgumentError(`${op}: oldFormat is missing, which a plain tensor does not say itself. Pass it.`);
  return inFormat(boxes, formatOf(op, oldFormat, 'oldFormat'), format) as B;
}

/** The options of {@link ConvertBoundingBoxFormat}. */
export interface ConvertBoundingBoxFormatOptions {
  /** The format that boxes are to have. */
  format: BoundingBoxFormat;
}

/**
 * Puts boxes into another format; all else in the sample passes.
 * @throws {ArgumentError} for a format that does not exist.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ConvertBoundingBoxFormat.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([1, 2, 3, 4], { format: 'XYWH', canvasSize: [8, 8] });
 * new transforms.ConvertBoundingBoxFormat('CXCYWH').forward(boxes).format; // 'CXCYWH'
 */
export class ConvertBoundingBoxFormat extends Transform {
  static override readonly className: string = 'ConvertBoundingBoxFormat';
  /** The format that boxes are to have. */
  readonly format: BoundingBoxFormat;

  constructor(...args: Arguments<ConvertBoundingBoxFormatOptions, [format: 'format']>) {
    super();
    const op = classNameOf(new.target);
    this.format = formatOf(op, readArguments<{ format: unknown }>(op, { format: required }, args).format);
  }

  transform(boxes: BoundingBoxes): BoundingBoxes {
    return convertBoundingBoxFormat(boxes, { newFormat: this.format });
  }

  protected override takes(value: unknown): boolean {
    return value instanceof BoundingBoxes;
  }

  protected override extraRepr(): string {
    return `format=${this.format}`;
  }
}
