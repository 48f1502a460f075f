/** The whole state of a training between two of its steps: gathered for a file, and given back. */
import { DataLoader } from '../../../data/loader/data-loader.js';
import { FormatError, StateDictError } from '../../../errors.js';
import { Module } from '../../../nn/module/module.js';
import { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { show } from '../../../tensor/arguments/show.js';
import { Generator } from '../../../tensor/create/generator.js';
import { type RandomStates, randomStates, restoreRandomStates } from '../../../tensor/create/random-streams.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { Callback } from '../../callbacks/callback.js';
import type { History } from '../../history/history.js';
import type { RunningScores } from '../../metrics/running-scores.js';
import type { Loader } from '../../types.js';
import { historyFrom, historyToFile, type KeptHistory } from '../history-file.js';
import { fromFile, isRecord, toFile } from '../values.js';
import {
  assertStateful,
  copyInto,
  type ModelExtras,
  modelExtras,
  otherParameters,
  restoreExtras,
  restoreNumbers,
  type StateNumbers,
  stateNumbers,
} from './model-state.js';
import type { Parts, Setting } from './setting.js';

/** Where in a training a state was taken. */
export interface Place {
  /** The epoch that runs, from 1; with `done` the last whole one, or 0. */
  readonly epoch: number;
  /** How many epochs the training was to have. */
  readonly epochs: number;
  /** Steps done in the running epoch. */
  readonly step: number;
  /** Whether the epoch is in its steps, after them but before its evaluation, or done. */
  readonly phase: 'train' | 'evaluation' | 'done';
  /** What the epoch took until then. */
  readonly seconds: number;
  /** What callbacks have noted in the running epoch. */
  readonly logged: Readonly<Record<string, number>>;
  /** Why a callback ended the training, and whether it can decide that anew. */
  readonly ended?: { readonly message: string; readonly again: boolean } | undefined;
}

/** What changes with every draw and batch: small, and a copy, so that it can be kept while the training goes on. */
export interface Moment {
  readonly place: Place;
  readonly random: RandomStates;
  readonly generators: Readonly<Record<string, Uint8Array>>;
  readonly loaders: Readonly<Record<string, unknown>>;
  readonly callbacks: Readonly<Record<string, unknown>>;
  readonly running: unknown;
}

/** A checkpoint of fit, as its file has it: what `loadCheckpoint` reads, and a part of its own. */
export interface TrainingFile {
  readonly model: Record<string, Tensor>;
  readonly optimizer: unknown;
  readonly scheduler?: unknown;
  readonly rng_state: Tensor | Uint8Array;
  readonly generators?: Readonly<Record<string, Tensor | Uint8Array>>;
  readonly history: KeptHistory;
  readonly training: {
    readonly version: number;
    readonly place: Place;
    readonly setting: Setting;
    readonly notes: Setting;
    readonly extras: ModelExtras;
    readonly numbers: StateNumbers;
    readonly others: readonly Tensor[];
    readonly loss?: Record<string, Tensor>;
    readonly random: Readonly<Record<string, unknown>>;
    readonly loaders: Readonly<Record<string, unknown>>;
    readonly callbacks: Readonly<Record<string, unknown>>;
    readonly running?: unknown;
    readonly gradients?: Readonly<Record<string, Tensor>>;
  };
}

/** Of the layout of files. */
const VERSION = 1;

interface StatefulLoader {
  stateDict(): unknown;
  loadStateDict(state: unknown): void;
}

export function hasState(loader: unknown): loader is StatefulLoader {
  const { stateDict, loadStateDict } = (loader ?? {}) as Partial<StatefulLoader>;
  return typeof stateDict === 'function' && typeof loadStateDict === 'function';
}

/** The state of a loader: within the loop `batches`, or between two loops, whatever loops were left or never ended. */
function loaderState(loader: StatefulLoader, batches: object | undefined): unknown {
  const { stateDict } = (batches ?? {}) as Partial<StatefulLoader>;
  if (typeof stateDict === 'function') return stateDict.call(batches);
  const state = loader.stateDict();
  if (batches !== undefined || !(loader instanceof DataLoader)) return state;
  const { epoch, workers, ...between } = state as unknown as Record<string, unknown>;
  // Workers of a loop that nobody ends are no more than the loop, unless they stay for the next one.
  const stay = epoch === undefined || loader['workers']?.persistentWorkers === true;
  return workers === undefined || !stay ? between : { ...between, workers };
}

/** The loaders of a training by name, one that serves twice once. */
function loadersOf({ train, validation }: Parts): [string, Loader<unknown>][] {
  const out: [string, Loader<unknown>][] = [['train', train]];
  if (validation !== undefined && validation !== train) out.push(['validation', validation]);
  return out;
}

/** Callbacks that have a state, by name and place among those of that name. */
function statefulCallbacks(callbacks: readonly Callback[]): [string, Callback][] {
  const counts = new Map<string, number>();
  return callbacks.flatMap((callback): [string, Callback][] => {
    const name = callback.name ?? 'callback';
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return callback.stateDict ? [[`${name} ${count}`, callback]] : [];
  });
}

/** Takes what changes with every draw and batch. @param batches the loop over the train loader that runs. */
export function momentOf(
  parts: Parts,
  generators: Readonly<Record<string, Generator>>,
  place: Place,
  running: RunningScores | undefined,
  batches?: object,
): Moment {
  const inFile = (whose: string, value: unknown) => toFile(value, `fit: checkpoint: the state of ${whose}`);
  return {
    place,
    random: randomStates(),
    generators: Object.fromEntries(Object.entries(generators).map(([name, generator]) => [name, generator.getState()])),
    loaders: Object.fromEntries(
      loadersOf(parts).flatMap(([name, loader]) =>
        hasState(loader) ? [[name, inFile(`the ${name} loader`, loaderState(loader, name === 'train' ? batches : undefined))]] : [],
      ),
    ),
    callbacks: Object.fromEntries(
      statefulCallbacks(parts.callbacks).map(([name, callback]) => [name, inFile(`the callback ${name}`, callback.stateDict!())]),
    ),
    running: running && inFile('a metric', running.stateDict()),
  };
}

/** A moment with all that stays the same meanwhile. Tensors are those of the training itself. */
export function fileOf(
  parts: Parts,
  { setting, notes }: Record<'setting' | 'notes', Setting>,
  moment: Moment,
  history: History,
): TrainingFile {
  const { model, optimizer, plan, loss } = parts;
  const { place, random, generators, loaders, callbacks, running } = moment;
  const { default: shared, ...streams } = random;
  assertStateful('the optimizer', optimizer);
  if (plan) assertStateful('the scheduler', plan.scheduler);
  const ofLoss = loss instanceof Module ? loss.stateDict() : {};
  const scheduler = plan?.scheduler as unknown as { stateDict(): unknown } | undefined;
  return {
    model: model.stateDict(),
    optimizer:
      optimizer instanceof Optimizer
        ? optimizer.stateDict()
        : toFile((optimizer as { stateDict(): unknown }).stateDict(), 'fit: checkpoint: the state of the optimizer'),
    ...(scheduler && { scheduler: toFile(scheduler.stateDict(), 'fit: checkpoint: the state of the scheduler') }),
    rng_state: shared as Uint8Array,
    ...(Object.keys(generators).length > 0 && { generators }),
    history: historyToFile(history),
    training: {
      version: VERSION,
      place: toFile(place, 'fit: checkpoint: the place') as Place,
      setting,
      notes,
      extras: modelExtras(model),
      numbers: stateNumbers(optimizer),
      others: otherParameters(model, loss, optimizer),
      ...(Object.keys(ofLoss).length > 0 && { loss: ofLoss }),
      random: streams,
      loaders,
      callbacks,
      ...(running !== undefined && { running }),
    },
  };
}

/** Gives callbacks their state, before anything is told to them. */
export function restoreCallbacks({ callbacks }: Parts, { training }: TrainingFile, source: string): void {
  for (const [name, callback] of statefulCallbacks(callbacks)) {
    if (!Object.hasOwn(training.callbacks, name)) continue;
    try {
      callback.loadStateDict?.(fromFile(training.callbacks[name], source) as never);
    } catch (error) {
      throw new StateDictError(`fit: ${source}: the callback ${name} does not take its state: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

/** Gives a training the state of a file, all but callbacks, history and running scores. */
export function restore(parts: Parts, generators: Readonly<Record<string, Generator>>, file: TrainingFile, source: string): void {
  const { model, optimizer, plan, loss } = parts;
  const { training } = file;
  assertStateful('the optimizer', optimizer);
  if (plan) assertStateful('the scheduler', plan.scheduler);
  model.loadStateDict(file.model);
  restoreExtras(model, training.extras, source);
  if (loss instanceof Module && training.loss) loss.loadStateDict(training.loss);
  for (const [i, param] of otherParameters(model, loss, optimizer).entries())
    copyInto(param, training.others[i], `parameter ${i} outside the model`, source);
  optimizer.loadStateDict((optimizer instanceof Optimizer ? file.optimizer : fromFile(file.optimizer, source)) as never);
  restoreNumbers(optimizer, training.numbers);
  if (plan && file.scheduler !== undefined)
    (plan.scheduler as unknown as { loadStateDict(state: unknown): void }).loadStateDict(fromFile(file.scheduler, source));
  for (const [name, loader] of loadersOf(parts))
    if (hasState(loader) && Object.hasOwn(training.loaders, name)) loader.loadStateDict(fromFile(training.loaders[name], source));
  for (const [name, generator] of Object.entries(generators)) {
    const state = file.generators?.[name];
    if (state === undefined)
      throw new StateDictError(`fit: ${source} holds no generator ${name}. Name the generators that it was saved with.`);
    generator.setState(state);
  }
  restoreRandomStates({ default: file.rng_state, ...training.random });
}

/** Callbacks whose state is not in a file, or whose state is there but who are not here. */
export function strayCallbacks({ callbacks }: Parts, { training }: TrainingFile): { here: string[]; there: string[] } {
  const names = statefulCallbacks(callbacks).map(([name]) => name);
  const label = (name: string) => name.replace(/ 0$/, '');
  return {
    here: names.filter((name) => !Object.hasOwn(training.callbacks, name)).map(label),
    there: Object.keys(training.callbacks)
      .filter((name) => !names.includes(name))
      .map(label),
  };
}

/**
 * What was read, if it is the file of a training.
 * @throws {FormatError} that says what it is instead, or what of it is damaged.
 */
export function checkedFile(read: unknown, source: string): { file: TrainingFile; history: History } {
  const fail = (what: string): never => {
    throw new FormatError(`fit: ${source}: ${what}`);
  };
  if (!isRecord(read)) return fail('it is no checkpoint of fit, but one value. Give the path of a checkpoint.');
  const { training } = read;
  if (!isRecord(training))
    return fail(
      isRecord(read['model']) && 'rng_state' in read
        ? 'it was made by saveCheckpoint and does not say where in a training it was. Load it with loadCheckpoint, then call fit without resume.'
        : `it is no checkpoint of fit: it holds ${Object.keys(read).slice(0, 8).join(', ') || 'nothing'}. Give the path of a checkpoint, or load its parts with load.`,
    );
  if (training['version'] !== VERSION)
    return fail(`its layout is of version ${show(training['version'])}, expected ${VERSION}: it was written by another version of Hone.`);
  const damaged = (what: string) => fail(`its ${what} is not what fit writes. Delete the file to start anew.`);
  const place: unknown = training['place'];
  if (!isRecord(place)) return damaged('place');
  const { epoch, epochs, step, phase, seconds, logged, ended } = place;
  const counts = [epoch, epochs, step];
  if (!counts.every((n) => Number.isSafeInteger(n) && (n as number) >= 0) || typeof seconds !== 'number') return damaged('place');
  if (phase !== 'train' && phase !== 'evaluation' && phase !== 'done') return damaged('place');
  if (phase !== 'done' && epoch === 0) return damaged('place');
  if (!isRecord(logged) || !Object.values(logged).every((value) => typeof value === 'number')) return damaged('place');
  if (ended !== undefined && !(isRecord(ended) && typeof ended['message'] === 'string')) return damaged('place');
  for (const name of ['setting', 'notes', 'extras', 'random', 'loaders', 'callbacks']) if (!isRecord(training[name])) return damaged(name);
  for (const name of ['numbers', 'others']) if (!Array.isArray(training[name])) return damaged(name);
  const extras = training['extras'] as Record<string, unknown>;
  if (!['evaluating', 'frozen'].every((name) => isTexts(extras[name]))) return damaged('extras');
  if (!['buffers', 'fields', 'generators'].every((name) => isRecord(extras[name]))) return damaged('extras');
  if (!Object.values(extras['fields'] as object).every(isRecord)) return damaged('extras');
  if (!(training['numbers'] as unknown[]).every(isRecord)) return damaged('numbers');
  if (!isTensors(read['model']) || (training['loss'] !== undefined && !isTensors(training['loss']))) return damaged('model');
  if (!isRecord(read['optimizer']) || !isRecord(read['history'])) return damaged('optimizer or history');
  const states = [
    read['rng_state'],
    ...Object.values((read['generators'] ?? {}) as object),
    ...Object.values(extras['generators'] as object),
  ];
  for (const state of states) {
    try {
      new Generator(0).setState(state as Tensor);
    } catch {
      return damaged('state of a generator');
    }
  }
  const file = read as unknown as TrainingFile;
  return { file, history: historyFrom(file.history, 'fit', source) };
}

const isTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isTensors = (value: unknown) => isRecord(value) && Object.values(value).every((one) => one instanceof Tensor);
