/** Schedulers made of schedulers: all at once, or one after the other. */
import { ArgumentError, StateDictError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { type AnyOptimizer, passed } from './checks.js';
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
import { LRScheduler, type LRSchedulerOptions, REGROUP, type SchedulerStateDict } from './scheduler.js';

/** Throws unless all are schedulers of one optimizer that step without a metric; returns that optimizer. */
function checkSchedulers(op: string, schedulers: unknown, given: AnyOptimizer | null): AnyOptimizer {
  if (!Array.isArray(schedulers)) throw new ArgumentError(`${op}: schedulers is ${show(schedulers)}, expected a list of schedulers.`);
  if (schedulers.length === 0) throw new ArgumentError(`${op}: got no schedulers, expected at least one.`);
  const optimizer = given ?? ((schedulers[0] as LRScheduler | null)?.optimizer as AnyOptimizer);
  schedulers.forEach((scheduler: unknown, i) => {
    if (!(scheduler instanceof LRScheduler))
      throw new ArgumentError(`${op}: schedulers[${i}] is ${show(scheduler)}, expected a scheduler.`);
    if (scheduler instanceof ReduceLROnPlateau)
      throw new ArgumentError(
        `${op}: schedulers[${i}] is a ReduceLROnPlateau, whose step needs a metric. Step it by itself: scheduler.step(validationLoss).`,
      );
    if (scheduler.optimizer !== optimizer)
      throw new ArgumentError(`${op}: schedulers[${i}] (${classNameOf(scheduler)}) belongs to another optimizer.`);
  });
  return optimizer;
}

abstract class ComposedLR extends LRScheduler {
  readonly #schedulers: readonly LRScheduler[];
  #nested = false;

  constructor(optimizer: AnyOptimizer, schedulers: readonly LRScheduler[], lastEpoch?: number) {
    super(optimizer, lastEpoch);
    this.#schedulers = [...schedulers];
  }

  /** The schedulers that it is made of. */
  get schedulers(): readonly LRScheduler[] {
    return this.#schedulers;
  }

  protected getLr(): never {
    throw new ArgumentError(
      `${classNameOf(this)}: it has no rates of its own, and cannot begin at a milestone of a SequentialLR. Make it the first scheduler there.`,
    );
  }

  override initialStep(): void {
    this.#nested = true;
    // Its schedulers step here, not the user: nothing to warn about.
    const { hasStepped } = this.optimizer;
    this.optimizer.hasStepped = true;
    super.initialStep();
    this.optimizer.hasStepped = hasStepped;
  }

  override [REGROUP](from: readonly number[], factors: readonly number[]): void {
    for (const scheduler of this.#schedulers) scheduler[REGROUP](from, factors);
    super[REGROUP](from, factors);
  }

  override undoEpoch(): void {
    for (const scheduler of this.#schedulers) scheduler.undoEpoch();
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    const names = { ...super.stateKeys, baseLrs: null };
    // PyTorch's has these once a SequentialLR around it has begun with it.
    return this.#nested ? names : { ...names, stepCount: null, isInitial: null };
  }

  /** Its own state, and that of each scheduler under `_schedulers`. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), _schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    const states = state?._schedulers as SchedulerStateDict[] | undefined;
    if (!Array.isArray(states) || states.length !== this.#schedulers.length)
      throw new StateDictError(
        `${classNameOf(this)}.loadStateDict: it has ${Array.isArray(states) ? states.length : 'no'} states of schedulers (_schedulers), expected ${this.#schedulers.length}. Nothing was changed.`,
      );
    const before = this.#schedulers.map((scheduler) => scheduler.stateDict());
    try {
      this.#schedulers.forEach((scheduler, i) => {
        scheduler.loadStateDict(states[i]!);
      });
      super.loadStateDict(state);
    } catch (error) {
      this.#schedulers.forEach((scheduler, i) => {
        scheduler.loadStateDict(before[i]!);
      });
      throw error;
    }
  }
}

/** The options of {@link ChainedScheduler}. */
export interface ChainedSchedulerOptions {
  /** The optimizer of all the schedulers. Default: null, the one that they have. */
  optimizer?: AnyOptimizer | null;
}

/**
 * Steps several schedulers of one optimizer together, so that their factors multiply.
 * @param schedulers in the order of their steps.
 * @param optimizer default: that of the schedulers.
 * @throws {ArgumentError} for no schedulers, a ReduceLROnPlateau, or schedulers of different optimizers.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 * @example
 * const warmUp = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.1 });
 * const decay = new optim.lrScheduler.ExponentialLR(optimizer, 0.9);
 * const scheduler = new optim.lrScheduler.ChainedScheduler([warmUp, decay]);
 */
export class ChainedScheduler extends ComposedLR {
  static override readonly className: string = 'ChainedScheduler';
  constructor(schedulers: readonly LRScheduler[], ...args: Arguments<ChainedSchedulerOptions, [optimizer: 'optimizer']>) {
    const name = classNameOf(new.target);
    const { optimizer } = readArguments<Required<ChainedSchedulerOptions>>(name, { optimizer: null }, args);
    super(checkSchedulers(name, schedulers, optimizer), schedulers);
    this.lastLr = this.groupLrs;
  }

  override step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
    this.lastLr = this.groupLrs;
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, lastEpoch: null };
  }
}

/** The options of {@link SequentialLR}. */
export interface SequentialLROptions extends LRSchedulerOptions {
  /** In their order. */
  schedulers: readonly LRScheduler[];
  /** The epochs at which the next one takes over: one fewer than schedulers. */
  milestones: readonly number[];
}

/**
 * Steps one scheduler after the other: each from its milestone on, where it starts at its own epoch 0.
 * @throws {ArgumentError} for no schedulers, a ReduceLROnPlateau, schedulers of different optimizers, or another number of milestones.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 * @example
 * const warmUp = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.01, totalIters: 5 });
 * const cosine = new optim.lrScheduler.CosineAnnealingLR(optimizer, 95);
 * const scheduler = new optim.lrScheduler.SequentialLR(optimizer, [warmUp, cosine], [5]);
 */
export class SequentialLR extends ComposedLR {
  static override readonly className: string = 'SequentialLR';
  /** The epochs at which the next scheduler takes over. */
  milestones: number[];

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<SequentialLROptions, [schedulers: 'schedulers', milestones: 'milestones', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const options = readArguments<Required<SequentialLROptions>>(name, { schedulers: required, milestones: required, lastEpoch: -1 }, args);
    const { schedulers, milestones, lastEpoch } = options;
    super(checkSchedulers(name, schedulers, optimizer), schedulers!, lastEpoch);
    if (!Array.isArray(milestones)) throw new ArgumentError(`${name}: milestones is ${show(milestones)}, expected a list of epochs.`);
    if (milestones.length !== schedulers!.length - 1)
      throw new ArgumentError(
        `${name}: got ${milestones.length} milestones for ${schedulers!.length} schedulers, expected one fewer than schedulers.`,
      );
    milestones.forEach((epoch, i) => {
      wholeNumber(name, `milestones[${i}]`, epoch, { min: 0 });
      if (i > 0 && epoch < milestones[i - 1]!)
        throw new ArgumentError(`${name}: milestones are ${milestones.join(', ')}, expected them in ascending order.`);
    });
    this.milestones = [...milestones];
    this.lastEpoch++;
    // The schedulers' own starts do not count: only the first one starts now.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr!;
    this.undoEpoch();
    const first = this.schedulers[passed(this.milestones, 0)]!;
    first.initialStep();
    this.lastLr = first.getLastLr();
  }

  override step(): void {
    this.lastEpoch++;
    const at = passed(this.milestones, this.lastEpoch);
    const scheduler = this.schedulers[at]!;
    if (at > 0 && this.milestones[at - 1] === this.lastEpoch) scheduler.updateLr(0);
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, milestones: '_milestones' };
  }
}
