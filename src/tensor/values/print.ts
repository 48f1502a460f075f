/** Tensors as text, character for character as PyTorch prints them (torch/_tensor_str.py). */
import { loadedEngine, ptrAt } from '../../engine/engine.js';
import { numel, type Shape } from '../shape.js';
import type { GradFn, Tensor } from '../tensor.js';
import { dtypes, isFloating, type TypedArray } from './dtype.js';
import { toTypedArray } from './transfer.js';

const PRECISION = 4;
/** Tensors of more elements show only the edges of their dims. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;

/** `toFixed` and `toExponential` round exact halves up; Python rounds them to even. The decimal expansion of a double tells. */
function halfToEven(text: string, exact: string): string {
  const at = text.length;
  const tail = exact.slice(at);
  if (!/^50*$/.test(tail)) return text;
  const down = exact.slice(0, at);
  return Number(down[at - 1]) % 2 === 0 ? down : text;
}

/** Python's `format(value, '.4f')`, digits being 4. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return special(value);
  const size = Math.abs(value);
  const text = halfToEven(size.toFixed(digits), digits > 0 ? size.toFixed(60) : '');
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** Python's `format(value, '.4e')`. */
function exponential(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const size = Math.abs(value);
  const [digits, exponent] = size.toExponential(PRECISION).split('e') as [string, string];
  const [exact, exactExponent] = size.toExponential(60).split('e') as [string, string];
  const text = exponent === exactExponent ? halfToEven(digits, exact) : digits;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${text}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function special(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

type Value = number | bigint | boolean;
type Format = (value: Value) => string;

/** How all elements are written: in one width, as fixed or scientific numbers, chosen by the values shown. */
function formatter(x: Tensor, shown: readonly Value[]): { width: number; format: Format } {
  let width = 1;
  let write: Format;
  if (!isFloating(x.dtype)) {
    write = (v) => (typeof v === 'boolean' ? (v ? 'True' : 'False') : String(v));
    for (const value of shown) width = Math.max(width, write(value).length);
  } else {
    const numbers = (shown as readonly number[]).filter((v) => Number.isFinite(v) && v !== 0);
    const sizes = numbers.map(Math.abs);
    const [smallest, largest] = [
      sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      sizes.reduce((a, b) => Math.max(a, b), 0),
    ];
    const whole = numbers.every(Number.isInteger);
    const scientific = numbers.length > 0 && (largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4);
    if (scientific) write = (v) => exponential(v as number);
    else if (whole) write = (v) => fixed(v as number, 0) + (Number.isFinite(v) ? '.' : '');
    else write = (v) => fixed(v as number, PRECISION);
    for (const value of numbers) width = Math.max(width, write(value).length);
  }
  return { width, format: (v) => write(v).padStart(width) };
}

/** Elements of nested dims; null stands for those that are left out. */
type Contents = Value | (Contents | null)[];

/** Reads what will be shown. */
function contents(x: Tensor, summarize: boolean): Contents {
  const plain = summarize ? undefined : toTypedArray(x);
  const value = (raw: number | bigint): Value => (x.dtype === 'bool' ? raw !== 0 : raw);
  const { array, bytes } = dtypes[x.dtype];
  const one: TypedArray = new array(1);
  let next = 0;
  const read = (offset: number): Value => {
    if (plain) return value(plain[next++]!);
    loadedEngine().host.read(ptrAt(x.ptr, offset * bytes), one);
    return value(one[0]!);
  };
  const build = (dim: number, offset: number): Contents => {
    if (dim === x.ndim) return read(offset);
    const size = x.shape[dim]!;
    const item = (i: number) => build(dim + 1, offset + i * x.strides[dim]!);
    if (!summarize || size <= 2 * EDGE_ITEMS) return Array.from({ length: size }, (_, i) => item(i));
    const edge = Array.from({ length: EDGE_ITEMS }, (_, i) => i);
    return [...edge.map(item), null, ...edge.map((i) => item(size - EDGE_ITEMS + i))];
  };
  return build(0, 0);
}

function flat(values: Contents | null): Value[] {
  if (values === null) return [];
  return Array.isArray(values) ? values.flatMap(flat) : [values];
}

function bracket(values: Contents, dims: number, indent: number, width: number, format: Format): string {
  if (!Array.isArray(values)) return format(values);
  if (dims === 1) {
    const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
    const items = values.map((v) => (v === null ? ' ...' : format(v as Value)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
  }
  const parts = values.map((v) => (v === null ? '...' : bracket(v, dims - 1, indent + 1, width, format)));
  return `[${parts.join(`,${'\n'.repeat(dims - 1)}${' '.repeat(indent + 1)}`)}]`;
}

const tuple = (shape: Shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`);

/** What PyTorch calls operations that have another name here. */
const TORCH_NAMES: Readonly<Record<string, string>> = {
  batchNorm: 'NativeBatchNorm',
  clamp: 'ClampBackward1',
  contiguous: 'Clone',
  conv2d: 'Convolution',
  conv2d_backward_input: 'Convolution',
  crossEntropy: 'NllLoss',
  dropout: 'Mul',
  entr: 'SpecialEntr',
  erfcx: 'SpecialErfcx',
  gammaln: 'Lgamma',
  groupNorm: 'NativeGroupNorm',
  i0e: 'SpecialI0E',
  i1: 'SpecialI1',
  i1e: 'SpecialI1E',
  layerNorm: 'NativeLayerNorm',
  log1p: 'Log1P',
  logNdtr: 'SpecialLogNdtr',
  logsigmoid: 'LogSigmoid',
  matmul: 'Mm',
  ndtri: 'SpecialNdtri',
  norm: 'LinalgVectorNorm',
  pad: 'ConstantPadNd',
  psi: 'Digamma',
  relu6: 'Hardtanh',
  rrelu: 'RreluWithNoise',
  selu: 'Elu',
  square: 'Pow',
  to: 'ToCopy',
  unflatten: 'View',
};

/** PyTorch's name of a recorded operation: `mul` is `MulBackward0`. */
function nodeName({ name, label }: GradFn, isView: boolean): string {
  const known =
    label ?? (name === 'reshape' ? (isView ? 'View' : 'UnsafeView') : Object.hasOwn(TORCH_NAMES, name) ? TORCH_NAMES[name]! : undefined);
  if (known !== undefined) return known.includes('Backward') ? known : `${known}Backward0`;
  const camel = name.replace(/[_ ]+(\w)/g, (_, c: string) => c.toUpperCase());
  return `${camel[0]!.toUpperCase()}${camel.slice(1)}Backward0`;
}

/**
 * The text of a tensor, as PyTorch's `repr`: four digits, scientific notation where the values need it, the edges only beyond 1000
 * elements, the dtype where it is not the default.
 * @param prefix what stands in front of the bracket; lines are indented by its length.
 * @see https://pytorch.org/docs/stable/generated/torch.set_printoptions.html
 */
export function tensorToString(x: Tensor, prefix = 'tensor('): string {
  const indent = prefix.length;
  const suffixes: string[] = [];
  const count = numel(x.shape);
  let text = '[]';
  if (count === 0) {
    if (x.ndim !== 1) suffixes.push(`size=${tuple(x.shape)}`);
    if (x.dtype !== 'float32') suffixes.push(`dtype=torch.${x.dtype}`);
  } else {
    if (x.dtype !== 'float32' && x.dtype !== 'int64' && x.dtype !== 'bool') suffixes.push(`dtype=torch.${x.dtype}`);
    const values = contents(x, count > THRESHOLD);
    const { width, format } = formatter(x, flat(values));
    text = bracket(values, x.ndim, indent, width, format);
  }
  const name = gradFnName(x);
  if (name !== null) suffixes.push(`grad_fn=<${name}>`);
  else if (x.requiresGrad) suffixes.push('requires_grad=True');
  return withSuffixes(prefix + text, suffixes, indent);
}

/** A view whose history has become unclear prints as PyTorch's. */
function gradFnName(x: Tensor): string | null {
  try {
    return x.gradFn && nodeName(x.gradFn, x.viewBase !== null);
  } catch {
    return 'Invalid';
  }
}

function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let out = text;
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > LINE_WIDTH) {
      out += `,\n${' '.repeat(indent)}${suffix}`;
      lineLength = indent + suffix.length;
    } else {
      out += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${out})`;
}
