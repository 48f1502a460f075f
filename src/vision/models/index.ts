/** `models` of `hone/vision`: ready models, torchvision's by name and state dict. */

export type { GetModelOptions, ModelName } from './get-model.js';
export { getModel, listModels } from './get-model.js';
export type { ActivationLayer, Conv2dNormActivationOptions, Layer, NormLayer } from './layers.js';
export { Conv2dNormActivation } from './layers.js';
export type { LeNetModelOptions as LenetOptions, LeNetOptions } from './lenet.js';
export { LeNet, lenet } from './lenet.js';
export type { MLPModelOptions as MlpOptions, MLPOptions } from './mlp.js';
export { MLP, mlp } from './mlp.js';
export type { InvertedResidualOptions, MobileNetV2ModelOptions as MobilenetV2Options, MobileNetV2Options } from './mobilenet-v2.js';
export { InvertedResidual, MobileNetV2, mobilenetV2 } from './mobilenet-v2.js';
export type {
  BlockOptions as BasicBlockOptions,
  BlockOptions as BottleneckOptions,
  ResNetModelOptions as Resnet101Options,
  ResNetModelOptions as Resnet152Options,
  ResNetModelOptions as Resnet18Options,
  ResNetModelOptions as Resnet34Options,
  ResNetModelOptions as Resnet50Options,
  ResNetOptions,
  Stem,
} from './resnet.js';
export { BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.js';
export type {
  VGGModelOptions as Vgg11BnOptions,
  VGGModelOptions as Vgg11Options,
  VGGModelOptions as Vgg13BnOptions,
  VGGModelOptions as Vgg13Options,
  VGGModelOptions as Vgg16BnOptions,
  VGGModelOptions as Vgg16Options,
  VGGModelOptions as Vgg19BnOptions,
  VGGModelOptions as Vgg19Options,
  VGGOptions,
} from './vgg.js';
export { VGG, vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg.js';
export type { ModelOptions, Weights } from './weights.js';
