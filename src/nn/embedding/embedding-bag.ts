/** Sums, means and maxima of rows of a table. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { div, mul } from '../../ops/elementwise/binary.js';
import { where } from '../../ops/elementwise/table.js';
import { indexAdd, indexSelect } from '../../ops/gather/index-select.js';
import { max } from '../../ops/reduce/extrema.js';
import { to } from '../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensorOrNull, assertTensors, oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray, int64Of, zeros } from '../../tensor/create/create.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { bool, float } from '../module/text.js';
import type { EmbeddingOptions } from './embedding.js';
import { look, paddingRow, tableIndices } from './lookup.js';
import { type EmbeddingLayerOptions, PRETRAINED, type Pretrained, pretrainedOf, refuseSparse, Table, tableSizes } from './table.js';

type BagMode = 'sum' | 'mean' | 'max';

const MODES: readonly BagMode[] = ['sum', 'mean', 'max'];

/** The options of {@link embeddingBag}. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag begins in an `input` of one dim, int64 or int32 [bags]; the first is 0. Default: null. */
  offsets?: Tensor | null;
  /** What becomes of a bag's rows. Default: 'mean'. */
  mode?: BagMode;
  /** Factors of the rows, of the shape of `input`; with mode 'sum' only. Default: null. */
  perSampleWeights?: Tensor | null;
  /** Whether `offsets` ends with the end of the last bag. Default: false. */
  includeLastOffset?: boolean;
}

type EmbeddingBagArguments = Arguments<
  EmbeddingBagOptions,
  [
    offsets: 'offsets',
    maxNorm: 'maxNorm',
    normType: 'normType',
    scaleGradByFreq: 'scaleGradByFreq',
    mode: 'mode',
    sparse: 'sparse',
    perSampleWeights: 'perSampleWeights',
    includeLastOffset: 'includeLastOffset',
    paddingIdx: 'paddingIdx',
  ]
>;

type BagSettings = Omit<Settings<EmbeddingBagOptions>, 'sparse'>;

/** In PyTorch's order. */
const EMBEDDING_BAG: Settings<EmbeddingBagOptions> = {
  offsets: null,
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  mode: 'mean',
  sparse: false,
  perSampleWeights: null,
  includeLastOffset: false,
  paddingIdx: null,
};

/**
 * The sum, mean or maximum of the rows of `weight` that each bag of indices names; 0 for an empty bag.
 * @param input int64 or int32 [bags, n], or [n] with `offsets`. @param weight [count, width].
 * @param args offsets, maxNorm, normType, scaleGradByFreq, mode, sparse, perSampleWeights, includeLastOffset and paddingIdx (a row that does not
 * count) in this order, or by name.
 * @returns [bags, width].
 * @throws {ShapeError} for shapes that do not fit. @throws {ArgumentError} for options that contradict each other, and for `sparse`.
 * @throws as {@link embedding}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 * @example
 * const [words, table] = [tensor([[0, 2], [1, 1]], { dtype: 'int64' }), tensor([[1], [2], [4]])];
 * F.embeddingBag(words, table, { mode: 'sum' }); // [[5], [4]]
 */
export function embeddingBag(input: Tensor, weight: Tensor, ...args: EmbeddingBagArguments): Tensor {
  const settings = readArguments('embeddingBag', EMBEDDING_BAG, args);
  oneOf('embeddingBag', 'mode', settings.mode, MODES);
  refuseSparse('embeddingBag', settings.sparse);
  return embeddingBagOf(input, weight, settings);
}

function embeddingBagOf(input: Tensor, weight: Tensor, settings: BagSettings): Tensor {
  const op = 'embeddingBag';
  assertTensors(op, { input, weight });
  const { mode, perSampleWeights, scaleGradByFreq } = settings;
  if (mode === 'max' && scaleGradByFreq) throw new ArgumentError(`${op}: mode 'max' does not take scaleGradByFreq. Leave it out.`);
  checkFactors(op, input, weight, perSampleWeights, mode);
  const starts = bagStarts(op, input, settings);
  const index = reshape(tableIndices(op, input, weight, settings), [-1]);
  const padding = paddingRow(op, weight, settings.paddingIdx);
  const names = toTypedArray(index) as BigInt64Array;
  // The places in `index` that count, and the bag of each.
  const places: number[] = [];
  const bags: number[] = [];
  for (let bag = 0; bag + 1 < starts.length; bag++) {
    for (let i = starts[bag]!; i < starts[bag + 1]!; i++) {
      if (padding !== null && names[i] === BigInt(padding)) continue;
      places.push(i);
      bags.push(bag);
    }
  }
  const count = starts.length - 1;
  const rows = indexSelect(look(index, weight, padding, scaleGradByFreq), 0, int64Of(places));
  if (mode === 'max') return largest(rows, bags, count);
  const factors = perSampleWeights && unsqueeze(indexSelect(reshape(perSampleWeights, [-1]), 0, int64Of(places)), 1);
  const total = indexAdd(zeros([count, weight.shape[1]!], { dtype: weight.dtype }), 0, int64Of(bags), factors ? mul(rows, factors) : rows);
  if (mode === 'sum') return total;
  const sizes = new Float64Array(count);
  for (const bag of bags) sizes[bag]!++;
  const divisors = fromTypedArray(sizes.map((size) => Math.max(size, 1)));
  return div(total, unsqueeze(to(divisors, weight.dtype), 1));
}

function checkFactors(op: string, input: Tensor, weight: Tensor, factors: Tensor | null, mode: string): void {
  assertTensorOrNull(op, 'perSampleWeights', factors);
  if (factors === null) return;
  if (mode !== 'sum') throw new ArgumentError(`${op}: perSampleWeights go with mode 'sum' only, got '${mode}'.`);
  if (!sameShape(factors.shape, input.shape))
    throw new ShapeError(
      `${op}: perSampleWeights are ${showShape(factors.shape)}, expected the shape of input, ${showShape(input.shape)}.`,
    );
  assertSameDType(op, { weight, perSampleWeights: factors });
}

/** Where each bag starts, and last where the last one ends. */
function bagStarts(op: string, input: Tensor, { offsets, includeLastOffset }: BagSettings): number[] {
  assertTensorOrNull(op, 'offsets', offsets);
  if (input.ndim === 2) {
    if (offsets !== null)
      throw new ArgumentError(`${op}: offsets go with an input of one dim, got ${showShape(input.shape)}. Leave them out.`);
    const [bags, size] = input.shape as [number, number];
    return Array.from({ length: bags + 1 }, (_, i) => i * size);
  }
  if (input.ndim !== 1) throw new ShapeError(`${op}: input is ${showShape(input.shape)}, expected [bags, n], or [n] with offsets.`);
  if (offsets === null) throw new ArgumentError(`${op}: an input of one dim needs offsets, where each bag begins.`);
  if (offsets.ndim !== 1) throw new ShapeError(`${op}: offsets are ${showShape(offsets.shape)}, expected [bags].`);
  if (offsets.dtype !== 'int64' && offsets.dtype !== 'int32')
    throw new DTypeError(`${op}: offsets are ${offsets.dtype}, expected int64 or int32.`);
  const starts = Array.from(toTypedArray(offsets) as BigInt64Array | Int32Array, Number);
  const length = input.shape[0]!;
  if (includeLastOffset && starts.length === 0)
    throw new ArgumentError(`${op}: with includeLastOffset there is at least one offset, got none.`);
  if (!includeLastOffset) starts.push(length);
  const ordered = starts.every((start, i) => (i === 0 ? start === 0 || starts.length === 1 : start >= starts[i - 1]!));
  if (!ordered || starts.at(-1)! > length)
    throw new ArgumentError(
      `${op}: offsets ${showShape(starts)} must begin with 0, not decrease, and not go beyond the ${length} indices.`,
    );
  return starts;
}

/** The largest of each bag's rows, the first of equals; bags lie in `bags` in order. */
function largest(rows: Tensor, bags: readonly number[], count: number): Tensor {
  const width = rows.shape[1]!;
  const members: number[][] = Array.from({ length: count }, () => []);
  bags.forEach((bag, i) => {
    members[bag]!.push(i);
  });
  const most = Math.max(1, ...members.map((m) => m.length));
  if (bags.length === 0) return zeros([count, width], { dtype: rows.dtype });
  // Bags filled up to one length; what fills them never wins.
  const table = members.flatMap((m) => Array.from({ length: most }, (_, k) => m[k] ?? m[0] ?? 0));
  const full = reshape(indexSelect(rows, 0, int64Of(table)), [count, most, width]);
  const empty = to(fromTypedArray(Uint8Array.from(members, (m) => (m.length === 0 ? 1 : 0))), 'bool');
  return where(unsqueeze(empty, 1), zeros([], { dtype: rows.dtype }), max(full, 1).values);
}

/** The options of {@link EmbeddingBag}. */
export interface EmbeddingBagLayerOptions extends EmbeddingLayerOptions {
  /** What becomes of a bag's vectors. Default: 'mean'. */
  mode?: BagMode;
  /** Whether offsets end with the end of the last bag. Default: false. */
  includeLastOffset?: boolean;
}

/** Options of `fromPretrained`: those of the layer without its dtype. */
export interface PretrainedBagOptions extends Omit<EmbeddingBagLayerOptions, 'dtype'> {
  /** Keeps the vectors as they are. Default: true. */
  freeze?: boolean;
}

/** In PyTorch's order. */
const BAG = {
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  mode: 'mean',
  sparse: false,
  includeLastOffset: false,
  paddingIdx: null,
  dtype: 'float32',
} as const satisfies Settings<EmbeddingBagLayerOptions>;

/** What comes with each input. */
const BAGS: Pick<BagSettings, 'offsets' | 'perSampleWeights'> = { offsets: null, perSampleWeights: null };

/**
 * The sum, mean or maximum of the vectors of each bag of words: indices [bags, n], or [n] with offsets, give [bags, embeddingDim].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 * @example
 * const bag = new nn.EmbeddingBag(10000, 64, { mode: 'sum' });
 * const words = tensor([3, 14, 15, 92], { dtype: 'int64' });
 * bag.forward(words, tensor([0, 3], { dtype: 'int64' })).shape; // [2, 64]
 */
export class EmbeddingBag extends Table {
  static override readonly className: string = 'EmbeddingBag';
  /** What becomes of a bag: sum, mean or max. */
  readonly mode: BagMode;
  /** Whether the offsets end with the number of indices. */
  readonly includeLastOffset: boolean;

  /**
   * The sum, mean or maximum of the vectors of each bag of words: indices [bags, n], or [n] with offsets, give [bags, embeddingDim].
   * @param args maxNorm, normType, scaleGradByFreq, mode and sparse in this order, or the options.
   */
  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    ...args: Arguments<
      EmbeddingBagLayerOptions,
      [maxNorm: 'maxNorm', normType: 'normType', scaleGradByFreq: 'scaleGradByFreq', mode: 'mode', sparse: 'sparse']
    >
  ) {
    const name = classNameOf(new.target);
    const options = readArguments(name, BAG, args);
    super(name, numEmbeddings, embeddingDim, options, pretrainedOf(args));
    this.mode = oneOf(name, 'mode', options.mode, MODES);
    this.includeLastOffset = options.includeLastOffset;
  }

  /** {@link Embedding.fromPretrained} for bags. */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Arguments<
      PretrainedBagOptions,
      [
        freeze: 'freeze',
        maxNorm: 'maxNorm',
        normType: 'normType',
        scaleGradByFreq: 'scaleGradByFreq',
        mode: 'mode',
        sparse: 'sparse',
        includeLastOffset: 'includeLastOffset',
        paddingIdx: 'paddingIdx',
      ]
    >
  ): EmbeddingBag {
    const [rows, cols] = tableSizes('EmbeddingBag', embeddings);
    const { dtype: _, ...table } = BAG;
    const defaults: Settings<PretrainedBagOptions> = { freeze: true, ...table };
    const { freeze, ...options } = readArguments('EmbeddingBag.fromPretrained', defaults, args);
    const given: Pretrained & EmbeddingBagLayerOptions = { ...options, dtype: embeddings.dtype, [PRETRAINED]: embeddings };
    const layer = new this(rows, cols, given);
    layer.weight.requiresGrad_(!freeze);
    return layer;
  }

  /** @param args offsets, where each bag of an input of one dim begins, and perSampleWeights, factors of the vectors; in this order or by name. */
  forward(
    input: Tensor,
    ...args: Arguments<
      Pick<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>,
      [offsets: 'offsets', perSampleWeights: 'perSampleWeights']
    >
  ): Tensor {
    const { offsets, perSampleWeights } = readArguments(classNameOf(this), BAGS, args);
    const { maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx } = this;
    const settings = { offsets, perSampleWeights, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx };
    return embeddingBagOf(input, this.weight, settings);
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, maxNorm, normType, scaleGradByFreq, mode, paddingIdx } = this;
    const parts = [`${numEmbeddings}, ${embeddingDim}`];
    if (maxNorm !== null) parts.push(`max_norm=${float(maxNorm)}`);
    if (normType !== 2) parts.push(`norm_type=${float(normType)}`);
    if (scaleGradByFreq) parts.push(`scale_grad_by_freq=${bool(scaleGradByFreq)}`);
    parts.push(`mode='${mode}'`);
    if (paddingIdx !== null) parts.push(`padding_idx=${paddingIdx}`);
    return parts.join(', ');
  }
}
