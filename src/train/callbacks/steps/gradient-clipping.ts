/** gradientClipping: keeps gradients from growing too large. */
import { ArgumentError } from '../../../errors.js';
import { clipGradNorm_, clipGradValue_, type NormType } from '../../../nn/utils/gradients.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { above } from '../../../tensor/arguments/checks.js';
import { item } from '../../../tensor/values/transfer.js';
import { steppedParameters } from '../../batch/parameters.js';
import type { Callback, TrainingRun } from '../callback.js';

/** The options of {@link gradientClipping}: `norm` or `value`. */
export interface GradientClippingOptions {
  /** The norm of all gradients together is at most this: see `nn.utils.clipGradNorm_`. */
  norm?: number;
  /** With `norm`: the order of the norm, `inf` for the largest element. Default: 2. */
  normType?: NormType;
  /** Every element of the gradients is within [-value, value]: see `nn.utils.clipGradValue_`. */
  value?: number;
}

/**
 * Clips the gradients before each step of the optimizer, those of all parameters that it steps: by the norm of all together, or each
 * element. With `norm`, the norm that was found before is noted as `gradientNorm` (`run.logged.gradientNorm` after a step; the epoch's record
 * has the mean of its steps).
 * @throws {ArgumentError} unless there is one of `norm` and `value`, above 0.
 * @example
 * const history = await fit(model, { train, loss: criterion, optimizer, epochs: 1, callbacks: [gradientClipping({ norm: 1 })] });
 * history.values('logged.gradientNorm');
 */
export function gradientClipping(options: GradientClippingOptions): Callback {
  const op = 'gradientClipping';
  const defaults = { norm: required, normType: required, value: required } as unknown as Required<GradientClippingOptions>;
  const { norm, normType, value } = readOptions(op, defaults, options ?? {}) as GradientClippingOptions;
  if ((norm === undefined) === (value === undefined))
    throw new ArgumentError(
      `${op}: got ${norm === undefined ? 'neither norm nor value' : 'norm and value'}, expected one of them. Write ${op}({ norm: 1 }).`,
    );
  if (norm !== undefined) above(op, 'norm', norm, 0);
  if (value !== undefined) above(op, 'value', value, 0);
  if (value !== undefined && normType !== undefined)
    throw new ArgumentError(`${op}: normType goes with norm, not with value. Leave it out.`);
  let [total, steps] = [0, 0];
  const clip = (run: TrainingRun) => {
    const parameters = steppedParameters(run.model, run.optimizer);
    if (norm === undefined) return clipGradValue_(parameters, value!);
    const found = item(clipGradNorm_(parameters, norm, { normType: normType ?? 2 }));
    total += found;
    steps++;
    run.log('gradientNorm', found);
  };
  return {
    name: op,
    onEpochStart: () => void ([total, steps] = [0, 0]),
    onBeforeOptimizerStep: clip,
    onEvaluationStart: (run) => void (steps > 0 && run.log('gradientNorm', total / steps)),
    stateDict: () => ({ total, steps }),
    loadStateDict: (state: { total: number; steps: number }) => void ({ total, steps } = state),
  };
}
