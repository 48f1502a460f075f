/** Stochastic gradient descent. */

import { kernels } from '../../engine/engine.js';
import { MAXIMIZE, NESTEROV } from '../../engine/kernel-table.gen.js';
import { ArgumentError } from '../../errors.js';
import { realNumber } from '../../tensor/arguments/checks.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import type { ParamState } from '../optimizer/state.js';

/** The options of {@link SGD}. */
export interface SGDOptions {
  /** The learning rate. Default: 0.001. */
  lr: number;
  /** How much of the last update is kept. Default: 0. */
  momentum: number;
  /** How much of a new gradient the momentum leaves out. Default: 0. */
  dampening: number;
  /** Factor of an L2 penalty, added to the gradient. Default: 0. */
  weightDecay: number;
  /** Looks ahead along the momentum. Default: false. */
  nesterov: boolean;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: SGDOptions = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false };

/**
 * `g += weightDecay w;  b = momentum b + (1 - dampening) g;  w -= lr (nesterov ? g + momentum b : b)`. The first b is g.
 * @throws {ArgumentError} for negative options, or nesterov without momentum or with dampening.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly className: string = 'SGD';
  constructor(params: ParamsInput<SGDOptions>, options: OptionsInput<SGDOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, momentum, dampening, weightDecay, nesterov }: SGDOptions): void {
    atLeastZero(this.name, { lr, momentum, weightDecay });
    realNumber(this.name, 'dampening', dampening);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `${this.name}: nesterov needs a momentum above 0 and no dampening, got momentum ${momentum} and dampening ${dampening}.`,
      );
    }
  }

  protected stepGroup(group: ParamGroup<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const flags = (nesterov ? NESTEROV : 0) | (maximize ? MAXIMIZE : 0);
    this.stepFused(
      group,
      momentum === 0 ? [] : ['momentumBuffer'],
      (dtype, count, list) => kernels.sgdStep(dtype, count, list, lr, momentum, dampening, weightDecay, flags),
      ({ momentumBuffer }: ParamState, numbers) => {
        numbers.scalar = momentumBuffer === undefined ? 1 : 0; // 1: the first b is g
      },
    );
  }
}
