/** The models of the command: perceptrons put together from flags, and those of `hone/vision` by name. */
import { ArgumentError, HoneError } from '../../errors.js';
import { GELU, SiLU } from '../../nn/activation/gated.js';
import { ReLU } from '../../nn/activation/rectified.js';
import { Sigmoid, Tanh } from '../../nn/activation/sigmoid.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Dropout } from '../../nn/dropout/dropout.js';
import { Linear } from '../../nn/linear/linear.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { BatchNorm1d } from '../../nn/norm/batch.js';
import { Flatten } from '../../nn/resize/flatten.js';
import { camelCase, meantName } from '../../tensor/arguments/spelling.js';
import { getModel, listModels } from '../../vision/models/get-model.js';
import type { ACTIVATIONS } from '../settings/schema.js';

const activations = { relu: ReLU, gelu: GELU, silu: SiLU, tanh: Tanh, sigmoid: Sigmoid } as const;

/** A multi-layer perceptron: layers of these widths, each followed by what the options say. */
export interface Perceptron {
  readonly name: 'mlp';
  readonly options: {
    readonly inFeatures: number;
    readonly hidden: readonly number[];
    readonly activation: (typeof ACTIVATIONS)[number];
    readonly batchNorm: boolean;
    readonly dropout: number;
    readonly numClasses: number;
  };
}

/** A model of `hone/vision`, with the options of its function. */
interface VisionModel {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>> & { readonly numClasses: number };
}

/** A model as its file says it. */
export type ModelSpec = Perceptron | VisionModel;

/** The names that `--model` takes. */
export const modelNames: readonly string[] = listModels();

/** A model's name as `hone/vision` has it. @throws {ArgumentError} for one that there is not. */
export function modelName(given: string, option = '--model'): string {
  const name = camelCase(given.replaceAll('-', '_'));
  if (modelNames.includes(name)) return name;
  const meant = modelNames.find((known) => known.startsWith(name)) ?? meantName(name, modelNames);
  throw new ArgumentError(
    `${option} ${given}: there is no such model; there are ${modelNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

export const isPerceptron = (spec: ModelSpec): spec is Perceptron => spec.name === 'mlp';

/** How many channels a model takes: a number, or whatever the pictures have. */
export function channelsOf(name: string, pretrained: boolean): 1 | 3 | undefined {
  return name === 'mlp' || name === 'lenet' || (name.startsWith('resnet') && !pretrained) ? undefined : 3;
}

/** What {@link specOf} must know of data and flags. */
export interface SpecNeeds {
  readonly inputShape: readonly number[];
  readonly numClasses: number;
  readonly perceptron: Omit<Perceptron['options'], 'inFeatures' | 'numClasses'>;
  readonly pretrained: boolean;
}

/** The model of that name for pictures of [C, H, W], or rows of [F]. @throws {ArgumentError} where it does not take them. */
export function specOf(name: string, { inputShape, numClasses, perceptron, pretrained }: SpecNeeds): ModelSpec {
  if (name === 'mlp') return { name, options: { inFeatures: inputShape.reduce((a, b) => a * b, 1), ...perceptron, numClasses } };
  const [channels, height = 0, width = 0] = inputShape;
  if (inputShape.length !== 3)
    throw new ArgumentError(
      `--model ${name} is for pictures, and the data is a table. Take --model mlp, with --hidden 64,32 for its layers.`,
    );
  if (name === 'lenet') {
    if (height !== width || (height !== 28 && height !== 32))
      throw new ArgumentError(`--model lenet takes pictures of 28 x 28 or 32 x 32, these are ${height} x ${width}. Add --image-size 32.`);
    return { name, options: { numClasses, inChannels: channels, imageSize: height } };
  }
  if (name.startsWith('resnet')) {
    // torchvision's stem leaves little of small pictures; its weights need it.
    const stem = Math.min(height, width) <= 40 && !pretrained ? 'cifar' : 'imagenet';
    return { name, options: { numClasses, inChannels: channels, stem } };
  }
  if (name.startsWith('vgg') && Math.min(height, width) < 32)
    throw new ArgumentError(
      `--model ${name} takes pictures of at least 32 x 32, these are ${height} x ${width}. Add --image-size 32, or take resnet18.`,
    );
  return { name, options: { numClasses } };
}

/** Makes a model. @param weights the path of a file of trained weights. */
export function buildModel(spec: ModelSpec, weights?: string): ModuleWithOutput {
  if (!isPerceptron(spec)) {
    try {
      return getModel(spec.name, { ...spec.options, ...(weights !== undefined && { weights }) }) as ModuleWithOutput;
    } catch (error) {
      if (weights === undefined || !(error instanceof HoneError)) throw error;
      throw new ArgumentError(`--pretrained ${weights} does not fit: ${error.message}`, { cause: error });
    }
  }
  const { inFeatures, hidden, activation, batchNorm, dropout, numClasses } = spec.options;
  const layers: Module[] = [new Flatten()];
  let width = inFeatures;
  for (const next of hidden) {
    layers.push(new Linear(width, next));
    if (batchNorm) layers.push(new BatchNorm1d(next));
    layers.push(new activations[activation]());
    if (dropout > 0) layers.push(new Dropout(dropout));
    width = next;
  }
  return new Sequential(...layers, new Linear(width, numClasses));
}

/** Short, for titles: `784-256-10`, `resnet18`. */
export function specText(spec: ModelSpec): string {
  return isPerceptron(spec) ? [spec.options.inFeatures, ...spec.options.hidden, spec.options.numClasses].join('-') : spec.name;
}
