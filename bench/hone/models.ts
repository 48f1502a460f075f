/** The models of `workloads/models.ts`, as a user of Hone writes them. */
import type { nn as Networks } from '../../src/index.js';
import type { Layer, Model } from '../workloads/models.js';
import type { StepTask } from '../workloads/steps.js';
import { hone, type Tensor, vision } from './hone.js';

const { manualSeed, nn, noGrad, optim, rand, randint } = hone;
type Module = Networks.Module;

function layerOf(layer: Layer): Module {
  switch (layer.type) {
    case 'linear':
      return new nn.Linear(layer.in, layer.out);
    case 'conv2d':
      return new nn.Conv2d(layer.in, layer.out, layer.kernel, { padding: layer.padding });
    case 'batchNorm1d':
      return new nn.BatchNorm1d(layer.features);
    case 'batchNorm2d':
      return new nn.BatchNorm2d(layer.features);
    case 'maxPool2d':
      return new nn.MaxPool2d(layer.size);
    case 'dropout':
      return new nn.Dropout(layer.p);
    case 'relu':
      return new nn.ReLU();
    case 'flatten':
      return new nn.Flatten();
  }
}

class Recurrent extends nn.Module {
  readonly cell: Module & { forward(x: Tensor): readonly [Tensor, unknown] };
  readonly head: Networks.Linear;

  constructor({ type, input, hidden, classes }: Extract<Model, { type: 'lstm' | 'gru' }>) {
    super();
    this.cell = type === 'lstm' ? new nn.LSTM(input, hidden) : new nn.GRU(input, hidden);
    this.head = new nn.Linear(hidden, classes);
  }

  override forward(x: Tensor): Tensor {
    const [states] = this.cell.forward(x);
    return this.head.forward(states.select(0, -1));
  }
}

class Encoder extends nn.Module {
  readonly layers: Networks.TransformerEncoder;
  readonly head: Networks.Linear;

  constructor({ layers, width, heads, inner, dropout, classes }: Extract<Model, { type: 'encoder' }>) {
    super();
    const layer = new nn.TransformerEncoderLayer(width, heads, { dimFeedforward: inner, dropout, batchFirst: true });
    this.layers = new nn.TransformerEncoder(layer, layers);
    this.head = new nn.Linear(width, classes);
  }

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.layers.forward(x).mean(1));
  }
}

class Characters extends nn.Module {
  readonly characters: Networks.Embedding;
  readonly places: Networks.Embedding;
  readonly drop: Networks.Dropout;
  readonly layers: Networks.TransformerEncoder;
  readonly norm: Networks.LayerNorm;
  readonly head: Networks.Linear;
  readonly mask: Tensor;

  constructor({ vocabulary, context, layers, width, heads, dropout }: Extract<Model, { type: 'characters' }>) {
    super();
    this.characters = new nn.Embedding(vocabulary, width);
    this.places = new nn.Embedding(context, width);
    this.drop = new nn.Dropout(dropout);
    const options = { dimFeedforward: 4 * width, dropout, activation: 'gelu', batchFirst: true, normFirst: true } as const;
    this.layers = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(width, heads, options), layers);
    this.norm = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary);
    this.mask = nn.Transformer.generateSquareSubsequentMask(context);
  }

  override forward(tokens: Tensor): Tensor {
    const places = hone.arange(tokens.shape[1]!);
    const x = this.drop.forward(this.characters.forward(tokens).add(this.places.forward(places)));
    const out = this.head.forward(this.norm.forward(this.layers.forward(x, { mask: this.mask, isCausal: true })));
    return out.flatten(0, 1);
  }
}

export function build(model: Model): Module {
  switch (model.type) {
    case 'sequential':
      return new nn.Sequential(...model.layers.map(layerOf));
    case 'lstm':
    case 'gru':
      return new Recurrent(model);
    case 'encoder':
      return new Encoder(model);
    case 'characters':
      return new Characters(model);
    case 'mobilenetV2':
      return vision.models.mobilenetV2({ numClasses: model.classes });
    default:
      return vision.models[model.type]({ numClasses: model.classes, stem: model.stem });
  }
}

/** A function that does one step, or one forward, in a plain loop's way: nothing is disposed, there is no scope. */
export function stepOf({ kind, model: described, data }: StepTask): () => void {
  manualSeed(0);
  const model = build(described) as Module & { forward(x: Tensor): Tensor };
  const x = data.tokens === undefined ? rand([...data.shape]) : randint(0, data.tokens, [...data.shape]);
  if (kind === 'forward') {
    model.eval();
    return () => noGrad(() => void model.forward(x));
  }
  const y = randint(0, data.classes, [data.targets]);
  // So slow that gradients stay as they are at first, and no state decays to denormal numbers.
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-6 });
  return () => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(x), y).backward();
    optimizer.step();
  };
}
