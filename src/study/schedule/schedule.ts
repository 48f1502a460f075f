/** Executing what a plan says, as many runs at once as the executor can. */
import { nextTask } from '../../engine/tasks/next-task.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { plural } from '../../report/text.js';
import type { Study } from '../define/study.js';
import { StudyClock } from '../run/clock.js';
import type { Executor, Job } from '../run/executor.js';
import { runFolders, writeFigures } from '../run/folder.js';
import type { Gathered } from '../run/gathered.js';
import type { RunStudyOptions, StudyRunPlace } from './options.js';
import type { Plan } from './plan.js';
import { checkRun, isDone, keptRun } from './resume.js';

/** Milliseconds between two times that figures are written while runs go on: all that is in them is in the runs' own files as well. */
const WRITTEN = 2000;

/** A study while it runs. */
export class Schedule<S extends object> {
  private readonly clock = new StudyClock();
  private readonly folderOf: ((variant: string, repeat: number) => string) | undefined;
  /** Ends the runs: by the caller's signal, or since one of them could not be executed. */
  private readonly ending = new AbortController();
  /** Those that are still to begin. */
  private queue: Job[] = [];
  /** How many have begun, and how many of these have ended. */
  private begun = 0;
  private finished = 0;
  /** Why it cannot go on. */
  private readonly failures: unknown[] = [];
  private written = Number.NEGATIVE_INFINITY;

  constructor(
    study: Study<S>,
    private readonly plan: Plan,
    private readonly executor: Executor,
    private readonly gathered: Gathered<S>,
    private readonly options: RunStudyOptions,
  ) {
    if (options.folder !== undefined) this.folderOf = runFolders(options.folder, study);
  }

  async run(): Promise<StudyFigures> {
    const { signal } = this.options;
    const end = () => this.ending.abort();
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
    let whole = false;
    try {
      if (this.options.folder !== undefined) this.write(this.soFar());
      while (!whole && this.finished === this.begun + this.queue.length) {
        const jobs = await this.plan.next();
        whole = jobs === undefined;
        this.queue = [...(jobs ?? [])];
        await this.work();
      }
    } finally {
      signal?.removeEventListener('abort', end);
    }
    const figures = this.gathered.figures(whole ? undefined : `Stopped by hand when ${this.count()}`);
    if (this.options.folder !== undefined) this.write(figures);
    return figures;
  }

  /** Executes what is in the queue. @throws what an execution does, once the others have been ended. */
  private async work(): Promise<void> {
    const lane = async () => {
      while (this.queue.length > 0 && !this.ending.signal.aborted) {
        try {
          await this.one(this.queue.shift()!);
          await nextTask(); // runs may be over before anything else is heard: Ctrl-C, a page's clicks
        } catch (error) {
          this.fail(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.executor.width, this.queue.length) }, lane));
    if (this.failures.length > 0) throw this.failures[0];
  }

  private fail(error: unknown): void {
    this.failures.push(error);
    this.ending.abort();
  }

  /** Ends the study where a check fails that is made while a run goes on, to which the error does not belong. */
  private refuse(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.fail(error);
    }
  }

  private async one(job: Job): Promise<void> {
    const { variant, repeat } = job;
    const { on, resume = false, epochs } = this.options;
    const place: StudyRunPlace = { variant, repeat, repeats: this.plan.repeats, run: this.begun++, runs: this.plan.total };
    const folder = this.folderOf?.(variant, repeat);
    const kept = resume && folder !== undefined ? keptRun(folder, job) : undefined;
    if (kept) {
      this.gathered.take(kept);
      this.finished++;
      return;
    }
    const goesOn = resume || this.gathered.begun(variant, repeat);
    on?.runStart?.(place);
    const timed = this.clock.start(variant, this.plan.ahead(this.queue));
    const run = await this.executor.execute(job, {
      resume: goesOn,
      folder,
      epochs,
      signal: this.ending.signal,
      on: {
        start: (begun) => {
          if (resume) this.refuse(() => checkRun(begun, this.gathered.runsOf(variant)));
        },
        step: (event) => {
          const left = this.clock.left(timed, event);
          on?.step?.({ ...event, secondsLeft: left.run, studySecondsLeft: left.study }, place);
        },
        epoch: (soFar) => {
          this.gathered.take(soFar);
          on?.epoch?.(soFar.epochs.at(-1)!, place);
          this.progress();
        },
      },
    });
    this.gathered.take(run);
    const ended = isDone(run, job);
    this.clock.end(timed, ended && !goesOn && job.until === undefined);
    if (ended) this.finished++;
    on?.runEnd?.(run, place);
    this.progress();
  }

  private count(): string {
    const { finished } = this;
    return `${finished} of ${plural(Math.max(this.plan.total, finished), 'run')} ${finished === 1 ? 'was' : 'were'} finished.`;
  }

  private soFar(): StudyFigures {
    return this.gathered.figures(`Written while it ran, when ${this.count()}`);
  }

  /** Tells of the figures, and writes them now and then. */
  private progress(): void {
    const { on, folder } = this.options;
    const due = folder !== undefined && performance.now() - this.written >= WRITTEN;
    if (!on?.progress && !due) return;
    const figures = this.soFar();
    if (due) this.write(figures);
    on?.progress?.(figures);
  }

  private write(figures: StudyFigures): void {
    writeFigures(this.options.folder!, figures);
    this.written = performance.now();
  }
}
