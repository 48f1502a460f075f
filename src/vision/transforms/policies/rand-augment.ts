/** Operations of one strength: RandAugment. */
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { modeText, type Operation, Policy, type PolicyOptions, policyFillText, RAND_STRENGTHS } from './operations.js';

/** The options of {@link RandAugment}. */
export interface RandAugmentOptions extends PolicyOptions {
  /** How many operations. Default: 2. */
  numOps?: number;
  /** How strong they are, below `numMagnitudeBins`. Default: 9. */
  magnitude?: number;
  /** Of how many strengths. Default: 31. */
  numMagnitudeBins?: number;
}

/**
 * Some operations, one after the other, all of one strength.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see Cubuk et al., RandAugment: Practical automated data augmentation with a reduced search space (2019), https://arxiv.org/abs/1909.13719;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandAugment.html
 * @example
 * new transforms.RandAugment({ magnitude: 5 }).forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class RandAugment extends Policy<readonly Operation[]> {
  static override readonly className: string = 'RandAugment';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** How many operations. */
  readonly numOps: number;
  /** How strong they are, below `numMagnitudeBins`. */
  readonly magnitude: number;
  /** Of how many strengths. */
  readonly numMagnitudeBins: number;

  constructor(
    ...args: Arguments<
      RandAugmentOptions,
      [numOps: 'numOps', magnitude: 'magnitude', numMagnitudeBins: 'numMagnitudeBins', interpolation: 'interpolation', fill: 'fill']
    >
  ) {
    const op = classNameOf(new.target);
    const { numOps, magnitude, numMagnitudeBins, interpolation, fill } = readArguments<Record<string, unknown>>(
      op,
      { numOps: 2, magnitude: 9, numMagnitudeBins: 31, interpolation: 'nearest', fill: null },
      args as readonly unknown[],
    );
    super(interpolation, fill);
    this.numOps = wholeNumber(op, 'numOps', numOps, { min: 0 });
    this.numMagnitudeBins = wholeNumber(op, 'numMagnitudeBins', numMagnitudeBins, { min: 2 });
    this.magnitude = wholeNumber(op, 'magnitude', magnitude, { min: 0, max: this.numMagnitudeBins - 1 });
  }

  override makeParams(inputs: readonly ImageLike[]): readonly Operation[] {
    const size = querySize(classNameOf(this), inputs);
    const out: Operation[] = [];
    for (let i = 0; i < this.numOps; i++) {
      const strength = this.drawnFrom(RAND_STRENGTHS);
      out.push(
        this.directed(
          strength,
          this.strengthOf(strength, this.numMagnitudeBins, size, () => this.magnitude),
        ),
      );
    }
    return out;
  }

  transform<I extends ImageLike>(image: I, operations: readonly Operation[]): I {
    return operations.reduce((out, operation) => this.operated(out, operation), image);
  }

  protected override extraRepr(): string {
    const { numOps, magnitude, numMagnitudeBins, interpolation, fill } = this;
    return `num_ops=${numOps}, magnitude=${magnitude}, num_magnitude_bins=${numMagnitudeBins}, interpolation=${modeText(interpolation)}, fill=${policyFillText(fill)}`;
  }
}
