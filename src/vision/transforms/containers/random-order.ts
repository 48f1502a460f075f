/** Transforms in random order: RandomOrder. */
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Transforms } from '../base/functions.js';
import { pythonRandom } from '../base/python-random.js';
import { Transform } from '../base/transform.js';
import type { Choice } from '../batch/rules.js';
import { applyAll, listed, readTransforms } from './list.js';

/** The options of {@link RandomOrder}. */
export interface RandomOrderOptions {
  /** The transforms. */
  transforms: Transforms;
}

/** @internal Alone, each of the transforms must leave the size as it is, so that the order does not matter. */
export const IN_ORDER: Choice<RandomOrder, readonly number[]> = {
  lists: ({ transforms }) => [...transforms.map((transform) => [transform]), []],
  pick: (each, order) => order.map((i) => each[i]![0]!),
};

/**
 * All transforms, in an order that Python's `random` draws; `manualSeed(s)` seeds it as `random.seed(s)` does.
 * @throws {ArgumentError} for anything but a transform.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomOrder.html
 * @example
 * new transforms.RandomOrder([new transforms.Pad(1), new transforms.CenterCrop(4)]).forward(rand(3, 5, 7)).ndim; // 3
 */
export class RandomOrder extends Transform<readonly number[]> {
  static override readonly className: string = 'RandomOrder';
  /** @internal */
  static override readonly batchedChoice: Choice = IN_ORDER;
  /** The transforms. */
  readonly transforms: Transforms;

  constructor(...args: Arguments<RandomOrderOptions, [transforms: 'transforms']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms } = readArguments<{ transforms: unknown }>(op, { transforms: required }, args);
    this.transforms = readTransforms(op, transforms);
  }

  override makeParams(): readonly number[] {
    return pythonRandom().order(this.transforms.length);
  }

  transform(input: unknown, order: readonly number[]): unknown {
    return this.inOrder(order, [input]);
  }

  protected override run(samples: readonly unknown[]): unknown {
    return this.inOrder(this.makeParams(), samples);
  }

  private inOrder(order: readonly number[], samples: readonly unknown[]): unknown {
    return applyAll(
      order.map((i) => this.transforms[i]!),
      samples,
    );
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }
}
