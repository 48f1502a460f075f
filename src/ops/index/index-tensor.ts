/** `x.index(…)` and `x.set_(…)`: PyTorch's square brackets as one call. */

import { noGrad } from '../../autograd/modes/mode.js';
import { named } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, IndexError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { resultStrides } from '../../tensor/layout.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { isScalar, type Scalar } from '../../tensor/values/scalar.js';
import { item } from '../../tensor/values/transfer.js';
import { add, mul } from '../elementwise/binary.js';
import { lt } from '../elementwise/comparison.js';
import { addInPlace, copy_, fill_, inPlace } from '../elementwise/inplace.js';
import { where } from '../elementwise/table.js';
import { indexInt64 } from '../gather/gather.js';
import { indexAdd, indexCopy, slicesAt } from '../gather/index-select.js';
import { amax, amin } from '../reduce/extrema.js';
import { clone, filled, laidAs, to } from '../view/copy.js';
import { alias, expand, permute, reshape, unsqueeze } from '../view/movement.js';
import { select, selectAt, slice } from '../view/select.js';
import { nonzero } from './masks.js';

type Bound = number | null | undefined;

/** `[start, end, step]` as in `start:end:step`; null or nothing stands for a bound that is left out. */
export type SliceBounds = readonly [start?: Bound, end?: Bound, step?: Bound];

type Digits = number | '';
/** Python's own notation: ':', '1:5', '-3:', '::2'. */
export type SliceText = `${Digits}:${Digits}` | `${Digits}:${Digits}:${Digits}`;

/**
 * What stands for one dim (or several) in `x.index(…)`:
 * - a number: one element; the dim disappears;
 * - `[start, end, step]` or `'start:end:step'`: a slice;
 * - `null`: a new dim of size 1;
 * - `'...'`: all dims that the others leave;
 * - an int64 or int32 tensor: the elements at its indices;
 * - a bool tensor: the elements where it is true; it stands for as many dims as it has.
 */
export type Index = number | SliceBounds | SliceText | '...' | null | Tensor;

const isMask = (x: Tensor): boolean => x.dtype === 'bool' || x.dtype === 'uint8';

/** How many dims of the tensor an index stands for. */
function consumed(index: Index): number {
  if (index === null || index === '...') return 0;
  return index instanceof Tensor && isMask(index) ? index.ndim : 1;
}

function parseSlice(text: string, op: string): SliceBounds {
  if (!/^\s*-?\d*\s*:\s*-?\d*\s*(:\s*-?\d*\s*)?$/.test(text))
    throw new ArgumentError(`${op}: "${text}" is not a slice. Slices look like ':', '1:5', '-3:' or '::2'; the ellipsis is '...'.`);
  return text.split(':').map((part) => (part.trim() === '' ? null : Number(part))) as unknown as SliceBounds;
}

/** A tensor of indices that stands for dim `dim` of the view. */
interface Advanced {
  readonly dim: number;
  readonly index: Tensor;
}

/** Applies all but index tensors: gives a view of `x`, and the index tensors with the dims that they stand for. */
function basic(op: string, x: Tensor, indices: readonly Index[]): { view: Tensor; advanced: Advanced[] } {
  const count = indices.reduce<number>((sum, i) => sum + consumed(i), 0);
  if (count > x.ndim)
    throw new IndexError(`${op}: ${count} indices are too many for a tensor of ${x.ndim} dims (shape ${showShape(x.shape)}).`);
  if (indices.filter((i) => i === '...').length > 1) throw new ArgumentError(`${op}: '...' may stand only once.`);
  const advanced: Advanced[] = [];
  let view = x;
  let dim = 0;
  for (const index of indices) {
    if (index === '...') {
      dim += x.ndim - count;
    } else if (index === null) {
      view = unsqueeze(view, dim++);
    } else if (typeof index === 'number') {
      view = selectAt(op, view, dim, index);
    } else if (index instanceof Tensor) {
      if (isMask(index)) {
        checkMask(op, view, dim, index);
        // A 0-dim mask takes all or nothing: a new dim of size 1 or 0.
        if (index.ndim === 0) view = unsqueeze(view, dim);
        for (const places of nonzero(index, { asTuple: true })) advanced.push({ dim: dim++, index: places });
      } else if (index.ndim === 0) {
        view = selectAt(op, view, dim, item(indexInt64(index, op)));
      } else {
        advanced.push({ dim: dim++, index: indexInt64(index, op) });
      }
    } else if (typeof index === 'string' || Array.isArray(index)) {
      const [start, end, step] = typeof index === 'string' ? parseSlice(index, op) : (index as SliceBounds);
      if (Array.isArray(index) && index.length > 3)
        throw new ArgumentError(
          `${op}: a slice is [start, end, step], got ${index.length} numbers. For a list of indices use tensor([…], { dtype: 'int64' }).`,
        );
      view = slice(view, dim++, start, end, step ?? 1);
    } else {
      throw new ArgumentError(
        `${op}: ${show(index)} is not an index. Indices are numbers, [start, end, step], 'start:end', null, '...' and tensors.`,
      );
    }
  }
  return { view, advanced };
}

function checkMask(op: string, view: Tensor, dim: number, mask: Tensor): void {
  const over = view.shape.slice(dim, dim + mask.ndim);
  if (!sameShape(mask.shape, over))
    throw new IndexError(
      `${op}: the mask has shape ${showShape(mask.shape)}, but stands for dims of sizes ${showShape(over)} (shape ${showShape(view.shape)}).`,
    );
}

/** The view with the indexed dims side by side, and one flat index into them. */
interface Plan {
  /** The view, its dims permuted where index tensors are not side by side. */
  readonly view: Tensor;
  /** Sizes before, of and after the indexed dims of `view`. */
  readonly before: Shape;
  readonly indexed: number;
  readonly after: Shape;
  /** int64, the broadcast shape of the index tensors. */
  readonly flat: Tensor;
}

function plan(op: string, view: Tensor, advanced: readonly Advanced[]): Plan {
  const dims = advanced.map((a) => a.dim);
  const together = dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  const first = together ? dims[0]! : 0;
  // As in PyTorch: dims of index tensors that are apart go to the front.
  const arranged = together ? view : permute(view, [...dims, ...view.shape.map((_, d) => d).filter((d) => !dims.includes(d))]);
  const after = first + dims.length;
  const sizes = arranged.shape.slice(first, after);
  const shape = advanced.map((a) => a.index.shape).reduce((a, b) => broadcastShapes(a, b, op));
  const flat = advanced.length === 1 ? advanced[0]!.index : noGrad(() => flatten(op, view, advanced, sizes));
  return {
    view: arranged,
    before: arranged.shape.slice(0, first),
    indexed: numel(sizes),
    after: arranged.shape.slice(after),
    flat: sameShape(flat.shape, shape) ? flat : expand(flat, shape),
  };
}

/** index tensors i, j, … of dims of sizes m, n, …: (i n + j) …, after the check of each. */
function flatten(op: string, view: Tensor, advanced: readonly Advanced[], sizes: Shape): Tensor {
  return advanced
    .map(({ dim, index }, i) => {
      const size = sizes[i]!;
      if (numel(index.shape) > 0) {
        const [low, high] = [item(amin(index)), item(amax(index))];
        const bad = high >= size ? high : low < -size ? low : undefined;
        if (bad !== undefined)
          throw new IndexError(`${op}: index ${bad} is out of range for dim ${dim} of size ${size} (shape ${showShape(view.shape)}).`);
      }
      return where(lt(index, 0), add(index, size), index);
    })
    .reduce((sum, index, i) => add(mul(sum, sizes[i]!), index));
}

/**
 * The part of `x` that PyTorch's `x[a, b, …]` gives, with its shape: a view for numbers, slices, null and '...'; a copy where index
 * tensors or masks are among them. Their shapes broadcast; their dims stand where the first one stood, or in front when something lies
 * between them.
 * Gradient: added up where the elements came from.
 * @throws {IndexError} for an index outside its dim, too many indices, or a mask of another shape. @throws {DTypeError} for other tensors.
 * @see https://pytorch.org/docs/stable/tensor_view.html
 * @example
 * x.index(0);                       // x[0]
 * x.index('...', [1, 5]);           // x[..., 1:5]
 * x.index(':', null, '::2');        // x[:, None, ::2]
 * x.index(x.gt(0));                 // x[x > 0]
 */
export function index(x: Tensor, ...indices: Index[]): Tensor {
  const { view, advanced } = basic('index', x, indices);
  if (advanced.length === 0) return view === x ? alias(x, 'index') : view;
  const { view: source, before, indexed, after, flat } = plan('index', view, advanced);
  const picked = slicesAt('index', reshape(source, [...before, indexed, ...after]), before.length, reshape(flat, [-1]));
  const shape = [...before, ...flat.shape, ...after];
  // As in PyTorch: the order of dims of the source, in which the indexed ones say nothing, then that of the indices.
  const [start, end] = [before.length, source.ndim - after.length];
  const strides = [...source.strides.slice(0, start), ...flat.shape.map(() => 0), ...source.strides.slice(end)];
  const at = {
    shape: [...before.map(() => 1), ...flat.shape, ...after.map(() => 1)],
    strides: [...before.map(() => 0), ...flat.strides, ...after.map(() => 0)],
  };
  return named('Index', laidAs(reshape(picked, shape), resultStrides(shape, [{ shape, strides }, at])));
}

/** The options of {@link indexPut}. */
export interface IndexPutOptions {
  /** Where an index comes twice, the values add up; otherwise the last one stays. Default: false. */
  accumulate?: boolean;
}

/** What becomes of an index that comes twice, by position or by name. */
export type IndexPutArguments = Arguments<IndexPutOptions, [accumulate: 'accumulate']>;

/**
 * Writes `value` (a number, or a tensor that broadcasts) into the part of `x` that `index(x, ...indices)` gives: PyTorch's
 * `x[a, b, …] = value`. Casts the value. Where an index comes twice, the last one wins, or, with `accumulate`, the values add up.
 * Gradient: x's is 0 where it was overwritten; value's is read from where it was written.
 * @throws {IndexError} and {DTypeError} as {@link index}; {ShapeError} for a value that does not broadcast.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
 */
export function indexPut_(x: Tensor, indices: readonly Index[], value: Tensor | Scalar, ...args: IndexPutArguments): Tensor {
  return putAt('indexPut_', x, indices, value, args);
}

function putAt(op: string, x: Tensor, indices: readonly Index[], value: Tensor | Scalar, args: IndexPutArguments): Tensor {
  assertTensor(op, 'x', x);
  if (!Array.isArray(indices)) throw new ArgumentError(`${op}: indices are ${show(indices)}, expected a list, one for each dim.`);
  if (!isScalar(value)) assertTensor(op, 'value', value);
  const { accumulate } = readArguments(op, { accumulate: false }, args);
  const { view, advanced } = basic(op, x, indices);
  if (advanced.length === 0) {
    if (isScalar(value)) accumulate ? addInPlace(view, value, 1, op) : fill_(view, value);
    else accumulate ? addInPlace(view, fitted(op, value, view), 1, op) : copy_(view, fitted(op, value, view));
    return x;
  }
  const { view: target, before, indexed, after, flat } = plan(op, view, advanced);
  const rows = reshape(flat, [-1]);
  const count = numel(rows.shape);
  const whole = [...before, ...flat.shape, ...after];
  const compact = [numel(before), indexed, numel(after)];
  const source = isScalar(value) ? filled(whole, x.dtype, value, op) : to(broadcastValue(op, value, whole), x.dtype);
  const part = reshape(source, [compact[0]!, count, compact[2]!]);
  const write = accumulate ? indexAdd : indexCopy;
  inPlace(
    op,
    target,
    [source],
    () => reshape(write(reshape(target, compact), 1, rows, part), target.shape),
    () => {
      if (!target.isContiguous() || part.storage === target.storage) return false;
      const [at, from] = [rowMajor(rows), rowMajor(part)];
      const [outer, inner] = [compact[0]!, compact[2]!];
      check(
        accumulate
          ? kernels.indexAdd(code(x.dtype), target.ptr, at.ptr, from.ptr, outer, indexed, inner, count)
          : kernels.indexCopy(dtypes[x.dtype].bytes, target.ptr, at.ptr, from.ptr, outer, indexed, inner, count),
        op,
      );
      return true;
    },
    'repeated',
  );
  return x;
}

/** {@link indexPut_} on a copy. @see https://pytorch.org/docs/stable/generated/torch.index_put.html */
export function indexPut(x: Tensor, indices: readonly Index[], value: Tensor | Scalar, ...args: IndexPutArguments): Tensor {
  return putAt('indexPut', clone(x), indices, value, args);
}

/** `value` in the shape of a part of `x`; as in PyTorch, leading dims of size 1 that are too many are dropped. */
function broadcastValue(op: string, value: Tensor, shape: Shape): Tensor {
  let lean = value;
  while (lean.ndim > shape.length && lean.shape[0] === 1) lean = select(lean, 0, 0);
  const lead = shape.length - lean.ndim;
  if (lead < 0 || lean.shape.some((size, i) => size !== 1 && size !== shape[lead + i])) {
    throw new ShapeError(`${op}: value ${showShape(value.shape)} does not broadcast to the indexed part ${showShape(shape)}.`);
  }
  return sameShape(lean.shape, shape) ? lean : expand(lean, shape);
}

function fitted(op: string, value: Tensor, view: Tensor): Tensor {
  return to(broadcastValue(op, value, view.shape), view.dtype);
}

/**
 * {@link indexPut_} with the value as the last argument: `x.set_(0, [1, 3], value)` is PyTorch's `x[0, 1:3] = value`.
 * @throws as {@link indexPut_}.
 */
export function set_(x: Tensor, ...args: [...indices: Index[], value: Tensor | Scalar]): Tensor {
  const value = args[args.length - 1];
  if (!(value instanceof Tensor) && !isScalar(value))
    throw new ArgumentError('set_: the last argument is the value: a number or a tensor.');
  return putAt('set_', x, args.slice(0, -1) as Index[], value, []);
}
