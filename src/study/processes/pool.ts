/** Several processes that execute the runs of one study. */
import { processorCount, startStudyProcess, tellLine } from '#processes';
import { loadedEngine } from '../../engine/engine.js';
import { EngineError } from '../../errors.js';
import { sourcesOfVariation } from '../../report/study/figures.js';
import { unpackError } from '../../tensor/arguments/packed-error.js';
import { seedsOf } from '../define/streams.js';
import type { Study } from '../define/study.js';
import type { RunEvents } from '../run/execute-run.js';
import type { Executor, Job, JobOptions } from '../run/executor.js';
import { type RunRecord, writeRun } from '../run/folder.js';
import type { ProcessEnd, StudyProcess } from './host/processes.js';
import { markOf } from './mark.js';
import { type FromProcess, marked, readFromProcess, type StudySource, type ToProcess } from './messages.js';

/** Milliseconds in which a process must have ended that has nothing left to do. */
const ENDING = 5000;
/** How often a run is begun, or gone on with, whose process dies. */
const TRIES = 2;

/** The options of a pool. */
export interface PoolOptions {
  /** Where processes get the study from. */
  readonly source: StudySource;
  /** How many of them there are. */
  readonly processes: number;
  /** Threads of each. Default: the processors, shared out. Results do not depend on it. */
  readonly threads?: number | undefined;
  /** Told of each line that the programs in the processes write. */
  readonly line?: ((text: string) => void) | undefined;
}

/** How a run left its process. */
type Left = { readonly run: RunRecord } | { readonly error: Error } | { readonly died: string };

/** A process that executes one run at a time. */
class Member {
  private readonly process: StudyProcess;
  /** Settled when the study is loaded; with an error where it cannot be. */
  readonly loaded: Promise<void>;
  private loading: { resolve(): void; reject(error: Error): void } | undefined;
  private working: { readonly on: RunEvents; resolve(left: Left): void } | undefined;
  readonly ended: Promise<void>;
  /** How it ended. */
  end: string | undefined;
  /** The error by which it ends. */
  private crash: string | undefined;

  constructor(environment: Readonly<Record<string, string>>, first: ToProcess, line: (text: string) => void) {
    this.loaded = new Promise((resolve, reject) => {
      this.loading = { resolve, reject };
    });
    this.loaded.catch(() => {}); // whoever waits for it is told
    let over: () => void;
    this.ended = new Promise((resolve) => {
      over = resolve;
    });
    this.process = startStudyProcess(environment, {
      message: (message) => this.take(message),
      line,
      end: (end) => {
        this.end = textOf(end, this.crash);
        this.loading?.reject(new EngineError(`runStudy: a process of the study ended while it loaded it, by ${this.end}.`));
        this.working?.resolve({ died: this.end });
        over();
      },
    });
    this.post(first);
  }

  /** Executes a run, to wherever it gets. */
  async work(task: ToProcess, on: RunEvents, signal: AbortSignal): Promise<Left> {
    await this.loaded;
    if (this.end) return { died: this.end };
    const stop = () => this.post({ kind: 'stop' });
    try {
      return await new Promise<Left>((resolve) => {
        this.working = { on, resolve };
        this.post(task);
        signal.addEventListener('abort', stop);
        if (signal.aborted) stop();
      });
    } finally {
      this.working = undefined;
      signal.removeEventListener('abort', stop);
    }
  }

  /** Lets it end; where it does not, ends it. */
  async leave(): Promise<void> {
    this.process.leave();
    const late = setTimeout(() => this.process.kill(), ENDING);
    await this.ended;
    clearTimeout(late);
  }

  private post(message: ToProcess): void {
    this.process.post(marked(message));
  }

  private take(message: unknown): void {
    let said: FromProcess | undefined;
    try {
      said = readFromProcess(message);
    } catch (error) {
      this.settle({ error: error as Error });
      this.process.kill();
      return;
    }
    if (said === undefined) return;
    if (said.kind === 'crashed') this.crash = said.why;
    else if (said.kind === 'loaded') {
      this.loading?.resolve();
      this.loading = undefined;
    } else if (said.kind === 'refused') this.settle({ error: unpackError(said.error) });
    else if (said.kind === 'ended') this.settle({ run: said.run });
    else if (said.kind === 'step') this.working?.on.step?.(said.event);
    else this.working?.on[said.kind]?.(said.run);
  }

  private settle(left: Left): void {
    if (this.working) this.working.resolve(left);
    else if ('error' in left) this.loading?.reject(left.error);
  }
}

/** `SIGKILL`, with what it wrote last: of many lines, as of a trace, the one that says what it is about. */
function textOf({ how, lines }: ProcessEnd, crash: string | undefined): string {
  if (crash !== undefined) return `an error that nothing caught: ${crash.replace(/\.$/, '')}`;
  const last = lines.findLast((line) => /\b(error|fatal|panic|exception)\b/i.test(line)) ?? lines.findLast((line) => line.trim() !== '');
  return last === undefined ? how : `${how}, having written: ${last.trim()}`;
}

/** Executes runs in processes of their own, as many at once as there are. */
export class ProcessPool<S extends object> implements Executor {
  readonly width: number;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly members = new Set<Member>();
  private readonly free: Member[] = [];

  constructor(
    private readonly study: Study<S>,
    private readonly options: PoolOptions,
  ) {
    const { processes, threads = Math.max(1, Math.floor(processorCount() / processes)) } = options;
    this.width = processes;
    this.environment = { HONE_ENGINE: loadedEngine().name, HONE_THREADS: String(threads) };
  }

  async execute(job: Job, options: JobOptions): Promise<RunRecord> {
    const { epochs, folder, resume, signal, on } = options;
    let last: RunRecord | undefined;
    const noted: RunEvents = {
      ...on,
      start: (run) => {
        last ??= run;
        on.start?.(run);
      },
      epoch: (run) => {
        last = run;
        on.epoch?.(run);
      },
    };
    for (let tries = 1; ; tries++) {
      const member = this.free.pop() ?? this.start();
      const left = await member.work({ kind: 'run', job, epochs, folder, resume: resume || tries > 1 }, noted, signal);
      if (member.end) this.members.delete(member);
      else this.free.push(member);
      if ('error' in left) throw left.error;
      if ('run' in left) {
        // A process that the system asked to end has stopped its run.
        const cut = left.run.running === true && !signal.aborted && (job.until === undefined || left.run.epochs.length < job.until);
        if (!cut) return left.run;
        last = left.run;
      }
      if (signal.aborted) return last ?? this.unknown(job);
      if (tries < TRIES) continue;
      const how = 'died' in left ? left.died : 'SIGTERM';
      return this.failed(last ?? this.unknown(job), `its process ended twice, the last time by ${how}`, folder);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.leave()));
    this.members.clear();
    this.free.length = 0;
  }

  private start(): Member {
    const { source, line = tellLine } = this.options;
    const member = new Member(this.environment, { kind: 'setup', source, mark: markOf(this.study as Study) }, line);
    this.members.add(member);
    void member.ended.then(() => {
      const at = this.free.indexOf(member);
      if (at >= 0) this.free.splice(at, 1);
      this.members.delete(member);
    });
    return member;
  }

  /** A run of which nothing is known. */
  private unknown({ variant, repeat }: Job): RunRecord {
    const { seed = 0, varies = sourcesOfVariation } = this.study.options;
    const seeds = seedsOf(seed, repeat, varies);
    return { variant, repeat, seeds, epochs: [], chosen: 0, seconds: 0, parameters: 0, architecture: '', running: true };
  }

  /** A run whose process cannot note any more that it has failed. */
  private failed({ running: _, ...run }: RunRecord, why: string, folder: string | undefined): RunRecord {
    const failed: RunRecord = { ...run, failed: why };
    if (folder !== undefined) writeRun(folder, failed);
    return failed;
  }
}
