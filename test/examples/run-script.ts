/** Runs a script of examples/seeds in this process, on the source as it stands, and gives back what it printed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { expect, vi } from 'vitest';

export const folder = join(import.meta.dirname, '../../examples/seeds');

/**
 * @param script its path in examples/seeds; one test may run it once, for it is a module. Files that it writes go to a folder of its own.
 * @param args as on the command line.
 * @param then looks at what was written, in that folder.
 */
export async function runScript(
  script: string,
  args: Readonly<Record<string, number>> = {},
  then: () => Promise<void> = async () => {},
): Promise<string> {
  const lines: string[] = [];
  const print = (...values: unknown[]) => void lines.push(format(...values));
  const log = vi.spyOn(console, 'log').mockImplementation(print);
  const warn = vi.spyOn(console, 'warn').mockImplementation(print);
  const [{ argv }, directory, path] = [process, process.cwd(), join(folder, script)];
  try {
    process.argv = [argv[0]!, path, ...Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])];
    process.chdir(mkdtempSync(join(tmpdir(), 'hone-seeds-')));
    await import(pathToFileURL(path).href);
    await then();
    expect(warn).not.toHaveBeenCalled();
  } finally {
    process.argv = argv;
    process.chdir(directory);
    log.mockRestore();
    warn.mockRestore();
  }
  return lines.join('\n');
}

/** All numbers that stand behind `label`, in order. */
export function numbersAfter(label: string, output: string): number[] {
  const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...output.matchAll(new RegExp(`${escaped}\\s*(-?[\\d.]+(?:e[-+]?\\d+)?)`, 'g'))].map(([, number]) => Number(number));
}

/** That there are `count` numbers, the last below the first. */
export function expectFalling(numbers: readonly number[], count: number): void {
  expect(numbers).toHaveLength(count);
  expect(numbers.at(-1)).toBeLessThan(numbers[0]!);
}
