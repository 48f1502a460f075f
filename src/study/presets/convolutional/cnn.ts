/** The convolutional network of the second document, for images of 28 by 28 pixels, with what its sections add to it. */
import { ReLU } from '../../../nn/activation/rectified.js';
import { Sequential } from '../../../nn/containers/sequential.js';
import { Conv2d } from '../../../nn/conv/conv.js';
import { Dropout, Dropout2d } from '../../../nn/dropout/dropout.js';
import { Linear } from '../../../nn/linear/linear.js';
import { Module } from '../../../nn/module/module.js';
import { BatchNorm1d, BatchNorm2d } from '../../../nn/norm/batch.js';
import { MaxPool2d } from '../../../nn/pool/max.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** What is added to the {@link CNN}. */
export interface CNNOptions {
  /** The share of feature maps, and of neurons of the hidden layer, that is dropped after each ReLU. Default: 0, no such layers. */
  dropout?: number;
  /** Whether each ReLU has a batch normalisation before it. Default: false. */
  batchNorm?: boolean;
}

/** Three convolutions of 3 by 3 with ReLU, pooled by 2 after the second and the third, then a hidden layer: 1-16-32-64, 100, 10. */
export class CNN extends Module {
  static override readonly className: string = 'CNN';
  /** The convolutions. */
  layer: Sequential;
  /** The hidden layer, and the one that gives the scores of the ten classes. */
  fcLayer: Sequential;

  constructor({ dropout = 0, batchNorm = false }: CNNOptions = {}) {
    super();
    const convolution = (from: number, to: number) => [
      new Conv2d(from, to, 3, { padding: 1 }),
      ...(batchNorm ? [new BatchNorm2d(to)] : []),
      new ReLU(),
      ...(dropout > 0 ? [new Dropout2d(dropout)] : []),
    ];
    this.layer = new Sequential(
      ...convolution(1, 16),
      ...convolution(16, 32),
      new MaxPool2d(2, 2),
      ...convolution(32, 64),
      new MaxPool2d(2, 2),
    );
    this.fcLayer = new Sequential(
      new Linear(64 * 7 * 7, 100),
      ...(batchNorm ? [new BatchNorm1d(100)] : []),
      new ReLU(),
      ...(dropout > 0 ? [new Dropout(dropout)] : []),
      new Linear(100, 10),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.fcLayer.forward(this.layer.forward(x).flatten(1));
  }
}
