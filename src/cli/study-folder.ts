/** The folder of a study, from which one that was stopped or killed goes on. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes, writeBytes } from '#files';
import { FileError, FormatError } from '../errors.js';
import type { Comparison } from '../report/comparison/comparison.js';
import { showPath } from './commands/run.js';

/** Where a study keeps what it goes on from, until it is finished. */
export const CHECKPOINTS = 'checkpoints';

/** A study that runs in a folder. */
export interface Study<F> {
  readonly folder: string;
  /** The options that it was begun with, and its command. */
  readonly flags: F;
  readonly command: string;
  /** What it had come to, where it goes on; true where no epoch had ended. */
  readonly figures?: Comparison | true | undefined;
  /** Whether there is nothing left to do. */
  readonly finished?: boolean;
  /** Forgets what it could go on from. */
  end(): void;
}

const optionsOf = (folder: string) => join(folder, CHECKPOINTS, 'study.json');

const ending = (folder: string) => () => rmSync(join(folder, CHECKPOINTS), { recursive: true, force: true });

/** Notes a study's options in its folder. @throws {FileError} where they cannot be written. */
export function beginStudy<F extends object>(folder: string, command: string, flags: F): Study<F> {
  const text = `${JSON.stringify({ command, flags }, null, 2)}\n`;
  writeBytes(optionsOf(folder), [new TextEncoder().encode(text)], 'study', { makeDirectories: true });
  return { folder, command, flags, end: ending(folder) };
}

/** Reads what a study goes on from. @throws {FileError} where a folder holds none. @throws {FormatError} for files that are damaged. */
export function openStudy<F>(folder: string): Study<F> {
  const figuresPath = join(folder, 'figures.json');
  const figures = existsSync(figuresPath) ? (read(figuresPath) as Comparison) : undefined;
  const end = ending(folder);
  if (!existsSync(optionsOf(folder))) {
    if (figures && figures.stopped === undefined && Array.isArray(figures.variants))
      return { folder, figures, finished: true, flags: {} as F, command: '', end };
    throw new FileError(
      `--resume ${showPath(folder)}: there is no study to go on with. Give the folder that a study printed when it was stopped.`,
    );
  }
  const { command, flags } = read(optionsOf(folder)) as { command?: unknown; flags?: unknown };
  if (typeof command !== 'string' || typeof flags !== 'object' || flags === null)
    throw new FormatError(`--resume ${showPath(folder)}: ${optionsOf(folder)} is not what a study writes. Begin the study anew.`);
  return { folder, command, flags: flags as F, figures: figures ? withNumbers(figures, figuresPath) : true, end };
}

function read(path: string): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(readBytes(path, 'study')));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (error instanceof FileError) throw error;
  }
  throw new FormatError(`study: ${path} is damaged. Remove it, and the runs that it held are run again.`);
}

/** JSON has no NaN and no infinity: what was one is null in it. */
function withNumbers(figures: Comparison, path: string): Comparison {
  try {
    for (const { runs } of figures.variants)
      for (const { epochs } of runs)
        for (const epoch of epochs as unknown as Record<string, unknown>[])
          for (const [name, value] of Object.entries(epoch)) if (value === null) epoch[name] = Number.NaN;
    return figures;
  } catch (error) {
    throw new FormatError(`study: ${path} does not hold the figures of a study. Remove it, and the runs that it held are run again.`, {
      cause: error,
    });
  }
}
