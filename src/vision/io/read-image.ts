/** Reading image files. */
import { decode, readImageFile } from '#images';
import { ArgumentError, FileError, FormatError, HoneError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertBoolean, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { describe } from '../../tensor/arguments/show.js';
import { IMAGE_MODES, Image, type ImageMode } from '../image/image.js';
import { checkSize, DecodeError } from './decoding.js';
import { headerOf, otherKind } from './image-header.js';

/** The options of {@link readImage}. */
export interface ReadImageOptions {
  /** Grey or colour, with opacity or without, whatever the file has: as {@link Image.convert}. Default: null, as the file has it. */
  mode?: ImageMode | null;
  /** Turns a photo as its camera noted (EXIF orientation). Default: false, as torchvision and PIL, which leave photos as they lie in the file. */
  exifOrientation?: boolean;
  /** Refuses larger images before they are unpacked. Default: 178,956,970, above which PIL warns of a decompression bomb. */
  maxPixels?: number;
}

const READ_IMAGE_DEFAULTS: Required<ReadImageOptions> = { mode: null, exifOrientation: false, maxPixels: 178_956_970 };

/** @internal @throws {ArgumentError} for unknown options and values that cannot be. */
export function readImageOptions(op: string, options: unknown): Required<ReadImageOptions> {
  const { mode, exifOrientation, maxPixels } = readOptions(op, READ_IMAGE_DEFAULTS, options);
  assertBoolean(op, 'exifOrientation', exifOrientation);
  return {
    mode: mode === null ? null : oneOf(op, 'mode', mode, IMAGE_MODES),
    exifOrientation,
    maxPixels: wholeNumber(op, 'maxPixels', maxPixels, { min: 1 }),
  };
}

/** Where an image comes from: the path of a file (in browsers an address), an address, the bytes of a file, or a File. */
export type ImageSource = string | URL | Uint8Array | Blob;

/**
 * Reads an image file: JPEG, PNG, WebP, GIF (its first frame), TIFF, AVIF, BMP, PGM or PPM. The pixels are those that PIL reads; of AVIF,
 * whose decoders differ, they may be a few levels off. Palettes become colours; grey of 16 bits is cut off above 255, as PIL's `convert` does.
 *
 * In Node the package `sharp` decodes, which Hone does not install by itself: `npm install sharp`. Browsers decode by themselves (TIFF only
 * Safari does, and grey of 16 bits becomes 8 by its upper half).
 * @throws {FileError} for a file that cannot be read, and where sharp is missing. @throws {FormatError} for one that is damaged or cut short,
 * for other formats, and for images of more than `maxPixels`; it names the file.
 * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.open
 * @example
 * import { readImage } from 'hone/vision';
 * const photo = await readImage('photos/a/0.jpg', { mode: 'RGB' });
 * photo.size; // [20, 18]
 */
export async function readImage(source: ImageSource, options?: ReadImageOptions): Promise<Image> {
  return readImageAs('readImage', source, readImageOptions('readImage', options));
}

/** @internal {@link readImage} with checked options. @param name what errors call the file. */
export async function readImageAs(
  op: string,
  source: ImageSource,
  { mode, exifOrientation, maxPixels }: Required<ReadImageOptions>,
  name = nameOf(source),
): Promise<Image> {
  const bytes = await bytesOf(op, source);
  const fail = (text: string, cause?: unknown) => new FormatError(`${op}: ${name} cannot be read as an image: ${text}.`, { cause });
  const header = headerOf(bytes);
  if (header === undefined) throw fail(`${otherKind(bytes)}. Expected JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PGM or PPM`);
  try {
    if (header.size) checkSize(...header.size, maxPixels);
    const pixels = await decode(op, bytes, header, { opaque: mode === 'RGB' || mode === 'L', exifOrientation, maxPixels });
    const image = new Image(pixels.mode, [pixels.width, pixels.height], pixels.data);
    return mode === null || mode === image.mode ? image : image.convert(mode);
  } catch (error) {
    if (error instanceof HoneError) throw error;
    if (!(error instanceof DecodeError)) throw fail(error instanceof Error ? error.message : String(error), error);
    const whole = /maxPixels|this browser/.test(error.message);
    const text = error.message.replace(/\.$/, '');
    throw fail(`${text}${whole ? '' : `. The ${header.format.toUpperCase()} file is cut short or damaged`}`, error.cause ?? error);
  }
}

function nameOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.protocol === 'data:' ? 'the data: URL' : source.href;
  if (typeof File !== 'undefined' && source instanceof File) return source.name;
  return 'what was given';
}

async function bytesOf(op: string, source: ImageSource): Promise<Uint8Array> {
  if (typeof source === 'string') return readImageFile(source, op);
  if (source instanceof Uint8Array) return source;
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    try {
      return new Uint8Array(await source.arrayBuffer());
    } catch (cause) {
      throw new FileError(`${op}: ${nameOf(source)} cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
  if (source instanceof URL) return source.protocol === 'file:' ? readImageFile(source, op) : fetchBytes(op, source);
  const advice = (source as unknown) instanceof ArrayBuffer ? ' Wrap it: new Uint8Array(buffer).' : '';
  throw new ArgumentError(`${op}: the source is ${describe(source)}, expected a path, a URL, a Uint8Array or a Blob.${advice}`);
}

async function fetchBytes(op: string, url: URL): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd());
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FileError(`${op}: ${nameOf(url)} cannot be fetched: ${(cause as Error).message}.`, { cause });
  }
}
