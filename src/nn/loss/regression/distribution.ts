/** Losses of distributions: Kullback-Leibler divergence, and the negative log likelihoods of Poisson and of Gaussian ones. Functions and layers. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { record } from '../../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq, le, lt } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { exp, log, square } from '../../../ops/elementwise/unary.js';
import { any } from '../../../ops/reduce/sum.js';
import { unsqueeze } from '../../../ops/view/movement.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertFloating, assertTensors, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { fullLike } from '../../../tensor/create/create.js';
import { sameShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { item } from '../../../tensor/values/transfer.js';
import { Loss } from '../loss.js';
import { commonShape, type LossOptions, lossReader, type Reduction, reduced } from '../options.js';

/** The options of {@link KLDivLoss}. */
export interface KLDivLossOptions {
  /**
   * 'mean' (default) divides by the number of elements, 'batchmean' by the size of dim 0, which is the divergence of mathematics averaged
   * over the batch.
   */
  reduction?: Reduction | 'batchmean';
  /** Whether the target holds log-probabilities too. Default: false. */
  logTarget?: boolean;
}

const readKlDiv = lossReader<KLDivLossOptions>({ reduction: 'mean', logTarget: false }, undefined, ['none', 'batchmean', 'sum', 'mean']);

/**
 * The Kullback-Leibler divergence of target from input, element by element: target (log target - input), 0 where the target is 0.
 * @param input log-probabilities, any shape. @param target probabilities, or with logTarget log-probabilities; broadcasts with the input.
 * @param args the options by name.
 * @returns one number, or with reduction 'none' one per element. With 'mean', a warning says that it is not the divergence of mathematics.
 * @throws {DTypeError} for integers. @throws {ShapeError} for shapes that do not broadcast.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 * @example
 * const input = tensor([[0.25, 0.75]]).log();
 * F.klDiv(input, tensor([[0.5, 0.5]]), { reduction: 'batchmean' }); // 0.1438
 */
export function klDiv(input: Tensor, target: Tensor, ...args: Arguments<KLDivLossOptions, []>): Tensor {
  return klDivOf(input, target, readKlDiv('klDiv', args));
}

function klDivOf(input: Tensor, target: Tensor, { reduction, logTarget }: Settings<KLDivLossOptions>): Tensor {
  const op = 'klDiv';
  assertTensors(op, { input, target });
  if (!isFloating(input.dtype) || !isFloating(target.dtype)) {
    throw new DTypeError(
      `${op}: input is ${input.dtype} and target ${target.dtype}, expected log-probabilities and probabilities. Use to('float32').`,
    );
  }
  commonShape(op, input, target);
  if (reduction === 'mean') {
    warnOnce(
      `${op}: reduction 'mean' divides by the batch size and the number of classes. Use 'batchmean' for the divergence of mathematics, averaged over the batch.`,
    );
  }
  const each = logTarget
    ? mul(exp(target), sub(target, input))
    : sub(where(eq(target, 0), 0, mul(target, log(target))), mul(target, input));
  if (reduction !== 'batchmean') return reduced(op, each, reduction);
  const total = reduced(op, each, 'sum');
  return input.ndim === 0 ? total : div(total, input.shape[0]!);
}

/**
 * The Kullback-Leibler divergence of probabilities (logTarget: log-probabilities) from log-probabilities.
 * With reduction 'batchmean' it is that of mathematics, averaged over the batch; with 'mean', the default, it is not.
 * @throws as {@link klDiv}. @see https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 * @example
 * const criterion = new nn.KLDivLoss({ reduction: 'batchmean' });
 * criterion.forward(tensor([[0.25, 0.75]]).log(), tensor([[0.5, 0.5]])); // 0.1438
 */
export class KLDivLoss extends Loss<Reduction | 'batchmean'> {
  static override readonly className: string = 'KLDivLoss';
  /** Whether targets are log-probabilities. */
  logTarget: boolean;

  constructor(...args: Arguments<KLDivLossOptions, []>) {
    const settings = readKlDiv(classNameOf(new.target), args);
    super(settings);
    this.logTarget = settings.logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDivOf(input, target, this);
  }
}

/** The options of {@link PoissonNLLLoss}. */
export interface PoissonNLLLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the expectation. Default: true. */
  logInput?: boolean;
  /** Adds Stirling's approximation of log(target!) for targets above 1. Default: false. */
  full?: boolean;
  /** Added to the input before its logarithm, with logInput false. Default: 1e-8. */
  eps?: number;
}

const readPoisson = lossReader<PoissonNLLLossOptions>({ logInput: true, full: false, eps: 1e-8, reduction: 'mean' });

/**
 * Negative log likelihood of counts under Poisson distributions: exp(input) - target input, or input - target log(input + eps).
 * @param input expectations, or (logInput, the default) their logarithms. @param target counts; broadcasts with the input.
 * @returns one number, or with reduction 'none' one per element.
 * @throws {ShapeError} for shapes that do not broadcast.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 * @example
 * F.poissonNllLoss(tensor([0, 1]), tensor([1, 2])); // 0.8591
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  ...args: Arguments<PoissonNLLLossOptions, [logInput: 'logInput', full: 'full']>
): Tensor {
  return poissonNllLossOf(input, target, readPoisson('poissonNllLoss', args));
}

function poissonNllLossOf(input: Tensor, target: Tensor, settings: Settings<PoissonNLLLossOptions>): Tensor {
  const op = 'poissonNllLoss';
  const { logInput, full, eps, reduction } = settings;
  assertTensors(op, { input, target });
  commonShape(op, input, target);
  const loss = logInput ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, eps))));
  if (!full) return reduced(op, loss, reduction);
  // Stirling: log(t!) is about t log(t) - t + log(2 pi t) / 2
  const stirling = add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * Math.PI)), 0.5));
  return reduced(op, add(loss, where(le(target, 1), 0, stirling)), reduction);
}

/**
 * Negative log likelihood of counts under Poisson distributions.
 * @throws as {@link poissonNllLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 * @example
 * new nn.PoissonNLLLoss().forward(tensor([0, 1]), tensor([1, 2])); // 0.8591
 */
export class PoissonNLLLoss extends Loss {
  static override readonly className: string = 'PoissonNLLLoss';
  /** Whether the input is the logarithm of the rate. */
  logInput: boolean;
  /** Whether the constant term is added. */
  full: boolean;
  /** Added before the logarithm. */
  eps: number;

  constructor(...args: Arguments<PoissonNLLLossOptions, [logInput: 'logInput', full: 'full']>) {
    const settings = readPoisson(classNameOf(new.target), args);
    super(settings);
    this.logInput = settings.logInput;
    this.full = settings.full;
    this.eps = settings.eps;
  }

  forward(logInput: Tensor, target: Tensor): Tensor {
    return poissonNllLossOf(logInput, target, this);
  }
}

/** The options of {@link GaussianNLLLoss}. */
export interface GaussianNLLLossOptions extends LossOptions {
  /** Adds the constant log(2 pi) / 2. Default: false. */
  full?: boolean;
  /** What a variance is at least; the gradient does not notice. Default: 1e-6. */
  eps?: number;
}

const readGaussian = lossReader<GaussianNLLLossOptions>({ full: false, eps: 1e-6, reduction: 'mean' });

/**
 * Negative log likelihood under Gaussian distributions: (log(var) + (input - target)^2 / var) / 2.
 * @param input expectations. @param target samples; broadcasts with the input.
 * @param variances one for each expectation; or one for each run along the last dim ([...] or [..., 1]); or along another dim, of size 1 there;
 * or a number for all.
 * @returns one number, or with reduction 'none' one per element.
 * @throws {ShapeError} for variances of another shape. @throws {ArgumentError} for a negative variance.
 * @see Nix and Weigend 1994, https://doi.org/10.1109/ICNN.1994.374138; https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 * @example
 * F.gaussianNllLoss(tensor([0, 0]), tensor([1, 3]), tensor([1, 2])); // 1.5483
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variances: Tensor | number,
  ...args: Arguments<GaussianNLLLossOptions, [full: 'full', eps: 'eps', reduction: 'reduction']>
): Tensor {
  return gaussianNllLossOf(input, target, variances, readGaussian('gaussianNllLoss', args));
}

function gaussianNllLossOf(
  input: Tensor,
  target: Tensor,
  variances: Tensor | number,
  { full, eps, reduction }: Settings<GaussianNLLLossOptions>,
): Tensor {
  const op = 'gaussianNllLoss';
  assertTensors(op, { input, target });
  const given = variancesOf(op, input, variances);
  commonShape(op, input, target, given);
  const bounded = noGrad(() => clamp(given, { min: eps }));
  // The lower bound changes the value and not the gradient.
  const v = record(op, bounded, { inputs: { given }, composed: (g) => ({ given: g }) });
  const loss = mul(add(log(v), div(square(sub(input, target)), v)), 0.5);
  return reduced(op, full ? add(loss, 0.5 * Math.log(2 * Math.PI)) : loss, reduction);
}

/** The variances as a tensor that broadcasts to the input, each checked. */
function variancesOf(op: string, input: Tensor, variances: Tensor | number): Tensor {
  if (!(variances instanceof Tensor)) {
    if (!(typeof variances === 'number' && variances >= 0)) throw unexpected(op, 'var', variances, 'a Tensor, or a number of at least 0');
    return fullLike(input, variances, isFloating(input.dtype) ? {} : { dtype: 'float32' });
  }
  assertFloating(op, 'var', variances);
  if (item(noGrad(() => any(lt(variances, 0)))) !== 0)
    throw new ArgumentError(`${op}: var has negative entries. Variances are at least 0.`);
  if (sameShape(variances.shape, input.shape)) return variances;
  if (sameShape(variances.shape, input.shape.slice(0, -1)) && input.ndim > 0) return unsqueeze(variances, -1);
  const others = variances.shape.filter((size, d) => size !== input.shape[d]);
  if (variances.ndim === input.ndim && others.length === 1 && others[0] === 1) return variances;
  throw new ShapeError(
    `${op}: var is ${showShape(variances.shape)}, expected the input's shape ${showShape(input.shape)}, or that without its last dim, or with 1 in the place of one dim.`,
  );
}

/**
 * Negative log likelihood of samples under Gaussian distributions, of given expectations and variances.
 * @throws as {@link gaussianNllLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 * @example
 * new nn.GaussianNLLLoss().forward(tensor([0, 0]), tensor([1, 3]), tensor([1, 2])); // 1.5483
 */
export class GaussianNLLLoss extends Loss {
  static override readonly className: string = 'GaussianNLLLoss';
  /** Whether the constant term is added. */
  full: boolean;
  /** The smallest variance. */
  eps: number;

  constructor(...args: Arguments<GaussianNLLLossOptions, []>) {
    const settings = readGaussian(classNameOf(new.target), args);
    super(settings);
    this.full = settings.full;
    this.eps = settings.eps;
  }

  forward(input: Tensor, target: Tensor, variances: Tensor | number): Tensor {
    return gaussianNllLossOf(input, target, variances, this);
  }
}
