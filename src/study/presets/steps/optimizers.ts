/** Seven optimizers on the fifth document's network. */

import { ReLU } from '../../../nn/activation/rectified.js';
import { Sequential } from '../../../nn/containers/sequential.js';
import { Linear } from '../../../nn/linear/linear.js';
import type { Module } from '../../../nn/module/module.js';
import { Flatten } from '../../../nn/resize/flatten.js';
import { Adadelta } from '../../../optim/adagrad/adadelta.js';
import { Adagrad } from '../../../optim/adagrad/adagrad.js';
import { RMSprop } from '../../../optim/adagrad/rmsprop.js';
import { Adam } from '../../../optim/adam/adam.js';
import { AdamW } from '../../../optim/adam/adamw.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import type { OptimizerLike } from '../../../train/types.js';
import { comparisonOf, scoresBetter } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';

/** Each with the rate of the documents, or else PyTorch's default. */
const makers = {
  SGD: { text: 'learning rate 0.1, as in the document before it changed to Adam', make: (p) => new SGD(p, { lr: 0.1 }) },
  'SGD 0.001': { text: 'learning rate 0.001: that of Adam, and PyTorch’s default', make: (p) => new SGD(p, { lr: 0.001 }) },
  momentum: {
    text: 'SGD with learning rate 0.01 and momentum 0.9, whose steps add up to those of 0.1',
    make: (p) => new SGD(p, { lr: 0.01, momentum: 0.9 }),
  },
  Adagrad: { text: 'learning rate 0.01, PyTorch’s default', make: (p) => new Adagrad(p) },
  Adadelta: { text: 'learning rate 1, PyTorch’s default', make: (p) => new Adadelta(p) },
  RMSprop: { text: 'learning rate 0.01, PyTorch’s default', make: (p) => new RMSprop(p) },
  Adam: { text: 'learning rate 0.001, PyTorch’s default and the document’s', make: (p) => new Adam(p) },
  AdamW: { text: 'learning rate 0.001 and weight decay 0.01, PyTorch’s defaults', make: (p) => new AdamW(p) },
} satisfies Record<string, { text: string; make(parameters: ReturnType<Module['parameters']>): OptimizerLike }>;

type Name = keyof typeof makers;

/** SGD, momentum, Adagrad, Adadelta, RMSprop, Adam and AdamW. */
export const optimizers = definePreset({
  name: 'optimizers',
  title: 'Optimizers',
  description: 'SGD, SGD with momentum, Adagrad, Adadelta, RMSprop, Adam and AdamW, each at a rate of the documents or PyTorch’s default',
  method: '784-128-64-10 with ReLU, batches of 100, cross entropy, the same number of epochs for all.',
  document: 'notes',
  dataset: 'fashion-mnist',
  quote: {
    english: 'Variants of gradient descent optimise more efficiently than SGD: use torch.optim.Adam.',
    original: '[변형 경사하강법] SGD 보다 효율적으로 최적화. torch.optim.Adam 클래스 사용.',
  },
  full: { epochs: 17, repeats: 9 },
  quick: { epochs: 8, repeats: 9, limit: 12_000, test: 2000 },
  remarks: [
    'The network, the data, 17 epochs, the batch of 100 and the rates of SGD (0.1) and Adam (0.001) are those of the document on Fashion-MNIST; Adagrad, RMSprop and Adadelta have PyTorch’s default rates, which the other documents list.',
    'What is compared is optimizers at these rates, and no more: none was tuned here, and another rate may change the order. SGD stands there twice, also at 0.001, to show how much the rate alone decides.',
  ],
  baseline: { optimizer: 'SGD' as Name },
  baselineName: 'SGD',
  variants: Object.fromEntries(
    (Object.keys(makers) as Name[]).slice(1).map((name) => [name, { setting: { optimizer: name }, description: makers[name].text }]),
  ),
  model: () => new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 64), new ReLU(), new Linear(64, 10)),
  optimizer: (model, { optimizer }) => makers[optimizer].make(model.parameters()),
  batchSize: 100,
  judge: (verdict) => {
    const { verdict: found, words } = scoresBetter(verdict, 'Adam', 'SGD');
    const others = (['momentum', 'Adagrad', 'Adadelta', 'RMSprop', 'AdamW'] as const).flatMap(
      (name) => comparisonOf(verdict, name, 'SGD') ?? [],
    );
    return { verdict: found, words: [words, ...others.map((one) => sentence(one.words))].join(' ') };
  },
});
