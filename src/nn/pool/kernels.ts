/** Pooling over the planes of [n, c, h, w]. The gradients are recorded operations too, so they can be differentiated again. */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { dtypes } from '../../tensor/dtype.js';
import { code, metaPtr, rowMajor, writeMeta } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type Geometry, geometryPtr } from '../conv/geometry.js';

/** The largest value of each window, NaN before all others, and into `indices` its place in the plane, the first of equals. */
export function maxPlanes(x: Tensor, indices: Tensor, g: Geometry, ownIndices: boolean): Tensor {
  const source = rowMajor(x, 'maxPool2d');
  const out = emptyTensor(indices.shape, x.dtype);
  if (numel(out.shape) > 0) check(kernels.maxPool2d(code(x.dtype), out.ptr, indices.ptr, source.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d', out, [x], [indices], (grad, [places]) => [toPlaces(grad, places!, g)], { own: ownIndices ? 1 : 0 });
}

/** Zeros in the shape of the image, with each gradient added at its place. */
function toPlaces(grad: Tensor, places: Tensor, g: Geometry): Tensor {
  const source = rowMajor(grad, 'maxPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(places.shape) > 0)
    check(kernels.maxPool2dBackward(code(grad.dtype), out.ptr, source.ptr, places.ptr, geometryPtr(g)), 'maxPool2d');
  return record('maxPool2d_backward', out, [grad], [places], (gg, [places]) => [fromPlaces(gg, places!, g)]);
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
  return record('maxPool2d_gather', out, [x], [places], (gg, [places]) => [toPlaces(gg, places!, g)]);
}

/** The sum of each window over its size, counted with its padding or without; or over `divisor` where that is not 0. */
export function averagePlanes(x: Tensor, g: Geometry, countPad: boolean, divisor: number): Tensor {
  const source = rowMajor(x, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.outSize], x.dtype);
  if (numel(out.shape) > 0)
    check(kernels.avgPool2d(code(x.dtype), out.ptr, source.ptr, geometryPtr(g), countPad ? 1 : 0, divisor), 'avgPool2d');
  return record('avgPool2d', out, [x], [], (grad) => [spreadMeans(grad, g, countPad, divisor)]);
}

/** Each gradient shared out over its window: the gradient of {@link averagePlanes}, as that is its own. */
function spreadMeans(grad: Tensor, g: Geometry, countPad: boolean, divisor: number): Tensor {
  const source = rowMajor(grad, 'avgPool2d');
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  if (numel(grad.shape) > 0)
    check(kernels.avgPool2dBackward(code(grad.dtype), out.ptr, source.ptr, geometryPtr(g), countPad ? 1 : 0, divisor), 'avgPool2d');
  return record('avgPool2d_backward', out, [grad], [], (gg) => [averagePlanes(gg, g, countPad, divisor)]);
}
