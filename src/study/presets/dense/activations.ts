/** What initial weights do to activations, layer by layer: figures for `inspect`. */
import { scope } from '../../../autograd/modes/scope.js';
import { asDataset, type DatasetLike } from '../../../data/datasets/dataset.js';
import { stack } from '../../../ops/join/join.js';
import { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { FashionModel, type FashionModelOptions } from './fashion-model.js';

/** So many images of the training data are looked at. */
const IMAGES = 200;

/** A sigmoid this near to 0 or 1 has hardly a slope. */
const SATURATED = 0.05;

/**
 * Mean and deviation of the activations of each hidden layer, and the share of them that pass no gradient on (a sigmoid within 0.05 of 0 or 1, a
 * ReLU at 0), with weights as they begin and as training left them.
 */
export function activationFigures(
  trained: FashionModel,
  setting: FashionModelOptions,
  train: DatasetLike<unknown>,
): Record<string, number[]> | undefined {
  return scope(() => {
    const images = firstImages(train);
    return images && figuresAt(trained, setting, images);
  });
}

function figuresAt(trained: FashionModel, setting: FashionModelOptions, images: Tensor): Record<string, number[]> {
  const isSaturated =
    setting.activation === 'sigmoid' ? (value: number) => value < SATURATED || value > 1 - SATURATED : (value: number) => value === 0;
  const start = figuresOf(new FashionModel(setting), images, isSaturated);
  const end = figuresOf(trained, images, isSaturated);
  return Object.fromEntries(
    Object.entries({ 'at the start': start, 'after training': end }).flatMap(([when, figures]) =>
      Object.entries(figures).map(([name, values]) => [`${name} ${when}`, values]),
    ),
  );
}

function figuresOf(model: FashionModel, images: Tensor, isSaturated: (value: number) => boolean) {
  model.eval();
  const values = model.activations(images).map((layer) => toTypedArray(layer) as Float32Array);
  const means = values.map((layer) => mean(layer, (value) => value));
  return {
    'activation mean': means,
    'activation deviation': values.map((layer, i) => Math.sqrt(mean(layer, (value) => (value - means[i]!) ** 2))),
    'activations without gradient': values.map((layer) => mean(layer, (value) => (isSaturated(value) ? 1 : 0))),
  };
}

function mean(values: Float32Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}

/** The first images of a data set that gives its samples at once. */
function firstImages(data: DatasetLike<unknown>): Tensor | undefined {
  const source = asDataset(data, 'initialisation');
  const images: Tensor[] = [];
  for (let i = 0; i < Math.min(IMAGES, source.length); i++) {
    const sample = source.get(i) as [unknown, unknown];
    if (!Array.isArray(sample) || !(sample[0] instanceof Tensor)) return undefined;
    images.push(sample[0]);
  }
  return stack(images);
}
