/** What a study is made of. */
import type { DatasetLike } from '../../data/datasets/dataset.js';
import type { DataLoaderOptions } from '../../data/loader/options.js';
import type { Module } from '../../nn/module/module.js';
import type { AnyOptimizer } from '../../optim/lr-scheduler/checks.js';
import type { SourceOfVariation, StudyClaim, StudyFigures } from '../../report/study/figures.js';
import type { StudyVerdict } from '../../report/study/verdict.js';
import type { Callback } from '../../train/callbacks/callback.js';
import type { FitOptions } from '../../train/fit/fit-options.js';
import type { Loss, Metric, MetricName, OptimizerLike } from '../../train/types.js';

/** What errors name. */
export const OP = 'defineStudy';

/** The parts of a study's data. What is missing is split off the training data, each repeat anew where the split varies. */
export interface StudyData {
  /** To train on. */
  train: DatasetLike<unknown>;
  /** To choose the best epoch by. Default: a sixth of the training data. */
  validation?: DatasetLike<unknown>;
  /** To report on; nothing is chosen by it. Default: a sixth of the training data, the same one for every repeat. */
  test?: DatasetLike<unknown>;
}

/** A run, for the functions of a study that may need to know. */
export interface StudyContext {
  /** The variant's name. */
  readonly variant: string;
  /** From 0. */
  readonly repeat: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** Training batches of an epoch. */
  readonly stepsPerEpoch: number;
}

/** A variant that is written out: what it changes, and a line on it. */
export interface StudyVariant<S> {
  /** What differs from the baseline. */
  setting: Partial<S>;
  /** One line. */
  description?: string;
}

/** The levels of a factor: a list, each named by its value, or values by name. */
export type Levels<T> = readonly T[] | Readonly<Record<string, T>>;

/** How factors become variants. */
export type Design = 'oneAtATime' | 'fullFactorial' | 'leaveOneOut';

/** By which score on validation data a run's epoch is chosen: the loss, the compared metric, or none: the last epoch is taken. */
export type Choose = 'loss' | 'metric' | 'last';

/** What became of a claim. */
export interface ClaimVerdict {
  /** What the figures say of it. */
  verdict: 'found' | 'refuted' | 'undecided';
  /** Why, in a sentence or two, with the figures. */
  words: string;
}

/** Says what a study's figures, and the verdict on them, say of the claim that it looks at. */
export type Judge = (verdict: StudyVerdict, figures: StudyFigures) => ClaimVerdict;

/** A number for all variants, or one for each. */
export type BySetting<S> = number | { by(setting: S): number }['by'];

/** The options of {@link defineStudy}. */
export interface StudyOptions<S extends object> {
  /** The title of the report. */
  title: string;
  /** Sentences for the report: what is asked, of which data. */
  summary?: string;
  /** The data sets, made once a process; the function may be async. */
  data: StudyData | (() => StudyData | Promise<StudyData>);
  /** Changes the data sets of a run: transforms, fewer samples. Called after the split. Default: as they are. */
  prepare?(data: Required<StudyData>, setting: S, context: StudyContext): Partial<StudyData> | Promise<Partial<StudyData>>;
  /** A fresh model; called once a run, after the seed of the initial weights was set. */
  model(setting: S, context: StudyContext): Module;
  /** Default: Adam with learning rate 0.001. */
  optimizer?(model: Module, setting: S, context: StudyContext): OptimizerLike;
  /** Changes the learning rate: a scheduler, or a plan such as `{ scheduler, every: 'step' }`. Default: none. */
  scheduler?(optimizer: AnyOptimizer, setting: S, context: StudyContext): FitOptions<unknown>['scheduler'];
  /** Default: cross entropy. One that depends on the setting is given by `fit`. */
  loss?: Loss;
  /** Callbacks of a run, made anew for each. Default: none. */
  callbacks?(setting: S, context: StudyContext): readonly Callback<never>[];
  /** Further options of fit by setting: `earlyStopping`, `classWeights`, a `loss` that penalises the model's weights, … */
  fit?(setting: S, context: StudyContext, model: Module): Partial<FitOptions<unknown>>;
  /** Figures of another kind from the trained model: activations, sparsity. */
  inspect?(model: Module, setting: S, data: Required<StudyData>): Record<string, number | readonly number[]> | undefined;
  /** The setting that the others are compared with. */
  baseline: S;
  /** What the baseline is called. Default: `baseline`. */
  baselineName?: string;
  /** Levels of what the baseline sets; the baseline's own need not be among them. */
  factors?: { readonly [K in keyof S]?: Levels<S[K]> };
  /** Default: `oneAtATime`, a variant for each level. */
  design?: Design;
  /** Variants by hand, by name, instead of factors or beside them. */
  variants?: Readonly<Record<string, Partial<S> | StudyVariant<S>>>;
  /** Pairs of variants to compare beyond each with the baseline. */
  pairs?: readonly (readonly [variant: string, against: string])[];
  /** What is compared, on test data. Default: accuracy. */
  metric?: Metric | MetricName | 'loss';
  /** Which values of a metric of your own are better. Default: what its name says. */
  better?: 'max' | 'min';
  /** Measured beside it. */
  metrics?: readonly (Metric | MetricName)[];
  /** By which score on validation data the epoch is chosen; `last` takes the last epoch. May depend on the setting. Default: the compared metric. */
  choose?: Choose | { by(setting: S): Choose }['by'];
  /** A difference that matters to nobody: intervals within ± it count as equivalent. Default: none. */
  matters?: number;
  /** Samples of a step. Default: 32. */
  batchSize?: BySetting<S>;
  /** Further options of the loaders; `dropLast` is for training. */
  loader?: Omit<DataLoaderOptions<unknown, unknown>, 'batchSize' | 'shuffle' | 'generator' | 'sampler' | 'batchSampler'>;
  /** Epochs of a run. */
  epochs: BySetting<S>;
  /** Default: 5. */
  repeats?: number;
  /** Default: 0. */
  seed?: number;
  /** What differs between repeats; the rest is the same in all runs. Default: everything. */
  varies?: readonly SourceOfVariation[];
  /** The claim of a document that it looks at, and what its verdict says on it. */
  claim?: StudyClaim & { judge: Judge };
  /** Sentences beside the figures that a reader must know: what was scaled down, which data. */
  remarks?: readonly string[];
}
