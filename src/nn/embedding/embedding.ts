/** Embeddings: a learned vector for each of a number of words. */
import { named } from '../../autograd/node.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { bool, float } from '../module/text.js';
import { look, paddingRow, tableIndices } from './lookup.js';
import { type EmbeddingLayerOptions, PRETRAINED, type Pretrained, pretrainedOf, refuseSparse, TABLE, Table, tableSizes } from './table.js';

/** The options of {@link embedding}. */
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

/** In PyTorch's order. */
const EMBEDDING: Settings<EmbeddingOptions> = { paddingIdx: null, maxNorm: null, normType: 2, scaleGradByFreq: false, sparse: false };

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
  ...args: Arguments<
    EmbeddingOptions,
    [paddingIdx: 'paddingIdx', maxNorm: 'maxNorm', normType: 'normType', scaleGradByFreq: 'scaleGradByFreq', sparse: 'sparse']
  >
): Tensor {
  const settings = readArguments('embedding', EMBEDDING, args);
  refuseSparse('embedding', settings.sparse);
  return embeddingOf(input, weight, settings);
}

/** {@link embedding} whose arguments have been read. */
function embeddingOf(input: Tensor, weight: Tensor, settings: Omit<Settings<EmbeddingOptions>, 'sparse'>): Tensor {
  const index = tableIndices('embedding', input, weight, settings);
  const padding = paddingRow('embedding', weight, settings.paddingIdx);
  const rows = look(reshape(index, [numel(index.shape)]), weight, padding, settings.scaleGradByFreq);
  return named('Embedding', reshape(rows, [...input.shape, weight.shape[1]!]));
}

type EmbeddingLayerArguments = Arguments<
  EmbeddingLayerOptions,
  [paddingIdx: 'paddingIdx', maxNorm: 'maxNorm', normType: 'normType', scaleGradByFreq: 'scaleGradByFreq', sparse: 'sparse']
>;

/** Options of `fromPretrained`: those of the layer without its dtype. */
export interface PretrainedOptions extends Omit<EmbeddingLayerOptions, 'dtype'> {
  /** Keeps the vectors as they are. Default: true. */
  freeze?: boolean;
}

/**
 * Rows of a learned table [numEmbeddings, embeddingDim]: indices [...] give vectors [..., embeddingDim].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 * @example
 * new nn.Embedding(10000, 64, { paddingIdx: 0 });
 */
export class Embedding extends Table {
  static override readonly className: string = 'Embedding';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /**
   * Rows of a learned table [numEmbeddings, embeddingDim]: indices [...] give vectors [..., embeddingDim].
   * @param args paddingIdx, maxNorm, normType, scaleGradByFreq and sparse in this order, or the options.
   */
  constructor(numEmbeddings: number, embeddingDim: number, ...args: EmbeddingLayerArguments) {
    const name = classNameOf(new.target);
    super(name, numEmbeddings, embeddingDim, readArguments(name, TABLE, args), pretrainedOf(args));
  }

  /**
   * An embedding of given vectors [numEmbeddings, embeddingDim], whose memory it shares.
   * @param args freeze (default true: they are not trained), and the options of the layer, in PyTorch's order or by name.
   * @throws {ShapeError} unless the vectors have two dims.
   */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Arguments<
      PretrainedOptions,
      [
        freeze: 'freeze',
        paddingIdx: 'paddingIdx',
        maxNorm: 'maxNorm',
        normType: 'normType',
        scaleGradByFreq: 'scaleGradByFreq',
        sparse: 'sparse',
      ]
    >
  ): Embedding {
    const [rows, cols] = tableSizes('Embedding', embeddings);
    const { dtype: _, ...table } = TABLE;
    const defaults: Settings<PretrainedOptions> = { freeze: true, ...table };
    const { freeze, ...options } = readArguments('Embedding.fromPretrained', defaults, args);
    const given: Pretrained = { ...options, dtype: embeddings.dtype, [PRETRAINED]: embeddings };
    const layer = new this(rows, cols, given);
    layer.weight.requiresGrad_(!freeze);
    return layer;
  }

  /** @returns [...indices, embeddingDim]. */
  forward(indices: Tensor): Tensor {
    return embeddingOf(indices, this.weight, this);
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    const parts = [`${numEmbeddings}, ${embeddingDim}`];
    if (paddingIdx !== null) parts.push(`padding_idx=${paddingIdx}`);
    if (maxNorm !== null) parts.push(`max_norm=${float(maxNorm)}`);
    if (normType !== 2) parts.push(`norm_type=${float(normType)}`);
    if (scaleGradByFreq) parts.push(`scale_grad_by_freq=${bool(scaleGradByFreq)}`);
    return parts.join(', ');
  }
}
