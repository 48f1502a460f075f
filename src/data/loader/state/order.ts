/** The numbers of samples, or of batches of them, in turn: any sampler or list, with where it stands. */
import { StateDictError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { type RandomSnapshot, readSnapshot, replayed, takeSnapshot } from './random-snapshot.js';
import { isStateful, readCount, readPart } from './stateful.js';

/**
 * Where an order stands: a list by how much of it was taken; a sampler whose iterator has a state, or which has one itself, by that; any
 * other by how much was taken since which random numbers, so that it can be gone through again.
 */
export type OrderState =
  | { readonly taken: number }
  | { readonly iterator: unknown }
  | { readonly sampler: true }
  | { readonly taken: number; readonly sum: number; readonly since: RandomSnapshot };

/** Reads a sampler, a list of numbers, or one of batches. */
export class Order<N> {
  /** How many were taken. */
  private taken = 0;
  /** Tells whether a sampler gives the same again. */
  private sum = 0;
  private readonly iterator: Iterator<N>;
  /** The random numbers at the start, where the sampler must be gone through again. */
  private readonly since: RandomSnapshot | undefined;

  /**
   * @param state where it shall go on.
   * @throws {StateDictError} where the source gives other numbers than it gave.
   */
  constructor(
    private readonly source: Iterable<N>,
    state?: OrderState,
  ) {
    const resumed = state && readPart('the order of samples', state);
    if (isList(source)) {
      this.iterator = source[Symbol.iterator]();
      if (resumed) this.skip(readCount('the count of samples', resumed.taken));
      return;
    }
    const since =
      resumed?.since === undefined ? undefined : readSnapshot('the random numbers of the sampler', resumed.since, { sampler: source });
    const start = takeSnapshot({ sampler: source });
    this.iterator = since ? replayed(since, { sampler: source }, () => this.again(resumed!)) : this.open(resumed);
    if (!isStateful(this.iterator) && !isStateful(source)) this.since = since ?? start;
  }

  next(): IteratorResult<N> {
    const result = this.iterator.next();
    if (!result.done) {
      this.taken++;
      if (this.since) this.sum = summed(this.sum, result.value);
    }
    return result;
  }

  /** Lets the source close what it has open. */
  close(): void {
    this.iterator.return?.();
  }

  state(): OrderState {
    const { taken, sum, since, iterator, source } = this;
    if (isList(source)) return { taken };
    if (isStateful(iterator)) return { iterator: iterator.stateDict() };
    if (isStateful(source)) return { sampler: true };
    return { taken, sum, since: since! };
  }

  /** Where the source has its state of its own, the loader has given it back by now. */
  private open(resumed: Record<string, unknown> | undefined): Iterator<N> {
    const { source } = this;
    const iterator = source[Symbol.iterator]();
    if (resumed && 'iterator' in resumed) {
      if (!isStateful(iterator)) throw this.stateless();
      iterator.loadStateDict(resumed.iterator);
    } else if (resumed && !isStateful(source)) throw this.stateless();
    return iterator;
  }

  private stateless(): StateDictError {
    return new StateDictError(
      `DataLoader: the state holds one of the sampler, but ${classNameOf(this.source)} has no stateDict() and loadStateDict(state) to go on from it.`,
    );
  }

  /** Goes through a source again, up to where it stood. */
  private again(resumed: Record<string, unknown>): Iterator<N> {
    const iterator = this.source[Symbol.iterator]();
    const count = readCount('the count of samples', resumed.taken);
    for (; this.taken < count; this.taken++) {
      const { done, value } = iterator.next();
      if (done) break;
      this.sum = summed(this.sum, value);
    }
    if (this.taken < count || this.sum !== resumed.sum)
      throw new StateDictError(
        `DataLoader: the sampler ${classNameOf(this.source)} gives other numbers than it gave when the state was taken, so the rest of the epoch is not known. Give it stateDict() and loadStateDict(state), or let its numbers depend on hone's generators alone.`,
      );
    return iterator;
  }

  private skip(count: number): void {
    while (this.taken < count && !this.next().done);
  }
}

/** Whether it is the same from loop to loop. */
function isList(source: object): boolean {
  return Array.isArray(source) || ArrayBuffer.isView(source);
}

/** A sum of 32 bits over what a sampler gave: FNV-1a of its numbers. */
function summed(sum: number, given: unknown): number {
  const numbers = Array.isArray(given) ? [given.length, ...given] : [given];
  let hash = sum ^ 0x811c9dc5;
  for (const number of numbers) hash = Math.imul(hash ^ Number(number), 0x01000193);
  return hash | 0;
}
