/** One operation of any strength: TrivialAugmentWide. */
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { drawInt } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { modeText, type Operation, Policy, type PolicyOptions, policyFillText, WIDE_STRENGTHS } from './operations.js';

/** The options of {@link TrivialAugmentWide}. */
export interface TrivialAugmentWideOptions extends PolicyOptions {
  /** Of how many strengths one is drawn. Default: 31. */
  numMagnitudeBins?: number;
}

/**
 * One operation, of a strength that is drawn.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see Müller and Hutter, TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation (2021), https://arxiv.org/abs/2103.10158;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TrivialAugmentWide.html
 * @example
 * new transforms.TrivialAugmentWide().forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class TrivialAugmentWide extends Policy<Operation> {
  static override readonly className: string = 'TrivialAugmentWide';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** Of how many strengths one is drawn. */
  readonly numMagnitudeBins: number;

  constructor(
    ...args: Arguments<TrivialAugmentWideOptions, [numMagnitudeBins: 'numMagnitudeBins', interpolation: 'interpolation', fill: 'fill']>
  ) {
    const op = classNameOf(new.target);
    const { numMagnitudeBins, interpolation, fill } = readArguments<Record<string, unknown>>(
      op,
      { numMagnitudeBins: 31, interpolation: 'nearest', fill: null },
      args as readonly unknown[],
    );
    super(interpolation, fill);
    this.numMagnitudeBins = wholeNumber(op, 'numMagnitudeBins', numMagnitudeBins, { min: 2 });
  }

  override makeParams(inputs: readonly ImageLike[]): Operation {
    const size = querySize(classNameOf(this), inputs);
    const strength = this.drawnFrom(WIDE_STRENGTHS);
    const bins = this.numMagnitudeBins;
    return this.directed(
      strength,
      this.strengthOf(strength, bins, size, () => drawInt(0, bins)),
    );
  }

  transform<I extends ImageLike>(image: I, operation: Operation): I {
    return this.operated(image, operation);
  }

  protected override extraRepr(): string {
    return `num_magnitude_bins=${this.numMagnitudeBins}, interpolation=${modeText(this.interpolation)}, fill=${policyFillText(this.fill)}`;
  }
}
