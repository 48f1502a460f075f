/** Fully connected networks. */
import { ReLU } from '../../nn/activation/rectified.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Dropout } from '../../nn/dropout/dropout.js';
import { Linear } from '../../nn/linear/linear.js';
import { Module } from '../../nn/module/module.js';
import { BatchNorm1d } from '../../nn/norm/batch.js';
import { flatten } from '../../ops/view/movement.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { countOf, probability, wholeNumbers } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ActivationLayer, made, type NormLayer } from './layers.js';
import { type ModelOptions, withWeights } from './weights.js';

/** The options of {@link MLP}. */
export interface MLPOptions {
  /** Numbers that one sample has, in whatever shape. Default: 784, an image of 28 x 28. */
  inFeatures?: number;
  /** Features of each layer inside. Default: [128, 64]. */
  hidden?: readonly number[];
  /** How many classes there are. Default: 10. */
  numClasses?: number;
  /** The probability to drop after each layer inside; 0 makes no layer for it. Default: 0. */
  dropout?: number;
  /** The norm after each layer inside: true for nn.BatchNorm1d, or what makes one. Default: none. */
  normLayer?: NormLayer | boolean | null;
  /** Default: nn.ReLU. */
  activationLayer?: ActivationLayer;
}

const MLP_DEFAULTS: Settings<MLPOptions> = {
  inFeatures: 784,
  hidden: [128, 64],
  numClasses: 10,
  dropout: 0,
  normLayer: required,
  activationLayer: () => new ReLU(),
};

/**
 * Fully connected layers, each followed by its norm, activation and dropout; samples of any shape are flattened.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * new models.MLP({ hidden: [32], dropout: 0.2 }).forward(randn([4, 1, 28, 28])).shape; // [4, 10]
 */
export class MLP extends Module {
  static override readonly className: string = 'MLP';
  /** The layers inside. */
  layers: Sequential;
  /** The last layer, a score for each class. */
  head: Linear;

  constructor(options: MLPOptions = {}) {
    super();
    const op = classNameOf(new.target);
    const read = readOptions(op, MLP_DEFAULTS, options);
    const { numClasses, dropout, activationLayer } = read;
    const normLayer = read.normLayer as MLPOptions['normLayer'];
    countOf(op, 'numClasses', numClasses, 1);
    probability(op, 'dropout', dropout);
    let features = countOf(op, 'inFeatures', read.inFeatures, 1);
    const norm = normLayer === true ? (channels: number) => new BatchNorm1d(channels) : normLayer || undefined;
    const layers: Module[] = [];
    for (const size of wholeNumbers(op, 'hidden', read.hidden, { min: 1 })) {
      layers.push(new Linear(features, size));
      if (norm !== undefined) layers.push(made(op, 'normLayer', norm, size));
      layers.push(made(op, 'activationLayer', activationLayer));
      if (dropout > 0) layers.push(new Dropout(dropout));
      features = size;
    }
    this.layers = new Sequential(layers);
    this.head = new Linear(features, numClasses);
  }

  /** @param x [N, ...], inFeatures numbers a sample. @returns [N, numClasses], scores before softmax. */
  forward(x: Tensor): Tensor {
    return this.head.forward(this.layers.forward(x.ndim > 2 ? flatten(x, 1) : x));
  }
}

/** The options of {@link mlp}. */
export interface MLPModelOptions extends Omit<MLPOptions, 'numClasses'>, ModelOptions {}

/**
 * A fully connected network.
 * @param options numClasses (default 10), weights, and those of {@link MLP}: inFeatures, hidden, dropout, normLayer, activationLayer.
 * @throws {StateDictError} for weights of another model.
 * @example
 * models.mlp({ hidden: [256, 128], dropout: 0.2 }).forward(randn([4, 1, 28, 28])).shape; // [4, 10]
 */
export function mlp(options?: MLPModelOptions): MLP {
  const defaults = { ...MLP_DEFAULTS, numClasses: required, weights: required } as Settings<MLPModelOptions>;
  const { weights, numClasses, ...rest } = readOptions('mlp', defaults, options);
  const make = (classes: number) => new MLP({ ...rest, numClasses: classes });
  return withWeights({ op: 'mlp', head: 'head', defaultClasses: 10, make }, { numClasses, weights });
}
