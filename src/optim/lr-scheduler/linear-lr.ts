/** Warm-up: rates that start at a fraction. */
import { ArgumentError } from '../../errors.js';
import { type AnyOptimizer, LRScheduler, type SchedulerOptions, whole } from './scheduler.js';

export interface ConstantLROptions extends SchedulerOptions {
  /** The fraction of the rate until then. Default: 1/3. */
  factor?: number;
  /** The epoch at which the rate becomes whole. Default: 5. */
  totalIters?: number;
}

/**
 * Multiplies the rate by `factor` until epoch `totalIters`.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;

  constructor(optimizer: AnyOptimizer, { factor = 1 / 3, totalIters = 5, ...rest }: ConstantLROptions = {}) {
    super(optimizer, rest);
    if (!(factor >= 0 && factor <= 1)) throw new ArgumentError(`ConstantLR: factor is ${factor}, expected 0 to 1.`);
    whole('ConstantLR', 'totalIters', totalIters, 0);
    this.factor = factor;
    this.totalIters = totalIters;
    this.start();
  }

  protected getLr(): number[] {
    const { lastEpoch, factor, totalIters } = this;
    if (lastEpoch === 0) return this.groupLrs.map((lr) => lr * factor);
    return this.groupLrs.map((lr) => (lastEpoch === totalIters ? lr * (1 / factor) : lr));
  }
}

export interface LinearLROptions extends SchedulerOptions {
  /** The fraction at the start. Default: 1/3. */
  startFactor?: number;
  /** The fraction at the end. Default: 1. */
  endFactor?: number;
  /** Epochs from one to the other. Default: 5. */
  totalIters?: number;
}

/**
 * Moves the rate in a straight line from `startFactor` to `endFactor` of itself in `totalIters` epochs.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 */
export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;

  constructor(optimizer: AnyOptimizer, { startFactor = 1 / 3, endFactor = 1, totalIters = 5, ...rest }: LinearLROptions = {}) {
    super(optimizer, rest);
    if (!(startFactor > 0 && startFactor <= 1))
      throw new ArgumentError(`LinearLR: startFactor is ${startFactor}, expected above 0 and at most 1.`);
    if (!(endFactor >= 0 && endFactor <= 1)) throw new ArgumentError(`LinearLR: endFactor is ${endFactor}, expected 0 to 1.`);
    whole('LinearLR', 'totalIters', totalIters, 1);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.start();
  }

  protected getLr(starting: boolean): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    if (lastEpoch === 0) return this.groupLrs.map((lr) => lr * startFactor);
    if (starting || lastEpoch > totalIters) return this.groupLrs;
    const change = endFactor - startFactor;
    return this.groupLrs.map((lr) => lr * (1 + change / (totalIters * startFactor + (lastEpoch - 1) * change)));
  }
}
