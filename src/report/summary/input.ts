/** What a model is summarised on: tensors of given sizes, or given data. */

import { ArgumentError, DTypeError, HoneError, showShape } from '../../errors.js';
import { registerModuleForwardPreHook } from '../../nn/module/calls/hooks.js';
import type { Module } from '../../nn/module/module.js';
import { to } from '../../ops/view/copy.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { rand } from '../../tensor/create/random.js';
import { Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType, isFloating } from '../../tensor/values/dtype.js';

/** A size, as `[64, 1, 28, 28]`, or for several inputs a list of sizes. */
export type InputSize = readonly number[] | readonly (readonly number[])[];

/** Sizes in the structure of the data that has them. */
export type DataSizes = readonly number[] | readonly DataSizes[] | { readonly [key: string]: DataSizes } | null;

export interface Inputs {
  /** The arguments of forward. */
  readonly args: readonly unknown[];
  readonly sizes: DataSizes;
  /** Bytes of all tensors. */
  readonly bytes: number;
}

/** What PyTorch's storage object takes beside its data, which torchinfo counts. */
const STORAGE_OBJECT = 64;

/** Sizes of one or several inputs, checked. */
export function inputSizes(given: unknown): number[][] {
  const wrong = (why: string): never => {
    throw new ArgumentError(`summary: inputSize ${why}. Give a size, as [64, 1, 28, 28], or for several inputs a list of sizes.`);
  };
  if (given instanceof Tensor) wrong('is a Tensor; its shape goes there, or the tensor itself into { inputData: x }');
  if (!Array.isArray(given)) return wrong(`is ${show(given)}`);
  if (given.length === 0) wrong('is empty');
  const sizes: unknown[] = Array.isArray(given[0]) ? given : [given];
  return sizes.map((size) => {
    if (!Array.isArray(size) || size.length === 0 || !size.every((n) => Number.isInteger(n) && n > 0))
      return wrong(`has ${Array.isArray(size) ? showShape(size) : String(size)}, expected whole numbers above 0`);
    return size as number[];
  });
}

/** Random tensors of these sizes; numbers below 1, so integers are 0. With `batchDim`, a batch of one is put there. */
export function inputsOfSizes(model: Module, sizes: number[][], dtypes: unknown, batchDim: number | null): Inputs {
  const args = sizes.map((size, i) => {
    const x = to(rand(size), dtypeOf(model, sizes.length, dtypes, i));
    if (batchDim === null) return x;
    if (batchDim < -size.length - 1 || batchDim > size.length)
      throw new ArgumentError(`summary: batchDim ${batchDim} does not fit an input of ${size.length} dims, ${showShape(size)}.`);
    return unsqueeze(x, batchDim);
  });
  return { args, sizes, bytes: bytesOf(args) };
}

function dtypeOf(model: Module, count: number, dtypes: unknown, i: number): DType {
  if (dtypes === null) return model.parameters().find((p) => isFloating(p.dtype))?.dtype ?? 'float32';
  if (!Array.isArray(dtypes) || dtypes.length !== count)
    throw new DTypeError(`summary: dtypes is ${JSON.stringify(dtypes)}, expected one for each of ${count} inputs, as ['int64'].`);
  assertDType(String(dtypes[i]), 'summary');
  return dtypes[i] as DType;
}

/** A tensor is the only argument, a list all of them, an object of tensors the one that holds arguments by name. */
export function inputsOfData(data: unknown): Inputs {
  if (typeof data !== 'object' || data === null)
    throw new ArgumentError(`summary: inputData is ${String(data)}, expected a tensor, a list of arguments, or an object of tensors.`);
  return { args: Array.isArray(data) ? data : [data], sizes: sizesOf(data), bytes: bytesOf(data) };
}

function sizesOf(data: unknown): DataSizes {
  if (data instanceof Tensor) return data.shape;
  if (Array.isArray(data)) return data.map(sizesOf);
  if (typeof data !== 'object' || data === null) return null;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, sizesOf(value)]));
}

function bytesOf(data: unknown): number {
  if (data instanceof Tensor) return data.storage.bytes + STORAGE_OBJECT;
  if (typeof data !== 'object' || data === null) return 0;
  return Object.values(data).reduce((sum: number, value) => sum + bytesOf(value), 0);
}

function describe(value: unknown): string {
  if (value instanceof Tensor) return `${showShape(value.shape)} ${value.dtype}`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, of]) => `${key}: ${describe(of)}`)
    .join(', ')} }`;
}

/**
 * Calls forward. What it throws says what went in.
 * @param progress says how far it came.
 */
export function callForward(model: Module, args: readonly unknown[], progress: () => string): void {
  let output: unknown;
  const listed = new Set(model.modules());
  const watch = registerModuleForwardPreHook((module: Module) => {
    if (listed.has(module) || !module.parameters(false).some((parameter) => parameter.requiresGrad)) return;
    warnOnce(
      `summary: the forward of ${classNameOf(model)} uses a ${classNameOf(module)} that is not part of it, so the table lacks it. Modules are seen in public fields, not in #private ones, closures or plain containers: use a field, registerModule, nn.ModuleList or nn.ModuleDict.`,
    );
  });
  try {
    output = model.forward(...args);
  } catch (error) {
    const inputs = args.map(describe).join(', ') || 'no input';
    const text = `summary: ${classNameOf(model)} fails on ${inputs}${progress()}: ${error instanceof Error ? error.message : String(error)}`;
    const Class = error instanceof HoneError ? (error.constructor as typeof HoneError) : ArgumentError;
    throw new Class(text, { cause: error });
  } finally {
    watch.remove();
  }
  if (!(output instanceof Promise)) return;
  output.catch(() => {}); // it fails when it goes on without its hooks, at the latest
  throw new ArgumentError(
    `summary: the forward of ${classNameOf(model)} is async, and summary does not wait. Give the layers, without inputSize.`,
  );
}
