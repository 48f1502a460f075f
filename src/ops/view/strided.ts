/**
 * Gradients between a view and its base by where their elements stand in memory, for views whose own gradient function no longer holds:
 * the base, or another view of it, was changed in place. Linear maps, recorded, so that they can be differentiated again.
 */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { BinaryOp } from '../../engine/kernel-table.gen.js';
import { int64Of } from '../../tensor/create/create.js';
import { code, copyInto, rowMajor } from '../../tensor/raw.js';
import { extent, isDense, mayOverlap, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { filled, fillRaw, rowMajorCopy } from './copy.js';

/** A view beside its base: `offset` counts from the first element of the base. */
export interface Geometry {
  readonly base: { readonly shape: Shape; readonly strides: Shape };
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

/** Where `view` stands in the memory of `base`. */
export function geometryOf(base: Tensor, view: Pick<Tensor, 'shape' | 'strides' | 'offset'>): Geometry {
  const { shape, strides } = view;
  return { base: { shape: base.shape, strides: base.strides }, shape, strides, offset: view.offset - base.offset };
}

interface Block {
  readonly whole: Tensor;
  readonly base: Tensor;
  readonly view: Tensor;
}

/** Memory for the base and the view together, filled with zeros, seen as either. */
function blockOf({ base, shape, strides, offset }: Geometry, dtype: DType): Block {
  const start = Math.min(0, offset);
  const end = Math.max(extent(base.shape, base.strides), offset + extent(shape, strides));
  const whole = filled([end - start], dtype, 0);
  return {
    whole,
    base: aliasTensor(whole, base.shape, base.strides, -start),
    view: aliasTensor(whole, shape, strides, offset - start),
  };
}

/** The places of a tensor's elements in its memory, in row-major order. */
function places({ shape, strides, offset }: Tensor): Tensor {
  let list = [offset];
  shape.forEach((size, d) => {
    const steps = Array.from({ length: size }, (_, i) => i * strides[d]!);
    list = list.flatMap((place) => steps.map((step) => place + step));
  });
  return int64Of(list);
}

/** Writes `g` into zeros where `target`, a part of `whole`, stands; elements that share a place add up. */
function addUp(whole: Tensor, target: Tensor, g: Tensor): void {
  if (numel(g.shape) === 0) return;
  if (!mayOverlap(target.shape, target.strides)) {
    copyInto(target, g, 'asStrided');
    return;
  }
  const [at, from] = [places(target), rowMajor(g)];
  check(kernels.indexAdd(code(g.dtype), whole.ptr, at.ptr, from.ptr, 1, numel(whole.shape), 1, numel(g.shape)), 'asStrided');
}

/** Divides what stands in the place of the base by how many of its elements share each place: each gets its part, as in PyTorch. */
function shared(x: Tensor, geometry: Geometry): Tensor {
  const { shape, strides } = geometry.base;
  if (!mayOverlap(shape, strides)) return x;
  const counts = blockOf(geometry, x.dtype);
  addUp(counts.whole, counts.base, filled(shape, x.dtype, 1));
  const [out, divisor] = [rowMajorCopy(x), rowMajor(counts.base)];
  check(kernels.binary(BinaryOp.div, code(x.dtype), out.ptr, out.ptr, divisor.ptr, numel(out.shape), 0, 0), 'asStrided');
  return out;
}

/** The gradient of the base from that of the view. */
export function addStrided(g: Tensor, geometry: Geometry): Tensor {
  const { whole, base, view } = blockOf(geometry, g.dtype);
  addUp(whole, view, g);
  return record('as_strided_backward', shared(base, geometry), [g], [], (gg) => [readStrided(gg, geometry)]);
}

/** What the view is of a tensor in the place of the base: a row-major copy. */
export function readStrided(x: Tensor, geometry: Geometry): Tensor {
  const { base, offset, shape, strides } = geometry;
  let source: Tensor;
  if (
    sameShape(x.strides, base.strides) &&
    offset >= 0 &&
    offset + extent(shape, strides) <= extent(base.shape, base.strides) &&
    isDense(base.shape, base.strides)
  ) {
    source = aliasTensor(x, shape, strides, x.offset + offset);
  } else {
    const block = blockOf(geometry, x.dtype);
    addUp(block.whole, block.base, shared(x, geometry));
    source = block.view;
  }
  return record('as_strided', rowMajorCopy(source), [x], [], (g) => [addStrided(g, geometry)]);
}

/** A tensor in the place of the base, with zeros where the view stands. */
export function clearStrided(x: Tensor, geometry: Geometry): Tensor {
  const { base, view } = blockOf(geometry, x.dtype);
  copyInto(base, x, 'asStrided');
  fillRaw(view, 0);
  return record('as_strided_clear', base, [x], [], (g) => [clearStrided(g, geometry)]);
}
