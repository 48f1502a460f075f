/** A loader's state: whatever was interrupted goes on with the batches and the random numbers that would have followed. */
import {
  defaultGenerator,
  Generator,
  loadBytes,
  manualSeed,
  rand,
  randint,
  randperm,
  StateDictError,
  saveBytes,
  type Tensor,
  tensor,
} from 'hone';
import {
  BatchSampler,
  ChainDataset,
  ConcatDataset,
  DataLoader,
  type DataLoaderState,
  Dataset,
  IterableDataset,
  RandomSampler,
  type Sampler,
  StackDataset,
  Subset,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
} from 'hone/data';
import { transforms } from 'hone/vision';
import { describe, expect, it } from 'vitest';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

type AnyLoader = DataLoader<never, unknown>;

/** What a setup makes for one process: a loader, and generators of the program's own that it may draw from. */
interface Setup {
  loader: AnyLoader;
  generators?: Generator[];
}

/** Samples that draw random numbers, as augmentation does. */
class Augmented extends Dataset<number[]> {
  readonly length = 11;
  private readonly order = new transforms.RandomOrder([(x: Tensor) => x.mul(2), (x: Tensor) => x.add(1), (x: Tensor) => x.mul(-1)]);
  get(i: number): number[] {
    return [i, rand(1).item(), (this.order.forward(tensor(i)) as Tensor).item()];
  }
}

/** A data set with a generator in a field. */
class Noisy extends Dataset<number[]> {
  readonly length = 7;
  private readonly noise: Generator;
  constructor(seed: number) {
    super();
    this.noise = new Generator(seed);
  }
  get(i: number): number[] {
    return [i, rand(1, { generator: this.noise }).item()];
  }
}

/** A data set whose samples are there later. */
class Later extends Augmented {
  override get(i: number): never {
    return Promise.resolve(super.get(i)) as never;
  }
}

/** A sampler that draws its order when it begins. */
class EveryOther implements Sampler {
  readonly length = 6;
  *[Symbol.iterator]() {
    for (const i of randperm(6).toArray() as number[]) yield (2 * i) % 11;
  }
}

/** A sampler that draws from a generator of its own, number by number. */
class OwnDraws implements Sampler {
  readonly length = 8;
  private readonly source = new Generator(3);
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield randint(0, 11, [1], { generator: this.source }).item();
  }
}

/** A sampler that Math.random or the clock may lead: it tells where it stands. */
class Telling implements Sampler {
  readonly length = 7;
  private at = 0;
  private epoch = 0;
  *[Symbol.iterator]() {
    for (; this.at < 7; ) yield (3 * this.at++ + this.epoch) % 11;
    this.at = 0;
    this.epoch++;
  }
  stateDict() {
    return { at: this.at, epoch: this.epoch };
  }
  loadStateDict(state: { at: number; epoch: number }) {
    Object.assign(this, state);
  }
}

/** A data set whose samples depend on those that were asked for before. */
class Counting extends Dataset<number[]> {
  readonly length = 6;
  private asked = 0;
  get(index: number) {
    return [index, 100 * ++this.asked];
  }
  stateDict = () => this.asked;
  loadStateDict = (asked: unknown) => {
    this.asked = asked as number;
  };
}

/** A stream whose samples do not depend on random numbers that others draw. */
class Lines extends IterableDataset<number[]> {
  constructor(private readonly count: number) {
    super();
  }
  override *[Symbol.iterator]() {
    for (let i = 0; i < this.count; i++) yield [i, 10 * i + 0.5];
  }
}

class LinesLater extends IterableDataset<number[]> {
  override async *[Symbol.asyncIterator]() {
    const order = randperm(9).toArray() as number[];
    for (const i of order) yield await Promise.resolve([i, 10 * i + 0.5]);
  }
}

/** A stream that draws as it is read, and tells where it stands. */
class Drawing extends IterableDataset<number[]> {
  private at = 0;
  override *[Symbol.iterator]() {
    while (this.at < 7) yield [this.at++, rand(1).item()];
    this.at = 0;
  }
  override stateDict() {
    return { at: this.at };
  }
  override loadStateDict({ at }: { at: number }) {
    this.at = at;
  }
}

/** A stream whose iterator tells where it stands. */
class Places extends IterableDataset<number[]> {
  override [Symbol.iterator]() {
    let at = 0;
    return {
      next: () => (at < 8 ? { done: false as const, value: [at++, rand(1).item()] } : { done: true as const, value: undefined }),
      stateDict: () => at,
      loadStateDict: (state: number) => {
        at = state;
      },
    };
  }
}

const some = new Augmented();
const loader = (...args: unknown[]) => new (DataLoader as unknown as new (...args: unknown[]) => AnyLoader)(...args);
const own = (make: (generator: Generator) => AnyLoader): Setup => {
  const generator = new Generator(77);
  return { loader: make(generator), generators: [generator] };
};

const SETUPS: Record<string, () => Setup> = {
  'in order': () => ({ loader: loader(some, { batchSize: 3 }) }),
  'some of what keeps count': () => ({ loader: loader(new Subset(new Counting(), [5, 0, 3, 1]), { batchSize: 3 }) }),
  'some of what keeps count, and more of the like': () => ({
    loader: loader(new ConcatDataset([new Subset(new Counting(), [4, 2]), [[7, 7]], new Counting()]), { batchSize: 2, shuffle: true }),
  }),
  'what keeps count beside what does not': () => ({
    loader: loader(new StackDataset({ a: new Counting(), b: range(6), c: new Counting() }), { batchSize: 2, shuffle: true }),
  }),
  'in order, full batches only': () => ({ loader: loader(some, { batchSize: 3, dropLast: true }) }),
  'of tensors': () => ({ loader: loader(new TensorDataset(tensor(range(10)), tensor(range(10))), { batchSize: 4, shuffle: true }) }),
  'of an array': () => ({ loader: loader(range(10), 4, true) }),
  shuffled: () => ({ loader: loader(some, { batchSize: 3, shuffle: true }) }),
  'shuffled by a generator': () => own((generator) => loader(some, { batchSize: 3, shuffle: true, generator })),
  'shuffled by the default generator': () => ({
    loader: loader(some, { batchSize: 3, sampler: new RandomSampler(some, { generator: defaultGenerator() }) }),
  }),
  'with replacement, drawn in blocks from the default generator': () => ({
    loader: loader(some, {
      batchSize: 9,
      sampler: new RandomSampler(some, { replacement: true, numSamples: 75, generator: defaultGenerator() }),
    }),
  }),
  'with replacement': () => ({
    loader: loader(some, { batchSize: 9, sampler: new RandomSampler(some, { replacement: true, numSamples: 70 }) }),
  }),
  'several times over': () =>
    own((generator) => loader(some, { batchSize: 4, sampler: new RandomSampler(some, { numSamples: 26, generator }) })),
  'several times over, from the default generator': () => ({
    loader: loader(some, { batchSize: 4, sampler: new RandomSampler(some, { numSamples: 26 }) }),
  }),
  weighted: () => ({ loader: loader(some, { batchSize: 3, sampler: new WeightedRandomSampler(range(11), 10) }) }),
  'weighted, by a generator': () =>
    own((generator) => loader(some, { batchSize: 3, sampler: new WeightedRandomSampler(range(11), 10, { generator }) })),
  'a random subset': () => ({ loader: loader(some, { batchSize: 2, sampler: new SubsetRandomSampler([1, 3, 5, 7, 9]) }) }),
  'a subset': () => ({ loader: loader(new Subset(some, [5, 3, 8, 1, 9]), { batchSize: 2, shuffle: true }) }),
  'a list of numbers': () => ({ loader: loader(some, { batchSize: 2, sampler: [4, 2, 8, 6, 0] }) }),
  'a list of batches': () => ({ loader: loader(some, { batchSampler: [[1, 2], [3], [4, 5, 6], [7]] }) }),
  'a batch sampler': () => ({ loader: loader(some, { batchSampler: new BatchSampler(new RandomSampler(some), 4, true) }) }),
  'a sampler that draws when it begins': () => ({ loader: loader(some, { batchSize: 2, sampler: new EveryOther() }) }),
  'a sampler with a generator in a field': () => ({ loader: loader(some, { batchSize: 3, sampler: new OwnDraws() }) }),
  'a sampler that tells its state': () => ({ loader: loader(some, { batchSize: 3, sampler: new Telling() }) }),
  'a batch sampler that is a generator function': () => ({
    loader: loader(some, {
      batchSampler: {
        *[Symbol.iterator]() {
          for (const i of randperm(5).toArray() as number[]) yield i % 2 ? [i] : [i, i + 1];
        },
      },
    }),
  }),
  'a data set with a generator in a field': () => ({ loader: loader(new Noisy(5), { batchSize: 2, shuffle: true }) }),
  'a stream': () => ({ loader: loader(new Lines(8), { batchSize: 3 }) }),
  'a stream, full batches only': () => ({ loader: loader(new Lines(8), { batchSize: 3, dropLast: true }) }),
  'a stream that ends with a batch': () => ({ loader: loader(new Lines(9), { batchSize: 3 }) }),
  'a stream that tells its state': () => ({ loader: loader(new Drawing(), { batchSize: 3 }) }),
  'a stream whose iterator tells its state': () => ({ loader: loader(new Places(), { batchSize: 3 }) }),
};

/** Streams one after the other, one of which has a state of its own. */
const chain = (): Setup => ({ loader: loader(new ChainDataset<number[]>([new Lines(4), new Drawing(), [[7, 7.5]]]), { batchSize: 3 }) });
SETUPS['streams one after the other'] = chain;

const LATER: Record<string, () => Setup> = {
  'later samples': () => ({ loader: loader(new Later(), { batchSize: 3, shuffle: true }) }),
  'streams one after the other, some of them later': () => ({
    loader: loader(new ChainDataset<number[]>([new Lines(4), new LinesLater(), new Drawing()]), { batchSize: 3 }),
  }),
  'a later stream': () => ({ loader: loader(new LinesLater(), { batchSize: 2 }) }),
};

const plain = (batch: unknown): unknown =>
  Array.isArray(batch) ? batch.map(plain) : batch instanceof Object && 'toArray' in batch ? (batch as Tensor).toArray() : batch;

/** What a training does with a batch: it draws from the generators, too. */
function used(batch: unknown, { generators = [] }: Setup): unknown {
  return [plain(batch), rand(1).item(), ...generators.map((generator) => rand(1, { generator }).item())];
}

const states = ({ generators = [] }: Setup) =>
  [defaultGenerator(), ...generators].map((generator) => Buffer.from(generator.getState()).toString('base64'));

interface Trace {
  readonly seen: unknown[];
  /** Everything that is seen after state number i: its batches, and where generators end. */
  readonly states: DataLoaderState[];
  readonly ends: unknown;
}

/** Goes through epochs, and takes the state before each, after each batch, and after each loop. */
async function trace(setup: Setup, epochs: number, later: boolean): Promise<Trace> {
  const seen: unknown[] = [];
  const taken: [number, DataLoaderState][] = [];
  const note = () => taken.push([seen.length, setup.loader.stateDict()]);
  for (let epoch = 0; epoch < epochs; epoch++) {
    note();
    seen.push(`epoch ${epoch}`);
    if (later) {
      for await (const [i, batch] of setup.loader.entries()) {
        seen.push([i, used(batch, setup)]);
        note();
      }
    } else
      for (const [i, batch] of setup.loader.entries()) {
        seen.push([i, used(batch, setup)]);
        note();
      }
    seen.push('end');
  }
  note();
  return { seen, states: taken.map(([, state]) => state), ends: states(setup) };
}

/** The same from a state on; `begun` epochs were begun before. */
async function rest(setup: Setup, begun: number, running: boolean, epochs: number, later: boolean): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let epoch = begun - (running ? 1 : 0); epoch < epochs; epoch++) {
    if (epoch >= begun) seen.push(`epoch ${epoch}`);
    if (later) for await (const [i, batch] of setup.loader.entries()) seen.push([i, used(batch, setup)]);
    else for (const [i, batch] of setup.loader.entries()) seen.push([i, used(batch, setup)]);
    seen.push('end');
  }
  return seen;
}

function throughFile(state: DataLoaderState): DataLoaderState {
  return loadBytes<{ state: DataLoaderState }>(saveBytes({ state }, { format: 'pth' })).state;
}

async function checkAll(make: () => Setup, later: boolean, epochs = 2): Promise<void> {
  manualSeed(7);
  const whole = await trace(make(), epochs, later);
  const places = whole.seen.flatMap((what, i) => (what === 'end' ? [] : [i + (String(what).startsWith('epoch') ? 0 : 1)]));
  places.push(whole.seen.length);
  expect(whole.states).toHaveLength(places.length);
  for (const [i, state] of whole.states.entries()) {
    manualSeed(1000 + i);
    rand(i);
    const setup = make();
    expect(setup.loader.stateDict().dataset === undefined).toBe(state.dataset === undefined);
    setup.loader.loadStateDict(i % 2 ? throughFile(state) : state);
    const at = places[i]!;
    const begun = whole.seen.slice(0, at).filter((what) => String(what).startsWith('epoch')).length;
    expect(await rest(setup, begun, state.epoch !== undefined, epochs, later)).toEqual(whole.seen.slice(at));
    expect(states(setup)).toEqual(whole.ends);
  }
}

describe('a loader goes on where it was interrupted, wherever that was', () => {
  it.each(Object.keys(SETUPS))('%s', async (name) => {
    await checkAll(SETUPS[name]!, false);
  });
  it.each([...Object.keys(LATER), 'shuffled', 'a stream', 'a sampler that draws when it begins'])('%s, awaited', async (name) => {
    await checkAll((LATER[name] ?? SETUPS[name])!, true);
  });
});

describe('a state', () => {
  const five = () => loader(range(10), { batchSize: 2, shuffle: true });
  const middle = (from: AnyLoader) => {
    const loop = from[Symbol.iterator]();
    loop.next();
    return loop.stateDict();
  };

  it('of another loader is refused, with what differs; nothing is changed', () => {
    const state = middle(five());
    manualSeed(3);
    const before = defaultGenerator().getState();
    const other = loader(range(12), { batchSize: 4, dropLast: true });
    expect(() => other.loadStateDict(state)).toThrow(
      new StateDictError(
        'DataLoader.loadStateDict: the state is of another loader (samples in the data set: 10 then, 12 here; batchSize: 2 then, 4 here; dropLast: false then, true here; order: RandomSampler by 2 then, SequentialSampler by 4, full ones here). Make the loader as it was made then. Nothing was changed.',
      ),
    );
    const after = defaultGenerator().getState();
    expect(Array.from(other, plain)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    expect(Buffer.compare(after, before)).toBe(0);
  });

  it('with generators that are not there is refused', () => {
    const generator = new Generator(1);
    const state = middle(loader(range(10), { batchSize: 2, shuffle: true, generator }));
    expect(() => five().loadStateDict(state)).toThrow('the state is of a generator at generator, which this loader does not have');
    expect(() => loader(range(10), { batchSize: 2, shuffle: true, generator }).loadStateDict(middle(five()))).toThrow(
      'this loader has a generator at generator, of which the state knows nothing',
    );
  });

  it.each([
    [undefined, 'the state is undefined, expected an object'],
    [{}, 'its version is undefined, expected 1'],
    [{ ...middle(five()), loader: 3 }, 'its loader is 3, expected an object'],
    [{ ...middle(five()), random: { streams: {}, own: {} } }, 'setState: expected the 5056 bytes'],
    [{ ...middle(five()), random: null }, 'the random numbers is null, expected an object'],
    [{ ...middle(five()), numbers: { '': 'float16' } }, "expected 'int64' or 'float32'"],
    [{ ...middle(five()), epoch: 'first' }, 'the epoch is "first", expected an object'],
    [{ ...middle(five()), epoch: { batches: -1 } }, 'the count of batches is -1, expected a whole number of 0 or more'],
  ])('that no loader gave is refused: %#', (state, message) => {
    expect(() => five().loadStateDict(state as never)).toThrow(message);
  });

  it('whose sampler gives other numbers than before is refused in the loop', () => {
    const drifting = () => {
      let n = 0;
      return loader(range(10), {
        batchSize: 2,
        sampler: {
          *[Symbol.iterator]() {
            for (let i = 0; i < 6; i++) yield n++ % 10;
          },
        },
      });
    };
    const first = drifting();
    Array.from(first);
    const again = drifting();
    again.loadStateDict(middle(first));
    expect(() => Array.from(again)).toThrow('gives other numbers than it gave when the state was taken');
  });

  it('is of the loop that went on last, and each loop has its own', () => {
    const numbers = loader(range(10), { batchSize: 2 });
    const outer = numbers[Symbol.iterator]();
    outer.next();
    outer.next();
    const inner = numbers[Symbol.iterator]();
    inner.next();
    expect(numbers.stateDict().epoch?.batches).toBe(1);
    expect(outer.stateDict().epoch?.batches).toBe(2);
    outer.next();
    expect(numbers.stateDict().epoch?.batches).toBe(3);
    expect([outer.position, inner.position]).toEqual([3, 1]);
    for (const _ of inner);
    expect(inner.stateDict().epoch).toBeUndefined();
  });

  it('keeps what the numbers of samples became: a batch of whole ones stays float32', () => {
    const data = () => ({ length: 4, get: (i: number) => (i === 0 ? 0.5 : i) });
    const again = loader(data(), { batchSize: 1 });
    again.loadStateDict(throughFile(middle(loader(data(), { batchSize: 1 }))));
    expect(Array.from(again, (batch) => (batch as Tensor).dtype)).toEqual(['float32', 'float32', 'float32']);
  });

  it('that was loaded is given again until a loop begins', () => {
    const numbers = loader(range(6), { batchSize: 2 });
    numbers.loadStateDict(middle(loader(range(6), { batchSize: 2 })));
    expect(numbers.stateDict().epoch?.batches).toBe(1);
    expect(Array.from(numbers, plain)).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(numbers.stateDict().epoch).toBeUndefined();
    expect(Array.from(numbers, plain)).toHaveLength(3);
  });

  it('of many samples takes four bytes for each', () => {
    const state = middle(loader(range(50_000), { batchSize: 50, shuffle: true }));
    expect(saveBytes({ state }, { format: 'pth' }).length).toBeLessThan(4 * 50_000 + 20_000);
  });
});
