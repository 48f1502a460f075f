/** Median and quartiles, which outliers do not move. */
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { ndtri } from '../../ops/special/special.js';
import { clone, to } from '../../ops/view/copy.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { between, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../tensor/arguments/python-text.js';
import { fromTypedArray, tensor } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { columnSums, quantileOf, sortedColumn } from './columns.js';
import { columnTensor, flag, Scaler, type ScalerState, type StateReader, settle } from './scaler.js';

/** The options of {@link RobustScaler}. */
export interface RobustScalerOptions {
  /** Whether the median is taken away. Default: true. */
  withCentering?: boolean;
  /** Whether columns are divided by the range between two of their quantiles. Default: true. */
  withScaling?: boolean;
  /** Which quantiles those are, in per cent. Default: [25, 75]. */
  quantileRange?: readonly [low: number, high: number];
  /** Whether the range is measured by that of the normal distribution, so that normal data gets variance 1. Default: false. */
  unitVariance?: boolean;
  /** Whether `transform` leaves its input as it is, instead of writing over it. Default: true. */
  copy?: boolean;
}

interface RobustSettings {
  withCentering: boolean;
  withScaling: boolean;
  quantileRange: readonly [low: number, high: number];
  unitVariance: boolean;
  copy: boolean;
}

const DEFAULTS: RobustSettings = { withCentering: true, withScaling: true, quantileRange: [25, 75], unitVariance: false, copy: true };

/**
 * Takes away each column's median and divides by the range between its quartiles: a few wild values change neither.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.RobustScaler.html
 * @example
 * const scaler = new RobustScaler();
 * scaler.fitTransform(tensor([[1], [2], [3], [4], [1000]])).toArray(); // [[-1], [-0.5], [0], [0.5], [498.5]]
 */
export class RobustScaler extends Scaler {
  static override readonly className: string = 'RobustScaler';
  private settings: Readonly<RobustSettings>;
  private medians: Tensor | null = null;
  private ranges: Tensor | null = null;

  constructor(options?: RobustScalerOptions) {
    const op = classNameOf(new.target);
    const settings = readOptions<RobustSettings>(op, DEFAULTS, options);
    super(settings.copy);
    const { quantileRange: range } = settings;
    if (!Array.isArray(range) || range.length !== 2) throw unexpected(op, 'quantileRange', range, 'two numbers in per cent: [low, high]');
    range.forEach((end: unknown, i) => between(op, `quantileRange[${i}]`, end, 0, 100));
    if (range[0] > range[1]) throw unexpected(op, 'quantileRange', range, 'the smaller number first');
    if (settings.unitVariance && (range[0] === range[1] || range[0] === 0 || range[1] === 100))
      throw unexpected(op, 'quantileRange', range, 'two different numbers above 0 and below 100 where unitVariance is true');
    this.settings = { ...settings, quantileRange: [range[0], range[1]] };
  }

  /** Whether the median is taken away. */
  get withCentering(): boolean {
    return this.settings.withCentering;
  }

  /** Whether columns are divided by the range between two quantiles. */
  get withScaling(): boolean {
    return this.settings.withScaling;
  }

  /** Which quantiles those are, in per cent. */
  get quantileRange(): readonly [low: number, high: number] {
    return this.settings.quantileRange;
  }

  /** Whether the range is measured by that of the normal distribution. */
  get unitVariance(): boolean {
    return this.settings.unitVariance;
  }

  /** The median of each column: [F], in the dtype of the data; null without `withCentering`. @throws {NotFittedError} before `fit`. */
  get center(): Tensor | null {
    this.fitted('center');
    return this.medians;
  }

  /** What each column is divided by: float64, [F]; null without `withScaling`. @throws {NotFittedError} before `fit`. */
  get scale(): Tensor | null {
    this.fitted('scale');
    return this.ranges;
  }

  protected learn(op: string, x: Tensor): void {
    columnSums(op, x);
    const { withCentering, withScaling, quantileRange, unitVariance } = this.settings;
    const features = x.shape[1]!;
    const [center, scale] = [new Float64Array(features), new Float64Array(features)];
    const [low, high] = quantileRange;
    const normal = unitVariance ? normalQuantile(high / 100) - normalQuantile(low / 100) : 1;
    for (let f = 0; f < features; f++) {
      const sorted = sortedColumn(x, f);
      center[f] = quantileOf(sorted, 0.5);
      const range = quantileOf(sorted, high / 100) - quantileOf(sorted, low / 100);
      scale[f] = (range < 10 * Number.EPSILON ? 1 : range) / normal;
    }
    this.medians = withCentering ? columnTensor(center, x.dtype) : null;
    this.ranges = withScaling ? columnTensor(scale) : null;
  }

  protected forwards(x: Tensor, inPlace: boolean): Tensor {
    let out = x;
    if (this.center) out = sub(out, to(this.center, x.dtype));
    if (this.scale) out = div(out, to(this.scale, x.dtype));
    return settle(x, out === x && !inPlace ? clone(x) : out, inPlace);
  }

  protected backwards(x: Tensor, inPlace: boolean): Tensor {
    let out = x;
    if (this.scale) out = mul(out, to(this.scale, x.dtype));
    if (this.center) out = add(out, to(this.center, x.dtype));
    return settle(x, out === x && !inPlace ? clone(x) : out, inPlace);
  }

  protected state(): ScalerState {
    return {
      ...(this.medians && { center: this.medians }),
      ...(this.ranges && { scale: this.ranges }),
      n_features_in: fromTypedArray(BigInt64Array.of(BigInt(this.nFeaturesIn))),
      quantile_range: fromTypedArray(Float64Array.from(this.quantileRange)),
      unit_variance: flag(this.unitVariance),
    };
  }

  protected restore(state: StateReader): number {
    const center = state.has('center') ? state.columns('center') : null;
    const scale = state.has('scale') ? state.columns('scale') : null;
    const [features] = state.numbers('n_features_in', 1) as [number];
    const quantileRange = state.numbers('quantile_range', 2) as [number, number];
    const unitVariance = state.flag('unit_variance');
    state.end();
    this.medians = center;
    this.ranges = scale;
    this.settings = { withCentering: center !== null, withScaling: scale !== null, quantileRange, unitVariance, copy: this.copy };
    return features;
  }

  protected options(): Readonly<Record<string, unknown>> {
    // Per cent are floats to scikit-learn.
    return { ...this.settings, quantileRange: pythonPair(this.quantileRange) };
  }

  protected defaults(): Readonly<Record<string, unknown>> {
    return { ...DEFAULTS, quantileRange: pythonPair(DEFAULTS.quantileRange) };
  }
}

const pythonPair = (pair: readonly number[]): string => `(${pair.map(pythonFloat).join(', ')})`;

const normalQuantile = (p: number): number => ndtri(tensor([p], { dtype: 'float64' })).item() as number;
