/** How a camera was held: the note about it in an image file (EXIF orientation), and images turned by it. */
import { Image, type TransposeMethod } from '../image/image.js';
import type { DecodedImage } from './decoding.js';
import type { ImageFormat } from './image-header.js';

/** By the number of the note; 1 is upright. */
const TURNS: readonly (TransposeMethod | undefined)[] = [
  undefined,
  undefined,
  'flipLeftRight',
  'rotate180',
  'flipTopBottom',
  'transpose',
  'rotate270',
  'transverse',
  'rotate90',
];

const ORIENTATION = 0x112;

/** Pixels as they were seen through the camera. */
export function upright(pixels: DecodedImage, bytes: Uint8Array, format: ImageFormat): DecodedImage {
  const block = exifOf(bytes, format);
  const turn = block && TURNS[orientationIn(block)];
  return turn ? new Image(pixels.mode, [pixels.width, pixels.height], pixels.data).transpose(turn) : pixels;
}

const textAt = (bytes: Uint8Array, start: number, length: number) => String.fromCharCode(...bytes.subarray(start, start + length));

/** The block of EXIF in a file, which begins as a TIFF file does. */
function exifOf(bytes: Uint8Array, format: ImageFormat): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'jpeg') {
    for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; at += 2 + view.getUint16(at + 2))
      if (bytes[at + 1] === 0xe1 && textAt(bytes, at + 4, 4) === 'Exif') return bytes.subarray(at + 10, at + 2 + view.getUint16(at + 2));
  } else if (format === 'png') {
    for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at))
      if (textAt(bytes, at + 4, 4) === 'eXIf') return bytes.subarray(at + 8, at + 8 + view.getUint32(at));
  } else if (format === 'webp') {
    for (let at = 12; at + 8 <= bytes.length; ) {
      const size = view.getUint32(at + 4, true);
      if (textAt(bytes, at, 4) === 'EXIF') {
        const start = at + 8 + (textAt(bytes, at + 8, 4) === 'Exif' ? 6 : 0);
        return bytes.subarray(start, at + 8 + size);
      }
      at += 8 + size + (size % 2);
    }
  }
  return undefined;
}

/** The note in the first directory of the block; 1 where there is none. */
function orientationIn(block: Uint8Array): number {
  if (block.length < 8) return 1;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const little = block[0] === 0x49;
  const start = view.getUint32(4, little);
  if (start + 2 > block.length) return 1;
  const count = view.getUint16(start, little);
  for (let i = 0, at = start + 2; i < count && at + 12 <= block.length; i++, at += 12)
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little);
  return 1;
}
