/** The workers of a loader. */
import { engineForWorkers } from '#host';
import { startLoaderWorker } from '#threads';
import { loadedEngine } from '../../../engine/engine.js';
import type { Thread } from '../../../engine/tasks/threads.js';
import { ArgumentError, WorkerError } from '../../../errors.js';
import { unpackError } from '../../../tensor/arguments/packed-error.js';
import { defaultGenerator } from '../../../tensor/create/random.js';
import type { MapDataset } from '../../datasets/dataset.js';
import { numberRuleOf } from '../../number-rule.js';
import { packMemory, Tracks, type WorkersState } from '../state/worker-memory.js';
import { packet } from './crossing.js';
import type { Answer, Function, Leave, Setup, Task, Wanted } from './messages.js';
import { dropBatch, unpackBatch } from './packing.js';

/** Milliseconds: timers of a longer time end at once. It is almost a month. */
const LONGEST = 2 ** 31 - 1;

/** How a loader works with its workers. */
export interface WorkerSettings {
  readonly numWorkers: number;
  /** Batches that each worker is asked for ahead. */
  readonly prefetchFactor: number;
  /** Seconds to wait for a batch; 0: as long as it takes. */
  readonly timeout: number;
  readonly persistentWorkers: boolean;
  /** What each worker calls with its number first: a function that crosses, or the address of one. */
  readonly init: CallableFunction | string | undefined;
  /** What each worker makes batches with; undefined where Hone does. */
  readonly collate: CallableFunction | string | undefined;
}

interface Asked {
  readonly worker: number;
  readonly wanted: Wanted;
}

/** A batch; or that nothing is left of it; or that a worker has come to the end of its stream. */
export type Loaded = { readonly value: unknown } | { readonly leftOut: true } | { readonly ended: true };

const packFunction = (f: CallableFunction | string | undefined, what: string): Function | undefined =>
  f === undefined ? undefined : typeof f === 'string' ? { url: f } : { packet: packet(f, what) };

const samplesOf = (wanted: Wanted): string =>
  'indices' in wanted ? `samples [${wanted.indices.join(', ')}]` : `the next ${wanted.batchSize} samples of its stream`;

const indicesOf = (wanted: Wanted | undefined): readonly number[] => (wanted && 'indices' in wanted ? wanted.indices : []);

/** Worker threads that make batches of one data set. */
export class WorkerPool {
  private readonly threads: Thread[] = [];
  /** Tasks without an answer, in the order in which they were given. */
  private readonly open = new Map<number, Asked>();
  private readonly answers = new Map<number, Answer>();
  private failure: WorkerError | undefined;
  private stopped = false;
  /** Those who wait for a batch: several loops may run side by side. */
  private readonly waiting = new Set<() => void>();
  private count = 0;
  private loops: number;
  private readonly tracks: Tracks;

  /**
   * @param from where the workers go on; then the caller asks them for what they were asked for.
   * @throws {ArgumentError} for a data set that cannot cross to another thread.
   */
  constructor(
    readonly dataset: object,
    readonly settings: WorkerSettings,
    private readonly baseSeed: bigint,
    from?: WorkersState,
  ) {
    this.loops = from?.loops ?? 0;
    const memories = Array.from({ length: settings.numWorkers }, (_, id) => from?.memories[id] ?? undefined).map(
      (memory) => memory && packMemory(memory),
    );
    this.tracks = new Tracks(memories);
    const { numWorkers } = settings;
    const crossing = {
      dataset: packet(dataset, 'the dataset'),
      collate: packFunction(settings.collate, 'collate'),
      init: packFunction(settings.init, 'workerInitFn'),
    };
    const { name: engine } = loadedEngine();
    const { numbers } = defaultGenerator();
    const wasm = engineForWorkers();
    try {
      for (let id = 0; id < numWorkers; id++) {
        const thread = startLoaderWorker(`DataLoader worker ${id}`, {
          message: (message) => this.take(message as Answer),
          end: (error, code) => this.lose(id, error, code),
        });
        this.threads.push(thread);
        // PyTorch's rule: a seed for each.
        const seed = BigInt.asUintN(64, baseSeed + BigInt(id));
        const memory = memories[id];
        thread.post({ kind: 'setup', id, numWorkers, seed, numbers, engine, wasm, memory, ...crossing } satisfies Setup);
      }
    } catch (error) {
      void this.stop();
      if ((error as Error).name === 'DataCloneError')
        throw new ArgumentError(
          `DataLoader: the dataset cannot cross to another thread: ${(error as Error).message} Let a module make it, with arguments that structured clone copies.`,
          { cause: error },
        );
      throw error;
    }
  }

  /** Whether it can give batches. */
  get alive(): boolean {
    return !this.stopped && this.failure === undefined;
  }

  /** A number for a loop that reads the workers' streams. */
  newLoop(): number {
    return this.loops++;
  }

  /** Lets the workers forget a loop's streams. */
  leaveLoop(loop: number): void {
    if (this.alive) for (const thread of this.threads) thread.post({ kind: 'leave', loop } satisfies Leave);
  }

  /** Where the workers stand, as the loop `owner` sees it. */
  state(owner: object | undefined): WorkersState {
    return { seed: String(this.baseSeed), loops: this.loops, ...this.tracks.state(owner) };
  }

  /** Asks a worker for a batch; gives the number of the task. @param owner the loop that waits for it. */
  ask(worker: number, wanted: Wanted, owner: object): number {
    const number = this.count++;
    this.tracks.ask(number, worker, wanted, owner);
    this.open.set(number, { worker, wanted });
    if (this.alive) this.threads[worker]!.post({ kind: 'task', number, wanted } satisfies Task);
    return number;
  }

  /**
   * The batch of a task; undefined when the loop was left meanwhile.
   * @throws {WorkerError} when the worker threw, died, or did not answer in time.
   */
  async batch(number: number): Promise<Loaded | undefined> {
    const task = this.open.get(number);
    if (task) await this.arrival(number);
    if (!task || !this.open.has(number)) {
      // Another loop of these workers may have met it, and stopped them.
      if (this.stopped && this.failure) throw this.failure;
      return undefined;
    }
    const { worker, wanted } = task;
    const found = this.answers.get(number);
    if (!found) throw this.failure!;
    this.open.delete(number);
    this.answers.delete(number);
    this.tracks.over(number, found.memory);
    if ('ended' in found) return { ended: true };
    if ('skipped' in found)
      for (const [i, message] of found.skipped) (this.dataset as Partial<MapDataset<unknown>>).noteSkipped?.(i, message);
    if ('leftOut' in found) return { leftOut: true };
    if ('batch' in found) return { value: unpackBatch(found.batch, numberRuleOf(this.dataset)) };
    const { error, index } = found;
    const name = index === undefined ? undefined : (this.dataset as Partial<MapDataset<unknown>>).nameOf?.(index);
    const file = name === undefined || error.message.includes(name) ? '' : ` (${name})`;
    const which = index === undefined ? samplesOf(wanted) : `sample ${index}${file}`;
    throw new WorkerError(`DataLoader: worker ${worker} could not load ${which}: ${error.name}: ${error.message}`, {
      worker,
      indices: indicesOf(wanted),
      index,
      cause: unpackError(error),
    });
  }

  private async arrival(number: number): Promise<void> {
    const { timeout } = this.settings;
    const late = timeout > 0 ? setTimeout(() => this.expire(number), Math.min(1000 * timeout, LONGEST)) : undefined;
    // Only while somebody waits do the workers keep the process alive.
    if (this.waiting.size === 0) for (const thread of this.threads) thread.hold();
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.alive && this.open.has(number) && !this.answers.has(number)) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
    clearTimeout(late);
    if (this.waiting.size === 0 && !this.stopped) for (const thread of this.threads) thread.release();
  }

  /** What is still to come of these tasks will not be asked for. */
  drop(numbers: readonly number[]): void {
    for (const number of numbers) this.forget(number);
    this.wake();
  }

  /** Stops the workers, wherever they are. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    for (const number of [...this.open.keys()]) this.forget(number);
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }

  private forget(number: number): void {
    this.open.delete(number);
    const answer = this.answers.get(number);
    this.answers.delete(number);
    if (!answer) return;
    this.tracks.over(number, answer.memory);
    drop(answer);
  }

  private take(answer: Answer): void {
    // Of a loop that was left.
    if (this.stopped || !this.open.has(answer.number)) {
      this.tracks.over(answer.number, answer.memory);
      drop(answer);
      return;
    }
    this.answers.set(answer.number, answer);
    this.wake();
  }

  private lose(worker: number, error: unknown, code: number): void {
    if (this.stopped) return;
    const [, asked] = [...this.open].find(([number, task]) => task.worker === worker && !this.answers.has(number)) ?? [];
    const indices = indicesOf(asked?.wanted);
    const where = asked ? ` while it loaded ${samplesOf(asked.wanted)}` : '';
    const why = error instanceof Error ? `with ${error.name}: ${error.message}` : `with exit code ${code}`;
    this.failure ??= new WorkerError(`DataLoader: worker ${worker} ended${where}, ${why}.`, { worker, indices, cause: error });
    this.wake();
  }

  private expire(number: number): void {
    const task = this.open.get(number);
    if (!task || this.answers.has(number)) return;
    const { worker, wanted } = task;
    this.failure ??= new WorkerError(
      `DataLoader: worker ${worker} did not answer within ${this.settings.timeout} s (timeout) while it loaded ${samplesOf(wanted)}.`,
      { worker, indices: indicesOf(wanted) },
    );
    this.wake();
  }
}

/** Frees what nobody will read. */
function drop(answer: Answer): void {
  if ('batch' in answer) dropBatch(answer.batch);
}
