/** Batch normalisation by fused kernels, and instance normalisation, which is batch normalisation of every item by itself. */

import { isGradEnabled, noGrad } from '../../autograd/mode.js';
import { anyRequiresGrad, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import type { Ptr } from '../../engine/kernel-table.gen.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { rsqrt, square } from '../../ops/elementwise/unary.js';
import { repeat } from '../../ops/join/repeat.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { clone, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, assertSameDType, assertTensorOrNull } from '../../tensor/checks.js';
import { code, copyInto, rowMajor } from '../../tensor/raw.js';
import { numel, type Shape } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';

/** The options of the batch norm layers. */
export interface BatchNormOptions {
  /** [C], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [C], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Takes mean and variance from the batch, and updates the running ones. Default: false. */
  training?: boolean;
  /** How much of each new batch goes into the running statistics. Default: 0.1. */
  momentum?: number;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/** @internal Options that are all there. */
export interface BatchNormSettings {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

/**
 * Batch normalisation over all dims but dim 1: `y = (x - mean) / sqrt(var + eps) * weight + bias`. Training takes the biased variance of
 * the batch; the running variance is unbiased.
 * @param x [N, C] or [N, C, ...], floating. @param runningMean [C], changed in training; null keeps none. @param runningVar likewise.
 * @param args weight, bias, training (default false), momentum (default 0.1) and eps (default 1e-5), in this order or by name.
 * @returns x's shape and dtype.
 * @throws {ShapeError} when the features differ, or training gets one value per channel. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for a negative eps, or 0 in training.
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167; https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 * @example
 * F.batchNorm(tensor([[1, 20], [3, 40]]), zeros([2]), ones([2]), { training: true }); // [[-1.0, -1.0], [1.0, 1.0]]
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  ...args: Trailing<[weight: Tensor | null, bias: Tensor | null, training: boolean, momentum: number, eps: number], BatchNormOptions>
): Tensor {
  const defaults: BatchNormSettings = { weight: null, bias: null, training: false, momentum: 0.1, eps: 1e-5 };
  return batchNormAs('batchNorm', x, runningMean, runningVar, readArguments('batchNorm', defaults, args));
}

/** @internal {@link batchNorm} in the name of a layer. */
export function batchNormAs(
  name: string,
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  settings: BatchNormSettings,
): Tensor {
  const { weight, bias, training, momentum, eps } = settings;
  assertFloating(name, 'x', x);
  if (x.ndim < 2) throw new ShapeError(`${name}: input is ${showShape(x.shape)}, expected at least [N, C].`);
  const [n, c] = x.shape as [number, number];
  const inner = numel(x.shape.slice(2));
  checkChannels(name, x, { runningMean, runningVar, weight, bias });
  checkEps(name, eps, training);
  if ((runningMean === null) !== (runningVar === null))
    throw new ArgumentError(`${name}: runningMean and runningVar come together, only one was given.`);
  if (!training && (runningMean === null || runningVar === null))
    throw new ArgumentError(`${name}: evaluation needs runningMean and runningVar. Give them, or pass { training: true }.`);
  if (training && n * inner === 1) {
    throw new ShapeError(
      `${name}: training needs more than 1 value per channel, the input ${showShape(x.shape)} has 1. Use a larger batch (or dropLast), or call eval() first.`,
    );
  }
  if (numel(x.shape) === 0) return emptyBatch(x, weight, bias);
  const geometry = { n, c, inner };
  const out = training
    ? trainingNorm(x, runningMean, runningVar, weight, bias, geometry, momentum, eps)
    : evaluationNorm(x, runningMean!, runningVar!, weight, bias, geometry, eps);
  return x.ndim < 4 ? out : formatOf(out, x);
}

function checkEps(name: string, eps: number, training: boolean): void {
  if (!(eps >= 0) || (training && eps === 0))
    throw new ArgumentError(`${name}: eps is ${show(eps)}, expected ${training ? 'more than 0' : 'at least 0'}.`);
}

function checkChannels(name: string, x: Tensor, parts: Record<string, Tensor | null>): void {
  const c = x.shape[1]!;
  for (const [part, value] of Object.entries(parts)) {
    assertTensorOrNull(name, part, value);
    if (value === null) continue;
    if (value.ndim !== 1 || value.shape[0] !== c) {
      if (!name.startsWith('BatchNorm'))
        throw new ShapeError(
          `${name}: ${part} is ${showShape(value.shape)}, expected one value for each of the ${c} channels of the input ${showShape(x.shape)}.`,
        );
      const made = value.shape[0];
      throw new ShapeError(
        `${name}(${made}): input has ${c} features (${showShape(x.shape)}), the layer was made for ${made}. Make it nn.${name}(${c}), the width of what comes in.`,
      );
    }
    assertSameDType(name, { input: x, [part]: value });
  }
}

/** Without elements there is nothing to normalise; weight and bias still get their (zero) gradients. */
function emptyBatch(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight ? mul(x, perChannel(weight, x.shape)) : mul(x, 1);
  return bias ? add(scaled, perChannel(bias, x.shape)) : scaled;
}

/** [C] as [C, 1, ...], to broadcast over x. */
function perChannel(value: Tensor, shape: Shape): Tensor {
  return reshape(value, [value.shape[0]!, ...shape.slice(2).map(() => 1)]);
}

/** x is [n, c, inner] to the kernels. */
interface NormGeometry {
  readonly n: number;
  readonly c: number;
  readonly inner: number;
}

const dense = (x: Tensor | null): Tensor | null => x && rowMajor(x, 'batchNorm');
const at = (x: Tensor | null): Ptr => (x ? x.ptr : 0);

function trainingNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight: Tensor | null,
  bias: Tensor | null,
  g: NormGeometry,
  momentum: number,
  eps: number,
): Tensor {
  const [source, w, b, rm, rv] = [rowMajor(x, 'batchNorm'), dense(weight), dense(bias), dense(runningMean), dense(runningVar)];
  const out = emptyTensor(x.shape, x.dtype);
  const batchMean = emptyTensor([g.c], x.dtype);
  const invstd = emptyTensor([g.c], x.dtype);
  check(
    kernels.batchNorm(
      code(x.dtype),
      out.ptr,
      batchMean.ptr,
      invstd.ptr,
      source.ptr,
      at(w),
      at(b),
      at(rm),
      at(rv),
      g.n,
      g.c,
      g.inner,
      momentum,
      eps,
    ),
    'batchNorm',
  );
  for (const [running, written] of [
    [runningMean, rm],
    [runningVar, rv],
  ] as const) {
    if (running === null) continue;
    if (written !== running) copyInto(running, written!, 'batchNorm');
    running.counter.version++;
  }
  return recordNorm(out, x, weight, bias, [batchMean, invstd], g, true, eps);
}

function evaluationNorm(
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  g: NormGeometry,
  eps: number,
): Tensor {
  const [source, w, b, rm, rv] = [rowMajor(x, 'batchNorm'), dense(weight), dense(bias), dense(runningMean)!, dense(runningVar)!];
  const out = emptyTensor(x.shape, x.dtype);
  check(kernels.batchNormEval(code(x.dtype), out.ptr, source.ptr, at(w), at(b), rm.ptr, rv.ptr, g.n, g.c, g.inner, eps), 'batchNorm');
  if (!isGradEnabled() || !anyRequiresGrad(present(x, weight, bias))) return recordNorm(out, x, weight, bias, [], g, false, eps);
  // Copies, since the next training step may change the running statistics before backward.
  return recordNorm(
    out,
    x,
    weight,
    bias,
    noGrad(() => [clone(rm), rsqrt(add(rv, eps))]),
    g,
    false,
    eps,
  );
}

const present = (...tensors: (Tensor | null)[]): Tensor[] => tensors.filter((t) => t !== null);

/** `statistics`: the mean and 1 / sqrt(var + eps) that were used, [c] each. */
function recordNorm(
  out: Tensor,
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  statistics: readonly Tensor[],
  g: NormGeometry,
  training: boolean,
  eps: number,
): Tensor {
  const has = [true, weight !== null, bias !== null];
  return record(
    'batchNorm',
    out,
    present(x, weight, bias),
    [...present(x, weight), ...statistics],
    (dy, saved, needs) => {
      const [center, invstd] = saved.slice(-2) as [Tensor, Tensor];
      const wants = has.map((given, i) => given && needs(has.slice(0, i).filter(Boolean).length));
      const grads = (isGradEnabled() ? composedGrads : fusedGrads)({
        dy,
        x: saved[0]!,
        weight: has[1] ? saved[1]! : null,
        center,
        invstd,
        g,
        training,
        eps,
        wants,
      });
      return grads.filter((_, i) => has[i]);
    },
    { own: statistics.length },
  );
}

interface NormBackward {
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly center: Tensor;
  readonly invstd: Tensor;
  readonly g: NormGeometry;
  readonly training: boolean;
  readonly eps: number;
  /** Whether the gradients of x, weight and bias are wanted. */
  readonly wants: readonly boolean[];
}

function fusedGrads({ dy, x, weight, center, invstd, g, training, wants }: NormBackward): (Tensor | null)[] {
  const made = [x.shape, [g.c], [g.c]].map((shape, i) => (wants[i] ? emptyTensor(shape, x.dtype) : null));
  const [dx, dw, db] = made as [Tensor | null, Tensor | null, Tensor | null];
  const [grad, source, w] = [rowMajor(dy, 'batchNorm'), rowMajor(x, 'batchNorm'), dense(weight)];
  check(
    kernels.batchNormBackward(
      code(x.dtype),
      at(dx),
      at(dw),
      at(db),
      grad.ptr,
      source.ptr,
      at(w),
      center.ptr,
      invstd.ptr,
      g.n,
      g.c,
      g.inner,
      training ? 1 : 0,
    ),
    'batchNorm',
  );
  return made;
}

/** The gradients in operations that are recorded, the statistics computed again from x where they depend on it. */
function composedGrads({ dy, x, weight, center, invstd, training, eps, wants }: NormBackward): (Tensor | null)[] {
  const dims = x.shape.map((_, d) => d).filter((d) => d !== 1);
  const once = sub(x, training ? mean(x, dims, true) : perChannel(center, x.shape));
  // The mean of what is left: what a large mean lost in rounding.
  const centered = training ? sub(once, mean(once, dims, true)) : once;
  const scale = training ? rsqrt(add(mean(square(centered), dims, true), eps)) : perChannel(invstd, x.shape);
  const normal = mul(centered, scale);
  // dx = w invstd (dy - mean(dy) - normal mean(dy normal)); without the means where the statistics are constants
  const rest = training && wants[0] ? sub(sub(dy, mean(dy, dims, true)), mul(normal, mean(mul(dy, normal), dims, true))) : dy;
  const slope = weight ? mul(perChannel(weight, x.shape), scale) : scale;
  return [wants[0] ? mul(rest, slope) : null, wants[1] ? sum(mul(dy, normal), dims) : null, wants[2] ? sum(dy, dims) : null];
}

/** The options of {@link InstanceNorm}. */
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

/**
 * {@link batchNorm} of each item by itself: every channel of every item has its own mean and variance. The running statistics move towards
 * the means of these over the batch.
 * @param x [N, C, ...], floating. @param args the options in the order of their list, or by name.
 * @throws {ShapeError} when the features differ, a channel has one element, or there are none. @throws {DTypeError} for integers, or two dtypes.
 * @see Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022; https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 * @example
 * F.instanceNorm(tensor([[[1, 3], [20, 40]]])); // [[[-1.0, 1.0], [-1.0, 1.0]]]
 */
export function instanceNorm(
  x: Tensor,
  ...args: Trailing<
    [
      runningMean: Tensor | null,
      runningVar: Tensor | null,
      weight: Tensor | null,
      bias: Tensor | null,
      useInputStats: boolean,
      momentum: number,
      eps: number,
    ],
    InstanceNormOptions
  >
): Tensor {
  const defaults: Required<InstanceNormOptions> = {
    runningMean: null,
    runningVar: null,
    weight: null,
    bias: null,
    useInputStats: true,
    momentum: 0.1,
    eps: 1e-5,
  };
  return instanceNormAs('instanceNorm', x, readArguments('instanceNorm', defaults, args));
}

/** @internal {@link instanceNorm} in the name of a layer. */
export function instanceNormAs(name: string, x: Tensor, settings: Required<InstanceNormOptions>): Tensor {
  const { runningMean, runningVar, weight, bias, useInputStats, momentum, eps } = settings;
  assertFloating(name, 'x', x);
  if (x.ndim < 2) throw new ShapeError(`${name}: input is ${showShape(x.shape)}, expected at least [N, C].`);
  const [n, c] = x.shape as [number, number];
  checkChannels(name, x, { runningMean, runningVar, weight, bias });
  if (n === 0 && [runningMean, runningVar, weight, bias].some((part) => part !== null))
    throw new ShapeError(`${name}: the input ${showShape(x.shape)} is an empty batch, expected at least one item.`);
  if (useInputStats && numel(x.shape.slice(2)) === 1)
    throw new ShapeError(`${name}: needs more than 1 element per channel, the input ${showShape(x.shape)} has 1.`);
  if (!useInputStats && (runningMean === null || runningVar === null))
    throw new ArgumentError(`${name}: without useInputStats it needs runningMean and runningVar. Give both.`);
  const perItem = (value: Tensor | null) => value && repeat(value, [n]);
  const [means, variances] = noGrad(() => [perItem(runningMean), perItem(runningVar)]);
  const all = batchNormAs(name, reshape(x, [1, n * c, ...x.shape.slice(2)]), means, variances, {
    weight: perItem(weight),
    bias: perItem(bias),
    training: useInputStats,
    momentum,
    eps,
  });
  if (useInputStats)
    noGrad(() => {
      if (runningMean) copy_(runningMean, mean(reshape(means!, [n, c]), 0));
      if (runningVar) copy_(runningVar, mean(reshape(variances!, [n, c]), 0));
    });
  return reshape(all, x.shape);
}
