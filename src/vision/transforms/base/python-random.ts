/** Python's `random`, from which torchvision draws orders and choices of transforms. */
import { RandomState } from '../../../data/split/random-state.js';
import { ArgumentError } from '../../../errors.js';
import { show } from '../../../tensor/arguments/show.js';
import { defaultGenerator, type Generator } from '../../../tensor/create/generator.js';
import { addRandomStream } from '../../../tensor/create/random-streams.js';
import { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';

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

/** The stream that a generator's last seeding began; undefined where nothing was drawn from it since. */
function begun(generator: Generator): PythonRandom | undefined {
  const stream = streams.get(generator);
  return stream?.seedings === generator.seedings ? stream.random : undefined;
}

function keep(generator: Generator, random: PythonRandom): PythonRandom {
  streams.set(generator, { seedings: generator.seedings, random });
  return random;
}

let known = false;

/** Lets checkpoints and loaders' states have it, too. */
function makeKnown(): void {
  known = true;
  addRandomStream('python', {
    state: () => begun(defaultGenerator())?.getState(),
    restore(state) {
      const generator = defaultGenerator();
      streams.delete(generator);
      if (state === undefined) return;
      const words = state instanceof Tensor ? toTypedArray(state) : state;
      if (!(words instanceof Int32Array))
        throw new ArgumentError(`pythonRandom: the state is ${show(state)}, expected the words that were saved of it.`);
      keep(generator, new PythonRandom(0n)).setState(words);
    },
  });
}

/**
 * Python's stream beside the default generator: `manualSeed(s)` starts it as `random.seed(s)` does, since a program in Python seeds both
 * with one number, as PyTorch's loader does in its workers.
 */
export function pythonRandom(): PythonRandom {
  if (!known) makeKnown();
  const generator = defaultGenerator();
  return begun(generator) ?? keep(generator, new PythonRandom(generator.initialSeed()));
}
