/** Stacks of transformer layers, and the transformer of an encoder and a decoder. */
import { noGrad } from '../../autograd/modes/mode.js';
import { willRecord } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { eq, logicalAnd, ne } from '../../ops/elementwise/comparison.js';
import { maskedFill } from '../../ops/index/masks.js';
import { any } from '../../ops/reduce/sum.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, assertTensors, countOf, listable, MOST_LAYERS } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { ModuleList } from '../containers/list.js';
import { xavierUniform_ } from '../init/init.js';
import { Inner } from '../module/calls/inner.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';
import { LayerNorm } from '../norm/layer.js';
import { causalMask } from './attend.js';
import { canonicalMask, warnMixedMasks } from './multi-head.js';
import {
  DECODER_FORWARD,
  type DecoderForwardArguments,
  type DecoderLayerForwardOptions,
  isReluOrGelu,
  LAYER_DEFAULTS,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer-layer.js';

/** The options of {@link TransformerEncoder}. */
export interface TransformerEncoderOptions {
  /** Normalises the result. Default: null. */
  norm?: Module | null;
  /** In evaluation without gradients, positions that are padding come out as 0. Default: true. */
  enableNestedTensor?: boolean;
  /** Does so only where the padding stands at the end of each sequence. Default: true. */
  maskCheck?: boolean;
}

/** The options of the forward of {@link TransformerEncoder}. */
export interface EncoderForwardOptions {
  /** [L, L] or [N * heads, L, L]: bool, true where a position may not look at another; or floating, added to the scores. */
  mask?: Tensor | null;
  /** [N, L], or [L]: bool, true for positions to ignore; or floating. */
  srcKeyPaddingMask?: Tensor | null;
  /** Says that `mask`, which must be there, is the causal mask. Default: null, the mask is taken as it is. */
  isCausal?: boolean | null;
}

const ENCODER: Settings<TransformerEncoderOptions> = { norm: null, enableNestedTensor: true, maskCheck: true };
const ENCODER_FORWARD: Settings<EncoderForwardOptions> = { mask: null, srcKeyPaddingMask: null, isCausal: null };

function copies<M extends Module>(stack: string, layer: M, count: number): ModuleList<M> {
  assertModule(stack, 'the layer', layer, 'It is copied.');
  countOf(stack, 'numLayers', count);
  listable(stack, 'layers', count, MOST_LAYERS);
  return new ModuleList(Array.from({ length: count }, () => layer.clone()));
}

/** Throws unless it is a module, or null for the usual one. */
function assertPart(stack: string, name: string, part: Module | null): void {
  if (part !== null) assertModule(stack, name, part, 'Pass null for the usual one, or for none.');
}

function assertLayers(stack: string, layers: ModuleList): void {
  if (layers.length === 0) throw new ArgumentError(`${stack}: it has no layers, and nothing to compute. Give numLayers of at least 1.`);
}

/**
 * `numLayers` copies of an encoder layer, one after the other. They start from equal values.
 * Input and output as the layer's.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 * @example
 * const layer = new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * const encoder = new nn.TransformerEncoder(layer, 2);
 * encoder.forward(randn([2, 10, 16])).shape; // [2, 10, 16]
 */
export class TransformerEncoder extends Module {
  static override readonly className: string = 'TransformerEncoder';
  /** The layers, in order. */
  layers: ModuleList;
  /** Kept for PyTorch's sake: there are no nested tensors. */
  readonly enableNestedTensor: boolean;
  /** Kept for PyTorch's sake: masks are always checked. */
  readonly maskCheck: boolean;
  /** The norm layer at the end; null without one. */
  norm: Module | null;

  constructor(
    encoderLayer: Module,
    /** How many layers stand one after the other. */
    readonly numLayers: number,
    ...args: Arguments<TransformerEncoderOptions, [norm: 'norm', enableNestedTensor: 'enableNestedTensor', maskCheck: 'maskCheck']>
  ) {
    super();
    const name = classNameOf(new.target);
    const options = readArguments(name, ENCODER, args);
    assertPart(name, 'norm', options.norm);
    this.layers = copies(name, encoderLayer, numLayers);
    this.enableNestedTensor = options.enableNestedTensor;
    this.maskCheck = options.maskCheck;
    this.norm = options.norm;
  }

  /** @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks. */
  forward(
    src: Tensor,
    ...args: Arguments<EncoderForwardOptions, [mask: 'mask', srcKeyPaddingMask: 'srcKeyPaddingMask', isCausal: 'isCausal']>
  ): Tensor {
    const name = classNameOf(this);
    const { mask, srcKeyPaddingMask: padding, isCausal } = readArguments(name, ENCODER_FORWARD, args);
    assertLayers(name, this.layers);
    warnMixedMasks(name, padding, mask, ['srcKeyPaddingMask', 'mask']);
    // Once for all layers.
    const srcMask = mask && canonicalMask(name, 'mask', mask, src.dtype);
    const srcKeyPaddingMask = padding && canonicalMask(name, 'srcKeyPaddingMask', padding, src.dtype);
    const options = { srcMask, srcKeyPaddingMask, isCausal: isCausal ?? false };
    let x = new Inner(src);
    for (const layer of this.layers) x = x.into(layer, (x) => layer.forward(x, options));
    if (srcKeyPaddingMask && !srcMask && dropsPadding(this, src, srcKeyPaddingMask)) {
      x = x.through((x) => maskedFill(x, unsqueeze(ne(srcKeyPaddingMask, 0), -1), 0));
    }
    return this.norm === null ? x.x : x.into(this.norm).x;
  }
}

/** Whether PyTorch would compute with nested tensors here, which hold no padding: it comes back as zeros. */
function dropsPadding(encoder: TransformerEncoder, src: Tensor, padding: Tensor): boolean {
  const first = encoder.layers[0];
  if (!encoder.enableNestedTensor || !(first instanceof TransformerEncoderLayer) || first.training || src.ndim !== 3) return false;
  const { selfAttn: attention, norm1, norm2 } = first;
  const able =
    !first.normFirst &&
    attention.batchFirst &&
    attention.inProjWeight !== null &&
    attention.inProjBias !== null &&
    attention.numHeads % 2 === 0 &&
    norm1.eps === norm2.eps &&
    isReluOrGelu(first.activation);
  if (!able || willRecord([src, ...first.parameters()])) return false;
  return !encoder.maskCheck || standsAtEnds(padding);
}

/** Whether no position of [N, L] that is not masked follows one that is. */
function standsAtEnds(padding: Tensor): boolean {
  const length = padding.shape[1]!;
  if (length < 2) return true;
  const follows = noGrad(() => logicalAnd(ne(narrow(padding, 1, 0, length - 1), 0), eq(narrow(padding, 1, 1, length - 1), 0)));
  return item(any(follows)) === 0;
}

/** The options of {@link TransformerDecoder}. */
export interface TransformerDecoderOptions {
  /** Normalises the result. Default: null. */
  norm?: Module | null;
}

const DECODER: Settings<TransformerDecoderOptions> = { norm: null };

/**
 * `numLayers` copies of a decoder layer, one after the other, all of which see the same memory. They start from equal values.
 * Inputs and output as the layer's.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
 * @example
 * const layer = new nn.TransformerDecoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * const decoder = new nn.TransformerDecoder(layer, 2, new nn.LayerNorm(16));
 * decoder.forward(randn([2, 5, 16]), randn([2, 10, 16])).shape; // [2, 5, 16]
 */
export class TransformerDecoder extends Module {
  static override readonly className: string = 'TransformerDecoder';
  /** The layers, in order. */
  layers: ModuleList;
  /** The norm layer at the end; null without one. */
  norm: Module | null;

  constructor(
    decoderLayer: Module,
    /** How many layers stand one after the other. */
    readonly numLayers: number,
    ...args: Arguments<TransformerDecoderOptions, [norm: 'norm']>
  ) {
    super();
    this.layers = copies(classNameOf(new.target), decoderLayer, numLayers);
    this.norm = readArguments(classNameOf(new.target), DECODER, args).norm;
    assertPart(classNameOf(new.target), 'norm', this.norm);
  }

  /** @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks. */
  forward(tgt: Tensor, memory: Tensor, ...args: DecoderForwardArguments): Tensor {
    const options = readArguments(classNameOf(this), DECODER_FORWARD, args);
    assertLayers(classNameOf(this), this.layers);
    let x = new Inner(tgt);
    for (const layer of this.layers) x = x.into(layer, (x) => layer.forward(x, memory, options));
    return this.norm === null ? x.x : x.into(this.norm).x;
  }
}

/** The options of {@link Transformer}. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of inputs and output. Default: 512. */
  dModel?: number;
  /** Heads of every attention. Default: 8. */
  nhead?: number;
  /** Default: 6. */
  numEncoderLayers?: number;
  /** Default: 6. */
  numDecoderLayers?: number;
  /** In the place of the encoder: `forward(src, { mask, srcKeyPaddingMask, isCausal })`. Default: null. */
  customEncoder?: Module | null;
  /** In the place of the decoder: `forward(tgt, memory, { tgtMask, memoryMask, … })`. Default: null. */
  customDecoder?: Module | null;
}

/** The options of the forward of {@link Transformer}. */
export interface TransformerForwardOptions extends DecoderLayerForwardOptions {
  /** [S, S] or [N * heads, S, S], among the sources, as {@link EncoderForwardOptions.mask}. */
  srcMask?: Tensor | null;
  /** [N, S], or [S]. */
  srcKeyPaddingMask?: Tensor | null;
  /** Says that `srcMask` is the causal mask. Default: null. */
  srcIsCausal?: boolean | null;
}

const { dimFeedforward, dropout, activation, ...LATER } = LAYER_DEFAULTS;
const DEFAULTS: Settings<TransformerOptions> = {
  dModel: 512,
  nhead: 8,
  numEncoderLayers: 6,
  numDecoderLayers: 6,
  ...{ dimFeedforward, dropout, activation },
  customEncoder: null,
  customDecoder: null,
  ...LATER,
};

const FORWARD: Settings<TransformerForwardOptions> = {
  srcMask: null,
  tgtMask: null,
  memoryMask: null,
  srcKeyPaddingMask: null,
  tgtKeyPaddingMask: null,
  memoryKeyPaddingMask: null,
  srcIsCausal: null,
  tgtIsCausal: null,
  memoryIsCausal: false,
};

/**
 * An encoder of the sources, and a decoder of the targets that sees its result.
 * Sources [S, N, dModel] and targets [T, N, dModel], with `batchFirst` [N, S, dModel] and [N, T, dModel], or without N; output as the targets.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 * @example
 * const model = new nn.Transformer(16, 4, { numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 32, batchFirst: true });
 * const tgtMask = nn.Transformer.generateSquareSubsequentMask(5);
 * model.forward(randn([2, 10, 16]), randn([2, 5, 16]), { tgtMask }).shape; // [2, 5, 16]
 */
export class Transformer extends Module {
  static override readonly className: string = 'Transformer';
  /** What reads the source. */
  encoder: Module;
  /** What writes the target. */
  decoder: Module;
  /** Features of source and target. */
  readonly dModel: number;
  /** Heads of each attention. */
  readonly nhead: number;
  /** Whether the batch is the first dim, [N, L, E], rather than the second. */
  readonly batchFirst: boolean;

  /**
   * An encoder of the sources, and a decoder of the targets that sees its result. Sources [S, N, dModel] and targets [T, N, dModel], with
   * `batchFirst` [N, S, dModel] and [N, T, dModel], or without N; output as the targets.
   * @param args sizes, dropout and activation in PyTorch's order, or any option by name.
   */
  constructor(
    ...args: Arguments<
      TransformerOptions,
      [
        dModel: 'dModel',
        nhead: 'nhead',
        numEncoderLayers: 'numEncoderLayers',
        numDecoderLayers: 'numDecoderLayers',
        dimFeedforward: 'dimFeedforward',
        dropout: 'dropout',
        activation: 'activation',
      ]
    >
  ) {
    super();
    const name = classNameOf(new.target);
    const options = readArguments(name, DEFAULTS, args);
    const { dModel, nhead, numEncoderLayers, numDecoderLayers, customEncoder, customDecoder, ...layer } = options;
    countOf(name, 'dModel', dModel, 1);
    assertFloatingDType(name, 'dtype', layer.dtype);
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = layer.batchFirst;
    const norm = () => new LayerNorm(dModel, { eps: layer.layerNormEps, bias: layer.bias, dtype: layer.dtype });
    // In this order PyTorch draws.
    assertPart(name, 'customEncoder', customEncoder);
    assertPart(name, 'customDecoder', customDecoder);
    this.encoder = customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, norm());
    this.decoder = customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, norm());
    this.resetParameters();
  }

  /** Draws every parameter of more than one dim anew, from Xavier's uniform distribution. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  /**
   * @param args srcMask, tgtMask, memoryMask and the three key padding masks in this order, or any option by name.
   * @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks.
   */
  forward(
    src: Tensor,
    tgt: Tensor,
    ...args: Arguments<
      TransformerForwardOptions,
      [
        srcMask: 'srcMask',
        tgtMask: 'tgtMask',
        memoryMask: 'memoryMask',
        srcKeyPaddingMask: 'srcKeyPaddingMask',
        tgtKeyPaddingMask: 'tgtKeyPaddingMask',
        memoryKeyPaddingMask: 'memoryKeyPaddingMask',
      ]
    >
  ): Tensor {
    const name = classNameOf(this);
    const options = readArguments(name, FORWARD, args);
    assertTensors(name, { src, tgt });
    const shapes = `src ${showShape(src.shape)}, tgt ${showShape(tgt.shape)}`;
    if (src.ndim !== tgt.ndim || (src.ndim !== 2 && src.ndim !== 3))
      throw new ShapeError(`${name}: src and tgt must both have 3 dims, or 2 for one item, got ${shapes}.`);
    const batch = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.shape[batch] !== tgt.shape[batch])
      throw new ShapeError(
        `${name}: src has a batch of ${src.shape[batch]}, tgt of ${tgt.shape[batch]} (${shapes}). The layout is ${this.batchFirst ? '[N, L, E] with batchFirst' : '[L, N, E] without batchFirst'}.`,
      );
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel)
      throw new ShapeError(`${name}: src and tgt must have ${this.dModel} features, dModel, got ${shapes}.`);
    const { srcMask: mask, srcKeyPaddingMask, srcIsCausal: isCausal, ...forDecoder } = options;
    const memory: Tensor = this.encoder.forward(src, { mask, srcKeyPaddingMask, isCausal });
    return this.decoder.forward(tgt, memory, forDecoder) as Tensor;
  }

  /** The causal mask [size, size]: 0 up to the diagonal, -inf above. @param options.dtype default float32. */
  static generateSquareSubsequentMask(size: number, { dtype = 'float32' }: { dtype?: DType } = {}): Tensor {
    countOf('generateSquareSubsequentMask', 'size', size);
    assertFloatingDType('generateSquareSubsequentMask', 'dtype', dtype);
    return causalMask(size, size, dtype);
  }
}
