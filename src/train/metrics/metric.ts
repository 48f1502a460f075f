/** Metrics: numbers that people understand better than a loss. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import type { Metric, MetricName } from '../types.js';
import { accuracy } from './classification/accuracy.js';
import { cohenKappa, matthews } from './classification/agreement.js';
import { brier, calibrationError } from './classification/calibration.js';
import { perplexity } from './classification/perplexity.js';
import { f1, jaccard, precision, recall, specificity } from './classification/precision-recall.js';
import { topKAccuracy } from './classification/top-k.js';
import { readNumbers } from './count-state.js';
import { auroc, averagePrecision } from './ranking/auroc.js';
import { meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, rootMeanSquaredError } from './regression/errors.js';
import { r2Score } from './regression/r2.js';

/**
 * A custom metric: the mean of `measure` over the samples.
 * @param measure a number, or a tensor of one element, for a batch; batches weigh by their size.
 * @throws {ArgumentError} for a `measure` that gives something else.
 * @example
 * metric('mae', (output, target) => output.sub(target).abs().mean())
 */
export function metric(name: string, measure: (output: Tensor, target: Tensor) => number | Tensor): Metric {
  if (typeof name !== 'string' || name === '') throw new ArgumentError(`metric: the name is ${show(name)}, expected a string.`);
  if (typeof measure !== 'function')
    throw new ArgumentError(`metric: measure of "${name}" is ${show(measure)}, expected a function: (output, target) => number.`);
  return {
    name,
    start() {
      let [total, samples] = [0, 0];
      return {
        update(output, target) {
          const value = numberOf(name, measure(output, target));
          const count = target.shape[0] ?? 1;
          total += count * value;
          samples += count;
        },
        value: () => total / samples,
        stateDict: () => ({ total, samples }),
        loadStateDict(state) {
          ({ total, samples } = readNumbers(name, state, ['total', 'samples']));
        },
      };
    },
  };
}

function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof Tensor && value.numel() === 1) return item(value);
  if (value instanceof Tensor)
    throw new ShapeError(
      `metric "${name}": measure gave a tensor of shape ${showShape(value.shape)}, expected one number for the batch. Reduce it: mean().`,
    );
  const advice = value instanceof Promise ? ' It may not be async.' : value === undefined ? ' Does it end without return?' : '';
  throw new ArgumentError(`metric "${name}": measure gave ${show(value)}, expected a number or a tensor of one element.${advice}`);
}

/** Those that go by name alone, under the names of their functions and under those of their records. */
const byName: Readonly<Record<MetricName, () => Metric>> = {
  ...{ accuracy, topKAccuracy, top5: topKAccuracy, precision, recall, f1, specificity, jaccard, matthews, cohenKappa },
  ...{ auroc, averagePrecision, calibrationError, brier, perplexity },
  ...{ meanSquaredError, mse: meanSquaredError, rootMeanSquaredError, rmse: rootMeanSquaredError, r2Score, r2: r2Score },
  ...{ meanAbsoluteError, mae: meanAbsoluteError, meanAbsolutePercentageError, mape: meanAbsolutePercentageError },
};

/** The names that metrics go by. */
export const metricNames: readonly string[] = Object.keys(byName);

/**
 * The metrics of a training or an evaluation: objects, or names of those that need no options.
 * @throws {ArgumentError} for what measures nothing, and for metrics that would overwrite each other, or the loss.
 */
export function readMetrics(given: unknown, op: string): Metric[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw new ArgumentError(`${op}: metrics is ${show(given)}, expected a list: metrics: [accuracy()].`);
  const metrics = given.map((one: unknown): Metric => {
    if (typeof one === 'string') {
      if (Object.hasOwn(byName, one)) return byName[one as MetricName]();
      const meant = meantName(one, metricNames);
      throw new ArgumentError(
        `${op}: there is no metric "${one}"; by name there are ${metricNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`} Make your own: metric('${one}', (output, target) => …).`,
      );
    }
    if (typeof one === 'function')
      throw new ArgumentError(`${op}: a metric is ${show(one)}, expected what it makes. Call it: metrics: [accuracy()].`);
    const { name, start } = (one ?? {}) as Partial<Metric>;
    if (typeof name !== 'string' || typeof start !== 'function')
      throw new ArgumentError(
        `${op}: a metric is ${show(one)}, expected an object with name and start(). Use accuracy() or metric(name, measure).`,
      );
    return one as Metric;
  });
  const names = new Set<string>(['loss']);
  for (const { name } of metrics) {
    if (names.has(name))
      throw new ArgumentError(
        `${op}: ${name === 'loss' ? 'a metric is called "loss", the key of the loss' : `two metrics are called "${name}"`}. Give it another name.`,
      );
    names.add(name);
  }
  return metrics;
}
