/** NAdam: Adam with Nesterov's momentum. */
import { kernels } from '../../engine/engine.js';
import { DECOUPLED, MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, checkAdamOptions } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';
import type { StepKernel, StepNumbers } from '../optimizer/step-list.js';

/** The options of {@link NAdam}. */
export interface NAdamOptions {
  /** The learning rate. Default: 0.002. */
  lr: number;
  /** How much of the running averages of the gradient and of its square is kept. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps: number;
  /** Factor of an L2 penalty; with `decoupledWeightDecay`, of a decay of the weights themselves. Default: 0. */
  weightDecay: number;
  /** How fast the momentum rises from half of `betas[0]` to all of it. Default: 0.004. */
  momentumDecay: number;
  /** Decays weights apart from the gradient, as AdamW does. Default: false. */
  decoupledWeightDecay: boolean;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};

type NAdamState = ReturnType<NAdam['newState']>;

/**
 * `m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  mu_t = b1 (1 - 0.96^(t momentumDecay) / 2)`,
 * `mHat = mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t);  w -= lr mHat / (sqrt(v / (1 - b2^t)) + eps)`,
 * after `g += weightDecay w` (or, decoupled, `w -= lr weightDecay w`).
 * @throws {ArgumentError} for negative or unknown options, or betas outside 0 to 1.
 * @see Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ; https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 * @example
 * const optimizer = new optim.NAdam(model.parameters(), { lr: 0.002, momentumDecay: 0.004 });
 */
export class NAdam extends Optimizer<NAdamOptions> {
  static override readonly className: string = 'NAdam';

  constructor(params: ParamsInput<NAdamOptions>, options: OptionsInput<NAdamOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions(options: NAdamOptions): void {
    checkAdamOptions(this.name, options);
    atLeastZero(this.name, { momentumDecay: options.momentumDecay });
  }

  protected override newState(param: Tensor) {
    return { step: 0, muProduct: 1, expAvg: zeroState(param), expAvgSq: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<NAdamOptions>): void {
    const { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize } = group;
    const flags = (maximize ? MAXIMIZE : 0) | (decoupledWeightDecay ? DECOUPLED : 0);
    const advance = (state: NAdamState, numbers: StepNumbers) => {
      const t = ++state.step;
      const mu = betas[0] * (1 - 0.5 * 0.96 ** (t * momentumDecay));
      state.muProduct = Math.fround(state.muProduct * Math.fround(mu)); // PyTorch keeps it in float32
      numbers.step = t;
      numbers.scalar = state.muProduct;
    };
    const kernel: StepKernel = (dtype, count, list) =>
      kernels.nadamStep(dtype, count, list, lr, betas[0], betas[1], eps, weightDecay, momentumDecay, flags);
    this.stepFused(group, ['expAvg', 'expAvgSq'], kernel, advance);
  }
}
