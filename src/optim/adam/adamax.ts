/** Adamax: Adam with the largest gradient in the place of the mean square. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAdamOptions } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link Adamax}. */
export interface AdamaxOptions {
  /** The learning rate. Default: 0.002. */
  lr: number;
  /** How much of the running average of the gradient and of its largest size is kept. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the gradient's size. Default: 1e-8. */
  eps: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: AdamaxOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false };

/**
 * `g += weightDecay w;  m = b1 m + (1 - b1) g;  u = max(b2 u, |g| + eps);  w -= lr / (1 - b1^t) m / u`.
 * @throws {ArgumentError} for negative or unknown options, or betas outside 0 to 1.
 * @see Kingma and Ba 2014, section 7.1, https://arxiv.org/abs/1412.6980; https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 * @example
 * const optimizer = new optim.Adamax(model.parameters(), { lr: 0.002 });
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  static override readonly className: string = 'Adamax';

  constructor(params: ParamsInput<AdamaxOptions>, options: OptionsInput<AdamaxOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions(options: AdamaxOptions): void {
    checkAdamOptions(this.name, options);
  }

  protected override newState(param: Tensor) {
    return { step: 0, expAvg: zeroState(param), expInf: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<AdamaxOptions>): void {
    const { lr, betas, eps, weightDecay, maximize } = group;
    this.stepFused(group, ['expAvg', 'expInf'], (dtype, count, list) =>
      kernels.adamaxStep(dtype, count, list, lr, betas[0], betas[1], eps, weightDecay, maximize ? MAXIMIZE : 0),
    );
  }
}
