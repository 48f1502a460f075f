/** Any function as a transform: Lambda. */
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { assertFunction } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Conversion } from '../base/functions.js';
import { Transform } from '../base/transform.js';

/** The options of {@link Lambda}. */
export interface LambdaOptions<In = Tensor, Out = unknown> {
  /** The function. */
  lambd: (image: In) => Out;
}

/**
 * Any function as a transform. TypeScript takes its argument for a tensor unless told otherwise: `(image: Image) => image.rotate(90)`.
 * @throws {ArgumentError} unless it is a function.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Lambda.html
 * @example
 * new transforms.Lambda((x: Tensor) => x.mul(2)).forward(ones([2])); // [2, 2]
 */
export class Lambda<In = Tensor, Out = unknown> extends Transform<undefined, Conversion<In, Out>> {
  static override readonly className: string = 'Lambda';
  /** The function. */
  readonly lambd: (image: In) => Out;

  constructor(...args: Arguments<LambdaOptions<In, Out>, [lambd: 'lambd']>) {
    super();
    const op = classNameOf(new.target);
    const { lambd } = readArguments<{ lambd: unknown }>(op, { lambd: required }, args);
    assertFunction(op, 'lambd', lambd);
    this.lambd = lambd as (image: In) => Out;
  }

  transform(input: In): Out {
    return this.lambd(input);
  }

  /** The function sees the sample whole. */
  protected override run(samples: readonly unknown[]): unknown {
    return (this.lambd as (...samples: readonly unknown[]) => unknown)(...samples);
  }
}
