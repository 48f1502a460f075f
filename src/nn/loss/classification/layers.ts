/** Losses of classes as modules: cross entropy, with labels, probabilities, or a yes or no for each class. */

import type { Trailing } from '../../../tensor/arguments.js';
import { classNameOf } from '../../../tensor/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Module } from '../../module/module.js';
import { lossOptions, type Reduction, type Settled } from '../options.js';
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  multilabelSoftMarginLoss,
} from './binary.js';
import {
  type CrossEntropyOptions,
  crossEntropy,
  crossEntropyOptions,
  type NllLossOptions,
  nllLoss,
  nllLossOptions,
} from './cross-entropy.js';
import { type CTCLossOptions, ctcLoss, ctcLossOptions } from './ctc.js';

/** What all losses have. */
export abstract class Loss extends Module {
  static override readonly className: string = 'Loss';
  /** What becomes of the loss of each item. */
  reduction: Reduction;

  constructor({ reduction }: { reduction: Reduction }) {
    super();
    this.reduction = reduction;
  }
}

/** A loss with a weight, which is a buffer and part of the state dict as in PyTorch. */
export abstract class WeightedLoss extends Loss {
  static override readonly className: string = 'WeightedLoss';
  weight: Tensor | null;

  constructor(options: { reduction: Reduction; weight: Tensor | null }) {
    super(options);
    this.weight = this.registerBuffer('weight', options.weight);
  }
}

/**
 * Cross entropy of scores (logits) [N, C, ...] and labels [N, ...] from 0 to C - 1, or class probabilities [N, C, ...].
 * @param weight of the classes [C], by position or among the options. @throws as {@link crossEntropy}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @example
 * const criterion = new nn.CrossEntropyLoss();
 * const loss = criterion.forward(model.forward(x), labels);
 */
export class CrossEntropyLoss extends WeightedLoss {
  static override readonly className: string = 'CrossEntropyLoss';
  /** The label that does not count. */
  ignoreIndex: number;
  /** How much of each target is spread evenly over all classes. */
  labelSmoothing: number;

  constructor(...args: Trailing<[weight: Tensor | null], CrossEntropyOptions>) {
    const options = crossEntropyOptions(classNameOf(new.target), args);
    super(options);
    this.ignoreIndex = options.ignoreIndex;
    this.labelSmoothing = options.labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/**
 * Negative log likelihood of log-probabilities [N, C, ...] and labels [N, ...].
 * @param weight of the classes [C], by position or among the options. @throws as {@link nllLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 * @example
 * new nn.NLLLoss().forward(F.logSoftmax(zeros([2, 4]), 1), tensor([0, 3], { dtype: 'int64' })); // 1.3863
 */
export class NLLLoss extends WeightedLoss {
  static override readonly className: string = 'NLLLoss';
  /** The label that does not count. */
  ignoreIndex: number;

  constructor(...args: Trailing<[weight: Tensor | null], NllLossOptions>) {
    const options = nllLossOptions(classNameOf(new.target), args);
    super(options);
    this.ignoreIndex = options.ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

const binaryOptions = (op: string, given: readonly unknown[]) =>
  lossOptions<Settled<BinaryCrossEntropyOptions>>(op, { weight: null, reduction: 'mean' }, given);

/**
 * Binary cross entropy of probabilities and targets from 0 to 1, of one shape.
 * @param weight broadcasts to the input; by position or among the options. @throws as {@link binaryCrossEntropy}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 * @example
 * new nn.BCELoss().forward(tensor([0.5, 0.5]), tensor([1, 0])); // 0.6931
 */
export class BCELoss extends WeightedLoss {
  static override readonly className: string = 'BCELoss';
  constructor(...args: Trailing<[weight: Tensor | null], BinaryCrossEntropyOptions>) {
    super(binaryOptions(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binaryCrossEntropy(input, target, { weight, reduction });
  }
}

/** The options of {@link BCEWithLogitsLoss}. */
export type BCEWithLogitsLossOptions = BinaryCrossEntropyWithLogitsOptions;

/**
 * {@link BCELoss} of sigmoid(input), exact for large inputs.
 * @param weight broadcasts to the input, as posWeight does; by position or among the options. @throws as {@link binaryCrossEntropyWithLogits}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 * @example
 * new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) }).forward(tensor([0, 0]), tensor([1, 0])); // 1.3863
 */
export class BCEWithLogitsLoss extends WeightedLoss {
  static override readonly className: string = 'BCEWithLogitsLoss';
  /** The weight of positive targets, for each class; null for 1. */
  posWeight: Tensor | null;

  constructor(...args: Trailing<[weight: Tensor | null], BCEWithLogitsLossOptions>) {
    const defaults = { weight: null, reduction: 'mean', posWeight: null } as const;
    const options = lossOptions<Settled<BCEWithLogitsLossOptions>>(classNameOf(new.target), defaults, args);
    super(options);
    this.posWeight = this.registerBuffer('posWeight', options.posWeight, { key: 'pos_weight' });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, { weight, reduction, posWeight });
  }
}

/**
 * A yes or no for each of C classes: scores [..., C] and targets of 0 or 1.
 * @param weight of the classes [C], by position or among the options. @throws as {@link multilabelSoftMarginLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 * @example
 * new nn.MultiLabelSoftMarginLoss().forward(zeros([1, 3]), tensor([[1, 0, 1]])); // 0.6931
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  static override readonly className: string = 'MultiLabelSoftMarginLoss';
  constructor(...args: Trailing<[weight: Tensor | null], BinaryCrossEntropyOptions>) {
    super(binaryOptions(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabelSoftMarginLoss(input, target, { weight, reduction });
  }
}

/**
 * Connectionist temporal classification: sequences of labels without their alignment to the input's steps.
 * @param blank the label that stands for none, default 0; by position or among the options. @throws as {@link ctcLoss}.
 * @see Graves et al. 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf; https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
 * @example
 * const criterion = new nn.CTCLoss({ blank: 0, zeroInfinity: true });
 * const logProbs = F.logSoftmax(randn([50, 16, 20]), 2); // [T, N, C]
 * const targets = randint(1, 20, [16, 30]);
 * const loss = criterion.forward(logProbs, targets, Array(16).fill(50), Array(16).fill(30));
 */
export class CTCLoss extends Loss {
  static override readonly className: string = 'CTCLoss';
  /** The label that stands for none. */
  blank: number;
  /** Whether infinite losses become 0. */
  zeroInfinity: boolean;

  constructor(...args: Trailing<[blank: number, reduction: Reduction, zeroInfinity: boolean], CTCLossOptions>) {
    const options = ctcLossOptions(classNameOf(new.target), args);
    super(options);
    this.blank = options.blank;
    this.zeroInfinity = options.zeroInfinity;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[]): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity });
  }
}
