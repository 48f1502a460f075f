/** A data set for the tests of the loader's workers, made by this module in each of them. */
import { rand, type Tensor, tensor } from 'hone';
import { Dataset, getWorkerInfo } from 'hone/data';

/** What a sample may do beside giving itself. */
export interface Trouble {
  /** This sample throws. */
  throws?: number;
  /** This one ends its thread. */
  exits?: number;
  /** This one never returns. */
  hangs?: number;
  /** Counts the samples that were asked for in any thread; none is given before two were. */
  together?: SharedArrayBuffer;
  /** Making the data set throws. */
  unmade?: boolean;
}

export type Sample = { i: Tensor; square: number; draw: Tensor; worker: number };

class Squares extends Dataset<Sample> {
  constructor(
    readonly length: number,
    private readonly trouble: Trouble,
  ) {
    super();
  }

  get(i: number): Sample {
    if (i === this.trouble.throws) throw new RangeError(`no square of ${i}`);
    if (i === this.trouble.exits) process.exit(3);
    while (i === this.trouble.hangs);
    if (this.trouble.together) {
      const asked = new Int32Array(this.trouble.together);
      Atomics.add(asked, 0, 1);
      Atomics.notify(asked, 0);
      Atomics.wait(asked, 0, 1);
    }
    return { i: tensor(i), square: i * i, draw: rand([1]), worker: getWorkerInfo()?.id ?? -1 };
  }
}

export default async function make(length: number, trouble: Trouble = {}): Promise<Squares> {
  if (trouble.unmade) throw new TypeError('no data set today');
  return new Squares(length, trouble);
}
