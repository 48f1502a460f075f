/** Losses as modules: the functions of ops/loss.ts with their options kept. */

import { checkReduction } from '../ops/cross-entropy.js';
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  type HuberLossOptions,
  huberLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  type NllLossOptions,
  nllLoss,
  type Reduction,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from '../ops/loss.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

abstract class Loss extends Module {
  readonly reduction: Reduction;

  constructor({ reduction = 'mean' }: LossOptions = {}) {
    super();
    checkReduction(reduction, this.constructor.name);
    this.reduction = reduction;
  }
}

/** A loss with a weight, which is a buffer and part of the state dict as in PyTorch. */
abstract class WeightedLoss extends Loss {
  weight: Tensor | null;

  constructor({ weight = null, ...rest }: LossOptions & { weight?: Tensor | null } = {}) {
    super(rest);
    this.weight = this.registerBuffer('weight', weight);
  }
}

/**
 * Cross entropy of scores (logits) [N, C, ...] and labels [N, ...] from 0 to C - 1, or class probabilities [N, C, ...].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @example
 * const criterion = new nn.CrossEntropyLoss();
 * const loss = criterion.forward(model.forward(x), labels);
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor({ ignoreIndex = -100, labelSmoothing = 0, ...rest }: CrossEntropyOptions = {}) {
    super(rest);
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this);
  }
}

/**
 * Negative log likelihood of log-probabilities [N, C, ...] and labels [N, ...].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 */
export class NLLLoss extends WeightedLoss {
  readonly ignoreIndex: number;

  constructor({ ignoreIndex = -100, ...rest }: NllLossOptions = {}) {
    super(rest);
    this.ignoreIndex = ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this);
  }
}

/**
 * Binary cross entropy of probabilities and targets from 0 to 1, of one shape.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss extends WeightedLoss {
  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this);
  }
}

export interface BCEWithLogitsLossOptions extends LossOptions {
  /** Multiplies each element's loss; broadcasts to the input. */
  weight?: Tensor | null;
  /** How much positive targets count; broadcasts to the input. */
  posWeight?: Tensor | null;
}

/**
 * {@link BCELoss} of sigmoid(input), exact for large inputs.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 */
export class BCEWithLogitsLoss extends WeightedLoss {
  posWeight: Tensor | null;

  constructor({ posWeight = null, ...rest }: BCEWithLogitsLossOptions = {}) {
    super(rest);
    this.posWeight = this.registerBuffer('posWeight', posWeight, { key: 'pos_weight' });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this);
  }
}

/** (input - target) squared. @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html */
export class MSELoss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this);
  }
}

/** |input - target|. @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html */
export class L1Loss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this);
  }
}

/** A square up to `beta` (default 1), a line from there on. @see https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor({ beta = 1, ...rest }: SmoothL1LossOptions = {}) {
    super(rest);
    this.beta = beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this);
  }
}

/** A square up to `delta` (default 1), a line of slope delta from there on. @see https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor({ delta = 1, ...rest }: HuberLossOptions = {}) {
    super(rest);
    this.delta = delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this);
  }
}
