/** Policies that were learnt: AutoAugment. */
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { drawInt, drawRand } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { AUTO_STRENGTHS, type Operation, type OperationName, Policy, type PolicyOptions, policyFillText } from './operations.js';

/** torchvision's AutoAugmentPolicy: the data set on which the policy was learnt. */
export const AutoAugmentPolicy = { IMAGENET: 'imagenet', CIFAR10: 'cifar10', SVHN: 'svhn' } as const;

/** The data set on which a policy was learnt. */
export type AutoAugmentPolicyName = (typeof AutoAugmentPolicy)[keyof typeof AutoAugmentPolicy];

/** An operation, how likely it is applied, and how strong it is among ten. */
type Part = readonly [name: OperationName, p: number, magnitude: number | null];

/** The tables of the paper. */
const POLICIES: Readonly<Record<AutoAugmentPolicyName, readonly (readonly [Part, Part])[]>> = {
  imagenet: [
    [
      ['Posterize', 0.4, 8],
      ['Rotate', 0.6, 9],
    ],
    [
      ['Solarize', 0.6, 5],
      ['AutoContrast', 0.6, null],
    ],
    [
      ['Equalize', 0.8, null],
      ['Equalize', 0.6, null],
    ],
    [
      ['Posterize', 0.6, 7],
      ['Posterize', 0.6, 6],
    ],
    [
      ['Equalize', 0.4, null],
      ['Solarize', 0.2, 4],
    ],
    [
      ['Equalize', 0.4, null],
      ['Rotate', 0.8, 8],
    ],
    [
      ['Solarize', 0.6, 3],
      ['Equalize', 0.6, null],
    ],
    [
      ['Posterize', 0.8, 5],
      ['Equalize', 1, null],
    ],
    [
      ['Rotate', 0.2, 3],
      ['Solarize', 0.6, 8],
    ],
    [
      ['Equalize', 0.6, null],
      ['Posterize', 0.4, 6],
    ],
    [
      ['Rotate', 0.8, 8],
      ['Color', 0.4, 0],
    ],
    [
      ['Rotate', 0.4, 9],
      ['Equalize', 0.6, null],
    ],
    [
      ['Equalize', 0, null],
      ['Equalize', 0.8, null],
    ],
    [
      ['Invert', 0.6, null],
      ['Equalize', 1, null],
    ],
    [
      ['Color', 0.6, 4],
      ['Contrast', 1, 8],
    ],
    [
      ['Rotate', 0.8, 8],
      ['Color', 1, 2],
    ],
    [
      ['Color', 0.8, 8],
      ['Solarize', 0.8, 7],
    ],
    [
      ['Sharpness', 0.4, 7],
      ['Invert', 0.6, null],
    ],
    [
      ['ShearX', 0.6, 5],
      ['Equalize', 1, null],
    ],
    [
      ['Color', 0.4, 0],
      ['Equalize', 0.6, null],
    ],
    [
      ['Equalize', 0.4, null],
      ['Solarize', 0.2, 4],
    ],
    [
      ['Solarize', 0.6, 5],
      ['AutoContrast', 0.6, null],
    ],
    [
      ['Invert', 0.6, null],
      ['Equalize', 1, null],
    ],
    [
      ['Color', 0.6, 4],
      ['Contrast', 1, 8],
    ],
    [
      ['Equalize', 0.8, null],
      ['Equalize', 0.6, null],
    ],
  ],
  cifar10: [
    [
      ['Invert', 0.1, null],
      ['Contrast', 0.2, 6],
    ],
    [
      ['Rotate', 0.7, 2],
      ['TranslateX', 0.3, 9],
    ],
    [
      ['Sharpness', 0.8, 1],
      ['Sharpness', 0.9, 3],
    ],
    [
      ['ShearY', 0.5, 8],
      ['TranslateY', 0.7, 9],
    ],
    [
      ['AutoContrast', 0.5, null],
      ['Equalize', 0.9, null],
    ],
    [
      ['ShearY', 0.2, 7],
      ['Posterize', 0.3, 7],
    ],
    [
      ['Color', 0.4, 3],
      ['Brightness', 0.6, 7],
    ],
    [
      ['Sharpness', 0.3, 9],
      ['Brightness', 0.7, 9],
    ],
    [
      ['Equalize', 0.6, null],
      ['Equalize', 0.5, null],
    ],
    [
      ['Contrast', 0.6, 7],
      ['Sharpness', 0.6, 5],
    ],
    [
      ['Color', 0.7, 7],
      ['TranslateX', 0.5, 8],
    ],
    [
      ['Equalize', 0.3, null],
      ['AutoContrast', 0.4, null],
    ],
    [
      ['TranslateY', 0.4, 3],
      ['Sharpness', 0.2, 6],
    ],
    [
      ['Brightness', 0.9, 6],
      ['Color', 0.2, 8],
    ],
    [
      ['Solarize', 0.5, 2],
      ['Invert', 0, null],
    ],
    [
      ['Equalize', 0.2, null],
      ['AutoContrast', 0.6, null],
    ],
    [
      ['Equalize', 0.2, null],
      ['Equalize', 0.6, null],
    ],
    [
      ['Color', 0.9, 9],
      ['Equalize', 0.6, null],
    ],
    [
      ['AutoContrast', 0.8, null],
      ['Solarize', 0.2, 8],
    ],
    [
      ['Brightness', 0.1, 3],
      ['Color', 0.7, 0],
    ],
    [
      ['Solarize', 0.4, 5],
      ['AutoContrast', 0.9, null],
    ],
    [
      ['TranslateY', 0.9, 9],
      ['TranslateY', 0.7, 9],
    ],
    [
      ['AutoContrast', 0.9, null],
      ['Solarize', 0.8, 3],
    ],
    [
      ['Equalize', 0.8, null],
      ['Invert', 0.1, null],
    ],
    [
      ['TranslateY', 0.7, 9],
      ['AutoContrast', 0.9, null],
    ],
  ],
  svhn: [
    [
      ['ShearX', 0.9, 4],
      ['Invert', 0.2, null],
    ],
    [
      ['ShearY', 0.9, 8],
      ['Invert', 0.7, null],
    ],
    [
      ['Equalize', 0.6, null],
      ['Solarize', 0.6, 6],
    ],
    [
      ['Invert', 0.9, null],
      ['Equalize', 0.6, null],
    ],
    [
      ['Equalize', 0.6, null],
      ['Rotate', 0.9, 3],
    ],
    [
      ['ShearX', 0.9, 4],
      ['AutoContrast', 0.8, null],
    ],
    [
      ['ShearY', 0.9, 8],
      ['Invert', 0.4, null],
    ],
    [
      ['ShearY', 0.9, 5],
      ['Solarize', 0.2, 6],
    ],
    [
      ['Invert', 0.9, null],
      ['AutoContrast', 0.8, null],
    ],
    [
      ['Equalize', 0.6, null],
      ['Rotate', 0.9, 3],
    ],
    [
      ['ShearX', 0.9, 4],
      ['Solarize', 0.3, 3],
    ],
    [
      ['ShearY', 0.8, 8],
      ['Invert', 0.7, null],
    ],
    [
      ['Equalize', 0.9, null],
      ['TranslateY', 0.6, 6],
    ],
    [
      ['Invert', 0.9, null],
      ['Equalize', 0.6, null],
    ],
    [
      ['Contrast', 0.3, 3],
      ['Rotate', 0.8, 4],
    ],
    [
      ['Invert', 0.8, null],
      ['TranslateY', 0, 2],
    ],
    [
      ['ShearY', 0.7, 6],
      ['Solarize', 0.4, 8],
    ],
    [
      ['Invert', 0.6, null],
      ['Rotate', 0.8, 4],
    ],
    [
      ['ShearY', 0.3, 7],
      ['TranslateX', 0.9, 3],
    ],
    [
      ['ShearX', 0.1, 6],
      ['Invert', 0.6, null],
    ],
    [
      ['Solarize', 0.7, 2],
      ['TranslateY', 0.6, 7],
    ],
    [
      ['ShearY', 0.8, 4],
      ['Invert', 0.8, null],
    ],
    [
      ['ShearX', 0.7, 9],
      ['TranslateY', 0.8, 3],
    ],
    [
      ['ShearY', 0.8, 5],
      ['AutoContrast', 0.7, null],
    ],
    [
      ['ShearX', 0.7, 2],
      ['Invert', 0.1, null],
    ],
  ],
};

/** The options of {@link AutoAugment}. */
export interface AutoAugmentOptions extends PolicyOptions {
  /** The data set on which the policy was learnt. Default: 'imagenet'. */
  policy?: AutoAugmentPolicyName;
}

/**
 * Two operations at most, one pair of the 25 that were found to be the best for a data set.
 * @throws {ArgumentError} for a policy that does not exist, and for samples with masks, boxes and points, or without one image.
 * @see Cubuk et al., AutoAugment: Learning Augmentation Strategies from Data (2018), https://arxiv.org/abs/1805.09501;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.AutoAugment.html
 * @example
 * new transforms.AutoAugment('cifar10').forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class AutoAugment extends Policy<readonly Operation[]> {
  static override readonly className: string = 'AutoAugment';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** The data set on which the policy was learnt. */
  readonly policy: AutoAugmentPolicyName;

  constructor(...args: Arguments<AutoAugmentOptions, [policy: 'policy', interpolation: 'interpolation', fill: 'fill']>) {
    const op = classNameOf(new.target);
    const { policy, interpolation, fill } = readArguments<Record<string, unknown>>(
      op,
      { policy: 'imagenet', interpolation: 'nearest', fill: null },
      args as readonly unknown[],
    );
    super(interpolation, fill);
    this.policy = oneOf(op, 'policy', policy, Object.values(AutoAugmentPolicy));
  }

  override makeParams(inputs: readonly ImageLike[]): readonly Operation[] {
    const size = querySize(classNameOf(this), inputs);
    const pairs = POLICIES[this.policy];
    const pair = pairs[drawInt(0, pairs.length)]!;
    const early = this.version === 'v1';
    // v1 draws all that the pair might need at once.
    const draws = early ? { chances: [drawRand(), drawRand()], signs: [drawInt(0, 2), drawInt(0, 2)] } : null;
    const out: Operation[] = [];
    pair.forEach(([name, p, bin], i) => {
      if (!((draws?.chances[i] ?? drawRand()) <= Math.fround(p))) return;
      const strength = AUTO_STRENGTHS.get(name)!;
      const magnitude = this.strengthOf(strength, 10, size, () => bin!);
      if (draws === null) out.push(this.directed(strength, magnitude));
      else out.push({ name, magnitude: strength.signed && draws.signs[i] === 0 ? -magnitude : magnitude });
    });
    return out;
  }

  transform<I extends ImageLike>(image: I, operations: readonly Operation[]): I {
    return operations.reduce((out, operation) => this.operated(out, operation), image);
  }

  protected override extraRepr(): string {
    return `policy=${policyText(this.policy)}, fill=${policyFillText(this.fill)}`;
  }
}

/** @internal torchvision's text of a policy. */
export const policyText = (policy: AutoAugmentPolicyName): string => `AutoAugmentPolicy.${policy.toUpperCase()}`;
