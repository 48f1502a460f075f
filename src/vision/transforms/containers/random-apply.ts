/** Transforms, or none of them: RandomApply. */
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { probability } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { drawRand } from '../base/draws.js';
import { probabilityText, type Transforms } from '../base/functions.js';
import { Transform } from '../base/transform.js';
import type { Choice } from '../batch/rules.js';
import { applyAll, listed, readTransforms } from './list.js';

/** The options of {@link RandomApply}. */
export interface RandomApplyOptions {
  /** The transforms, in order. */
  transforms: Transforms;
  /** How likely they are applied. Default: 0.5. */
  p?: number;
}

/** @internal */
export const ALL_OR_NONE: Choice<RandomApply, boolean> = {
  lists: ({ transforms }) => [transforms, []],
  pick: ([all, none], apply) => (apply ? all! : none!),
};

/**
 * Transforms one after the other with probability `p`, none of them otherwise; one number is drawn for all.
 * @throws {ArgumentError} for anything but a transform, and unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomApply.html
 * @example
 * new transforms.RandomApply([new transforms.Pad(1)], 1).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomApply extends Transform<boolean> {
  static override readonly className: string = 'RandomApply';
  /** @internal */
  static override readonly batchedChoice: Choice = ALL_OR_NONE;
  /** The transforms, in order. */
  readonly transforms: Transforms;
  /** How likely they are applied. */
  readonly p: number;

  constructor(...args: Arguments<RandomApplyOptions, [transforms: 'transforms', p: 'p']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms, p } = readArguments<{ transforms: unknown; p: number }>(op, { transforms: required, p: 0.5 }, args);
    this.transforms = readTransforms(op, transforms);
    this.p = probability(op, 'p', p);
  }

  override makeParams(): boolean {
    return Math.fround(this.p) >= drawRand();
  }

  transform(input: unknown, apply: boolean): unknown {
    return apply ? applyAll(this.transforms, [input]) : input;
  }

  protected override run(samples: readonly unknown[]): unknown {
    if (this.makeParams()) return applyAll(this.transforms, samples);
    return samples.length > 1 ? samples : samples[0];
  }

  protected override extraRepr(): string {
    return `\n    p=${probabilityText(this.p)}${listed(this.transforms)}\n`;
  }
}
