/** Recurrent layers: RNN, LSTM and GRU over whole sequences, padded or packed. */
import { ArgumentError } from '../../errors.js';
import { recurrentResult } from '../../ops/reduce/results.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions } from '../../tensor/arguments/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type GRUOptions, RecurrentLayer } from './layer.js';
import type { PackedSequence } from './packed-sequence.js';
import { statePair } from './state.js';

/** The options of {@link LSTM}. */
export interface LSTMOptions extends GRUOptions {
  /** Projects the output of each layer to this many features; 0 does not. Default: 0. */
  projSize?: number;
}

/** The options of {@link RNN}. */
export interface RNNOptions extends GRUOptions {
  /** Default: tanh. */
  nonlinearity?: 'tanh' | 'relu';
}

type LayerOptions = Settings<GRUOptions>;

/** What an RNN may put between its steps. */
const NONLINEARITIES = ['tanh', 'relu'] as const;

const LAYER: Omit<LayerOptions, 'numLayers' | 'dtype'> = { bias: true, batchFirst: false, dropout: 0, bidirectional: false };
const RNN_LAYER: Settings<RNNOptions> = { numLayers: 1, nonlinearity: 'tanh', ...LAYER, dtype: 'float32' };
const GRU_LAYER: LayerOptions = { numLayers: 1, ...LAYER, dtype: 'float32' };
const LSTM_LAYER: Settings<LSTMOptions> = { numLayers: 1, ...LAYER, projSize: 0, dtype: 'float32' };

function refuseProjection(name: string, args: readonly unknown[]): void {
  if (args.some((arg) => isOptions(arg) && 'projSize' in arg))
    throw new ArgumentError(`${name}: projSize is for LSTM only. Put an nn.Linear behind the ${name}.`);
}

/**
 * An Elman network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu, for each step of a sequence and each of `numLayers` layers.
 * Input [time, batch, inputSize] ([batch, time, inputSize] with `batchFirst`), [time, inputSize] for one sequence, or a PackedSequence;
 * hx [numLayers * directions, batch, hiddenSize], default zeros. Gives the states of the last layer at all steps, [time, batch,
 * directions * hiddenSize], and the last state of each layer, shaped as hx.
 * @see Elman 1990, https://doi.org/10.1207/s15516709cog1402_1; https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 * @example
 * const rnn = new nn.RNN(10, 20, 2, { nonlinearity: 'relu' });
 * const [output, hn] = rnn.forward(randn([5, 3, 10]));
 * output.shape; // [5, 3, 20]
 * hn.shape; // [2, 3, 20]
 */
export class RNN extends RecurrentLayer {
  static override readonly className: string = 'RNN';
  /** The function between the steps: tanh or relu. */
  readonly nonlinearity: 'tanh' | 'relu';

  /**
   * An Elman network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or relu, for each step of a sequence and each of `numLayers` layers.
   * Input [time, batch, inputSize] ([batch, time, inputSize] with `batchFirst`), [time, inputSize] for one sequence, or a PackedSequence;
   * hx [numLayers * directions, batch, hiddenSize], default zeros. Gives the states of the last layer at all steps, [time, batch,
   * directions * hiddenSize], and the last state of each layer, shaped as hx.
   * @param args the options, the leading ones also by position: numLayers, nonlinearity, bias, batchFirst, dropout, bidirectional.
   * @throws {ArgumentError} for sizes below 1 and options that do not fit.
   */
  constructor(
    inputSize: number,
    hiddenSize: number,
    ...args: Arguments<
      RNNOptions,
      [
        numLayers: 'numLayers',
        nonlinearity: 'nonlinearity',
        bias: 'bias',
        batchFirst: 'batchFirst',
        dropout: 'dropout',
        bidirectional: 'bidirectional',
      ]
    >
  ) {
    refuseProjection(classNameOf(new.target), args);
    const all = readArguments(classNameOf(new.target), RNN_LAYER, args);
    const nonlinearity = oneOf(classNameOf(new.target), 'nonlinearity', all.nonlinearity, NONLINEARITIES);
    super(nonlinearity, inputSize, hiddenSize, all);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, hn: Tensor];
  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hn: Tensor];
  forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [Tensor | PackedSequence, Tensor] {
    const [output, [hn]] = this.run(input, hx === null ? null : [hx]) as [Tensor | PackedSequence, [Tensor]];
    return recurrentResult([output, hn]);
  }
}

/**
 * Long short-term memory: for each step of a sequence and each layer, with (...) = W_ih x + b_ih + W_hh h + b_hh,
 * `i, f, o = sigmoid(...)`, `g = tanh(...)`, `c' = f c + i g`, `h' = o tanh(c')`; with `projSize`, `h' = W_hr (o tanh(c'))`.
 * Input and output as for {@link RNN} (outputs have projSize features where it is given); the state is a pair: h [numLayers * directions,
 * batch, projSize or hiddenSize] and c [numLayers * directions, batch, hiddenSize]. The weights hold the gates in the order i, f, g, o.
 * @see Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; Sak et al. 2014, https://arxiv.org/abs/1402.1128;
 * https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 * @example
 * const lstm = new nn.LSTM(10, 20, { numLayers: 2, batchFirst: true });
 * const [output, [hn, cn]] = lstm.forward(randn([3, 5, 10]));
 * output.shape; // [3, 5, 20]
 * cn.shape; // [2, 3, 20]
 */
export class LSTM extends RecurrentLayer {
  static override readonly className: string = 'LSTM';
  /** As {@link RNN}; by position numLayers, bias, batchFirst, dropout, bidirectional, projSize. */
  constructor(
    inputSize: number,
    hiddenSize: number,
    ...args: Arguments<
      LSTMOptions,
      [
        numLayers: 'numLayers',
        bias: 'bias',
        batchFirst: 'batchFirst',
        dropout: 'dropout',
        bidirectional: 'bidirectional',
        projSize: 'projSize',
      ]
    >
  ) {
    super('lstm', inputSize, hiddenSize, readArguments(classNameOf(new.target), LSTM_LAYER, args));
  }

  forward(input: Tensor, hx?: readonly [h: Tensor, c: Tensor] | null): [output: Tensor, state: [hn: Tensor, cn: Tensor]];
  forward(input: PackedSequence, hx?: readonly [h: Tensor, c: Tensor] | null): [output: PackedSequence, state: [hn: Tensor, cn: Tensor]];
  forward(input: Tensor | PackedSequence, hx: readonly [Tensor, Tensor] | null = null): [Tensor | PackedSequence, [Tensor, Tensor]] {
    const result = this.run(input, hx === null ? null : statePair(classNameOf(this), hx));
    return recurrentResult(result as [Tensor | PackedSequence, [Tensor, Tensor]]);
  }
}

/**
 * Gated recurrent units: for each step of a sequence and each layer, with x_ = W_i x + b_i and h_ = W_h h + b_h for each gate,
 * `r = sigmoid(x_r + h_r)`, `z = sigmoid(x_z + h_z)`, `n = tanh(x_n + r h_n)`, `h' = (1 - z) n + z h`. As in PyTorch, r multiplies h_n
 * after the matrix product. Input, output and state as for {@link RNN}; the weights hold the gates in the order r, z, n.
 * @see Cho et al. 2014, https://arxiv.org/abs/1406.1078; https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 * @example
 * const gru = new nn.GRU(10, 20, { bidirectional: true });
 * const [output, hn] = gru.forward(randn([5, 3, 10]), zeros([2, 3, 20]));
 * output.shape; // [5, 3, 40]
 * hn.shape; // [2, 3, 20]
 */
export class GRU extends RecurrentLayer {
  static override readonly className: string = 'GRU';
  /** As {@link RNN}; by position numLayers, bias, batchFirst, dropout, bidirectional. */
  constructor(
    inputSize: number,
    hiddenSize: number,
    ...args: Arguments<
      GRUOptions,
      [numLayers: 'numLayers', bias: 'bias', batchFirst: 'batchFirst', dropout: 'dropout', bidirectional: 'bidirectional']
    >
  ) {
    refuseProjection(classNameOf(new.target), args);
    super('gru', inputSize, hiddenSize, readArguments(classNameOf(new.target), GRU_LAYER, args));
  }

  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, hn: Tensor];
  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hn: Tensor];
  forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [Tensor | PackedSequence, Tensor] {
    const [output, [hn]] = this.run(input, hx === null ? null : [hx]) as [Tensor | PackedSequence, [Tensor]];
    return recurrentResult([output, hn]);
  }
}
