/** Dropout layers: they act while training and pass everything in evaluation. */
import { ArgumentError } from '../../errors.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LayerKind, Module } from '../module/module.js';
import { bool, float } from '../module/text.js';
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from './functional.js';

/** The options of the dropout layers. */
export interface DropoutLayerOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

abstract class DropoutLayer extends Module {
  static override readonly kind: LayerKind | null = 'random';
  readonly p: number;
  readonly inplace: boolean;

  constructor(...args: Trailing<[p: number, inplace: boolean], DropoutLayerOptions>) {
    super();
    const { p, inplace } = readArguments(classNameOf(this), { p: 0.5, inplace: false }, args);
    if (!(p >= 0 && p <= 1))
      throw new ArgumentError(`${classNameOf(this)}: p is ${show(p)}, expected the probability to drop, from 0 to 1.`);
    this.p = p;
    this.inplace = inplace;
  }

  override extraRepr(): string {
    return `p=${float(this.p)}, inplace=${bool(this.inplace)}`;
  }
}

/**
 * In training, sets each element to 0 with probability `p` and scales the others by 1 / (1 - p).
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 * @example
 * new nn.Dropout(0.5);
 */
export class Dropout extends DropoutLayer {
  static override readonly className: string = 'Dropout';
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.inplace);
  }
}

/**
 * {@link Dropout} of whole channels of [N, C, L] or [C, L].
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 * @example
 * new nn.Dropout1d(0.2).forward(ones([2, 3, 8])).shape; // [2, 3, 8]
 */
export class Dropout1d extends DropoutLayer {
  static override readonly className: string = 'Dropout1d';
  forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.training, this.inplace);
  }
}

/**
 * {@link Dropout} of whole channels of [N, C, H, W].
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 * @example
 * new nn.Dropout2d(0.2).forward(ones([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class Dropout2d extends DropoutLayer {
  static override readonly className: string = 'Dropout2d';
  forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training, this.inplace);
  }
}

/**
 * {@link Dropout} of whole channels of [N, C, D, H, W] or [C, D, H, W].
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html
 * @example
 * new nn.Dropout3d({ p: 0.2 }).forward(ones([2, 3, 2, 4, 4])).shape; // [2, 3, 2, 4, 4]
 */
export class Dropout3d extends DropoutLayer {
  static override readonly className: string = 'Dropout3d';
  forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, this.training, this.inplace);
  }
}

/**
 * Dropout for selu networks: dropped elements become selu's lowest value, and mean and variance stay. `inplace` changes nothing, as in PyTorch.
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
 * @example
 * new nn.Sequential(new nn.Linear(6, 5), new nn.SELU(), new nn.AlphaDropout(0.1)).forward(x).shape; // [8, 5]
 */
export class AlphaDropout extends DropoutLayer {
  static override readonly className: string = 'AlphaDropout';
  forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.training);
  }
}

/**
 * {@link AlphaDropout} of whole channels of [N, C, ...].
 * @param args p, the probability to drop (default 0.5), and inplace (default false), in this order or as options.
 * @throws {ArgumentError} for p outside 0 to 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
 * @example
 * new nn.FeatureAlphaDropout(0.1).forward(ones([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class FeatureAlphaDropout extends DropoutLayer {
  static override readonly className: string = 'FeatureAlphaDropout';
  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, this.training);
  }
}
