/** score: a metric of outputs and targets that are all there. */
import { noGrad } from '../../autograd/modes/mode.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Loss, Metric, MetricName } from '../types.js';
import { readMetrics } from './metric.js';

/** The options of {@link score}. */
export interface ScoreMetricOptions {
  /** The loss, which tells whether outputs are logits or probabilities. Default: none. */
  loss?: Loss;
}

/**
 * A metric of outputs and targets that are all there, as scikit-learn's functions give it; `evaluate` measures a model over batches.
 * @param metric one of the metrics, or its name. @param output what the model gave. @param target what it should have given.
 * @throws {ArgumentError} for an unknown name, and whatever the metric throws.
 * @example
 * score('accuracy', tensor([[2, 1], [0, 3], [1, 0]]), tensor([0, 1, 1])).toFixed(4); // '0.6667'
 * score(f1({ average: 'micro' }), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.75
 */
export function score(metric: Metric | MetricName, output: Tensor, target: Tensor, options: ScoreMetricOptions = {}): number {
  const { loss } = readOptions('score', { loss: required as Loss | undefined }, options);
  const [one] = readMetrics([metric], 'score');
  const count = one!.start(loss === undefined ? {} : { loss });
  noGrad(() => count.update(output, target));
  return count.value();
}
