/**
 * In-place operations. With recording on, an in-place operation is its out-of-place form, written over the target's memory, after which
 * the target carries the result's history; where nothing is recorded, kernels write into the target directly.
 */
import { isGradEnabled, isInferenceModeEnabled, noGrad } from '../../autograd/modes/mode.js';
import { anyRequiresGrad, Node, setGradFn } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { type BinaryOpName, UnaryOp, type UnaryOpName } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, GradError, ShapeError, showShape } from '../../errors.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { code, copyInto } from '../../tensor/raw.js';
import { broadcastShapes, isDense, numel, sameShape } from '../../tensor/shape.js';
import { aliasTensor, Tensor, viewGradFn } from '../../tensor/tensor.js';
import { dtypes, isFloating } from '../../tensor/values/dtype.js';
import { isScalar, type Scalar } from '../../tensor/values/scalar.js';
import { clone, filled, fillRaw, rawCopy } from '../view/copy.js';
import { CURES, expand, ORIGINS, stridedNode } from '../view/movement.js';
import { clearStrided, geometryOf, readStrided } from '../view/strided.js';
import { add, alphaFor, sub } from './binary.js';
import { binaryInto, type Operand } from './table.js';

/**
 * What may share memory with the target of a change in place, as in PyTorch. `own`: the target may not hold one element twice, nor overlap
 * an input unless both are the same elements; `none`: not even that; `repeated`: as `none`, but holding an element twice is only warned of;
 * `any`: nothing is checked, since the order of writes does not matter.
 */
export type Overlap = 'own' | 'none' | 'repeated' | 'any';

/**
 * @internal Throws when changing `x` in place would destroy a leaf that collects gradients, or a view whose history would be unclear, or
 * when elements share memory that may not.
 */
export function checkInPlace(op: string, x: Tensor, inputs: readonly Tensor[], overlap: Overlap = 'own'): void {
  if (isGradEnabled() && (x.requiresGrad || anyRequiresGrad(inputs))) checkHistory(op, x);
  if (x.isInference && !isInferenceModeEnabled())
    throw new GradError(`${op}: a tensor made in inferenceMode() cannot be changed in place outside it. Clone it first.`);
  if (overlap === 'any') return;
  for (let d = 0; d < x.strides.length; d++) {
    if (x.strides[d] !== 0 || x.shape[d]! <= 1 || numel(x.shape) === 0) continue;
    const repeated = `${op}: the target, of shape ${showShape(x.shape)} and strides ${showShape(x.strides)}, holds one element of memory several times, as expand() makes it. Clone it before changing it in place.`;
    if (overlap !== 'repeated') throw new ArgumentError(repeated);
    warnOnce(repeated);
    break;
  }
  for (const input of inputs) {
    if (input.storage === x.storage && overlaps(x, input, overlap === 'own'))
      throw new ArgumentError(
        `${op}: the target ${showShape(x.shape)} and an input ${showShape(input.shape)} share a part of their memory, so that the change would change what is read. Clone the input first.`,
      );
  }
}

function checkHistory(op: string, x: Tensor): void {
  if (x.viewBase !== null) {
    if (x.viewOrigin !== 'plain')
      throw new GradError(`${op}: a view that ${ORIGINS[x.viewOrigin]} cannot be changed in place while recording: ${CURES[x.viewOrigin]}`);
    if (x.requiresGrad && x.viewBase.ownGradFn === null)
      throw new GradError(
        `${op}: a view of a leaf that requires gradients cannot be changed in place while recording. Wrap the change in noGrad(() => …).`,
      );
  }
  if (x.requiresGrad && x.ownGradFn === null)
    throw new GradError(
      `${op}: a leaf that requires gradients cannot be changed in place while recording. Wrap the change in noGrad(() => …), or detach() first.`,
    );
}

/** PyTorch's rule: whether two tensors of one storage certainly share elements; where they have gaps it does not look closer. */
function overlaps(x: Tensor, y: Tensor, exceptSame: boolean): boolean {
  if (x === y) return !exceptSame;
  const [count, other] = [numel(x.shape), numel(y.shape)];
  if (count === 0 || other === 0 || !isDense(x.shape, x.strides) || !isDense(y.shape, y.strides)) return false;
  if (x.offset === y.offset && sameShape(x.shape, y.shape) && x.shape.every((size, d) => size === 1 || x.strides[d] === y.strides[d]))
    return !exceptSame;
  return x.offset < y.offset + other && y.offset < x.offset + count;
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
  const recorded = isGradEnabled() && (x.requiresGrad || result.requiresGrad);
  const settle = recorded ? newHistory(op, x, result) : null;
  copyInto(x, result, op);
  x.counter.version++;
  settle?.();
  if (recorded && result.dtype === x.dtype) (result.gradFn as Node | null)?.overwritten(result, x);
  return x;
}

/**
 * The history that `x` gets when it becomes `result`, to be set once it has: edges lead to what operands were before the change.
 * `overwrites`: the result does not come from the old value, whose gradient is then zero; it is there all the same, as in PyTorch.
 */
function newHistory(op: string, x: Tensor, result: Tensor, overwrites = false): () => void {
  const base = x.viewBase;
  if (base === null) {
    const none = ({ shape, dtype }: Tensor) => filled(shape, dtype, 0);
    const node = overwrites
      ? new Node(op, [x], [x, result], (g, _saved, needs) => [needs(0) ? none(g) : null, needs(1) ? g : null])
      : new Node(op, [x], [result], (g) => [g]);
    node.save([]);
    return () => setGradFn(x, node);
  }
  // The base is its old self with the view's place overwritten: its gradient there goes to the result, elsewhere to the old base.
  const geometry = geometryOf(base, x);
  const node = new Node(`${op} on a view`, [base], [base, result], (g, _saved, needs) => [
    needs(0) ? clearStrided(g, geometry) : null,
    needs(1) ? readStrided(g, geometry) : null,
  ]);
  node.save([]);
  node.once = true;
  return () => {
    setGradFn(base, node);
    viewGradFn.regenerate(x);
  };
}

/**
 * Computes the new value of a view with a gradient that goes straight to its base. As in PyTorch, hooks on the views between, and on the
 * view itself before the change, do not see it.
 */
function pastHooks<T>(x: Tensor, compute: () => T): T {
  if (x.viewBase === null || x.gradFn === null) return compute();
  const { ownGradFn, outputIndex } = x;
  x.ownGradFn = stridedNode(x);
  x.outputIndex = 0;
  try {
    return compute();
  } finally {
    x.ownGradFn = ownGradFn;
    x.outputIndex = outputIndex;
  }
}

/** Runs an in-place operation: `direct` writes over `x` without history and returns whether it could; `compute` is the out-of-place form. */
export function inPlace(
  op: string,
  x: Tensor,
  inputs: readonly Tensor[],
  compute: () => Tensor,
  direct?: () => boolean,
  overlap: Overlap = 'own',
): Tensor {
  checkInPlace(op, x, inputs, overlap);
  const recorded = isGradEnabled() && (x.requiresGrad || anyRequiresGrad(inputs));
  if (!recorded && direct?.()) {
    x.counter.version++;
    return x;
  }
  return assign(op, x, recorded ? pastHooks(x, compute) : compute());
}

/** x = op(x, b) in place. */
export function binaryInPlace(name: string, op: BinaryOpName, x: Tensor, b: Operand, compute: () => Tensor, alpha = 0): Tensor {
  if (!isScalar(b)) assertTensor(name, 'other', b);
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

/**
 * Copies `source` into `x`, broadcasting and casting. Gradient: flows to `source`.
 * @throws {ShapeError} for a source that does not broadcast. @throws {ArgumentError} where the two share a part of their memory.
 */
export function copy_(x: Tensor, source: Tensor): Tensor {
  assertTensor('copy_', 'x', x);
  assertTensor('copy_', 'source', source);
  checkInPlace('copy_', x, [source], samePlaces(x, source) ? 'any' : 'own');
  if (!sameShape(broadcastShapes(x.shape, source.shape, 'copy_'), x.shape)) {
    throw new ShapeError(`copy_: source ${showShape(source.shape)} does not broadcast to ${showShape(x.shape)}.`);
  }
  const recorded = isGradEnabled() && (x.requiresGrad || source.requiresGrad);
  const wide = sameShape(source.shape, x.shape) ? source : expand(source, x.shape);
  const settle = recorded ? newHistory('copy_', x, wide, true) : null;
  copyInto(x, source.storage === x.storage ? rawCopy(wide) : wide, 'copy_');
  x.counter.version++;
  settle?.();
  return x;
}

/** Whether two tensors are the same elements of one storage. */
function samePlaces(x: Tensor, y: Tensor): boolean {
  return (
    x.storage === y.storage &&
    x.offset === y.offset &&
    x.dtype === y.dtype &&
    sameShape(x.shape, y.shape) &&
    sameShape(x.strides, y.strides)
  );
}

/**
 * Sets every element to a number, or to the value of a 0-dim tensor, to which the gradient flows.
 * @throws {DTypeError} for a number that the dtype does not hold. @throws {ShapeError} for a tensor with dims.
 */
export function fill_(x: Tensor, value: Scalar | Tensor): Tensor {
  if (value instanceof Tensor) {
    if (value.ndim > 0)
      throw new ShapeError(`fill_: value has shape ${showShape(value.shape)}, expected a number or a 0-dim tensor. Use copy_ for others.`);
    return copy_(x, value);
  }
  checkInPlace('fill_', x, [], 'any');
  const recorded = isGradEnabled() && x.requiresGrad;
  const settle = recorded ? newHistory('fill_', x, aliasTensor(x, x.shape, x.strides, x.offset), true) : null;
  fillRaw(x, value);
  x.counter.version++;
  settle?.();
  return x;
}

/** Sets every element to 0. */
export function zero_(x: Tensor): Tensor {
  return fill_(x, 0);
}

/** x += alpha * b in place; `minus`: x -= alpha * b. */
export function addInPlace(x: Tensor, b: Operand, alpha: Scalar, name: string, minus = false): Tensor {
  if (!isScalar(b)) assertTensor(name, 'the operand', b);
  const compute = () => (minus ? sub : add)(x, b, { alpha });
  if (alpha === 1) return binaryInPlace(name, minus ? 'sub' : 'add', x, b, compute);
  if (isScalar(b) || b.dtype !== x.dtype) return inPlace(name, x, b instanceof Tensor ? [b] : [], compute);
  const factor = alphaFor(name, minus && typeof alpha !== 'boolean' ? -alpha : alpha, x.dtype);
  if (factor === 0 || typeof factor === 'bigint') return inPlace(name, x, [b], compute);
  return binaryInPlace(name, 'add_scaled', x, b, compute, factor);
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
