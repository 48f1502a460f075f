/** idx: the format of MNIST's own files. Two zero bytes, a dtype, the number of dims, the sizes, then the values, big endian. */
import { FormatError, showShape } from '../errors.js';
import { assertBytes } from '../tensor/arguments/checks.js';
import { fromTypedArray } from '../tensor/create/create.js';
import { numel } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DType } from '../tensor/values/dtype.js';

interface Element {
  readonly dtype: DType;
  readonly bytes: number;
  /** `count` values from the start of `data`. */
  read(data: DataView, count: number): Parameters<typeof fromTypedArray>[0];
}

/** The dtypes that Hone has, by their codes in the file. */
const ELEMENTS: Readonly<Record<number, Element>> = {
  8: { dtype: 'uint8', bytes: 1, read: (data, count) => new Uint8Array(data.buffer, data.byteOffset, count) },
  12: { dtype: 'int32', bytes: 4, read: (data, count) => Int32Array.from({ length: count }, (_, i) => data.getInt32(4 * i)) },
  13: { dtype: 'float32', bytes: 4, read: (data, count) => Float32Array.from({ length: count }, (_, i) => data.getFloat32(4 * i)) },
  14: { dtype: 'float64', bytes: 8, read: (data, count) => Float64Array.from({ length: count }, (_, i) => data.getFloat64(8 * i)) },
};

/**
 * The tensor in the bytes of an idx file, such as `train-images-idx3-ubyte` (unzipped): uint8, int32, float32 or float64.
 * @param source what messages call the bytes: a path. Default: "the bytes".
 * @throws {FormatError} for anything that is not a whole idx file. Its sizes are checked against the bytes before memory is asked for.
 * @see http://yann.lecun.com/exdb/mnist/
 * @example
 * const images = decodeIdx(readFileSync('t10k-images-idx3-ubyte')).unsqueeze(1);
 */
export function decodeIdx(bytes: Uint8Array, source = 'the bytes'): Tensor {
  const fail = (what: string): never => {
    throw new FormatError(`decodeIdx: ${source}: ${what}`);
  };
  assertBytes('decodeIdx', bytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) fail('this is a gzip file. Unzip it first: gunzipSync(bytes) of node:zlib, or gunzip.');
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) fail('it does not start with two zero bytes: this is not an idx file.');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [code, ndim] = [bytes[2]!, bytes[3]!];
  const element =
    ELEMENTS[code] ??
    fail(
      `its dtype has the code ${code}; Hone reads ${Object.entries(ELEMENTS)
        .map(([key, { dtype }]) => `${key} (${dtype})`)
        .join(', ')}.`,
    );
  const start = 4 + 4 * ndim;
  if (bytes.length < start) fail(`it announces ${ndim} dims, but ends before their sizes. The file is cut short.`);
  const shape = Array.from({ length: ndim }, (_, i) => data.getUint32(4 + 4 * i));
  const count = shape.includes(0) ? 0 : numel(shape);
  if (start + count * element.bytes !== bytes.length)
    fail(
      `shape ${showShape(shape)} of ${element.dtype} takes ${count * element.bytes} bytes, but ${bytes.length - start} follow the header.`,
    );
  return fromTypedArray(element.read(new DataView(bytes.buffer, bytes.byteOffset + start), count), shape);
}
