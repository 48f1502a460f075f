/** A model's summary as torchsummary prints it: a flat list of layers. */
import type { HookHandle } from '../../autograd/hooks.js';
import { ModuleList } from '../../nn/containers/list.js';
import { Sequential } from '../../nn/containers/sequential.js';
import type { Module } from '../../nn/module/module.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { rand } from '../../tensor/create/random.js';
import { Tensor } from '../../tensor/tensor.js';
import { showCount } from '../text.js';
import { callForward } from './input.js';
import { product } from './layers.js';
import { fixed2, listText } from './text.js';

/** A call of a layer. */
export interface FlatLayer {
  /** Class and place in the list: `Linear-1`. */
  readonly name: string;
  /** Of the output, with the batch size given; of several outputs a list, with -1 for the batch. */
  readonly outputShape: readonly (number | readonly number[])[];
  /** Of its own weight and bias; torchsummary counts no other parameters. */
  readonly numParams: number;
  /** Whether its weight is trained; null without a weight. */
  readonly trainable: boolean | null;
}

/** What {@link summary} gives in the style of torchsummary. A console and `String()` show the table. */
export class FlatSummary {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'FlatSummary';
  /** How many parameters there are. */
  readonly totalParams: number;
  /** How many of them are trained. */
  readonly trainableParams: number;
  readonly #sizes: readonly (readonly number[])[];
  readonly #batchSize: number;

  constructor(
    /** A row for each call of a layer. */
    readonly layers: readonly FlatLayer[],
    sizes: readonly (readonly number[])[],
    batchSize: number,
  ) {
    this.totalParams = layers.reduce((sum, layer) => sum + layer.numParams, 0);
    this.trainableParams = layers.reduce((sum, layer) => sum + (layer.trainable ? layer.numParams : 0), 0);
    this.#sizes = sizes;
    this.#batchSize = batchSize;
  }

  /** How many of them are not trained. */
  get nonTrainableParams(): number {
    return this.totalParams - this.trainableParams;
  }

  /** The table. */
  toString(): string {
    const [thin, thick] = ['-'.repeat(64), '='.repeat(64)];
    const line = (name: string, shape: string, params: string) => `${name.padStart(20)}  ${shape.padStart(25)} ${params.padStart(15)}`;
    // Several inputs are multiplied, as torchsummary does.
    const input = megabytes(product(this.#sizes) * this.#batchSize);
    const outputs = 2 * megabytes(this.layers.reduce((sum, { outputShape }) => sum + product(outputShape), 0));
    const params = megabytes(this.totalParams);
    return [
      thin,
      line('Layer (type)', 'Output Shape', 'Param #'),
      thick,
      ...this.layers.map(({ name, outputShape, numParams }) => line(name, listText(outputShape), showCount(numParams))),
      thick,
      `Total params: ${showCount(this.totalParams)}`,
      `Trainable params: ${showCount(this.trainableParams)}`,
      `Non-trainable params: ${showCount(this.nonTrainableParams)}`,
      thin,
      `Input size (MB): ${fixed2(input)}`,
      `Forward/backward pass size (MB): ${fixed2(outputs)}`,
      `Params size (MB): ${fixed2(params)}`,
      `Estimated Total Size (MB): ${fixed2(params + outputs + input)}`,
      thin,
    ].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Of float32 numbers. */
const megabytes = (count: number): number => Math.abs((count * 4) / 1024 ** 2);

/** After so many places of modules in others each module is taken once. */
const MANY_PLACES = 2000;

/** A row for every call of a layer that is neither the model itself nor a Sequential or ModuleList, on a batch of two, in the model's mode. */
export function flatSummary(model: Module, sizes: readonly (readonly number[])[], batchSize: number): FlatSummary {
  wholeNumber('summary', 'batchSize', batchSize, { min: -1 }, 'Leave it open with -1.');
  const layers: FlatLayer[] = [];
  const hooks: HookHandle[] = [];
  const seen = new Set<Module>();
  let places = 0;
  // As torchsummary, which lists a module once for each place where it stands; but those may be 2^depth.
  const visit = (module: Module): void => {
    for (const child of module.children()) if (!(seen.has(child) && places > MANY_PLACES)) visit(child);
    seen.add(module);
    places++;
    if (module === model || module instanceof Sequential || module instanceof ModuleList) return;
    hooks.push(
      module.registerForwardHook((_, __, output: unknown) => {
        const { weight, bias } = module as { readonly weight?: unknown; readonly bias?: unknown };
        const own = [weight, bias].filter((p) => p instanceof Tensor);
        layers.push({
          name: `${classNameOf(module)}-${layers.length + 1}`,
          outputShape: shapeOf(output, batchSize),
          numParams: own.reduce((sum, p) => sum + p.numel(), 0),
          trainable: weight instanceof Tensor ? weight.requiresGrad : null,
        });
      }),
    );
  };
  visit(model);
  try {
    const inputs = sizes.map((size) => rand([2, ...size]));
    callForward(model, inputs, () => (layers.length > 0 ? `, after ${layers.at(-1)!.name}` : ''));
  } finally {
    for (const hook of hooks) hook.remove();
  }
  return new FlatSummary(layers, sizes, batchSize);
}

function shapeOf(output: unknown, batchSize: number): FlatLayer['outputShape'] {
  if (output instanceof Tensor) return output.shape.length === 0 ? [] : [batchSize, ...output.shape.slice(1)];
  return tensorsOf(output).map((x) => [-1, ...x.shape.slice(1)]);
}

function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsOf) : [];
}
