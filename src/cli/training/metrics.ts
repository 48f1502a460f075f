/** What is measured beside the loss. */
import { ArgumentError } from '../../errors.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { metricNames, readMetrics } from '../../train/metrics/metric.js';
import type { Metric } from '../../train/types.js';
import type { Input, Task } from '../data/prepared.js';

/** The name of a metric. @throws {ArgumentError} for one that there is not. */
export function metricName(given: string): string {
  if (metricNames.includes(given)) return given;
  const meant = meantName(given, metricNames);
  throw new ArgumentError(
    `--metrics ${given}: there is no such metric; there are ${metricNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

/** Metrics by name, of amounts in the units of the target. Default: the accuracy of classes, the mean absolute error of amounts. */
export function metricsFor(names: readonly string[] | undefined, task: Task, input: Input): Metric[] {
  const metrics = readMetrics(names ?? [task === 'classification' ? 'accuracy' : 'mae'], '--metrics');
  const output = input.kind === 'table' ? input.output : null;
  return output === null ? metrics : metrics.map((metric) => inUnits(metric, output));
}

/** Models learn targets of mean 0 and deviation 1; people read them as they are in the file. */
function inUnits(metric: Metric, { mean, scale }: { readonly mean: number; readonly scale: number }): Metric {
  const whole = (values: Tensor) => values.mul(scale).add(mean);
  return {
    name: metric.name,
    start(context) {
      const count = metric.start(context);
      return {
        update: (output, target) => count.update(whole(output), whole(target)),
        value: () => count.value(),
        ...(count.stateDict && { stateDict: () => count.stateDict!() }),
        ...(count.loadStateDict && { loadStateDict: (state: unknown) => count.loadStateDict!(state) }),
      };
    },
  };
}
