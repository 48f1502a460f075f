/** The networks of Oxford's Visual Geometry Group: torchvision's, with and without batch norm. */
import { ReLU } from '../../nn/activation/rectified.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Conv2d } from '../../nn/conv/conv.js';
import { Dropout } from '../../nn/dropout/dropout.js';
import { Linear } from '../../nn/linear/linear.js';
import { assertModule } from '../../nn/module/is-module.js';
import { Module } from '../../nn/module/module.js';
import { BatchNorm2d } from '../../nn/norm/batch.js';
import { AdaptiveAvgPool2d } from '../../nn/pool/adaptive.js';
import { MaxPool2d } from '../../nn/pool/max.js';
import { flatten } from '../../ops/view/movement.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertBoolean, countOf, probability } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { drawWeights, type Layer } from './layers.js';
import { type ModelOptions, withWeights } from './weights.js';

/** The options of {@link VGG}. */
export interface VGGOptions {
  /** How many classes there are. Default: 1000. */
  numClasses?: number;
  /** Whether weights are drawn by torchvision's rule rather than each layer's own. Default: true. */
  initWeights?: boolean;
  /** The probability to drop between the last layers. Default: 0.5. */
  dropout?: number;
  /** Features of the two fully connected layers inside. Default: 4096, which makes most of the 130 million parameters. */
  hidden?: number;
  /** The side that features are pooled to before the fully connected layers. Default: 7; 1 suits images of 32 x 32. */
  pooled?: number;
}

const VGG_DEFAULTS: Settings<VGGOptions> = { numClasses: 1000, initWeights: true, dropout: 0.5, hidden: 4096, pooled: 7 };

/**
 * Convolutions and three fully connected layers, with torchvision's names, state dict, text and initial values.
 * @param features what gives 512 channels: the convolutions.
 * @throws {ArgumentError} for options out of their range.
 * @see Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556; https://pytorch.org/vision/stable/models/vgg.html
 * @example
 * new models.VGG(new nn.Conv2d(3, 512, 3), { numClasses: 10, hidden: 64, pooled: 1 }).forward(randn([2, 3, 32, 32])).shape; // [2, 10]
 */
export class VGG extends Module {
  static override readonly className: string = 'VGG';
  /** The convolutions: from the image to 512 channels. */
  features: Layer;
  /** Brings all images to one size. */
  avgpool: Layer;
  /** The fully connected layers, the last with a score for each class. */
  classifier: Sequential;

  constructor(features: Layer, options: VGGOptions = {}) {
    super();
    const op = classNameOf(new.target);
    assertModule(op, 'features', features);
    const { numClasses, initWeights, dropout, hidden, pooled } = readOptions(op, VGG_DEFAULTS, options);
    assertBoolean(op, 'initWeights', initWeights);
    for (const [name, value] of Object.entries({ numClasses, hidden, pooled })) countOf(op, name, value, 1);
    probability(op, 'dropout', dropout);
    this.features = features;
    this.avgpool = new AdaptiveAvgPool2d([pooled, pooled]);
    this.classifier = new Sequential(
      new Linear(512 * pooled ** 2, hidden),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(hidden, hidden),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(hidden, numClasses),
    );
    if (initWeights) drawWeights(this, { nonlinearity: 'relu', linear: true });
  }

  /** @param x [N, channels, H, W], of at least 32 x 32 for the networks by name. @returns [N, numClasses], scores before softmax. */
  forward(x: Tensor): Tensor {
    return this.classifier.forward(flatten(this.avgpool.forward(this.features.forward(x)), 1));
  }
}

/** Channels of each convolution; M is a pool. */
const CONVOLUTIONS = {
  11: '64 M 128 M 256 256 M 512 512 M 512 512 M',
  13: '64 64 M 128 128 M 256 256 M 512 512 M 512 512 M',
  16: '64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M',
  19: '64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M',
} as const;

function convolutions(depth: keyof typeof CONVOLUTIONS, norm: boolean, inChannels: number): Sequential {
  const layers: Module[] = [];
  for (const word of CONVOLUTIONS[depth].split(' ')) {
    if (word === 'M') {
      layers.push(new MaxPool2d(2, { stride: 2 }));
      continue;
    }
    layers.push(new Conv2d(inChannels, Number(word), 3, { padding: 1 }));
    if (norm) layers.push(new BatchNorm2d(Number(word)));
    layers.push(new ReLU(true));
    inChannels = Number(word);
  }
  return new Sequential(layers);
}

/** The options of {@link vgg11} and its like. */
export interface VGGModelOptions extends Omit<VGGOptions, 'numClasses'>, ModelOptions {
  /** Channels of the images. Default: 3. */
  inChannels?: number;
}

function vgg(op: string, depth: keyof typeof CONVOLUTIONS, norm: boolean, file: string, options: VGGModelOptions = {}): VGG {
  const defaults = { ...VGG_DEFAULTS, numClasses: required, inChannels: 3, weights: required } as Settings<VGGModelOptions>;
  const { weights, numClasses, inChannels, ...rest } = readOptions(op, defaults, options);
  countOf(op, 'inChannels', inChannels, 1);
  const make = (classes: number) => new VGG(convolutions(depth, norm, inChannels), { ...rest, numClasses: classes });
  return withWeights({ op, head: 'classifier.6', defaultClasses: 1000, file, make }, { numClasses, weights });
}

/**
 * VGG-11: 132.9 million parameters at 1000 classes; 9.5 million with `{ numClasses: 10, hidden: 512, pooled: 1 }`, which suits images of
 * 32 x 32.
 * @param options numClasses, weights, inChannels, and those of {@link VGG}: dropout, hidden, pooled.
 * @throws {StateDictError} for weights of another model.
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg11.html
 * @example
 * models.vgg11({ numClasses: 10, hidden: 64, pooled: 1 }).forward(randn([1, 3, 32, 32])).shape; // [1, 10]
 */
export function vgg11(options?: VGGModelOptions): VGG {
  return vgg('vgg11', 11, false, 'vgg11-8a719046.pth', options);
}

/** {@link vgg11} with a batch norm after each convolution. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg11_bn.html */
export function vgg11Bn(options?: VGGModelOptions): VGG {
  return vgg('vgg11Bn', 11, true, 'vgg11_bn-6002323d.pth', options);
}

/** VGG-13: 133.0 million parameters at 1000 classes. Options as {@link vgg11}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg13.html */
export function vgg13(options?: VGGModelOptions): VGG {
  return vgg('vgg13', 13, false, 'vgg13-19584684.pth', options);
}

/** {@link vgg13} with a batch norm after each convolution. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg13_bn.html */
export function vgg13Bn(options?: VGGModelOptions): VGG {
  return vgg('vgg13Bn', 13, true, 'vgg13_bn-abd245e5.pth', options);
}

/** VGG-16: 138.4 million parameters at 1000 classes. Options as {@link vgg11}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16.html */
export function vgg16(options?: VGGModelOptions): VGG {
  return vgg('vgg16', 16, false, 'vgg16-397923af.pth', options);
}

/** {@link vgg16} with a batch norm after each convolution. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16_bn.html */
export function vgg16Bn(options?: VGGModelOptions): VGG {
  return vgg('vgg16Bn', 16, true, 'vgg16_bn-6c64b313.pth', options);
}

/** VGG-19: 143.7 million parameters at 1000 classes. Options as {@link vgg11}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg19.html */
export function vgg19(options?: VGGModelOptions): VGG {
  return vgg('vgg19', 19, false, 'vgg19-dcbb9e9d.pth', options);
}

/** {@link vgg19} with a batch norm after each convolution. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg19_bn.html */
export function vgg19Bn(options?: VGGModelOptions): VGG {
  return vgg('vgg19Bn', 19, true, 'vgg19_bn-c79401a0.pth', options);
}
