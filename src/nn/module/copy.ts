/** Deep copies of what modules hold: what copy.deepcopy gives in PyTorch. */
import { noGrad } from '../../autograd/modes/mode.js';
import { GradError, showShape } from '../../errors.js';
import { clone } from '../../ops/view/copy.js';
import { escapeScope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { Buffer, Parameter } from './state/parameter.js';
import { UninitializedBuffer, UninitializedParameter } from './state/uninitialized.js';

/** The method with which an object copies itself. */
export const COPY: unique symbol = Symbol('copy');

/** Copies by original: what is held twice is copied once. */
export type Copies = Map<object, unknown>;

/** A copy of `value` that shares nothing with it, but for functions and the objects of unknown classes. */
export function deepCopy<T>(value: T, copies: Copies): T;
export function deepCopy(value: unknown, copies: Copies): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  const note = <C extends object>(copy: C): C => {
    copies.set(value, copy);
    return copy;
  };
  if (value instanceof Tensor) return note(copyTensor(value));
  if (COPY in value) return (value[COPY] as (copies: Copies) => object)(copies);
  if (Array.isArray(value)) {
    const copy = note<unknown[]>([]);
    for (const entry of value) copy.push(deepCopy(entry, copies));
    return copy;
  }
  if (value instanceof Map) {
    const copy = note(new Map());
    for (const [key, entry] of value) copy.set(deepCopy(key, copies), deepCopy(entry, copies));
    return copy;
  }
  if (value instanceof Set) {
    const copy = note(new Set());
    for (const entry of value) copy.add(deepCopy(entry, copies));
    return copy;
  }
  if (ArrayBuffer.isView(value)) return note(structuredClone(value));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy = note<Record<string, unknown>>({});
  for (const [key, entry] of Object.entries(value))
    Object.defineProperty(copy, key, { value: deepCopy(entry, copies), writable: true, enumerable: true, configurable: true });
  return copy;
}

/** A leaf of equal values. As in PyTorch, parameters come without their gradients. */
function copyTensor(x: Tensor): Tensor {
  if (x.gradFn !== null)
    throw new GradError(
      `clone: the module holds a tensor ${showShape(x.shape)} that an operation (${x.gradFn.name}) made, expected leaves. Detach it first.`,
    );
  if (x instanceof UninitializedParameter) return new UninitializedParameter(x.requiresGrad, x.dtype);
  if (x instanceof UninitializedBuffer) return new UninitializedBuffer(x.dtype, x.persistent);
  const data = noGrad(() => clone(x));
  escapeScope(data.storage, null); // it belongs to the module
  if (x instanceof Parameter) return new Parameter(data, x.requiresGrad);
  if (x instanceof Buffer) return new Buffer(data, x.persistent);
  return data.requiresGrad_(x.requiresGrad);
}
