/** Rectangles of images erased: erase, and RandomErasing. */
import { ArgumentError } from '../../../errors.js';
import { copy_ } from '../../../ops/elementwise/inplace.js';
import { clone } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { countOf, finiteNumber, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import { tensor } from '../../../tensor/create/create.js';
import { randn } from '../../../tensor/create/random.js';
import { Tensor } from '../../../tensor/tensor.js';
import { drawInt, drawUniform } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import { bytesOf, type ImageLike } from '../base/image-like.js';
import { byKind, getSize, type Kinds, queryChw } from '../base/kinds.js';
import { roundToEven } from '../base/round.js';
import { RandomTransform, type RandomTransformOptions } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { toPilImage } from '../convert/to-pil-image.js';
import { numbersOf } from '../warp/options.js';

/** The options of {@link erase}. */
export interface EraseOptions {
  /** The row at which the rectangle begins. */
  i: number;
  /** The column at which it begins. */
  j: number;
  /** Its height. */
  h: number;
  /** Its width. */
  w: number;
  /** What it is filled with: a number, or a tensor that can be expanded to [..., C, h, w]. */
  v: number | Tensor;
  /** Whether the tensor itself is changed. An Image never is. Default: false. */
  inplace?: boolean;
}

/**
 * An image with a rectangle filled.
 * @param args i, j, h, w, v and inplace in this order, or by name. What of the rectangle lies outside is left out.
 * @throws {ArgumentError} for values that cannot be meant. @throws {ShapeError} for a `v` that does not fit.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.erase.html
 * @example
 * transforms.functional.erase(tensor([[[1, 2], [3, 4]]]), 0, 1, 2, 1, 9); // [[[1, 9], [3, 9]]]
 */
export function erase<I extends ImageLike>(
  image: I,
  ...args: Arguments<EraseOptions, [i: 'i', j: 'j', h: 'h', w: 'w', v: 'v', inplace: 'inplace']>
): I {
  const op = 'erase';
  const { i, j, h, w, v, inplace } = readArguments<Required<EraseOptions>>(
    op,
    { i: required, j: required, h: required, w: required, v: required, inplace: false },
    args,
  );
  const rectangle = { i: countOf(op, 'i', i), j: countOf(op, 'j', j), h: countOf(op, 'h', h), w: countOf(op, 'w', w) };
  const fill = v instanceof Tensor ? v : tensor(finiteNumber(op, 'v', v), { dtype: 'float32' });
  return byKind(op, ERASE, image, { ...rectangle, v: fill }, inplace);
}

/** What {@link RandomErasing} draws: a rectangle, and what it is filled with. */
export interface RandomErasingParams {
  /** The row at which it begins. */
  readonly i: number;
  /** The column at which it begins. */
  readonly j: number;
  /** Its height. */
  readonly h: number;
  /** Its width. */
  readonly w: number;
  /** What it is filled with: float32, of one channel or all. */
  readonly v: Tensor;
}

/** What erase does with each kind; masks, boxes and points pass. */
const ERASE: Kinds<[rectangle: RandomErasingParams, inplace: boolean]> = {
  image: (op, image, rectangle) => toPilImage(eraseTensor(op, bytesOf(image), rectangle, true), image.mode),
  tensor: eraseTensor,
};

function eraseTensor(_: string, x: Tensor, { i, j, h, w, v }: RandomErasingParams, inplace: boolean): Tensor {
  const out = inplace ? x : clone(x);
  const [height, width] = getSize(x);
  const along = (size: number, start: number, length: number) => Math.max(0, Math.min(length, size - start));
  const [high, wide] = [along(height, i, h), along(width, j, w)];
  if (high > 0 && wide > 0) copy_(narrow(narrow(out, -2, i, high), -1, j, wide), v);
  return out;
}

/** What is erased with: a number, one for each channel, or noise. */
export type EraseValue = number | readonly number[] | 'random';

/** The options of {@link RandomErasing}. */
export interface RandomErasingOptions extends RandomTransformOptions {
  /** Which part of the image is erased, from and to, between 0 and 1. Default: [0.02, 0.33]. */
  scale?: readonly [min: number, max: number];
  /** How many times as high as wide the rectangle is, from and to. Default: [0.3, 3.3]. */
  ratio?: readonly [min: number, max: number];
  /** What it is filled with: a number, one for each channel, or 'random' for normal noise. Default: 0. */
  value?: EraseValue;
  /** Whether tensors themselves are changed. Default: false. */
  inplace?: boolean;
}

/**
 * Erases a rectangle of an image with probability `p`; its size and place are drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant, and a list of another length than the image has channels.
 * @see Zhong et al. 2017, https://arxiv.org/abs/1708.04896; https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomErasing.html
 * @example
 * new transforms.RandomErasing(1, { value: 'random' }).forward(rand(3, 32, 32)).shape; // [3, 32, 32]
 */
export class RandomErasing extends RandomTransform<RandomErasingParams> {
  static override readonly className: string = 'RandomErasing';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** Which part of the image is erased, from and to. */
  readonly scale: readonly [min: number, max: number];
  /** How many times as high as wide the rectangle is, from and to. */
  readonly ratio: readonly [min: number, max: number];
  /** What it is filled with. */
  readonly value: EraseValue;
  /** Whether tensors themselves are changed. */
  readonly inplace: boolean;

  constructor(...args: Arguments<RandomErasingOptions, [p: 'p', scale: 'scale', ratio: 'ratio', value: 'value', inplace: 'inplace']>) {
    const op = classNameOf(new.target);
    const { p, scale, ratio, value, inplace } = readArguments<Required<RandomErasingOptions>>(
      op,
      { p: 0.5, scale: [0.02, 0.33], ratio: [0.3, 3.3], value: null as never, inplace: false },
      args,
    );
    super(p);
    this.scale = rangeOf(op, 'scale', scale, 'two parts of the image, from 0 to 1, the least first', ([from, to]) => from >= 0 && to <= 1);
    this.ratio = rangeOf(op, 'ratio', ratio, 'two numbers above 0, the least first', ([from]) => from > 0);
    this.value = valueOf(op, value ?? 0);
    this.inplace = inplace;
  }

  protected override drawParams(inputs: readonly ImageLike[]): RandomErasingParams | null {
    const op = classNameOf(this);
    const [channels, height, width] = queryChw(op, inputs);
    const { value } = this;
    if (Array.isArray(value) && value.length !== 1 && value.length !== channels)
      throw new ArgumentError(
        `${op}: value has ${value.length} numbers, the image ${channels} channels. Give one number, or one for each channel.`,
      );
    const logRatio = this.ratio.map((r) => Math.fround(Math.log(Math.fround(r))));
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = height * width * drawUniform(...this.scale);
      const aspect = Math.fround(Math.exp(drawUniform(logRatio[0]!, logRatio[1]!)));
      const [h, w] = [roundToEven(Math.sqrt(area * aspect)), roundToEven(Math.sqrt(area / aspect))];
      if (h >= height || w >= width) continue;
      const v = this.filling(channels, h, w);
      const i = drawInt(0, height - h + 1);
      return { i, j: drawInt(0, width - w + 1), h, w, v };
    }
    return null;
  }

  private filling(channels: number, h: number, w: number): Tensor {
    const { value } = this;
    if (value === 'random') return randn(channels, h, w);
    const list = typeof value === 'number' ? [value] : [...value];
    return reshape(tensor(list, { dtype: 'float32' }), [list.length, 1, 1]);
  }

  protected applied<I extends ImageLike>(input: I, rectangle: RandomErasingParams): I {
    return this.byKind(ERASE, input, rectangle, this.inplace);
  }

  protected override extraRepr(): string {
    const value = this.value === 'random' ? 'random' : tupleText(this.value);
    const { scale, ratio } = this;
    return `${super.extraRepr()}, scale=${tupleText(scale)}, ratio=${tupleText(ratio)}, value=${value}, inplace=${pythonBool(this.inplace)}`;
  }
}

type Range = [min: number, max: number];

function rangeOf(op: string, name: string, value: unknown, what: string, fits: (range: Range) => boolean): Range {
  const range = numbersOf(op, name, value, [2], what) as Range;
  if (range[0] > range[1] || !fits(range)) throw unexpected(op, name, value, what);
  return range;
}

function valueOf(op: string, value: unknown): EraseValue {
  if (value === 'random') return value;
  if (typeof value === 'number') return finiteNumber(op, 'value', value);
  if (!Array.isArray(value) || value.length === 0)
    throw unexpected(op, 'value', value, "a number, a list of one for each channel, or 'random'");
  return value.map((number: unknown, i) => finiteNumber(op, `value[${i}]`, number));
}
