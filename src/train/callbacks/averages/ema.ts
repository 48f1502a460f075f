/** ema: an exponential moving average of the weights. */
import { getEmaMultiAvgFn } from '../../../nn/utils/swa-utils.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { above, between, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { SWAPS, type SwappingCallback } from '../watching.js';
import { Average, type AveragingCallback } from './average.js';

/** The options of {@link ema}. */
export interface EmaOptions {
  /** How much of the average stays in each update: `average = decay average + (1 - decay) weights`. Default: 0.999. */
  decay?: number;
  /** Updates of the parameters from one averaging to the next. Default: 1. */
  every?: number;
  /** After how many updates of the parameters averaging begins. Default: 0. */
  after?: number;
  /**
   * How the decay rises at first, so that the start is soon forgotten, with n the averagings before: `power`, `1 - (1 + n / invGamma)^-power`;
   * `ratio`, `(1 + n) / (10 + n)`; never above `decay`. Default: `none`.
   */
  warmup?: 'none' | 'power' | 'ratio';
  /** For `warmup: 'power'`. Default: 2/3. */
  power?: number;
  /** For `warmup: 'power'`. Default: 1. */
  invGamma?: number;
  /** Averages buffers, too, such as those of batch norm; else they are the model's own. Default: true. */
  useBuffers?: boolean;
  /** Whether the model has the average's weights at the end. Default: true; else they are in `averaged`. */
  apply?: boolean;
}

/**
 * Keeps an exponential moving average of the weights, which is evaluated, saved as the best and, at the end, the model's: as with PyTorch's
 * `AveragedModel` and `getEmaMultiAvgFn`, updated after each step. Training itself goes on with the model's own weights.
 * @throws {ArgumentError} for options that make no sense; at the start, beside another callback that averages.
 * @see https://pytorch.org/docs/stable/optim.html#putting-it-all-together-ema; Tarvainen and Valpola 2017, https://arxiv.org/abs/1703.01780
 * @example
 * const average = ema({ decay: 0.99, warmup: 'power' });
 * await fit(model, { train, validation, loss: criterion, optimizer, epochs: 2, saveBest: true, callbacks: [average] });
 */
export function ema(options: EmaOptions = {}): AveragingCallback {
  const op = 'ema';
  const defaults = { decay: 0.999, every: 1, after: 0, warmup: 'none' as 'none' | 'power' | 'ratio', power: 2 / 3, invGamma: 1 };
  const { decay, every, after, warmup, power, invGamma, useBuffers, apply } = readOptions(
    op,
    { ...defaults, useBuffers: true, apply: true },
    options,
  );
  between(op, 'decay', decay, 0, 1);
  wholeNumber(op, 'every', every, { min: 1 });
  wholeNumber(op, 'after', after, { min: 0 });
  oneOf(op, 'warmup', warmup, ['none', 'power', 'ratio']);
  above(op, 'power', power, 0);
  above(op, 'invGamma', invGamma, 0);
  const decayAt = (n: number) => {
    if (warmup === 'none') return decay;
    return Math.min(decay, warmup === 'power' ? 1 - (1 + n / invGamma) ** -power : (1 + n) / (10 + n));
  };
  const average = new Average(op, {
    multiAvgFn: (averaged, current, numAveraged) => getEmaMultiAvgFn(decayAt(numAveraged))(averaged, current, numAveraged),
    useBuffers,
  });
  const callback: AveragingCallback & SwappingCallback = {
    name: op,
    get averaged() {
      return average.averaged;
    },
    onTrainStart: (run) => average.start(run),
    onAfterOptimizerStep({ model, optimizerSteps }) {
      if (optimizerSteps > after && (optimizerSteps - after - 1) % every === 0) average.update(model);
    },
    [SWAPS]: average.within,
    onEvaluationStart: ({ model }) => average.enter(model),
    onEvaluationEnd: ({ model }) => average.leave(model),
    onTrainEnd: (run) => void (apply && average.apply(run)),
    stateDict: () => ({ average: average.stateDict() ?? null }),
    loadStateDict: (state: { average: Record<string, Tensor> | null }) => average.loadStateDict(state.average ?? undefined),
  };
  return callback;
}
