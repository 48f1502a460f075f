/** PNG files without a decoder's help: for pictures in pages and logs, wherever Hone runs. */

import crc32 from 'crc-32/crc32.js';
import { zlibSync } from 'fflate';
import { joinBytes } from '../../formats/join-bytes.js';
import { assertImage, IMAGE_MODES, type Image } from '../image/image.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG's colour types of L, LA, RGB and RGBA. */
const COLOUR_TYPES = [0, 4, 2, 6] as const;

/**
 * The bytes of a PNG file of an image, at once and without the package `sharp`, in Node as in pages.
 */
export function encodePng(image: Image): Uint8Array {
  assertImage('encodePng', image);
  const { width, height, data } = image;
  const channels = IMAGE_MODES.indexOf(image.mode) + 1;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels - 1]!, 0, 0, 0], 8);
  return joinBytes([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(filtered(data, width * channels, height, channels))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Rows, each after the number of its filter: as it is, or as differences from the left or the upper pixels, whichever are smallest, which packs best. */
function filtered(data: Uint8Array, row: number, height: number, channels: number): Uint8Array {
  const out = new Uint8Array(height * (row + 1));
  const tries = [0, 1, 2].map(() => new Uint8Array(row));
  for (let y = 0; y < height; y++) {
    const from = y * row;
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (const [kind, line] of tries.entries()) {
      let sum = 0;
      for (let i = 0; i < row; i++) {
        const near = kind === 0 ? 0 : kind === 1 ? (i < channels ? 0 : data[from + i - channels]!) : y === 0 ? 0 : data[from + i - row]!;
        const value = (data[from + i]! - near) & 255;
        line[i] = value;
        sum += value < 128 ? value : 256 - value;
      }
      if (sum < least) [best, least] = [kind, sum];
    }
    out[y * (row + 1)] = best;
    out.set(tries[best]!, y * (row + 1) + 1);
  }
  return out;
}

/** A chunk of a PNG file: its length, its name, what is in it, and a checksum. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32.buf(out.subarray(4, 8 + data.length)) >>> 0);
  return out;
}
