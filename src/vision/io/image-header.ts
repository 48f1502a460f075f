/** What the first bytes of an image file say. */

/** The formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'pnm';

/** What of a file must be known before it is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** What the pixels are; undefined where only the decoder can say (TIFF). */
  readonly colours: 'grey' | 'greyAlpha' | 'grey16' | 'rgb' | 'cmyk' | undefined;
  /** Width and height, where they stand in a fixed place. */
  readonly size?: readonly [width: number, height: number];
}

const ascii = (bytes: Uint8Array, start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));

/** Names of formats that are recognised, but not read. */
const OTHERS: readonly (readonly [name: string, test: (bytes: Uint8Array) => boolean])[] = [
  ['a HEIC image', (b) => ascii(b, 4, 8) === 'ftyp' && /^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(ascii(b, 8, 12))],
  ['a JPEG 2000 image', (b) => ascii(b, 4, 8) === 'jP  '],
  ['a JPEG XL image', (b) => (b[0] === 0xff && b[1] === 0x0a) || ascii(b, 4, 8) === 'JXL '],
  ['an icon', (b) => b[0] === 0 && b[1] === 0 && b[2] === 1 && b[3] === 0],
  ['a PSD image', (b) => ascii(b, 0, 4) === '8BPS'],
  ['a PDF document', (b) => ascii(b, 0, 4) === '%PDF'],
  ['an HTML page', (b) => /^\s*<(!doctype|html)/i.test(ascii(b, 0, 64))],
  ['an SVG drawing', (b) => /^\s*<(\?xml|svg)/i.test(ascii(b, 0, 64))],
  ['a zip archive', (b) => ascii(b, 0, 4) === 'PK\x03\x04'],
];

/** What some bytes are that are no image of a format that is read, for an error. */
export function otherKind(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const [name] = OTHERS.find(([, test]) => test(bytes)) ?? [];
  const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return name === undefined ? `it begins with the bytes ${begin}, as no image does` : `it is ${name}`;
}

/** Format and colours of an image file; undefined for a format that is not read. */
export function headerOf(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return { format: 'jpeg', colours: jpegColours(bytes) };
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return { format: 'png', colours: pngColours(bytes), size: pngSize(bytes) };
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return { format: 'webp', colours: 'rgb' };
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return { format: 'gif', colours: 'rgb' };
  if (/^(II[*+]\0|MM\0[*+])$/.test(ascii(bytes, 0, 4))) return { format: 'tiff', colours: undefined };
  if (isAvif(bytes)) return { format: 'avif', colours: 'rgb' };
  if (ascii(bytes, 0, 2) === 'BM') return { format: 'bmp', colours: undefined };
  if (/^P[1-6][\s#]$/.test(ascii(bytes, 0, 3))) return { format: 'pnm', colours: undefined };
  return undefined;
}

/** By its brands: the major one, or one of those that it is compatible with. */
function isAvif(bytes: Uint8Array): boolean {
  if (ascii(bytes, 4, 8) !== 'ftyp') return false;
  const size = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
  return ascii(bytes, 8, Math.min(size, bytes.length, 256)).includes('avi');
}

/** The colour type and depth of IHDR, and whether a grey is transparent. A palette is of colours. */
function pngColours(bytes: Uint8Array): ImageHeader['colours'] {
  const [depth, type] = [bytes[24], bytes[25]];
  if (type === 0) return depth === 16 ? 'grey16' : hasTransparency(bytes) ? 'greyAlpha' : 'grey';
  return type === 4 ? 'greyAlpha' : 'rgb';
}

function pngSize(bytes: Uint8Array): [number, number] {
  if (bytes.length < 24) return [0, 0];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(16), view.getUint32(20)];
}

/** Whether a PNG file has tRNS before its pixels. */
function hasTransparency(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const kind = ascii(bytes, at + 4, at + 8);
    if (kind === 'tRNS') return true;
    if (kind === 'IDAT') return false;
  }
  return false;
}

/** The number of components in the frame header, which the segments before it are leapt over to find. */
function jpegColours(bytes: Uint8Array): ImageHeader['colours'] {
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) {
      at++;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const components = bytes[at + 9];
      return components === 1 ? 'grey' : components === 4 ? 'cmyk' : 'rgb';
    } else at += 2 + Math.max(2, (bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return 'rgb';
}
