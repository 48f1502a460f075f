/** One of several transforms: RandomChoice. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { atLeast, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { type Transforms, transformed } from '../base/functions.js';
import { pythonRandom } from '../base/python-random.js';
import { Transform } from '../base/transform.js';
import type { Choice } from '../batch/rules.js';
import { listed, readTransforms } from './list.js';

/** The options of {@link RandomChoice}. */
export interface RandomChoiceOptions {
  /** The transforms. */
  transforms: Transforms;
  /** How likely each of them is, in proportion. Default: all alike. */
  p?: readonly number[] | null;
}

/** @internal */
export const ONE_OF: Choice<RandomChoice, number> = {
  lists: ({ transforms }) => transforms.map((transform) => [transform]),
  pick: (each, choice) => each[choice]!,
};

/**
 * One of the transforms, which Python's `random` draws; `manualSeed(s)` seeds it as `random.seed(s)` does.
 * @throws {ArgumentError} for anything but a transform, weights of another number, and weights that are all 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomChoice.html
 * @example
 * new transforms.RandomChoice([new transforms.Pad(1), new transforms.Pad(2)], [1, 0]).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomChoice extends Transform<number> {
  static override readonly className: string = 'RandomChoice';
  /** @internal */
  static override readonly batchedChoice: Choice = ONE_OF;
  /** The transforms. */
  readonly transforms: Transforms;
  /** How likely each of them is, in proportion. */
  readonly p: readonly number[] | null;

  constructor(...args: Arguments<RandomChoiceOptions, [transforms: 'transforms', p: 'p']>) {
    super();
    const op = classNameOf(new.target);
    const { transforms, p } = readArguments<{ transforms: unknown; p: unknown }>(op, { transforms: required, p: null }, args);
    this.transforms = readTransforms(op, transforms);
    const count = this.transforms.length;
    if (count === 0) throw new ArgumentError(`${op}: transforms is an empty list, expected at least one to choose from.`);
    if (p !== null && (!Array.isArray(p) || p.length !== count))
      throw unexpected(op, 'p', p, `${count} number${count === 1 ? '' : 's'}, one for each transform`);
    this.p = p === null ? null : (p as unknown[]).map((weight, i) => atLeast(op, `p[${i}]`, weight, 0));
    if (this.p?.every((weight) => weight === 0)) throw unexpected(op, 'p', p, 'a number above 0 among them');
  }

  override makeParams(): number {
    return pythonRandom().choice(this.transforms.length, this.p);
  }

  transform(input: unknown, choice: number): unknown {
    return transformed(this.transforms[choice]!, input);
  }

  protected override run(samples: readonly unknown[]): unknown {
    return transformed(this.transforms[this.makeParams()]!, ...samples);
  }

  protected override extraRepr(): string {
    return `${listed(this.transforms)}\n`;
  }

  override toString(): string {
    return `${super.toString()}(p=${this.p === null ? 'None' : `[${this.p.map((p) => (Number.isInteger(p) ? p : pythonFloat(p))).join(', ')}]`})`;
  }
}
