/** What a study goes on with: the runs in its folder, where they are those of the same study. */
import { isFile, makeDirectories, ownProcess, realPath, removeFile } from '#files';
import { ArgumentError, FileError } from '../../errors.js';
import { holderOf, holdFolder } from '../../formats/files/hold/hold.js';
import type { StudyFigures } from '../../report/study/figures.js';
import type { Job } from '../run/executor.js';
import { NAMES, type RunRecord, readFigures, readRun, writeRun } from '../run/folder.js';

const OP = 'runStudy';

/** The folders in which a study of this process runs. */
const used = new Set<string>();

/**
 * Notes this process in a study's folder, unless it stands there already: as the command's does. Gives what takes the note away again.
 * @throws {BusyError} where a study runs in the folder. @throws {FileError} where nothing can be written there.
 */
export function holdStudy(folder: string): () => void {
  makeDirectories(folder, OP);
  const path = realPath(folder);
  const holder = holderOf(folder);
  const own = holder?.alive === true && holder.pid === ownProcess().pid && !used.has(path);
  const release = own ? () => {} : holdFolder(folder, OP);
  used.add(path);
  return () => {
    used.delete(path);
    release();
  };
}

/**
 * @param now the study's figures before any run.
 * @throws {FileError} where a study is to begin in the folder of another. @throws {ArgumentError} where the folder's study is not the one that is
 * to go on, with the differences.
 */
export function checkFolder(folder: string, resume: boolean, now: StudyFigures): void {
  if (!isFile(`${folder}/${NAMES.figures}`)) return;
  if (!resume)
    throw new FileError(`${OP}: the folder ${folder} holds a study already. Pass resume: true to go on with it, or choose another folder.`);
  let then: StudyFigures;
  try {
    then = readFigures(folder);
  } catch (error) {
    // All that is in them is in the runs' own files as well, and each of those is checked.
    console.warn(`hone: ${(error as Error).message}`);
    return;
  }
  const lines = differences(then, now);
  if (lines.length > 0)
    throw new ArgumentError(
      `${OP}: the folder ${folder} holds another study:\n${lines.map((line) => `  ${line}`).join('\n')}\nTo go on, run what was run then; to run this one, choose another folder.`,
    );
}

/** What must be the same, by the words for it. The number of repeats is free: a study may be given more of them. */
const PARTS: Readonly<Record<string, (figures: StudyFigures) => unknown>> = {
  'the title': ({ title }) => title,
  'the compared score': ({ metric }) => `${metric.name}, of which ${metric.better === 'max' ? 'more' : 'less'} is better`,
  'what the epoch is chosen by': ({ chosenBy }) => chosenBy,
  'the test data': ({ testData }) => testData,
  'what varies': ({ varies }) => varies.join(', '),
  'the seed': ({ seed }) => seed,
  'the number of epochs': ({ epochs }) => epochs,
  'the baseline': ({ baseline }) => baseline,
  'after how many repeats it is looked at': ({ looks }) => looks?.join(', ') ?? 'no number',
  'the batch size': ({ settings }) => settings['batch size'],
  'the loss': ({ settings }) => settings['loss'],
  'successive halving': ({ settings }) => settings['successive halving'] ?? 'none',
  'the engine': ({ settings }) => settings['engine'],
};

/** Lines on what differs between two studies' figures, beside their runs. */
function differences(then: StudyFigures, now: StudyFigures): string[] {
  const lines = Object.entries(PARTS)
    .map(([name, part]) => [name, part(then), part(now)] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name} was ${was}, and is ${is}`);
  const [before, after] = [then, now].map(({ variants }) => new Map(variants.map(({ name, setting }) => [name, setting])));
  for (const name of before!.keys()) if (!after!.has(name)) lines.push(`there was a variant "${name}", and is none`);
  for (const [name, setting] of after!) {
    const was = before!.get(name);
    if (was === undefined) lines.push(`the variant "${name}" is new`);
    for (const key of was === undefined ? [] : new Set([...Object.keys(was), ...Object.keys(setting)]))
      if (was![key] !== setting[key]) lines.push(`of "${name}", ${key} was ${was![key] ?? 'not set'}, and is ${setting[key] ?? 'not set'}`);
  }
  return lines;
}

/** Whether a run has come as far as it was to. */
export function isDone(run: RunRecord, { until }: Job): boolean {
  return run.running !== true || (until !== undefined && run.epochs.length >= until);
}

/** Notes in a run's folder that it has ended where it is. */
export function endRun(folder: string, run: RunRecord): void {
  writeRun(folder, run);
  removeFile(`${folder}/${NAMES.checkpoint}`, OP);
}

/** A run that need not be executed any more, as its folder has it. */
export function keptRun(folder: string, job: Job): RunRecord | undefined {
  if (!isFile(`${folder}/${NAMES.run}`)) return undefined;
  let run: RunRecord;
  try {
    run = readRun(folder);
  } catch (error) {
    console.warn(`hone: ${(error as Error).message} It is run again.`);
    return undefined;
  }
  if (run.variant !== job.variant || run.repeat !== job.repeat || !isDone(run, job)) return undefined;
  if (run.running !== true) removeFile(`${folder}/${NAMES.checkpoint}`, OP); // it was killed before it had
  return run;
}

/** @throws {ArgumentError} where a run has another model, or other data, than those of its variant that are kept. */
export function checkRun(run: RunRecord, others: readonly RunRecord[]): void {
  for (const other of others) {
    if (other.repeat === run.repeat) continue;
    const differs = (what: string, was: string, is: string, then: string) =>
      new ArgumentError(
        `${OP}: ${what} of "${run.variant}" in repeat ${run.repeat} is not that of repeat ${other.repeat}, which is kept:\n${was}\nand now:\n${is}\nTo go on, ${then}; to study this one, choose another folder.`,
      );
    if (other.architecture !== '' && other.architecture !== run.architecture)
      throw differs('the model', other.architecture, run.architecture, 'make the model that it was');
    const [was, is] = [other, run].map(
      ({ samples }) => samples && `${samples.train} to train, ${samples.validation} to validate, ${samples.test} to test`,
    );
    if (was !== undefined && is !== undefined && was !== is)
      throw differs('the number of samples', `  ${was}`, `  ${is}`, 'give it the data that it had');
  }
}
