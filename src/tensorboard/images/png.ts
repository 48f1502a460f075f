/**
 * PNG, written at once: a training step does not wait for a promise, and nothing has to be installed for it.
 * @see https://www.w3.org/TR/png-3/
 */
import crc32 from 'crc-32';
import { zlibSync } from 'fflate';

/** Pixels of 8 bits, row by row, the channels of each together. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with opacity, 3 colour, 4 colour with opacity. */
  readonly channels: number;
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** PNG's number for so many channels. */
const COLOUR_TYPES = [0, 0, 4, 2, 6];

/** The bytes of a PNG file. */
export function encodePng({ width, height, channels, data }: Pixels): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, COLOUR_TYPES[channels]!);
  const chunks = [
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', zlibSync(filtered(data, width * channels, height, channels))),
    chunk('IEND', new Uint8Array()),
  ];
  const out = new Uint8Array(SIGNATURE.length + chunks.reduce((sum, { length }) => sum + length, 0));
  out.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const each of chunks) {
    out.set(each, at);
    at += each.length;
  }
  return out;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i);
  out.set(data, 8);
  view.setInt32(8 + data.length, crc32.buf(out.subarray(4, 8 + data.length)));
  return out;
}

/** Each row as differences from its left or upper neighbours, whichever are smallest together: they pack better. */
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
