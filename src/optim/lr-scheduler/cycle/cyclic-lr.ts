/** Rates that go up and down between two bounds. */
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { oneOf, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { finiteOption } from '../../optimizer/checks.js';
import { type AnyOptimizer, perGroup } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions, REGROUP, type SchedulerStateDict } from '../scheduler.js';
import { setMomentum, startMomentum, usesBeta1 } from './cycle-momentum.js';

/** The options of {@link CyclicLR}. */
export interface CyclicLROptions extends LRSchedulerOptions {
  /** The rate at the start and end of each cycle, for all groups or for each. */
  baseLr: number | readonly number[];
  /** The rate in the middle of the first cycle. */
  maxLr: number | readonly number[];
  /** Steps from `baseLr` to `maxLr`. Default: 2000. */
  stepSizeUp?: number;
  /** Steps back. Default: `stepSizeUp`. */
  stepSizeDown?: number | null;
  /** Cycles of equal height, of half the height of the one before, or lowered by `gamma` at each step. Default: `triangular`. */
  mode?: 'triangular' | 'triangular2' | 'exp_range';
  /** Factor of each step in mode `exp_range`. Default: 1. */
  gamma?: number;
  /** Gives each cycle's height as a fraction, of what `scaleMode` says; `mode` does not count then. Default: null. */
  scaleFn?: ((x: number) => number) | null;
  /** Whether `scaleFn` gets the number of the cycle, from 1, or that of the step, from 0. Default: `cycle`. */
  scaleMode?: 'cycle' | 'iterations';
  /** Moves the momentum (or the first beta) the other way. Default: true. */
  cycleMomentum?: boolean;
  /** The momentum where the rate is highest. Default: 0.8. */
  baseMomentum?: number | readonly number[];
  /** The momentum where the rate is lowest. Default: 0.9. */
  maxMomentum?: number | readonly number[];
}

/**
 * Moves the rate in a straight line from `baseLr` to `maxLr` and back, again and again. Call `step()` after each batch.
 * @throws {ArgumentError} for `cycleMomentum` with an optimizer that has no momentum, and for bad options.
 * @see Smith 2015, https://arxiv.org/abs/1506.01186
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 * @example
 * const scheduler = new optim.lrScheduler.CyclicLR(optimizer, 0.001, 0.1, { stepSizeUp: 500, mode: 'triangular2' });
 */
export class CyclicLR extends LRScheduler {
  static override readonly className: string = 'CyclicLR';
  /** The largest rate of each group. */
  maxLrs: number[];
  /** Steps of a cycle. */
  totalSize: number;
  /** The part of them that goes up. */
  stepRatio: number;
  /** How the amplitude changes: triangular, triangular2 or exp_range. */
  mode: string;
  /** The base of exp_range. */
  gamma: number;
  /** Whether the scale is a function of the cycle or of the iterations. */
  scaleMode: 'cycle' | 'iterations';
  /** Whether the momentum moves against the rate. */
  cycleMomentum: boolean;
  /** Whether the first beta stands for the momentum, as in Adam. */
  useBeta1?: boolean;
  /** The smallest momentum of each group. */
  baseMomentums?: number[];
  /** The largest momentum of each group. */
  maxMomentums?: number[];
  readonly #scaleFn: ((x: number) => number) | null;

  constructor(optimizer: AnyOptimizer, ...args: Arguments<CyclicLROptions, [baseLr: 'baseLr', maxLr: 'maxLr', stepSizeUp: 'stepSizeUp']>) {
    const name = classNameOf(new.target);
    const options = readArguments(name, DEFAULTS, args);
    super(optimizer, options.lastEpoch);
    const { baseLr, maxLr, stepSizeUp, mode, gamma, scaleFn, scaleMode } = options;
    const stepSizeDown = options.stepSizeDown ?? stepSizeUp;
    const baseLrs = perGroup(name, 'baseLr', baseLr, optimizer);
    const maxLrs = perGroup(name, 'maxLr', maxLr, optimizer);
    if (!(Number.isFinite(stepSizeUp) && stepSizeUp > 0)) throw unexpected(name, 'stepSizeUp', stepSizeUp, 'a number above 0');
    if (!(Number.isFinite(stepSizeDown) && stepSizeDown >= 0))
      throw unexpected(name, 'stepSizeDown', stepSizeDown, 'a number of at least 0');
    if (scaleFn !== null && typeof scaleFn !== 'function') throw unexpected(name, 'scaleFn', scaleFn, 'a function or null');
    if (scaleFn === null) oneOf(name, 'mode', mode, ['triangular', 'triangular2', 'exp_range']);
    oneOf(name, 'scaleMode', scaleMode, ['cycle', 'iterations']);
    this.gamma = finiteOption(name, 'gamma', gamma);

    const { cycleMomentum, baseMomentum = 0.8, maxMomentum = 0.9 } = options;
    const starts = this.lastEpoch === -1;
    this.maxLrs = maxLrs;
    this.totalSize = stepSizeUp + stepSizeDown;
    this.stepRatio = stepSizeUp / this.totalSize;
    this.mode = mode;
    this.#scaleFn = scaleFn;
    this.scaleMode = scaleFn !== null ? scaleMode : mode === 'exp_range' ? 'iterations' : 'cycle';
    this.cycleMomentum = cycleMomentum;
    if (cycleMomentum) {
      this.useBeta1 = usesBeta1(name, optimizer);
      this.baseMomentums = perGroup(name, 'baseMomentum', baseMomentum, optimizer);
      this.maxMomentums = perGroup(name, 'maxMomentum', maxMomentum, optimizer);
    }
    if (starts) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = baseLrs[i]!;
      });
      if (cycleMomentum) startMomentum(optimizer, this.useBeta1!, this.baseMomentums!, this.maxMomentums!);
    }
    this.start();
    this.baseLrs = baseLrs;
  }

  /** The height of a cycle, as a fraction. */
  private scale(x: number): number {
    if (this.#scaleFn !== null) return this.#scaleFn(x);
    if (this.mode === 'triangular2') return 1 / 2 ** (x - 1);
    return this.mode === 'exp_range' ? this.gamma ** x : 1;
  }

  /** @internal */
  override [REGROUP](from: readonly number[], factors: readonly number[]): void {
    super[REGROUP](from, factors);
    this.maxLrs = from.map((group, i) => this.maxLrs[group]! * factors[i]!);
  }

  protected getLr(): number[] {
    const { lastEpoch, totalSize, stepRatio, maxLrs } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = this.scale(this.scaleMode === 'cycle' ? cycle : lastEpoch);
    const lrs = this.baseLrs.map((base, i) => base + (maxLrs[i]! - base) * height * scale);
    if (this.cycleMomentum) {
      const [bases, maxima] = [this.baseMomentums!, this.maxMomentums!];
      this.optimizer.paramGroups.forEach((group, i) => {
        setMomentum(group, this.useBeta1!, maxima[i]! - (maxima[i]! - bases[i]!) * height * scale);
      });
    }
    return lrs;
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, useBeta1: 'use_beta1' };
  }

  /** A scaleFn is null in it, as in PyTorch. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), _scale_fn_custom: null };
  }
}

const DEFAULTS: Required<CyclicLROptions> = {
  baseLr: required,
  maxLr: required,
  stepSizeUp: 2000,
  stepSizeDown: null,
  mode: 'triangular',
  gamma: 1,
  scaleFn: null,
  scaleMode: 'cycle',
  cycleMomentum: true,
  baseMomentum: required,
  maxMomentum: required,
  lastEpoch: -1,
};
