/** Reading plain data that may be damaged, half written, or somebody else's. */
import { readFileSync, statSync } from 'node:fs';
import { printable } from '../../../errors.js';
import type { EpochInfo, Scores } from './info.js';

export type Json = Readonly<Record<string, unknown>>;

/** No file of a run is larger. */
const MOST = 256 * 2 ** 20;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object in a file with when it was written, why there is none to be had, or undefined where there is no file. */
export function readObject(path: string): { value?: Json; why?: string; changed: number } | undefined {
  let changed = 0;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    changed = stat.mtimeMs;
    if (!stat.isFile()) return { why: `${path} is no file`, changed };
    if (stat.size > MOST) return { why: `${path} is too large`, changed };
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isJson(value) ? { value, changed } : { why: `${path} holds no object`, changed };
  } catch (error) {
    return { why: printable(`${path} cannot be read: ${(error as Error).message}`), changed };
  }
}

/** When a file was written last, in milliseconds since 1970; 0 where that cannot be had. */
export function changedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
/** JSON has no NaN and no infinity, and writes null for both. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
export const countOf = (value: unknown): number => (Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0);

/** Texts by name; numbers and yes or no become texts. */
export function textsOf(value: unknown): Record<string, string> {
  if (!isJson(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (['string', 'number', 'boolean'].includes(typeof one) ? [[name, String(one)]] : [])),
  );
}

export function scoresOf(value: unknown): Scores | undefined {
  if (!isJson(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (typeof one === 'number' || one === null ? [[name, numberOf(one)]] : [])),
  );
}

/** Numbers, and lists of them, by name. */
export function extraOf(value: unknown): Record<string, number | readonly number[]> {
  const out: Record<string, number | readonly number[]> = {};
  for (const [name, one] of Object.entries(isJson(value) ? value : {})) {
    if (Array.isArray(one)) out[name] = one.map(numberOf);
    else if (typeof one === 'number' || one === null) out[name] = numberOf(one);
  }
  return out;
}

/** The scores of a side as figures of earlier versions have them: `trainLoss`, `validationAccuracy`. */
function oldScores(epoch: Json, side: string): Scores {
  const named = Object.entries(epoch).filter(([name]) => name.startsWith(side) && name.length > side.length);
  return Object.fromEntries(
    named.map(([name, value]) => [`${name.charAt(side.length).toLowerCase()}${name.slice(side.length + 1)}`, numberOf(value)]),
  );
}

/** Epochs, of this version's figures and of earlier ones'; what is none is left out. */
export function epochsOf(value: unknown): EpochInfo[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJson).map((epoch, i) => ({
    epoch: countOf(epoch['epoch']) || i + 1,
    train: scoresOf(epoch['train']) ?? oldScores(epoch, 'train'),
    validation: scoresOf(epoch['validation']) ?? oldScores(epoch, 'validation'),
    seconds: numberOf(epoch['seconds']),
    lr: numberOf(epoch['lr']),
  }));
}
