/** compare: trains several variants several times each and gathers what there is to compare. */
import { ArgumentError } from '../errors.js';
import type { Module } from '../nn/module.js';
import type { Comparison, EpochFigures, RunFigures, VariantFigures } from '../report/comparison.js';
import { manualSeed } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { accuracy } from '../train/accuracy.js';
import { modelCheckpoint } from '../train/callbacks.js';
import { fit } from '../train/fit.js';
import type { FitOptions } from '../train/fit-options.js';
import { NonFiniteError, NonFiniteLossError } from '../train/non-finite.js';
import type { EpochRecord, Loader, Loss, OptimizerLike, StepEvent } from '../train/types.js';
import { StudyClock } from './clock.js';

/** One way to train, to be compared with others. */
export interface Variant {
  /** Short, and its own: table rows and file names carry it. */
  name: string;
  /** One line: what it is. */
  description: string;
  /** A fresh model; called once a repeat, after the repeat's seed was set. */
  model(): Module;
  optimizer(model: Module): OptimizerLike;
  scheduler?(optimizer: OptimizerLike): FitOptions<readonly Tensor[]>['scheduler'];
}

export interface CompareOptions {
  title: string;
  /** Sentences about data and settings, for the report. */
  summary: string;
  /** Settings by name, for the report. */
  settings?: Record<string, string>;
  variants: readonly Variant[];
  /** Training and validation batches. Called once a repeat, after the seed was set. */
  loaders(): { train: Loader<readonly Tensor[]>; validation: Loader<readonly Tensor[]> };
  loss: Loss;
  epochs: number;
  /** How often each variant is trained, with the seeds `seed`, `seed + 1`, …; every variant gets the same ones. All run once before any runs twice. */
  repeats: number;
  /** Default: 0. */
  seed?: number;
  /** Stops a run whose validation loss has not improved for this many epochs. Default: never. */
  patience?: number;
  /** Where the weights of a run's best epoch are saved. Default: nowhere. */
  bestModelPath?(variant: string, seed: number): string;
  /** Ends the comparison after the running step; what is finished is returned, the running run up to its last whole epoch. */
  signal?: AbortSignal;
  on?: CompareEvents;
}

/** A run of a comparison, for progress displays. */
export interface RunPlace {
  variant: string;
  /** Runs before this one, and in all. */
  run: number;
  runs: number;
  repeat: number;
  repeats: number;
  seed: number;
}

/** A step of a run; `secondsLeft` is the run's. */
export interface CompareStepEvent extends StepEvent {
  /** Until the comparison ends; known once each variant that is still to run has run before, or is running. */
  readonly studySecondsLeft: number | undefined;
}

export interface CompareEvents {
  runStart?(place: RunPlace): void;
  step?(event: CompareStepEvent, place: RunPlace): void;
  epoch?(record: EpochRecord, place: RunPlace, epochs: number): void;
  runEnd?(figures: RunFigures, place: RunPlace): void;
}

/**
 * Trains every variant `repeats` times and returns the figures of every epoch. Accuracy and loss are measured in evaluation mode after each
 * epoch, on the training data too. Repeats of one number share a seed: the same shuffles for every variant. A run whose loss becomes NaN or
 * infinite ends there, with the reason in its figures, and the others go on.
 * @throws {ArgumentError} for no variants, two of one name, or counts below 1.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  checkOptions(options);
  const { variants, repeats, seed = 0, signal } = options;
  const figures = variants.map(
    ({ name, description }): VariantFigures => ({ name, description, parameters: 0, architecture: '', runs: [] }),
  );
  const runs = variants.length * repeats;
  const clock = new StudyClock();
  let finished = 0;
  for (let run = 0; run < runs && !signal?.aborted; run++) {
    const [v, repeat] = [run % variants.length, Math.floor(run / variants.length)];
    const [variant, about] = [variants[v]!, figures[v]!];
    const place: RunPlace = { variant: variant.name, run, runs, repeat, repeats, seed: seed + repeat };
    options.on?.runStart?.(place);
    clock.startRun(
      variant.name,
      Array.from({ length: runs - run - 1 }, (_, i) => variants[(run + 1 + i) % variants.length]!.name),
    );
    manualSeed(place.seed);
    const model = variant.model();
    if (repeat === 0) Object.assign(about, { parameters: countParameters(model), architecture: model.toString() });
    const result = await trainOnce(options, variant, model, place, clock);
    clock.endRun();
    if (result.interrupted !== true) finished++;
    if (result.epochs.length > 0 || result.failed !== undefined) about.runs.push(result);
    options.on?.runEnd?.(result, place);
  }
  return {
    title: options.title,
    summary: options.summary,
    settings: options.settings ?? {},
    variants: figures.filter((f) => f.runs.length > 0),
    ...(finished < runs && { stopped: `Stopped by hand when ${finished} of ${runs} ${runs === 1 ? 'run was' : 'runs were'} finished.` }),
  };
}

function checkOptions({ variants, repeats, epochs, seed = 0 }: CompareOptions): void {
  if (variants.length === 0) throw new ArgumentError('compare: no variants were given.');
  const names = variants.map((v) => v.name);
  if (new Set(names).size !== names.length)
    throw new ArgumentError(`compare: two variants share a name: ${names.join(', ')}. Give each its own.`);
  for (const [name, value, min] of [
    ['repeats', repeats, 1],
    ['epochs', epochs, 1],
    ['seed', seed, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < min)
      throw new ArgumentError(`compare: ${name} is ${value}, expected a whole number of at least ${min}.`);
  }
}

async function trainOnce(
  options: CompareOptions,
  variant: Variant,
  model: Module,
  place: RunPlace,
  clock: StudyClock,
): Promise<RunFigures> {
  const { epochs, patience, signal, loss } = options;
  const optimizer = variant.optimizer(model);
  const scheduler = variant.scheduler?.(optimizer);
  const path = options.bestModelPath?.(variant.name, place.seed);
  const records: EpochRecord[] = [];
  const done = (more: Partial<RunFigures> = {}): RunFigures => {
    const bestEpoch = lowestLoss(records);
    return {
      seed: place.seed,
      epochs: records.map(figuresOf),
      bestEpoch,
      ...(path !== undefined && bestEpoch > 0 && { bestModel: path }),
      ...more,
    };
  };
  try {
    const { stopped } = await fit<readonly Tensor[]>(model, {
      ...options.loaders(),
      loss,
      optimizer,
      epochs,
      metrics: [accuracy()],
      evaluateTrain: true,
      ...(scheduler && { scheduler }),
      ...(patience !== undefined && { earlyStopping: { patience } }),
      ...(signal && { signal }),
      callbacks: [
        ...(path === undefined ? [] : [modelCheckpoint(path)]),
        {
          onStep: (event) => {
            const left = clock.left(event);
            options.on?.step?.({ ...event, secondsLeft: left.run, studySecondsLeft: left.study }, place);
          },
          onEpochEnd: (record) => {
            records.push(record);
            options.on?.epoch?.(record, place, epochs);
          },
        },
      ],
    });
    return done(stopped?.reason === 'aborted' ? { interrupted: true } : {});
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const what = error instanceof NonFiniteLossError ? `the loss became ${error.loss}` : 'gradients or weights became NaN or infinite';
    return done({ failed: `${what} in epoch ${error.epoch}, step ${error.step}` });
  }
}

function figuresOf({ train, validation, seconds, lr }: EpochRecord): EpochFigures {
  return {
    trainLoss: train.loss,
    trainAccuracy: train['accuracy']!,
    validationLoss: validation!.loss,
    validationAccuracy: validation!['accuracy']!,
    seconds,
    lr: lr[0]!,
  };
}

/** The epoch with the lowest validation loss, the first of several: the one that modelCheckpoint keeps. 0 where there is none. */
function lowestLoss(records: readonly EpochRecord[]): number {
  let [best, lowest] = [0, Number.POSITIVE_INFINITY];
  for (const { epoch, validation } of records) if (validation!.loss < lowest) [best, lowest] = [epoch, validation!.loss];
  return best;
}

function countParameters(model: Module): number {
  return model.parameters().reduce((count, parameter) => count + parameter.numel(), 0);
}
