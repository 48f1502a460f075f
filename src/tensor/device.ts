/** Where tensors live. There is one device, the CPU; code that asks for others finds out here that they are not there. */
import { ArgumentError, DeviceError } from '../errors.js';
import { devices, noMore, readArguments, readOptions } from './arguments/arguments.js';
import { wholeNumber } from './arguments/checks.js';
import { isOptions, show } from './arguments/show.js';
import { Tensor } from './tensor.js';
import { assertDType, type DType, dtypes } from './values/dtype.js';

/** PyTorch's types of devices. */
const TYPES = 'cpu cuda mps xpu mtia hpu ipu xla vulkan meta maia privateuseone lazy hip ve fpga opengl opencl ideep mkldnn'.split(' ');
/** What people write who mean one of them. */
const MEANT: Readonly<Record<string, string>> = { gpu: 'cuda', nvidia: 'cuda', rocm: 'cuda', amd: 'cuda', metal: 'mps', tpu: 'xla' };

/** A device, or its name: `'cpu'`, `'cuda:0'`. */
export type DeviceLike = Device | 'cpu' | 'cuda' | 'mps' | 'xpu' | (string & {});

/** A device: its type and its number. {@link device} makes each once, so that `===` compares them. Its text is its name: `cuda:0`. */
export class Device {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Device';
  /** `'cpu'`, `'cuda'`, … */
  readonly type: string;
  /** Its number among those of its type; null for the current one. */
  readonly index: number | null;

  /** @internal Use {@link device}. */
  constructor(type: string, index: number | null) {
    this.type = type;
    this.index = index;
    Object.freeze(this);
  }

  /** Whether it is the same device, or the device of that name. */
  equals(other: DeviceLike): boolean {
    return this === device(other);
  }

  /** `cpu`, `cuda:0`. */
  toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`;
  }

  /** Its name. */
  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `device(type='${this.type}'${this.index === null ? '' : `, index=${this.index}`})`;
  }
}

const known = new Map<string, Device>();

/**
 * A device, by its name or by type and index. Any may be named; tensors can only be put on the CPU.
 * @param type `'cpu'`, `'cuda'`, `'mps'`, …; also with the index, `'cuda:1'`, or a device.
 * @param index its number among those of its type; default: none. Both also by name, in one object.
 * @throws {DeviceError} for a type that does not exist. @throws {ArgumentError} for another kind of value, and an index given twice.
 * @see https://pytorch.org/docs/stable/tensor_attributes.html#torch.device
 * @example
 * device('cpu').type; // 'cpu'
 * String(device('cuda', 1)); // 'cuda:1'
 */
export function device(type: DeviceLike | { type: string; index?: number | null }, index?: number | null): Device;
export function device(...given: unknown[]): Device {
  const [first, second, ...rest] = given;
  noMore('device', rest);
  if (isOptions(first)) {
    noMore('device', [second]);
    const read = readOptions<{ type: unknown; index: unknown }>('device', { type: null, index: null }, first);
    return deviceOf('device', read.type, read.index);
  }
  return deviceOf('device', first, isOptions(second) ? readOptions<{ index: unknown }>('device', { index: null }, second).index : second);
}

function deviceOf(op: string, type: unknown, index: unknown = null): Device {
  if (type instanceof Device && index === null) return type;
  if (typeof type !== 'string')
    throw new ArgumentError(`${op}: the device is ${type === undefined ? 'missing' : show(type)}, expected a name such as 'cpu'.`);
  const [, name, digits] = /^([a-z]+)(?::(\d{1,3}))?$/.exec(type) ?? [];
  if (name === undefined || !TYPES.includes(name)) {
    const word = wordOf(type);
    const meant = TYPES.includes(word) ? word : Object.hasOwn(MEANT, word) ? MEANT[word] : undefined;
    throw new DeviceError(
      `${op}: there is no device ${show(type)}, expected a type such as 'cpu' or 'cuda', and at most an index, as in 'cuda:0'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} Tensors live on 'cpu'.`,
    );
  }
  if (digits !== undefined && index !== null)
    throw new ArgumentError(`${op}: the index is given twice, in ${show(type)} and as ${show(index)}.`);
  const number = digits !== undefined ? Number(digits) : index === null ? null : wholeNumber(op, 'index', index, { min: 0, max: 999 });
  const key = number === null ? name : `${name}:${number}`;
  let found = known.get(key);
  if (found === undefined) {
    found = new Device(name, number);
    known.set(key, found);
  }
  return found;
}

/** The type in the name of a device, however it is written. */
const wordOf = (name: string) => name.replace(/:.*$/s, '').toLowerCase();

/**
 * @internal Refuses every device but the CPU; null and undefined stand for it.
 * @throws {DeviceError} for another one. @throws {ArgumentError} for anything but a device.
 */
export function assertHere(op: string, given: unknown): void {
  if (given === 'cpu' || given === undefined || given === null) return;
  const wanted = typeof given === 'number' ? deviceOf(op, 'cuda', given) : deviceOf(op, given);
  if (wanted.type !== 'cpu' || (wanted.index ?? 0) !== 0) throw notHere(op, wanted);
}

devices.check = assertHere;

/** The error of a device that is not there. */
function notHere(op: string, wanted: Device): DeviceError {
  const what =
    wanted.type === 'cpu'
      ? "there is one CPU. Write 'cpu' or 'cpu:0'."
      : wanted.type === 'meta'
        ? "all tensors have values, and live on the CPU. Write 'cpu', or leave the device out."
        : "Hone computes on the CPU. Write 'cpu', leave the device out, or ask first: const device = cuda.isAvailable() ? 'cuda' : 'cpu'.";
  return new DeviceError(`${op}: the device is '${wanted}', which is not available: ${what}`);
}

/** @internal `cuda()` of tensors and modules: such a device is not there. @throws {DeviceError} always. */
export function moveTo(type: string, op: string, given: readonly unknown[]): never {
  const { device: at } = readArguments<{ device: unknown; nonBlocking: boolean }>(op, { device: null, nonBlocking: false }, given);
  const wanted = at === null ? deviceOf(op, type) : typeof at === 'number' ? deviceOf(op, type, at) : deviceOf(op, at);
  if (wanted.type !== type) throw new DeviceError(`${op}: the device is '${wanted}', expected one of type '${type}'. Use to('${wanted}').`);
  throw notHere(op, wanted);
}

/** Whether it can only be meant as a device: one, its number, or text that names one, or nearly. */
function isDeviceLike(value: unknown): boolean {
  if (value instanceof Device || typeof value === 'number') return true;
  return typeof value === 'string' && (TYPES.includes(wordOf(value)) || Object.hasOwn(MEANT, wordOf(value)));
}

/** What `to` takes by name. */
export interface ToOptions {
  /** The dtype that is wanted. Default: as it is. */
  dtype?: DType | null;
  /** Where it is wanted: the CPU. */
  device?: DeviceLike | null;
  /** Nothing to wait for on one device. */
  nonBlocking?: boolean;
}

/** What `to` of a tensor takes by name. */
export interface TensorToOptions extends ToOptions {
  /** Whether the result is a copy in any case. Default: false. */
  copy?: boolean;
}

/** What `to` of a tensor takes: a dtype, a device and a dtype, or a tensor to be like; and options. */
export type ToArguments<O = TensorToOptions> =
  | [wanted: DType | DeviceLike | Tensor | O, options?: O]
  | [device: DeviceLike, dtype: DType, options?: O];

/** What {@link readTo} reads. */
interface Wanted {
  device?: unknown;
  dtype: DType | null;
  nonBlocking: boolean;
  copy?: boolean;
}

/**
 * @internal The dtype that a `to` asks for (undefined: none), and whether for a copy in any case; devices are checked.
 * @param copies whether it takes `copy`.
 * @throws {DeviceError} for a device that is not there. @throws {DTypeError} for a dtype that does not exist.
 */
export function readTo(op: string, given: readonly unknown[], copies: boolean): { dtype: DType | undefined; copy: boolean } {
  const [first, ...rest] = given;
  const flags = copies ? { nonBlocking: false, copy: false } : { nonBlocking: false };
  let read: Wanted;
  if (isOptions(first)) read = readArguments<Wanted>(op, { device: null, dtype: null, ...flags }, given);
  else if (first instanceof Tensor) read = { ...readArguments(op, flags, rest), dtype: first.dtype };
  else if (isDeviceLike(first)) {
    assertHere(op, first);
    read = readArguments<Wanted>(op, { dtype: null, ...flags }, rest);
  } else if (typeof first === 'string') {
    assertDType(first, op);
    read = { ...readArguments(op, { ...flags, device: null }, rest), dtype: first };
  } else
    throw new ArgumentError(
      `${op}: got ${first === undefined ? 'nothing' : show(first)}, expected a dtype such as 'float64', a device ('cpu'), or a Tensor to be like.`,
    );
  assertHere(op, read.device);
  if (read.dtype !== null) assertDType(read.dtype, op);
  return { dtype: read.dtype ?? undefined, copy: read.copy === true };
}

/** @internal Whether it is the name of a dtype: the short way through `to`. */
export const isDType = (name: unknown): name is DType => typeof name === 'string' && Object.hasOwn(dtypes, name);

/** What PyTorch tells of a kind of device, of which there is none here. */
export interface DeviceKind {
  /** Whether tensors can be put there: false. */
  isAvailable(): boolean;
  /** How many there are: 0. */
  deviceCount(): number;
}

const none = (kind: string): DeviceKind => ({
  isAvailable: (...given: unknown[]) => {
    noMore(`${kind}.isAvailable`, given);
    return false;
  },
  deviceCount: (...given: unknown[]) => {
    noMore(`${kind}.deviceCount`, given);
    return 0;
  },
});

/**
 * GPUs of NVIDIA and AMD, of which Hone uses none, so that programs which ask find out.
 * @see https://pytorch.org/docs/stable/cuda.html
 * @example
 * model.to(cuda.isAvailable() ? 'cuda' : 'cpu');
 */
export const cuda: DeviceKind = none('cuda');

/** Apple's GPUs, of which Hone uses none. @see https://pytorch.org/docs/stable/mps.html */
export const mps: DeviceKind = none('mps');

/** Intel's GPUs, of which Hone uses none. @see https://pytorch.org/docs/stable/xpu.html */
export const xpu: DeviceKind = none('xpu');

/** Devices of any kind that are faster than the CPU: none. */
export interface Accelerators extends DeviceKind {
  /** The device in use: null, since there is none. */
  currentAccelerator(): Device | null;
}

/**
 * Devices of any kind that are faster than the CPU: none.
 * @see https://pytorch.org/docs/stable/accelerator.html
 * @example
 * model.to(accelerator.currentAccelerator() ?? 'cpu');
 */
export const accelerator: Accelerators = {
  ...none('accelerator'),
  currentAccelerator: (...given: unknown[]): Device | null => {
    noMore('accelerator.currentAccelerator', given);
    return null;
  },
};

/** Where PyTorch keeps `backends.mps.isAvailable()`. */
export const backends: {
  /** Apple's GPUs, of which Hone uses none. */
  readonly mps: DeviceKind;
} = { mps };
