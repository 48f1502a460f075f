/** Tensors that many tests take. */
import { randn, type Tensor, tensor } from 'hone';

/** float64 quarters in a fixed disorder, from -2.75 to 2.75. */
export function pattern(...shape: number[]): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const values = Float64Array.from({ length: n }, (_, i) => (((i * 7 + 3) % 23) - 11) / 4);
  return tensor(values).reshape(shape);
}

/** int64 numbers from 0 to m - 1 in a fixed disorder. */
export function whole(shape: readonly number[], k = 5, m = 7): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(BigInt64Array.from({ length: n }, (_, i) => BigInt((i * k + 2) % m))).reshape(shape);
}

/** An int64 tensor. */
export function int(values: number[] | number[][]): Tensor {
  return tensor(values, { dtype: 'int64' });
}

/** A float64 tensor. */
export function double(values: number[] | number[][] | number[][][]): Tensor {
  return tensor(values, { dtype: 'float64' });
}

/** A float64 leaf of random numbers: the default generator's, which test/setup.ts seeds for each file and each test. */
export function leaf(...shape: number[]): Tensor {
  return randn(shape, { dtype: 'float64', requiresGrad: true });
}
