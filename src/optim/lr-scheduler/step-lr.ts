/** Rates that fall at certain epochs. */
import { ArgumentError } from '../../errors.js';
import { type AnyOptimizer, finite, LRScheduler, type SchedulerOptions, whole } from './scheduler.js';

export interface StepLROptions extends SchedulerOptions {
  /** Epochs between two decays. */
  stepSize: number;
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 * @example
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 30, gamma: 0.1 });
 */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  constructor(optimizer: AnyOptimizer, options: StepLROptions) {
    super(optimizer, options);
    const { stepSize, gamma = 0.1 } = options ?? {};
    whole('StepLR', 'stepSize', stepSize, 1);
    finite('StepLR', 'gamma', gamma);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this.start();
  }

  protected getLr(): number[] {
    const decays = this.lastEpoch !== 0 && this.lastEpoch % this.stepSize === 0;
    return this.groupLrs.map((lr) => (decays ? lr * this.gamma : lr));
  }
}

export interface MultiStepLROptions extends SchedulerOptions {
  /** The epochs at which the rate falls. */
  milestones: readonly number[];
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/**
 * Multiplies the rate by `gamma` at each of the milestones.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 */
export class MultiStepLR extends LRScheduler {
  milestones: number[];
  gamma: number;

  constructor(optimizer: AnyOptimizer, options: MultiStepLROptions) {
    super(optimizer, options);
    const { milestones, gamma = 0.1 } = options ?? {};
    if (!Array.isArray(milestones)) throw new ArgumentError(`MultiStepLR: milestones is ${String(milestones)}, expected a list of epochs.`);
    milestones.forEach((epoch, i) => {
      whole('MultiStepLR', `milestones[${i}]`, epoch, 0);
    });
    finite('MultiStepLR', 'gamma', gamma);
    this.milestones = [...milestones].sort((a, b) => a - b);
    this.gamma = gamma;
    this.start();
  }

  protected getLr(): number[] {
    const count = this.milestones.filter((epoch) => epoch === this.lastEpoch).length;
    return this.groupLrs.map((lr) => (count > 0 ? lr * this.gamma ** count : lr));
  }
}
