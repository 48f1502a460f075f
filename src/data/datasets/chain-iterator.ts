/** Streams read one after the other, with where that stands. */
import { readCount, readPart, type Stateful } from '../loader/state/stateful.js';
import { StreamReader, type StreamState } from '../loader/state/stream.js';
import { isPromise, type MaybePromise } from './dataset.js';

type Stream<T> = Iterable<T> | AsyncIterable<T>;

/** Reads streams in turn. */
class Chained<T> implements Stateful {
  private at = 0;
  private reader: StreamReader<T> | undefined;
  private resumed: StreamState | undefined;

  constructor(
    private readonly streams: readonly Stream<T>[],
    private readonly later: boolean,
  ) {}

  next(): MaybePromise<IteratorResult<T, undefined>> {
    while (this.at < this.streams.length) {
      this.reader ??= new StreamReader(this.streams[this.at]!, this.later, this.resumed);
      this.resumed = undefined;
      const step = this.reader.next();
      if (isPromise(step)) return step.then((found) => (found.done ? this.turn() : found));
      if (!step.done) return step;
      this.leave();
    }
    return { done: true, value: undefined };
  }

  close(): MaybePromise<unknown> {
    this.at = this.streams.length;
    return this.reader?.close();
  }

  stateDict(): unknown {
    const stream = this.reader?.state() ?? this.resumed;
    return { at: this.at, ...(stream && { stream }) };
  }

  loadStateDict(state: unknown): void {
    const { at, stream } = readPart('the state of a ChainDataset', state);
    this.at = readCount('the number of a stream', at);
    this.resumed = stream as StreamState | undefined;
  }

  private turn(): MaybePromise<IteratorResult<T, undefined>> {
    this.leave();
    return this.next();
  }

  private leave(): void {
    this.at++;
    this.reader = undefined;
  }
}

const ended = { done: true, value: undefined } as const;

/** Of streams that answer at once. */
export function chainIterator<T>(streams: readonly Iterable<T>[]): IterableIterator<T, undefined> & Stateful {
  const chained = new Chained<T>(streams, false);
  return {
    [Symbol.iterator]() {
      return this;
    },
    next: () => chained.next() as IteratorResult<T, undefined>,
    return: () => {
      chained.close();
      return ended;
    },
    stateDict: () => chained.stateDict(),
    loadStateDict: (state) => chained.loadStateDict(state),
  };
}

/** Of streams, some of which are asynchronous. */
export function asyncChainIterator<T>(streams: readonly Stream<T>[]): AsyncIterableIterator<T, undefined> & Stateful {
  const chained = new Chained<T>(streams, true);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      const { done, value } = await chained.next();
      return done ? ended : { done: false, value: await value };
    },
    return: async () => {
      await chained.close();
      return ended;
    },
    stateDict: () => chained.stateDict(),
    loadStateDict: (state) => chained.loadStateDict(state),
  };
}
