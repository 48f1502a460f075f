/** `hone runs delete`: takes away what Hone has written of runs, and nothing else. */
import { lstatSync, readdirSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { showBytes } from '../../engine/memory/allocator.js';
import { ArgumentError, BusyError, FileError } from '../../errors.js';
import { holderOf } from '../../formats/files/hold/hold.js';
import { oneLine } from '../../report/progress/cells.js';
import { plural, shellWord } from '../../report/text.js';
import { showPath } from '../commands/run.js';
import { type Named, type Names, someOf } from './names.js';
import type { Info } from './read/info.js';
import { workIn } from './read/read-run.js';

export interface DeleteFlags {
  readonly root: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

const EVENTS = 'events\\.out\\.tfevents\\.[^/]+';
/** What lies in the folder of a run of a study. */
const RUN = `(run|running)\\.json|checkpoint\\.ckpt(\\.old)?|((train|validation|test|steps|steps/validation)/)?${EVENTS}`;
/** What Hone writes into the folders of each kind, and no more. */
const WRITTEN: Readonly<Record<Info['kind'], RegExp>> = {
  train: new RegExp(
    `^((config|run|running|figures)\\.json|history\\.csv|report\\.html|best\\.safetensors|checkpoint\\.ckpt(\\.old)?|(tensorboard/)?((train|validation|steps|steps/validation)/)?${EVENTS})$`,
  ),
  run: new RegExp(`^(${RUN})$`),
  study: new RegExp(
    `^((study|figures|running)\\.json|figures[^/]*\\.csv|report\\.(html|md)|runs/[^/]+/(${RUN})|checkpoints/.*|[^/]+-seed\\d+\\.safetensors)$`,
  ),
  log: new RegExp(`^((train|validation|steps|steps/validation)/)?${EVENTS}$`),
  eval: /^report\.html$/,
  'lr-find': /^lr-find\.(svg|png|html)$/,
  damaged: /^(figures|run|study|running)\.json$/,
};
/** What a write that was cut short leaves. */
const UNFINISHED = /(^|\/)\.[^/]+\.[0-9a-f]{8}-\d+-[0-9a-f]{8}\.tmp$/;
/** What says that a folder is that of a run goes last, so that a deletion that is cut short can be done again. */
const LAST = /^(study|run|config|figures)\.json$/;

/** What is to be deleted of a folder, and what stays there. */
interface Plan {
  readonly info: Info;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly folders: readonly string[];
  readonly others: readonly string[];
}

function planOf(info: Info): Plan {
  const [files, folders, others]: [string[], string[], string[]] = [[], [], []];
  let bytes = 0;
  const visit = (at: string) => {
    folders.push(at);
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        visit(path);
        continue;
      }
      const name = relative(info.folder, path).split(sep).join('/');
      // Hone makes no links: one is somebody else's, whatever its name.
      if (entry.isFile() && (WRITTEN[info.kind].test(name) || UNFINISHED.test(name))) {
        files.push(path);
        bytes += lstatSync(path).size;
      } else others.push(name);
    }
  };
  try {
    visit(info.folder);
  } catch (error) {
    throw new FileError(`runs delete: ${showPath(info.folder)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const last = (path: string) => Number(LAST.test(relative(info.folder, path)));
  return { info, files: files.sort((a, b) => last(a) - last(b)), bytes, folders: folders.reverse(), others };
}

/** Runs by what was named: of a variant each; what lies in a study that is named as well only once. */
function targetsOf(named: readonly Named[]): Info[] {
  const studies = new Set(named.flatMap((one) => (one.kind === 'study' ? [one.name] : [])));
  const all = new Set<Info>();
  for (const one of named)
    for (const info of one.kind === 'variant' ? one.runs : [one]) if (info.kind !== 'run' || !studies.has(info.study ?? '')) all.add(info);
  return [...all];
}

/** @throws {BusyError} where somebody works there. */
function refuseBusy(info: Info, studyFolder: string | undefined): void {
  for (const folder of studyFolder === undefined ? [info.folder] : [info.folder, studyFolder]) {
    if (workIn(folder, info.changed) !== 'yes') continue;
    const holder = holderOf(folder);
    const who = holder?.alive
      ? `process ${holder.pid} works on it`
      : `a process on ${holder?.host || 'another machine'} may work on it; if not, remove ${showPath(join(folder, 'running.json'))}`;
    throw new BusyError(`runs delete: ${info.name} is running: ${who}. Stop it first. Nothing was deleted.`);
  }
}

/** The folder of the study that a run's folder lies in. */
const studyOf = (info: Info): string | undefined => (info.kind === 'run' && info.study ? resolve(info.folder, '../..') : undefined);

/** Deletes what is named, once the user has agreed. @returns what there is to say. */
export async function deleteRuns(names: Names, given: readonly string[], { yes, dryRun }: DeleteFlags): Promise<string> {
  const targets = targetsOf(given.map((name) => names.get(name)));
  for (const info of targets) {
    const study = studyOf(info);
    // Runs of earlier versions stand in their study's figures alone: their folder is the study's.
    if (info.kind === 'run' && info.study && basename(dirname(info.folder)) !== 'runs')
      throw new ArgumentError(`runs delete: ${info.name} has no folder of its own. Delete its study, ${info.study}.`);
    refuseBusy(info, study);
  }
  const plans = targets.map(planOf);
  const count = plans.reduce((sum, { files }) => sum + files.length, 0);
  const size = showBytes(plans.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = `${targets.length === 1 ? oneLine(targets[0]!.name) : plural(targets.length, 'run')} (${plural(count, 'file')}, ${size})`;
  const kept = plans.filter(({ others }) => others.length > 0);
  const list =
    targets.length === 1
      ? ''
      : `${plans.map(({ info, files, bytes }) => `  ${oneLine(info.name)}  ${plural(files.length, 'file')}, ${showBytes(bytes)}\n`).join('')}`;
  const notes = kept.map(
    ({ info, others }) => `Not deleted, since Hone did not write it, in ${showPath(info.folder)}: ${someOf(others)}.\n`,
  );
  if (dryRun) return `Would delete ${what}.\n${list}${notes.join('')}`;
  if (!yes) {
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new ArgumentError(
        `runs delete: ${what}: there is no terminal to ask in. Pass --yes to delete, or --dry-run to see what would go.`,
      );
    process.stdout.write(`${list}${notes.join('')}`);
    if (!(await agreed(`Delete ${what}? [y/N] `))) return 'Nothing was deleted.\n';
    // Meanwhile somebody may have gone on with one.
    for (const info of targets) refuseBusy(info, studyOf(info));
  }
  for (const plan of plans) carryOut(plan);
  const studies = new Set(targets.flatMap((info) => (info.kind === 'run' && info.study ? [studyOf(info)!] : [])));
  const left = [...studies].map(
    (folder) =>
      `The figures and the report of ${showPath(folder)} have them still. hone study --resume ${shellWord(showPath(folder))} runs them again.\n`,
  );
  return `Deleted ${what}.\n${yes ? notes.join('') : ''}${left.join('')}`;
}

async function agreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } catch {
    return false; // Ctrl-C, Ctrl-D
  } finally {
    terminal.close();
  }
}

/** @throws {FileError} where something cannot be deleted; what was to come after it stays. */
function carryOut({ info, files, folders }: Plan): void {
  try {
    const home = realpathSync(info.folder);
    for (const path of files) {
      // A folder between may have been exchanged for a link since we looked.
      const place = realpathSync(dirname(path));
      if (place !== home && !place.startsWith(home + sep)) throw new Error(`${path} leads out of the folder`);
      unlinkSync(path);
    }
    for (const folder of folders) {
      try {
        rmdirSync(folder);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
  } catch (error) {
    throw new FileError(`runs delete: ${info.name} cannot be deleted: ${(error as Error).message}. What came before it is gone.`, {
      cause: error,
    });
  }
}
