/** What a study is, by which two processes know that they have the same one. */
import type { SourceOfVariation } from '../../report/study/figures.js';
import type { Study } from '../define/study.js';

/** A study as plain data, as far as it can be. */
export interface StudyMark {
  readonly title: string;
  /** Each variant's name, with its setting as texts. */
  readonly variants: readonly (readonly [name: string, setting: Readonly<Record<string, string>>])[];
  readonly seed: number;
  /** What varies, where that is not everything. */
  readonly varies: readonly SourceOfVariation[] | undefined;
}

export function markOf({ title, variants, options: { seed = 0, varies } }: Study): StudyMark {
  return { title, variants: variants.map(({ name, texts }) => [name, texts] as const), seed, varies };
}

/** Lines on what differs; empty where nothing does. */
export function differencesOf(wanted: StudyMark, found: StudyMark): string[] {
  const lines: string[] = [];
  if (wanted.title !== found.title) lines.push(`the title is "${found.title}" instead of "${wanted.title}"`);
  const settings = new Map(found.variants);
  for (const [name, setting] of wanted.variants) {
    const other = settings.get(name);
    if (other === undefined) {
      lines.push(`there is no variant "${name}"`);
      continue;
    }
    for (const key of new Set([...Object.keys(setting), ...Object.keys(other)]))
      if (other[key] !== setting[key])
        lines.push(`of "${name}", ${key} is ${other[key] ?? 'not set'} instead of ${setting[key] ?? 'not set'}`);
  }
  return lines;
}
