/** Training steps and forwards: which models, on what, and what the marks are. */
import { documentCnn, type Model, mlp, perceptron } from './models.js';

/** What a model is trained on or asked about: made at random, the same sizes for every peer. */
export interface Data {
  /** Of the input. */
  shape: readonly number[];
  /** Whole numbers below this, where the input is of tokens; else the input is uniform in 0..1. */
  tokens?: number;
  /** How many targets there are, whole numbers below `classes`. */
  targets: number;
  classes: number;
}

/** A step: forward, cross entropy, backward, Adam. A forward: in evaluation, without gradients, the result dropped. */
export interface StepTask {
  kind: 'train' | 'forward';
  model: Model;
  data: Data;
}

/** A model of the table. */
export interface StepRow {
  name: string;
  model: Model;
  data: Data;
  /** PyTorch's time over Hone's, at least; none for what is only measured. */
  marks: { train?: number; forward?: number };
  /** Left out of the training steps, or of the forwards. */
  without?: 'train' | 'forward';
}

const digits = (batch: number): Data => ({ shape: [batch, 784], targets: batch, classes: 10 });
const images = (batch: number, channels: number, size: number, classes: number): Data => ({
  shape: [batch, channels, size, size],
  targets: batch,
  classes,
});

const relu = { type: 'relu' } as const;
const half = { type: 'dropout', p: 0.5 } as const;

/** The models of the second document, the convolutional ones of the third, and what people train next. */
export const STEP_ROWS: readonly StepRow[] = [
  { name: 'linear 784-10, b100', model: mlp(784, 10), data: digits(100), marks: { train: 3, forward: 1.2 } },
  { name: 'mlp 784-128-64-10, b16', model: mlp(784, 128, 64, 10), data: digits(16), marks: { train: 5, forward: 1.2 } },
  { name: 'mlp 784-128-64-10, b100', model: mlp(784, 128, 64, 10), data: digits(100), marks: { train: 3, forward: 1.2 } },
  {
    name: 'dropout mlp, b200',
    model: perceptron([784, 256, 256, 128, 128, 10], () => [relu, half], [half]),
    data: digits(200),
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'batch-norm mlp, b200',
    model: perceptron([784, 256, 128, 64, 10], (features) => [{ type: 'batchNorm1d', features }, relu]),
    data: digits(200),
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'big mlp 784-2048-1024-…-10, b200',
    model: mlp(784, 2048, 1024, 512, 256, 128, 64, 10),
    data: digits(200),
    marks: { train: 1.8, forward: 1.2 },
  },
  { name: 'cnn of the documents, b100', model: documentCnn(false), data: images(100, 1, 28, 10), marks: { train: 1.5, forward: 1.2 } },
  { name: 'cnn with batch norm, b100', model: documentCnn(true), data: images(100, 1, 28, 10), marks: { train: 1.5, forward: 1.2 } },
  {
    name: 'resnet18 32×32, b16',
    model: { type: 'resnet18', classes: 10, stem: 'cifar' },
    data: images(16, 3, 32, 10),
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'lstm(28, 128), 28 steps, b100',
    model: { type: 'lstm', input: 28, hidden: 128, classes: 10 },
    data: { shape: [28, 100, 28], targets: 100, classes: 10 },
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'gru(28, 128), 28 steps, b100',
    model: { type: 'gru', input: 28, hidden: 128, classes: 10 },
    data: { shape: [28, 100, 28], targets: 100, classes: 10 },
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'transformer 2×128, 32×64 tokens',
    model: { type: 'encoder', layers: 2, width: 128, heads: 4, inner: 512, dropout: 0, classes: 10 },
    data: { shape: [32, 64, 128], targets: 32, classes: 10 },
    marks: { train: 1.5, forward: 1.2 },
  },
  {
    name: 'transformer 2×128, dropout 0.1',
    model: { type: 'encoder', layers: 2, width: 128, heads: 4, inner: 512, dropout: 0.1, classes: 10 },
    data: { shape: [32, 64, 128], targets: 32, classes: 10 },
    marks: { train: 1.5 },
    without: 'forward',
  },
  {
    name: 'character transformer 6×384, 4×128',
    model: { type: 'characters', vocabulary: 65, context: 128, layers: 6, width: 384, heads: 6, dropout: 0.1 },
    data: { shape: [4, 128], tokens: 65, targets: 4 * 128, classes: 65 },
    marks: { train: 1.5, forward: 1.2 },
  },
  ...[1, 8].flatMap((batch): StepRow[] => [
    {
      name: `resnet50 224×224, b${batch}`,
      model: { type: 'resnet50', classes: 1000, stem: 'imagenet' },
      data: images(batch, 3, 224, 1000),
      marks: { forward: 1.2 },
      without: 'train',
    },
    {
      name: `mobilenetV2 224×224, b${batch}`,
      model: { type: 'mobilenetV2', classes: 1000, stem: 'imagenet' },
      data: images(batch, 3, 224, 1000),
      marks: { forward: 1.2 },
      without: 'train',
    },
  ]),
];

/** How many times as long a training step takes a peer in JavaScript, at least: as Hone on WebAssembly with one thread, with several, and natively. */
export const JAVASCRIPT_MARKS: Readonly<Record<string, { one?: number; several: number; native: number }>> = {
  'tfjs-wasm': { several: 20, native: 60 },
  'jax-js': { one: 1, several: 2, native: 8 },
};
