/** The policies of augmentation as v2 draws, computes and prints them. */
import { pythonBool, pythonFloat } from '../../../tensor/arguments/python-text.js';
import { interpolationText } from '../base/interpolation.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import type { Version } from '../color/values.js';
import { AugMix as AugMixV1 } from '../policies/aug-mix.js';
import { AutoAugment as AutoAugmentV1, policyText } from '../policies/auto-augment.js';
import { type Policy, policyFillText } from '../policies/operations.js';
import { RandAugment as RandAugmentV1 } from '../policies/rand-augment.js';
import { TrivialAugmentWide as TrivialAugmentWideV1 } from '../policies/trivial-augment-wide.js';

/** What all of them print first. */
const headText = ({ interpolation, fill }: Pick<Policy<unknown>, 'interpolation' | 'fill'>) =>
  `interpolation=${interpolationText(interpolation)}${fill === null ? '' : `, fill=${policyFillText(fill)}`}`;

/**
 * Two operations at most, one pair of the 25 that were found to be the best for a data set.
 * @throws {ArgumentError} for a policy that does not exist, and for samples with masks, boxes and points, or without one image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.AutoAugment.html
 * @example
 * new transforms.v2.AutoAugment('cifar10').forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class AutoAugment extends AutoAugmentV1 {
  static override readonly className: string = 'AutoAugment';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';

  protected override extraRepr(): string {
    return `${headText(this)}, policy=${policyText(this.policy)}`;
  }
}

/**
 * Some operations, one after the other, all of one strength.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandAugment.html
 * @example
 * new transforms.v2.RandAugment({ magnitude: 5 }).forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class RandAugment extends RandAugmentV1 {
  static override readonly className: string = 'RandAugment';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';

  protected override extraRepr(): string {
    return `${headText(this)}, num_ops=${this.numOps}, magnitude=${this.magnitude}, num_magnitude_bins=${this.numMagnitudeBins}`;
  }
}

/**
 * One operation, of a strength that is drawn.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.TrivialAugmentWide.html
 * @example
 * new transforms.v2.TrivialAugmentWide().forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class TrivialAugmentWide extends TrivialAugmentWideV1 {
  static override readonly className: string = 'TrivialAugmentWide';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';

  protected override extraRepr(): string {
    return `${headText(this)}, num_magnitude_bins=${this.numMagnitudeBins}`;
  }
}

/**
 * An image blended with several chains of operations on it.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.AugMix.html
 * @example
 * new transforms.v2.AugMix({ severity: 2 }).forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class AugMix extends AugMixV1 {
  static override readonly className: string = 'AugMix';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';

  protected override extraRepr(): string {
    const { severity, mixtureWidth, chainDepth, alpha, allOps } = this;
    const chains = `severity=${severity}, mixture_width=${mixtureWidth}, chain_depth=${chainDepth}`;
    return `${headText(this)}, ${chains}, alpha=${pythonFloat(alpha)}, all_ops=${pythonBool(allOps)}`;
  }
}
