/** What a study's processes and their parent tell each other. */
import { FormatError } from '../../errors.js';
import type { PackedError } from '../../tensor/arguments/packed-error.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import type { Job } from '../run/executor.js';
import type { RunRecord } from '../run/folder.js';
import type { StudyMark } from './mark.js';

/** Where a process gets the study from: a file that exports it by default, or a preset with its options. */
export type StudySource =
  | {
      /** The path of a module, or its `file:` address, whose default export is the study. */
      readonly file: string;
    }
  | {
      /** The name of one of {@link studies}. */
      readonly preset: string;
      /** Its options. */
      readonly options?: Readonly<Record<string, unknown>>;
    };

/** The first message to a process. */
export interface Setup {
  readonly kind: 'setup';
  readonly source: StudySource;
  /** The study that the parent has. */
  readonly mark: StudyMark;
}

/** A run to execute. */
export interface Task {
  readonly kind: 'run';
  readonly job: Job;
  /** Epochs of a run, instead of the study's. */
  readonly epochs: number | undefined;
  /** The run's own folder. */
  readonly folder: string | undefined;
  /** Whether it goes on from the folder's checkpoint. */
  readonly resume: boolean;
}

/** Ends the running run after its step. */
export interface Stop {
  readonly kind: 'stop';
}

export type ToProcess = Setup | Task | Stop;

export type FromProcess =
  /** The study is there, and runs may come. */
  | { readonly kind: 'loaded' }
  /** The study cannot be had, or the run not be executed: the data is missing, the disk full. */
  | { readonly kind: 'refused'; readonly error: PackedError }
  /** The process ends, by an error that nothing caught. */
  | { readonly kind: 'crashed'; readonly why: string }
  /** Of the running run. */
  | { readonly kind: 'start' | 'epoch'; readonly run: RunRecord }
  | { readonly kind: 'step'; readonly event: StepEvent }
  /** The run has ended, or was stopped: then it is still `running`. */
  | { readonly kind: 'ended'; readonly run: RunRecord };

/** Marks a message as the study's: programs may send messages of their own. */
export const marked = (message: ToProcess | FromProcess): object => ({ ...message, hone: 'study' });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isRun = (run: unknown) => isRecord(run) && Array.isArray(run['epochs']) && typeof run['variant'] === 'string';

/** By kind, what makes a message of a process whole. */
const CHECKS: Record<FromProcess['kind'], (message: Record<string, unknown>) => boolean> = {
  loaded: () => true,
  refused: ({ error }) => isRecord(error) && typeof error['message'] === 'string',
  crashed: ({ why }) => typeof why === 'string',
  start: ({ run }) => isRun(run),
  epoch: ({ run }) => isRun(run),
  step: ({ event }) => isRecord(event) && typeof event['step'] === 'number',
  ended: ({ run }) => isRun(run),
};

/** A message of a process; undefined for one that is not the study's. @throws {FormatError} for one that is damaged. */
export function readFromProcess(message: unknown): FromProcess | undefined {
  if (!isRecord(message) || message['hone'] !== 'study') return undefined;
  const kind = String(message['kind']);
  if (!Object.hasOwn(CHECKS, kind) || !CHECKS[kind as FromProcess['kind']](message))
    throw new FormatError(`runStudy: a process of the study sent a message that cannot be read, of the kind "${kind.slice(0, 40)}".`);
  return message as unknown as FromProcess;
}

/** A message of the parent; undefined for one that is not the study's. */
export function readToProcess(message: unknown): ToProcess | undefined {
  return isRecord(message) && message['hone'] === 'study' ? (message as unknown as ToProcess) : undefined;
}
