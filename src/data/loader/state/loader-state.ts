/** The state of a DataLoader: what it holds, and how one that is given is read. */
import { StateDictError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { NumberDType } from '../../number-rule.js';
import { readTurns, type TurnsState } from '../workers/epoch.js';
import type { OrderState } from './order.js';
import { type RandomSnapshot, type Roots, readSnapshot } from './random-snapshot.js';
import { broken, readCount, readPart } from './stateful.js';
import type { StreamState } from './stream.js';
import { readWorkersState, type WorkersState } from './worker-memory.js';

/** What tells one loader from another: a state fits where these are the same. */
export interface LoaderShape {
  /** How many samples the data set has; undefined for a stream. */
  readonly samples: number | undefined;
  readonly batchSize: number | undefined;
  readonly dropLast: boolean;
  /** What gives the order: `RandomSampler`, `a list`, `a stream`, … */
  readonly order: string;
  readonly numWorkers: number;
}

/** How errors call them. */
const NAMES: Readonly<Record<keyof LoaderShape, string>> = {
  samples: 'samples in the data set',
  batchSize: 'batchSize',
  dropLast: 'dropLast',
  order: 'order',
  numWorkers: 'numWorkers',
};

/** A loop over a loader, between two batches. */
export interface EpochState {
  /** Batches that were given out. */
  readonly batches: number;
  /** Where the sampler stands; undefined before its first number was asked for. */
  readonly order?: OrderState;
  /** Where the iterable data set stands. */
  readonly stream?: StreamState;
  /** Whose turn it is among the workers. */
  readonly turns?: TurnsState;
}

/**
 * What `stateDict()` of a {@link DataLoader} gives: the place in the running epoch, and the random numbers. Plain data and typed arrays, as `save`
 * takes them to a .pth; nobody but `loadStateDict` need look into it.
 */
export interface DataLoaderState {
  /** Of this form. */
  readonly version: 1;
  /** The loader that it is of. */
  readonly loader: Partial<LoaderShape>;
  /** The default generator, what goes beside it, and generators that the loader, its sampler and its data set hold. */
  readonly random: RandomSnapshot;
  /** What the data set's numbers became, by their places in its samples. */
  readonly numbers: Readonly<Record<string, NumberDType>>;
  /** The data set's own state, where it has one. */
  readonly dataset?: unknown;
  /** The sampler's own state, where it has one. */
  readonly sampler?: unknown;
  /** The running epoch; undefined between epochs. */
  readonly epoch?: EpochState;
  /** The workers, where there are any. */
  readonly workers?: WorkersState;
}

/** @throws {StateDictError} for what no loader gave, and for the state of a loader of another kind, with what differs. */
export function readLoaderState(value: unknown, shape: LoaderShape, roots: Roots): DataLoaderState {
  const state = readPart('the state', value);
  if (state.version !== 1) throw broken('its version', state.version, '1');
  const then = readPart('its loader', state.loader);
  const said = (x: unknown) => (x === undefined ? 'none' : String(x));
  const differences = (Object.keys(NAMES) as (keyof LoaderShape)[])
    .filter((name) => then[name] !== shape[name])
    .map((name) => `${NAMES[name]}: ${said(then[name])} then, ${said(shape[name])} here`);
  if (differences.length > 0)
    throw new StateDictError(
      `DataLoader.loadStateDict: the state is of another loader (${differences.join('; ')}). Make the loader as it was made then. Nothing was changed.`,
    );
  if (shape.numWorkers > 0 && state.epoch !== undefined && state.workers === undefined)
    throw broken('the state of the workers', undefined, 'an object');
  const numbers = readPart('what numbers became', state.numbers);
  const odd = Object.entries(numbers).find(([, dtype]) => dtype !== 'int64' && dtype !== 'float32');
  if (odd) throw broken(`what numbers became at ${odd[0]}`, odd[1], "'int64' or 'float32'");
  return {
    version: 1,
    loader: then as Partial<LoaderShape>,
    random: readSnapshot('the random numbers', state.random, roots),
    numbers: numbers as Record<string, NumberDType>,
    ...('dataset' in state && { dataset: state.dataset }),
    ...('sampler' in state && { sampler: state.sampler }),
    ...(state.epoch !== undefined && { epoch: readEpoch(state.epoch, shape.numWorkers > 0) }),
    ...(state.workers !== undefined && { workers: readWorkersState(state.workers, shape.numWorkers, shape.samples === undefined) }),
  };
}

/** What a loader's order is called in its shape. */
export function orderName(batches: Iterable<readonly number[]> | undefined): string {
  if (batches === undefined) return 'a stream';
  const { sampler, batchSize, dropLast } = batches as { sampler?: Iterable<number>; batchSize?: number; dropLast?: boolean };
  const name = nameOf(batches);
  return name === 'BatchSampler' && sampler ? `${nameOf(sampler)} by ${batchSize}${dropLast ? ', full ones' : ''}` : name;
}

/** The name of a class that sets it; those of others change from build to build. */
function nameOf(source: object): string {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return 'a list';
  return Object.hasOwn(source.constructor ?? Object, 'className') ? classNameOf(source) : 'a sampler of your own';
}

function readEpoch(value: unknown, workers: boolean): EpochState {
  const epoch = readPart('the epoch', value);
  readCount('the count of batches', epoch.batches);
  if (workers) readTurns(epoch.turns);
  return epoch as unknown as EpochState;
}
