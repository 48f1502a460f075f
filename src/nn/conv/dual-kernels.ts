/**
 * The three kernels of two-dim convolution: its output, the gradient of its input, the gradient of its weight.
 *
 * They are three faces of one sum over all products `y[n, o, i] x[n, c, i stride + k dilation - padding] w[o, c, k]`, which is linear in each
 * of x, w and y. Leave y out, and the sum is a convolution; leave out x or w, and it is the gradient of that operand. So each kernel is
 * linear in its two operands, and the rules by which one is transposed lead to the other two:
 *
 *     y = convolve(x, w)        dx = convolveInput(dy, w)    dw = convolveWeight(dy, x)
 *     x = convolveInput(y, w)   dy = convolve(dx, w)         dw = convolveWeight(y, dx)
 *     w = convolveWeight(y, x)  dy = convolve(x, dw)         dx = convolveInput(y, dw)
 *
 * All three are recorded with each other, and can be differentiated any number of times. The geometry is the same in all rules: that of
 * the convolution. The second row is the transposed convolution.
 */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { sum } from '../../ops/reduce/sum.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type Geometry, geometryPtr } from './geometry.js';

/** y = w * x + b; x [n, c, h, w], w [o, c / groups, kh, kw], b [o]. */
export function convolve(x: Tensor, w: Tensor, bias: Tensor | null, g: Geometry): Tensor {
  const [dx, dw, db] = [rowMajor(x, 'conv2d'), rowMajor(w, 'conv2d'), bias && rowMajor(bias, 'conv2d')];
  const out = emptyTensor([g.n, g.o, ...g.outSize], x.dtype);
  check(kernels.conv2d(code(x.dtype), out.ptr, dx.ptr, dw.ptr, db ? db.ptr : 0, geometryPtr(g)), 'conv2d');
  return record('conv2d', out, {
    inputs: { x, w, bias },
    saved: { x, w },
    composed: (dy, { x, w }, needs) => ({
      x: needs.x ? convolveInput(dy, w, g) : null,
      w: needs.w ? convolveWeight(dy, x, g) : null,
      bias: needs.bias ? sum(dy, [0, 2, 3]) : null,
    }),
    // One walk over dy gives the gradients of weight and bias.
    fused: (dy, { x, w }, needs) => {
      const gradX = needs.x ? convolveInput(dy, w, g) : null;
      if (!needs.w) return { x: gradX, w: null, bias: needs.bias ? sum(dy, [0, 2, 3]) : null };
      const [gradW, gradBias] = weightGradients(dy, x, g, needs.bias);
      return { x: gradX, w: gradW, bias: gradBias };
    },
  });
}

/** The gradient of a convolution's input, from that of its output and the weight; which is also the transposed convolution. */
export function convolveInput(y: Tensor, w: Tensor, g: Geometry): Tensor {
  const [dy, dw] = [rowMajor(y, 'conv2d'), rowMajor(w, 'conv2d')];
  const out = emptyTensor([g.n, g.c, ...g.size], y.dtype);
  check(kernels.conv2dBackwardInput(code(y.dtype), out.ptr, dy.ptr, dw.ptr, geometryPtr(g)), 'conv2d');
  return record('conv2d_backward_input', out, {
    inputs: { y, w },
    saved: { y, w },
    composed: (dx, { y, w }, needs) => ({
      y: needs.y ? convolve(dx, w, null, g) : null,
      w: needs.w ? convolveWeight(y, dx, g) : null,
    }),
  });
}

/** The gradient of a convolution's weight, from that of its output and the input. */
function convolveWeight(y: Tensor, x: Tensor, g: Geometry): Tensor {
  const [out] = weightGradients(y, x, g, false);
  return record('conv2d_backward_weight', out, {
    inputs: { y, x },
    saved: { y, x },
    composed: (dw, { y, x }, needs) => ({
      y: needs.y ? convolve(x, dw, null, g) : null,
      x: needs.x ? convolveInput(y, dw, g) : null,
    }),
  });
}

function weightGradients(y: Tensor, x: Tensor, g: Geometry, withBias: boolean): [Tensor, Tensor | null] {
  const [dy, dx] = [rowMajor(y, 'conv2d'), rowMajor(x, 'conv2d')];
  const weight = emptyTensor([g.o, g.c / g.groups, ...g.kernel], y.dtype);
  const bias = withBias ? emptyTensor([g.o], y.dtype) : null;
  check(kernels.conv2dBackwardWeight(code(y.dtype), weight.ptr, bias ? bias.ptr : 0, dx.ptr, dy.ptr, geometryPtr(g)), 'conv2d');
  return [weight, bias];
}
