/** The model of "Fashion MNIST in Pytorch", 784-128-64-10, with what the document adds to it step by step. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { relu } from '../../../nn/activation/rectified.js';
import { dropout } from '../../../nn/dropout/dropout.js';
import { normal_, zeros_ } from '../../../nn/init/basic.js';
import { kaimingNormal_, xavierNormal_ } from '../../../nn/init/variance.js';
import { Linear } from '../../../nn/linear/linear.js';
import { Module } from '../../../nn/module/module.js';
import { BatchNorm1d } from '../../../nn/norm/batch.js';
import { sigmoid } from '../../../ops/elementwise/unary.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** How the weights of every layer begin; biases as PyTorch's, but zero with `zeros`. */
export type InitialWeights = 'pytorch' | 'zeros' | 'N(0, 1)' | 'N(0, 0.01)' | 'xavier' | 'he' | 'he by inputs';

const fill: Readonly<Record<InitialWeights, (layer: Linear) => void>> = {
  pytorch: () => {},
  zeros: ({ weight, bias }) => {
    zeros_(weight);
    zeros_(bias!);
  },
  'N(0, 1)': ({ weight }) => void normal_(weight, 0, 1),
  'N(0, 0.01)': ({ weight }) => void normal_(weight, 0, 0.01),
  xavier: ({ weight }) => void xavierNormal_(weight),
  // As the document has it, by the number of outputs.
  he: ({ weight }) => void kaimingNormal_(weight, { mode: 'fan_out', nonlinearity: 'relu' }),
  'he by inputs': ({ weight }) => void kaimingNormal_(weight, { mode: 'fan_in', nonlinearity: 'relu' }),
};

/** The options of {@link FashionModel}. */
export interface FashionModelOptions {
  /** How its weights begin. Default: as PyTorch's. */
  init?: InitialWeights;
  /** Default: relu. */
  activation?: 'relu' | 'sigmoid';
  /** Whether batch normalisation stands before each activation. Default: false. */
  batchNorm?: boolean;
  /**
   * Dropout after the activations, of 0.5 and 0.2: not at all, while the model trains, or always, in evaluation, too, as the document has it
   * (`F.dropout(x, 0.5)`, whose `training` is true unless it is told otherwise). Default: `none`.
   */
  dropout?: 'none' | 'training' | 'always';
}

/** 784-128-64-10 on pictures of 28 by 28. */
export class FashionModel extends Module {
  static override readonly className: string = 'FashionModel';
  /** 784 to 128. */
  fc1 = new Linear(28 * 28, 128);
  /** Over the 128. */
  bn1?: BatchNorm1d;
  /** 128 to 64. */
  fc2 = new Linear(128, 64);
  /** Over the 64. */
  bn2?: BatchNorm1d;
  /** The layer that gives the scores of the ten classes. */
  fc3 = new Linear(64, 10);
  private readonly activate: (x: Tensor) => Tensor;
  private readonly dropout: NonNullable<FashionModelOptions['dropout']>;

  constructor({ init = 'pytorch', activation = 'relu', batchNorm = false, dropout = 'none' }: FashionModelOptions = {}) {
    super();
    this.activate = activation === 'relu' ? relu : sigmoid;
    this.dropout = dropout;
    if (batchNorm) [this.bn1, this.bn2] = [new BatchNorm1d(128), new BatchNorm1d(64)];
    for (const layer of [this.fc1, this.fc2, this.fc3]) fill[init](layer);
  }

  override forward(x: Tensor): Tensor {
    return this.fc3.forward(this.hidden(x)[1]);
  }

  /** What the two hidden layers give, after their activation. */
  activations(x: Tensor): [Tensor, Tensor] {
    return noGrad(() => this.hidden(x));
  }

  private hidden(x: Tensor): [Tensor, Tensor] {
    const first = this.block(x.flatten(1), this.fc1, this.bn1, 0.5);
    return [first, this.block(first, this.fc2, this.bn2, 0.2)];
  }

  private block(x: Tensor, layer: Linear, norm: BatchNorm1d | undefined, p: number): Tensor {
    const sum = layer.forward(x);
    const active = this.activate(norm ? norm.forward(sum) : sum);
    return this.dropout === 'none' ? active : dropout(active, p, this.dropout === 'always' || this.training);
  }
}
