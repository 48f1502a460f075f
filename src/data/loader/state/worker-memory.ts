/** Where the workers of a loader stand: what each remembers after the batches that were given out, and what it was asked for since. */
import { StateDictError } from '../../../errors.js';
import type { TypedArray } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { type Crossing, Maker, Packer, tensorOf } from '../workers/crossing.js';
import type { Wanted } from '../workers/messages.js';
import type { RandomSnapshot } from './random-snapshot.js';
import { broken, readCount, readList, readPart } from './stateful.js';
import type { StreamState } from './stream.js';

/** What a worker's next batches follow from. */
export interface Memory {
  /** Its random numbers. */
  readonly random: RandomSnapshot;
  /** The streams that loops read there. */
  readonly readers: readonly { readonly loop: number; readonly stream: StreamState }[];
  /** The state of its data set, where that has one. */
  readonly dataset?: unknown;
}

/** A batch that a worker was asked for. */
export interface TaskState {
  readonly worker: number;
  /** Whether the loop that the state is of waits for it; otherwise its random numbers were drawn for nobody. */
  readonly awaited: boolean;
  /** Samples by their numbers; */
  readonly indices?: readonly number[];
  /** or the stream that a loop reads. */
  readonly loop?: number;
}

/** All workers together. */
export interface WorkersState {
  /** What they were seeded from, in decimals. */
  readonly seed: string;
  /** How many loops have read their streams. */
  readonly loops: number;
  /** Of each worker, after its last batch that was given out; null before the first. */
  readonly memories: readonly (Memory | null)[];
  /** What they were asked for since, in this order. */
  readonly tasks: readonly TaskState[];
}

/** @throws {StateDictError} for anything but the state of that many workers. @param stream whether they read streams. */
export function readWorkersState(value: unknown, numWorkers: number, stream: boolean): WorkersState {
  const { seed, loops, memories, tasks } = readPart('the state of the workers', value);
  if (typeof seed !== 'string' || !/^\d{1,20}$/.test(seed)) throw broken("the workers' seed", seed, 'the digits of a number');
  readCount('the count of loops', loops);
  const known = readList('what the workers remember', memories);
  if (known.length !== numWorkers) throw broken('what the workers remember', known, `a list of ${numWorkers}`);
  for (const memory of known) if (memory !== null) readPart('what a worker remembers', memory);
  for (const task of readList('what the workers were asked for', tasks)) {
    const { worker, indices, loop } = readPart('what a worker was asked for', task);
    if (readCount('the number of a worker', worker) >= numWorkers)
      throw broken('the number of a worker', worker, `one below ${numWorkers}`);
    if (stream) readCount('the number of a loop', loop);
    else
      for (const i of readList('the numbers of samples', indices))
        if (!Number.isSafeInteger(i)) throw broken('the number of a sample', i, 'a whole number');
  }
  return value as WorkersState;
}

/** For another thread. @throws {StateDictError} for the state of a data set that cannot go there. */
export function packMemory(memory: Memory): Crossing {
  const packer = new Packer({
    numbers: (x) => toTypedArray(x) as TypedArray,
    refuse: (place, what) =>
      new StateDictError(
        `DataLoader: ${place} is ${what}, which cannot cross between threads. Let stateDict() give plain data and tensors.`,
      ),
    plain: true,
  });
  return packer.pack(memory, "the worker's state");
}

/** What {@link packMemory} packed. */
export const unpackMemory = (packed: Crossing): Memory => new Maker(tensorOf).make(packed) as Memory;

interface Asked {
  readonly number: number;
  readonly worker: number;
  readonly wanted: Wanted;
  /** The loop that waits for it. */
  readonly owner: object;
  over: boolean;
  memory: Crossing | undefined;
}

/** What the workers were asked for, and what they remembered then. Each works in the order in which it was asked. */
export class Tracks {
  private readonly memories: (Crossing | undefined)[];
  private readonly asked: Asked[] = [];

  constructor(memories: readonly (Crossing | undefined)[]) {
    this.memories = [...memories];
  }

  ask(number: number, worker: number, wanted: Wanted, owner: object): void {
    this.asked.push({ number, worker, wanted, owner, over: false, memory: undefined });
  }

  /** A batch was given out, or nobody wants it any more. @param memory what its worker remembers then; undefined where that is as before. */
  over(number: number, memory: Crossing | undefined): void {
    const { asked, memories } = this;
    const task = asked.find((one) => one.number === number);
    if (!task) return;
    Object.assign(task, { over: true, memory });
    const blocked = new Set<number>();
    let kept = 0;
    for (const one of asked) {
      if (one.over && !blocked.has(one.worker)) memories[one.worker] = one.memory ?? memories[one.worker];
      else {
        blocked.add(one.worker);
        asked[kept++] = one;
      }
    }
    asked.length = kept;
  }

  /** As the loop `owner` sees it. */
  state(owner: object | undefined): Pick<WorkersState, 'memories' | 'tasks'> {
    return {
      memories: this.memories.map((packed) => (packed ? unpackMemory(packed) : null)),
      tasks: this.asked.map(({ worker, wanted, owner: whose, over }) => ({
        worker,
        awaited: !over && whose === owner,
        ...('indices' in wanted ? { indices: [...wanted.indices] } : { loop: wanted.loop }),
      })),
    };
  }
}
