/** Losses of embeddings: vectors that should be near each other, or apart. Functions and layers. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { add, div, minimum, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { sqrt } from '../../../ops/elementwise/unary.js';
import { sum } from '../../../ops/reduce/sum.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { above, assertFloating, assertTensor, assertTensors, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { distance, PairwiseDistance } from '../../distance/distance.js';
import { renamed } from '../../module/fields.js';
import { Module } from '../../module/module.js';
import { Loss } from '../loss.js';
import { commonShape, type LossOptions, lossReader, type Reduction, reduced } from '../options.js';
import { type MarginArguments, MarginLoss, type MarginLossOptions, readMargin } from './margin.js';

/** Added to squared lengths: PyTorch's constant. */
const EPSILON = 1e-12;

const readCosine = readMargin(0);

/**
 * 1 - cos of the angle between two vectors where the target is 1, max(0, cos - margin) where it is -1, and 0 for other targets.
 * @param input1 [N, D], or [D] for one pair. @param input2 as input1. @param target [N], or [] for one pair.
 * @param args margin (default 0; -1 to 1 makes sense), by position or by name.
 * @returns one number, or with reduction 'none' one per pair.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for integer vectors.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 * @example
 * F.cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])); // 1
 */
export function cosineEmbeddingLoss(input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArguments): Tensor {
  return cosineEmbeddingLossOf(input1, input2, target, readCosine('cosineEmbeddingLoss', args));
}

function cosineEmbeddingLossOf(input1: Tensor, input2: Tensor, target: Tensor, settings: Settings<MarginLossOptions>): Tensor {
  const op = 'cosineEmbeddingLoss';
  const { margin, reduction } = settings;
  assertFloating(op, 'input1', input1);
  assertFloating(op, 'input2', input2);
  assertTensor(op, 'target', target);
  const dim = target.ndim;
  if (dim > 1 || input1.ndim !== dim + 1 || input2.ndim !== dim + 1) {
    const given = [input1, input2, target].map((x) => showShape(x.shape));
    throw new ShapeError(
      `${op}: input1 is ${given[0]}, input2 ${given[1]} and target ${given[2]}, expected [N, D], [N, D] and [N], or [D], [D] and [].`,
    );
  }
  commonShape(op, input1, input2);
  const product = sum(mul(input1, input2), dim);
  const square1 = add(sum(mul(input1, input1), dim), EPSILON);
  const square2 = add(sum(mul(input2, input2), dim), EPSILON);
  const cos = div(product, sqrt(mul(square1, square2)));
  commonShape(op, cos, target);
  const near = where(eq(target, 1), sub(1, cos), 0);
  return reduced(op, add(near, where(eq(target, -1), clamp(sub(cos, margin), { min: 0 }), 0)), reduction);
}

/**
 * Vectors [N, D] that should point one way (target 1) or not (-1). `margin` defaults to 0.
 * @throws as {@link cosineEmbeddingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 * @example
 * new nn.CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])); // 1
 */
export class CosineEmbeddingLoss extends MarginLoss {
  static override readonly className: string = 'CosineEmbeddingLoss';
  constructor(...args: MarginArguments) {
    super(readCosine, args, classNameOf(new.target));
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLossOf(input1, input2, target, this);
  }
}

/** The options of {@link TripletMarginLoss}. */
export interface TripletMarginLossOptions extends LossOptions {
  /** Above 0. Default: 1. */
  margin?: number;
  /** Of the norm that is the distance. Default: 2. */
  p?: number;
  /** Added to the differences of coordinates. Default: 1e-6. */
  eps?: number;
  /** Takes the distance of negative and positive instead where that is smaller. Default: false. */
  swap?: boolean;
}

const assertMargin = (op: string, { margin }: { margin: number }) => above(op, 'margin', margin, 0);
const readTriplet = lossReader<TripletMarginLossOptions>({ margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' }, assertMargin);

/** The arguments of {@link TripletMarginLossOptions}, in PyTorch's order. */
type TripletArguments = Arguments<TripletMarginLossOptions, [margin: 'margin', p: 'p', eps: 'eps', swap: 'swap']>;

/**
 * max(0, margin + d(anchor, positive) - d(anchor, negative)): the anchor should be nearer to the positive than to the negative, by the margin.
 * @param anchor vectors [N, D], or [D]; any dims before the last. @param positive as anchor. @param negative as anchor.
 * @param args margin (default 1), p (default 2), eps (default 1e-6) and swap (default false), in this order or by name.
 * @returns one number, or with reduction 'none' one per triplet.
 * @throws {ShapeError} for different numbers of dims, or shapes that do not broadcast. @throws {ArgumentError} unless the margin is above 0. @throws {DTypeError} for integers.
 * @see Balntas et al. 2016, https://bmva-archive.org.uk/bmvc/2016/papers/paper119/; https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 * @example
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])];
 * F.tripletMarginLoss(anchor, positive, negative, { margin: 1 }); // 0.5
 */
export function tripletMarginLoss(anchor: Tensor, positive: Tensor, negative: Tensor, ...args: TripletArguments): Tensor {
  return tripletMarginLossOf(anchor, positive, negative, readTriplet('tripletMarginLoss', args));
}

function tripletMarginLossOf(anchor: Tensor, positive: Tensor, negative: Tensor, settings: Settings<TripletMarginLossOptions>): Tensor {
  const op = 'tripletMarginLoss';
  return triplet(op, anchor, positive, negative, (a, b) => distance(op, a, b, settings), settings);
}

/**
 * An anchor that should be nearer to a positive than to a negative, by a margin (default 1).
 * @throws as {@link tripletMarginLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
 * @example
 * const criterion = new nn.TripletMarginLoss({ margin: 1, p: 2, eps: 1e-7 });
 * const loss = criterion.forward(randn([100, 128]), randn([100, 128]), randn([100, 128]));
 */
export class TripletMarginLoss extends Loss {
  static override readonly className: string = 'TripletMarginLoss';
  /** By how much the negative should be farther than the positive. */
  margin: number;
  /** The order of the norm. */
  p: number;
  /** Added to the differences of coordinates. */
  eps: number;
  /** Whether the distance of positive and negative counts where it is the smaller one. */
  swap: boolean;

  constructor(...args: TripletArguments) {
    const settings = readTriplet(classNameOf(new.target), args);
    super(settings);
    this.margin = settings.margin;
    this.p = settings.p;
    this.eps = settings.eps;
    this.swap = settings.swap;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLossOf(anchor, positive, negative, this);
  }
}

/** How far apart two tensors of vectors are: one number for each pair. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

/** The options of {@link TripletMarginWithDistanceLoss}. */
export interface TripletMarginWithDistanceLossOptions extends LossOptions {
  /** Default: {@link pairwiseDistance}. */
  distanceFunction?: DistanceFunction | null;
  /** Above 0. Default: 1. */
  margin?: number;
  /** Takes the distance of negative and positive instead where that is smaller. Default: false. */
  swap?: boolean;
}

const readWithDistance = lossReader<TripletMarginWithDistanceLossOptions>(
  { distanceFunction: null, margin: 1, swap: false, reduction: 'mean' },
  (op, options) => {
    assertMargin(op, options);
    if (options.distanceFunction !== null && typeof options.distanceFunction !== 'function')
      throw unexpected(op, 'distanceFunction', options.distanceFunction, 'a function of two tensors');
  },
);

/**
 * {@link tripletMarginLoss} with a custom distance, which should not be negative.
 * @param args the options by name.
 * @throws as {@link tripletMarginLoss}, and what the distance function throws.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 * @example
 * const distanceFunction = (x1: Tensor, x2: Tensor) => x1.sub(x2).abs().amax(-1);
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 1]]), tensor([[2, 2]])];
 * F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin: 2 }); // 1
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  ...args: Arguments<TripletMarginWithDistanceLossOptions, []>
): Tensor {
  const op = 'tripletMarginWithDistanceLoss';
  const settings = readWithDistance(op, args);
  const far = settings.distanceFunction ?? ((a: Tensor, b: Tensor) => distance(op, a, b, { p: 2, eps: 1e-6 }));
  return triplet(op, anchor, positive, negative, far, settings);
}

/** The options of {@link TripletMarginWithDistanceLoss} as a layer. */
export interface TripletMarginWithDistanceLayerOptions extends Omit<TripletMarginWithDistanceLossOptions, 'distanceFunction'> {
  /** A function, or a module, whose parameters are then the loss's too. Default: {@link PairwiseDistance}. */
  distanceFunction?: DistanceFunction | Module | null;
}

/**
 * {@link TripletMarginLoss} with a custom distance.
 * @throws as {@link tripletMarginWithDistanceLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 * @example
 * const distanceFunction = (x1: Tensor, x2: Tensor) => F.cosineSimilarity(x1, x2).neg().add(1);
 * const criterion = new nn.TripletMarginWithDistanceLoss({ distanceFunction });
 */
export class TripletMarginWithDistanceLoss extends Loss {
  static override readonly className: string = 'TripletMarginWithDistanceLoss';
  /** What measures distances. */
  distanceFunction: DistanceFunction | Module;
  /** By how much the negative should be farther than the positive. */
  margin: number;
  /** Whether the distance of positive and negative counts where it is the smaller one. */
  swap: boolean;

  constructor(options: TripletMarginWithDistanceLayerOptions = {}) {
    const name = classNameOf(new.target);
    if (!isOptions(options as unknown))
      throw new ArgumentError(`${name}: got ${show(options)} where options are expected, in one object: { distanceFunction: … }.`);
    const { distanceFunction, ...rest } = options as TripletMarginWithDistanceLayerOptions;
    const plain = distanceFunction instanceof Module ? null : distanceFunction;
    const settings = readWithDistance(name, [{ ...rest, distanceFunction: plain }]);
    super(settings);
    this.distanceFunction = distanceFunction ?? new PairwiseDistance();
    this.margin = settings.margin;
    this.swap = settings.swap;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return renamed(super.fields(), { distanceFunction: 'distance_function' });
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const far = this.distanceFunction;
    const measure = far instanceof Module ? (x1: Tensor, x2: Tensor) => far.forward(x1, x2) as Tensor : far;
    return triplet('tripletMarginWithDistanceLoss', anchor, positive, negative, measure, this);
  }
}

function triplet(
  op: string,
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  far: DistanceFunction,
  { margin, swap, reduction }: { readonly margin: number; readonly swap: boolean; readonly reduction: Reduction },
): Tensor {
  assertTensors(op, { anchor, positive, negative });
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    const [a, p, n] = [anchor, positive, negative].map((x) => showShape(x.shape));
    throw new ShapeError(`${op}: anchor is ${a}, positive ${p} and negative ${n}, expected the same number of dims.`);
  }
  const near = far(anchor, positive);
  const apart = far(anchor, negative);
  const other = swap ? minimum(apart, far(positive, negative)) : apart;
  return reduced(op, clamp(sub(add(near, margin), other), { min: 0 }), reduction);
}
