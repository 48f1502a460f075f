/** Dropout, with PyTorch's random draws: the same seed drops the same elements. */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ShapeError, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { inPlace } from '../../ops/elementwise/inplace.js';
import { squeeze, unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments.js';
import { assertFloating, assertTensor, probability } from '../../tensor/checks.js';
import { ones } from '../../tensor/create.js';
import { defaultGenerator, generatorPtr } from '../../tensor/random.js';
import { code, copyInto, dense, emptyLikeDense, rowMajor } from '../../tensor/raw.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { warnOnce } from '../../tensor/warn-once.js';

/** The options of {@link dropout}. */
export interface DropoutOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Whether anything happens at all: in a model, pass `this.training`. Default: true; false for `alphaDropout` and `featureAlphaDropout`. */
  training?: boolean;
  /** Writes over x. Default: false. */
  inplace?: boolean;
}

/** The options of {@link dropout1d}. */
export type Dropout1dOptions = DropoutOptions;
/** The options of {@link dropout2d}. */
export type Dropout2dOptions = DropoutOptions;
/** The options of {@link dropout3d}. */
export type Dropout3dOptions = DropoutOptions;
/** The options of {@link alphaDropout}. */
export type AlphaDropoutOptions = DropoutOptions;
/** The options of {@link featureAlphaDropout}. */
export type FeatureAlphaDropoutOptions = DropoutOptions;

type DropoutArguments = Arguments<DropoutOptions, [p: 'p', training: 'training', inplace: 'inplace']>;
type DropoutSettings = Settings<DropoutOptions>;

const ON: DropoutSettings = { p: 0.5, training: true, inplace: false };
const OFF: DropoutSettings = { ...ON, training: false };

function read(op: string, defaults: DropoutSettings, args: DropoutArguments): DropoutSettings {
  const settings = readArguments(op, defaults, args);
  probability(op, 'p', settings.p);
  return settings;
}

/** What all of them share: when nothing is done, and the in-place form. `drop` gets x where something is to be done. */
function dropping(op: string, x: Tensor, { p, training, inplace }: DropoutSettings, drop: (x: Tensor, p: number) => Tensor): Tensor {
  assertTensor(op, 'x', x);
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
  return dropoutOf(x, read('dropout', ON, args));
}

/** @internal {@link dropout} with settings that are checked: by it, or by the layer when it was made. The same holds for the others. */
export function dropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
  return dropping('dropout', x, settings, masked);
}

/** 0 < p < 1. The mask lies in memory as x does, and its draws go in the order of memory; before PyTorch 2.5 in the order of dims. */
function masked(x: Tensor, p: number): Tensor {
  const source = defaultGenerator().numbers.logicalDropout ? rowMajor(x, 'dropout') : dense(x, 'dropout');
  const out = emptyLikeDense(source);
  const mask = emptyLikeDense(source, 'uint8');
  check(kernels.dropout(code(x.dtype), out.ptr, mask.ptr, source.ptr, numel(x.shape), generatorPtr(undefined), p), 'dropout');
  return record('dropout', out, [x], [mask], (g, [mask]) => [applyMask(g, mask!, p)], { own: 1 });
}

/** g where the mask is set, scaled as the forward was. */
function applyMask(g: Tensor, mask: Tensor, p: number): Tensor {
  let source = g;
  if (!sameShape(g.strides, mask.strides) && !(g.isContiguous() && mask.isContiguous())) {
    source = emptyLikeDense(mask, g.dtype);
    copyInto(source, g, 'dropout');
  }
  const out = emptyLikeDense(mask, g.dtype);
  check(kernels.dropoutBackward(code(g.dtype), out.ptr, source.ptr, mask.ptr, numel(mask.shape), p), 'dropout');
  return record('dropout_backward', out, [g], [mask], (gg, [mask]) => [applyMask(gg, mask!, p)]);
}

/**
 * Drops whole channels: [N, C] decisions, each for all that follows.
 * @param x [N, C, H, W]; as in PyTorch, three dims are read as [N, C, L]. @param args as in {@link dropout}.
 * @throws {ShapeError} for fewer than 2 dims. @throws as {@link dropout}.
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function dropout2d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropout2dOf(x, read('dropout2d', ON, args));
}

/** @internal */
export function dropout2dOf(x: Tensor, settings: DropoutSettings): Tensor {
  assertTensor('dropout2d', 'x', x);
  if (x.ndim !== 4) {
    const reading = x.ndim === 3 ? ' Its three dims are read as [N, C, L], as PyTorch does; use dropout1d for that.' : ' Use dropout.';
    warnOnce(`dropout2d: x is ${showShape(x.shape)}, expected [N, C, H, W].${reading}`);
  }
  return dropping('dropout2d', x, settings, (x, p) => dropChannels('dropout2d', x, p));
}

/**
 * Drops whole channels of [N, C, L], or of [C, L] for one item.
 * @param args as in {@link dropout}.
 * @throws {ShapeError} for another number of dims. @throws as {@link dropout}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export function dropout1d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropout1dOf(x, read('dropout1d', ON, args));
}

/** @internal */
export function dropout1dOf(x: Tensor, settings: DropoutSettings): Tensor {
  assertTensor('dropout1d', 'x', x);
  if (x.ndim !== 2 && x.ndim !== 3)
    throw new ShapeError(`dropout1d: x is ${showShape(x.shape)}, expected [N, C, L], or [C, L] for one item.`);
  return dropping('dropout1d', x, settings, (x, p) => batched('dropout1d', x, p, x.ndim === 3));
}

/**
 * Drops whole channels of [N, C, D, H, W], or of [C, D, H, W] for one item.
 * @param args as in {@link dropout}.
 * @throws as {@link dropout}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 */
export function dropout3d(x: Tensor, ...args: DropoutArguments): Tensor {
  return dropout3dOf(x, read('dropout3d', ON, args));
}

/** @internal */
export function dropout3dOf(x: Tensor, settings: DropoutSettings): Tensor {
  assertTensor('dropout3d', 'x', x);
  if (x.ndim !== 4 && x.ndim !== 5)
    warnOnce(`dropout3d: x is ${showShape(x.shape)}, expected [N, C, D, H, W], or [C, D, H, W] for one item. Use dropout.`);
  return dropping('dropout3d', x, settings, (x, p) => batched('dropout3d', x, p, x.ndim === 5));
}

function batched(op: string, x: Tensor, p: number, hasBatch: boolean): Tensor {
  return hasBatch ? dropChannels(op, x, p) : squeeze(dropChannels(op, unsqueeze(x, 0), p), 0);
}

function dropChannels(op: string, x: Tensor, p: number): Tensor {
  // Ones, dropped and scaled, are the noise that each channel is multiplied by.
  return mul(x, masked(ones(channelShape(op, x), { dtype: x.dtype }), p));
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
  return alphaDropoutOf(x, read('alphaDropout', OFF, args));
}

/** @internal */
export function alphaDropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
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
  return featureAlphaDropoutOf(x, read('featureAlphaDropout', OFF, args));
}

/** @internal */
export function featureAlphaDropoutOf(x: Tensor, settings: DropoutSettings): Tensor {
  const op = 'featureAlphaDropout';
  return dropping(op, x, settings, (x, p) => alphaDropped(op, x, p, emptyTensor(channelShape(op, x), x.dtype)));
}
