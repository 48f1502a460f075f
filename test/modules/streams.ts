/** Streams and functions for the tests of the loader's workers. */
import { manualSeed, rand, type Tensor, tensor } from 'hone';
import { getWorkerInfo, IterableDataset } from 'hone/data';

export interface StreamSample {
  i: Tensor;
  draw: Tensor;
  worker: number;
}

export interface StreamOptions {
  /** Whether workers share the samples out. Default: true. */
  share?: boolean;
  /** Throws instead of giving this one. */
  throws?: number;
  /** Counts streams that were closed before their end. */
  closed?: SharedArrayBuffer;
}

class Numbers extends IterableDataset<StreamSample> {
  constructor(
    private readonly count: number,
    private readonly options: StreamOptions,
  ) {
    super();
  }

  override *[Symbol.iterator](): Generator<StreamSample> {
    const { share = true, throws, closed } = this.options;
    const { id = 0, numWorkers = 1 } = getWorkerInfo() ?? {};
    let whole = false;
    try {
      for (let i = 0; i < this.count; i++) {
        if (share && i % numWorkers !== id) continue;
        if (i === throws) throw new RangeError(`no number ${i}`);
        yield { i: tensor(i), draw: rand([1]), worker: getWorkerInfo()?.id ?? -1 };
      }
      whole = true;
    } finally {
      if (closed && !whole) Atomics.add(new Int32Array(closed), 0, 1);
    }
  }
}

export default function numbers(count: number, options: StreamOptions = {}): Numbers {
  return new Numbers(count, options);
}

/** The workers' streams have 1, 5 and 3 numbers, and are read by promises. */
export async function* uneven(): AsyncGenerator<Tensor> {
  const id = getWorkerInfo()?.id ?? 0;
  for (let i = 0; i < [1, 5, 3][id]!; i++) yield tensor(10 * id + i);
}

/** A collate of its own. */
export const doubled = (samples: readonly number[]): Tensor => tensor(samples.map((x) => 2 * x));

/** A workerInitFn under a name. */
export function init(id: number): void {
  manualSeed(100 + id);
}

/** A stream that tells where it stands, and whose samples follow from what came before. */
class Telling extends IterableDataset<StreamSample> {
  private at = 0;
  private sum = tensor([0]);

  constructor(private readonly count: number) {
    super();
  }

  override *[Symbol.iterator](): Generator<StreamSample> {
    const worker = getWorkerInfo()?.id ?? -1;
    while (this.at < this.count) {
      const draw = rand([1]);
      this.sum = this.sum.add(draw);
      this.at++;
      yield { i: tensor(this.at - 1), draw: this.sum, worker };
    }
    this.at = 0;
  }

  override stateDict() {
    return { at: this.at, sum: this.sum };
  }

  override loadStateDict(state: { at: number; sum: Tensor }): void {
    Object.assign(this, state);
  }
}

export function telling(count: number): Telling {
  return new Telling(count);
}
