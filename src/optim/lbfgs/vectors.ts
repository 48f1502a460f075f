/** All parameters, and all gradients, as one vector of float64. */
import { fromTypedArray } from '../../tensor/create/create.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { copyValues, toTypedArray, writeTyped } from '../../tensor/values/transfer.js';

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest magnitude; NaN where there is one. */
export function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]!));
  return most;
}

/** `x += factor y`. */
export function addScaled(x: Float64Array, y: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i]! += factor * y[i]!;
}

/** The elements of a parameter. */
export function values(x: Tensor): Float64Array {
  return Float64Array.from(toTypedArray(x) as Float64Array);
}

/** The dtype of a vector of all parameters. */
export function flatType(params: readonly Tensor[]): DType {
  return params.some((p) => p.dtype === 'float64') ? 'float64' : 'float32';
}

/** All gradients as one vector; zeros where there is none. */
export function flatGrad(params: readonly Tensor[], sign: number): Float64Array {
  const out = new Float64Array(params.reduce((sum, p) => sum + numel(p.shape), 0));
  let offset = 0;
  for (const param of params) {
    if (param.ownGrad !== null) out.set(toTypedArray(param.ownGrad) as Float64Array, offset);
    offset += numel(param.shape);
  }
  return sign === 1 ? out : out.map((v) => -v);
}

/** Sets the parameters to `start + t d`. */
export function move(params: readonly Tensor[], start: readonly Float64Array[], t: number, d: Float64Array): void {
  let offset = 0;
  params.forEach((param, p) => {
    const from = start[p]!;
    const to = new (param.dtype === 'float32' ? Float32Array : Float64Array)(from.length);
    for (let i = 0; i < to.length; i++) to[i] = t === 0 ? from[i]! : from[i]! + t * d[offset + i]!;
    offset += to.length;
    if (param.isContiguous()) writeTyped(param, to);
    else {
      const dense = fromTypedArray(to, param.shape);
      copyValues(param, dense, 'step');
      dense.storage.free();
    }
    param.counter.version++;
  });
}
