/** Transforms one after the other: Compose. */
import { readArguments, required } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { Image } from '../../image/image.js';
import type { Chain, Transforms } from '../base/functions.js';
import { Transform } from '../base/transform.js';
import { applyFused } from '../batch/fused.js';
import { CHAIN, type Choice } from '../batch/rules.js';
import { applyAll, listed, readTransforms } from './list.js';

/** The options of {@link Compose}. */
export interface ComposeOptions<List extends Transforms = Transforms> {
  /** The transforms, in order. */
  transforms: List;
}

/**
 * Transforms one after the other.
 * @throws {ArgumentError} for anything but a transform: a function, or an object with `forward`.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Compose.html
 * @example
 * const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.25])]);
 * transform.forward(new Image('L', [2, 1], Uint8Array.of(255, 255))); // [[[2, 2]]]
 */
export class Compose<const List extends Transforms = Transforms> extends Transform<undefined, Chain<List>> {
  static override readonly className: string = 'Compose';
  /** @internal */
  static override readonly batchedChoice: Choice = CHAIN;
  /** The transforms, in order. */
  readonly transforms: List;

  constructor(...args: [transforms: List] | [options: ComposeOptions<List>]) {
    super();
    const op = classNameOf(new.target);
    // Comes before the check for too many arguments: one transform after the other, without a list.
    if (args.length > 1) readTransforms(op, args[0]);
    const { transforms } = readArguments<{ transforms: unknown }>(op, { transforms: required }, args);
    this.transforms = readTransforms(op, transforms) as List;
  }

  transform(input: unknown): unknown {
    return this.run([input]);
  }

  protected override run(samples: readonly unknown[]): unknown {
    const [image] = samples;
    return samples.length === 1 && image instanceof Image ? applyFused(this.transforms, image) : applyAll(this.transforms, samples);
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }
}
