/** Cells: one step of a recurrent layer, for loops written by hand. */
import { ShapeError, showShape } from '../../errors.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, assertTensor, countOf, oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { zeros } from '../../tensor/create/create.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool } from '../module/text.js';
import { type Cell, GATES, recurrent } from './recurrent.js';
import { assertInput, assertState, resetRecurrent, statePair } from './state.js';

/** The options of {@link LSTMCell} and {@link GRUCell}. */
export interface CellOptions {
  /** Adds learned biases. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The options of {@link RNNCell}. */
export interface RNNCellOptions extends CellOptions {
  /** Default: tanh. */
  nonlinearity?: 'tanh' | 'relu';
}

const CELL: Settings<CellOptions> = { bias: true, dtype: 'float32' };
const RNN_CELL: Settings<RNNCellOptions> = { bias: true, nonlinearity: 'tanh', dtype: 'float32' };

abstract class RecurrentCell extends Module {
  weightIh: Parameter;
  weightHh: Parameter;
  biasIh: Parameter | null;
  biasHh: Parameter | null;
  private readonly cell: Cell;

  constructor(
    cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { bias, dtype }: Settings<CellOptions>,
  ) {
    super();
    const name = classNameOf(this);
    countOf(name, 'inputSize', inputSize);
    countOf(name, 'hiddenSize', hiddenSize, 1);
    assertFloatingDType(name, 'dtype', dtype);
    this.cell = cell;
    const rows = GATES[cell] * hiddenSize;
    const parameter = (...shape: number[]) => new Parameter(emptyTensor(shape, dtype));
    this.weightIh = this.registerParameter('weightIh', parameter(rows, inputSize), { key: 'weight_ih' });
    this.weightHh = this.registerParameter('weightHh', parameter(rows, hiddenSize), { key: 'weight_hh' });
    this.biasIh = this.registerParameter('biasIh', bias ? parameter(rows) : null, { key: 'bias_ih' });
    this.biasHh = this.registerParameter('biasHh', bias ? parameter(rows) : null, { key: 'bias_hh' });
    this.resetParameters();
  }

  resetParameters(): void {
    resetRecurrent(this, this.hiddenSize);
  }

  /** One step. `given`: the state before, and for an LSTM that of the cell; null for zeros. */
  protected step(input: Tensor, given: readonly unknown[] | null): Tensor[] {
    const name = classNameOf(this);
    assertTensor(name, 'input', input);
    if (input.ndim !== 1 && input.ndim !== 2)
      throw new ShapeError(`${name}: input is ${showShape(input.shape)}, expected [batch, inputSize], or [inputSize] for one item.`);
    assertInput(name, input, this.inputSize, this.weightIh);
    const batched = input.ndim === 2;
    const x = batched ? input : unsqueeze(input, 0);
    const shape = [x.shape[0]!, this.hiddenSize];
    given?.forEach((state, i) => {
      const what = given.length === 1 ? 'hx' : `hx[${i}]`;
      assertState(name, what, state, batched ? shape : [this.hiddenSize], batched ? '[batch, hiddenSize]' : '[hiddenSize]', input);
    });
    const lstm = this.cell === 'lstm';
    const start = (given as readonly Tensor[] | null)?.map((state) => (batched ? state : unsqueeze(state, 0)));
    const [h, c] = start ?? [zeros(shape, { dtype: x.dtype }), lstm ? zeros(shape, { dtype: x.dtype }) : undefined];
    const { weightIh: ih, weightHh: hh, biasIh, biasHh } = this;
    const [, ...states] = recurrent(
      { x, ih, hh, biasIh, biasHh, hr: null, h: h!, c: c ?? null },
      { name, cell: this.cell, sizes: [shape[0]!], reverse: false },
    );
    return batched ? states : states.map((state) => select(state, 0, 0));
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === null ? `, bias=${bool(false)}` : ''}`;
  }
}

/**
 * One step of an Elman network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu.
 * Input [batch, inputSize], or [inputSize]; hx [batch, hiddenSize], default zeros; gives the next state, shaped as hx.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 * @example
 * const cell = new nn.RNNCell(10, 20);
 * let hx = zeros([3, 20]);
 * for (const x of randn([6, 3, 10]).unbind()) hx = cell.forward(x, hx);
 */
export class RNNCell extends RecurrentCell {
  static override readonly className: string = 'RNNCell';
  /** The function between the steps: tanh or relu. */
  readonly nonlinearity: 'tanh' | 'relu';

  /**
   * One step of an Elman network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu. Input [batch, inputSize], or [inputSize]; hx
   * [batch, hiddenSize], default zeros; gives the next state, shaped as hx.
   * @param args the options, also by position: bias, nonlinearity.
   * @throws {ArgumentError} for sizes and options that do not fit.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: Arguments<RNNCellOptions, [bias: 'bias', nonlinearity: 'nonlinearity']>) {
    const all = readArguments(classNameOf(new.target), RNN_CELL, args);
    const nonlinearity = oneOf(classNameOf(new.target), 'nonlinearity', all.nonlinearity, ['tanh', 'relu']);
    super(nonlinearity, inputSize, hiddenSize, all);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx === null ? null : [hx])[0]!;
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`);
  }
}

/**
 * One step of long short-term memory: `c' = f c + i g`, `h' = o tanh(c')`; the gates as for {@link LSTM}.
 * Input [batch, inputSize], or [inputSize]; the state is a pair [h, c], each [batch, hiddenSize], default zeros, and so is the result.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 * @example
 * const cell = new nn.LSTMCell(10, 20);
 * const [h, c] = cell.forward(randn([3, 10]), [zeros([3, 20]), zeros([3, 20])]);
 */
export class LSTMCell extends RecurrentCell {
  static override readonly className: string = 'LSTMCell';
  /** As {@link RNNCell}; by position bias. */
  constructor(inputSize: number, hiddenSize: number, ...args: Arguments<CellOptions, [bias: 'bias']>) {
    super('lstm', inputSize, hiddenSize, readArguments(classNameOf(new.target), CELL, args));
  }

  forward(input: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    return this.step(input, hx === null ? null : statePair(classNameOf(this), hx)) as [Tensor, Tensor];
  }
}

/**
 * One step of gated recurrent units: `h' = (1 - z) n + z h`; the gates as for {@link GRU}.
 * Input [batch, inputSize], or [inputSize]; hx [batch, hiddenSize], default zeros; gives the next state, shaped as hx.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 * @example
 * new nn.GRUCell(10, 20).forward(randn([3, 10])).shape; // [3, 20]
 */
export class GRUCell extends RecurrentCell {
  static override readonly className: string = 'GRUCell';
  /** As {@link RNNCell}; by position bias. */
  constructor(inputSize: number, hiddenSize: number, ...args: Arguments<CellOptions, [bias: 'bias']>) {
    super('gru', inputSize, hiddenSize, readArguments(classNameOf(new.target), CELL, args));
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx === null ? null : [hx])[0]!;
  }
}
