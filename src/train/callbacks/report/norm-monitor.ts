/** normMonitor: how large gradients and weights are, epoch by epoch. */

import { noGrad } from '../../../autograd/modes/mode.js';
import { reduceRaw } from '../../../ops/reduce/sum.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { countOf } from '../../../tensor/arguments/checks.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import { runStep } from '../../batch/batch-step.js';
import type { Callback, TrainingRun } from '../callback.js';

/** The options of {@link normMonitor}. */
export interface NormMonitorOptions {
  /** In how many updates of an epoch gradients are measured, at equal distances. Default: 10, which costs next to nothing. */
  samples?: number;
}

/**
 * Notes two norms for each epoch's record, under `logged`: `gradientNorm`, the mean over some of the epoch's updates of the norm of all
 * gradients together, as the optimizer gets them; and `weightNorm`, that of all parameters after the epoch. Gradients that grow from epoch to
 * epoch, or vanish, and weights that grow without end show there first.
 * @throws {ArgumentError} for a count below 1.
 * @example
 * const history = await fit(model, { train, loss: criterion, optimizer, epochs: 2, callbacks: [normMonitor()] });
 * history.values('logged.gradientNorm').length; // 2
 */
export function normMonitor(options: NormMonitorOptions = {}): Callback {
  const { samples } = readOptions('normMonitor', { samples: 10 }, options);
  countOf('normMonitor', 'samples', samples, 1);
  let [sum, count] = [0, 0];
  return {
    name: 'normMonitor',
    onEpochStart() {
      [sum, count] = [0, 0];
    },
    onBeforeOptimizerStep({ optimizer, step, steps }: TrainingRun) {
      const apart = steps === undefined ? 10 : Math.max(1, Math.floor(steps / samples));
      if (count > 0 && step % apart !== 0) return;
      sum += totalNorm(parametersOf(optimizer), (parameter) => parameter.ownGrad);
      count++;
    },
    onEvaluationStart(run) {
      if (count > 0) run.log('gradientNorm', sum / count);
      const weights = runStep(run.model, null, false, () => totalNorm(run.model.parameters(), (parameter) => parameter));
      run.log('weightNorm', weights);
    },
    stateDict: () => ({ sum, count }),
    loadStateDict(state: { sum: number; count: number }) {
      ({ sum, count } = state);
    },
  };
}

function parametersOf(optimizer: TrainingRun['optimizer']): Tensor[] {
  return (optimizer.paramGroups as readonly { params?: readonly Tensor[] }[]).flatMap(({ params = [] }) => [...params]);
}

/** The norm of all elements of the tensors together. */
function totalNorm(parameters: readonly Tensor[], of: (parameter: Tensor) => Tensor | null): number {
  return noGrad(() => {
    let squares = 0;
    for (const parameter of parameters) {
      const x = of(parameter);
      if (x !== null && x.numel() > 0)
        squares += item(
          reduceRaw(
            'sumsq',
            x,
            x.shape.map((_, d) => d),
            'normMonitor',
          ),
        );
    }
    return Math.sqrt(squares);
  });
}
