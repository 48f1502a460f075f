/** Instance normalisation, which is batch normalisation of every item by itself: the function and its layers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { repeat } from '../../ops/join/repeat.js';
import { mean } from '../../ops/reduce/sum.js';
import { reshape, squeeze, unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, type Rank } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertBothStatistics, assertChannels, assertEps, batchNormOf, type ChannelParts } from './batch.js';
import { type BatchNormLayerOptions, type NormArguments, RunningNorm, wrongDims } from './running-norm.js';

/** The options of {@link instanceNorm}. */
export interface InstanceNormOptions {
  /** [C], changed where `useInputStats` is set; null keeps none. Default: null. */
  runningMean?: Tensor | null;
  /** Likewise. Default: null. */
  runningVar?: Tensor | null;
  /** [C], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [C], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Takes mean and variance from each item, and updates the running ones; false takes those. Default: true. */
  useInputStats?: boolean;
  /** How much of the batch goes into the running statistics. Default: 0.1. */
  momentum?: number;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

const DEFAULTS: Settings<InstanceNormOptions> = {
  runningMean: null,
  runningVar: null,
  weight: null,
  bias: null,
  useInputStats: true,
  momentum: 0.1,
  eps: 1e-5,
};

/**
 * {@link batchNorm} of each item by itself: every channel of every item has its own mean and variance. The running statistics move towards
 * the means of these over the batch.
 * @param x [N, C, ...], floating. @param args the options in the order of their list, or by name.
 * @throws {ShapeError} when the features differ, a channel has one element, or the batch is empty. @throws {DTypeError} for integers, or two dtypes.
 * @see Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022; https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 * @example
 * F.instanceNorm(tensor([[[1, 3], [20, 40]]])); // [[[-1.0, 1.0], [-1.0, 1.0]]]
 */
export function instanceNorm(
  x: Tensor,
  ...args: Arguments<
    InstanceNormOptions,
    [
      runningMean: 'runningMean',
      runningVar: 'runningVar',
      weight: 'weight',
      bias: 'bias',
      useInputStats: 'useInputStats',
      momentum: 'momentum',
      eps: 'eps',
    ]
  >
): Tensor {
  const settings = readArguments('instanceNorm', DEFAULTS, args);
  assertInstanceNorm('instanceNorm', x, settings);
  return instanceNormOf(x, settings);
}

interface InstanceNormSettings extends ChannelParts {
  readonly useInputStats: boolean;
  readonly momentum: number;
  readonly eps: number;
}

function assertInstanceNorm(op: string, x: Tensor, settings: InstanceNormSettings): void {
  const { runningMean, runningVar, weight, bias, useInputStats, eps } = settings;
  assertChannels(op, x, settings);
  if (x.shape[0] === 0 && [runningMean, runningVar, weight, bias].some((part) => part !== null))
    throw new ShapeError(`${op}: the input ${showShape(x.shape)} is an empty batch, expected at least one item.`);
  if (useInputStats && numel(x.shape.slice(2)) === 1)
    throw new ShapeError(`${op}: needs more than 1 element per channel, the input ${showShape(x.shape)} has 1.`);
  if (!useInputStats && (runningMean === null || runningVar === null))
    throw new ArgumentError(`${op}: without useInputStats it needs runningMean and runningVar. Give both.`);
  assertBothStatistics(op, runningMean, runningVar);
  assertEps(op, eps, useInputStats);
}

/** {@link instanceNorm} of checked arguments. */
function instanceNormOf(x: Tensor, settings: InstanceNormSettings): Tensor {
  const { runningMean, runningVar, weight, bias, useInputStats, momentum, eps } = settings;
  const [n, c] = x.shape as [number, number];
  const perItem = (value: Tensor | null) => value && repeat(value, [n]);
  const [means, variances] = noGrad(() => [perItem(runningMean), perItem(runningVar)]);
  const all = batchNormOf(reshape(x, [1, n * c, ...x.shape.slice(2)]), {
    runningMean: means,
    runningVar: variances,
    weight: perItem(weight),
    bias: perItem(bias),
    training: useInputStats,
    momentum,
    eps,
  });
  if (useInputStats)
    noGrad(() => {
      if (runningMean && means) copy_(runningMean, mean(reshape(means, [n, c]), 0));
      if (runningVar && variances) copy_(runningVar, mean(reshape(variances, [n, c]), 0));
    });
  return reshape(all, x.shape);
}

/** As those of batch norm; `affine` and `trackRunningStats` are false by default. */
export type InstanceNormLayerOptions = BatchNormLayerOptions;

const INPUTS = { 1: '[N, C, L], or [C, L]', 2: '[N, C, H, W], or [C, H, W]', 3: '[N, C, D, H, W], or [C, D, H, W]' } as const;

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, with a mean and variance for each channel of each item. With `trackRunningStats`
 * evaluation takes running statistics instead.
 */
abstract class InstanceNorm extends RunningNorm {
  constructor(numFeatures: number, ...args: NormArguments) {
    super(numFeatures, args, false);
  }

  forward(x: Tensor): Tensor {
    const name = classNameOf(this);
    assertFloating(name, 'input', x);
    assertFits(this, this.axes, name, x);
    const { runningMean, runningVar, weight, bias, eps } = this;
    const useInputStats = this.training || !this.trackRunningStats;
    const settings = { runningMean, runningVar, weight, bias, useInputStats, momentum: this.momentum ?? 0, eps };
    const batched = x.ndim === this.axes + 2;
    const batch = batched ? x : unsqueeze(x, 0);
    assertInstanceNorm(name, batch, settings);
    const out = instanceNormOf(batch, settings);
    return batched ? out : squeeze(out, 0);
  }
}

/** Throws unless the input has the dims and features of the layer; without parameters a different number of features is only a warning. */
function assertFits(layer: InstanceNorm, axes: Rank, name: string, x: Tensor): void {
  if (x.ndim !== axes + 1 && x.ndim !== axes + 2)
    throw wrongDims(layer, x, `${INPUTS[axes]} for one item`, x.ndim >= 3 && x.ndim <= 5 ? `InstanceNorm${x.ndim - 2}d` : null);
  const features = x.shape[x.ndim - axes - 1];
  if (features === layer.numFeatures) return;
  const found = `${name}(${layer.numFeatures}): input has ${features} features (${showShape(x.shape)}), the layer was made for ${layer.numFeatures}.`;
  if (layer.affine || layer.trackRunningStats) throw new ShapeError(`${found} Make it nn.${name}(${features}).`);
  warnOnce(`${found} Without affine it makes no difference.`);
}

/**
 * Instance normalisation of sequences [N, C, L] or [C, L].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022; https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 * @example
 * new nn.InstanceNorm1d(3).forward(randn([2, 3, 8])).shape; // [2, 3, 8]
 */
export class InstanceNorm1d extends InstanceNorm {
  static override readonly className: string = 'InstanceNorm1d';
  protected get axes(): 1 {
    return 1;
  }
}

/**
 * Instance normalisation of images [N, C, H, W] or [C, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022; https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 * @example
 * new nn.InstanceNorm2d(64, { affine: true });
 */
export class InstanceNorm2d extends InstanceNorm {
  static override readonly className: string = 'InstanceNorm2d';
  protected get axes(): 2 {
    return 2;
  }
}

/**
 * Instance normalisation of volumes [N, C, D, H, W] or [C, D, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
 * @example
 * new nn.InstanceNorm3d(3, { affine: true }).forward(randn([2, 3, 2, 2, 2])).shape; // [2, 3, 2, 2, 2]
 */
export class InstanceNorm3d extends InstanceNorm {
  static override readonly className: string = 'InstanceNorm3d';
  protected get axes(): 3 {
    return 3;
  }
}
