/** The folder of a study: plain files, each written whole, from which it goes on and reports are made. */
import { readBytes, writeBytes } from '#files';
import { FormatError } from '../../errors.js';
import type { StudyFigures, StudyRun } from '../../report/study/figures.js';
import type { Study } from '../define/study.js';

/** What is known of a run: its figures, and the model that was trained. `run.json` holds it. */
export interface RunRecord extends StudyRun {
  /** The variant's name. */
  variant: string;
  /** How many parameters the model has. */
  parameters: number;
  /** The model as it prints. */
  architecture: string;
  /** Samples of each part, as they were prepared. */
  samples?: { train: number; validation: number; test: number };
  /** What trained it: `SGD, lr 0.1`. */
  optimizer?: string;
}

const OP = 'study';

/** Names in a study's folder. */
export const NAMES = {
  /** Command, options, versions: what it was begun with. */
  study: 'study.json',
  figures: 'figures.json',
  /** The folder of the runs' folders. */
  runs: 'runs',
  run: 'run.json',
  checkpoint: 'checkpoint.ckpt',
} as const;

/** A variant's name as one of a file: readable, of no more than 60 characters, and never a path. */
function slugOf(name: string): string {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return [...plain].slice(0, 60).join('') || 'variant';
}

/** The names of all variants as those of files, each its own. */
function slugsOf(names: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const slug = slugOf(name);
      let own = slug;
      for (let i = 2; taken.has(own); i++) own = `${slug}-${i}`;
      taken.add(own);
      return [name, own];
    }),
  );
}

/** The folder of each run of a study. */
export function runFolders(folder: string, study: Pick<Study, 'variants'>): (variant: string, repeat: number) => string {
  const slugs = slugsOf(study.variants.map(({ name }) => name));
  return (variant, repeat) => `${folder}/${NAMES.runs}/${slugs.get(variant)}-${repeat}`;
}

/** Writes plain data, whole or not at all. @throws {FileError} where that is impossible. */
export function writeJson(path: string, value: unknown): void {
  writeBytes(path, [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)], OP, { makeDirectories: true });
}

/** Reads plain data. @throws {FileError} where there is none. @throws {FormatError} where it is damaged. */
function readJson(path: string): Record<string, unknown> {
  const text = new TextDecoder().decode(readBytes(path, OP));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(path);
  return value as Record<string, unknown>;
}

function damaged(path: string, cause?: unknown): FormatError {
  return new FormatError(`${OP}: ${path} is damaged. Remove it, and what it held is made anew.`, { cause });
}

/** Notes a run in its folder. @throws {FileError} where it cannot be written. */
export function writeRun(folder: string, run: RunRecord): void {
  writeJson(`${folder}/${NAMES.run}`, run);
}

/** A run as its folder has it. @throws {FileError} where there is none. @throws {FormatError} where it is damaged. */
export function readRun(folder: string): RunRecord {
  const path = `${folder}/${NAMES.run}`;
  const run = readJson(path);
  const { repeat, seeds, epochs, chosen, seconds, variant, parameters, architecture } = run;
  const whole = [repeat, chosen, parameters].every(Number.isSafeInteger) && typeof variant === 'string' && typeof architecture === 'string';
  if (!whole || !isObject(seeds) || !Array.isArray(epochs) || !epochs.every(isEpoch) || typeof seconds !== 'number') throw damaged(path);
  const { scores } = run;
  if (scores !== undefined && !(isObject(scores) && ['train', 'validation', 'test'].every((part) => isObject(scores[part]))))
    throw damaged(path);
  return withNumbers(run) as unknown as RunRecord;
}

export function writeFigures(folder: string, figures: StudyFigures): void {
  writeJson(`${folder}/${NAMES.figures}`, figures);
}

/** The figures of a study's folder. @throws {FileError} where there are none. @throws {FormatError} where they are damaged, or another format's. */
export function readFigures(folder: string): StudyFigures {
  const path = `${folder}/${NAMES.figures}`;
  const read = readJson(path);
  if (read['format'] !== 1)
    throw new FormatError(`${OP}: ${path} does not hold the figures of a study in the format of this version of Hone. Run the study anew.`);
  const { variants, data, metric } = read;
  const isRun = (run: unknown) => isObject(run) && Array.isArray(run['epochs']) && run['epochs'].every(isEpoch);
  const isVariant = (one: unknown) =>
    isObject(one) && typeof one['name'] === 'string' && Array.isArray(one['runs']) && one['runs'].every(isRun);
  if (!Array.isArray(variants) || !variants.every(isVariant) || !isObject(data) || !isObject(metric)) throw damaged(path);
  return withNumbers(read) as unknown as StudyFigures;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEpoch = (value: unknown) => isObject(value) && isObject(value['train']) && isObject(value['validation']);

/** JSON has no NaN and no infinity: what was one is null in it. Figures have no other null. */
function withNumbers(value: unknown): unknown {
  if (value === null) return Number.NaN;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNumbers(one)]));
}
