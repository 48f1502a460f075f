/** Embeddings: a learned vector for each of a number of words. */

import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { select } from '../../ops/view/movement.js';
import { readArguments, type Settings, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { normal_, zeros_ } from '../init/init.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';
import { type EmbeddingBagOptions, embeddingBag } from './bag.js';
import { embedding } from './functional.js';

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

/** Options of `fromPretrained`: those of the layer without its dtype. */
export interface PretrainedOptions extends Omit<EmbeddingLayerOptions, 'dtype'> {
  /** Keeps the vectors as they are. Default: true. */
  freeze?: boolean;
}

const TABLE = {
  paddingIdx: null,
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  sparse: false,
  dtype: 'float32',
} as const satisfies Settings<EmbeddingLayerOptions>;

/** A table [numEmbeddings, embeddingDim] and how it is looked up in. */
abstract class Table extends Module {
  /** Counted from the front. */
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  weight: Parameter;

  /** @param weight the values; drawn when there are none. */
  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: Settings<EmbeddingLayerOptions>,
    weight: Tensor | null,
  ) {
    super();
    const name = classNameOf(this);
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, dtype } = options;
    countOf(name, 'numEmbeddings', numEmbeddings);
    countOf(name, 'embeddingDim', embeddingDim);
    assertFloatingDType(name, 'dtype', dtype);
    if (sparse)
      throw new ArgumentError(`${name}: sparse gradients are not supported. Leave out sparse: the gradient is the same, but dense.`);
    if (paddingIdx !== null && !(Number.isInteger(paddingIdx) && paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings)) {
      throw new ArgumentError(
        `${name}: paddingIdx is ${paddingIdx}, expected a whole number from ${-numEmbeddings} to ${numEmbeddings - 1}.`,
      );
    }
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = new Parameter(weight ?? emptyTensor([numEmbeddings, embeddingDim], dtype));
    if (weight === null) this.resetParameters();
  }

  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx !== null) zeros_(select(this.weight.detach(), 0, this.paddingIdx));
  }
}

/** Where `fromPretrained` hands its vectors to a constructor. */
const PRETRAINED = Symbol('pretrained');

interface Pretrained extends EmbeddingLayerOptions {
  [PRETRAINED]?: Tensor;
}

/** Checks the vectors of `fromPretrained`. */
function checkTable(name: string, embeddings: Tensor): [number, number] {
  if (embeddings.ndim !== 2)
    throw new ShapeError(`${name}.fromPretrained: embeddings are ${showShape(embeddings.shape)}, expected [numEmbeddings, embeddingDim].`);
  return embeddings.shape as [number, number];
}

/** The last of a constructor's arguments, where it carries vectors. */
function pretrainedOf(args: readonly unknown[]): Tensor | null {
  const last = args.at(-1) as Pretrained | null | undefined;
  return (typeof last === 'object' && last?.[PRETRAINED]) || null;
}

/**
 * Rows of a learned table [numEmbeddings, embeddingDim]: indices [...] give vectors [..., embeddingDim].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 * @example
 * new nn.Embedding(10000, 64, { paddingIdx: 0 });
 */
export class Embedding extends Table {
  static override readonly className: string = 'Embedding';
  /**
   * Rows of a learned table [numEmbeddings, embeddingDim]: indices [...] give vectors [..., embeddingDim].
   * @param args paddingIdx, maxNorm, normType, scaleGradByFreq and sparse in this order, or the options.
   */
  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    ...args: Trailing<
      [paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
      EmbeddingLayerOptions
    >
  ) {
    super(
      numEmbeddings,
      embeddingDim,
      readArguments<Settings<EmbeddingLayerOptions>>(classNameOf(new.target), TABLE, args),
      pretrainedOf(args),
    );
  }

  /**
   * An embedding of given vectors [numEmbeddings, embeddingDim], whose memory it shares.
   * @param args freeze (default true: they are not trained), and the options of the layer, in PyTorch's order or by name.
   * @throws {ShapeError} unless the vectors have two dims.
   */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Trailing<
      [freeze: boolean, paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
      PretrainedOptions
    >
  ): Embedding {
    const [rows, cols] = checkTable('Embedding', embeddings);
    const { dtype: _, ...table } = TABLE;
    const defaults: Settings<PretrainedOptions> = { freeze: true, ...table };
    const { freeze, ...options } = readArguments('Embedding.fromPretrained', defaults, args);
    const given: Pretrained = { ...options, dtype: embeddings.dtype, [PRETRAINED]: embeddings };
    const layer = new this(rows, cols, given);
    layer.weight.requiresGrad_(!freeze);
    return layer;
  }

  forward(indices: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(indices, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
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

type BagMode = 'sum' | 'mean' | 'max';

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
    ...args: Trailing<
      [maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: BagMode, sparse: boolean],
      EmbeddingBagLayerOptions
    >
  ) {
    const options = readArguments<Settings<EmbeddingBagLayerOptions>>(classNameOf(new.target), BAG, args);
    super(numEmbeddings, embeddingDim, options, pretrainedOf(args));
    this.mode = options.mode;
    this.includeLastOffset = options.includeLastOffset;
  }

  /** {@link Embedding.fromPretrained} for bags. */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Trailing<
      [
        freeze: boolean,
        maxNorm: number | null,
        normType: number,
        scaleGradByFreq: boolean,
        mode: BagMode,
        sparse: boolean,
        includeLastOffset: boolean,
        paddingIdx: number | null,
      ],
      PretrainedBagOptions
    >
  ): EmbeddingBag {
    const [rows, cols] = checkTable('EmbeddingBag', embeddings);
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
    ...args: Trailing<[offsets: Tensor | null, perSampleWeights: Tensor | null], Pick<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>>
  ): Tensor {
    type Given = { offsets: Tensor | null; perSampleWeights: Tensor | null };
    const { offsets, perSampleWeights } = readArguments<Given>(classNameOf(this), { offsets: null, perSampleWeights: null }, args);
    const { maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx } = this;
    const options = { offsets, perSampleWeights, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx };
    return embeddingBag(input, this.weight, options);
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
