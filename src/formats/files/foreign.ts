/**
 * Files of other programs, recognised by their first bytes, so that a message can say what a file is and what to do about it. Signatures are
 * those of file(1) and of each format's own description.
 */

/** What is known of a file that Hone does not read. */
interface Foreign {
  /** "it is …". */
  readonly is: string;
  readonly advice: string;
  matches(file: Head): boolean;
}

/** How many bytes are looked at, from the start and from the end. */
const LOOKED_AT = 4096;

/** The ends of a file, as bytes and as text. */
class Head {
  readonly text: string;
  readonly tail: Uint8Array;
  constructor(
    readonly bytes: Uint8Array,
    readonly source: string,
  ) {
    this.text = latin1(bytes.subarray(0, LOOKED_AT));
    this.tail = bytes.subarray(Math.max(0, bytes.length - 64));
  }
  starts(...codes: number[]): boolean {
    return codes.every((code, i) => this.bytes[i] === code);
  }
  /** The text at a position is this. */
  has(text: string, at = 0): boolean {
    return this.text.startsWith(text, at);
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const SAVE_WEIGHTS = 'In Python, save the weights: safetensors.torch.save_file(state, path), or torch.save(state, path).';
const EXPORTED = `It holds a program; Hone reads weights. ${SAVE_WEIGHTS}`;

/** A field of a protobuf message: its number, its wire type, where its content starts and ends. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly start: number;
}

/** The field that starts at `at` of a protobuf message, or undefined where none does. https://protobuf.dev/programming-guides/encoding */
function protobufField(bytes: Uint8Array, at: number): Field | undefined {
  const varint = (): number | undefined => {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 5; i++) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return undefined;
  };
  const tag = varint();
  const value = tag === undefined ? undefined : varint();
  return tag === undefined || value === undefined ? undefined : { number: tag >>> 3, wire: tag & 7, value, start: at };
}

const isPrintable = (byte: number | undefined) => byte !== undefined && byte >= 0x20 && byte < 0x7f;

/** The version number in front of ONNX, SavedModel and Core ML files, and the field after it. */
function versionAndNext({ bytes }: Head): { version: number; next: Field } | undefined {
  const first = protobufField(bytes, 0);
  if (first?.number !== 1 || first.wire !== 0 || first.value > 100) return undefined;
  const next = protobufField(bytes, first.start);
  return next === undefined ? undefined : { version: first.value, next };
}

/** ModelProto: ir_version, then producer_name, producer_version, domain, model_version, doc_string, graph, opset_import. */
function isOnnx(file: Head): boolean {
  const { version = 0, next } = versionAndNext(file) ?? {};
  if (next === undefined || version === 0) return false;
  if (next.number === 2 && next.wire === 2)
    return next.value === 0 || isPrintable(file.bytes[next.start]) || next.start >= file.bytes.length;
  return (next.number === 7 || next.number === 8) && next.wire === 2;
}

/** Model: specificationVersion, then a description, itself a message. */
function isCoreML(file: Head): boolean {
  const { next } = versionAndNext(file) ?? {};
  return next?.number === 2 && next.wire === 2 && file.bytes[next.start] === 0x0a;
}

/** GraphDef: nodes, each with its name first and its operation second. */
function isGraphDef({ bytes }: Head): boolean {
  const node = protobufField(bytes, 0);
  if (node?.number !== 1 || node.wire !== 2) return false;
  const name = protobufField(bytes, node.start);
  if (name?.number !== 1 || name.wire !== 2 || name.value === 0 || name.value > 200 || !isPrintable(bytes[name.start])) return false;
  const operation = protobufField(bytes, name.start + name.value);
  return operation?.number === 2 && operation.wire === 2 && isPrintable(bytes[operation.start]);
}

const signature = (is: string, advice: string, ...starts: (string | readonly number[])[]): Foreign => ({
  is,
  advice,
  matches: (file) => starts.some((start) => (typeof start === 'string' ? file.has(start) : file.starts(...start))),
});

const json = (is: string, pattern: RegExp, advice: string): Foreign => ({
  is,
  advice,
  matches: ({ text }) => /^(\xef\xbb\xbf)?\s*[{[]/.test(text) && pattern.test(text),
});

/** From the surest sign to the least sure. */
const FOREIGN: readonly Foreign[] = [
  { is: 'it is empty', advice: 'Was it cut short, or never written? Fetch or save it again.', matches: ({ bytes }) => bytes.length === 0 },
  signature('it is a gzip file', 'Unzip it first: gunzipSync(bytes) of node:zlib, or gunzip.', [0x1f, 0x8b]),
  signature('it is a bzip2 file', 'Unpack it first: bunzip2.', 'BZh'),
  signature('it is an xz file', 'Unpack it first: unxz.', '\xfd7zXZ\0'),
  signature('it is a zstd file', 'Unpack it first: zstd -d.', [0x28, 0xb5, 0x2f, 0xfd]),
  signature('it is an lz4 file', 'Unpack it first: lz4 -d.', [0x04, 0x22, 0x4d, 0x18]),
  signature('it is a 7z archive', 'Unpack it first: 7z x.', '7z\xbc\xaf\x27\x1c'),
  signature('it is a RAR archive', 'Unpack it first: unrar x.', 'Rar!\x1a\x07'),
  signature('it is an HDF5 file, as Keras writes them', SAVE_WEIGHTS, '\x89HDF\r\n\x1a\n'),
  signature('it is a file of numpy.save', 'In Python, save a tensor: torch.save(torch.from_numpy(x), path).', '\x93NUMPY'),
  {
    is: 'it is a tar file, as PyTorch wrote them before 0.1.10',
    advice: 'Unpack it first, or load it in Python and torch.save it again.',
    matches: (file) => file.has('ustar', 257) || file.has('pickle\0\0') || /^(storages|tensors|pickle)\0/.test(file.text),
  },
  signature('it is a GGUF file', 'Convert the original model to safetensors instead.', 'GGUF'),
  signature('it is a GGML file', 'Convert the original model to safetensors instead.', 'lmgg', 'tjgg', 'fmgg', 'algg'),
  { is: 'it is a TensorFlow Lite model', advice: EXPORTED, matches: (file) => file.has('TFL3', 4) },
  { is: "it is a model of ONNX Runtime's own format (.ort)", advice: EXPORTED, matches: (file) => file.has('ORTM', 4) },
  {
    is: 'it is the index of a checkpoint of TensorFlow',
    advice: `In Python, read it with tf.train.load_checkpoint. ${SAVE_WEIGHTS}`,
    // The magic number at the end of a table of LevelDB.
    matches: ({ tail }) => [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb].every((byte, i) => tail[tail.length - 8 + i] === byte),
  },
  {
    is: 'it is a log of TensorBoard',
    advice: 'It holds curves, not weights. Look at it with tensorboard --logdir.',
    matches: ({ text }) => /brain\.Event:\d/.test(text.slice(0, 200)),
  },
  { is: 'it is a PNG image', advice: 'Weights are read from .pth and .safetensors files.', matches: (file) => file.has('\x89PNG\r\n') },
  {
    is: 'it is a JPEG image',
    advice: 'Weights are read from .pth and .safetensors files.',
    matches: (file) => file.starts(0xff, 0xd8, 0xff),
  },
  {
    is: 'it is a picture',
    advice: 'Weights are read from .pth and .safetensors files.',
    matches: (file) =>
      file.has('GIF8') || file.has('II*\0') || file.has('MM\0*') || (file.has('RIFF') && file.has('WEBP', 8)) || file.has('ftypavif', 4),
  },
  signature('it is a PDF', 'Weights are read from .pth and .safetensors files.', '%PDF-'),
  signature('it is a table (Parquet)', 'Weights are read from .pth and .safetensors files.', 'PAR1'),
  signature('it is a table (Arrow)', 'Weights are read from .pth and .safetensors files.', 'ARROW1', 'FEA1'),
  signature('it is a database (SQLite)', 'Weights are read from .pth and .safetensors files.', 'SQLite format 3\0'),
  signature(
    'it is a MATLAB file',
    'In Python, read it with scipy.io.loadmat and save tensors: torch.save(state, path).',
    'MATLAB 5.0 MAT-file',
  ),
  signature('it is a WebAssembly module', 'Weights are read from .pth and .safetensors files.', '\0asm'),
  signature('it is a program', 'Weights are read from .pth and .safetensors files.', '\x7fELF', 'MZ\x90\0', [0xcf, 0xfa, 0xed, 0xfe]),
  {
    is: 'it is an idx file, as MNIST has them',
    advice: 'Read it with decodeIdx of hone/formats.',
    matches: ({ bytes }) =>
      bytes.length > 8 && bytes[0] === 0 && bytes[1] === 0 && [8, 9, 11, 12, 13, 14].includes(bytes[2]!) && bytes[3]! > 0 && bytes[3]! < 8,
  },
  {
    is: 'it is the pointer that Git LFS leaves in the place of a file',
    advice: 'Fetch the file itself: git lfs pull.',
    matches: (file) => file.has('version https://git-lfs') || file.has('version https://hawser'),
  },
  {
    is: 'it is the pointer that git-annex leaves in the place of a file',
    advice: 'Fetch the file itself: git annex get.',
    matches: ({ text }) => /^\/?(\.git\/)?annex\/objects\//.test(text),
  },
  {
    is: 'it is a web page',
    advice:
      'A download of a file that is not there, or that asks for a login, often gives one. Open it in a browser, and fetch the file itself.',
    matches: ({ text }) => /^(\xef\xbb\xbf)?\s*(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|script)\b/i.test(text),
  },
  {
    is: 'it is XML',
    advice: 'Weights are read from .pth and .safetensors files.',
    matches: ({ text }) => /^(\xef\xbb\xbf)?\s*<(\?xml|!doctype|svg)\b/i.test(text),
  },
  json(
    'it is a model of TensorFlow.js',
    /"(modelTopology|weightsManifest)"|"format"\s*:\s*"(layers|graph)-model"/,
    `Its weights lie in the .bin files beside it. ${SAVE_WEIGHTS}`,
  ),
  json(
    'it is the index of a model that is spread over several files',
    /"weight_map"\s*:/,
    'Load each of the files that it names, and put their tensors together: Object.assign({}, load(first), load(second)).',
  ),
  json('it is JSON text, such as a configuration', /./s, 'Weights are read from .pth and .safetensors files.'),
  {
    is: 'it is a SavedModel of TensorFlow',
    advice: EXPORTED,
    matches: (file) => {
      const { version, next } = versionAndNext(file) ?? {};
      return version === 1 && next?.number === 2 && next.wire === 2 && file.bytes[next.start] === 0x0a;
    },
  },
  { is: 'it is a Core ML model', advice: EXPORTED, matches: isCoreML },
  { is: 'it is an ONNX model', advice: EXPORTED, matches: isOnnx },
  { is: 'it is a graph of TensorFlow (GraphDef)', advice: EXPORTED, matches: isGraphDef },
  {
    is: 'it is a pickle of protocol 0, or of another program than PyTorch',
    advice: 'In Python, load it and save tensors by torch.save(state, path).',
    matches: ({ text }) => /^(\((dp|lp|i)\d*\n|c[\w.]+\n[\w.]+\n)/.test(text),
  },
  {
    is: 'it holds the weights of a TensorFlow.js model: bare numbers',
    advice:
      'Their names, shapes and dtypes stand in the model.json beside it; fromTypedArray(new Float32Array(buffer), shape) makes a tensor of them.',
    matches: ({ source }) => /group\d+-shard\d+of\d+(\.bin)?$/.test(source),
  },
  {
    is: 'it is a part of a checkpoint of TensorFlow: bare numbers',
    advice: `In Python, read it with tf.train.load_checkpoint. ${SAVE_WEIGHTS}`,
    matches: ({ source }) => /\.data-\d+-of-\d+$/.test(source),
  },
];

/** By the ending, where the bytes say nothing. */
const ENDINGS: readonly [RegExp, string][] = [
  [/\.(h5|hdf5|keras)$/i, 'its name is that of a Keras file, though its bytes are not'],
  [/\.onnx$/i, 'its name is that of an ONNX model, though its bytes are not'],
  [/\.(msgpack|flax)$/i, 'its name is that of a Flax checkpoint'],
  [/\.(pkl|pickle|joblib)$/i, 'its name is that of a pickle, though its bytes are not'],
  [/\.(pb|pbtxt|ckpt\.meta|meta)$/i, 'its name is that of a TensorFlow file'],
  [/\.(npz|npy)$/i, 'its name is that of a NumPy file, though its bytes are not'],
];

const READS = "Hone reads PyTorch's .pth and .pt files, and safetensors.";

function isText(head: Uint8Array): boolean {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32) || byte === 127)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The first bytes, as hexadecimal. */
const hex = (bytes: Uint8Array) => Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** What a file is, if it is known to be of another program, and what to do: two sentences. */
export function foreignFile(bytes: Uint8Array, source: string): string | undefined {
  const file = new Head(bytes, source);
  const found = FOREIGN.find((foreign) => foreign.matches(file));
  return found && `${found.is}. ${found.advice}`;
}

/** What to say of a file in which nothing is recognised. */
export function unknownFile(bytes: Uint8Array, source: string): string {
  if (isText(bytes.subarray(0, LOOKED_AT))) return `it is text, not a model. ${READS}`;
  const ending = ENDINGS.find(([pattern]) => pattern.test(source))?.[1];
  return (
    `it is of no format that Hone knows: its first bytes are ${hex(bytes)}${ending === undefined ? '' : `, and ${ending}`}. ${READS} ` +
    'Where it holds bare numbers, as the .bin files of TensorFlow.js do, fromTypedArray(new Float32Array(buffer), shape) makes a tensor of them.'
  );
}

/** What a zip file is that torch.save did not write. @param names of its entries. */
export function foreignZip(names: readonly string[]): string {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/\.npy$/)) return 'it is a file of numpy.savez. In Python, save tensors: torch.save(state, path).';
  if (has(/^model\.weights\.h5$/) || (has(/^config\.json$/) && has(/^metadata\.json$/)))
    return `it is a Keras file (.keras). ${SAVE_WEIGHTS}`;
  if (has(/(^|\/)archive_format$/) || has(/(^|\/)serialized_exported_program\.json$/))
    return `it is a program of torch.export (.pt2). ${EXPORTED}`;
  if (has(/(^|\/)saved_model\.pb$/)) return `it is a zipped SavedModel of TensorFlow. ${EXPORTED}`;
  if (has(/\.mlmodel$/)) return `it is a Core ML package. ${EXPORTED}`;
  if (has(/^(word|xl|ppt)\//)) return `it is an Office document. ${READS}`;
  const inside = names.find((name) => /\.(pth|pt|safetensors)$/i.test(name));
  if (inside !== undefined) return `it is a zip archive that holds ${JSON.stringify(inside.slice(0, 100))}. Unpack it first.`;
  const roots = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name)).length;
  const some = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 60)));
  return `it is a zip file, but not one of torch.save: it has ${roots} entries "…/data.pkl", expected one${some.length > 0 ? ` (it has ${some.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''})` : ''}.`;
}
