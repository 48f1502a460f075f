/** The folder of a run: its settings, its figures, its checkpoint, its page. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isFile, isFolder, readBytes, writeBytes } from '#files';
import { FileError, FormatError, printable } from '../../errors.js';
import type { Input, Prepared } from '../data/prepared.js';
import { readSettingsFile } from '../settings/read-settings.js';
import type { Resolved } from '../settings/resolve.js';
import type { TrainSettings } from '../settings/schema.js';

/** All settings of the run, in the form of a file for `--config`. */
const SETTINGS_FILE = 'config.json';
/** What else must stay the same when the run goes on. */
const STATE_FILE = 'run.json';
/** What `fit` goes on from. */
const CHECKPOINT_FILE = 'checkpoint.ckpt';

export const checkpointPath = (folder: string): string => join(folder, CHECKPOINT_FILE);

/** A run's first start. */
export interface Begun {
  readonly command: string;
  /** As `2026-05-01T12:00:00.000Z`. */
  readonly started: string;
}

/** Of a run that goes on. */
export interface EarlierRun {
  readonly folder: string;
  readonly settings: TrainSettings;
  readonly input: Input;
  readonly classes: readonly string[] | undefined;
  /** Undefined for runs of earlier versions, which did not note it. */
  readonly begun: Begun | undefined;
}

function writeJson(path: string, value: unknown): void {
  writeBytes(path, [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)], 'hone train');
}

/** Writes what a run is made with. Paths are whole ones, so that it goes on from any folder. */
export function writeRun(folder: string, settings: Resolved, { input, classes }: Prepared, { command, started }: Begun): void {
  writeJson(join(folder, SETTINGS_FILE), settingsOf(settings));
  writeJson(join(folder, STATE_FILE), { format: 1, kind: 'train', command, started, input, classes });
}

/** Settings in full, as a file says them. */
function settingsOf(settings: Resolved): TrainSettings {
  const { kind, optimizer, scheduler, data, validation, pretrained, root, tensorboard, ...rest } = settings;
  const whole = (path: string) => resolve(path);
  const { name, lr, momentum, weightDecay, options } = optimizer;
  const all = {
    ...rest,
    data: kind === 'named' ? data : whole(data),
    root: root === undefined ? undefined : whole(root),
    validation: kind === 'named' ? undefined : typeof validation === 'string' ? whole(validation) : validation,
    pretrained: pretrained === undefined ? undefined : whole(pretrained),
    tensorboard: typeof tensorboard === 'string' ? whole(tensorboard) : tensorboard || undefined,
    optimizer: { name, ...options },
    scheduler: scheduler && { name: scheduler.name, ...scheduler.options },
    lr,
    momentum,
    weightDecay,
    out: whole(rest.out),
    // What belongs to other kinds of models and data would be refused where this file is read.
    ...(rest.model !== 'mlp' && { hidden: undefined, activation: undefined, batchNorm: undefined, dropout: undefined }),
    ...(kind === 'table' && { imageSize: undefined, normalize: undefined, augment: undefined, mixup: undefined, cutmix: undefined }),
    ...(kind !== 'table' && { target: undefined, drop: undefined, task: undefined }),
    ...(kind !== 'named' && { root: undefined, download: undefined }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TrainSettings;
}

const state = z.object({
  format: z.literal(1),
  input: z.looseObject({ kind: z.enum(['image', 'table']) }),
  classes: z.array(z.string()).optional(),
  command: z.string().optional(),
  started: z.iso.datetime().optional(),
});

/** What an earlier start of a run wrote; one that was killed before its first checkpoint begins at its start. @throws {FileError} where the folder is none of a run. */
export function readRun(folder: string): EarlierRun {
  if (!isFolder(folder))
    throw new FileError(`--resume ${folder}: there is no such folder. Name the folder of a run, such as runs/train-digits.`);
  const path = join(folder, STATE_FILE);
  if (!isFile(path) || !isFile(join(folder, SETTINGS_FILE)))
    throw new FileError(
      `--resume ${folder}: the folder holds no ${STATE_FILE} and ${SETTINGS_FILE}, which hone train writes. Is it the folder of a run?`,
    );
  const settings = readSettingsFile(join(folder, SETTINGS_FILE));
  try {
    const { input, classes, command, started } = state.parse(JSON.parse(new TextDecoder().decode(readBytes(path, 'hone train'))));
    const begun = command === undefined || started === undefined ? undefined : { command, started };
    return { folder, settings, input: input as unknown as Input, classes, begun };
  } catch (cause) {
    throw new FormatError(`${path} is damaged: ${printable((cause as Error).message.split('\n', 1)[0]!)}. Start the run anew.`, { cause });
  }
}
