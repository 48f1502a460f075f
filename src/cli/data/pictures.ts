/** Pictures to inputs: the transforms of training, those of everything else, and the statistics of pixels. */

import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import type { Image } from '../../vision/image/image.js';
import { Grayscale } from '../../vision/transforms/color/grayscale.js';
import { Compose } from '../../vision/transforms/containers/compose.js';
import { Normalize } from '../../vision/transforms/convert/normalize.js';
import { ToTensor } from '../../vision/transforms/convert/to-tensor.js';
import { CenterCrop } from '../../vision/transforms/geometry/crop.js';
import { RandomErasing } from '../../vision/transforms/geometry/erase.js';
import { RandomHorizontalFlip } from '../../vision/transforms/geometry/flip.js';
import { RandomCrop } from '../../vision/transforms/geometry/random-crop.js';
import { RandomResizedCrop } from '../../vision/transforms/geometry/random-resized-crop.js';
import { Resize } from '../../vision/transforms/geometry/resize.js';
import { TrivialAugmentWide } from '../../vision/transforms/policies/trivial-augment-wide.js';
import { RandomAffine } from '../../vision/transforms/warp/affine.js';
import type { ImageInput } from './prepared.js';

/** Makes the input of a model out of a picture. */
export interface PictureTransform {
  forward(image: Image): Tensor;
}

/** Mean and deviation of each channel of ImageNet's pictures, which torchvision's weights expect. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** ImageNet's statistics, for as many channels. */
export function imagenetFor(channels: 1 | 3): { mean: readonly number[]; std: readonly number[] } {
  return channels === 3 ? IMAGENET : { mean: [0.449], std: [0.226] };
}

/** What pictures are of: handwriting must not be mirrored. */
export type Motif = 'photos' | 'small photos' | 'signs';

type Steps = readonly object[];

const composed = (steps: Steps) => new Compose(steps as never) as unknown as PictureTransform;

/**
 * How pictures become inputs in evaluation and prediction: nothing of it is random.
 * @param source how many channels the pictures have. Default: 3, RGB.
 */
export function plainTransform(input: ImageInput, source: 1 | 3 = 3): PictureTransform {
  return composed([...channelSteps(input, source), ...plainSize(input), ...toInput(input)]);
}

/** The same without normalisation: what pixels are measured by. */
export function measuringTransform(input: ImageInput, source: 1 | 3 = 3): PictureTransform {
  return plainTransform({ ...input, mean: null, std: null }, source);
}

/** How pictures become inputs in training. */
export function trainTransform(input: ImageInput, augment: 'none' | 'light' | 'strong', motif: Motif, source: 1 | 3 = 3): PictureTransform {
  if (augment === 'none') return plainTransform(input, source);
  const strong = augment === 'strong';
  const { height, width } = input;
  const size = [height, width] as const;
  const steps: Record<Motif, Steps> = {
    photos: [
      new RandomResizedCrop(size, { scale: strong ? [0.35, 1] : [0.6, 1] }),
      new RandomHorizontalFlip(),
      ...(strong ? [new TrivialAugmentWide()] : []),
    ],
    'small photos': [
      ...plainSize(input),
      new RandomCrop(size, { padding: Math.max(1, Math.round(Math.min(height, width) / 8)), paddingMode: 'reflect' }),
      new RandomHorizontalFlip(),
      ...(strong ? [new TrivialAugmentWide()] : []),
    ],
    signs: [
      ...plainSize(input),
      new RandomAffine(strong ? 15 : 8, { translate: strong ? [0.12, 0.12] : [0.07, 0.07], scale: strong ? [0.85, 1.15] : [0.93, 1.07] }),
    ],
  };
  const erasing = strong && motif !== 'signs' ? [new RandomErasing({ p: 0.25 })] : [];
  return composed([...channelSteps(input, source), ...steps[motif], ...toInput(input), ...erasing]);
}

/** What {@link trainTransform} changes, in words. */
export function augmentationText(augment: 'none' | 'light' | 'strong', motif: Motif): string {
  if (augment === 'none') return 'none';
  const strong = augment === 'strong';
  if (motif === 'signs') return `turned, moved and scaled a little${strong ? ' more' : ''}`;
  const cut = motif === 'photos' ? 'parts cut out' : 'moved';
  return `${cut}, mirrored${strong ? ', TrivialAugmentWide, parts erased' : ''}`;
}

function channelSteps({ channels }: ImageInput, source: 1 | 3): Steps {
  return channels === source ? [] : [new Grayscale(channels)];
}

function plainSize({ height, width, resize }: ImageInput): Steps {
  return [new Resize(resize), new CenterCrop([height, width])];
}

function toInput({ mean, std }: ImageInput): Steps {
  return [new ToTensor(), ...(mean && std ? [new Normalize(mean, std)] : [])];
}

/** Most pictures that are read to measure mean and deviation. */
const MOST_MEASURED = 256;

/** The numbers of the samples that are measured: all, or some at equal distances. */
export function measuredIndices(length: number): number[] {
  const count = Math.min(length, MOST_MEASURED);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** Counts pixels of pictures [C, H, W] channel by channel. */
export class PixelStatistics {
  private readonly sums: number[] = [];
  private readonly squares: number[] = [];
  private count = 0;

  add(image: Tensor): void {
    const [channels = 1, height = 1, width = 1] = image.shape;
    const values = toTypedArray(image) as Float32Array;
    const area = height * width;
    for (let c = 0; c < channels; c++) {
      let [sum, square] = [0, 0];
      for (let i = c * area; i < (c + 1) * area; i++) {
        sum += values[i]!;
        square += values[i]! * values[i]!;
      }
      this.sums[c] = (this.sums[c] ?? 0) + sum;
      this.squares[c] = (this.squares[c] ?? 0) + square;
    }
    this.count += area;
  }

  /** Rounded to five digits, so that they read well where they are written; a channel that does not vary is divided by 1. */
  get result(): { mean: number[]; std: number[] } {
    const round = (value: number) => Number(value.toFixed(5));
    const mean = this.sums.map((sum) => sum / this.count);
    const std = this.squares.map((square, c) => Math.sqrt(Math.max(0, square / this.count - mean[c]! ** 2)));
    return { mean: mean.map(round), std: std.map((value) => (round(value) > 0 ? round(value) : 1)) };
  }
}
