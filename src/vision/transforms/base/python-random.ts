/** Python's `random`, from which torchvision draws orders and choices of transforms. */
import { RandomState } from '../../../data/split/random-state.js';
import { defaultGenerator, type Generator } from '../../../tensor/create/generator.js';

/**
 * `random.Random(seed)`: MT19937 seeded by the 32-bit words of the seed, and the draws that Python makes of its numbers.
 * @see https://docs.python.org/3/library/random.html; CPython's Modules/_randommodule.c and Lib/random.py
 */
class PythonRandom extends RandomState {
  constructor(seed: bigint) {
    super(19650218);
    const words: number[] = [];
    for (let rest = seed; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
    this.mix(words.length === 0 ? [0] : words);
  }

  /** A number of 53 random bits from [0, 1). */
  random(): number {
    const high = this.uint32() >>> 5;
    return (high * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** `random.shuffle` of the numbers below `n`. */
  order(n: number): number[] {
    const list = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }

  /** `random.choices` of one place among `n`, each as likely as its weight says; null takes all as equals. */
  choice(n: number, weights: readonly number[] | null): number {
    if (weights === null) return Math.floor(this.random() * n);
    let total = 0;
    const upTo = weights.map((weight) => {
      total += weight;
      return total;
    });
    const drawn = this.random() * total;
    const at = upTo.findIndex((bound) => drawn < bound);
    return at < 0 ? n - 1 : Math.min(at, n - 1);
  }

  /** A whole number below `n`: as many bits as `n` has, drawn again while they are too much. */
  private below(n: number): number {
    const shift = Math.clz32(n);
    let value = this.uint32() >>> shift;
    while (value >= n) value = this.uint32() >>> shift;
    return value;
  }
}

const streams = new WeakMap<Generator, { readonly seedings: number; readonly random: PythonRandom }>();

/**
 * Python's stream beside the default generator: `manualSeed(s)` starts it as `random.seed(s)` does, since a program in Python seeds both
 * with one number, as PyTorch's loader does in its workers.
 */
export function pythonRandom(): PythonRandom {
  const generator = defaultGenerator();
  const { seedings } = generator;
  let stream = streams.get(generator);
  if (stream?.seedings !== seedings) {
    stream = { seedings, random: new PythonRandom(generator.initialSeed()) };
    streams.set(generator, stream);
  }
  return stream.random;
}
