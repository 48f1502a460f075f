/** The bytes of images, and how kernels get at them. */
import { check, loadedEngine } from '../../engine/engine.js';
import type { Ptr } from '../../engine/kernel-table.gen.js';
import { OutOfMemoryError } from '../../errors.js';
import { emptyTensor } from '../../tensor/tensor.js';

/** @internal The bytes of an image, row by row, the channels of each pixel together. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** @internal Bytes of an image that are 0. @throws {OutOfMemoryError} for more than there is room for. */
export const newBytes = (op: string, length: number): Uint8Array => roomFor(op, `${length} bytes`, () => new Uint8Array(length));

/** @internal The rows, or columns, of which an image takes `length`. @throws {OutOfMemoryError} for more than there is room for. */
export function newPlaces(op: string, length: number, place: (i: number) => number): Int32Array {
  const out = roomFor(op, `a side of ${length} pixels`, () => new Int32Array(length));
  for (let i = 0; i < length; i++) out[i] = place(i);
  return out;
}

function roomFor<T>(op: string, what: string, make: () => T): T {
  try {
    return make();
  } catch {
    throw new OutOfMemoryError(`${op}: the image would have ${what}, which does not fit into memory. Take a smaller size.`);
  }
}

/**
 * @internal What a kernel makes of bytes: `length` new ones. Natively the kernel reads and writes them where they stand; in WebAssembly it
 * works on copies.
 * @param kernel gets the addresses and returns its status.
 */
export function onBytes(op: string, bytes: Uint8Array, length: number, kernel: (out: Ptr, src: Ptr) => number): Uint8Array {
  const { host } = loadedEngine();
  const out = newBytes(op, length);
  if (host.address && !(bytes.buffer instanceof SharedArrayBuffer)) {
    check(kernel(host.address(out), host.address(bytes)), op);
    return out;
  }
  const [from, to] = [emptyTensor([bytes.length], 'uint8'), emptyTensor([length], 'uint8')];
  try {
    if (bytes.length > 0) host.write(from.ptr, bytes);
    check(kernel(to.ptr, from.ptr), op);
    if (length > 0) host.read(to.ptr, out);
    return out;
  } finally {
    from.dispose();
    to.dispose();
  }
}
