/** The list of parameters that an optimizer kernel steps through in one call. */
import { check, loadedEngine } from '../../engine/engine.js';
import { OPTIM_STRIDE, type Ptr } from '../../engine/kernel-table.gen.js';
import { StateDictError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { copyInto, rowMajor } from '../../tensor/raw.js';
import { isDense, numel, type Shape } from '../../tensor/shape.js';
import { escapeScope, Storage } from '../../tensor/storage.js';
import { emptyTensor, Tensor } from '../../tensor/tensor.js';
import { code, type DType } from '../../tensor/values/dtype.js';
import { stateLike } from './state.js';

/** The numbers that a kernel takes for each parameter: as a rule the count of steps, and one more where it wants it. */
export interface StepNumbers {
  step: number;
  scalar: number;
}

/** One parameter of a step, with up to three tensors of state. */
export interface StepEntry extends Readonly<StepNumbers> {
  readonly param: Tensor;
  readonly state: readonly (Tensor | null)[];
}

/** A kernel that steps through a list: it gets the dtype's code, the number of entries and the list's address. */
export type StepKernel = (dtype: number, count: number, list: Ptr) => number;

/** Steps one parameter, whose value and gradient the kernel gets in row-major order. */
export function stepRowMajor(param: Tensor, op: string, kernel: (dtype: number, param: Ptr, grad: Ptr) => number): void {
  const value = rowMajor(param, op);
  const grad = rowMajor(param.ownGrad!, op);
  check(kernel(code(param.dtype), value.ptr, grad.ptr), op);
  param.counter.version++;
  if (grad !== param.ownGrad) grad.storage.free();
  if (value === param) return;
  copyInto(param, value, op);
  value.storage.free();
}

/** Whether the elements of two tensors of one shape lie in memory in the same order. */
function sameLayout(shape: Shape, a: Shape, b: Shape): boolean {
  if (a === b) return true;
  for (let i = 0; i < shape.length; i++) if (a[i] !== b[i] && shape[i] !== 1) return false;
  return true;
}

/** The lists of an optimizer's groups, one for each dtype in them. */
export class StepLists<Group extends { readonly params: readonly Tensor[] }> {
  readonly #lists = new WeakMap<Group, Map<DType, StepList>>();

  /** Steps the parameters of a group that have gradients, with one call of the kernel for each dtype. */
  run(group: Group, op: string, kernel: StepKernel, entryOf: (param: Tensor) => StepEntry): void {
    for (const [dtype, entries] of byDtype(group.params, entryOf)) this.#list(group, dtype).run(dtype, entries, op, kernel);
  }

  #list(group: Group, dtype: DType): StepList {
    let lists = this.#lists.get(group);
    if (lists === undefined) this.#lists.set(group, (lists = new Map()));
    let list = lists.get(dtype);
    if (list === undefined) lists.set(dtype, (list = new StepList()));
    return list;
  }
}

/** Entries for the parameters that have gradients, by dtype. */
function byDtype(params: readonly Tensor[], entryOf: (param: Tensor) => StepEntry): [DType, StepEntry[]][] {
  const out: [DType, StepEntry[]][] = [];
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!;
    if (param.ownGrad === null) continue;
    let k = 0; // there are two floating dtypes
    while (k < out.length && out[k]![0] !== param.dtype) k++;
    if (k === out.length) out.push([param.dtype, []]);
    out[k]![1].push(entryOf(param));
  }
  return out;
}

/** The list in engine memory, for one param group and dtype. It is written again only when an entry changed. */
class StepList {
  private values = new Float64Array(0);
  private storage: Storage | null = null;

  /** Steps all parameters. */
  run(dtype: DType, entries: readonly StepEntry[], op: string, kernel: StepKernel): void {
    // Parameters that are strided views with gaps are stepped in a dense copy.
    const copies: [Tensor, Tensor][] = [];
    const temporary: Tensor[] = [];
    let stale = this.fit(entries.length);
    for (let i = 0; i < entries.length; i++) {
      const { param, state, step, scalar } = entries[i]!;
      let target = param;
      if (!isDense(param.shape, param.strides)) {
        target = emptyTensor(param.shape, param.dtype);
        copyInto(target, param, op);
        copies.push([param, target]);
      }
      let grad = param.ownGrad!;
      if (!sameLayout(param.shape, target.strides, grad.strides)) {
        const aligned = stateLike(target);
        copyInto(aligned, grad, op);
        temporary.push(aligned);
        grad = aligned;
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
          copyInto(slot, own, op);
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
    check(kernel(code(dtype), entries.length, list), op);
    for (const { param } of entries) param.counter.version++;
    for (const [param, target] of copies) {
      copyInto(param, target, op);
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
