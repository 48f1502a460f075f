import { readFileSync } from 'node:fs';
import { fromTypedArray, manualSeed, rand, type Tensor } from 'hone';
import { Image, type ImageMode, transforms } from 'hone/vision';
import { describe, expect, it } from 'vitest';

/** Bytes in base64, or their hash. */
type Stored = ({ mode: ImageMode; size: [number, number] } | { dtype: 'uint8' | 'float32' | 'float64'; shape: number[] }) & {
  data?: string;
  hash?: number;
};
interface Run {
  text: string;
  outputs: Record<string, { outputs: Stored[]; next: number }>;
}
const fixture = JSON.parse(readFileSync(new URL('../../../../conformance/fixtures/transforms/colour.json', import.meta.url), 'utf8')) as {
  inputs: Record<string, Stored>;
  functions: { name: string; args: unknown[]; outputs: Record<string, [v1: Stored | null, v2?: Stored | null] | null> }[];
  classes: { name: string; args: unknown[]; seed: number; calls: number; v1?: Run; v2: Run }[];
};

const ARRAYS = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

function read(stored: Stored): Image | Tensor {
  const bytes = Uint8Array.from(Buffer.from(stored.data!, 'base64'));
  if ('mode' in stored) return new Image(stored.mode, stored.size, bytes);
  return fromTypedArray(new ARRAYS[stored.dtype](bytes.buffer), stored.shape);
}

const hashOf = (bytes: Uint8Array) => {
  let h = 2166136261;
  for (const byte of bytes) h = Math.imul(h ^ byte, 16777619) >>> 0;
  return h;
};

/** Bytes are equal; floats are within a few roundings of float32. */
function same(out: unknown, expected: Stored, what: string) {
  if ('mode' in expected) {
    const { mode, size, data } = out as Image;
    expect({ mode, size }, what).toEqual({ mode: expected.mode, size: expected.size });
    if (expected.data === undefined) expect(hashOf(data), what).toBe(expected.hash);
    else expect(Buffer.from(data).toString('base64'), what).toBe(expected.data);
    return;
  }
  const x = out as Tensor;
  expect({ dtype: x.dtype, shape: [...x.shape] }, what).toEqual({ dtype: expected.dtype, shape: expected.shape });
  const values = x.contiguous().toTypedArray() as Uint8Array;
  if (expected.hash !== undefined) return expect(hashOf(values), what).toBe(expected.hash);
  const numbers = (read(expected) as Tensor).toTypedArray() as Uint8Array;
  for (const [i, value] of values.entries()) {
    if (expected.dtype === 'uint8') expect(value, `${what} at ${i}`).toBe(numbers[i]);
    else expect(Math.abs(value - numbers[i]!), `${what} at ${i}: ${value}, ${numbers[i]}`).toBeLessThan(2e-6);
  }
}

type Call = (image: Image | Tensor, ...args: unknown[]) => unknown;
const functional = transforms.functional as unknown as Record<string, Call>;

describe('functions give what Pillow and torchvision give', () => {
  it.each(fixture.functions.map((entry) => [`${entry.name}(${JSON.stringify(entry.args).slice(1, -1)})`, entry] as const))(
    '%s',
    (_, entry) => {
      for (const [key, expected] of Object.entries(entry.outputs)) {
        const call = () => functional[entry.name]!(read(fixture.inputs[key]!), ...entry.args);
        if (expected === null) expect(call, key).toThrow();
        else same(call(), expected.find((x) => x !== null)!, key);
      }
    },
  );
});

type Make = new (...args: unknown[]) => { forward(image: Image | Tensor): unknown };

const runs = (['v1'] as const).flatMap((version) =>
  fixture.classes.filter((entry) => entry[version] !== undefined).map((entry) => ({ ...entry, version, run: entry[version]! })),
);

describe('classes draw what those of torchvision draw', () => {
  it.each(runs.map((entry) => [`${entry.version}.${entry.run.text}`, entry] as const))('%s', (_, { name, args, seed, calls, run }) => {
    const made = () => new (transforms as unknown as Record<string, Make>)[name]!(...args);
    expect(String(made())).toBe(run.text);
    for (const [key, { outputs, next }] of Object.entries(run.outputs)) {
      manualSeed(seed);
      const transform = made();
      for (let i = 0; i < calls; i++) same(transform.forward(read(fixture.inputs[key]!)), outputs[i]!, `${key}, call ${i}`);
      expect(rand(1).item(), key).toBe(next);
    }
  });
});
