/** modelCheckpoint: saves the model's state as training goes on. */
import { removeFile } from '#files';
import { ArgumentError } from '../../errors.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertBoolean, countOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { type EpochsOrSteps, readEvery } from '../history/every.js';
import type { MonitorOptions } from '../history/monitor.js';
import { Improvement } from '../history/monitor.js';
import type { Callback, TrainingRun } from './callback.js';
import { checkPlaces, type SavedAt, scoresIn, tellsApart } from './model-path.js';
import { ModelFiles, tryToSaveModel } from './save-model.js';
import type { ReadingCallback } from './watching.js';
import { MONITOR, READS } from './watching.js';

/** The options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** Saves only epochs that are better than all before; false saves each. Default: true. */
  saveBestOnly?: boolean;
  /** Keeps the files of the best so many epochs and removes others; with `every: { steps }` the newest so many. Default: none is removed. */
  saveTopK?: number;
  /** Saves each time to a file of its own as well, which is overwritten: true for `last` beside the others, or its path. Default: false. */
  saveLast?: boolean | string;
  /** How often there is something to save: every so many epochs, or steps of the whole training. Default: every epoch. */
  every?: EpochsOrSteps;
}

/** None has a default that readers need to know of. */
const DEFAULTS = {
  ...MONITOR,
  saveBestOnly: required,
  saveTopK: required,
  saveLast: required,
  every: required,
} as unknown as Required<ModelCheckpointOptions>;

/** A file that may be removed once it is among the best no more. */
interface Saved {
  readonly path: string;
  readonly value: number;
}

/**
 * Saves the model's state dict whenever it is better than before: as safetensors, or as PyTorch's file where the path ends in .pth or .pt.
 * Without a monitor of its own it follows the training's: what early stopping, `saveBest` or `restoreBest` watch. A resumed training
 * goes on from the best epoch so far. For all that a training needs to go on there is fit's `checkpoint`.
 * @param path directories are created. Places in it are filled: `{epoch}`, `{step}` (in all), scores such as `{validation.loss}`; with forms
 * `{epoch:03}` for three digits, `{validation.loss:.3f}` for three decimals.
 * @throws {ArgumentError} for a path that cannot tell apart the files to keep, and for options that exclude each other.
 * @example
 * const best = modelCheckpoint('runs/{epoch}-{train.loss:.3f}.safetensors', { monitor: 'train.loss', saveTopK: 3, saveLast: true });
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  const op = 'modelCheckpoint';
  const read = readOptions(op, DEFAULTS, options) as ModelCheckpointOptions;
  const { saveBestOnly, saveTopK, saveLast = false, every = 1, ...watch } = read;
  const { unit, count } = readEvery(op, 'every', every);
  const bySteps = unit === 'steps';
  checkPlaces(op, path, !bySteps);
  if (typeof saveLast !== 'string') assertBoolean(op, 'saveLast', saveLast);
  const last = saveLast === true ? lastBeside(path) : saveLast;
  if (last !== false) checkPlaces(op, last, !bySteps);
  if (saveBestOnly !== undefined) assertBoolean(op, 'saveBestOnly', saveBestOnly);
  if (saveTopK !== undefined) countOf(op, 'saveTopK', saveTopK, 1);
  if (saveTopK !== undefined && saveBestOnly !== undefined)
    throw new ArgumentError(`${op}: saveTopK and saveBestOnly exclude each other: saveTopK says by itself which epochs are saved.`);
  if (saveTopK !== undefined && saveTopK > 1 && !tellsApart(path, bySteps ? 'step' : 'epoch'))
    throw new ArgumentError(
      `${op}: ${show(path)} names one file, and saveTopK is to keep ${saveTopK}. Put {${bySteps ? 'step' : 'epoch'}} into the path.`,
    );
  if (bySteps && (saveBestOnly || watch.monitor !== undefined || watch.mode !== undefined))
    throw new ArgumentError(
      `${op}: every ${count} steps there is no score to choose by. Leave out monitor, mode and saveBestOnly, or save by epochs.`,
    );
  const improvement = new Improvement(watch, op);
  const files = new ModelFiles();
  let kept: Saved[] = [];
  let resumed = false;

  const saveAs = (run: TrainingRun, at: SavedAt, value: number, max: boolean) => {
    const file = files.save(run.model, path, at, improvement);
    if (saveTopK === undefined) return;
    kept = [...kept.filter((one) => one.path !== file), { path: file, value }];
    if (kept.length <= saveTopK) return;
    // The worst goes; of equal ones the latest.
    const worst = kept.reduce((a, b) => ((max ? b.value <= a.value : b.value >= a.value) ? b : a));
    kept = kept.filter((one) => one !== worst);
    removeFile(worst.path, op);
  };
  const isDue = (number: number) => number % count === 0;
  const atEpoch = (run: TrainingRun, at: Required<SavedAt>) => {
    const reading = improvement.read(at.record);
    const better = improvement.see(at.record);
    files.retry();
    if (!isDue(at.epoch)) return;
    if (last !== false) files.save(run.model, last, at, improvement);
    if (saveTopK === undefined) {
      if (better || saveBestOnly === false) saveAs(run, at, 0, false);
      return;
    }
    if (reading === undefined || Number.isNaN(reading.value)) return;
    const full = kept.length >= saveTopK;
    const enters = !full || kept.some(({ value }) => (reading.max ? reading.value > value : reading.value < value));
    if (enters) saveAs(run, at, reading.value, reading.max);
  };
  const end = () => {
    resumed = false;
    files.retry();
  };
  const callback: ReadingCallback = {
    name: op,
    [READS]: [watch.monitor, ...scoresIn(path), ...(last === false ? [] : scoresIn(last))],
    onTrainStart(run) {
      for (const one of last === false ? [path] : [path, last]) tryToSaveModel(op, one);
      if (resumed) improvement.watch(run.watched);
      else {
        kept = [];
        improvement.reset(run.watched);
        improvement.replay(run.history.moments);
      }
    },
    ...(bySteps && {
      onStep({ phase, epoch }, run) {
        const step = run.totalSteps;
        resumed = false;
        if (phase !== 'train' || !isDue(step)) return;
        if (last !== false) files.save(run.model, last, { epoch, step }, improvement);
        saveAs(run, { epoch, step }, step, true);
      },
    }),
    ...(!bySteps && {
      onEpochEnd(record, run) {
        resumed = false;
        atEpoch(run, { epoch: record.epoch, step: run.totalSteps, record });
      },
      onEvaluation(record, run) {
        resumed = false;
        if (count === 1) atEpoch(run, { epoch: record.epoch, step: run.totalSteps, record });
      },
    }),
    onTrainEnd: end,
    onError: end,
    stateDict: () => ({ best: improvement.best ?? null, kept }),
    loadStateDict(state: { best: Improvement['best'] | null; kept: readonly Saved[] }) {
      improvement.best = state.best ? { ...state.best } : undefined;
      kept = state.kept.map((one) => ({ ...one }));
      resumed = true;
    },
  };
  return callback;
}

/** `runs/last.safetensors` for `runs/{epoch}.safetensors`. */
function lastBeside(path: string): string {
  const [, folder, ending] = /^(.*[/\\])?[^/\\]*?(\.[a-z]+)?$/i.exec(path)!;
  return `${folder ?? ''}last${ending ?? ''}`;
}
