/** tensorBoard: a training as TensorBoard shows it, while it goes on. */
import type { MaybePromise } from '../../../data/datasets/dataset.js';
import { FileError } from '../../../errors.js';
import { getTotalNorm } from '../../../nn/utils/gradients.js';
import { readOptions, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, assertFunction, assertString, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { isOptions } from '../../../tensor/arguments/show.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import type { CountedHistogram } from '../../../tensorboard/summaries/histogram.js';
import type { HyperParameter, ImageLike } from '../../../tensorboard/summaries/values.js';
import type { SummaryWriterOptions } from '../../../tensorboard/writer/options.js';
import type { SummaryWriter } from '../../../tensorboard/writer/summary-writer.js';
import { steppedParameters } from '../../batch/parameters.js';
import type { EpochRecord } from '../../history/epoch-record.js';
import type { Callback, StepEvent, TrainingRun } from '../callback.js';

/** The options of {@link tensorBoard}: what it notes beside the scores, and those of `SummaryWriter`. */
export interface TensorBoardOptions extends Pick<SummaryWriterOptions, 'comment' | 'maxQueue' | 'flushSecs' | 'filenameSuffix'> {
  /** Notes the loss and the learning rate of every so many batches, too. Default: null, of epochs only. */
  steps?: number | null;
  /** Histograms of all weights and their gradients, each epoch or every so many. Default: false. */
  histograms?: boolean | number;
  /** The norm of all weights together, and of their gradients, each epoch. Default: false. */
  norms?: boolean;
  /** Images to note after each epoch, by name: predictions, filters, what the model has made. Default: null. */
  images?: ((run: TrainingRun) => MaybePromise<Readonly<Record<string, ImageLike>>>) | null;
  /** What `forward` takes, to draw the graph of the model. Default: null, no graph. */
  graph?: Tensor | readonly unknown[] | null;
  /** Settings for the tab "HParams", beside which the last scores stand when the training has ended. Default: null. */
  hparams?: Readonly<Record<string, HyperParameter>> | null;
}

const DEFAULTS: Required<TensorBoardOptions> = {
  comment: '',
  maxQueue: 10,
  flushSecs: 120,
  filenameSuffix: '',
  steps: null,
  // true, false or a number: required stands for any type
  histograms: required,
  norms: false,
  images: null,
  graph: null,
  hparams: null,
};

/** What is kept of an epoch's gradients until its end: plain data, for a checkpoint. */
interface Gradients {
  readonly norm: number | null;
  readonly histograms: Record<string, CountedHistogram>;
}

/** The writers of a training: the runs of a folder, which TensorBoard lays over each other. */
interface Writers {
  /** Scores on the training data, learning rates, time, what callbacks noted, histograms: by epoch. */
  readonly train: SummaryWriter;
  /** Scores on the validation data, by epoch; begun with the first. */
  validation?: SummaryWriter;
  /** By batch. */
  readonly steps?: SummaryWriter;
  /** Scores on the validation data by batch, where there are evaluations within epochs; begun with the first. */
  within?: SummaryWriter;
  /** The first batch that this call trains. */
  readonly begin: number;
  /** Counts a histogram that is noted later. */
  count(tag: string, values: Tensor): CountedHistogram;
  /** One more run of the folder. */
  open(name: string, purgeStep: number): SummaryWriter;
}

/**
 * Notes a training for TensorBoard: loss and metrics of each epoch, as the runs `train` and `validation` of a folder, so that both curves share a chart;
 * learning rates, time, and what callbacks noted by `run.log`. Where validation data is measured within epochs, too, its scores stand by batch in the run
 * `steps/validation`. `tensorboard --logdir runs` shows them while the training goes on.
 *
 * A resumed training goes on in its folder; one that begins anew in a folder hides the curves that an earlier one left there. A disk that refuses
 * what is noted ends no training: there is a warning, and what waits is written once there is room.
 * @param logDir the folder. Default: `runs/` and the date, the time and the name of the machine.
 * @throws {ArgumentError} for options that cannot be. @throws {FileError} as the training starts, where the folder cannot be written.
 * @see https://keras.io/api/callbacks/tensorboard/
 * @example
 * await fit(model, { train, validation, loss: criterion, optimizer, epochs: 2, callbacks: [tensorBoard('runs/first', { norms: true })] });
 */
export function tensorBoard(logDir?: string | null, options?: TensorBoardOptions): Callback {
  const op = 'tensorBoard';
  if (arguments.length > 2) tooMany(op, 2, arguments);
  if (logDir !== undefined && logDir !== null) assertString(op, 'logDir', logDir);
  const settings = readOptions(op, DEFAULTS, options);
  const { steps, histograms, norms, images, graph, hparams } = check(op, settings);
  let folder = logDir ?? null;
  /** The folder of the training that this one goes on with. */
  let resumed: string | null = null;
  let writers: Writers | undefined;
  /** What this epoch's gradients were, once they have been looked at; noted with its scores. */
  let gradients: Gradients | undefined;

  const wantsHistograms = (epoch: number) => histograms > 0 && epoch % histograms === 0;
  const flush = () => {
    for (const writer of [writers?.train, writers?.validation, writers?.steps, writers?.within]) safely(() => writer?.flush());
  };
  const end = () => {
    const open = writers;
    writers = undefined;
    for (const writer of [open?.train, open?.validation, open?.steps, open?.within]) safely(() => writer?.close());
  };

  const callback: Callback = {
    name: op,
    async onTrainStart(run) {
      const { SummaryWriter } = await import('../../../tensorboard/writer/summary-writer.js');
      const { countHistogram } = await import('../../../tensorboard/summaries/histogram.js');
      const { defaultLogDir } = await import('../../../tensorboard/writer/log-dir.js');
      // Without a folder of the caller's each training gets its own.
      folder = logDir ?? resumed ?? defaultLogDir(settings.comment);
      if (resumed === null) gradients = undefined;
      resumed = null;
      const { maxQueue, flushSecs, filenameSuffix } = settings;
      const place = folder;
      const open = (name: string, purgeStep: number) =>
        new SummaryWriter({ logDir: `${place}/${name}`, purgeStep, maxQueue, flushSecs, filenameSuffix });
      const next = run.history.lastEpoch + 1;
      writers = {
        train: open('train', next),
        ...(run.validation === undefined ? {} : { validation: open('validation', next) }),
        ...(steps === null ? {} : { steps: open('steps', run.totalSteps + 1) }),
        ...(run.history.evaluations.length === 0 ? {} : { within: open(WITHIN, run.totalSteps + 1) }),
        begin: run.totalSteps + 1,
        count: (tag, values) => countHistogram(op, tag, values, 'tensorflow', null),
        open,
      };
      if (graph !== null && next === 1) writers.train.addGraph(run.model, graph);
    },

    onEpochStart: () => void (gradients = undefined),

    onEpochEnd: async (record, run) => {
      const open = writers!;
      safely(() => noteEpoch(open, record));
      if (open.within) safely(() => noteByStep(open, record, run));
      const { train } = open;
      const { epoch } = record;
      const { norm, histograms: counted } = gradients ?? { norm: null, histograms: {} };
      if (norm !== null) safely(() => train.addScalar('norm/gradients', norm, epoch));
      for (const [tag, histogram] of Object.entries(counted)) safely(() => train.addHistogramRaw(tag, { ...histogram, globalStep: epoch }));
      if (norms) safely(() => train.addScalar('norm/weights', item(getTotalNorm(run.model.parameters())), epoch));
      if (wantsHistograms(epoch))
        for (const [name, weight] of run.model.namedParameters()) safely(() => histogram(train, `weights/${name}`, weight, epoch));
      if (images !== null) for (const [name, image] of Object.entries(await images(run))) safely(() => train.addImage(name, image, epoch));
      flush();
    },

    onEvaluation: (record, run) => safely(() => noteByStep(writers!, record, run)),

    onTrainEnd(run) {
      if (hparams !== null && run.history.epochs.length > 0) safely(() => noteHparams(writers!, hparams, run));
      end();
    },
    onError: end,
    stateDict() {
      flush(); // what is noted until now is not noted again after the checkpoint
      return { logDir: folder, gradients: gradients ?? null };
    },
    loadStateDict(state: { logDir: string | null; gradients?: Gradients | null }) {
      resumed = state.logDir;
      gradients = state.gradients ?? undefined;
    },
  };

  if (steps !== null)
    callback.onStep = (event: StepEvent, run: TrainingRun) => {
      if (event.phase !== 'train' || run.totalSteps % steps !== 0) return;
      safely(() => noteStep(writers!.steps!, event, run));
    };
  if (norms || histograms > 0)
    callback.onBeforeOptimizerStep = (run: TrainingRun) => {
      // Those of an epoch's last step lie nearest to the weights that are noted; where nobody knows which is the last, those of the first.
      const last = run.steps === undefined ? gradients === undefined : run.step === run.steps;
      if (!last) return;
      const own = steppedParameters(run.model, run.optimizer).flatMap(({ grad }) => (grad === null ? [] : [grad]));
      gradients = { norm: norms ? item(getTotalNorm(own)) : null, histograms: {} };
      if (wantsHistograms(run.epoch))
        for (const [name, { grad }] of run.model.namedParameters())
          if (grad !== null && hasFinite(`gradients/${name}`, grad, run.epoch))
            gradients.histograms[`gradients/${name}`] = writers!.count(`gradients/${name}`, grad);
    };
  return callback;
}

/** The options, checked: `histograms` says every how many epochs, 0 for none. */
function check(op: string, { steps, histograms, norms, images, graph, hparams }: Required<TensorBoardOptions>) {
  if (steps !== null) wholeNumber(op, 'steps', steps, { min: 1 });
  const every = typeof histograms === 'number' ? wholeNumber(op, 'histograms', histograms, { min: 1 }) : Number(histograms ?? false);
  if (histograms !== undefined && typeof histograms !== 'number') assertBoolean(op, 'histograms', histograms);
  assertBoolean(op, 'norms', norms);
  if (images !== null) assertFunction(op, 'images', images);
  if (graph !== null && !(graph instanceof Tensor) && !Array.isArray(graph))
    throw unexpected(op, 'graph', graph, 'a tensor, or a list of what forward takes');
  if (hparams !== null && !isOptions(hparams)) throw unexpected(op, 'hparams', hparams, 'an object of names and values');
  return { steps, histograms: every, norms, images, graph, hparams };
}

/** Does it, but for what the disk refuses: that ends no training. */
function safely(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    warnOnce(`${error.message} The training goes on.`);
  }
}

function noteEpoch(writers: Writers, record: EpochRecord): void {
  const { train } = writers;
  const { epoch, lr, seconds, samplesPerSecond, logged = {} } = record;
  const note = (writer: SummaryWriter, scores: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(scores)) writer.addScalar(name, value, epoch);
  };
  note(train, record.train);
  if (record.validation !== undefined) note((writers.validation ??= writers.open('validation', epoch)), record.validation);
  note(train, rates(lr));
  note(train, { 'time/seconds': seconds, 'time/samplesPerSecond': samplesPerSecond });
  note(
    train,
    Object.fromEntries(Object.entries(logged).map(([name, value]) => [Object.hasOwn(record.train, name) ? `logged/${name}` : name, value])),
  );
}

/** The run of the folder that has evaluations within epochs. */
const WITHIN = 'steps/validation';

/** What was measured of the validation data, under the names of batches, so that it lies beside what those gave. */
function noteByStep(writers: Writers, { validation }: EpochRecord, { totalSteps }: TrainingRun): void {
  writers.within ??= writers.open(WITHIN, writers.begin);
  for (const [name, value] of Object.entries(validation ?? {})) writers.within.addScalar(`batch/${name}`, value, totalSteps);
}

function noteStep(writer: SummaryWriter, { loss, lr }: StepEvent, run: TrainingRun): void {
  const step = run.totalSteps;
  writer.addScalar('batch/loss', loss, step);
  for (const [name, value] of Object.entries({ ...rates(lr), ...run.logged })) writer.addScalar(`batch/${name}`, value, step);
}

/** Learning rates by name: of several groups each by its number. */
function rates(lr: readonly number[]): Record<string, number> {
  return lr.length === 1 ? { lr: lr[0]! } : Object.fromEntries(lr.map((rate, i) => [`lr/${i}`, rate]));
}

/** Weights that are no longer finite have no histogram; the loss says so, too. */
function hasFinite(tag: string, values: Tensor, epoch: number): boolean {
  const finite = values.detach().isfinite().any().item() !== 0;
  if (!finite) warnOnce(`tensorBoard: ${tag} has no finite value in epoch ${epoch}, and no histogram.`);
  return finite;
}

function histogram(writer: SummaryWriter, tag: string, values: Tensor, epoch: number): void {
  if (hasFinite(tag, values, epoch)) writer.addHistogram(tag, values, epoch);
}

/** The settings, and the scores of the last epoch, as a run of the folder itself. */
function noteHparams(writers: Writers, hparams: Readonly<Record<string, HyperParameter>>, run: TrainingRun): void {
  const { train, validation } = run.history.epochs.at(-1)!;
  const named = (side: string, scores: Readonly<Record<string, number>> = {}) =>
    Object.entries(scores).map(([name, value]) => [`hparam/${side}.${name}`, value] as const);
  const metrics = Object.fromEntries([...named('train', train), ...named('validation', validation)]);
  writers.train.addHparams(hparams, metrics, { runName: '..', globalStep: run.history.epochs.length });
}
