/** Checks of gradients against finite differences. */

import { loadedEngine, ptrAt } from '../engine/engine.js';
import { ArgumentError, DTypeError, GradError, showShape } from '../errors.js';
import { readOptions } from '../tensor/arguments/arguments.js';
import { assertFunction, assertTensorList } from '../tensor/arguments/checks.js';
import { fromTypedArray, onesLike } from '../tensor/create/create.js';
import { Generator, randn } from '../tensor/create/random.js';
import { contiguousStrides, numel, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { isFloating } from '../tensor/values/dtype.js';
import { toTypedArray } from '../tensor/values/transfer.js';
import { grad } from './backward.js';
import { enableGrad } from './modes/mode.js';

/** What is checked: any function of tensors; results that are not floating tensors are not looked at. */
export type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** The options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** The step of the central differences. Default: 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default: 1e-5. */
  atol?: number;
  /** Tolerance relative to the numeric gradient. Default: 1e-3. */
  rtol?: number;
  /** Whether a wrong gradient throws, or gives false. Default: true. */
  raiseException?: boolean;
}

const GRADCHECK = { eps: 1e-6, atol: 1e-5, rtol: 1e-3, raiseException: true };

function readInputs(op: string, fn: unknown, inputs: unknown): readonly Tensor[] {
  assertFunction(op, 'fn', fn);
  const list = Array.isArray(inputs) ? inputs : [inputs];
  assertTensorList(op, 'inputs', list);
  return list;
}

function indexOf(flat: number, shape: Shape): number[] {
  const steps = contiguousStrides(shape);
  return shape.map((size, d) => Math.floor(flat / steps[d]!) % size);
}

/** The floating results of `fn`. */
function resultsOf(fn: Checked, inputs: readonly Tensor[]): Tensor[] {
  const out = fn(...inputs);
  const all = Array.isArray(out) ? (out as readonly Tensor[]) : [out as Tensor];
  assertTensorList('gradcheck', 'the result of fn', all);
  return all.filter((y) => isFloating(y.dtype));
}

function valuesOf(x: Tensor): Float64Array {
  return Float64Array.from(toTypedArray(x) as Float64Array);
}

/** Column `element` of every output's Jacobian: (f(x + eps) - f(x - eps)) / (2 eps), the input changed where it lies. */
function numericColumn(fn: Checked, inputs: readonly Tensor[], input: Tensor, element: number, eps: number): Float64Array[] {
  const { host } = loadedEngine();
  const place = ptrAt(input.ptr, indexOf(element, input.shape).reduce((sum, i, d) => sum + i * input.strides[d]!, 0) * 8);
  const before = new Float64Array(1);
  host.read(place, before);
  const at = (value: number) => {
    host.write(place, Float64Array.of(value));
    // Copies: an output may be a view of the input.
    return resultsOf(fn, inputs).map(valuesOf);
  };
  try {
    const high = at(before[0]! + eps);
    const low = at(before[0]! - eps);
    return high.map((values, k) => values.map((v, i) => (v - low[k]![i]!) / (2 * eps)));
  } finally {
    host.write(place, before);
  }
}

/** Row `element` of the Jacobian of `output`, one array per input: backward from a gradient of one 1. */
function analyticRow(output: Tensor, element: number, inputs: readonly Tensor[]): Float64Array[] {
  if (!output.requiresGrad) return inputs.map((x) => new Float64Array(numel(x.shape)));
  const seed = new Float64Array(numel(output.shape));
  seed[element] = 1;
  const gradOutputs =
    output.dtype === 'float64' ? fromTypedArray(seed, output.shape) : fromTypedArray(Float32Array.from(seed), output.shape);
  const grads = grad(output, inputs, { gradOutputs, retainGraph: true, allowUnused: true });
  return grads.map((g, i) => (g === null ? new Float64Array(numel(inputs[i]!.shape)) : valuesOf(g)));
}

function checkInputs(op: string, inputs: readonly Tensor[]): Tensor[] {
  const wanted = inputs.filter((x) => x.requiresGrad);
  if (wanted.length === 0) throw new ArgumentError(`${op}: no input requires gradients. Call requiresGrad_() on those to check.`);
  for (const [i, x] of inputs.entries()) {
    if (!x.requiresGrad) continue;
    if (x.dtype !== 'float64')
      throw new DTypeError(`${op}: input ${i} is ${x.dtype}, expected float64: finite differences need its precision.`);
    if (x.strides.some((step, d) => step === 0 && x.shape[d]! > 1)) {
      throw new ArgumentError(
        `${op}: input ${i} (shape ${showShape(x.shape)}) is expanded: its elements share memory. Pass a contiguous() copy.`,
      );
    }
  }
  return wanted;
}

const agree = (a: number, n: number, atol: number, rtol: number) =>
  Object.is(a, n) || a === n || Math.abs(a - n) <= atol + rtol * Math.abs(n);

/**
 * Compares the gradients of `fn` with central differences, for every element of every input that requires gradients and every
 * floating output; returns true.
 * @param fn called with the inputs, once and then twice per input element; it must give the same result each time.
 * @throws {GradError} for a gradient outside the tolerance, naming output, input, indices and both values.
 * @throws {DTypeError} unless the inputs that require gradients are float64.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 */
export function gradcheck(fn: Checked, inputs: Tensor | readonly Tensor[], options?: GradcheckOptions): boolean {
  const list = readInputs('gradcheck', fn, inputs);
  const settings = readOptions('gradcheck', GRADCHECK, options);
  const wanted = checkInputs('gradcheck', list);
  return enableGrad(() => {
    try {
      compare(fn, list, wanted, settings);
    } catch (error) {
      if (!settings.raiseException && error instanceof GradError) return false;
      throw error;
    }
    return true;
  });
}

function compare(fn: Checked, inputs: readonly Tensor[], wanted: readonly Tensor[], { eps, atol, rtol }: typeof GRADCHECK): void {
  const outputs = resultsOf(fn, inputs);
  if (outputs.length === 0) throw new GradError('gradcheck: the function gave no floating tensor, so there is nothing to differentiate.');
  const analytic = outputs.map((y) => Array.from({ length: numel(y.shape) }, (_, e) => analyticRow(y, e, wanted)));
  for (const [i, x] of wanted.entries()) {
    for (let e = 0; e < numel(x.shape); e++) {
      const numeric = numericColumn(fn, inputs, x, e, eps);
      for (const [k, column] of numeric.entries()) {
        for (let o = 0; o < column.length; o++) {
          const a = analytic[k]![o]![i]![e]!;
          if (agree(a, column[o]!, atol, rtol)) continue;
          const to = showShape(indexOf(o, outputs[k]!.shape));
          const from = showShape(indexOf(e, x.shape));
          throw new GradError(
            `gradcheck: the gradient of output ${k} ${to} with respect to input ${inputs.indexOf(x)} ${from} is wrong: numerically ${column[o]}, by backward ${a} (atol ${atol}, rtol ${rtol}).`,
          );
        }
      }
    }
  }
}

/** The options of {@link gradgradcheck}. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** The gradients of the outputs at which second derivatives are taken. Default: fixed random numbers. */
  gradOutputs?: readonly Tensor[];
}

/**
 * Compares second derivatives with central differences of the first ones; returns true.
 * @throws {GradError} as {@link gradcheck}; for a gradient that comes from a fused kernel, the error that names it.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 */
export function gradgradcheck(fn: Checked, inputs: Tensor | readonly Tensor[], options?: GradgradcheckOptions): boolean {
  const list = readInputs('gradgradcheck', fn, inputs);
  const { gradOutputs, ...settings } = readOptions(
    'gradgradcheck',
    { ...GRADCHECK, gradOutputs: null as readonly Tensor[] | null },
    options,
  );
  if (gradOutputs !== null) assertTensorList('gradgradcheck', 'gradOutputs', gradOutputs);
  checkInputs('gradgradcheck', list);
  const differentiable = (values: readonly Tensor[]) => resultsOf(fn, values).filter((y) => y.requiresGrad);
  const outputs = enableGrad(() => differentiable(list));
  if (outputs.length === 0) return true;
  const generator = new Generator(0);
  const given = gradOutputs ?? outputs.map((y) => (numel(y.shape) === 0 ? onesLike(y) : randn(y.shape, { dtype: y.dtype, generator })));
  const seeds = given.map((g) => (g.requiresGrad ? g : g.requiresGrad_()));
  const first: Checked = (...all) => {
    const values = all.slice(0, list.length);
    const results = grad(
      differentiable(values),
      values.filter((x) => x.requiresGrad),
      { gradOutputs: all.slice(list.length), createGraph: true, allowUnused: true },
    );
    return results.filter((g): g is Tensor => g !== null);
  };
  return gradcheck(first, [...list, ...seeds], settings);
}
