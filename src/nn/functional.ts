/**
 * `F`, PyTorch's torch.nn.functional in camelCase: operations of neural networks as functions, for models that keep no state for them.
 * @see https://pytorch.org/docs/stable/nn.functional.html
 * @example
 * x = F.dropout(F.relu(this.fc1.forward(x)), 0.5, this.training);
 */

export { sigmoid, tanh } from '../ops/elementwise/unary.js';
export type { PadMode, PadOptions } from '../ops/join/pad.js';
export { pad } from '../ops/join/pad.js';
export { type LinearOptions, linear } from '../ops/products/matmul.js';
export type { SoftmaxOptions } from '../ops/reduce/softmax.js';
export { type LogSoftmaxOptions, logSoftmax, type SoftminOptions, softmax, softmin } from '../ops/reduce/softmax.js';
export type { Pair, Single, Triple } from '../tensor/arguments/checks.js';
export type { EluOptions as CeluOptions, EluOptions } from './activation/exponential.js';
export { celu, celu_, elu, elu_, selu, selu_ } from './activation/exponential.js';
export type { GeluOptions, GluOptions } from './activation/gated.js';
export { gelu, glu, hardswish, mish, silu } from './activation/gated.js';
export type {
  InPlaceOption,
  InPlaceOption as HardsigmoidOptions,
  InPlaceOption as HardswishOptions,
  InPlaceOption as MishOptions,
  InPlaceOption as Relu6Options,
  InPlaceOption as ReluOptions,
  InPlaceOption as SeluOptions,
  InPlaceOption as SiluOptions,
} from './activation/in-place.js';
export type { HardtanhOptions, LeakyReluOptions, ThresholdOptions } from './activation/rectified.js';
export { hardtanh, hardtanh_, leakyRelu, leakyRelu_, relu, relu_, relu6, threshold, threshold_ } from './activation/rectified.js';
export type { RreluOptions } from './activation/rectified-slopes.js';
export { prelu, rrelu, rrelu_ } from './activation/rectified-slopes.js';
export type { ShrinkOptions, ShrinkOptions as HardshrinkOptions, ShrinkOptions as SoftshrinkOptions } from './activation/shrink.js';
export { hardshrink, softshrink, tanhshrink } from './activation/shrink.js';
export type { SoftplusOptions } from './activation/sigmoid.js';
export { hardsigmoid, logsigmoid, softplus, softsign } from './activation/sigmoid.js';
export type { GumbelSoftmaxOptions } from './activation/softmax.js';
export { gumbelSoftmax } from './activation/softmax.js';
export type { ScaledDotProductAttentionOptions } from './attention/attention.js';
export { scaledDotProductAttention } from './attention/attention.js';
export type { MultiHeadAttentionOptions, MultiHeadAttentionOptions as MultiHeadAttentionForwardOptions } from './attention/multi-head.js';
export { multiHeadAttentionForward } from './attention/multi-head.js';
export type { Conv1dOptions, Conv2dOptions, Conv3dOptions } from './conv/conv.js';
export { conv1d, conv2d, conv3d } from './conv/conv.js';
export type { ConvTranspose1dOptions, ConvTranspose2dOptions, ConvTranspose3dOptions } from './conv/transpose.js';
export { convTranspose1d, convTranspose2d, convTranspose3d } from './conv/transpose.js';
export type { CosineSimilarityOptions, NormalizeOptions, PairwiseDistanceOptions } from './distance/distance.js';
export { cosineSimilarity, normalize, pairwiseDistance } from './distance/distance.js';
export type {
  DropoutOptions as AlphaDropoutOptions,
  DropoutOptions as Dropout1dOptions,
  DropoutOptions as Dropout2dOptions,
  DropoutOptions as Dropout3dOptions,
  DropoutOptions as FeatureAlphaDropoutOptions,
  DropoutOptions,
} from './dropout/dropout.js';
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from './dropout/dropout.js';
export type { EmbeddingOptions } from './embedding/embedding.js';
export { embedding } from './embedding/embedding.js';
export type { EmbeddingBagOptions } from './embedding/embedding-bag.js';
export { embeddingBag } from './embedding/embedding-bag.js';
export type { OneHotOptions } from './embedding/one-hot.js';
export { oneHot } from './embedding/one-hot.js';
export type { BilinearOptions } from './linear/bilinear.js';
export { bilinear } from './linear/bilinear.js';
export type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyOptions as MultilabelSoftMarginLossOptions,
  BinaryCrossEntropyWithLogitsOptions,
} from './loss/classification/binary.js';
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, multilabelSoftMarginLoss } from './loss/classification/binary.js';
export type { CrossEntropyOptions, NllLossOptions } from './loss/classification/cross-entropy.js';
export { crossEntropy, nllLoss } from './loss/classification/cross-entropy.js';
export type { CTCLossOptions, CTCLossOptions as CtcLossOptions } from './loss/classification/ctc.js';
export { ctcLoss } from './loss/classification/ctc.js';
export type { LinearCrossEntropyOptions } from './loss/classification/linear-cross-entropy.js';
export { linearCrossEntropy } from './loss/classification/linear-cross-entropy.js';
export type { DistanceFunction, TripletMarginLossOptions, TripletMarginWithDistanceLossOptions } from './loss/margin/embedding.js';
export { cosineEmbeddingLoss, tripletMarginLoss, tripletMarginWithDistanceLoss } from './loss/margin/embedding.js';
export type {
  MarginLossOptions,
  MarginLossOptions as CosineEmbeddingLossOptions,
  MarginLossOptions as HingeEmbeddingLossOptions,
  MarginLossOptions as MarginRankingLossOptions,
} from './loss/margin/margin.js';
export { hingeEmbeddingLoss, marginRankingLoss, softMarginLoss } from './loss/margin/margin.js';
export type { MultiMarginLossOptions } from './loss/margin/multi-margin.js';
export { multilabelMarginLoss, multiMarginLoss } from './loss/margin/multi-margin.js';
export type {
  LossOptions,
  LossOptions as MultilabelMarginLossOptions,
  LossOptions as SoftMarginLossOptions,
  Reduction,
} from './loss/options.js';
export type {
  GaussianNLLLossOptions,
  GaussianNLLLossOptions as GaussianNllLossOptions,
  KLDivLossOptions,
  KLDivLossOptions as KlDivOptions,
  PoissonNLLLossOptions,
  PoissonNLLLossOptions as PoissonNllLossOptions,
} from './loss/regression/distribution.js';
export { gaussianNllLoss, klDiv, poissonNllLoss } from './loss/regression/distribution.js';
export type {
  HuberLossOptions,
  SmoothL1LossOptions,
  WeightedLossOptions,
  WeightedLossOptions as L1LossOptions,
  WeightedLossOptions as MseLossOptions,
} from './loss/regression/regression.js';
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from './loss/regression/regression.js';
export type { BatchNormOptions } from './norm/batch.js';
export { batchNorm } from './norm/batch.js';
export type { GroupNormOptions } from './norm/group.js';
export { groupNorm } from './norm/group.js';
export type { InstanceNormOptions } from './norm/instance.js';
export { instanceNorm } from './norm/instance.js';
export type { LayerNormOptions } from './norm/layer.js';
export { layerNorm } from './norm/layer.js';
export type { LocalResponseNormOptions } from './norm/local-response.js';
export { localResponseNorm } from './norm/local-response.js';
export type { RmsNormOptions } from './norm/rms.js';
export { rmsNorm } from './norm/rms.js';
export type {
  AdaptiveAvgPool1dOptions,
  AdaptiveAvgPool2dOptions,
  AdaptiveAvgPool3dOptions,
  AdaptiveMaxPool1dOptions,
  AdaptiveMaxPool2dOptions,
  AdaptiveMaxPool3dOptions,
} from './pool/adaptive.js';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './pool/adaptive.js';
export type { AvgPool1dOptions, AvgPool2dOptions, AvgPool3dOptions } from './pool/average.js';
export { avgPool1d, avgPool2d, avgPool3d } from './pool/average.js';
export type { FractionalMaxPool2dOptions, FractionalMaxPool3dOptions, FractionalMaxPoolOptions } from './pool/fractional.js';
export { fractionalMaxPool2d, fractionalMaxPool3d } from './pool/fractional.js';
export type { MaxPool1dOptions, MaxPool2dOptions, MaxPool3dOptions } from './pool/max.js';
export { maxPool1d, maxPool2d, maxPool3d } from './pool/max.js';
export type { LpPool1dOptions, LpPool2dOptions, LpPool3dOptions, LpPoolOptions } from './pool/power.js';
export { lpPool1d, lpPool2d, lpPool3d } from './pool/power.js';
export type { MaxUnpool1dOptions, MaxUnpool2dOptions, MaxUnpool3dOptions, MaxUnpoolOptions } from './pool/unpool.js';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from './pool/unpool.js';
export type { UnfoldOptions as FoldOptions, UnfoldOptions } from './resize/fold.js';
export { fold, unfold } from './resize/fold.js';
export type { AffineGridOptions, GridSampleMode, GridSampleOptions, GridSamplePadding } from './resize/grid-sample.js';
export { affineGrid, gridSample } from './resize/grid-sample.js';
export type { InterpolateMode, InterpolateOptions } from './resize/interpolate.js';
export { interpolate } from './resize/interpolate.js';
export type { ChannelShuffleOptions, PixelShuffleOptions, PixelUnshuffleOptions } from './resize/pixel-shuffle.js';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './resize/pixel-shuffle.js';
