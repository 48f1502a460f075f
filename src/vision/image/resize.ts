/** Images of 8 bits made larger or smaller, as Pillow does it, by one kernel. */
import { kernels, loadedEngine } from '../../engine/engine.js';
import { BICUBIC, BILINEAR, BOX, HAMMING, LANCZOS, NEAREST, RESIZE_OPACITY } from '../../engine/kernel-table.gen.js';
import { onBytes, type Pixels } from './pixels.js';

/** How pixels between pixels are found; all but 'nearest' smooth where an image becomes smaller. */
export type Resample = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** @internal The kernel's number of each. */
export const RESAMPLE_CODES: Readonly<Record<Resample, number>> = {
  nearest: NEAREST,
  box: BOX,
  bilinear: BILINEAR,
  hamming: HAMMING,
  bicubic: BICUBIC,
  lanczos: LANCZOS,
};

/** The edges of a part of an image, in pixels from its top left, fractions too. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** @internal The bytes of what lies between the edges of `box`, as an image of `width` × `height`; of two or four channels the last is opacity. */
export function resizePixels(op: string, image: Pixels, width: number, height: number, resample: Resample, box: Box): Uint8Array {
  const { channels } = image;
  const { host } = loadedEngine();
  const row = image.width * channels;
  return onBytes(op, image.data, width * height * channels, (out, src) => {
    host.scratch().set(box.map(Math.fround)); // Pillow's edges are float32
    const code = RESAMPLE_CODES[resample];
    const [size, edges] = [row * image.height, host.scratchPtr];
    return kernels.imageResize(out, src, 1, channels, image.height, image.width, row, size, height, width, code, RESIZE_OPACITY, edges);
  });
}
