/** What batch and instance normalisation layers share: their parameters and running statistics. */
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, countOf, type Rank, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { ones, zeros } from '../../tensor/create/create.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';

/** The options of the batch norm layers. */
export interface BatchNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** How much of each new batch goes into the running statistics; null averages over all batches alike. Default: 0.1. */
  momentum?: number | null;
  /** Learns a scale (and a bias). Default: true. */
  affine?: boolean;
  /** Keeps running statistics for evaluation. Default: true. */
  trackRunningStats?: boolean;
  /** With `affine`: learns a bias. Default: true. */
  bias?: boolean;
  /** Of parameters and statistics. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The arguments of {@link BatchNormLayerOptions} that may be given in order. */
export type NormArguments = Arguments<
  BatchNormLayerOptions,
  [eps: 'eps', momentum: 'momentum', affine: 'affine', trackRunningStats: 'trackRunningStats']
>;

/** @internal Parameters and running statistics of batch and instance normalisation. */
export abstract class RunningNorm extends Module {
  static override readonly className: string = 'RunningNorm';
  static override readonly kind: LayerKind | null = 'norm';
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  runningMean: Tensor | null;
  runningVar: Tensor | null;
  /** How many batches the running statistics have seen, int64. */
  numBatchesTracked: Tensor | null;

  /** How many dims follow the channels. */
  protected abstract readonly axes: Rank;

  constructor(
    readonly numFeatures: number,
    args: NormArguments,
    on: boolean,
  ) {
    super();
    const name = classNameOf(this);
    // Null is a momentum too, so no default says of what type it must be.
    const defaults = { eps: 1e-5, momentum: undefined, affine: on, trackRunningStats: on, bias: true, dtype: 'float32' };
    const given = readArguments<BatchNormLayerOptions>(name, defaults as BatchNormLayerOptions, args);
    const { eps, momentum = 0.1, affine, trackRunningStats, bias, dtype } = given as Settings<BatchNormLayerOptions>;
    countOf(name, 'numFeatures', numFeatures);
    assertFloatingDType(name, 'dtype', dtype);
    if (momentum !== null && typeof momentum !== 'number')
      throw unexpected(name, 'momentum', momentum, 'a number, or null to average over all batches');
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    const parameter = () => new Parameter(emptyTensor([numFeatures], dtype));
    this.weight = this.registerParameter('weight', affine ? parameter() : null);
    this.bias = this.registerParameter('bias', affine && bias ? parameter() : null);
    this.runningMean = this.registerBuffer('runningMean', trackRunningStats ? zeros([numFeatures], { dtype }) : null, {
      key: 'running_mean',
    });
    this.runningVar = this.registerBuffer('runningVar', trackRunningStats ? ones([numFeatures], { dtype }) : null, { key: 'running_var' });
    // Old checkpoints, and files that carry no version, lack the count: PyTorch loads them all the same.
    this.numBatchesTracked = this.registerBuffer('numBatchesTracked', trackRunningStats ? zeros([], { dtype: 'int64' }) : null, {
      key: 'num_batches_tracked',
      optional: true,
    });
    this.resetParameters();
  }

  resetRunningStats(): void {
    if (this.runningMean) zeros_(this.runningMean);
    if (this.runningVar) ones_(this.runningVar);
    if (this.numBatchesTracked) zeros_(this.numBatchesTracked);
  }

  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, bias, trackRunningStats } = this;
    return `${numFeatures}, eps=${float(eps)}, momentum=${momentum === null ? 'None' : float(momentum)}, affine=${bool(affine)}, bias=${bool(bias !== null)}, track_running_stats=${bool(trackRunningStats)}`;
  }
}

/** The error for an input with the wrong number of dims; `fitting` is the layer to use instead, as `BatchNorm2d`, where there is one. */
export function wrongDims(layer: RunningNorm, x: Tensor, expected: string, fitting: string | null): ShapeError {
  const hint = fitting === null ? '' : ` Use nn.${fitting}(${layer.numFeatures}).`;
  return new ShapeError(`${classNameOf(layer)}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${expected}.${hint}`);
}
