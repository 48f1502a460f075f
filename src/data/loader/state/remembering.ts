/** What a worker of a loader remembers, in its own thread. */
import type { Crossing } from '../workers/crossing.js';
import { generatorsIn, type RandomSnapshot, readSnapshot, restoreSnapshot, takeSnapshot } from './random-snapshot.js';
import { isStateful } from './stateful.js';
import { StreamReader, type StreamState } from './stream.js';
import { type Memory, packMemory, unpackMemory } from './worker-memory.js';

/** The random numbers, the data set and the streams of a worker. */
export class Remembering {
  private readonly readers = new Map<number, StreamReader<unknown>>();
  private readonly roots: { readonly dataset: object };
  private readonly generators;
  /** What was told last. */
  private told: RandomSnapshot | undefined;

  constructor(private readonly dataset: object) {
    this.roots = { dataset };
    this.generators = generatorsIn(this.roots);
  }

  /** Goes on from what another worker remembered. */
  restore(packed: Crossing): void {
    const { random, readers, dataset } = unpackMemory(packed);
    const read = readSnapshot('the random numbers of a worker', random, this.roots);
    if (isStateful(this.dataset)) this.dataset.loadStateDict(dataset);
    for (const { loop, stream } of readers) this.readers.set(loop, this.open(stream));
    restoreSnapshot(read, this.roots);
  }

  /** What is to be remembered; undefined where it is what was told last. */
  changed(): Crossing | undefined {
    const { dataset, readers, told } = this;
    const random = takeSnapshot(this.roots, this.generators);
    if (readers.size === 0 && !isStateful(dataset) && told && sameNumbers(told, random)) return undefined;
    this.told = random;
    const memory: Memory = {
      random,
      readers: [...readers].flatMap(([loop, reader]) => {
        const stream = reader.state();
        return stream ? [{ loop, stream }] : [];
      }),
      ...(isStateful(dataset) && { dataset: dataset.stateDict() }),
    };
    return packMemory(memory);
  }

  /** Of the stream that a loop reads. */
  reader(loop: number): StreamReader<unknown> {
    let reader = this.readers.get(loop);
    if (!reader) {
      reader = this.open();
      this.readers.set(loop, reader);
    }
    return reader;
  }

  /** Forgets the stream of a loop. */
  async leave(loop: number): Promise<void> {
    const reader = this.readers.get(loop);
    this.readers.delete(loop);
    await reader?.close();
  }

  private open(state?: StreamState): StreamReader<unknown> {
    return new StreamReader(this.dataset as Iterable<unknown> | AsyncIterable<unknown>, true, state);
  }
}

function sameNumbers(a: RandomSnapshot, b: RandomSnapshot): boolean {
  const pairs = [
    [a.streams, b.streams],
    [a.own, b.own],
  ] as const;
  return pairs.every(
    ([x, y]) => Object.keys(x).length === Object.keys(y).length && Object.keys(y).every((key) => sameBytes(x[key], y[key])),
  );
}

function sameBytes(a: unknown, b: unknown): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.byteLength !== b.byteLength) return false;
  const [x, y] = [a, b].map(({ buffer, byteOffset, byteLength }) => new Int32Array(buffer, byteOffset, byteLength >> 2));
  for (let i = 0; i < x!.length; i++) if (x![i] !== y![i]) return false;
  return true;
}
