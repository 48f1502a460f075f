/** The workers of a loader, and an epoch of their batches. */
import { loadedEngine } from '../../../engine/engine.js';
import { hostThreads, type Thread } from '../../../engine/tasks/threads.js';
import * as errors from '../../../errors.js';
import { ArgumentError, WorkerError } from '../../../errors.js';
import { defaultGenerator } from '../../../tensor/create/random.js';
import { numberRuleOf } from '../../number-rule.js';
import type { Answer, PackedError, Setup, Task } from './messages.js';
import { unpack } from './packing.js';
import { recipeOf } from './recipe.js';

/** How a loader works with its workers. */
export interface WorkerSettings {
  readonly numWorkers: number;
  /** Batches that each worker is asked for ahead. */
  readonly prefetchFactor: number;
  /** Seconds to wait for a batch; 0: as long as it takes. */
  readonly timeout: number;
  readonly persistentWorkers: boolean;
  /** The address of the module whose default export each worker calls first. */
  readonly initUrl: string | undefined;
}

interface Asked {
  readonly worker: number;
  readonly indices: readonly number[];
}

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

  /** @throws {ArgumentError} for a data set that cannot cross to another thread. */
  constructor(
    readonly dataset: object,
    readonly settings: WorkerSettings,
    baseSeed: bigint,
  ) {
    const { numWorkers, initUrl } = settings;
    const host = hostThreads('DataLoader');
    const recipe = recipeOf(dataset);
    const { name: engine } = loadedEngine();
    const { numbers } = defaultGenerator();
    try {
      for (let id = 0; id < numWorkers; id++) {
        const thread = host.startLoaderWorker(`DataLoader worker ${id}`, {
          message: (message) => this.take(message as Answer),
          end: (error, code) => this.lose(id, error, code),
        });
        this.threads.push(thread);
        // PyTorch's rule: a seed for each.
        const seed = BigInt.asUintN(64, baseSeed + BigInt(id));
        thread.post({ kind: 'setup', id, numWorkers, seed, numbers, engine, recipe, initUrl } satisfies Setup);
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

  /** Asks a worker for a batch; gives the number of the task. */
  ask(worker: number, indices: readonly number[]): number {
    const number = this.count++;
    this.open.set(number, { worker, indices });
    if (this.alive) this.threads[worker]!.post({ kind: 'task', number, indices } satisfies Task);
    return number;
  }

  /**
   * The batch of a task; undefined when the loop was left meanwhile.
   * @throws {WorkerError} when the worker threw, died, or did not answer in time.
   */
  async batch(number: number): Promise<{ value: unknown } | undefined> {
    const { worker, indices } = this.open.get(number)!;
    await this.arrival(number);
    if (this.stopped || !this.open.has(number)) return undefined;
    const found = this.answers.get(number);
    if (!found) throw this.failure!;
    this.forget(number);
    if ('batch' in found) return { value: unpack(found.batch, numberRuleOf(this.dataset)) };
    const { error, index } = found;
    const which = index === undefined ? `samples [${indices.join(', ')}]` : `sample ${index}`;
    throw new WorkerError(`DataLoader: worker ${worker} could not load ${which}: ${error.name}: ${error.message}`, {
      worker,
      indices,
      index,
      cause: unpackError(error),
    });
  }

  private async arrival(number: number): Promise<void> {
    const { timeout } = this.settings;
    const late = timeout > 0 ? setTimeout(() => this.expire(number), 1000 * timeout) : undefined;
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
    this.answers.clear();
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }

  private forget(number: number): void {
    this.open.delete(number);
    this.answers.delete(number);
  }

  private take(answer: Answer): void {
    if (!this.open.has(answer.number)) return; // of a loop that was left
    this.answers.set(answer.number, answer);
    this.wake();
  }

  private lose(worker: number, error: unknown, code: number): void {
    if (this.stopped) return;
    const [, asked] = [...this.open].find(([number, task]) => task.worker === worker && !this.answers.has(number)) ?? [];
    const indices = asked?.indices ?? [];
    const where = asked ? ` while it loaded samples [${indices.join(', ')}]` : '';
    const why = error instanceof Error ? `with ${error.name}: ${error.message}` : `with exit code ${code}`;
    this.failure ??= new WorkerError(`DataLoader: worker ${worker} ended${where}, ${why}.`, { worker, indices, cause: error });
    this.wake();
  }

  private expire(number: number): void {
    const task = this.open.get(number);
    if (!task || this.answers.has(number)) return;
    const { worker, indices } = task;
    this.failure ??= new WorkerError(
      `DataLoader: worker ${worker} did not answer within ${this.settings.timeout} s (timeout) while it loaded samples [${indices.join(', ')}].`,
      { worker, indices },
    );
    this.wake();
  }
}

function unpackError({ name, message, stack }: PackedError): Error {
  const known = { ...errors, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as Record<string, unknown>;
  const Class = name !== 'WorkerError' && Object.hasOwn(known, name) ? (known[name] as new (message: string) => Error) : Error;
  const error = new Class(message);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

/** One loop over a loader: batch i comes from worker i mod numWorkers, and batches come in order. */
export class WorkerEpoch<B> implements AsyncIterableIterator<B> {
  private readonly pending: number[] = [];
  private readonly order: Iterator<readonly number[]>;
  private sent = 0;
  private ended = false;
  private before: Promise<unknown> = Promise.resolve();

  /** @param left called when the loop has ended, however it did. */
  constructor(
    private readonly pool: WorkerPool,
    order: Iterable<readonly number[]>,
    private readonly left: () => Promise<void>,
  ) {
    this.order = order[Symbol.iterator]();
    try {
      const { numWorkers, prefetchFactor } = pool.settings;
      for (let i = 0; i < numWorkers * prefetchFactor; i++) this.askNext();
    } catch (error) {
      void this.end();
      throw error;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** One batch after the other, also for callers that do not wait in between. */
  next(): Promise<IteratorResult<B>> {
    const result = this.before.then(() => this.advance());
    this.before = result.catch(() => {});
    return result;
  }

  async return(value?: unknown): Promise<IteratorResult<B>> {
    await this.end();
    return { done: true, value };
  }

  private async advance(): Promise<IteratorResult<B>> {
    try {
      const number = this.ended ? undefined : this.pending[0];
      const batch = number === undefined ? undefined : await this.pool.batch(number);
      if (batch && !this.ended) {
        this.pending.shift();
        this.askNext();
        return { done: false, value: batch.value as B };
      }
    } catch (error) {
      await this.end();
      throw error;
    }
    return this.return();
  }

  private askNext(): void {
    const next = this.order.next();
    if (next.done) return;
    this.pending.push(this.pool.ask(this.sent++ % this.pool.settings.numWorkers, [...next.value]));
  }

  private async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.pool.drop(this.pending);
    this.order.return?.();
    await this.left();
  }
}
