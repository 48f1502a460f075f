/** The program of a worker of a DataLoader: it makes its own data set, and answers with batches in the order in which they are asked for. */
import '#host';
import '../../../ops/methods/methods.js';
import { setEngine, setNumThreads } from '../../../engine/select.js';
import { hostThreads } from '../../../engine/tasks/threads.js';
import { ArgumentError } from '../../../errors.js';
import { defaultGenerator } from '../../../tensor/create/random.js';
import type { MapDataset } from '../../datasets/dataset.js';
import { importDefault } from '../../datasets/module-dataset.js';
import { NumberRule } from '../../number-rule.js';
import { collateBy } from '../collate.js';
import { loadBatch } from './load-batch.js';
import type { Answer, PackedError, Setup, Task } from './messages.js';
import { disposeAll, pack } from './packing.js';
import { follow } from './recipe.js';
import { setWorkerInfo } from './worker-info.js';

const parent = hostThreads('DataLoader').parent();
let source: Promise<MapDataset<unknown>> | undefined;
let before: Promise<void> = Promise.resolve();

parent.receive((message) => {
  const task = message as Setup | Task;
  if (task.kind === 'setup') {
    source = setUp(task);
    source.catch(() => {}); // each task says so
  } else {
    before = before.then(() => answer(task));
  }
});

async function setUp({ id, numWorkers, seed, numbers, engine, recipe, initUrl }: Setup): Promise<MapDataset<unknown>> {
  setEngine(engine);
  // The workers are what computes side by side.
  setNumThreads(1);
  defaultGenerator().manualSeed(seed);
  defaultGenerator().follow(numbers);
  setWorkerInfo({ id, numWorkers, seed, dataset: undefined });
  const dataset = await follow(recipe);
  setWorkerInfo({ id, numWorkers, seed, dataset });
  if (initUrl !== undefined) {
    const init = await importDefault('DataLoader: workerInitFn', initUrl);
    if (typeof init !== 'function') throw new ArgumentError(`DataLoader: the default export of ${initUrl} (workerInitFn) is no function.`);
    await (init as (id: number) => unknown)(id);
  }
  return dataset;
}

async function answer({ number, indices }: Task): Promise<void> {
  let index: number | undefined;
  try {
    // Each batch on its own: the loader decides for all workers together.
    const rule = new NumberRule(undefined);
    const asked = (i: number | undefined) => {
      index = i;
    };
    const batch = await loadBatch(await source!, indices, true, (samples) => collateBy(rule, samples), asked);
    const moved: ArrayBuffer[] = [];
    const packed = pack(batch, moved, rule);
    disposeAll(batch);
    parent.post({ number, batch: packed } satisfies Answer, moved);
  } catch (error) {
    parent.post({ number, error: packError(error), index } satisfies Answer);
  }
}

function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  return { name: error.name, message: error.message, stack: error.stack };
}
