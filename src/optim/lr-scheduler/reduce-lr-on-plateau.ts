/** A rate that falls when training no longer gets better. */
import { ArgumentError } from '../../errors.js';
import { type AnyOptimizer, finite, LRScheduler, whole } from './scheduler.js';

export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall or rise. Default: `min`. */
  mode?: 'min' | 'max';
  /** Factor of a reduction, below 1. Default: 0.1. */
  factor?: number;
  /** Epochs without improvement that are let pass. Default: 10. */
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

/**
 * Multiplies the rate by `factor` once a metric has not improved for more than `patience` epochs. Call `step(metric)` after validation.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 * @example
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 3 });
 * scheduler.step(validationLoss);
 */
export class ReduceLROnPlateau extends LRScheduler {
  mode: 'min' | 'max';
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  cooldown: number;
  minLrs: number[];
  eps: number;
  /** The best metric so far. */
  best: number;
  numBadEpochs = 0;
  cooldownCounter = 0;

  constructor(optimizer: AnyOptimizer, options: ReduceLROnPlateauOptions = {}) {
    super(optimizer);
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = options;
    const name = 'ReduceLROnPlateau';
    if (mode !== 'min' && mode !== 'max') throw new ArgumentError(`${name}: mode is "${String(mode)}", expected "min" or "max".`);
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs')
      throw new ArgumentError(`${name}: thresholdMode is "${String(thresholdMode)}", expected "rel" or "abs".`);
    if (!(factor < 1)) throw new ArgumentError(`${name}: factor is ${factor}, expected below 1.`);
    whole(name, 'patience', patience, 0);
    whole(name, 'cooldown', cooldown, 0);
    finite(name, 'threshold', threshold);
    finite(name, 'eps', eps);
    const minLrs = typeof minLr === 'number' ? optimizer.paramGroups.map(() => minLr) : [...minLr];
    if (minLrs.length !== optimizer.paramGroups.length)
      throw new ArgumentError(`${name}: got ${minLrs.length} minLr for ${optimizer.paramGroups.length} param groups.`);
    Object.assign(this, { lastEpoch: 0 });
    this.mode = mode;
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = cooldown;
    this.minLrs = minLrs;
    this.eps = eps;
    this.best = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.lastLr = this.groupLrs;
  }

  protected getLr(): number[] {
    return this.groupLrs.map((lr, i) => {
      const next = Math.max(lr * this.factor, this.minLrs[i] ?? this.minLrs[0]!);
      return lr - next > this.eps ? next : lr;
    });
  }

  private isBetter(metric: number): boolean {
    const { best, threshold } = this;
    if (this.mode === 'min') return metric < (this.thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return metric > (this.thresholdMode === 'rel' ? best * (1 + threshold) : best + threshold);
  }

  /**
   * Tells the metric of an epoch; NaN is no improvement.
   * @throws {ArgumentError} without one.
   */
  override step(metric: number): void {
    if (typeof metric !== 'number')
      throw new ArgumentError(
        `ReduceLROnPlateau: step() got ${metric === undefined ? 'nothing' : typeof metric}, expected the metric to watch: step(validationLoss). Use loss.item() for a tensor.`,
      );
    this.lastEpoch++;
    if (this.isBetter(metric)) {
      this.best = metric;
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
}
