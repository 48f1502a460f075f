/** Adagrad. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { filledState } from '../optimizer/state.js';

/** The options of {@link Adagrad}. */
export interface AdagradOptions {
  /** The learning rate. Default: 0.01. */
  lr: number;
  /** How fast the learning rate decays: at step t it is `lr / (1 + (t - 1) lrDecay)`. Default: 0. */
  lrDecay: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** What the sum of squares starts from. Default: 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator. Default: 1e-10. */
  eps: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: AdagradOptions = { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false };

/**
 * `g += weightDecay w;  s += g^2;  w -= lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps)`.
 *
 * As in PyTorch the parameters that the constructor gets have state at once, and it starts from the constructor's
 * `initialAccumulatorValue`, whatever their group says.
 * @throws {ArgumentError} for negative or unknown options.
 * @see Duchi, Hazan and Singer 2011, https://jmlr.org/papers/v12/duchi11a.html; https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 * @example
 * const optimizer = new optim.Adagrad(model.parameters(), { lr: 0.01, lrDecay: 1e-4 });
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  static override readonly className: string = 'Adagrad';

  constructor(params: ParamsInput<AdagradOptions>, options: OptionsInput<AdagradOptions> = {}) {
    super(params, DEFAULTS, options);
    for (const group of this.paramGroups) for (const param of group.params) this.stateOf(param, group);
  }

  protected checkOptions({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps }: AdagradOptions): void {
    atLeastZero(this.name, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected override newState(param: Tensor) {
    return { step: 0, sum: filledState(param, this.defaults.initialAccumulatorValue) };
  }

  protected stepGroup(group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, eps, maximize } = group;
    this.stepFused(group, ['sum'], (dtype, count, list) =>
      kernels.adagradStep(dtype, count, list, lr, lrDecay, eps, weightDecay, maximize ? MAXIMIZE : 0),
    );
  }
}
