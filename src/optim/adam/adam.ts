/** Adam. */
import { kernels } from '../../engine/engine.js';
import { AMSGRAD, DECOUPLED, MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAdamOptions } from '../checks.js';
import { type Given, Optimizer, type ParamGroup, type ParamState, type Params } from '../optimizer.js';
import { type StepEntry, zeroState } from '../step-list.js';

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

interface AdamState extends ParamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

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
  protected override readonly counters = ['step'];

  constructor(params: Params<AdamOptions>, options: Given<AdamOptions> = {}) {
    const defaults = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false } as const;
    super(params, { ...defaults, decoupledWeightDecay: false }, options);
  }

  protected checkOptions(options: AdamOptions): void {
    checkAdamOptions(this.name, options);
  }

  protected override stateNames(): readonly string[] {
    return ['step', 'expAvg', 'expAvgSq'];
  }

  protected stepGroup(group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay } = group;
    const flags = (amsgrad ? AMSGRAD : 0) | (maximize ? MAXIMIZE : 0) | (decoupledWeightDecay ? DECOUPLED : 0);
    for (const [dtype, params] of this.withGradients(group)) {
      const entries = params.map((param): StepEntry => {
        const state = this.stateOf<AdamState>(param, () => ({ step: 0, expAvg: zeroState(param), expAvgSq: zeroState(param) }));
        if (amsgrad) state.maxExpAvgSq ??= zeroState(param);
        state.step++;
        return { param, state: [state.expAvg, state.expAvgSq, amsgrad ? (state.maxExpAvgSq as Tensor) : null], step: state.step };
      });
      this.stepList(group, dtype).run(dtype, entries, this.name, (code, count, list) =>
        kernels.adamStep(code, count, list, lr, betas[0], betas[1], eps, weightDecay, flags),
      );
    }
  }
}
