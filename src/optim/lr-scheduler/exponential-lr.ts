/** Exponential decay. */
import { type AnyOptimizer, finite, LRScheduler, type SchedulerOptions } from './scheduler.js';

export interface ExponentialLROptions extends SchedulerOptions {
  /** Factor of each epoch. */
  gamma: number;
}

/**
 * Multiplies the rate by `gamma` every epoch.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends LRScheduler {
  gamma: number;

  constructor(optimizer: AnyOptimizer, options: ExponentialLROptions) {
    super(optimizer, options);
    finite('ExponentialLR', 'gamma', options?.gamma);
    this.gamma = options.gamma;
    this.start();
  }

  protected getLr(starting: boolean): number[] {
    return this.groupLrs.map((lr) => (starting ? lr : lr * this.gamma));
  }
}
