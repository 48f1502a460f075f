/** How often and where a training is saved: the option `checkpoint` of fit. */
import { ArgumentError } from '../../../errors.js';
import { formatOf } from '../../../formats/files/file-formats.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { countOf, oneOf } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import { Generator } from '../../../tensor/create/generator.js';

/** When a training is saved: after each epoch, or after so many epochs, steps or seconds. */
export type CheckpointEvery =
  | 'epoch'
  | {
      /** Saves after each so many epochs. */
      readonly epochs: number;
    }
  | {
      /** Saves after each so many steps (batches). */
      readonly steps: number;
    }
  | {
      /** Saves after the step in which so many seconds have passed since the last time. */
      readonly seconds: number;
    };

/** What happens after a signal has ended a training. */
export type CheckpointSignals = 'exit' | 'return' | false;

/** Where and when fit saves a training, so that it can go on after whatever ends it. */
export interface FitCheckpointOptions {
  /** The file, which ends in .ckpt, .pth or .pt. It is written whole or not at all, and always holds the last state. Its folders are created. */
  path: string;
  /** When it is saved, beside the start and the end of the training. Default: `epoch`. */
  every?: CheckpointEvery | undefined;
  /** Generators of your own, by name, which the model, a data loader or a sampler does not hold. The default one needs no name. */
  generators?: Readonly<Record<string, Generator>> | undefined;
  /**
   * What SIGINT (Ctrl-C), SIGTERM and SIGHUP do, in Node: the training ends after the running step and is saved, and the command that goes
   * on is printed; a second signal ends the process at once. Then with `exit` the process ends as the signal would have ended it, unless
   * it has a handler of its own; with `return` fit returns, its history `stopped` as `interrupted`. false leaves signals alone. Default: `exit`.
   */
  signals?: CheckpointSignals | undefined;
}

/** The options as they are used. */
export interface ReadCheckpoint {
  readonly path: string;
  readonly every: CheckpointEvery;
  readonly generators: Readonly<Record<string, Generator>>;
  readonly signals: CheckpointSignals;
}

const ENDING = 'End the path in .ckpt.';

/** @throws {ArgumentError} for a path of another format, and for times that make no sense. */
export function readCheckpoint(given: unknown): ReadCheckpoint | undefined {
  if (given === undefined || given === null || given === false) return undefined;
  if (given === '' || (typeof given !== 'string' && !isOptions(given)))
    throw new ArgumentError(`fit: checkpoint is ${show(given)}, expected a path or options. Write checkpoint: 'runs/a.ckpt'.`);
  const defaults: Record<keyof FitCheckpointOptions, unknown> = { path: required, every: null, generators: null, signals: null };
  const read = readOptions('fit: checkpoint', defaults as object, typeof given === 'string' ? { path: given } : given);
  const { path } = read as FitCheckpointOptions;
  const { every, generators, signals } = read as Partial<FitCheckpointOptions>;
  if (typeof path !== 'string' || path === '')
    throw new ArgumentError(`fit: checkpoint.path is ${show(path)}, expected the path of a file. ${ENDING}`);
  if (formatOf(path) !== 'pth')
    throw new ArgumentError(`fit: checkpoint: ${path}: a training holds more than tensors, so its file is one of PyTorch's. ${ENDING}`);
  const named = generators ?? {};
  if (!isOptions(named))
    throw new ArgumentError(`fit: checkpoint.generators is ${show(generators)}, expected generators by name: { noise: generator }.`);
  for (const [name, generator] of Object.entries(named))
    if (!(generator instanceof Generator))
      throw new ArgumentError(`fit: checkpoint.generators.${name} is ${show(generator)}, expected a Generator.`);
  const heeds = signals ?? 'exit';
  if (heeds !== false) oneOf('fit', 'checkpoint.signals', heeds, ['exit', 'return']);
  return { path, every: readEvery(every ?? 'epoch'), generators: named, signals: heeds };
}

const EXPECTED = "expected 'epoch', { epochs: 5 }, { steps: 1000 } or { seconds: 600 }";

function readEvery(every: unknown): CheckpointEvery {
  if (every === 'epoch') return every;
  if (!isOptions(every)) throw new ArgumentError(`fit: checkpoint.every is ${show(every)}, ${EXPECTED}.`);
  const entries = Object.entries(every).filter(([, value]) => value !== undefined);
  const [[unit, value] = []] = entries;
  if (entries.length !== 1 || !['epochs', 'steps', 'seconds'].includes(unit!))
    throw new ArgumentError(`fit: checkpoint.every has ${Object.keys(every).join(' and ') || 'nothing'}, ${EXPECTED}.`);
  if (unit === 'seconds') {
    if (typeof value !== 'number' || !(value > 0))
      throw new ArgumentError(`fit: checkpoint.every.seconds is ${show(value)}, expected a number above 0.`);
  } else countOf('fit', `checkpoint.every.${unit}`, value as number, 1);
  return every as CheckpointEvery;
}

/** @throws {ArgumentError} for anything but true, false and a path, and where there is no file that could be meant. */
export function readResume(given: unknown, checkpoint: ReadCheckpoint | undefined, history: unknown): boolean | string {
  const resume = given ?? false;
  if (resume === false) return false;
  if (resume !== true && (typeof resume !== 'string' || resume === ''))
    throw new ArgumentError(`fit: resume is ${show(resume)}, expected true, false or the path of a checkpoint.`);
  if (resume === true && checkpoint === undefined)
    throw new ArgumentError(
      "fit: resume is true, but no checkpoint says from where. Pass checkpoint: 'runs/a.ckpt', or the path as resume.",
    );
  if (history !== undefined)
    throw new ArgumentError(
      'fit: resume takes the history from the checkpoint, so history cannot be given beside it. Leave one of them out.',
    );
  return resume;
}
