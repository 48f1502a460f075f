/** The kernel of layer, RMS and group norm, to which their inputs are rows that are normalised one by one. */
import { type Grads, type Needs, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { rsqrt, square } from '../../ops/elementwise/unary.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { reshape } from '../../ops/view/movement.js';
import { code, ptrOrNull, rowMajor, rowMajorOrNull } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';

/** x is [rows, channels, span] to the kernel, the channels of `groups` rows in a run having weights of their own. */
export interface Rows {
  /** The function, for errors and as the name of what is recorded. */
  readonly op: string;
  readonly rows: number;
  readonly groups: number;
  readonly channels: number;
  readonly span: number;
  /** Whether the mean is subtracted. */
  readonly centered: boolean;
  readonly eps: number;
}

/** What is normalised, and the weight and bias that come after, [groups * channels] each. */
interface Operands {
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** What the gradients are computed from; center and invstd are [rows], float64. */
interface Saved {
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly center: Tensor;
  readonly invstd: Tensor;
}

/** y = (x - mean) / sqrt(var + eps) * weight + bias; without the mean where `centered` is false. */
export function rowNorm(x: Tensor, weight: Tensor | null, bias: Tensor | null, r: Rows): Tensor {
  if (numel(x.shape) === 0) return affine(x, weight, bias, r);
  const { op, rows, groups, channels, span, centered, eps } = r;
  const [source, w, b] = [rowMajor(x, op), rowMajorOrNull(weight, op), rowMajorOrNull(bias, op)];
  const out = emptyTensor(x.shape, x.dtype);
  const center = emptyTensor([rows], 'float64');
  const invstd = emptyTensor([rows], 'float64');
  check(
    kernels.rowNorm(
      code(x.dtype),
      out.ptr,
      center.ptr,
      invstd.ptr,
      source.ptr,
      ptrOrNull(w),
      ptrOrNull(b),
      rows,
      groups,
      channels,
      span,
      +centered,
      eps,
    ),
    op,
  );
  return record(op, out, {
    inputs: { x, weight, bias },
    saved: { x, weight, center, invstd },
    own: ['center', 'invstd'],
    composed: (dy, saved, needs) => composedGrads(dy, saved, needs, r),
    fused: (dy, saved, needs) => fusedGrads(dy, saved, needs, r),
  });
}

/** Without elements there is nothing to normalise; weight and bias still get their (zero) gradients. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null, r: Rows): Tensor {
  const items = r.groups * r.channels === 0 ? 0 : numel(x.shape) / (r.groups * r.channels * Math.max(r.span, 1));
  const wide = reshape(x, [items, r.groups * r.channels, r.span]);
  const column = (t: Tensor) => reshape(t, [r.groups * r.channels, 1]);
  const scaled = weight ? mul(wide, column(weight)) : mul(wide, 1);
  return reshape(bias ? add(scaled, column(bias)) : scaled, x.shape);
}

function fusedGrads(dy: Tensor, { x, weight, center, invstd }: Saved, needs: Needs<Operands>, r: Rows): Grads<Operands> {
  const { op, rows, groups, channels, span } = r;
  const dx = needs.x ? emptyTensor(x.shape, x.dtype) : null;
  const dWeight = needs.weight ? emptyTensor([groups * channels], x.dtype) : null;
  const dBias = needs.bias ? emptyTensor([groups * channels], x.dtype) : null;
  const [grad, source, w] = [rowMajor(dy, op), rowMajor(x, op), rowMajorOrNull(weight, op)];
  check(
    kernels.rowNormBackward(
      code(x.dtype),
      ptrOrNull(dx),
      ptrOrNull(dWeight),
      ptrOrNull(dBias),
      grad.ptr,
      source.ptr,
      ptrOrNull(w),
      center.ptr,
      invstd.ptr,
      rows,
      groups,
      channels,
      span,
      +r.centered,
    ),
    op,
  );
  return { x: dx, weight: dWeight, bias: dBias };
}

/** The gradients in operations that are recorded, the statistics computed again from x. */
function composedGrads(dy: Tensor, { x, weight }: Saved, needs: Needs<Operands>, r: Rows): Grads<Operands> {
  const { groups, channels, span } = r;
  // [items, groups, channels, span]: a row is the last two dims.
  const split = (t: Tensor) => reshape(t, [-1, groups, channels, span]);
  const rowMean = (t: Tensor) => mean(t, [2, 3], true);
  const wide = split(x);
  const once = r.centered ? sub(wide, rowMean(wide)) : wide;
  // The mean of what is left: what a large mean lost in rounding.
  const centered = r.centered ? sub(once, rowMean(once)) : once;
  const scale = rsqrt(add(rowMean(square(centered)), r.eps));
  const normal = mul(centered, scale);
  const g = split(dy);
  const h = weight ? mul(g, reshape(weight, [groups, channels, 1])) : g;
  // dx = invstd (h - mean(h) - normal mean(h normal)), h = dy weight; without mean(h) where no mean was subtracted
  const dx = () => mul(sub(r.centered ? sub(h, rowMean(h)) : h, mul(normal, rowMean(mul(h, normal)))), scale);
  return {
    x: needs.x ? reshape(dx(), x.shape) : null,
    weight: needs.weight ? reshape(sum(mul(g, normal), [0, 3]), [-1]) : null,
    bias: needs.bias ? reshape(sum(g, [0, 3]), [-1]) : null,
  };
}
