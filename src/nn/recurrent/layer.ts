/** What RNN, LSTM and GRU share: their parameters, and the run of all layers over padded or packed sequences. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { indexSelect } from '../../ops/gather/index-select.js';
import { cat, stack } from '../../ops/join/join.js';
import { reshape, transpose, unsqueeze } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import type { Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, countOf, listable, MOST_LAYERS, probability } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { zeros } from '../../tensor/create/create.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { Shape } from '../../tensor/shape.js';
import { emptyTensor, Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { dropout } from '../dropout/dropout.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';
import { PackedSequence } from './packed-sequence.js';
import { type Cell, type CellWeights, GATES, recurrent } from './recurrent.js';
import { assertInput, assertState, resetRecurrent } from './state.js';

/** The options of GRU, which the others have too. */
export interface GRUOptions {
  /** Layers on top of each other. Default: 1. */
  numLayers?: number;
  /** Adds learned biases. Default: true. */
  bias?: boolean;
  /** Inputs and outputs are [batch, time, features] instead of [time, batch, features]; states stay as they are. Default: false. */
  batchFirst?: boolean;
  /** The probability to drop outputs between layers, in training. Default: 0. */
  dropout?: number;
  /** Runs a second set of weights from the end to the start; outputs stand side by side. Default: false. */
  bidirectional?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The input of a layer, whatever form it came in. */
interface Sequences {
  /** [rows, features]: step after step. */
  readonly rows: Tensor;
  /** How many sequences run at each step. */
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly batched: boolean;
}

/**
 * What the recurrent layers share. Parameters are fields for each layer k from 0 up, a second set ending in `Reverse`: `weightIhL0`
 * [gates * hiddenSize, input], `weightHhL0` [gates * hiddenSize, hiddenSize], `biasIhL0`, `biasHhL0`; under PyTorch's names
 * (`weight_ih_l0`, `bias_hh_l1_reverse`) in the state dict.
 */
export abstract class RecurrentLayer extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;
  private readonly cell: Cell;

  declare weightIhL0: Parameter;
  declare weightHhL0: Parameter;
  declare biasIhL0: Parameter | undefined;
  declare biasHhL0: Parameter | undefined;
  [weight: `weight${'Ih' | 'Hh' | 'Hr'}L${number}`]: Parameter;
  [reverse: `weight${'Ih' | 'Hh' | 'Hr'}L${number}Reverse`]: Parameter;
  [bias: `bias${'Ih' | 'Hh'}L${number}`]: Parameter | undefined;
  [reverseBias: `bias${'Ih' | 'Hh'}L${number}Reverse`]: Parameter | undefined;

  constructor(cell: Cell, inputSize: number, hiddenSize: number, options: Settings<GRUOptions> & { readonly projSize?: number }) {
    super();
    const { numLayers, bias, batchFirst, dropout: p, bidirectional, projSize = 0, dtype } = options;
    const name = classNameOf(this);
    probability(name, 'dropout', p);
    for (const [option, value] of Object.entries({ inputSize, hiddenSize, numLayers })) countOf(name, option, value, 1);
    listable(name, 'layers', numLayers, MOST_LAYERS);
    countOf(name, 'projSize', projSize);
    if (projSize >= hiddenSize)
      throw new ArgumentError(`${name}: projSize is ${projSize}, expected less than hiddenSize (${hiddenSize}), or 0 for no projection.`);
    assertFloatingDType(name, 'dtype', dtype);
    if (p > 0 && numLayers === 1)
      warnOnce(`${name}: dropout is ${p}, but acts between layers, and there is only 1. Use numLayers 2 or more, or nn.Dropout.`);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    this.cell = cell;
    const rows = GATES[cell] * hiddenSize;
    for (let layer = 0; layer < numLayers; layer++) {
      const features = layer === 0 ? inputSize : this.width * this.directions;
      for (let direction = 0; direction < this.directions; direction++) {
        const add = (field: string, key: string, shape: Shape) => {
          const [end, keyEnd] = direction === 1 ? ['Reverse', '_reverse'] : ['', ''];
          this.registerParameter(`${field}L${layer}${end}`, new Parameter(emptyTensor(shape, dtype)), { key: `${key}_l${layer}${keyEnd}` });
        };
        add('weightIh', 'weight_ih', [rows, features]);
        add('weightHh', 'weight_hh', [rows, this.width]);
        if (bias) {
          add('biasIh', 'bias_ih', [rows]);
          add('biasHh', 'bias_hh', [rows]);
        }
        if (projSize > 0) add('weightHr', 'weight_hr', [projSize, hiddenSize]);
      }
    }
    this.resetParameters();
  }

  /** Of a state that leaves a layer. */
  private get width(): number {
    return this.projSize || this.hiddenSize;
  }

  private get directions(): 1 | 2 {
    return this.bidirectional ? 2 : 1;
  }

  resetParameters(): void {
    resetRecurrent(this, this.hiddenSize);
  }

  /** Does nothing: weights have no other form to be brought to, as they have on PyTorch's GPUs. Here so that ported code runs. */
  flattenParameters(): void {}

  /** The parameters, one list for each layer and direction. */
  get allWeights(): Parameter[][] {
    const of = (layer: number, direction: number) =>
      Object.values(this.weights(layer, direction)).filter((w): w is Parameter => w !== null);
    return Array.from({ length: this.numLayers }, (_, layer) => layer).flatMap((layer) =>
      Array.from({ length: this.directions }, (_, direction) => of(layer, direction)),
    );
  }

  private weights(layer: number, direction: number): CellWeights {
    const end: `L${number}` | `L${number}Reverse` = direction === 1 ? `L${layer}Reverse` : `L${layer}`;
    return {
      ih: this[`weightIh${end}`]!,
      hh: this[`weightHh${end}`]!,
      biasIh: this[`biasIh${end}`] ?? null,
      biasHh: this[`biasHh${end}`] ?? null,
      hr: this[`weightHr${end}`] ?? null,
    };
  }

  private unpack(input: Tensor | PackedSequence): Sequences {
    const name = classNameOf(this);
    if (input instanceof PackedSequence) {
      const { data } = input;
      if (data.ndim !== 2)
        throw new ShapeError(`${name}: the packed data is ${showShape(data.shape)}, expected [rows, features]: pack a tensor of 3 dims.`);
      assertInput(name, data, this.inputSize, this.weightIhL0);
      const sizes = input.rowsPerStep(name);
      return { rows: data, sizes, batch: sizes[0]!, batched: true };
    }
    if (!(input instanceof Tensor)) throw new ArgumentError(`${name}: input is ${show(input)}, expected a Tensor or a PackedSequence.`);
    if (input.ndim !== 2 && input.ndim !== 3)
      throw new ShapeError(
        `${name}: input is ${showShape(input.shape)}, expected ${this.batchFirst ? '[batch, time, features]' : '[time, batch, features]'}, or [time, features] for one sequence.`,
      );
    assertInput(name, input, this.inputSize, this.weightIhL0);
    const batched = input.ndim === 3;
    const inTime = batched && this.batchFirst ? transpose(input, 0, 1) : input;
    const [steps, batch] = [inTime.shape[0]!, batched ? inTime.shape[1]! : 1];
    if (steps === 0)
      throw new ShapeError(
        `${name}: input is ${showShape(input.shape)} and has no time steps, expected at least 1. Leave out empty sequences.`,
      );
    const rows = batched ? reshape(inTime, [steps * batch, this.inputSize]) : inTime;
    return { rows, sizes: new Array<number>(steps).fill(batch), batch, batched };
  }

  /** The initial states of all layers: [layers * directions, batch, size] each, in the order of the packed sequences. */
  private initial(
    given: readonly unknown[] | null,
    input: Tensor | PackedSequence,
    sequences: Sequences,
    widths: readonly number[],
  ): Tensor[] {
    const { rows, batch, batched } = sequences;
    if (given === null) return [];
    const name = classNameOf(this);
    const layers = this.numLayers * this.directions;
    given.forEach((state, i) => {
      const size = i === 0 && this.projSize > 0 ? 'projSize' : 'hiddenSize';
      const expected = batched ? [layers, batch, widths[i]!] : [layers, widths[i]!];
      const axes = `[numLayers${this.bidirectional ? ' * 2' : ''}, ${batched ? 'batch, ' : ''}${size}]`;
      assertState(name, given.length === 1 ? 'hx' : `hx[${i}]`, state, expected, axes, input instanceof PackedSequence ? rows : input);
    });
    const states = given as readonly Tensor[];
    if (!batched) return states.map((state) => unsqueeze(state, 1));
    const order = input instanceof PackedSequence ? input.sortedIndices : null;
    return order ? states.map((state) => indexSelect(state, 1, order)) : [...states];
  }

  /** Runs all layers. `given`: the initial states, the hidden one and for an LSTM that of the cell. */
  protected run(input: Tensor | PackedSequence, given: readonly unknown[] | null): [Tensor | PackedSequence, Tensor[]] {
    const sequences = this.unpack(input);
    const { sizes, batch, batched } = sequences;
    const cell = this.cell;
    const widths = cell === 'lstm' ? [this.width, this.hiddenSize] : [this.width];
    const initial = this.initial(given, input, sequences, widths);
    const first = widths.map((width, i) => initial[i] ?? zeros([1, batch, width], { dtype: sequences.rows.dtype }));
    const last: Tensor[][] = widths.map(() => []);
    let x = sequences.rows;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < this.directions; direction++) {
        const at = initial.length > 0 ? last[0]!.length : 0;
        const [h, c] = first.map((state) => select(state, 0, at)) as [Tensor, Tensor?];
        const operands = { x, ...this.weights(layer, direction), h, c: c ?? null };
        const [out, ...states] = recurrent(operands, { name: classNameOf(this), cell, sizes, reverse: direction === 1 });
        outputs.push(out);
        states.forEach((state, i) => {
          last[i]!.push(state);
        });
      }
      x = outputs.length === 1 ? outputs[0]! : cat(outputs, 1);
      if (layer < this.numLayers - 1) x = dropout(x, this.dropout, this.training);
    }
    const states = last.map((list) => (list.length === 1 ? unsqueeze(list[0]!, 0) : stack(list)));
    if (input instanceof PackedSequence) {
      const { batchSizes, sortedIndices, unsortedIndices } = input;
      const output = new PackedSequence(x, batchSizes, sortedIndices, unsortedIndices);
      return [output, unsortedIndices ? states.map((state) => indexSelect(state, 1, unsortedIndices)) : states];
    }
    if (!batched) return [x, states.map((state) => select(state, 1, 0))];
    const output = reshape(x, [sizes.length, batch, x.shape[1]!]);
    return [this.batchFirst ? transpose(output, 0, 1) : output, states];
  }

  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push(`bias=${bool(this.bias)}`);
    if (this.batchFirst) parts.push(`batch_first=${bool(this.batchFirst)}`);
    if (this.dropout !== 0) parts.push(`dropout=${float(this.dropout)}`);
    if (this.bidirectional) parts.push(`bidirectional=${bool(this.bidirectional)}`);
    return parts.join(', ');
  }
}
