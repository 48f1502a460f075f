/** The program of a study's processes: it loads the study, and executes the runs that its parent asks for, one after the other. */
import '#host';
import '../../ops/methods/methods.js';
import { makeDirectories } from '#files';
import { parentProcess } from '#processes';
import { holderOf, holdFolder } from '../../formats/files/hold/hold.js';
import { packError } from '../../tensor/arguments/packed-error.js';
import type { StepEvent } from '../../train/callbacks/callback.js';
import type { Study } from '../define/study.js';
import { makeData, type SharedData } from '../run/data.js';
import { executeRun, reasonOf } from '../run/execute-run.js';
import { enterStudyProcess } from './inside.js';
import { type FromProcess, marked, readToProcess, type Task } from './messages.js';
import { studyOf } from './source.js';

/** Milliseconds between two steps that are told of: displays draw no faster. */
const STEPS = 100;
/** Milliseconds to wait for a process that still writes in a run's folder: one of a study that was killed ends after its step. */
const OTHERS = 30_000;
/** Milliseconds in which a run must have ended whose parent has gone. */
const GRACE = 10_000;

const parent = parentProcess();
enterStudyProcess();
const tell = (message: FromProcess) => parent.post(marked(message));

let loaded: { readonly study: Study; readonly data: SharedData } | undefined;
let running: AbortController | undefined;
/** Whether nothing more is to come. */
let leaving = false;
let before: Promise<void> = Promise.resolve();

parent.receive((message) => {
  const said = readToProcess(message);
  if (said?.kind === 'stop') running?.abort();
  else if (said?.kind === 'setup')
    before = before.then(() =>
      orRefused(async () => {
        const study = await studyOf(said.source, said.mark);
        loaded = { study, data: await makeData(study) };
        tell({ kind: 'loaded' });
      }),
    );
  else if (said?.kind === 'run') before = before.then(() => orRefused(() => execute(said)));
});
parent.gone(leave);
parent.asked(leave);
parent.crashed((error) => tell({ kind: 'crashed', why: reasonOf(error) }));

/** Ends this process after the running step, at the second call at once. */
function leave(): void {
  if (leaving || running === undefined) parent.end();
  leaving = true;
  running?.abort();
  setTimeout(() => parent.end(), GRACE).unref();
}

async function orRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell({ kind: 'refused', error: packError(error) });
  }
  if (leaving) parent.end();
}

async function execute({ job, epochs, folder, resume }: Task): Promise<void> {
  const { variant, repeat, until } = job;
  running = new AbortController();
  const release = folder === undefined ? undefined : await hold(folder);
  let told = Number.NEGATIVE_INFINITY;
  try {
    const run = await executeRun(loaded!.study, variant, repeat, {
      data: loaded!.data,
      resume,
      ...(folder !== undefined && { folder }),
      ...(epochs !== undefined && { epochs }),
      ...(until !== undefined && { until }),
      signal: running.signal,
      on: {
        start: (run) => tell({ kind: 'start', run }),
        step: (event) => {
          const now = performance.now();
          const last = event.steps !== undefined && event.step === event.steps;
          if (now - told < STEPS && !last) return;
          told = now;
          tell({ kind: 'step', event: plain(event) });
        },
        epoch: (run) => tell({ kind: 'epoch', run }),
      },
    });
    release?.();
    tell({ kind: 'ended', run });
  } finally {
    release?.();
    running = undefined;
  }
}

/** Notes this process in a run's folder, once another one has ended that works there. */
async function hold(folder: string): Promise<() => void> {
  makeDirectories(folder, 'runStudy');
  const since = performance.now();
  while (holderOf(folder)?.alive && performance.now() - since < OTHERS && running?.signal.aborted === false)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return holdFolder(folder, 'runStudy');
}

/** What can be sent of a step: its scores may be computed when they are read. */
function plain(event: StepEvent): StepEvent {
  const { phase, epoch, epochs, step, steps, samples, loss, scores, samplesPerSecond, secondsLeft, lr } = event;
  return { phase, epoch, epochs, step, steps, samples, loss, scores: { ...scores }, samplesPerSecond, secondsLeft, lr: [...lr] };
}
