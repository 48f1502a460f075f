/** Pipelines of one image, stretches of which are done by one kernel call: what stands before and in ToTensor and Normalize, mostly. */
import { type Engine, loadedEngine } from '../../../engine/engine.js';
import { aliasTensor } from '../../../tensor/tensor.js';
import { Image, type ImageMode } from '../../image/image.js';
import { type Transforms, transformed } from '../base/functions.js';
import { TVTensor, wrap } from '../base/tv-tensors.js';
import { Line } from './line.js';
import { isOfValues } from './moves.js';
import { gatherOne } from './palette.js';
import { isSimple, Segment } from './segment.js';

/** A stretch of a list of transforms: where it ends, and the kernel call for it. */
interface Stretch {
  readonly end: number;
  readonly segment: Segment;
}

/** What was found in a list of transforms, at each place for each mode. Tables lie in the memory of one engine. */
const found = new WeakMap<Transforms, { engine: Engine; stretches: Map<string, Stretch | null> }>();

/** Transforms of one image, in order: the same results as one transform after the other, with the same random numbers. */
export function applyFused(transforms: Transforms, image: Image): unknown {
  let value: unknown = image;
  for (let at = 0; at < transforms.length; ) {
    const stretch = value instanceof Image ? stretchAt(transforms, at, value.mode) : null;
    if (stretch !== null) {
      value = run(stretch.segment, value as Image);
      at = stretch.end;
    } else value = transformed(transforms[at++]!, value);
  }
  return value;
}

function run(segment: Segment, image: Image): unknown {
  const area = segment.draw({ rows: Line.whole(image.height), columns: Line.whole(image.width) });
  const out = gatherOne('Compose', image, area, segment.tables);
  const made = aliasTensor(out, out.shape.slice(1), out.strides.slice(1), 0);
  return segment.end instanceof TVTensor ? wrap(made, { like: segment.end }) : made;
}

/** The stretch that begins at a place, if one is there that makes a tensor of the image. */
function stretchAt(transforms: Transforms, at: number, mode: ImageMode): Stretch | null {
  const engine = loadedEngine();
  let own = found.get(transforms);
  if (own?.engine !== engine) found.set(transforms, (own = { engine, stretches: new Map() }));
  const key = `${at} ${mode}`;
  let stretch = own.stretches.get(key);
  if (stretch === undefined) own.stretches.set(key, (stretch = search(transforms, at, mode)));
  return stretch;
}

function search(transforms: Transforms, at: number, mode: ImageMode): Stretch | null {
  let end = at;
  while (end < transforms.length && isSimple(transforms[end])) end++;
  const steps = transforms.slice(at, end).filter(isSimple);
  if (!steps.some(isOfValues)) return null;
  const segment = Segment.of(steps, new Image(mode, [1, 1]));
  // What the values of no Image change, as ToDtype, leaves it an Image: such a stretch is done one by one.
  return segment === undefined || segment.end instanceof Image ? null : { end, segment };
}
