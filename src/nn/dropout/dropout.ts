/** Dropout, functions and layers, with PyTorch's random draws: the same seed drops the same elements. */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ShapeError, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { inPlace } from '../../ops/elementwise/inplace.js';
import { squeeze, unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, probability, type Rank } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { ones } from '../../tensor/create/create.js';
import { defaultGenerator, generatorPtr } from '../../tensor/create/random.js';
import { code, copyInto, dense, emptyLikeDense, rowMajor } from '../../tensor/raw.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type LayerKind, Module } from '../module/module.js';
import { bool, float } from '../module/text.js';

/** The options of {@link dropout} and the other functions. */
export interface DropoutOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Whether anything happens at all: in a model, pass `this.training`. Default: true; false for `alphaDropout` and `featureAlphaDropout`. */
  training?: boolean;
  /** Writes over x. Default: false. */
  inplace?: boolean;
}

type DropoutArguments = Arguments<DropoutOptions, [p: 'p', training: 'training', inplace: 'inplace']>;
type DropoutSettings = Settings<DropoutOptions>;

const ON: DropoutSettings = { p: 0.5, training: true, inplace: false };
const OFF: DropoutSettings = { ...ON, training: false };

/** What all of them share: when nothing is done, and the in-place form. `drop` gets x where something is to be done. A layer's p may have been set. */
function dropping(op: string, x: Tensor, { p, training, inplace }: DropoutSettings, drop: (x: Tensor, p: number) => Tensor): Tensor {
  assertTensor(op, 'x', x);
  probability(op, 'p', p);
  if (!training || p === 0 || numel(x.shape) === 0) return x;
  assertFloating(op, 'x', x);
  const make = () => (p === 1 ? mul(x, 0) : drop(x, p));
  return inplace ? inPlace(op, x, [], make) : make();
}

/**
 * Sets each element to 0 with probability `p` and scales the others by 1 / (1 - p), so that the mean stays.
 * @param args p (default 0.5), training (default true: without it x is returned as it is) and inplace (default false), in this order or by name.
 * @throws {ArgumentError} for p outside 0 to 1. @throws {DTypeError} for integers.
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 * @example
 * F.dropout(x, 0.5, this.training);
 * F.dropout(x, { p: 0.2, training: this.training });
 */
export function dropout(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropoutOf(x, readArguments('dropout', ON, args));
}

/** {@link dropout} whose arguments have been read, by it or by the layer. */
function dropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
  return dropping('dropout', x, settings, masked);
}

/** 0 < p < 1. The mask lies in memory as x does, and its draws go in the order of memory; before PyTorch 2.5 in the order of dims. */
function masked(x: Tensor, p: number): Tensor {
  const source = defaultGenerator().numbers.logicalDropout ? rowMajor(x, 'dropout') : dense(x, 'dropout');
  const out = emptyLikeDense(source);
  const mask = emptyLikeDense(source, 'uint8');
  check(kernels.dropout(code(x.dtype), out.ptr, mask.ptr, source.ptr, numel(x.shape), generatorPtr(undefined), p), 'dropout');
  return record('dropout', out, {
    inputs: { x },
    saved: { mask },
    own: ['mask'],
    composed: (dy, { mask }) => ({ x: applyMask(dy, mask, p) }),
  });
}

/** @internal g where the mask is set, scaled as the forward was. */
export function applyMask(g: Tensor, mask: Tensor, p: number): Tensor {
  let source = g;
  if (!sameShape(g.strides, mask.strides) && !(g.isContiguous() && mask.isContiguous())) {
    source = emptyLikeDense(mask, g.dtype);
    copyInto(source, g, 'dropout');
  }
  const out = emptyLikeDense(mask, g.dtype);
  check(kernels.dropoutBackward(code(g.dtype), out.ptr, source.ptr, mask.ptr, numel(mask.shape), p), 'dropout');
  return record('dropout_backward', out, {
    inputs: { g },
    saved: { mask },
    composed: (dg, { mask }) => ({ g: applyMask(dg, mask, p) }),
  });
}

/**
 * Drops whole channels: [N, C] decisions, each for all that follows.
 * @param x [N, C, H, W]; as in PyTorch, three dims are read as [N, C, L]. @param args as in {@link dropout}.
 * @throws {ShapeError} for fewer than 2 dims. @throws as {@link dropout}.
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function dropout2d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropChannels(2, x, readArguments('dropout2d', ON, args));
}

/**
 * Drops whole channels of [N, C, L], or of [C, L] for one item.
 * @param args as in {@link dropout}.
 * @throws {ShapeError} for another number of dims. @throws as {@link dropout}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export function dropout1d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropChannels(1, x, readArguments('dropout1d', ON, args));
}

/**
 * Drops whole channels of [N, C, D, H, W], or of [C, D, H, W] for one item.
 * @param args as in {@link dropout}.
 * @throws as {@link dropout}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 */
export function dropout3d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropChannels(3, x, readArguments('dropout3d', ON, args));
}

/** One decision for each channel. Ones, dropped and scaled, are the noise that the channels are multiplied by. */
function dropChannels(rank: Rank, x: Tensor, settings: DropoutSettings): Tensor {
  const op = `dropout${rank}d`;
  assertTensor(op, 'x', x);
  checkDims(op, rank, x);
  const batched = rank === 2 || x.ndim === rank + 2;
  return dropping(op, x, settings, (x, p) => {
    const items = batched ? x : unsqueeze(x, 0);
    const dropped = mul(items, masked(ones(channelShape(op, items), { dtype: x.dtype }), p));
    return batched ? dropped : squeeze(dropped, 0);
  });
}

/** As strict as PyTorch, which refuses other dims of sequences only. */
function checkDims(op: string, rank: Rank, x: Tensor): void {
  const shape = showShape(x.shape);
  if (rank === 1 && x.ndim !== 2 && x.ndim !== 3) throw new ShapeError(`${op}: x is ${shape}, expected [N, C, L], or [C, L] for one item.`);
  if (rank === 2 && x.ndim !== 4) {
    const reading = x.ndim === 3 ? 'Its three dims are read as [N, C, L], as PyTorch does; use dropout1d for that.' : 'Use dropout.';
    warnOnce(`${op}: x is ${shape}, expected [N, C, H, W]. ${reading}`);
  }
  if (rank === 3 && x.ndim !== 4 && x.ndim !== 5)
    warnOnce(`${op}: x is ${shape}, expected [N, C, D, H, W], or [C, D, H, W] for one item. Use dropout.`);
}

/** One place for each channel. */
function channelShape(op: string, x: Tensor): number[] {
  if (x.ndim < 2) throw new ShapeError(`${op}: x is ${showShape(x.shape)}, expected at least [N, C]. Use dropout.`);
  return x.shape.map((size, d) => (d < 2 ? size : 1));
}

/** What dropped elements become in alphaDropout: minus the product of selu's scale and alpha. */
const SELU_FLOOR = 1.7580993408473766;

/** `keep` is uninitialised, and is filled with the decisions: 1 to keep, 0 to drop. */
function alphaDropped(op: string, x: Tensor, p: number, keep: Tensor): Tensor {
  check(kernels.randBernoulli(code(x.dtype), keep.ptr, numel(keep.shape), generatorPtr(undefined), 1 - p), op);
  const a = 1 / Math.sqrt((SELU_FLOOR * SELU_FLOOR * p + 1) * (1 - p));
  const shift = add(mul(sub(keep, 1), SELU_FLOOR * a), SELU_FLOOR * a * p);
  return add(mul(x, mul(keep, a)), shift);
}

/**
 * Dropout for selu networks: dropped elements become selu's lowest value, and mean and variance stay.
 * @param args p (default 0.5), training (default false, as in PyTorch) and inplace (default false), in this order or by name.
 * @throws as {@link dropout}.
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
 */
export function alphaDropout(x: Tensor, ...args: DropoutArguments): Tensor {
  return alphaDropoutOf(x, readArguments('alphaDropout', OFF, args));
}

function alphaDropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
  const op = 'alphaDropout';
  return dropping(op, x, settings, (x, p) => alphaDropped(op, x, p, emptyLikeDense(dense(x, op))));
}

/**
 * {@link alphaDropout} of whole channels: [N, C] decisions, each for all that follows.
 * @param x [N, C, ...]. @param args as in alphaDropout.
 * @throws {ShapeError} for fewer than 2 dims. @throws as {@link dropout}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html
 */
export function featureAlphaDropout(x: Tensor, ...args: DropoutArguments): Tensor {
  return featureAlphaDropoutOf(x, readArguments('featureAlphaDropout', OFF, args));
}

function featureAlphaDropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
  const op = 'featureAlphaDropout';
  return dropping(op, x, settings, (x, p) => alphaDropped(op, x, p, emptyTensor(channelShape(op, x), x.dtype)));
}

/** The options of the layers. */
export interface DropoutLayerOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

abstract class DropoutLayer extends Module {
  static override readonly kind: LayerKind | null = 'random';
  /** The probability to drop. */
  readonly p: number;
  /** Whether the input is written over. */
  readonly inplace: boolean;

  constructor(...args: Arguments<DropoutLayerOptions, [p: 'p', inplace: 'inplace']>) {
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
  /** @internal */
  static override readonly keepsNothing: boolean = true;

  /** @returns x, with elements dropped while training. */
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

  /** @returns x, with elements dropped while training. */
  forward(x: Tensor): Tensor {
    return dropChannels(1, x, this);
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
  /** @internal */
  static override readonly keepsNothing: boolean = true;

  /** @returns x, with elements dropped while training. */
  forward(x: Tensor): Tensor {
    return dropChannels(2, x, this);
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

  /** @returns x, with elements dropped while training. */
  forward(x: Tensor): Tensor {
    return dropChannels(3, x, this);
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

  /** @returns x, with elements dropped while training. */
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

  /** @returns x, with elements dropped while training. */
  forward(x: Tensor): Tensor {
    return featureAlphaDropoutOf(x, { p: this.p, training: this.training, inplace: false });
  }
}
