/** Writing image files. */
import { encode, writeImageFile } from '#images';
import { ArgumentError, FormatError } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertString, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { assertImage, type Image } from '../image/image.js';
import type { ImageFileFormat } from './decoding.js';

/** The options of {@link encodeImage} and {@link writeImage}. */
export interface WriteImageOptions {
  /** Default: null, by the ending of the path; PNG where there is none. */
  format?: ImageFileFormat | null;
  /** Of JPEG and WebP, 1 to 100. Default: 75, as PIL. */
  quality?: number;
}

const DEFAULTS: Required<WriteImageOptions> = { format: null, quality: 75 };
const FORMATS: readonly ImageFileFormat[] = ['png', 'jpeg', 'webp'];
const ENDINGS: Readonly<Record<string, ImageFileFormat>> = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', webp: 'webp' };

/**
 * The bytes of an image file: PNG keeps every pixel, JPEG and WebP keep what is seen.
 * @throws {ArgumentError} for JPEG of an image with opacity: convert it first. @throws {FileError} where sharp is missing.
 * @example
 * const bytes = await encodeImage(new Image('RGB', [4, 2]), 'png');
 */
export async function encodeImage(
  image: Image,
  ...args: Arguments<WriteImageOptions, [format: 'format', quality: 'quality']>
): Promise<Uint8Array> {
  const { format, quality } = readArguments('encodeImage', DEFAULTS, args);
  return encoded('encodeImage', image, format ?? 'png', quality);
}

/**
 * Writes an image into a file, as a whole or not at all, in the format that the path's ending names: `.png`, `.jpg`, `.jpeg` or `.webp`.
 * @throws {ArgumentError} for another ending without `format`, and JPEG of an image with opacity. @throws {FileError} for a file that cannot be
 * written, and where sharp is missing.
 * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.save
 * @example
 * await writeImage(new Image('RGB', [4, 2]), 'picture.png');
 */
export async function writeImage(image: Image, path: string, options?: WriteImageOptions): Promise<void> {
  assertString('writeImage', 'path', path);
  const { format, quality } = readArguments('writeImage', DEFAULTS, options === undefined ? [] : [options]);
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const named = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (format === null && named === undefined)
    throw new ArgumentError(
      `writeImage: the ending of ${path} is not that of a format, expected .png, .jpg, .jpeg or .webp. Or give { format: 'png' }.`,
    );
  writeImageFile(path, await encoded('writeImage', image, format ?? named!, quality), 'writeImage');
}

async function encoded(op: string, image: Image, format: ImageFileFormat, quality: number): Promise<Uint8Array> {
  assertImage(op, image);
  oneOf(op, 'format', format, FORMATS);
  wholeNumber(op, 'quality', quality, { min: 1, max: 100 });
  if (image.width === 0 || image.height === 0) throw new ArgumentError(`${op}: the image has no pixels: ${String(image)}.`);
  if (format === 'jpeg' && image.channels % 2 === 0)
    throw new ArgumentError(`${op}: JPEG has no opacity, the image is ${image.mode}. Convert it: image.convert('RGB'), or use png.`);
  try {
    return await encode(op, image, format, quality);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw cause;
    throw new FormatError(`${op}: ${String(image)} cannot be written as ${format}: ${(cause as Error).message}.`, { cause });
  }
}
