/** Adafactor: a second moment of matrices from their rows and columns alone. */

import { kernels } from '../../engine/engine.js';
import { MAXIMIZE } from '../../engine/kernel-table.gen.js';
import { atLeast, unexpected } from '../../tensor/arguments/checks.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamsInput } from '../optimizer/param-groups.js';
import { rowMajorState } from '../optimizer/state.js';
import { stepRowMajor } from '../optimizer/step-list.js';

/** The options of {@link Adafactor}. */
export interface AdafactorOptions {
  /** The largest relative step, and the factor of the weight decay. Default: 0.01. */
  lr: number;
  /** Power of t, 0 or less, by which the average of the squares forgets. Default: -0.8. */
  beta2Decay: number;
  /** The least denominator (null: the dtype's own epsilon), and the least size of weights in relative steps. Default: [null, 0.001]. */
  eps: readonly [number | null, number];
  /** How large the update's root mean square may be, 1 or more. Default: 1. */
  d: number;
  /** Factor of a decay of the weights themselves. Default: 0. */
  weightDecay: number;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

const DEFAULTS: AdafactorOptions = { lr: 1e-2, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false };

/** Matrices have averages along their rows and columns, vectors one for each element. */
type AdafactorState = { step: number; rowVar?: Tensor; colVar?: Tensor; variance?: Tensor };

const EPSILON: Partial<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * `w -= lr weightDecay w;  u = g / max(sqrt(V), eps1);  w -= max(eps2, rms(w)) min(lr, 1 / sqrt(t)) u / max(1, rms(u) / d)`, where V is the
 * average of `g^2`, of which `t^beta2Decay` is new; of parameters with two dims or more `V = R C / mean(R)`, with R and C such averages of
 * the means of `g^2` along rows and columns.
 * @throws {ArgumentError} for a beta2Decay above 0, a d below 1, other negative options or unknown ones.
 * @see Shazeer and Stern 2018, https://arxiv.org/abs/1804.04235; https://pytorch.org/docs/stable/generated/torch.optim.Adafactor.html, which
 * says where PyTorch departs from the paper.
 * @example
 * const optimizer = new optim.Adafactor(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  static override readonly className: string = 'Adafactor';
  protected override readonly nullable = ['eps'];
  protected override readonly floats = ['d', 'weightDecay'];

  constructor(params: ParamsInput<AdafactorOptions>, options: OptionsInput<AdafactorOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, beta2Decay, eps, d, weightDecay }: AdafactorOptions): void {
    atLeastZero(this.name, { lr });
    if (!(typeof beta2Decay === 'number' && beta2Decay <= 0))
      throw unexpected(this.name, 'beta2Decay', beta2Decay, 'a number of at most 0');
    if (!Array.isArray(eps) || eps.length !== 2) throw unexpected(this.name, 'eps', eps, 'a pair, such as [null, 0.001]');
    atLeastZero(this.name, { 'eps[0]': eps[0] ?? 0, 'eps[1]': eps[1] });
    atLeast(this.name, 'd', d, 1);
    atLeastZero(this.name, { weightDecay });
  }

  protected override newState(param: Tensor): AdafactorState {
    const { shape, ndim } = param;
    if (ndim < 2) return { step: 0, variance: rowMajorState(param) };
    const rowVar = rowMajorState(param, [...shape.slice(0, -1), 1]);
    const colVar = rowMajorState(param, [...shape.slice(0, -2), 1, ...shape.slice(-1)]);
    return { step: 0, rowVar, colVar };
  }

  protected stepGroup(group: ParamGroup<AdafactorOptions>): void {
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group;
    const params = group.params.filter((param) => param.ownGrad !== null);
    // As in PyTorch the first parameter's dtype decides for the group.
    const eps1 = eps[0] ?? (params[0] ? EPSILON[params[0].dtype]! : 0);
    for (const param of params) {
      const state = this.stateOf<AdafactorState>(param, group);
      const { rowVar, colVar, variance } = state;
      state.step++;
      const { shape } = param;
      const [rows, cols] = param.ndim > 1 ? [shape.at(-2)!, shape.at(-1)!] : [1, numel(shape)];
      const batch = param.ndim > 1 ? numel(shape.slice(0, -2)) : 1;
      const flags = maximize ? MAXIMIZE : 0;
      stepRowMajor(param, this.name, (code, value, grad) =>
        kernels.adafactorStep(
          ...([code, value, grad, rowVar?.ptr ?? 0, colVar?.ptr ?? 0, variance?.ptr ?? 0, batch, rows, cols] as const),
          ...([state.step, lr, beta2Decay, eps1, eps[1], d, weightDecay, flags] as const),
        ),
      );
    }
  }
}
