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
export type { Conv1dOptions, Conv2dOptions } from '../ops/conv.js';
export { conv1d, conv2d } from '../ops/conv.js';
export { alphaDropout, dropout, dropout1d, dropout2d } from '../ops/dropout.js';
export type { EmbeddingOptions } from '../ops/embedding.js';
export { embedding, oneHot } from '../ops/embedding.js';
export type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyWithLogitsOptions,
  CrossEntropyOptions,
  HuberLossOptions,
  LossOptions,
  NllLossOptions,
  Reduction,
  SmoothL1LossOptions,
} from '../ops/loss.js';
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huberLoss,
  l1Loss,
  mseLoss,
  nllLoss,
  smoothL1Loss,
} from '../ops/loss.js';
export { linear } from '../ops/matmul.js';
export type { BatchNormOptions, InstanceNormOptions } from '../ops/norm.js';
export { batchNorm, instanceNorm } from '../ops/norm.js';
export type { AvgPool2dOptions, MaxPool2dOptions } from '../ops/pool.js';
export { adaptiveAvgPool2d, avgPool2d, maxPool2d } from '../ops/pool.js';
export type { GroupNormOptions, LayerNormOptions, LocalResponseNormOptions, RmsNormOptions } from '../ops/row-norm.js';
export { groupNorm, layerNorm, localResponseNorm, rmsNorm } from '../ops/row-norm.js';
export type { NormalizeOptions } from '../ops/similarity.js';
export { cosineSimilarity, normalize } from '../ops/similarity.js';
export type { GumbelSoftmaxOptions, SoftmaxOptions } from '../ops/softmax.js';
export { gumbelSoftmax, logSoftmax, softmax, softmin } from '../ops/softmax.js';
export type { Pair } from '../ops/window.js';
