/** Rows of a table, looked up by their indices. */
import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels, ptrAt } from '../../engine/engine.js';
import { DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul } from '../../ops/elementwise/binary.js';
import { gt, ne } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { indexAdd, indexCopy_, indexSelect } from '../../ops/gather/index-select.js';
import { reduceRaw } from '../../ops/reduce/sum.js';
import { unique } from '../../ops/sort/distinct.js';
import { norm } from '../../ops/statistics/moments.js';
import { detach, filled, to } from '../../ops/view/copy.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { assertFloating, assertTensor, assertTensors, unexpected } from '../../tensor/arguments/checks.js';
import { arange } from '../../tensor/create/create.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';

/** Indices as row-major int64. */
export function indicesOf(op: string, input: Tensor): Tensor {
  assertTensor(op, 'input', input);
  if (input.dtype !== 'int64' && input.dtype !== 'int32' && input.dtype !== 'uint8')
    throw new DTypeError(`${op}: input is ${input.dtype}, expected int64 or int32 indices. Use input.long().`);
  return castRaw(rowMajor(input, op), 'int64', op);
}

/** The smallest and largest value, or null where there is none. */
export function rangeOf(x: Tensor, op: string): [number, number] | null {
  if (numel(x.shape) === 0) return null;
  const all = x.shape.map((_, d) => d);
  return [item(reduceRaw('min', x, all, op)), item(reduceRaw('max', x, all, op))];
}

/** The row that `paddingIdx` means, or null. */
export function paddingRow(op: string, weight: Tensor, paddingIdx: number | null): number | null {
  const count = weight.shape[0]!;
  if (paddingIdx === null) return null;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -count || paddingIdx >= count)
    throw new IndexError(
      `${op}: paddingIdx is ${paddingIdx}, expected a whole number from ${-count} to ${count - 1} (weight ${showShape(weight.shape)}).`,
    );
  return paddingIdx < 0 ? paddingIdx + count : paddingIdx;
}

/** Checks a table and the indices into it, and limits the rows that they name; gives the indices as row-major int64. */
export function tableIndices(
  op: string,
  input: Tensor,
  weight: Tensor,
  { maxNorm, normType }: { readonly maxNorm: number | null; readonly normType: number },
): Tensor {
  assertTensors(op, { input, weight });
  assertFloating(op, 'weight', weight);
  if (weight.ndim !== 2) throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected [count, width].`);
  if (input.dtype !== 'int64' && input.dtype !== 'int32')
    throw new DTypeError(`${op}: input is ${input.dtype}, expected int64 or int32 indices. Use input.long().`);
  const index = indicesOf(op, input);
  const count = weight.shape[0]!;
  const range = rangeOf(index, op);
  if (range && (range[0] < 0 || range[1] >= count)) {
    const wrong = range[0] < 0 ? range[0] : range[1];
    throw new IndexError(
      `${op}: index ${wrong} is outside 0 to ${count - 1} (weight ${showShape(weight.shape)}). Make the table as long as there are different indices.`,
    );
  }
  if (maxNorm === null) return index;
  if (typeof maxNorm !== 'number' || Number.isNaN(maxNorm)) throw unexpected(op, 'maxNorm', maxNorm, 'a number, or null for none');
  if (range !== null) limitRows(index, weight, maxNorm, normType);
  return index;
}

/** Scales the rows that the indices name, in place, to a norm of at most `maxNorm`. */
function limitRows(index: Tensor, weight: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const named = unique(index);
    const rows = indexSelect(detach(weight), 0, named);
    const lengths = norm(rows, normType, 1, true);
    const scale = to(div(maxNorm, add(to(lengths, 'float64'), 1e-7)), weight.dtype);
    indexCopy_(detach(weight), 0, named, where(gt(lengths, maxNorm), mul(rows, scale), rows));
  });
}

/**
 * Rows of the table [count, width] at the indices [n]: [n, width].
 * @param padding the row that gets no gradient. @param scaled whether a row's gradient is divided by how often it was looked up.
 */
export function look(index: Tensor, weight: Tensor, padding: number | null, scaled: boolean): Tensor {
  const [count, width] = weight.shape as [number, number];
  const table = rowMajor(weight, 'embedding');
  const out = emptyTensor([index.shape[0]!, width], weight.dtype);
  check(kernels.indexSelect(dtypes[weight.dtype].bytes, out.ptr, table.ptr, index.ptr, 1, count, width, index.shape[0]!), 'embedding');
  const added = (dy: Tensor, index: Tensor) => collect(scaled ? mul(dy, shares(index, count, dy)) : dy, index, count);
  return record('embedding', out, {
    inputs: { weight },
    saved: { index },
    composed: (dy, { index }) => {
      const rows = added(dy, index);
      return { weight: padding === null ? rows : mul(rows, unsqueeze(ne(arange(count), padding), 1)) };
    },
    fused: (dy, { index }) => {
      const rows = added(dy, index);
      if (padding !== null)
        check(kernels.fill(code(rows.dtype), ptrAt(rows.ptr, padding * width * dtypes[rows.dtype].bytes), width, 0), 'embedding');
      return { weight: rows };
    },
  });
}

/** For each index 1 over how often it comes, [n, 1]. */
function shares(index: Tensor, count: number, like: Tensor): Tensor {
  return noGrad(() => {
    const times = indexAdd(filled([count], like.dtype, 0), 0, index, filled([index.shape[0]!], like.dtype, 1));
    return unsqueeze(div(1, indexSelect(times, 0, index)), 1);
  });
}

/** Rows of g summed into the rows [count, width] that the index names: the gradient of {@link look}. */
function collect(g: Tensor, index: Tensor, count: number): Tensor {
  const width = g.shape[1]!;
  const source = rowMajor(g, 'embedding');
  const out = filled([count, width], g.dtype, 0);
  check(kernels.indexAdd(code(g.dtype), out.ptr, index.ptr, source.ptr, 1, count, width, index.shape[0]!), 'embedding');
  return record('embedding_backward', out, {
    inputs: { g },
    saved: { index },
    composed: (dg, { index }) => ({ g: look(index, dg, null, false) }),
  });
}
