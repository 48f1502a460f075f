/** What executes the runs of a study: this process, or several. */
import type { Study } from '../define/study.js';
import type { SharedData } from './data.js';
import { executeRun, type RunEvents } from './execute-run.js';
import type { RunRecord } from './folder.js';

/** A run that is to be executed. */
export interface Job {
  /** The variant's name. */
  readonly variant: string;
  /** From 0. */
  readonly repeat: number;
  /** The last epoch for now; the run goes on from there later. Default: all of them. */
  readonly until?: number;
}

/** How a run is executed. */
export interface JobOptions {
  /** Epochs of a run, instead of the study's. */
  readonly epochs?: number | undefined;
  /** The run's own folder. */
  readonly folder?: string | undefined;
  /** Whether it goes on from the folder's checkpoint. */
  readonly resume: boolean;
  /** Ends the run after the running step. */
  readonly signal: AbortSignal;
  readonly on: RunEvents;
}

/** Executes runs. */
export interface Executor {
  /** How many runs go on at once. */
  readonly width: number;
  /** Executes a run, to its end, to the epoch that was asked for, or until the signal: then it is still `running`. */
  execute(job: Job, options: JobOptions): Promise<RunRecord>;
  /** Ends what it has started. */
  close(): Promise<void>;
}

/** Executes runs in this process, one at a time. */
export class OwnProcess<S extends object> implements Executor {
  readonly width = 1;

  constructor(
    private readonly study: Study<S>,
    private readonly data: SharedData,
  ) {}

  execute({ variant, repeat, until }: Job, { epochs, folder, resume, signal, on }: JobOptions): Promise<RunRecord> {
    return executeRun(this.study, variant, repeat, {
      data: this.data,
      resume,
      signal,
      on,
      ...(epochs !== undefined && { epochs }),
      ...(folder !== undefined && { folder }),
      ...(until !== undefined && { until }),
    });
  }

  async close(): Promise<void> {}
}
