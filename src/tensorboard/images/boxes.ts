/** Boxes drawn into images, with labels. */
import { ShapeError } from '../../errors.js';
import { numbersOf } from '../summaries/values.js';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './letters.js';
import type { Pixels } from './pixels.js';

const RED = [255, 0, 0, 255];
const BLACK = [0, 0, 0, 255];

/** The image with a red frame, two pixels wide, for each box [left, top, right, bottom]; labels stand at the lower left. */
export function withBoxes(op: string, image: Pixels, boxes: unknown, labels: readonly string[] | null): Pixels {
  const { data: edges, shape } = numbersOf(op, 'boxTensor', boxes);
  if (shape.length !== 2 || shape[1] !== 4)
    throw new ShapeError(`${op}: boxTensor has shape [${shape.join(', ')}], expected [boxes, 4]: left, top, right and bottom of each.`);
  const out: Pixels = { ...image, data: image.data.slice() };
  for (let i = 0; i < shape[0]!; i++) {
    const [left, top, right, bottom] = Array.from(edges.subarray(4 * i, 4 * i + 4), Math.trunc) as [number, number, number, number];
    const corners = [
      [left, top],
      [left, bottom],
      [right, bottom],
      [right, top],
      [left, top],
    ] as const;
    for (let k = 0; k < 4; k++) line(out, corners[k]!, corners[k + 1]!);
    const label = labels?.[i];
    if (label !== undefined && label !== '') write(out, label, left, bottom);
  }
  return out;
}

type Point = readonly [x: number, y: number];

/** A line of two pixels as PIL draws it: its second row lies below one to the right and above one to the left, its second column right and left. */
function line(image: Pixels, [x0, y0]: Point, [x1, y1]: Point): void {
  fill(image, x0, y0, x1 + Math.sign(y1 - y0), y1 + Math.sign(x1 - x0), RED);
}

/** From one corner to the other, both included, in any order; what lies outside is left out. */
function fill({ width, height, channels, data }: Pixels, x0: number, y0: number, x1: number, y1: number, ink: readonly number[]): void {
  const [left, right] = [Math.max(0, Math.min(x0, x1)), Math.min(width - 1, Math.max(x0, x1))];
  const [top, bottom] = [Math.max(0, Math.min(y0, y1)), Math.min(height - 1, Math.max(y0, y1))];
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = ink[c]!;
}

function write(image: Pixels, label: string, left: number, bottom: number): void {
  const letters = [...label];
  const top = bottom - GLYPH_HEIGHT - 2;
  fill(image, left, top, left + letters.length * (GLYPH_WIDTH + 1) + 1, bottom, RED);
  letters.forEach((letter, i) => {
    const columns = glyphOf(letter);
    for (let x = 0; x < GLYPH_WIDTH; x++)
      for (let y = 0; y < GLYPH_HEIGHT; y++) {
        if (((columns[x]! >> y) & 1) === 0) continue;
        const at = [left + 1 + i * (GLYPH_WIDTH + 1) + x, top + 1 + y] as const;
        fill(image, ...at, ...at, BLACK);
      }
  });
}
