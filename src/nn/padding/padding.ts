/** Padding layers: constants, reflections, repeated edges and circles, along one, two or three axes. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type PadMode, padAs } from '../../ops/join/pad.js';
import { readArguments, tooMany } from '../../tensor/arguments.js';
import { assertTensor } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { float, tuple } from '../module/text.js';

/** One number for both ends. */
export type Padding1d = number | readonly [left: number, right: number];
/** One number for all sides. */
export type Padding2d = number | readonly [left: number, right: number, top: number, bottom: number];
/** One number for all sides. */
export type Padding3d = number | readonly [left: number, right: number, top: number, bottom: number, front: number, back: number];

/** A layer that adds elements around its last axes. */
abstract class Pad extends Module {
  /** Before and after the last axis, then before and after the one in front of it. */
  readonly padding: readonly number[];

  constructor(padding: number | readonly number[], axes: number) {
    super();
    const all: unknown = typeof padding === 'number' ? new Array<number>(2 * axes).fill(padding) : padding;
    if (!Array.isArray(all) || all.length !== 2 * axes || !all.every(Number.isInteger)) {
      throw new ArgumentError(
        `${classNameOf(this)}: padding is ${show(padding)}, expected a whole number, or ${2 * axes} of them: before and after each axis, the last axis first.`,
      );
    }
    this.padding = [...(all as number[])];
  }

  override extraRepr(): string {
    return tuple(this.padding);
  }
}

abstract class ModePad extends Pad {
  protected abstract readonly mode: PadMode;

  forward(x: Tensor): Tensor {
    assertTensor(classNameOf(this), 'input', x);
    const axes = this.padding.length / 2;
    if (x.ndim !== axes + 1 && x.ndim !== axes + 2) {
      const shape = ['[N, C, L], or [C, L]', '[N, C, H, W], or [C, H, W]', '[N, C, D, H, W], or [C, D, H, W]'][axes - 1]!;
      throw new ShapeError(`${classNameOf(this)}: input is ${showShape(x.shape)} (${x.ndim} dims), expected ${shape} for one item.`);
    }
    return padAs(classNameOf(this), x, this.padding, this.mode);
  }
}

/** The options of the layers that pad with a constant. */
export interface ConstantPadOptions {
  /** What the new elements are. */
  value: number;
}

abstract class ConstantPad extends Pad {
  readonly value: number;

  constructor(padding: number | readonly number[], axes: number, args: readonly unknown[]) {
    super(padding, axes);
    const { value } = readArguments<{ value: number | undefined }>(classNameOf(this), { value: undefined }, args);
    if (typeof value !== 'number') throw new ArgumentError(`${classNameOf(this)}: value is ${show(value)}, expected a number.`);
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return padAs(classNameOf(this), x, this.padding, 'constant', this.value);
  }

  override extraRepr(): string {
    return `padding=${tuple(this.padding)}, value=${float(this.value)}`;
  }
}

abstract class ZeroPad extends Pad {
  forward(x: Tensor): Tensor {
    return padAs(classNameOf(this), x, this.padding, 'constant');
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
  constructor(padding: Padding1d) {
    super(padding, 1);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding2d) {
    super(padding, 2);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding3d) {
    super(padding, 3);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
   * @param args the value, as a number or as an option.
   */
  constructor(padding: Padding1d, ...args: [value: number] | [options: ConstantPadOptions]) {
    super(padding, 1, args);
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
   * @param args the value, as a number or as an option.
   */
  constructor(padding: Padding2d, ...args: [value: number] | [options: ConstantPadOptions]) {
    super(padding, 2, args);
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
   * @param args the value, as a number or as an option.
   */
  constructor(padding: Padding3d, ...args: [value: number] | [options: ConstantPadOptions]) {
    super(padding, 3, args);
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
  constructor(padding: Padding1d) {
    super(padding, 1);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding2d) {
    super(padding, 2);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding3d) {
    super(padding, 3);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding1d) {
    super(padding, 1);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding2d) {
    super(padding, 2);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding3d) {
    super(padding, 3);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding1d) {
    super(padding, 1);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding2d) {
    super(padding, 2);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
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
  constructor(padding: Padding3d) {
    super(padding, 3);
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
  }
}
