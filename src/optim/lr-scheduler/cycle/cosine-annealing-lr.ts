/** Cosine annealing, without restarts and with them. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { finiteOption } from '../../optimizer/checks.js';
import type { AnyOptimizer } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions } from '../scheduler.js';

/** The options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends LRSchedulerOptions {
  /** Epochs from the highest rate to the lowest. */
  tMax: number;
  /** The lowest rate. Default: 0. */
  etaMin?: number;
}

/**
 * Moves the rate along half a cosine from its start to `etaMin` in `tMax` epochs, and back in the next:
 * `etaMin + (base - etaMin) (1 + cos(pi epoch / tMax)) / 2`, computed from the rate before, as PyTorch does.
 * @throws {ArgumentError} for a tMax that is not a whole number above 0.
 * @see Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 * @example
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 100, { etaMin: 1e-5 });
 */
export class CosineAnnealingLR extends LRScheduler {
  static override readonly className: string = 'CosineAnnealingLR';
  /** How many epochs the rate takes from its largest to its smallest. */
  tMax: number;
  /** The smallest rate. */
  etaMin: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<CosineAnnealingLROptions, [tMax: 'tMax', etaMin: 'etaMin', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const defaults = { tMax: required, etaMin: 0, lastEpoch: -1 };
    const { tMax, etaMin, lastEpoch } = readArguments<Required<CosineAnnealingLROptions>>(name, defaults, args);
    super(optimizer, lastEpoch);
    this.tMax = wholeNumber(name, 'tMax', tMax, { min: 1 });
    this.etaMin = finiteOption(name, 'etaMin', etaMin);
    this.start();
  }

  protected getLr(): number[] {
    const { lastEpoch, tMax, etaMin, groupLrs } = this;
    if (this.isInitial) return groupLrs;
    if (this.stepCount === 1 && lastEpoch > 0) return this.getClosedFormLr();
    // Out of the lowest point, where the ratio below would be 0 / 0.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0)
      return groupLrs.map((lr, i) => lr + ((this.baseLrs[i]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    const ratio = (1 + Math.cos((Math.PI * lastEpoch) / tMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax));
    return groupLrs.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  protected override getClosedFormLr(): number[] {
    const { lastEpoch, tMax, etaMin } = this;
    return this.baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * lastEpoch) / tMax))) / 2);
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, tMax: 'T_max' };
  }
}

/** The options of {@link CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends LRSchedulerOptions {
  /** Epochs until the first restart. */
  t0: number;
  /** How much longer each period is than the one before. Default: 1. */
  tMult?: number;
  /** The lowest rate. Default: 0. */
  etaMin?: number;
}

/**
 * Moves the rate along half a cosine from its start to `etaMin` in `t0` epochs, then starts again from the top, with periods that are
 * `tMult` times as long each: `etaMin + (base - etaMin) (1 + cos(pi tCur / tI)) / 2`, tCur being the epochs since the restart.
 * `step(epoch)` with a fraction sets the rate within an epoch: `scheduler.step(epoch + i / batches)` after each batch.
 * @throws {ArgumentError} for a t0 or tMult that is not a whole number above 0.
 * @see Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 * @example
 * const scheduler = new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 });
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  static override readonly className: string = 'CosineAnnealingWarmRestarts';
  /** How many epochs the first cycle takes. */
  t0: number;
  /** The length of this period. */
  tI: number;
  /** How many times as long each cycle is as the one before. */
  tMult: number;
  /** The smallest rate. */
  etaMin: number;
  /** Epochs since the last restart. */
  tCur: number;

  constructor(
    optimizer: AnyOptimizer,
    ...args: Arguments<CosineAnnealingWarmRestartsOptions, [t0: 't0', tMult: 'tMult', etaMin: 'etaMin', lastEpoch: 'lastEpoch']>
  ) {
    const name = classNameOf(new.target);
    const defaults = { t0: required, tMult: 1, etaMin: 0, lastEpoch: -1 };
    const { t0, tMult, etaMin, lastEpoch } = readArguments<Required<CosineAnnealingWarmRestartsOptions>>(name, defaults, args);
    super(optimizer, lastEpoch);
    this.t0 = wholeNumber(name, 't0', t0, { min: 1 });
    this.tMult = wholeNumber(name, 'tMult', tMult, { min: 1 });
    this.etaMin = finiteOption(name, 'etaMin', etaMin);
    this.tI = t0;
    this.tCur = this.lastEpoch;
    this.start();
  }

  protected getLr(): number[] {
    const { tCur, tI, etaMin } = this;
    return this.baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * tCur) / tI))) / 2);
  }

  /**
   * Goes on to the next epoch, or to `epoch`, which may be a fraction. As in PyTorch it does not mind coming before `optimizer.step()`.
   * @throws {ArgumentError} for an epoch below 0.
   */
  override step(epoch?: number): void {
    if (epoch !== undefined && !(epoch >= 0 && Number.isFinite(epoch)))
      throw new ArgumentError(`CosineAnnealingWarmRestarts.step: epoch is ${show(epoch)}, expected a number of at least 0.`);
    if (epoch === undefined && this.lastEpoch >= 0) {
      this.lastEpoch++;
      this.tCur++;
      if (this.tCur >= this.tI) {
        this.tCur %= this.tI;
        this.tI *= this.tMult;
      }
    } else this.goTo(epoch ?? 0);
    this.setLrs(this.getLr());
  }

  private goTo(epoch: number): void {
    const { t0, tMult } = this;
    this.lastEpoch = Math.floor(epoch);
    if (epoch < t0) {
      this.tI = t0;
      this.tCur = epoch;
    } else if (tMult === 1) {
      this.tCur = epoch % t0;
    } else {
      const restarts = Math.trunc(Math.log((epoch / t0) * (tMult - 1) + 1) / Math.log(tMult));
      this.tCur = epoch - (t0 * (tMult ** restarts - 1)) / (tMult - 1);
      this.tI = t0 * tMult ** restarts;
    }
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, t0: 'T_0', tI: 'T_i', tMult: 'T_mult', tCur: 'T_cur' };
  }
}
