/** Single elements read and written at positions along a dim: gather and scatter. Indices are int64 or int32; negative ones count from the end. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, DTypeError, GradError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, leadingByName, readArguments, readRequired } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensors } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { zeros } from '../../tensor/create/create.js';
import { castRaw, code, metaPtr, rowMajor, writeMeta } from '../../tensor/raw.js';
import { normalizeDim, type Shape } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { isScalar, type Scalar } from '../../tensor/values/scalar.js';
import { inPlace } from '../elementwise/inplace.js';
import { filled, rawCopy, rowMajorCopy } from '../view/copy.js';
import { expand, reshape } from '../view/movement.js';
import { narrow } from '../view/select.js';

/** What the kernel does with an element that is there: 0 to 4. */
const MODES = { set: 0, add: 1, multiply: 2, max: 3, min: 4 } as const;

/** @internal */
export type ScatterMode = keyof typeof MODES;

/** An index tensor as kernels take it: int64, row-major. */
export function indexInt64(index: Tensor, op: string): Tensor {
  if (index.dtype !== 'int64' && index.dtype !== 'int32') {
    throw new DTypeError(`${op}: index is ${index.dtype}, expected int64 or int32. Use index.long(), or tensor([…], { dtype: 'int64' }).`);
  }
  return rowMajor(castRaw(index, 'int64', op), op);
}

/** @internal A 0-dim tensor as the vector of one element for which it counts. */
export function row(x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(x, [1]) : x;
}

/** PyTorch's rule: as many dims as `x`, no size above x's but along `d`, and none above that of `src`. */
function checkAlong(op: string, x: Tensor, d: number, index: Tensor, src?: Tensor): void {
  const fits = (other: Shape, except: number) => other.length === index.ndim && index.shape.every((s, i) => i === except || s <= other[i]!);
  if (!fits(x.shape, d)) {
    throw new ShapeError(
      `${op}: index ${showShape(index.shape)} does not fit x ${showShape(x.shape)}: it needs the same number of dims, and no size may be larger except in dim ${d}.`,
    );
  }
  if (src !== undefined && !fits(src.shape, -1)) {
    throw new ShapeError(
      `${op}: index ${showShape(index.shape)} does not fit src ${showShape(src.shape)}: it needs the same number of dims, and no size may be larger.`,
    );
  }
}

/** The options of {@link gather}. */
export interface GatherOptions {
  /** The dim along which. */
  dim: number;
  /** Where in it, int64 or int32. */
  index: Tensor;
}

/** The options of {@link scatterAdd}. */
export interface ScatterAddOptions extends GatherOptions {
  /** What is added. */
  src: Tensor;
}

/** The options of {@link takeAlongDim}. */
export interface TakeAlongDimOptions {
  /** Default: null, both are seen as one row. */
  dim?: number | null;
}

/** A dim and the indices along it, by position or by name; NumPy's `axis` stands for `dim`, too. */
export type IndexArguments = Arguments<GatherOptions, [dim: 'dim', index: 'index']> | [options: { axis: number; index: Tensor }];

/** A dim, the indices along it, and what is written there, by position or by name. */
export type ScatterAddArguments = Arguments<ScatterAddOptions, [dim: 'dim', index: 'index', src: 'src']>;

/**
 * Elements of `x` along `dim`: `out[i][j][k] = x[index[i][j][k]][j][k]` for dim 0, and so on.
 * Gradient: added up where the elements came from.
 * @param index [as x, at most x's size in the other dims]. @returns the shape of `index`, the dtype of `x`.
 * @throws {IndexError} for an index outside dim. @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for another index dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 */
export function gather(x: Tensor, ...given: IndexArguments): Tensor {
  const [dim, index] = readRequired<[number, Tensor]>('gather', ['dim', 'index'], given);
  assertTensors('gather', { x, index });
  if (x.ndim === 0 || index.ndim === 0) return reshape(gather(row(x), dim, row(index)), index.shape);
  const d = normalizeDim(dim, x.ndim, 'gather');
  const at = indexInt64(index, 'gather');
  checkAlong('gather', x, d, index);
  const out = emptyTensor(index.shape, x.dtype);
  const [to, from, positions] = [out.ptr, x.ptr, at.ptr];
  const rank = writeMeta(index.shape, x.strides);
  check(kernels.gather(dtypes[x.dtype].bytes, to, from, positions, rank, d, x.shape[d] ?? 1, metaPtr()), 'gather');
  const { shape, dtype } = x;
  return record('gather', out, {
    inputs: { x },
    saved: { index },
    composed: (dy, { index }) => ({ x: scatterAdd(zeros(shape, { dtype }), d, index, dy) }),
  });
}

/** @internal Writes into `out` (any strides). */
export function scatterRaw(op: string, mode: ScatterMode, out: Tensor, d: number, index: Tensor, src: Tensor): void {
  const at = row(indexInt64(index, op));
  const [to, positions, from] = [out.ptr, at.ptr, src.ptr];
  const rank = writeMeta(at.shape, out.ndim === 0 ? [1] : out.strides, src.strides);
  check(kernels.scatter(code(out.dtype), MODES[mode], to, positions, from, rank, d, out.shape[d] ?? 1, metaPtr()), op);
}

/** @internal Checks the operands of a scatter; gives the dim and the part of `src` that counts, which has a dim at least. */
export function scatterOperands(op: string, x: Tensor, dim: number, index: Tensor, src: Tensor | Scalar): { d: number; part: Tensor } {
  assertTensors(op, { x, index });
  const d = normalizeDim(dim, x.ndim, op);
  const [target, at] = [row(x), row(index)];
  if (isScalar(src)) {
    checkAlong(op, target, d, at);
    const one = filled([], x.dtype, src, op);
    return {
      d,
      part: aliasTensor(
        one,
        at.shape,
        at.shape.map(() => 0),
        0,
      ),
    };
  }
  assertTensor(op, 'src', src);
  if (src.dtype !== x.dtype)
    throw new DTypeError(`${op}: src is ${src.dtype}, expected the dtype of x, ${x.dtype}. Use src.to('${x.dtype}').`);
  checkAlong(op, target, d, at, row(src));
  return { d, part: at.shape.reduce((part, size, i) => (part.shape[i] === size ? part : narrow(part, i, 0, size)), row(src)) };
}

/** The options of {@link scatter}. */
export interface ScatterOptions extends GatherOptions {
  /** What is written: a tensor, or one number. */
  src: Tensor | Scalar;
  /** What becomes of an element and of those that go to its place: their sum, or their product. Default: the last one stays. */
  reduce?: 'add' | 'multiply' | null;
}

/** {@link ScatterOptions} under PyTorch's other name of one number. */
type ScatterValueOptions = Omit<ScatterOptions, 'src'> & {
  /** The number that is written. */
  value: Scalar;
};

/** The arguments of {@link scatter}; PyTorch has two names for what is written. */
export type ScatterArguments =
  | Arguments<ScatterOptions, [dim: 'dim', index: 'index', src: 'src', reduce: 'reduce']>
  | Arguments<ScatterValueOptions, [dim: 'dim', index: 'index', value: 'value', reduce: 'reduce']>;

interface ReadScatter {
  readonly dim: number;
  readonly index: Tensor;
  readonly src: Tensor | Scalar;
  readonly mode: 'set' | 'add' | 'multiply';
}

function readScatter(op: string, given: readonly unknown[]): ReadScatter {
  const [dim, index, src, ...rest] = leadingByName(op, ['dim', 'index', 'src'], given.map(valueAsSource)) as [
    number,
    Tensor,
    Tensor | Scalar,
  ];
  return { dim, index, src, mode: readMode(op, rest) };
}

function valueAsSource(given: unknown): unknown {
  if (!isOptions(given) || !('value' in given) || 'src' in given) return given;
  const { value, ...rest } = given;
  return { ...rest, src: value };
}

function readMode(op: string, given: readonly unknown[]): ReadScatter['mode'] {
  const { reduce } = readArguments<Required<Pick<ScatterOptions, 'reduce'>>>(op, { reduce: null }, given);
  if (reduce !== null && reduce !== 'add' && reduce !== 'multiply')
    throw new ArgumentError(`${op}: reduce is ${show(reduce)}, expected 'add' or 'multiply'. scatterReduce has others.`);
  return reduce ?? 'set';
}

/**
 * `x` with elements of `src` (or one number) written along `dim`: `out[index[i][j]][j] = src[i][j]` for dim 0. Where an index comes
 * twice the last one wins; PyTorch leaves that open.
 * Gradient: x's is 0 where it was overwritten; src's is read from where it was written. None of `reduce: 'multiply'`, as in PyTorch.
 * @param given `{ reduce }`: 'add' or 'multiply' instead of overwriting.
 * @throws {IndexError} for an index outside dim. @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.scatter.html
 */
export function scatter(x: Tensor, ...given: ScatterArguments): Tensor {
  const { dim, index, src, mode } = readScatter('scatter', given);
  const { d, part } = scatterOperands('scatter', x, dim, index, src);
  const out = rowMajorCopy(x);
  scatterRaw('scatter', mode, out, d, index, part);
  return record('scatter', out, {
    inputs: { x, src: part },
    saved: { index: row(index) },
    composed: (dy, { index }, needs) => {
      if (mode === 'multiply')
        throw new GradError("backward: scatter with reduce: 'multiply' has no gradient. Use scatterReduce with 'prod'.");
      return {
        x: !needs.x ? null : mode === 'add' ? dy : scatter(dy, d, index, 0),
        src: needs.src ? gather(dy, d, index) : null,
      };
    },
  });
}

/**
 * `x` with `src` added along `dim`: `out[index[i][j]][j] += src[i][j]` for dim 0.
 * Gradient: passes to x; src's is read from where it was added.
 * @throws as {@link scatter}.
 */
export function scatterAdd(x: Tensor, ...given: ScatterAddArguments): Tensor {
  const [dim, index, src] = readRequired<[number, Tensor, Tensor]>('scatterAdd', ['dim', 'index', 'src'], given);
  const { d, part } = scatterOperands('scatterAdd', x, dim, index, src);
  const out = rowMajorCopy(x);
  scatterRaw('scatterAdd', 'add', out, d, index, part);
  return record('scatterAdd', out, {
    inputs: { x, src: part },
    saved: { index: row(index) },
    composed: (dy, { index }, needs) => ({ x: dy, src: needs.src ? gather(dy, d, index) : null }),
  });
}

/** {@link scatter} in place. */
export function scatter_(x: Tensor, ...given: ScatterArguments): Tensor {
  const { dim, index, src, mode } = readScatter('scatter_', given);
  assertTensors('scatter_', isScalar(src) ? { x, index } : { x, index, src });
  return inPlace(
    'scatter_',
    x,
    isScalar(src) ? [] : [src],
    () => scatter(x, ...given),
    () => {
      const { d, part } = scatterOperands('scatter_', x, dim, index, src);
      scatterRaw('scatter_', mode, x, d, index, part.storage === x.storage ? rawCopy(part) : part);
      return true;
    },
    'none',
  );
}

/** {@link scatterAdd} in place. */
export function scatterAdd_(x: Tensor, ...given: ScatterAddArguments): Tensor {
  const [dim, index, src] = readRequired<[number, Tensor, Tensor]>('scatterAdd_', ['dim', 'index', 'src'], given);
  assertTensors('scatterAdd_', { x, index, src });
  return inPlace(
    'scatterAdd_',
    x,
    [src],
    () => scatterAdd(x, dim, index, src),
    () => {
      const { d, part } = scatterOperands('scatterAdd_', x, dim, index, src);
      scatterRaw('scatterAdd_', 'add', x, d, index, part.storage === x.storage ? rawCopy(part) : part);
      return true;
    },
    'none',
  );
}

/**
 * {@link gather} with `index` and `x` broadcast against each other in the other dims: what `argsort` and `argmax` with keepdim give.
 * @param given dim, by position or by name; without one, both are seen as one row.
 */
export function takeAlongDim(x: Tensor, index: Tensor, ...given: Arguments<TakeAlongDimOptions, [dim: 'dim']>): Tensor {
  assertTensors('takeAlongDim', { x, index });
  const { dim } = readArguments('takeAlongDim', { dim: null as number | null }, given);
  if (dim === null) return takeAlongDim(reshape(x, [-1]), reshape(index, [-1]), 0);
  const d = normalizeDim(dim, x.ndim, 'takeAlongDim');
  if (index.ndim !== x.ndim)
    throw new ShapeError(`takeAlongDim: index ${showShape(index.shape)} and x ${showShape(x.shape)} need the same number of dims.`);
  const common = x.shape.map((s, i) => Math.max(s, index.shape[i]!));
  const wide = (t: Tensor) =>
    expand(
      t,
      common.map((s, i) => (i === d ? t.shape[i]! : s)),
    );
  return gather(wide(x), d, wide(index));
}
