/** Generators: seeds, states, copies, named streams, and what they refuse. */
import {
  ArgumentError,
  DTypeError,
  defaultGenerator,
  empty,
  forkRng,
  fromTypedArray,
  Generator,
  getRngState,
  initialSeed,
  manualSeed,
  rand,
  randint,
  randintLike,
  randn,
  randperm,
  seed,
  setRngState,
  tensor,
  zeros,
} from 'hone';
import { describe, expect, test } from 'vitest';

const some = (generator?: Generator) => randn([5], generator && { generator }).toArray();

test('a generator starts as PyTorch starts it', () => {
  expect(new Generator().initialSeed()).toBe(67280421310721n);
  expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n);
  expect(some(new Generator(42))).toEqual(some(new Generator(2n ** 32n + 42n)));
});

test('seed() starts from a number that it returns', () => {
  const generator = new Generator();
  const chosen = generator.seed();
  expect(generator.initialSeed()).toBe(chosen);
  expect(some(generator)).toEqual(some(new Generator(chosen)));
  const shared = seed();
  expect(initialSeed()).toBe(shared);
});

describe('states', () => {
  test('go on where they were taken, the cached normal sample included', () => {
    manualSeed(3);
    randn([3]);
    const state = getRngState();
    expect(state.length).toBe(5056);
    const expected = some();
    setRngState(state);
    expect(some()).toEqual(expected);
    setRngState(fromTypedArray(state)); // as a checkpoint holds it
    expect(some()).toEqual(expected);
  });

  test('invalid ones are refused, and change nothing', () => {
    const generator = new Generator(1);
    const state = generator.getState();
    const broken = (at: number, value: number) => {
      const bytes = state.slice();
      new DataView(bytes.buffer).setInt32(at, value, true);
      return bytes;
    };
    for (const bad of [
      broken(8, 0),
      broken(8, 700),
      broken(12, 0),
      broken(16, 625),
      broken(20, 1),
      state.subarray(1),
      new Uint8Array(5056),
    ])
      expect(() => generator.setState(bad)).toThrow(ArgumentError);
    expect(() => generator.setState(new Uint8Array(7))).toThrow('setState: got 7 bytes, expected the 5056 of getState().');
    expect(() => generator.setState(zeros([5056]))).toThrow(/uint8 tensor, got a float32 tensor of 1 dims/);
    expect(() => generator.setState('state' as unknown as Uint8Array)).toThrow(/got string/);
    expect(generator.getState()).toEqual(state);
  });
});

test('a clone goes on alike, and apart', () => {
  const generator = new Generator(5, { torch: '1.13' });
  randn([3], { generator });
  const copy = generator.clone();
  expect(copy.initialSeed()).toBe(5n);
  const expected = some(generator);
  expect(some(copy)).toEqual(expected);
  expect(copy.getState()).toEqual(generator.getState());
});

describe('forks', () => {
  test('with a name depend on the seed and the name alone, and draw nothing', () => {
    const generator = new Generator(1);
    const before = generator.getState();
    const first = some(generator.fork('noise'));
    expect(generator.getState()).toEqual(before);
    some(generator);
    expect(some(generator.fork('noise'))).toEqual(first);
    expect(some(generator.fork('order'))).not.toEqual(first);
    expect(some(new Generator(2).fork('noise'))).not.toEqual(first);
    expect(some(generator.fork('a').fork('b'))).not.toEqual(some(generator.fork('b').fork('a')));
  });

  test('without a name are new each time, and the same for the same seed', () => {
    const generator = new Generator(1);
    const [one, two] = [some(generator.fork()), some(generator.fork())];
    expect(one).not.toEqual(two);
    expect(some(new Generator(1).fork())).toEqual(one);
  });
});

describe('forkRng', () => {
  test('leaves the default generator where it was', async () => {
    manualSeed(9);
    const state = getRngState();
    expect(forkRng(() => some())).toEqual(forkRng(() => some()));
    expect(() => forkRng(() => { rand([2]); throw new Error('inside'); })).toThrow('inside'); // biome-ignore format: one line
    expect(getRngState()).toEqual(state);
    const inside = await forkRng(async () => {
      await Promise.resolve();
      manualSeed(1, { torch: '1.13' });
      return some();
    });
    expect(inside).not.toEqual(some());
    expect(defaultGenerator().initialSeed()).toBe(9n);
  });

  test('brings back whose numbers they were', () => {
    const wide = () => randint(0, 2 ** 30, [3]).toArray();
    manualSeed(0, { torch: '2.6' });
    const expected = wide();
    manualSeed(0, { torch: '2.6' });
    forkRng(() => manualSeed(4));
    expect(wide()).toEqual(expected);
    manualSeed(0);
    expect(wide()).not.toEqual(expected);
  });
});

test('invalid seeds and versions', () => {
  expect(() => manualSeed(0.5)).toThrow('manualSeed: seed is 0.5, expected a whole number.');
  expect(() => manualSeed(2n ** 64n)).toThrow(/outside -2\^63 to 2\^64 - 1/);
  expect(() => manualSeed('7' as unknown as number)).toThrow(ArgumentError);
  expect(() => manualSeed(1, { torch: 'newest' })).toThrow(/torch is 'newest', expected a version of PyTorch, such as '2.6'/);
  expect(() => manualSeed(1, { torch: '0.4' })).toThrow(/before 1.7 are not reproduced/);
  expect(() => manualSeed(1, { mkl: true })).toThrow(/mkl says nothing without a version/);
});

test('randperm and randintLike take dtypes', () => {
  manualSeed(0); // torch.randperm(10): 4, 1, 7, 5, 3, 9, 0, 8, 6, 2
  const order = randperm(10, { dtype: 'int32' });
  expect([order.dtype, order.toArray()]).toEqual(['int32', [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]]);
  expect(() => randperm(3, { requiresGrad: true })).toThrow(DTypeError);
  expect(() => randperm(300, { dtype: 'uint8' })).toThrow(/uint8 has no room for the numbers below 300/);
  manualSeed(0); // torch.randint(0, 10, (5,)): 4, 9, 3, 0, 3
  expect(randintLike(empty([5], { dtype: 'float64' }), 10).toArray()).toEqual([4, 9, 3, 0, 3]);
  expect(randintLike(tensor([1, 2]), 3, 4).toArray()).toEqual([3, 3]);
});
