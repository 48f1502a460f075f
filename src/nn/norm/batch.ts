/** Batch normalisation by fused kernels: the function and its layers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { type Grads, type Needs, record, unrecorded, willRecord } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { addInPlace } from '../../ops/elementwise/inplace.js';
import { rsqrt, square } from '../../ops/elementwise/unary.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { clone, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { above, assertFloating, assertSameDType, assertTensorOrNull, atLeast, type Rank } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { code, copyInto, ptrOrNull, rowMajor, rowMajorOrNull } from '../../tensor/raw.js';
import { numel, type Shape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import { type Bounds, lent } from '../module/calls/lent.js';
import { type NormArguments, RunningNorm, wrongDims } from './running-norm.js';

/** The options of {@link batchNorm}. */
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

const DEFAULTS: Settings<BatchNormOptions> = { weight: null, bias: null, training: false, momentum: 0.1, eps: 1e-5 };

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
  ...args: Arguments<BatchNormOptions, [weight: 'weight', bias: 'bias', training: 'training', momentum: 'momentum', eps: 'eps']>
): Tensor {
  const settings = { runningMean, runningVar, ...readArguments('batchNorm', DEFAULTS, args) };
  assertChannels('batchNorm', x, settings);
  assertBatchNorm('batchNorm', x, settings);
  return batchNormOf(x, settings);
}

/** @internal The tensors of batch and instance normalisation beside the input, [C] each; null for those that are not there. */
export interface ChannelParts {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** @internal What batch normalisation needs beside its input. */
export interface BatchNormSettings extends ChannelParts {
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

/** @internal Checks the input, and that the parts have one value for each of its channels. */
export function assertChannels(op: string, x: Tensor, { runningMean, runningVar, weight, bias }: ChannelParts): void {
  assertFloating(op, 'input', x);
  if (x.ndim < 2) throw new ShapeError(`${op}: input is ${showShape(x.shape)}, expected at least [N, C].`);
  const parts = { runningMean, runningVar, weight, bias };
  for (const [part, value] of Object.entries(parts)) {
    assertTensorOrNull(op, part, value);
    if (value !== null && (value.ndim !== 1 || value.shape[0] !== x.shape[1]))
      throw new ShapeError(
        `${op}: ${part} is ${showShape(value.shape)}, expected one value for each of the ${x.shape[1]} channels of the input ${showShape(x.shape)}.`,
      );
  }
  assertSameDType(op, { input: x, ...parts });
}

/** Checks what depends on whether it trains: eps, the running statistics, and how many values there are. */
function assertBatchNorm(op: string, x: Tensor, { runningMean, runningVar, training, eps }: BatchNormSettings): void {
  assertEps(op, eps, training);
  assertBothStatistics(op, runningMean, runningVar);
  if (!training && runningMean === null)
    throw new ArgumentError(`${op}: evaluation needs runningMean and runningVar. Give them, or pass { training: true }.`);
  if (training && x.shape[0]! * numel(x.shape.slice(2)) === 1) {
    throw new ShapeError(
      `${op}: training needs more than 1 value per channel, the input ${showShape(x.shape)} has 1. Use a larger batch (or dropLast), or call eval() first.`,
    );
  }
}

/** @internal A batch's variance may be 0, the running one is taken as it is. */
export function assertEps(op: string, eps: number, training: boolean): void {
  if (training) above(op, 'eps', eps, 0);
  else atLeast(op, 'eps', eps, 0);
}

/** @internal */
export function assertBothStatistics(op: string, runningMean: Tensor | null, runningVar: Tensor | null): void {
  if ((runningMean === null) !== (runningVar === null))
    throw new ArgumentError(`${op}: runningMean and runningVar come together, only one was given.`);
}

/** @internal {@link batchNorm} of checked arguments. */
export function batchNormOf(x: Tensor, settings: BatchNormSettings): Tensor {
  const { weight, bias, runningMean, runningVar, training } = settings;
  if (numel(x.shape) === 0) return emptyBatch(x, weight, bias);
  const geometry = { n: x.shape[0]!, c: x.shape[1]!, inner: numel(x.shape.slice(2)) };
  const out =
    training || runningMean === null || runningVar === null
      ? trainingNorm(x, settings, geometry)
      : evaluationNorm(x, settings, runningMean, runningVar, geometry);
  const laid = x.ndim < 4 ? out : formatOf(out, x);
  if (laid !== out && lent.bounded === out) lent.bounded = laid;
  return laid;
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
interface Geometry {
  readonly n: number;
  readonly c: number;
  readonly inner: number;
}

const OP = 'batchNorm';

function trainingNorm(x: Tensor, settings: BatchNormSettings, g: Geometry): Tensor {
  const { runningMean, runningVar, weight, bias, momentum, eps } = settings;
  const [source, w, b] = [rowMajor(x, OP), rowMajorOrNull(weight, OP), rowMajorOrNull(bias, OP)];
  const [rm, rv] = [rowMajorOrNull(runningMean, OP), rowMajorOrNull(runningVar, OP)];
  const out = emptyTensor(x.shape, x.dtype);
  const center = emptyTensor([g.c], x.dtype);
  const invstd = emptyTensor([g.c], x.dtype);
  check(
    kernels.batchNorm(
      code(x.dtype),
      out.ptr,
      center.ptr,
      invstd.ptr,
      source.ptr,
      ptrOrNull(w),
      ptrOrNull(b),
      ptrOrNull(rm),
      ptrOrNull(rv),
      g.n,
      g.c,
      g.inner,
      momentum,
      eps,
    ),
    OP,
  );
  written(runningMean, rm);
  written(runningVar, rv);
  return recordNorm(out, { x, weight, bias }, { center, invstd }, g, settings);
}

/** Notes that a kernel changed a running statistic, of which it may have been given a row-major copy. */
function written(running: Tensor | null, given: Tensor | null): void {
  if (running === null || given === null) return;
  if (given !== running) copyInto(running, given, OP);
  running.counter.version++;
}

const EVERYTHING: Bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function evaluationNorm(x: Tensor, settings: BatchNormSettings, runningMean: Tensor, runningVar: Tensor, g: Geometry): Tensor {
  const { weight, bias, eps } = settings;
  const [source, w, b] = [rowMajor(x, OP), rowMajorOrNull(weight, OP), rowMajorOrNull(bias, OP)];
  const [rm, rv] = [rowMajor(runningMean, OP), rowMajor(runningVar, OP)];
  const recorded = willRecord([x, weight, bias]);
  const mine = lent.input === x && !recorded; // and the layer after it limits what comes out
  const out = mine && source === x ? x : emptyTensor(x.shape, x.dtype);
  const [low, high] = (mine ? lent.bounds : null) ?? EVERYTHING;
  check(
    kernels.batchNormEval(
      code(x.dtype),
      out.ptr,
      source.ptr,
      ptrOrNull(w),
      ptrOrNull(b),
      rm.ptr,
      rv.ptr,
      g.n,
      g.c,
      g.inner,
      eps,
      low,
      high,
    ),
    OP,
  );
  if (mine && lent.bounds !== null) lent.bounded = out;
  if (out === x) x.counter.version++;
  if (!recorded) return out === x ? x : unrecorded(out);
  // Copies, since the next training step may change the running statistics before backward.
  const statistics = noGrad(() => ({ center: clone(rm), invstd: rsqrt(add(rv, eps)) }));
  return recordNorm(out, { x, weight, bias }, statistics, g, settings);
}

/** The operands of batch normalisation. */
interface Operands {
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** The mean and 1 / sqrt(var + eps) that were used, [c] each. */
interface Statistics {
  readonly center: Tensor;
  readonly invstd: Tensor;
}

/** What the gradients are computed from. */
type Saved = Omit<Operands, 'bias'> & Statistics;

function recordNorm(out: Tensor, inputs: Operands, statistics: Statistics, g: Geometry, { training, eps }: BatchNormSettings): Tensor {
  return record(OP, out, {
    inputs,
    saved: { x: inputs.x, weight: inputs.weight, ...statistics },
    own: ['center', 'invstd'],
    composed: (dy, saved, needs) => composedGrads(dy, saved, needs, training, eps),
    fused: (dy, saved, needs) => fusedGrads(dy, saved, needs, training, g),
  });
}

function fusedGrads(
  dy: Tensor,
  { x, weight, center, invstd }: Saved,
  needs: Needs<Operands>,
  training: boolean,
  g: Geometry,
): Grads<Operands> {
  const dx = needs.x ? emptyTensor(x.shape, x.dtype) : null;
  const dWeight = needs.weight ? emptyTensor([g.c], x.dtype) : null;
  const dBias = needs.bias ? emptyTensor([g.c], x.dtype) : null;
  const [grad, source, w] = [rowMajor(dy, OP), rowMajor(x, OP), rowMajorOrNull(weight, OP)];
  check(
    kernels.batchNormBackward(
      code(x.dtype),
      ptrOrNull(dx),
      ptrOrNull(dWeight),
      ptrOrNull(dBias),
      grad.ptr,
      source.ptr,
      ptrOrNull(w),
      center.ptr,
      invstd.ptr,
      g.n,
      g.c,
      g.inner,
      training ? 1 : 0,
    ),
    OP,
  );
  return { x: dx, weight: dWeight, bias: dBias };
}

/** The gradients in operations that are recorded, the statistics computed again from x where they depend on it. */
function composedGrads(
  dy: Tensor,
  { x, weight, center, invstd }: Saved,
  needs: Needs<Operands>,
  training: boolean,
  eps: number,
): Grads<Operands> {
  const dims = x.shape.map((_, d) => d).filter((d) => d !== 1);
  const once = sub(x, training ? mean(x, dims, true) : perChannel(center, x.shape));
  // The mean of what is left: what a large mean lost in rounding.
  const centered = training ? sub(once, mean(once, dims, true)) : once;
  const scale = training ? rsqrt(add(mean(square(centered), dims, true), eps)) : perChannel(invstd, x.shape);
  const normal = mul(centered, scale);
  // dx = w invstd (dy - mean(dy) - normal mean(dy normal)); without the means where the statistics are constants
  const rest = training && needs.x ? sub(sub(dy, mean(dy, dims, true)), mul(normal, mean(mul(dy, normal), dims, true))) : dy;
  const slope = weight ? mul(perChannel(weight, x.shape), scale) : scale;
  return {
    x: needs.x ? mul(rest, slope) : null,
    weight: needs.weight ? sum(mul(dy, normal), dims) : null,
    bias: needs.bias ? sum(dy, dims) : null,
  };
}

const INPUTS = { 1: '[N, C] or [N, C, L]', 2: '[N, C, H, W]', 3: '[N, C, D, H, W]' } as const;

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each channel (dim 1) over all other dims. In training mean and variance are the
 * batch's, and the running ones move towards them by `momentum` (the variance unbiased); in evaluation they are the running ones.
 */
abstract class BatchNorm extends RunningNorm {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** @internal */
  static override readonly overwrites: boolean = true;
  constructor(numFeatures: number, ...args: NormArguments) {
    super(numFeatures, args, true);
  }

  forward(x: Tensor): Tensor {
    const name = classNameOf(this);
    assertFloating(name, 'input', x);
    assertFits(this, this.axes, name, x);
    const { weight, bias, runningMean, runningVar, numBatchesTracked, eps } = this;
    const training = this.training || (runningMean === null && runningVar === null);
    const tracking = this.training && this.trackRunningStats && numBatchesTracked !== null;
    const keeps = !this.training || this.trackRunningStats;
    const settings = {
      runningMean: keeps ? runningMean : null,
      runningVar: keeps ? runningVar : null,
      weight,
      bias,
      training,
      momentum: tracking && this.momentum === null ? 1 / (item(numBatchesTracked) + 1) : (this.momentum ?? 0),
      eps,
    };
    assertChannels(name, x, settings);
    assertBatchNorm(name, x, settings);
    const out = batchNormOf(x, settings);
    if (tracking) addInPlace(numBatchesTracked, 1, 1, 'add_'); // after the kernel: a batch that throws does not count
    return out;
  }
}

/** Throws unless the input has the dims and features of the layer, which has `axes` dims behind the channels. */
function assertFits(layer: BatchNorm, axes: Rank, name: string, x: Tensor): void {
  if (x.ndim !== axes + 2 && !(axes === 1 && x.ndim === 2)) {
    const rank = x.ndim === 2 ? 1 : x.ndim - 2;
    throw wrongDims(layer, x, INPUTS[axes], rank >= 1 && rank <= 3 ? `BatchNorm${rank}d` : null);
  }
  const [features, made] = [x.shape[1], (layer.runningMean ?? layer.weight)?.shape[0]];
  if (made !== undefined && features !== made)
    throw new ShapeError(
      `${name}(${made}): input has ${features} features (${showShape(x.shape)}), the layer was made for ${made}. Make it nn.${name}(${features}), the width of what comes in.`,
    );
}

/**
 * {@link BatchNorm} of features [N, C] or sequences [N, C, L].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167; https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 * @example
 * new nn.BatchNorm1d(6).forward(x).shape; // [8, 6]
 */
export class BatchNorm1d extends BatchNorm {
  static override readonly className: string = 'BatchNorm1d';
  protected get axes(): 1 {
    return 1;
  }
}

/**
 * Batch normalisation of images [N, C, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 * @example
 * new nn.BatchNorm2d(3, { momentum: 0.05 }).forward(randn([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class BatchNorm2d extends BatchNorm {
  static override readonly className: string = 'BatchNorm2d';
  protected get axes(): 2 {
    return 2;
  }
}

/**
 * Batch normalisation of volumes [N, C, D, H, W].
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 * @example
 * new nn.BatchNorm3d(3, { affine: false }).forward(randn([2, 3, 2, 2, 2])).shape; // [2, 3, 2, 2, 2]
 */
export class BatchNorm3d extends BatchNorm {
  static override readonly className: string = 'BatchNorm3d';
  protected get axes(): 3 {
    return 3;
  }
}
