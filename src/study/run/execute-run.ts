/** executeRun: one repeat of one variant, from its seeds to its scores. */
import { removeFile } from '#files';
import type { DatasetLike } from '../../data/datasets/dataset.js';
import { DataLoader } from '../../data/loader/data-loader.js';
import { RandomSampler } from '../../data/loader/sampler.js';
import { ArgumentError } from '../../errors.js';
import { CrossEntropyLoss } from '../../nn/loss/classification/cross-entropy.js';
import { Adam } from '../../optim/adam/adam.js';
import { type StudyEpoch, type StudyScores, sourcesOfVariation } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Generator, manualSeed } from '../../tensor/create/random.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import { tensorBoard } from '../../train/callbacks/logging/tensorboard.js';
import { evaluate } from '../../train/evaluate/evaluate.js';
import { fit } from '../../train/fit/fit.js';
import type { FitOptions } from '../../train/fit/fit-options.js';
import { NonFiniteError, NonFiniteLossError } from '../../train/guards/non-finite.js';
import type { EpochRecord, Monitor, Scores } from '../../train/history/epoch-record.js';
import type { History } from '../../train/history/history.js';
import type { Metric } from '../../train/types.js';
import { bySetting, chosenBy, metricsOf } from '../define/options.js';
import { seedsOf } from '../define/streams.js';
import type { Study } from '../define/study.js';
import { type Choose, OP, type StudyContext, type StudyData } from '../define/types.js';
import type { StudyEntry } from '../define/variants.js';
import { lengthOf, makeData, type SharedData, splitData } from './data.js';
import { NAMES, type RunRecord, writeRun } from './folder.js';

/** Seconds between two checkpoints of a run. */
const SAVED = 10;

/** What a run tells while it goes on. */
export interface RunEvents {
  /** The model was made. */
  start?(run: RunRecord): void;
  /** A batch was trained or measured. */
  step?(event: StepEvent): void;
  /** An epoch has ended; the run as it is then. */
  epoch?(run: RunRecord): void;
}

/** The options of {@link executeRun}. */
export interface ExecuteRunOptions {
  /** The study's data, where it has been made. */
  data?: SharedData;
  /** The run's own folder: for `run.json`, the log, and the checkpoint while it runs. Default: none, nothing is written. */
  folder?: string;
  /** Goes on from the folder's checkpoint, where there is one. Default: false. */
  resume?: boolean;
  /** Epochs of a run, instead of the study's. */
  epochs?: number;
  /** Ends the run after this epoch, its checkpoint kept, to go on later: it is still `running`. Default: never. */
  until?: number;
  /** Ends the run after the running step; it is still `running`. */
  signal?: AbortSignal;
  on?: RunEvents;
}

/**
 * Trains and measures one repeat of one variant. The random numbers of a run depend on the study's seed, the repeat and what varies: not on
 * other runs, nor on how many there are. Whatever the variant throws is noted in the run.
 * @param variant its name.
 */
export async function executeRun<S extends object>(
  study: Study<S>,
  variant: string,
  repeat: number,
  options: ExecuteRunOptions = {},
): Promise<RunRecord> {
  const entry = study.variants.find(({ name }) => name === variant);
  if (!entry)
    throw new ArgumentError(
      `executeRun: there is no variant "${variant}"; there are ${study.variants.map(({ name }) => name).join(', ')}.`,
    );
  const data = options.data ?? (await makeData(study));
  return new Execution(study, entry, repeat, data, options).run();
}

class Execution<S extends object> {
  private readonly record: RunRecord;
  private readonly metrics: readonly Metric[];

  constructor(
    private readonly study: Study<S>,
    private readonly entry: StudyEntry<S>,
    repeat: number,
    private readonly shared: SharedData,
    private readonly options: ExecuteRunOptions,
  ) {
    const { seed = 0, varies = sourcesOfVariation } = study.options;
    this.metrics = metricsOf(study.options);
    this.record = {
      variant: entry.name,
      repeat,
      seeds: seedsOf(seed, repeat, varies),
      epochs: [],
      chosen: 0,
      seconds: 0,
      parameters: 0,
      architecture: '',
      running: true,
    };
  }

  async run(): Promise<RunRecord> {
    const { record } = this;
    const { folder } = this.options;
    try {
      await this.train();
    } catch (error) {
      record.failed = error instanceof Error ? error.message : String(error);
      delete record.running;
    }
    this.write();
    if (folder !== undefined && record.running !== true) forget(`${folder}/${NAMES.checkpoint}`);
    return record;
  }

  private write(): void {
    const { folder } = this.options;
    if (folder !== undefined) writeRun(folder, this.record);
  }

  /** A run as others may keep it. */
  private get snapshot(): RunRecord {
    return { ...this.record, epochs: [...this.record.epochs] };
  }

  private async train(): Promise<void> {
    const { study, record, options, metrics } = this;
    const { seeds } = record;
    const setting = this.entry.setting as S;
    const given = study.options;
    const epochs = options.epochs ?? bySetting('epochs', given.epochs, setting);
    const batchSize = bySetting('batchSize', given.batchSize ?? 32, setting);
    const dropLast = given.loader?.dropLast ?? false;
    const contextOf = (train: DatasetLike<unknown>): StudyContext => ({
      variant: this.entry.name,
      repeat: record.repeat,
      epochs,
      stepsPerEpoch: dropLast ? Math.floor(lengthOf(train) / batchSize) : Math.ceil(lengthOf(train) / batchSize),
    });
    const split = splitData(this.shared, seeds.split);
    manualSeed(seeds.split);
    const data = given.prepare ? prepared(split, await given.prepare(split, setting, contextOf(split.train))) : split;
    const context = contextOf(data.train);

    manualSeed(seeds.init);
    const model = given.model(setting, context);
    record.parameters = model.parameters().reduce((count, parameter) => count + parameter.numel(), 0);
    record.architecture = model.toString();
    options.on?.start?.(this.snapshot);
    const optimizer = given.optimizer?.(model, setting, context) ?? new Adam(model.parameters());
    const scheduler = given.scheduler?.(optimizer, setting, context);
    const more = ownFit(given.fit?.(setting, context, model));
    const loss = more.loss ?? given.loss ?? new CrossEntropyLoss();
    const callbacks = [...(given.callbacks?.(setting, context) ?? []), ...(more.callbacks ?? [])];

    const loaderOf = (set: DatasetLike<unknown>, train: boolean) =>
      new DataLoader(
        set as never,
        {
          ...given.loader,
          batchSize: train ? batchSize : Math.max(batchSize, 64),
          dropLast: train && dropLast,
          // A sampler: what the loader itself draws belongs to the noise.
          ...(train && { sampler: new RandomSampler(set, { generator: new Generator(seeds.order) }) }),
        } as never,
      ) as unknown as FitOptions<unknown>['train'];
    const validation = loaderOf(data.validation, false);
    const monitor = this.monitor;
    const ending = new AbortController();
    const { folder, until = epochs } = options;
    manualSeed(seeds.noise); // a training that is resumed goes on with its own numbers
    const history = await this.guarded(() =>
      fit<unknown>(model, {
        ...more,
        train: loaderOf(data.train, true),
        validation,
        loss,
        optimizer,
        ...(scheduler !== undefined && { scheduler }),
        epochs,
        metrics,
        progress: false, // a study's display knows all of its runs
        ...(monitor && { saveBest: { monitor, mode: this.mode }, restoreBest: true }),
        signal: options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal,
        ...(folder !== undefined && {
          checkpoint: { path: `${folder}/${NAMES.checkpoint}`, every: { seconds: SAVED }, signals: false as const },
          resume: options.resume ?? false,
        }),
        callbacks: [
          ...callbacks,
          ...(folder === undefined ? [] : [tensorBoard(folder)]),
          {
            name: 'study',
            onTrainStart: ({ history }) => this.take(history),
            onStep: (event) => options.on?.step?.(event),
            onEpochEnd: (epoch, { history }) => {
              this.take(history, epoch);
              this.write();
              options.on?.epoch?.(this.snapshot);
              if (epoch.epoch >= until && until < epochs) ending.abort();
            },
          },
        ] as FitOptions<unknown>['callbacks'],
      }),
    );
    if (history?.stopped?.reason === 'aborted') return;
    record.chosen = history?.best?.epoch ?? (record.epochs.length > 0 ? record.epochs.at(-1)!.epoch : 0);
    const measure = async (set: DatasetLike<unknown>): Promise<StudyScores> =>
      copyOf(
        await evaluate<unknown>(model, loaderOf(set, false), {
          loss,
          metrics,
          ...(more.forward && { forward: more.forward }),
          ...(more.lossAverage && { lossAverage: more.lossAverage }),
        }),
      );
    record.scores = { train: await measure(data.train), validation: await measure(data.validation), test: await measure(data.test) };
    const { name } = study.metric;
    const value = record.scores.test[name];
    if (!Number.isFinite(value)) record.failed ??= `its ${name} on test data is ${value}`;
    const extra = given.inspect?.(model, setting, data);
    if (extra !== undefined) record.extra = checkedExtra(extra);
    delete record.running;
  }

  private get choose(): Choose {
    return chosenBy(this.study.options, this.entry.setting as S);
  }

  /** The score that the epoch is chosen by, on validation data. */
  private get monitor(): Monitor | undefined {
    const { choose } = this;
    return choose === 'last' ? undefined : `validation.${choose === 'loss' ? 'loss' : this.study.metric.name}`;
  }

  private get mode(): 'max' | 'min' {
    return this.choose === 'loss' ? 'min' : this.study.metric.better;
  }

  /** Trains; a run that diverges is a result. */
  private async guarded(train: () => Promise<History>): Promise<History | undefined> {
    const { record } = this;
    try {
      const history = await train();
      if (history.stopped?.reason === 'stopped') record.stoppedEarly = history.stopped.message;
      record.seconds = history.seconds;
      return history;
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      const what = error instanceof NonFiniteLossError ? `the loss became ${error.loss}` : 'gradients or weights became NaN or infinite';
      record.failed = `${what} in epoch ${error.epoch}, step ${error.step}`;
      record.seconds = error.history?.seconds ?? 0;
      return error.history;
    }
  }

  /** Notes what a training has come to. */
  private take(history: History, last?: EpochRecord): void {
    const { record } = this;
    let steps = 0;
    const records = last && history.epochs.at(-1) !== last ? [...history.epochs, last] : history.epochs;
    record.epochs = records.map((epoch) => epochOf(epoch, (steps += epoch.steps)));
    record.seconds = history.seconds;
    record.chosen = history.best?.epoch ?? (this.monitor === undefined ? record.epochs.length : 0);
  }
}

/** What a run evaluates and chooses by itself. */
const OWN: Readonly<Record<string, string>> = {
  train: 'Give data, and prepare to change it.',
  validation: 'Give data, and prepare to change it.',
  optimizer: 'Give optimizer beside fit.',
  scheduler: 'Give scheduler beside fit.',
  epochs: 'Give epochs beside fit.',
  metrics: 'Give metrics beside fit.',
  saveBest: 'The study keeps the best epoch by choose.',
  restoreBest: 'The study keeps the best epoch by choose.',
  validateEvery: 'A study validates after every epoch.',
  history: 'Each run has its own.',
  checkpoint: 'Each run has its own in the folder of the study.',
  resume: 'Pass resume to runStudy.',
  signal: 'Pass signal to runStudy.',
  progress: 'A study has a display of its own.',
  log: 'A study has a display of its own.',
};

/** What `fit` of a study gives. @throws {ArgumentError} for what the study sets by itself. */
function ownFit(given: Partial<FitOptions<unknown>> | undefined): Partial<FitOptions<unknown>> {
  if (given === undefined) return {};
  if (!isOptions(given)) throw new ArgumentError(`${OP}: fit gives ${show(given)}, expected options: { classWeights: 'balanced' }.`);
  for (const name of Object.keys(OWN))
    if (given[name as 'train'] !== undefined) throw new ArgumentError(`${OP}: fit gives ${name}. ${OWN[name]}`);
  return given;
}

/** Data as `prepare` has it. @throws {ArgumentError} for what is none. */
function prepared(split: Required<StudyData>, given: unknown): Required<StudyData> {
  if (!isOptions(given))
    throw new ArgumentError(`${OP}: prepare gives ${show(given)}, expected { train, validation, test }, or some of them.`);
  const out = readOptions(
    `${OP}: prepare`,
    { train: required, validation: required, test: required } as Required<StudyData>,
    given,
  ) as StudyData;
  for (const [name, part] of Object.entries(out))
    if (part !== undefined && lengthOf(part as DatasetLike<unknown>) === 0)
      throw new ArgumentError(`${OP}: prepare gives a ${name} that is empty.`);
  return { train: out.train ?? split.train, validation: out.validation ?? split.validation, test: out.test ?? split.test };
}

/** Figures of `inspect`. @throws {ArgumentError} for anything but numbers. */
function checkedExtra(extra: unknown): Record<string, number | readonly number[]> {
  if (!isOptions(extra)) throw new ArgumentError(`${OP}: inspect gives ${show(extra)}, expected numbers by name.`);
  for (const [name, value] of Object.entries(extra))
    if (typeof value !== 'number' && !(Array.isArray(value) && value.every((one) => typeof one === 'number')))
      throw new ArgumentError(`${OP}: inspect gives ${show(value)} as ${name}, expected a number or a list of numbers.`);
  return { ...extra } as Record<string, number | readonly number[]>;
}

function epochOf({ epoch, train, validation, seconds, lr }: EpochRecord, steps: number): StudyEpoch {
  return { epoch, steps, train: copyOf(train), validation: copyOf(validation!), seconds, lr: lr[0]! };
}

const copyOf = (scores: Scores): StudyScores => ({ ...scores });

/** Removes the checkpoint of a run that has ended, which is only clutter where it stays. */
function forget(checkpoint: string): void {
  try {
    removeFile(checkpoint, 'study');
  } catch {
    // it will not be read: the run has ended
  }
}
