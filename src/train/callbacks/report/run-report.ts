/** runReport: the page of a training, written when it ends. */
import { tryToWrite, writeBytes } from '#files';
import type { MaybePromise } from '../../../data/datasets/dataset.js';
import { ArgumentError, HoneError } from '../../../errors.js';
import { BCELoss, BCEWithLogitsLoss } from '../../../nn/loss/classification/binary.js';
import { CrossEntropyLoss, NLLLoss } from '../../../nn/loss/classification/cross-entropy.js';
import type { ModuleWithOutput } from '../../../nn/module/module.js';
import { clone } from '../../../ops/view/copy.js';
import { unsqueeze } from '../../../ops/view/movement.js';
import { select } from '../../../ops/view/select.js';
import type { BatchFigure, RunPageOptions, WorstFigure } from '../../../report/run/page.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../../tensor/arguments/checks.js';
import { escapeScope } from '../../../tensor/storage.js';
import { Tensor } from '../../../tensor/tensor.js';
import { type Interpretation, interpret } from '../../evaluate/interpret.js';
import type { Loader, Loss } from '../../types.js';
import type { Callback, TrainingRun } from '../callback.js';
import { writePatiently } from '../files/write-patiently.js';
import { checkPath } from '../model-path.js';
import { normMonitor } from './norm-monitor.js';

/** The options of {@link runReport}. */
export interface RunReportOptions extends Pick<RunPageOptions, 'title' | 'summary' | 'notes' | 'mean' | 'std'> {
  /** The names of the classes, by number. Default: the numbers. */
  classes?: readonly string[];
  /** Settings by name, or what gives them when the page is written. */
  settings?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** How many of the worst-classified samples, and pictures of a batch, are shown; 0 for none. Default: 12. */
  pictures?: number;
  /** What a sample of the validation data is called: its file, say. Default: its number. */
  nameOf?: (index: number) => string;
  /** Whether norms of gradients and weights are measured, as {@link normMonitor} does. Default: true. */
  norms?: boolean;
  /** What is found out about the trained model for the page. Default: what {@link interpret} finds of the validation data of a classifier. */
  examine?: (run: TrainingRun) => MaybePromise<Pick<RunPageOptions, 'interpretation' | 'worst'>>;
}

const OPTIONS = {
  title: 'A training',
  summary: '',
  notes: [] as readonly string[],
  mean: required as unknown as RunReportOptions['mean'],
  std: required as unknown as RunReportOptions['std'],
  classes: required as unknown as readonly string[] | undefined,
  settings: required as unknown as RunReportOptions['settings'],
  pictures: 12,
  nameOf: required as unknown as RunReportOptions['nameOf'],
  norms: true,
  examine: required as unknown as RunReportOptions['examine'],
};

/**
 * Writes the page of the training when it ends, also where it was stopped: scores, curves, norms of gradients and weights, and of a classifier
 * the confusion matrix and the samples it is most wrong about, with their pictures; one file that loads nothing ({@link runPage} of
 * `hone/report` says more). With `restoreBest` it is about the model of the best epoch.
 * @param path of the page, such as `runs/report.html`; its folders are created.
 * @throws {ArgumentError} for unknown options. @throws {FileError} as the training starts, where the page cannot be written.
 * @example
 * const report = runReport('runs/report.html', { title: 'Pets', classes: ['cat', 'cow', 'dog'] });
 * await fit(model, { train, validation, loss: criterion, optimizer, epochs: 2, callbacks: [report] });
 */
export function runReport(path: string, options: RunReportOptions = {}): Callback<unknown> {
  checkPath('runReport', path);
  const given = readOptions('runReport', OPTIONS, options) as typeof OPTIONS;
  const pictures = wholeNumber('runReport', 'pictures', given.pictures, { min: 0 });
  if (given.classes !== undefined && !Array.isArray(given.classes)) throw new ArgumentError('runReport: classes is not a list of names.');
  const norms = given.norms ? normMonitor() : undefined;
  let batch: readonly [inputs: Tensor[], labels: (string | undefined)[]] | undefined;
  let sample: Tensor | undefined;
  return {
    ...norms,
    name: 'runReport',
    onTrainStart() {
      tryToWrite(path, 'runReport');
      for (const x of [...(batch?.[0] ?? []), ...(sample ? [sample] : [])]) x.dispose();
      batch = undefined;
      sample = undefined;
    },
    onBatchStart(given_) {
      if (sample !== undefined || !Array.isArray(given_) || !(given_[0] instanceof Tensor)) return;
      const [inputs, targets] = given_ as [Tensor, unknown];
      if (inputs.ndim === 0 || inputs.shape[0] === 0) return;
      sample = kept(clone(unsqueeze(select(inputs, 0, 0), 0)));
      if (pictures === 0 || inputs.ndim !== 4 || ![1, 3].includes(inputs.shape[1]!)) return;
      const count = Math.min(pictures, inputs.shape[0]!);
      const labels = targets instanceof Tensor && targets.ndim === 1 ? (targets.toArray() as (number | bigint)[]) : [];
      const name = (label: number | bigint | undefined) =>
        label === undefined ? undefined : (given.classes?.[Number(label)] ?? String(label));
      batch = [
        Array.from({ length: count }, (_, i) => kept(clone(select(inputs, 0, i)))),
        Array.from({ length: count }, (_, i) => name(labels[i])),
      ];
    },
    async onTrainEnd(run) {
      if (run.history.epochs.length === 0) return;
      const { title, summary, notes, mean, std } = given;
      const [{ runPage }, model] = await Promise.all([import('../../../report/run/page.js'), modelText(run, sample)]);
      const figures = batch?.[0].map((picture, i): BatchFigure => ({ picture, title: batch?.[1][i] }));
      const page = await runPage(run.history, {
        ...{ title, summary, notes, mean, std, model },
        parameters: run.model.parameters().reduce((count, parameter) => count + parameter.numel(), 0),
        settings: (typeof given.settings === 'function' ? given.settings() : given.settings) ?? {},
        ...(figures && { batch: figures }),
        ...(await (given.examine ? given.examine(run) : examined(run, given))),
      });
      writePatiently(
        () => writeBytes(path, [new TextEncoder().encode(page)], 'runReport', { makeDirectories: true }),
        'There is no page of this training.',
      );
    },
  };
}

/** A tensor that outlives the step that it was made in. */
function kept(x: Tensor): Tensor {
  escapeScope(x.storage, null);
  return x;
}

/** The table of layers, or where the model cannot be run on one sample, its text. */
async function modelText({ model }: TrainingRun, sample: Tensor | undefined): Promise<string> {
  if (sample === undefined) return String(model);
  const { summary } = await import('../../../report/summary/summary.js');
  try {
    return summary(model as ModuleWithOutput, {
      inputData: sample,
      verbose: 0,
      colNames: ['output_size', 'num_params', 'mult_adds'],
    }).toString();
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    return String(model);
  }
}

/** Whether outputs are those of a classifier, by the loss. */
const classifies = (loss: Loss) =>
  [CrossEntropyLoss, NLLLoss, BCELoss, BCEWithLogitsLoss].some((kind) => loss instanceof (kind as new () => object));

/** What {@link interpret} finds, as the page takes it; nothing for models that are not classifiers of one label a sample. */
async function examined(
  run: TrainingRun,
  { classes, pictures, nameOf }: typeof OPTIONS,
): Promise<Pick<RunPageOptions, 'interpretation' | 'worst'>> {
  const { model, loss, forward } = run;
  if (run.validation === undefined || (classes === undefined && !classifies(loss))) return {};
  const options = { ...(classes && { classes }), worst: pictures, loss, ...(forward && { forward: forward as never }) };
  let found: Interpretation;
  try {
    found = await interpret(model as ModuleWithOutput, run.validation as Loader<readonly Tensor[]>, options);
  } catch (error) {
    // Scores of pixels, words or several labels are read by none of these tables.
    if (classes !== undefined || !(error instanceof HoneError)) throw error;
    return {};
  }
  return { interpretation: found, worst: worstFigures(found, nameOf) };
}

/** The worst samples of an interpretation, with names and, of images, pictures. */
export function worstFigures({ worst, classes }: Interpretation, nameOf: (index: number) => string = (i) => `sample ${i}`): WorstFigure[] {
  const isPicture = (x: Tensor | null): x is Tensor => x?.ndim === 3 && [1, 3].includes(x.shape[0]!);
  return worst.map(({ index, label, prediction, probability, input }) => ({
    picture: isPicture(input) ? input : null,
    name: nameOf(index),
    label: classes[label]!,
    prediction: classes[prediction]!,
    probability,
  }));
}
