/** An epoch of the batches that workers load. */
import type { Wanted } from './messages.js';
import type { WorkerPool } from './pool.js';

/** What a loop over a stream asks its workers for. */
export interface StreamSettings {
  readonly batchSize: number;
  readonly dropLast: boolean;
}

/**
 * One loop over a loader. Its workers take turns, and batches come in the order in which they were asked for. A worker whose stream has
 * ended takes no more turns, as in PyTorch.
 */
export class WorkerEpoch<B> implements AsyncIterableIterator<B, undefined> {
  private readonly pending: { readonly number: number; readonly worker: number }[] = [];
  private readonly order: Iterator<Wanted>;
  private readonly loop: number | undefined;
  /** Workers whose stream has ended. */
  private readonly done = new Set<number>();
  private turn = 0;
  private ended = false;
  private before: Promise<unknown> = Promise.resolve();

  /**
   * @param order the numbers of each batch's samples, or how streams are read.
   * @param came called at each batch. @param left called when the loop has ended, however it did.
   */
  constructor(
    private readonly pool: WorkerPool,
    order: Iterable<readonly number[]> | StreamSettings,
    private readonly came: () => void,
    private readonly left: () => Promise<void>,
  ) {
    this.loop = Symbol.iterator in order ? undefined : pool.newLoop();
    this.order = Symbol.iterator in order ? numbered(order) : endless({ ...order, loop: this.loop! });
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
  next(): Promise<IteratorResult<B, undefined>> {
    const result = this.before.then(() => this.advance());
    this.before = result.catch(() => {});
    return result;
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    await this.end();
    return { done: true, value: undefined };
  }

  private async advance(): Promise<IteratorResult<B, undefined>> {
    try {
      while (!this.ended && this.pending.length > 0) {
        const { number, worker } = this.pending[0]!;
        const batch = await this.pool.batch(number);
        if (!batch || this.ended) break;
        this.pending.shift();
        if ('ended' in batch) this.done.add(worker);
        this.askNext();
        if (!('value' in batch)) continue;
        this.came();
        return { done: false, value: batch.value as B };
      }
    } catch (error) {
      await this.end();
      throw error;
    }
    return this.return();
  }

  private askNext(): void {
    const { numWorkers } = this.pool.settings;
    if (this.done.size === numWorkers) return;
    const next = this.order.next();
    if (next.done) return;
    while (this.done.has(this.turn % numWorkers)) this.turn++;
    const worker = this.turn++ % numWorkers;
    this.pending.push({ number: this.pool.ask(worker, next.value), worker });
  }

  private async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.pool.drop(this.pending.map(({ number }) => number));
    if (this.loop !== undefined) this.pool.leaveLoop(this.loop);
    this.order.return?.();
    await this.left();
  }
}

function* numbered(order: Iterable<readonly number[]>): Iterator<Wanted> {
  for (const indices of order) yield { indices: [...indices] };
}

function* endless(wanted: Wanted): Iterator<Wanted> {
  while (true) yield wanted;
}
