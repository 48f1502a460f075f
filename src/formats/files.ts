/** Saving and loading: PyTorch's files and safetensors. */
import { readBytes, writeBytes } from '#files';
import { ArgumentError, FormatError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { looksLikeSafetensors, readSafetensors, safetensorsChunks } from './safetensors.js';
import type { StateDictLike } from './state-dict.js';
import { flattenState, selectState } from './state-names.js';
import { looksLikeTorch, readTorch } from './torch-file.js';
import { torchChunks } from './torch-writer.js';

/** What a file can hold: `pth` whatever `torch.save` takes, `safetensors` named tensors. */
export type FileFormat = 'pth' | 'safetensors';

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

export interface SaveOptions {
  /** Default: `pth` for paths that end in .pth, .pt, .ckpt or .bin, else `safetensors`. */
  format?: FileFormat;
  /** Notes to keep in a safetensors file, strings by name. */
  metadata?: Readonly<Record<string, string>>;
  /** Creates the directories of the path. Default: false. */
  makeDirectories?: boolean;
}

export interface LoadOptions {
  /** The part of the file to load, by its dotted name: `model` or `state.encoder`. Default: all of it. */
  key?: string;
  /** Gives tensors by dotted names, whatever the file's nesting, and leaves out all else. Default: false. */
  tensorsOnly?: boolean;
  /** Whether the checksums in PyTorch's files are compared. Default: true. */
  checksums?: boolean;
}

export interface LoadBytesOptions extends LoadOptions {
  /** What messages call the bytes: a path. Default: "the bytes". */
  source?: string;
}

function formatOf(path: string, { format }: SaveOptions): FileFormat {
  if (format !== undefined && format !== 'pth' && format !== 'safetensors')
    throw new ArgumentError(`save: format is ${JSON.stringify(format)}, expected pth or safetensors.`);
  return format ?? (/\.(pth|pt|ckpt|bin)$/i.test(path) ? 'pth' : 'safetensors');
}

function chunksOf(value: unknown, format: FileFormat, metadata: SaveOptions['metadata'], op: string): Iterable<Uint8Array> {
  if (format === 'safetensors') return safetensorsChunks(value as StateDictLike, metadata, op);
  if (metadata !== undefined)
    throw new ArgumentError(`${op}: metadata goes into safetensors files. In a .pth file, save it beside: { model, notes }.`);
  return torchChunks(value, op);
}

/**
 * Saves a value. A path that ends in .pth, .pt, .ckpt or .bin becomes a file of PyTorch's, which `torch.load` reads: state dicts, nested records,
 * Maps, arrays, Sets, numbers (whole ones as ints), strings, booleans, null and tensors, which share memory afterwards where they do now.
 * Typed arrays become tensors. Any other path becomes a safetensors file, for which the value must be tensors by name.
 * The file appears whole or not at all.
 * @param value a state dict, or for PyTorch's files any such value. Records whose keys are all whole numbers, as an optimizer's state, get
 * ints as keys, unless their values are all tensors; a Map keeps its keys as they are.
 * @throws {FileError} where the path cannot be written. @throws {ArgumentError} for what the format cannot hold, such as a model itself.
 * @see saveBytes for bytes instead of files, in browsers; https://pytorch.org/docs/stable/generated/torch.save.html
 * @example
 * save(model.stateDict(), 'model.safetensors');
 * save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch: 3 }, 'checkpoint.pth');
 */
export function save(value: unknown, path: string, options: SaveOptions = {}): void {
  writeBytes(path, chunksOf(value, formatOf(path, options), options.metadata, 'save'), 'save', options);
}

/**
 * The bytes of the file that {@link save} would write.
 * @param options.format default: `pth`. @throws as save.
 * @example
 * const bytes = saveBytes({ model: model.stateDict(), epoch: 3 });
 * loadBytes<{ epoch: number }>(bytes).epoch; // 3
 */
export function saveBytes(value: unknown, options: Omit<SaveOptions, 'makeDirectories'> = {}): Uint8Array<ArrayBuffer> {
  const chunks = [...chunksOf(value, options.format ?? formatOf('.pth', options), options.metadata, 'saveBytes')];
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/**
 * Loads what PyTorch or Hone saved: a .pth or .pt file of any PyTorch, or a safetensors file; the bytes tell which. Dicts become records
 * (Maps where their keys are not texts or whole numbers), tuples and lists arrays, bytes a Uint8Array, None null, and whole numbers beyond
 * 2^53 bigints. Tensors of one storage share it. Dtypes that Hone does not have become the next that holds them: float16 and bfloat16
 * float32, int8 and int16 int32; {@link fileDType} still tells. A file's code is never run: classes that are not known are an error.
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
export function load(path: string, options: LoadOptions = {}): unknown {
  return decodeFile(readBytes(path, 'load'), path, options, 'load');
}

/** Loads the bytes of a file, for browsers; otherwise as {@link load}. */
export function loadBytes(bytes: Uint8Array, options: LoadBytesOptions & { tensorsOnly: true }): Record<string, Tensor>;
export function loadBytes<T = Record<string, Tensor>>(bytes: Uint8Array, options?: LoadBytesOptions): T;
export function loadBytes(bytes: Uint8Array, options: LoadBytesOptions = {}): unknown {
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError(
      `loadBytes: expected a Uint8Array, got ${bytes === null ? 'null' : typeof bytes}. Wrap an ArrayBuffer: new Uint8Array(buffer).`,
    );
  return decodeFile(bytes, options.source ?? 'the bytes', options, 'loadBytes');
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
  // First of all: the length of a header may look like the first bytes of any other format.
  const safe = looksLikeSafetensors(bytes);
  if (!safe) checkKind(bytes, fail);
  let value = !safe && looksLikeTorch(bytes) ? readTorch(bytes, fail, { checksums }) : readSafetensors(bytes, fail).tensors;
  if (key !== undefined) value = selectState(value, key, `${op}: ${source}`);
  if (!tensorsOnly) return value;
  const { tensors } = flattenState(value, `${op}: ${source}`);
  if (Object.keys(tensors).length === 0) fail('it holds no tensors.');
  return tensors;
}

/** Files that are often taken for others. */
function checkKind(bytes: Uint8Array, fail: (what: string) => never): void {
  const starts = (...codes: number[]) => codes.every((code, i) => bytes[i] === code);
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (starts(0x1f, 0x8b)) fail('it is a gzip file. Unzip it first: gunzipSync(bytes) of node:zlib, or gunzip.');
  if (starts(0x89, 0x48, 0x44, 0x46)) fail('it is an HDF5 file, as Keras writes them. Save it in Python by torch.save or safetensors.');
  if (text(0, 6) === '\x93NUMPY') fail('it is a file of numpy.save. In Python, save a tensor: torch.save(torch.from_numpy(x), path).');
  if (text(257, 5) === 'ustar' || text(0, 8) === 'pickle\0\0')
    fail('it is a tar file, as PyTorch wrote them before 0.1.10. Load it in Python and torch.save it again.');
  if (text(0, 4) === 'GGUF') fail('it is a GGUF file. Convert the original model to safetensors instead.');
  if (/^(version https:\/\/git-lfs|<!doc|<html)/i.test(text(0, 30)))
    fail('it is a text, not a model: a page, or the pointer that Git LFS leaves. Fetch the file itself (git lfs pull).');
}
