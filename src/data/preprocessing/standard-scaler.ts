/** Mean 0 and deviation 1. */

import { ArgumentError, ShapeError } from '../../errors.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { clone, to } from '../../ops/view/copy.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { atLeast, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { int64Of } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { columnDeviations, columnSums } from './columns.js';
import { columnTensor, flag, Scaler, type ScalerState, type StateReader, settle } from './scaler.js';

/** The options of {@link StandardScaler}. */
export interface StandardScalerOptions {
  /** Whether the mean is taken away. Default: true. */
  withMean?: boolean;
  /** Whether columns are divided by their standard deviation. Default: true. */
  withStd?: boolean;
  /** Whether `transform` leaves its input as it is, instead of writing over it. Default: true. */
  copy?: boolean;
}

/** The options of {@link StandardScaler.fit}. */
export interface StandardScalerFitOptions {
  /** How much each row counts, [N]: numbers of 0 or more. Default: null, 1. */
  sampleWeight?: Tensor | readonly number[] | null;
}

const DEFAULTS = { withMean: true, withStd: true, copy: true };
const EPSILON = Number.EPSILON;

/**
 * Brings each column to mean 0 and standard deviation 1: `(x - mean) / std`, with the mean and the deviation (that of a population) of the
 * training data. A column that is constant becomes 0: its scale is 1.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html
 * @example
 * const scaler = new StandardScaler();
 * scaler.fitTransform(tensor([[0, 5], [0, 5], [2, 5], [2, 5]])).toArray(); // [[-1, 0], [-1, 0], [1, 0], [1, 0]]
 * scaler.transform(tensor([[4, 6]])).toArray(); // [[3, 1]]
 */
export class StandardScaler extends Scaler {
  static override readonly className: string = 'StandardScaler';
  private settings: Readonly<typeof DEFAULTS>;
  /** Per column: how many values were seen, and their mean and variance. */
  private seen = new Float64Array(0);
  private means = new Float64Array(0);
  private variances = new Float64Array(0);
  /** How much the rows count of the data that is being learnt; null where all count alike. */
  private weights: unknown = null;
  private tensors: { readonly mean: Tensor; readonly var: Tensor; readonly scale: Tensor } | null = null;

  constructor(options?: StandardScalerOptions) {
    const settings = readOptions(classNameOf(new.target), DEFAULTS, options);
    super(settings.copy);
    this.settings = settings;
  }

  /** Whether the mean is taken away. */
  get withMean(): boolean {
    return this.settings.withMean;
  }

  /** Whether columns are divided by their standard deviation. */
  get withStd(): boolean {
    return this.settings.withStd;
  }

  /** The mean of each column: float64, [F]. @throws {NotFittedError} before `fit`. */
  get mean(): Tensor {
    this.fitted('mean');
    return this.tensors!.mean;
  }

  /** The variance of each column, that of a population: float64, [F]; null without `withStd`. @throws {NotFittedError} before `fit`. */
  get var(): Tensor | null {
    this.fitted('var');
    return this.withStd ? this.tensors!.var : null;
  }

  /** What each column is divided by: float64, [F]; null without `withStd`. @throws {NotFittedError} before `fit`. */
  get scale(): Tensor | null {
    this.fitted('scale');
    return this.withStd ? this.tensors!.scale : null;
  }

  /** How many rows were seen, or the sum of their weights; one number for each column where values are missing. @throws {NotFittedError} before `fit`. */
  get nSamplesSeen(): number | readonly number[] {
    this.fitted('nSamplesSeen');
    return this.seen.every((n) => n === this.seen[0]) ? this.seen[0]! : Array.from(this.seen);
  }

  /**
   * Learns from data, and forgets what it learnt before.
   * @param x [N, F], with N and F of at least 1; NaN for missing values.
   * @returns the scaler itself.
   * @throws {ShapeError} for another shape, and weights of another number. @throws {ArgumentError} for infinities; it names row and column.
   * @example
   * new StandardScaler().fit(tensor([[0], [4]]), { sampleWeight: [3, 1] }).mean; // [1]
   */
  override fit(x: Tensor, options?: StandardScalerFitOptions): this {
    return this.#weighted('fit', options, () => super.fit(x));
  }

  /**
   * Learns from more data, beside that of the calls before: for data that comes in batches.
   * @param x [N, F]; NaN for missing values. @returns the scaler itself.
   * @throws {ShapeError} for another number of columns than before, and weights of another number. @throws {ArgumentError} for infinities.
   */
  partialFit(x: Tensor, options?: StandardScalerFitOptions): this {
    return this.#weighted('partialFit', options, () => this.learnMore(x));
  }

  /** `fit(x, options)`, then `transform(x)`. @throws as these. */
  override fitTransform(x: Tensor, options?: StandardScalerFitOptions): Tensor {
    return this.fit(x, options).transform(x);
  }

  /** Runs a fit whose rows count as the options say. */
  #weighted(member: string, options: StandardScalerFitOptions | undefined, fit: () => this): this {
    const { sampleWeight } = readOptions(`${classNameOf(this)}.${member}`, { sampleWeight: null as unknown }, options);
    this.weights = sampleWeight;
    try {
      return fit();
    } finally {
      this.weights = null;
    }
  }

  protected learn(op: string, x: Tensor, first: boolean): void {
    const weights = this.weights === null ? undefined : weightsOf(op, this.weights, x.shape[0]!);
    const { count, sum } = columnSums(op, x, weights);
    const features = count.length;
    const { first: rest, second } = columnDeviations(
      x,
      sum.map((total, f) => total / count[f]!),
      weights,
    );
    const before = first ? new Float64Array(features) : this.seen;
    const [seen, means, variances] = [new Float64Array(features), new Float64Array(features), new Float64Array(features)];
    // Chan, Golub and LeVeque 1983, equation 1.5, as scikit-learn has it: `rest` would be 0 but for rounding.
    for (let f = 0; f < features; f++) {
      const [n, old] = [count[f]!, before[f]!];
      seen[f] = old + n;
      if (n === 0) {
        means[f] = old === 0 ? NaN : this.means[f]!;
        variances[f] = old === 0 ? NaN : this.variances[f]!;
        continue;
      }
      const oldSum = old === 0 ? 0 : this.means[f]! * old;
      means[f] = (oldSum + sum[f]!) / seen[f]!;
      let squares = second[f]! - rest[f]! ** 2 / n;
      if (old > 0) {
        const ratio = old / n;
        squares += this.variances[f]! * old + (ratio / seen[f]!) * (oldSum / ratio - sum[f]!) ** 2;
      }
      variances[f] = squares / seen[f]!;
    }
    this.hold(seen, means, variances);
  }

  protected forwards(x: Tensor, inPlace: boolean): Tensor {
    let out = x;
    if (this.withMean) out = sub(out, to(this.mean, x.dtype));
    if (this.withStd) out = div(out, to(this.scale!, x.dtype));
    return settle(x, out === x && !inPlace ? clone(x) : out, inPlace);
  }

  protected backwards(x: Tensor, inPlace: boolean): Tensor {
    let out = x;
    if (this.withStd) out = mul(out, to(this.scale!, x.dtype));
    if (this.withMean) out = add(out, to(this.mean, x.dtype));
    return settle(x, out === x && !inPlace ? clone(x) : out, inPlace);
  }

  protected state(): ScalerState {
    const { mean, var: variance } = this.tensors!;
    const seen = this.seen.every(Number.isInteger) ? int64Of(this.seen) : columnTensor(this.seen);
    return { mean, var: variance, n_samples_seen: seen, with_mean: flag(this.withMean), with_std: flag(this.withStd) };
  }

  protected restore(state: StateReader): number {
    const [mean, variance] = [state.columns('mean'), state.columns('var')];
    const seen = state.numbers('n_samples_seen', mean.shape[0]!);
    const settings = { withMean: state.flag('with_mean'), withStd: state.flag('with_std'), copy: this.copy };
    const features = state.end();
    this.settings = settings;
    const numbers = (x: Tensor) => Float64Array.from(x.toArray() as number[]);
    this.hold(Float64Array.from(seen), numbers(mean), numbers(variance));
    return features;
  }

  protected options(): Readonly<Record<string, unknown>> {
    return this.settings;
  }

  protected defaults(): Readonly<Record<string, unknown>> {
    return DEFAULTS;
  }

  private hold(seen: Float64Array, means: Float64Array, variances: Float64Array): void {
    const scale = variances.map((variance, f) => {
      // What rounding alone makes of a constant column: such a deviation would blow up noise.
      const noise = seen[f]! * EPSILON * variance + (seen[f]! * means[f]! * EPSILON) ** 2;
      return variance <= noise ? 1 : Math.sqrt(variance);
    });
    this.seen = Float64Array.from(seen);
    this.means = Float64Array.from(means);
    this.variances = Float64Array.from(variances);
    this.tensors = { mean: columnTensor(this.means), var: columnTensor(this.variances), scale: columnTensor(Float64Array.from(scale)) };
  }
}

/** The weights of `rows` rows. @throws {ShapeError} for another number. @throws {ArgumentError} for what does not weigh. */
function weightsOf(op: string, value: unknown, rows: number): Float64Array {
  const list: unknown = value instanceof Tensor ? (value.ndim === 1 ? value.toArray() : undefined) : value;
  if (!Array.isArray(list) && !(ArrayBuffer.isView(list) && !(list instanceof DataView)))
    throw unexpected(op, 'sampleWeight', value, `${rows} numbers, one for each row`);
  const weights = Float64Array.from(list as unknown as ArrayLike<number>, (weight, i) =>
    atLeast(op, `sampleWeight[${i}]`, Number(weight), 0),
  );
  if (weights.length !== rows)
    throw new ShapeError(`${op}: sampleWeight has ${weights.length} numbers, x has ${rows} rows. Give one for each row.`);
  if (weights.every((weight) => weight === 0)) throw new ArgumentError(`${op}: all weights are 0, expected at least one above 0.`);
  return weights;
}
