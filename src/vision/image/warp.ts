/** Images seen through a map of places: what Pillow's `Image.transform` computes, by one kernel. */
import { kernels, loadedEngine, ptrAt } from '../../engine/engine.js';
import { onBytes, type Pixels } from './pixels.js';

/** How values between pixels are interpolated. */
export type WarpFilter = 'nearest' | 'bilinear' | 'bicubic';

/** @internal */
export const WARP_FILTERS: readonly WarpFilter[] = ['nearest', 'bilinear', 'bicubic'];

/** The kinds of maps, in the order of the kernel's numbers for them. */
const METHODS = ['affine', 'perspective', 'quad'] as const;

/** @internal A kind of map; its numbers are described at image_warp in kernels/hone.h. */
export type WarpMethod = (typeof METHODS)[number];

/** @internal A map, and how it is followed. */
export interface Warp {
  readonly method: WarpMethod;
  /** 6 numbers, or 8. */
  readonly map: readonly number[];
  readonly filter: WarpFilter;
  /** A byte for each channel. */
  readonly fill: readonly number[];
}

const DOUBLES_OF_MAP = 8;

/** Mirror images and turns by right angles, but the one that only changes the order of rows. */
type Turned = 'flipLeftRight' | 'rotate90' | 'rotate180' | 'rotate270' | 'transpose' | 'transverse';

/** @internal A mirror image, or a turn by right angles, as an affine map; and whether width and height change places. */
export function turnOf(method: Turned, width: number, height: number): { turned: boolean; map: readonly number[] } {
  const turned = method !== 'flipLeftRight' && method !== 'rotate180';
  const fromRight = method === 'flipLeftRight' || method === 'rotate180' || method === 'rotate90' || method === 'transverse';
  const fromBottom = method === 'rotate180' || method === 'rotate270' || method === 'transverse';
  const [x, y] = [fromRight ? -1 : 1, fromBottom ? -1 : 1];
  const [left, top] = [fromRight ? width : 0, fromBottom ? height : 0];
  return { turned, map: turned ? [0, x, left, y, 0, top] : [x, 0, left, 0, y, top] };
}

/** As Python's `round(x, 15)`. */
const round15 = (x: number) => Number(x.toFixed(15));

/** How {@link rotation} turns. */
interface Turn {
  readonly expand: boolean;
  readonly center: readonly [x: number, y: number] | null;
  readonly translate: readonly [x: number, y: number] | null;
}

/** @internal The map that turns an image counterclockwise by `degrees`, and the size of the image that comes out: those of PIL's `rotate`. */
export function rotation(
  [width, height]: readonly [width: number, height: number],
  degrees: number,
  { expand, center, translate }: Turn,
): { size: [width: number, height: number]; map: number[] } {
  const [cx, cy] = center ?? [width / 2, height / 2];
  const [tx, ty] = translate ?? [0, 0];
  const radians = -degrees * (Math.PI / 180);
  const [a, b] = [round15(Math.cos(radians)), round15(Math.sin(radians))];
  // From a place of the new image to one of the old: [a x + b y + c, -b x + a y + f].
  const c = a * (-cx - tx) + b * (-cy - ty) + cx;
  const f = -b * (-cx - tx) + a * (-cy - ty) + cy;
  if (!expand) return { size: [width, height], map: [a, b, c, -b, a, f] };
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  const span = (values: number[]) => Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
  const wide = span(corners.map(([x, y]) => a * x + b * y + c));
  const high = span(corners.map(([x, y]) => -b * x + a * y + f));
  const [dx, dy] = [-(wide - width) / 2, -(high - height) / 2];
  return { size: [wide, high], map: [a, b, a * dx + b * dy + c, -b, a, -b * dx + a * dy + f] };
}

/** @internal The affine map that draws a rectangle out to an image. */
export function extentMap([left, top, right, bottom]: readonly number[], width: number, height: number): number[] {
  return [(right! - left!) / width, 0, left!, 0, (bottom! - top!) / height, top!];
}

/** @internal The map that draws a quadrilateral, its corners given as top left, bottom left, bottom right and top right, out to an image. */
export function quadMap(corners: readonly number[], width: number, height: number): number[] {
  const [perX, perY] = [1 / width, 1 / height];
  return [0, 1].flatMap((axis) => {
    const [nw, sw, se, ne] = [corners[axis]!, corners[2 + axis]!, corners[4 + axis]!, corners[6 + axis]!];
    return [nw, (ne - nw) * perX, (sw - nw) * perY, (se - sw - ne + nw) * perX * perY];
  });
}

/** @internal The bytes of an image of `width` × `height` pixels, each seen through the map; of two or four channels the last is opacity. */
export function warpPixels(op: string, image: Pixels, width: number, height: number, { method, map, filter, fill }: Warp): Uint8Array {
  const { channels } = image;
  const [code, kernel] = [METHODS.indexOf(method), WARP_FILTERS.indexOf(filter)];
  return onBytes(op, image.data, width * height * channels, (out, src) => {
    const { host } = loadedEngine();
    host.scratch().set(map);
    const [places, ink] = [host.scratchPtr, ptrAt(host.scratchPtr, 8 * DOUBLES_OF_MAP)];
    host.write(ink, Uint8Array.from(fill));
    return kernels.imageWarp(code, kernel, out, src, 1, image.height, image.width, height, width, channels, 0, 1, places, ink);
  });
}
