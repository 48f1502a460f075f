/** MobileNetV2: torchvision's, with a stem for small images beside its own. */
import { ArgumentError } from '../../errors.js';
import { ReLU6 } from '../../nn/activation/rectified.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Conv2d } from '../../nn/conv/conv.js';
import { Dropout } from '../../nn/dropout/dropout.js';
import { Linear } from '../../nn/linear/linear.js';
import type { KeepsNothing } from '../../nn/module/calls/unseen.js';
import { Module } from '../../nn/module/module.js';
import { adaptiveAvgPool2d } from '../../nn/pool/adaptive.js';
import { flatten } from '../../ops/view/movement.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { above, countOf, oneOf, probability, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { batchNorm, branchPlus, Conv2dNormActivation, drawWeights, made, type NormLayer } from './layers.js';
import type { Stem } from './resnet.js';
import { type ModelOptions, withWeights } from './weights.js';

/** The options of {@link InvertedResidual}. */
export interface InvertedResidualOptions {
  /** Default: nn.BatchNorm2d. */
  normLayer?: NormLayer;
}

/**
 * The block of MobileNetV2: widens by `expandRatio`, convolves each channel by itself, and narrows again; where sizes stay, the input is added.
 * @param stride 1 or 2. @param expandRatio how many times as many channels there are inside.
 * @throws {ArgumentError} for another stride.
 * @see Sandler et al. 2018, https://arxiv.org/abs/1801.04381
 * @example
 * new models.InvertedResidual(16, 24, 2, 6).forward(randn([1, 16, 8, 8])).shape; // [1, 24, 4, 4]
 */
export class InvertedResidual extends Module {
  static override readonly className: string = 'InvertedResidual';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  /** Of the convolution inside. */
  readonly stride: number;
  /** Whether the input is added. */
  readonly useResConnect: boolean;
  /** The convolutions, with their norms and activations. */
  conv: Sequential;
  /** Channels of the output. */
  readonly outChannels: number;

  constructor(inp: number, oup: number, stride: number, expandRatio: number, options: InvertedResidualOptions = {}) {
    super();
    const op = 'InvertedResidual';
    if (stride !== 1 && stride !== 2) throw unexpected(op, 'stride', stride, '1 or 2');
    above(op, 'expandRatio', expandRatio, 0);
    const { normLayer } = readOptions(op, { normLayer: batchNorm }, options);
    const hidden = Math.round(inp * expandRatio);
    const around = { normLayer, activationLayer: () => new ReLU6(true) };
    const layers: Module[] = [];
    if (expandRatio !== 1) layers.push(new Conv2dNormActivation(inp, hidden, { kernelSize: 1, ...around }));
    layers.push(
      new Conv2dNormActivation(hidden, hidden, { stride, groups: hidden, ...around }),
      new Conv2d(hidden, oup, 1, { bias: false }),
      made(op, 'normLayer', normLayer, oup),
    );
    this.stride = stride;
    this.useResConnect = stride === 1 && inp === oup;
    this.conv = new Sequential(layers);
    this.outChannels = oup;
  }

  /** @param x [N, inp, H, W]. @returns [N, oup, H / stride, W / stride]. */
  forward(x: Tensor): Tensor {
    return this.useResConnect ? branchPlus([this.conv], x, () => x) : this.conv.forward(x);
  }
}

/** The options of {@link MobileNetV2}. */
export interface MobileNetV2Options {
  /** How many classes there are. Default: 1000. */
  numClasses?: number;
  /** Scales the channels of every layer. Default: 1. */
  widthMult?: number;
  /** The blocks: [expandRatio, channels, how many, stride] for each kind, in order. Default: those of the paper. */
  invertedResidualSetting?: readonly (readonly [number, number, number, number])[] | null;
  /** Channels are rounded to multiples of this; 1 rounds to whole numbers. Default: 8. */
  roundNearest?: number;
  /** Default: nn.BatchNorm2d. */
  normLayer?: NormLayer;
  /** The probability to drop before the last layer. Default: 0.2. */
  dropout?: number;
  /** Channels of the images. Default: 3. */
  inChannels?: number;
  /** `cifar` has no stride at the first convolution, for images of 32 x 32. Default: `imagenet`, torchvision's. */
  stem?: Stem;
}

const SETTING = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

const MOBILENET: Settings<MobileNetV2Options> = {
  numClasses: 1000,
  widthMult: 1,
  invertedResidualSetting: required,
  roundNearest: 8,
  normLayer: batchNorm,
  dropout: 0.2,
  inChannels: 3,
  stem: 'imagenet',
};

/** The multiple of `divisor` next to `value`, but not less than nine tenths of it. */
function divisible(value: number, divisor: number): number {
  const next = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return next < 0.9 * value ? next + divisor : next;
}

/**
 * A network of inverted residuals, small and quick, with torchvision's names, state dict, text and initial values.
 * @throws {ArgumentError} for options out of their range.
 * @see Sandler et al. 2018, https://arxiv.org/abs/1801.04381; https://pytorch.org/vision/stable/models/mobilenetv2.html
 * @example
 * const model = new models.MobileNetV2({ numClasses: 10, widthMult: 0.25 });
 * model.forward(randn([2, 3, 64, 64])).shape; // [2, 10]
 */
export class MobileNetV2 extends Module {
  static override readonly className: string = 'MobileNetV2';
  /** Channels before the classifier. */
  readonly lastChannel: number;
  /** From the image to {@link lastChannel} channels. */
  features: Sequential;
  /** Dropout, and the last layer: a score for each class. */
  classifier: Sequential;

  constructor(options: MobileNetV2Options = {}) {
    super();
    const op = classNameOf(new.target);
    const read = readOptions(op, MOBILENET, options);
    const { widthMult, roundNearest, normLayer, dropout } = read;
    const setting = checkedSetting(op, (read.invertedResidualSetting as typeof options.invertedResidualSetting) ?? SETTING);
    above(op, 'widthMult', widthMult, 0);
    countOf(op, 'roundNearest', roundNearest, 1);
    countOf(op, 'numClasses', read.numClasses, 1);
    countOf(op, 'inChannels', read.inChannels, 1);
    probability(op, 'dropout', dropout);
    const small = oneOf(op, 'stem', read.stem, ['imagenet', 'cifar']) === 'cifar';
    const around = { normLayer, activationLayer: () => new ReLU6(true) };
    let channels = divisible(32 * widthMult, roundNearest);
    this.lastChannel = divisible(1280 * Math.max(1, widthMult), roundNearest);
    const features: Module[] = [new Conv2dNormActivation(read.inChannels, channels, { stride: small ? 1 : 2, ...around })];
    for (const [expandRatio, c, n, s] of setting) {
      const out = divisible(c * widthMult, roundNearest);
      for (let i = 0; i < n; i++) {
        features.push(new InvertedResidual(channels, out, i === 0 ? s : 1, expandRatio, { normLayer }));
        channels = out;
      }
    }
    features.push(new Conv2dNormActivation(channels, this.lastChannel, { kernelSize: 1, ...around }));
    this.features = new Sequential(features);
    this.classifier = new Sequential(new Dropout(dropout), new Linear(this.lastChannel, read.numClasses));
    drawWeights(this, { nonlinearity: 'leaky_relu', linear: true });
  }

  /** @param x [N, inChannels, H, W]. @returns [N, numClasses], scores before softmax. */
  forward(x: Tensor): Tensor {
    return this.classifier.forward(flatten(adaptiveAvgPool2d(this.features.forward(x), [1, 1]), 1));
  }
}

function checkedSetting(op: string, setting: unknown): readonly (readonly [number, number, number, number])[] {
  const fits = (row: unknown) => Array.isArray(row) && row.length === 4 && row.every((n) => Number.isInteger(n) && n > 0);
  if (Array.isArray(setting) && setting.length > 0 && setting.every(fits)) return setting;
  throw new ArgumentError(
    `${op}: invertedResidualSetting is ${show(setting)}, expected a list of [expandRatio, channels, how many, stride], whole numbers of at least 1.`,
  );
}

/** The options of {@link mobilenetV2}. */
export interface MobileNetV2ModelOptions extends Omit<MobileNetV2Options, 'numClasses'>, ModelOptions {}

/**
 * MobileNetV2: 3.5 million parameters at 1000 classes.
 * @param options numClasses, weights, and those of {@link MobileNetV2}: widthMult, dropout, inChannels, stem and others.
 * @throws {StateDictError} for weights of another model.
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mobilenet_v2.html
 * @example
 * models.mobilenetV2({ numClasses: 5 }).forward(randn([1, 3, 64, 64])).shape; // [1, 5]
 */
export function mobilenetV2(options?: MobileNetV2ModelOptions): MobileNetV2 {
  const defaults = { ...MOBILENET, numClasses: required, weights: required } as Settings<MobileNetV2ModelOptions>;
  const { weights, numClasses, ...rest } = readOptions('mobilenetV2', defaults, options);
  const make = (classes: number) => new MobileNetV2({ ...rest, numClasses: classes });
  return withWeights(
    { op: 'mobilenetV2', head: 'classifier.1', defaultClasses: 1000, file: 'mobilenet_v2-7ebf99e0.pth', make },
    { numClasses, weights },
  );
}
