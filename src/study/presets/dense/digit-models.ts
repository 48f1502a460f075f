/** The four models of the seed notes, for digits of 28 by 28 pixels. */

import { ReLU } from '../../../nn/activation/rectified.js';
import { Sequential } from '../../../nn/containers/sequential.js';
import { Dropout } from '../../../nn/dropout/dropout.js';
import { Linear } from '../../../nn/linear/linear.js';
import { Module } from '../../../nn/module/module.js';
import { BatchNorm1d } from '../../../nn/norm/batch.js';
import type { Tensor } from '../../../tensor/tensor.js';

const PIXELS = 28 * 28;
const CLASSES = 10;

/** One linear layer: 784-10. */
export class SmallModel extends Module {
  static override readonly className: string = 'SmallModel';
  /** The layer that gives the scores of the ten digits. */
  output = new Linear(PIXELS, CLASSES);

  override forward(x: Tensor): Tensor {
    return this.output.forward(x.flatten(1));
  }
}

/** 784-2048-1024-512-256-128-64-10 with ReLU. */
export class BigModel extends Module {
  static override readonly className: string = 'BigModel';
  /** Block 1. */
  b1 = new Sequential(new Linear(PIXELS, 2048), new ReLU());
  /** Block 2. */
  b2 = new Sequential(new Linear(2048, 1024), new ReLU());
  /** Block 3. */
  b3 = new Sequential(new Linear(1024, 512), new ReLU());
  /** Block 4. */
  b4 = new Sequential(new Linear(512, 256), new ReLU());
  /** Block 5. */
  b5 = new Sequential(new Linear(256, 128), new ReLU());
  /** Block 6. */
  b6 = new Sequential(new Linear(128, 64), new ReLU());
  /** The layer that gives the scores of the ten digits. */
  output = new Linear(64, CLASSES);

  override forward(x: Tensor): Tensor {
    let out = x.flatten(1);
    for (const block of [this.b1, this.b2, this.b3, this.b4, this.b5, this.b6]) out = block.forward(out);
    return this.output.forward(out);
  }
}

/** 784-256-256-128-128-10 with ReLU and dropout after every layer, the last included, as in the notes, or but the last. */
export class DropoutModel extends Module {
  static override readonly className: string = 'DropoutModel';
  /** Block 1. */
  b1: Sequential;
  /** Block 2. */
  b2: Sequential;
  /** Block 3. */
  b3: Sequential;
  /** Block 4. */
  b4: Sequential;
  /** The layer that gives the scores of the ten digits. */
  output: Sequential;

  /**
   * 784-256-256-128-128-10 with ReLU and dropout after every layer, the last included, as in the notes.
   * @param dropRate the share of activations that is dropped, default 0.5.
   * @param dropLogits whether the scores of the ten digits are dropped, too, default true.
   */
  constructor(dropRate = 0.5, dropLogits = true) {
    super();
    const block = (from: number, to: number) => new Sequential(new Linear(from, to), new ReLU(), new Dropout(dropRate));
    this.b1 = block(PIXELS, 256);
    this.b2 = block(256, 256);
    this.b3 = block(256, 128);
    this.b4 = block(128, 128);
    const output = new Linear(128, CLASSES);
    this.output = dropLogits ? new Sequential(output, new Dropout(dropRate)) : new Sequential(output);
  }

  override forward(x: Tensor): Tensor {
    let out = x.flatten(1);
    for (const block of [this.b1, this.b2, this.b3, this.b4, this.output]) out = block.forward(out);
    return out;
  }
}

/** 784-256-128-64-10, each hidden layer Linear, BatchNorm1d, ReLU. */
export class BatchNormModel extends Module {
  static override readonly className: string = 'BatchNormModel';
  /** Block 1. */
  b1 = new Sequential(new Linear(PIXELS, 256), new BatchNorm1d(256), new ReLU());
  /** Block 2. */
  b2 = new Sequential(new Linear(256, 128), new BatchNorm1d(128), new ReLU());
  /** Block 3. */
  b3 = new Sequential(new Linear(128, 64), new BatchNorm1d(64), new ReLU());
  /** The layer that gives the scores of the ten digits. */
  output = new Linear(64, CLASSES);

  override forward(x: Tensor): Tensor {
    let out = x.flatten(1);
    for (const block of [this.b1, this.b2, this.b3]) out = block.forward(out);
    return this.output.forward(out);
  }
}
