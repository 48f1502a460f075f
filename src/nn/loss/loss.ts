/** What all losses are as layers. */
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import type { Reduction } from './options.js';

/** What all losses have. */
export abstract class Loss<R extends string = Reduction> extends Module {
  static override readonly className: string = 'Loss';
  /** What becomes of the loss of each item. */
  reduction: R;

  constructor({ reduction }: { reduction: R }) {
    super();
    this.reduction = reduction;
  }
}

/** A loss with a weight, which is a buffer and part of the state dict as in PyTorch. */
export abstract class WeightedLoss extends Loss {
  static override readonly className: string = 'WeightedLoss';
  weight: Tensor | null;

  constructor(options: { reduction: Reduction; weight: Tensor | null }) {
    super(options);
    this.weight = this.registerBuffer('weight', options.weight);
  }
}
