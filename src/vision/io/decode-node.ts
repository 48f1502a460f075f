/** Image files in Node: read from the disk, decoded and encoded by `sharp`, which is loaded when it is first needed. */
import { fileURLToPath } from 'node:url';
import type { Sharp } from 'sharp';
import { readBytes, writeBytes } from '#files';
import { ArgumentError } from '../../errors.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { IMAGE_MODES } from '../image/image.js';
import { decodeBmp } from './bmp.js';
import { type DecodedImage, DecodeError, type DecodeSettings, type ImageFileFormat, MissingDecoderError } from './decoding.js';
import { fillTransparent } from './gif-palette.js';
import type { ImageHeader } from './image-header.js';
import { decodePnm } from './pnm.js';

type MakeSharp = typeof import('sharp')['default'];

let loaded: MakeSharp | undefined;

/** @throws {FileError} where the package is missing, with the line that installs it. */
async function sharpFor(op: string, use = 'decodes images'): Promise<MakeSharp> {
  if (loaded) return loaded;
  try {
    const { default: sharp } = await import('sharp');
    // Several images are decoded side by side, and workers more of them: threads inside each would only fight for the processors.
    sharp.concurrency(1);
    loaded = sharp;
    return sharp;
  } catch (error) {
    throw new MissingDecoderError(
      `${op}: the package sharp, which ${use}, is not installed, or does not run here. Run npm install sharp.`,
      { cause: error },
    );
  }
}

/**
 * The bytes of a file. It is read at once: handing that to another thread costs a tenth of decoding a small photo, and the threads are busy
 * decoding. @throws {FileError} when it cannot be read.
 */
export async function readImageFile(path: string | URL, op: string): Promise<Uint8Array> {
  if (typeof path === 'string' && /^(https?|file|data):/i.test(path))
    throw new ArgumentError(
      `${op}: the source is an address as a string, expected the path of a file. Write new URL(${JSON.stringify(path.slice(0, 80))}).`,
    );
  return readBytes(typeof path === 'string' ? path : fileURLToPath(path), op);
}

/** Writes a file as a whole. @throws {FileError} when that is impossible. */
export function writeImageFile(path: string, bytes: Uint8Array, op: string): void {
  writeBytes(path, [bytes], op);
}

/** The pixels of an image file. @throws {DecodeError} for damaged ones, and more pixels than are allowed. */
export async function decode(op: string, bytes: Uint8Array, header: ImageHeader, settings: DecodeSettings): Promise<DecodedImage> {
  if (header.format === 'bmp') return decodeBmp(bytes, settings.maxPixels);
  if (header.format === 'pnm') return decodePnm(bytes, settings.maxPixels);
  const sharp = await sharpFor(op);
  const open = (): Sharp => {
    // Colours as they are in the file, as PIL leaves them; an image that is cut short is an error, a decoder's warning is not.
    const image = sharp(bytes, { ignoreIcc: true, failOn: 'error', limitInputPixels: settings.maxPixels });
    // PIL turns TIFF by itself, and others when it is asked to.
    return settings.exifOrientation || header.format === 'tiff' ? image.rotate() : image;
  };
  try {
    const colours = header.colours ?? (await coloursOf(open()));
    if (colours === 'cmyk') return fromCmyk(await raw(open().pipelineColourspace('cmyk').toColourspace('cmyk')));
    if (colours === 'grey16') {
      warnOnce(`${op}: of images in grey of 16 bits what is above 255 becomes white, as with PIL's convert. Make 8-bit files of them.`);
      return cutOff(await raw(open().toColourspace('grey16'), 'ushort'));
    }
    const gif = header.format === 'gif';
    const oriented = colours === 'grey' ? open().toColourspace('b-w') : open();
    const pixels = await raw(settings.opaque && !gif ? oriented.removeAlpha() : oriented);
    if (gif) fillTransparent(bytes, pixels);
    return colours === 'greyAlpha' ? withoutColour(pixels) : pixels;
  } catch (error) {
    throw decodeError(error, settings);
  }
}

/** What sharp says, without its repetitions. */
function decodeError(error: unknown, { maxPixels }: DecodeSettings): DecodeError {
  const message = error instanceof Error ? error.message : String(error);
  if (/exceeds pixel limit/.test(message))
    return new DecodeError(`it announces more pixels than the ${maxPixels} that maxPixels allows`, { cause: error });
  const lines = new Set(message.split('\n').map((line) => line.trim()));
  lines.delete('');
  // Where images are decoded in several threads, one may have taken the message of another away.
  lines.delete('Unknown error');
  return new DecodeError([...lines].join('; ') || 'it cannot be decoded', { cause: error });
}

async function coloursOf(image: Sharp): Promise<ImageHeader['colours']> {
  const { space, hasAlpha } = await image.metadata();
  if (space === 'b-w' || (space === 'grey16' && hasAlpha)) return hasAlpha ? 'greyAlpha' : 'grey';
  return space === 'grey16' || space === 'cmyk' ? space : 'rgb';
}

async function raw(image: Sharp, depth: 'uchar' | 'ushort' = 'uchar'): Promise<DecodedImage> {
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { mode: IMAGE_MODES[channels - 1]!, width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** Colours out of the amounts of four inks, by PIL's arithmetic. */
function fromCmyk({ width, height, data }: DecodedImage): DecodedImage {
  const count = width * height;
  const channels = data.length / count;
  const out = new Uint8Array(3 * count);
  for (let from = 0, at = 0; at < out.length; from += channels) {
    const light = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = data[from + c]! * light + 128;
      out[at++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return { mode: 'RGB', width, height, data: out };
}

/** Grey of 16 bits as PIL converts it: what is above 255 is white. */
function cutOff({ width, height, data }: DecodedImage): DecodedImage {
  const count = width * height;
  const values = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const step = values.length / count;
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = Math.min(255, values[i * step]!);
  return { mode: 'L', width, height, data: out };
}

/** Grey with opacity comes with three equal channels. */
function withoutColour(pixels: DecodedImage): DecodedImage {
  if (pixels.mode !== 'RGBA') return pixels;
  const { width, height, data } = pixels;
  const out = new Uint8Array(2 * width * height);
  for (let from = 0, at = 0; at < out.length; from += 4) {
    out[at++] = data[from]!;
    out[at++] = data[from + 3]!;
  }
  return { mode: 'LA', width, height, data: out };
}

/** The bytes of an image file. */
export async function encode(
  op: string,
  { mode, width, height, data }: DecodedImage,
  format: ImageFileFormat,
  quality: number,
): Promise<Uint8Array> {
  const sharp = await sharpFor(op);
  const channels = IMAGE_MODES.indexOf(mode) + 1;
  const image = sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } });
  const grey = channels < 3 ? image.toColourspace('b-w') : image;
  const encoded = format === 'png' ? grey.png() : format === 'jpeg' ? grey.jpeg({ quality }) : grey.webp({ quality });
  return encoded.toBuffer();
}

/** The bytes of a PNG of a drawing in SVG text, whose own width and height are those. @throws {FileError} where sharp is missing. */
export async function rasterizeSvg(op: string, svg: string, width: number, height: number): Promise<Uint8Array> {
  const sharp = await sharpFor(op, 'draws PNG files');
  const image = sharp(new TextEncoder().encode(svg), { limitInputPixels: width * height + 4 * (width + height) });
  return image.resize(width, height, { fit: 'fill' }).png().toBuffer();
}
