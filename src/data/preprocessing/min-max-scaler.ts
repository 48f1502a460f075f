/** From the smallest and largest value to a range. */
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { to } from '../../ops/view/copy.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { finiteNumber, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { columnSums } from './columns.js';
import { columnTensor, flag, Scaler, type ScalerState, type StateReader, settle } from './scaler.js';

/** The options of {@link MinMaxScaler}. */
export interface MinMaxScalerOptions {
  /** What the smallest and the largest value of each column become. Default: [0, 1]. */
  featureRange?: readonly [min: number, max: number];
  /** Whether values outside what was seen in `fit` are cut off at the range's ends. Default: false. */
  clip?: boolean;
  /** Whether `transform` leaves its input as it is, instead of writing over it. Default: true. */
  copy?: boolean;
}

interface MinMaxSettings {
  featureRange: readonly [min: number, max: number];
  clip: boolean;
  copy: boolean;
}

const DEFAULTS: MinMaxSettings = { featureRange: [0, 1], clip: false, copy: true };

/** What is known of each column. */
interface Extent {
  readonly min: Tensor;
  readonly scale: Tensor;
  readonly dataMin: Tensor;
  readonly dataMax: Tensor;
  readonly dataRange: Tensor;
}

/**
 * Brings each column into a range: its smallest value in the training data becomes `featureRange[0]`, its largest `featureRange[1]`. A column
 * that is constant becomes `featureRange[0]`.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.MinMaxScaler.html
 * @example
 * const scaler = new MinMaxScaler();
 * scaler.fitTransform(tensor([[-1, 2], [0, 6], [1, 18]])).toArray(); // [[0, 0], [0.5, 0.25], [1, 1]]
 * scaler.transform(tensor([[2, 2]])).toArray(); // [[1.5, 0]]
 */
export class MinMaxScaler extends Scaler {
  static override readonly className: string = 'MinMaxScaler';
  private settings: Readonly<MinMaxSettings>;
  private samples = 0;
  private extent: Extent | null = null;

  constructor(...args: Arguments<MinMaxScalerOptions, [featureRange: 'featureRange']>) {
    const op = classNameOf(new.target);
    const { featureRange: range, clip, copy } = readArguments<MinMaxSettings>(op, DEFAULTS, args);
    super(copy);
    if (!Array.isArray(range) || range.length !== 2) throw unexpected(op, 'featureRange', range, 'two numbers: [min, max]');
    range.forEach((end: unknown, i) => finiteNumber(op, `featureRange[${i}]`, end));
    if (range[0] >= range[1]) throw unexpected(op, 'featureRange', range, 'the smaller number first');
    this.settings = { featureRange: [range[0], range[1]], clip, copy };
  }

  /** What the smallest and the largest value of each column become. */
  get featureRange(): readonly [min: number, max: number] {
    return this.settings.featureRange;
  }

  /** Whether values outside what was seen in `fit` are cut off. */
  get clip(): boolean {
    return this.settings.clip;
  }

  /** What is added to each column once it is scaled: [F]. @throws {NotFittedError} before `fit`. */
  get min(): Tensor {
    this.fitted('min');
    return this.extent!.min;
  }

  /** What each column is multiplied by: [F]. @throws {NotFittedError} before `fit`. */
  get scale(): Tensor {
    this.fitted('scale');
    return this.extent!.scale;
  }

  /** The smallest value of each column: [F]. @throws {NotFittedError} before `fit`. */
  get dataMin(): Tensor {
    this.fitted('dataMin');
    return this.extent!.dataMin;
  }

  /** The largest value of each column: [F]. @throws {NotFittedError} before `fit`. */
  get dataMax(): Tensor {
    this.fitted('dataMax');
    return this.extent!.dataMax;
  }

  /** `dataMax - dataMin`: [F]. @throws {NotFittedError} before `fit`. */
  get dataRange(): Tensor {
    this.fitted('dataRange');
    return this.extent!.dataRange;
  }

  /** How many rows were seen. @throws {NotFittedError} before `fit`. */
  get nSamplesSeen(): number {
    this.fitted('nSamplesSeen');
    return this.samples;
  }

  /**
   * Learns from more data, beside that of the calls before: for data that comes in batches.
   * @param x [N, F]; NaN for missing values. @returns the scaler itself.
   * @throws {ShapeError} for another number of columns than before. @throws {ArgumentError} for infinities.
   */
  partialFit(x: Tensor): this {
    if (arguments.length > 1) tooMany('MinMaxScaler.partialFit', 1, arguments);
    return this.learnMore(x);
  }

  protected learn(op: string, x: Tensor, first: boolean): void {
    const { min, max } = columnSums(op, x);
    if (!first) {
      // A column that had no values in one call is NaN from then on, as in scikit-learn.
      const [before, after] = [this.dataMin.toArray() as number[], this.dataMax.toArray() as number[]];
      for (let f = 0; f < min.length; f++) {
        min[f] = Math.min(min[f]!, before[f]!);
        max[f] = Math.max(max[f]!, after[f]!);
      }
    }
    // In float32 for float32, step by step, as scikit-learn: the results are the same to the bit.
    const single = x.dtype === 'float32';
    const round = single ? Math.fround : (value: number) => value;
    const [low, high] = this.featureRange.map(round) as [number, number];
    const range = max.map((value, f) => round(value - min[f]!));
    const tiny = 10 * (single ? 2 ** -23 : Number.EPSILON);
    const scale = range.map((size) => round(round(high - low) / (size < tiny ? 1 : size)));
    const shift = scale.map((factor, f) => round(low - round(min[f]! * factor)));
    const column = (values: Float64Array) => columnTensor(values, x.dtype);
    this.extent = { min: column(shift), scale: column(scale), dataMin: column(min), dataMax: column(max), dataRange: column(range) };
    this.samples = (first ? 0 : this.samples) + x.shape[0]!;
  }

  protected forwards(x: Tensor, inPlace: boolean): Tensor {
    const scaled = add(mul(x, to(this.scale, x.dtype)), to(this.min, x.dtype));
    return settle(x, this.clip ? clamp(scaled, ...this.featureRange) : scaled, inPlace);
  }

  protected backwards(x: Tensor, inPlace: boolean): Tensor {
    return settle(x, div(sub(x, to(this.min, x.dtype)), to(this.scale, x.dtype)), inPlace);
  }

  protected state(): ScalerState {
    const { min, scale, dataMin, dataMax, dataRange } = this.extent!;
    return {
      min,
      scale,
      data_min: dataMin,
      data_max: dataMax,
      data_range: dataRange,
      n_samples_seen: fromTypedArray(BigInt64Array.of(BigInt(this.samples))),
      feature_range: fromTypedArray(Float64Array.from(this.featureRange)),
      clip: flag(this.clip),
    };
  }

  protected restore(state: StateReader): number {
    const extent: Extent = {
      min: state.columns('min'),
      scale: state.columns('scale'),
      dataMin: state.columns('data_min'),
      dataMax: state.columns('data_max'),
      dataRange: state.columns('data_range'),
    };
    const [samples] = state.numbers('n_samples_seen', 1) as [number];
    const featureRange = state.numbers('feature_range', 2) as [number, number];
    const clip = state.flag('clip');
    const features = state.end();
    this.extent = extent;
    this.samples = samples;
    this.settings = { featureRange, clip, copy: this.copy };
    return features;
  }

  protected options(): Readonly<Record<string, unknown>> {
    return { ...this.settings };
  }

  protected defaults(): Readonly<Record<string, unknown>> {
    return { ...DEFAULTS };
  }
}
