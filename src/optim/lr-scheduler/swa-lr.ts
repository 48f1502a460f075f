/** The rate of stochastic weight averaging. */
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { type AnyOptimizer, perGroup } from './checks.js';
import { LRScheduler, type LRSchedulerOptions } from './scheduler.js';

/** The options of {@link SWALR}. */
export interface SWALROptions extends LRSchedulerOptions {
  /** The rate at the end, for all groups or for each. */
  swaLr: number | readonly number[];
  /** Epochs on the way there. Default: 10. */
  annealEpochs?: number;
  /** Along half a cosine, or in a straight line. Default: `cos`. */
  annealStrategy?: 'cos' | 'linear';
}

/**
 * Moves the rate from what it is to `swaLr` in `annealEpochs` epochs and keeps it there, while `nn.swaUtils.AveragedModel` averages.
 * @throws {ArgumentError} for bad options.
 * @see Izmailov et al. 2018, https://arxiv.org/abs/1803.05407
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.SWALR.html
 * @example
 * const scheduler = new optim.lrScheduler.SWALR(optimizer, 0.05, { annealEpochs: 5 });
 */
export class SWALR extends LRScheduler {
  static override readonly className: string = 'SWALR';
  /** How many epochs the way to the new rate takes. */
  annealEpochs: number;
  /** How the rate falls: by a cosine, or linearly. */
  annealStrategy: 'cos' | 'linear';

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<
      SWALROptions,
      [swaLr: 'swaLr', annealEpochs: 'annealEpochs', annealStrategy: 'annealStrategy', lastEpoch: 'lastEpoch']
    >
  ) {
    const name = classNameOf(new.target);
    const defaults = { swaLr: required, annealEpochs: 10, annealStrategy: 'cos', lastEpoch: -1 } as const;
    const { swaLr, annealEpochs, annealStrategy, lastEpoch } = readArguments<Required<SWALROptions>>(name, defaults, args);
    super(optimizer, lastEpoch);
    const swaLrs = perGroup(name, 'swaLr', swaLr, optimizer);
    this.annealStrategy = oneOf(name, 'annealStrategy', annealStrategy, ['cos', 'linear']);
    this.annealEpochs = wholeNumber(name, 'annealEpochs', annealEpochs, { min: 0 });
    optimizer.paramGroups.forEach((group, i) => {
      group.swaLr = swaLrs[i]!;
    });
    this.start();
  }

  /** How much of the new rate there is after some steps. */
  private alpha(step: number): number {
    const t = Math.max(0, Math.min(1, step / Math.max(1, this.annealEpochs)));
    return this.annealStrategy === 'linear' ? t : (1 - Math.cos(Math.PI * t)) / 2;
  }

  protected getLr(): number[] {
    const step = this.annealEpochs === 0 ? Math.max(1, this.stepCount - 1) : this.stepCount - 1;
    const [before, now] = [this.alpha(step - 1), this.alpha(step)];
    return this.optimizer.paramGroups.map((group) => {
      const { lr, swaLr } = group as { lr: number; swaLr: number };
      const old = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
      return swaLr * now + old * (1 - now);
    });
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, annealStrategy: '_anneal_strategy' };
  }
}
