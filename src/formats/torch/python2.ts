/** Pickles of Python 2 with arrays of NumPy in them, as data sets of its time were published. Only values come out; nothing is run. */
import { FormatError } from '../../errors.js';
import { Budget } from '../budget.js';
import { PyDict, PyGlobal, PyTuple } from './pickle-values.js';
import { describe, unpickle } from './unpickler.js';

/** An array of bytes, row-major. */
export class ByteArray {
  shape: readonly number[] = [];
  data: Uint8Array = new Uint8Array(0);
}

/** The dtype of one: bytes are the only one that is read. */
class ByteType {}

/** More than any of these files has. */
const MAX_BYTES = 2 ** 30;

const RECONSTRUCT = /^numpy\.(_core|core)\.multiarray\._reconstruct$/;

/**
 * The entries of the dict in a pickle: arrays of bytes as {@link ByteArray}, strings as their bytes, the rest as it is.
 * @param source the path, for messages. @throws {FormatError} for anything else, and for damaged bytes.
 */
export function readPython2Dict(op: string, bytes: Uint8Array, source: string): Map<string, unknown> {
  const fail = (what: string): never => {
    throw new FormatError(`${op}: ${source}: ${what}`);
  };
  const known = (full: string): PyGlobal => {
    if (RECONSTRUCT.test(full)) return new PyGlobal(full, () => new ByteArray());
    if (full === 'numpy.ndarray') return new PyGlobal(full);
    if (full === 'numpy.dtype')
      return new PyGlobal(full, ([name]) =>
        textOf(name) === 'u1' ? new ByteType() : fail(`an array in it is of ${describe(name)}, expected bytes (u1).`),
      );
    return fail(`it asks for Python's "${full}", which no such file needs. Nothing was run; it is damaged or malicious.`);
  };
  if (bytes[0] !== 0x80) fail('it does not begin as a pickle does.');
  const { value } = unpickle(bytes, 0, {
    global: (module, name) => known(`${module}.${name}`),
    persistent: () => fail('it refers to something outside of it.'),
    fail,
    budget: new Budget(bytes.length, fail),
    oldStrings: 'bytes',
    maxBytes: MAX_BYTES,
    build: (target, state) => {
      if (target instanceof ByteArray) fill(target, state, fail);
      return target instanceof ByteArray || target instanceof ByteType;
    },
  });
  if (!(value instanceof PyDict)) return fail(`it holds ${describe(value)}, expected a dict.`);
  return new Map(Array.from(value.entries, ([key, entry]) => [textOf(key) ?? fail(`it has ${describe(key)} as a key.`), entry]));
}

/** NumPy's state of an array: version, shape, dtype, whether columns come first, bytes. */
function fill(array: ByteArray, state: unknown, fail: (what: string) => never): void {
  const [, shape, dtype, columnsFirst, data] = state instanceof PyTuple ? state.items : [];
  if (!(shape instanceof PyTuple) || !(dtype instanceof ByteType) || columnsFirst !== false || !(data instanceof Uint8Array))
    fail('it holds an array that is not row-major bytes.');
  const sizes = shape.items.map((size) =>
    Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : fail('an array has no shape.'),
  );
  if (sizes.reduce((product, size) => product * size, 1) !== data.length)
    fail(`an array of [${sizes.join(', ')}] bytes has ${data.length}. It is cut short or damaged.`);
  array.shape = sizes;
  array.data = data;
}

/** The text of a string, whichever Python wrote it. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array && value.length < 2 ** 16 ? String.fromCharCode(...value) : undefined;
}
