/** crossValidate: a model trained and measured several times over, each time on other parts of the data. */
import type { DatasetLike } from '../../data/datasets/dataset.js';
import { asDataset } from '../../data/datasets/dataset.js';
import { Subset } from '../../data/datasets/subset.js';
import { DataLoader } from '../../data/loader/data-loader.js';
import type { DataLoaderOptions } from '../../data/loader/options.js';
import { GroupKFold } from '../../data/split/group-k-fold.js';
import { KFold, RepeatedKFold } from '../../data/split/k-fold.js';
import { type Fold, type Labels, Splitter } from '../../data/split/splitter.js';
import { RepeatedStratifiedKFold, StratifiedKFold } from '../../data/split/stratified-k-fold.js';
import { ArgumentError } from '../../errors.js';
import { Module, type ModuleWithOutput } from '../../nn/module/module.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, countOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkModel } from '../batch/checks.js';
import { labelsOf } from '../batch/read-weights.js';
import type { Callback } from '../callbacks/callback.js';
import { evaluate } from '../evaluate/evaluate.js';
import { predict } from '../evaluate/predict.js';
import { fit } from '../fit/fit.js';
import type { FitOptions } from '../fit/fit-options.js';
import type { SchedulerPlan } from '../fit/schedule.js';
import { pending } from '../guards/pending.js';
import type { OptimizerLike, SchedulerLike } from '../types.js';
import { CrossValidated, type FoldResult } from './cross-validated.js';

/** What is trained in one fold. */
export interface FoldParts {
  /** The model, new. */
  model: ModuleWithOutput;
  /** Its optimizer. Default: what the option `optimizer` makes. */
  optimizer?: OptimizerLike;
  /** What changes its rates. Default: what the option `scheduler` makes. */
  scheduler?: SchedulerLike | SchedulerPlan | undefined;
  /** Callbacks of this fold alone. Default: what the option `callbacks` makes. */
  callbacks?: readonly Callback[];
}

type Shared = 'train' | 'validation' | 'optimizer' | 'scheduler' | 'callbacks' | 'history' | 'checkpoint' | 'resume';

/** The options of {@link crossValidate}: those of `fit`, and how data is cut. */
export interface CrossValidateOptions<B> extends Omit<FitOptions<B>, Shared> {
  /** How many parts, or what cuts them: a splitter of hone/data, or a list of [train, test], each a list of sample numbers. Default: 5. */
  folds?: number | Splitter | readonly Fold[];
  /** Whether each part holds each label as often as the whole: true reads the labels off the data, or give them. Default: false. */
  stratified?: boolean | Labels;
  /** The group of each sample: no two parts hold samples of one group. */
  groups?: Labels | null;
  /** Whether samples come into parts in random order. Default: true; for groups false, as they are made equal in size. */
  shuffle?: boolean;
  /** The seed of that order: with it, parts are scikit-learn's. Default: null, drawn from the default generator. */
  seed?: number | null;
  /** How often all parts are cut anew. Default: 1. */
  repeats?: number;
  /** Samples in a batch. Default: 32. */
  batchSize?: number;
  /** More options of the loaders, such as numWorkers; `shuffle` is true for training unless it says otherwise. */
  loader?: Omit<DataLoaderOptions<unknown, B>, 'batchSize' | 'sampler' | 'batchSampler'>;
  /** The samples as they are evaluated: the same ones, without augmentation. Default: those that are trained on. */
  validationData?: DatasetLike<unknown>;
  /** Makes the optimizer of a model. */
  optimizer?: (model: Module) => OptimizerLike;
  /** Makes the schedule of an optimizer. */
  scheduler?: (optimizer: OptimizerLike) => SchedulerLike | SchedulerPlan;
  /** Makes the callbacks of a fold, numbered from 0: each training has its own. */
  callbacks?: (fold: number) => readonly Callback[];
}

const OP = 'crossValidate';

/**
 * Trains a new model on all parts of the data but one, and measures it on that one; each part is left out once. The folds are scikit-learn's for the
 * same seed. Model, optimizer, schedule and callbacks are made anew for each; their random numbers are those of the default generator.
 * @param make makes the model of a fold, or an object of it with its optimizer, schedule and callbacks.
 * @param data a data set, or a list of samples `[...inputs, target]`.
 * @returns the scores of each fold with their mean and deviation, histories, models, and predictions for every sample by a model that has not seen
 * it.
 * @throws {ArgumentError} for options that make no sense, and for what would be shared between folds. What `fit` throws.
 * @see https://scikit-learn.org/stable/modules/cross_validation.html
 * @example
 * const data = new TensorDataset(randn([30, 4]), randint(0, 3, [30]));
 * const result = await crossValidate(() => new nn.Linear(4, 3), data, {
 *   folds: 3,
 *   stratified: true,
 *   optimizer: (model) => new optim.Adam(model.parameters()),
 *   loss: new nn.CrossEntropyLoss(),
 *   epochs: 1,
 *   metrics: ['accuracy'],
 * });
 * console.log(String(result));
 */
export function crossValidate<B = readonly Tensor[]>(
  make: (fold: number) => ModuleWithOutput | FoldParts,
  data: DatasetLike<unknown>,
  options: CrossValidateOptions<B>,
): Promise<CrossValidated> {
  return pending(OP, ['folds', 'scores', 'predictions'], validate(make, data, options));
}

async function validate<B>(
  make: (fold: number) => ModuleWithOutput | FoldParts,
  data: DatasetLike<unknown>,
  options: CrossValidateOptions<B>,
): Promise<CrossValidated> {
  assertFunction(OP, 'make', make);
  const read = readCrossValidate(data, options);
  const samples = asDataset(data, OP);
  const measured = read.validationData === undefined ? samples : asDataset(read.validationData, OP);
  if (measured.length !== samples.length)
    throw new ArgumentError(
      `${OP}: validationData has ${measured.length} samples, the data ${samples.length}. They must be the same ones, in the same order.`,
    );
  const { loss, forward, metrics, lossAverage, classWeights, sampleWeights } = read.fit;
  const measures = { loss, forward, metrics, lossAverage, classWeights, sampleWeights };
  const evaluation = Object.fromEntries(Object.entries(measures).filter(([, value]) => value !== undefined)) as never;
  const behind = sampleWeights === true ? -2 : -1; // [...inputs, target], or with the weights behind
  const output = (model: Module, batch: B): Tensor =>
    forward ? forward(model, batch)[0] : (model.forward(...(batch as readonly unknown[]).slice(0, behind)) as Tensor);
  const folds: FoldResult[] = [];
  const outputs: Tensor[] = [];
  const cuts = await foldsOf(read, data, samples.length);
  for (const [train, test] of cuts) {
    const fold = folds.length;
    const { model, ...parts } = partsOf(make(fold), read, fold);
    const loaderOf = (from: DatasetLike<unknown>, indices: readonly number[], shuffle: boolean) =>
      new DataLoader(new Subset(from, indices), {
        batchSize: read.batchSize,
        ...(shuffle ? { shuffle, ...read.loader } : { ...read.loader, shuffle, dropLast: false }),
      } as never) as unknown as FitOptions<B>['train'];
    const validation = loaderOf(measured, test, false);
    const { saveBest, log } = read.fit;
    const saved = typeof saveBest === 'string' ? { saveBest: saveBest.replaceAll('{fold}', String(fold)) } : {};
    const logged = typeof log === 'function' ? { log: (line: string) => log(`fold ${fold + 1}/${cuts.length}  ${line}`) } : {};
    const history = await fit<B>(model, {
      ...read.fit,
      ...saved,
      ...logged,
      ...parts,
      train: loaderOf(samples, train, true),
      validation,
    });
    const scores = await evaluate<B>(model, validation, evaluation);
    outputs.push(await predict<B>(model, validation, { forward: output }));
    folds.push({ train, test, model, history, scores });
    if (read.fit.signal?.aborted) throw read.fit.signal!.reason;
  }
  return new CrossValidated(folds, outputs, samples.length);
}

type Own =
  | 'folds'
  | 'stratified'
  | 'groups'
  | 'shuffle'
  | 'seed'
  | 'repeats'
  | 'batchSize'
  | 'loader'
  | 'validationData'
  | 'optimizer'
  | 'scheduler'
  | 'callbacks';

interface Read<B> extends Pick<CrossValidateOptions<B>, Exclude<Own, 'shuffle'>> {
  readonly shuffle: boolean | undefined;
  readonly repeats: number;
  readonly batchSize: number;
  /** What is passed on. */
  readonly fit: FitOptions<B>;
}

const OWN: Readonly<Record<Own, unknown>> = {
  folds: null,
  stratified: null,
  groups: null,
  shuffle: null,
  seed: null,
  repeats: 1,
  batchSize: 32,
  loader: null,
  validationData: required,
  optimizer: required,
  scheduler: required,
  callbacks: required,
};

/** What folds would share, and what to give instead. */
const SHARED: Readonly<Record<string, string>> = {
  train: 'Data is the second argument.',
  validation: 'Each part is it once.',
  history: 'Each fold has its own.',
  checkpoint: 'Leave it out; saveBest takes {fold} in its path.',
  resume: 'Leave it out.',
};

function readCrossValidate<B>(data: unknown, options: CrossValidateOptions<B>): Read<B> {
  if (!isOptions(options))
    throw new ArgumentError(
      `${OP}: got ${options === undefined ? 'no options' : `${show(options)} where options are expected`}. Write ${OP}(() => new Net(), data, { loss, epochs: 10, optimizer: (model) => … }).`,
    );
  for (const [name, advice] of Object.entries(SHARED))
    if (options[name as never] !== undefined) throw new ArgumentError(`${OP}: ${name} can't be shared by all folds. ${advice}`);
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => name in OWN));
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !(name in OWN)));
  const read = readOptions(OP, OWN as Record<Own, never>, own) as unknown as Read<B>;
  for (const name of ['optimizer', 'scheduler', 'callbacks'] as const) {
    const example = {
      optimizer: '(model) => new optim.Adam(model.parameters())',
      scheduler: '(optimizer) => …',
      callbacks: '() => [earlyStopping()]',
    }[name];
    if (read[name] !== undefined && typeof read[name] !== 'function')
      throw new ArgumentError(
        `${OP}: ${name} is ${show(read[name])}, which all folds would share. Give what makes it: ${name}: ${example}.`,
      );
  }
  if (read.seed !== null) wholeNumber(OP, 'seed', read.seed, { min: 0, max: 2 ** 32 - 1 });
  countOf(OP, 'repeats', read.repeats, 1);
  countOf(OP, 'batchSize', read.batchSize, 1);
  if (read.loader !== null && !isOptions(read.loader))
    throw new ArgumentError(`${OP}: loader is ${show(read.loader)}, expected options of a DataLoader.`);
  asDataset(data as DatasetLike<unknown>, OP);
  return { ...read, shuffle: (read.shuffle as boolean | null) ?? undefined, fit: rest as unknown as FitOptions<B> };
}

/** The model of a fold and what trains it. */
function partsOf<B>(made: ModuleWithOutput | FoldParts, read: Read<B>, fold: number): FoldParts & { optimizer: OptimizerLike } {
  const parts = made instanceof Module ? { model: made as ModuleWithOutput } : made;
  if (!isOptions(parts)) throw new ArgumentError(`${OP}: make gives ${show(made)}, expected a model, or { model, optimizer }.`);
  const { model, optimizer: own, scheduler, callbacks, ...others } = parts;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined)
    throw new ArgumentError(`${OP}: make gives ${unknown}, expected model, optimizer, scheduler, callbacks. Other options go to ${OP}.`);
  checkModel(OP, model);
  const optimizer = own ?? read.optimizer?.(model);
  if (optimizer === undefined)
    throw new ArgumentError(
      `${OP}: the optimizer is missing. Pass optimizer: (model) => new optim.Adam(model.parameters()), or let make give { model, optimizer }.`,
    );
  const schedule = scheduler ?? read.scheduler?.(optimizer);
  return { model, optimizer, ...(schedule !== undefined && { scheduler: schedule }), callbacks: callbacks ?? read.callbacks?.(fold) ?? [] };
}

/** The folds, all of them, before the first is trained. */
async function foldsOf<B>(read: Read<B>, data: DatasetLike<unknown>, count: number): Promise<Fold[]> {
  const { folds, stratified, groups, seed, repeats } = read;
  const labels = stratified === true ? await readLabels(data) : stratified;
  const y = labels === false || labels === null || labels === undefined ? null : (labels as Labels);
  if (Array.isArray(folds)) return checkedFolds(folds, count, stratified, groups);
  if (folds instanceof Splitter) return [...folds.split(count, y, groups)];
  if (folds !== null && typeof folds !== 'number')
    throw new ArgumentError(
      `${OP}: folds is ${show(folds)}, expected a number, a splitter such as new KFold(5), or a list of [train, test].`,
    );
  const nSplits = wholeNumber(OP, 'folds', folds ?? 5, { min: 2 });
  if (groups !== null && groups !== undefined && (y !== null || repeats > 1))
    throw new ArgumentError(`${OP}: groups go with neither stratified nor repeats. Leave one out, or pass folds that you cut yourself.`);
  if (repeats > 1 && read.shuffle === false) throw new ArgumentError(`${OP}: repeats of one order are all alike. Leave shuffle out.`);
  const shuffle = read.shuffle ?? (groups === null || groups === undefined);
  if (!shuffle && seed !== null)
    throw new ArgumentError(`${OP}: seed is ${seed}, but the order is not random. Pass shuffle: true, or leave it out.`);
  const order = { nSplits, shuffle, randomState: seed ?? null };
  const repeated = { nSplits, nRepeats: repeats, randomState: seed ?? null };
  let splitter: Splitter;
  if (groups !== null && groups !== undefined) splitter = new GroupKFold(order);
  else if (y !== null) splitter = repeats > 1 ? new RepeatedStratifiedKFold(repeated) : new StratifiedKFold(order);
  else splitter = repeats > 1 ? new RepeatedKFold(repeated) : new KFold(order);
  return [...splitter.split(count, y, groups)];
}

function readLabels(data: DatasetLike<unknown>): Promise<number[]> {
  const need = { what: 'stratified: true needs', instead: 'Give the labels: stratified: labels, a list or a tensor [N].' };
  return labelsOf(OP, new DataLoader(data as never, { batchSize: 64 }) as never, undefined, need);
}

function checkedFolds(folds: readonly unknown[], count: number, stratified: unknown, groups: unknown): Fold[] {
  if (stratified || groups)
    throw new ArgumentError(
      `${OP}: folds are given, so that there is nothing to stratify or to group. Leave ${stratified ? 'stratified' : 'groups'} out.`,
    );
  if (folds.length === 0) throw new ArgumentError(`${OP}: folds is empty, expected at least one.`);
  return folds.map((fold, i) => {
    const [train, test] = Array.isArray(fold) ? (fold as unknown[]) : [];
    for (const [name, part] of Object.entries({ train, test })) {
      if (!Array.isArray(part) || part.length === 0)
        throw new ArgumentError(`${OP}: ${name} of fold ${i} is ${show(part)}, expected a list of sample numbers.`);
      for (const index of part) wholeNumber(OP, `a sample of fold ${i}`, index, { min: 0, max: count - 1 });
    }
    return [train as number[], test as number[]];
  });
}
