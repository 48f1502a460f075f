/** runStudy: all runs of a study, one after the other. */

import { ArgumentError } from '../../errors.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { randomStates, restoreRandomStates } from '../../tensor/create/random-streams.js';
import { Study } from '../define/study.js';
import { isStudyProcess } from '../processes/inside.js';
import type { StudySource } from '../processes/messages.js';
import { ProcessPool } from '../processes/pool.js';
import { makeData, type SharedData } from '../run/data.js';
import { type Executor, OwnProcess } from '../run/executor.js';
import { runFolders } from '../run/folder.js';
import { Gathered } from '../run/gathered.js';
import { Halving } from './halving.js';
import type { RunStudyOptions } from './options.js';
import { AllRepeats, type Plan } from './plan.js';
import { checkFolder, endRun, holdStudy } from './resume.js';
import { Schedule } from './schedule.js';
import { BUDGET, UntilDecided } from './until-decided.js';

const DEFAULTS: { [K in keyof Required<RunStudyOptions>]: unknown } = {
  repeats: required,
  epochs: required,
  signal: required,
  on: required,
  folder: '',
  resume: false,
  untilDecided: required,
  halving: required,
  processes: 1,
  threads: required,
  source: required,
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
  const data = await makeData(study);
  const repeats = repeatsOf(study, options);
  const gathered = new Gathered(study, data, { ...options, repeats });
  const plan = planOf(study, gathered, repeats, options);
  const { folder, resume = false } = options;
  const release = folder === undefined ? () => {} : holdStudy(folder);
  try {
    if (folder !== undefined) checkFolder(folder, resume, gathered.figures());
    const executor = executorOf(study, data, plan.total, options);
    try {
      return await new Schedule(study, plan, executor, gathered, options).run();
    } finally {
      await executor.close();
    }
  } finally {
    release();
  }
}

/** Repeats of each variant; until decided at most so many. */
function repeatsOf<S extends object>(
  study: Study<S>,
  { repeats = study.options.repeats ?? 5, untilDecided = false }: RunStudyOptions,
): number {
  return untilDecided === false ? repeats : untilDecided === true ? BUDGET : untilDecided;
}

/** Which runs there are. */
function planOf<S extends object>(study: Study<S>, gathered: Gathered<S>, repeats: number, options: RunStudyOptions): Plan {
  const { untilDecided = false, halving = false, epochs, folder } = options;
  if (untilDecided !== false) return new UntilDecided(study, gathered, repeats);
  if (halving !== false) {
    const folderOf = folder === undefined ? undefined : runFolders(folder, study);
    const plan = new Halving(study, gathered, repeats, epochs, halving === true ? {} : halving, (run) => {
      if (folderOf) endRun(folderOf(run.variant, run.repeat), run);
    });
    gathered.note('successive halving', plan.text);
    return plan;
  }
  return new AllRepeats(
    study.variants.map(({ name }) => name),
    repeats,
  );
}

/** What executes the runs. */
function executorOf<S extends object>(study: Study<S>, data: SharedData, runs: number, options: RunStudyOptions): Executor {
  const { processes = 1, threads, source, on } = options;
  if (processes === 1) return new OwnProcess(study, data);
  return new ProcessPool(study, { source: source!, processes: Math.min(processes, runs), threads, line: on?.line });
}

function checkOptions(study: unknown, options: RunStudyOptions): void {
  if (!(study instanceof Study))
    throw new ArgumentError(`${OP}: the study is ${show(study)}, expected what defineStudy gives. Write ${OP}(defineStudy({ … })).`);
  readOptions(OP, DEFAULTS, options);
  const { repeats, epochs, folder, resume = false } = options;
  if (repeats !== undefined) countOf(OP, 'repeats', repeats, 1);
  if (epochs !== undefined) countOf(OP, 'epochs', epochs, 1);
  if (folder === '') throw new ArgumentError(`${OP}: folder is empty, expected the path of a folder.`);
  checkAdaptive(options);
  const { processes = 1, threads, source } = options;
  countOf(OP, 'processes', processes, 1);
  if (threads !== undefined) countOf(OP, 'threads', threads, 1);
  if (source !== undefined) checkSource(source);
  if (processes > 1 && source === undefined)
    throw new ArgumentError(
      `${OP}: processes is ${processes}, but functions cannot cross into another process, and source does not say where the study comes from. Pass source: { file: import.meta.filename }, the file that exports the study by default, or leave processes at 1.`,
    );
  if (processes === 1 && threads !== undefined)
    throw new ArgumentError(`${OP}: threads is for processes, and there is only this one. Call setNumThreads(${threads}) instead.`);
  if (isStudyProcess())
    throw new ArgumentError(
      `${OP}: it is called in a process of a study, which imports the file for the study that it exports. Call it in another file, or only where the file is the program itself: if (process.argv[1] === import.meta.filename) …`,
    );
  if (resume && folder === undefined) throw new ArgumentError(`${OP}: resume is true, but no folder says from where. Pass folder.`);
}

/** @throws {ArgumentError} for ways to choose runs that make no sense, alone or together. */
function checkAdaptive({ untilDecided = false, halving = false, repeats }: RunStudyOptions): void {
  if (typeof untilDecided !== 'boolean') countOf(OP, 'untilDecided', untilDecided, 1);
  if (untilDecided !== false && repeats !== undefined)
    throw new ArgumentError(
      `${OP}: repeats is ${repeats}, but untilDecided runs as many as are needed. Give the largest number you allow: untilDecided: ${repeats}.`,
    );
  if (typeof halving !== 'boolean') {
    if (!isOptions(halving)) throw new ArgumentError(`${OP}: halving is ${show(halving)}, expected true, false or options: { factor: 3 }.`);
    const { factor, epochs } = readOptions(`${OP}: halving`, { factor: 2, epochs: 1 }, halving);
    countOf(`${OP}: halving`, 'factor', factor, 2);
    countOf(`${OP}: halving`, 'epochs', epochs, 1);
  }
  if (untilDecided !== false && halving !== false)
    throw new ArgumentError(
      `${OP}: halving chooses variants by the same repeats that untilDecided looks at. Halve first, then study those that are left until decided.`,
    );
}

/** @throws {ArgumentError} for what is neither a file nor a preset. */
function checkSource(source: unknown): asserts source is StudySource {
  const { file, preset } = (isOptions(source) ? source : {}) as { file?: unknown; preset?: unknown };
  const given = [file, preset].filter((name) => name !== undefined);
  if (given.length !== 1 || typeof given[0] !== 'string' || given[0] === '')
    throw new ArgumentError(`${OP}: source is ${show(source)}, expected { file: './my-study.ts' } or { preset: 'dropout' }.`);
  readOptions(`${OP}: source`, file === undefined ? { preset: '', options: {} } : { file: '' }, source as object);
}
