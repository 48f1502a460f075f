/** Averaged stochastic gradient descent. */

import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import { realNumber } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';
import type { StepKernel, StepNumbers } from '../optimizer/step-list.js';

/** The options of {@link ASGD}. */
export interface ASGDOptions {
  /** The learning rate. Default: 0.01. */
  lr: number;
  /** How fast weights and the learning rate decay. Default: 1e-4. */
  lambd: number;
  /** Power of the learning rate's decay. Default: 0.75. */
  alpha: number;
  /** The step after which weights are averaged. Default: 1e6. */
  t0: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: ASGDOptions = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false };

type ASGDState = ReturnType<ASGD['newState']>;

/**
 * `g += weightDecay w;  w *= 1 - lambd eta;  w -= eta g;  ax += mu (w - ax)`; then, for the next step,
 * `eta = lr / (1 + lambd lr t)^alpha` and `mu = 1 / max(1, t - t0)`. The average of the weights is `optimizer.state.get(w).ax`.
 * @throws {ArgumentError} for negative or unknown options.
 * @see Polyak and Juditsky 1992, https://doi.org/10.1137/0330046; https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 * @example
 * const optimizer = new optim.ASGD(model.parameters(), { lr: 0.01, t0: 1000 });
 */
export class ASGD extends Optimizer<ASGDOptions> {
  static override readonly className: string = 'ASGD';
  protected override readonly floats = ['t0'];

  constructor(params: ParamsInput<ASGDOptions>, options: OptionsInput<ASGDOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, lambd, alpha, t0, weightDecay }: ASGDOptions): void {
    atLeastZero(this.name, { lr, lambd, alpha });
    realNumber(this.name, 't0', t0);
    atLeastZero(this.name, { weightDecay });
  }

  protected override newState(param: Tensor, { lr }: ParamGroup<ASGDOptions>) {
    return { step: 0, eta: Math.fround(lr), mu: 1, ax: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group;
    const advance = (state: ASGDState, numbers: StepNumbers) => {
      numbers.step = state.eta;
      numbers.scalar = state.mu;
      const t = ++state.step;
      // PyTorch keeps both in float32.
      state.eta = Math.fround(lr / (1 + lambd * lr * t) ** alpha);
      state.mu = Math.fround(1 / Math.max(1, t - t0));
    };
    const kernel: StepKernel = (dtype, count, list) => kernels.asgdStep(dtype, count, list, lambd, weightDecay, maximize ? MAXIMIZE : 0);
    this.stepFused(group, ['ax'], kernel, advance);
  }
}
