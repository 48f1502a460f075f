/** Images of 8 bits made larger or smaller, as Pillow does it, by one kernel. */
import { kernels, loadedEngine } from '../../engine/engine.js';
import { BICUBIC, BILINEAR, BOX, HAMMING, LANCZOS, NEAREST, RESIZE_OPACITY } from '../../engine/kernel-table.gen.js';
import { onBytes, type Pixels } from './pixels.js';

/** How values between pixels are interpolated; all but 'nearest' smooth where an image becomes smaller. */
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

/** @internal A part of an image, whole pixels. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * @internal The bytes of an image of `width` × `height` made of what lies between the edges of `box`; of two or four channels the last is opacity.
 * With `part` that part is the whole image: nothing beside it counts, as if it had been cut out before.
 */
export function resizePixels(
  op: string,
  image: Pixels,
  width: number,
  height: number,
  resample: Resample,
  box: Box | null,
  part: Part = { left: 0, top: 0, width: image.width, height: image.height },
): Uint8Array {
  const { channels } = image;
  const row = image.width * channels;
  const [first, bytes] = [part.top * row + part.left * channels, Math.max((part.height - 1) * row + part.width * channels, 0)];
  return onBytes(op, image.data.subarray(first, first + bytes), width * height * channels, (out, src) => {
    const { host } = loadedEngine();
    host.scratch().set((box ?? [0, 0, part.width, part.height]).map(Math.fround)); // Pillow's edges are float32
    const [code, edges] = [RESAMPLE_CODES[resample], host.scratchPtr];
    const flags = RESIZE_OPACITY;
    return kernels.imageResize(out, src, 1, channels, part.height, part.width, row, bytes, height, width, code, flags, edges);
  });
}
