/** Samplers: in which order, and how often, samples are drawn. The random ones draw PyTorch's numbers. */
import { ArgumentError } from '../../errors.js';
import { multinomial } from '../../ops/random/random.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertBoolean, countOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { checkGenerator, defaultGenerator, Generator, randint, randperm } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { DrawnNumbers } from './state/drawn-numbers.js';
import { Order, type OrderState } from './state/order.js';
import { readCount, readPart, type Stateful } from './state/stateful.js';

/**
 * The numbers of the samples of one epoch.
 *
 * A loader's state holds where its sampler stands. One of your own need do nothing for that, where its numbers depend on Hone's generators
 * alone, be they in its fields: it is gone through again. Where they depend on more, give it, or the iterator that it makes, `stateDict()` and
 * `loadStateDict(state)`: after that the next loop gives the rest of the epoch.
 */
export interface Sampler extends Iterable<number> {
  /** How many numbers one epoch has. */
  readonly length: number;
  /** Where the running epoch stands: anything that `save` takes. */
  stateDict?(): unknown;
  /** Lets the next loop give the rest of that epoch. */
  loadStateDict?(state: unknown): void;
}

/** The numbers of an int64 tensor, which is given back. */
export function readInt64(x: Tensor): number[] {
  const out = Array.from(toTypedArray(x) as BigInt64Array, Number);
  x.dispose();
  return out;
}

function checkDataset(op: string, dataset: unknown): void {
  if (typeof (dataset as { length?: unknown } | null | undefined)?.length !== 'number')
    throw new ArgumentError(`${op}: the dataset is ${show(dataset)}, expected a Dataset, an array or anything else with a length.`);
}

function checkIterable(op: string, name: string, value: unknown): void {
  if (typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a list of numbers.`);
}

/** Each sample once, in order. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler */
export class SequentialSampler implements Sampler {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'SequentialSampler';
  constructor(private readonly dataset: { readonly length: number }) {
    if (arguments.length > 1) tooMany('SequentialSampler', 1, arguments);
    checkDataset('SequentialSampler', dataset);
  }

  get length(): number {
    return this.dataset.length;
  }

  [Symbol.iterator](): Iterator<number> {
    return new Counting(this.dataset);
  }
}

/** One epoch in order, and where it stands. */
class Counting implements IterableIterator<number>, Stateful {
  private at = 0;

  constructor(private readonly dataset: { readonly length: number }) {}

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<number, undefined> {
    return this.at < this.dataset.length ? { done: false, value: this.at++ } : { done: true, value: undefined };
  }

  return(): IteratorResult<number, undefined> {
    this.at = Number.POSITIVE_INFINITY;
    return { done: true, value: undefined };
  }

  stateDict(): unknown {
    return { at: this.at };
  }

  loadStateDict(state: unknown): void {
    this.at = readCount('the place of a SequentialSampler', readPart('the state of a sampler', state).at);
  }
}

/** The options of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** Draws each number from all samples, so that they may repeat. Default: false. */
  replacement?: boolean;
  /** Numbers in an epoch. Default: the length of the data set. */
  numSamples?: number;
  /** Where the numbers come from. Default: each epoch a new generator, seeded from the default one. */
  generator?: Generator;
}

/**
 * The samples in random order.
 * @throws {ArgumentError} for an empty data set.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler implements Sampler {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'RandomSampler';
  /** The last loop's generator, to be seeded again; no field in which a loader's state would look for one. */
  #spare: Generator | undefined;
  private readonly options: RandomSamplerOptions;

  constructor(
    private readonly dataset: { readonly length: number },
    options: RandomSamplerOptions = {},
  ) {
    checkDataset('RandomSampler', dataset);
    const read = readOptions<RandomSamplerOptions>(
      'RandomSampler',
      { replacement: false, numSamples: undefined, generator: undefined },
      options,
    );
    checkGenerator('RandomSampler', read.generator);
    this.options = read;
    if (options.numSamples === undefined && dataset.length === 0)
      throw new ArgumentError('RandomSampler: the dataset is empty, there is nothing to shuffle.');
    countOf('RandomSampler', 'numSamples', this.length, 1);
  }

  get length(): number {
    return this.options.numSamples ?? this.dataset.length;
  }

  [Symbol.iterator](): Iterator<number> {
    const { generator: given, replacement } = this.options;
    /** Where nobody gave one: seeded when the first number is asked for, kept for the next loop. */
    let own: Generator | undefined;
    const begin = () => {
      const seed = defaultGenerator().drawSeed();
      own = this.#spare?.manualSeed(seed) ?? new Generator(seed);
      this.#spare = undefined; // another loop over this sampler may run meanwhile
      return own;
    };
    return new DrawnNumbers({
      draw: (block) => {
        const n = this.dataset.length;
        if (n === 0) throw new ArgumentError('RandomSampler: the dataset is empty, there is nothing to draw.');
        const size = replacement ? 32 : n;
        const left = this.length - block * size;
        // PyTorch draws a last order even where no number of it is used; a generator that others see must move on as far.
        if (left < 0 || (left === 0 && (replacement || !given))) return undefined;
        const generator = given ?? own ?? begin();
        if (replacement) return readInt64(randint(0, n, [Math.min(size, left)], { generator }));
        const drawn = readInt64(randperm(n, { generator }));
        return left < n ? drawn.slice(0, left) : drawn;
      },
      close: () => {
        this.#spare = own ?? this.#spare;
        own = undefined;
      },
      stateDict: () => (own ? { generator: own.getState() } : {}),
      loadStateDict({ generator }) {
        if (generator !== undefined) own = new Generator(0).setState(generator as Uint8Array);
      },
    });
  }
}

/** The options of {@link SubsetRandomSampler}. */
export interface SubsetRandomSamplerOptions {
  /** Where the order comes from. Default: the default generator. */
  generator?: Generator;
}

/** The numbers of a list in random order. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler */
export class SubsetRandomSampler implements Sampler {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'SubsetRandomSampler';
  constructor(
    private readonly indices: readonly number[],
    private readonly options: SubsetRandomSamplerOptions = {},
  ) {
    checkIterable('SubsetRandomSampler', 'indices', indices);
    checkGenerator('SubsetRandomSampler', readOptions('SubsetRandomSampler', { generator: undefined }, options).generator);
  }

  get length(): number {
    return this.indices.length;
  }

  [Symbol.iterator](): Iterator<number> {
    const { indices, options } = this;
    return new DrawnNumbers({
      draw: (block) => (block === 0 ? readInt64(randperm(indices.length, options)).map((i) => indices[i]!) : undefined),
    });
  }
}

/** The options of {@link WeightedRandomSampler}. */
export interface WeightedRandomSamplerOptions {
  /** Whether a sample may come twice in an epoch. Default: true. */
  replacement?: boolean;
  /** Where the numbers come from. Default: the default generator. */
  generator?: Generator;
}

/**
 * Sample i with a probability in proportion to weight i: for classes of unequal size.
 * @param numSamples numbers in an epoch.
 * @throws {ArgumentError} for weights that are negative, not finite or all 0, or more draws without replacement than weights above 0.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler implements Sampler {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'WeightedRandomSampler';
  private readonly weights: Float64Array;
  readonly length: number;

  constructor(
    weights: Iterable<number>,
    numSamples: number,
    private readonly options: WeightedRandomSamplerOptions = {},
  ) {
    checkIterable('WeightedRandomSampler', 'weights', weights);
    const defaults: WeightedRandomSamplerOptions = { replacement: true, generator: undefined };
    const read = readOptions('WeightedRandomSampler', defaults, options);
    checkGenerator('WeightedRandomSampler', read.generator);
    this.weights = Float64Array.from(weights);
    this.length = countOf('WeightedRandomSampler', 'numSamples', numSamples, 1);
    const bad = this.weights.findIndex((w) => !(w >= 0 && Number.isFinite(w)));
    if (bad >= 0)
      throw new ArgumentError(`WeightedRandomSampler: weight ${bad} is ${this.weights[bad]}, expected a finite number of 0 or more.`);
    const usable = this.weights.filter((w) => w > 0).length;
    if (usable === 0) throw new ArgumentError('WeightedRandomSampler: no weight is above 0.');
    if (options.replacement === false && numSamples > usable) {
      throw new ArgumentError(`WeightedRandomSampler: ${numSamples} draws without replacement, but only ${usable} weights are above 0.`);
    }
  }

  [Symbol.iterator](): Iterator<number> {
    const { replacement = true, generator } = this.options;
    return new DrawnNumbers({
      draw: (block) => {
        if (block > 0) return undefined;
        const weights = fromTypedArray(this.weights);
        const drawn = multinomial(weights, this.length, { replacement, ...(generator && { generator }) });
        weights.dispose();
        return readInt64(drawn);
      },
    });
  }
}

/**
 * Batches of another sampler's numbers.
 * @param dropLast leaves out a last batch that is not full.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
 */
export class BatchSampler implements Iterable<number[]> {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'BatchSampler';
  constructor(
    /** What gives the numbers of samples. */
    readonly sampler: Iterable<number>,
    /** How many samples a batch has. */
    readonly batchSize: number,
    /** Whether an incomplete last batch is left out. */
    readonly dropLast = false,
  ) {
    checkIterable('BatchSampler', 'sampler', sampler);
    countOf('BatchSampler', 'batchSize', batchSize, 1);
    assertBoolean('BatchSampler', 'dropLast', dropLast);
  }

  /** How many batches. @throws {ArgumentError} when the sampler does not say how many numbers it gives. */
  get length(): number {
    const { length } = this.sampler as Partial<Sampler>;
    if (length === undefined) throw new ArgumentError('BatchSampler: the sampler has no length.');
    return this.dropLast ? Math.floor(length / this.batchSize) : Math.ceil(length / this.batchSize);
  }

  [Symbol.iterator](): Iterator<number[]> {
    return new Batches(this);
  }
}

/** The batches of one epoch, and where it stands. */
class Batches implements IterableIterator<number[]>, Stateful {
  private order: Order<number> | undefined;
  private resumed: OrderState | undefined;
  private ended = false;

  constructor(private readonly sampler: BatchSampler) {}

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<number[], undefined> {
    const { sampler, batchSize, dropLast } = this.sampler;
    const batch: number[] = [];
    if (!this.ended) this.order ??= new Order(sampler, this.resumed);
    while (!this.ended && batch.length < batchSize) {
      const { done, value } = this.order!.next();
      if (done) this.ended = true;
      else batch.push(value);
    }
    return batch.length === batchSize || (batch.length > 0 && !dropLast) ? { done: false, value: batch } : { done: true, value: undefined };
  }

  return(): IteratorResult<number[], undefined> {
    if (!this.ended) this.order?.close();
    this.ended = true;
    return { done: true, value: undefined };
  }

  stateDict(): unknown {
    return { ended: this.ended, order: this.order?.state() ?? this.resumed };
  }

  loadStateDict(state: unknown): void {
    const { ended, order } = readPart('the state of a BatchSampler', state);
    this.ended = ended === true;
    this.resumed = order as OrderState | undefined;
  }
}
