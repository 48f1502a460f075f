/** A schedule of one's own. */
import { ArgumentError } from '../../errors.js';
import { type AnyOptimizer, LRScheduler, type SchedulerOptions } from './scheduler.js';

/** The factor of the starting rate at an epoch, counted from 0. */
export type LrLambda = (epoch: number) => number;

export interface LambdaLROptions extends SchedulerOptions {
  /** One function for all groups, or one for each. Functions are not part of the state dict. */
  lrLambda: LrLambda | readonly LrLambda[];
}

/**
 * Sets the rate to the starting rate times a function of the epoch.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 * @example
 * new optim.lrScheduler.LambdaLR(optimizer, { lrLambda: (epoch) => 0.95 ** epoch });
 */
export class LambdaLR extends LRScheduler {
  readonly #lambdas: readonly LrLambda[];

  constructor(optimizer: AnyOptimizer, options: LambdaLROptions) {
    super(optimizer, options);
    const given = options?.lrLambda;
    const lambdas = Array.isArray(given) ? (given as readonly LrLambda[]) : optimizer.paramGroups.map(() => given as LrLambda);
    if (lambdas.length !== optimizer.paramGroups.length)
      throw new ArgumentError(`LambdaLR: got ${lambdas.length} functions for ${optimizer.paramGroups.length} param groups.`);
    for (const lambda of lambdas)
      if (typeof lambda !== 'function')
        throw new ArgumentError(`LambdaLR: lrLambda is ${typeof lambda}, expected a function of the epoch.`);
    this.#lambdas = [...lambdas];
    this.start();
  }

  protected getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * this.#lambdas[i]!(this.lastEpoch));
  }
}
