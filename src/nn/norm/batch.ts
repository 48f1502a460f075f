/** Batch normalisation layers. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { addInPlace } from '../../ops/elementwise/inplace.js';
import { readArguments, type Settings, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType, assertTensor, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import { ones, zeros } from '../../tensor/create.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { show } from '../../tensor/show.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/transfer.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';
import { batchNormAs } from './batch-functional.js';

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
export type NormArguments = Trailing<
  [eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean],
  BatchNormLayerOptions
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

  constructor(
    readonly numFeatures: number,
    args: NormArguments,
    on: boolean,
  ) {
    super();
    const name = classNameOf(this);
    const defaults = { eps: 1e-5, momentum: undefined, affine: on, trackRunningStats: on, bias: true, dtype: 'float32' };
    const given = readArguments<BatchNormLayerOptions>(name, defaults as BatchNormLayerOptions, args);
    const { eps, momentum = 0.1, affine, trackRunningStats, bias, dtype } = given as Settings<BatchNormLayerOptions>;
    countOf(name, 'numFeatures', numFeatures);
    assertFloatingDType(name, 'dtype', dtype);
    if (momentum !== null && typeof momentum !== 'number')
      throw new ArgumentError(`${name}: momentum is ${show(momentum)}, expected a number, or null to average over all batches.`);
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

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each channel (dim 1) over all other dims. In training mean and variance are the
 * batch's, and the running ones move towards them by `momentum` (the variance unbiased); in evaluation they are the running ones.
 */
abstract class BatchNorm extends RunningNorm {
  constructor(numFeatures: number, ...args: NormArguments) {
    super(numFeatures, args, true);
  }

  /** Throws unless the input has as many dims as the layer takes. */
  protected abstract checkInput(x: Tensor): void;

  forward(x: Tensor): Tensor {
    assertTensor(classNameOf(this), 'input', x);
    this.checkInput(x);
    const { training, runningMean, runningVar, numBatchesTracked, weight, bias, eps } = this;
    let momentum = this.momentum ?? 0;
    const tracking = training && this.trackRunningStats && numBatchesTracked !== null;
    if (tracking && this.momentum === null) momentum = 1 / (item(numBatchesTracked) + 1);
    const keeps = !training || this.trackRunningStats;
    const settings = { weight, bias, training: training || (runningMean === null && runningVar === null), momentum, eps };
    const out = batchNormAs(classNameOf(this), x, keeps ? runningMean : null, keeps ? runningVar : null, settings);
    if (tracking) addInPlace(numBatchesTracked, 1, 1, 'add_'); // after the kernel: a batch that throws does not count
    return out;
  }
}

/** The error for an input with the wrong number of dims, with the layer to use instead. */
function wrongDims(layer: BatchNorm, expected: string, x: Tensor): ShapeError {
  const fitting = ({ 2: '1d', 3: '1d', 4: '2d', 5: '3d' } as const)[x.ndim as 2];
  const name = classNameOf(layer);
  const hint = fitting ? ` Use nn.BatchNorm${fitting}(${layer.numFeatures}).` : '';
  return new ShapeError(`${name}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${expected}.${hint}`);
}

/**
 * {@link BatchNorm} of features [N, C] or sequences [N, C, L].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167; https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 * @example
 * new nn.BatchNorm1d(6).forward(x).shape; // [8, 6]
 */
export class BatchNorm1d extends BatchNorm {
  static override readonly className: string = 'BatchNorm1d';
  protected checkInput(x: Tensor): void {
    if (x.ndim !== 2 && x.ndim !== 3) throw wrongDims(this, '[N, C] or [N, C, L]', x);
  }
}

/**
 * Batch normalisation of images [N, C, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 * @example
 * new nn.BatchNorm2d(3, { momentum: 0.05 }).forward(randn([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class BatchNorm2d extends BatchNorm {
  static override readonly className: string = 'BatchNorm2d';
  protected checkInput(x: Tensor): void {
    if (x.ndim !== 4) throw wrongDims(this, '[N, C, H, W]', x);
  }
}

/**
 * Batch normalisation of volumes [N, C, D, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 * @example
 * new nn.BatchNorm3d(3, { affine: false }).forward(randn([2, 3, 2, 2, 2])).shape; // [2, 3, 2, 2, 2]
 */
export class BatchNorm3d extends BatchNorm {
  static override readonly className: string = 'BatchNorm3d';
  protected checkInput(x: Tensor): void {
    if (x.ndim !== 5) throw wrongDims(this, '[N, C, D, H, W]', x);
  }
}
