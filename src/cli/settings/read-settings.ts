/** Settings out of a file, with a message for each field that is wrong. */

import type { z } from 'zod';
import { readBytes } from '#files';
import { ArgumentError, FormatError, printable } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { settingNames, type TrainSettings, trainSettings } from './schema.js';

/** More bytes than any file of settings has. */
const MOST_BYTES = 1 << 20;

/** The settings of a JSON file. @throws {FormatError} where it is none. @throws {ArgumentError} that lists every wrong field. */
export function readSettingsFile(path: string): TrainSettings {
  if (/\.(ya?ml|toml)$/i.test(path))
    throw new ArgumentError(`${path}: settings are read from JSON files. Write them as { "model": "resnet18", "epochs": 20 }.`);
  const bytes = readBytes(path, 'hone train --config');
  if (bytes.length > MOST_BYTES) throw new FormatError(`${path}: ${bytes.length} bytes are too many for a file of settings.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new FormatError(`${path} is not JSON: ${printable((cause as Error).message)}.`, { cause });
  }
  return checkSettings(value, path);
}

/** @throws {ArgumentError} that lists every wrong field, with what it is and what was expected. */
function checkSettings(value: unknown, source: string): TrainSettings {
  const result = trainSettings.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, value));
  throw new ArgumentError(problems.length === 1 ? `${source}: ${problems[0]}` : [`${source}:`, ...problems].join('\n  '));
}

function problemsOf(issue: z.core.$ZodIssue, whole: unknown): string[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const name = path.slice(path.startsWith('.') ? 1 : 0);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownSetting(key, issue.path.map(String), name));
  const given = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | null)?.[part], whole);
  if (name === '') return [`the settings are ${printable(show(given))}, expected an object: { "epochs": 20 }.`];
  const value = given === undefined ? 'missing' : printable(show(given));
  return [issue.code === 'custom' ? `${name} is ${value}: ${issue.message}` : `${name} is ${value}, ${issue.message}.`];
}

function unknownSetting(key: string, within: readonly string[], name: string): string {
  if (within.length > 0) return `${name} has a field "${printable(key)}", which it does not know.`;
  const meant = meantName(key, settingNames);
  return `there is no setting "${printable(key)}".${meant === undefined ? ` There are ${settingNames.join(', ')}.` : ` Did you mean "${meant}"?`}`;
}
