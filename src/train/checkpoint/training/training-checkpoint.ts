/** The checkpoint of a training: read before it starts, given back to its parts, and written as it goes on. */

import { isFile, renameFile, spaceAt, tryToWrite } from '#files';
import { showBytes } from '../../../engine/memory/allocator.js';
import { ArgumentError, FileError, HoneError, StateDictError } from '../../../errors.js';
import { load, save } from '../../../formats/files/files.js';
import { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import type { History } from '../../history/history.js';
import type { RunningScores } from '../../metrics/running-scores.js';
import { fromFile, isRecord } from '../values.js';
import { isUnfinished, type ModelExtras, restoreModes } from './model-state.js';
import type { ReadCheckpoint } from './options.js';
import { differences, notesOf, type Parts, type Setting, settingOf } from './setting.js';
import { commandLine, type EndingSignal, hearSignals, settleSignals, tell } from './signals.js';
import {
  checkedFile,
  fileOf,
  hasState,
  type Moment,
  momentOf,
  type Place,
  restore,
  restoreCallbacks,
  strayCallbacks,
  type TrainingFile,
} from './training-state.js';

/** Callbacks that change nothing of a training. */
const ONLY_SHOW: ReadonlySet<unknown> = new Set(['progress', 'historyLogger', 'csvLogger', 'tensorBoard', 'runReport']);

/** What the training tells when it is to be saved. */
export interface Standing {
  readonly history: History;
  /** Steps in all. */
  readonly totalSteps: number;
  /** Whether the running epoch's scores can be kept. */
  readonly keepsScores: boolean;
  standpoint(phase: Place['phase']): Place;
}

interface Read {
  readonly file: TrainingFile;
  readonly history: History;
  readonly path: string;
}

/** Reads the file of a training. */
function read(path: string): Read {
  let value: unknown;
  try {
    value = load<unknown>(path);
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    const advice = error instanceof FileError ? '' : ' Delete the file to start the training anew.';
    error.message = error.message.replace(/^load:/, 'fit: resume:') + advice;
    throw error;
  }
  return { ...checkedFile(value, path), path };
}

export class TrainingCheckpoint {
  /** The signal that asks the training to end. */
  interrupted: EndingSignal | undefined;
  private readonly setting: Setting;
  private readonly notes: Setting;
  /** What is known of the running epoch's end, before its evaluation. */
  private before: Moment | undefined;
  private savedAt = performance.now();
  private savedSteps = 0;
  private savedEpochs = 0;
  /** Where the last save was, and the error of one that failed since. */
  private saved: Place | undefined;
  private failure: unknown;
  private modes: ModelExtras | undefined;
  private unhear: (() => void) | undefined;

  /**
   * Opens what a training goes on from, if there is such a file.
   * @param resume true: the file of `options`, if it is there; or a path.
   * @throws {StateDictError} for the checkpoint of another training, with the difference. @throws as `load`.
   */
  static open(parts: Parts, options: ReadCheckpoint | undefined, resume: boolean | string, epochs: number): TrainingCheckpoint | undefined {
    if (options === undefined && resume === false) return undefined;
    const path = typeof resume === 'string' ? resume : options?.path;
    let found: Read | undefined;
    if (typeof resume === 'string' || (resume && isFile(path!))) found = read(path!);
    const made = new TrainingCheckpoint(parts, options, found, resume === true);
    if (found) made.assertSame(found, epochs);
    else if (options) made.moveAside(options.path);
    return made;
  }

  private constructor(
    private readonly parts: Parts,
    private readonly options: ReadCheckpoint | undefined,
    private from: Read | undefined,
    /** Whether the same command goes on by itself. */
    private readonly resumes: boolean,
  ) {
    this.setting = settingOf(parts);
    this.notes = notesOf(parts);
    if (from) [this.savedSteps, this.savedEpochs] = [from.history.steps, from.history.lastEpoch];
  }

  /** The history of the training that goes on. */
  get history(): History | undefined {
    return this.from?.history;
  }

  /** Where it goes on. */
  get place(): Place | undefined {
    return this.from?.file.training.place;
  }

  private get source(): string {
    return this.from!.path;
  }

  private assertSame({ file, path, history }: Read, epochs: number): void {
    const lines = differences(file.training.setting, this.setting);
    if (lines.length > 0)
      throw new StateDictError(
        `fit: ${path} is the checkpoint of another training:\n${lines.map((line) => `  ${line}`).join('\n')}\nTo go on, give fit what it was given then. To train on with what is given now, load its parts with loadCheckpoint(path, { model }) and leave out resume; to start anew, delete the file.`,
      );
    const { place } = file.training;
    if (place.epoch > epochs)
      throw new ArgumentError(
        `fit: epochs is ${epochs}, but ${path} is in epoch ${place.epoch} already: with resume, epochs counts from the start of the training. Give more of them, or delete the file to start anew.`,
      );
    if (history.lastEpoch !== (place.phase === 'done' ? place.epoch : place.epoch - 1))
      throw new StateDictError(`fit: ${path}: its history ends with epoch ${history.lastEpoch}, but it is in epoch ${place.epoch}.`);
    const stray = strayCallbacks(this.parts, file);
    const [here, there] = [stray.here, stray.there].map((names) => names.filter((name) => !ONLY_SHOW.has(name))) as [string[], string[]];
    if (there.length > 0)
      warnOnce(
        `fit: ${path} holds the state of ${there.join(', ')}, which is not among the callbacks now: the training goes on without it.`,
      );
    if (here.length > 0) warnOnce(`fit: ${path} holds no state of ${here.join(', ')}: it starts anew in the middle of the training.`);
    const [before, now] = [file.training.notes, this.notes].map(({ callbacks }) =>
      Array.isArray(callbacks) ? (callbacks as unknown[]) : [],
    );
    for (const name of new Set([...before!, ...now!]))
      if (before!.includes(name) !== now!.includes(name) && !ONLY_SHOW.has(name))
        warnOnce(
          `fit: the callback ${String(name)} ${now!.includes(name) ? 'was not' : 'was'} there when ${path} was written. Does the training stay the same?`,
        );
    const texts = [file.training.notes, this.notes].map(({ functions }) => (isRecord(functions) ? functions : {}));
    for (const [name, text] of Object.entries(texts[0]!))
      if (text !== texts[1]![name])
        warnOnce(`fit: the function given as ${name} has another text than when ${path} was written. Is it the same?`);
  }

  /** A training that is not over is not written over by another one. */
  private moveAside(path: string): void {
    if (!isFile(path)) return;
    let place: Place;
    try {
      ({ place } = read(path).file.training);
    } catch {
      return; // no training is lost with it
    }
    const over = place.ended !== undefined || (place.phase === 'done' && place.epoch >= place.epochs);
    if (over || (place.epoch === 0 && place.step === 0)) return;
    renameFile(path, `${path}.old`, 'fit: checkpoint');
    warnOnce(
      `fit: ${path} held a training that is not over, in epoch ${place.epoch} of ${place.epochs}. It is ${path}.old now, and another one starts. To go on with one, pass resume: true.`,
    );
  }

  /** Gives callbacks their state, and all other parts theirs. Called before callbacks are told of the start. */
  give(): void {
    if (!this.from) return;
    restoreCallbacks(this.parts, this.from.file, this.source);
    this.restore();
  }

  /** Gives all parts but callbacks their state, whatever callbacks have done at the start; and the scores of the running epoch theirs. */
  restore(running?: RunningScores): void {
    if (!this.from) return;
    const { training } = this.from.file;
    restore(this.parts, this.options?.generators ?? {}, this.from.file, this.source);
    this.modes = training.extras;
    if (running && training.running !== undefined) running.loadStateDict(fromFile(training.running, this.source));
  }

  /** Gives the model's parts the modes that they had within the epoch. */
  restoreModes(): void {
    if (this.modes) restoreModes(this.parts.model, this.modes);
  }

  /** What is gone on from, in words. */
  get text(): string {
    return this.from ? `${this.source}, ${standing(this.from.file.training.place)}` : '';
  }

  /** Forgets what was read; the best epoch's tensors are the history's. */
  private forget(): void {
    const file = this.from?.file;
    this.from = undefined;
    if (!file) return;
    const kept = new Set<unknown>(Object.values(file.history.best?.stateDict ?? {}).map(({ storage }) => storage));
    for (const tensor of Object.values(file.model)) if (!kept.has(tensor.storage)) tensor.dispose();
  }

  /**
   * Called before the first step: writes the first checkpoint, or tries whether one could be written, and listens to signals.
   * @throws {FileError} where that is impossible, and where the disk is too small for what is to come.
   */
  begin(standing: Standing): void {
    const { from } = this;
    if (!this.options) {
      this.forget();
      return;
    }
    const { path } = this.options;
    if (!this.inSteps(standing)) warnOnce(`fit: ${this.whyWhole()} Checkpoints hold the start of an epoch, from which it is run again.`);
    if (from?.path === path || isUnfinished(this.parts.model)) tryToWrite(path, 'fit: checkpoint');
    else if (from) this.save(from.file);
    else this.write(this.moment(standing.standpoint('done'), undefined), standing.history);
    this.saved ??= from?.file.training.place;
    this.assertSpace(from !== undefined);
    this.forget();
    this.savedAt = performance.now();
    if (this.options.signals !== false)
      this.unhear = hearSignals({
        interrupt: (signal) => {
          this.interrupted = signal;
        },
      });
  }

  private assertSpace(whole: boolean): void {
    const { path } = this.options!;
    const space = spaceAt(path);
    if (space === undefined) return;
    let needed = space.size;
    if (!whole) {
      try {
        needed += this.parts.optimizer instanceof Optimizer ? this.parts.optimizer.stateBytes() : 0;
      } catch {
        // its state is of a size that nobody knows yet
      }
    }
    if (space.free >= needed) return;
    throw new FileError(
      `fit: checkpoint: no space is left for ${path}: its disk has ${showBytes(space.free)} free, and a checkpoint will take ${showBytes(needed)} beside the one before it. Free some, or choose another disk.`,
    );
  }

  /** Whether the state within an epoch can be kept. */
  private inSteps({ keepsScores }: Standing): boolean {
    const { train } = this.parts;
    return keepsScores && (Array.isArray(train) || hasState(train));
  }

  private whyWhole(): string {
    const { train, metrics } = this.parts;
    if (!Array.isArray(train) && !hasState(train)) return 'the train loader has no stateDict() and loadStateDict().';
    const names = metrics.filter((metric) => metric.start({ loss: this.parts.loss }).stateDict === undefined).map(({ name }) => name);
    return `the metric ${names.join(', ')} has no stateDict() and loadStateDict().`;
  }

  /** Called after each step. @param ending whether the training ends with it. @param batches the loop over the train loader that runs. */
  afterStep(standing: Standing, running: RunningScores, ending: boolean, batches?: object): void {
    if (!this.options || !this.inSteps(standing)) return;
    if (ending || this.isDue(standing, false)) this.tryToSave(standing, this.moment(standing.standpoint('train'), running, batches));
  }

  /** Called between the steps of an epoch and its evaluation, which draws random numbers and may be cut short. */
  beforeEvaluation(standing: Standing, running: RunningScores): void {
    this.before = this.options && standing.keepsScores ? this.moment(standing.standpoint('evaluation'), running) : undefined;
  }

  /** Called after the evaluation of an epoch that was cut short. */
  afterCut(standing: Standing): void {
    if (!this.options || !this.before) return;
    const { ended } = standing.standpoint('evaluation');
    this.tryToSave(standing, { ...this.before, place: { ...this.before.place, ended } });
  }

  /** Called after each whole epoch. @param ending whether the training ends with it. */
  afterEpoch(standing: Standing, ending: boolean): void {
    this.before = undefined;
    if (this.options && (ending || this.isDue(standing, true)))
      this.tryToSave(standing, this.moment(standing.standpoint('done'), undefined));
  }

  private isDue({ totalSteps, history }: Standing, whole: boolean): boolean {
    const { every } = this.options!;
    if (every === 'epoch') return whole;
    if ('epochs' in every) return whole && history.lastEpoch - this.savedEpochs >= every.epochs;
    if ('steps' in every) return Math.floor(totalSteps / every.steps) > Math.floor(this.savedSteps / every.steps);
    return performance.now() - this.savedAt >= 1000 * every.seconds;
  }

  private moment(place: Place, running: RunningScores | undefined, batches?: object): Moment {
    return momentOf(this.parts, this.options!.generators, place, running, batches);
  }

  /** Writes; training goes on where that fails, and tries again the next time. */
  private tryToSave({ history, totalSteps }: Standing, moment: Moment): void {
    [this.savedAt, this.savedSteps, this.savedEpochs] = [performance.now(), totalSteps, history.lastEpoch];
    try {
      this.write(moment, history);
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
      warnOnce(
        `${textOf(error)} The training goes on in memory, and tries again at the next checkpoint. What is on the disk is ${this.whereSaved()}.`,
      );
    }
  }

  private write(moment: Moment, history: History): void {
    this.save(fileOf(this.parts, { setting: this.setting, notes: this.notes }, moment, history));
  }

  private save(file: TrainingFile): void {
    try {
      save(file, this.options!.path, { makeDirectories: true });
    } catch (error) {
      if (error instanceof HoneError) error.message = error.message.replace(/^save:/, 'fit: checkpoint:');
      throw error;
    }
    this.saved = file.training.place;
  }

  private whereSaved(): string {
    return this.saved === undefined ? 'what was there before' : `the training ${standing(this.saved)}`;
  }

  /** Called when the training has ended, with an error or without: says what is not saved, and lets signals do what they did before. */
  end(failed: boolean): void {
    this.unhear?.();
    if (!this.options) return;
    const { path, signals } = this.options;
    if (this.failure !== undefined)
      console.warn(`hone: fit: the end of the training is not in ${path}, which holds ${this.whereSaved()}: ${textOf(this.failure)}`);
    if (this.interrupted !== undefined)
      tell(
        `fit: ${path} holds ${this.whereSaved()}. To go on, run it again${this.resumes ? '' : ' with resume: true in the options of fit'}:\n  ${commandLine()}`,
      );
    if (this.unhear) settleSignals(signals === 'exit' && !failed);
    this.unhear = undefined;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.?$/, '.') : String(error);
}

/** `in epoch 3 after step 17`. */
function standing({ epoch, step, phase }: Place): string {
  if (phase === 'done') return epoch === 0 ? 'at its start' : `after epoch ${epoch}`;
  return `in epoch ${epoch} after step ${step}`;
}
