/** Adam. */
import { kernels } from '../../engine/engine.js';
import { AMSGRAD, DECOUPLED, MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAdamOptions } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link Adam}. */
export interface AdamOptions {
  /** The learning rate. Default: 0.001. */
  lr: number;
  /** How much of the running averages of the gradient and of its square is kept. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps: number;
  /** Factor of an L2 penalty; with `decoupledWeightDecay`, of a decay of the weights themselves. Default: 0 (AdamW: 0.01). */
  weightDecay: number;
  /** Divides by the largest average so far. Default: false. */
  amsgrad: boolean;
  /** Ascends instead. Default: false. */
  maximize: boolean;
  /** Decays weights apart from the gradient, as AdamW does. Default: false. */
  decoupledWeightDecay: boolean;
}

/** Adam's options as they are by default, in PyTorch's order. */
export const ADAM_DEFAULTS: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
};

/**
 * `m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  w -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)`, after
 * `g += weightDecay w` (or, decoupled, `w -= lr weightDecay w`).
 * @throws {ArgumentError} for negative options, or betas outside 0 to 1.
 * @see Kingma and Ba 2014, https://arxiv.org/abs/1412.6980; https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 * @example
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
 */
export class Adam extends Optimizer<AdamOptions> {
  static override readonly className: string = 'Adam';

  constructor(params: ParamsInput<AdamOptions>, options: OptionsInput<AdamOptions> = {}) {
    super(params, ADAM_DEFAULTS, options);
  }

  protected checkOptions(options: AdamOptions): void {
    checkAdamOptions(this.name, options);
  }

  protected override newState(param: Tensor) {
    return { step: 0, expAvg: zeroState(param), expAvgSq: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay } = group;
    const flags = (amsgrad ? AMSGRAD : 0) | (maximize ? MAXIMIZE : 0) | (decoupledWeightDecay ? DECOUPLED : 0);
    this.stepFused(group, ['expAvg', 'expAvgSq', amsgrad && 'maxExpAvgSq'], (dtype, count, list) =>
      kernels.adamStep(dtype, count, list, lr, betas[0], betas[1], eps, weightDecay, flags),
    );
  }
}
