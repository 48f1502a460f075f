/** Which runs a study has, and in what order. */
import type { Job } from '../run/executor.js';

/** The runs of a study. What comes next may depend on what has ended, and on nothing else: not on the order, nor on how long anything took. */
export interface Plan {
  /** Repeats of each variant, as planned. */
  readonly repeats: number;
  /** Runs in all, as far as they are known. */
  readonly total: number;
  /** Runs to execute, in any order and at once; called again when they have ended. Undefined: the study is done. */
  next(): Promise<readonly Job[] | undefined>;
  /** The variants of the runs that are still to begin, those of a queue and those that come after it; undefined where that is not known yet. */
  ahead(queue: readonly Job[]): readonly string[] | undefined;
}

/** Each variant once, then each again. */
export class AllRepeats implements Plan {
  private given = false;

  constructor(
    private readonly variants: readonly string[],
    readonly repeats: number,
  ) {}

  get total(): number {
    return this.variants.length * this.repeats;
  }

  async next(): Promise<readonly Job[] | undefined> {
    if (this.given) return undefined;
    this.given = true;
    return Array.from({ length: this.repeats }, (_, repeat) => this.variants.map((variant) => ({ variant, repeat }))).flat();
  }

  ahead(queue: readonly Job[]): readonly string[] {
    return queue.map(({ variant }) => variant);
  }
}
