/** A stretch of a pipeline that one kernel call does: moves of rows and columns, and transforms of values. */
import { loadedEngine } from '../../../engine/engine.js';
import { HoneError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { zeros } from '../../../tensor/create/create.js';
import { escapeScope } from '../../../tensor/storage.js';
import { aliasTensor, type Tensor } from '../../../tensor/tensor.js';
import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { Transform } from '../base/transform.js';
import { type Area, isOfValues, type Move, moveOf, type Step } from './moves.js';
import { Palette, type Tables } from './palette.js';
import type { Extent } from './rules.js';

/** Whether a transform may stand in a segment. */
export const isSimple = (step: unknown): step is Step => moveOf(step) !== undefined || isOfValues(step);

/** A move of a segment. */
interface Place {
  readonly step: Step;
  readonly move: Move;
  /** An image, or a tensor, as they are here. */
  readonly like: ImageLike;
  /** The number of its fill. */
  readonly k: number;
}

/** Moves and transforms of values, one after the other. */
export class Segment {
  private constructor(
    private readonly places: readonly Place[],
    /** What becomes of values and fills. */
    readonly tables: Tables,
    /** An image, or a tensor, as they are behind it. */
    readonly end: ImageLike,
    /** Whether there is nothing to do. */
    readonly empty: boolean,
  ) {}

  /**
   * @param steps simple ones. @param start an image, or a tensor, as they come in.
   * @returns undefined where a kernel does not do it, or a transform does not take such images.
   */
  static of(steps: readonly Step[], start: ImageLike): Segment | undefined {
    return unlessRefused(() => Segment.compile(steps, start));
  }

  private static compile(steps: readonly Step[], start: ImageLike): Segment | undefined {
    const fills = steps.filter((step) => moveOf(step)?.fill(step, false) !== undefined).length;
    const palette = paletteOf(start, fills);
    if (palette === undefined) return undefined;
    const places: Place[] = [];
    let k = 0;
    for (const step of steps) {
      const move = moveOf(step);
      if (move === undefined) {
        palette.change(step);
        continue;
      }
      const fill = move.fill(step, !(palette.like instanceof Image));
      places.push({ step, move, like: palette.like, k });
      if (fill !== undefined) palette.fill(classNameOf(step), k++, fill);
    }
    const { like } = palette;
    if (!(like instanceof Image) && like.dtype !== 'float32' && like.dtype !== 'uint8') return undefined;
    return new Segment(places, palette.tables(), like, steps.length === 0);
  }

  /** Draws for one image what the moves draw, in order, and moves its area. */
  draw(area: Area): Area {
    let out = area;
    for (const { step, move, like, k } of this.places) {
      const params = drawFor(step, like, [out.rows.length, out.columns.length]);
      out = move.move(step, out, params, !(like instanceof Image), k);
    }
    return out;
  }

  /** The size of what comes out for a size that goes in. */
  size(size: Extent): Extent {
    return this.places.reduce((now, { step, move }) => move.size(step, now), size);
  }
}

function paletteOf(start: ImageLike, fills: number): Palette | undefined {
  if (start instanceof Image) return Palette.ofImages(start.mode, fills);
  const { dtype } = start;
  return dtype === 'float32' || dtype === 'uint8' ? Palette.ofTensors(start.shape[start.ndim - 3]!, dtype, fills) : undefined;
}

/** What a transform draws for an image of a kind and a size. */
export function drawFor(step: Step, like: ImageLike, size: Extent): unknown {
  return draws(step) ? step.makeParams([standIn(like, size)]) : undefined;
}

/** What `body` gives; undefined where it fails as a transform will, when it comes to the first image: that error is the better one. */
export function unlessRefused<R>(body: () => R): R | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof HoneError) return undefined;
    throw error;
  }
}

/** Whether a transform draws anything. */
export const draws = (step: Step): boolean => step.makeParams !== Transform.prototype.makeParams;

const NOTHING = new Uint8Array(0);
let blank: Tensor | undefined;
/** The last one for each kind, since images mostly are of one size. */
const lastStandIn = new WeakMap<ImageLike, ImageLike>();

/** Something of an image's kind and size, from which sizes are read; it has no pixels of its own. */
function standIn(like: ImageLike, size: Extent): ImageLike {
  const last = lastStandIn.get(like);
  const [height, width] = size;
  if (last instanceof Image ? last.height === height && last.width === width : last?.shape[1] === height && last.shape[2] === width)
    return last!;
  const made = ofSize(like, size);
  lastStandIn.set(like, made);
  return made;
}

function ofSize(like: ImageLike, [height, width]: Extent): ImageLike {
  if (like instanceof Image)
    return Object.assign(Object.create(Image.prototype) as Image, { mode: like.mode, width, height, data: NOTHING });
  if (blank?.dtype !== like.dtype || blank.storage.engine !== loadedEngine()) {
    blank = zeros([1], { dtype: like.dtype });
    escapeScope(blank.storage, null);
  }
  return aliasTensor(blank, [like.shape[like.ndim - 3]!, height, width], [0, 0, 0], 0);
}
