/** What a script runs with: short by default, longer as asked on the command line. */
import { parseArgs } from 'node:util';

/**
 * `readArguments({ epochs: 2, root: '' })` is `{ epochs: 10, root: 'data' }` after `npx tsx script.ts --epochs 10 --root data`.
 * @throws {Error} for an argument that is not among the defaults, or is no number of 0 or more where the default is a number.
 */
export function readArguments<T extends Readonly<Record<string, number | string>>>(
  defaults: T,
): { [Name in keyof T]: T[Name] extends string ? string : number } {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const given = Object.entries(parseArgs({ options }).values).map(([name, text]) => {
    if (typeof defaults[name] === 'string') return [name, text];
    const value = Number(text);
    if (text === '' || !(value >= 0)) throw new Error(`--${name} is ${text}, expected a number of 0 or more.`);
    return [name, value];
  });
  return { ...defaults, ...Object.fromEntries(given) };
}
