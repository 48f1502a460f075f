/** What a loss tells of the outputs that it is given. */
import {
  BCELoss,
  BCEWithLogitsLoss,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  MultiLabelSoftMarginLoss,
  multilabelSoftMarginLoss,
} from '../../../nn/loss/classification/binary.js';
import { CrossEntropyLoss, crossEntropy, NLLLoss, nllLoss } from '../../../nn/loss/classification/cross-entropy.js';
import type { Loss } from '../../types.js';

/** How outputs say what they hold for true: `logs` are logarithms of probabilities. */
export type Scale = 'probabilities' | 'logits' | 'logs';

/** What a loss tells: whether each output is a question of its own, and how it is answered. */
export interface LossForm {
  readonly binary: boolean;
  readonly scale: Scale;
  /** The label that it ignores. */
  readonly ignoreIndex?: number;
}

/** undefined for losses that tell nothing: measured ones, and functions of one's own. */
export function formOfLoss(loss: Loss | undefined): LossForm | undefined {
  if (loss instanceof BCELoss || loss === binaryCrossEntropy) return { binary: true, scale: 'probabilities' };
  if (loss instanceof BCEWithLogitsLoss || loss instanceof MultiLabelSoftMarginLoss) return { binary: true, scale: 'logits' };
  if (loss === binaryCrossEntropyWithLogits || loss === multilabelSoftMarginLoss) return { binary: true, scale: 'logits' };
  const { ignoreIndex = -100 } = (loss ?? {}) as { ignoreIndex?: number };
  if (loss instanceof CrossEntropyLoss || loss === crossEntropy) return { binary: false, scale: 'logits', ignoreIndex };
  if (loss instanceof NLLLoss || loss === nllLoss) return { binary: false, scale: 'logs', ignoreIndex };
  return undefined;
}
