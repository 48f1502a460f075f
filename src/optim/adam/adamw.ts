/** AdamW: Adam whose weight decay does not pass through the averages. */
import { unknownOption } from '../../tensor/arguments/arguments.js';
import type { OptionsInput, ParamsInput } from '../optimizer/param-groups.js';
import type { OptimizerStateDict } from '../optimizer/state-dict.js';
import { ADAM_DEFAULTS, Adam, type AdamOptions } from './adam.js';

/** The options of {@link AdamW}. */
export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>;

/** The options as Adam takes them. Anything but an object is left for Adam to refuse. */
function decoupled(options: OptionsInput<AdamWOptions>): OptionsInput<AdamOptions> {
  if (typeof options !== 'object' || options === null) return options;
  const { decoupledWeightDecay: _, ...known } = ADAM_DEFAULTS;
  if ('decoupledWeightDecay' in options) throw unknownOption('AdamW', 'decoupledWeightDecay', Object.keys(known));
  const { weightDecay = 1e-2 } = options;
  return { ...options, weightDecay, decoupledWeightDecay: true };
}

/**
 * {@link Adam} with decoupled weight decay, by default 0.01.
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101; https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @example
 * const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 1e-2 });
 */
export class AdamW extends Adam {
  static override readonly className: string = 'AdamW';
  constructor(params: ParamsInput<AdamWOptions>, options: OptionsInput<AdamWOptions> = {}) {
    super(params, decoupled(options));
  }

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    for (const group of this.paramGroups) group.decoupledWeightDecay = true; // also after a state of Adam
  }
}
