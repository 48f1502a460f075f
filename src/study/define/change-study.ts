/** A study as somebody wants to run it who did not write it: some of its variants, another seed. */
import { ArgumentError } from '../../errors.js';
import type { SourceOfVariation } from '../../report/study/figures.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { Study } from './study.js';

/** What may be different, as plain data. */
export interface StudyChanges {
  /** The names of the variants that are run; the baseline always is. */
  readonly variants?: readonly string[];
  /** The first seed. */
  readonly seed?: number;
  /** What differs between repeats. */
  readonly varies?: readonly SourceOfVariation[];
}

/** The study with changes. @throws {ArgumentError} for a variant that it does not have, and where nothing is left to compare. */
export function changeStudy<S extends object>(study: Study<S>, changes: StudyChanges, op = 'changeStudy'): Study<S> {
  const { seed, varies } = changes;
  const names = study.variants.map(({ name }) => name);
  const wanted = changes.variants && wholeNames(changes.variants, names);
  for (const name of wanted ?? [])
    if (!names.includes(name)) {
      const meant = meantName(name, names);
      throw new ArgumentError(
        `${op}: there is no variant "${name}"${meant === undefined ? `; there are ${names.join(', ')}.` : `. Did you mean "${meant}"?`}`,
      );
    }
  const kept = wanted === undefined ? names : names.filter((name, i) => i === 0 || wanted.includes(name));
  if (kept.length < 2)
    throw new ArgumentError(
      `${op}: only the baseline${names[0] === 'baseline' ? '' : ` (${names[0]})`} is left, so that there is nothing to compare. Name some of ${names.slice(1).join(', ')}.`,
    );
  if (kept.length === names.length && seed === undefined && varies === undefined) return study;
  const { pairs } = study.options;
  return new Study(
    {
      ...study.options,
      ...(seed !== undefined && { seed }),
      ...(varies !== undefined && { varies }),
      ...(pairs && { pairs: pairs.filter((pair) => pair.every((name) => kept.includes(name))) }),
    },
    kept,
  );
}

/** Names with commas in them come in pieces where a list was cut at its commas: puts together what makes a name. */
function wholeNames(pieces: readonly string[], names: readonly string[]): string[] {
  const plain = (name: string) => name.replace(/\s*,\s*/g, ',');
  const known = new Map(names.map((name) => [plain(name), name]));
  const out: string[] = [];
  for (let from = 0, to: number; from < pieces.length; from = to) {
    const joined = () => plain(pieces.slice(from, to).join(','));
    for (to = pieces.length; to > from + 1 && !known.has(joined()); ) to--;
    out.push(known.get(joined()) ?? pieces[from]!);
  }
  return out;
}
