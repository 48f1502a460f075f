/**
 * Maxima and means of windows. The kernels pool planes: one axis is a plane of one row, and three axes are pooled twice, every slice first
 * and then along the depth. The gradients are recorded operations too, so they can be differentiated again.
 */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { add, div, floorDivide, mul } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ge } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { gather } from '../../ops/gather/gather.js';
import { reshape } from '../../ops/view/movement.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { code, metaPtr, rowMajor, writeMeta } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { type Axes, type Geometry, geometryPtr, planar } from '../conv/geometry.js';

/** The largest value of each window, NaN before all others, and into `indices` its place in the plane, the first of equals. */
function maxPlanes(x: Tensor, indices: Tensor, g: Geometry, ownIndices: boolean): Tensor {
  const source = rowMajor(x, 'maxPool2d');
  const out = emptyTensor(indices.shape, x.dtype);
  if (numel(out.shape) > 0) check(kernels.maxPool2d(code(x.dtype), out.ptr, indices.ptr, source.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d', out, {
    inputs: { x },
    saved: { places: indices },
    own: ownIndices ? ['places'] : [],
    composed: (dy, { places }) => ({ x: toPlaces(dy, places, g) }),
  });
}

/** Zeros in the shape of the image, with each gradient added at its place. */
function toPlaces(grad: Tensor, places: Tensor, g: Geometry): Tensor {
  const source = rowMajor(grad, 'maxPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(places.shape) > 0)
    check(kernels.maxPool2dBackward(code(grad.dtype), out.ptr, source.ptr, places.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d_backward', out, {
    inputs: { grad },
    saved: { places },
    composed: (dx, { places }) => ({ grad: fromPlaces(dx, places, g) }),
  });
}

/** The values of an image at the places of the maxima: the gradient of {@link toPlaces}. */
function fromPlaces(x: Tensor, places: Tensor, g: Geometry): Tensor {
  const source = rowMajor(x, 'maxPool2d');
  const out = emptyTensor(places.shape, x.dtype);
  const planes = g.n * g.c;
  const plane = g.size[0] * g.size[1];
  const [to, from, at] = [out.ptr, source.ptr, places.ptr];
  const rank = writeMeta([planes, g.outSize[0] * g.outSize[1]], [plane, 1]);
  if (numel(places.shape) > 0) check(kernels.gather(dtypes[x.dtype].bytes, to, from, at, rank, 1, plane, metaPtr()), 'maxPool2d');
  return record('maxPool2d_gather', out, {
    inputs: { x },
    saved: { places },
    composed: (dy, { places }) => ({ x: toPlaces(dy, places, g) }),
  });
}

/** The sum of each window over its size, counted with its padding or without; or over `divisor` where that is not 0. */
function averagePlanes(x: Tensor, g: Geometry, countPad: boolean, divisor: number): Tensor {
  const source = rowMajor(x, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.outSize], x.dtype);
  if (numel(out.shape) > 0)
    check(kernels.avgPool2d(code(x.dtype), out.ptr, source.ptr, geometryPtr(g), countPad ? 1 : 0, divisor), 'avgPool2d');
  return record('avgPool2d', out, { inputs: { x }, composed: (dy) => ({ x: spreadMeans(dy, g, countPad, divisor) }) });
}

/** Each gradient shared out over its window: the gradient of {@link averagePlanes}, as that is its own. */
function spreadMeans(grad: Tensor, g: Geometry, countPad: boolean, divisor: number): Tensor {
  const source = rowMajor(grad, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(grad.shape) > 0)
    check(kernels.avgPool2dBackward(code(grad.dtype), out.ptr, source.ptr, geometryPtr(g), countPad ? 1 : 0, divisor), 'avgPool2d');
  return record('avgPool2d_backward', out, { inputs: { grad }, composed: (dx) => ({ grad: averagePlanes(dx, g, countPad, divisor) }) });
}

/** The maxima of the windows, and where they stood `withPlaces`, else null; in row-major order, the shape is the caller's to give. */
export function maxOf(x: Tensor, axes: Axes, withPlaces: boolean): [Tensor, Tensor | null] {
  const one = (input: Tensor, g: Geometry): [Tensor, Tensor | null] => {
    const indices = emptyTensor([g.n, g.c, ...g.outSize], 'int64');
    const values = maxPlanes(reshape(input, [g.n, g.c, ...g.size]), indices, g, !withPlaces);
    return [values, withPlaces ? indices : null];
  };
  if (axes.size.length < 3) return one(x, planar(axes));
  const [slices, depth] = inTwo(axes);
  const [inSlices, places] = one(x, slices);
  const [values, best] = one(inSlices, depth);
  return [values, withPlaces ? placesInVolume(places!, best!, slices, depth) : null];
}

/** The means of the windows; in row-major order, the shape is the caller's to give. */
export function averageOf(x: Tensor, axes: Axes, countPad: boolean, divisor: number): Tensor {
  const one = (input: Tensor, g: Geometry, by: number) => averagePlanes(reshape(input, [g.n, g.c, ...g.size]), g, countPad, by);
  if (axes.size.length < 3) return one(x, planar(axes), divisor);
  // What a window divides by is a product over the axes.
  const [slices, depth] = inTwo(axes);
  if (divisor === 0) return one(one(x, slices, 0), depth, 0);
  return div(one(one(x, slices, 1), depth, 1), divisor);
}

/** Where the maxima stood in the volume: the slice from `best`, the place in it from `places`. */
function placesInVolume(places: Tensor, best: Tensor, slices: Geometry, depth: Geometry): Tensor {
  const { n, c } = depth;
  const [deep, windows] = depth.size;
  const at = reshape(best, [n, c, depth.outSize[0], windows]);
  const slice = floorDivide(at, windows);
  const known = gather(
    reshape(places, [n, c, deep * windows]),
    2,
    clamp(reshape(best, [n, c, depth.outSize[0] * windows]), 0, deep * windows - 1),
  );
  // A window that lies behind the last slice altogether names the first place that it would see, as torch does.
  const first = (d: 0 | 1, i: number) => {
    const start = i * slices.stride[d] - slices.padding[d];
    return start >= 0 ? start : start + Math.ceil(-start / slices.dilation[d]) * slices.dilation[d];
  };
  const width = slices.outSize[1];
  const corners = BigInt64Array.from({ length: windows }, (_, i) =>
    BigInt(first(0, Math.floor(i / width)) * slices.size[1] + first(1, i % width)),
  );
  const inSlice = where(ge(slice, deep), fromTypedArray(corners), reshape(known, at.shape));
  return add(mul(slice, slices.size[0] * slices.size[1]), inSlice);
}

/** Pooling of volumes as that of every slice, and then that along the depth, of planes [depth, places in a slice]. */
function inTwo(axes: Axes): [slices: Geometry, depth: Geometry] {
  const slices = planar(axes);
  const [places, first] = [slices.outSize[0] * slices.outSize[1], (values: readonly number[]) => values[0]!];
  const depth: Geometry = {
    ...slices,
    size: [first(axes.size), places],
    kernel: [first(axes.kernel), 1],
    outSize: [first(axes.outSize), places],
    stride: [first(axes.stride), 1],
    padding: [first(axes.padding), 0],
    dilation: [first(axes.dilation), 1],
  };
  const channels = axes.c * depth.size[0];
  return [{ ...slices, c: channels, o: channels }, depth];
}
