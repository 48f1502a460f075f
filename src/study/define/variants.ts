/** The variants of a study: those that factors make, and those that are written out. */
import { ArgumentError } from '../../errors.js';
import { Module } from '../../nn/module/module.js';
import { LRScheduler } from '../../optim/lr-scheduler/scheduler.js';
import { Optimizer } from '../../optim/optimizer/optimizer.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Design, OP, type StudyOptions } from './types.js';

/** A variant of a study, as it is run. */
export interface StudyEntry<S extends object = object> {
  /** Its name, unique in the study. */
  readonly name: string;
  /** One line: what it is. */
  readonly description: string;
  /** What it is made of: the baseline's setting, with what differs. */
  readonly setting: Readonly<S>;
  /** The setting as texts: levels by their names. */
  readonly texts: Readonly<Record<string, string>>;
}

type Values = Readonly<Record<string, unknown>>;

/** A level of a factor. */
interface Level {
  readonly name: string;
  readonly value: unknown;
}

/** What a variant changes, and what it is called. */
interface Draft {
  readonly name: string;
  readonly changes: Values;
  readonly description?: string | undefined;
}

/** @throws {ArgumentError} for variants that cannot be told apart, and where there is nothing to compare. */
export function variantsOf<S extends object>(options: StudyOptions<S>): StudyEntry<S>[] {
  const baseline = options.baseline as Values;
  const { baselineName = 'baseline', design = 'oneAtATime', factors, variants, pairs = [] } = options;
  const levels = levelsOf(baseline, (factors ?? {}) as Values);
  const textOf = (key: string, value: unknown) =>
    levels.get(key)?.find((level) => isSame(level.value, value))?.name ?? textOfValue(value) ?? 'a function';
  const drafts: Draft[] = [
    { name: baselineName, changes: {} },
    ...designed(baseline, levels, design),
    ...written(baseline, (variants ?? {}) as Values),
  ];
  const entries = drafts.map(({ name, changes, description }): StudyEntry<S> => {
    const setting = { ...baseline, ...changes };
    const texts = Object.fromEntries(Object.entries(setting).map(([key, value]) => [key, textOf(key, value)]));
    const instead = (key: string) => `${key}: ${texts[key]} instead of ${textOf(key, baseline[key])}`;
    const line =
      description ??
      (name === baselineName
        ? Object.entries(texts)
            .map(([key, text]) => `${key} ${text}`)
            .join(', ')
        : Object.keys(changes).map(instead).join(', '));
    return Object.freeze({ name, description: line, setting: Object.freeze(setting) as S, texts: Object.freeze(texts) });
  });
  assertDistinct(entries);
  if (entries.length < 2) {
    const same = levels.size > 0 ? ' All levels are those of the baseline.' : '';
    throw new ArgumentError(
      `${OP}: there is nothing to compare with the baseline.${same} Give factors: { dropout: [0.2, 0.5] }, or variants.`,
    );
  }
  checkPairs(
    pairs,
    entries.map(({ name }) => name),
  );
  return entries;
}

/** The levels of each factor without the baseline's own. */
function levelsOf(baseline: Values, factors: Values): Map<string, Level[]> {
  const out = new Map<string, Level[]>();
  for (const [key, given] of Object.entries(factors)) {
    if (given === undefined) continue;
    if (!Object.hasOwn(baseline, key)) throw unknownSetting(`${OP}: factors`, key, baseline);
    const named = isOptions(given);
    if (!named && !Array.isArray(given))
      throw new ArgumentError(`${OP}: factor ${key} is ${show(given)}, expected a list of levels, or levels by name.`);
    const levels = named
      ? Object.entries(given).map(([name, value]): Level => ({ name, value }))
      : given.map((value: unknown): Level => {
          const name = textOfValue(value);
          if (name === undefined)
            throw new ArgumentError(
              `${OP}: a level of ${key} is ${show(value)} without a name. Give levels by name: ${key}: { first: …, second: … }.`,
            );
          return { name, value };
        });
    if (levels.length === 0) throw new ArgumentError(`${OP}: factor ${key} has no levels. Give some, or leave it out.`);
    levels.forEach(({ name, value }, i) => {
      assertOwn(key, value);
      const twin = levels.slice(0, i).find((other) => other.name === name || isSame(other.value, value));
      if (twin)
        throw new ArgumentError(
          `${OP}: ${key} has the level ${name} twice${twin.name === name ? '' : `, as ${twin.name} too`}. Leave one out${twin.name === name && !isSame(twin.value, value) ? ', or give levels by name' : ''}.`,
        );
    });
    out.set(key, levels);
  }
  return out;
}

function unknownSetting(op: string, key: string, baseline: Values): ArgumentError {
  const names = Object.keys(baseline);
  const meant = meantName(key, names);
  return new ArgumentError(
    `${op}: there is no setting "${key}".${meant === undefined ? '' : ` Did you mean ${meant}?`} The baseline has ${names.join(', ') || 'none'}.`,
  );
}

/** The error of a name that no variant has. */
export function unknownVariant(op: string, name: string, names: readonly string[]): ArgumentError {
  const meant = meantName(name, names);
  return new ArgumentError(
    `${op}: there is no variant "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} There are ${names.map(show).join(', ')}.`,
  );
}

/** What has a state would go from one run into the next. */
function assertOwn(key: string, value: unknown): void {
  if (value instanceof Module || value instanceof Optimizer || value instanceof LRScheduler)
    throw new ArgumentError(
      `${OP}: a level of ${key} is ${show(value)}, which all runs would share. Give what makes it: () => new ${classNameOf(value)}(…).`,
    );
}

function designed(baseline: Values, all: ReadonlyMap<string, readonly Level[]>, design: Design): Draft[] {
  const factors = [...all].map(([key, levels]) => [key, levels.filter(({ value }) => !isSame(value, baseline[key]))] as const);
  const nameOf = (key: string, { name }: Level) => `${key} ${name}`;
  if (design !== 'fullFactorial')
    return factors.flatMap(([key, levels]) =>
      levels.map((level): Draft => {
        const without = design === 'leaveOneOut' && levels.length === 1 && OFF.test(level.name);
        return { name: without ? `without ${key}` : nameOf(key, level), changes: { [key]: level.value } };
      }),
    );
  let drafts: Draft[] = [{ name: '', changes: {} }];
  for (const [key, levels] of factors)
    drafts = drafts.flatMap((draft) => [
      draft,
      ...levels.map((level) => ({
        name: draft.name === '' ? nameOf(key, level) : `${draft.name} + ${nameOf(key, level)}`,
        changes: { ...draft.changes, [key]: level.value },
      })),
    ]);
  return drafts.slice(1);
}

/** What a level is called that takes something away. */
const OFF = /^(false|0|none|off|no)$/i;

const VARIANT = { setting: {}, description: '' };

function written(baseline: Values, variants: Values): Draft[] {
  return Object.entries(variants).map(([name, given]): Draft => {
    const op = `${OP}: variant "${name}"`;
    if (!isOptions(given)) throw new ArgumentError(`${op} is ${show(given)}, expected what differs from the baseline: { dropout: 0.5 }.`);
    const isWhole = isOptions(given['setting']) && !Object.hasOwn(baseline, 'setting');
    const { setting: changes, description } = isWhole ? readOptions(op, VARIANT, given) : { setting: given, description: undefined };
    for (const [key, value] of Object.entries(changes)) {
      if (!Object.hasOwn(baseline, key)) throw unknownSetting(op, key, baseline);
      assertOwn(key, value);
    }
    return { name, changes, description };
  });
}

/** @throws {ArgumentError} for two of one name, and for two that are the same. */
function assertDistinct<S extends object>(entries: readonly StudyEntry<S>[]): void {
  entries.forEach(({ name, setting }, i) => {
    assertString(OP, 'the name of a variant', name);
    if (name.trim() === '') throw new ArgumentError(`${OP}: a variant has an empty name. Give it one.`);
    for (const other of entries.slice(0, i)) {
      if (other.name === name) throw new ArgumentError(`${OP}: two variants are called "${name}". Give each its own name.`);
      if (isSame(other.setting, setting))
        throw new ArgumentError(
          `${OP}: "${name}" and "${other.name}" have the same setting, so that there is nothing to compare. Leave one out.`,
        );
    }
  });
}

function checkPairs(pairs: unknown, names: readonly string[]): void {
  if (!Array.isArray(pairs)) throw new ArgumentError(`${OP}: pairs is ${show(pairs)}, expected a list: [['a', 'b']].`);
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ArgumentError(`${OP}: a pair is ${show(pair)}, expected two names: ['variant', 'against'].`);
    for (const name of pair) {
      assertString(OP, 'a name of a pair', name);
      if (!names.includes(name)) throw unknownVariant(`${OP}: pairs`, name, names);
    }
    if (pair[0] === pair[1]) throw new ArgumentError(`${OP}: the pair ${show(pair)} compares a variant with itself. Leave it out.`);
    const twin = (pairs as string[][]).find(
      (other) => other !== pair && other.includes(pair[0] as string) && other.includes(pair[1] as string),
    );
    if (twin) throw new ArgumentError(`${OP}: the pairs ${show(pair)} and ${show(twin)} are the same two. Leave one out.`);
    if (pair.includes(names[0]!))
      throw new ArgumentError(
        `${OP}: the pair ${show(pair)} names the baseline, with which every variant is compared anyway. Leave it out.`,
      );
  }
}

/** Whether two settings or levels are the same: numbers, texts and functions by themselves, lists and plain objects by what is in them. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
  if (!isOptions(a) || !isOptions(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]));
}

/** How a setting reads; undefined for a function without a name. */
function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return classNameOf(value) || undefined;
  if (value instanceof Tensor) return show(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const parts = value.map(textOfValue);
    return parts.includes(undefined) ? undefined : `[${parts.join(', ')}]`;
  }
  if (value === undefined || value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  if (!isOptions(value)) return classNameOf(value) || undefined;
  if (typeof value['name'] === 'string') return value['name']; // a callback, a metric
  const parts = Object.entries(value).map(([name, one]) => [name, textOfValue(one)] as const);
  return parts.some(([, text]) => text === undefined) ? undefined : parts.map(([name, text]) => `${name} ${text}`).join(', ');
}
