/** Cosine annealing. */
import { type AnyOptimizer, finite, LRScheduler, type SchedulerOptions, whole } from './scheduler.js';

export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** Epochs from the highest rate to the lowest. */
  tMax: number;
  /** The lowest rate. Default: 0. */
  etaMin?: number;
}

/**
 * Moves the rate along half a cosine from its start to `etaMin` in `tMax` epochs, and back in the next:
 * `etaMin + (base - etaMin) (1 + cos(pi epoch / tMax)) / 2`, computed from the rate before, as PyTorch does.
 * @see Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  constructor(optimizer: AnyOptimizer, options: CosineAnnealingLROptions) {
    super(optimizer, options);
    const { tMax, etaMin = 0 } = options ?? {};
    whole('CosineAnnealingLR', 'tMax', tMax, 1);
    finite('CosineAnnealingLR', 'etaMin', etaMin);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.start();
  }

  protected getLr(starting: boolean): number[] {
    const { lastEpoch, tMax, etaMin, groupLrs } = this;
    if (starting) return groupLrs;
    // Out of the lowest point, where the ratio below would be 0 / 0.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0)
      return groupLrs.map((lr, i) => lr + ((this.baseLrs[i]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    const ratio = (1 + Math.cos((Math.PI * lastEpoch) / tMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax));
    return groupLrs.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  protected override get stateNames(): Readonly<Record<string, string>> {
    return { ...super.stateNames, tMax: 'T_max' };
  }
}
