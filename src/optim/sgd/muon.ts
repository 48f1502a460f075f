/** Muon: momentum whose matrices are made orthogonal. */
import { kernels } from '../../engine/engine.js';
import { NESTEROV } from '../../engine/kernel-table.gen.js';
import { ShapeError, showShape } from '../../errors.js';
import { unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atLeastZero, numbers } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamGroupInput, ParamsInput } from '../optimizer/param-groups.js';
import { rowMajorState } from '../optimizer/state.js';
import { stepRowMajor } from '../optimizer/step-list.js';

/** The options of {@link Muon}. */
export interface MuonOptions {
  /** The learning rate. Default: 0.001. */
  lr: number;
  /** Factor of a decay of the weights themselves. Default: 0.1. */
  weightDecay: number;
  /** How much of the running average of the gradient is kept. Default: 0.95. */
  momentum: number;
  /** Looks ahead along the momentum. Default: true. */
  nesterov: boolean;
  /** a, b and c of the iteration `X = a X + (b X X^T + c (X X^T)^2) X`. Default: [3.4445, -4.775, 2.0315]. */
  nsCoefficients: readonly [number, number, number];
  /** The least norm that the update is divided by. Default: 1e-7. */
  eps: number;
  /** How many iterations, below 100. Default: 5. */
  nsSteps: number;
  /**
   * How the shape [A, B] of a parameter scales its step: `'original'` by `sqrt(max(1, A / B))`, `'match_rms_adamw'` by `0.2 sqrt(max(A, B))`,
   * `'spectral_unclamped'` by `sqrt(A / B)`. Default: null, which is `'original'`.
   */
  adjustLrFn: 'original' | 'match_rms_adamw' | 'spectral_unclamped' | null;
}

const DEFAULTS: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
};

const SCALES: Record<NonNullable<MuonOptions['adjustLrFn']>, (a: number, b: number) => number> = {
  original: (a, b) => Math.sqrt(Math.max(1, a / b)),
  match_rms_adamw: (a, b) => 0.2 * Math.sqrt(Math.max(a, b)),
  spectral_unclamped: (a, b) => Math.sqrt(a / b),
};

type MuonState = ReturnType<Muon['newState']>;

/**
 * `M += (1 - momentum) (g - M);  U = nesterov ? g + momentum (M - g) : M;  w -= lr weightDecay w;  w -= lr scale(shape) orthogonal(U)`, where
 * the Newton-Schulz iteration of Keller Jordan makes U nearly orthogonal. As in PyTorch it runs in bfloat16, whose eight bits show in the
 * update. For the matrices of hidden layers; biases, embeddings and convolutions go to another optimizer, such as AdamW.
 * @throws {ShapeError} for a parameter that is not a matrix. @throws {ArgumentError} for options that make no sense, or unknown ones.
 * @see Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/; https://pytorch.org/docs/stable/generated/torch.optim.Muon.html
 * @example
 * const matrices = [...model.parameters()].filter((p) => p.ndim === 2);
 * const optimizer = new optim.Muon(matrices, { lr: 0.02 });
 */
export class Muon extends Optimizer<MuonOptions> {
  static override readonly className: string = 'Muon';
  constructor(params: ParamsInput<MuonOptions>, options: OptionsInput<MuonOptions> = {}) {
    super(params, DEFAULTS, options);
  }

  protected checkOptions({ lr, weightDecay, momentum, nsCoefficients, eps, nsSteps, adjustLrFn }: MuonOptions): void {
    atLeastZero(this.name, { lr, weightDecay, momentum });
    numbers(this.name, 'nsCoefficients', nsCoefficients, DEFAULTS.nsCoefficients);
    atLeastZero(this.name, { eps });
    wholeNumber(this.name, 'nsSteps', nsSteps, { min: 0, max: 99 });
    if (adjustLrFn !== null && !Object.hasOwn(SCALES, adjustLrFn))
      throw unexpected(this.name, 'adjustLrFn', adjustLrFn, `null or one of ${Object.keys(SCALES).join(', ')}`);
  }

  override addParamGroup(input: ParamGroupInput<MuonOptions>): void {
    super.addParamGroup(input);
    try {
      this.assertMatrices(this.paramGroups[this.paramGroups.length - 1]!);
    } catch (error) {
      this.paramGroups.pop();
      throw error;
    }
  }

  protected override assertReady(group: ParamGroup<MuonOptions>): void {
    super.assertReady(group);
    this.assertMatrices(group);
  }

  private assertMatrices(group: ParamGroup<MuonOptions>): void {
    const wrong = group.params.findIndex((param) => param.ndim !== 2);
    if (wrong < 0) return;
    throw new ShapeError(
      `${this.name}: parameter ${wrong} of group ${this.paramGroups.indexOf(group)} has shape ${showShape(group.params[wrong]!.shape)}, expected a matrix. Give biases and others to another optimizer, such as AdamW.`,
    );
  }

  protected override newState(param: Tensor) {
    return { momentumBuffer: rowMajorState(param) };
  }

  protected stepGroup(group: ParamGroup<MuonOptions>): void {
    const { lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn } = group;
    for (const param of group.params) {
      if (param.ownGrad === null) continue;
      const { momentumBuffer } = this.stateOf<MuonState>(param, group);
      const [rows, cols] = param.shape as [number, number];
      const adjusted = lr * SCALES[adjustLrFn ?? 'original'](rows, cols);
      stepRowMajor(param, this.name, (code, value, grad) =>
        kernels.muonStep(
          ...([code, value, grad, momentumBuffer.ptr, rows, cols, lr, adjusted, weightDecay, momentum] as const),
          ...([...nsCoefficients, eps, nsSteps, nesterov ? NESTEROV : 0] as const),
        ),
      );
    }
  }
}
