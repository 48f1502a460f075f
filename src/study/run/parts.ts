/** What a run is made of: its data, its model and what trains it, each from random numbers of its own. */
import { asDataset, type DatasetLike } from '../../data/datasets/dataset.js';
import { DataLoader } from '../../data/loader/data-loader.js';
import { RandomSampler } from '../../data/loader/sampler.js';
import { ArgumentError } from '../../errors.js';
import { CrossEntropyLoss } from '../../nn/loss/classification/cross-entropy.js';
import { Module, type ModuleWithOutput } from '../../nn/module/module.js';
import { Adam } from '../../optim/adam/adam.js';
import type { AnyOptimizer } from '../../optim/lr-scheduler/checks.js';
import type { StudyScores } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Generator, manualSeed } from '../../tensor/create/random.js';
import { balancedClassWeights } from '../../train/batch/read-weights.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { evaluate } from '../../train/evaluate/evaluate.js';
import type { FitOptions } from '../../train/fit/fit-options.js';
import type { Loader, Loss, Metric, OptimizerLike } from '../../train/types.js';
import { bySetting, metricsOf } from '../define/options.js';
import type { Study } from '../define/study.js';
import { OP, type StudyContext, type StudyData } from '../define/types.js';
import type { StudyEntry } from '../define/variants.js';
import { lengthOf, type SharedData, splitData } from './data.js';
import type { RunRecord } from './folder.js';

/** Samples that are measured at once, where batches of training are smaller. */
const MEASURED = 64;

/** What a run trains and measures. */
export interface RunParts {
  readonly data: Required<StudyData>;
  readonly model: ModuleWithOutput;
  readonly optimizer: OptimizerLike;
  readonly scheduler: FitOptions<unknown>['scheduler'];
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly callbacks: readonly Callback<never>[];
  /** Further options of fit. */
  readonly more: Partial<FitOptions<unknown>>;
  /** Batches of a data set, in the run's own order where they are trained on. */
  loaderOf(set: DatasetLike<unknown>, train?: boolean): Loader<unknown>;
}

/** The models of this process's runs: no run may go on with another's weights. */
const trained = new WeakSet<Module>();

/** Makes the parts of a run: the data by the numbers of the split, model and optimizer by those of the initial weights. */
export async function partsOf<S extends object>(
  { options }: Study<S>,
  { name, setting: frozen }: StudyEntry<S>,
  { repeat, seeds }: RunRecord,
  shared: SharedData,
  epochs: number,
): Promise<RunParts> {
  const setting = frozen as S;
  const batchSize = bySetting('batchSize', options.batchSize ?? 32, setting);
  const dropLast = options.loader?.dropLast ?? false;
  const contextOf = (train: DatasetLike<unknown>): StudyContext => {
    const batches = lengthOf(train) / batchSize;
    return { variant: name, repeat, epochs, stepsPerEpoch: dropLast ? Math.floor(batches) : Math.ceil(batches) };
  };
  const split = splitData(shared, seeds.split);
  manualSeed(seeds.split);
  const data = options.prepare ? prepared(split, await options.prepare(split, setting, contextOf(split.train))) : split;
  const context = contextOf(data.train);
  const loaderOf = (set: DatasetLike<unknown>, train = false) =>
    new DataLoader(
      set as never,
      {
        ...options.loader,
        batchSize: train ? batchSize : Math.max(batchSize, MEASURED),
        dropLast: train && dropLast,
        // By a sampler, since what the loader itself draws, such as the seeds of its workers, is noise.
        ...(train && { sampler: new RandomSampler(set, { generator: new Generator(seeds.order) }) }),
      } as never,
    ) as unknown as Loader<unknown>;

  manualSeed(seeds.init);
  const model = options.model(setting, context) as ModuleWithOutput;
  if (!(model instanceof Module))
    throw new ArgumentError(`${OP}: model gives ${show(model)}, expected a module such as new nn.Linear(784, 10).`);
  if (trained.has(model))
    throw new ArgumentError(`${OP}: model gives a module that another run has trained. Make a new one each time that it is called.`);
  trained.add(model);
  const optimizer = options.optimizer ? options.optimizer(model, setting, context) : new Adam(model.parameters());
  if (optimizer === undefined || optimizer === null)
    throw new ArgumentError(
      `${OP}: optimizer gives ${show(optimizer)}, expected an optimizer such as new optim.SGD(model.parameters(), { lr: 0.1 }).`,
    );
  const scheduler = options.scheduler?.(optimizer as AnyOptimizer, setting, context);
  const own = ownFit(options.fit?.(setting, context, model));
  // Counted once, for what is trained and for what is measured.
  const weights = own.classWeights === 'balanced' && { classWeights: await balancedClassWeights(loaderOf(data.train)) };
  return {
    data,
    model,
    optimizer,
    scheduler,
    loss: own.loss ?? options.loss ?? new CrossEntropyLoss(),
    metrics: metricsOf(options),
    callbacks: [...callbacksOf(options.callbacks?.(setting, context)), ...((own.callbacks ?? []) as readonly Callback<never>[])],
    more: { ...own, ...weights },
    loaderOf,
  };
}

/** The loss and the metrics of a data set, in evaluation mode. */
export async function scoresOf({ model, loss, metrics, more, loaderOf }: RunParts, set: DatasetLike<unknown>): Promise<StudyScores> {
  const { forward, lossAverage, classWeights, sampleWeights } = more;
  const given = Object.entries({ forward, lossAverage, classWeights, sampleWeights }).filter(([, value]) => value !== undefined);
  return { ...(await evaluate<unknown>(model, loaderOf(set), { loss, metrics, ...Object.fromEntries(given) })) };
}

/** @throws {ArgumentError} for what is no list of callbacks; those in it are `fit`'s to check. */
function callbacksOf(given: readonly Callback<never>[] | undefined): readonly Callback<never>[] {
  if (given !== undefined && !Array.isArray(given))
    throw new ArgumentError(`${OP}: callbacks gives ${show(given)}, expected a list: [gradientClipping({ norm: 1 })].`);
  return given ?? [];
}

/** What `fit` of a study may not give, and what to give instead. */
const OWN: Readonly<Partial<Record<keyof FitOptions<unknown>, string>>> = {
  train: 'Give data, and prepare to change it.',
  validation: 'Give data, and prepare to change it.',
  optimizer: 'Give optimizer beside fit.',
  scheduler: 'Give scheduler beside fit.',
  epochs: 'Give epochs beside fit.',
  metrics: 'Give metrics beside fit.',
  saveBest: 'A study keeps the best epoch, which choose names.',
  restoreBest: 'A study keeps the best epoch, which choose names.',
  validateEvery: 'A study validates after every epoch.',
  history: 'Each run has its own.',
  checkpoint: 'Each run has its own, in the folder of the study.',
  resume: 'Pass resume to runStudy.',
  signal: 'Pass signal to runStudy.',
  progress: 'A study has a display of its own.',
  log: 'A study has a display of its own.',
};

/** Further options of fit. @throws {ArgumentError} for those that a study sets by itself. */
function ownFit(given: Partial<FitOptions<unknown>> | undefined): Partial<FitOptions<unknown>> {
  if (given === undefined) return {};
  if (!isOptions(given)) throw new ArgumentError(`${OP}: fit gives ${show(given)}, expected options: { classWeights: 'balanced' }.`);
  for (const [name, advice] of Object.entries(OWN))
    if (given[name as keyof typeof OWN] !== undefined) throw new ArgumentError(`${OP}: fit gives ${name}. ${advice}`);
  return given;
}

/** Data as `prepare` has it. @throws {ArgumentError} for what is none. */
function prepared(split: Required<StudyData>, given: unknown): Required<StudyData> {
  if (!isOptions(given))
    throw new ArgumentError(`${OP}: prepare gives ${show(given)}, expected { train, validation, test }, or some of them.`);
  const read = readOptions(`${OP}: prepare`, { train: required, validation: required, test: required } as Required<StudyData>, given);
  const { train = split.train, validation = split.validation, test = split.test } = read as Partial<StudyData>;
  for (const [name, part] of Object.entries({ train, validation, test }))
    if (asDataset(part, `${OP}: ${name} of prepare`).length === 0) throw new ArgumentError(`${OP}: prepare gives a ${name} that is empty.`);
  return { train, validation, test };
}

/** Figures of `inspect`. @throws {ArgumentError} for anything but numbers. */
export function checkedExtra(extra: unknown): Record<string, number | readonly number[]> {
  if (!isOptions(extra)) throw new ArgumentError(`${OP}: inspect gives ${show(extra)}, expected numbers by name.`);
  for (const [name, value] of Object.entries(extra))
    if (typeof value !== 'number' && !(Array.isArray(value) && value.every((one) => typeof one === 'number')))
      throw new ArgumentError(`${OP}: inspect gives ${show(value)} as ${name}, expected a number or a list of numbers.`);
  return { ...extra } as Record<string, number | readonly number[]>;
}
