/** Transforms that a batch does image by image, with what was drawn for each before. */

import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import type { Transform } from '../base/transform.js';
import { ColorJitter, RandomChannelPermutation, RandomPhotometricDistort } from '../color/color-jitter.js';
import { GaussianBlur } from '../color/gaussian-blur.js';
import { Grayscale, RandomGrayscale } from '../color/grayscale.js';
import { RandomAutocontrast, RandomEqualize } from '../color/histogram.js';
import { RandomInvert, RandomPosterize, RandomSolarize } from '../color/levels.js';
import { RandomAdjustSharpness } from '../color/sharpness.js';
import { Compose } from '../containers/compose.js';
import { RandomApply } from '../containers/random-apply.js';
import { RandomChoice } from '../containers/random-choice.js';
import { RandomOrder } from '../containers/random-order.js';
import { RandomErasing } from '../geometry/erase.js';
import { RandomResizedCrop } from '../geometry/random-resized-crop.js';
import { Resize, resizedSize } from '../geometry/resize.js';
import { AugMix } from '../policies/aug-mix.js';
import { AutoAugment } from '../policies/auto-augment.js';
import { RandAugment } from '../policies/rand-augment.js';
import { TrivialAugmentWide } from '../policies/trivial-augment-wide.js';
import * as v2 from '../v2/color.js';
import {
  Compose as ComposeV2,
  RandomApply as RandomApplyV2,
  RandomChoice as RandomChoiceV2,
  RandomOrder as RandomOrderV2,
} from '../v2/containers.js';
import * as policies from '../v2/policies.js';
import { RandomResizedCrop as RandomResizedCropV2, Resize as ResizeV2 } from '../v2/resize.js';
import * as warps from '../v2/warp.js';
import { RandomAffine } from '../warp/affine.js';
import { ElasticTransform } from '../warp/elastic.js';
import { RandomPerspective } from '../warp/perspective.js';
import { RandomRotation } from '../warp/rotate.js';
import { classOf, type Extent, moveOf, type Step } from './moves.js';
import { drawFor, draws } from './segment.js';

/** A transform that draws all that is random in `makeParams`, and asks there for nothing but sizes. */
export interface Each {
  /** Draws for one image of a kind and a size. */
  draw(like: ImageLike, size: Extent): unknown;
  /** One image after the transform. */
  apply(image: ImageLike, params: unknown): ImageLike;
  /** The size of what comes out for a size that goes in; undefined where that depends on what is drawn. */
  size(size: Extent): Extent | undefined;
  /** What comes out of an image or a tensor of one pixel, as far as its kind goes; undefined where that depends on what is drawn. */
  after(like: ImageLike): ImageLike | undefined;
}

type SizeRule = (step: Step, size: Extent) => Extent | undefined;

const SAME: SizeRule = (_, size) => size;
const RESIZED: SizeRule = (step, size) => {
  const resize = step as unknown as Resize;
  return resizedSize(classNameOf(step), size, resize.size, resize.maxSize);
};

const TURNED: SizeRule = (step, size) => ((step as unknown as RandomRotation).expand ? undefined : size);

/** The size of what comes out of those that are known, by the very class. What draws in its `transform` is not among them. */
const SIZES: ReadonlyMap<unknown, SizeRule> = new Map<unknown, SizeRule>([
  [ColorJitter, SAME],
  [RandomChannelPermutation, SAME],
  [RandomPhotometricDistort, SAME],
  [GaussianBlur, SAME],
  [Grayscale, SAME],
  [RandomGrayscale, SAME],
  [RandomAutocontrast, SAME],
  [RandomEqualize, SAME],
  [RandomInvert, SAME],
  [RandomPosterize, SAME],
  [RandomSolarize, SAME],
  [RandomAdjustSharpness, SAME],
  [RandomAffine, SAME],
  [RandomPerspective, SAME],
  [ElasticTransform, SAME],
  [RandomErasing, SAME],
  ...[warps.RandomAffine, warps.RandomPerspective, warps.ElasticTransform, warps.RandomErasing].map((kind) => [kind, SAME] as const),
  ...[RandomRotation, warps.RandomRotation].map((kind) => [kind, TURNED] as const),
  ...[AutoAugment, RandAugment, TrivialAugmentWide, AugMix].map((kind) => [kind, SAME] as const),
  ...Object.values(policies).map((kind) => [kind, SAME] as const),
  ...[v2.ColorJitter, v2.GaussianBlur, v2.Grayscale, v2.RandomGrayscale].map((kind) => [kind, SAME] as const),
  ...[v2.RandomAutocontrast, v2.RandomPosterize, v2.RandomSolarize, v2.RandomAdjustSharpness].map((kind) => [kind, SAME] as const),
  ...[Resize, ResizeV2].map((kind) => [kind, RESIZED] as const),
  ...[RandomResizedCrop, RandomResizedCropV2].map((kind) => [kind, (step: Step) => (step as RandomResizedCrop).size] as const),
]);

/** A transform as one that a batch does image by image; undefined where it is not known, a function for instance. */
export function eachOf(step: unknown): Each | undefined {
  const kind = classOf(step);
  const lists = (step as Partial<Compose> | undefined)?.transforms;
  if (kind === Compose || kind === ComposeV2) return chosen(step as Compose, [lists!], ([all]) => all!);
  if (kind === RandomApply || kind === RandomApplyV2)
    return chosen(step as RandomApply, [lists!, []], ([all, none], apply) => (apply === true ? all! : none!));
  // Alone, each of the transforms must leave the size as it is, so that the order does not matter.
  const single = lists?.map((transform) => [transform]) ?? [];
  if (kind === RandomOrder || kind === RandomOrderV2)
    return chosen(step as RandomOrder, [...single, []], (each, order) => (order as number[]).map((i) => each[i]![0]!));
  if (kind === RandomChoice || kind === RandomChoiceV2)
    return chosen(step as RandomChoice, single, (each, choice) => each[choice as number]!);
  const rule = SIZES.get(kind) ?? moveOf(step)?.size;
  if (rule === undefined) return undefined;
  const known = step as Step;
  return {
    draw: (like, size) => drawFor(known, like, size),
    apply: (image, params) => known.transform(image as never, params) as ImageLike,
    size: (size) => rule(known, size),
    after: (like) => (draws(known) ? like : (known.transform(like as never, undefined) as ImageLike)),
  };
}

/** What was drawn: the transforms of the list that was chosen, and what they drew. */
interface Chosen {
  readonly list: readonly Each[];
  readonly params: readonly unknown[];
}

/**
 * What `makeParams` of a container chooses among lists of transforms, of which each must make images of the same size and kind.
 * @returns undefined unless all transforms are known.
 */
function chosen(
  container: Transform<unknown, unknown>,
  lists: readonly (readonly unknown[])[],
  pick: (known: readonly Each[][], params: unknown) => readonly Each[],
): Each | undefined {
  const all = lists.map((list) => list.map(eachOf));
  if (all.some((list) => list.includes(undefined))) return undefined;
  const known = all as Each[][];
  const agreed = <T>(ends: readonly (T | undefined)[], same: (a: T, b: T) => boolean): T | undefined => {
    const [first] = ends;
    return first !== undefined && ends.every((end) => end !== undefined && same(end, first)) ? first : undefined;
  };
  return {
    draw(like, size): Chosen {
      const list = pick(known, container.makeParams([]));
      let now = size;
      const params = list.map((each) => {
        const own = each.draw(like, now);
        now = each.size(now)!;
        return own;
      });
      return { list, params };
    },
    apply: (image, params) => (params as Chosen).list.reduce((out, each, i) => each.apply(out, (params as Chosen).params[i]), image),
    size: (size) =>
      agreed(
        known.map((list) => list.reduce((now: Extent | undefined, each) => now && each.size(now), size)),
        (a, b) => a[0] === b[0] && a[1] === b[1],
      ),
    after: (like) =>
      agreed(
        known.map((list) => list.reduce((now: ImageLike | undefined, each) => now && each.after(now), like)),
        sameKind,
      ),
  };
}

const sameKind = (a: ImageLike, b: ImageLike) =>
  a instanceof Image
    ? b instanceof Image && a.mode === b.mode
    : !(b instanceof Image) && a.dtype === b.dtype && a.shape[a.ndim - 3] === b.shape[b.ndim - 3];
