/** NumPy's legacy generator, as far as scikit-learn's splits draw from it. */
import { ArgumentError } from '../../errors.js';

const SIZE = 624;
const SHIFT = 397;

/**
 * `numpy.random.RandomState(seed)`: MT19937, whose 32-bit numbers the engine's generator does not hand out one by one, and the
 * permutations that NumPy makes of them.
 * @see Matsumoto and Nishimura 1998, https://doi.org/10.1145/272991.272995; https://numpy.org/doc/stable/reference/random/legacy.html
 */
export class RandomState {
  private readonly state = new Uint32Array(SIZE);
  private next = SIZE;

  /** @param seed a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = this.state[i - 1]!;
      this.state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
    }
  }

  /** The numbers below `n` in random order. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }

  /** Brings a list into random order, in place. */
  shuffle(list: Uint32Array): Uint32Array {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      const kept = list[i]!;
      list[i] = list[j]!;
      list[j] = kept;
    }
    return list;
  }

  /** A whole number from 0 to `max`: bits as many as it has, drawn again while they are above it. */
  private upTo(max: number): number {
    const mask = 0xffffffff >>> Math.clz32(max);
    let value = (this.uint32() & mask) >>> 0;
    while (value > max) value = (this.uint32() & mask) >>> 0;
    return value;
  }

  /** Where it stands: the 624 words of the state, and how many of them are used up. */
  getState(): Int32Array {
    const out = new Int32Array(SIZE + 1);
    out.set(this.state);
    out[SIZE] = this.next;
    return out;
  }

  /** Goes on from what {@link getState} gave. */
  setState(state: Int32Array): void {
    if (state.length !== SIZE + 1 || !(state[SIZE]! >= 0 && state[SIZE]! <= SIZE))
      throw new ArgumentError(
        `RandomState: the state is a list of ${state.length} words, expected ${SIZE + 1}, the last a place among them.`,
      );
    this.state.set(state.subarray(0, SIZE));
    this.next = state[SIZE]!;
  }

  /** The next 32 random bits. */
  protected uint32(): number {
    if (this.next === SIZE) this.refill();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Mixes a key of 32-bit words into the state: `init_by_array` of the reference code, after a seed of 19650218. */
  protected mix(key: readonly number[]): void {
    const { state } = this;
    let i = 1;
    let j = 0;
    const step = (factor: number, added: number, taken: number) => {
      const before = state[i - 1]!;
      state[i] = (state[i]! ^ Math.imul(before ^ (before >>> 30), factor)) + added - taken;
      i += 1;
      if (i < SIZE) return;
      state[0] = state[SIZE - 1]!;
      i = 1;
    };
    for (let k = Math.max(SIZE, key.length); k > 0; k--) {
      step(1664525, key[j]! + j, 0);
      j = (j + 1) % key.length;
    }
    for (let k = SIZE - 1; k > 0; k--) step(1566083941, 0, i);
    state[0] = 0x80000000;
    this.next = SIZE;
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
