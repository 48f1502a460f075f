/** The base of the learning-rate schedulers. */
import { ArgumentError } from '../../errors.js';
import { camelCase, Optimizer, snakeCase } from '../optimizer.js';

export interface SchedulerOptions {
  /** The epoch after which training goes on; -1 starts anew. Resuming needs groups with an `initialLr`, as a loaded optimizer has them. Default: -1. */
  lastEpoch?: number;
}

/** A scheduler's state under PyTorch's names. */
export type SchedulerStateDict = Record<string, unknown>;

/** Any optimizer: schedulers look only at the groups' lr. */
// biome-ignore lint/suspicious/noExplicitAny: options differ from optimizer to optimizer, lr is in all of them
export type AnyOptimizer = Optimizer<any>;

/** Throws unless `value` is a whole number of at least `least`. */
export function whole(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`${op}: ${name} is ${String(value)}, expected a whole number of at least ${least}.`);
}

/** Throws unless `value` is a finite number. */
export function finite(op: string, name: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ArgumentError(`${op}: ${name} is ${String(value)}, expected a number.`);
}

/**
 * Sets the optimizer's learning rates at each `step()`, once an epoch and after `optimizer.step()`. Subclasses give the rates in `getLr`:
 * most of them from the group's present rate, so that schedulers can be combined and rates changed by hand.
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler {
  /** How many epochs have passed. */
  lastEpoch: number;
  /** The rates that the schedule started from. */
  baseLrs: number[] = [];
  protected stepCount = 0;
  protected lastLr: number[] = [];

  constructor(
    readonly optimizer: AnyOptimizer,
    { lastEpoch = -1 }: SchedulerOptions = {},
  ) {
    const name = this.constructor.name;
    if (!(optimizer instanceof Optimizer))
      throw new ArgumentError(`${name}: the first argument is ${optimizer === null ? 'null' : typeof optimizer}, expected an optimizer.`);
    whole(name, 'lastEpoch', lastEpoch, -1);
    this.lastEpoch = lastEpoch;
  }

  /** Called by subclasses once their options stand: sets the rates of the first epoch. */
  protected start(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      if (this.lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new ArgumentError(
          `${this.constructor.name}: group ${i} has no initialLr to resume from at epoch ${this.lastEpoch}. Load the optimizer's state first, or leave lastEpoch at -1.`,
        );
      }
    });
    this.baseLrs = this.optimizer.paramGroups.map((group) => group.initialLr!);
    this.update();
  }

  /** The rates of epoch `lastEpoch`, one a group. `starting`: called by the constructor. */
  protected abstract getLr(starting: boolean): number[];

  /** The groups' rates as they are now. */
  protected get groupLrs(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr as number);
  }

  private update(): void {
    this.stepCount++;
    this.lastEpoch++;
    this.setLrs(this.getLr(this.stepCount === 1));
  }

  protected setLrs(lrs: readonly number[]): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = lrs[i] ?? group.lr;
    });
    this.lastLr = this.groupLrs;
  }

  /** Goes on to the next epoch. Call it after `optimizer.step()`. */
  step(_metric?: number): void {
    if (this.stepCount === 1 && !this.optimizer.hasStepped) {
      console.warn(
        `${this.constructor.name}: scheduler.step() was called before optimizer.step(), so the first value of the schedule is skipped. Call optimizer.step() first.`,
      );
    }
    this.update();
  }

  /** The rates that the last step set, one a group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** Names of fields in the state dict that the mechanical rule (`stepSize` to `step_size`) does not give. */
  protected get stateNames(): Readonly<Record<string, string>> {
    return { stepCount: '_step_count', lastLr: '_last_lr' };
  }

  /** Everything but the optimizer, under PyTorch's names. */
  stateDict(): SchedulerStateDict {
    const names = this.stateNames;
    const copy = (value: unknown) => (Array.isArray(value) ? [...value] : value);
    const saved = Object.entries(this).filter(([field, value]) => field !== 'optimizer' && typeof value !== 'function');
    return Object.fromEntries(saved.map(([field, value]) => [names[field] ?? snakeCase(field), copy(value)]));
  }

  /** Takes over a state of {@link stateDict} or of PyTorch. The optimizer's rates are part of its own state. */
  loadStateDict(state: SchedulerStateDict): void {
    const fields = Object.fromEntries(Object.entries(this.stateNames).map(([field, name]) => [name, field]));
    for (const [name, value] of Object.entries(state)) {
      const field = fields[name] ?? camelCase(name);
      if (field === 'optimizer' || !Object.hasOwn(this, field)) continue;
      (this as Record<string, unknown>)[field] = Array.isArray(value) ? [...value] : value;
    }
  }
}
