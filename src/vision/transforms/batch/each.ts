/** Transforms that a batch does image by image, with what was drawn for each before. */

import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { Transform } from '../base/transform.js';
import { classOf, moveOf, type Step } from './moves.js';
import type { Choice, Extent, SizeRule } from './rules.js';
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

/** What the very class of a transform says of itself. */
function own<K extends 'batchedSize' | 'batchedChoice'>(step: unknown, name: K): (typeof Transform)[K] {
  const kind = step instanceof Transform ? classOf(step) : undefined;
  return typeof kind === 'function' && Object.hasOwn(kind, name) ? (kind as typeof Transform)[name] : undefined;
}

/** How a container chooses among its transforms; undefined for anything else, and for a class of the user's own. */
export const choiceOf = (step: unknown): Choice | undefined => own(step, 'batchedChoice');

/** A transform as one that a batch does image by image; undefined where it is not known, a function for instance. */
export function eachOf(step: unknown): Each | undefined {
  const choice = choiceOf(step);
  if (choice !== undefined) return chosen(step as Step, choice);
  const rule = (own(step, 'batchedSize') ?? moveOf(step)?.size) as SizeRule<Step> | undefined;
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

/** A container as one transform; undefined unless all of its transforms are known. */
function chosen(container: Step, choice: Choice<Step, unknown>): Each | undefined {
  const all = choice.lists(container).map((list) => list.map(eachOf));
  if (all.some((list) => list.includes(undefined))) return undefined;
  const known = all as Each[][];
  const agreed = <T>(ends: readonly (T | undefined)[], same: (a: T, b: T) => boolean): T | undefined => {
    const [first] = ends;
    return first !== undefined && ends.every((end) => end !== undefined && same(end, first)) ? first : undefined;
  };
  return {
    draw(like, size): Chosen {
      const list = choice.pick(known, container.makeParams([]));
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
