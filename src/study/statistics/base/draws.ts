/** Random numbers of the statistics' own: drawing them changes nothing else, and the same data gives the same figures. */
import { RandomState } from '../../../data/split/random-state.js';

/** MT19937 from a seed. */
export class Draws extends RandomState {
  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * n);
  }

  /** 32 random bits. */
  bits(): number {
    return this.uint32();
  }
}
