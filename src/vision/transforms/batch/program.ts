/** Pipelines of whole batches: what is random is drawn image by image, as without batches; what it leads to is done to all at once. */
import { type Engine, loadedEngine, ptrAt } from '../../../engine/engine.js';
import { stack } from '../../../ops/join/join.js';
import { select } from '../../../ops/view/select.js';
import { zeros } from '../../../tensor/create/create.js';
import { sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { copyValues } from '../../../tensor/values/transfer.js';
import { Image, type ImageMode } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { TVTensor, wrap } from '../base/tv-tensors.js';
import type { Compose } from '../containers/compose.js';
import { choiceOf, type Each, eachOf } from './each.js';
import { Line } from './line.js';
import { type Area, isOfValues, type Step } from './moves.js';
import { extentsOf, gather, type Source, sourceOf } from './palette.js';
import { CHAIN, type Extent } from './rules.js';
import { isSimple, Segment, unlessRefused } from './segment.js';

/** A transform that is done image by image, and what its images are. */
interface Single {
  readonly each: Each;
  readonly like: ImageLike;
}

/** A transform of values that is done to a batch of floats, of which there is no table. */
interface Whole {
  readonly whole: Step;
  readonly like: ImageLike;
}

type Stage = Segment | Single | Whole;

/** By transform: its program for each mode, null where there is none. Tables lie in the memory of one engine. */
const made = new WeakMap<object, { engine: Engine; programs: Map<ImageMode, Program | null> }>();

/** A batch between two stages: in engine memory, or image by image. */
type Batch = { readonly source: Source; readonly index: Tensor | undefined } | readonly ImageLike[];

/** A pipeline of transforms that are all known. */
export class Program {
  private constructor(private readonly stages: readonly Stage[]) {}

  /** The program of a transform for images of 8 bits; undefined where it has transforms that are not known, or makes no tensors. */
  static of(transform: unknown, mode: ImageMode): Program | undefined {
    if (typeof transform !== 'object' || transform === null) return undefined;
    const engine = loadedEngine();
    let own = made.get(transform);
    if (own?.engine !== engine) made.set(transform, (own = { engine, programs: new Map() }));
    let program = own.programs.get(mode);
    if (program === undefined) own.programs.set(mode, (program = unlessRefused(() => Program.compile(flat(transform), mode)) ?? null));
    return program ?? undefined;
  }

  private static compile(steps: readonly unknown[], mode: ImageMode): Program | null {
    const stages: Stage[] = [];
    let like: ImageLike | undefined = new Image(mode, [1, 1]);
    let simple: Step[] = [];
    const close = (): boolean => {
      const segment: Segment | undefined = Segment.of(simple, like!);
      if (segment === undefined) return false;
      stages.push(segment);
      like = onePixel(segment.end);
      simple = [];
      return true;
    };
    for (const step of steps) {
      if (isOfValues(step) && !(like instanceof Image) && like.dtype === 'float32') {
        if (!close()) return null;
        stages.push({ whole: step, like });
        like = step.forward(like) as ImageLike;
      } else if (isSimple(step)) {
        simple.push(step);
      } else {
        const each = eachOf(step);
        if (each === undefined || !close()) return null;
        stages.push({ each, like });
        like = each.after(like);
        if (like === undefined) return null;
      }
    }
    if (!close() || like instanceof Image) return null;
    return new Program(stages);
  }

  /**
   * The sizes of images before each stage, and after the last, for one that goes in; undefined where they depend on what is drawn, or a transform
   * does not take them.
   */
  sizes(size: Extent): readonly Extent[] | undefined {
    const out: Extent[] = [size];
    for (const stage of this.stages) {
      const now = out.at(-1)!;
      const next = unlessRefused(() => (stage instanceof Segment ? stage.size(now) : 'whole' in stage ? now : stage.each.size(now)));
      if (next === undefined || next.some((n) => n < 1)) return undefined;
      out.push(next);
    }
    return out;
  }

  /**
   * The batch that comes out for some images of a source.
   * @param sizes what {@link sizes} says. @param drawn is called after the draws of each image, and may draw in its turn.
   */
  run(op: string, source: Source, index: Tensor, count: number, sizes: readonly Extent[], drawn: (i: number) => void): Tensor {
    const { stages } = this;
    const whole = stages.map((_, s) => ({ rows: Line.whole(sizes[s]![0]), columns: Line.whole(sizes[s]![1]) }));
    const params = stages.map((): unknown[] => []);
    for (let i = 0; i < count; i++) {
      for (let s = 0; s < stages.length; s++) {
        const stage = stages[s]!;
        if (stage instanceof Segment) params[s]!.push(stage.draw(whole[s]!));
        else if ('each' in stage) params[s]!.push(stage.each.draw(stage.like, sizes[s]!));
      }
      drawn(i);
    }
    let batch: Batch = { source, index };
    stages.forEach((stage, s) => {
      if (stage instanceof Segment) batch = moved(op, stage, batch, params[s] as Area[]);
      else if ('each' in stage) batch = single(stage, batch, params[s]!);
      else batch = inMemory(plainOf(stage.whole.forward(ofKind(sourceOfBatch(batch).images, stage.like)) as Tensor));
    });
    return sourceOfBatch(batch).images;
  }
}

/** The transforms of a pipeline, those of pipelines in it among them. */
function flat(transform: unknown): unknown[] {
  if (choiceOf(transform) !== CHAIN) return [transform];
  return (transform as Compose).transforms.flatMap(flat);
}

/** An image or a tensor of one pixel of that kind. */
function onePixel(like: ImageLike): ImageLike {
  return like instanceof Image ? new Image(like.mode, [1, 1]) : ofKind(zeros([like.shape[0]!, 1, 1], { dtype: like.dtype }), like);
}

/** A tensor wrapped as another one is. */
const ofKind = (x: Tensor, like: ImageLike): Tensor => (like instanceof TVTensor ? wrap(x, { like }) : x);

const plainOf = (x: Tensor): Tensor => (x instanceof TVTensor ? x.plain() : x);

const inMemory = (images: Tensor): Batch => ({ source: { images, last: false }, index: undefined });

/** A batch after a segment. */
function moved(op: string, segment: Segment, batch: Batch, areas: readonly Area[]): Batch {
  if (segment.empty && !('source' in batch && batch.index)) return batch;
  const { source, index } = 'source' in batch ? batch : { source: asSource(batch), index: undefined };
  return { source: { images: gather(op, source, index, areas, segment.tables), last: segment.tables.last }, index: undefined };
}

/** A batch after a transform that is done image by image. */
function single({ each, like }: Single, batch: Batch, params: readonly unknown[]): Batch {
  if (like instanceof Image) {
    const images = 'source' in batch ? imagesOf(batch.source, like.mode) : (batch as readonly Image[]);
    return images.map((image, i) => each.apply(image, params[i]));
  }
  const before = 'source' in batch ? params.map((_, i) => ofKind(select(batch.source.images, 0, i), like)) : (batch as readonly Tensor[]);
  const after = before.map((image, i) => each.apply(image, params[i]) as Tensor);
  if (!('source' in batch) || after.some((image, i) => image.dtype !== before[i]!.dtype || !sameShape(image.shape, before[i]!.shape)))
    return after;
  // Most transforms leave many images as they are: only the others are written into the batch, which nobody else holds.
  after.forEach((image, i) => {
    if (image !== before[i]) copyValues(before[i]!, image, 'copy');
  });
  return batch;
}

/** The images of a source whose channels come last. */
function imagesOf(source: Source, mode: ImageMode): Image[] {
  const [channels, height, width] = extentsOf(source);
  const bytes = channels * height * width;
  const { host } = loadedEngine();
  return Array.from({ length: source.images.shape[0]! }, (_, i) => {
    const image = new Image(mode, [width, height]);
    if (bytes > 0) host.read(ptrAt(source.images.ptr, i * bytes), image.data);
    return image;
  });
}

const sourceOfBatch = (batch: Batch): Source => ('source' in batch ? batch.source : asSource(batch));

function asSource(images: readonly ImageLike[]): Source {
  return images[0] instanceof Image ? sourceOf(images as Image[]) : { images: stack(images as Tensor[]), last: false };
}
