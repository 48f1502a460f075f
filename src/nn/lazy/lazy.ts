/** Lazy layers: those that take the number of their inputs from the first batch. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { assertTensor } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Pair, Single, Triple } from '../conv/geometry.js';
import { Conv1d, Conv2d, Conv3d } from '../conv/layers.js';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../conv/transpose-layers.js';
import { Linear, type LinearOptions } from '../linear/linear.js';
import type { Module } from '../module/module.js';
import { isUninitialized, UninitializedBuffer, UninitializedParameter } from '../module/state/uninitialized.js';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type NormArguments } from '../norm/batch.js';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from '../norm/instance.js';

/** A constructor's arguments after the third, under their names. */
type AfterThree<A extends readonly unknown[]> = A extends readonly [unknown, unknown, unknown, ...infer Rest] ? Rest : never;

/** Which field counts the inputs of a layer, and how many a batch has; then the shape of each of its tensors. */
interface Inference {
  readonly field: 'inFeatures' | 'inChannels' | 'numFeatures';
  count(layer: Module, x: Tensor): number;
  /** Of the layer's weight; everything else has one number for each output, or for each input where the weight has. */
  shapes(layer: Module, count: number): { readonly weight: Shape; readonly rest: Shape };
}

type Fields = Record<string, unknown>;

/** Makes what a layer has learnt so far, nothing, wait for the first batch. */
function awaitFirstBatch(layer: Module): void {
  for (const { kind, field, tensor } of layer.ownTensors()) {
    if (field === 'numBatchesTracked') continue; // a single number, whatever the batch
    layer.setField(field, kind === 'parameter' ? new UninitializedParameter(true, tensor.dtype) : new UninitializedBuffer(tensor.dtype));
  }
  layer.registerForwardPreHook(initializeFirst);
}

/** A lazy layer, as its hook sees it. */
type LazyLayer = Module & { initializeParameters(x: Tensor): void };

/** Before the first forward: gives the layer its parameters, and makes it the layer that it stands for. */
function initializeFirst(layer: LazyLayer, [x]: unknown[]): void {
  assertTensor(classNameOf(layer), 'input', x);
  layer.initializeParameters(x);
  const hooks = layer.ownHooks()!.before;
  hooks.splice(hooks.indexOf(initializeFirst), 1);
  const lazy = (layer.constructor as typeof Module).prototype as object;
  // A class that extends a lazy layer stays what it is.
  if (Object.hasOwn(layer.constructor, 'lazy')) Object.setPrototypeOf(layer, Object.getPrototypeOf(lazy));
}

const waits = (layer: Module): boolean => layer.ownTensors().some(({ tensor }) => isUninitialized(tensor));

/** Gives a layer's tensors the shapes that a batch asks for, and their first values. */
function initialize(layer: Module, x: Tensor, { field, count, shapes }: Inference): void {
  const fields = layer as unknown as Fields;
  if (!waits(layer)) {
    // Its tensors came from a state dict.
    if (fields[field] === 0) fields[field] = storedCount(layer, field);
    return;
  }
  const n = count(layer, x);
  const { weight, rest } = shapes(layer, n);
  fields[field] = n;
  for (const own of layer.ownTensors()) if (isUninitialized(own.tensor)) own.tensor.materialize(own.field === 'weight' ? weight : rest);
  (layer as Module & { resetParameters(): void }).resetParameters();
}

/** The number of inputs that the tensors of a loaded layer have. */
function storedCount(layer: Module, field: Inference['field']): number {
  const { weight, runningMean, groups } = layer as unknown as { weight: Tensor | null; runningMean?: Tensor | null; groups?: number };
  if (field === 'inFeatures') return weight!.shape[1]!;
  if (field === 'numFeatures') return (weight ?? runningMean)?.shape[0] ?? 0;
  return layer instanceof Conv1d || layer instanceof Conv2d || layer instanceof Conv3d ? weight!.shape[1]! * groups! : weight!.shape[0]!;
}

const ofLinear: Inference = {
  field: 'inFeatures',
  count: (_, x) => x.shape.at(-1) ?? 0,
  shapes: (layer, n) => ({ weight: [(layer as Linear).outFeatures, n], rest: [(layer as Linear).outFeatures] }),
};

/** The channels of a batch, or of a single item without the batch's dim. */
function channelsOf(layer: Module, x: Tensor, axes: number): number {
  if (x.ndim !== axes + 1 && x.ndim !== axes + 2)
    throw new ShapeError(
      `${classNameOf(layer)}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${axes + 2} dims, or ${axes + 1} for one item.`,
    );
  return x.shape[x.ndim - axes - 1]!;
}

function ofConv(axes: number, transposed: boolean): Inference {
  return {
    field: 'inChannels',
    count(layer, x) {
      const n = channelsOf(layer, x, axes);
      const { groups } = layer as Conv1d;
      if (n === 0 || n % groups !== 0)
        throw new ArgumentError(
          `${classNameOf(layer)}: groups ${groups} must divide the ${n} channels of the input ${showShape(x.shape)}.`,
        );
      return n;
    },
    shapes(layer, n) {
      const { outChannels, groups, kernelSize } = layer as Conv1d;
      const channels = transposed ? [n, outChannels / groups] : [outChannels, n / groups];
      return { weight: [...channels, ...kernelSize], rest: [outChannels] };
    },
  };
}

function ofNorm(axes: number | null): Inference {
  return {
    field: 'numFeatures',
    count: (layer, x) => (axes === null ? (x.shape[1] ?? 0) : channelsOf(layer, x, axes)),
    shapes: (_, n) => ({ weight: [n], rest: [n] }),
  };
}

/**
 * A linear layer that takes `inFeatures` from the last dim of its first batch.
 * After that it is a {@link Linear}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyLinear.html
 * @example
 * const fc = new nn.LazyLinear(10);
 * fc.forward(ones([4, 784]));
 * fc.weight.shape; // [10, 784]
 */
export class LazyLinear extends Linear {
  static override readonly className: string = 'LazyLinear';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A linear layer that takes `inFeatures` from the last dim of its first batch. After that it is a {@link Linear}, in text, state dict
   * and seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outFeatures how many features it gives.
   * @param bias default true; also by name, in one object with `dtype`.
   */
  constructor(outFeatures: number, bias?: boolean | LinearOptions, options?: Omit<LinearOptions, 'bias'>) {
    super(0, outFeatures, bias, options);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofLinear);
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.inFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv1d.html
 * @example
 * const conv = new nn.LazyConv1d(8, 3);
 * conv.forward(ones([2, 16, 9]));
 * conv.inChannels; // 16
 */
export class LazyConv1d extends Conv1d {
  static override readonly className: string = 'LazyConv1d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A convolution that takes `inChannels` from its first batch. After that it is a {@link Conv1d}, in text, state dict and seed as one
   * made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link Conv1d}.
   */
  constructor(outChannels: number, kernelSize: Single, ...args: AfterThree<ConstructorParameters<typeof Conv1d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(1, false));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv2d.html
 * @example
 * const conv = new nn.LazyConv2d(8, 3);
 * conv.forward(ones([2, 16, 9, 9]));
 * conv.inChannels; // 16
 */
export class LazyConv2d extends Conv2d {
  static override readonly className: string = 'LazyConv2d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A convolution that takes `inChannels` from its first batch. After that it is a {@link Conv2d}, in text, state dict and seed as one
   * made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link Conv2d}.
   */
  constructor(outChannels: number, kernelSize: Pair, ...args: AfterThree<ConstructorParameters<typeof Conv2d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(2, false));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv3d.html
 * @example
 * const conv = new nn.LazyConv3d(8, 3);
 * conv.forward(ones([2, 16, 5, 5, 5]));
 * conv.inChannels; // 16
 */
export class LazyConv3d extends Conv3d {
  static override readonly className: string = 'LazyConv3d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A convolution that takes `inChannels` from its first batch. After that it is a {@link Conv3d}, in text, state dict and seed as one
   * made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link Conv3d}.
   */
  constructor(outChannels: number, kernelSize: Triple, ...args: AfterThree<ConstructorParameters<typeof Conv3d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(3, false));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose1d.html
 * @example
 * const conv = new nn.LazyConvTranspose1d(8, 3);
 * conv.forward(ones([2, 16, 9]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose1d extends ConvTranspose1d {
  static override readonly className: string = 'LazyConvTranspose1d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A transposed convolution that takes `inChannels` from its first batch. After that it is a {@link ConvTranspose1d}, in text, state
   * dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose1d}.
   */
  constructor(outChannels: number, kernelSize: Single, ...args: AfterThree<ConstructorParameters<typeof ConvTranspose1d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(1, true));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose2d.html
 * @example
 * const conv = new nn.LazyConvTranspose2d(8, 3);
 * conv.forward(ones([2, 16, 9, 9]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose2d extends ConvTranspose2d {
  static override readonly className: string = 'LazyConvTranspose2d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A transposed convolution that takes `inChannels` from its first batch. After that it is a {@link ConvTranspose2d}, in text, state
   * dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose2d}.
   */
  constructor(outChannels: number, kernelSize: Pair, ...args: AfterThree<ConstructorParameters<typeof ConvTranspose2d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(2, true));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose3d.html
 * @example
 * const conv = new nn.LazyConvTranspose3d(8, 3);
 * conv.forward(ones([2, 16, 5, 5, 5]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose3d extends ConvTranspose3d {
  static override readonly className: string = 'LazyConvTranspose3d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * A transposed convolution that takes `inChannels` from its first batch. After that it is a {@link ConvTranspose3d}, in text, state
   * dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param outChannels how many channels it gives.
   * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose3d}.
   */
  constructor(outChannels: number, kernelSize: Triple, ...args: AfterThree<ConstructorParameters<typeof ConvTranspose3d>>) {
    super(0, outChannels, kernelSize, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofConv(3, true));
  }

  override resetParameters(): void {
    if (this.inChannels !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * BatchNorm1d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm1d.html
 * @example
 * const norm = new nn.LazyBatchNorm1d({ affine: true });
 * norm.forward(ones([4, 6, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm1d extends BatchNorm1d {
  static override readonly className: string = 'LazyBatchNorm1d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * BatchNorm1d that takes `numFeatures` from its first batch. After that it is a {@link BatchNorm1d}, in text, state dict and seed as
   * one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(null));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * BatchNorm2d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm2d.html
 * @example
 * const norm = new nn.LazyBatchNorm2d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm2d extends BatchNorm2d {
  static override readonly className: string = 'LazyBatchNorm2d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * BatchNorm2d that takes `numFeatures` from its first batch. After that it is a {@link BatchNorm2d}, in text, state dict and seed as
   * one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(null));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * BatchNorm3d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm3d.html
 * @example
 * const norm = new nn.LazyBatchNorm3d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm3d extends BatchNorm3d {
  static override readonly className: string = 'LazyBatchNorm3d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * BatchNorm3d that takes `numFeatures` from its first batch. After that it is a {@link BatchNorm3d}, in text, state dict and seed as
   * one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(null));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * InstanceNorm1d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm1d.html
 * @example
 * const norm = new nn.LazyInstanceNorm1d({ affine: true });
 * norm.forward(ones([4, 6, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  static override readonly className: string = 'LazyInstanceNorm1d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * InstanceNorm1d that takes `numFeatures` from its first batch. After that it is an {@link InstanceNorm1d}, in text, state dict and
   * seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(1));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * InstanceNorm2d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm2d.html
 * @example
 * const norm = new nn.LazyInstanceNorm2d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  static override readonly className: string = 'LazyInstanceNorm2d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * InstanceNorm2d that takes `numFeatures` from its first batch. After that it is an {@link InstanceNorm2d}, in text, state dict and
   * seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(2));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}

/**
 * InstanceNorm3d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm3d.html
 * @example
 * const norm = new nn.LazyInstanceNorm3d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  static override readonly className: string = 'LazyInstanceNorm3d';
  /** @internal */
  static override readonly lazy: boolean = true;

  /**
   * InstanceNorm3d that takes `numFeatures` from its first batch. After that it is an {@link InstanceNorm3d}, in text, state dict and
   * seed as one made with that number. Its parameters are {@link UninitializedParameter}s before, and stay the same objects.
   * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
   */
  constructor(...args: NormArguments) {
    super(0, ...args);
    awaitFirstBatch(this);
  }

  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean {
    return waits(this);
  }

  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void {
    initialize(this, x, ofNorm(3));
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  override resetParameters(): void {
    if (this.numFeatures !== 0 && !waits(this)) super.resetParameters();
  }
}
