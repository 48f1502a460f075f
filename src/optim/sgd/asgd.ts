/** Averaged stochastic gradient descent. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, finite } from '../checks.js';
import { type Given, Optimizer, type ParamGroup, type ParamState, type Params } from '../optimizer.js';
import { type StepEntry, zeroState } from '../step-list.js';

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

interface ASGDState extends ParamState {
  step: number;
  eta: number;
  mu: number;
  ax: Tensor;
}

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
  protected override readonly counters = ['step', 'eta', 'mu'];
  protected override readonly floats = ['t0'];

  constructor(params: Params<ASGDOptions>, options: Given<ASGDOptions> = {}) {
    super(params, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }, options);
  }

  protected checkOptions({ lr, lambd, alpha, t0, weightDecay }: ASGDOptions): void {
    atLeastZero(this.name, 'lr', lr);
    atLeastZero(this.name, 'lambd', lambd);
    atLeastZero(this.name, 'alpha', alpha);
    finite(this.name, 't0', t0);
    atLeastZero(this.name, 'weightDecay', weightDecay);
  }

  protected override stateNames(): readonly string[] {
    return ['step', 'eta', 'mu', 'ax'];
  }

  protected stepGroup(group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group;
    for (const [dtype, params] of this.withGradients(group)) {
      // PyTorch keeps eta and mu in float32.
      const states = params.map((param) =>
        this.stateOf<ASGDState>(param, () => ({ step: 0, eta: Math.fround(lr), mu: 1, ax: zeroState(param) })),
      );
      const entries = params.map((param, i): StepEntry => {
        const { eta, mu, ax } = states[i]!;
        return { param, state: [ax], step: eta, scalar: mu };
      });
      this.stepList(group, dtype).run(dtype, entries, this.name, (code, count, list) =>
        kernels.asgdStep(code, count, list, lambd, weightDecay, maximize ? MAXIMIZE : 0),
      );
      for (const state of states) {
        state.step++;
        state.eta = Math.fround(lr / (1 + lambd * lr * state.step) ** alpha);
        state.mu = Math.fround(1 / Math.max(1, state.step - t0));
      }
    }
  }
}
