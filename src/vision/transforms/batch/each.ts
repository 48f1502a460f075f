/** Transforms that a batch does image by image, with what was drawn for each before. */
import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import type { Transform } from '../base/transform.js';
import { RandomApply } from '../containers/random-apply.js';
import { RandomChoice } from '../containers/random-choice.js';
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

/** The size of what comes out of those that are known, by the very class. */
const SIZES: ReadonlyMap<unknown, (step: Step, size: Extent) => Extent | undefined> = new Map([]);

/** A transform as one that a batch does image by image; undefined where it is not known, a function for instance. */
export function eachOf(step: unknown): Each | undefined {
  const kind = classOf(step);
  if (kind === RandomApply) return chosen(step as RandomApply, [(step as RandomApply).transforms], true);
  if (kind === RandomChoice)
    return chosen(
      step as RandomChoice,
      (step as RandomChoice).transforms.map((transform) => [transform]),
      false,
    );
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

/** One of several lists of transforms, or the only one or none. @returns undefined unless all of them are known. */
function chosen(choice: Transform<boolean | number, unknown>, lists: readonly (readonly unknown[])[], orNone: boolean): Each | undefined {
  const all = lists.map((list) => list.map(eachOf));
  if (all.some((list) => list.includes(undefined))) return undefined;
  const known = all as Each[][];
  return {
    draw(like, size): Chosen {
      const drawn = choice.makeParams([]);
      const list = drawn === false ? [] : known[Number(drawn === true ? 0 : drawn)]!;
      let now = size;
      const params = list.map((each) => {
        const own = each.draw(like, now);
        now = each.size(now)!;
        return own;
      });
      return { list, params };
    },
    apply: (image, params) => (params as Chosen).list.reduce((out, each, i) => each.apply(out, (params as Chosen).params[i]), image),
    size(size) {
      const sizes = known.map((list) => list.reduce((now: Extent | undefined, each) => now && each.size(now), size));
      const [first] = orNone ? [size] : sizes;
      return sizes.every((now) => now && first && now[0] === first[0] && now[1] === first[1]) ? first : undefined;
    },
    after(like) {
      const kinds = known.map((list) => list.reduce((now: ImageLike | undefined, each) => now && each.after(now), like));
      const [first] = orNone ? [like] : kinds;
      return kinds.every((kind) => kind && first && sameKind(kind, first)) ? first : undefined;
    },
  };
}

const sameKind = (a: ImageLike, b: ImageLike) =>
  a instanceof Image
    ? b instanceof Image && a.mode === b.mode
    : !(b instanceof Image) && a.dtype === b.dtype && a.shape[a.ndim - 3] === b.shape[b.ndim - 3];
