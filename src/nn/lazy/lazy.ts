/** Lazy layers: those that take the number of their inputs from the first batch. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import type { Pair, Single, Triple } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Conv1d, Conv2d, Conv3d } from '../conv/conv.js';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../conv/transpose.js';
import { Linear } from '../linear/linear.js';
import type { Module } from '../module/module.js';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../norm/batch.js';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from '../norm/instance.js';
import { type Inference, lazily } from './lazy-module.js';

/** The arguments after the first ones: `After<[unknown], A>` is `A` without its first. */
type After<First extends readonly unknown[], A extends readonly unknown[]> = A extends readonly [...First, ...infer Rest] ? Rest : never;

const ofLinear: Inference<Linear> = {
  field: 'inFeatures',
  count: (_, x) => x.shape.at(-1) ?? 0,
  shapes: ({ outFeatures }, n) => ({ weight: [outFeatures, n], rest: [outFeatures] }),
  stored: ({ weight }) => weight.shape[1]!,
};

/** The channels of a batch, or of a single item without the batch's dim. */
function channelsOf(layer: Module, x: Tensor, axes: number): number {
  if (x.ndim !== axes + 1 && x.ndim !== axes + 2)
    throw new ShapeError(
      `${classNameOf(layer)}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${axes + 2} dims, or ${axes + 1} for one item.`,
    );
  return x.shape[x.ndim - axes - 1]!;
}

type Conv = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

function ofConv(axes: number, transposed: boolean): Inference<Conv> {
  return {
    field: 'inChannels',
    count(layer, x) {
      const n = channelsOf(layer, x, axes);
      const { groups } = layer;
      if (n === 0 || n % groups !== 0)
        throw new ArgumentError(
          `${classNameOf(layer)}: groups ${groups} must divide the ${n} channels of the input ${showShape(x.shape)}.`,
        );
      return n;
    },
    shapes({ outChannels, groups, kernelSize }, n) {
      const channels = transposed ? [n, outChannels / groups] : [outChannels, n / groups];
      return { weight: [...channels, ...kernelSize], rest: [outChannels] };
    },
    stored: ({ weight, groups }) => (transposed ? weight.shape[0]! : weight.shape[1]! * groups),
  };
}

type Norm = BatchNorm1d | BatchNorm2d | BatchNorm3d | InstanceNorm1d | InstanceNorm2d | InstanceNorm3d;

/** @param axes of an item behind its channels, which then may stand without a batch's dim; null where it may not. */
function ofNorm(axes: number | null): Inference<Norm> {
  return {
    field: 'numFeatures',
    count: (layer, x) => (axes === null ? (x.shape[1] ?? 0) : channelsOf(layer, x, axes)),
    shapes: (_, n) => ({ weight: [n], rest: [n] }),
    stored: ({ weight, runningMean }) => (weight ?? runningMean)?.shape[0] ?? 0,
  };
}

/**
 * A linear layer that takes `inFeatures` from the last dim of its first batch.
 * After that it is a {@link Linear}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outFeatures how many features it gives.
 * @param args `bias`, default true, or `bias` and `dtype` by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyLinear.html
 * @example
 * const fc = new nn.LazyLinear(10);
 * fc.forward(ones([4, 784]));
 * fc.weight.shape; // [10, 784]
 */
export class LazyLinear extends /*@__PURE__*/ lazily(Linear, ofLinear) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyLinear';

  constructor(outFeatures: number, ...args: After<[unknown, unknown], ConstructorParameters<typeof Linear>>) {
    super(0, outFeatures, ...args);
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link Conv1d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv1d.html
 * @example
 * const conv = new nn.LazyConv1d(8, 3);
 * conv.forward(ones([2, 16, 9]));
 * conv.inChannels; // 16
 */
export class LazyConv1d extends /*@__PURE__*/ lazily(Conv1d, /*@__PURE__*/ ofConv(1, false)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConv1d';

  constructor(outChannels: number, kernelSize: Single, ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof Conv1d>>) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link Conv2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv2d.html
 * @example
 * const conv = new nn.LazyConv2d(8, 3);
 * conv.forward(ones([2, 16, 9, 9]));
 * conv.inChannels; // 16
 */
export class LazyConv2d extends /*@__PURE__*/ lazily(Conv2d, /*@__PURE__*/ ofConv(2, false)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConv2d';

  constructor(outChannels: number, kernelSize: Pair, ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof Conv2d>>) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * A convolution that takes `inChannels` from its first batch.
 * After that it is a {@link Conv3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link Conv3d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv3d.html
 * @example
 * const conv = new nn.LazyConv3d(8, 3);
 * conv.forward(ones([2, 16, 5, 5, 5]));
 * conv.inChannels; // 16
 */
export class LazyConv3d extends /*@__PURE__*/ lazily(Conv3d, /*@__PURE__*/ ofConv(3, false)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConv3d';

  constructor(outChannels: number, kernelSize: Triple, ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof Conv3d>>) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose1d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose1d.html
 * @example
 * const conv = new nn.LazyConvTranspose1d(8, 3);
 * conv.forward(ones([2, 16, 9]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose1d extends /*@__PURE__*/ lazily(ConvTranspose1d, /*@__PURE__*/ ofConv(1, true)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConvTranspose1d';

  constructor(
    outChannels: number,
    kernelSize: Single,
    ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof ConvTranspose1d>>
  ) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose2d.html
 * @example
 * const conv = new nn.LazyConvTranspose2d(8, 3);
 * conv.forward(ones([2, 16, 9, 9]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose2d extends /*@__PURE__*/ lazily(ConvTranspose2d, /*@__PURE__*/ ofConv(2, true)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConvTranspose2d';

  constructor(
    outChannels: number,
    kernelSize: Pair,
    ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof ConvTranspose2d>>
  ) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * A transposed convolution that takes `inChannels` from its first batch.
 * After that it is a {@link ConvTranspose3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param outChannels how many channels it gives.
 * @param kernelSize the size of the window. @param args what follows it in {@link ConvTranspose3d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose3d.html
 * @example
 * const conv = new nn.LazyConvTranspose3d(8, 3);
 * conv.forward(ones([2, 16, 5, 5, 5]));
 * conv.inChannels; // 16
 */
export class LazyConvTranspose3d extends /*@__PURE__*/ lazily(ConvTranspose3d, /*@__PURE__*/ ofConv(3, true)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyConvTranspose3d';

  constructor(
    outChannels: number,
    kernelSize: Triple,
    ...args: After<[unknown, unknown, unknown], ConstructorParameters<typeof ConvTranspose3d>>
  ) {
    super(0, outChannels, kernelSize, ...args);
  }
}

/**
 * BatchNorm1d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm1d.html
 * @example
 * const norm = new nn.LazyBatchNorm1d({ affine: true });
 * norm.forward(ones([4, 6, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm1d extends /*@__PURE__*/ lazily(BatchNorm1d, /*@__PURE__*/ ofNorm(null)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyBatchNorm1d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof BatchNorm1d>>) {
    super(0, ...args);
  }
}

/**
 * BatchNorm2d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm2d.html
 * @example
 * const norm = new nn.LazyBatchNorm2d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm2d extends /*@__PURE__*/ lazily(BatchNorm2d, /*@__PURE__*/ ofNorm(null)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyBatchNorm2d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof BatchNorm2d>>) {
    super(0, ...args);
  }
}

/**
 * BatchNorm3d that takes `numFeatures` from its first batch.
 * After that it is a {@link BatchNorm3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm3d.html
 * @example
 * const norm = new nn.LazyBatchNorm3d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyBatchNorm3d extends /*@__PURE__*/ lazily(BatchNorm3d, /*@__PURE__*/ ofNorm(null)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyBatchNorm3d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof BatchNorm3d>>) {
    super(0, ...args);
  }
}

/**
 * InstanceNorm1d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm1d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm1d.html
 * @example
 * const norm = new nn.LazyInstanceNorm1d({ affine: true });
 * norm.forward(ones([4, 6, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm1d extends /*@__PURE__*/ lazily(InstanceNorm1d, /*@__PURE__*/ ofNorm(1)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyInstanceNorm1d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof InstanceNorm1d>>) {
    super(0, ...args);
  }
}

/**
 * InstanceNorm2d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm2d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm2d.html
 * @example
 * const norm = new nn.LazyInstanceNorm2d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm2d extends /*@__PURE__*/ lazily(InstanceNorm2d, /*@__PURE__*/ ofNorm(2)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyInstanceNorm2d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof InstanceNorm2d>>) {
    super(0, ...args);
  }
}

/**
 * InstanceNorm3d that takes `numFeatures` from its first batch.
 * After that it is an {@link InstanceNorm3d}, in text, state dict and seed as one made with that number. Its parameters are {@link UninitializedParameter}s
 * before, and stay the same objects.
 * @param args eps, momentum, affine and trackRunningStats in this order, or the options by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm3d.html
 * @example
 * const norm = new nn.LazyInstanceNorm3d({ affine: true });
 * norm.forward(ones([4, 6, 5, 5, 5]));
 * norm.numFeatures; // 6
 */
export class LazyInstanceNorm3d extends /*@__PURE__*/ lazily(InstanceNorm3d, /*@__PURE__*/ ofNorm(3)) {
  /** The name that texts and errors show. */
  static override readonly className: string = 'LazyInstanceNorm3d';

  constructor(...args: After<[unknown], ConstructorParameters<typeof InstanceNorm3d>>) {
    super(0, ...args);
  }
}
