/** Exponential decay. */
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { finiteOption } from '../../optimizer/checks.js';
import type { AnyOptimizer } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions } from '../scheduler.js';

/** The options of {@link ExponentialLR}. */
export interface ExponentialLROptions extends LRSchedulerOptions {
  /** Factor of each epoch. */
  gamma: number;
}

/**
 * Multiplies the rate by `gamma` every epoch.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 * @example
 * const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.95);
 */
export class ExponentialLR extends LRScheduler {
  static override readonly className: string = 'ExponentialLR';
  /** The factor of the rate. */
  gamma: number;

  constructor(optimizer: AnyOptimizer, ...args: Arguments<ExponentialLROptions, [gamma: 'gamma', lastEpoch: 'lastEpoch']>) {
    const name = classNameOf(new.target);
    const { gamma, lastEpoch } = readArguments<Required<ExponentialLROptions>>(name, { gamma: required, lastEpoch: -1 }, args);
    super(optimizer, lastEpoch);
    this.gamma = finiteOption(name, 'gamma', gamma);
    this.start();
  }

  protected getLr(): number[] {
    return this.groupLrs.map((lr) => (this.isInitial ? lr : lr * this.gamma));
  }

  protected override getClosedFormLr(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch);
  }
}
