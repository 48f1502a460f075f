/** Images and tensors as the fixtures of Pillow's and torchvision's results hold them (conformance/vision_colour.py, vision_warp.py). */
import { fromTypedArray, type Tensor } from 'hone';
import { Image, type ImageMode } from 'hone/vision';
import { expect } from 'vitest';

/** Bytes in base64, or their hash. */
export type Stored = (
  | { mode: ImageMode; size: [number, number] }
  | { dtype: 'uint8' | 'int64' | 'float32' | 'float64'; shape: number[] }
) & {
  data?: string;
  hash?: number;
  canvas?: [number, number];
};

const ARRAYS = { uint8: Uint8Array, int64: BigInt64Array, float32: Float32Array, float64: Float64Array };

/** One that is stored with its bytes. */
export function readStored(stored: Stored): Image | Tensor {
  const bytes = Uint8Array.from(Buffer.from(stored.data!, 'base64'));
  if ('mode' in stored) return new Image(stored.mode, stored.size, bytes);
  return fromTypedArray(new ARRAYS[stored.dtype](bytes.buffer), stored.shape);
}

/** FNV-1a, of 32 bits. */
const hashOf = (bytes: Uint8Array) => {
  let h = 2166136261;
  for (const byte of bytes) h = Math.imul(h ^ byte, 16777619) >>> 0;
  return h;
};

/** Whole numbers are equal; floats are within `tolerance` of the expected, of values above 1 as a share of them. */
export function expectStored(out: unknown, expected: Stored, what: string, tolerance: number): void {
  if ('mode' in expected) {
    const { mode, size, data } = out as Image;
    expect({ mode, size }, what).toEqual({ mode: expected.mode, size: expected.size });
    if (expected.data === undefined) expect(hashOf(data), what).toBe(expected.hash);
    else expect(Buffer.from(data).toString('base64'), what).toBe(expected.data);
    return;
  }
  const x = out as Tensor;
  expect({ dtype: x.dtype, shape: [...x.shape] }, what).toEqual({ dtype: expected.dtype, shape: expected.shape });
  if (expected.hash !== undefined) {
    expect(hashOf(x.contiguous().toTypedArray() as Uint8Array), what).toBe(expected.hash);
    return;
  }
  const [values, numbers] = [x, readStored(expected) as Tensor].map((t) => t.reshape([-1]).toArray() as number[]) as [number[], number[]];
  const whole = expected.dtype === 'uint8' || expected.dtype === 'int64';
  values.forEach((value, i) => {
    const wanted = numbers[i]!;
    if (whole) expect(value, `${what} at ${i}`).toBe(wanted);
    else expect(Math.abs(value - wanted), `${what} at ${i}: ${value}, ${wanted}`).toBeLessThan(tolerance * Math.max(1, Math.abs(wanted)));
  });
}
