/** Losses of numbers and of distributions as modules. */

import type { Trailing } from '../../../tensor/arguments.js';
import { classNameOf } from '../../../tensor/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Module } from '../../module/module.js';
import { Loss } from '../classification/layers.js';
import { type LossOptions, lossOptions, type Settled } from '../options.js';
import {
  type GaussianNLLLossOptions,
  gaussianNllLoss,
  gaussianNllLossOptions,
  type KLDivLossOptions,
  klDiv,
  klDivOptions,
  type PoissonNLLLossOptions,
  poissonNllLoss,
  poissonNllLossOptions,
} from './distribution.js';
import {
  type HuberLossOptions,
  huberLoss,
  huberLossOptions,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
  smoothL1LossOptions,
} from './regression.js';

/** A loss whose one option is what becomes of the items'. */
abstract class PlainLoss extends Loss {
  constructor(name: string, options: LossOptions) {
    super(lossOptions<Settled<LossOptions>>(name, { reduction: 'mean' }, [options]));
  }
}

/**
 * (input - target) squared.
 * @throws as {@link mseLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 * @example
 * new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class MSELoss extends PlainLoss {
  static override readonly className: string = 'MSELoss';
  constructor(options: LossOptions = {}) {
    super(classNameOf(new.target), options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * |input - target|.
 * @throws as {@link l1Loss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 * @example
 * new nn.L1Loss({ reduction: 'sum' }).forward(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class L1Loss extends PlainLoss {
  static override readonly className: string = 'L1Loss';
  constructor(options: LossOptions = {}) {
    super(classNameOf(new.target), options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

/**
 * A square up to `beta` (default 1), a line from there on.
 * @throws as {@link smoothL1Loss}. @see https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 * @example
 * new nn.SmoothL1Loss({ beta: 0.5 }).forward(tensor([0, 0]), tensor([0.5, 2])); // 1
 */
export class SmoothL1Loss extends Loss {
  static override readonly className: string = 'SmoothL1Loss';
  /** Where the loss turns from quadratic to linear. */
  beta: number;

  constructor(options: SmoothL1LossOptions = {}) {
    const settled = smoothL1LossOptions(classNameOf(new.target), [options]);
    super(settled);
    this.beta = settled.beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, beta } = this;
    return smoothL1Loss(input, target, { reduction, beta });
  }
}

/**
 * A square up to `delta` (default 1), a line of slope delta from there on.
 * @throws as {@link huberLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 * @example
 * new nn.HuberLoss({ delta: 2 }).forward(tensor([0, 0]), tensor([1, 4])); // 3.25
 */
export class HuberLoss extends Loss {
  static override readonly className: string = 'HuberLoss';
  /** Where the loss turns from quadratic to linear. */
  delta: number;

  constructor(options: HuberLossOptions = {}) {
    const settled = huberLossOptions(classNameOf(new.target), [options]);
    super(settled);
    this.delta = settled.delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, delta } = this;
    return huberLoss(input, target, { reduction, delta });
  }
}

/**
 * The Kullback-Leibler divergence of probabilities (logTarget: log-probabilities) from log-probabilities.
 * With reduction 'batchmean' it is that of mathematics, averaged over the batch; with 'mean', the default, it is not.
 * @throws as {@link klDiv}. @see https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 * @example
 * const criterion = new nn.KLDivLoss({ reduction: 'batchmean' });
 * criterion.forward(tensor([[0.25, 0.75]]).log(), tensor([[0.5, 0.5]])); // 0.1438
 */
export class KLDivLoss extends Module {
  static override readonly className: string = 'KLDivLoss';
  /** What becomes of the losses: none, mean, sum or batchmean. */
  reduction: Settled<KLDivLossOptions>['reduction'];
  /** Whether targets are log-probabilities. */
  logTarget: boolean;

  constructor(options: KLDivLossOptions = {}) {
    const settled = klDivOptions(classNameOf(new.target), [options]);
    super();
    this.reduction = settled.reduction;
    this.logTarget = settled.logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, logTarget } = this;
    return klDiv(input, target, { reduction, logTarget });
  }
}

/**
 * Negative log likelihood of counts under Poisson distributions.
 * @throws as {@link poissonNllLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 * @example
 * new nn.PoissonNLLLoss().forward(tensor([0, 1]), tensor([1, 2])); // 0.8591
 */
export class PoissonNLLLoss extends Loss {
  static override readonly className: string = 'PoissonNLLLoss';
  /** Whether the input is the logarithm of the rate. */
  logInput: boolean;
  /** Whether the constant term is added. */
  full: boolean;
  /** Added before the logarithm. */
  eps: number;

  constructor(...args: Trailing<[logInput: boolean, full: boolean], PoissonNLLLossOptions>) {
    const settled = poissonNllLossOptions(classNameOf(new.target), args);
    super(settled);
    this.logInput = settled.logInput;
    this.full = settled.full;
    this.eps = settled.eps;
  }

  forward(logInput: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(logInput, target, { logInput: this.logInput, full: this.full, eps: this.eps, reduction: this.reduction });
  }
}

/**
 * Negative log likelihood of samples under Gaussian distributions, of given expectations and variances.
 * @throws as {@link gaussianNllLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 * @example
 * new nn.GaussianNLLLoss().forward(tensor([0, 0]), tensor([1, 3]), tensor([1, 2])); // 1.5483
 */
export class GaussianNLLLoss extends Loss {
  static override readonly className: string = 'GaussianNLLLoss';
  /** Whether the constant term is added. */
  full: boolean;
  /** The smallest variance. */
  eps: number;

  constructor(options: GaussianNLLLossOptions = {}) {
    const settled = gaussianNllLossOptions(classNameOf(new.target), [options]);
    super(settled);
    this.full = settled.full;
    this.eps = settled.eps;
  }

  forward(input: Tensor, target: Tensor, variances: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, target, variances, { full, eps, reduction });
  }
}
