/** What docs/studies/ keeps of a study: its verdict, and the scores that it follows from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudyFigures, StudyRun, StudyVerdict } from 'hone/report';
import { studyDocs } from './page.js';

/** A study as docs/studies/ has it. */
export interface KeptStudy {
  /** The preset's name. */
  readonly preset: string;
  /** Scores and settings, without epochs, seeds of runs and models. */
  readonly figures: StudyFigures;
  readonly verdict: StudyVerdict;
}

/** Six digits of a number are more than a table shows. What was NaN or infinite is null in a study's files, and stays so. */
const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : value);

/** A study without what the page does not show. */
export function keep(preset: string, figures: StudyFigures, verdict: StudyVerdict): KeptStudy {
  const shortScores = (scores: Record<string, number>) =>
    Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, short(value)]));
  const run = ({ repeat, seeds, chosen, scores, seconds, failed, stoppedEarly }: StudyRun): StudyRun => ({
    repeat,
    seeds,
    epochs: [],
    chosen,
    ...(scores && {
      scores: {
        train: shortScores(scores.train),
        validation: shortScores(scores.validation),
        test: scores.test, // what the verdict is made of, to the last bit
      } as NonNullable<StudyRun['scores']>,
    }),
    seconds: short(seconds),
    ...(failed !== undefined && { failed }),
    ...(stoppedEarly !== undefined && { stoppedEarly }),
  });
  const variants = figures.variants.map((variant) => ({ ...variant, architecture: '', runs: variant.runs.map(run) }));
  return { preset, figures: { ...figures, variants }, verdict };
}

/** A kept study's file. A number that is none is null in it. */
export function writeKept(study: KeptStudy): string {
  // One line for each run and each comparison
  const text = JSON.stringify(study, null, 1);
  return `${text.replace(/\n {5,}/g, ' ').replace(/\n {4}([\]}])/g, ' $1')}\n`;
}

/** The page of all studies in a folder, in the presets' order. */
export function pageOf(folder: string, presets: readonly string[]): { page: string; names: string[] } {
  const there = new Set(readdirSync(folder).map((file) => file.replace(/\.json$/, '')));
  const names = presets.filter((name) => there.has(name));
  const studies = names.map((name) => readKept(join(folder, `${name}.json`)));
  const missing = presets.filter((name) => !there.has(name));
  return { page: studyDocs(studies, missing), names };
}

export function readKept(path: string): KeptStudy {
  return JSON.parse(readFileSync(path, 'utf8')) as KeptStudy;
}
