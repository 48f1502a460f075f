/** Residual networks: torchvision's, with a stem for small images beside its own. */

import { ArgumentError } from '../../errors.js';
import { ReLU } from '../../nn/activation/rectified.js';
import { inTurn } from '../../nn/containers/in-turn.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Conv2d } from '../../nn/conv/conv.js';
import { constant_ } from '../../nn/init/basic.js';
import { Identity, Linear } from '../../nn/linear/linear.js';
import type { KeepsNothing } from '../../nn/module/calls/unseen.js';
import { Module } from '../../nn/module/module.js';
import { AdaptiveAvgPool2d } from '../../nn/pool/adaptive.js';
import { MaxPool2d } from '../../nn/pool/max.js';
import { flatten } from '../../ops/view/movement.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertBoolean, countOf, oneOf, unexpected, wholeNumbers } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { batchNorm, branchPlus, drawWeights, type Layer, made, type NormLayer } from './layers.js';
import { type ModelOptions, withWeights } from './weights.js';

/** The options of {@link BasicBlock} and {@link Bottleneck}. */
export interface BlockOptions {
  /** Of the block's convolution over pixels. Default: 1. */
  stride?: number;
  /** What the input goes through before it is added; null for nothing. Default: null. */
  downsample?: Layer | null;
  /** Groups of the convolution over pixels. Default: 1. */
  groups?: number;
  /** Channels of a group where planes are 64. Default: 64. */
  baseWidth?: number;
  /** Of the convolution over pixels. Default: 1. */
  dilation?: number;
  /** Default: nn.BatchNorm2d. */
  normLayer?: NormLayer;
}

const BLOCK: Settings<BlockOptions> = { stride: 1, downsample: required, groups: 1, baseWidth: 64, dilation: 1, normLayer: batchNorm };

const conv3x3 = (inPlanes: number, outPlanes: number, stride = 1, groups = 1, dilation = 1) =>
  new Conv2d(inPlanes, outPlanes, 3, { stride, padding: dilation, groups, bias: false, dilation });

const conv1x1 = (inPlanes: number, outPlanes: number, stride = 1) => new Conv2d(inPlanes, outPlanes, 1, { stride, bias: false });

/**
 * Two convolutions of 3 x 3 and the input added to them: the block of ResNet-18 and -34.
 * @throws {ArgumentError} for groups, a width or a dilation, which only {@link Bottleneck} has.
 * @see He et al. 2015, https://arxiv.org/abs/1512.03385
 * @example
 * new models.BasicBlock(16, 16).forward(randn([1, 16, 8, 8])).shape; // [1, 16, 8, 8]
 */
export class BasicBlock extends Module {
  static override readonly className: string = 'BasicBlock';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  /** Channels of the output for each plane. */
  static readonly expansion: number = 1;
  /** Of 3 x 3, with the stride. */
  conv1: Conv2d;
  /** The norm of {@link conv1}. */
  bn1: Layer;
  /** After each norm, the last time after the input was added. */
  relu: ReLU;
  /** Of 3 x 3. */
  conv2: Conv2d;
  /** The norm of {@link conv2}. */
  bn2: Layer;
  /** What the input goes through before it is added. */
  downsample: Layer | null;
  /** Of the first convolution. */
  readonly stride: number;

  constructor(inPlanes: number, planes: number, options: BlockOptions = {}) {
    super();
    const { stride, downsample = null, groups, baseWidth, dilation, normLayer } = readOptions('BasicBlock', BLOCK, options);
    if (groups !== 1 || baseWidth !== 64 || dilation !== 1)
      throw new ArgumentError(
        `BasicBlock: groups is ${groups}, baseWidth ${baseWidth}, dilation ${dilation}, expected 1, 64 and 1. Use Bottleneck: resnet50 is made of it.`,
      );
    this.conv1 = conv3x3(inPlanes, planes, stride);
    this.bn1 = made('BasicBlock', 'normLayer', normLayer, planes);
    this.relu = new ReLU(true);
    this.conv2 = conv3x3(planes, planes);
    this.bn2 = made('BasicBlock', 'normLayer', normLayer, planes);
    this.downsample = downsample;
    this.stride = stride;
  }

  /** @param x [N, inPlanes, H, W]. @returns [N, planes, H / stride, W / stride]. */
  forward(x: Tensor): Tensor {
    const { conv1, bn1, relu, conv2, bn2, downsample } = this;
    const sum = branchPlus([conv1, bn1, relu, conv2, bn2], x, () => (downsample === null ? x : downsample.forward(x)));
    return relu.forward(sum);
  }

  /** @internal The norm that ends the branch. */
  get lastNorm(): Layer {
    return this.bn2;
  }
}

/**
 * Convolutions of 1 x 1, 3 x 3 and 1 x 1, with the input added: the block of ResNet-50 and deeper. As in torchvision the stride is at the
 * 3 x 3 convolution, which is known as ResNet V1.5.
 * @see He et al. 2015, https://arxiv.org/abs/1512.03385
 * @example
 * new models.Bottleneck(64, 16).forward(randn([1, 64, 8, 8])).shape; // [1, 64, 8, 8]
 */
export class Bottleneck extends Module {
  static override readonly className: string = 'Bottleneck';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  /** Channels of the output for each plane. */
  static readonly expansion: number = 4;
  /** Of 1 x 1: narrows. */
  conv1: Conv2d;
  /** The norm of {@link conv1}. */
  bn1: Layer;
  /** Of 3 x 3, with stride, dilation and groups. */
  conv2: Conv2d;
  /** The norm of {@link conv2}. */
  bn2: Layer;
  /** Of 1 x 1: widens. */
  conv3: Conv2d;
  /** The norm of {@link conv3}. */
  bn3: Layer;
  /** After each norm, the last time after the input was added. */
  relu: ReLU;
  /** What the input goes through before it is added. */
  downsample: Layer | null;
  /** Of the second convolution. */
  readonly stride: number;

  constructor(inPlanes: number, planes: number, options: BlockOptions = {}) {
    super();
    const { stride, downsample = null, groups, baseWidth, dilation, normLayer } = readOptions('Bottleneck', BLOCK, options);
    const width = Math.trunc(planes * (baseWidth / 64)) * groups;
    const norm = (channels: number) => made('Bottleneck', 'normLayer', normLayer, channels);
    this.conv1 = conv1x1(inPlanes, width);
    this.bn1 = norm(width);
    this.conv2 = conv3x3(width, width, stride, groups, dilation);
    this.bn2 = norm(width);
    this.conv3 = conv1x1(width, planes * Bottleneck.expansion);
    this.bn3 = norm(planes * Bottleneck.expansion);
    this.relu = new ReLU(true);
    this.downsample = downsample;
    this.stride = stride;
  }

  /** @param x [N, inPlanes, H, W]. @returns [N, 4 planes, H / stride, W / stride]. */
  forward(x: Tensor): Tensor {
    const { conv1, bn1, conv2, bn2, conv3, bn3, relu, downsample } = this;
    const branch = [conv1, bn1, relu, conv2, bn2, relu, conv3, bn3];
    return relu.forward(branchPlus(branch, x, () => (downsample === null ? x : downsample.forward(x))));
  }

  /** @internal The norm that ends the branch. */
  get lastNorm(): Layer {
    return this.bn3;
  }
}

/** How a network takes its input: `imagenet` reduces it at once, `cifar` does not, for small images. */
export type Stem = 'imagenet' | 'cifar';

/** The options of {@link ResNet}. */
export interface ResNetOptions {
  /** How many classes there are. Default: 1000. */
  numClasses?: number;
  /** Whether each block begins as the identity, the weight of its last norm being 0. Default: false. */
  zeroInitResidual?: boolean;
  /** Groups of the convolutions over pixels, in blocks of Bottleneck: 32 with a width of 4 makes ResNeXt. Default: 1. */
  groups?: number;
  /** Channels of a group: 128 makes the wide network. Default: 64. */
  widthPerGroup?: number;
  /** Whether layer2, layer3 and layer4 have dilations instead of strides. Default: none has. */
  replaceStrideWithDilation?: readonly [boolean, boolean, boolean] | null;
  /** Default: nn.BatchNorm2d. */
  normLayer?: NormLayer;
  /** Channels of the images. Default: 3. */
  inChannels?: number;
  /**
   * `imagenet`: a convolution of 7 x 7 with stride 2 and a pool, torchvision's. `cifar`: one of 3 x 3 without stride and no pool, with
   * which images of 32 x 32 are classified far better. Default: `imagenet`.
   */
  stem?: Stem;
}

const RESNET: Settings<ResNetOptions> = {
  numClasses: 1000,
  zeroInitResidual: false,
  groups: 1,
  widthPerGroup: 64,
  replaceStrideWithDilation: required,
  normLayer: batchNorm,
  inChannels: 3,
  stem: 'imagenet',
};

type Block = typeof BasicBlock | typeof Bottleneck;

/**
 * A residual network of four layers of blocks, with torchvision's names, state dict, text and initial values.
 * @param block BasicBlock or Bottleneck. @param layers how many blocks each layer has.
 * @throws {ArgumentError} for options out of their range, and for groups, a width or dilations with BasicBlock.
 * @see He et al. 2015, https://arxiv.org/abs/1512.03385; https://pytorch.org/vision/stable/models/resnet.html
 * @example
 * const small = new models.ResNet(models.BasicBlock, [1, 1, 1, 1], { numClasses: 10, stem: 'cifar' });
 * small.forward(randn([2, 3, 32, 32])).shape; // [2, 10]
 */
export class ResNet extends Module {
  static override readonly className: string = 'ResNet';
  /** The first convolution; its form is the stem. */
  conv1: Conv2d;
  /** The norm of {@link conv1}. */
  bn1: Layer;
  /** The first activation. */
  relu: ReLU;
  /** The first pool; nn.Identity with the stem `cifar`. */
  maxpool: Layer;
  /** Blocks of 64 planes. */
  layer1: Sequential;
  /** Blocks of 128 planes, half the size. */
  layer2: Sequential;
  /** Blocks of 256 planes, a quarter of the size. */
  layer3: Sequential;
  /** Blocks of 512 planes, an eighth of the size. */
  layer4: Sequential;
  /** The mean over all places. */
  avgpool: Layer;
  /** The last layer, a score for each class. */
  fc: Linear;

  constructor(block: Block, layers: readonly [number, number, number, number], options: ResNetOptions = {}) {
    super();
    const op = classNameOf(new.target);
    const { expansion, prototype } = (block ?? {}) as { readonly expansion?: unknown; readonly prototype?: unknown };
    if (typeof expansion !== 'number' || !(prototype instanceof Module))
      throw unexpected(op, 'block', block, 'models.BasicBlock or models.Bottleneck');
    if (wholeNumbers(op, 'layers', layers, { min: 1 }).length !== 4) throw unexpected(op, 'layers', layers, 'four numbers of blocks');
    const read = readOptions(op, RESNET, options);
    const { normLayer, groups, widthPerGroup: baseWidth, inChannels } = read;
    const dilate = (read.replaceStrideWithDilation as readonly boolean[] | null | undefined) ?? [false, false, false];
    if (!Array.isArray(dilate) || dilate.length !== 3 || dilate.some((one) => typeof one !== 'boolean'))
      throw unexpected(op, 'replaceStrideWithDilation', dilate, 'a list of three booleans, for layer2, layer3 and layer4');
    countOf(op, 'numClasses', read.numClasses, 1);
    countOf(op, 'groups', groups, 1);
    countOf(op, 'widthPerGroup', baseWidth, 1);
    countOf(op, 'inChannels', inChannels, 1);
    assertBoolean(op, 'zeroInitResidual', read.zeroInitResidual);
    const small = oneOf(op, 'stem', read.stem, ['imagenet', 'cifar']) === 'cifar';

    let [inPlanes, dilation] = [64, 1];
    const layer = (planes: number, blocks: number, stride = 1, dilated = false): Sequential => {
      const before = dilation;
      if (dilated) {
        dilation *= stride;
        stride = 1;
      }
      const out = planes * block.expansion;
      const downsample =
        stride !== 1 || inPlanes !== out ? new Sequential(conv1x1(inPlanes, out, stride), made(op, 'normLayer', normLayer, out)) : null;
      const list: Module[] = [];
      for (let i = 0; i < blocks; i++) {
        const first = { stride, downsample, dilation: before };
        list.push(new block(inPlanes, planes, { groups, baseWidth, normLayer, ...(i === 0 ? first : { dilation }) }));
        inPlanes = out;
      }
      return new Sequential(list);
    };

    this.conv1 = small
      ? new Conv2d(inChannels, inPlanes, 3, { padding: 1, bias: false })
      : new Conv2d(inChannels, inPlanes, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = made(op, 'normLayer', normLayer, inPlanes);
    this.relu = new ReLU(true);
    this.maxpool = small ? new Identity() : new MaxPool2d(3, { stride: 2, padding: 1 });
    this.layer1 = layer(64, layers[0]);
    this.layer2 = layer(128, layers[1], 2, dilate[0]);
    this.layer3 = layer(256, layers[2], 2, dilate[1]);
    this.layer4 = layer(512, layers[3], 2, dilate[2]);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear(512 * block.expansion, read.numClasses);
    this.drawAll(read.zeroInitResidual);
  }

  private drawAll(zeroInitResidual: boolean): void {
    drawWeights(this, { nonlinearity: 'relu', linear: false });
    if (!zeroInitResidual) return;
    for (const module of this.modules()) {
      if (!(module instanceof BasicBlock || module instanceof Bottleneck)) continue;
      const { weight } = module.lastNorm as unknown as { weight?: Tensor | null };
      if (weight) constant_(weight, 0);
    }
  }

  /** @param x [N, inChannels, H, W]. @returns [N, numClasses], scores before softmax. */
  forward(x: Tensor): Tensor {
    const { conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4, avgpool } = this;
    const features = inTurn([conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4, avgpool], [x]) as Tensor;
    return this.fc.forward(flatten(features, 1));
  }
}

/** The options of {@link resnet18} and its like. */
export interface ResNetModelOptions extends Omit<ResNetOptions, 'numClasses'>, ModelOptions {}

function resnet(
  op: string,
  block: Block,
  layers: readonly [number, number, number, number],
  file: string,
  options: ResNetModelOptions = {},
): ResNet {
  const { weights, numClasses, ...rest } = readOptions(
    op,
    { ...RESNET, numClasses: required, weights: required } as Settings<ResNetModelOptions>,
    options,
  );
  const make = (classes: number) => new ResNet(block, layers, { ...rest, numClasses: classes });
  return withWeights({ op, head: 'fc', defaultClasses: 1000, file, make }, { numClasses, weights });
}

/**
 * ResNet-18: 11.7 million parameters at 1000 classes.
 * @param options numClasses, weights, and those of {@link ResNet}: zeroInitResidual, normLayer, inChannels, stem.
 * @throws {StateDictError} for weights of another model.
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet18.html
 * @example
 * const small = models.resnet18({ numClasses: 10, stem: 'cifar' });
 * small.forward(randn([1, 3, 32, 32])).shape; // [1, 10]
 */
export function resnet18(options?: ResNetModelOptions): ResNet {
  return resnet('resnet18', BasicBlock, [2, 2, 2, 2], 'resnet18-f37072fd.pth', options);
}

/** ResNet-34: 21.8 million parameters at 1000 classes. Options as {@link resnet18}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet34.html */
export function resnet34(options?: ResNetModelOptions): ResNet {
  return resnet('resnet34', BasicBlock, [3, 4, 6, 3], 'resnet34-b627a593.pth', options);
}

/**
 * ResNet-50: 25.6 million parameters at 1000 classes. Options as {@link resnet18}, groups, widthPerGroup and replaceStrideWithDilation
 * among them.
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet50.html
 */
export function resnet50(options?: ResNetModelOptions): ResNet {
  return resnet('resnet50', Bottleneck, [3, 4, 6, 3], 'resnet50-0676ba61.pth', options);
}

/** ResNet-101: 44.5 million parameters at 1000 classes. Options as {@link resnet50}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet101.html */
export function resnet101(options?: ResNetModelOptions): ResNet {
  return resnet('resnet101', Bottleneck, [3, 4, 23, 3], 'resnet101-63fe2227.pth', options);
}

/** ResNet-152: 60.2 million parameters at 1000 classes. Options as {@link resnet50}. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet152.html */
export function resnet152(options?: ResNetModelOptions): ResNet {
  return resnet('resnet152', Bottleneck, [3, 8, 36, 3], 'resnet152-394f9c45.pth', options);
}
