/** `nn`: layers, losses and the Module that models are made of. */

export type { EluOptions as CELUOptions, EluOptions as ELUOptions } from './activation/exponential.js';
export { CELU, ELU, SELU } from './activation/exponential.js';
export type { GeluOptions as GELUOptions, GluOptions as GLUOptions } from './activation/gated.js';
export { GELU, GLU, Hardswish, Mish, SiLU } from './activation/gated.js';
export type {
  InPlaceOption,
  InPlaceOption as HardsigmoidOptions,
  InPlaceOption as HardswishOptions,
  InPlaceOption as MishOptions,
  InPlaceOption as ReLU6Options,
  InPlaceOption as ReLUOptions,
  InPlaceOption as SELUOptions,
  InPlaceOption as SiLUOptions,
} from './activation/in-place.js';
export type { HardtanhOptions, LeakyReluOptions as LeakyReLUOptions, ThresholdOptions } from './activation/rectified.js';
export { Hardtanh, LeakyReLU, ReLU, ReLU6, Threshold } from './activation/rectified.js';
export type { PReLUOptions, RReLUOptions } from './activation/rectified-slopes.js';
export { PReLU, RReLU } from './activation/rectified-slopes.js';
export type { ShrinkOptions as HardshrinkOptions, ShrinkOptions as SoftshrinkOptions } from './activation/shrink.js';
export { Hardshrink, Softshrink, Tanhshrink } from './activation/shrink.js';
export type { SoftplusOptions } from './activation/sigmoid.js';
export { Hardsigmoid, LogSigmoid, Sigmoid, Softplus, Softsign, Tanh } from './activation/sigmoid.js';
export type {
  SoftmaxLayerOptions,
  SoftmaxLayerOptions as LogSoftmaxOptions,
  SoftmaxLayerOptions as SoftmaxOptions,
  SoftmaxLayerOptions as SoftminOptions,
} from './activation/softmax.js';
export { LogSoftmax, Softmax, Softmax2d, Softmin } from './activation/softmax.js';
export type { MultiheadAttentionForwardOptions, MultiheadAttentionOptions } from './attention/multihead-attention.js';
export { MultiheadAttention } from './attention/multihead-attention.js';
export type {
  EncoderForwardOptions,
  TransformerDecoderOptions,
  TransformerEncoderOptions,
  TransformerForwardOptions,
  TransformerOptions,
} from './attention/transformer.js';
export { Transformer, TransformerDecoder, TransformerEncoder } from './attention/transformer.js';
export type {
  DecoderLayerForwardOptions,
  EncoderLayerForwardOptions,
  TransformerActivation,
  TransformerLayerOptions,
  TransformerLayerOptions as TransformerDecoderLayerOptions,
  TransformerLayerOptions as TransformerEncoderLayerOptions,
} from './attention/transformer-layer.js';
export { TransformerDecoderLayer, TransformerEncoderLayer } from './attention/transformer-layer.js';
export { ModuleDict, ParameterDict } from './containers/dict.js';
export { ModuleList, ParameterList } from './containers/list.js';
export { Sequential } from './containers/sequential.js';
export type {
  Conv1dLayerOptions,
  Conv1dLayerOptions as Conv1dOptions,
  Conv2dLayerOptions,
  Conv2dLayerOptions as Conv2dOptions,
  Conv3dLayerOptions,
  Conv3dLayerOptions as Conv3dOptions,
} from './conv/conv.js';
export { Conv1d, Conv2d, Conv3d } from './conv/conv.js';
export type { PaddingMode } from './conv/conv-nd.js';
export type {
  ConvTranspose1dLayerOptions,
  ConvTranspose1dLayerOptions as ConvTranspose1dOptions,
  ConvTranspose2dLayerOptions,
  ConvTranspose2dLayerOptions as ConvTranspose2dOptions,
  ConvTranspose3dLayerOptions,
  ConvTranspose3dLayerOptions as ConvTranspose3dOptions,
} from './conv/transpose.js';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv/transpose.js';
export type { CosineSimilarityOptions, PairwiseDistanceOptions } from './distance/distance.js';
export { CosineSimilarity, PairwiseDistance } from './distance/distance.js';
export type {
  DropoutLayerOptions,
  DropoutLayerOptions as DropoutOptions,
  DropoutLayerOptions as Dropout1dOptions,
  DropoutLayerOptions as Dropout2dOptions,
  DropoutLayerOptions as Dropout3dOptions,
  DropoutLayerOptions as AlphaDropoutOptions,
  DropoutLayerOptions as FeatureAlphaDropoutOptions,
} from './dropout/dropout.js';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './dropout/dropout.js';
export type { PretrainedOptions } from './embedding/embedding.js';
export { Embedding } from './embedding/embedding.js';
export type {
  EmbeddingBagLayerOptions,
  EmbeddingBagLayerOptions as EmbeddingBagOptions,
  PretrainedBagOptions,
} from './embedding/embedding-bag.js';
export { EmbeddingBag } from './embedding/embedding-bag.js';
export type { EmbeddingLayerOptions, EmbeddingLayerOptions as EmbeddingOptions } from './embedding/table.js';
export * as functional from './functional.js';
export * as init from './init/init.js';
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
  LazyLinear,
} from './lazy/lazy.js';
export { Bilinear } from './linear/bilinear.js';
export type { LinearOptions, LinearOptions as BilinearOptions } from './linear/linear.js';
export { Identity, Linear } from './linear/linear.js';
export type {
  AdaptiveLogSoftmaxOptions,
  AdaptiveLogSoftmaxOptions as AdaptiveLogSoftmaxWithLossOptions,
  AdaptiveOutput,
} from './loss/classification/adaptive-softmax.js';
export { AdaptiveLogSoftmaxWithLoss } from './loss/classification/adaptive-softmax.js';
export type {
  BCEWithLogitsLossOptions,
  BinaryCrossEntropyOptions as BCELossOptions,
  BinaryCrossEntropyOptions as MultiLabelSoftMarginLossOptions,
} from './loss/classification/binary.js';
export { BCELoss, BCEWithLogitsLoss, MultiLabelSoftMarginLoss } from './loss/classification/binary.js';
export type {
  CrossEntropyOptions as CrossEntropyLossOptions,
  NllLossOptions as NLLLossOptions,
} from './loss/classification/cross-entropy.js';
export { CrossEntropyLoss, NLLLoss } from './loss/classification/cross-entropy.js';
export type { CTCLossOptions } from './loss/classification/ctc.js';
export { CTCLoss } from './loss/classification/ctc.js';
export type { LinearCrossEntropyLossOptions } from './loss/classification/linear-cross-entropy.js';
export { LinearCrossEntropyLoss } from './loss/classification/linear-cross-entropy.js';
export type {
  TripletMarginLossOptions,
  TripletMarginWithDistanceLayerOptions,
  TripletMarginWithDistanceLayerOptions as TripletMarginWithDistanceLossOptions,
} from './loss/margin/embedding.js';
export { CosineEmbeddingLoss, TripletMarginLoss, TripletMarginWithDistanceLoss } from './loss/margin/embedding.js';
export type {
  MarginLossOptions as CosineEmbeddingLossOptions,
  MarginLossOptions as HingeEmbeddingLossOptions,
  MarginLossOptions as MarginRankingLossOptions,
} from './loss/margin/margin.js';
export { HingeEmbeddingLoss, MarginRankingLoss, SoftMarginLoss } from './loss/margin/margin.js';
export type { MultiMarginLossOptions } from './loss/margin/multi-margin.js';
export { MultiLabelMarginLoss, MultiMarginLoss } from './loss/margin/multi-margin.js';
export type {
  LossOptions as L1LossOptions,
  LossOptions as MSELossOptions,
  LossOptions as MultiLabelMarginLossOptions,
  LossOptions as SoftMarginLossOptions,
} from './loss/options.js';
export type { GaussianNLLLossOptions, KLDivLossOptions, PoissonNLLLossOptions } from './loss/regression/distribution.js';
export { GaussianNLLLoss, KLDivLoss, PoissonNLLLoss } from './loss/regression/distribution.js';
export type { HuberLossLayerOptions as HuberLossOptions, SmoothL1LossOptions } from './loss/regression/regression.js';
export { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from './loss/regression/regression.js';
export type {
  ForwardHook,
  ForwardHookOptions,
  ForwardPreHook,
  FullBackwardHook,
  FullBackwardPreHook,
  HookOptions,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  StateDictPostHook,
  StateDictPreHook,
} from './module/calls/hooks.js';
export {
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
} from './module/calls/hooks.js';
export type {
  BufferRegistration,
  LayerKind,
  ListOptions,
  ModuleWithOutput,
  SetSubmoduleOptions,
  TensorRegistration,
  ZeroGradOptions,
} from './module/module.js';
export { Module } from './module/module.js';
export { Buffer, Parameter } from './module/state/parameter.js';
export type { LoadResult, LoadStateDictOptions, StateDict, StateDictOptions } from './module/state/state-dict.js';
export { UninitializedBuffer, UninitializedParameter } from './module/state/uninitialized.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './norm/batch.js';
export type { GroupNormLayerOptions, GroupNormLayerOptions as GroupNormOptions } from './norm/group.js';
export { GroupNorm } from './norm/group.js';
export type {
  InstanceNormLayerOptions,
  InstanceNormLayerOptions as InstanceNorm1dOptions,
  InstanceNormLayerOptions as InstanceNorm2dOptions,
  InstanceNormLayerOptions as InstanceNorm3dOptions,
} from './norm/instance.js';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './norm/instance.js';
export type { LayerNormLayerOptions, LayerNormLayerOptions as LayerNormOptions } from './norm/layer.js';
export { LayerNorm } from './norm/layer.js';
export type { LocalResponseNormOptions } from './norm/local-response.js';
export { LocalResponseNorm } from './norm/local-response.js';
export type { RMSNormOptions } from './norm/rms.js';
export { RMSNorm } from './norm/rms.js';
export type {
  BatchNormLayerOptions,
  BatchNormLayerOptions as BatchNorm1dOptions,
  BatchNormLayerOptions as BatchNorm2dOptions,
  BatchNormLayerOptions as BatchNorm3dOptions,
} from './norm/running-norm.js';
export type {
  CircularPad1dOptions,
  CircularPad2dOptions,
  CircularPad3dOptions,
  ConstantPad1dOptions,
  ConstantPad2dOptions,
  ConstantPad3dOptions,
  ConstantPadOptions,
  Padding1d,
  Padding2d,
  Padding3d,
  ReflectionPad1dOptions,
  ReflectionPad2dOptions,
  ReflectionPad3dOptions,
  ReplicationPad1dOptions,
  ReplicationPad2dOptions,
  ReplicationPad3dOptions,
  ZeroPad1dOptions,
  ZeroPad2dOptions,
  ZeroPad3dOptions,
} from './padding/padding.js';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './padding/padding.js';
export type {
  AdaptiveAvgPool1dOptions,
  AdaptiveAvgPool2dOptions,
  AdaptiveAvgPool3dOptions,
  AdaptiveMaxPool1dOptions,
  AdaptiveMaxPool2dOptions,
  AdaptiveMaxPool3dOptions,
} from './pool/adaptive.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './pool/adaptive.js';
export type { AvgPool1dOptions, AvgPool2dOptions, AvgPool3dOptions } from './pool/average.js';
export { AvgPool1d, AvgPool2d, AvgPool3d } from './pool/average.js';
export type { FractionalMaxPool2dOptions, FractionalMaxPool3dOptions } from './pool/fractional.js';
export { FractionalMaxPool2d, FractionalMaxPool3d } from './pool/fractional.js';
export type { MaxPool1dOptions, MaxPool2dOptions, MaxPool3dOptions } from './pool/max.js';
export { MaxPool1d, MaxPool2d, MaxPool3d } from './pool/max.js';
export type {
  LpPool1dOptions as LPPool1dOptions,
  LpPool2dOptions as LPPool2dOptions,
  LpPool3dOptions as LPPool3dOptions,
} from './pool/power.js';
export { LPPool1d, LPPool2d, LPPool3d } from './pool/power.js';
export type {
  MaxUnpool1dLayerOptions as MaxUnpool1dOptions,
  MaxUnpool2dLayerOptions as MaxUnpool2dOptions,
  MaxUnpool3dLayerOptions as MaxUnpool3dOptions,
} from './pool/unpool.js';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './pool/unpool.js';
export type { CellOptions, CellOptions as GRUCellOptions, CellOptions as LSTMCellOptions, RNNCellOptions } from './recurrent/cells.js';
export { GRUCell, LSTMCell, RNNCell } from './recurrent/cells.js';
export type { GRUOptions } from './recurrent/layer.js';
export type { LSTMOptions, RNNOptions } from './recurrent/rnn.js';
export { GRU, LSTM, RNN } from './recurrent/rnn.js';
export type { FlattenOptions, UnflattenOptions } from './resize/flatten.js';
export { Flatten, Unflatten } from './resize/flatten.js';
export type { UnfoldOptions as FoldOptions, UnfoldOptions } from './resize/fold.js';
export { Fold, Unfold } from './resize/fold.js';
export type {
  UpsampleOptions,
  UpsamplingOptions,
  UpsamplingOptions as UpsamplingBilinear2dOptions,
  UpsamplingOptions as UpsamplingNearest2dOptions,
} from './resize/interpolate.js';
export { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from './resize/interpolate.js';
export type { ChannelShuffleOptions, PixelShuffleOptions, PixelUnshuffleOptions } from './resize/pixel-shuffle.js';
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './resize/pixel-shuffle.js';
export * as utils from './utils/index.js';
export * as swaUtils from './utils/swa-utils.js';
