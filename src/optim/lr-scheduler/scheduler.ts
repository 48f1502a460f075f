/** The base of the learning-rate schedulers. */
import { ArgumentError, StateDictError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { snakeCase } from '../../tensor/arguments/spelling.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { finiteOption } from '../optimizer/checks.js';
import { type AnyOptimizer, assertOptimizer } from './checks.js';

/** @internal The method by which a schedule follows groups of its optimizer that were cut. */
export const REGROUP = Symbol('regroup');

/** The options that every scheduler has. */
export interface LRSchedulerOptions {
  /** The last epoch that was trained; -1 for none. Resuming after one needs groups that have an `initialLr`, as those of a loaded optimizer do. Default: -1. */
  lastEpoch?: number;
}

/** A scheduler's state under PyTorch's names. */
export type SchedulerStateDict = Record<string, unknown>;

/** A copy of plain data. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, copy(v)]));
  return value;
}

const kind = (value: unknown) => (Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`);

/**
 * Sets the optimizer's learning rates at each `step()`, once an epoch and after `optimizer.step()`. A custom scheduler sets its fields in
 * its constructor, which ends with a call of `start()`, and returns the rates from `getLr`: computed from the group's current rate where
 * possible, so that schedulers can be combined and rates changed by hand.
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 * @example
 * class Halving extends optim.lrScheduler.LRScheduler {
 *   constructor(optimizer: optim.SGD) {
 *     super(optimizer);
 *     this.start();
 *   }
 *   protected getLr() {
 *     return this.isInitial ? this.groupLrs : this.groupLrs.map((lr) => lr / 2);
 *   }
 * }
 */
export abstract class LRScheduler {
  /**
   * The name that texts and errors show: minifiers rename classes, but leave this. A class of your own that sets none goes by its
   * name in the code that runs.
   */
  static readonly className: string = 'LRScheduler';
  /** How many epochs have passed. */
  lastEpoch: number;
  /** The rates that the schedule started from. */
  baseLrs: number[] = [];
  protected stepCount = 0;
  protected lastLr: number[] = [];
  /** Whether the constructor is setting the first epoch's rates: what is computed from the present rate is the present rate then. */
  protected isInitial = false;

  constructor(
    /** The optimizer whose rates it sets. */
    readonly optimizer: AnyOptimizer,
    options: number | LRSchedulerOptions = -1,
  ) {
    const name = classNameOf(this);
    assertOptimizer(name, optimizer);
    const lastEpoch = typeof options === 'number' ? options : (options?.lastEpoch ?? -1);
    this.lastEpoch = wholeNumber(name, 'lastEpoch', lastEpoch, { min: -1 });
  }

  /** Called by subclasses once their options stand: sets the rates of the first epoch. */
  protected start(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      if (this.lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new ArgumentError(
          `${classNameOf(this)}: group ${i} has no initialLr to resume from at epoch ${this.lastEpoch}. Load the optimizer's state first, or leave lastEpoch at -1.`,
        );
      }
    });
    this.baseLrs = this.optimizer.paramGroups.map((group) => group.initialLr!);
    this.initialStep();
  }

  /** @internal The step of the constructor, which a SequentialLR repeats. */
  initialStep(): void {
    this.stepCount = 0;
    this.isInitial = true;
    try {
      this.step();
    } finally {
      this.isInitial = false;
    }
  }

  /** The rates of epoch `lastEpoch`, one a group. */
  protected abstract getLr(): number[];

  /** The rates of epoch `lastEpoch` computed from those of the start, where the schedule has such a form: for `step(epoch)`. */
  protected getClosedFormLr(): number[] {
    return this.getLr();
  }

  /** The groups' rates as they are now. */
  protected get groupLrs(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr as number);
  }

  /** @internal Goes to the next epoch, or to the one given. */
  updateLr(epoch?: number): void {
    if (epoch === undefined) {
      this.lastEpoch++;
      this.setLrs(this.getLr());
    } else {
      this.lastEpoch = epoch;
      this.setLrs(this.getClosedFormLr());
    }
  }

  protected setLrs(lrs: readonly number[]): void {
    const { paramGroups } = this.optimizer;
    if (lrs.length !== paramGroups.length)
      throw new ArgumentError(
        `${classNameOf(this)}: it has ${lrs.length} rates for ${paramGroups.length} param groups. Add groups to the optimizer before making its scheduler.`,
      );
    paramGroups.forEach((group, i) => {
      group.lr = lrs[i]!;
    });
    this.lastLr = this.groupLrs;
  }

  /**
   * Goes on to the next epoch. Call it after `optimizer.step()`.
   * @param epoch goes there instead, by the schedule's closed form where it has one; PyTorch advises against it.
   */
  step(epoch?: number): void {
    if (arguments.length > 1) tooMany(`${classNameOf(this)}.step`, 1, arguments);
    if (epoch !== undefined) finiteOption(`${classNameOf(this)}.step`, 'epoch', epoch);
    if (this.stepCount === 1 && !this.optimizer.hasStepped)
      warnOnce(
        'scheduler.step() was called before optimizer.step(), so the first value of the schedule is skipped. Call optimizer.step() first.',
      );
    this.stepCount++;
    this.updateLr(epoch);
  }

  /** The rates that the last step set, one a group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** Names of fields in the state dict that the mechanical rule (`stepSize` to `step_size`) does not give; null for what is not in it. */
  protected get stateKeys(): Readonly<Record<string, string | null>> {
    return { optimizer: null, stepCount: '_step_count', lastLr: '_last_lr', isInitial: '_is_initial' };
  }

  /** The fields of the state dict, each with its name there. */
  #saved(): [field: string, name: string][] {
    const names = this.stateKeys;
    return Object.keys(this).flatMap((field) => {
      const name = field in names ? names[field]! : snakeCase(field);
      return name === null ? [] : [[field, name] as [string, string]];
    });
  }

  /** Everything but the optimizer and functions, under PyTorch's names; plain data. */
  stateDict(): SchedulerStateDict {
    const out = Object.fromEntries(this.#saved().map(([field, name]) => [name, copy(this[field as keyof this])]));
    // PyTorch's flag of the moment, which its state dicts carry along.
    return 'base_lrs' in out ? { ...out, _get_lr_called_within_step: false } : out;
  }

  /** `StepLR (lr: [0.05], base_lrs: [0.1], gamma: 0.5, last_epoch: 2, step_size: 2)`: the rates as they are, then the state. */
  toString(): string {
    const rates = this.lastLr.map(String).join(', ');
    const rest = this.#saved()
      .filter(([, name]) => !name.startsWith('_'))
      .map(([field, name]) => [name, this[field as keyof this]] as const)
      .filter(([, value]) => typeof value !== 'function' && !(typeof value === 'object' && value !== null && !Array.isArray(value)))
      .map(([name, value]) => `, ${name}: ${show(value)}`);
    return `${classNameOf(this)} (lr: [${rates}]${rest.sort().join('')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For JSON.stringify: the state dict. */
  toJSON(): SchedulerStateDict {
    return this.stateDict();
  }

  /**
   * Takes over a state of {@link stateDict} or of PyTorch. The optimizer's rates are part of its own state: load that as well.
   * @throws {StateDictError} for anything but the state of such a scheduler; nothing is changed then.
   */
  loadStateDict(state: SchedulerStateDict): void {
    const fail = (message: string): never => {
      throw new StateDictError(`${classNameOf(this)}.loadStateDict: ${message} Nothing was changed.`);
    };
    if (typeof state !== 'object' || state === null) fail(`got ${kind(state)}, expected what stateDict() gives.`);
    const found: [string, unknown][] = [];
    for (const [field, name] of this.#saved()) {
      if (!Object.hasOwn(state, name)) continue;
      const [now, next] = [this[field as keyof this] as unknown, state[name]];
      if (now !== null && next !== null && kind(now) !== kind(next)) fail(`${name} is ${kind(next)}, expected ${kind(now)}.`);
      found.push([field, copy(next)]);
    }
    if (found.length === 0)
      fail(`none of ${Object.keys(state).join(', ') || 'its keys (there are none)'} is a name of this scheduler's state.`);
    Object.assign(this, Object.fromEntries(found));
  }

  /**
   * @internal The optimizer's groups were cut: the i-th was a part of group `from[i]`, and its rates are `factors[i]` times as high as that
   * one's.
   */
  [REGROUP](from: readonly number[], factors: readonly number[]): void {
    this.baseLrs = from.map((group, i) => this.baseLrs[group]! * factors[i]!);
    this.lastLr = from.map((group, i) => this.lastLr[group]! * factors[i]!);
  }

  /** @internal Undoes the count of the constructor's step, for a SequentialLR. */
  undoEpoch(): void {
    this.lastEpoch--;
  }
}
