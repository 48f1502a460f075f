/** What decoders hand over, and how each asks for it. */
import { FileError } from '../../errors.js';
import type { ImageMode } from '../image/image.js';

/** A decoded image: its pixels row by row, the channels of each together. */
export interface DecodedImage {
  readonly mode: ImageMode;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How to decode. */
export interface DecodeSettings {
  /** Whether opacity is of no use to the caller. */
  readonly opaque: boolean;
  /** Whether the camera's note about which side is up is followed. */
  readonly exifOrientation: boolean;
  /** More than these are refused before anything is unpacked. */
  readonly maxPixels: number;
}

/** The formats that an image may be written in. */
export type ImageFileFormat = 'png' | 'jpeg' | 'webp';

/** Why bytes are no image; {@link readImage} says of which file. */
export class DecodeError extends Error {}

/** Nothing can be decoded here at all, which is not the fault of any one file. */
export class MissingDecoderError extends FileError {}

/** @throws {DecodeError} for more pixels than are allowed, or none at all. */
export function checkSize(width: number, height: number, maxPixels: number): void {
  if (!(width > 0 && height > 0)) throw new DecodeError(`it announces ${width}×${height} pixels`);
  if (width * height > maxPixels)
    throw new DecodeError(`it announces ${width}×${height} pixels, more than the ${maxPixels} that maxPixels allows`);
}
