/** Windows bitmaps, which `sharp` does not read. */
import type { ImageMode } from '../image/image.js';
import { checkSize, type DecodedImage, DecodeError } from './decoding.js';

const [PLAIN, RLE8, RLE4, MASKS, ALPHA_MASKS] = [0, 1, 2, 3, 6];

/** What the head says. */
interface Head {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the top one. */
  readonly downwards: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** Red, green and blue of each number. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Of red, green, blue and opacity, in pixels of 16 and 32 bits. */
  readonly masks: readonly number[];
}

/**
 * The pixels of a bitmap of 1, 4, 8, 16, 24 or 32 bits, run-length encoded or not. A palette of greys makes a grey image, as in PIL.
 * @throws {DecodeError} for a file that is cut short, and for what a bitmap cannot be.
 * @see https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): DecodedImage {
  const head = readHead(bytes, maxPixels);
  const { width, height, downwards, bits, palette } = head;
  if (bits > 8) return decodeColours(bytes, head);
  const places = head.compression === PLAIN ? readPlaces(bytes, head) : unpackRuns(bytes, head);
  const grey = palette.every(([r, g, b]) => r === g && g === b);
  const mode: ImageMode = grey ? 'L' : 'RGB';
  const channels = grey ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const black = [0, 0, 0] as const;
  for (let y = 0, at = 0; y < height; y++) {
    const row = (downwards ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++) {
      const colour = palette[places[row + x]!] ?? black;
      for (let c = 0; c < channels; c++) data[at++] = colour[c]!;
    }
  }
  return { mode, width, height, data };
}

function readHead(bytes: Uint8Array, maxPixels: number): Head {
  if (bytes.length < 26) throw new DecodeError('it is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, size] = [view.getUint32(10, true), view.getUint32(14, true)];
  const old = size === 12;
  if (!old && (size < 40 || size > 124 || bytes.length < 14 + size)) throw new DecodeError(`its head announces ${size} bytes of itself`);
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const tall = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(tall);
  checkSize(width, height, maxPixels);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? PLAIN : view.getUint32(30, true);
  const fits =
    compression === PLAIN
      ? [1, 4, 8, 16, 24, 32].includes(bits)
      : compression === RLE8
        ? bits === 8
        : compression === RLE4
          ? bits === 4
          : (compression === MASKS || compression === ALPHA_MASKS) && (bits === 16 || bits === 32);
  if (!fits) throw new DecodeError(`pixels of ${bits} bits with compression ${compression} are not read`);
  let masks: number[] = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  let tables = 14 + size;
  if (compression === MASKS || compression === ALPHA_MASKS) {
    // In the head, or behind one that is too short for them.
    const count = size >= 56 || compression === ALPHA_MASKS ? 4 : 3;
    if (bytes.length < 54 + 4 * count) throw new DecodeError('it is cut short');
    masks = Array.from({ length: 4 }, (_, i) => (i < count ? view.getUint32(54 + 4 * i, true) : 0));
    tables = Math.max(tables, 54 + 4 * count);
  }
  const palette: [number, number, number][] = [];
  if (bits <= 8) {
    const step = old ? 3 : 4;
    const announced = old ? 0 : view.getUint32(46, true);
    const room = start > tables ? Math.floor((start - tables) / step) : 256;
    const colours = Math.min(announced || 2 ** bits, 2 ** bits, room, Math.floor((bytes.length - tables) / step));
    for (let i = 0, at = tables; i < colours; i++, at += step) palette.push([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!]);
    if (palette.length === 0) throw new DecodeError('its palette is missing');
  }
  return { width, height, downwards: tall < 0, bits, compression, start, palette, masks };
}

function decodeColours(bytes: Uint8Array, { width, height, downwards, bits, compression, start, masks }: Head): DecodedImage {
  const stride = Math.ceil((width * bits) / 32) * 4;
  checkLength(bytes, start, stride * height);
  const alpha = masks[3] !== 0;
  const channels = alpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = masks.slice(0, channels).map(partOf);
  for (let y = 0, at = 0; y < height; y++) {
    let from = start + (downwards ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++, from += bits / 8) {
      if (bits === 24 || (compression === PLAIN && bits === 32)) {
        data[at++] = bytes[from + 2]!;
        data[at++] = bytes[from + 1]!;
        data[at++] = bytes[from]!;
      } else {
        const pixel = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
        for (const part of parts) data[at++] = part(pixel);
      }
    }
  }
  return { mode: alpha ? 'RGBA' : 'RGB', width, height, data };
}

/** What stands under a mask, stretched to 0..255. */
function partOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / most);
}

/** Plain numbers of colours, in the order of the file's rows. */
function readPlaces(bytes: Uint8Array, { width, height, bits, start }: Head): Uint8Array {
  const stride = Math.ceil((width * bits) / 32) * 4;
  checkLength(bytes, start, stride * height);
  const places = new Uint8Array(width * height);
  const [perByte, mask] = [8 / bits, 2 ** bits - 1];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      places[at++] = (bytes[start + y * stride + Math.floor(x / perByte)]! >> (8 - bits - (x % perByte) * bits)) & mask;
  return places;
}

/** Runs of numbers: a count and a number, or an escape with numbers as they are, an end of line, a leap, or the end. */
function unpackRuns(bytes: Uint8Array, { width, height, bits, start }: Head): Uint8Array {
  const places = new Uint8Array(width * height);
  let [at, x, y] = [start, 0, 0];
  const put = (place: number) => {
    if (x < width && y < height) places[y * width + x] = place;
    x++;
  };
  const half = (byte: number, i: number) => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    if (at + 1 >= bytes.length) throw new DecodeError(`it is cut short in row ${y} of ${height}`);
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(half(value, i));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = bits === 8 ? value : Math.ceil(value / 2);
      if (at + length > bytes.length) throw new DecodeError(`it is cut short in row ${y} of ${height}`);
      for (let i = 0; i < value; i++) put(half(bytes[at + (bits === 8 ? i : i >> 1)]!, i));
      at += length + (length % 2);
    }
  }
  return places;
}

function checkLength(bytes: Uint8Array, start: number, needed: number): void {
  const there = Math.max(0, bytes.length - start);
  if (there < needed) throw new DecodeError(`it is cut short: ${there} of ${needed} bytes of pixels are there`);
}
