/** Dropout layers: they act while training and pass everything in evaluation. */
import { type Arguments, readArguments } from '../../tensor/arguments.js';
import { probability } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LayerKind, Module } from '../module/module.js';
import { bool, float } from '../module/text.js';
import { alphaDropoutOf, dropout1dOf, dropout2dOf, dropout3dOf, dropoutOf, featureAlphaDropoutOf } from './functional.js';

/** The options of {@link Dropout}. */
export interface DropoutOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

/** The options of {@link Dropout1d}. */
export type Dropout1dOptions = DropoutOptions;
/** The options of {@link Dropout2d}. */
export type Dropout2dOptions = DropoutOptions;
/** The options of {@link Dropout3d}. */
export type Dropout3dOptions = DropoutOptions;
/** The options of {@link AlphaDropout}. */
export type AlphaDropoutOptions = DropoutOptions;
/** The options of {@link FeatureAlphaDropout}. */
export type FeatureAlphaDropoutOptions = DropoutOptions;
/** {@link DropoutOptions} by its former name. @deprecated */
export type DropoutLayerOptions = DropoutOptions;

abstract class DropoutLayer extends Module {
  static override readonly kind: LayerKind | null = 'random';
  readonly p: number;
  readonly inplace: boolean;

  constructor(...args: Arguments<DropoutOptions, [p: 'p', inplace: 'inplace']>) {
    super();
    const { p, inplace } = readArguments(classNameOf(new.target), { p: 0.5, inplace: false }, args);
    this.p = probability(classNameOf(new.target), 'p', p);
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
    return dropoutOf(x, this);
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
    return dropout1dOf(x, this);
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
    return dropout2dOf(x, this);
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
    return dropout3dOf(x, this);
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
    return alphaDropoutOf(x, { p: this.p, training: this.training, inplace: false });
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
    return featureAlphaDropoutOf(x, { p: this.p, training: this.training, inplace: false });
  }
}
