/** Draws from categorical distributions that have a gradient. */
import { noGrad } from '../../autograd/mode.js';
import { DTypeError } from '../../errors.js';
import { add, div, sub } from '../../ops/elementwise/binary.js';
import { log, neg } from '../../ops/elementwise/unary.js';
import { scatter } from '../../ops/gather/gather.js';
import { exponential_ } from '../../ops/random/random.js';
import { argmax } from '../../ops/reduce/extrema.js';
import { softmax } from '../../ops/reduce/softmax.js';
import { detach, filled } from '../../ops/view/copy.js';
import { readArguments } from '../../tensor/arguments.js';
import { assertTensor } from '../../tensor/checks.js';
import { isFloating } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { warnOnce } from '../../tensor/warn-once.js';

/** The options of {@link GumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** The temperature: the smaller, the nearer to one-hot. Default: 1. */
  tau?: number;
  /** Gives one-hot rows, with the gradient of the soft ones. Default: false. */
  hard?: boolean;
  /** Has no effect; PyTorch keeps it for old programs. */
  eps?: number;
  /** Default: -1. */
  dim?: number;
}

/**
 * A draw from the categorical distribution of `logits` that has a gradient: softmax((logits + gumbel noise) / tau).
 * @param tau default 1. @param options.hard default false. @param options.dim default -1.
 * @throws {DTypeError} for integers. @throws {IndexError} for a dim that is not there.
 * @see Jang et al. 2016, https://arxiv.org/abs/1611.01144; Maddison et al. 2016, https://arxiv.org/abs/1611.00712
 * @example
 * F.gumbelSoftmax(zeros([4, 3]), { hard: true }).sum(1); // [1, 1, 1, 1]
 */
export function gumbelSoftmax(logits: Tensor, options?: GumbelSoftmaxOptions): Tensor;
export function gumbelSoftmax(logits: Tensor, tau?: number, hard?: boolean, options?: Omit<GumbelSoftmaxOptions, 'tau' | 'hard'>): Tensor;
export function gumbelSoftmax(logits: Tensor, tau?: number, options?: Omit<GumbelSoftmaxOptions, 'tau'>): Tensor;
export function gumbelSoftmax(logits: Tensor, ...given: unknown[]): Tensor {
  const { tau, hard, eps, dim } = readArguments('gumbelSoftmax', { tau: 1, hard: false, eps: 1e-10, dim: -1 }, given);
  assertTensor('gumbelSoftmax', 'logits', logits);
  if (!isFloating(logits.dtype))
    throw new DTypeError(`gumbelSoftmax: needs a floating dtype, got ${logits.dtype}. Use logits.to('float32').`);
  if (eps !== 1e-10) warnOnce('gumbelSoftmax: eps has no effect.');
  const noise = noGrad(() => neg(log(exponential_(emptyTensor(logits.shape, logits.dtype)))));
  const soft = softmax(div(add(logits, noise), tau), dim);
  if (!hard) return soft;
  const units = noGrad(() => scatter(filled(soft.shape, soft.dtype, 0), dim, argmax(soft, dim, true), 1));
  return add(sub(units, detach(soft)), soft);
}
