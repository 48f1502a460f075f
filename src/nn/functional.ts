/**
 * `F`, PyTorch's torch.nn.functional in camelCase: operations of neural networks as functions, for models that keep no state for them.
 * @see https://pytorch.org/docs/stable/nn.functional.html
 * @example
 * x = F.dropout(F.relu(this.fc1.forward(x)), 0.5, this.training);
 */

export type { GeluOptions } from '../ops/activation.js';
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
  threshold,
} from '../ops/activation.js';
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
export type { BatchNormOptions } from '../ops/norm.js';
export { batchNorm, layerNorm } from '../ops/norm.js';
export type { AvgPool2dOptions, MaxPool2dOptions } from '../ops/pool.js';
export { adaptiveAvgPool2d, avgPool2d, maxPool2d } from '../ops/pool.js';
export type { NormalizeOptions } from '../ops/similarity.js';
export { cosineSimilarity, normalize } from '../ops/similarity.js';
export type { SoftmaxOptions } from '../ops/softmax.js';
export { logSoftmax, softmax, softmin } from '../ops/softmax.js';
export type { Pair } from '../ops/window.js';
