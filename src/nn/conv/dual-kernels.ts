/**
 * The three kernels of two-dim convolution (output, gradient of the input, gradient of the weight). Each is linear in both of its
 * operands, and each one's gradients are the other two: so all three are recorded operations, differentiable any number of times.
 */
import { isGradEnabled } from '../../autograd/mode.js';
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
  return record('conv2d', out, bias ? [x, w, bias] : [x, w], [x, w], (grad, [x, w], needs) => {
    const gradInput = needs(0) ? convolveInput(grad, w!, g) : null;
    if (needs(1) && needs(2) && !isGradEnabled()) return [gradInput, ...weightGradients(grad, x!, g, true)];
    return [gradInput, needs(1) ? convolveWeight(grad, x!, g) : null, needs(2) ? sum(grad, [0, 2, 3]) : null];
  });
}

/** The gradient of a convolution's input, from that of its output and the weight; which is also the transposed convolution. */
export function convolveInput(grad: Tensor, w: Tensor, g: Geometry): Tensor {
  const [dg, dw] = [rowMajor(grad, 'conv2d'), rowMajor(w, 'conv2d')];
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  check(kernels.conv2dBackwardInput(code(grad.dtype), out.ptr, dg.ptr, dw.ptr, geometryPtr(g)), 'conv2d');
  return record('conv2d_backward_input', out, [grad, w], [grad, w], (gg, [grad, w], needs) => [
    needs(0) ? convolve(gg, w!, null, g) : null,
    needs(1) ? convolveWeight(grad!, gg, g) : null,
  ]);
}

/** The gradient of a convolution's weight, from that of its output and the input. */
function convolveWeight(grad: Tensor, x: Tensor, g: Geometry): Tensor {
  const [out] = weightGradients(grad, x, g, false);
  return record('conv2d_backward_weight', out, [grad, x], [grad, x], (gg, [grad, x], needs) => [
    needs(0) ? convolve(x!, gg, null, g) : null,
    needs(1) ? convolveInput(grad!, gg, g) : null,
  ]);
}

function weightGradients(grad: Tensor, x: Tensor, g: Geometry, withBias: boolean): [Tensor, Tensor | null] {
  const [dg, dx] = [rowMajor(grad, 'conv2d'), rowMajor(x, 'conv2d')];
  const weight = emptyTensor([g.o, g.c / g.groups, ...g.kernel], grad.dtype);
  const bias = withBias ? emptyTensor([g.o], grad.dtype) : null;
  check(kernels.conv2dBackwardWeight(code(grad.dtype), weight.ptr, bias ? bias.ptr : 0, dx.ptr, dg.ptr, geometryPtr(g)), 'conv2d');
  return [weight, bias];
}
