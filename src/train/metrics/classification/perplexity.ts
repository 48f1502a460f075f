/** perplexity: among how many equally likely classes a model is undecided. */
import { crossEntropy, nllLoss } from '../../../nn/loss/classification/cross-entropy.js';
import { log } from '../../../ops/elementwise/unary.js';
import { to } from '../../../ops/view/copy.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import type { Metric } from '../../types.js';
import { readNumbers } from '../count-state.js';
import { CLASS_OPTIONS, checkClasses, checkClassOptions, classLabels, type Form, formed, numbersOf } from '../forms/answers.js';
import { formOfLoss } from '../forms/loss-form.js';

/** The options of {@link perplexity}. */
export interface PerplexityOptions {
  /** Whether the model gives logits rather than probabilities. Default: as the loss says, else true; under NLLLoss they are logarithms. */
  logits?: boolean;
  /** Labels that count for nothing, such as padding. Default: those that the loss ignores, -100 as a rule. */
  ignoreIndex?: number;
  /** The key in records. Default: `perplexity`. */
  name?: string;
}

/**
 * The exponential of the mean cross entropy over all labels that count: among how many equally likely classes, or words, the model is undecided.
 * Outputs [N, C] or [N, C, T] with labels [N] or [N, T]: classes stand in dim 1, as for crossEntropy.
 * @throws {ShapeError} for outputs and targets that do not fit. @throws {ArgumentError} for targets that are not classes.
 * @see https://lightning.ai/docs/torchmetrics/stable/text/perplexity.html
 * @example
 * score(perplexity(), zeros([1, 8, 3]), tensor([[1, 2, 7]])).toFixed(4); // '8.0000'
 */
export function perplexity(options: PerplexityOptions = {}): Metric {
  const op = 'perplexity';
  const defaults = { logits: required as boolean | undefined, ignoreIndex: required as number | undefined, name: op };
  const { logits, ignoreIndex, name } = readOptions(op, defaults, options);
  checkClassOptions(op, { ...CLASS_OPTIONS, logits, ignoreIndex });
  return {
    name,
    start({ loss } = {}) {
      const form: Form = { ...CLASS_OPTIONS, op, mode: 'multi', logits, ignoreIndex, loss };
      const scale = logits === undefined ? (formOfLoss(loss)?.scale ?? 'logits') : logits ? 'logits' : 'probabilities';
      let [total, count] = [0, 0];
      return {
        update(output, target) {
          const read = formed(form, output, target);
          const truth = numbersOf(classLabels(op, read));
          checkClasses(form, read.output, truth, read.output.shape[1]!);
          const labels = to(fromTypedArray(truth, [output.shape[0]!, ...output.shape.slice(2)]), 'int64');
          const each = { ignoreIndex: -1, reduction: 'none' } as const;
          const losses =
            scale === 'logits' ? crossEntropy(output, labels, each) : nllLoss(scale === 'logs' ? output : log(output), labels, each);
          for (const one of numbersOf(losses)) total += one;
          for (const label of truth) if (label >= 0) count++;
        },
        value: () => Math.exp(total / count),
        stateDict: () => ({ total, count }),
        loadStateDict(state) {
          ({ total, count } = readNumbers(op, state, ['total', 'count']));
        },
      };
    },
  };
}
