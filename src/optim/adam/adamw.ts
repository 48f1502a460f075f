/** AdamW: Adam whose weight decay does not pass through the averages. */
import { unknownOption } from '../../tensor/arguments.js';
import type { Given, OptimizerStateDict, Params } from '../optimizer.js';
import { Adam, type AdamOptions } from './adam.js';

/** The options of {@link AdamW}. */
export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>;

/** The options as Adam takes them. What is no object of options is left for Adam to refuse. */
function decoupled(options: Given<AdamWOptions>): Given<AdamOptions> {
  if (typeof options !== 'object' || options === null) return options;
  if ('decoupledWeightDecay' in options) throw unknownOption('AdamW', 'decoupledWeightDecay', KNOWN);
  const { weightDecay = 1e-2 } = options;
  return { ...options, weightDecay, decoupledWeightDecay: true };
}

const KNOWN: readonly (keyof AdamWOptions)[] = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'];

/**
 * {@link Adam} with decoupled weight decay, by default 0.01.
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101; https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 1e-2 });
 */
export class AdamW extends Adam {
  static override readonly className: string = 'AdamW';
  constructor(params: Params<AdamWOptions>, options: Given<AdamWOptions> = {}) {
    super(params, decoupled(options));
  }

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    for (const group of this.paramGroups) group.decoupledWeightDecay = true; // also after a state of Adam
  }
}
