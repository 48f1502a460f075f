/** compare: trains several variants several times each and gathers what there is to compare. */
import { ArgumentError } from '../errors.js';
import type { Module } from '../nn/module.js';
import { manualSeed } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { fit } from '../train/fit.js';
import { accuracy } from '../train/metrics.js';
import type { EpochRecord, Loader, Loss, OptimizerLike, StepEvent } from '../train/types.js';
import type { FitOptions } from '../train/fit.js';
import type { Comparison, RunFigures, VariantFigures } from '../report/comparison.js';

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
  /** How often each variant is trained, with the seeds `seed`, `seed + 1`, …; every variant gets the same ones. */
  repeats: number;
  /** Default: 0. */
  seed?: number;
  /** Stops a run whose validation loss has not improved for this many epochs. Default: never. */
  patience?: number;
  /** Where the weights of a run's best epoch are saved. Default: nowhere. */
  bestModelPath?(variant: string, seed: number): string;
  /** Ends the comparison after the running step; what is finished is returned. */
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

export interface CompareEvents {
  runStart?(place: RunPlace): void;
  step?(event: StepEvent, place: RunPlace): void;
  epoch?(record: EpochRecord, place: RunPlace, epochs: number): void;
  runEnd?(figures: RunFigures, place: RunPlace): void;
}

/**
 * Trains every variant `repeats` times and returns the figures of every epoch. Accuracy and loss are measured in evaluation mode after each
 * epoch, on the training data too. Repeats of one number share a seed: the same shuffles for every variant.
 * @throws {ArgumentError} for no variants, two of one name, or counts below 1.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { variants, repeats, epochs, seed = 0, signal } = options;
  if (variants.length === 0) throw new ArgumentError('compare: no variants were given.');
  if (new Set(variants.map((v) => v.name)).size !== variants.length) throw new ArgumentError(`compare: two variants share a name: ${variants.map((v) => v.name).join(', ')}.`);
  for (const [name, value] of Object.entries({ repeats, epochs })) {
    if (!Number.isInteger(value) || value < 1) throw new ArgumentError(`compare: ${name} is ${value}, expected a whole number of at least 1.`);
  }
  const figures: VariantFigures[] = [];
  const runs = variants.length * repeats;
  for (const [v, variant] of variants.entries()) {
    for (let repeat = 0; repeat < repeats && !signal?.aborted; repeat++) {
      const place: RunPlace = { variant: variant.name, run: v * repeats + repeat, runs, repeat, repeats, seed: seed + repeat };
      options.on?.runStart?.(place);
      manualSeed(place.seed);
      const model = variant.model();
      if (repeat === 0) figures.push({ name: variant.name, description: variant.description, parameters: countParameters(model), architecture: model.toString(), runs: [] });
      const run = await trainOnce(options, variant, model, place);
      if (run.epochs.length > 0) figures.at(-1)!.runs.push(run);
      options.on?.runEnd?.(run, place);
    }
  }
  return { title: options.title, summary: options.summary, settings: options.settings ?? {}, variants: figures.filter((f) => f.runs.length > 0) };
}

async function trainOnce(options: CompareOptions, variant: Variant, model: Module, place: RunPlace): Promise<RunFigures> {
  const { epochs, patience, signal, loss } = options;
  const optimizer = variant.optimizer(model);
  const scheduler = variant.scheduler?.(optimizer);
  const path = options.bestModelPath?.(variant.name, place.seed);
  const history = await fit<readonly Tensor[]>(model, {
    ...options.loaders(),
    loss,
    optimizer,
    epochs,
    metrics: [accuracy()],
    evaluateTrain: true,
    saveBest: path ?? true,
    ...(scheduler && { scheduler }),
    ...(patience !== undefined && { earlyStopping: { patience } }),
    ...(signal && { signal }),
    callbacks: [
      {
        onStep: (event) => options.on?.step?.(event, place),
        onEpochEnd: (record) => options.on?.epoch?.(record, place, epochs),
      },
    ],
  });
  const best = history.best;
  return {
    seed: place.seed,
    epochs: history.epochs.map(({ train, validation, seconds, lr }) => ({
      trainLoss: train.loss,
      trainAccuracy: train['accuracy']!,
      validationLoss: validation!.loss,
      validationAccuracy: validation!['accuracy']!,
      seconds,
      lr: lr[0]!,
    })),
    bestEpoch: best?.epoch ?? 0,
    ...(best?.path !== undefined && { bestModel: best.path }),
  };
}

function countParameters(model: Module): number {
  let count = 0;
  for (const parameter of model.parameters()) count += parameter.numel();
  return count;
}
