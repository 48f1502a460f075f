/** Custom schedules: a function of the epoch. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import type { AnyOptimizer } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions, REGROUP, type SchedulerStateDict } from '../scheduler.js';

/** A factor at an epoch, counted from 0. */
export type LrLambda = (epoch: number) => number;

/** The options of {@link LambdaLR}. */
export interface LambdaLROptions extends LRSchedulerOptions {
  /** One function for all groups, or one for each. Functions are not part of the state dict. */
  lrLambda: LrLambda | readonly LrLambda[];
}

/** The options of {@link MultiplicativeLR}. */
export type MultiplicativeLROptions = LambdaLROptions;

abstract class FunctionLR extends LRScheduler {
  #lambdas: readonly LrLambda[];

  constructor(optimizer: AnyOptimizer, ...args: Arguments<LambdaLROptions, [lrLambda: 'lrLambda', lastEpoch: 'lastEpoch']>) {
    const name = classNameOf(new.target);
    const { lrLambda, lastEpoch } = readArguments<Required<LambdaLROptions>>(name, { lrLambda: required, lastEpoch: -1 }, args);
    super(optimizer, lastEpoch);
    const lambdas: readonly unknown[] = Array.isArray(lrLambda) ? lrLambda : optimizer.paramGroups.map(() => lrLambda);
    if (lambdas.length !== optimizer.paramGroups.length)
      throw new ArgumentError(`${name}: got ${lambdas.length} functions for ${optimizer.paramGroups.length} param groups.`);
    for (const lambda of lambdas)
      if (typeof lambda !== 'function') throw new ArgumentError(`${name}: lrLambda is ${show(lambda)}, expected a function of the epoch.`);
    this.#lambdas = [...(lambdas as LrLambda[])];
    this.start();
  }

  /** Each group's factor at this epoch. @throws {ArgumentError} when a function does not return a number. */
  protected factors(): number[] {
    return this.#lambdas.map((lambda) => {
      const factor = lambda(this.lastEpoch);
      if (typeof factor !== 'number')
        throw new ArgumentError(`${classNameOf(this)}: lrLambda gave ${typeof factor} at epoch ${this.lastEpoch}, expected a number.`);
      return factor;
    });
  }

  /** @internal */
  override [REGROUP](from: readonly number[], factors: readonly number[]): void {
    super[REGROUP](from, factors);
    this.#lambdas = from.map((group) => this.#lambdas[group]!);
  }

  /** Functions are null in it, as in PyTorch. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), lr_lambdas: this.#lambdas.map(() => null) };
  }
}

/**
 * Sets the rate to the starting rate times a function of the epoch.
 * @throws {ArgumentError} for anything but functions, or another number of functions than groups.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 * @example
 * const scheduler = new optim.lrScheduler.LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
 */
export class LambdaLR extends FunctionLR {
  static override readonly className: string = 'LambdaLR';
  protected getLr(): number[] {
    const factors = this.factors();
    return this.baseLrs.map((lr, i) => lr * factors[i]!);
  }
}

/**
 * Multiplies the rate at each step by a function of the epoch, which is first asked for epoch 1.
 * @throws {ArgumentError} for anything but functions, or another number of functions than groups.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 * @example
 * const scheduler = new optim.lrScheduler.MultiplicativeLR(optimizer, (epoch) => (epoch < 10 ? 1 : 0.95));
 */
export class MultiplicativeLR extends FunctionLR {
  static override readonly className: string = 'MultiplicativeLR';
  protected getLr(): number[] {
    if (this.isInitial) return this.groupLrs;
    const factors = this.factors();
    return this.groupLrs.map((lr, i) => lr * factors[i]!);
  }
}
