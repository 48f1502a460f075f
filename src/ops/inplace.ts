/**
 * In-place operations. With recording on, an in-place operation is its out-of-place form, written over the target's memory, after which
 * the target carries the result's history; where nothing is recorded, kernels write into the target directly.
 */
import { isGradEnabled, isInferenceModeEnabled, noGrad } from '../autograd/mode.js';
import { anyRequiresGrad, edgeOf, Node } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { type BinaryOpName, UnaryOp, type UnaryOpName } from '../engine/kernel-table.gen.js';
import { DTypeError, GradError, ShapeError, showShape } from '../errors.js';
import { dtypes, isFloating } from '../tensor/dtype.js';
import { isScalar, type Scalar } from '../tensor/scalar.js';
import { broadcastShapes, isDense, numel, sameShape } from '../tensor/shape.js';
import { aliasTensor, Tensor } from '../tensor/tensor.js';
import { add, alphaFor, sub } from './arithmetic.js';
import { clone, contiguous, fillRaw } from './copy.js';
import { binaryInto, type Operand } from './elementwise.js';
import { code, copyInto } from './kernel-call.js';
import { asStrided, expand, permute } from './movement.js';

/** @internal Throws when changing `x` in place would destroy a leaf that collects gradients. */
export function checkLeaf(op: string, x: Tensor): void {
  if (!isGradEnabled()) return;
  if (x.leafRequiresGrad)
    throw new GradError(
      `${op}: a leaf that requires gradients cannot be changed in place while recording. Wrap the change in noGrad(() => …), or detach() first.`,
    );
  if (x.viewBase?.leafRequiresGrad)
    throw new GradError(
      `${op}: a view of a leaf that requires gradients cannot be changed in place while recording. Wrap the change in noGrad(() => …).`,
    );
}

/** Makes `x` hold `result` (same shape), history included. */
function assign(op: string, x: Tensor, result: Tensor): Tensor {
  if (!sameShape(result.shape, x.shape))
    throw new ShapeError(
      `${op}: the result has shape ${showShape(result.shape)}, but ${showShape(x.shape)} is changed in place. An in-place operation cannot grow its target.`,
    );
  if (dtypes[result.dtype].category > dtypes[x.dtype].category) {
    throw new DTypeError(
      `${op}: the result is ${result.dtype} and cannot be stored in place in a ${x.dtype} tensor. Use the out-of-place form, or convert the target with to('${result.dtype}').`,
    );
  }
  // As PyTorch does, what the gradient needs of the old values is kept apart.
  if (result.storage !== x.storage) (result.gradFn as Node | null)?.preserve(x.storage, (saved) => noGrad(() => clone(saved)));
  copyInto(x, result, op);
  x.storage.version++;
  if (isGradEnabled() && (anyRequiresGrad([result]) || anyRequiresGrad([x]))) rebaseHistory(op, x, result);
  return x;
}

function rebaseHistory(op: string, x: Tensor, result: Tensor): void {
  const base = x.viewBase;
  if (base === null) {
    const node = new Node(op, [x], [result], (g) => [g], false, 0);
    node.save([]);
    x.ownGradFn = node;
    x.outputIndex = 0;
    return;
  }
  // The base is its old self with the view's place overwritten: its gradient there goes to the result, elsewhere to the old base.
  const geometry = [x.shape, x.strides, x.offset - base.offset] as const;
  const order = memoryOrder(base);
  const node = new Node(
    `${op} on a view`,
    [base],
    [base, result],
    (g, _saved, needs) => {
      const whole = laidOut(g, order);
      const place = (t: Tensor) => asStrided(t, geometry[0], geometry[1], t.offset + geometry[2]);
      let rest: Tensor | null = null;
      if (needs(0)) {
        rest = clone(whole);
        fillRaw(aliasTensor(rest, geometry[0], geometry[1], geometry[2]), 0);
      }
      return [rest, needs(1) ? clone(place(whole)) : null];
    },
    false,
    0,
  );
  node.save([]);
  base.ownGradFn = node;
  base.outputIndex = 0;
  base.viewVersion = base.storage.version;
  x.viewVersion = -1; // its gradient function is made anew from the base when it is asked for
}

/** The dims of a tensor that fills its memory, from the largest stride to the smallest. */
function memoryOrder(x: Tensor): number[] {
  if (!isDense(x.shape, x.strides)) {
    throw new GradError(
      `backward: an in-place change of a view of a tensor with strides ${showShape(x.strides)} (shape ${showShape(x.shape)}) cannot be differentiated. Make the tensor contiguous() first.`,
    );
  }
  return x.shape.map((_, d) => d).sort((a, b) => Number(x.shape[a] === 1) - Number(x.shape[b] === 1) || x.strides[b]! - x.strides[a]!);
}

/** `g` with its dims in memory in a given order, so that the strides of a view of the tensor whose order that is hold for it. */
function laidOut(g: Tensor, order: readonly number[]): Tensor {
  const inverse = order.map((_, d) => order.indexOf(d));
  return permute(contiguous(permute(g, order)), inverse);
}

/** Runs an in-place operation: `direct` writes over `x` without history and returns whether it could; `compute` is the out-of-place form. */
export function inPlace(op: string, x: Tensor, inputs: readonly Tensor[], compute: () => Tensor, direct?: () => boolean): Tensor {
  checkLeaf(op, x);
  const recorded = isGradEnabled() && (x.requiresGrad || anyRequiresGrad(inputs));
  if (!recorded && direct?.()) {
    x.storage.version++;
    if (isInferenceModeEnabled()) x.isInference = true;
    return x;
  }
  return assign(op, x, compute());
}

/** x = op(x, b) in place. */
export function binaryInPlace(name: string, op: BinaryOpName, x: Tensor, b: Operand, compute: () => Tensor, alpha = 0): Tensor {
  return inPlace(name, x, b instanceof Tensor ? [b] : [], compute, () => binaryInto(op, x, b, alpha, name));
}

/** x = op(x) in place. */
export function unaryInPlace(name: string, op: UnaryOpName, x: Tensor, compute: () => Tensor, p0 = 0, p1 = 0): Tensor {
  return inPlace(name, x, [], compute, () => {
    if (!x.isContiguous() || !isFloating(x.dtype)) return false;
    check(kernels.unary(UnaryOp[op], code(x.dtype), x.ptr, x.ptr, numel(x.shape), p0, p1), name);
    return true;
  });
}

/** Copies `source` into `x`, broadcasting and casting. Gradient: flows to `source`. */
export function copy_(x: Tensor, source: Tensor): Tensor {
  checkLeaf('copy_', x);
  if (!sameShape(broadcastShapes(x.shape, source.shape, 'copy_'), x.shape)) {
    throw new ShapeError(`copy_: source ${showShape(source.shape)} does not broadcast to ${showShape(x.shape)}.`);
  }
  const wide = sameShape(source.shape, x.shape) ? source : expand(source, x.shape);
  copyInto(x, source.storage === x.storage ? clone(wide) : wide, 'copy_');
  x.storage.version++;
  if (isGradEnabled() && (source.requiresGrad || edgeOf(x) !== null)) rebaseHistory('copy_', x, wide);
  return x;
}

/**
 * Sets every element to a number, or to the value of a 0-dim tensor, to which the gradient flows.
 * @throws {DTypeError} for a number that the dtype does not hold. @throws {ShapeError} for a tensor with dims.
 */
export function fill_(x: Tensor, value: Scalar | Tensor): Tensor {
  checkLeaf('fill_', x);
  if (value instanceof Tensor) {
    if (value.ndim > 0)
      throw new ShapeError(`fill_: value has shape ${showShape(value.shape)}, expected a number or a 0-dim tensor. Use copy_ for others.`);
    return copy_(x, value);
  }
  fillRaw(x, value);
  x.storage.version++;
  if (isGradEnabled() && x.requiresGrad) {
    rebaseHistory('fill_', x, aliasTensor(x, x.shape, x.strides, x.offset));
  }
  return x;
}

/** Sets every element to 0. */
export function zero_(x: Tensor): Tensor {
  return fill_(x, 0);
}

/** x += alpha * b in place; `minus`: x -= alpha * b. */
export function addInPlace(x: Tensor, b: Operand, alpha: Scalar, name: string, minus = false): Tensor {
  const compute = () => (minus ? sub : add)(x, b, { alpha });
  if (alpha === 1) return binaryInPlace(name, minus ? 'sub' : 'add', x, b, compute);
  if (isScalar(b) || b.dtype !== x.dtype) return inPlace(name, x, b instanceof Tensor ? [b] : [], compute);
  const factor = alphaFor(name, alpha, x.dtype);
  if (factor === 0 || typeof factor === 'bigint') return inPlace(name, x, [b], compute);
  return binaryInPlace(name, 'add_scaled', x, b, compute, minus ? -factor : factor);
}

/** target += b, unrecorded and uncounted: backward's own sums. */
export function addIntoRaw(target: Tensor, b: Tensor): void {
  if (!binaryInto('add', target, b, 0, 'backward'))
    copyInto(
      target,
      noGrad(() => add(target, b)),
      'backward',
    );
}
