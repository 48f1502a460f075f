/** The program of a worker of a DataLoader: it makes its own data set, and answers with batches in the order in which they are asked for. */
import '#host';
import '../../../ops/methods/methods.js';
import { setEngine, setNumThreads } from '../../../engine/select.js';
import { parentThread } from '../../../engine/tasks/threads.js';
import { isSealed, setWasmUrl } from '../../../engine/wasm/wasm-source.js';
import { ArgumentError } from '../../../errors.js';
import { type PackedError, packError } from '../../../tensor/arguments/packed-error.js';
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
import { Remembering } from '../state/remembering.js';
import { crossedFunctions, knowClasses, unpacked } from './crossing.js';
import { type Collate, LEFT_OUT, loadBatch } from './load-batch.js';
import type { Answer, Function, Leave, Result, Setup, Task, Wanted } from './messages.js';
import { packBatch } from './packing.js';
import { setWorkerInfo } from './worker-info.js';

knowClasses([ArrayDataset, ChainDataset, ConcatDataset, StackDataset, Subset, TensorDataset]);
knowClasses([LabelEncoder, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler]);

/** What a worker loads from. */
interface Work {
  readonly dataset: MapDataset<unknown> | Iterable<unknown> | AsyncIterable<unknown>;
  /** The user's; undefined where Hone collates. */
  readonly collate: ((samples: unknown[]) => unknown) | undefined;
  readonly remembering: Remembering;
}

const parent = parentThread();
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

async function setUp({ id, numWorkers, seed, numbers, engine, wasm, dataset: packet, collate, init, memory }: Setup): Promise<Work> {
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
  const remembering = new Remembering(dataset);
  if (memory) remembering.restore(memory);
  return { dataset, collate: collate && (await functionOf('collate', collate)), remembering };
}

async function functionOf(name: string, from: Function): Promise<(argument: unknown) => unknown> {
  const found = 'url' in from ? await importExport(`DataLoader: ${name}`, from.url) : await unpacked(from.packet);
  if (typeof found !== 'function')
    throw new ArgumentError(`DataLoader: ${name} is ${show(found)}${'url' in from ? ` in ${from.url}` : ''}, expected a function.`);
  return found as (argument: unknown) => unknown;
}

async function answer({ number, wanted }: Task): Promise<void> {
  const moved: ArrayBuffer[] = [];
  const result = await resultOf(wanted, moved);
  const { remembering } = (await work!.catch(() => undefined)) ?? {};
  let said: Answer;
  try {
    said = { ...result, number, memory: remembering?.changed() };
  } catch (error) {
    said = { error: hinted(error), index: undefined, number, memory: undefined };
  }
  parent.post(said, moved);
}

async function resultOf(wanted: Wanted, moved: ArrayBuffer[]): Promise<Result> {
  let index: number | undefined;
  try {
    const { dataset, collate, remembering } = await work!;
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
      if (batch === LEFT_OUT) return { leftOut: true, skipped };
    } else {
      const samples = await nextSamples(remembering, wanted);
      if (!samples) return { ended: true };
      batch = await make(samples, () => undefined);
    }
    return {
      batch: packBatch(batch, moved, rule, isFresh(collate, 'indices' in wanted ? (dataset as MapDataset<unknown>) : undefined)),
      skipped,
    };
  } catch (error) {
    return { error: hinted(error), index };
  }
}

/** Whether nobody keeps the tensors of a batch: Hone's collating copies, the user's function may not, and of its own batches the data set says so. */
const isFresh = (collate: unknown, dataset: MapDataset<unknown> | undefined): boolean =>
  collate === undefined && (dataset?.getBatch === undefined || dataset.makesFreshBatches === true);

/** The next samples of a stream, as many as there are; undefined where none is left, or too few of them. */
async function nextSamples(
  remembering: Remembering,
  { loop, batchSize, dropLast }: Exclude<Wanted, { indices: unknown }>,
): Promise<unknown[] | undefined> {
  const reader = remembering.reader(loop);
  const samples: unknown[] = [];
  while (samples.length < batchSize) {
    const { done, value } = await reader.next();
    if (done) break;
    samples.push(await value);
  }
  return samples.length === 0 || (dropLast && samples.length < batchSize) ? undefined : samples;
}

async function leave(loop: number): Promise<void> {
  try {
    await (await work)?.remembering.leave(loop);
  } catch {
    // Nobody waits for an answer any more.
  }
}

/** An error, with a hint where a function has been taken out of the program that it needs. */
function hinted(error: unknown): PackedError {
  const packed = packError(error);
  if (!(error instanceof ReferenceError) || crossedFunctions.length === 0) return packed;
  const hint = `${packed.message}. Functions cross to a worker as their text (here ${crossedFunctions.slice(0, 3).join(', ')}) and see only their arguments and what is global there. Let a module make what needs more: await ModuleDataset.load(new URL('./module.js', import.meta.url)).`;
  return { ...packed, message: hint };
}
