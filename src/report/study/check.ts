/** Whether it is a study's figures and the verdict on them: both are read from files that somebody may have changed. */
import { ArgumentError } from '../../errors.js';
import { adviceFor, isOptions, show } from '../../tensor/arguments/show.js';
import type { StudyFigures } from './figures.js';
import type { StudyVerdict } from './verdict.js';

const scores = (value: unknown) => isOptions(value);
const listOf = (value: unknown, each: (one: unknown) => boolean) => Array.isArray(value) && value.every(each);
const text = (value: unknown) => typeof value === 'string';
const texts = (value: unknown) => isOptions(value) && Object.values(value).every(text);
const number = (value: unknown) => typeof value === 'number';
const missing = (value: unknown) => value === undefined || value === null;
/** The parts of an object, each with what it must be. */
const having = (value: unknown, parts: Record<string, (part: unknown) => boolean>): boolean =>
  isOptions(value) && Object.entries(parts).every(([name, fits]) => fits(value[name]));

const epoch = (value: unknown) => having(value, { epoch: number, train: scores, validation: scores });
const run = (value: unknown) =>
  having(value, {
    repeat: number,
    seeds: isOptions,
    epochs: (list) => listOf(list, epoch),
    scores: (of) => missing(of) || having(of, { train: scores, validation: scores, test: scores }),
    extra: (of) => missing(of) || isOptions(of),
  });
const variant = (value: unknown) =>
  having(value, { name: text, description: text, setting: texts, architecture: text, runs: (list) => listOf(list, run) });

/** What the figures must have, each with what is expected of it. */
const FIGURES: readonly [name: keyof StudyFigures, fits: (part: unknown) => boolean, expected: string][] = [
  ['title', text, 'a text'],
  ['summary', text, 'a text'],
  ['metric', (m) => having(m, { name: text, better: (b) => b === 'max' || b === 'min' }), "{ name, better: 'max' or 'min' }"],
  ['chosenBy', text, 'a text'],
  ['data', (d) => having(d, { train: number, validation: number, test: number }), '{ train, validation, test }, all counts'],
  ['testData', text, 'a text'],
  ['varies', (list) => listOf(list, text), 'a list of texts'],
  ['baseline', text, 'the name of a variant'],
  ['pairs', (list) => listOf(list, (pair) => listOf(pair, text)), 'a list of pairs of names'],
  ['settings', texts, 'texts by name'],
  ['variants', (list) => listOf(list, variant), 'a list of variants, each with its name, description, setting, architecture and runs'],
];

/** @throws {ArgumentError} that says what it is, or which part is wrong. */
export function checkFigures(op: string, figures: unknown): asserts figures is StudyFigures {
  if (!isOptions(figures) || !Array.isArray(figures['variants']))
    throw new ArgumentError(
      `${op}: the figures are ${show(figures)}, expected what runStudy gives, or figures.json holds.${adviceFor(figures)}`,
    );
  for (const [name, fits, expected] of FIGURES)
    if (!fits(figures[name])) throw new ArgumentError(`${op}: figures.${name} is ${show(figures[name])}, expected ${expected}.`);
}

const namesOf = (list: unknown) => listOf(list, (one) => having(one, { name: text }));
const comparison = (value: unknown) =>
  having(value, {
    variant: text,
    against: text,
    outcome: text,
    words: text,
    p: isOptions,
    better: isOptions,
    differences: Array.isArray,
    repeats: Array.isArray,
  });

const VERDICT: readonly [name: keyof StudyVerdict, fits: (part: unknown) => boolean, expected: string][] = [
  ['variants', namesOf, 'a list of variants, each with its name'],
  ['comparisons', (list) => listOf(list, comparison), 'a list of comparisons'],
  ['groups', (list) => listOf(list, (group) => listOf(group, text)), 'lists of names'],
  ['best', (list) => listOf(list, text), 'a list of names'],
  ['words', (list) => listOf(list, text), 'a list of sentences'],
  ['method', (list) => listOf(list, text), 'a list of sentences'],
];

/** @throws {ArgumentError} for anything but a verdict, and for one of another study. */
export function checkStudy(op: string, figures: unknown, verdict: unknown): void {
  checkFigures(op, figures);
  if (!isOptions(verdict) || !Array.isArray(verdict['comparisons']))
    throw new ArgumentError(`${op}: the verdict is ${show(verdict)}, expected what studyVerdict gives.${adviceFor(verdict)}`);
  for (const [name, fits, expected] of VERDICT)
    if (!fits(verdict[name])) throw new ArgumentError(`${op}: verdict.${name} is ${show(verdict[name])}, expected ${expected}.`);
  const known = new Set(figures.variants.map(({ name }) => name));
  const { variants, comparisons } = verdict as unknown as StudyVerdict;
  const strange = [...variants.map(({ name }) => name), ...comparisons.flatMap((c) => [c.variant, c.against])].find((n) => !known.has(n));
  if (strange !== undefined)
    throw new ArgumentError(`${op}: the verdict names ${show(strange)}, which is not a variant in the figures. Give the verdict on them.`);
}
