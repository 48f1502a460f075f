/** An epoch of the batches that workers load. */

import { unexpected } from '../../../tensor/arguments/checks.js';
import { noteSamples } from '../sample-numbers.js';
import type { Order, OrderState } from '../state/order.js';
import { readCount, readList, readPart } from '../state/stateful.js';
import type { WorkersState } from '../state/worker-memory.js';
import type { Wanted } from './messages.js';
import type { WorkerPool } from './pool.js';

/** What a loop over a stream asks its workers for. */
export interface StreamSettings {
  readonly batchSize: number;
  readonly dropLast: boolean;
}

/** Whose turn it is, and which workers take no more. */
export interface TurnsState {
  readonly turn: number;
  readonly done: readonly number[];
  /** The number of a loop that reads streams. */
  readonly loop?: number;
}

/** @throws {StateDictError} for what is none. */
export function readTurns(value: unknown): TurnsState {
  const { turn, done, loop } = readPart('the turns of the workers', value);
  readCount('the count of turns', turn);
  for (const worker of readList('the workers that are done', done)) readCount('the number of a worker', worker);
  if (loop !== undefined) readCount('the number of a loop', loop);
  return value as TurnsState;
}

/** The numbers of a batch's samples. @throws {ArgumentError} where a batch sampler gives anything else. */
export function checkedBatch(indices: unknown): readonly number[] {
  if (!Array.isArray(indices))
    throw unexpected('DataLoader', 'a batch of batchSampler', indices, 'a list of the numbers of its samples: [[0, 1], [2, 3]]');
  return indices;
}

/**
 * One loop over a loader. Its workers take turns, and batches come in the order in which they were asked for. A worker whose stream has
 * ended takes no more turns, as in PyTorch.
 */
export class WorkerEpoch<B> implements AsyncIterableIterator<B, undefined> {
  private readonly pending: { readonly number: number; readonly worker: number; readonly indices: readonly number[] | undefined }[] = [];
  private readonly loop: number | undefined;
  /** Workers whose stream has ended. */
  private readonly done: Set<number>;
  private turn: number;
  private ended = false;
  private before: Promise<unknown> = Promise.resolve();

  /**
   * @param source the numbers of each batch's samples, or how streams are read. @param from where the loop goes on.
   * @param came called at each batch. @param left called when the loop has ended, however it did.
   */
  constructor(
    private readonly pool: WorkerPool,
    private readonly source: Order<readonly number[]> | StreamSettings,
    private readonly came: () => void,
    private readonly left: () => Promise<void>,
    from?: { readonly turns: TurnsState | undefined; readonly workers: WorkersState },
  ) {
    const { turns, workers } = from ?? {};
    this.loop = 'next' in source ? undefined : (turns?.loop ?? pool.newLoop());
    this.turn = turns?.turn ?? 0;
    this.done = new Set(turns?.done);
    try {
      const { numWorkers, prefetchFactor } = pool.settings;
      if (workers) this.askAgain(workers);
      if (!turns) for (let i = 0; i < numWorkers * prefetchFactor; i++) this.askNext();
    } catch (error) {
      void this.end();
      throw error;
    }
  }

  /** Where the loop stands. */
  state(): { readonly turns: TurnsState; readonly order?: OrderState } {
    const { turn, done, loop, source } = this;
    return { turns: { turn, done: [...done], ...(loop !== undefined && { loop }) }, ...('next' in source && { order: source.state() }) };
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
        const { number, worker, indices } = this.pending[0]!;
        const batch = await this.pool.batch(number);
        if (!batch || this.ended) break;
        this.pending.shift();
        if ('ended' in batch) this.done.add(worker);
        this.askNext();
        if (!('value' in batch)) continue;
        this.came();
        return { done: false, value: indices ? noteSamples(batch.value as B, indices) : (batch.value as B) };
      }
    } catch (error) {
      await this.end();
      throw error;
    }
    return this.return();
  }

  private askNext(): void {
    const { source, done } = this;
    const { numWorkers } = this.pool.settings;
    if (done.size === numWorkers) return;
    let wanted: Wanted;
    if ('next' in source) {
      const next = source.next();
      if (next.done) return;
      wanted = { indices: checkedBatch(next.value) };
    } else wanted = this.wantedOfStream();
    while (done.has(this.turn % numWorkers)) this.turn++;
    this.ask(this.turn++ % numWorkers, wanted);
  }

  /** What the workers were asked for is done again, with the same random numbers; what this loop does not wait for is not kept. */
  private askAgain({ tasks, memories }: WorkersState): void {
    const { pool } = this;
    for (const { worker, indices, loop, awaited } of tasks) {
      const wanted = indices ? { indices } : this.wantedOfStream(loop);
      if (awaited) this.ask(worker, wanted);
      else pool.drop([pool.ask(worker, wanted, pool)]);
    }
    const loops = [...tasks.map(({ loop }) => loop), ...memories.flatMap((memory) => memory?.readers.map(({ loop }) => loop) ?? [])];
    for (const loop of new Set(loops)) if (loop !== undefined && loop !== this.loop) pool.leaveLoop(loop);
  }

  private ask(worker: number, wanted: Wanted): void {
    const indices = 'indices' in wanted ? wanted.indices : undefined;
    this.pending.push({ number: this.pool.ask(worker, wanted, this), worker, indices });
  }

  private wantedOfStream(loop = this.loop!): Wanted {
    const { batchSize, dropLast } = this.source as StreamSettings;
    return { loop, batchSize, dropLast };
  }

  private async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.pool.drop(this.pending.map(({ number }) => number));
    if (this.loop !== undefined) this.pool.leaveLoop(this.loop);
    if ('next' in this.source) this.source.close();
    await this.left();
  }
}
