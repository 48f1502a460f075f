/** warmup: low learning rates at the start of a training. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { between, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import type { OptimizerLike } from '../../types.js';
import type { Callback, TrainingRun } from '../callback.js';
import { SCHEDULES, type SchedulingCallback } from '../watching.js';

/** The options of {@link warmup}: `steps` or `epochs`. */
export interface WarmupOptions {
  /** How many updates of the parameters it takes; the rate rises with each. */
  steps?: number;
  /** How many epochs it takes; the rate rises from epoch to epoch. */
  epochs?: number;
  /** The share of the rate that it begins with. Default: 1/3, as PyTorch's LinearLR. */
  from?: number;
  /** How the rate rises: in a straight line, along half a cosine, by a constant factor, or at once at the end. Default: `linear`. */
  shape?: 'linear' | 'cosine' | 'exponential' | 'constant';
  /**
   * Whether the schedule waits until the warm-up is over, as in PyTorch's `SequentialLR([LinearLR, schedule], [steps])`. Default: false, it runs
   * meanwhile and its rates are multiplied, as in `ChainedScheduler([LinearLR, schedule])`.
   */
  delay?: boolean;
}

const SHAPES = {
  linear: (from: number, share: number) => from + (1 - from) * share,
  cosine: (from: number, share: number) => from + ((1 - from) * (1 - Math.cos(Math.PI * share))) / 2,
  exponential: (from: number, share: number) => from ** (1 - share),
  constant: (from: number) => from,
};

/**
 * Begins the training with low learning rates, which rise to those of the optimizer, or of its schedule: of any, whether it goes on by steps or by
 * epochs. Without a schedule they are those of PyTorch's LinearLR.
 * @throws {ArgumentError} unless there is one of `steps` and `epochs`.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 * @example
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 10);
 * await fit(model, { train, loss: criterion, optimizer, scheduler, epochs: 10, callbacks: [warmup({ steps: 20, from: 0.01 })] });
 */
export function warmup(options: WarmupOptions): Callback {
  const op = 'warmup';
  const defaults = {
    steps: required as number,
    epochs: required as number,
    from: 1 / 3,
    shape: 'linear' as 'linear' | 'cosine',
    delay: false,
  };
  const read = readOptions(op, defaults, options ?? {});
  const { from, delay } = read;
  const { steps, epochs } = read as { steps: number | undefined; epochs: number | undefined };
  if ((steps === undefined) === (epochs === undefined))
    throw new ArgumentError(
      `${op}: got ${steps === undefined ? 'neither steps nor epochs' : 'steps and epochs'}, expected one of them. Write ${op}({ steps: 500 }).`,
    );
  const length = wholeNumber(op, steps === undefined ? 'epochs' : 'steps', steps ?? epochs, { min: 1 });
  between(op, 'from', from, 0, 1);
  const shape = SHAPES[oneOf(op, 'shape', read.shape, ['linear', 'cosine', 'exponential', 'constant'])];
  if (read.shape === ('exponential' as string) && from === 0)
    throw new ArgumentError(`${op}: from is 0, which no factor can raise. Give a small share, from: 0.001.`);

  /** The rates of the schedule, and what was made of them. */
  let rates: { scheduled: number; warm: number }[] = [];
  let resumed = false;
  /** How many steps, or epochs, are done. */
  const done = (run: TrainingRun) => (steps === undefined ? Math.max(0, run.epoch - 1) : run.optimizerSteps);
  const cool = ({ paramGroups }: OptimizerLike) => {
    paramGroups.forEach((group, i) => {
      // Whoever else has set the rate meanwhile has the last word.
      if (rates[i] !== undefined && group.lr === rates[i].warm) group.lr = rates[i].scheduled;
    });
    rates = [];
  };
  const warm = ({ paramGroups }: OptimizerLike, at: number) => {
    cool({ paramGroups } as OptimizerLike);
    if (at >= length) return;
    const factor = shape(from, at / length);
    rates = paramGroups.map((group) => {
      const scheduled = group.lr;
      group.lr *= factor;
      return { scheduled, warm: group.lr };
    });
  };
  const callback: SchedulingCallback = {
    name: op,
    onTrainStart(run) {
      if (resumed) resumed = false;
      else {
        rates = [];
        warm(run.optimizer, done(run));
      }
    },
    onEpochStart(run) {
      if (epochs !== undefined) warm(run.optimizer, done(run));
    },
    onAfterOptimizerStep(run) {
      if (steps !== undefined && rates.length > 0) warm(run.optimizer, done(run));
    },
    [SCHEDULES](run, step) {
      const at = steps === undefined ? run.epoch : run.optimizerSteps;
      if (delay && at <= length) return;
      const wasWarm = rates.length > 0;
      cool(run.optimizer);
      step();
      if (wasWarm) warm(run.optimizer, done(run));
    },
    stateDict: () => ({ rates }),
    loadStateDict(state: { rates: { scheduled: number; warm: number }[] }) {
      ({ rates } = state);
      resumed = true;
    },
    onTrainEnd: ({ optimizer }) => cool(optimizer),
    onError: (_, { optimizer }) => cool(optimizer),
  };
  return callback;
}
