/** Where a process of a study gets the study from. */
import { ArgumentError } from '../../errors.js';
import { unknownOption } from '../../tensor/arguments/arguments.js';
import { changeStudy } from '../define/change-study.js';
import type { Study } from '../define/study.js';
import { loadStudy } from '../load/load-study.js';
import { studies } from '../presets/studies.js';
import { differencesOf, markOf, type StudyMark } from './mark.js';
import type { StudySource } from './messages.js';

const OP = 'runStudy';

/** The study of a source, as the parent has it. @throws {ArgumentError} where the source gives another one, with the differences. */
export async function studyOf(source: StudySource, mark: StudyMark): Promise<Study> {
  const whole = 'file' in source ? await loadStudy(source.file, OP) : presetOf(source);
  const differences = differencesOf(mark, markOf(whole));
  if (differences.length > 0)
    throw new ArgumentError(
      `${OP}: ${'file' in source ? source.file : `the preset ${source.preset}`} gives another study in a process of its own than here:\n${differences.map((line) => `  ${line}`).join('\n')}\nsource must say where the study comes from, and a study must be the same each time that its file is imported.`,
    );
  const { variants, seed, varies } = mark;
  return changeStudy(whole, { variants: variants.map(([name]) => name), seed, ...(varies && { varies }) }, OP);
}

function presetOf({ preset, options }: Extract<StudySource, { preset: string }>): Study {
  if (!Object.hasOwn(studies, preset)) throw unknownOption(`${OP}: source`, preset, Object.keys(studies));
  return studies[preset]!.make(options) as unknown as Study;
}
