/** Runs as rows: what a column shows, what a filter compares, what a sort orders by. */
import { ArgumentError } from '../../errors.js';
import { showScore } from '../../report/run/history.js';
import { showDuration } from '../../report/text.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { type Info, type RunInfo, type StudyInfo, scoreOf } from './read/info.js';

/** What a row may be asked for by name, beside scores (`test.loss`) and settings. */
export const FIELDS = ['name', 'kind', 'state', 'study', 'variant', 'repeat', 'epochs', 'best', 'score', 'duration', 'when'] as const;
export type Field = (typeof FIELDS)[number];

/** The mean score of each variant of a study. */
function means(study: StudyInfo): { variant: string; mean: number; side: string }[] {
  return study.variants.flatMap((variant) => {
    const own = study.runs.filter((run) => run.variant === variant && run.state !== 'damaged').map(scoreOf);
    // Those that have not ended have no score on test data yet, and others' are not to be mixed with them.
    const tested = own.filter(({ side }) => side === 'test');
    const scores = tested.length > 0 ? tested : own;
    const values = scores.map(({ value }) => value).filter(Number.isFinite);
    if (values.length === 0) return [];
    return [{ variant, mean: values.reduce((a, b) => a + b, 0) / values.length, side: scores.find(({ side }) => side !== '')!.side }];
  });
}

/** The variant of a study with the best mean. */
export function bestOf(study: StudyInfo): { variant: string; mean: number; side: string } | undefined {
  const sign = study.metric.better === 'max' ? 1 : -1;
  return means(study).reduce<ReturnType<typeof bestOf>>((a, b) => (a && sign * a.mean >= sign * b.mean ? a : b), undefined);
}

/** How many runs of a study have ended. */
export const endedOf = ({ runs }: StudyInfo): number =>
  runs.filter(({ state }) => state === 'done' || state === 'failed' || state === 'dropped').length;

export function scoreFor(info: Info): { value: number; text: string; measure: string } {
  if (info.kind === 'train' || info.kind === 'run') {
    const { side, value } = scoreOf(info);
    return { value, text: showScore(value), measure: side === '' ? '' : `${side} ${info.metric.name}` };
  }
  const best = info.kind === 'study' ? bestOf(info) : undefined;
  return best && info.kind === 'study'
    ? { value: best.mean, text: showScore(best.mean), measure: `${best.side} ${info.metric.name}` }
    : { value: Number.NaN, text: '', measure: '' };
}

const secondsOf = (info: Info): number =>
  info.kind === 'study'
    ? info.runs.reduce((sum, { seconds }) => sum + seconds, 0)
    : info.kind === 'train' || info.kind === 'run'
      ? info.seconds
      : Number.NaN;

const isRun = (info: Info): info is RunInfo => info.kind === 'train' || info.kind === 'run';

/** A field of a row: undefined where it has none. */
export function valueOf(info: Info, field: string): string | number | undefined {
  switch (field) {
    case 'name':
    case 'kind':
    case 'state':
      return info[field];
    case 'study':
      return info.kind === 'study' ? info.name : isRun(info) ? info.study : undefined;
    case 'variant':
    case 'repeat':
      return isRun(info) ? info[field] : undefined;
    case 'epochs':
      return isRun(info) ? info.epochs.length : undefined;
    case 'best':
      return isRun(info) && info.chosen > 0 ? info.chosen : undefined;
    case 'score':
      return numberOrNothing(scoreFor(info).value);
    case 'duration':
      return numberOrNothing(secondsOf(info));
    case 'when':
      return info.changed;
  }
  if (!isRun(info)) return undefined;
  const [side, ...score] = field.split('.') as [string, ...string[]];
  if (score.length > 0 && (side === 'train' || side === 'validation' || side === 'test')) {
    const value = info.scores[side]?.[score.join('.')];
    if (value !== undefined) return value;
  }
  return Object.hasOwn(info.settings, field) ? info.settings[field] : undefined;
}

const numberOrNothing = (value: number) => (Number.isNaN(value) ? undefined : value);

/** All names that rows can be asked for. */
export function fieldsOf(infos: readonly Info[]): string[] {
  const names = new Set<string>(FIELDS);
  for (const info of infos) {
    if (!isRun(info)) continue;
    for (const side of ['train', 'validation', 'test'] as const)
      for (const score of Object.keys(info.scores[side] ?? {})) names.add(`${side}.${score}`);
    for (const setting of Object.keys(info.settings)) names.add(setting);
  }
  return [...names];
}

/** The name of a field that was asked for. @throws {ArgumentError} for one that no row has. */
export function fieldNamed(option: string, given: string, infos: readonly Info[]): string {
  const names = fieldsOf(infos);
  if (names.includes(given)) return given;
  const meant = meantName(given, names);
  throw new ArgumentError(
    `${option}: no run has "${given}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${names.join(', ')}.`,
  );
}

/** A condition: `variant=dropout`, `test.accuracy>0.9`. */
interface Filter {
  readonly field: string;
  readonly how: '=' | '!=' | '>' | '<' | '>=' | '<=';
  readonly value: string;
}

/** @throws {ArgumentError} for what is no condition. */
export function readFilter(text: string): Filter {
  const found = /^(.+?)(!=|>=|<=|=|>|<)(.*)$/s.exec(text);
  if (found === null)
    throw new ArgumentError(
      `--filter "${text}": expected a field and its value, such as variant=dropout or "score>0.9", in quotes for the shell where it has < or >.`,
    );
  const [, field, how, value] = found as unknown as [string, string, Filter['how'], string];
  if (how !== '=' && how !== '!=' && (value.trim() === '' || Number.isNaN(Number(value))))
    throw new ArgumentError(`--filter "${text}": ${how} compares numbers, and "${value}" is none.`);
  return { field: field.trim(), how, value: value.trim() };
}

/** Whether a row is as a condition says; `*` in its value stands for anything. */
export function matches(info: Info, { field, how, value }: Filter): boolean {
  const own = valueOf(info, field);
  if (how === '=' || how === '!=') {
    if (own === undefined) return how === '!=';
    const pattern = new RegExp(`^${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*')}$`, 's');
    const same = pattern.test(String(own)) || (typeof own === 'number' && value !== '' && own === Number(value));
    return same === (how === '=');
  }
  const [a, b] = [Number(own ?? Number.NaN), Number(value)];
  return how === '>' ? a > b : how === '<' ? a < b : how === '>=' ? a >= b : a <= b;
}

/** Sorts by a field: scores and times of which more is better, and what came last, first; what has no value at the end. */
export function sorted(infos: readonly Info[], field: string, reverse: boolean): Info[] {
  const falls = (info: Info): boolean => {
    if (field === 'when' || field === 'duration' || field === 'epochs') return true;
    const metric = isRun(info) || info.kind === 'study' ? info.metric : undefined;
    if (field === 'score') return metric?.better === 'max';
    return /^(train|validation|test)\./.test(field) && field.slice(field.indexOf('.') + 1) === metric?.name && metric.better === 'max';
  };
  const down = infos.some(falls) !== reverse;
  const natural = new Intl.Collator('en', { numeric: true });
  return infos
    .map((info) => ({ info, value: valueOf(info, field) }))
    .sort((a, b) => {
      const empty = Number(isEmpty(a.value)) - Number(isEmpty(b.value));
      if (empty !== 0) return empty;
      const order =
        typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : natural.compare(String(a.value), String(b.value));
      return (down ? -order : order) || natural.compare(a.info.name, b.info.name);
    })
    .map(({ info }) => info);
}

const isEmpty = (value: unknown) => value === undefined || Number.isNaN(value);

/** `just now`, `12 min ago`, `3 h ago`, `2026-05-01`. */
export function showWhen(changed: number, now = Date.now()): string {
  if (changed === 0) return '';
  const minutes = Math.max(0, now - changed) / 60_000;
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const day = new Date(changed);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export const showSeconds = (info: Info): string => {
  const seconds = secondsOf(info);
  return Number.isFinite(seconds) && seconds > 0 ? showDuration(seconds) : '';
};
