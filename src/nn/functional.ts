/**
 * `F`, PyTorch's torch.nn.functional in camelCase: operations of neural networks as functions, for models that keep no state for them.
 * @see https://pytorch.org/docs/stable/nn.functional.html
 * @example
 * x = F.dropout(F.relu(this.fc1.forward(x)), 0.5, this.training);
 */

export type { EluOptions, GeluOptions, HardtanhOptions, InPlaceOption, LeakyReluOptions, SoftplusOptions } from '../ops/activation.js';
export {
  celu,
  elu,
  gelu,
  glu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from '../ops/activation.js';
export { celu_, elu_, hardtanh_, leakyRelu_, relu_, rrelu_, selu_, threshold_ } from '../ops/activation-aliases.js';
export type { RreluOptions, ShrinkOptions } from '../ops/activation-threshold.js';
export { hardshrink, rrelu, softshrink, threshold } from '../ops/activation-threshold.js';
export type { PadMode, PadOptions } from '../ops/arrange.js';
export { pad } from '../ops/arrange.js';
export type { ScaledDotProductAttentionOptions } from '../ops/attention.js';
export { scaledDotProductAttention } from '../ops/attention.js';
export { bilinear } from '../ops/bilinear.js';
export type { Conv1dOptions, Conv2dOptions, Conv3dOptions } from '../ops/conv.js';
export { conv1d, conv2d, conv3d } from '../ops/conv.js';
export type { ConvTranspose1dOptions, ConvTranspose2dOptions, ConvTranspose3dOptions } from '../ops/conv-transpose.js';
export { convTranspose1d, convTranspose2d, convTranspose3d } from '../ops/conv-transpose.js';
export type { CrossEntropyOptions, NllLossOptions } from '../ops/cross-entropy.js';
export { crossEntropy, nllLoss } from '../ops/cross-entropy.js';
export type { CTCLossOptions } from '../ops/ctc.js';
export { ctcLoss } from '../ops/ctc.js';
export type { DropoutOptions } from '../ops/dropout.js';
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../ops/dropout.js';
export type { EmbeddingOptions } from '../ops/embedding.js';
export { embedding, oneHot } from '../ops/embedding.js';
export type { EmbeddingBagOptions } from '../ops/embedding-bag.js';
export { embeddingBag } from '../ops/embedding-bag.js';
export type { UnfoldOptions } from '../ops/fold.js';
export { fold, unfold } from '../ops/fold.js';
export type { AffineGridOptions, GridSampleMode, GridSampleOptions, GridSamplePadding } from '../ops/grid-sample.js';
export { affineGrid, gridSample } from '../ops/grid-sample.js';
export type { InterpolateMode, InterpolateOptions } from '../ops/interpolate.js';
export { interpolate } from '../ops/interpolate.js';
export type { LinearCrossEntropyOptions } from '../ops/linear-cross-entropy.js';
export { linearCrossEntropy } from '../ops/linear-cross-entropy.js';
export type { HuberLossOptions, SmoothL1LossOptions, WeightedLossOptions } from '../ops/loss.js';
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from '../ops/loss.js';
export type { BinaryCrossEntropyOptions, BinaryCrossEntropyWithLogitsOptions } from '../ops/loss-binary.js';
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, multilabelSoftMarginLoss } from '../ops/loss-binary.js';
export type { GaussianNLLLossOptions, KLDivLossOptions, PoissonNLLLossOptions } from '../ops/loss-distribution.js';
export { gaussianNllLoss, klDiv, poissonNllLoss } from '../ops/loss-distribution.js';
export type { DistanceFunction, TripletMarginLossOptions, TripletMarginWithDistanceLossOptions } from '../ops/loss-embedding.js';
export { cosineEmbeddingLoss, tripletMarginLoss, tripletMarginWithDistanceLoss } from '../ops/loss-embedding.js';
export type { MarginLossOptions, MultiMarginLossOptions } from '../ops/loss-margin.js';
export { hingeEmbeddingLoss, marginRankingLoss, multilabelMarginLoss, multiMarginLoss, softMarginLoss } from '../ops/loss-margin.js';
export type { LossOptions, Reduction } from '../ops/loss-options.js';
export { linear } from '../ops/matmul.js';
export type { MultiHeadAttentionOptions } from '../ops/multi-head-attention.js';
export { multiHeadAttentionForward } from '../ops/multi-head-attention.js';
export type { BatchNormOptions, InstanceNormOptions } from '../ops/norm.js';
export { batchNorm, instanceNorm } from '../ops/norm.js';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from '../ops/pixel-shuffle.js';
export type {
  AvgPool1dOptions,
  AvgPool2dOptions,
  AvgPool3dOptions,
  MaxPool1dOptions,
  MaxPool2dOptions,
  MaxPool3dOptions,
} from '../ops/pool.js';
export { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from '../ops/pool.js';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from '../ops/pool-adaptive.js';
export type { FractionalMaxPoolOptions } from '../ops/pool-fractional.js';
export { fractionalMaxPool2d, fractionalMaxPool3d } from '../ops/pool-fractional.js';
export type { LpPoolOptions } from '../ops/pool-power.js';
export { lpPool1d, lpPool2d, lpPool3d } from '../ops/pool-power.js';
export type { MaxUnpoolOptions } from '../ops/pool-unpool.js';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../ops/pool-unpool.js';
export type { GroupNormOptions, LayerNormOptions, LocalResponseNormOptions, RmsNormOptions } from '../ops/row-norm.js';
export { groupNorm, layerNorm, localResponseNorm, rmsNorm } from '../ops/row-norm.js';
export type { CosineSimilarityOptions, NormalizeOptions, PairwiseDistanceOptions } from '../ops/similarity.js';
export { cosineSimilarity, normalize, pairwiseDistance } from '../ops/similarity.js';
export type { GumbelSoftmaxOptions, SoftmaxOptions } from '../ops/softmax.js';
export { gumbelSoftmax, logSoftmax, softmax, softmin } from '../ops/softmax.js';
export type { Pair, Single, Triple } from '../ops/window.js';
