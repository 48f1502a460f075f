/**
 * safetensors: named tensors in one file. Eight bytes with the header's length, a JSON header of dtypes, shapes and byte ranges, then the
 * values. The same layout as the reference implementation writes, so that files go both ways between Hone and PyTorch.
 * https://github.com/huggingface/safetensors
 */

import { ArgumentError, FormatError, quoted, showShape } from '../errors.js';
import { assertBytes } from '../tensor/arguments/checks.js';
import { isOptions, show } from '../tensor/arguments/show.js';
import { Tensor } from '../tensor/tensor.js';
import { type DType, dtypes } from '../tensor/values/dtype.js';
import { toTypedArray } from '../tensor/values/transfer.js';
import { type FileDType as ElementType, fileDTypes, readStorage } from './file-dtypes.js';
import { joinBytes } from './join-bytes.js';
import { duplicateKey, showValue } from './json-keys.js';
import { emptyState, type StateDictLike, stateEntries } from './named-tensors.js';

/** The longest header that is read, as in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_DIMS = 64;
const METADATA = '__metadata__';
/** More tensors than any model has, and more notes. */
const MAX_ENTRIES = 200_000;

/** Hone's dtypes by their names in the file, in the order in which their tensors are written: widest first, so that all lie aligned. */
const FILE_DTYPES = { I64: 'int64', F64: 'float64', F32: 'float32', I32: 'int32', U8: 'uint8', BOOL: 'bool' } as const satisfies Record<
  string,
  DType
>;
type FileDType = keyof typeof FILE_DTYPES;
const WRITE_ORDER = Object.keys(FILE_DTYPES) as FileDType[];

/** The dtypes that are read, by their names in the file; those that Hone does not have become the next that holds them. */
const READ_DTYPES: Readonly<Record<string, string>> = {
  ...FILE_DTYPES,
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
  F8_E8M0: 'float8_e8m0fnu',
  I8: 'int8',
  I16: 'int16',
  U16: 'uint16',
  U32: 'uint32',
  U64: 'uint64',
};

interface Entry {
  readonly name: string;
  readonly element: ElementType;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** The tensors by name; the record has no prototype. */
  readonly tensors: Record<string, Tensor>;
  /** The file's own notes, strings by name. */
  readonly metadata: Record<string, string>;
}

function checkName(name: string, op: string): void {
  if (name === '__proto__')
    throw new FormatError(`${op}: a tensor is called "__proto__", which would change the object that holds it. Rename it.`);
}

/** The file in pieces, so that a large model is not copied once more as a whole: the header, then each tensor. */
export function* safetensorsChunks(
  state: StateDictLike,
  metadata: Readonly<Record<string, string>> = {},
  op = 'encodeSafetensors',
): Generator<Uint8Array> {
  const entries = stateEntries(state, op).map(([name, tensor]) => {
    checkName(name, op);
    if (name === METADATA)
      throw new FormatError(`${op}: a tensor is called "${METADATA}", the key under which the format keeps its notes. Rename it.`);
    return {
      name,
      key: new TextEncoder().encode(name),
      tensor,
      order: WRITE_ORDER.findIndex((code) => FILE_DTYPES[code] === tensor.dtype),
    };
  });
  entries.sort((a, b) => a.order - b.order || compareBytes(a.key, b.key));
  // Written by hand: a plain object would put names that look like numbers ("0", "1") first.
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) {
    for (const [key, value] of Object.entries(metadata)) {
      if (typeof value !== 'string') throw new ArgumentError(`${op}: metadata ${quoted(key)} is ${show(value)}, expected a string.`);
    }
    fields.push(`${JSON.stringify(METADATA)}:${JSON.stringify(metadata)}`);
  }
  let offset = 0;
  for (const { name, tensor, order } of entries) {
    const end = offset + tensor.numel() * dtypes[tensor.dtype].bytes;
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: WRITE_ORDER[order], shape: tensor.shape, data_offsets: [offset, end] })}`,
    );
    offset = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = Math.ceil(text.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES)
    throw new FormatError(
      `${op}: the names and shapes of ${entries.length} tensors take ${padded} bytes; a header may take ${MAX_HEADER_BYTES}.`,
    );
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, 8);
  yield header;
  for (const { tensor } of entries) {
    const values = toTypedArray(tensor);
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/**
 * The bytes of a safetensors file.
 * @param state tensors by name: a state dict, a record or a Map.
 * @param metadata notes to keep in the file, strings by name.
 * @throws {ArgumentError} for values that are not tensors. @throws {FormatError} for the names `__metadata__` and `__proto__`.
 */
export function encodeSafetensors(state: StateDictLike, metadata?: Readonly<Record<string, string>>): Uint8Array {
  if (typeof state !== 'object' || state === null)
    throw new ArgumentError(`encodeSafetensors: the state is ${show(state)}, expected tensors by name.`);
  if (metadata !== undefined && !isOptions(metadata))
    throw new ArgumentError(`encodeSafetensors: metadata is ${show(metadata)}, expected strings by name.`);
  return joinBytes([...safetensorsChunks(state, metadata)]);
}

/**
 * Reads the bytes of a safetensors file. Everything that the header says is checked against the bytes before memory is asked for. Dtypes
 * that Hone does not have become the next that holds them: F16 and BF16 float32, I8 and I16 int32.
 * @param source what messages call the bytes: a path. Default: "the bytes".
 * @returns the tensors by name, and the file's notes.
 * @throws {FormatError} for anything that is not a whole, consistent file, and for dtypes that have no such place.
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'the bytes'): SafetensorsContent {
  assertBytes('decodeSafetensors', bytes);
  return readSafetensors(bytes, (what) => {
    throw new FormatError(`decodeSafetensors: ${source}: ${what}`);
  });
}

/** Whether bytes begin as a safetensors file does: the length of a header that is there, and its brace. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length + 8n <= BigInt(bytes.length);
}

/** As {@link decodeSafetensors}; `fail` throws what is wrong, in the name of the caller. */
export function readSafetensors(bytes: Uint8Array, fail: Fail): SafetensorsContent {
  const { header, start } = readHeader(bytes, fail);
  const metadata = readMetadata(header, fail);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) if (name !== METADATA) entries.push(readEntry(name, value, fail));
  checkCoverage(entries, bytes.length - start, fail);
  const tensors = emptyState();
  for (const entry of entries) tensors[entry.name] = readTensor(entry, bytes.subarray(start + entry.begin, start + entry.end), fail);
  return { tensors, metadata };
}

type Fail = (what: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8)
    fail(
      `${bytes.length} bytes are too few: a safetensors file starts with 8 bytes that give its header's length. The file is empty or cut short.`,
    );
  const announced = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (announced > BigInt(MAX_HEADER_BYTES))
    fail(`it announces a header of ${announced} bytes; at most ${MAX_HEADER_BYTES} are read. This is not a safetensors file.`);
  const start = 8 + Number(announced);
  if (start > bytes.length)
    fail(
      `it announces a header of ${announced} bytes, but only ${bytes.length - 8} follow. The file is cut short, or not a safetensors file.`,
    );
  checkStructure(bytes.subarray(8, start), fail);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch (error) {
    return fail(`its header is not JSON (${(error as Error).message}). This is not a safetensors file, or a damaged one.`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is not a JSON object.');
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`${quoted(twice)} appears twice in its header.`);
  return { header: header as Record<string, unknown>, start };
}

/**
 * Walks over the header's brackets and commas before JSON.parse makes objects of it: they nest three deep, and there are as many as a
 * model has tensors. Invalid JSON is left to the parser to explain.
 */
function checkStructure(header: Uint8Array, fail: Fail): void {
  const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
  const commas = [0, 0, 0, 0]; // of the list or object that is open at each depth
  let depth = 0;
  for (let i = 0; i < header.length; i++) {
    const byte = header[i]!;
    if (byte === QUOTE) {
      for (i++; i < header.length && header[i] !== QUOTE; i++) if (header[i] === BACKSLASH) i++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > 3) fail('its header nests more than three deep, which no safetensors file does.');
      commas[depth] = 0;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth > 0) depth--;
    } else if (byte === COMMA && depth > 0) {
      const most = depth === 3 ? MAX_DIMS : MAX_ENTRIES;
      if (++commas[depth]! > most) fail(`its header has a list of more than ${most} entries, longer than any that means something.`);
    }
  }
}

function readMetadata(header: Record<string, unknown>, fail: Fail): Record<string, string> {
  const out = Object.create(null) as Record<string, string>;
  if (!Object.hasOwn(header, METADATA)) return out;
  const value = header[METADATA];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(`${METADATA} is not an object of strings.`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fail(`${METADATA} has a ${typeof text} under ${quoted(key)}, expected strings.`);
    if (key === '__proto__') fail(`${METADATA} has the key "__proto__", which would change the object that holds it.`);
    out[key] = text as string;
  }
  return out;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);

function readEntry(name: string, value: unknown, fail: Fail): Entry {
  if (name === '__proto__') fail('a tensor is called "__proto__", which would change the object that holds it.');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(`${quoted(name)} is described by ${showValue(value)}, expected an object with dtype, shape and data_offsets.`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(READ_DTYPES, dtype)) {
    fail(
      `${quoted(name)} has dtype ${showValue(dtype)}; Hone reads ${Object.keys(READ_DTYPES).join(', ')}. Where PyTorch wrote the file, save it again with tensor.float().`,
    );
  }
  if (!Array.isArray(shape) || shape.length > MAX_DIMS || !shape.every(isCount))
    return fail(`${quoted(name)} has shape ${showValue(shape)}, expected at most ${MAX_DIMS} whole numbers of 0 or more.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0]! > offsets[1]!) {
    return fail(`${quoted(name)} has data_offsets ${showValue(offsets)}, expected two whole numbers, the first not above the second.`);
  }
  const [begin, end] = offsets as [number, number];
  const element = fileDTypes.get(READ_DTYPES[dtype as string]!)!;
  const elements = shape.includes(0) ? 0 : (shape as number[]).reduce((product, size) => product * size, 1);
  if (elements * element.bytes !== end - begin) {
    fail(
      `${quoted(name)} is ${dtype} ${showShape(shape as number[])} and needs ${elements * element.bytes} bytes, but its data_offsets [${begin}, ${end}] hold ${end - begin}.`,
    );
  }
  return { name, element, shape: shape as number[], begin, end };
}

/** The byte ranges must fill what follows the header: no overlap, no gap, no remainder. */
function checkCoverage(entries: readonly Entry[], available: number, fail: Fail): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let before = 'the header';
  for (const { name, begin, end } of sorted) {
    if (end > available) fail(`${quoted(name)} ends at byte ${end} of the data, which has ${available}. The file is cut short.`);
    if (begin < at) fail(`${quoted(name)} starts at byte ${begin} of the data, inside ${before}, which ends at ${at}.`);
    if (begin > at) fail(`bytes ${at} to ${begin} of the data, between ${before} and ${quoted(name)}, belong to no tensor.`);
    at = end;
    before = `${quoted(name)}`;
  }
  if (at !== available) fail(`the last ${available - at} bytes belong to no tensor.`);
}

function readTensor({ name, element, shape }: Entry, data: Uint8Array, fail: Fail): Tensor {
  if (element.dtype === 'bool') {
    const bad = data.findIndex((byte) => byte > 1);
    if (bad >= 0) fail(`${quoted(name)} is BOOL and holds the byte ${data[bad]} at position ${bad}, expected 0 or 1.`);
  }
  const storage =
    readStorage(element, data, data.length / element.bytes) ??
    fail(`${quoted(name)} is U64 and holds a number of 2^63 or more, for which Hone has no dtype. Save tensor.double() instead.`);
  return new Tensor(storage, shape, element.dtype);
}
