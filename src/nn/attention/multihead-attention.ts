/** Multi-head attention as a layer, whose function stands in multi-head.ts. */

import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, countOf, probability } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { xavierNormal_, xavierUniform_, zeros_ } from '../init/init.js';
import { Linear } from '../linear/linear.js';
import { renamed } from '../module/fields.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { type MultiHeadAttentionOptions, multiHeadAttention } from './multi-head.js';

/** The options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** The probability to drop an attention weight in training. Default: 0. */
  dropout?: number;
  /** Adds a learned bias to the projections in and out. Default: true. */
  bias?: boolean;
  /** Learns a key and a value that every query sees. Default: false. */
  addBiasKv?: boolean;
  /** Adds a key and a value of zeros. Default: false. */
  addZeroAttn?: boolean;
  /** Features of the keys. Default: `embedDim`. */
  kdim?: number | null;
  /** Features of the values. Default: `embedDim`. */
  vdim?: number | null;
  /** Inputs and output are [N, L, E] instead of [L, N, E]. Default: false. */
  batchFirst?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** What a call may say about keys, masks and weights. */
export type MultiheadAttentionForwardOptions = Pick<
  MultiHeadAttentionOptions,
  'keyPaddingMask' | 'needWeights' | 'attnMask' | 'averageAttnWeights' | 'isCausal'
>;

type ForwardArguments = Arguments<
  MultiheadAttentionForwardOptions,
  [
    keyPaddingMask: 'keyPaddingMask',
    needWeights: 'needWeights',
    attnMask: 'attnMask',
    averageAttnWeights: 'averageAttnWeights',
    isCausal: 'isCausal',
  ]
>;

const DEFAULTS: Settings<MultiheadAttentionOptions> = {
  dropout: 0,
  bias: true,
  addBiasKv: false,
  addZeroAttn: false,
  kdim: null,
  vdim: null,
  batchFirst: false,
  dtype: 'float32',
};

const FORWARD_DEFAULTS: Settings<MultiheadAttentionForwardOptions> = {
  keyPaddingMask: null,
  needWeights: true,
  attnMask: null,
  averageAttnWeights: true,
  isCausal: false,
};

/** A Linear under the name that PyTorch prints. */
class NonDynamicallyQuantizableLinear extends Linear {
  static override readonly className: string = 'NonDynamicallyQuantizableLinear';
}

/**
 * Attention in `numHeads` subspaces at once: queries, keys and values are projected, each head attends, the results are projected back.
 * Inputs [L, N, E] and [S, N, ...], with `batchFirst` [N, L, E] and [N, S, ...], or without N; E is `embedDim`, which `numHeads` divides.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 * @example
 * const attention = new nn.MultiheadAttention(16, 4, { batchFirst: true });
 * const x = randn([2, 10, 16]); // [batch, positions, features]
 * const [output, weights] = attention.forward(x, x, x);
 * output.shape; // [2, 10, 16]
 * weights.shape; // [2, 10, 10]
 */
export class MultiheadAttention extends Module {
  static override readonly className: string = 'MultiheadAttention';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** Features of keys. */
  readonly kdim: number;
  /** Features of values. */
  readonly vdim: number;
  /** Features of each head. */
  readonly headDim: number;
  /** The probability with which attention weights are dropped in training. */
  readonly dropout: number;
  /** Whether the batch is the first dim, [N, L, E], rather than the second. */
  readonly batchFirst: boolean;
  /** Whether a key and a value of zeros are added. */
  readonly addZeroAttn: boolean;
  /** The projection of queries, where keys or values have other sizes; null otherwise. */
  qProjWeight: Parameter | null;
  /** The projection of keys, where they have another size; null otherwise. */
  kProjWeight: Parameter | null;
  /** The projection of values, where they have another size; null otherwise. */
  vProjWeight: Parameter | null;
  /** The projections of queries, keys and values, one below the other; null where their sizes differ. */
  inProjWeight: Parameter | null;
  /** The bias of the three projections; null without one. */
  inProjBias: Parameter | null;
  /** A learned key that is added to the keys; null without `addBiasKv`. */
  biasK: Parameter | null;
  /** A learned value that is added to the values; null without `addBiasKv`. */
  biasV: Parameter | null;
  /** The projection of what the heads give. */
  outProj: Linear;

  /**
   * Attention in `numHeads` subspaces at once: queries, keys and values are projected, each head attends, the results are projected back.
   * Inputs [L, N, E] and [S, N, ...], with `batchFirst` [N, L, E] and [N, S, ...], or without N; E is `embedDim`, which `numHeads`
   * divides.
   * @param args dropout (default 0), bias, addBiasKv, addZeroAttn, kdim, vdim and batchFirst in this order, or any option by name.
   * @throws {ArgumentError} when the heads do not divide the features.
   */
  constructor(
    /** Features of queries and of the output. */
    readonly embedDim: number,
    /** How many heads share the features. */
    readonly numHeads: number,
    ...args: Arguments<
      MultiheadAttentionOptions,
      [
        dropout: 'dropout',
        bias: 'bias',
        addBiasKv: 'addBiasKv',
        addZeroAttn: 'addZeroAttn',
        kdim: 'kdim',
        vdim: 'vdim',
        batchFirst: 'batchFirst',
      ]
    >
  ) {
    super();
    const name = classNameOf(new.target);
    const options = readArguments(name, DEFAULTS, args);
    const { dropout, bias, addBiasKv, addZeroAttn, batchFirst, dtype } = options;
    probability(name, 'dropout', dropout);
    countOf(name, 'embedDim', embedDim, 1);
    countOf(name, 'numHeads', numHeads, 1);
    if (embedDim % numHeads !== 0)
      throw new ArgumentError(
        `${name}: embedDim ${embedDim} does not divide into ${numHeads} heads. Choose numHeads among the divisors of ${embedDim}.`,
      );
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    countOf(name, 'kdim', this.kdim);
    countOf(name, 'vdim', this.vdim);
    assertFloatingDType(name, 'dtype', dtype);
    this.headDim = embedDim / numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;

    const parameter = (key: string, field: string, shape: readonly number[] | null) =>
      this.registerParameter(field, shape && new Parameter(emptyTensor(shape, dtype)), { key });
    const joint = this.kdim === embedDim && this.vdim === embedDim;
    this.qProjWeight = parameter('q_proj_weight', 'qProjWeight', joint ? null : [embedDim, embedDim]);
    this.kProjWeight = parameter('k_proj_weight', 'kProjWeight', joint ? null : [embedDim, this.kdim]);
    this.vProjWeight = parameter('v_proj_weight', 'vProjWeight', joint ? null : [embedDim, this.vdim]);
    this.inProjWeight = parameter('in_proj_weight', 'inProjWeight', joint ? [3 * embedDim, embedDim] : null);
    this.inProjBias = parameter('in_proj_bias', 'inProjBias', bias ? [3 * embedDim] : null);
    this.outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias, dtype });
    this.biasK = parameter('bias_k', 'biasK', addBiasKv ? [1, 1, embedDim] : null);
    this.biasV = parameter('bias_v', 'biasV', addBiasKv ? [1, 1, embedDim] : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) if (weight) xavierUniform_(weight);
    if (this.inProjBias) zeros_(this.inProjBias);
    if (this.outProj.bias) zeros_(this.outProj.bias);
    if (this.biasK) xavierNormal_(this.biasK);
    if (this.biasV) xavierNormal_(this.biasV);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return renamed(super.fields(), { outProj: 'out_proj' });
  }

  /**
   * @param options.keyPaddingMask [N, S], or [S]: bool, true for keys to ignore; or floating, added to the scores.
   * @param options.needWeights whether the weights are returned as well. Default: true; without them it is faster.
   * @param options.attnMask [L, S] or [N * numHeads, L, S]: bool, true where a query may *not* look at a key; or floating, added.
   * @param options.averageAttnWeights whether the weights are averaged over the heads. Default: true.
   * @param options.isCausal says that `attnMask`, which must be there, is the causal mask. Default: false.
   * @returns the output, in the query's shape, and the weights: [N, L, S], or [N, numHeads, L, S] when not averaged; null when not needed.
   * @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integer masks.
   */
  forward(query: Tensor, key: Tensor, value: Tensor, options: MultiheadAttentionForwardOptions & { needWeights: false }): [Tensor, null];
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: MultiheadAttentionForwardOptions & { needWeights?: true },
  ): [output: Tensor, weights: Tensor];
  forward(query: Tensor, key: Tensor, value: Tensor, ...args: ForwardArguments): [output: Tensor, weights: Tensor | null];
  forward(query: Tensor, key: Tensor, value: Tensor, ...args: readonly unknown[]): [Tensor, Tensor | null] {
    return multiHeadAttention(classNameOf(this), query, key, value, {
      ...readArguments(classNameOf(this), FORWARD_DEFAULTS, args),
      embedDim: this.embedDim,
      numHeads: this.numHeads,
      inProjWeight: this.inProjWeight,
      inProjBias: this.inProjBias,
      biasK: this.biasK,
      biasV: this.biasV,
      addZeroAttn: this.addZeroAttn,
      dropoutP: this.dropout,
      outProjWeight: this.outProj.weight,
      outProjBias: this.outProj.bias,
      training: this.training,
      useSeparateProjWeight: this.inProjWeight === null,
      qProjWeight: this.qProjWeight,
      kProjWeight: this.kProjWeight,
      vProjWeight: this.vProjWeight,
      batchFirst: this.batchFirst,
    });
  }
}
