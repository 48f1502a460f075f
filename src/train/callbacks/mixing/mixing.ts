/** mixup, cutmix, mixupCutmix: batches whose samples and labels are mixed. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { multinomial } from '../../../ops/random/random.js';
import { reshape } from '../../../ops/view/movement.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { above, countOf, probability } from '../../../tensor/arguments/checks.js';
import { show } from '../../../tensor/arguments/show.js';
import { tensor } from '../../../tensor/create/create.js';
import { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import { drawRand } from '../../../vision/transforms/base/draws.js';
import { CutMix } from '../../../vision/transforms/mix/cutmix.js';
import { MixUp } from '../../../vision/transforms/mix/mixup.js';
import type { Callback } from '../callback.js';
import { claim } from '../watching.js';

/** The options of {@link mixup}. */
export interface MixupOptions {
  /** Both parameters of the Beta distribution from which the share is drawn. Default: 1, all shares alike. */
  alpha?: number;
  /** How many classes there are; not needed where labels are probabilities [N, classes] already. */
  numClasses?: number | null;
  /** How likely a batch is mixed. Default: 1. */
  prob?: number;
}

/** The options of {@link cutmix}. */
export interface CutmixOptions extends MixupOptions {}

/** The options of {@link mixupCutmix}. */
export interface MixupCutmixOptions {
  /** How many classes there are; not needed where labels are probabilities [N, classes] already. */
  numClasses?: number | null;
  /** Both parameters of the Beta distribution of mixup's share. Default: 1. */
  mixupAlpha?: number;
  /** Both parameters of the Beta distribution of cutmix's share. Default: 1. */
  cutmixAlpha?: number;
  /** How likely a batch is mixed at all. Default: 1. */
  prob?: number;
  /** How likely that is by cutmix. Default: 0.5. */
  switchProb?: number;
}

const DEFAULTS = { alpha: 1, numClasses: null as number | null, prob: 1 };

/**
 * Blends each sample of a training batch with the one before it, and their labels, which become probabilities; evaluation sees samples as they are.
 * The share is that of torchvision's `v2.MixUp` with the same random numbers; with `prob` below 1, as within its `v2.RandomApply`. Samples may have any
 * shape. The loss must take probabilities as targets, as CrossEntropyLoss does; accuracy counts the stronger label.
 * @throws {ArgumentError} for options that make no sense. While training: for batches other than [samples, labels], with labels [N] of int64, or
 * probabilities, and beside another callback that mixes.
 * @see Zhang et al. 2017, https://arxiv.org/abs/1710.09412
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 1, callbacks: [mixup({ alpha: 0.2, numClasses: 3 })] });
 */
export function mixup(options: MixupOptions = {}): Callback {
  const op = 'mixup';
  const { alpha, numClasses, prob } = readOptions(op, DEFAULTS, options);
  const mix = new MixUp({ alpha: above(op, 'alpha', alpha, 0), numClasses: classesOf(op, numClasses) });
  return mixing(op, prob, (samples, labels) => blended(mix, samples, labels));
}

/**
 * Puts a part of the image before it into each image of a training batch, and mixes their labels by its area; evaluation sees images as they are. The
 * part is that of torchvision's `v2.CutMix` with the same random numbers; with `prob` below 1, as within its `v2.RandomApply`. The loss must take
 * probabilities as targets, as CrossEntropyLoss does; accuracy counts the stronger label.
 * @throws {ArgumentError} for options that make no sense. While training: for batches other than [images, labels], images [N, C, H, W], labels [N] of
 * int64, or probabilities, and beside another callback that mixes.
 * @see Yun et al. 2019, https://arxiv.org/abs/1905.04899
 * @example
 * const callbacks = [cutmix({ numClasses: 10 })];
 */
export function cutmix(options: CutmixOptions = {}): Callback {
  const op = 'cutmix';
  const { alpha, numClasses, prob } = readOptions(op, DEFAULTS, options);
  const mix = new CutMix({ alpha: above(op, 'alpha', alpha, 0), numClasses: classesOf(op, numClasses) });
  return mixing(op, prob, (samples, labels) => mix.forward(samples, labels) as [Tensor, Tensor]);
}

/**
 * {@link mixup} or {@link cutmix}, one of them for each training batch: as torchvision's `v2.RandomChoice([v2.MixUp(), v2.CutMix()])` with the same random
 * numbers.
 * @throws {ArgumentError} as these.
 * @example
 * const callbacks = [mixupCutmix({ numClasses: 10, mixupAlpha: 0.2, switchProb: 0.5 })];
 */
export function mixupCutmix(options: MixupCutmixOptions = {}): Callback {
  const op = 'mixupCutmix';
  const defaults = { numClasses: null as number | null, mixupAlpha: 1, cutmixAlpha: 1, prob: 1, switchProb: 0.5 };
  const { numClasses, mixupAlpha, cutmixAlpha, prob, switchProb } = readOptions(op, defaults, options);
  classesOf(op, numClasses);
  const blend = new MixUp({ alpha: above(op, 'mixupAlpha', mixupAlpha, 0), numClasses });
  const cut = new CutMix({ alpha: above(op, 'cutmixAlpha', cutmixAlpha, 0), numClasses });
  const weights = [1 - probability(op, 'switchProb', switchProb), switchProb];
  return mixing(op, prob, (samples, labels) => {
    const byCut = item(multinomial(tensor(weights), 1)) === 1;
    return (byCut ? cut : blend).forward(samples, labels) as [Tensor, Tensor];
  });
}

function classesOf(op: string, numClasses: number | null): number | null {
  return numClasses === null ? null : countOf(op, 'numClasses', numClasses, 1);
}

function mixing(op: string, prob: number, mix: (samples: Tensor, labels: Tensor) => [Tensor, Tensor]): Callback {
  probability(op, 'prob', prob);
  return {
    name: op,
    onTrainStart: (run) => claim(run, 'mix batches', op, 'For one of them by turns use mixupCutmix.'),
    onBatchStart(batch) {
      const [samples, labels] = Array.isArray(batch) ? (batch as unknown[]) : [];
      if (!Array.isArray(batch) || batch.length !== 2 || !(samples instanceof Tensor) || !(labels instanceof Tensor))
        throw new ArgumentError(
          `${op}: a batch is ${Array.isArray(batch) ? `a list of ${batch.map(show).join(' and ') || 'nothing'}` : show(batch)}, expected [samples, labels], both tensors. Mix others in the loader's collate.`,
        );
      // torchvision's RandomApply draws always; mixup alone draws nothing more.
      if (prob < 1 && drawRand() >= prob) return undefined;
      return mix(samples, labels);
    },
  };
}

/** MixUp takes images; what a sample's shape is makes no difference to it. */
function blended(mix: MixUp, samples: Tensor, labels: Tensor): [Tensor, Tensor] {
  if (samples.ndim === 4) return mix.forward(samples, labels) as [Tensor, Tensor];
  if (samples.ndim === 0 || samples.shape[0] === 0)
    throw new ShapeError(`mixup: samples have shape ${showShape(samples.shape)}, expected [N, ...].`);
  const [images, mixed] = mix.forward(reshape(samples, [samples.shape[0]!, 1, 1, -1]), labels) as [Tensor, Tensor];
  return [reshape(images, samples.shape), mixed];
}
