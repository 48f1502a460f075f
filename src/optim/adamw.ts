/** AdamW: Adam whose weight decay does not pass through the averages. */
import { Adam, type AdamOptions } from './adam.js';
import type { Given, OptimizerStateDict, Params } from './optimizer.js';

export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>;

/**
 * {@link Adam} with decoupled weight decay, by default 0.01.
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101; https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 1e-2 });
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamWOptions>, options: Given<AdamWOptions> = {}) {
    super(params, { ...options, weightDecay: options.weightDecay ?? 1e-2, decoupledWeightDecay: true } as AdamOptions);
  }

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    for (const group of this.paramGroups) group.decoupledWeightDecay = true; // also after a state of Adam
  }
}
