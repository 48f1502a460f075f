/** `hone study` at work: a study begun, gone on with, or reported on. */
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { oneLine } from '../../report/progress/cells.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { studyTable } from '../../report/study/table.js';
import { plural, shellWord } from '../../report/text.js';
import type { Study } from '../../study/define/study.js';
import type { Judge } from '../../study/define/types.js';
import { NAMES, readFigures } from '../../study/run/folder.js';
import { runStudy } from '../../study/schedule/run-study.js';
import { BUDGET } from '../../study/schedule/until-decided.js';
import { engineLine, interruptible, newRunFolder, openDisplay, showPath, surroundings } from '../commands/run.js';
import { studyDisplay } from './display.js';
import { divertOutput, tellEarlyEnd } from './own-code.js';
import { REPORT, StudyReport } from './report.js';
import { type Asked, assertInFolder, openStudy, readRequest, type StudyRequest, writeRequest } from './request.js';
import { verdictLines } from './words.js';

/** What changes no figures: how many runs go on at once, and how the results are printed. */
export interface Running {
  /** Default: as many as there are processors for. */
  readonly processes?: number | undefined;
  /** Of each process. */
  readonly threads?: number | undefined;
  /** As JSON instead of a table. */
  readonly json?: boolean | undefined;
}

/** Begins a study in a folder of its own. */
export async function beginStudy(asked: Asked, out: string, name: string, running: Running): Promise<void> {
  const study = await opened(asked);
  const started = new Date();
  const folder = newRunFolder(out, name);
  const { command, versions } = surroundings(started);
  const request: StudyRequest = {
    format: 1,
    title: study.title,
    command: command!,
    started: started.toISOString(),
    versions: versions!,
    ...asked,
  };
  try {
    await work(study, request, folder, { resume: false, begin: () => writeRequest(folder, request) }, running);
  } catch (error) {
    // Nothing to go on with: what data() throws, or runStudy refuses, comes before the first run.
    if (!existsSync(join(folder, NAMES.runs))) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Goes on with the study in a folder. */
export async function resumeStudy(folder: string, running: Running): Promise<void> {
  const request = readRequest(folder, '--resume');
  await work(await opened(request), request, folder, { resume: true }, running);
}

/** The study that is asked for; its file is run for it. */
async function opened(asked: Asked): Promise<Study> {
  const undo = [divertOutput(), tellEarlyEnd({})];
  try {
    return await openStudy(asked);
  } finally {
    for (const one of undo) one();
  }
}

/** Makes the report of the study in a folder anew. */
export async function reportStudy(folder: string, running: Running): Promise<void> {
  assertInFolder(folder, NAMES.figures, '--report');
  const figures = readFigures(folder);
  const report = new StudyReport(folder, await judgeOf(folder, figures), () => {});
  await print(figures, report, folder, running);
}

/** What says what became of the claim: the study knows, where it can still be loaded. */
async function judgeOf(folder: string, figures: StudyFigures): Promise<Judge | undefined> {
  if (figures.claim === undefined) return undefined;
  try {
    return (await openStudy(readRequest(folder, '--report'))).options.claim?.judge;
  } catch (error) {
    process.stderr.write(`What became of the claim cannot be said, since the study cannot be loaded: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** How many processes, with how many threads each: the figures depend on neither. */
function sharedOut({ processes, threads }: Running, runs: number): { processes: number; threads: number } {
  const processors = availableParallelism();
  const many = Math.min(processes ?? Math.max(1, Math.floor(processors / (threads ?? 1))), runs);
  return { processes: many, threads: threads ?? Math.max(1, Math.floor(processors / many)) };
}

interface Beginning {
  readonly resume: boolean;
  begin?(): void;
}

async function work(study: Study, request: StudyRequest, folder: string, { resume, begin }: Beginning, running: Running): Promise<void> {
  const started = new Date();
  const display = openDisplay();
  const names = study.variants.map(({ name }) => name);
  const { run, command, source } = request;
  const runs = names.length * repeatsOf(study, run);
  const { processes, threads } = sharedOut(running, runs);
  const { signal, done } = interruptible(display);
  const undo = [divertOutput(), tellEarlyEnd({ folder, quit: signal, processes })];
  const release = () => {
    for (const one of undo.splice(0)) one();
  };
  const report = new StudyReport(folder, study.options.claim?.judge, (line) => display.line(line));
  try {
    begin?.();
    display.line(engineLine());
    display.line(`${resume ? 'go on with' : 'study'} ${study.title}`);
    display.line(planLine(study, request, processes > 1 ? `, ${processes} at once with ${plural(threads, 'thread')} each` : ''));
    const shown = studyDisplay(display, names, study.metric.name);
    const { duration: _, ...settings } = surroundings(started);
    const figures = await runStudy(study, {
      ...run,
      folder,
      resume,
      signal,
      processes,
      ...(processes > 1 && { threads, source }),
      settings: { ...settings, command },
      on: {
        ...shown,
        line: (text) => display.line(oneLine(text)),
        progress: (soFar) => {
          shown.figures(soFar);
          report.progress(soFar);
        },
      },
    });
    display.clear();
    await report.settled();
    release();
    await print(figures, report, folder, running, !resume);
  } finally {
    display.clear();
    release();
    done();
  }
}

/** Repeats of each variant; until decided at most so many. */
function repeatsOf({ options }: Study, { repeats = options.repeats ?? 5, untilDecided }: StudyRequest['run']): number {
  return untilDecided === undefined ? repeats : untilDecided === true ? BUDGET : untilDecided;
}

/** `small, big, dropout: 7 repeats of 10 epochs, 28 runs`. */
function planLine(study: Study, { run }: StudyRequest, where: string): string {
  const { options, variants } = study;
  const repeats = repeatsOf(study, run);
  const epochs = run.epochs ?? options.epochs;
  const length = typeof epochs === 'number' ? ` of ${plural(epochs, 'epoch')}` : '';
  const names = variants.map(({ name }) => name);
  const shown = names.length > 8 ? [...names.slice(0, 7), `${names.length - 7} more`] : names;
  const most = run.untilDecided === undefined ? '' : 'up to ';
  const halved = run.halving === undefined ? '' : ', halved again and again';
  return `${plural(names.length, 'variant')}: ${shown.join(', ')}${halved}; ${most}${plural(repeats, 'repeat')}${length} each, ${most}${plural(names.length * repeats, 'run')}${where}`;
}

/** Prints what a study came to, and writes its report; of one that was stopped before it measured anything, says so. */
async function print(figures: StudyFigures, report: StudyReport, folder: string, { json = false }: Running, fresh = false): Promise<void> {
  const runs = figures.variants.flatMap((variant) => variant.runs);
  const goOn = figures.stopped === undefined ? '' : `To go on: hone study --resume ${shellWord(showPath(folder))}\n`;
  if (runs.every((run) => run.epochs.length === 0 && run.scores === undefined)) {
    const failures = runs.flatMap((run) => run.failed ?? []);
    if (failures.length > 0) {
      process.exitCode ||= 1;
      process.stderr.write(`No run has come to the end of an epoch: ${failures[0]}\n${goOn}`);
    } else {
      process.stderr.write(`Stopped before the first epoch ended: there is nothing to report.\n${fresh ? '' : goOn}`);
      if (fresh) rmSync(folder, { recursive: true, force: true });
    }
    return;
  }
  const verdict = await report.verdict(figures);
  if (json) process.stdout.write(`${JSON.stringify({ folder: showPath(folder), verdict }, null, 2)}\n`);
  else {
    const table = studyTable(figures, verdict, Math.max(40, process.stdout.columns || 100));
    process.stdout.write(`\n${table}\n\n${verdictLines(figures, verdict).join('\n')}\n\n`);
  }
  await report.write(figures, verdict);
  const say = json ? process.stderr : process.stdout;
  say.write(`Report: ${showPath(join(folder, REPORT.page))}\n${goOn}`);
}
