/** What the tests of operations share: inputs that PyTorch can make too, and comparison with what PyTorch made of them. */

import { Generator, randn, Tensor, tensor } from 'hone';
import { expect, test } from 'vitest';

/** A tensor that torch made: `t.shape`, `t.flatten().tolist()`, `t.dtype`. */
export interface TorchValue {
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
  readonly dtype: string;
}

export type TorchCase = readonly [make: () => Tensor | readonly Tensor[], expected: TorchValue | readonly TorchValue[]];

/** float64 quarters in a fixed disorder: `(((arange(n) * k + 3) % 23 - 11).double() / 4).reshape(shape)`. */
export function pattern(...shape: number[]): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const values = Float64Array.from({ length: n }, (_, i) => (((i * 7 + 3) % 23) - 11) / 4);
  return tensor(values).reshape(shape);
}

/** int64 numbers from 0 to m - 1: `((arange(n) * k + 2) % m).reshape(shape)`. */
export function whole(shape: readonly number[], k = 5, m = 7): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(BigInt64Array.from({ length: n }, (_, i) => BigInt((i * k + 2) % m))).reshape(shape);
}

/** An int64 tensor. */
export function int(values: number[] | number[][]): Tensor {
  return tensor(values, { dtype: 'int64' });
}

const generator = new Generator(7);

/** A float64 leaf for gradcheck, of random numbers. */
export function leaf(...shape: number[]): Tensor {
  return randn(shape, { dtype: 'float64', generator }).requiresGrad_();
}

/** Compares shape, dtype and values; floats to 1e-6 of their size. */
export function expectTorch(result: Tensor, expected: TorchValue): void {
  expect({ shape: [...result.shape], dtype: result.dtype }).toEqual({ shape: expected.shape, dtype: expected.dtype });
  const values = (result.reshape(-1).toArray() as (number | boolean)[]).map((v, i) => {
    const wanted = expected.data[i];
    const close = typeof v === 'number' && typeof wanted === 'number' && Math.abs(v - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
    return close ? wanted : v;
  });
  expect(values).toEqual(expected.data);
}

/** One test for each case. */
export function torchTests(cases: readonly TorchCase[]): void {
  // The transformed source, as it was written.
  const named = (make: () => unknown) =>
    make
      .toString()
      .replace(/^\(\) => /, '')
      .replace(/\(0,\s*__vite\w+__\.(\w+)\)/g, '$1')
      .replace(/\s+/g, ' ');
  test.each(cases.map(([make], i) => [named(make), i] as const))('%s', (_name, i) => {
    const [make, expected] = cases[i]!;
    const result = make();
    if (result instanceof Tensor) {
      expectTorch(result, expected as TorchValue);
    } else {
      const list = expected as readonly TorchValue[];
      expect(result).toHaveLength(list.length);
      result.forEach((r, k) => {
        expectTorch(r, list[k]!);
      });
    }
  });
}
