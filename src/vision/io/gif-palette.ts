/** The colour that a GIF's first frame has where it is transparent: decoders give none, PIL gives what the palette says. */
import type { DecodedImage } from './decoding.js';

/** Gives the transparent pixels of a GIF's first frame the colour that its palette has for them. */
export function fillTransparent(bytes: Uint8Array, { data, mode }: DecodedImage): void {
  const colour = mode === 'RGBA' ? transparentColour(bytes) : undefined;
  if (colour) for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 0) data.set(colour, at);
}

/** Red, green and blue; undefined where nothing is transparent, and where the file is damaged. */
function transparentColour(bytes: Uint8Array): readonly [number, number, number] | undefined {
  const sizeOf = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const globalSize = sizeOf(bytes[10] ?? 0);
  let at = 13 + globalSize;
  let transparent: number | undefined;
  while (at < bytes.length) {
    if (bytes[at] === 0x2c) {
      const localSize = sizeOf(bytes[at + 9] ?? 0);
      if (transparent === undefined) return undefined;
      const place = (localSize > 0 ? at + 10 : 13) + 3 * transparent;
      if (3 * transparent >= (localSize || globalSize) || place + 2 >= bytes.length) return undefined;
      return [bytes[place]!, bytes[place + 1]!, bytes[place + 2]!];
    }
    if (bytes[at] !== 0x21) return undefined;
    // A graphic control extension: flags, delay, and the number of the transparent colour.
    if (bytes[at + 1] === 0xf9 && (bytes[at + 3]! & 1) === 1) transparent = bytes[at + 6];
    at += 2;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
    at++;
  }
  return undefined;
}
