/** Resilient backpropagation. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import { ArgumentError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, numbers } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { filledState, zeroState } from '../optimizer/state.js';

/** The options of {@link Rprop}. */
export interface RpropOptions {
  /** The step that every weight starts with. Default: 0.01. */
  lr: number;
  /** What a step is multiplied by where the gradient's sign changed, and where it did not. Default: [0.5, 1.2]. */
  etas: readonly [number, number];
  /** The smallest and the largest step. Default: [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false };

/**
 * Each weight has a step of its own: multiplied by `etas[1]` where the gradient keeps its sign, by `etas[0]` where it changes it (and
 * counts as 0), and kept within `stepSizes`; `w -= sign(g) step`. For full batches.
 * @throws {ArgumentError} for a negative lr, etas that are not below and above 1, or unknown options.
 * @see Riedmiller and Braun 1993, https://doi.org/10.1109/ICNN.1993.298623; https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 * @example
 * const optimizer = new optim.Rprop(model.parameters(), { lr: 0.01, stepSizes: [1e-6, 1] });
 */
export class Rprop extends Optimizer<RpropOptions> {
  static override readonly className: string = 'Rprop';

  constructor(params: ParamsInput<RpropOptions>, options: OptionsInput<RpropOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, etas, stepSizes }: RpropOptions): void {
    atLeastZero(this.name, { lr });
    numbers(this.name, 'etas', etas, DEFAULTS.etas);
    if (!(etas[0] > 0 && etas[0] < 1 && etas[1] > 1))
      throw new ArgumentError(`${this.name}: etas is [${etas.join(', ')}], expected one between 0 and 1, then one above 1.`);
    numbers(this.name, 'stepSizes', stepSizes, DEFAULTS.stepSizes);
  }

  protected override newState(param: Tensor, { lr }: ParamGroup<RpropOptions>) {
    return { step: 0, prev: zeroState(param), stepSize: filledState(param, lr) };
  }

  protected stepGroup(group: ParamGroup<RpropOptions>): void {
    const { etas, stepSizes, maximize } = group;
    this.stepFused(group, ['prev', 'stepSize'], (dtype, count, list) =>
      kernels.rpropStep(dtype, count, list, etas[0], etas[1], stepSizes[0], stepSizes[1], maximize ? MAXIMIZE : 0),
    );
  }
}
