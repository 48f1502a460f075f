/** What makes a layer lazy: PyTorch's LazyModuleMixin. */
import { assertTensor } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Module } from '../module/module.js';
import { isUninitialized, UninitializedBuffer, UninitializedParameter } from '../module/state/uninitialized.js';

/** What a lazy layer must know of the layer that it becomes. */
export interface Inference<L> {
  /** The field that counts the inputs, 0 until they are known. */
  readonly field: keyof L;
  /** How many inputs a batch has. */
  count(layer: L, x: Tensor): number;
  /** The weight's shape for that many inputs, and the shape of every other tensor. */
  shapes(layer: L, count: number): { readonly weight: Shape; readonly rest: Shape };
  /** How many inputs the tensors have that came from a state dict. */
  stored(layer: L): number;
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript demands it of a class that extends a value
type Constructor<L> = new (...args: any[]) => L;

/** What a lazy layer has beside what the layer has that it becomes. */
export interface LazyModule {
  /** Whether its parameters wait for the first batch. */
  hasUninitializedParams(): boolean;
  /** Gives the parameters the shapes that `x` asks for, and their first values; the first forward does. */
  initializeParameters(x: Tensor): void;
  /** Draws the parameters anew, as PyTorch does when the layer is made; while they wait for the first batch it does nothing. */
  resetParameters(): void;
}

const waits = (layer: Module): boolean => layer.ownTensors().some(({ tensor }) => isUninitialized(tensor));

/** The class that a lazy layer extends: `Layer`, whose parameters wait for the first batch, and which that batch makes a plain `Layer`. */
export function lazily<C extends Constructor<Module & { forward(x: Tensor): Tensor; resetParameters(): void }>>(
  Layer: C,
  { field, count, shapes, stored }: Inference<InstanceType<C>>,
): C & Constructor<LazyModule> {
  class Lazy extends Layer implements LazyModule {
    static readonly lazy: boolean = true;

    // biome-ignore lint/suspicious/noExplicitAny: see Constructor
    constructor(...args: any[]) {
      super(...args);
      for (const { kind, field, tensor } of this.ownTensors()) {
        if (field === 'numBatchesTracked') continue; // a single number, whatever the batch
        this.setField(field, kind === 'parameter' ? new UninitializedParameter(true, tensor.dtype) : new UninitializedBuffer(tensor.dtype));
      }
      this.registerForwardPreHook(beforeFirst);
    }

    hasUninitializedParams(): boolean {
      return waits(this);
    }

    initializeParameters(x: Tensor): void {
      const layer = this as InstanceType<C>;
      if (!waits(this)) {
        if (layer[field] === 0) layer[field] = stored(layer) as never;
        return;
      }
      const n = count(layer, x);
      const { weight, rest } = shapes(layer, n);
      layer[field] = n as never;
      for (const own of this.ownTensors()) if (isUninitialized(own.tensor)) own.tensor.materialize(own.field === 'weight' ? weight : rest);
      this.resetParameters();
    }

    override resetParameters(): void {
      if ((this as InstanceType<C>)[field] !== 0 && !waits(this)) super.resetParameters();
    }
  }

  /** Gives the layer its parameters, and makes it the layer that it stands for. */
  function beforeFirst(layer: Lazy, [x]: unknown[]): void {
    assertTensor(classNameOf(layer), 'input', x);
    layer.initializeParameters(x);
    const hooks = layer.ownHooks()!.before;
    hooks.splice(hooks.indexOf(beforeFirst), 1);
    // A class that extends a lazy layer stays what it is.
    if (Object.getPrototypeOf(layer.constructor) === Lazy) Object.setPrototypeOf(layer, Layer.prototype as object);
  }
  return Lazy;
}
