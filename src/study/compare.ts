/** compare: trains several variants several times each and gathers what there is to compare. */

import { removeFile } from '#files';
import { ArgumentError } from '../errors.js';
import type { Module } from '../nn/module/module.js';
import { type Comparison, type EpochFigures, figureName, type RunFigures, type VariantFigures } from '../report/comparison/comparison.js';
import { readOptions, required } from '../tensor/arguments/arguments.js';
import { assertFunction, countOf } from '../tensor/arguments/checks.js';
import { show } from '../tensor/arguments/show.js';
import { manualSeed } from '../tensor/create/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { StepEvent } from '../train/callbacks/callback.js';
import { modelCheckpoint } from '../train/callbacks/model-checkpoint.js';
import { fit } from '../train/fit/fit.js';
import type { FitOptions } from '../train/fit/fit-options.js';
import { NonFiniteError, NonFiniteLossError } from '../train/guards/non-finite.js';
import type { EpochRecord } from '../train/history/epoch-record.js';
import { betterOf } from '../train/history/monitor.js';
import { readMetrics } from '../train/metrics/metric.js';
import type { Loader, Loss, LossAverage, Metric, MetricName, OptimizerLike } from '../train/types.js';
import { StudyClock } from './run/clock.js';

/** Seconds between two checkpoints of a run. */
const SAVED = 10;

/** One way to train, to be compared with others. */
export interface Variant {
  /** Short, and its own: table rows and file names carry it. */
  name: string;
  /** One line: what it is. */
  description: string;
  /** A fresh model; called once a repeat, after the repeat's seed was set. */
  model(): Module;
  /** Makes the optimizer of a run. */
  optimizer(model: Module): OptimizerLike;
  /** Makes the scheduler of a run. */
  scheduler?(optimizer: OptimizerLike): FitOptions<readonly Tensor[]>['scheduler'];
}

/** The options of {@link compare}. */
export interface CompareOptions {
  /** The title of the report. */
  title: string;
  /** Sentences about data and settings, for the report. */
  summary: string;
  /** Settings by name, for the report. */
  settings?: Record<string, string>;
  /** What is compared. */
  variants: readonly Variant[];
  /** Training and validation batches. Called once a repeat, after the seed was set. */
  loaders(): { train: Loader<readonly Tensor[]>; validation: Loader<readonly Tensor[]> };
  /** The loss that is minimised. */
  loss: Loss;
  /** Measured beside the loss, on both; null for nothing. Default: accuracy, where the loss is one of classes; regression names its own, or null. */
  metric?: Metric | MetricName | null;
  /** How the losses of batches become one. Default: `samples`, their mean over all samples. */
  lossAverage?: LossAverage;
  /** How many epochs each run takes. */
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
  /**
   * A folder in which each run is saved while it trains, so that `resume` goes on where the process ended, however it did. A run's
   * checkpoint is removed once it has ended. Default: none.
   */
  checkpoints?: string;
  /**
   * What the comparison had come to when it ended before its time, as `on.progress` had it: runs that had ended are kept, and the one that
   * had not goes on from its checkpoint, to the figures that it would have had. true where no run had ended: from the checkpoint alone.
   */
  resume?: Comparison | boolean;
  /** Called with each event. */
  on?: CompareEvents;
}

/** A run of a comparison, for progress displays. */
export interface RunPlace {
  /** The variant's number, from 0. */
  variant: string;
  /** Runs before this one, and in all. */
  run: number;
  /** How many runs there are. */
  runs: number;
  /** Which repeat of the variant it is, from 0. */
  repeat: number;
  /** How many repeats each variant has. */
  repeats: number;
  /** The seed of the run. */
  seed: number;
}

/** A step of a run; `secondsLeft` is the run's. */
export interface CompareStepEvent extends StepEvent {
  /** Until the comparison ends; known once each variant that is still to run has run before, or is running. */
  readonly studySecondsLeft: number | undefined;
}

/** What {@link compare} reports while it runs. */
export interface CompareEvents {
  /** A variant begins with a seed. */
  runStart?(place: RunPlace): void;
  /** A training step was made. */
  step?(event: CompareStepEvent, place: RunPlace): void;
  /** An epoch has ended. */
  epoch?(record: EpochRecord, place: RunPlace, epochs: number): void;
  /** A variant has ended with a seed. */
  runEnd?(figures: RunFigures, place: RunPlace): void;
  /** After each epoch and each run: the comparison as it is so far, to be kept in case the process ends. */
  progress?(soFar: Comparison): void;
}

/**
 * Trains every variant `repeats` times and returns the figures of every epoch. Loss and metric are measured in evaluation mode after each
 * epoch, on the training data too. Repeats of one number share a seed: the same shuffles for every variant. A run whose loss or gradients
 * become NaN or infinite ends there, with the reason in its figures, and the others go on.
 * @throws {ArgumentError} for no variants, two of one name, or counts below 1.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  checkOptions(options);
  const { variants, repeats, seed = 0, signal } = options;
  const [metric] = options.metric === null ? [] : readMetrics([options.metric ?? 'accuracy'], 'compare');
  const figures = variants.map(
    ({ name, description }): VariantFigures => ({ name, description, parameters: 0, architecture: '', runs: [] }),
  );
  const runs = variants.length * repeats;
  const clock = new StudyClock();
  const kept = keptRuns(options, metric?.name ?? null);
  let finished = 0;
  const count = () => `${finished} of ${runs} ${runs === 1 ? 'run was' : 'runs were'} finished.`;
  const soFar = (head: string, running?: { of: VariantFigures; run: RunFigures }): Comparison => ({
    title: options.title,
    summary: options.summary,
    settings: options.settings ?? {},
    ...(metric?.name !== 'accuracy' && { metric: metric ? { name: metric.name, better: betterOf(metric.name) } : null }),
    variants: figures
      .map((about) => (about === running?.of ? { ...about, runs: [...about.runs, running.run] } : about))
      .filter((about) => about.runs.length > 0),
    ...(finished < runs && { stopped: `${head} ${count()}` }),
  });
  const progress = (running?: { of: VariantFigures; run: RunFigures }) =>
    options.on?.progress?.(soFar('Written while it ran, when', running));
  for (let run = 0; run < runs && !signal?.aborted; run++) {
    const [v, repeat] = [run % variants.length, Math.floor(run / variants.length)];
    const [variant, about] = [variants[v]!, figures[v]!];
    const place: RunPlace = { variant: variant.name, run, runs, repeat, repeats, seed: seed + repeat };
    const before = kept(variant.name, place.seed);
    if (before) {
      if (about.runs.length === 0) Object.assign(about, before.about);
      about.runs.push(before.run);
      finished++;
      continue;
    }
    options.on?.runStart?.(place);
    const timed = clock.start(
      variant.name,
      Array.from({ length: runs - run - 1 }, (_, i) => variants[(run + 1 + i) % variants.length]!.name),
    );
    manualSeed(place.seed);
    const model = variant.model();
    if (about.runs.length === 0) Object.assign(about, { parameters: countParameters(model), architecture: model.toString() });
    const result = await trainOnce(
      options,
      { variant, model, place, metric },
      (event) => clock.left(timed, event),
      (figures) => progress({ of: about, run: figures }),
    );
    clock.end(timed);
    if (result.interrupted !== true) finished++;
    if (result.epochs.length > 0 || result.failed !== undefined) about.runs.push(result);
    options.on?.runEnd?.(result, place);
    progress();
    const saved = checkpointOf(options, variant.name, place.seed);
    if (saved !== undefined && result.interrupted !== true) forget(saved);
  }
  return soFar('Stopped by hand when');
}

const COMPARE: { [K in keyof Required<CompareOptions>]: unknown } = {
  title: '',
  summary: '',
  settings: undefined,
  variants: required,
  loaders: required,
  loss: required,
  metric: undefined,
  lossAverage: 'samples',
  epochs: required,
  repeats: required,
  seed: 0,
  patience: undefined,
  bestModelPath: undefined,
  signal: undefined,
  checkpoints: undefined,
  resume: null,
  on: undefined,
};
const VARIANT: { [K in keyof Required<Variant>]: unknown } = {
  name: '',
  description: '',
  model: required,
  optimizer: required,
  scheduler: undefined,
};

function checkOptions(options: CompareOptions): void {
  readOptions('compare', COMPARE, options ?? null);
  const { variants, repeats, epochs, loaders, bestModelPath, seed = 0 } = options;
  if (!Array.isArray(variants))
    throw new ArgumentError(`compare: variants is ${show(variants)}, expected a list: [{ name, model, optimizer }].`);
  for (const variant of variants) {
    readOptions('compare: a variant', VARIANT, variant ?? null);
    for (const name of ['model', 'optimizer'] as const) assertFunction(`compare: variant "${variant.name}"`, name, variant[name]);
  }
  assertFunction('compare', 'loaders', loaders);
  if (bestModelPath !== undefined) assertFunction('compare', 'bestModelPath', bestModelPath);
  if (variants.length === 0) throw new ArgumentError('compare: no variants were given.');
  const names = variants.map((v) => v.name);
  if (new Set(names).size !== names.length)
    throw new ArgumentError(`compare: two variants share a name: ${names.join(', ')}. Give each its own.`);
  for (const [name, value, min] of [
    ['repeats', repeats, 1],
    ['epochs', epochs, 1],
    ['seed', seed, 0],
  ] as const) {
    countOf('compare', name, value, min);
  }
}

/** The file in which a run is saved while it trains. */
function checkpointOf({ checkpoints }: CompareOptions, variant: string, seed: number): string | undefined {
  return checkpoints === undefined ? undefined : `${checkpoints}/${variant}-seed${seed}.ckpt`;
}

/** Removes the checkpoint of a run that has ended, which is only clutter where it stays. */
function forget(checkpoint: string): void {
  try {
    removeFile(checkpoint, 'compare');
  } catch {
    // it will not be read: the figures have the run
  }
}

/**
 * Finds the runs of a comparison that had ended.
 * @throws {ArgumentError} for figures of another comparison.
 */
function keptRuns(options: CompareOptions, metric: string | null) {
  const { resume, variants, title, bestModelPath } = options;
  if (resume === undefined || typeof resume === 'boolean') return () => undefined;
  const fail = (what: string) =>
    new ArgumentError(`compare: resume is of another comparison: ${what}. Give what it was begun with, or leave out resume.`);
  if (!Array.isArray((resume as Partial<Comparison> | null)?.variants))
    throw new ArgumentError(`compare: resume is ${show(resume)}, expected the figures of a comparison.`);
  if (resume.title !== title) throw fail(`its title is ${show(resume.title)}, here ${show(title)}`);
  const measured = resume.metric === undefined ? 'accuracy' : (resume.metric?.name ?? null);
  if (measured !== metric) throw fail(`it measures ${measured ?? 'no metric'}, here ${metric ?? 'none'}`);
  const unknown = resume.variants.find(({ name }) => !variants.some((variant) => variant.name === name));
  if (unknown) throw fail(`it has a variant ${show(unknown.name)}; here are ${variants.map(({ name }) => name).join(', ')}`);
  return (name: string, seed: number) => {
    const found = resume.variants.find((variant) => variant.name === name);
    const run = found?.runs.find((one) => one.seed === seed && one.running !== true && one.interrupted !== true);
    if (!found || !run) return undefined;
    const { parameters, architecture } = found;
    const path = run.bestModel === undefined ? undefined : bestModelPath?.(name, seed);
    return { about: { parameters, architecture }, run: { ...run, ...(path !== undefined && { bestModel: path }) } };
  };
}

/** A run, and what is trained in it. */
interface Run {
  readonly variant: Variant;
  readonly model: Module;
  readonly place: RunPlace;
  readonly metric: Metric | undefined;
}

async function trainOnce(
  options: CompareOptions,
  { variant, model, place, metric }: Run,
  leftAfter: (event: StepEvent) => { run: number | undefined; study: number | undefined },
  progress: (figures: RunFigures) => void,
): Promise<RunFigures> {
  const { epochs, patience, signal, loss, lossAverage } = options;
  const optimizer = variant.optimizer(model);
  const scheduler = variant.scheduler?.(optimizer);
  const path = options.bestModelPath?.(variant.name, place.seed);
  const saved = checkpointOf(options, variant.name, place.seed);
  const records: EpochRecord[] = [];
  const done = (more: Partial<RunFigures> = {}): RunFigures => {
    const bestEpoch = lowestLoss(records);
    return {
      seed: place.seed,
      epochs: records.map((record) => figuresOf(record, metric)),
      bestEpoch,
      ...(path !== undefined && bestEpoch > 0 && { bestModel: path }),
      ...more,
    };
  };
  try {
    const { stopped } = await fit<readonly Tensor[]>(model, {
      progress: false, // a comparison's display knows all of its runs
      ...options.loaders(),
      loss,
      optimizer,
      epochs,
      metrics: metric ? [metric] : [],
      ...(lossAverage && { lossAverage }),
      evaluateTrain: true,
      ...(scheduler && { scheduler }),
      ...(patience !== undefined && { earlyStopping: { patience } }),
      ...(signal && { signal }),
      ...(saved !== undefined && {
        checkpoint: { path: saved, every: { seconds: SAVED }, signals: false as const },
        resume: (options.resume ?? false) !== false,
      }),
      callbacks: [
        ...(path === undefined ? [] : [modelCheckpoint(path)]),
        {
          onTrainStart: ({ history }) => {
            records.push(...history.epochs); // of a run that goes on
          },
          onStep: (event) => {
            const left = leftAfter(event);
            options.on?.step?.({ ...event, secondsLeft: left.run, studySecondsLeft: left.study }, place);
          },
          onEpochEnd: (record) => {
            records.push(record);
            options.on?.epoch?.(record, place, epochs);
            if (record.epoch < epochs) progress(done({ interrupted: true, running: true }));
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

function figuresOf({ train, validation, seconds, lr }: EpochRecord, metric: Metric | undefined): EpochFigures {
  const figures: EpochFigures = { trainLoss: train.loss, validationLoss: validation!.loss, seconds, lr: lr[0]! };
  if (metric) {
    figures[figureName('train', metric.name)] = train[metric.name]!;
    figures[figureName('validation', metric.name)] = validation![metric.name]!;
  }
  return figures;
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
