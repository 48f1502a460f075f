/** `hone train`: one multi-layer perceptron, put together from options. */
import { join, relative } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DataLoader } from '../data/data-loader.js';
import { ReLU, SiLU, Sigmoid, Tanh, GELU } from '../nn/activation.js';
import { BatchNorm1d } from '../nn/batch-norm.js';
import { Sequential } from '../nn/containers.js';
import { Dropout } from '../nn/dropout.js';
import { Flatten } from '../nn/flatten.js';
import { Linear } from '../nn/linear.js';
import { CrossEntropyLoss } from '../nn/loss.js';
import type { Module } from '../nn/module.js';
import { Adam } from '../optim/adam.js';
import { AdamW } from '../optim/adamw.js';
import { StepLR } from '../optim/lr-scheduler/step-lr.js';
import type { Optimizer } from '../optim/optimizer.js';
import { SGD } from '../optim/sgd.js';
import { ProgressDisplay } from '../report/progress.js';
import { compare } from '../study/compare.js';
import { Digits } from '../vision/digits.js';
import { numberIn, wholeNumber } from './options.js';
import { engineLine, interruptible, newRunFolder, report, showEvents } from './run.js';

const activations = { relu: ReLU, gelu: GELU, silu: SiLU, tanh: Tanh, sigmoid: Sigmoid } as const;
const optimizers = ['adam', 'adamw', 'sgd'] as const;

interface TrainFlags {
  hidden: number[];
  activation: keyof typeof activations;
  batchNorm?: boolean;
  dropout: number;
  optimizer: (typeof optimizers)[number];
  lr: number;
  weightDecay: number;
  momentum: number;
  stepLr?: { stepSize: number; gamma: number };
  epochs: number;
  batchSize: number;
  patience?: number;
  seed: number;
  out: string;
}

export function addTrainCommand(program: Command): void {
  const train = program.command('train').description('train one model put together from options; saves the best epoch and a report');
  train
    .command('digits')
    .description('a multi-layer perceptron on 10,000 real handwritten digits')
    .option('--hidden <widths>', 'widths of the hidden layers, separated by commas; none: a linear model', widths, [256, 128])
    .addOption(new Option('--activation <name>', 'after each hidden layer').choices(Object.keys(activations)).default('relu'))
    .option('--batch-norm', 'batch normalisation before each activation')
    .option('--dropout <share>', 'share of activations dropped after each hidden layer', numberIn(0, 1), 0)
    .addOption(new Option('--optimizer <name>', 'how weights are changed').choices(optimizers).default('adam'))
    .option('--lr <rate>', 'learning rate', numberIn(0, Number.POSITIVE_INFINITY, true), 0.001)
    .option('--weight-decay <factor>', 'weight decay (L2)', numberIn(0, Number.POSITIVE_INFINITY), 0)
    .option('--momentum <factor>', 'momentum of sgd', numberIn(0, 1), 0.9)
    .option('--step-lr <epochs:gamma>', 'multiply the learning rate by gamma every so many epochs, such as 5:0.5', stepLr)
    .option('--epochs <count>', 'passes over the training digits', wholeNumber(1), 10)
    .option('--batch-size <count>', 'digits per step', wholeNumber(1), 200)
    .option('--patience <epochs>', 'stop when the test loss has not improved for so many epochs', wholeNumber(1))
    .option('--seed <number>', 'of weights, shuffles and dropout', wholeNumber(0), 0)
    .option('--out <folder>', 'where the folder of this run is made', 'runs')
    .action((flags: TrainFlags) => trainDigits(flags));
}

function widths(text: string): number[] {
  return text === 'none' ? [] : text.split(',').map(wholeNumber(1));
}

function stepLr(text: string): { stepSize: number; gamma: number } {
  const [size, gamma, ...rest] = text.split(':');
  if (gamma === undefined || rest.length > 0) throw new InvalidArgumentError('Expected epochs:gamma, such as 5:0.5.');
  return { stepSize: wholeNumber(1)(size!), gamma: numberIn(0, Number.POSITIVE_INFINITY, true)(gamma) };
}

function buildModel({ hidden, activation, batchNorm, dropout }: TrainFlags): Module {
  const layers: Module[] = [new Flatten()];
  let width = 28 * 28;
  for (const next of hidden) {
    layers.push(new Linear(width, next));
    if (batchNorm) layers.push(new BatchNorm1d(next));
    layers.push(new activations[activation]());
    if (dropout > 0) layers.push(new Dropout(dropout));
    width = next;
  }
  return new Sequential(...layers, new Linear(width, 10));
}

function buildOptimizer(model: Module, { optimizer, lr, weightDecay, momentum }: TrainFlags): Optimizer {
  switch (optimizer) {
    case 'adam':
      return new Adam(model.parameters(), { lr, weightDecay });
    case 'adamw':
      return new AdamW(model.parameters(), { lr, weightDecay });
    case 'sgd':
      return new SGD(model.parameters(), { lr, weightDecay, momentum });
  }
}

async function trainDigits(flags: TrainFlags): Promise<void> {
  const { epochs, batchSize, seed, hidden } = flags;
  const display = new ProgressDisplay(process.stderr);
  display.line(engineLine());
  const folder = newRunFolder(flags.out, 'train-digits');
  const shape = [784, ...hidden, 10].join('-');
  const { signal, done } = interruptible(display);
  const [train, test] = [new Digits({ train: true }), new Digits({ train: false })];
  const best = join(folder, 'best.safetensors');
  try {
    const comparison = await compare({
      title: `A model of handwritten digits: ${shape}`,
      summary: `${train.length.toLocaleString('en-US')} digits to train on, ${test.length.toLocaleString('en-US')} others to test with.`,
      settings: Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])),
      variants: [
        {
          name: shape,
          description: 'put together from options',
          model: () => buildModel(flags),
          optimizer: (model) => buildOptimizer(model, flags),
          ...(flags.stepLr && { scheduler: (optimizer) => new StepLR(optimizer as Optimizer, flags.stepLr!) }),
        },
      ],
      loaders: () => ({ train: new DataLoader(train, { batchSize, shuffle: true }), validation: new DataLoader(test, { batchSize }) }),
      loss: new CrossEntropyLoss(),
      epochs,
      repeats: 1,
      seed,
      ...(flags.patience !== undefined && { patience: flags.patience }),
      bestModelPath: () => best,
      signal,
      on: showEvents(display),
    });
    display.clear();
    await report(comparison, folder);
    if (comparison.variants.length > 0) process.stdout.write(`Best weights: ${relative('.', best) || best}\n`);
  } finally {
    done();
  }
}
