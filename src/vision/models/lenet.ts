/** LeNet-5, the convolutional network that read the digits on cheques. */
import { Conv2d } from '../../nn/conv/conv.js';
import { Linear } from '../../nn/linear/linear.js';
import { Module } from '../../nn/module/module.js';
import { avgPool2d } from '../../nn/pool/average.js';
import { maxPool2d } from '../../nn/pool/max.js';
import { relu, sigmoid, tanh } from '../../ops/elementwise/unary.js';
import { flatten } from '../../ops/view/movement.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { countOf, oneOf, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ModelOptions, withWeights } from './weights.js';

const ACTIVATIONS = { relu, tanh, sigmoid };

/** The options of {@link LeNet}. */
export interface LeNetOptions {
  /** How many classes there are. Default: 10. */
  numClasses?: number;
  /** Channels of the images. Default: 1. */
  inChannels?: number;
  /** The side of the images: 28, which get 2 pixels of 0 around them, or 32. Default: 28. */
  imageSize?: 28 | 32;
  /** Default: `relu`, which trains sooner; 1998's was `tanh`. */
  activation?: keyof typeof ACTIVATIONS;
  /** Default: `max`, which is more accurate; 1998's was `avg`. */
  pool?: 'max' | 'avg';
}

const LENET: Settings<LeNetOptions> = { numClasses: 10, inChannels: 1, imageSize: 28, activation: 'relu', pool: 'max' };

/**
 * LeNet-5: two convolutions of 5 x 5 with pools, and layers of 120, 84 and `numClasses` features.
 * @throws {ArgumentError} for options out of their range.
 * @see LeCun et al. 1998, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
 * @example
 * new models.LeNet({ activation: 'tanh', pool: 'avg' }).forward(randn([4, 1, 28, 28])).shape; // [4, 10]
 */
export class LeNet extends Module {
  static override readonly className: string = 'LeNet';
  /** From the image to 6 channels. */
  conv1: Conv2d;
  /** From 6 channels to 16. */
  conv2: Conv2d;
  /** From 400 features to 120. */
  fc1: Linear;
  /** From 120 features to 84. */
  fc2: Linear;
  /** The last layer, a score for each class. */
  fc3: Linear;
  /** What follows every layer but the last. */
  readonly activation: keyof typeof ACTIVATIONS;
  /** What follows the convolutions. */
  readonly pool: 'max' | 'avg';

  constructor(options: LeNetOptions = {}) {
    super();
    const op = classNameOf(new.target);
    const { numClasses, inChannels, imageSize, activation, pool } = readOptions(op, LENET, options);
    countOf(op, 'numClasses', numClasses, 1);
    countOf(op, 'inChannels', inChannels, 1);
    if (imageSize !== 28 && imageSize !== 32) throw unexpected(op, 'imageSize', imageSize, '28 or 32');
    this.activation = oneOf(op, 'activation', activation, ['relu', 'tanh', 'sigmoid']);
    this.pool = oneOf(op, 'pool', pool, ['max', 'avg']);
    this.conv1 = new Conv2d(inChannels, 6, 5, { padding: imageSize === 28 ? 2 : 0 });
    this.conv2 = new Conv2d(6, 16, 5);
    this.fc1 = new Linear(16 * 5 * 5, 120);
    this.fc2 = new Linear(120, 84);
    this.fc3 = new Linear(84, numClasses);
  }

  /** @param x [N, inChannels, imageSize, imageSize]. @returns [N, numClasses], scores before softmax. */
  forward(x: Tensor): Tensor {
    const activate = ACTIVATIONS[this.activation];
    const half = this.pool === 'max' ? maxPool2d : avgPool2d;
    const y = half(activate(this.conv1.forward(x)), 2);
    const features = flatten(half(activate(this.conv2.forward(y)), 2), 1);
    return this.fc3.forward(activate(this.fc2.forward(activate(this.fc1.forward(features)))));
  }
}

/** The options of {@link lenet}. */
export interface LeNetModelOptions extends Omit<LeNetOptions, 'numClasses'>, ModelOptions {}

/**
 * LeNet-5: 61,706 parameters.
 * @param options numClasses (default 10), weights, and those of {@link LeNet}: inChannels, imageSize, activation, pool.
 * @throws {StateDictError} for weights of another model.
 * @example
 * models.lenet().forward(randn([4, 1, 28, 28])).shape; // [4, 10]
 */
export function lenet(options?: LeNetModelOptions): LeNet {
  const defaults = { ...LENET, numClasses: required, weights: required } as Settings<LeNetModelOptions>;
  const { weights, numClasses, ...rest } = readOptions('lenet', defaults, options);
  const make = (classes: number) => new LeNet({ ...rest, numClasses: classes });
  return withWeights({ op: 'lenet', head: 'fc3', defaultClasses: 10, make }, { numClasses, weights });
}
