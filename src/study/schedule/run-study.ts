/** runStudy: all runs of a study, one after the other. */

import { ArgumentError } from '../../errors.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { randomStates, restoreRandomStates } from '../../tensor/create/random-streams.js';
import { Study } from '../define/study.js';
import { makeData } from '../run/data.js';
import { OwnProcess } from '../run/executor.js';
import { Gathered } from '../run/gathered.js';
import type { RunStudyOptions } from './options.js';
import { AllRepeats } from './plan.js';
import { Schedule } from './schedule.js';

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
  const data = await makeData(study);
  const gathered = new Gathered(study, data, options);
  const plan = new AllRepeats(
    study.variants.map(({ name }) => name),
    options.repeats ?? study.options.repeats ?? 5,
  );
  const executor = new OwnProcess(study, data);
  try {
    return await new Schedule(study, plan, executor, gathered, options).run();
  } finally {
    await executor.close();
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
