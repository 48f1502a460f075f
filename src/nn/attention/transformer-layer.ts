/** The layers that transformers are stacks of: attention and a feed-forward network, each with its residual and norm. */

import { ArgumentError } from '../../errors.js';
import { relu } from '../../ops/elementwise/unary.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { countOf, probability } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { GELU, gelu } from '../activation/gated.js';
import { ReLU, relu_ } from '../activation/rectified.js';
import { Dropout } from '../dropout/dropout.js';
import { Linear } from '../linear/linear.js';
import { Inner, passed } from '../module/calls/inner.js';
import type { KeepsNothing } from '../module/calls/unseen.js';
import { renamed } from '../module/fields.js';
import { Module } from '../module/module.js';
import { LayerNorm } from '../norm/layer.js';
import { MultiheadAttention } from './multihead-attention.js';

/** What stands between the two products of the feed-forward network. */
export type TransformerActivation = 'relu' | 'gelu' | ((x: Tensor) => Tensor) | Module;

/** The options of {@link TransformerEncoderLayer} and {@link TransformerDecoderLayer}. */
export interface TransformerLayerOptions {
  /** Features inside the feed-forward network. Default: 2048. */
  dimFeedforward?: number;
  /** The probability to drop, of every dropout in the layer. Default: 0.1. */
  dropout?: number;
  /** Default: `relu`. */
  activation?: TransformerActivation;
  /** Added to the variances in the norms. Default: 1e-5. */
  layerNormEps?: number;
  /** Inputs and output are [N, L, E] instead of [L, N, E]. Default: false. */
  batchFirst?: boolean;
  /** Norms come before attention and feed-forward network instead of after. Default: false. */
  normFirst?: boolean;
  /** Products and norms learn a bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** In PyTorch's order, in which they may be given. The activation may be of several types, so its default is null, which means `relu`. */
export const LAYER_DEFAULTS = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: null as unknown as TransformerActivation,
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
  bias: true,
  dtype: 'float32',
} satisfies Settings<TransformerLayerOptions> as Settings<TransformerLayerOptions>;

type LayerArguments = Arguments<
  TransformerLayerOptions,
  [
    dimFeedforward: 'dimFeedforward',
    dropout: 'dropout',
    activation: 'activation',
    layerNormEps: 'layerNormEps',
    batchFirst: 'batchFirst',
    normFirst: 'normFirst',
    bias: 'bias',
  ]
>;

/** The options of the forward of {@link TransformerEncoderLayer}. */
export interface EncoderLayerForwardOptions {
  /** [L, L] or [N * heads, L, L]: bool, true where a position may not look at another; or floating, added to the scores. */
  srcMask?: Tensor | null;
  /** [N, L], or [L]: bool, true for positions to ignore; or floating. */
  srcKeyPaddingMask?: Tensor | null;
  /** Says that `srcMask`, which must be there, is the causal mask. Default: false. */
  isCausal?: boolean;
}

/** The options of the forward of {@link TransformerDecoderLayer}. */
export interface DecoderLayerForwardOptions {
  /** [T, T] or [N * heads, T, T], among the targets, as {@link EncoderLayerForwardOptions.srcMask}. */
  tgtMask?: Tensor | null;
  /** [T, S] or [N * heads, T, S], from the targets to the memory. */
  memoryMask?: Tensor | null;
  /** [N, T], or [T]. */
  tgtKeyPaddingMask?: Tensor | null;
  /** [N, S], or [S]. */
  memoryKeyPaddingMask?: Tensor | null;
  /** Says that `tgtMask` is the causal mask. Default: false. */
  tgtIsCausal?: boolean | null;
  /** Says that `memoryMask` is the causal mask. Default: false. */
  memoryIsCausal?: boolean;
}

/** @internal The arguments of the forward of decoders. */
export type DecoderForwardArguments = Arguments<
  DecoderLayerForwardOptions,
  [
    tgtMask: 'tgtMask',
    memoryMask: 'memoryMask',
    tgtKeyPaddingMask: 'tgtKeyPaddingMask',
    memoryKeyPaddingMask: 'memoryKeyPaddingMask',
    tgtIsCausal: 'tgtIsCausal',
    memoryIsCausal: 'memoryIsCausal',
  ]
>;

const ENCODER_FORWARD: Settings<EncoderLayerForwardOptions> = { srcMask: null, srcKeyPaddingMask: null, isCausal: false };

/** What the forward of decoders takes, in PyTorch's order. */
export const DECODER_FORWARD: Settings<DecoderLayerForwardOptions> = {
  tgtMask: null,
  memoryMask: null,
  tgtKeyPaddingMask: null,
  memoryKeyPaddingMask: null,
  tgtIsCausal: null,
  memoryIsCausal: false,
};

/** The options of a layer, checked, with their defaults; the activation as a function or module. */
function settings(layer: string, dModel: number, nhead: number, args: LayerArguments) {
  const options = readArguments(layer, LAYER_DEFAULTS, args);
  const { dimFeedforward, dropout, activation: named, layerNormEps: eps, batchFirst, normFirst, bias, dtype } = options;
  countOf(layer, 'dModel', dModel, 1);
  countOf(layer, 'nhead', nhead, 1);
  countOf(layer, 'dimFeedforward', dimFeedforward);
  probability(layer, 'dropout', dropout);
  const activation = named === null || named === 'relu' ? relu : named === 'gelu' ? gelu : named;
  if (typeof activation !== 'function' && !(activation instanceof Module))
    throw new ArgumentError(`${layer}: activation is ${show(named)}, expected 'relu', 'gelu', a function of a tensor, or a module.`);
  return { dimFeedforward, dropout, activation, normFirst, shared: { batchFirst, bias, dtype }, norm: { eps, bias, dtype } };
}

/** @internal Whether an activation is one that PyTorch's fast path knows. */
export function isReluOrGelu(activation: ((x: Tensor) => Tensor) | Module): boolean {
  return activation === relu || activation === gelu || activation instanceof ReLU || activation instanceof GELU;
}

/** A layer's network: linear1, activation, dropout, linear2, and the dropout after it. */
function feedForward(layer: TransformerEncoderLayer | TransformerDecoderLayer, x: Inner, after: Dropout): Inner {
  const { activation } = layer;
  const hidden = x.by(layer.linear1);
  let active: Inner;
  if (activation instanceof Module) active = hidden.into(activation);
  else if (activation === relu) active = hidden.through(relu, relu_);
  else if (activation === gelu) active = hidden.through(gelu);
  else active = new Inner(activation(hidden.x));
  return passed([layer.dropout, layer.linear2, after], active);
}

/** x and what `block` makes of it added up, the norm before the block or after the sum. */
function residual(x: Inner, norm: LayerNorm, block: (x: Inner) => Inner, normFirst: boolean): Inner {
  if (!normFirst) return x.plus(block(x)).into(norm);
  const normed = x.by(norm);
  const made = block(normed);
  normed.spent(made);
  return x.plus(made);
}

/**
 * Self-attention and a feed-forward network, each added to its input, which dropout thins and LayerNorm normalises.
 * Input and output [L, N, dModel], with `batchFirst` [N, L, dModel], or [L, dModel].
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 * @example
 * const layer = new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * layer.forward(randn([2, 10, 16])).shape; // [2, 10, 16]
 */
export class TransformerEncoderLayer extends Module {
  static override readonly className: string = 'TransformerEncoderLayer';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  /** Whether norms stand before attention and feed-forward, not after. */
  readonly normFirst: boolean;
  /** Attention over the sequence itself. */
  selfAttn: MultiheadAttention;
  /** The first layer of the feed-forward block. */
  linear1: Linear;
  /** Between the layers of the feed-forward block. */
  dropout: Dropout;
  /** The second layer of the feed-forward block. */
  linear2: Linear;
  /** The norm of the self-attention block. */
  norm1: LayerNorm;
  /** The norm of the second block. */
  norm2: LayerNorm;
  /** After the self-attention block. */
  dropout1: Dropout;
  /** After the second block. */
  dropout2: Dropout;
  /** The function between the layers of the feed-forward block. */
  activation: ((x: Tensor) => Tensor) | Module;

  /**
   * Self-attention and a feed-forward network, each added to its input, which dropout thins and LayerNorm normalises. Input and output
   * [L, N, dModel], with `batchFirst` [N, L, dModel], or [L, dModel].
   * @param args the options in the order of their list, dimFeedforward (default 2048) first, or any by name.
   * @throws {ArgumentError} when the heads do not divide `dModel`, and for an unknown activation.
   */
  constructor(dModel: number, nhead: number, ...args: LayerArguments) {
    super();
    const { dimFeedforward, dropout, activation, normFirst, shared, norm } = settings(classNameOf(new.target), dModel, nhead, args);
    this.normFirst = normFirst;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, ...shared });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias: shared.bias, dtype: shared.dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias: shared.bias, dtype: shared.dtype });
    this.norm1 = new LayerNorm(dModel, norm);
    this.norm2 = new LayerNorm(dModel, norm);
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = activation;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return renamed(super.fields(), { selfAttn: 'self_attn' });
  }

  /** @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks. */
  forward(
    src: Tensor,
    ...args: Arguments<EncoderLayerForwardOptions, [srcMask: 'srcMask', srcKeyPaddingMask: 'srcKeyPaddingMask', isCausal: 'isCausal']>
  ): Tensor {
    const options = readArguments(classNameOf(this), ENCODER_FORWARD, args);
    const { srcMask: attnMask, srcKeyPaddingMask: keyPaddingMask, isCausal } = options;
    const masks = { attnMask, keyPaddingMask, isCausal, needWeights: false } as const;
    const attention = (x: Inner) => x.by(this.selfAttn, (x) => this.selfAttn.forward(x, x, x, masks)[0]).into(this.dropout1);
    const x = residual(new Inner(src), this.norm1, attention, this.normFirst);
    return residual(x, this.norm2, (x) => feedForward(this, x, this.dropout2), this.normFirst).x;
  }
}

/**
 * Self-attention, attention to a memory (the output of an encoder) and a feed-forward network, each with its residual and norm.
 * Targets and output [T, N, dModel] and memory [S, N, dModel], with `batchFirst` [N, T, dModel] and [N, S, dModel], or without N.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
 * @example
 * const layer = new nn.TransformerDecoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * layer.forward(randn([2, 5, 16]), randn([2, 10, 16])).shape; // [2, 5, 16]
 */
export class TransformerDecoderLayer extends Module {
  static override readonly className: string = 'TransformerDecoderLayer';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  /** Whether norms stand before attention and feed-forward, not after. */
  readonly normFirst: boolean;
  /** Attention over the sequence itself. */
  selfAttn: MultiheadAttention;
  /** Attention over what the encoder gives. */
  multiheadAttn: MultiheadAttention;
  /** The first layer of the feed-forward block. */
  linear1: Linear;
  /** Between the layers of the feed-forward block. */
  dropout: Dropout;
  /** The second layer of the feed-forward block. */
  linear2: Linear;
  /** The norm of the self-attention block. */
  norm1: LayerNorm;
  /** The norm of the second block. */
  norm2: LayerNorm;
  /** The norm of the feed-forward block. */
  norm3: LayerNorm;
  /** After the self-attention block. */
  dropout1: Dropout;
  /** After the second block. */
  dropout2: Dropout;
  /** After the feed-forward block. */
  dropout3: Dropout;
  /** The function between the layers of the feed-forward block. */
  activation: ((x: Tensor) => Tensor) | Module;

  /** As {@link TransformerEncoderLayer}. */
  constructor(dModel: number, nhead: number, ...args: LayerArguments) {
    super();
    const { dimFeedforward, dropout, activation, normFirst, shared, norm } = settings(classNameOf(new.target), dModel, nhead, args);
    this.normFirst = normFirst;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, ...shared });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, ...shared });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias: shared.bias, dtype: shared.dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias: shared.bias, dtype: shared.dtype });
    this.norm1 = new LayerNorm(dModel, norm);
    this.norm2 = new LayerNorm(dModel, norm);
    this.norm3 = new LayerNorm(dModel, norm);
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = activation;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return renamed(super.fields(), { selfAttn: 'self_attn', multiheadAttn: 'multihead_attn' });
  }

  /** @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks. */
  forward(tgt: Tensor, memory: Tensor, ...args: DecoderForwardArguments): Tensor {
    const options = readArguments(classNameOf(this), DECODER_FORWARD, args);
    const toTargets = (x: Inner) => {
      const { tgtMask: attnMask, tgtKeyPaddingMask: keyPaddingMask, tgtIsCausal } = options;
      const masks = { attnMask, keyPaddingMask, isCausal: tgtIsCausal ?? false, needWeights: false } as const;
      return x.by(this.selfAttn, (x) => this.selfAttn.forward(x, x, x, masks)[0]).into(this.dropout1);
    };
    const toMemory = (x: Inner) => {
      const { memoryMask: attnMask, memoryKeyPaddingMask: keyPaddingMask, memoryIsCausal: isCausal } = options;
      const masks = { attnMask, keyPaddingMask, isCausal, needWeights: false } as const;
      return x.by(this.multiheadAttn, (x) => this.multiheadAttn.forward(x, memory, memory, masks)[0]).into(this.dropout2);
    };
    let x = residual(new Inner(tgt), this.norm1, toTargets, this.normFirst);
    x = residual(x, this.norm2, toMemory, this.normFirst);
    return residual(x, this.norm3, (x) => feedForward(this, x, this.dropout3), this.normFirst).x;
  }
}
