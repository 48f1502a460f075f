/** A rate that falls when training no longer gets better. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { oneOf, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import { finiteOption } from '../optimizer/checks.js';
import { type AnyOptimizer, perGroup } from './checks.js';
import { LRScheduler, REGROUP, type SchedulerStateDict } from './scheduler.js';

/** The options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall or rise. Default: `min`. */
  mode?: 'min' | 'max';
  /** Factor of a reduction, below 1. Default: 0.1. */
  factor?: number;
  /** Epochs without improvement that are tolerated. Default: 10. */
  patience?: number;
  /** The least change that counts as an improvement. Default: 1e-4. */
  threshold?: number;
  /** Whether the threshold is a fraction of the best value or a difference. Default: `rel`. */
  thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction in which nothing counts. Default: 0. */
  cooldown?: number;
  /** The lowest rate, for all groups or for each. Default: 0. */
  minLr?: number | readonly number[];
  /** Reductions smaller than this are left out. Default: 1e-8. */
  eps?: number;
}

const DEFAULTS: Required<ReduceLROnPlateauOptions> = {
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: 'rel',
  cooldown: 0,
  minLr: required,
  eps: 1e-8,
};

/**
 * Multiplies the rate by `factor` once a metric has not improved for more than `patience` epochs. Call `step(metric)` after validation.
 * @throws {ArgumentError} for a factor of 1 or more, or other bad options.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 * @example
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, 'min', { patience: 3 });
 * scheduler.step(0.25);
 */
export class ReduceLROnPlateau extends LRScheduler {
  static override readonly className: string = 'ReduceLROnPlateau';
  /** Whether the measure should fall (`min`) or rise (`max`). */
  mode: 'min' | 'max';
  /** The factor of the rate. */
  factor: number;
  /** How many epochs without improvement are allowed. */
  patience: number;
  /** How much better counts as better. */
  threshold: number;
  /** Whether the threshold is a part of the best measure (`rel`) or a difference (`abs`). */
  thresholdMode: 'rel' | 'abs';
  /** How many epochs pass after a reduction before it counts again. */
  cooldown: number;
  /** The lowest rate of groups that come later; null when each group has its own. */
  defaultMinLr: number | null;
  /** The smallest rate of each group. */
  minLrs: number[];
  /** Smaller changes of the rate are not made. */
  eps: number;
  /** The best metric so far. */
  best: number;
  /** The metric that every other one is better than. */
  modeWorse: number;
  /** How many epochs in a row brought no improvement. */
  numBadEpochs = 0;
  /** How many epochs of the cooldown are left. */
  cooldownCounter = 0;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<ReduceLROnPlateauOptions, [mode: 'mode', factor: 'factor', patience: 'patience']>
  ) {
    const name = classNameOf(new.target);
    const options = readArguments(name, DEFAULTS, args);
    super(optimizer);
    const { mode, factor, patience, threshold, thresholdMode, cooldown, minLr = 0, eps } = options;
    this.mode = oneOf(name, 'mode', mode, ['min', 'max']);
    this.thresholdMode = oneOf(name, 'thresholdMode', thresholdMode, ['rel', 'abs']);
    if (!(factor < 1)) throw unexpected(name, 'factor', factor, 'below 1');
    this.patience = wholeNumber(name, 'patience', patience, { min: 0 });
    this.cooldown = wholeNumber(name, 'cooldown', cooldown, { min: 0 });
    this.threshold = finiteOption(name, 'threshold', threshold);
    this.eps = finiteOption(name, 'eps', eps);
    this.lastEpoch = 0;
    this.factor = factor;
    this.minLrs = perGroup(name, 'minLr', minLr, optimizer);
    this.defaultMinLr = typeof minLr === 'number' ? minLr : null;
    this.modeWorse = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.best = this.modeWorse;
    this.lastLr = this.groupLrs;
  }

  /** @internal */
  override [REGROUP](from: readonly number[], factors: readonly number[]): void {
    super[REGROUP](from, factors);
    this.minLrs = from.map((group) => this.minLrs[group]!);
  }

  /** The reduced rates. */
  protected getLr(): number[] {
    const { length } = this.optimizer.paramGroups;
    if (this.minLrs.length !== length) {
      if (this.defaultMinLr === null)
        throw new ArgumentError(
          `${classNameOf(this)}: it has ${this.minLrs.length} minLrs for ${length} param groups: groups were added since. Set scheduler.minLrs to a list of ${length}.`,
        );
      this.minLrs = Array<number>(length).fill(this.defaultMinLr);
    }
    return this.groupLrs.map((lr, i) => {
      const next = Math.max(lr * this.factor, this.minLrs[i]!);
      return lr - next > this.eps ? next : lr;
    });
  }

  private isBetter(metric: number): boolean {
    const { best, threshold } = this;
    if (this.mode === 'min') return metric < (this.thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return metric > (this.thresholdMode === 'rel' ? best * (threshold + 1) : best + threshold);
  }

  /**
   * Takes the metric of an epoch, a number or a tensor of one element; NaN never counts as an improvement.
   * @param epoch becomes `lastEpoch`. Default: one more than that.
   * @throws {ArgumentError} without a metric.
   */
  override step(metric?: number | Tensor, epoch?: number): void {
    const current = metric instanceof Tensor ? item(metric) : metric;
    if (typeof current !== 'number')
      throw new ArgumentError(
        `${classNameOf(this)}: step() got ${metric === undefined ? 'nothing' : show(metric)}, expected the metric to watch: step(validationLoss).`,
      );
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    if (this.isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs++;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.setLrs(this.getLr());
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = this.groupLrs;
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, baseLrs: null, stepCount: null, isInitial: null };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    super.loadStateDict(state);
    this.modeWorse = this.mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.best ??= this.modeWorse; // JSON has no infinity and writes null
  }
}
