/** Padding layers: constants, reflections, repeated edges and circles, along one, two or three axes. */
import { ShapeError, showShape } from '../../errors.js';
import { type PadMode, padOf } from '../../ops/join/pad.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertNumber, assertTensor, type Rank, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { wordsOf } from '../conv/geometry.js';
import { Module } from '../module/module.js';
import { float, tuple } from '../module/text.js';

/** One number for both ends. */
export type Padding1d = number | readonly [left: number, right: number];
/** One number for all sides. */
export type Padding2d = number | readonly [left: number, right: number, top: number, bottom: number];
/** One number for all sides. */
export type Padding3d = number | readonly [left: number, right: number, top: number, bottom: number, front: number, back: number];

type Padding = number | readonly number[];

export interface PadLayerOptions<P extends Padding = Padding> {
  /** Elements to add, or to take away where negative: before and after the last axis, then before and after the one in front of it. */
  padding: P;
}

/** The options of the layers that pad with a constant, after the padding. */
export interface ConstantPadOptions {
  /** What the new elements are. */
  value: number;
}

export interface ConstantPadLayerOptions<P extends Padding = Padding> extends PadLayerOptions<P>, ConstantPadOptions {}

/** The options of {@link ZeroPad1d}. */
export type ZeroPad1dOptions = PadLayerOptions<Padding1d>;
/** The options of {@link ZeroPad2d}. */
export type ZeroPad2dOptions = PadLayerOptions<Padding2d>;
/** The options of {@link ZeroPad3d}. */
export type ZeroPad3dOptions = PadLayerOptions<Padding3d>;
/** The options of {@link ConstantPad1d}. */
export type ConstantPad1dOptions = ConstantPadLayerOptions<Padding1d>;
/** The options of {@link ConstantPad2d}. */
export type ConstantPad2dOptions = ConstantPadLayerOptions<Padding2d>;
/** The options of {@link ConstantPad3d}. */
export type ConstantPad3dOptions = ConstantPadLayerOptions<Padding3d>;
/** The options of {@link ReflectionPad1d}. */
export type ReflectionPad1dOptions = PadLayerOptions<Padding1d>;
/** The options of {@link ReflectionPad2d}. */
export type ReflectionPad2dOptions = PadLayerOptions<Padding2d>;
/** The options of {@link ReflectionPad3d}. */
export type ReflectionPad3dOptions = PadLayerOptions<Padding3d>;
/** The options of {@link ReplicationPad1d}. */
export type ReplicationPad1dOptions = PadLayerOptions<Padding1d>;
/** The options of {@link ReplicationPad2d}. */
export type ReplicationPad2dOptions = PadLayerOptions<Padding2d>;
/** The options of {@link ReplicationPad3d}. */
export type ReplicationPad3dOptions = PadLayerOptions<Padding3d>;
/** The options of {@link CircularPad1d}. */
export type CircularPad1dOptions = PadLayerOptions<Padding1d>;
/** The options of {@link CircularPad2d}. */
export type CircularPad2dOptions = PadLayerOptions<Padding2d>;
/** The options of {@link CircularPad3d}. */
export type CircularPad3dOptions = PadLayerOptions<Padding3d>;

type PadArguments<P extends Padding> = Arguments<PadLayerOptions<P>, [padding: 'padding']>;
type ConstantPadArguments<P extends Padding> = Arguments<ConstantPadLayerOptions<P>, [padding: 'padding', value: 'value']>;

const PAD: PadLayerOptions = { padding: required };
const CONSTANT_PAD: ConstantPadLayerOptions = { padding: required, value: required };

/** A layer that adds elements around its last axes. */
abstract class PadNd extends Module {
  /** Before and after the last axis, then before and after the one in front of it. */
  readonly padding: readonly number[];

  protected readonly spatialDims: Rank;

  protected constructor(name: string, rank: Rank, padding: Padding) {
    super();
    this.spatialDims = rank;
    const all: unknown = typeof padding === 'number' ? new Array<number>(2 * rank).fill(padding) : padding;
    if (!Array.isArray(all) || all.length !== 2 * rank || !all.every(Number.isInteger))
      throw unexpected(name, 'padding', padding, `a whole number, or ${2 * rank} of them: before and after each axis, the last axis first`);
    this.padding = [...(all as number[])];
  }

  override extraRepr(): string {
    return tuple(this.padding);
  }
}

abstract class ZeroPad extends PadNd {
  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super(name, rank, readArguments(name, PAD, args).padding);
  }

  /** @returns x with zeros around it. */
  forward(x: Tensor): Tensor {
    return padOf(classNameOf(this), x, { pad: this.padding, mode: 'constant', value: 0 });
  }
}

abstract class ConstantPad extends PadNd {
  /** What the new elements are. */
  readonly value: number;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    const { padding, value } = readArguments(name, CONSTANT_PAD, args);
    super(name, rank, padding);
    assertNumber(name, 'value', value);
    this.value = value;
  }

  /** @returns x with the value around it. */
  forward(x: Tensor): Tensor {
    return padOf(classNameOf(this), x, { pad: this.padding, mode: 'constant', value: this.value });
  }

  override extraRepr(): string {
    return `padding=${tuple(this.padding)}, value=${float(this.value)}`;
  }
}

/** A layer that pads with values of its input, which has a dim of channels, and perhaps one of batches, in front of the axes. */
abstract class ModePad extends PadNd {
  protected abstract readonly mode: Exclude<PadMode, 'constant'>;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super(name, rank, readArguments(name, PAD, args).padding);
  }

  /** @returns x with elements of its own around it. */
  forward(x: Tensor): Tensor {
    const { spatialDims: rank, padding, mode } = this;
    const name = classNameOf(this);
    assertTensor(name, 'input', x);
    if (x.ndim !== rank + 1 && x.ndim !== rank + 2)
      throw new ShapeError(`${name}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${wordsOf(rank).input}.`);
    return padOf(name, x, { pad: padding, mode, value: 0 });
  }
}

abstract class ReflectionPad extends ModePad {
  protected get mode() {
    return 'reflect' as const;
  }
}

abstract class ReplicationPad extends ModePad {
  protected get mode() {
    return 'replicate' as const;
  }
}

abstract class CircularPad extends ModePad {
  protected get mode() {
    return 'circular' as const;
  }
}

/**
 * Zeros around the last axis.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html
 * @example
 * new nn.ZeroPad1d(1).forward(tensor([[[1, 2, 3]]])); // [[[0, 1, 2, 3, 0]]]
 */
export class ZeroPad1d extends ZeroPad {
  static override readonly className: string = 'ZeroPad1d';
  constructor(...args: PadArguments<Padding1d>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * Zeros around the last two axes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html
 * @example
 * new nn.ZeroPad2d([1, 1, 0, 2]).forward(ones([1, 1, 3, 4])).shape; // [1, 1, 5, 6]
 */
export class ZeroPad2d extends ZeroPad {
  static override readonly className: string = 'ZeroPad2d';
  constructor(...args: PadArguments<Padding2d>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * Zeros around the last three axes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad3d.html
 * @example
 * new nn.ZeroPad3d(1).forward(ones([1, 1, 2, 3, 4])).shape; // [1, 1, 4, 5, 6]
 */
export class ZeroPad3d extends ZeroPad {
  static override readonly className: string = 'ZeroPad3d';
  constructor(...args: PadArguments<Padding3d>) {
    super(classNameOf(new.target), 3, args);
  }
}

/**
 * One value around the last axis.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html
 * @example
 * new nn.ConstantPad1d(1, 9).forward(tensor([[[1, 2, 3]]])); // [[[9, 1, 2, 3, 9]]]
 */
export class ConstantPad1d extends ConstantPad {
  static override readonly className: string = 'ConstantPad1d';
  /**
   * One value around the last axis.
   * @param args padding and value, in this order or by name.
   */
  constructor(...args: ConstantPadArguments<Padding1d>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * One value around the last two axes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 * @example
 * new nn.ConstantPad2d(1, 9).forward(ones([1, 1, 3, 4])).shape; // [1, 1, 5, 6]
 */
export class ConstantPad2d extends ConstantPad {
  static override readonly className: string = 'ConstantPad2d';
  /**
   * One value around the last two axes.
   * @param args padding and value, in this order or by name.
   */
  constructor(...args: ConstantPadArguments<Padding2d>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * One value around the last three axes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html
 * @example
 * new nn.ConstantPad3d(1, 9).forward(ones([1, 1, 2, 3, 4])).shape; // [1, 1, 4, 5, 6]
 */
export class ConstantPad3d extends ConstantPad {
  static override readonly className: string = 'ConstantPad3d';
  /**
   * One value around the last three axes.
   * @param args padding and value, in this order or by name.
   */
  constructor(...args: ConstantPadArguments<Padding3d>) {
    super(classNameOf(new.target), 3, args);
  }
}

/**
 * What lies inside, mirrored at the edges without repeating them, around sequences [N, C, L] or [C, L].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html
 * @example
 * new nn.ReflectionPad1d(1).forward(tensor([[[1, 2, 3]]])); // [[[2, 1, 2, 3, 2]]]
 */
export class ReflectionPad1d extends ReflectionPad {
  static override readonly className: string = 'ReflectionPad1d';
  constructor(...args: PadArguments<Padding1d>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * What lies inside, mirrored at the edges without repeating them, around images [N, C, H, W] or [C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 * @example
 * new nn.ReflectionPad2d([1, 1, 2, 0]); // left, right, top, bottom
 */
export class ReflectionPad2d extends ReflectionPad {
  static override readonly className: string = 'ReflectionPad2d';
  constructor(...args: PadArguments<Padding2d>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * What lies inside, mirrored at the edges without repeating them, around volumes [N, C, D, H, W] or [C, D, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html
 * @example
 * new nn.ReflectionPad3d(1).forward(ones([1, 1, 2, 3, 4])).shape; // [1, 1, 4, 5, 6]
 */
export class ReflectionPad3d extends ReflectionPad {
  static override readonly className: string = 'ReflectionPad3d';
  constructor(...args: PadArguments<Padding3d>) {
    super(classNameOf(new.target), 3, args);
  }
}

/**
 * The edges repeated, around sequences [N, C, L] or [C, L].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html
 * @example
 * new nn.ReplicationPad1d([1, 0]).forward(tensor([[[1, 2, 3]]])); // [[[1, 1, 2, 3]]]
 */
export class ReplicationPad1d extends ReplicationPad {
  static override readonly className: string = 'ReplicationPad1d';
  constructor(...args: PadArguments<Padding1d>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * The edges repeated, around images [N, C, H, W] or [C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html
 * @example
 * new nn.ReplicationPad2d([1, 1, 0, 2]).forward(ones([1, 1, 3, 4])).shape; // [1, 1, 5, 6]
 */
export class ReplicationPad2d extends ReplicationPad {
  static override readonly className: string = 'ReplicationPad2d';
  constructor(...args: PadArguments<Padding2d>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * The edges repeated, around volumes [N, C, D, H, W] or [C, D, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html
 * @example
 * new nn.ReplicationPad3d(1).forward(ones([1, 1, 2, 3, 4])).shape; // [1, 1, 4, 5, 6]
 */
export class ReplicationPad3d extends ReplicationPad {
  static override readonly className: string = 'ReplicationPad3d';
  constructor(...args: PadArguments<Padding3d>) {
    super(classNameOf(new.target), 3, args);
  }
}

/**
 * The other end of each axis, around sequences [N, C, L] or [C, L].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html
 * @example
 * new nn.CircularPad1d(1).forward(tensor([[[1, 2, 3]]])); // [[[3, 1, 2, 3, 1]]]
 */
export class CircularPad1d extends CircularPad {
  static override readonly className: string = 'CircularPad1d';
  constructor(...args: PadArguments<Padding1d>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * The other end of each axis, around images [N, C, H, W] or [C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 * @example
 * new nn.CircularPad2d(1).forward(ones([1, 1, 3, 4])).shape; // [1, 1, 5, 6]
 */
export class CircularPad2d extends CircularPad {
  static override readonly className: string = 'CircularPad2d';
  constructor(...args: PadArguments<Padding2d>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * The other end of each axis, around volumes [N, C, D, H, W] or [C, D, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html
 * @example
 * new nn.CircularPad3d(1).forward(ones([1, 1, 2, 3, 4])).shape; // [1, 1, 4, 5, 6]
 */
export class CircularPad3d extends CircularPad {
  static override readonly className: string = 'CircularPad3d';
  constructor(...args: PadArguments<Padding3d>) {
    super(classNameOf(new.target), 3, args);
  }
}
