/** Image files in browsers, which decode them by themselves. */
import { FileError } from '../../errors.js';
import { decodeBmp } from './bmp.js';
import { checkSize, type DecodedImage, DecodeError, type DecodeSettings, type ImageFileFormat } from './decoding.js';
import { upright } from './exif.js';
import { fillTransparent } from './gif-palette.js';
import type { ImageFormat, ImageHeader } from './image-header.js';
import { decodePnm } from './pnm.js';

/** The bytes of a file under an address. @throws {FileError} when it cannot be fetched. */
export async function readImageFile(path: string | URL, op: string): Promise<Uint8Array> {
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd());
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FileError(`${op}: ${String(path)} cannot be fetched: ${(cause as Error).message}.`, { cause });
  }
}

export function writeImageFile(path: string, _bytes: Uint8Array, op: string): never {
  throw new FileError(`${op}: browsers cannot write ${path}. Make the bytes with encodeImage(image) and offer them as a download.`);
}

/** The pixels of an image file. @throws {DecodeError} for damaged ones, and more pixels than are allowed. */
export async function decode(_op: string, bytes: Uint8Array, header: ImageHeader, settings: DecodeSettings): Promise<DecodedImage> {
  const { format } = header;
  if (format === 'bmp') return decodeBmp(bytes, settings.maxPixels);
  if (format === 'pnm') return decodePnm(bytes, settings.maxPixels);
  if (!isWhole(bytes, format)) throw new DecodeError('its end is missing');
  // Browsers turn photos by themselves, of some formats, and not all of them can be asked to leave that: without the note they must.
  const plain = format === 'jpeg' ? withoutExif(bytes) : [bytes];
  const blob = new Blob(plain as BlobPart[], { type: `image/${format}` });
  const pixels = (await decodeFrame(blob, format)) ?? (await decodeBitmap(blob, format));
  checkSize(pixels.width, pixels.height, settings.maxPixels);
  if (format === 'gif') fillTransparent(bytes, pixels);
  const own = header.colours?.startsWith('grey') ? withoutColour(pixels) : pixels;
  return settings.exifOrientation ? upright(own, bytes, format) : own;
}

/** What is transparent keeps its colours in a frame; JPEG's have no opacity, and may come in other colours than red, green and blue. */
async function decodeFrame(blob: Blob, format: ImageFormat): Promise<DecodedImage | undefined> {
  if (format === 'jpeg' || typeof ImageDecoder === 'undefined' || !(await ImageDecoder.isTypeSupported(blob.type))) return undefined;
  const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type: blob.type, colorSpaceConversion: 'none' });
  try {
    const { image } = await decoder.decode();
    try {
      const { codedWidth: width, codedHeight: height, format: layout } = image;
      if (layout === null || !/^(RGB|BGR)[AX]$/.test(layout)) return undefined;
      const data = new Uint8Array(4 * width * height);
      await image.copyTo(data);
      if (layout.startsWith('BGR')) for (let i = 0; i < data.length; i += 4) [data[i], data[i + 2]] = [data[i + 2]!, data[i]!];
      return layout.endsWith('A') ? trimmed(data, width, height) : opaque(data, width, height);
    } finally {
      image.close();
    }
  } catch (cause) {
    throw new DecodeError(`the browser cannot decode it: ${(cause as Error).message}`, { cause });
  } finally {
    decoder.close();
  }
}

async function decodeBitmap(blob: Blob, format: ImageFormat): Promise<DecodedImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (cause) {
    if (format === 'tiff') throw new DecodeError('this browser does not read TIFF files. Convert them to PNG', { cause });
    throw new DecodeError(`the browser cannot decode it: ${(cause as Error).message}`, { cause });
  }
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return trimmed(context.getImageData(0, 0, width, height).data, width, height);
}

/** Without opacity where all of it is full. */
function trimmed(data: Uint8Array | Uint8ClampedArray, width: number, height: number): DecodedImage {
  for (let i = 3; i < data.length; i += 4)
    if (data[i] !== 255) return { mode: 'RGBA', width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  return opaque(data, width, height);
}

function opaque(data: Uint8Array | Uint8ClampedArray, width: number, height: number): DecodedImage {
  const out = new Uint8Array(3 * width * height);
  for (let at = 0, from = 0; at < out.length; at += 3, from += 4) {
    out[at] = data[from]!;
    out[at + 1] = data[from + 1]!;
    out[at + 2] = data[from + 2]!;
  }
  return { mode: 'RGB', width, height, data: out };
}

/** Grey images come with three equal channels. */
function withoutColour({ mode, width, height, data }: DecodedImage): DecodedImage {
  const [from, to] = mode === 'RGBA' ? [4, 2] : [3, 1];
  const out = new Uint8Array(to * width * height);
  for (let i = 0; i < width * height; i++) {
    out[i * to] = data[i * from]!;
    if (to === 2) out[i * to + 1] = data[i * from + 3]!;
  }
  return { mode: to === 2 ? 'LA' : 'L', width, height, data: out };
}

/** Whether a file's end is there: browsers paint what they have of one that is cut short. */
function isWhole(bytes: Uint8Array, format: ImageFormat): boolean {
  const has = (mark: readonly number[]) => {
    for (let at = bytes.length - mark.length; at >= 0; at--) if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
    return false;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'jpeg':
      return has([0xff, 0xd9]);
    case 'png':
      return has([0x49, 0x44, 0x41, 0x54]) && has([0x49, 0x45, 0x4e, 0x44]);
    case 'webp':
      return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length + 1;
    case 'gif':
      return bytes.subarray(-64).includes(0x3b);
    default:
      return true;
  }
}

/** A JPEG file without the segments of EXIF. */
function withoutExif(bytes: Uint8Array): Uint8Array[] {
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1]! >= 0xe0 && bytes[at + 1]! <= 0xef) {
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    const exif = bytes[at + 1] === 0xe1 && bytes[at + 4] === 0x45 && bytes[at + 5] === 0x78; // "Ex"
    if (!exif) parts.push(bytes.subarray(at, end));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return parts;
}

/** The bytes of an image file. */
export async function encode(
  op: string,
  { mode, width, height, data }: DecodedImage,
  format: ImageFileFormat,
  quality: number,
): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(width, height);
  const channels = data.length / (width * height);
  for (let i = 0; i < width * height; i++) {
    const from = i * channels;
    const grey = channels < 3;
    pixels.data[4 * i] = data[from]!;
    pixels.data[4 * i + 1] = data[from + (grey ? 0 : 1)]!;
    pixels.data[4 * i + 2] = data[from + (grey ? 0 : 2)]!;
    pixels.data[4 * i + 3] = mode.endsWith('A') ? data[from + channels - 1]! : 255;
  }
  context.putImageData(pixels, 0, 0);
  const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: quality / 100 });
  if (blob.type !== `image/${format}`) throw new FileError(`${op}: this browser cannot write ${format} files. Use png.`);
  return new Uint8Array(await blob.arrayBuffer());
}

/** The bytes of a PNG of a drawing in SVG text. @throws {FileError} in workers, which cannot draw it. */
export async function rasterizeSvg(op: string, svg: string, width: number, height: number): Promise<Uint8Array> {
  if (typeof document === 'undefined') throw new FileError(`${op}: workers cannot draw SVG. Take toSvg() and draw it in the page.`);
  const drawing = new globalThis.Image(width, height);
  drawing.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await drawing.decode();
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.drawImage(drawing, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
