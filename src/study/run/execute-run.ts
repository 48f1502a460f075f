/** executeRun: one repeat of one variant, from its seeds to its scores. */
import { removeFile } from '#files';
import { FileError, FormatError, HoneError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { type StudyEpoch, type StudyScores, sourcesOfVariation } from '../../report/study/figures.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';
import { tensorBoard } from '../../train/callbacks/logging/tensorboard.js';
import { fit } from '../../train/fit/fit.js';
import type { FitOptions } from '../../train/fit/fit-options.js';
import { NonFiniteError, NonFiniteLossError } from '../../train/guards/non-finite.js';
import type { EpochRecord, Monitor } from '../../train/history/epoch-record.js';
import type { History } from '../../train/history/history.js';
import { bySetting, chosenBy } from '../define/options.js';
import { seedNoise, seedsOf } from '../define/streams.js';
import type { Study } from '../define/study.js';
import { type StudyEntry, unknownVariant } from '../define/variants.js';
import { lengthOf, makeData, type SharedData } from './data.js';
import { NAMES, type RunRecord, writeRun } from './folder.js';
import { logEnd } from './log-end.js';
import { checkedExtra, partsOf, type RunParts, scoresOf } from './parts.js';

/** What becomes of a run that cannot be written. */
const AGAIN = 'The study goes on, and this is tried again after the next epoch.';

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
 * @throws what fit throws of the checkpoint of another run, and of files that cannot be written.
 */
export async function executeRun<S extends object>(
  study: Study<S>,
  variant: string,
  repeat: number,
  options: ExecuteRunOptions = {},
): Promise<RunRecord> {
  const entry = study.variants.find(({ name }) => name === variant);
  if (!entry)
    throw unknownVariant(
      'executeRun',
      variant,
      study.variants.map(({ name }) => name),
    );
  const data = options.data ?? (await makeData(study));
  try {
    return await new Execution(study, entry, repeat, data, options).run();
  } catch (error) {
    if (!(error instanceof Unresumed) || !(error.cause instanceof FormatError)) throw error instanceof Unresumed ? error.cause : error;
    const { folder } = options;
    warnOnce(`study: the checkpoint of "${variant}", repeat ${repeat}, is damaged, and the run starts anew. ${error.cause.message}`);
    forget(`${folder}/${NAMES.checkpoint}`);
    return new Execution(study, entry, repeat, data, { ...options, resume: false }).run();
  }
}

/** A run that could not go on from its checkpoint. */
class Unresumed extends Error {}

class Execution<S extends object> {
  private readonly record: RunRecord;
  /** Whether the training has begun, or gone on. */
  private begun = false;

  constructor(
    private readonly study: Study<S>,
    private readonly entry: StudyEntry<S>,
    repeat: number,
    private readonly shared: SharedData,
    private readonly options: ExecuteRunOptions,
  ) {
    const { seed = 0, varies = sourcesOfVariation } = study.options;
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
      await this.execute();
    } catch (error) {
      if (error instanceof Unresumed || (folder !== undefined && isOfFiles(error, folder))) throw error;
      record.failed = reasonOf(error);
      delete record.running;
    }
    const ended = folder !== undefined && record.running !== true;
    if (ended) {
      const texts = this.study.variants.map((one) => one.texts);
      await logEnd(folder, this.entry.name, record, this.entry.texts, texts);
    }
    this.write();
    if (ended) forget(`${folder}/${NAMES.checkpoint}`);
    return record;
  }

  private write(): void {
    const { folder } = this.options;
    if (folder !== undefined) writePatiently(() => writeRun(folder, this.record), AGAIN);
  }

  /** A run as others may keep it. */
  private get snapshot(): RunRecord {
    return { ...this.record, epochs: [...this.record.epochs] };
  }

  private async execute(): Promise<void> {
    const { study, entry, record, options } = this;
    const setting = entry.setting as S;
    const epochs = options.epochs ?? bySetting('epochs', study.options.epochs, setting);
    const parts = await partsOf(study, entry, record, this.shared, epochs);
    const { model, data } = parts;
    record.parameters = model.parameters().reduce((count, parameter) => count + parameter.numel(), 0);
    record.architecture = model.toString();
    record.samples = { train: lengthOf(data.train), validation: lengthOf(data.validation), test: lengthOf(data.test) };
    record.optimizer = `${classNameOf(parts.optimizer)}, lr ${[...new Set(parts.optimizer.paramGroups.map(({ lr }) => lr))].join(' and ')}`;
    options.on?.start?.(this.snapshot);
    const history = await this.train(parts, epochs);
    if (history?.stopped?.reason === 'aborted') return;
    // Where no epoch was better than none, as of a loss that is NaN, the last one is judged.
    record.chosen = (this.watched && history?.best?.epoch) || record.epochs.length;
    await this.measure(parts);
    const extra = study.options.inspect?.(model as Module, setting, data);
    if (extra !== undefined) record.extra = checkedExtra(extra);
    delete record.running;
  }

  /** Scores of the chosen weights. */
  private async measure(parts: RunParts): Promise<void> {
    const { record, study } = this;
    const { train, validation, test } = parts.data;
    record.scores = {
      train: await scoresOf(parts, train),
      validation: await scoresOf(parts, validation),
      test: await scoresOf(parts, test),
    };
    const { name } = study.metric;
    const value = record.scores.test[name];
    if (!Number.isFinite(value)) record.failed ??= `its ${name} on test data is ${value}`;
  }

  /** The score that the epoch is chosen by, on validation data, and which of its values are better; undefined where the last epoch is. */
  private get watched(): { monitor: Monitor; mode: 'max' | 'min' } | undefined {
    const { metric, options } = this.study;
    const choose = chosenBy(options, this.entry.setting as S);
    if (choose === 'last') return undefined;
    return choose === 'loss' ? { monitor: 'validation.loss', mode: 'min' } : { monitor: `validation.${metric.name}`, mode: metric.better };
  }

  /** Trains, and leaves the weights of the chosen epoch in the model. A run that diverges is a result. */
  private async train(
    { model, more, loss, optimizer, scheduler, metrics, callbacks, loaderOf, data }: RunParts,
    epochs: number,
  ): Promise<History | undefined> {
    const { record, options, watched } = this;
    const { folder, until = epochs } = options;
    const ending = new AbortController();
    const trainLoader = loaderOf(data.train, true);
    seedNoise(record.seeds.noise, { ...data, callbacks }); // a training that goes on takes up its own numbers
    try {
      const history = await fit<unknown>(model, {
        ...more,
        train: trainLoader,
        validation: loaderOf(data.validation),
        loss,
        optimizer,
        ...(scheduler !== undefined && { scheduler }),
        epochs,
        metrics,
        progress: false, // a study's display knows all of its runs
        ...(watched && { saveBest: watched, restoreBest: true }),
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
            onTrainStart: ({ history }) => {
              this.begun = true;
              this.take(history);
            },
            ...(options.on?.step && { onStep: (event: StepEvent) => options.on!.step!(event) }),
            onEpochEnd: (epoch, { history }) => {
              this.take(history, epoch);
              this.write();
              options.on?.epoch?.(this.snapshot);
              if (epoch.epoch >= until && until < epochs) ending.abort();
            },
          },
        ] as FitOptions<unknown>['callbacks'],
      });
      if (history.stopped?.reason === 'stopped') record.stoppedEarly = history.stopped.message;
      record.seconds = history.seconds;
      return history;
    } catch (error) {
      if (!this.begun && options.resume === true && folder !== undefined) throw new Unresumed('', { cause: error });
      if (!(error instanceof NonFiniteError)) throw error;
      const what = error instanceof NonFiniteLossError ? `the loss became ${error.loss}` : 'gradients or weights became NaN or infinite';
      record.failed = `${what} in epoch ${error.epoch}, step ${error.step}`;
      record.seconds = error.history?.seconds ?? 0;
      return error.history;
    }
  }

  /** Notes what a training has come to. @param last the epoch that ends now. */
  private take(history: History, last?: EpochRecord): void {
    const { record } = this;
    let steps = 0;
    const records = last && history.epochs.at(-1) !== last ? [...history.epochs, last] : history.epochs;
    record.epochs = records.map((epoch) => epochOf(epoch, (steps += epoch.steps)));
    record.seconds = history.seconds;
    record.chosen = this.watched ? (history.best?.epoch ?? 0) : record.epochs.length;
  }
}

function epochOf({ epoch, train, validation, seconds, lr }: EpochRecord, steps: number): StudyEpoch {
  return { epoch, steps, train: { ...train }, validation: { ...(validation as StudyScores) }, seconds, lr: lr[0]! };
}

/** Whether files of a run could not be read or written: a full disk says nothing of the variant, and the run can be gone on with when there is room. */
function isOfFiles(error: unknown, folder: string): boolean {
  const slashed = (path: string) => path.replaceAll('\\', '/');
  for (let one = error; one instanceof Error; one = one.cause)
    if (one instanceof FileError && slashed(one.message).includes(`${slashed(folder).replace(/^(\.\.?\/)+/, '')}/`)) return true;
  return false;
}

/** What was thrown, in a line: Hone's errors speak for themselves, others are told with their place. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof HoneError) return error.message;
  const [, place] = /^\s*(?:at .*?|.*@)\(?([^()\s]+:\d+:\d+)\)?$/m.exec(error.stack ?? '') ?? [];
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place.replace(/^.*[\\/]/, '')})`}`;
}

/** Removes the checkpoint of a run that has ended, which is only clutter where it stays. */
function forget(checkpoint: string): void {
  try {
    removeFile(checkpoint, 'study');
  } catch {
    // it will not be read: the run has ended
  }
}
