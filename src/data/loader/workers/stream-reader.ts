/** A stream, read batch by batch. */
export class StreamReader {
  private readonly iterator: Iterator<unknown> | AsyncIterator<unknown>;
  private ended = false;

  constructor(stream: Iterable<unknown> | AsyncIterable<unknown>) {
    this.iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  }

  /** The next samples, as many as there are; undefined where none is left, or too few of them. */
  async next(count: number, dropLast: boolean): Promise<unknown[] | undefined> {
    const samples: unknown[] = [];
    while (!this.ended && samples.length < count) {
      const { done, value } = await this.iterator.next();
      if (done) this.ended = true;
      else samples.push(await value);
    }
    return samples.length === 0 || (dropLast && samples.length < count) ? undefined : samples;
  }

  /** Lets the stream close what it has open. */
  async leave(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.iterator.return?.();
  }
}
