/** The samples of an iterable data set, in turn, with where it stands. */
import { StateDictError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { isPromise, type MaybePromise } from '../../datasets/dataset.js';
import { type RandomSnapshot, readSnapshot, replayed, takeSnapshot } from './random-snapshot.js';
import { isStateful, readCount, readPart } from './stateful.js';

type Source<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Where a stream stands: by the state of its iterator, or of the data set; where neither has one, by how many samples were read since which
 * random numbers, so that they can be read again and left out.
 */
export type StreamState =
  | { readonly iterator: unknown }
  | { readonly dataset: true; readonly ended: boolean }
  | { readonly taken: number; readonly ended: boolean; readonly since: RandomSnapshot };

/** Reads a data set from its start, or from where a state says, to its end. */
export class StreamReader<T> {
  private taken = 0;
  private ended = false;
  private iterator: Iterator<T> | AsyncIterator<T> | undefined;
  /** The random numbers at the start, where the data set must be read again. */
  private since: RandomSnapshot | undefined;
  private resumed: Record<string, unknown> | undefined;

  /** @param later whether samples may be awaited: then a stream that gives them both ways is read so. */
  constructor(
    private readonly source: Source<T>,
    private readonly later: boolean,
    state?: StreamState,
  ) {
    this.resumed = state && readPart('the place in the stream', state);
  }

  /** The next sample. */
  next(): MaybePromise<IteratorResult<T>> {
    if (!this.iterator) {
      const opened = this.open();
      if (opened) return opened.then(() => this.advance());
    }
    return this.advance();
  }

  /** Lets the stream close what it has open. */
  close(): MaybePromise<unknown> {
    if (this.ended) return undefined;
    this.ended = true;
    return this.iterator?.return?.();
  }

  /** Undefined before the first sample was asked for. */
  state(): StreamState | undefined {
    const { taken, ended, since, iterator, source, resumed } = this;
    if (!iterator) return resumed as StreamState | undefined;
    if (isStateful(iterator)) return { iterator: iterator.stateDict() };
    if (isStateful(source)) return { dataset: true, ended };
    return { taken, ended, since: since! };
  }

  private begin(): Iterator<T> | AsyncIterator<T> {
    const source = this.source as Partial<Iterable<T> & AsyncIterable<T>>;
    return ((this.later && source[Symbol.asyncIterator]?.()) || source[Symbol.iterator]?.())!;
  }

  private advance(): MaybePromise<IteratorResult<T>> {
    if (this.ended) return { done: true, value: undefined };
    const result = this.iterator!.next();
    return isPromise(result) ? result.then((found) => this.note(found)) : this.note(result);
  }

  private note(result: IteratorResult<T>): IteratorResult<T> {
    if (result.done) this.ended = true;
    else this.taken++;
    return result;
  }

  private open(): Promise<void> | undefined {
    const { source, resumed } = this;
    this.resumed = undefined;
    const roots = { dataset: source };
    if (resumed?.since !== undefined) {
      this.since = readSnapshot('the random numbers of the stream', resumed.since, roots);
      return replayed(this.since, roots, () => this.again(readCount('the count of samples', resumed.taken), resumed.ended === true));
    }
    // Where the data set has its state of its own, the loader has given it back by now.
    if (!isStateful(source)) this.since = takeSnapshot(roots);
    this.iterator = this.begin();
    if (resumed && 'iterator' in resumed) {
      if (!isStateful(this.iterator)) throw stateless(source);
      this.iterator.loadStateDict(resumed.iterator);
    } else if (resumed) {
      if (!isStateful(source)) throw stateless(source);
      this.ended = resumed.ended === true;
    }
    return undefined;
  }

  /** Reads what was read, and its end where that was read as well. */
  private again(count: number, ended: boolean): Promise<void> | undefined {
    this.iterator = this.begin();
    const steps = count + (ended ? 1 : 0);
    for (let i = 0; i < steps && !this.ended; i++) {
      const read = this.advance();
      if (isPromise(read)) return this.rest(read, steps - i - 1);
    }
    return undefined;
  }

  private async rest(first: Promise<unknown>, steps: number): Promise<void> {
    await first;
    for (let i = 0; i < steps && !this.ended; i++) await this.advance();
  }
}

function stateless(source: object): StateDictError {
  return new StateDictError(
    `DataLoader: the state holds one of the data set, but ${classNameOf(source)} has no stateDict() and loadStateDict(state) to go on from it.`,
  );
}
