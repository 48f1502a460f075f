/** What a study is asked to be, as plain data: the folder keeps it in study.json, and goes on from it. */
import { join } from 'node:path';
import { z } from 'zod';
import { isFile, isFolder, readBytes, writeBytes } from '#files';
import { FileError, FormatError, printable } from '../../errors.js';
import { sourcesOfVariation } from '../../report/study/figures.js';
import { changeStudy } from '../../study/define/change-study.js';
import type { Study } from '../../study/define/study.js';
import { loadStudy } from '../../study/load/load-study.js';
import { studies } from '../../study/presets/studies.js';
import { NAMES } from '../../study/run/folder.js';

const count = z.number().int().min(1);

const request = z.strictObject({
  format: z.literal(1),
  title: z.string(),
  command: z.string(),
  started: z.string(),
  versions: z.string(),
  /** The file's path is a whole one, so that the study goes on from any folder. */
  source: z.union([
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ preset: z.string(), options: z.record(z.string(), z.unknown()) }),
  ]),
  changes: z.strictObject({
    variants: z.array(z.string()).optional(),
    seed: z.number().int().min(0).optional(),
    varies: z.array(z.enum(sourcesOfVariation)).optional(),
  }),
  run: z.strictObject({
    repeats: count.optional(),
    untilDecided: z.union([z.literal(true), count]).optional(),
    halving: z.union([z.literal(true), z.strictObject({ factor: z.number().int().min(2) })]).optional(),
    epochs: count.optional(),
  }),
});

/** What was asked for when a study was begun. */
export type StudyRequest = z.infer<typeof request>;

/** Where a study comes from, what is changed of it, and how it is run. */
export type Asked = Pick<StudyRequest, 'source' | 'changes' | 'run'>;

/** The study that is asked for. */
export async function openStudy({ source, changes }: Asked): Promise<Study> {
  const whole = 'file' in source ? await loadStudy(source.file) : studies[source.preset]!.make(source.options); // the name was looked up
  return changeStudy(whole, definedOnly(changes), 'study');
}

const definedOnly = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

const pathIn = (folder: string) => join(folder, NAMES.study);

export function writeRequest(folder: string, asked: StudyRequest): void {
  writeBytes(pathIn(folder), [new TextEncoder().encode(`${JSON.stringify(asked, null, 2)}\n`)], 'study');
}

/** That there is a file in the folder of a study. @param flag the one that named the folder. @throws {FileError} where there is none. */
export function assertInFolder(folder: string, name: string, flag: string): void {
  if (!isFolder(folder))
    throw new FileError(`${flag} ${folder}: there is no such folder. Name the folder of a study, such as runs/digits-quick.`);
  if (!isFile(join(folder, name)))
    throw new FileError(`${flag} ${folder}: the folder holds no ${name}, which hone study writes. Is it the folder of a study?`);
}

/** What was asked for when the study in a folder was begun. @param flag the one that named the folder. @throws {FileError} where there is none. */
export function readRequest(folder: string, flag: string): StudyRequest {
  assertInFolder(folder, NAMES.study, flag);
  try {
    const read = request.parse(JSON.parse(new TextDecoder().decode(readBytes(pathIn(folder), 'study'))));
    if ('preset' in read.source && !Object.hasOwn(studies, read.source.preset))
      throw new Error(`it names the preset ${read.source.preset}, which this version of Hone does not have`);
    return read;
  } catch (cause) {
    const why =
      cause instanceof z.ZodError
        ? cause.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
        : (cause as Error).message;
    throw new FormatError(`${flag} ${folder}: ${NAMES.study} cannot be used: ${printable(why)}. Begin the study anew.`, { cause });
  }
}
