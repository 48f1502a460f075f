/** Activations that write over their input. */
import { isGradEnabled, noGrad } from '../../autograd/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { UnaryOp, type UnaryOpName } from '../../engine/kernel-table.gen.js';
import { checkInPlace, inPlace } from '../../ops/elementwise/inplace.js';
import { clone } from '../../ops/view/copy.js';
import { isFloating } from '../../tensor/dtype.js';
import { code, copyInto } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';

export interface Overwriting {
  /** The function, out of place. */
  readonly compute: (x: Tensor) => Tensor;
  /** The gradient from the result alone: then nothing else is kept. Without it, in recording, a copy of the input is. */
  readonly fromResult?: ((g: Tensor, y: Tensor) => Tensor) | undefined;
  /** The kernel that computes it, with its parameters: it then writes without a temporary tensor. */
  readonly kernel?: readonly [op: UnaryOpName, p0?: number, p1?: number];
}

/** Makes `x` hold the activation's result. */
export function overwrite(op: string, x: Tensor, { compute, fromResult, kernel }: Overwriting): Tensor {
  checkInPlace(op, x, []);
  const recorded = isGradEnabled() && x.requiresGrad;
  if (!isFloating(x.dtype) || (recorded && (fromResult === undefined || x.viewBase !== null)))
    return inPlace(op, x, [], () => compute(recorded ? clone(x) : x));
  // The result's history begins where the old value's ended.
  const before = aliasTensor(x, x.shape, x.strides, x.offset);
  before.ownGradFn = recorded ? x.gradFn : null;
  before.outputIndex = x.outputIndex;
  if (kernel && x.isContiguous())
    check(kernels.unary(UnaryOp[kernel[0]], code(x.dtype), x.ptr, x.ptr, numel(x.shape), kernel[1] ?? 0, kernel[2] ?? 0), op);
  else
    copyInto(
      x,
      noGrad(() => compute(x)),
      op,
    );
  x.counter.version++;
  return recorded ? record(op, x, [before], [x], (g, [y]) => [fromResult!(g, y!)]) : x;
}
