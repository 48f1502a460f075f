/** Instance normalisation layers. */
import { ShapeError, showShape } from '../../errors.js';
import { squeeze, unsqueeze } from '../../ops/view/movement.js';
import { assertTensor } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { warnOnce } from '../../tensor/warn-once.js';
import { type BatchNormLayerOptions, type NormArguments, RunningNorm } from './batch.js';
import { instanceNormAs } from './batch-functional.js';

/** As those of batch norm; `affine` and `trackRunningStats` are false by default. */
export type InstanceNormLayerOptions = BatchNormLayerOptions;

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, with a mean and variance for each channel of each item. With `trackRunningStats`
 * evaluation takes running statistics instead.
 */
abstract class InstanceNorm extends RunningNorm {
  constructor(numFeatures: number, ...args: NormArguments) {
    super(numFeatures, args, false);
  }

  /** How many dims follow the channels. */
  protected abstract readonly axes: 1 | 2 | 3;

  forward(x: Tensor): Tensor {
    const name = classNameOf(this);
    const { axes, numFeatures, runningMean, runningVar, weight, bias, eps } = this;
    assertTensor(name, 'input', x);
    if (x.ndim !== axes + 1 && x.ndim !== axes + 2) throw wrongDims(this, axes, x);
    const features = x.shape[x.ndim - axes - 1]!;
    if (features !== numFeatures) {
      const said = `${name}(${numFeatures}): input has ${features} features (${showShape(x.shape)}), the layer was made for ${numFeatures}.`;
      if (this.affine || this.trackRunningStats) throw new ShapeError(`${said} Make it nn.${name}(${features}).`);
      warnOnce(`${said} Without affine it makes no difference.`);
    }
    const useInputStats = this.training || !this.trackRunningStats;
    const settings = { runningMean, runningVar, weight, bias, useInputStats, momentum: this.momentum ?? 0, eps };
    if (x.ndim === axes + 2) return instanceNormAs(name, x, settings);
    return squeeze(instanceNormAs(name, unsqueeze(x, 0), settings), 0);
  }
}

const EXPECTED = { 1: '[N, C, L], or [C, L]', 2: '[N, C, H, W], or [C, H, W]', 3: '[N, C, D, H, W], or [C, D, H, W]' } as const;

function wrongDims(layer: InstanceNorm, axes: 1 | 2 | 3, x: Tensor): ShapeError {
  const fitting = ({ 3: 1, 4: 2, 5: 3 } as const)[x.ndim as 3];
  const hint = fitting ? ` Use nn.InstanceNorm${fitting}d(${layer.numFeatures}).` : '';
  return new ShapeError(
    `${classNameOf(layer)}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${EXPECTED[axes]} for one item.${hint}`,
  );
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
