/** Rates that start at a fraction, and rates that fall along a polynomial. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { between, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { finiteOption } from '../../optimizer/checks.js';
import type { AnyOptimizer } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions } from '../scheduler.js';

/** The options of {@link ConstantLR}. */
export interface ConstantLROptions extends LRSchedulerOptions {
  /** The fraction of the rate until then. Default: 1/3. */
  factor?: number;
  /** The epoch at which the rate becomes whole. Default: 5. */
  totalIters?: number;
}

/**
 * Multiplies the rate by `factor` until epoch `totalIters`.
 * @throws {ArgumentError} for a factor outside 0 to 1; a factor of 0 cannot be undone at epoch `totalIters`.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 * @example
 * const warmUp = new optim.lrScheduler.ConstantLR(optimizer, 0.1, 10);
 */
export class ConstantLR extends LRScheduler {
  static override readonly className: string = 'ConstantLR';
  /** The factor of the rate until `totalIters`. */
  factor: number;
  /** How many epochs the schedule takes. */
  totalIters: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<ConstantLROptions, [factor: 'factor', totalIters: 'totalIters', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const defaults = { factor: 1 / 3, totalIters: 5, lastEpoch: -1 };
    const { factor, totalIters, lastEpoch } = readArguments(name, defaults, args);
    super(optimizer, lastEpoch);
    this.factor = between(name, 'factor', factor, 0, 1);
    this.totalIters = wholeNumber(name, 'totalIters', totalIters, { min: 0 });
    this.start();
  }

  protected getLr(): number[] {
    const { lastEpoch, factor, totalIters } = this;
    if (lastEpoch === 0) return this.groupLrs.map((lr) => lr * factor);
    if (lastEpoch === totalIters && factor === 0)
      throw new ArgumentError(
        `${classNameOf(this)}: factor is 0, which epoch ${totalIters} cannot undo. Take a small factor, or LambdaLR: (epoch) => (epoch < ${totalIters} ? 0 : 1).`,
      );
    return this.groupLrs.map((lr) => (lastEpoch === totalIters ? lr * (1 / factor) : lr));
  }

  protected override getClosedFormLr(): number[] {
    const { lastEpoch, factor, totalIters } = this;
    return this.baseLrs.map((lr) => lr * (factor + (lastEpoch >= totalIters ? 1 : 0) * (1 - factor)));
  }
}

/** The options of {@link LinearLR}. */
export interface LinearLROptions extends LRSchedulerOptions {
  /** The fraction at the start. Default: 1/3. */
  startFactor?: number;
  /** The fraction at the end. Default: 1. */
  endFactor?: number;
  /** Epochs from one to the other. Default: 5. */
  totalIters?: number;
}

/** A closed form divides by the number of epochs. */
function assertSome(op: string, totalIters: number): void {
  if (totalIters === 0)
    throw new ArgumentError(`${op}.step: totalIters is 0, with which step(epoch) has no rate. Use step() without an epoch.`);
}

/**
 * Moves the rate in a straight line from `startFactor` to `endFactor` of itself in `totalIters` epochs.
 * @throws {ArgumentError} for a startFactor outside (0, 1] or an endFactor outside [0, 1].
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 * @example
 * const warmUp = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.01, totalIters: 10 });
 */
export class LinearLR extends LRScheduler {
  static override readonly className: string = 'LinearLR';
  /** The factor at the start. */
  startFactor: number;
  /** The factor at the end. */
  endFactor: number;
  /** How many epochs the schedule takes. */
  totalIters: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      LinearLROptions,
      [startFactor: 'startFactor', endFactor: 'endFactor', totalIters: 'totalIters', lastEpoch: 'lastEpoch']
    >
  ) {
    const name = classNameOf(new.target);
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5, lastEpoch: -1 };
    const { startFactor, endFactor, totalIters, lastEpoch } = readArguments(name, defaults, args);
    super(optimizer, lastEpoch);
    if (!(startFactor > 0 && startFactor <= 1)) throw unexpected(name, 'startFactor', startFactor, 'above 0 and at most 1');
    this.endFactor = between(name, 'endFactor', endFactor, 0, 1);
    this.totalIters = wholeNumber(name, 'totalIters', totalIters, { min: 0 });
    this.startFactor = startFactor;
    this.start();
  }

  protected getLr(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    if (lastEpoch === 0) return this.groupLrs.map((lr) => lr * startFactor);
    if (this.isInitial || lastEpoch > totalIters) return this.groupLrs;
    const change = endFactor - startFactor;
    return this.groupLrs.map((lr) => lr * (1 + change / (totalIters * startFactor + (lastEpoch - 1) * change)));
  }

  protected override getClosedFormLr(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    assertSome(classNameOf(this), totalIters);
    return this.baseLrs.map((lr) => lr * (startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters));
  }
}

/** The options of {@link PolynomialLR}. */
export interface PolynomialLROptions extends LRSchedulerOptions {
  /** Epochs until the rate is 0. Default: 5. */
  totalIters?: number;
  /** The power. Default: 1. */
  power?: number;
}

/**
 * Lets the rate fall to 0 in `totalIters` epochs: `base (1 - epoch / totalIters) ** power`, computed from the rate before.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 * @example
 * const scheduler = new optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 50, power: 0.9 });
 */
export class PolynomialLR extends LRScheduler {
  static override readonly className: string = 'PolynomialLR';
  /** How many epochs the schedule takes. */
  totalIters: number;
  /** The exponent of the decay. */
  power: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<PolynomialLROptions, [totalIters: 'totalIters', power: 'power', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const { totalIters, power, lastEpoch } = readArguments(name, { totalIters: 5, power: 1, lastEpoch: -1 }, args);
    super(optimizer, lastEpoch);
    this.totalIters = wholeNumber(name, 'totalIters', totalIters, { min: 0 });
    this.power = finiteOption(name, 'power', power);
    this.start();
  }

  protected getLr(): number[] {
    const { lastEpoch, totalIters, power } = this;
    if (this.isInitial || lastEpoch > totalIters) return this.groupLrs;
    const decay = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power;
    return this.groupLrs.map((lr) => lr * decay);
  }

  protected override getClosedFormLr(): number[] {
    const { lastEpoch, totalIters, power } = this;
    assertSome(classNameOf(this), totalIters);
    return this.baseLrs.map((lr) => lr * (1 - Math.min(totalIters, lastEpoch) / totalIters) ** power);
  }
}
