/** The list of parameters that an optimizer kernel steps through in one call. */
import { check, kernels, loadedEngine } from '../engine/engine.js';
import { OPTIM_STRIDE, type Ptr } from '../engine/kernel-table.gen.js';
import { StateDictError } from '../errors.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { isDense, numel, type Shape } from '../tensor/shape.js';
import { show } from '../tensor/show.js';
import { escapeScope, Storage } from '../tensor/storage.js';
import { emptyTensor, Tensor } from '../tensor/tensor.js';
import { copyValues } from '../tensor/transfer.js';

/** One parameter of a step: up to three tensors of state, the count of steps, and a number more where the kernel wants one. */
export interface StepEntry {
  readonly param: Tensor;
  readonly state: readonly (Tensor | null)[];
  readonly step?: number;
  readonly scalar?: number;
}

/** An uninitialised row-major tensor that outlives every scope: optimizer state. */
export function stateOf(shape: Shape, dtype: DType, strides?: Shape): Tensor {
  const out = new Tensor(new Storage(numel(shape) * dtypes[dtype].bytes), shape, dtype, strides);
  escapeScope(out.storage, null);
  return out;
}

/** {@link stateOf} laid out as `like`: kernels walk both memories side by side. */
export function stateLike(like: Tensor): Tensor {
  return stateOf(like.shape, like.dtype, isDense(like.shape, like.strides) ? like.strides : undefined);
}

/** `state`, filled with one value. */
export function filled(state: Tensor, value: number): Tensor {
  check(kernels.fill(dtypes[state.dtype].code, state.ptr, numel(state.shape), value), 'step');
  return state;
}

/** {@link stateLike}, filled with zeros. */
export function zeroState(like: Tensor): Tensor {
  return filled(stateLike(like), 0);
}

/** Steps one parameter with its value and its gradient in row-major order. */
export function stepRowMajor(param: Tensor, op: string, kernel: (dtype: number, param: Ptr, grad: Ptr) => number): void {
  const copies: Tensor[] = [];
  const rowMajor = (x: Tensor): Tensor => {
    if (x.isContiguous()) return x;
    const copy = emptyTensor(x.shape, x.dtype);
    copyValues(copy, x, op);
    copies.push(copy);
    return copy;
  };
  const target = rowMajor(param);
  check(kernel(dtypes[param.dtype].code, target.ptr, rowMajor(param.ownGrad!).ptr), op);
  if (target !== param) copyValues(param, target, op);
  param.counter.version++;
  for (const copy of copies) copy.storage.free();
}

/** Whether the elements of two tensors of one shape lie in memory in the same order. */
function sameLayout(shape: Shape, a: Shape, b: Shape): boolean {
  if (a === b) return true;
  for (let i = 0; i < shape.length; i++) if (a[i] !== b[i] && shape[i] !== 1) return false;
  return true;
}

/** The list in engine memory, for one param group and dtype. It is written again only when an entry changed. */
export class StepList {
  private values = new Float64Array(0);
  private storage: Storage | null = null;

  /** Steps all parameters: `kernel` gets the dtype's code, the number of entries and the list's address. */
  run(dtype: DType, entries: readonly StepEntry[], op: string, kernel: (dtype: number, count: number, list: Ptr) => number): void {
    // Parameters that are strided views with gaps are stepped in a dense copy.
    const copies: [Tensor, Tensor][] = [];
    const temporary: Tensor[] = [];
    let stale = this.fit(entries.length);
    for (let i = 0; i < entries.length; i++) {
      const { param, state, step = 0, scalar = 0 } = entries[i]!;
      let target = param;
      if (!isDense(param.shape, param.strides)) {
        target = emptyTensor(param.shape, param.dtype);
        copyValues(target, param, op);
        copies.push([param, target]);
      }
      let grad = param.ownGrad!;
      if (!sameLayout(param.shape, target.strides, grad.strides)) {
        const laidOut = stateLike(target);
        copyValues(laidOut, grad, op);
        temporary.push(laidOut);
        grad = laidOut;
      }
      const start = i * OPTIM_STRIDE;
      const put = (k: number, value: number) => {
        if (this.values[start + k] === value) return;
        this.values[start + k] = value;
        stale = true;
      };
      put(0, target.ptr);
      put(1, grad.ptr);
      for (let k = 0; k < 3; k++) {
        const own = state[k] ?? null;
        if (own === null) {
          put(2 + k, 0);
          continue;
        }
        if (!(own instanceof Tensor)) throw new StateDictError(`${op}.step: the state holds ${show(own)} in the place of a Tensor.`);
        let slot = own;
        if (!sameLayout(param.shape, target.strides, own.strides)) {
          // The parameter was given memory of another layout since the state was made.
          slot = stateLike(target);
          copyValues(slot, own, op);
          copies.push([own, slot]);
        }
        put(2 + k, slot.ptr);
      }
      put(5, numel(param.shape));
      put(6, step);
      put(7, scalar);
    }
    const list = this.storage!.address();
    if (stale) loadedEngine().host.write(list, this.values);
    check(kernel(dtypes[dtype].code, entries.length, list), op);
    for (const { param } of entries) param.counter.version++;
    for (const [param, target] of copies) {
      copyValues(param, target, op);
      target.storage.free();
    }
    for (const tensor of temporary) tensor.storage.free();
  }

  /** Makes room for `count` entries; true when the memory is new. */
  private fit(count: number): boolean {
    if (this.storage !== null && this.storage.ptr !== 0 && this.values.length === count * OPTIM_STRIDE) return false;
    this.storage?.free();
    this.values = new Float64Array(count * OPTIM_STRIDE);
    this.storage = new Storage(this.values.byteLength);
    escapeScope(this.storage, null);
    return true;
  }
}
