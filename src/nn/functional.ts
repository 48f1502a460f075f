/**
 * `F`, PyTorch's torch.nn.functional in camelCase: operations of neural networks as functions, for models that keep no state for them.
 * @see https://pytorch.org/docs/stable/nn.functional.html
 * @example
 * x = F.dropout(F.relu(this.fc1.forward(x)), 0.5, this.training);
 */
export {
  relu, sigmoid, tanh, gelu, silu, mish, elu, selu, celu, leakyRelu, prelu, relu6, hardtanh, hardswish, hardsigmoid, softplus, softsign, logsigmoid,
  tanhshrink, glu, threshold,
} from '../ops/activation.js';
export type { GeluOptions } from '../ops/activation.js';
export { softmax, logSoftmax, softmin } from '../ops/softmax.js';
export type { SoftmaxOptions } from '../ops/softmax.js';
export { crossEntropy, nllLoss, binaryCrossEntropy, binaryCrossEntropyWithLogits, mseLoss, l1Loss, smoothL1Loss, huberLoss } from '../ops/loss.js';
export type {
  Reduction, LossOptions, CrossEntropyOptions, NllLossOptions, BinaryCrossEntropyOptions, BinaryCrossEntropyWithLogitsOptions, SmoothL1LossOptions, HuberLossOptions,
} from '../ops/loss.js';
export { linear } from '../ops/matmul.js';
export { conv1d, conv2d } from '../ops/conv.js';
export type { Conv1dOptions, Conv2dOptions } from '../ops/conv.js';
export { maxPool2d, avgPool2d, adaptiveAvgPool2d } from '../ops/pool.js';
export type { AvgPool2dOptions, MaxPool2dOptions } from '../ops/pool.js';
export type { Pair } from '../ops/window.js';
export { batchNorm, layerNorm } from '../ops/norm.js';
export type { BatchNormOptions } from '../ops/norm.js';
export { dropout, dropout1d, dropout2d, alphaDropout } from '../ops/dropout.js';
export { embedding, oneHot } from '../ops/embedding.js';
export type { EmbeddingOptions } from '../ops/embedding.js';
export { normalize, cosineSimilarity } from '../ops/similarity.js';
export type { NormalizeOptions } from '../ops/similarity.js';
