/** `hone train`: one multi-layer perceptron, put together from options. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DataLoader } from '../../data/loader/data-loader.js';
import { ArgumentError } from '../../errors.js';
import { GELU, SiLU } from '../../nn/activation/gated.js';
import { ReLU } from '../../nn/activation/rectified.js';
import { Sigmoid, Tanh } from '../../nn/activation/sigmoid.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Dropout } from '../../nn/dropout/dropout.js';
import { Linear } from '../../nn/linear/linear.js';
import { CrossEntropyLoss } from '../../nn/loss/classification/cross-entropy.js';
import type { Module } from '../../nn/module/module.js';
import { BatchNorm1d } from '../../nn/norm/batch.js';
import { Flatten } from '../../nn/resize/flatten.js';
import { Adam } from '../../optim/adam/adam.js';
import { AdamW } from '../../optim/adam/adamw.js';
import { StepLR } from '../../optim/lr-scheduler/decay/step-lr.js';
import type { Optimizer } from '../../optim/optimizer/optimizer.js';
import { SGD } from '../../optim/sgd/sgd.js';
import { plural, showCount } from '../../report/text.js';
import { compare } from '../../study/compare.js';
import { Digits } from '../../vision/digits.js';
import { checkLastBatch, numberIn, oneOf, wholeNumber } from '../options.js';
import { RunFiles } from '../run-files.js';
import { engineLine, interruptible, newRunFolder, openDisplay, showEvents, showPath } from './run.js';

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
  momentum?: number;
  stepLr?: { stepSize: number; gamma: number };
  epochs: number;
  batchSize: number;
  patience?: number;
  seed: number;
  out: string;
}

export function addTrainCommand(program: Command): void {
  const train = program
    .command('train')
    .description('train one model put together from options; saves its best epoch')
    .commandsGroup('Data:')
    .helpCommand(false)
    .addHelpText('after', '\nhone train digits --help shows what models can be made of.');
  train
    .command('digits')
    .summary('a multi-layer perceptron on 10,000 real handwritten digits')
    .description(
      'Trains a multi-layer perceptron on 8,000 real handwritten digits and tests it with 2,000 others. Saves the weights of its best epoch and a report.',
    )
    .optionsGroup('The model:')
    .addOption(new Option('--hidden <widths>', 'hidden layers, or none').argParser(widths).default([256, 128], '256,128'))
    .addOption(choice('--activation <name>', 'after each hidden layer', Object.keys(activations), 'relu'))
    .option('--batch-norm', 'batch normalisation before each activation')
    .option('--dropout <share>', 'share of activations dropped after each hidden layer', numberIn(0, 1), 0)
    .optionsGroup('How it is trained:')
    .addOption(choice('--optimizer <name>', 'one of', optimizers, 'adam'))
    .option('--lr <rate>', 'learning rate', numberIn(0, Number.POSITIVE_INFINITY, true), 0.001)
    .option('--step-lr <epochs:gamma>', 'multiply the rate by gamma every so many epochs, as in 5:0.5', stepLr)
    .option('--weight-decay <factor>', "weight decay; adamw's own kind, else L2", numberIn(0, Number.POSITIVE_INFINITY), 0)
    .option('--momentum <factor>', 'momentum of sgd; default: 0.9', numberIn(0, 1))
    .option('--epochs <count>', 'passes over the training digits', wholeNumber(1), 10)
    .option('--batch-size <count>', 'digits per step', wholeNumber(1), 200)
    .option('--patience <epochs>', 'end when the test loss has not improved for so many epochs', wholeNumber(1))
    .option('--seed <number>', 'of weights, shuffles and dropout', wholeNumber(0), 0)
    .optionsGroup('Where results go:')
    .addOption(new Option('--out <folder>', "the run's own folder is made in this one").default('runs', 'runs'))
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `
Examples:
  hone train digits --hidden 256,128 --batch-norm --dropout 0.2 --step-lr 5:0.5
  hone train digits --hidden none --optimizer sgd --lr 0.1      (a linear model)`,
    )
    .action((flags: TrainFlags) => trainDigits(flags));
}

/** An option that takes one of some names; commander's own would list them in quotes. */
function choice(flags: string, description: string, names: readonly string[], first: string): Option {
  return new Option(flags, `${description}: ${names.join(', ')}`).argParser(oneOf(names)).default(first, first);
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

function buildOptimizer(model: Module, { optimizer, lr, weightDecay, momentum = 0.9 }: TrainFlags): Optimizer {
  switch (optimizer) {
    case 'adam':
      return new Adam(model.parameters(), { lr, weightDecay });
    case 'adamw':
      return new AdamW(model.parameters(), { lr, weightDecay });
    case 'sgd':
      return new SGD(model.parameters(), { lr, weightDecay, momentum });
  }
}

/** The options, in the words of the command line. */
function settings(flags: TrainFlags): Record<string, string> {
  const {
    hidden,
    activation,
    batchNorm,
    dropout,
    optimizer,
    lr,
    weightDecay,
    momentum,
    stepLr: steps,
    epochs,
    batchSize,
    patience,
    seed,
  } = flags;
  return {
    'hidden layers':
      hidden.length === 0
        ? 'none'
        : `${hidden.join(', ')}, each followed by ${batchNorm ? 'batch normalisation and ' : ''}${activation}${dropout > 0 ? ` and dropout ${dropout}` : ''}`,
    optimizer: `${optimizer}, learning rate ${lr}${optimizer === 'sgd' ? `, momentum ${momentum ?? 0.9}` : ''}${weightDecay > 0 ? `, weight decay ${weightDecay}` : ''}`,
    ...(steps && { 'learning rate': `times ${steps.gamma} every ${plural(steps.stepSize, 'epoch')}` }),
    loss: 'cross entropy',
    epochs: String(epochs),
    'batch size': String(batchSize),
    ...(patience !== undefined && { patience: plural(patience, 'epoch') }),
    seed: String(seed),
  };
}

async function trainDigits(flags: TrainFlags): Promise<void> {
  const { epochs, batchSize, seed, hidden, out } = flags;
  if (flags.momentum !== undefined && flags.optimizer !== 'sgd')
    throw new ArgumentError(`--momentum belongs to --optimizer sgd; ${flags.optimizer} has none. Leave it out.`);
  if (flags.batchNorm && hidden.length === 0)
    throw new ArgumentError(
      '--batch-norm stands before the activations of hidden layers, and --hidden none has no such layers. Leave one of them out.',
    );
  if (flags.batchNorm) checkLastBatch(batchSize);
  const started = new Date();
  const display = openDisplay();
  display.line(engineLine());
  const folder = newRunFolder(out, 'train-digits');
  const name = [784, ...hidden, 10].join('-');
  display.line(`train digits: ${name}; ${plural(epochs, 'epoch')}`);
  const files = new RunFiles(folder, started, (line) => display.line(line));
  const { signal, done } = interruptible(display);
  try {
    const [train, test] = [new Digits({ train: true }), new Digits({ train: false })];
    const best = join(folder, 'best.safetensors');
    const comparison = await compare({
      title: `A model of handwritten digits: ${name}`,
      summary: `${showCount(train.length)} MNIST digits to train on, ${showCount(test.length)} others to test with.`,
      settings: settings(flags),
      variants: [
        {
          name,
          description: `multi-layer perceptron, ${flags.optimizer}`,
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
      on: { ...showEvents(display, [name]), progress: files.progress },
    });
    display.clear();
    const reported = await files.report(comparison);
    const run = comparison.variants[0]?.runs[0];
    if (reported && run?.failed !== undefined) process.exitCode ||= 1;
    if (run?.bestModel !== undefined) process.stdout.write(`Weights of epoch ${run.bestEpoch}, the best: ${showPath(best)}\n`);
  } finally {
    display.clear();
    done();
  }
}
