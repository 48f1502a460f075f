/** What a loss was taken over: reported to a training loop, which averages the losses of batches of different sizes. */

import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Reduction } from './options.js';

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

/** Notifies the listener, and warns of an input that was made for another loss; costs nothing where there is neither. */
export function noteLoss(taken: LossTaken): void {
  const { op, input } = taken;
  if (op !== undefined && input !== undefined) {
    const found = madeForAnother(op, input);
    if (found !== undefined) warnOnce(`${op}: ${found}`);
  }
  listener?.(taken);
}

/** What stands in a message about outputs that a loss does not expect, by what is wrong. */
export const unexpected = {
  probabilities:
    'the input holds probabilities (a softmax made them, or each row is positive and sums to 1), but logits are expected: cross entropy applies softmax itself, and twice learns slowly and badly. Leave the softmax out of the model, or use NLLLoss with logSoftmax.',
  noLogs:
    'the input holds no log-probabilities (their exponentials do not sum to 1). End the model with logSoftmax(1), or use CrossEntropyLoss, which applies it to logits.',
  sigmoid:
    'the input is what a sigmoid gave, but logits are expected: the loss applies sigmoid itself. Leave the sigmoid out of the model, or use BCELoss.',
} as const;

/** What is wrong with a loss's input, as far as the operation that made it shows. */
export function madeForAnother(op: string, input: Tensor): string | undefined {
  const name = input.gradFn?.name;
  if (name === undefined) return undefined;
  if (op === 'crossEntropy') return (name[0] === 's' || name[0] === 'S') && /^softmax/i.test(name) ? unexpected.probabilities : undefined;
  if (op === 'nllLoss') return /^(softmax|linear|addmm|mm(?![a-z])|matmul|relu)/i.test(name) ? unexpected.noLogs : undefined;
  if (op === 'binaryCrossEntropyWithLogits') return /^sigmoid/i.test(name) ? unexpected.sigmoid : undefined;
  return undefined;
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
