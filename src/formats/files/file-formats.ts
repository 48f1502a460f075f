/**
 * The formats that Hone writes and reads, one row each: their endings, how they begin, how values go in and come out. A further one is a
 * row here, and the file with its functions.
 */
import { ArgumentError } from '../../errors.js';
import type { StateDictLike } from '../named-tensors.js';
import { looksLikeSafetensors, readSafetensors, safetensorsChunks } from '../safetensors.js';
import { looksLikeTorch, readTorch } from '../torch/file.js';
import { torchChunks } from '../torch/writer.js';
import type { Fail } from '../zip/zip.js';

interface Format {
  /** What such a file holds, for messages. */
  readonly holds: string;
  /** Whether it holds tensors by name and nothing else. */
  readonly tensorsOnly: boolean;
  /** The endings of its paths, without the dot; the first one is the one to advise. */
  readonly endings: readonly string[];
  /** Whether bytes begin as such a file does. */
  sniff(bytes: Uint8Array): boolean;
  /** The file in pieces. */
  encode(value: unknown, metadata: Readonly<Record<string, string>> | undefined, op: string): Iterable<Uint8Array>;
  /** The value in the file; `fail` throws what is wrong, in the name of the caller. */
  decode(bytes: Uint8Array, fail: Fail, options: { checksums: boolean }): unknown;
}

/** In the order in which they are asked: the length of a safetensors header may look like the first bytes of anything. */
export const fileFormats = {
  safetensors: {
    holds: 'tensors by name',
    tensorsOnly: true,
    endings: ['safetensors'],
    sniff: looksLikeSafetensors,
    encode: (value, metadata, op) => safetensorsChunks(value as StateDictLike, metadata, op),
    decode: (bytes, fail) => readSafetensors(bytes, fail).tensors,
  },
  pth: {
    holds: "anything nested, as PyTorch's torch.save",
    tensorsOnly: false,
    endings: ['pth', 'pt', 'ckpt', 'bin', 'pth.tar'],
    sniff: looksLikeTorch,
    encode(value, metadata, op) {
      if (metadata !== undefined)
        throw new ArgumentError(`${op}: metadata goes into safetensors files. In a .pth file, save it beside: { model, notes }.`);
      return torchChunks(value, op);
    },
    decode: readTorch,
  },
} satisfies Record<string, Format>;

/** What a file can hold: `pth` whatever `torch.save` takes, `safetensors` named tensors. */
export type FileFormat = keyof typeof fileFormats;

const names = Object.keys(fileFormats) as FileFormat[];

/** `.pth, .pt, …`: the endings of a format, or of all. */
export function endingsOf(...formats: FileFormat[]): string {
  return (formats.length === 0 ? names : formats).flatMap((name) => fileFormats[name].endings.map((ending) => `.${ending}`)).join(', ');
}

/** What is written, in words: `.safetensors (tensors by name) and .pth, … (…)`. */
export function formatsInWords(): string {
  return names.map((name) => `${endingsOf(name)} (${fileFormats[name].holds})`).join(' and ');
}

/** The format of a path by its ending; undefined where the ending is none of those that Hone writes. */
export function formatOf(path: string): FileFormat | undefined {
  const lower = path.toLowerCase();
  return names.find((name) => fileFormats[name].endings.some((ending) => lower.endsWith(`.${ending}`)));
}

/** The format of bytes, by how they begin. */
export function sniffFormat(bytes: Uint8Array): FileFormat | undefined {
  return names.find((name) => fileFormats[name].sniff(bytes));
}

/** Endings of other programs' files, and what they are. */
const OTHERS: Readonly<Record<string, string>> = {
  h5: 'a Keras file (HDF5)',
  hdf5: 'an HDF5 file',
  keras: 'a Keras file',
  onnx: 'an ONNX model',
  ort: 'a model of ONNX Runtime',
  tflite: 'a TensorFlow Lite model',
  pb: 'a TensorFlow graph',
  json: 'JSON text',
  npy: 'a NumPy file',
  npz: 'a NumPy file',
  gguf: 'a GGUF file',
  pkl: 'a pickle of any Python',
  pickle: 'a pickle of any Python',
  joblib: 'a pickle of scikit-learn',
  msgpack: 'a MessagePack file',
  mlmodel: 'a Core ML model',
  mlpackage: 'a Core ML package',
  parquet: 'a table',
  csv: 'a table',
  mat: 'a MATLAB file',
  zip: 'an archive',
  tar: 'an archive',
  gz: 'a compressed file',
  txt: 'text',
  html: 'a web page',
  png: 'a picture',
  jpg: 'a picture',
};

/**
 * The format in which to write `path`: the one that is asked for, or that of its ending; safetensors where the ending means nothing.
 * @throws {ArgumentError} for an ending that stands for a format that Hone does not write, and for an unknown `asked`.
 */
export function formatToWrite(path: string, asked: unknown, op: string): FileFormat {
  if (asked !== undefined) {
    if (names.includes(asked as FileFormat)) return asked as FileFormat;
    throw new ArgumentError(`${op}: format is ${JSON.stringify(asked)}, expected ${names.toReversed().join(' or ')}.`);
  }
  const format = formatOf(path);
  if (format !== undefined) return format;
  const ending = (/\.([^./\\]+)$/.exec(path)?.[1] ?? '').toLowerCase();
  if (!Object.hasOwn(OTHERS, ending)) return 'safetensors';
  throw new ArgumentError(
    `${op}: ${path} ends in .${ending}, as ${OTHERS[ending]} does, which Hone does not write. It writes ${formatsInWords()}. Where the name must stay, give the format: { format: 'pth' }.`,
  );
}
