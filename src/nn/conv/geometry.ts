/** What convolution and pooling share: the words of messages, and the kernels' geometry block. */
import { engine } from '../../engine/engine.js';
import { type Ptr, writeGeometry } from '../../engine/kernel-table.gen.js';
import type { Rank } from '../../tensor/arguments/checks.js';
import { metaPtr } from '../../tensor/raw.js';

/** What messages call things, by the number of axes. */
const WORDS = {
  1: { input: '[N, C, L], or [C, L] for one item', one: 'one item [C, L]', taps: 'K', image: 'input' },
  2: { input: '[N, C, H, W], or [C, H, W] for one image', one: 'one image [C, H, W]', taps: 'KH, KW', image: 'image' },
  3: { input: '[N, C, D, H, W], or [C, D, H, W] for one volume', one: 'one volume [C, D, H, W]', taps: 'KD, KH, KW', image: 'volume' },
} as const;

/** What messages call things that have `rank` axes. */
export function wordsOf(rank: Rank): (typeof WORDS)[Rank] {
  return WORDS[rank];
}

/**
 * Options as `readArguments` gives them: all there but the device, which it checks by itself; sizes, which may be a number or a list, null
 * where none were given.
 */
export type WindowSettings<Options> = {
  [K in keyof Options as Exclude<K, 'device'>]-?:
    | Exclude<Options[K], undefined>
    | (readonly number[] extends Exclude<Options[K], undefined> ? null : never);
};

/** What the kernels know of a convolution or pooling; see kernels/hone.h. */
export interface Geometry {
  readonly n: number;
  readonly c: number;
  readonly size: readonly [number, number];
  /** Channels that come out. */
  readonly o: number;
  readonly kernel: readonly [number, number];
  readonly outSize: readonly [number, number];
  /** 0 along an axis: the windows of adaptive pooling. */
  readonly stride: readonly [number, number];
  /** At the top and left. */
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** A geometry whose axes are not yet two. */
export type Axes = { readonly [K in keyof Geometry]: Geometry[K] extends number ? number : readonly number[] };

/** The last two axes of a geometry as the kernels take them; a single one becomes the width of a row. */
export function planar(axes: Axes): Geometry {
  const two = (values: readonly number[], missing: number) => [missing, ...values].slice(-2) as [number, number];
  return {
    ...axes,
    size: two(axes.size, 1),
    kernel: two(axes.kernel, 1),
    outSize: two(axes.outSize, 1),
    stride: two(axes.stride, 1),
    padding: two(axes.padding, 0),
    dilation: two(axes.dilation, 1),
  };
}

/** The step between windows or taps where there are several: a single one has no next, and a step of 1 spares kernels the thought of 2^31. */
function step(by: number, count: number): number {
  return count === 1 ? 1 : by;
}

/** Writes a geometry into the engine's scratch block, which holds one call's arguments, and returns its address. */
export function geometryPtr(g: Geometry): Ptr {
  const { n, c, o, groups } = g;
  const [h, w] = g.size;
  const [kh, kw] = g.kernel;
  const [oh, ow] = g.outSize;
  const [strideH, strideW] = [step(g.stride[0], oh), step(g.stride[1], ow)];
  const [padH, padW] = g.padding;
  const [dilH, dilW] = [step(g.dilation[0], kh), step(g.dilation[1], kw)];
  writeGeometry(engine.host.scratch(), { n, c, h, w, o, kh, kw, oh, ow, strideH, strideW, padH, padW, dilH, dilW, groups });
  return metaPtr();
}
