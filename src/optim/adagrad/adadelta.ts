/** Adadelta. */

import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import { between } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link Adadelta}. */
export interface AdadeltaOptions {
  /** Factor of the update. Default: 1. */
  lr: number;
  /** How much of the running averages of the squares of gradients and of updates is kept, from 0 to 1. Default: 0.9. */
  rho: number;
  /** Added to both before their roots are taken. Default: 1e-6. */
  eps: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: AdadeltaOptions = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false };

/**
 * `g += weightDecay w;  v = rho v + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(v + eps) g;  u = rho u + (1 - rho) d^2;  w -= lr d`.
 * @throws {ArgumentError} for negative or unknown options, or a rho outside 0 to 1.
 * @see Zeiler 2012, https://arxiv.org/abs/1212.5701; https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 * @example
 * const optimizer = new optim.Adadelta(model.parameters(), { rho: 0.95 });
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  static override readonly className: string = 'Adadelta';
  protected override readonly floats = ['lr'];

  constructor(params: ParamsInput<AdadeltaOptions>, options: OptionsInput<AdadeltaOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, rho, eps, weightDecay }: AdadeltaOptions): void {
    atLeastZero(this.name, { lr });
    between(this.name, 'rho', rho, 0, 1);
    atLeastZero(this.name, { eps, weightDecay });
  }

  protected override newState(param: Tensor) {
    return { step: 0, squareAvg: zeroState(param), accDelta: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weightDecay, maximize } = group;
    this.stepFused(group, ['squareAvg', 'accDelta'], (dtype, count, list) =>
      kernels.adadeltaStep(dtype, count, list, lr, rho, eps, weightDecay, maximize ? MAXIMIZE : 0),
    );
  }
}
