/** RAdam: Adam that does without the variance until it is known well enough. */
import { kernels } from '../../engine/engine.js';
import { DECOUPLED, MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAdamOptions } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link RAdam}. */
export interface RAdamOptions {
  /** The learning rate. Default: 0.001. */
  lr: number;
  /** How much of the running averages of the gradient and of its square is kept. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps: number;
  /** Factor of an L2 penalty; with `decoupledWeightDecay`, of a decay of the weights themselves. Default: 0. */
  weightDecay: number;
  /** Decays weights apart from the gradient, as AdamW does. Default: false. */
  decoupledWeightDecay: boolean;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: RAdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false, maximize: false };

/**
 * `m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  mHat = m / (1 - b1^t)`. With `rhoMax = 2 / (1 - b2) - 1` and
 * `rho = rhoMax - 2 t b2^t / (1 - b2^t)`: `w -= lr mHat` while rho is 5 or less, then
 * `w -= lr mHat r sqrt(1 - b2^t) / (sqrt(v) + eps)`, `r = sqrt((rho - 4) (rho - 2) rhoMax / ((rhoMax - 4) (rhoMax - 2) rho))`;
 * after `g += weightDecay w` (or, decoupled, `w -= lr weightDecay w`).
 * @throws {ArgumentError} for negative or unknown options, or betas outside 0 to 1.
 * @see Liu et al. 2019, https://arxiv.org/abs/1908.03265; https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 * @example
 * const optimizer = new optim.RAdam(model.parameters(), { lr: 0.001 });
 */
export class RAdam extends Optimizer<RAdamOptions> {
  static override readonly className: string = 'RAdam';

  constructor(params: ParamsInput<RAdamOptions>, options: OptionsInput<RAdamOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions(options: RAdamOptions): void {
    checkAdamOptions(this.name, options);
  }

  protected override newState(param: Tensor) {
    return { step: 0, expAvg: zeroState(param), expAvgSq: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<RAdamOptions>): void {
    const { lr, betas, eps, weightDecay, decoupledWeightDecay, maximize } = group;
    const flags = (maximize ? MAXIMIZE : 0) | (decoupledWeightDecay ? DECOUPLED : 0);
    this.stepFused(group, ['expAvg', 'expAvgSq'], (dtype, count, list) =>
      kernels.radamStep(dtype, count, list, lr, betas[0], betas[1], eps, weightDecay, flags),
    );
  }
}
