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

/** The numbers of the samples of one epoch. */
export interface Sampler extends Iterable<number> {
  /** How many numbers one epoch has. */
  readonly length: number;
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

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.dataset.length; i++) yield i;
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
  /** The last loop's generator, to be seeded again. */
  private spare: Generator | undefined;
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

  *[Symbol.iterator](): Iterator<number> {
    if (this.dataset.length === 0) throw new ArgumentError('RandomSampler: the dataset is empty, there is nothing to draw.');
    if (this.options.generator) {
      yield* this.draw(this.options.generator);
      return;
    }
    const seed = defaultGenerator().drawSeed();
    const generator = this.spare?.manualSeed(seed) ?? new Generator(seed);
    this.spare = undefined; // another loop over this sampler may run meanwhile
    try {
      yield* this.draw(generator);
    } finally {
      this.spare = generator;
    }
  }

  private *draw(generator: Generator): Iterable<number> {
    const { length: n } = this.dataset;
    const count = this.length;
    if (this.options.replacement) {
      const some = (size: number) => readInt64(randint(0, n, [size], { generator }));
      for (let i = 0; i < Math.floor(count / 32); i++) yield* some(32);
      yield* some(count % 32);
      return;
    }
    for (let i = 0; i < Math.floor(count / n); i++) yield* readInt64(randperm(n, { generator }));
    // PyTorch draws this last order even where no number of it is used; the generator must move on as far.
    yield* readInt64(randperm(n, { generator })).slice(0, count % n);
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

  *[Symbol.iterator](): Iterator<number> {
    for (const i of readInt64(randperm(this.indices.length, this.options))) yield this.indices[i]!;
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

  *[Symbol.iterator](): Iterator<number> {
    const { replacement = true, generator } = this.options;
    const weights = fromTypedArray(this.weights);
    yield* readInt64(multinomial(weights, this.length, { replacement, ...(generator && { generator }) }));
    weights.dispose();
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

  *[Symbol.iterator](): Iterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length === this.batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
