/** Runs by name: whole names, beginnings of which there is one, and paths. */
import { resolve } from 'node:path';
import { isFolder } from '#files';
import { ArgumentError } from '../../errors.js';
import { oneLine } from '../../report/progress/cells.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { type Found, findRuns, readFolder } from './read/find-runs.js';
import type { Info, RunInfo, StudyInfo } from './read/info.js';

/** All repeats of a variant of a study. */
export interface VariantRuns {
  readonly kind: 'variant';
  /** `digits/dropout`. */
  readonly name: string;
  readonly study: StudyInfo;
  readonly variant: string;
  readonly runs: readonly RunInfo[];
}

export type Named = Info | VariantRuns;

/** How many names an error lists. */
const SOME = 8;

/** `a, b and 3 more`. */
export function someOf(names: readonly string[], most = SOME): string {
  const shown = names.slice(0, most).map(oneLine).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** The variants of a study, each by the name that its runs' folders begin with, and by its own. */
function variantsOf(study: StudyInfo): { names: readonly string[]; of: VariantRuns }[] {
  return study.variants.flatMap((variant) => {
    const runs = study.runs.filter((run) => run.variant === variant);
    if (runs.length === 0) return [];
    const slug = runs[0]!.name.replace(/-(seed)?\d+$/, '');
    return [{ names: [slug, `${study.name}/${variant}`], of: { kind: 'variant', name: slug, study, variant, runs } }];
  });
}

/** All that has a name, by its names: studies first, then their variants, then runs. */
function everything(found: Found): Map<string, Named> {
  const all = new Map<string, Named>();
  const add = (name: string, what: Named) => {
    if (!all.has(name)) all.set(name, what);
  };
  for (const info of found.infos) add(info.name, info);
  const studies = found.infos.filter((info) => info.kind === 'study');
  for (const study of studies) for (const run of study.runs) add(run.name, run);
  for (const study of studies) for (const run of study.runs) add(`${study.name}/${run.variant}-${run.repeat}`, run);
  for (const study of studies) for (const { names, of } of variantsOf(study)) for (const name of names) add(name, of);
  return all;
}

/** Finds what names stand for, in a root that is read once. */
export class Names {
  private readonly all: Map<string, Named>;

  constructor(
    private readonly op: string,
    readonly found: Found,
  ) {
    this.all = everything(found);
  }

  /** @throws {ArgumentError} for a name that nothing has, or several. */
  get(text: string): Named {
    const name = text.replace(/[\\/]+$/, '');
    const exact = this.all.get(name) ?? this.byPath(text);
    if (exact !== undefined) return exact;
    const beginning = [...this.all.keys()].filter((one) => name !== '' && one.startsWith(name));
    // What a study or a variant holds begins as it does.
    const things = new Set(beginning.map((one) => this.all.get(one)!));
    const top = [...things].filter((one) => ![...things].some((other) => other !== one && holds(other, one)));
    if (top.length === 1) return top[0]!;
    if (top.length > 1)
      throw new ArgumentError(`${this.op}: "${oneLine(text)}" may be ${someOf(top.map((one) => one.name))}. Write more of the name.`);
    const last = [...new Set([...this.all].flatMap(([key, one]) => (key.split('/').at(-1)!.startsWith(name) && name !== '' ? [one] : [])))];
    if (last.length === 1) return last[0]!;
    const meant =
      meantName(name, [...this.all.keys()]) ??
      meantName(
        name,
        last.map((one) => one.name),
      );
    const there = this.found.infos.map((info) => info.name).sort();
    throw new ArgumentError(
      last.length > 1
        ? `${this.op}: "${oneLine(text)}" may be ${someOf(last.map((one) => one.name))}. Write the name of its study before it.`
        : `${this.op}: there is no run "${oneLine(text)}" in ${this.found.root}.${meant === undefined ? '' : ` Did you mean ${oneLine(meant)}?`} ${
            there.length === 0 ? 'There is none at all.' : `There are ${someOf(there)}: hone runs lists them.`
          }`,
    );
  }

  /** A run whose folder is given. */
  private byPath(text: string): Named | undefined {
    const path = resolve(text);
    for (const one of this.all.values()) if (one.kind !== 'variant' && resolve(one.folder) === path) return one;
    if (!/[\\/]/.test(text) || !isFolder(path)) return undefined;
    try {
      // The study that a run's folder lies in knows more of it.
      const above = resolve(path, '../..');
      const study = readFolderAt(above);
      if (study?.kind === 'study') {
        const run = study.runs.find((one) => resolve(one.folder) === path);
        if (run) return run;
      }
      return readFolderAt(path);
    } catch {
      return undefined;
    }
  }
}

const readFolderAt = (path: string) => readFolder(path, path.split(/[\\/]/).at(-1) || path);

function holds(one: Named, other: Named): boolean {
  if (one.kind === 'study') return other.kind === 'variant' ? other.study === one : other.kind === 'run' && one.runs.includes(other);
  return one.kind === 'variant' && other.kind === 'run' && one.runs.includes(other);
}

/** Reads a root, and what names there stand for. */
export function namesIn(op: string, root: string): Names {
  return new Names(op, findRuns(root));
}
