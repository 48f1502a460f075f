/** One layer of an RNN, LSTM or GRU in one direction, over all time steps: one kernel call forward, one backward. */
import { isGradEnabled, noGrad } from '../../autograd/mode.js';
import { anyRequiresGrad, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { GRU, LSTM, type Ptr, RNN_RELU, RNN_TANH } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { linear, mm } from '../../ops/products/matmul.js';
import { sum } from '../../ops/reduce/sum.js';
import { narrow, transpose } from '../../ops/view/movement.js';
import { assertTensor } from '../../tensor/checks.js';
import { fromTypedArray, zeros } from '../../tensor/create.js';
import { code, copyInto, rowMajor } from '../../tensor/raw.js';
import { type Shape, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { composedGradients } from './composed.js';

/** What a cell computes from the projections of its input and of its state. */
export type Cell = 'tanh' | 'relu' | 'lstm' | 'gru';

const MODES = { tanh: RNN_TANH, relu: RNN_RELU, lstm: LSTM, gru: GRU } as const satisfies Record<Cell, number>;
/** How many rows of the weights each unit of the state has. */
export const GATES = { tanh: 1, relu: 1, lstm: 4, gru: 3 } as const satisfies Record<Cell, number>;

/** The parameters of one layer in one direction. */
export interface CellWeights {
  /** [gates * hidden, input] */
  readonly ih: Tensor;
  /** [gates * hidden, width], width being the size of the state. */
  readonly hh: Tensor;
  /** [gates * hidden]; the biases come together or not at all. */
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
  /** [width, hidden]: makes the state of an LSTM from its output; null where they are the same. */
  readonly hr: Tensor | null;
}

/** Which cell runs over which steps. */
export interface Steps {
  /** The layer, for messages. */
  readonly name: string;
  readonly cell: Cell;
  /** How many sequences run at each step: never more than before. Their rows follow each other in the data. */
  readonly sizes: readonly number[];
  /** From the last step to the first. */
  readonly reverse: boolean;
}

/** The operands of a layer in the order in which gradients come. */
export interface Operands extends CellWeights {
  /** [rows, input]: step after step. */
  readonly x: Tensor;
  /** [batch, width]. */
  readonly h: Tensor;
  /** [batch, hidden], for an LSTM. */
  readonly c: Tensor | null;
}

const ORDER = ['x', 'ih', 'hh', 'biasIh', 'biasHh', 'hr', 'h', 'c'] as const satisfies readonly (keyof Operands)[];

/** Holds every operand against the sizes of the input and the states: the kernel walks them all by these. */
function assertOperands({ x, ih, hh, biasIh, biasHh, hr, h, c }: Operands, { name, cell, sizes }: Steps): void {
  const [batch, width] = h.shape as [number, number];
  const hidden = c === null ? width : c.shape[1]!;
  const gates = GATES[cell] * hidden;
  const expect = (what: string, given: unknown, shape: Shape) => {
    assertTensor(name, what, given);
    if (!sameShape(given.shape, shape))
      throw new ShapeError(`${name}: ${what} is ${showShape(given.shape)}, expected ${showShape(shape)}.`);
    if (given.dtype !== x.dtype)
      throw new DTypeError(`${name}: ${what} is ${given.dtype}, the input ${x.dtype}. Convert the layer as a whole.`);
  };
  expect('weightIh', ih, [gates, x.shape[1]!]);
  expect('weightHh', hh, [gates, width]);
  if ((biasIh === null) !== (biasHh === null))
    throw new ArgumentError(
      `${name}: ${biasIh === null ? 'biasHh' : 'biasIh'} is given alone. The two biases come together or not at all.`,
    );
  if (biasIh !== null) expect('biasIh', biasIh, [gates]);
  if (biasHh !== null) expect('biasHh', biasHh, [gates]);
  if (hr !== null || width !== hidden) expect('weightHr', hr, [width, hidden]);
  expect('the state h', h, [batch, width]);
  if (c !== null) expect('the state c', c, [batch, hidden]);
  if (sizes[0]! > batch || sizes.reduce((sum, size) => sum + size, 0) !== x.shape[0])
    throw new ShapeError(
      `${name}: ${x.shape[0]} rows and a state of ${batch} sequences do not fit steps of ${showShape(sizes)} sequences.`,
    );
}

/**
 * Runs a cell over its steps.
 * lstm: i, f, o = sigmoid(...), g = tanh(...), c' = f c + i g, h' = o tanh(c') (times hr). gru: r, z = sigmoid(...),
 * n = tanh(x_n + r h_n), h' = (1 - z) n + z h. tanh and relu: h' = tanh(...) or relu(...). Each (...) is W_ih x + b_ih + W_hh h + b_hh.
 * @throws {ShapeError} @throws {DTypeError} for an operand that does not fit the others.
 * @returns the states of all rows [rows, width], the last state of each sequence [batch, width], and for an LSTM its last cell state.
 * @see Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; Cho et al. 2014, https://arxiv.org/abs/1406.1078
 */
export function recurrent(operands: Operands, steps: Steps): [out: Tensor, h: Tensor, ...c: Tensor[]] {
  const { x, ih, hh, biasIh, biasHh, hr, c } = operands;
  assertOperands(operands, steps);
  const { dtype } = x;
  const g = geometry(operands, steps);
  const given = ORDER.map((name) => operands[name]);
  const inputs = given.filter((t) => t !== null);
  const kept = isGradEnabled() && anyRequiresGrad(inputs);
  const [gates, hhT, hrT] = noGrad(() => {
    // The two biases of all but the GRU are only ever added.
    const bias = biasIh && biasHh && steps.cell !== 'gru' ? add(biasIh, biasHh) : biasIh;
    return [linear(x, ih, bias), fresh(transpose(hh, 0, 1)), hr && fresh(transpose(hr, 0, 1))];
  });
  const bias = biasHh && rowMajor(biasHh);
  const spare = (shape: Shape) => (kept ? emptyTensor(shape, dtype) : null);
  const before = spare([g.rows, g.width]);
  const cellBefore = c && spare([g.rows, g.hidden]);
  const inner = c !== null || steps.cell === 'gru' ? spare([g.rows, g.hidden]) : null;
  const [out, h, last] = [emptyTensor([g.rows, g.width], dtype), fresh(operands.h), c && fresh(c)];
  const sizes = sizesTensor(steps.sizes);
  check(
    kernels.recurrent(
      code(dtype),
      MODES[steps.cell],
      steps.reverse ? 1 : 0,
      steps.sizes.length,
      at(sizes),
      g.batch,
      g.hidden,
      hr ? g.width : 0,
      out.ptr,
      gates.ptr,
      at(inner),
      at(before),
      at(cellBefore),
      h.ptr,
      at(last),
      hhT.ptr,
      at(bias),
      at(hrT),
    ),
    steps.cell,
  );
  for (const used of [hhT, hrT, sizes, kept ? null : gates]) used?.dispose();
  const results: [Tensor, Tensor, ...Tensor[]] = last ? [out, h, last] : [out, h];
  if (!kept) return record(steps.cell, results, inputs, [], () => []); // marks what inferenceMode makes
  const own = [gates, before, inner, cellBefore].filter((t) => t !== null);
  const present = given.map((t) => t !== null);
  return record(
    steps.cell,
    results,
    inputs,
    [...inputs, ...own],
    (_g, saved, needs, grads) => {
      let next = 0;
      const named = Object.fromEntries(ORDER.map((name, i) => [name, present[i] ? saved[next++]! : null])) as unknown as Operands;
      let input = 0;
      const wants = Object.fromEntries(ORDER.map((name, i) => [name, present[i] ? needs(input++) : false])) as Wanted;
      const of = isGradEnabled()
        ? composedGradients(named, steps, grads, wants)
        : fusedGradients(named, steps, grads, wants, takeKept(saved.slice(next), steps.cell));
      return ORDER.filter((_, i) => present[i]).map((name) => of[name] ?? null);
    },
    { own: own.length },
  );
}

/** Which operands' gradients are wanted. */
export type Wanted = Readonly<Record<(typeof ORDER)[number], boolean>>;
/** The gradients of operands. */
export type Gradients = Partial<Record<(typeof ORDER)[number], Tensor | null>>;

interface Kept {
  /** After their nonlinearities. */
  readonly gates: Tensor;
  /** The state that each row started from. */
  readonly before: Tensor;
  /** lstm: tanh of the cell state; gru: what the state gives to n. */
  readonly inner: Tensor | null;
  readonly cellBefore: Tensor | null;
}

function takeKept(own: readonly Tensor[], cell: Cell): Kept {
  const [gates, before, inner, cellBefore] = own as [Tensor, Tensor, Tensor?, Tensor?];
  return { gates, before, inner: inner ?? null, cellBefore: cell === 'lstm' ? cellBefore! : null };
}

const at = (x: Tensor | null): Ptr => (x ? x.ptr : 0);

/** A row-major copy of its own, to be written over or given back. */
function fresh(x: Tensor): Tensor {
  const out = emptyTensor(x.shape, x.dtype);
  copyInto(out, x, 'recurrent');
  return out;
}

/** For the kernel: null where every step has all sequences. */
function sizesTensor(sizes: readonly number[]): Tensor | null {
  return sizes.every((size) => size === sizes[0]) ? null : fromTypedArray(BigInt64Array.from(sizes, BigInt));
}

interface Geometry {
  readonly rows: number;
  readonly batch: number;
  readonly width: number;
  readonly hidden: number;
}

function geometry({ x, hh, h }: Operands, { cell }: Steps): Geometry {
  return { rows: x.shape[0]!, batch: h.shape[0]!, width: h.shape[1]!, hidden: hh.shape[0]! / GATES[cell] };
}

function fusedGradients(operands: Operands, steps: Steps, grads: readonly (Tensor | null)[], wants: Wanted, kept: Kept): Gradients {
  const { x, ih, hh, hr, c } = operands;
  const { dtype } = x;
  const g = geometry(operands, steps);
  const gru = steps.cell === 'gru';
  const like = (grad: Tensor | null | undefined, shape: Shape) => (grad ? fresh(grad) : zeros(shape, { dtype }));
  const dh = like(grads[1], [g.batch, g.width]);
  const dc = c && like(grads[2], [g.batch, g.hidden]);
  const dOut = grads[0] ? rowMajor(grads[0]) : null;
  const dGates = emptyTensor([g.rows, GATES[steps.cell] * g.hidden], dtype);
  const dHidden = gru ? emptyTensor(dGates.shape, dtype) : dGates;
  const dProj = hr && emptyTensor([g.rows, g.width], dtype);
  const [whh, whr, sizes] = [rowMajor(hh), hr && rowMajor(hr), sizesTensor(steps.sizes)];
  check(
    kernels.recurrentBackward(
      code(dtype),
      MODES[steps.cell],
      steps.reverse ? 1 : 0,
      steps.sizes.length,
      at(sizes),
      g.batch,
      g.hidden,
      hr ? g.width : 0,
      dGates.ptr,
      gru ? dHidden.ptr : 0,
      at(dProj),
      at(dOut),
      dh.ptr,
      at(dc),
      kept.gates.ptr,
      at(kept.inner),
      kept.before.ptr,
      at(kept.cellBefore),
      whh.ptr,
      at(whr),
    ),
    steps.cell,
  );
  const turned = (t: Tensor) => transpose(t, 0, 1);
  const of: Gradients = {
    x: wants.x ? mm(dGates, ih) : null,
    ih: wants.ih ? mm(turned(dGates), x) : null,
    hh: wants.hh ? mm(turned(dHidden), kept.before) : null,
    biasIh: wants.biasIh ? sum(dGates, 0) : null,
    biasHh: wants.biasHh ? sum(dHidden, 0) : null,
    hr: wants.hr ? mm(turned(dProj!), mul(narrow(kept.gates, 1, 3 * g.hidden, g.hidden), kept.inner!)) : null,
    h: wants.h ? dh : null,
    c: wants.c ? dc : null,
  };
  for (const used of new Set([dGates, dHidden, dProj, sizes])) used?.dispose();
  return of;
}
