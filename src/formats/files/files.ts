/** Saving and loading: PyTorch's files and safetensors. */

import { readBytes, writeBytes } from '#files';
import { ArgumentError, FormatError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertBytes } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { assertHere, type DeviceLike } from '../../tensor/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import { flattenState, selectState } from '../flatten-state.js';
import { joinBytes } from '../join-bytes.js';
import { type FileFormat, fileFormats, formatOf, formatToWrite, sniffFormat } from './file-formats.js';
import { foreignFile, unknownFile } from './foreign.js';

/** What comes out of a file of PyTorch's. */
export type Loaded =
  | Tensor
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | Loaded[]
  | Set<Loaded>
  | Map<Loaded, Loaded>
  | { [key: string]: Loaded };

export type { FileFormat } from './file-formats.js';

/** The options of {@link save} and {@link saveBytes}. */
export interface SaveOptions {
  /** Default: by the path's ending, `pth` for .pth, .pt, .ckpt, .bin and .pth.tar, `safetensors` for .safetensors and names without a meaning. */
  format?: FileFormat;
  /** Notes to keep in a safetensors file, strings by name. */
  metadata?: Readonly<Record<string, string>>;
  /** Creates the directories of the path. Default: false. */
  makeDirectories?: boolean;
}

/** The options of {@link saveBytes}. */
export type SaveBytesOptions = Omit<SaveOptions, 'makeDirectories'>;

/** The options of {@link load}. */
export interface LoadOptions {
  /** The part of the file to load, by its dotted name: `model` or `state.encoder`. Default: all of it. */
  key?: string;
  /** Gives tensors by dotted names, whatever the file's nesting, and leaves out all else. Default: false. */
  tensorsOnly?: boolean;
  /** Whether the checksums in PyTorch's files are compared. Default: true. */
  checksums?: boolean;
  /** Where to put the tensors: the CPU, where they come whatever device they were saved from. @throws {DeviceError} for another one. */
  mapLocation?: DeviceLike | null;
}

/** The options of {@link loadBytes}. */
export interface LoadBytesOptions extends LoadOptions {
  /** What messages call the bytes: a path. Default: "the bytes". */
  source?: string;
}

/**
 * Saves a value. A path that ends in .pth, .pt, .ckpt or .bin becomes a file of PyTorch's, which `torch.load` reads: state dicts, nested records,
 * Maps, arrays, Sets, numbers (whole ones as ints), strings, booleans, null and tensors, which share memory afterwards where they do now.
 * Typed arrays become tensors. Other paths become safetensors files, for which the value must be tensors by name.
 * The file appears whole or not at all.
 * @param value a state dict, or for PyTorch's files any such value. Records whose keys are all whole numbers, as an optimizer's state, get
 * ints as keys, unless their values are all tensors; a Map keeps its keys as they are.
 * @throws {FileError} where the path cannot be written. @throws {ArgumentError} for an ending of another program's, such as .h5, and
 * for what the format cannot hold, such as a model itself.
 * @see saveBytes for bytes instead of files, in browsers; https://pytorch.org/docs/stable/generated/torch.save.html
 * @example
 * save(model.stateDict(), 'model.safetensors');
 * save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, 'checkpoint.pth');
 */
export function save(value: unknown, path: string, options?: SaveOptions): void {
  assertPath('save', path, value);
  const read = readSave('save', { ...SAVE, makeDirectories: false }, options);
  const format = fileFormats[formatToWrite(path, read.format, 'save')];
  writeBytes(path, format.encode(value, read.metadata, 'save'), 'save', { makeDirectories: read.makeDirectories });
}

/**
 * The bytes of the file that {@link save} would write.
 * @param options.format default: `pth`. @throws as save.
 * @example
 * const bytes = saveBytes({ model: model.stateDict(), epoch: 3 });
 * loadBytes<{ epoch: number }>(bytes).epoch; // 3
 */
export function saveBytes(value: unknown, options?: SaveBytesOptions): Uint8Array<ArrayBuffer> {
  const read = readSave('saveBytes', SAVE, options);
  const format = fileFormats[formatToWrite('.pth', read.format, 'saveBytes')];
  return joinBytes([...format.encode(value, read.metadata, 'saveBytes')]);
}

/**
 * Loads what PyTorch or Hone saved: a .pth or .pt file of any PyTorch, or a safetensors file; the bytes tell which. Dicts become records
 * (Maps where their keys are not texts or whole numbers), tuples and lists arrays, bytes a Uint8Array, None null, and whole numbers beyond
 * 2^53 bigints. Tensors of one storage share it. Dtypes that Hone does not have become the next that holds them: float16 and bfloat16
 * float32, int8 and int16 int32; {@link fileDType} still gives the file's. A file's code is never run: classes that are not known are an error.
 * @typeParam T what you expect, which is not checked; default: tensors by name, as a state dict.
 * @throws {FileError} where the path cannot be read. @throws {FormatError} for anything that is not a whole file of values.
 * @throws {ArgumentError} where there is nothing under `key`.
 * @see https://pytorch.org/docs/stable/generated/torch.load.html
 * @example
 * save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, 'checkpoint.pth');
 * const checkpoint = load<{ model: nn.StateDict; optimizer: optim.OptimizerStateDict; epoch: number }>('checkpoint.pth');
 * model.loadStateDict(checkpoint.model);
 * optimizer.loadStateDict(checkpoint.optimizer);
 * checkpoint.epoch; // 3
 * model.loadStateDict(load('checkpoint.pth', { key: 'model' }));
 */
export function load(path: string, options: LoadOptions & { tensorsOnly: true }): Record<string, Tensor>;
export function load<T = Record<string, Tensor>>(path: string, options?: LoadOptions): T;
export function load(path: string, options?: LoadOptions): unknown {
  assertPath('load', path);
  const read = readLoad('load', LOAD, options);
  return decodeFile(readBytes(path, 'load'), path, read, 'load');
}

/** Loads the bytes of a file, for browsers; otherwise as {@link load}. */
export function loadBytes(bytes: Uint8Array, options: LoadBytesOptions & { tensorsOnly: true }): Record<string, Tensor>;
export function loadBytes<T = Record<string, Tensor>>(bytes: Uint8Array, options?: LoadBytesOptions): T;
export function loadBytes(bytes: Uint8Array, options?: LoadBytesOptions): unknown {
  assertBytes('loadBytes', bytes);
  const { source, ...read } = readLoad('loadBytes', { ...LOAD, source: 'the bytes' }, options);
  return decodeFile(bytes, source, read, 'loadBytes');
}

const SAVE: { format: FileFormat | undefined; metadata: Readonly<Record<string, string>> | undefined } = {
  format: undefined,
  metadata: undefined,
};
const LOAD: { key: string | undefined; tensorsOnly: boolean; checksums: boolean; mapLocation: DeviceLike | null } = {
  key: undefined,
  tensorsOnly: false,
  checksums: true,
  mapLocation: null,
};

function readSave<T extends typeof SAVE>(op: string, defaults: T, options: unknown): T {
  const read = readOptions(op, defaults, options);
  const { metadata } = read;
  if (metadata !== undefined && !isOptions(metadata))
    throw new ArgumentError(`${op}: metadata is ${show(metadata)}, expected strings by name.`);
  return read;
}

function readLoad<T extends typeof LOAD>(op: string, defaults: T, options: unknown): T {
  const read = readOptions(op, defaults, options);
  if (read.key !== undefined && typeof read.key !== 'string')
    throw new ArgumentError(`${op}: key is ${show(read.key)}, expected a string: the dotted name of a part.`);
  assertHere(op, read.mapLocation);
  return read;
}

/** @throws {ArgumentError} for anything but text; the message helps whoever exchanged value and path. */
function assertPath(op: string, path: unknown, value?: unknown): void {
  if (typeof path === 'string' && path !== '') return;
  const exchanged = typeof value === 'string' ? ' The value comes first: save(value, path).' : '';
  throw new ArgumentError(`${op}: the path is ${path === undefined ? 'missing' : show(path)}, expected the path of a file.${exchanged}`);
}

/** @internal {@link load} for bytes, in the name of `op`. */
export function decodeFile(
  bytes: Uint8Array,
  source: string,
  { key, tensorsOnly = false, checksums = true }: LoadOptions,
  op: string,
): unknown {
  const fail = (what: string): never => {
    throw new FormatError(`${op}: ${source}: ${what}`);
  };
  const format = sniffFormat(bytes) ?? notOurs(bytes, source, fail);
  let value: unknown = fileFormats[format].decode(bytes, fail, { checksums });
  if (key !== undefined) value = selectState(value, key, `${op}: ${source}`);
  if (!tensorsOnly) return value;
  const { tensors } = flattenState(value, `${op}: ${source}`);
  if (Object.keys(tensors).length === 0) fail('it holds no tensors.');
  return tensors;
}

/** Says what a file is that begins as none of Hone's does; a safetensors file that was cut short is left to its reader to explain. */
function notOurs(bytes: Uint8Array, source: string, fail: (what: string) => never): FileFormat {
  const foreign = foreignFile(bytes, source);
  if (foreign !== undefined) fail(foreign);
  const isHeader = bytes.length >= 9 && bytes[8] === 0x7b; // a length, then a brace
  if (isHeader || formatOf(source) === 'safetensors') return 'safetensors';
  return fail(unknownFile(bytes, source));
}
