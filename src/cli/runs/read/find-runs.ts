/** Finding runs in a folder: by their files, without following links. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder } from '#files';
import { FileError } from '../../../errors.js';
import type { Info } from './info.js';
import { changedAt, readObject } from './json.js';
import { readLoneRun, readStudy, readTraining } from './read-run.js';

/** How deep folders of runs may lie in the root, and how many are looked into. */
const DEPTH = 5;
const MOST = 50_000;

/** What a root holds. */
export interface Found {
  readonly root: string;
  /** Runs, in no order. */
  readonly infos: readonly Info[];
  /** Folders, by their paths in the root, that hold nothing of Hone's. */
  readonly foreign: readonly string[];
  /** Links to folders, which are not followed. */
  readonly links: readonly string[];
  /** Folders that cannot be read, and why. */
  readonly unreadable: readonly string[];
}

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

const isEvents = (entry: Dirent) => entry.isFile() && entry.name.includes('tfevents');

/** Whether a folder is that of a log: it, or one of the runs that `tensorBoard` makes in it, holds events. */
function isLog(folder: string, entries: readonly Dirent[]): boolean {
  if (entries.some(isEvents)) return true;
  const parts = entries.filter((entry) => entry.isDirectory() && ['train', 'validation', 'steps'].includes(entry.name));
  return parts.some(({ name }) => {
    try {
      return entriesOf(join(folder, name)).some(isEvents);
    } catch {
      return false;
    }
  });
}

/** The run in a folder, where it is that of one; what else it is says {@link findRuns}. */
export function readFolder(folder: string, name: string, entries: readonly Dirent[] = entriesOf(folder)): Info | undefined {
  const has = new Set(entries.map((entry) => entry.name));
  const figures = has.has('figures.json');
  if (has.has('config.json') && (has.has('run.json') || figures)) return readTraining(folder, name);
  if (has.has('run.json')) {
    const run = readObject(join(folder, 'run.json'));
    if (run?.value?.['variant'] !== undefined) return readLoneRun(folder, name);
    if (run?.value?.['input'] !== undefined || figures) return readTraining(folder, name);
    return {
      kind: 'damaged',
      name,
      folder,
      state: 'damaged',
      reason: run?.why ?? 'its run.json is none of Hone',
      changed: run?.changed ?? 0,
    };
  }
  let runs: string[] = [];
  if (entries.some((entry) => entry.name === 'runs' && entry.isDirectory())) {
    try {
      runs = entriesOf(join(folder, 'runs')).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    } catch {
      // A study whose runs cannot be read has its figures still.
    }
  }
  if (has.has('study.json') || readObject(join(folder, 'checkpoints/study.json')) !== undefined) return readStudy(folder, name, runs);
  if (figures) {
    const found = readObject(join(folder, 'figures.json'));
    if (found?.value === undefined)
      return { kind: 'damaged', name, folder, state: 'damaged', reason: found?.why, changed: found?.changed ?? 0 };
    if (Array.isArray(found.value['variants'])) return readStudy(folder, name, runs);
    if (Array.isArray(found.value['epochs'])) return readTraining(folder, name);
  }
  // A study that was killed before its first figures, and whose file with its options is gone.
  const ofRuns = (run: string) => readObject(join(folder, 'runs', run, 'run.json'))?.value?.['variant'] !== undefined;
  if (runs.length > 0 && runs.some(ofRuns)) return readStudy(folder, name, runs);
  const made = /^(eval|lr-find)-/.exec(name.split('/').at(-1)!)?.[1] as 'eval' | 'lr-find' | undefined;
  if (made && entries.some((entry) => entry.isFile() && /\.(html|svg)$/.test(entry.name)))
    return { kind: made, name, folder, state: 'done', changed: changedIn(folder, entries) };
  if (isLog(folder, entries)) return { kind: 'log', name, folder, state: 'done', changed: changedIn(folder, entries) };
  return undefined;
}

function changedIn(folder: string, entries: readonly Dirent[]): number {
  return entries.reduce((latest, { name }) => Math.max(latest, changedAt(join(folder, name))), 0);
}

/** Everything in a root. @throws {FileError} where there is no such folder. */
export function findRuns(root: string): Found {
  if (!isFolder(root))
    throw new FileError(`runs: there is no folder ${root}. hone train and hone study make it; name another with --root.`);
  const [infos, foreign, links, unreadable]: [Info[], string[], string[], string[]] = [[], [], [], []];
  let seen = 0;
  /** @returns whether there is anything of Hone's. */
  const visit = (folder: string, name: string, depth: number): boolean => {
    if (++seen > MOST) return false;
    let entries: Dirent[];
    try {
      entries = entriesOf(folder);
    } catch (error) {
      unreadable.push(`${name}: ${(error as Error).message}`);
      return true;
    }
    if (name !== '') {
      const info = readFolder(folder, name, entries);
      if (info !== undefined) return infos.push(info) > 0;
    }
    let any = false;
    for (const entry of entries) {
      const inner = name === '' ? entry.name : `${name}/${entry.name}`;
      if (entry.isSymbolicLink() && isFolder(join(folder, entry.name))) links.push(inner);
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const own = depth < DEPTH && visit(join(folder, entry.name), inner, depth + 1);
      if (!own && depth === 0) foreign.push(inner);
      any ||= own;
    }
    return any;
  };
  visit(root, '', 0);
  return { root, infos, foreign, links, unreadable };
}
