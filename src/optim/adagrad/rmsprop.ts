/** RMSprop. */
import { kernels } from '../../engine/engine.js';
import { CENTERED, MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link RMSprop}. */
export interface RMSpropOptions {
  /** The learning rate. Default: 0.01. */
  lr: number;
  /** How much of the running average of the squares is kept. Default: 0.99. */
  alpha: number;
  /** Added to the denominator. Default: 1e-8. */
  eps: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** How much of the last update is kept. Default: 0. */
  momentum: number;
  /** Divides by the gradient's standard deviation instead of its mean square's root. Default: false. */
  centered: boolean;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: RMSpropOptions = { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false };

/**
 * `g += weightDecay w;  v = alpha v + (1 - alpha) g^2;  d = g / (sqrt(v) + eps)`; centered, `a = alpha a + (1 - alpha) g` and
 * `d = g / (sqrt(v - a^2) + eps)`. Then `b = momentum b + d;  w -= lr b`.
 * @throws {ArgumentError} for negative or unknown options.
 * @see Hinton, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; centered: Graves 2013, https://arxiv.org/abs/1308.0850;
 * https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 * @example
 * const optimizer = new optim.RMSprop(model.parameters(), { lr: 0.01, momentum: 0.9, centered: true });
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static override readonly className: string = 'RMSprop';

  constructor(params: ParamsInput<RMSpropOptions>, options: OptionsInput<RMSpropOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, alpha, eps, weightDecay, momentum }: RMSpropOptions): void {
    atLeastZero(this.name, { lr, alpha, eps, weightDecay, momentum });
  }

  protected override newState(param: Tensor) {
    return { step: 0, squareAvg: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group;
    const flags = (maximize ? MAXIMIZE : 0) | (centered ? CENTERED : 0);
    this.stepFused(group, ['squareAvg', momentum > 0 && 'momentumBuffer', centered && 'gradAvg'], (dtype, count, list) =>
      kernels.rmspropStep(dtype, count, list, lr, alpha, eps, weightDecay, momentum, flags),
    );
  }
}
