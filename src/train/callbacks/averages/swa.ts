/** swa: the mean of the weights of the last epochs. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { restoreSnapshot, takeSnapshot } from '../../../data/loader/state/random-snapshot.js';
import { ArgumentError } from '../../../errors.js';
import { startAveraging } from '../../../nn/utils/averaged-statistics.js';
import type { AnyOptimizer } from '../../../optim/lr-scheduler/checks.js';
import { SWALR } from '../../../optim/lr-scheduler/swa-lr.js';
import { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { below, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { runStep } from '../../batch/batch-step.js';
import { eachBatch, ownsBatches } from '../../batch/loaders.js';
import type { TrainingRun } from '../callback.js';
import { SCHEDULES, type SchedulingCallback, SWAPS, type SwappingCallback } from '../watching.js';
import { Average, type AveragingCallback } from './average.js';

/** The options of {@link swa}. */
export interface SwaOptions {
  /** The first epoch that is averaged, from 1. Default: by `share`. */
  startEpoch?: number;
  /** The share of the epochs after which averaging begins. Default: 0.8. */
  share?: number;
  /** The learning rate meanwhile, for all groups or for each: PyTorch's SWALR. Default: none, the schedule goes on. */
  lr?: number | readonly number[];
  /** With `lr`: epochs on the way to that rate. Default: 10. */
  annealEpochs?: number;
  /** With `lr`: along half a cosine, or in a straight line. Default: `cos`. */
  annealStrategy?: 'cos' | 'linear';
  /** Computes the statistics of batch norm layers anew for the average, by a pass over the training batches. Default: true. */
  updateBn?: boolean;
  /** Whether the model has the average's weights at the end. Default: true; else they are in `averaged`. */
  apply?: boolean;
}

type Read = SwaOptions & Required<Pick<SwaOptions, 'share' | 'annealEpochs' | 'annealStrategy' | 'updateBn' | 'apply'>>;

/**
 * Stochastic weight averaging: the mean of the weights after each of the last epochs, which is evaluated, saved as the best and, at the end, the
 * model's, with batch norm statistics of its own. What PyTorch's `AveragedModel`, `SWALR` and `updateBn` give. From the first epoch that is averaged on
 * the rates are those of SWALR, where `lr` is given, and the schedule stands still. Random numbers of the training are what they would be
 * without it.
 * @throws {ArgumentError} for options that make no sense; at the start, for a training that ends before, and beside another callback that averages.
 * @see Izmailov et al. 2018, https://arxiv.org/abs/1803.05407; https://pytorch.org/docs/stable/optim.html#stochastic-weight-averaging
 * @example
 * await fit(model, { train, validation, loss: criterion, optimizer, epochs: 4, callbacks: [swa({ startEpoch: 3, lr: 0.01, annealEpochs: 1 })] });
 */
export function swa(options: SwaOptions = {}): AveragingCallback {
  const op = 'swa';
  const defaults = { startEpoch: required, share: 0.8, lr: null, annealEpochs: 10, annealStrategy: 'cos', updateBn: true, apply: true };
  const read = readOptions(op, defaults as object, options) as Read;
  const { startEpoch, share, lr, annealEpochs, annealStrategy, apply } = read;
  if (startEpoch !== undefined) wholeNumber(op, 'startEpoch', startEpoch, { min: 1 });
  if (startEpoch !== undefined && options.share !== undefined)
    throw new ArgumentError(`${op}: got startEpoch and share, expected one of them. Leave share out.`);
  below(op, 'share', share, 0, 1);
  oneOf(op, 'annealStrategy', annealStrategy, ['cos', 'linear']);
  wholeNumber(op, 'annealEpochs', annealEpochs, { min: 0 });
  if (lr === null && (options.annealEpochs !== undefined || options.annealStrategy !== undefined))
    throw new ArgumentError(`${op}: annealEpochs and annealStrategy say how to come to lr, which is missing. Give lr, or leave them out.`);
  const average = new Average(op, {});
  let first = 1;
  let rates: SWALR | undefined;
  let loaded: object | undefined;
  const makeRates = (run: TrainingRun): SWALR => {
    if (!(run.optimizer instanceof Optimizer))
      throw new ArgumentError(`${op}: lr needs an optimizer of optim. Leave lr out for another one.`);
    return new SWALR(run.optimizer as AnyOptimizer, { swaLr: lr!, annealEpochs, annealStrategy });
  };
  const callback: AveragingCallback & SchedulingCallback & SwappingCallback = {
    name: op,
    get averaged() {
      return average.averaged;
    },
    onTrainStart(run) {
      first = startEpoch ?? Math.floor(share * run.epochs) + 1;
      if (first > run.epochs)
        throw new ArgumentError(
          `${op}: startEpoch is ${first}, but the training ends with epoch ${run.epochs}. Begin earlier, or train longer.`,
        );
      average.start(run);
      rates = undefined;
      if (loaded) {
        rates = makeRates(run);
        rates.loadStateDict(loaded as never);
      }
      loaded = undefined;
    },
    async onEvaluationStart(run) {
      if (run.epoch < first) return;
      average.update(run.model);
      if (read.updateBn) await renewStatistics(average.averaged!.module, run);
      average.enter(run.model);
    },
    onEvaluationEnd(run) {
      average.leave(run.model);
      if (run.epoch < first || lr === null) return;
      rates ??= makeRates(run);
      rates.step();
    },
    [SWAPS]: average.within,
    [SCHEDULES](run, step) {
      if (run.epoch < first || lr === null) step();
    },
    onTrainEnd: (run) => void (apply && average.apply(run)),
    stateDict: () => ({ average: average.stateDict() ?? null, rates: rates?.stateDict() ?? null }),
    loadStateDict(state: { average: Record<string, Tensor> | null; rates: object | null }) {
      average.loadStateDict(state.average ?? undefined);
      loaded = state.rates ?? undefined;
    },
  };
  return callback;
}

/** `updateBn` over the training batches, as the training reads them; its random numbers stay where they are. */
async function renewStatistics(model: TrainingRun['model'], { train, forward }: TrainingRun): Promise<void> {
  const restore = startAveraging(model);
  if (restore === null) return;
  const random = takeSnapshot({ train });
  try {
    await eachBatch(train, (batch) => {
      runStep(model, batch, ownsBatches(train), () =>
        noGrad(() => (forward ? forward(model, batch as never) : model.forward(...(batch as Tensor[]).slice(0, -1)))),
      );
      return true;
    });
  } finally {
    restore();
    restoreSnapshot(random, { train });
  }
}
