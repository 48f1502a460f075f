/** Making tensors from numbers. */

import { check, kernels, loadedEngine } from '../../engine/engine.js';
import type { Ptr } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, OutOfMemoryError, ShapeError, showShape } from '../../errors.js';
import { noMore, readOptions, readSizes } from '../arguments/arguments.js';
import { assertBoolean, assertNumber, assertSizes, assertTensor, countOf, listable, unexpected } from '../arguments/checks.js';
import { isOptions, show } from '../arguments/show.js';
import { assertHere, type DeviceLike } from '../device.js';
import { isPlain, resultStrides } from '../layout.js';
import { checkSizes, MAX_RANK, numel, type Shape } from '../shape.js';
import { aliasTensor, emptyTensor, Tensor } from '../tensor.js';
import { assertDType, type DType, dtypeOfTypedArray, dtypes, isFloating, promote, type TypedArray } from '../values/dtype.js';
import { isScalar, type Scalar, scalarTensor, storedScalar } from '../values/scalar.js';
import { writeTyped } from '../values/transfer.js';

/** What most creators take beside the shape. */
export interface TensorOptions {
  /** Default: float32, unless the function says otherwise. */
  dtype?: DType;
  /** Whether gradients are collected. Default: false. */
  requiresGrad?: boolean;
  /** Where it is made: the CPU, the only device. @throws {DeviceError} for another one. */
  device?: DeviceLike | null;
}

/** A shape, as a list or as sizes one by one, and options after it: `zeros([2, 3], { dtype })`, `zeros(2, 3)`. */
export type SizeArguments<O> = [shape: Shape, options?: O] | [...sizes: number[]] | [...sizes: number[], options: O];

/** A number, or nested arrays of them, all of one length per level. */
export type NestedArray = number | boolean | bigint | readonly NestedArray[];

const DEFAULTS: TensorOptions = { dtype: undefined, requiresGrad: undefined, device: null };

/** @internal Refuses unknown options, and values of the wrong kind. */
export function checkTensorOptions(op: string, options: unknown): TensorOptions | undefined {
  if (options === undefined) return undefined;
  const { requiresGrad, device } = readOptions(op, DEFAULTS, options);
  assertHere(op, device);
  if (requiresGrad !== undefined) assertBoolean(op, 'requiresGrad', requiresGrad);
  return options as TensorOptions;
}

function finish(x: Tensor, options: TensorOptions | undefined): Tensor {
  return options?.requiresGrad ? x.requiresGrad_() : x;
}

function dtypeOf(options: TensorOptions | undefined, fallback: DType, op: string): DType {
  const dtype = options?.dtype ?? fallback;
  assertDType(dtype, op);
  return dtype;
}

/**
 * A tensor of nested arrays of numbers, or of a typed array (one dim, its own dtype).
 * @param data numbers become float32, booleans bool, bigints int64, unless `dtype` says otherwise: JavaScript cannot tell 1 from 1.0.
 * @throws {ShapeError} for ragged arrays. @throws {DTypeError} for numbers that an integer dtype does not hold.
 * @example
 * tensor([[1, 2], [3, 4]]);
 */
export function tensor(data: NestedArray | TypedArray | Tensor, options?: TensorOptions): Tensor {
  if (data instanceof Tensor) throw new ArgumentError('tensor: got a Tensor. Use clone(), detach() or to(dtype).');
  checkTensorOptions('tensor', options);
  if (ArrayBuffer.isView(data)) {
    const own = fromTypedArray(data as TypedArray);
    if (options?.dtype === undefined || options.dtype === own.dtype) return finish(own, options);
    const dtype = dtypeOf(options, own.dtype, 'tensor');
    if (isFloating(dtype) || dtype === 'bool' || promote(own.dtype, dtype) === dtype) return finish(castFresh(own, dtype), options);
    const out = emptyTensor(own.shape, dtype);
    writeTyped(out, toTyped(Array.from(data as ArrayLike<number | bigint>), dtype));
    return finish(out, options);
  }
  if (typeof data === 'number') {
    const dtype = dtypeOf(options, 'float32', 'tensor');
    return finish(scalarTensor(isFloating(dtype) ? data : storedScalar('tensor', data, dtype), dtype), options);
  }
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
    if (shape.length > MAX_RANK)
      throw new ShapeError(`tensor: the arrays are nested deeper than the ${MAX_RANK} dims that a tensor has. Does one contain itself?`);
  }
  const flat: Scalar[] = [];
  const visit = (value: NestedArray, depth: number): void => {
    if (depth === shape.length) {
      if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
        throw Array.isArray(value)
          ? ragged()
          : new ArgumentError(
              Array.isArray(data)
                ? `tensor: found ${show(value)} among the numbers.${(value as unknown) instanceof Tensor ? ' Join tensors with stack or cat.' : ''}`
                : `tensor: got ${value === undefined ? 'nothing' : show(value)}, expected a number, nested lists of numbers, or a typed array.`,
            );
      }
      flat.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) throw ragged();
    for (const item of value) visit(item, depth + 1);
  };
  const ragged = () =>
    new ShapeError(
      `tensor: the nested arrays are ragged: the first of each level make shape ${showShape(shape)}, others have another length or depth.`,
    );
  visit(data as NestedArray, 0);
  const dtype = dtypeOf(options, naturalDType(flat), 'tensor');
  const out = emptyTensor(shape, dtype);
  writeTyped(out, toTyped(flat, dtype));
  return finish(out, options);
}

/** Numbers make float32, bigints (whole numbers among them) int64, booleans alone bool. */
function naturalDType(values: readonly Scalar[]): DType {
  let [bigints, numbers, fractions] = [false, false, false];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value === 'bigint') bigints = true;
    else if (typeof value === 'number') {
      numbers = true;
      fractions ||= !Number.isInteger(value);
    }
  }
  if (bigints) return fractions ? 'float32' : 'int64';
  return numbers || values.length === 0 ? 'float32' : 'bool';
}

function toTyped(values: readonly Scalar[], dtype: DType): TypedArray {
  if (dtype === 'int64') return BigInt64Array.from(values, (v) => BigInt(storedScalar('tensor', v, dtype)));
  const array = new dtypes[dtype].array(values.length) as Exclude<TypedArray, BigInt64Array>;
  // Among the elements of a float32 tensor PyTorch takes what is too large for infinity.
  const floating = isFloating(dtype);
  for (let i = 0; i < values.length; i++) array[i] = Number(floating ? values[i] : storedScalar('tensor', values[i]!, dtype));
  return array;
}

/** A one-dim copy of a tensor as another dtype; `create` stands below the operations and calls the kernel itself. */
function castFresh(x: Tensor, dtype: DType): Tensor {
  assertDType(dtype, 'tensor');
  const out = emptyTensor(x.shape, dtype);
  check(kernels.copyStrided(dtypes[dtype].code, dtypes[x.dtype].code, out.ptr, x.ptr, 1, metaOf(numel(x.shape))), 'tensor');
  return out;
}

function metaOf(n: number, step = 1): Ptr {
  const { host } = loadedEngine();
  host.scratch().set([n, 1, step]);
  return host.scratchPtr;
}

/**
 * A tensor with a copy of a typed array's values.
 * @param shape default: one dim. @throws {ShapeError} when the count differs.
 */
export function fromTypedArray(
  array: TypedArray,
  shape: Shape = [array?.length ?? 0],
  options?: { dtype?: 'bool'; requiresGrad?: boolean; device?: DeviceLike | null },
): Tensor {
  if (!ArrayBuffer.isView(array))
    throw new ArgumentError(`fromTypedArray: got ${show(array)}, expected a typed array. Lists of numbers go into tensor(…).`);
  assertSizes('fromTypedArray', 'shape', shape);
  checkTensorOptions('fromTypedArray', options);
  checkSizes(shape, 'fromTypedArray');
  if (numel(shape) !== array.length)
    throw new ShapeError(`fromTypedArray: shape ${showShape(shape)} holds ${numel(shape)} elements, the array has ${array.length}.`);
  const natural = dtypeOfTypedArray(array);
  if (options?.dtype === 'bool' && natural !== 'uint8')
    throw new DTypeError(`fromTypedArray: bool takes a Uint8Array, got ${array.constructor.name}.`);
  const out = emptyTensor([...shape], options?.dtype ?? natural);
  writeTyped(out, array);
  return finish(out, options);
}

/** @internal Whole numbers as a tensor int64 [n]: places, lengths, counts. */
export function int64Of(values: ArrayLike<number>): Tensor {
  return fromTypedArray(BigInt64Array.from(values, BigInt));
}

/**
 * A tensor of zeros.
 * @param args the shape, as a list or as sizes one by one; then the options.
 * @example
 * zeros(2, 3).shape; // [2, 3]
 */
export function zeros(...args: SizeArguments<TensorOptions>): Tensor {
  return made('zeros', args, 0);
}

/** A tensor of ones. @param args as those of {@link zeros}. */
export function ones(...args: SizeArguments<TensorOptions>): Tensor {
  return made('ones', args, 1);
}

function made(op: string, args: readonly unknown[], value: number): Tensor {
  const { shape, options } = readSizes(op, args);
  return filled(op, shape, value, options as TensorOptions);
}

/** A tensor of one value. @throws {DTypeError} for a value that the dtype does not hold. */
export function full(shape: Shape, value: Scalar, options?: TensorOptions): Tensor {
  return filled('full', shape, value, options);
}

/** @internal `full` for the function that errors are to name. */
export function filled(op: string, shape: Shape, value: Scalar, options?: TensorOptions): Tensor {
  assertSizes(op, 'shape', shape);
  checkTensorOptions(op, options);
  checkSizes(shape, op);
  if (!isScalar(value)) throw unexpected(op, 'value', value, 'a number');
  const dtype = dtypeOf(options, 'float32', op);
  const stored = storedScalar(op, value, dtype);
  const out = emptyTensor([...shape], dtype);
  if (typeof stored === 'number') {
    check(kernels.fill(dtypes[dtype].code, out.ptr, numel(shape), stored), op);
  } else {
    const one = scalarTensor(stored, dtype);
    check(kernels.copyStrided(dtypes[dtype].code, dtypes[dtype].code, out.ptr, one.ptr, 1, metaOf(numel(shape), 0)), op);
  }
  return finish(out, options);
}

/** A tensor whose values are whatever the memory holds. @param args as those of {@link zeros}. */
export function empty(...args: SizeArguments<TensorOptions>): Tensor {
  const { shape, options } = readSizes('empty', args);
  const given = checkTensorOptions('empty', options);
  checkSizes(shape, 'empty');
  return finish(emptyTensor(shape, dtypeOf(given, 'float32', 'empty')), given);
}

/** An end or a step: bigints where doubles would lose digits. */
type Whole = number | bigint;

/**
 * Numbers from `start` (default 0) up to, not including, `end`, by `step` (default 1).
 * @returns int64 when all three are whole numbers, else float32, as in PyTorch; or `dtype`.
 */
export function arange(end: Whole, options?: TensorOptions): Tensor;
export function arange(start: Whole, end: Whole, options?: TensorOptions): Tensor;
export function arange(start: Whole, end: Whole, step: Whole, options?: TensorOptions): Tensor;
export function arange(...args: (Whole | TensorOptions | undefined)[]): Tensor {
  const given = args.slice(0, args.findLastIndex((a) => a !== undefined) + 1);
  const count = given.findIndex((a) => typeof a !== 'number' && typeof a !== 'bigint');
  const numbers = (count < 0 ? given : given.slice(0, count)) as Whole[];
  if (numbers.length === 0 || numbers.length > 3)
    throw new ArgumentError(
      `arange: got ${numbers.length === 0 ? show(given[0]) : `${numbers.length} numbers`}, expected an end, or start and end, or start, end and step.`,
    );
  const options = checkTensorOptions('arange', given[numbers.length]);
  noMore('arange', given.slice(numbers.length + 1));
  const exact = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  const [start, end, step] = exact.map(Number) as [number, number, number];
  if (![start, end, step].every(Number.isFinite))
    throw new ArgumentError(`arange: start ${start}, end ${end} and step ${step} must be finite numbers.`);
  if (step === 0 || (end - start) * step < 0)
    throw new ArgumentError(`arange: from ${start} to ${end} there are no steps of ${step}. The sign of step must match.`);
  const dtype = dtypeOf(options, [start, end, step].every(Number.isInteger) ? 'int64' : 'float32', 'arange');
  if (dtype === 'bool') throw new DTypeError('arange: dtype is bool, which cannot count. Use an integer dtype.');
  if (
    dtype === 'int64' &&
    exact.every((v) => typeof v === 'bigint' || Number.isInteger(v)) &&
    !exact.every((v) => Number.isSafeInteger(Number(v)))
  )
    return finish(arangeExact(exact.map(BigInt) as [bigint, bigint, bigint]), options);
  const length = Math.ceil((end - start) / step);
  if (!Number.isSafeInteger(length))
    throw new OutOfMemoryError(`arange: from ${start} to ${end} there are ${length} steps of ${step}. Take a larger step.`);
  const out = emptyTensor([length], dtype);
  check(kernels.arange(dtypes[dtype].code, out.ptr, numel(out.shape), start, step), 'arange');
  return finish(out, options);
}

/** {@link arange} of whole numbers beyond those that doubles count. */
function arangeExact([start, end, step]: readonly [bigint, bigint, bigint]): Tensor {
  for (const v of [start, end, step]) storedScalar('arange', v, 'int64');
  const count = listable('arange', 'numbers', Number((end - start + step - (step > 0n ? 1n : -1n)) / step));
  const out = emptyTensor([Math.max(0, count)], 'int64');
  writeTyped(
    out,
    BigInt64Array.from({ length: out.shape[0]! }, (_, i) => start + BigInt(i) * step),
  );
  return out;
}

/** a * n + c with one rounding, for whole n below 2^26: Dekker's product and Knuth's sum, errors included. */
function multiplyAdd(a: number, n: number, c: number): number {
  const split = 134217729 * a;
  const high = split - (split - a);
  const product = a * n;
  const productError = high * n - product + (a - high) * n;
  const sum = product + c;
  const back = sum - product;
  const result = sum + (product - (sum - back) + (c - back) + productError);
  return Number.isFinite(result) ? result : sum;
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  checkTensorOptions('linspace', options);
  assertNumber('linspace', 'start', start);
  assertNumber('linspace', 'end', end);
  listable('linspace', 'numbers', countOf('linspace', 'steps', steps));
  const dtype = dtypeOf(options, 'float32', 'linspace');
  const round = dtype === 'float32' ? Math.fround : (v: number) => v;
  const [first, last] = [round(start), round(end)];
  const step = steps > 1 ? round((last - first) / (steps - 1)) : 0;
  // From both ends toward the middle, and with products that are not rounded, as PyTorch does.
  if (isFloating(dtype)) {
    const out = emptyTensor([steps], dtype);
    if (steps > 0) check(kernels.linspace(dtypes[dtype].code, out.ptr, steps, first, last, step), 'linspace');
    return finish(out, options);
  }
  const half = steps === 1 ? 1 : Math.floor(steps / 2);
  const values = Array.from({ length: steps }, (_, i) =>
    i < half ? multiplyAdd(step, i, first) : multiplyAdd(-step, steps - 1 - i, last),
  );
  const out = emptyTensor([steps], dtype);
  writeTyped(out, toTyped(values, dtype));
  return finish(out, options);
}

/** The identity matrix [n, m]; m defaults to n. */
export function eye(n: number, m?: number | TensorOptions, options?: TensorOptions): Tensor {
  const cols = typeof m === 'number' ? m : n;
  countOf('eye', 'n', n);
  countOf('eye', 'm', m === undefined || m === null || isOptions(m) ? n : m);
  const rest = checkTensorOptions('eye', isOptions(m) ? m : options);
  const out = zeros([n, cols], { dtype: rest?.dtype ?? 'float32' });
  const count = Math.min(n, cols);
  if (count > 0) {
    const diagonal = ones([count], { dtype: out.dtype });
    const { host } = loadedEngine();
    host.scratch().set([count, cols + 1, 1]);
    const dtypeCode = dtypes[out.dtype].code;
    check(kernels.copyStrided(dtypeCode, dtypeCode, out.ptr, diagonal.ptr, 1, host.scratchPtr), 'eye');
  }
  return finish(out, rest);
}

/** A fresh row-major tensor of the shape of `x`, seen in the order of dims of `x` in memory: PyTorch's rule for all that are made like another. */
export function laidLike(fresh: Tensor, x: Tensor): Tensor {
  const strides = isPlain(x) ? null : resultStrides(x.shape, [x]);
  if (strides === null) return fresh;
  const out = aliasTensor(fresh, x.shape, strides, 0);
  out.isInference = fresh.isInference;
  return fresh.leafRequiresGrad ? out.requiresGrad_() : out;
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor('zerosLike', 'x', x);
  checkTensorOptions('zerosLike', options);
  return laidLike(zeros(x.shape, { dtype: x.dtype, ...options }), x);
}

/** Ones of the shape and dtype of `x`. */
export function onesLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor('onesLike', 'x', x);
  checkTensorOptions('onesLike', options);
  return laidLike(ones(x.shape, { dtype: x.dtype, ...options }), x);
}

/** One value, in the shape and dtype of `x`. */
export function fullLike(x: Tensor, value: Scalar, options?: TensorOptions): Tensor {
  assertTensor('fullLike', 'x', x);
  checkTensorOptions('fullLike', options);
  return laidLike(full(x.shape, value, { dtype: x.dtype, ...options }), x);
}

/** An uninitialised tensor of the shape and dtype of `x`. */
export function emptyLike(x: Tensor, options?: TensorOptions): Tensor {
  assertTensor('emptyLike', 'x', x);
  checkTensorOptions('emptyLike', options);
  return laidLike(empty(x.shape, { dtype: x.dtype, ...options }), x);
}
