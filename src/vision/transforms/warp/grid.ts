/** Tensors seen through a grid of places, as torchvision samples them: nearest or bilinear, with a fill outside the image. */
import { gridSample } from '../../../nn/resize/grid-sample.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { lt } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { round } from '../../../ops/elementwise/unary.js';
import { cat, stack } from '../../../ops/join/join.js';
import { to } from '../../../ops/view/copy.js';
import { expand, reshape, transpose } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { linspace, ones, tensor, zeros } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { getDimensions } from '../base/image-like.js';
import { assertInterpolation, type Interpolation } from '../base/interpolation.js';
import { TVTensor } from '../base/tv-tensors.js';
import type { Version } from '../color/values.js';
import { type Fill, fillsFor } from './fill.js';

/** The dtype that places are computed in for an image. */
export const gridDType = (x: Tensor): 'float32' | 'float64' => (x.dtype === 'float64' ? 'float64' : 'float32');

/**
 * A tensor [..., C, H, W], or [H, W], each place of the grid [1, height, width, 2] taken from it; whole numbers are rounded. With fill null, what lies
 * outside is 0, and at the edge is mixed with 0.
 */
export function sampled(op: string, x: Tensor, grid: Tensor, mode: Interpolation, fill: Fill | null, version: Version): Tensor {
  assertInterpolation(op, mode, 'a tensor', ['nearest', 'bilinear']);
  const [channels, height, width] = getDimensions(x);
  const [, high, wide] = grid.shape as [number, number, number, number];
  const shape = [...x.shape.slice(0, -2), high, wide];
  const fills = fill === null ? null : fillsFor(op, fill, channels);
  if (x.numel() === 0 || high === 0 || wide === 0) return zeros(shape, { dtype: x.dtype });
  const float = x.dtype === grid.dtype ? x : to(x, grid.dtype);
  // One grid serves all images of a batch, which lie side by side as channels.
  const planes = x.numel() / (height * width);
  const image = reshape(float, [1, planes, height, width]);
  let out: Tensor;
  if (fills === null) out = gridSample(image, grid, { mode, alignCorners: false });
  else {
    const whole = cat([image, ones([1, 1, height, width], { dtype: grid.dtype })], 1);
    const both = gridSample(whole, grid, { mode, alignCorners: false });
    const mask = narrow(both, 1, planes, 1);
    const seen = reshape(narrow(both, 1, 0, planes), [planes / channels, channels, high, wide]);
    const ink = reshape(tensor([...fills], { dtype: grid.dtype }), [1, fills.length, 1, 1]);
    out = mode === 'nearest' ? where(lt(mask, 0.5), ink, seen) : mixed(seen, mask, ink, isV2(x, version));
  }
  out = reshape(out, shape);
  if (x.dtype === grid.dtype) return out;
  return to(isFloating(x.dtype) || x.dtype === 'bool' ? out : round(out), x.dtype);
}

/** Whether a tensor gets the roundings of v2, which alone knows tensors of `tvTensors`. */
export const isV2 = (x: Tensor, version: Version): boolean => version === 'v2' || x instanceof TVTensor;

/** An image over its ground, in v1's order of operations or v2's. */
const mixed = (seen: Tensor, mask: Tensor, ink: Tensor, v2: boolean): Tensor =>
  v2 ? add(mul(sub(seen, ink), mask), ink) : add(mul(seen, mask), mul(sub(1, mask), ink));

/** The places [P, 3] times the columns [3, 2] of a map; each product is rounded, as torch's bmm does here: that decides between two pixels as near. */
function mapped(all: Tensor, columns: Tensor): Tensor {
  const term = (i: number) => mul(narrow(all, 1, i, 1), narrow(columns, 0, i, 1));
  return add(add(term(0), term(1)), term(2));
}

/** All pairs of x and y with a 1 behind them: [height * width, 3]. */
function places(x: Tensor, y: Tensor): Tensor {
  const [wide, high] = [x.shape[0]!, y.shape[0]!];
  const all = stack([expand(x, [high, wide]), expand(reshape(y, [high, 1]), [high, wide]), ones([high, wide], { dtype: x.dtype })], -1);
  return reshape(all, [high * wide, 3]);
}

/** Steps are computed in float32, as torchvision does. */
const steps = (first: number, last: number, count: number, dtype: 'float32' | 'float64') => to(linspace(first, last, count), dtype);

type Size = readonly [width: number, height: number];

/** The places that an affine map takes those of a new image to: both have (0, 0) in the middle of their image. Gives [1, height, width, 2]. */
export function affineGrid(map: readonly number[], [width, height]: Size, [wide, high]: Size, dtype: 'float32' | 'float64'): Tensor {
  const d = 0.5;
  const base = places(steps(-wide * 0.5 + d, wide * 0.5 + d - 1, wide, dtype), steps(-high * 0.5 + d, high * 0.5 + d - 1, high, dtype));
  const theta = reshape(tensor([...map], { dtype }), [2, 3]);
  const scaled = div(transpose(theta, 0, 1), tensor([0.5 * width, 0.5 * height], { dtype }));
  return reshape(mapped(base, scaled), [1, high, wide, 2]);
}

/** The places that a perspective map takes those of an image of the same size to: [1, height, width, 2]. */
export function perspectiveGrid(coefficients: readonly number[], [width, height]: Size, dtype: 'float32' | 'float64'): Tensor {
  const [a, b, c, d, e, f, g, h] = coefficients as [number, number, number, number, number, number, number, number];
  const base = places(steps(0.5, width - 0.5, width, dtype), steps(0.5, height - 0.5, height, dtype));
  const columns = (rows: number[][]) => transpose(tensor(rows, { dtype }), 0, 1);
  const above = div(
    columns([
      [a, b, c],
      [d, e, f],
    ]),
    tensor([0.5 * width, 0.5 * height], { dtype }),
  );
  const below = columns([
    [g, h, 1],
    [g, h, 1],
  ]);
  return reshape(sub(div(mapped(base, above), mapped(base, below)), 1), [1, height, width, 2]);
}

/** The places of an image themselves: [1, height, width, 2]. */
export function identityGrid([width, height]: Size, dtype: 'float32' | 'float64'): Tensor {
  const along = (size: number) => steps((-size + 1) / size, (size - 1) / size, size, dtype);
  return reshape(narrow(places(along(width), along(height)), 1, 0, 2), [1, height, width, 2]);
}
