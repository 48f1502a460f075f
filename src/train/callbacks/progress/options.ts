/** The options of progress, and what reads them: fit does without the display itself. */
import type { ProgressTarget } from '../../../report/progress/terminal.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, unexpected } from '../../../tensor/arguments/checks.js';

export type { ProgressTarget };

/** The options of {@link progress}. */
export interface ProgressOptions {
  /** What is being trained, at the start of each line. Default: nothing. */
  label?: string | undefined;
  /** What samples are called, as in `images`. Default: `samples`. */
  unit?: string | undefined;
  /** Where it is written. Default: `process.stderr`, so that stdout holds results only; the console in pages and notebooks. */
  target?: ProgressTarget | undefined;
  /** Whether one line is rewritten while an epoch runs. Default: where the target is a terminal. */
  live?: boolean | undefined;
}

const DEFAULTS: ProgressOptions = { label: undefined, unit: undefined, target: undefined, live: undefined };

/** @throws {ArgumentError} for an unknown option, or a value that is never right. */
export function readProgressOptions(op: string, options: unknown): ProgressOptions {
  const read = readOptions(op, DEFAULTS, options);
  for (const name of ['label', 'unit'] as const)
    if (read[name] !== undefined && typeof read[name] !== 'string') throw unexpected(op, name, read[name], 'a text');
  if (read.live !== undefined) assertBoolean(op, 'live', read.live);
  if (read.target !== undefined && typeof (read.target as Partial<ProgressTarget> | null)?.write !== 'function')
    throw unexpected(op, 'target', read.target, 'an object with write(text), such as process.stderr');
  return read;
}
