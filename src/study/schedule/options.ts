/** The options of runStudy. */
import type { StudyEpoch, StudyFigures, StudyRun } from '../../report/study/figures.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import type { StudySource } from '../processes/messages.js';

/** A run of a study, for displays. */
export interface StudyRunPlace {
  /** The name of its variant. */
  variant: string;
  /** Which repeat of the variant it is, from 0. */
  repeat: number;
  /** How many repeats each variant has. */
  repeats: number;
  /** How many runs come before this one. */
  run: number;
  /** How many runs there are in all. */
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
  /** A line that a program in another process has written. Default: this process writes it to its standard error. */
  line?(text: string): void;
}

/** How {@link runStudy} halves: see its option `halving`. */
export interface HalvingOptions {
  /** One variant of so many goes on from each rung to the next. Default: 2. */
  factor?: number;
  /** The epochs of the first rung, at least. Default: 1. */
  epochs?: number;
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
  /**
   * Runs further repeats until each comparison is decided or beyond hope, instead of a number that is chosen before: at most so many, or true for
   * 20. The differences are looked at after a few numbers of repeats that are planned at the start, by a test that stays honest under looking
   * ({@link sequentialTest}); after each look only what is still open goes on. Default: false.
   */
  untilDecided?: boolean | number;
  /**
   * Successive halving, for studies of many variants: all are trained for a few epochs, the better half for twice as many, and so on; the best go to the
   * end, to the very figures that they would have had. Which are better is said by validation data alone, over all repeats. The verdict
   * compares those that went to the end, and corrects for all. Options say how, or true. Default: false.
   */
  halving?: boolean | HalvingOptions;
  /**
   * How many runs go on at once, each in a process of its own, in Node. The figures do not depend on it, but for the times. It needs `source`.
   * Default: 1, one run after the other in this process.
   */
  processes?: number;
  /** Threads of each process. Default: the processors, shared out. */
  threads?: number;
  /**
   * Where processes get the study from: the file that exports it by default, `{ file: './my-study.ts' }`, or one of {@link studies},
   * `{ preset: 'dropout', options: { quick: true } }`. What is in that file beside the study is run in each process, too.
   */
  source?: StudySource;
  /** Settings for the report, by name: the command, the machine. */
  settings?: Readonly<Record<string, string>>;
}
