/** Losses with a margin of scores and distances: what is on the right side of it costs nothing. Functions and layers. */
import { named } from '../../../autograd/node.js';
import { ShapeError, showShape } from '../../../errors.js';
import { add, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { ne } from '../../../ops/elementwise/comparison.js';
import { unary, where } from '../../../ops/elementwise/table.js';
import { neg } from '../../../ops/elementwise/unary.js';
import { to } from '../../../ops/view/copy.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, assertTensors } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { broadcastShapes, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Loss } from '../loss.js';
import { commonShape, type LossOptions, type LossReader, lossReader, type Reduction, readReduction, reduced } from '../options.js';

/** The options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** Default: as the loss says. */
  margin?: number;
}

/** @internal The arguments of a loss whose one option of its own is the margin. */
export type MarginArguments = Arguments<MarginLossOptions, [margin: 'margin']>;

/** @internal Reads the options of a loss whose margin may be any number. */
export const readMargin = (margin: number): LossReader<MarginLossOptions> => lossReader<MarginLossOptions>({ margin, reduction: 'mean' });

/** @internal A loss whose margin may be any number. */
export abstract class MarginLoss extends Loss {
  margin: number;

  constructor(read: LossReader<MarginLossOptions>, args: MarginArguments, name: string) {
    const settings = read(name, args);
    super(settings);
    this.margin = settings.margin;
  }
}

const readHinge = readMargin(1);

/**
 * A distance as it is where the target is 1, max(0, margin - distance) where it is -1.
 * @param input distances, any shape. @param target 1 or -1 for each, of any dtype. @param args margin (default 1), by position or by name.
 * @returns one number, or with reduction 'none' one per element.
 * @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for an integer input.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 * @example
 * F.hingeEmbeddingLoss(tensor([0.5, 0.2]), tensor([1, -1])); // 0.65
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, ...args: MarginArguments): Tensor {
  return hingeEmbeddingLossOf(input, target, readHinge('hingeEmbeddingLoss', args));
}

function hingeEmbeddingLossOf(input: Tensor, target: Tensor, { margin, reduction }: Settings<MarginLossOptions>): Tensor {
  const op = 'hingeEmbeddingLoss';
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  commonShape(op, input, target);
  const far = where(ne(target, 1), clamp(sub(margin, input), { min: 0 }), 0);
  return reduced(op, add(far, where(ne(target, -1), input, 0)), reduction);
}

/**
 * Distances as they are where the target is 1, max(0, margin - distance) where it is -1. `margin` defaults to 1.
 * @throws as {@link hingeEmbeddingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 * @example
 * new nn.HingeEmbeddingLoss({ margin: 2 }).forward(tensor([0.5, 0.5]), tensor([1, -1])); // 1
 */
export class HingeEmbeddingLoss extends MarginLoss {
  static override readonly className: string = 'HingeEmbeddingLoss';
  constructor(...args: MarginArguments) {
    super(readHinge, args, classNameOf(new.target));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLossOf(input, target, this);
  }
}

const readRanking = readMargin(0);

/**
 * max(0, margin - target (input1 - input2)): whether the first of two scores is the larger one.
 * @param target 1 where input1 should be larger, -1 where input2. All three of one number of dims.
 * @param args margin (default 0), by position or by name.
 * @returns one number, or with reduction 'none' one per pair.
 * @throws {ShapeError} for different numbers of dims, or shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 * @example
 * F.marginRankingLoss(tensor([2, 1]), tensor([1, 3]), tensor([1, 1]), { margin: 0.5 }); // 1.25
 */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArguments): Tensor {
  return marginRankingLossOf(input1, input2, target, readRanking('marginRankingLoss', args));
}

function marginRankingLossOf(input1: Tensor, input2: Tensor, target: Tensor, settings: Settings<MarginLossOptions>): Tensor {
  const op = 'marginRankingLoss';
  const { margin, reduction } = settings;
  assertTensors(op, { input1, input2, target });
  const shapes = [input1, input2, target].map((x) => showShape(x.shape));
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim)
    throw new ShapeError(`${op}: input1 is ${shapes[0]}, input2 ${shapes[1]} and target ${shapes[2]}, expected the same number of dims.`);
  assertFloating(op, 'input1', input1);
  assertFloating(op, 'input2', input2);
  commonShape(op, input1, input2, target);
  return reduced(op, clamp(add(mul(neg(target), sub(input1, input2)), margin), { min: 0 }), reduction);
}

/**
 * Pairs of scores of which the first (target 1) or the second (-1) should be larger. `margin` defaults to 0.
 * @throws as {@link marginRankingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 * @example
 * new nn.MarginRankingLoss({ margin: 0.5 }).forward(tensor([2, 1]), tensor([1, 3]), tensor([1, 1])); // 1.25
 */
export class MarginRankingLoss extends MarginLoss {
  static override readonly className: string = 'MarginRankingLoss';
  constructor(...args: MarginArguments) {
    super(readRanking, args, classNameOf(new.target));
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLossOf(input1, input2, target, this);
  }
}

/**
 * log(1 + exp(-target input)): logistic loss of scores with labels of 1 and -1.
 * @param target broadcasts to the input. @param args the reduction, by name.
 * @returns one number, or with reduction 'none' one per element. Finite also where PyTorch's exp overflows.
 * @throws {ShapeError} for a target that does not broadcast to the input. @throws {DTypeError} for an integer input.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 * @example
 * F.softMarginLoss(tensor([1, -2]), tensor([1, 1])); // 1.2201
 */
export function softMarginLoss(input: Tensor, target: Tensor, ...args: Arguments<LossOptions, []>): Tensor {
  return softMarginLossOf(input, target, readReduction('softMarginLoss', args).reduction);
}

function softMarginLossOf(input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  const op = 'softMarginLoss';
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  if (!sameShape(broadcastShapes(input.shape, target.shape, op), input.shape))
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.`);
  return named('SoftMarginLoss', reduced(op, neg(unary('logsigmoid', mul(input, to(target, input.dtype)))), reduction));
}

/**
 * log(1 + exp(-target input)).
 * @throws as {@link softMarginLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html
 * @example
 * new nn.SoftMarginLoss().forward(tensor([1, -2]), tensor([1, 1])); // 1.2201
 */
export class SoftMarginLoss extends Loss {
  static override readonly className: string = 'SoftMarginLoss';
  constructor(...args: Arguments<LossOptions, []>) {
    super(readReduction(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLossOf(input, target, this.reduction);
  }
}
