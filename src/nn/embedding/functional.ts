/** Table look-ups: embeddings, and one-hot vectors. */
import { isGradEnabled, noGrad } from '../../autograd/mode.js';
import { named, record } from '../../autograd/node.js';
import { check, kernels, ptrAt } from '../../engine/engine.js';
import { ArgumentError, DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul } from '../../ops/elementwise/binary.js';
import { eq, gt, ne } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { indexAdd, indexCopy_, indexSelect } from '../../ops/gather/gather.js';
import { unique } from '../../ops/index/distinct.js';
import { reduceRaw } from '../../ops/reduce/sum.js';
import { norm } from '../../ops/statistics/moments.js';
import { detach, filled, to } from '../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, assertTensor, assertTensors } from '../../tensor/checks.js';
import { arange } from '../../tensor/create.js';
import { dtypes } from '../../tensor/dtype.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/transfer.js';

/** The options of {@link Embedding}. */
export interface EmbeddingOptions {
  /** The row that gets no gradient; negative counts from the end. Default: none. */
  paddingIdx?: number | null;
  /** Rows that are looked up and are longer are made so long, in place. Default: none. */
  maxNorm?: number | null;
  /** Which norm `maxNorm` means. Default: 2. */
  normType?: number;
  /** Divides a row's gradient by how often the row was looked up. Default: false. */
  scaleGradByFreq?: boolean;
  /** Hone has no sparse gradients: true throws. Default: false. */
  sparse?: boolean;
}

/**
 * Rows of `weight`, one for each index.
 * @param input indices, int64 or int32, of any shape. @param weight [count, width]. @param args the options in the order of their list, or by name.
 * @returns [...input, width].
 * @throws {IndexError} for an index outside 0 to count - 1. @throws {DTypeError} for indices of another dtype. @throws {ArgumentError} for `sparse`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 * @example
 * F.embedding(tensor([2, 0], { dtype: 'int64' }), tensor([[0, 0], [1, 2], [3, 4]]), { paddingIdx: 0 }); // [[3, 4], [0, 0]]
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  ...args: Trailing<
    [paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
    EmbeddingOptions
  >
): Tensor {
  const defaults: Required<EmbeddingOptions> = { paddingIdx: null, maxNorm: null, normType: 2, scaleGradByFreq: false, sparse: false };
  const options = readArguments('embedding', defaults, args);
  const index = tableIndices('embedding', input, weight, options);
  const padding = paddingRow('embedding', weight, options.paddingIdx);
  const rows = look(reshape(index, [numel(index.shape)]), weight, padding, options.scaleGradByFreq);
  return named('Embedding', reshape(rows, [...input.shape, weight.shape[1]!]));
}

/** @internal The row that `paddingIdx` means, or null. */
export function paddingRow(op: string, weight: Tensor, paddingIdx: number | null): number | null {
  const count = weight.shape[0]!;
  if (paddingIdx === null) return null;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -count || paddingIdx >= count)
    throw new IndexError(
      `${op}: paddingIdx is ${paddingIdx}, expected a whole number from ${-count} to ${count - 1} (weight ${showShape(weight.shape)}).`,
    );
  return paddingIdx < 0 ? paddingIdx + count : paddingIdx;
}

/** @internal Checks a table and the indices into it, and limits the rows that they name; gives the indices as row-major int64. */
export function tableIndices(
  op: string,
  input: Tensor,
  weight: Tensor,
  { maxNorm = null, normType = 2, sparse = false }: EmbeddingOptions,
): Tensor {
  assertTensors(op, { input, weight });
  assertFloating(op, 'weight', weight);
  if (weight.ndim !== 2) throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected [count, width].`);
  if (sparse) throw new ArgumentError(`${op}: sparse gradients are not supported. Leave out sparse: the gradient is the same, but dense.`);
  if (input.dtype !== 'int64' && input.dtype !== 'int32')
    throw new DTypeError(`${op}: input is ${input.dtype}, expected int64 or int32 indices. Use input.long().`);
  const index = indices(op, input);
  const count = weight.shape[0]!;
  const range = rangeOf(index, op);
  if (range && (range[0] < 0 || range[1] >= count)) {
    const wrong = range[0] < 0 ? range[0] : range[1];
    throw new IndexError(
      `${op}: index ${wrong} is outside 0 to ${count - 1} (weight ${showShape(weight.shape)}). Make the table as long as there are different indices.`,
    );
  }
  if (maxNorm === null) return index;
  if (typeof maxNorm !== 'number' || Number.isNaN(maxNorm))
    throw new ArgumentError(`${op}: maxNorm is ${show(maxNorm)}, expected a number, or null for none.`);
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

/** Indices as row-major int64. */
function indices(op: string, input: Tensor): Tensor {
  assertTensor(op, 'input', input);
  if (input.dtype !== 'int64' && input.dtype !== 'int32' && input.dtype !== 'uint8')
    throw new DTypeError(`${op}: input is ${input.dtype}, expected int64 or int32 indices. Use input.long().`);
  return castRaw(rowMajor(input, op), 'int64', op);
}

/** The smallest and largest value, or null where there is none. */
function rangeOf(x: Tensor, op: string): [number, number] | null {
  if (numel(x.shape) === 0) return null;
  const all = x.shape.map((_, d) => d);
  return [item(reduceRaw('min', x, all, op)), item(reduceRaw('max', x, all, op))];
}

function look(index: Tensor, weight: Tensor, padding: number | null, scaled = false): Tensor {
  const [count, width] = weight.shape as [number, number];
  const table = rowMajor(weight, 'embedding');
  const out = emptyTensor([index.shape[0]!, width], weight.dtype);
  check(kernels.indexSelect(dtypes[weight.dtype].bytes, out.ptr, table.ptr, index.ptr, 1, count, width, index.shape[0]!), 'embedding');
  return record('embedding', out, [weight], [index], (g, [index]) => {
    const rows = collect(scaled ? mul(g, shares(index!, count, g)) : g, index!, count);
    if (padding === null) return [rows];
    if (isGradEnabled()) return [mul(rows, unsqueeze(ne(arange(count), padding), 1))];
    check(kernels.fill(code(rows.dtype), ptrAt(rows.ptr, padding * width * dtypes[rows.dtype].bytes), width, 0), 'embedding');
    return [rows];
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
  return record('embedding_backward', out, [g], [index], (gg, [index]) => [look(index!, gg, null)]);
}

/** The options of {@link oneHot}. */
export interface OneHotOptions {
  /** The size of the new dim; -1 takes one more than the largest label. Default: -1. */
  numClasses?: number;
}

/**
 * A new last dim with 1 at the place that the value names and 0 elsewhere.
 * @param input labels, int64 or int32. @param numClasses default: one more than the largest label.
 * @returns [...input, numClasses], int64; convert with `to('float32')` where a loss takes it.
 * @throws {IndexError} for a label outside 0 to numClasses - 1. @throws {DTypeError} for labels of another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 * @example
 * F.oneHot(tensor([0, 2], { dtype: 'int64' }), 3); // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(input: Tensor, ...args: Arguments<OneHotOptions, [numClasses: 'numClasses']>): Tensor {
  const { numClasses } = readArguments('oneHot', { numClasses: -1 }, args);
  const labels = indices('oneHot', input);
  const range = rangeOf(labels, 'oneHot');
  if (!Number.isInteger(numClasses) || numClasses < -1 || numClasses === 0)
    throw new ArgumentError(
      `oneHot: numClasses is ${show(numClasses)}, expected a whole number of at least 1, or -1 to take it from the labels.`,
    );
  if (numClasses === -1 && range === null)
    throw new ArgumentError(
      `oneHot: numClasses cannot be taken from labels of shape ${showShape(input.shape)}, of which there are none. Give it.`,
    );
  const classes = numClasses === -1 ? range![1] + 1 : numClasses;
  if (range && range[0] < 0) throw new IndexError(`oneHot: label ${range[0]} is negative; labels are 0 to ${Math.max(classes - 1, 0)}.`);
  if (range && range[1] >= classes)
    throw new IndexError(`oneHot: label ${range[1]} is outside 0 to ${classes - 1}. Raise numClasses (${classes}).`);
  return to(eq(unsqueeze(labels, -1), arange(classes)), 'int64');
}
