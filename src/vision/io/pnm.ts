/** PBM, PGM and PPM: the simplest image files, which `sharp` does not read. */
import { checkSize, type DecodedImage, DecodeError } from './decoding.js';

/**
 * Their pixels, as PIL has them after `convert('RGB')` or `convert('L')`: values are stretched to 0..255, but grey ones of 16 bits cut off there.
 * @throws {DecodeError} for a file that is cut short, and for values that are none.
 * @see https://netpbm.sourceforge.net/doc/ppm.html
 */
export function decodePnm(bytes: Uint8Array, maxPixels: number): DecodedImage {
  const kind = bytes[1]! - 48;
  const [colour, bits, text] = [kind % 3 === 0, kind % 3 === 1, kind < 4];
  const reader = new Tokens(bytes, 2);
  const [width, height] = [reader.number('width'), reader.number('height')];
  checkSize(width, height, maxPixels);
  const most = bits ? 1 : reader.number('largest value');
  if (most < 1 || most > 65535) throw new DecodeError(`it announces a largest value of ${most}, expected 1 to 65535`);
  const count = width * height * (colour ? 3 : 1);
  const data = new Uint8Array(count);
  const mode = colour ? 'RGB' : 'L';
  // The values 0 and 1 of bits are white and black.
  const level = bits ? (value: number) => (value ? 0 : 255) : levels(most, colour);
  if (text) {
    for (let i = 0; i < count; i++) data[i] = level(bits ? reader.bit() : reader.number('value', most));
    return { mode, width, height, data };
  }
  const start = reader.at + 1;
  const rowBytes = Math.ceil(width / 8);
  const needed = bits ? rowBytes * height : count * (most > 255 ? 2 : 1);
  if (bytes.length - start < needed)
    throw new DecodeError(`it is cut short: ${bytes.length - start} of ${needed} bytes of pixels are there`);
  if (bits)
    for (let i = 0; i < count; i++)
      data[i] = level((bytes[start + Math.floor(i / width) * rowBytes + ((i % width) >> 3)]! >> (7 - ((i % width) & 7))) & 1);
  else if (most > 255) for (let i = 0; i < count; i++) data[i] = level((bytes[start + 2 * i]! << 8) | bytes[start + 2 * i + 1]!);
  else if (most === 255) data.set(bytes.subarray(start, start + count));
  else for (let i = 0; i < count; i++) data[i] = level(bytes[start + i]!);
  return { mode, width, height, data };
}

/** From a value to its level of 0 to 255. */
function levels(most: number, colour: boolean): (value: number) => number {
  const out = most > 255 && !colour ? 65535 : 255;
  return (value) => Math.min(255, roundEven((value / most) * out));
}

/** As Python rounds. */
function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const isSpace = (byte: number | undefined) => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);

/** The numbers of a head, between spaces and comments. */
class Tokens {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  private skip(): void {
    const { bytes } = this;
    while (isSpace(bytes[this.at]) || bytes[this.at] === 35)
      if (bytes[this.at++] === 35) while (this.at < bytes.length && bytes[this.at] !== 10 && bytes[this.at] !== 13) this.at++;
  }

  number(what: string, most = 2 ** 31): number {
    this.skip();
    const start = this.at;
    let value = 0;
    for (
      let byte = this.bytes[this.at];
      byte !== undefined && byte >= 48 && byte <= 57 && this.at - start < 11;
      byte = this.bytes[++this.at]
    )
      value = 10 * value + byte - 48;
    if (this.at === start) throw new DecodeError(this.at >= this.bytes.length ? 'it is cut short' : `its ${what} is not a number`);
    if (value > most) throw new DecodeError(`a ${what} in it is ${value}, expected at most ${most}`);
    return value;
  }

  bit(): number {
    this.skip();
    const byte = this.bytes[this.at++];
    if (byte !== 48 && byte !== 49) throw new DecodeError(byte === undefined ? 'it is cut short' : 'a pixel in it is neither 0 nor 1');
    return byte - 48;
  }
}
