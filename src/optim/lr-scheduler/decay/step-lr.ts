/** Rates that fall at certain epochs. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { finiteOption } from '../../optimizer/checks.js';
import { type AnyOptimizer, passed } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions, type SchedulerStateDict } from '../scheduler.js';

/** The options of {@link StepLR}. */
export interface StepLROptions extends LRSchedulerOptions {
  /** Epochs between two decays. */
  stepSize: number;
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs.
 * @throws {ArgumentError} for a stepSize that is not a whole number above 0.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 * @example
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 30, 0.1);
 */
export class StepLR extends LRScheduler {
  static override readonly className: string = 'StepLR';
  /** After how many epochs the rate is multiplied by gamma. */
  stepSize: number;
  /** The factor of the rate. */
  gamma: number;

  constructor(optimizer: AnyOptimizer, ...args: Arguments<StepLROptions, [stepSize: 'stepSize', gamma: 'gamma', lastEpoch: 'lastEpoch']>) {
    const name = classNameOf(new.target);
    const { stepSize, gamma, lastEpoch } = readArguments<Required<StepLROptions>>(
      name,
      { stepSize: required, gamma: 0.1, lastEpoch: -1 },
      args,
    );
    super(optimizer, lastEpoch);
    this.stepSize = wholeNumber(name, 'stepSize', stepSize, { min: 1 });
    this.gamma = finiteOption(name, 'gamma', gamma);
    this.start();
  }

  protected getLr(): number[] {
    const decays = this.lastEpoch !== 0 && this.lastEpoch % this.stepSize === 0;
    return this.groupLrs.map((lr) => (decays ? lr * this.gamma : lr));
  }

  protected override getClosedFormLr(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}

/** The options of {@link MultiStepLR}. */
export interface MultiStepLROptions extends LRSchedulerOptions {
  /** The epochs at which the rate falls; one that appears twice counts twice. */
  milestones: readonly number[];
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/**
 * Multiplies the rate by `gamma` at each of the milestones.
 * @throws {ArgumentError} for milestones that are not a list of whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 * @example
 * const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, [30, 80], 0.1);
 */
export class MultiStepLR extends LRScheduler {
  static override readonly className: string = 'MultiStepLR';
  /** The epochs at which the rate is multiplied by gamma. */
  milestones: number[];
  /** The factor of the rate. */
  gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<MultiStepLROptions, [milestones: 'milestones', gamma: 'gamma', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const defaults = { milestones: required, gamma: 0.1, lastEpoch: -1 };
    const { milestones, gamma, lastEpoch } = readArguments<Required<MultiStepLROptions>>(name, defaults, args);
    super(optimizer, lastEpoch);
    if (!Array.isArray(milestones)) throw new ArgumentError(`${name}: milestones is ${show(milestones)}, expected a list of epochs.`);
    milestones.forEach((epoch, i) => {
      wholeNumber(name, `milestones[${i}]`, epoch, { min: 0 });
    });
    this.gamma = finiteOption(name, 'gamma', gamma);
    this.milestones = [...milestones].sort((a, b) => a - b);
    this.start();
  }

  protected getLr(): number[] {
    const count = this.milestones.filter((epoch) => epoch === this.lastEpoch).length;
    return this.groupLrs.map((lr) => (count > 0 ? lr * this.gamma ** count : lr));
  }

  protected override getClosedFormLr(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** passed(this.milestones, this.lastEpoch));
  }

  /** PyTorch keeps how often each milestone appears. */
  override stateDict(): SchedulerStateDict {
    const counts: Record<number, number> = {};
    for (const epoch of this.milestones) counts[epoch] = (counts[epoch] ?? 0) + 1;
    return { ...super.stateDict(), milestones: counts };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    const counts: unknown = state?.milestones;
    if (typeof counts === 'object' && counts !== null && !Array.isArray(counts)) {
      const entries: [unknown, unknown][] = counts instanceof Map ? [...counts] : Object.entries(counts);
      const milestones = entries.flatMap(([epoch, count]) => Array<number>(Number(count)).fill(Number(epoch)));
      super.loadStateDict({ ...state, milestones: milestones.sort((a, b) => a - b) });
    } else super.loadStateDict(state);
  }
}
