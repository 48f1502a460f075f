/** Embeddings: a learned vector for each of a number of words. */
import { ArgumentError } from '../errors.js';
import { embedding } from '../ops/embedding.js';
import { select } from '../ops/movement.js';
import type { DType } from '../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { normal_, zeros_ } from './init.js';
import { assertCount } from './linear.js';
import { Module } from './module.js';
import { assertTrainable, Parameter } from './parameter.js';

export interface EmbeddingLayerOptions {
  /** A word whose vector is zero and is not trained; negative counts from the end. Default: none. */
  paddingIdx?: number | null;
  /** Of the vectors. Default: float32. */
  dtype?: DType;
}

/**
 * Rows of a learned table [numEmbeddings, embeddingDim]: indices [...] give vectors [..., embeddingDim].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  /** Counted from the front. */
  readonly paddingIdx: number | null;
  weight: Parameter;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    { paddingIdx = null, dtype = 'float32' }: EmbeddingLayerOptions = {},
  ) {
    super();
    assertCount('Embedding', 'numEmbeddings', numEmbeddings);
    assertCount('Embedding', 'embeddingDim', embeddingDim);
    assertTrainable(dtype, 'Embedding');
    if (paddingIdx !== null && !(Number.isInteger(paddingIdx) && paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings)) {
      throw new ArgumentError(
        `Embedding: paddingIdx is ${paddingIdx}, expected a whole number from ${-numEmbeddings} to ${numEmbeddings - 1}.`,
      );
    }
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.weight = new Parameter(emptyTensor([numEmbeddings, embeddingDim], dtype));
    this.resetParameters();
  }

  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx !== null) zeros_(select(this.weight.detach(), 0, this.paddingIdx));
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`}`;
  }
}
