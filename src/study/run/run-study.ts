/** runStudy: all runs of a study, one after the other. */

import { ArgumentError } from '../../errors.js';
import type { StudyEpoch, StudyFigures, StudyRun } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { randomStates, restoreRandomStates } from '../../tensor/create/random-streams.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import { Study } from '../define/study.js';
import { StudyClock } from './clock.js';
import { makeData } from './data.js';
import { executeRun } from './execute-run.js';
import { type RunRecord, readRun, runFolders, writeFigures } from './folder.js';
import { Gathered } from './gathered.js';

/** A run of a study, for displays. */
export interface StudyRunPlace {
  /** The name of its variant. */
  variant: string;
  /** Which repeat of the variant it is, from 0. */
  repeat: number;
  /** How many repeats each variant has. */
  repeats: number;
  /** Runs before this one, and in all. */
  run: number;
  /** How many runs there are. */
  runs: number;
}

/** A step of a run; `secondsLeft` is the run's. */
export interface StudyStepEvent extends StepEvent {
  /** Until the study ends; known once each variant that is still to run has run before, or is running. */
  readonly studySecondsLeft: number | undefined;
}

/** What {@link runStudy} tells while it runs. */
export interface StudyEvents {
  /** A run begins. */
  runStart?(place: StudyRunPlace): void;
  /** A batch was trained or measured. */
  step?(event: StudyStepEvent, place: StudyRunPlace): void;
  /** An epoch of a run has ended. */
  epoch?(epoch: StudyEpoch, place: StudyRunPlace): void;
  /** A run has ended, or was ended. */
  runEnd?(run: StudyRun, place: StudyRunPlace): void;
  /** After each epoch and each run: the figures so far. */
  progress?(figures: StudyFigures): void;
}

/** The options of {@link runStudy}. */
export interface RunStudyOptions {
  /** Repeats of each variant. Default: the study's. */
  repeats?: number;
  /** Epochs of a run. Default: the study's. */
  epochs?: number;
  /** Ends the study after the running step; what there is so far is returned, with `stopped`. */
  signal?: AbortSignal;
  /** Called with each event. */
  on?: StudyEvents;
  /**
   * A folder for the study's files: `figures.json`, and of each run its figures (`run.json`), its log for TensorBoard, and its checkpoint while
   * it runs. Default: none, nothing is written.
   */
  folder?: string;
  /** Goes on with what is in the folder: runs that have ended are kept, those that have not go on from their checkpoints. Default: false. */
  resume?: boolean;
  /** Settings for the report, by name: the command, the machine. */
  settings?: Readonly<Record<string, string>>;
}

const DEFAULTS: { [K in keyof Required<RunStudyOptions>]: unknown } = {
  repeats: required,
  epochs: required,
  signal: required,
  on: required,
  folder: '',
  resume: false,
  settings: required,
};

const OP = 'runStudy';

/**
 * Runs a study: every variant once, then every variant again, until each has its repeats. Runs of one repeat share their random numbers over all
 * variants, and are compared with each other. A run that diverges or throws is a result, and the others go on.
 * @throws {ArgumentError} for anything but a study, and for unknown options. @throws {FileError} where the folder cannot be written.
 * @example
 * const study = defineStudy({
 *   title: 'Width',
 *   data: { train: new TensorDataset(randn([60, 4]), randint(0, 3, [60])) },
 *   baseline: { width: 4 },
 *   factors: { width: [8] },
 *   model: ({ width }) => new nn.Sequential(new nn.Linear(4, width), new nn.ReLU(), new nn.Linear(width, 3)),
 *   epochs: 1,
 *   repeats: 2,
 * });
 * const figures = await runStudy(study);
 * figures.variants.map(({ runs }) => runs.map(({ scores }) => scores?.test['accuracy']));
 */
export async function runStudy<S extends object>(study: Study<S>, options: RunStudyOptions = {}): Promise<StudyFigures> {
  checkOptions(study, options);
  const before = randomStates();
  try {
    return await runAll(study, options);
  } finally {
    restoreRandomStates(before); // a study leaves the caller's random numbers as they were
  }
}

async function runAll<S extends object>(study: Study<S>, options: RunStudyOptions): Promise<StudyFigures> {
  const { on, signal, folder, resume = false, epochs } = options;
  const repeats = options.repeats ?? study.options.repeats ?? 5;
  const { variants } = study;
  const data = await makeData(study);
  const gathered = new Gathered(study, data, options);
  const folderOf = folder === undefined ? undefined : runFolders(folder, study);
  const places = Array.from({ length: repeats * variants.length }, (_, run): StudyRunPlace => {
    const variant = variants[run % variants.length]!.name;
    return { variant, repeat: Math.floor(run / variants.length), repeats, run, runs: repeats * variants.length };
  });
  const clock = new StudyClock();
  let finished = 0;
  const count = () => `${finished} of ${places.length} ${places.length === 1 ? 'run was' : 'runs were'} finished.`;
  const progress = () => {
    const figures = gathered.figures(finished < places.length ? `Written while it ran, when ${count()}` : undefined);
    if (folder !== undefined) writeFigures(folder, figures);
    on?.progress?.(figures);
  };
  for (const place of places) {
    if (signal?.aborted) break;
    const { variant, repeat, run } = place;
    const own = folderOf?.(variant, repeat);
    const kept = resume && own !== undefined ? endedRun(own, variant) : undefined;
    if (kept) {
      gathered.take(kept);
      finished++;
      continue;
    }
    on?.runStart?.(place);
    clock.startRun(
      variant,
      places.slice(run + 1).map((later) => later.variant),
    );
    const record = await executeRun(study, variant, repeat, {
      data,
      resume,
      ...(own !== undefined && { folder: own }),
      ...(epochs !== undefined && { epochs }),
      ...(signal && { signal }),
      on: {
        step: (event) => {
          const left = clock.left(event);
          on?.step?.({ ...event, secondsLeft: left.run, studySecondsLeft: left.study }, place);
        },
        epoch: (soFar) => {
          gathered.take(soFar);
          on?.epoch?.(soFar.epochs.at(-1)!, place);
          progress();
        },
      },
    });
    clock.endRun();
    gathered.take(record);
    if (record.running !== true) finished++;
    on?.runEnd?.(record, place);
    progress();
  }
  const figures = gathered.figures(finished < places.length ? `Stopped by hand when ${count()}` : undefined);
  if (folder !== undefined) writeFigures(folder, figures);
  return figures;
}

/** A run that has ended, as its folder has it. */
function endedRun(folder: string, variant: string): RunRecord | undefined {
  try {
    const run = readRun(folder);
    return run.running === true || run.variant !== variant ? undefined : run;
  } catch {
    return undefined; // not begun, or damaged: it is run again
  }
}

function checkOptions(study: unknown, options: RunStudyOptions): void {
  if (!(study instanceof Study))
    throw new ArgumentError(`${OP}: the study is ${show(study)}, expected what defineStudy gives. Write ${OP}(defineStudy({ … })).`);
  readOptions(OP, DEFAULTS, options);
  const { repeats, epochs, folder, resume = false } = options;
  if (repeats !== undefined) countOf(OP, 'repeats', repeats, 1);
  if (epochs !== undefined) countOf(OP, 'epochs', epochs, 1);
  if (folder === '') throw new ArgumentError(`${OP}: folder is empty, expected the path of a folder.`);
  if (resume && folder === undefined) throw new ArgumentError(`${OP}: resume is true, but no folder says from where. Pass folder.`);
}
