/** What the layers that look rows up share: the learned table, and how vectors that exist become one. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { select } from '../../ops/view/select.js';
import type { Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, assertTensor, countOf, wholeNumber } from '../../tensor/arguments/checks.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { normal_, zeros_ } from '../init/init.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';

/** The options of {@link Embedding}. */
export interface EmbeddingLayerOptions {
  /** A word whose vector is zero and is not trained; negative counts from the end. Default: none. */
  paddingIdx?: number | null;
  /** Vectors that are looked up and are longer are made so long, in place. Default: none. */
  maxNorm?: number | null;
  /** Which norm `maxNorm` means. Default: 2. */
  normType?: number;
  /** Divides a vector's gradient by how often its word is in the batch. Default: false. */
  scaleGradByFreq?: boolean;
  /** Hone has no sparse gradients: true throws. Default: false. */
  sparse?: boolean;
  /** Of the vectors. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The defaults, in the order of the layer's arguments. */
export const TABLE = {
  paddingIdx: null,
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  sparse: false,
  dtype: 'float32',
} as const satisfies Settings<EmbeddingLayerOptions>;

/** @throws {ArgumentError} for sparse gradients, which Hone does not have. */
export function refuseSparse(op: string, sparse: boolean): void {
  if (sparse) throw new ArgumentError(`${op}: sparse gradients are not supported. Leave out sparse: the gradient is the same, but dense.`);
}

/** A table [numEmbeddings, embeddingDim] and how it is looked up in. */
export abstract class Table extends Module {
  /** The row that gets no gradient, counted from the front; null for none. */
  readonly paddingIdx: number | null;
  /** Rows that are looked up and are longer are made so long, in place; null for none. */
  readonly maxNorm: number | null;
  /** Which norm `maxNorm` means. */
  readonly normType: number;
  /** Whether a row's gradient is divided by how often it was looked up. */
  readonly scaleGradByFreq: boolean;
  /** The learned rows. */
  weight: Parameter;

  /** @param weight the values; drawn when there are none. */
  protected constructor(
    name: string,
    /** How many vectors there are. */
    readonly numEmbeddings: number,
    /** The length of a vector. */
    readonly embeddingDim: number,
    options: Settings<EmbeddingLayerOptions>,
    weight: Tensor | null,
  ) {
    super();
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, dtype } = options;
    countOf(name, 'numEmbeddings', numEmbeddings);
    countOf(name, 'embeddingDim', embeddingDim);
    assertFloatingDType(name, 'dtype', dtype);
    refuseSparse(name, sparse);
    if (paddingIdx !== null) wholeNumber(name, 'paddingIdx', paddingIdx, { min: -numEmbeddings, max: numEmbeddings - 1 });
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = new Parameter(weight ?? emptyTensor([numEmbeddings, embeddingDim], dtype));
    if (weight === null) this.resetParameters();
  }

  /** Draws the rows anew, as PyTorch does when the layer is made; the padding row is zero. */
  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx !== null) zeros_(select(this.weight.detach(), 0, this.paddingIdx));
  }
}

/** Where `fromPretrained` hands its vectors to a constructor. */
export const PRETRAINED = Symbol('pretrained');

export interface Pretrained extends EmbeddingLayerOptions {
  [PRETRAINED]?: Tensor;
}

/** The sizes of the vectors of `fromPretrained`. @throws {ShapeError} unless they have two dims. */
export function tableSizes(name: string, embeddings: Tensor): [number, number] {
  assertTensor(`${name}.fromPretrained`, 'embeddings', embeddings);
  if (embeddings.ndim !== 2)
    throw new ShapeError(`${name}.fromPretrained: embeddings are ${showShape(embeddings.shape)}, expected [numEmbeddings, embeddingDim].`);
  return embeddings.shape as [number, number];
}

/** The last of a constructor's arguments, where it carries vectors. */
export function pretrainedOf(args: readonly unknown[]): Tensor | null {
  const last = args.at(-1) as Pretrained | null | undefined;
  return (typeof last === 'object' && last?.[PRETRAINED]) || null;
}
