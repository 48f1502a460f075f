/** Lion: steps of one size along the sign of an average. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, checkBetas } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { zeroState } from '../optimizer/state.js';

/** The options of {@link Lion}. */
export interface LionOptions {
  /** The learning rate; a third to a tenth of AdamW's. Default: 1e-4. */
  lr: number;
  /** How much of the average counts in the step, and how much of it is kept. Default: [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Factor of a decay of the weights themselves; three to ten times AdamW's. Default: 0. */
  weightDecay: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/**
 * `w -= lr weightDecay w;  w -= lr sign(b1 m + (1 - b1) g);  m = b2 m + (1 - b2) g`. PyTorch has no Lion: names and order of operations are
 * those of the authors' PyTorch code.
 * @throws {ArgumentError} for negative or unknown options, or betas outside 0 to 1.
 * @see Chen et al. 2023, https://arxiv.org/abs/2302.06675; https://github.com/google/automl/tree/master/lion
 * @example
 * const optimizer = new optim.Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 */
export class Lion extends Optimizer<LionOptions> {
  static override readonly className: string = 'Lion';
  constructor(params: ParamsInput<LionOptions>, options: OptionsInput<LionOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, betas, weightDecay }: LionOptions): void {
    atLeastZero(this.name, { lr });
    checkBetas(this.name, betas, DEFAULTS.betas);
    atLeastZero(this.name, { weightDecay });
  }

  protected override newState(param: Tensor) {
    return { expAvg: zeroState(param) };
  }

  protected stepGroup(group: ParamGroup<LionOptions>): void {
    const { lr, betas, weightDecay, maximize } = group;
    this.stepFused(group, ['expAvg'], (dtype, count, list) =>
      kernels.lionStep(dtype, count, list, lr, betas[0], betas[1], weightDecay, maximize ? MAXIMIZE : 0),
    );
  }
}
