/** What becomes of each byte, and of the fills of margins, on the way through a pipeline; and the kernel that looks it up. */
import { check, kernels, loadedEngine, ptrAt } from '../../../engine/engine.js';
import type { Ptr } from '../../../engine/kernel-table.gen.js';
import { contiguous } from '../../../ops/view/copy.js';
import { expand } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { arange, fromTypedArray, zeros } from '../../../tensor/create/create.js';
import { escapeScope } from '../../../tensor/storage.js';
import { emptyTensor, type Tensor } from '../../../tensor/tensor.js';
import { type DType, dtypes } from '../../../tensor/values/dtype.js';
import { copyValues, writeTyped } from '../../../tensor/values/transfer.js';
import { Image, type ImageMode } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { PAD } from '../geometry/pad.js';
import type { Line } from './line.js';
import type { Area, Step } from './moves.js';

/** The values of a byte. */
const BYTES = 256;

/**
 * An image of one row with a pixel for each value of a byte, and one for each fill behind them. Transforms of values are done to it in place of
 * a batch, so that it is a table of what they make of each value.
 */
export class Palette {
  private constructor(
    private values: ImageLike,
    private readonly fills: number,
    /** Whether what comes in are bytes: of floats there is no table, they stay what they are. */
    private readonly bytes: boolean,
  ) {}

  /** Of images of 8 bits, with room for fills. */
  static ofImages(mode: ImageMode, fills: number): Palette {
    const image = new Image(mode, [BYTES + fills, 1]);
    const { channels, data } = image;
    for (let i = 0; i < BYTES * channels; i++) data[i] = Math.floor(i / channels);
    return new Palette(image, fills, true);
  }

  /** Of tensors with so many channels, with room for fills. */
  static ofTensors(channels: number, dtype: 'float32' | 'uint8', fills: number): Palette {
    const values = zeros([channels, 1, BYTES + fills], { dtype });
    if (dtype === 'uint8') copyValues(narrow(values, -1, 0, BYTES), expand(arange(BYTES, { dtype }), [channels, 1, BYTES]), 'arange');
    return new Palette(values, fills, dtype === 'uint8');
  }

  /** Image or tensor, as the pipeline's images are where the palette has come to. */
  get like(): ImageLike {
    return this.values;
  }

  /** Does a transform of values to all of them. */
  change(step: Step): void {
    this.values = step.forward(this.values) as ImageLike;
  }

  /** Sets fill `k` to what a margin of `fill` is filled with here. @throws {ArgumentError} for one that this kind of image does not take. */
  fill(op: string, k: number, fill: number | readonly number[]): void {
    const { values } = this;
    const margin = [1, 0, 0, 0] as const;
    if (values instanceof Image) {
      const pixel = PAD.image(op, new Image(values.mode, [1, 1]), margin, fill, 'constant').getPixel(0, 0);
      values.data.set(pixel, (BYTES + k) * values.channels);
      return;
    }
    const one = PAD.tensor(op, zeros([values.shape[0]!, 1, 1], { dtype: values.dtype }), margin, fill, 'constant');
    copyValues(narrow(values, -1, BYTES + k, 1), narrow(one, -1, 0, 1), op);
  }

  /** What the kernel reads: a table of the values, and the fills. */
  tables(): Tables {
    const { values, fills } = this;
    if (values instanceof Image) {
      const { channels, data } = values;
      const bytes = Uint8Array.from(
        { length: channels * fills },
        (_, i) => data[(BYTES + (i % fills)) * channels + Math.floor(i / fills)]!,
      );
      return { dtype: 'uint8', last: true, table: undefined, fill: fills === 0 ? undefined : kept(fromTypedArray(bytes)), fills };
    }
    return {
      dtype: values.dtype as 'float32' | 'uint8',
      last: false,
      table: this.bytes ? kept(contiguous(narrow(values, -1, 0, BYTES))) : undefined,
      fill: fills === 0 ? undefined : kept(contiguous(narrow(values, -1, BYTES, fills))),
      fills,
    };
  }
}

/** A tensor that outlives the scope in which a pipeline happens to be used first. */
function kept(x: Tensor): Tensor {
  escapeScope(x.storage, null);
  return x;
}

/** What {@link gather} makes of values. */
export interface Tables {
  /** That of the result. */
  readonly dtype: 'float32' | 'uint8';
  /** Whether the result's channels come last, as in images of 8 bits. */
  readonly last: boolean;
  /** [C, 256]; undefined where values stay what they are. */
  readonly table: Tensor | undefined;
  /** [C, fills]. */
  readonly fill: Tensor | undefined;
  readonly fills: number;
}

/** Images in engine memory: [N, C, H, W], or [N, H, W, C] where channels come last. */
export interface Source {
  readonly images: Tensor;
  readonly last: boolean;
}

/** A source as the kernel reads it. */
interface Read {
  readonly ptr: Ptr;
  readonly dtype: DType;
  readonly count: number;
  readonly extents: readonly [channels: number, height: number, width: number];
  readonly last: boolean;
}

/** The channels, height and width of a source's images. */
export function extentsOf({ images, last }: Source): [channels: number, height: number, width: number] {
  const [, a, b, c] = images.shape as [number, number, number, number];
  return last ? [c, a, b] : [a, b, c];
}

/**
 * The areas of images, all of one size, out of a source.
 * @param index the images' numbers in the source; undefined for all in order.
 * @returns [areas, C, height, width], or channels last.
 */
export function gather(op: string, source: Source, index: Tensor | undefined, areas: readonly Area[], tables: Tables): Tensor {
  const { images, last } = source;
  return gathered(
    op,
    { ptr: images.ptr, dtype: images.dtype, count: images.shape[0]!, extents: extentsOf(source), last },
    index,
    areas,
    tables,
  );
}

/** The area of one image of 8 bits, as a batch of one; natively it is read where it stands. */
export function gatherOne(op: string, image: Image, area: Area, tables: Tables): Tensor {
  const { address } = loadedEngine().host;
  if (address && !(image.data.buffer instanceof SharedArrayBuffer)) {
    const extents = [image.channels, image.height, image.width] as const;
    return gathered(op, { ptr: address(image.data), dtype: 'uint8', count: 1, extents, last: true }, undefined, [area], tables);
  }
  const source = sourceOf([image]);
  const out = gather(op, source, undefined, [area], tables);
  source.images.dispose();
  return out;
}

function gathered(op: string, source: Read, index: Tensor | undefined, areas: readonly Area[], tables: Tables): Tensor {
  const [channels, height, width] = source.extents;
  const { dtype, last, table, fill, fills } = tables;
  const [count, first] = [areas.length, areas[0]!];
  const [outHeight, outWidth] = [first.rows.length, first.columns.length];
  const out = emptyTensor(last ? [count, outHeight, outWidth, channels] : [count, channels, outHeight, outWidth], dtype);
  const rows = packed(areas.map((area) => area.rows));
  const columns = packed(areas.map((area) => area.columns));
  const places = emptyTensor([rows.list.length + columns.list.length], 'int32');
  const list = new Int32Array(rows.list.length + columns.list.length);
  list.set(rows.list);
  list.set(columns.list, rows.list.length);
  writeTyped(places, list);
  const none: Ptr = 0;
  const { code } = dtypes[source.dtype];
  const status = kernels.gatherPixels(
    dtypes[dtype].code,
    code,
    out.ptr,
    source.ptr,
    index?.ptr ?? none,
    places.ptr,
    ptrAt(places.ptr, 4 * rows.list.length),
    rows.step,
    columns.step,
    count,
    source.count,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    source.last ? 1 : 0,
    last ? 1 : 0,
    table?.ptr ?? none,
    fill?.ptr ?? none,
    fills,
  );
  places.dispose();
  check(status, op);
  return out;
}

/** Lines one after the other, or the one that all share. */
function packed(lines: readonly Line[]): { list: Int32Array; step: number } {
  const first = lines[0]!;
  const { length } = first;
  const shared = lines.every((line) => line === first);
  const list = new Int32Array(shared ? length : lines.length * length);
  if (shared) first.write(list, 0);
  else for (let i = 0; i < lines.length; i++) lines[i]!.write(list, i * length);
  return { list, step: shared ? 0 : length };
}

/** Images of 8 bits, all of one size and mode, as a source. */
export function sourceOf(images: readonly Image[]): Source {
  const { width, height, channels } = images[0]!;
  const out = emptyTensor([images.length, height, width, channels], 'uint8');
  const { host } = loadedEngine();
  const bytes = width * height * channels;
  if (bytes > 0) for (let i = 0; i < images.length; i++) host.write(ptrAt(out.ptr, i * bytes), images[i]!.data);
  return { images: out, last: true };
}
