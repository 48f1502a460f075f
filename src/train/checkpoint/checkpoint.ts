/** Checkpoints of a whole training: what it needs to go on as if it had never stopped, in PyTorch's files. */
import { ArgumentError, FormatError } from '../../errors.js';
import { formatOf } from '../../formats/files/file-formats.js';
import { load, save } from '../../formats/files/files.js';
import type { Module } from '../../nn/module/module.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { defaultGenerator, Generator } from '../../tensor/create/random.js';
import { Tensor } from '../../tensor/tensor.js';
import { historyFrom, historyToFile, type KeptHistory } from './history-file.js';
import { historyOf, resumeFrom } from './resume.js';

/** Anything with a state to keep: optimizers and schedulers. */
interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

/** The parts of a training. */
export interface TrainingParts {
  /** The model. */
  model?: Module;
  /** What trains it. */
  optimizer?: Stateful;
  /** What changes its learning rates. */
  scheduler?: Stateful;
  /** Generators of your own, by name; the default one is kept without being named. */
  generators?: Readonly<Record<string, Generator>>;
}

/** What {@link saveCheckpoint} keeps beside the parts. */
export interface CheckpointNotes {
  /** Anything that `save` takes: the epoch, the best score. */
  notes?: Readonly<Record<string, unknown>>;
}

interface Kept {
  model?: Record<string, Tensor>;
  optimizer?: never;
  scheduler?: never;
  rng_state?: Tensor;
  generators?: Record<string, Tensor>;
  notes?: Record<string, unknown>;
  history?: KeptHistory;
}

const PARTS: TrainingParts = { model: undefined, optimizer: undefined, scheduler: undefined, generators: undefined };

/** @throws {ArgumentError} for an unknown part, and for one without a state. */
function readParts<T extends TrainingParts>(op: string, defaults: T, parts: T): T {
  const read = readOptions(op, defaults, parts ?? null);
  for (const [name, part] of Object.entries({ model: read.model, optimizer: read.optimizer, scheduler: read.scheduler }))
    if (part !== undefined && typeof (part as Partial<Stateful> | null)?.stateDict !== 'function')
      throw new ArgumentError(`${op}: ${name} is ${show(part)}, expected an object with stateDict().`);
  if (read.generators !== undefined && !isOptions(read.generators))
    throw new ArgumentError(`${op}: generators is ${show(read.generators)}, expected generators by name.`);
  return read;
}

/**
 * Saves a training: the states of its parts and of the random numbers, so that the steps, shuffles and dropout masks that follow
 * {@link loadCheckpoint} are those that would have followed here. The history of the model's training, with its best epoch, is saved
 * as well. In Python `torch.load(path)` gives a dict with `model`, `optimizer`, `scheduler`, `rng_state` (for `torch.set_rng_state`),
 * `generators`, `history` and `notes`.
 * @param path ends in .pth, .pt, .ckpt or .bin. Directories are created; the file appears whole or not at all.
 * @throws {ArgumentError} for another ending. @throws {FileError} where the path cannot be written.
 * @example
 * saveCheckpoint('training.pth', { model, optimizer, notes: { epoch: 3 } });
 * loadCheckpoint('training.pth', { model, optimizer }).epoch; // 3
 */
export function saveCheckpoint(path: string, parts: TrainingParts & CheckpointNotes): void {
  if (typeof path !== 'string') throw new ArgumentError(`saveCheckpoint: the path is ${show(path)}, expected the path of a file.`);
  if (formatOf(path) !== 'pth')
    throw new ArgumentError(
      `saveCheckpoint: ${path}: a training holds more than tensors, so its file is one of PyTorch's. End the path in .pth.`,
    );
  const { model, optimizer, scheduler, generators, notes } = readParts('saveCheckpoint', { ...PARTS, notes: undefined }, parts);
  const states = Object.entries(generators ?? {}).map(([name, generator]) => {
    if (!(generator instanceof Generator)) throw new ArgumentError(`saveCheckpoint: generators.${name} is not a Generator.`);
    return [name, generator.getState()];
  });
  const history = model && historyOf(model);
  const kept = {
    ...(model && { model: model.stateDict() }),
    ...(optimizer && { optimizer: optimizer.stateDict() }),
    ...(scheduler && { scheduler: scheduler.stateDict() }),
    rng_state: defaultGenerator().getState(),
    ...(states.length > 0 && { generators: Object.fromEntries(states) }),
    ...(history && history.epochs.length > 0 && { history: historyToFile(history) }),
    ...(notes && { notes }),
  };
  save(kept, path, { makeDirectories: true });
}

/**
 * Goes on where {@link saveCheckpoint} was called: gives the parts their states, and the random numbers theirs.
 * A fit of the model goes on where that training was: it counts epochs, patience and the best epoch further, so that a worse epoch does
 * not replace the best one (pass `history: new History()` to fit to start anew). That takes the model and its optimizer; a model alone
 * starts a training of its own.
 * Parts that are not given stay in the file, and parts of the file that are not there are an error, before anything is changed.
 * @returns the notes.
 * @throws {FormatError} where the file lacks a part. @throws {StateDictError} where a part does not fit. @throws as `load`.
 */
export function loadCheckpoint<N = Record<string, unknown>>(path: string, parts: TrainingParts): N {
  const { model, optimizer, scheduler, generators = {} } = readParts('loadCheckpoint', PARTS, parts);
  const kept = load<Kept>(path);
  const lacks = (what: string): never => {
    throw new FormatError(
      `loadCheckpoint: ${path} holds no ${what}; it has ${Object.keys(kept).join(', ') || 'nothing'}. Was it made by saveCheckpoint?`,
    );
  };
  if (typeof kept !== 'object' || kept === null || kept instanceof Tensor) lacks('training');
  if (model && !kept.model) lacks('model');
  if (optimizer && !kept.optimizer) lacks('optimizer');
  if (scheduler && !kept.scheduler) lacks('scheduler');
  const streams = Object.entries(generators).map(
    ([name, generator]) => [generator, kept.generators?.[name] ?? lacks(`generator ${name}`)] as const,
  );
  const shared = kept.rng_state ?? lacks('rng_state');
  for (const state of [shared, ...streams.map(([, s]) => s)]) new Generator(0).setState(state); // refused now, or not at all
  model?.loadStateDict(kept.model!);
  optimizer?.loadStateDict(kept.optimizer!);
  scheduler?.loadStateDict(kept.scheduler!);
  for (const [generator, state] of streams) generator.setState(state);
  defaultGenerator().setState(shared);
  if (model) resumeFrom(model, optimizer && kept.history && historyFrom(kept.history, 'loadCheckpoint', path));
  return (kept.notes ?? {}) as N;
}
