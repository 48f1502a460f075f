/**
 * The Tensor record: a shaped, strided view of a block of engine memory, and the slots in which autograd keeps its notes. Operations are
 * functions in `ops/`; the methods that users call are installed there (`ops/methods/methods.ts`).
 */

import type { Ptr } from '../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, GradError, OutOfMemoryError, ShapeError, showShape } from '../errors.js';
import {
  contiguousStrides,
  type FrozenShape,
  frozenShape,
  isContiguous,
  MAX_RANK,
  normalizeDim,
  numel,
  type Shape,
  sameShape,
} from './shape.js';
import { escapeScope, type Scope, Storage } from './storage.js';
import { type DType, elementBytes, isFloating } from './values/dtype.js';

/** What made a tensor, for backward; `autograd/node.ts` implements it. */
export interface GradFn {
  readonly name: string;
  /** PyTorch's name where it is another: `Stack`, or whole, `SumBackward1`. */
  readonly label?: string | undefined;
}

/** How autograd finds the gradient function of a view whose base was changed in place; set by autograd. */
export const viewGradFn: { regenerate: (view: Tensor) => GradFn | null } = { regenerate: (view) => view.ownGradFn };

/** Counts the in-place changes that the tape must know of. Views share the counter of their base. */
export interface VersionCounter {
  version: number;
}

/** Where a view was made. Only a `plain` one may be changed in place while recording. */
export type ViewOrigin = 'plain' | 'several' | 'noGrad' | 'inference';

/** A shaped, strided view of a block of memory of one dtype, and its place in autograd's graph. */
export class Tensor {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Tensor';
  /** Sizes, outermost first. */
  readonly shape: Shape;
  /** Elements to step for one more along each dim. */
  readonly strides: Shape;
  /** Elements from the start of the storage to the first one. */
  readonly offset: number;
  /** The type of its elements. */
  readonly dtype: DType;
  /** The memory that it lies in, which views share. */
  readonly storage: Storage;

  /** @internal True for a leaf that collects gradients. */
  leafRequiresGrad = false;
  /** @internal The node that made this tensor, and which of its outputs it is. */
  ownGradFn: GradFn | null = null;
  /** @internal */
  outputIndex = 0;
  /** @internal The tensor that this one is a differentiable view of. */
  viewBase: Tensor | null = null;
  /** @internal The version for which `ownGradFn` of a view holds. */
  viewVersion = 0;
  /** @internal How a view was made: `several` as one of several results of an operation. */
  viewOrigin: ViewOrigin = 'plain';
  /** @internal The storage counts changes, except for `data`, whose changes are not recorded. */
  counter: VersionCounter;
  /** @internal The node that collects this leaf's gradients. */
  accumulator: GradFn | null = null;
  /** @internal The gradient, and whether user code may hold it. */
  ownGrad: Tensor | null = null;
  /** @internal */
  gradExposed = false;
  /** @internal Made in inference mode. */
  isInference = false;

  /**
   * A shaped, strided view of a block of memory of one dtype, and its place in autograd's graph.
   * @internal Programs make tensors with `tensor`, `zeros` and their kin. Whoever calls this: a tensor never reaches beyond its storage,
   *   so that a kernel may walk it as its shape and strides say.
   */
  constructor(storage: Storage, shape: Shape, dtype: DType, strides?: Shape, offset = 0) {
    if (dtype === undefined)
      throw new ArgumentError('Tensor: it is made by functions. Write tensor([1, 2]), zeros([2, 3]) or another of them.');
    const sizes = frozenShape(shape);
    this.storage = storage;
    this.counter = storage;
    this.shape = sizes.list;
    this.dtype = dtype;
    this.offset = offset;
    if (strides === undefined) {
      this.strides = sizes.contiguous ??= frozenShape(contiguousStrides(sizes.list)).list;
      const end = sizes.count === 0 ? 0 : offset + sizes.count;
      if (sizes.valid && Number.isSafeInteger(offset) && offset >= 0 && end * elementBytes(dtype) <= storage.bytes) return;
    } else {
      const steps = frozenShape(strides);
      this.strides = steps.list;
      if (sizes.valid && steps.whole && steps.list.length === sizes.list.length && reachesWithin(this, sizes)) return;
    }
    throw outside(this);
  }

  /** @internal Takes over how a view of the same memory lies: for `transpose_` and its kin. */
  takeGeometry(view: Tensor): void {
    const { shape, strides, offset } = view;
    Object.assign(this as { shape: Shape; strides: Shape; offset: number }, { shape, strides, offset });
  }

  /** How many dims. */
  get ndim(): number {
    return this.shape.length;
  }

  /** The shape, or the size of one dim. @throws {IndexError} for a dim that is not there. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : (this.shape[normalizeDim(dim, this.ndim, 'size')] ?? 1);
  }

  /** How many elements. */
  numel(): number {
    return numel(this.shape);
  }

  /** The strides, or one of them, in elements. */
  stride(): Shape;
  stride(dim: number): number;
  stride(dim?: number): Shape | number {
    return dim === undefined ? this.strides : this.strides[normalizeDim(dim, this.ndim, 'stride')]!;
  }

  /** Whether the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }

  /** Whether its elements are float32 or float64. */
  isFloatingPoint(): boolean {
    return isFloating(this.dtype);
  }

  /** Where tensors live: always `cpu`, the only device. Its type and index: `device(x.device)`. */
  get device(): string {
    return 'cpu';
  }

  /** Whether it is on the CPU: true. */
  get isCpu(): boolean {
    return true;
  }

  /** Whether it is on a GPU: false. */
  get isCuda(): boolean {
    return false;
  }

  /** True for tensors that no recorded operation made. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** The operation that made this tensor, if it was recorded: PyTorch's `grad_fn`. */
  get gradFn(): GradFn | null {
    return this.viewBase !== null && this.viewVersion !== this.counter.version ? viewGradFn.regenerate(this) : this.ownGradFn;
  }

  /** Whether gradients flow to or through this tensor: of a view, also whether they do so for its base. Settable on leaves. */
  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.ownGradFn !== null || this.viewBase?.requiresGrad === true;
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /**
   * Sets whether a leaf collects gradients, and returns the tensor.
   * @param value default true.
   * @throws {GradError} on a tensor that an operation made. @throws {DTypeError} for integers and bools. @throws {ArgumentError} for what is not a boolean.
   */
  requiresGrad_(value = true): this {
    if (typeof value !== 'boolean')
      throw new ArgumentError(`requiresGrad_: got ${typeof value === 'object' ? 'an object' : String(value)}, expected true or false.`);
    if (this.ownGradFn !== null) {
      if (value) return this;
      throw new GradError(
        'requiresGrad_: only leaf tensors can stop requiring gradients; this one was made by an operation. Use detach().',
      );
    }
    if (value && !isFloating(this.dtype))
      throw new DTypeError(
        `requiresGrad_: only float32 and float64 tensors can have gradients, this one is ${this.dtype}. Use x.to('float32').`,
      );
    this.leafRequiresGrad = value;
    return this;
  }

  /** The collected gradient of a leaf (or of a tensor with `retainGrad()`); null before `backward`. */
  get grad(): Tensor | null {
    if (this.ownGrad !== null) this.gradExposed = true;
    return this.ownGrad;
  }

  set grad(value: Tensor | null) {
    if (value !== null && !(value instanceof Tensor))
      throw new ArgumentError(`grad: got ${typeof value}, expected a Tensor, or null for none. Make one with tensor(…).`);
    if (value !== null && (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)) {
      throw new ShapeError(
        `grad: got ${value.dtype} ${showShape(value.shape)}, expected the tensor's own ${this.dtype} ${showShape(this.shape)}`,
      );
    }
    this.ownGrad = value;
    this.gradExposed = value !== null;
  }

  /**
   * A tensor on the same memory outside the tape, PyTorch's `data`: a change of it in place is recorded nowhere and allowed on leaves, as in
   * `m.weight.data.normal_(0, 0.02)`. Assigning gives this tensor the memory, shape and dtype of another one, and leaves its gradient function alone.
   * Such changes are not recorded: a backward pass that needs the old values takes the new ones. `detach()` shares the count of changes.
   * @throws {ArgumentError} for a non-tensor. @throws {DTypeError} for integers where gradients are collected.
   */
  get data(): Tensor {
    const out = aliasTensor(this, this.shape, this.strides, this.offset);
    out.counter = { version: 0 };
    return out;
  }

  set data(value: Tensor) {
    if (!(value instanceof Tensor))
      throw new ArgumentError(`data: got ${value === null ? 'null' : typeof value}, expected a Tensor. Make one with tensor(…).`);
    if (this.leafRequiresGrad && !isFloating(value.dtype))
      throw new DTypeError(`data: a tensor that requires gradients is float32 or float64, got ${value.dtype}. Use to('float32').`);
    numel(this.shape); // of a parameter that still waits for its shape this is a named error
    if (this.dtype !== value.dtype) this.accumulator = null;
    this.viewBase = null;
    replaceData(this, value, this.storage.scope);
  }

  /** The number of in-place changes that this tensor and its views have seen. */
  get version(): number {
    return this.counter.version;
  }

  /** @internal The address of the first element. */
  get ptr(): Ptr {
    return (this.storage.address() + this.offset * elementBytes(this.dtype)) as Ptr;
  }

  /** Gives the memory back now, for this tensor and every view of it. Nobody has to call it. */
  dispose(): void {
    this.storage.free();
  }

  get [Symbol.toStringTag](): string {
    return 'Tensor';
  }
}

if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(Tensor.prototype, Symbol.dispose, { value: Tensor.prototype.dispose, configurable: true });
}

/** Whether the first and the last place that the strides lead to lie in the storage. */
function reachesWithin({ strides, offset, dtype, storage }: Tensor, { list, count }: FrozenShape): boolean {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(offset)) return false;
  if (count === 0) return offset >= 0;
  let first = offset;
  let last = offset;
  for (let i = 0; i < list.length; i++) {
    const way = (list[i]! - 1) * strides[i]!;
    if (way < 0) first += way;
    else last += way;
  }
  return first >= 0 && (last + 1) * elementBytes(dtype) <= storage.bytes;
}

/** The error of a tensor that cannot be: no shape, or more than its storage holds. */
function outside({ shape, strides, offset, storage }: Tensor): ShapeError {
  const whole = (list: Shape) => list.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (shape.length > MAX_RANK) return new ShapeError(`a tensor has at most ${MAX_RANK} dims, got ${shape.length}.`);
  if (!whole(shape) || !Number.isSafeInteger(numel(shape)))
    return new ShapeError(`shape ${showShape(shape)} cannot be: sizes are whole numbers of at least 0, and their product is one, too.`);
  return new ShapeError(
    `a tensor of shape ${showShape(shape)}, strides ${showShape(strides)} and offset ${offset} reaches beyond its storage of ${storage.bytes} bytes.`,
  );
}

/** A new, uninitialised, contiguous tensor. */
export function emptyTensor(shape: Shape, dtype: DType): Tensor {
  const sizes = frozenShape(shape);
  return new Tensor(new Storage(bytesOf(sizes, dtype)), sizes.list, dtype);
}

/** How much memory a shape takes. @throws {ShapeError} for invalid sizes. @throws {OutOfMemoryError} for more than can be. */
function bytesOf({ list, valid, count }: FrozenShape, dtype: DType): number {
  const bytes = count * elementBytes(dtype);
  if (valid && Number.isSafeInteger(bytes)) return bytes;
  if (list.length > MAX_RANK) throw new ShapeError(`a tensor has at most ${MAX_RANK} dims, got ${list.length}.`);
  for (const size of list)
    if (!Number.isInteger(size) || size < 0)
      throw new ShapeError(`shape ${showShape(list)} has the size ${String(size)}. Sizes are whole numbers of at least 0.`);
  throw new OutOfMemoryError(`a tensor of shape ${showShape(list)} has ${count} elements, more than any memory holds. Use smaller sizes.`);
}

/** A tensor on the same memory, without autograd's notes. */
export function aliasTensor(x: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  const out = new Tensor(x.storage, shape, x.dtype, strides, offset);
  out.counter = x.counter;
  return out;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * @internal Gives `x` other memory and another dtype, keeping its identity: optimizers and hooks that hold it see the change. The memory
 * moves to `scope`, by default to none: it outlives every scope, as the module that owns it does.
 */
export function replaceData(x: Tensor, data: Tensor, scope: Scope | null = null): void {
  if (scope === null) escapeScope(data.storage, null);
  const target = x as Mutable<Pick<Tensor, 'storage' | 'shape' | 'strides' | 'offset' | 'dtype'>>;
  target.storage = data.storage;
  x.counter = data.storage;
  target.shape = data.shape;
  target.strides = data.strides;
  target.offset = data.offset;
  target.dtype = data.dtype;
}
