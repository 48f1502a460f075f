/** Adagrad. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero } from '../checks.js';
import { type Given, Optimizer, type ParamGroup, type ParamState, type Params } from '../optimizer.js';
import { filled, type StepEntry, stateLike } from '../step-list.js';

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

interface AdagradState extends ParamState {
  step: number;
  sum: Tensor;
}

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
  protected override readonly counters = ['step'];

  constructor(params: Params<AdagradOptions>, options: Given<AdagradOptions> = {}) {
    super(params, { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false }, options);
    for (const group of this.paramGroups) for (const param of group.params) this.started(param);
  }

  protected checkOptions({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps }: AdagradOptions): void {
    atLeastZero(this.name, 'lr', lr);
    atLeastZero(this.name, 'lrDecay', lrDecay);
    atLeastZero(this.name, 'weightDecay', weightDecay);
    atLeastZero(this.name, 'initialAccumulatorValue', initialAccumulatorValue);
    atLeastZero(this.name, 'eps', eps);
  }

  protected override stateNames(): readonly string[] {
    return ['step', 'sum'];
  }

  private started(param: Tensor): AdagradState {
    const { initialAccumulatorValue } = this.defaults;
    return this.stateOf<AdagradState>(param, () => ({ step: 0, sum: filled(stateLike(param), initialAccumulatorValue) }));
  }

  protected stepGroup(group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, eps, maximize } = group;
    for (const [dtype, params] of this.withGradients(group)) {
      const entries = params.map((param): StepEntry => {
        const state = this.started(param);
        state.step++;
        return { param, state: [state.sum], step: state.step };
      });
      this.stepList(group, dtype).run(dtype, entries, this.name, (code, count, list) =>
        kernels.adagradStep(code, count, list, lr, lrDecay, eps, weightDecay, maximize ? MAXIMIZE : 0),
      );
    }
  }
}
