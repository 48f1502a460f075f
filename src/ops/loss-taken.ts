/** What a loss was taken over: told to a training loop, which averages the losses of batches of different sizes. */
import type { Tensor } from '../tensor/tensor.js';
import type { Reduction } from './loss-options.js';

/** A loss that was reduced to one number. */
export interface LossTaken {
  /** The function: `crossEntropy`, `mseLoss`. Undefined where only the reduction is known. */
  readonly op?: string;
  /** The scores or probabilities that it was given. */
  readonly input?: Tensor;
  readonly value: Tensor;
  readonly reduction: Reduction;
  /** By what a mean was divided, where that is not the number of samples: the labels that count, with their weights. */
  readonly divisor?: () => number;
}

let listener: ((taken: LossTaken) => void) | null = null;

/** Tells whoever listens; free where nobody does. */
export function noteLoss(taken: LossTaken): void {
  listener?.(taken);
}

/** Runs `body`, synchronously, and gives what it returned with the losses that were taken in it. */
export function watchLosses<R>(body: () => R): { result: R; taken: LossTaken[] } {
  const before = listener;
  const taken: LossTaken[] = [];
  listener = (loss) => taken.push(loss);
  try {
    return { result: body(), taken };
  } finally {
    listener = before;
  }
}
