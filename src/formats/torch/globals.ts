/** What a file of PyTorch's may name: the short list of classes and functions that Hone knows. None of them is code; each makes a value. */
import type { Budget } from '../budget.js';
import { type FileDType, fileDTypes } from '../file-dtypes.js';
import type { Fail } from '../zip/zip.js';
import { PyDict, PyGlobal, PySet, PyTensor, PyTuple, StorageRef } from './pickle-values.js';
import { describe } from './unpickler.js';

const MAX_DIMS = 64;

/** PyTorch's storage classes, by the names of their elements. */
const STORAGES: Readonly<Record<string, string>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Names that are values themselves, as in `defaultdict(list)`. */
const INERT: ReadonlySet<string> = new Set([
  ...['list', 'dict', 'int', 'float', 'str', 'bool', 'tuple', 'object'].map((name) => `builtins.${name}`),
  ...['torch.Tensor', 'torch._tensor.Tensor', 'torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer'],
  ...['per_tensor_affine', 'per_tensor_symmetric', 'per_channel_affine', 'per_channel_symmetric'].map((name) => `torch.${name}`),
]);

/** Modules whose names changed. */
const MOVED: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg', 'torch.tensor': 'torch._tensor' };

type Call = (args: readonly unknown[]) => unknown;

/** Resolves the names of a file; `fail` names the file, `budget` pays for what calls copy and make. */
export function torchGlobals(fail: Fail, budget: Budget): (module: string, name: string) => PyGlobal {
  const calls = callables(fail, budget);
  const known = new Map<string, PyGlobal>();
  return (module, name) => {
    const full = `${MOVED[module] ?? module}.${name}`;
    const found = known.get(full) ?? resolve(full, calls, fail);
    known.set(full, found);
    return found;
  };
}

function resolve(full: string, calls: Readonly<Record<string, Call>>, fail: Fail): PyGlobal {
  if (Object.hasOwn(calls, full)) return new PyGlobal(full, calls[full]);
  if (INERT.has(full)) return new PyGlobal(full);
  const last = full.slice(full.lastIndexOf('.') + 1);
  if (/^torch\.(cuda\.)?\w+Storage$/.test(full) && last in STORAGES) return new PyGlobal(full, undefined, fileDTypes.get(STORAGES[last]!));
  if (/^torch\.storage\._?UntypedStorage$/.test(full) || full === 'torch.UntypedStorage') return new PyGlobal(full, undefined, 'untyped');
  if (full === `torch.${last}`) {
    const element = fileDTypes.get(last);
    if (element !== undefined) return new PyGlobal(full, undefined, element);
    if (/^(bcomplex|complex|q?u?int|bits|float4)[\dx_a-z]*$/.test(last)) return new PyGlobal(full);
  }
  return refuse(full, last, fail);
}

/** Why a name is not known, and what to do. */
function refuse(full: string, last: string, fail: Fail): never {
  const module = full.slice(0, full.length - last.length - 1);
  const asks = `it asks for Python's "${full}"`;
  const save = 'In Python, save the state dict alone: torch.save(model.state_dict(), path).';
  if (/Complex\w*Storage$/.test(last))
    return fail('it holds complex numbers, which Hone does not have. Save torch.view_as_real(tensor) instead.');
  if (/^QU?Int\w*Storage$/.test(last))
    return fail('it holds quantised tensors, which Hone does not have. Save tensor.dequantize() instead.');
  if (module.startsWith('torch.nn.modules') || module === '__main__' || module.startsWith('torchvision.models'))
    return fail(`${asks}: it holds a whole model, whose code is Python's, or an object of a class of its program. ${save}`);
  if (module === 'numpy' || module.startsWith('numpy.'))
    return fail(`${asks}: it holds numbers of NumPy. In Python, save float(x) or torch.from_numpy(x) in their place.`);
  if (module.startsWith('torch.distributed'))
    return fail(`${asks}: it holds tensors that are spread over several processes. In Python, save tensor.full_tensor() in their place.`);
  return fail(
    `${asks}, which is not among the few that Hone knows, and nothing of a file is run. Where you trust the file and want its numbers, load it in Python and save tensors, numbers, texts, lists and dicts only: torch.save(model.state_dict(), path).`,
  );
}

/** What may be called. */
function callables(fail: Fail, budget: Budget): Readonly<Record<string, Call>> {
  const tensorV2 = (args: readonly unknown[], element?: unknown): PyTensor => {
    const [storage, offset, size, stride, requiresGrad] = args;
    if (!(storage instanceof StorageRef)) return fail(`a tensor's storage is ${describe(storage)}, expected a storage: it is damaged.`);
    const type = element ?? storage.element;
    if (typeof type !== 'object' || type === null) return fail('a tensor has no dtype: it is damaged.');
    budget.spend(12);
    return new PyTensor(
      storage,
      type as FileDType,
      count(offset, 'offset', fail),
      counts(size, 'shape', fail),
      counts(stride, 'strides', fail),
      requiresGrad === true,
    );
  };
  const metadata = (value: unknown): void => {
    if (value instanceof PyDict) budget.spend(value.entries.size);
    if (value instanceof PyDict && [...value.entries.values()].some((flag) => flag === true))
      fail('it holds a tensor that is a lazy negative or conjugate. In Python, save tensor.resolve_neg().resolve_conj() instead.');
  };
  const tensorOf = (value: unknown): PyTensor =>
    value instanceof PyTensor ? value : fail(`a parameter holds ${describe(value)}, expected a tensor: it is damaged.`);
  const parameter = (data: unknown, requiresGrad: unknown): PyTensor => {
    const { storage, element, offset, shape, strides } = tensorOf(data);
    return new PyTensor(storage, element, offset, shape, strides, requiresGrad === true);
  };
  const unsupported = (what: string, instead: string) => () => fail(`it holds ${what}, which Hone does not have. Save ${instead} instead.`);
  const copied = (items: unknown): unknown => {
    budget.spend(sizeOf(items));
    return items;
  };
  const dict = (kind: 'OrderedDict' | 'Counter' | 'dict') => (args: readonly unknown[]) =>
    fillDict(new PyDict(kind), copied(args[0]), fail);
  const set: Call = ([items]) => {
    const out = new PySet();
    for (const item of listOf(copied(items) ?? [], 'a set', fail)) out.items.add(item);
    return out;
  };
  const calls: Record<string, Call> = {
    'collections.OrderedDict': dict('OrderedDict'),
    'collections.Counter': dict('Counter'),
    'collections.defaultdict': () => new PyDict('defaultdict'),
    'builtins.set': set,
    'builtins.frozenset': set,
    'builtins.bytes': ([data]) =>
      data === undefined ? new Uint8Array(0) : fail(`it makes bytes out of ${describe(data)}, where Python writes b'' so: it is damaged.`),
    'builtins.bytearray': ([data, encoding]) =>
      typeof data === 'string' ? latin1(copied(data), encoding, fail) : data instanceof Uint8Array ? data : new Uint8Array(0),
    'builtins.complex': unsupported('complex numbers', 'their real and imaginary parts'),
    '_codecs.encode': ([text, encoding]) => latin1(copied(text), encoding, fail),
    'torch.Size': ([items]) => new PyTuple(counts(items, 'torch.Size', fail), 'Size'),
    'torch.device': ([type, index]) => (typeof index === 'number' ? `${String(type)}:${index}` : typeof type === 'string' ? type : 'cpu'),
    'torch.serialization._get_layout': ([name]) => String(name),
    'torch._utils._rebuild_tensor': (args) => tensorV2(args),
    'torch._utils._rebuild_tensor_v2': (args) => {
      metadata(args[6]);
      return tensorV2(args);
    },
    'torch._utils._rebuild_tensor_v3': (args) => {
      metadata(args[7]);
      const dtype = args[6];
      if (!(dtype instanceof PyGlobal) || typeof dtype.element !== 'object')
        return fail(`it holds a tensor of dtype ${describe(dtype)}, which Hone does not read. Save tensor.float() instead.`);
      return tensorV2(args, dtype.element);
    },
    'torch._utils._rebuild_parameter': ([data, requiresGrad]) => parameter(data, requiresGrad),
    'torch._utils._rebuild_parameter_with_state': ([data, requiresGrad]) => parameter(data, requiresGrad),
    'torch._utils._rebuild_device_tensor_from_cpu_tensor': ([data, , , requiresGrad]) => parameter(data, requiresGrad),
    'torch._tensor._rebuild_from_type_v2': ([rebuild, type, args]) => {
      const plain = type instanceof PyGlobal && (type.name.endsWith('Tensor') || type.name.startsWith('torch.nn.parameter.'));
      if (!plain || !(rebuild instanceof PyGlobal) || !rebuild.name.startsWith('torch._utils._rebuild_') || !(args instanceof PyTuple))
        return fail(
          `it holds a tensor of the class ${describe(type)}, which Hone does not know. Save tensor.as_subclass(torch.Tensor) instead.`,
        );
      return tensorOf(rebuild.call!(args.items));
    },
    'torch._utils._rebuild_qtensor': unsupported('quantised tensors', 'tensor.dequantize()'),
    'torch._utils._rebuild_sparse_tensor': unsupported('sparse tensors', 'tensor.to_dense()'),
    'torch._utils._rebuild_sparse_csr_tensor': unsupported('sparse tensors', 'tensor.to_dense()'),
    'torch._utils._rebuild_nested_tensor': unsupported('nested tensors', 'a list of tensors'),
    'torch._utils._rebuild_meta_tensor_no_storage': unsupported('tensors of the meta device, without values', 'tensors with values'),
  };
  return calls;
}

/** What a copy of a value costs, in the budget's units. */
function sizeOf(value: unknown): number {
  if (value instanceof PyDict) return 2 * value.entries.size;
  if (value instanceof PySet) return value.items.size;
  if (value instanceof PyTuple) return value.items.length;
  if (typeof value === 'string') return value.length / 16;
  return Array.isArray(value) ? value.length : 0;
}

function fillDict(out: PyDict, items: unknown, fail: Fail): PyDict {
  if (items === undefined) return out;
  if (items instanceof PyDict) {
    for (const [key, value] of items.entries) out.entries.set(key, value);
    return out;
  }
  for (const pair of listOf(items, `a ${out.kind}`, fail)) {
    const [key, value, ...more] = listOf(pair, `a ${out.kind}`, fail);
    if (value === undefined || more.length > 0) fail(`an entry of a ${out.kind} is not a pair: it is damaged.`);
    out.entries.set(key, value);
  }
  return out;
}

function listOf(value: unknown, what: string, fail: Fail): readonly unknown[] {
  if (value instanceof PyTuple) return value.items;
  if (value instanceof PySet) return [...value.items];
  return Array.isArray(value) ? value : fail(`${what} is made of ${describe(value)}, expected a list: it is damaged.`);
}

/** Bytes of protocol 2: a text of which each character is one. */
function latin1(text: unknown, encoding: unknown, fail: Fail): Uint8Array {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
    return fail(`it makes bytes out of ${describe(text)} by ${describe(encoding)}, expected a text and latin1: it is damaged.`);
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    out[i] = code < 256 ? code : fail('a text that stands for bytes has other characters: it is damaged.');
  }
  return out;
}

function count(value: unknown, what: string, fail: Fail): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    return fail(`the ${what} of a tensor is ${describe(value)}, expected whole numbers of at least 0.`);
  return value;
}

function counts(value: unknown, what: string, fail: Fail): number[] {
  const items = listOf(value, `the ${what} of a tensor`, fail);
  if (items.length > MAX_DIMS) fail(`the ${what} of a tensor has ${items.length} dims; at most ${MAX_DIMS} are read.`);
  return items.map((item) => count(item, what, fail));
}
