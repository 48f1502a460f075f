/** Resilient backpropagation. */
import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import { ArgumentError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, numbers } from '../checks.js';
import { type Given, Optimizer, type ParamGroup, type ParamState, type Params } from '../optimizer.js';
import { filled, type StepEntry, stateLike, zeroState } from '../step-list.js';

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

interface RpropState extends ParamState {
  step: number;
  prev: Tensor;
  stepSize: Tensor;
}

/**
 * Each weight has a step of its own: multiplied by `etas[1]` where the gradient keeps its sign, by `etas[0]` where it changes it (and is
 * taken for 0), and kept within `stepSizes`; `w -= sign(g) step`. For full batches.
 * @throws {ArgumentError} for a negative lr, etas that are not below and above 1, or unknown options.
 * @see Riedmiller and Braun 1993, https://doi.org/10.1109/ICNN.1993.298623; https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 * @example
 * const optimizer = new optim.Rprop(model.parameters(), { lr: 0.01, stepSizes: [1e-6, 1] });
 */
export class Rprop extends Optimizer<RpropOptions> {
  static override readonly className: string = 'Rprop';
  protected override readonly counters = ['step'];

  constructor(params: Params<RpropOptions>, options: Given<RpropOptions> = {}) {
    super(params, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }, options);
  }

  protected checkOptions({ lr, etas, stepSizes }: RpropOptions): void {
    atLeastZero(this.name, 'lr', lr);
    numbers(this.name, 'etas', etas, [0.5, 1.2]);
    if (!(etas[0] > 0 && etas[0] < 1 && etas[1] > 1))
      throw new ArgumentError(`${this.name}: etas is [${etas.join(', ')}], expected one between 0 and 1, then one above 1.`);
    numbers(this.name, 'stepSizes', stepSizes, [1e-6, 50]);
  }

  protected override stateNames(): readonly string[] {
    return ['step', 'prev', 'stepSize'];
  }

  protected stepGroup(group: ParamGroup<RpropOptions>): void {
    const { lr, etas, stepSizes, maximize } = group;
    for (const [dtype, params] of this.withGradients(group)) {
      const entries = params.map((param): StepEntry => {
        const start = () => ({ step: 0, prev: zeroState(param), stepSize: filled(stateLike(param), lr) });
        const state = this.stateOf<RpropState>(param, start);
        state.step++;
        return { param, state: [state.prev, state.stepSize], step: state.step };
      });
      this.stepList(group, dtype).run(dtype, entries, this.name, (code, count, list) =>
        kernels.rpropStep(code, count, list, etas[0], etas[1], stepSizes[0], stepSizes[1], maximize ? MAXIMIZE : 0),
      );
    }
  }
}
