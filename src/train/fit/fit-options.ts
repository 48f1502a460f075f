/** The options of fit, and the checks of them. */
import { ArgumentError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { readOptions, required, unknownOption } from '../../tensor/arguments/arguments.js';
import { assertFunction, countOf, oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { camelCase, meantName } from '../../tensor/arguments/spelling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkLoss, checkModel, LOSS_AVERAGES } from '../batch/checks.js';
import { checkLoader } from '../batch/loaders.js';
import type { WeightOptions } from '../batch/read-weights.js';
import type { Callback } from '../callbacks/callback.js';
import type { EarlyStoppingOptions } from '../callbacks/early-stopping.js';
import type { KeepBestOptions } from '../callbacks/keep-best.js';
import { type ProgressOptions, readProgressOptions } from '../callbacks/progress/options.js';
import { type FitCheckpointOptions, type ReadCheckpoint, readCheckpoint, readResume } from '../checkpoint/training/options.js';
import type { Parts } from '../checkpoint/training/setting.js';
import { type EpochsOrSteps, type Every, readEvery } from '../history/every.js';
import { History } from '../history/history.js';
import { readMetrics } from '../metrics/metric.js';
import type { ForwardBatch, Loader, Loss, LossAverage, Metric, MetricName, OptimizerLike, SchedulerLike } from '../types.js';
import { HOOKS } from './callback-list.js';
import { checkedPlan, type SchedulerPlan } from './schedule.js';

/** The options of {@link fit}. */
export interface FitOptions<B> extends WeightOptions<NoInfer<B>> {
  /** Batches to train on, `[...inputs, target]` each. */
  train: Loader<B>;
  /** Batches to measure each epoch with. */
  validation?: Loader<B> | undefined;
  /** A loss module, or a function of outputs and targets that gives one number, or one for each sample, of which the mean is trained. */
  loss: Loss;
  /** What trains the model. */
  optimizer: OptimizerLike;
  /** Steps after each epoch, or as its plan says. */
  scheduler?: SchedulerLike | SchedulerPlan | undefined;
  /** How many epochs this call trains, after `loadCheckpoint` as many more; with `resume` how many the whole training has. */
  epochs: number;
  /** Measured beside the loss, those without options also by name: `accuracy`, `f1`, `auroc`, …; see {@link MetricName}. */
  metrics?: readonly (Metric | MetricName)[] | undefined;
  /** Told of each epoch and step, in order. */
  callbacks?: readonly Callback<NoInfer<B>>[] | undefined;
  /** Shorthand for the callback of that name; true for its defaults. What it watches is what the best epoch is chosen by. */
  earlyStopping?: EarlyStoppingOptions | boolean | undefined;
  /** Keeps the best epoch's state as `history.best`, and in a file where a path is given. Default: false. */
  saveBest?: boolean | string | Omit<KeepBestOptions, 'restore'> | undefined;
  /** Gives the model the state of its best epoch at the end, however training ends. Default: false. */
  restoreBest?: boolean | undefined;
  /**
   * Whether the train scores are measured after each epoch, in evaluation mode, by going through the training data once more. Default:
   * false, the averages over the epoch's steps, while the model was changing and dropout was on.
   */
  evaluateTrain?: boolean | undefined;
  /**
   * How often validation data is measured: after every so many epochs; with `{ steps }` after each epoch and within them, every so many steps of
   * the whole training. What is measured within an epoch stands in `history.evaluations`, and early stopping, the best epoch and
   * modelCheckpoint go by it, too. Default: after every epoch.
   */
  validateEvery?: EpochsOrSteps | undefined;
  /** How the losses of batches become one, in training and in validation. Default: `samples`, their mean over all samples. */
  lossAverage?: LossAverage | undefined;
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B> | undefined;
  /** What happens when a loss or a gradient is NaN or infinite: an error before the step is taken, or nothing. Default: `error`. */
  nonFinite?: 'error' | 'ignore' | undefined;
  /** Ends training after the running step, which the history records. */
  signal?: AbortSignal | undefined;
  /** Gets one line per epoch: `log: console.log`. Default: none. */
  log?: ((line: string) => void) | undefined;
  /**
   * Whether the training is shown while it runs, by the callback of that name; options say how. Default: in a terminal, where neither `log` nor
   * `callbacks` show it; elsewhere fit prints nothing.
   */
  progress?: boolean | ProgressOptions | undefined;
  /** Goes on from this history: epochs, patience and the best epoch are counted further. Default: that of the checkpoint that was loaded, or a new one. */
  history?: History | undefined;
  /**
   * Where, and how often, the whole training is saved, so that `resume` goes on after whatever ended it: a path, for after each epoch, or
   * options. Default: nowhere.
   * @example
   * await fit(model, { train, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 3, checkpoint: 'training.ckpt', resume: true });
   */
  checkpoint?: string | FitCheckpointOptions | undefined;
  /**
   * Goes on from a checkpoint: true from that of `checkpoint`, or from the start where there is none yet, so that one command does both; a
   * path from that file. What ends then is what would have ended without a break, to the last bit. A checkpoint of another model, optimizer,
   * scheduler, loss or data is refused with the difference. Default: false.
   */
  resume?: boolean | string | undefined;
}

/** What of the options a checkpoint is about: those that say what is computed, rather than how long and who is told. */
export function partsOf<B>(model: Module, options: ReadFitOptions<B>, callbacks: readonly Callback[]): Parts {
  const { optimizer, plan, loss, metrics, train, validation, ...rest } = options;
  const choices = Object.fromEntries(Object.entries(rest).filter(([name]) => !FREE.has(name)));
  return { model, optimizer, plan, loss, metrics, train, validation, callbacks, choices } as Parts;
}

/** What a training that is resumed may be given anew. */
const FREE: ReadonlySet<string> = new Set<keyof FitOptions<unknown>>([
  ...(['callbacks', 'checkpoint', 'earlyStopping', 'epochs', 'history', 'log', 'nonFinite', 'progress', 'restoreBest', 'resume'] as const),
  ...(['saveBest', 'scheduler', 'signal'] as const),
]);

type AsGiven =
  | 'train'
  | 'validation'
  | 'loss'
  | 'optimizer'
  | 'epochs'
  | 'forward'
  | 'classWeights'
  | 'sampleWeights'
  | 'signal'
  | 'log'
  | 'history';

/** The options as they are used. */
export interface ReadFitOptions<B> extends Readonly<Pick<Required<FitOptions<B>>, AsGiven>> {
  readonly plan: SchedulerPlan | undefined;
  readonly metrics: readonly Metric[];
  readonly callbacks: readonly Callback[];
  readonly earlyStopping: EarlyStoppingOptions | boolean;
  readonly saveBest: boolean | string | Omit<KeepBestOptions, 'restore'>;
  readonly restoreBest: boolean;
  readonly evaluateTrain: boolean;
  readonly validateEvery: Every;
  readonly lossAverage: LossAverage;
  readonly nonFinite: 'error' | 'ignore';
  readonly progress: ProgressOptions | boolean | undefined;
  readonly checkpoint: ReadCheckpoint | undefined;
  readonly resume: boolean | string;
}

/** Every option, with its default where it has one. */
const DEFAULTS = {
  train: required,
  validation: required,
  loss: required,
  optimizer: required,
  scheduler: required,
  epochs: required,
  metrics: required,
  callbacks: required,
  earlyStopping: null,
  saveBest: null,
  restoreBest: false,
  evaluateTrain: false,
  validateEvery: required,
  lossAverage: 'samples',
  forward: required,
  classWeights: required,
  sampleWeights: required,
  nonFinite: 'error',
  signal: required,
  log: required,
  progress: null,
  history: required,
  checkpoint: null,
  resume: null,
} as const;

/** @throws {ArgumentError} for options that are unknown, missing, or make no sense. */
export function readFitOptions<B>(model: Module, given: FitOptions<B>): ReadFitOptions<B> {
  checkModel('fit', model);
  if (!isOptions(given))
    throw new ArgumentError(
      `fit: got ${given === undefined ? 'no options' : `${show(given)} where options are expected`}. Write fit(model, { train, loss, optimizer, epochs: 10 }).`,
    );
  const read = readOptions('fit', DEFAULTS as object, given) as Required<FitOptions<B>>;
  const { train, validation, loss, optimizer, epochs, forward, signal, log, history } = read;
  checkLoader('fit', 'train', train);
  if (validation !== undefined) checkLoader('fit', 'validation', validation);
  checkLoss('fit', loss);
  checkOptimizer(model, optimizer);
  if (epochs === undefined) throw new ArgumentError('fit: epochs is missing, expected a whole number of at least 1.');
  countOf('fit', 'epochs', epochs, 1);
  if (forward !== undefined) assertFunction('fit', 'forward', forward);
  if (log !== undefined && typeof log !== 'function')
    throw new ArgumentError(`fit: log is ${show(log)}, expected a function of a line. Write log: console.log.`);
  if (signal !== undefined && typeof (signal as { aborted?: unknown } | null)?.aborted !== 'boolean')
    throw new ArgumentError(
      `fit: signal is ${show(signal)}, expected an AbortSignal.${signal instanceof AbortController ? ' Pass controller.signal.' : ''}`,
    );
  if (history !== undefined && !(history instanceof History))
    throw new ArgumentError(`fit: history is ${show(history)}, expected the History that fit gave.`);
  const checkpoint = readCheckpoint(read.checkpoint);
  return {
    ...read,
    checkpoint,
    resume: readResume(read.resume, checkpoint, history),
    plan: read.scheduler === undefined ? undefined : checkedPlan(read.scheduler, optimizer),
    metrics: readMetrics(read.metrics, 'fit'),
    callbacks: readCallbacks(read.callbacks),
    earlyStopping: readChoice('earlyStopping', read.earlyStopping, '{ patience: 5 }'),
    saveBest: typeof read.saveBest === 'string' ? read.saveBest : readChoice('saveBest', read.saveBest, "'best.safetensors'"),
    restoreBest: read.restoreBest as boolean,
    evaluateTrain: read.evaluateTrain as boolean,
    validateEvery: readValidateEvery(read),
    lossAverage: oneOf('fit', 'lossAverage', read.lossAverage, LOSS_AVERAGES),
    progress: readProgress(read.progress),
    nonFinite: oneOf('fit', 'nonFinite', read.nonFinite, ['error', 'ignore']),
  };
}

/** @throws {ArgumentError} where nothing would be measured. */
function readValidateEvery({
  validateEvery = 1,
  validation,
  epochs,
}: Pick<FitOptions<unknown>, 'validateEvery' | 'validation' | 'epochs'>): Every {
  const every = readEvery('fit', 'validateEvery', validateEvery);
  if (validation === undefined && (every.count > 1 || every.unit === 'steps'))
    throw new ArgumentError('fit: validateEvery is given, but no validation data is. Pass validation, or leave it out.');
  if (every.unit === 'epochs' && every.count > epochs)
    throw new ArgumentError(
      `fit: validateEvery is ${every.count} epochs, and the training has ${epochs}: nothing would be measured. Make it smaller.`,
    );
  return every;
}

/** An option that is true, false, or an object of what it is about. */
function readChoice<T extends object>(name: string, value: T | boolean | string | null | undefined, example: string): T | boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean' || isOptions(value)) return value as T | boolean;
  throw new ArgumentError(`fit: ${name} is ${show(value)}, expected true, false or options. Write ${name}: ${example}.`);
}

function readProgress(value: unknown): ProgressOptions | boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  if (!isOptions(value))
    throw new ArgumentError(`fit: progress is ${show(value)}, expected true, false or options. Write progress: { label: 'digits' }.`);
  return readProgressOptions('fit: progress', value);
}

/** The hook that Keras or Lightning call so, in Python's spelling too: onEpochBegin, on_train_batch_end. */
function meantHook(name: string): string | undefined {
  const ours = camelCase(name)
    .replace('Begin', 'Start')
    .replace(/^onFit/, 'onTrain')
    .replace(/^onValidation(Epoch)?(?=Start|End)/, 'onEvaluation')
    .replace(/^on(Train)(Epoch|Batch)/, 'on$2')
    .replace('onBatchEnd', 'onStep')
    .replace('onException', 'onError');
  return meantName(ours, HOOKS);
}

/** @throws {ArgumentError} for callbacks that would never be called. */
function readCallbacks(given: unknown): readonly Callback[] {
  if (given === undefined) return [];
  if (!Array.isArray(given))
    throw new ArgumentError(`fit: callbacks is ${show(given)}, expected a list of them: callbacks: [{ onEpochEnd(record) { … } }].`);
  for (const callback of given as unknown[]) {
    if (typeof callback !== 'object' || callback === null)
      throw new ArgumentError(
        `fit: a callback is ${show(callback)}, expected an object with some of ${HOOKS.join(', ')}.${typeof callback === 'function' ? ' Call what makes it, as in earlyStopping(), or write { onEpochEnd: … }.' : ''}`,
      );
    for (const [name, value] of Object.entries(callback)) {
      if ((HOOKS as readonly string[]).includes(name)) {
        if (value !== undefined) assertFunction('fit', `a callback's ${name}`, value);
      } else if (/^on[A-Z_]/.test(name) && isOptions(callback)) throw unknownOption('fit: a callback', name, HOOKS, meantHook(name));
    }
  }
  return given as Callback[];
}

/** An optimizer made for another model would silently train nothing. */
function checkOptimizer(model: Module, optimizer: unknown): asserts optimizer is OptimizerLike {
  const example = 'Write optimizer: new optim.Adam(model.parameters()).';
  const { step, zeroGrad, paramGroups } = (optimizer ?? {}) as Partial<OptimizerLike>;
  if (optimizer === undefined || optimizer === null) throw new ArgumentError(`fit: the optimizer is missing. ${example}`);
  if (typeof step !== 'function' || typeof zeroGrad !== 'function' || !Array.isArray(paramGroups))
    throw new ArgumentError(`fit: the optimizer is ${show(optimizer)}, expected one of optim. ${example}`);
  const held = new Set((paramGroups as { params?: readonly Tensor[] }[]).flatMap((group) => group.params ?? []));
  const own = model.parameters();
  if (own.length > 0 && held.size > 0 && !own.some((parameter) => held.has(parameter)))
    throw new ArgumentError(
      "fit: the optimizer holds none of the model's parameters; it was made for another model. Make it of this one: new optim.Adam(model.parameters()).",
    );
  if (held.size > 0 && ![...held].some((parameter) => parameter.requiresGrad))
    throw new ArgumentError(
      `fit: every parameter that the optimizer holds is frozen (requiresGrad is false), so there is nothing to train in the ${classNameOf(model)}. Unfreeze some: parameter.requiresGrad_().`,
    );
}
