/** Dropout, with PyTorch's random draws: the same seed drops the same elements. */
import { record } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { ArgumentError, ShapeError, showShape } from '../errors.js';
import { ones } from '../tensor/create.js';
import { generatorPtr } from '../tensor/random.js';
import { numel, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { code, copyInto, dense, emptyLikeDense } from './kernel-call.js';
import { squeeze, unsqueeze } from './movement.js';
import { warnOnce } from './warn.js';
import { needsFloat } from './window.js';

function checkProbability(p: number, op: string): void {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${op}: p is ${p}, expected the probability to drop, from 0 to 1.`);
}

/**
 * Sets each element to 0 with probability `p` and scales the others by 1 / (1 - p), so that the mean stays.
 * @param p default 0.5. @param training default true: without it, x is returned as it is. In a model, pass `this.training`.
 * @throws {ArgumentError} for p outside 0 to 1. @throws {DTypeError} for integers.
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
export function dropout(x: Tensor, p = 0.5, training = true): Tensor {
  checkProbability(p, 'dropout');
  if (!training || p === 0 || numel(x.shape) === 0) return x;
  needsFloat(x, 'dropout');
  if (p === 1) return mul(x, 0);
  return masked(x, p);
}

/** 0 < p < 1. The mask lies in memory as x does, and its draws go in the order of memory. */
function masked(x: Tensor, p: number): Tensor {
  const source = dense(x, 'dropout');
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
 * @param x [N, C, H, W]; as in PyTorch, three dims are read as [N, C, L].
 * @throws {ShapeError} for fewer than 2 dims. @throws as {@link dropout}.
 * @see Tompson et al. 2014, https://arxiv.org/abs/1411.4280
 */
export function dropout2d(x: Tensor, p = 0.5, training = true): Tensor {
  if (x.ndim !== 4) {
    const reading = x.ndim === 3 ? ' Its three dims are read as [N, C, L], as PyTorch does; use dropout1d for that.' : ' Use dropout.';
    warnOnce(`dropout2d: x is ${showShape(x.shape)}, expected [N, C, H, W].${reading}`);
  }
  return dropChannels('dropout2d', x, p, training);
}

/**
 * Drops whole channels of [N, C, L], or of [C, L] for one item.
 * @throws {ShapeError} for another number of dims. @throws as {@link dropout}.
 */
export function dropout1d(x: Tensor, p = 0.5, training = true): Tensor {
  if (x.ndim !== 2 && x.ndim !== 3)
    throw new ShapeError(`dropout1d: x is ${showShape(x.shape)}, expected [N, C, L], or [C, L] for one item.`);
  if (x.ndim === 3) return dropChannels('dropout1d', x, p, training);
  return squeeze(dropChannels('dropout1d', unsqueeze(x, 0), p, training), 0);
}

function dropChannels(op: string, x: Tensor, p: number, training: boolean): Tensor {
  checkProbability(p, op);
  if (!training || p === 0 || numel(x.shape) === 0) return x;
  needsFloat(x, op);
  if (x.ndim < 2) throw new ShapeError(`${op}: x is ${showShape(x.shape)}, expected at least [N, C]. Use dropout.`);
  if (p === 1) return mul(x, 0);
  // Ones, dropped and scaled, are the noise that each channel is multiplied by.
  return mul(
    x,
    masked(
      ones(
        x.shape.map((size, d) => (d < 2 ? size : 1)),
        { dtype: x.dtype },
      ),
      p,
    ),
  );
}

/** What dropped elements become in alphaDropout: minus the product of selu's scale and alpha. */
const SELU_FLOOR = 1.7580993408473766;

/**
 * Dropout for selu networks: dropped elements become selu's lowest value, and mean and variance stay.
 * @param training default false, as in PyTorch.
 * @throws as {@link dropout}. @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
 */
export function alphaDropout(x: Tensor, p = 0.5, training = false): Tensor {
  checkProbability(p, 'alphaDropout');
  if (!training || p === 0 || numel(x.shape) === 0) return x;
  needsFloat(x, 'alphaDropout');
  if (p === 1) return mul(x, 0);
  const keep = emptyLikeDense(dense(x, 'alphaDropout'));
  check(kernels.randBernoulli(code(x.dtype), keep.ptr, numel(x.shape), generatorPtr(undefined), 1 - p), 'alphaDropout');
  const a = 1 / Math.sqrt((SELU_FLOOR * SELU_FLOOR * p + 1) * (1 - p));
  const shift = add(mul(sub(keep, 1), SELU_FLOOR * a), SELU_FLOOR * a * p);
  return add(mul(x, mul(keep, a)), shift);
}
