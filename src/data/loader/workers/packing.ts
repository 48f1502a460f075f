/** Values on their way between threads: tensors as the buffers of their numbers, which move without being copied. */
import { ArgumentError } from '../../../errors.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { DType, TypedArray } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import type { NumberDType, NumberRule } from '../../number-rule.js';

interface PackedTensor {
  readonly kind: 'tensor';
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: TypedArray;
  readonly requiresGrad: boolean;
  /** Where it was made of numbers: their place in the samples. */
  readonly numbersAt?: string;
}

/** A value that structured clone copies. */
export type Packed =
  | PackedTensor
  | { readonly kind: 'list'; readonly items: readonly Packed[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, Packed])[] }
  | { readonly kind: 'value'; readonly value: unknown };

/**
 * A value, packed.
 * @param moved takes the buffers that may be handed over. @param rule tells which tensors of the batch were made of numbers.
 * @throws {ArgumentError} for a tensor that is part of a graph.
 */
export function pack(value: unknown, moved: ArrayBuffer[], rule?: NumberRule, place = ''): Packed {
  if (value instanceof Tensor) {
    if (value.requiresGrad && !value.isLeaf)
      throw new ArgumentError('DataLoader: a tensor that gradients flow through cannot leave its worker. Call detach() on it.');
    const values = toTypedArray(value) as TypedArray;
    moved.push(values.buffer as ArrayBuffer);
    const { dtype, shape, requiresGrad } = value;
    const packed: PackedTensor = { kind: 'tensor', dtype, shape: [...shape], values, requiresGrad };
    return rule?.decision(place) ? { ...packed, numbersAt: place } : packed;
  }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item, i) => pack(item, moved, rule, `${place}[${i}]`)) };
  if (isRecord(value)) {
    const at = (key: string) => (place === '' ? key : `${place}.${key}`);
    return { kind: 'record', entries: Object.entries(value).map(([key, part]) => [key, pack(part, moved, rule, at(key))] as const) };
  }
  return { kind: 'value', value };
}

/** What {@link pack} packed. @param rule decides the dtype of what was made of numbers, for all workers alike. */
export function unpack(packed: Packed, rule?: NumberRule): unknown {
  switch (packed.kind) {
    case 'tensor': {
      const { dtype, numbersAt, requiresGrad } = packed;
      const x = fromTypedArray(packed.values, packed.shape, dtype === 'bool' ? { dtype } : {});
      if (numbersAt !== undefined && rule) {
        const odd = dtype === 'float32' ? (packed.values as Float32Array).find((n) => !Number.isSafeInteger(n)) : undefined;
        const settled = rule.settle(numbersAt, dtype as NumberDType, odd);
        return settled === dtype ? x : x.to(settled);
      }
      return requiresGrad ? x.requiresGrad_() : x;
    }
    case 'list':
      return packed.items.map((item) => unpack(item, rule));
    case 'record':
      return Object.fromEntries(packed.entries.map(([key, part]) => [key, unpack(part, rule)]));
    case 'value':
      return packed.value;
  }
}

/** Frees the tensors of a batch that has been packed. */
export function disposeAll(value: unknown): void {
  if (value instanceof Tensor) value.dispose();
  else if (Array.isArray(value)) for (const item of value) disposeAll(item);
  else if (isRecord(value)) for (const part of Object.values(value)) disposeAll(part);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
