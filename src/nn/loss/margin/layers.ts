/** Losses with a margin, of scores and of embeddings, as modules. */

import { ArgumentError } from '../../../errors.js';
import type { Trailing } from '../../../tensor/arguments.js';
import { classNameOf } from '../../../tensor/class-name.js';
import { isOptions, show } from '../../../tensor/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { PairwiseDistance } from '../../distance/layers.js';
import { Module } from '../../module/module.js';
import { Loss, WeightedLoss } from '../classification/layers.js';
import { type LossOptions, lossOptions, type Settled } from '../options.js';
import {
  cosineEmbeddingLoss,
  type DistanceFunction,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginLossOptions,
  tripletMarginWithDistanceLoss,
  tripletMarginWithDistanceLossOptions,
} from './embedding.js';
import {
  hingeEmbeddingLoss,
  type MarginLossOptions,
  type MultiMarginLossOptions,
  marginOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multiMarginLoss,
  multiMarginLossOptions,
  softMarginLoss,
} from './margin.js';

/** A loss whose margin may be any number. */
abstract class MarginLoss extends Loss {
  margin: number;

  constructor(name: string, margin: number, args: readonly unknown[]) {
    const settled = marginOptions(name, margin, args);
    super(settled);
    this.margin = settled.margin;
  }
}

/**
 * Distances as they are where the target is 1, max(0, margin - distance) where it is -1. `margin` defaults to 1.
 * @throws as {@link hingeEmbeddingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 * @example
 * new nn.HingeEmbeddingLoss({ margin: 2 }).forward(tensor([0.5, 0.5]), tensor([1, -1])); // 1
 */
export class HingeEmbeddingLoss extends MarginLoss {
  static override readonly className: string = 'HingeEmbeddingLoss';
  constructor(...args: Trailing<[margin: number], MarginLossOptions>) {
    super(classNameOf(new.target), 1, args);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return hingeEmbeddingLoss(input, target, { margin, reduction });
  }
}

/**
 * Vectors [N, D] that should point one way (target 1) or not (-1). `margin` defaults to 0.
 * @throws as {@link cosineEmbeddingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 * @example
 * new nn.CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])); // 1
 */
export class CosineEmbeddingLoss extends MarginLoss {
  static override readonly className: string = 'CosineEmbeddingLoss';
  constructor(...args: Trailing<[margin: number], MarginLossOptions>) {
    super(classNameOf(new.target), 0, args);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return cosineEmbeddingLoss(input1, input2, target, { margin, reduction });
  }
}

/**
 * Pairs of scores of which the first (target 1) or the second (-1) should be larger. `margin` defaults to 0.
 * @throws as {@link marginRankingLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 * @example
 * new nn.MarginRankingLoss({ margin: 0.5 }).forward(tensor([2, 1]), tensor([1, 3]), tensor([1, 1])); // 1.25
 */
export class MarginRankingLoss extends MarginLoss {
  static override readonly className: string = 'MarginRankingLoss';
  constructor(...args: Trailing<[margin: number], MarginLossOptions>) {
    super(classNameOf(new.target), 0, args);
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return marginRankingLoss(input1, input2, target, { margin, reduction });
  }
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
  constructor(options: LossOptions = {}) {
    super(lossOptions<Settled<LossOptions>>(classNameOf(new.target), { reduction: 'mean' }, [options]));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * Scores [N, C] with a list of right classes for each item, which ends with -1.
 * @throws as {@link multilabelMarginLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 * @example
 * new nn.MultiLabelMarginLoss().forward(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([[3, 0, -1, 1]], { dtype: 'int64' })); // 0.85
 */
export class MultiLabelMarginLoss extends Loss {
  static override readonly className: string = 'MultiLabelMarginLoss';
  constructor(options: LossOptions = {}) {
    super(lossOptions<Settled<LossOptions>>(classNameOf(new.target), { reduction: 'mean' }, [options]));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * How far other classes come within the margin (default 1) of the right one, to the power p (1, the default, or 2).
 * @throws as {@link multiMarginLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 * @example
 * new nn.MultiMarginLoss().forward(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([3], { dtype: 'int64' })); // 0.325
 */
export class MultiMarginLoss extends WeightedLoss {
  static override readonly className: string = 'MultiMarginLoss';
  /** The power of each difference: 1 or 2. */
  p: 1 | 2;
  /** The distance that is asked for. */
  margin: number;

  constructor(...args: Trailing<[p: 1 | 2, margin: number, weight: Tensor | null], MultiMarginLossOptions>) {
    const settled = multiMarginLossOptions(classNameOf(new.target), args);
    super(settled);
    this.p = settled.p;
    this.margin = settled.margin;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
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
  /** The distance that is asked for. */
  margin: number;
  /** The order of the norm. */
  p: number;
  /** Added where something is divided, so that it is never by 0. */
  eps: number;
  /** Whether the distance of positive and negative counts where it is the smaller one. */
  swap: boolean;

  constructor(...args: Trailing<[margin: number, p: number, eps: number, swap: boolean], TripletMarginLossOptions>) {
    const settled = tripletMarginLossOptions(classNameOf(new.target), args);
    super(settled);
    this.margin = settled.margin;
    this.p = settled.p;
    this.eps = settled.eps;
    this.swap = settled.swap;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** The options of {@link TripletMarginWithDistance}. */
export interface TripletMarginWithDistanceLayerOptions extends Omit<TripletMarginWithDistanceLossOptions, 'distanceFunction'> {
  /** A function, or a module, whose parameters are then the loss's too. Default: {@link PairwiseDistance}. */
  distanceFunction?: DistanceFunction | Module | null;
}

/**
 * {@link TripletMarginLoss} with a distance of one's own.
 * @throws as {@link tripletMarginWithDistanceLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 * @example
 * const distanceFunction = (x1: Tensor, x2: Tensor) => F.cosineSimilarity(x1, x2).neg().add(1);
 * const criterion = new nn.TripletMarginWithDistanceLoss({ distanceFunction });
 */
export class TripletMarginWithDistanceLoss extends Loss {
  static override readonly className: string = 'TripletMarginWithDistanceLoss';
  /** What measures distances; null for the Euclidean one. */
  distanceFunction: DistanceFunction | Module;
  /** The distance that is asked for. */
  margin: number;
  /** Whether the distance of positive and negative counts where it is the smaller one. */
  swap: boolean;

  constructor(options: TripletMarginWithDistanceLayerOptions = {}) {
    if (!isOptions(options as unknown))
      throw new ArgumentError(
        `${classNameOf(new.target)}: got ${show(options)} where options are expected, in one object: { distanceFunction: … }.`,
      );
    const { distanceFunction, ...rest } = options as TripletMarginWithDistanceLayerOptions;
    const plain = distanceFunction instanceof Module ? null : distanceFunction;
    const settled = tripletMarginWithDistanceLossOptions(classNameOf(new.target), [{ ...rest, distanceFunction: plain }]);
    super(settled);
    this.distanceFunction = distanceFunction ?? new PairwiseDistance();
    this.margin = settled.margin;
    this.swap = settled.swap;
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    for (const [name, value] of super.fields()) yield [name === 'distanceFunction' ? 'distance_function' : name, value];
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction: far, margin, swap, reduction } = this;
    const distanceFunction = far instanceof Module ? (x1: Tensor, x2: Tensor) => far.forward(x1, x2) as Tensor : far;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}
