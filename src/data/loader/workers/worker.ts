/** The program of a worker of a DataLoader: it makes its own data set, and answers with batches in the order in which they are asked for. */
import '#host';
import '../../../ops/methods/methods.js';
import { setEngine, setNumThreads } from '../../../engine/select.js';
import { parentThread } from '../../../engine/tasks/threads.js';
import { isSealed, setWasmUrl } from '../../../engine/wasm-source.js';
import { ArgumentError } from '../../../errors.js';
import { show } from '../../../tensor/arguments/show.js';
import { defaultGenerator } from '../../../tensor/create/random.js';
import { ChainDataset, ConcatDataset, StackDataset } from '../../datasets/combined.js';
import { ArrayDataset, asDataset, type DatasetLike, isStream, type MapDataset, type MaybePromise } from '../../datasets/dataset.js';
import { importExport } from '../../datasets/module-dataset.js';
import { Subset } from '../../datasets/subset.js';
import { TensorDataset } from '../../datasets/tensor-dataset.js';
import { NumberRule } from '../../number-rule.js';
import { LabelEncoder } from '../../preprocessing/label-encoder.js';
import { MinMaxScaler } from '../../preprocessing/min-max-scaler.js';
import { OneHotEncoder } from '../../preprocessing/one-hot-encoder.js';
import { RobustScaler } from '../../preprocessing/robust-scaler.js';
import { StandardScaler } from '../../preprocessing/standard-scaler.js';
import { collateBy } from '../collate.js';
import { crossedFunctions, knowClasses, unpacked } from './crossing.js';
import { type Collate, LEFT_OUT, loadBatch } from './load-batch.js';
import type { Answer, Function, Leave, PackedError, Setup, Task, Wanted } from './messages.js';
import { packBatch } from './packing.js';
import { setWorkerInfo } from './worker-info.js';

knowClasses([ArrayDataset, ChainDataset, ConcatDataset, StackDataset, Subset, TensorDataset]);
knowClasses([LabelEncoder, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler]);

/** What a worker loads from. */
interface Work {
  readonly dataset: MapDataset<unknown> | Iterable<unknown> | AsyncIterable<unknown>;
  /** The user's; undefined where Hone collates. */
  readonly collate: ((samples: unknown[]) => unknown) | undefined;
}

const parent = parentThread();
/** The streams that loops read here. */
const readers = new Map<number, StreamReader>();
let work: Promise<Work> | undefined;
let before: Promise<unknown> = Promise.resolve();

parent.receive((message) => {
  const said = message as Setup | Task | Leave;
  if (said.kind === 'setup') {
    work = setUp(said);
    work.catch(() => {}); // each task says so
  } else if (said.kind === 'task') {
    before = before.then(() => answer(said));
  } else {
    before = before.then(() => leave(said.loop));
  }
});

async function setUp({ id, numWorkers, seed, numbers, engine, wasm, dataset: packet, collate, init }: Setup): Promise<Work> {
  if (wasm !== undefined && !isSealed()) setWasmUrl(wasm);
  setEngine(engine);
  // The workers are what computes side by side.
  setNumThreads(1);
  defaultGenerator().manualSeed(seed);
  defaultGenerator().follow(numbers);
  setWorkerInfo({ id, numWorkers, seed, dataset: undefined });
  const made = await unpacked(packet);
  const dataset = isStream(made) ? made : asDataset(made as DatasetLike<unknown>, 'DataLoader');
  setWorkerInfo({ id, numWorkers, seed, dataset: dataset as DatasetLike<unknown> });
  if (init) await (await functionOf('workerInitFn', init))(id);
  return { dataset, collate: collate && (await functionOf('collate', collate)) };
}

async function functionOf(name: string, from: Function): Promise<(argument: unknown) => unknown> {
  const found = 'url' in from ? await importExport(`DataLoader: ${name}`, from.url) : await unpacked(from.packet);
  if (typeof found !== 'function')
    throw new ArgumentError(`DataLoader: ${name} is ${show(found)}${'url' in from ? ` in ${from.url}` : ''}, expected a function.`);
  return found as (argument: unknown) => unknown;
}

async function answer({ number, wanted }: Task): Promise<void> {
  let index: number | undefined;
  try {
    const { dataset, collate } = await work!;
    // Each batch on its own: the loader decides for all workers together.
    const rule = new NumberRule(undefined);
    const make: Collate<unknown, unknown> = collate
      ? (samples) => collate(samples)
      : (samples, nameOf): MaybePromise<unknown> => collateBy(rule, samples, nameOf);
    const skipped: [number, string][] = [];
    let batch: unknown;
    if ('indices' in wanted) {
      batch = await loadBatch(dataset as MapDataset<unknown>, wanted.indices, collate === undefined, make, {
        asked: (i) => {
          index = i;
        },
        skipped: (i, message) => skipped.push([i, message]),
      });
      if (batch === LEFT_OUT) {
        parent.post({ number, leftOut: true, skipped } satisfies Answer);
        return;
      }
    } else {
      const samples = await nextSamples(dataset as Iterable<unknown>, wanted);
      if (!samples) {
        parent.post({ number, ended: true } satisfies Answer);
        return;
      }
      batch = await make(samples, () => undefined);
    }
    const moved: ArrayBuffer[] = [];
    const packed = packBatch(batch, moved, rule, isFresh(collate, 'indices' in wanted ? (dataset as MapDataset<unknown>) : undefined));
    parent.post({ number, batch: packed, skipped } satisfies Answer, moved);
  } catch (error) {
    parent.post({ number, error: packError(error), index } satisfies Answer);
  }
}

/** Whether nobody keeps the tensors of a batch: Hone's collating copies, the user's function may not, and of its own batches the data set says so. */
const isFresh = (collate: unknown, dataset: MapDataset<unknown> | undefined): boolean =>
  collate === undefined && (dataset?.getBatch === undefined || dataset.makesFreshBatches === true);

function nextSamples(
  stream: Iterable<unknown> | AsyncIterable<unknown>,
  { loop, batchSize, dropLast }: Exclude<Wanted, { indices: unknown }>,
): Promise<unknown[] | undefined> {
  let reader = readers.get(loop);
  if (!reader) {
    reader = new StreamReader(stream);
    readers.set(loop, reader);
  }
  return reader.next(batchSize, dropLast);
}

async function leave(loop: number): Promise<void> {
  const reader = readers.get(loop);
  readers.delete(loop);
  try {
    await reader?.leave();
  } catch {
    // Nobody waits for an answer any more.
  }
}

/** Anything may be thrown, also what has no text. */
function thrownText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return show(value);
  }
}

function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: thrownText(error), stack: undefined };
  const { name, message, stack } = error;
  if (!(error instanceof ReferenceError) || crossedFunctions.length === 0) return { name, message, stack };
  const hint = `${message}. Functions cross to a worker as their text (here ${crossedFunctions.slice(0, 3).join(', ')}) and see only their arguments and what is global there. Let a module make what needs more: await ModuleDataset.load(new URL('./module.js', import.meta.url)).`;
  return { name, message: hint, stack };
}

/** A stream, read batch by batch. */
class StreamReader {
  private readonly iterator: Iterator<unknown> | AsyncIterator<unknown>;
  private ended = false;

  constructor(stream: Iterable<unknown> | AsyncIterable<unknown>) {
    this.iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  }

  /** The next samples, as many as there are; undefined where none is left, or too few of them. */
  async next(count: number, dropLast: boolean): Promise<unknown[] | undefined> {
    const samples: unknown[] = [];
    while (!this.ended && samples.length < count) {
      const { done, value } = await this.iterator.next();
      if (done) this.ended = true;
      else samples.push(await value);
    }
    return samples.length === 0 || (dropLast && samples.length < count) ? undefined : samples;
  }

  /** Lets the stream close what it has open. */
  async leave(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.iterator.return?.();
  }
}
