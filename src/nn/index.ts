/** `nn`: layers, losses and the Module that models are made of. */

export type { InPlaceOption, PReLUOptions } from './activation.js';
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  Mish,
  PReLU,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from './activation.js';
export type { ThresholdOptions } from './activation-threshold.js';
export { Hardshrink, RReLU, Softshrink, Threshold } from './activation-threshold.js';
export type { AdaptiveLogSoftmaxOptions, AdaptiveOutput } from './adaptive-softmax.js';
export { AdaptiveLogSoftmaxWithLoss } from './adaptive-softmax.js';
export type { BatchNormLayerOptions } from './batch-norm.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './batch-norm.js';
export { Bilinear } from './bilinear.js';
export { ModuleDict, ModuleList, Sequential } from './containers.js';
export type { Conv1dLayerOptions, Conv2dLayerOptions, Conv3dLayerOptions, PaddingMode } from './conv.js';
export { Conv1d, Conv2d, Conv3d } from './conv.js';
export type { ConvTranspose1dLayerOptions, ConvTranspose2dLayerOptions, ConvTranspose3dLayerOptions } from './conv-transpose.js';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-transpose.js';
export { CosineSimilarity, PairwiseDistance } from './distance.js';
export type { DropoutLayerOptions } from './dropout.js';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './dropout.js';
export type { EmbeddingBagLayerOptions, EmbeddingLayerOptions, PretrainedBagOptions, PretrainedOptions } from './embedding.js';
export { Embedding, EmbeddingBag } from './embedding.js';
export type { FlattenOptions } from './flatten.js';
export { Flatten, Unflatten } from './flatten.js';
export { Fold, Unfold } from './fold.js';
export * as functional from './functional.js';
export type { GroupNormLayerOptions } from './group-norm.js';
export { GroupNorm, LocalResponseNorm } from './group-norm.js';
export * as init from './init.js';
export type { InstanceNormLayerOptions } from './instance-norm.js';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instance-norm.js';
export type { LayerNormLayerOptions } from './layer-norm.js';
export { LayerNorm } from './layer-norm.js';
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
} from './lazy.js';
export type { LinearOptions } from './linear.js';
export { Identity, Linear } from './linear.js';
export type { LinearCrossEntropyLossOptions } from './linear-cross-entropy.js';
export { LinearCrossEntropyLoss } from './linear-cross-entropy.js';
export type { BCEWithLogitsLossOptions } from './loss.js';
export { BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, CTCLoss, MultiLabelSoftMarginLoss, NLLLoss } from './loss.js';
export type { TripletMarginWithDistanceLayerOptions } from './loss-margin.js';
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './loss-margin.js';
export { GaussianNLLLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, PoissonNLLLoss, SmoothL1Loss } from './loss-regression.js';
export type { BufferRegistration, LayerKind, ListOptions, ModuleWithOutput, TensorRegistration } from './module.js';
export { Module } from './module.js';
export type { ForwardHook, ForwardHookOptions, ForwardPreHook, FullBackwardHook, FullBackwardPreHook, HookOptions } from './module-call.js';
export {
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
} from './module-call.js';
export type { LoadStateDictPostHook, LoadStateDictPreHook, StateDictPostHook, StateDictPreHook } from './module-hooks.js';
export type { MultiheadAttentionForwardOptions, MultiheadAttentionOptions } from './multihead-attention.js';
export { MultiheadAttention } from './multihead-attention.js';
export type { ConstantPadOptions, Padding1d, Padding2d, Padding3d } from './padding.js';
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
} from './padding.js';
export { Buffer, Parameter } from './parameter.js';
export { ParameterDict, ParameterList } from './parameter-containers.js';
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './pixel-shuffle.js';
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from './pooling.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './pooling-adaptive.js';
export { FractionalMaxPool2d, FractionalMaxPool3d } from './pooling-fractional.js';
export { LPPool1d, LPPool2d, LPPool3d } from './pooling-power.js';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './pooling-unpool.js';
export type { RMSNormOptions } from './rms-norm.js';
export { RMSNorm } from './rms-norm.js';
export type { GRUOptions, LSTMOptions, RNNOptions } from './rnn.js';
export { GRU, LSTM, RNN } from './rnn.js';
export type { CellOptions, RNNCellOptions } from './rnn-cell.js';
export { GRUCell, LSTMCell, RNNCell } from './rnn-cell.js';
export type { SoftmaxLayerOptions } from './softmax.js';
export { LogSoftmax, Softmax, Softmax2d, Softmin } from './softmax.js';
export type { LoadResult, LoadStateDictOptions, StateDict, StateDictOptions } from './state-dict.js';
export * as swaUtils from './swa-utils.js';
export type {
  EncoderForwardOptions,
  TransformerDecoderOptions,
  TransformerEncoderOptions,
  TransformerForwardOptions,
  TransformerOptions,
} from './transformer.js';
export { Transformer, TransformerDecoder, TransformerEncoder } from './transformer.js';
export type {
  DecoderLayerForwardOptions,
  EncoderLayerForwardOptions,
  TransformerActivation,
  TransformerLayerOptions,
} from './transformer-layer.js';
export { TransformerDecoderLayer, TransformerEncoderLayer } from './transformer-layer.js';
export { UninitializedBuffer, UninitializedParameter } from './uninitialized.js';
export type { UpsampleOptions, UpsamplingOptions } from './upsample.js';
export { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from './upsample.js';
export * as utils from './utils.js';
