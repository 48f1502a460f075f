/** One layer of an RNN, LSTM or GRU in one direction, over all time steps: one kernel call forward, one backward. */
import { gradientsOf } from '../../autograd/backward.js';
import { noGrad } from '../../autograd/modes/mode.js';
import { type Grads, type Needs, record, unrecorded, willRecord } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { GRU, LSTM, RNN_RELU, RNN_TANH } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { relu, sigmoid, tanh } from '../../ops/elementwise/unary.js';
import { cat, chunk } from '../../ops/join/join.js';
import { linear, mm } from '../../ops/products/matmul.js';
import { sum } from '../../ops/reduce/sum.js';
import { transpose } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { int64Of, zeros } from '../../tensor/create/create.js';
import { code, copyInto, ptrOrNull, rowMajor } from '../../tensor/raw.js';
import { type Shape, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';

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

/** The operands of a layer: those whose gradients it computes. */
export interface Operands extends CellWeights {
  /** [rows, input]: step after step. */
  readonly x: Tensor;
  /** [batch, width]. */
  readonly h: Tensor;
  /** [batch, hidden], for an LSTM. */
  readonly c: Tensor | null;
}

/** What the forward pass leaves to the fused gradient. */
interface Trace {
  /** The gates after their nonlinearities. */
  readonly gates: Tensor;
  /** The state that each row started from; where the kernel projects the input, too, that comes first: [rows, input + width]. */
  readonly before: Tensor;
  /** lstm: tanh of the cell state; gru: what the state gives to n. */
  readonly inner: Tensor | null;
  /** lstm: the cell state that each row started from. */
  readonly cellBefore: Tensor | null;
}

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
  const { x, ih, hh, biasIh, biasHh, hr, h: start, c } = operands;
  assertOperands(operands, steps);
  const { dtype } = x;
  const g = geometry(operands, steps);
  const gru = steps.cell === 'gru';
  const recorded = willRecord([x, ih, hh, biasIh, biasHh, hr, start, c]);
  // The two biases of all but the GRU are only ever added.
  const bias = noGrad(() => (biasIh && biasHh && !gru ? add(biasIh, biasHh) : biasIh));
  const gates =
    g.inputs === 0 ? noGrad(() => linear(x, ih, bias)) : recorded ? emptyTensor([g.rows, GATES[steps.cell] * g.hidden], dtype) : null;
  const trace: Trace | null =
    recorded && gates
      ? {
          gates,
          before: emptyTensor([g.rows, g.inputs + g.width], dtype),
          inner: c !== null || gru ? emptyTensor([g.rows, g.hidden], dtype) : null,
          cellBefore: c && emptyTensor([g.rows, g.hidden], dtype),
        }
      : null;
  const given = g.inputs === 0 ? null : rowMajor(x);
  const [wih, whh, whr, kernelBias] = [given && rowMajor(ih), rowMajor(hh), hr && rowMajor(hr), gru ? biasHh && rowMajor(biasHh) : bias];
  const [out, h, last] = [emptyTensor([g.rows, g.width], dtype), fresh(start), c && fresh(c)];
  const sizes = sizesTensor(steps.sizes);
  check(
    kernels.recurrent(
      code(dtype),
      MODES[steps.cell],
      steps.reverse ? 1 : 0,
      steps.sizes.length,
      ptrOrNull(sizes),
      g.batch,
      g.inputs,
      g.hidden,
      hr ? g.width : 0,
      out.ptr,
      ptrOrNull(gates),
      ptrOrNull(trace?.inner),
      ptrOrNull(trace?.before),
      ptrOrNull(trace?.cellBefore),
      h.ptr,
      ptrOrNull(last),
      ptrOrNull(given),
      ptrOrNull(wih),
      whh.ptr,
      ptrOrNull(kernelBias),
      ptrOrNull(whr),
    ),
    steps.cell,
  );
  sizes?.dispose();
  const results: [Tensor, Tensor, ...Tensor[]] = last ? [out, h, last] : [out, h];
  if (trace === null) {
    gates?.dispose();
    return unrecorded(results);
  }
  return record(steps.cell, results, {
    inputs: operands,
    saved: { ...operands, ...trace },
    own: ['gates', 'before', 'inner', 'cellBefore'],
    composed: (grads, { x, ih, hh, biasIh, biasHh, hr, h, c }, needs) =>
      gradientsOf('recurrent', { x, ih, hh, biasIh, biasHh, hr, h, c }, needs, grads, (w) => stepByStep(w, steps)),
    fused: (grads, saved, needs) => fusedGradients(saved, steps, grads, needs),
  });
}

/** A row-major copy of its own, to be written over or given back. */
function fresh(x: Tensor): Tensor {
  const out = emptyTensor(x.shape, x.dtype);
  copyInto(out, x, 'recurrent');
  return out;
}

/** For the kernel: null where every step has all sequences. */
function sizesTensor(sizes: readonly number[]): Tensor | null {
  return sizes.every((size) => size === sizes[0]) ? null : int64Of(sizes);
}

/** From this many sequences on the kernel multiplies a step's inputs and states by both weights at once, and nothing waits for either in memory. */
const JOINED_BATCH = 16;

interface Geometry {
  /** The features of the input where the kernel projects them, too; else 0: all steps' inputs are projected before. */
  readonly inputs: number;
  readonly rows: number;
  readonly batch: number;
  readonly width: number;
  readonly hidden: number;
}

function geometry({ x, hh, h }: Operands, { cell, sizes }: Steps): Geometry {
  const [[rows, features], [batch, width]] = [x.shape, h.shape] as [[number, number], [number, number]];
  const inputs = cell !== 'gru' && batch >= JOINED_BATCH && sizes.length > 1 ? features : 0;
  return { inputs, rows, batch, width, hidden: hh.shape[0]! / GATES[cell] };
}

function fusedGradients(
  saved: Operands & Trace,
  steps: Steps,
  [gradOut, gradH, gradC]: readonly (Tensor | null)[],
  needs: Needs<Operands>,
): Grads<Operands> {
  const { x, ih, hh, hr, c, gates, before, inner, cellBefore } = saved;
  const { dtype } = x;
  const g = geometry(saved, steps);
  const gru = steps.cell === 'gru';
  const like = (grad: Tensor | null | undefined, shape: Shape) => (grad ? fresh(grad) : zeros(shape, { dtype }));
  const dh = like(gradH, [g.batch, g.width]);
  const dc = c && like(gradC, [g.batch, g.hidden]);
  const dOut = gradOut ? rowMajor(gradOut) : null;
  const dGates = emptyTensor([g.rows, GATES[steps.cell] * g.hidden], dtype);
  const dHidden = gru ? emptyTensor(dGates.shape, dtype) : dGates;
  const dProj = hr && emptyTensor([g.rows, g.width], dtype);
  const needsBias = needs.biasIh || needs.biasHh;
  // Where the kernel projects the inputs, too, it also sums up what the weights get: both side by side, as inputs and states are.
  const dWeights = g.inputs > 0 && (needs.ih || needs.hh || needsBias) ? emptyTensor([dGates.shape[1]!, g.inputs + g.width], dtype) : null;
  const dBias = dWeights && needsBias ? emptyTensor([dGates.shape[1]!], dtype) : null;
  const [whh, whr, sizes] = [rowMajor(hh), hr && rowMajor(hr), sizesTensor(steps.sizes)];
  check(
    kernels.recurrentBackward(
      code(dtype),
      MODES[steps.cell],
      steps.reverse ? 1 : 0,
      steps.sizes.length,
      ptrOrNull(sizes),
      g.batch,
      g.inputs,
      g.hidden,
      hr ? g.width : 0,
      needs.h ? 1 : 0,
      needs.x || dWeights === null ? 1 : 0,
      dGates.ptr,
      gru ? dHidden.ptr : 0,
      ptrOrNull(dProj),
      ptrOrNull(dWeights),
      ptrOrNull(dBias),
      ptrOrNull(dOut),
      dh.ptr,
      ptrOrNull(dc),
      gates.ptr,
      ptrOrNull(inner),
      before.ptr,
      ptrOrNull(cellBefore),
      whh.ptr,
      ptrOrNull(whr),
    ),
    steps.cell,
  );
  const turned = (t: Tensor) => transpose(t, 0, 1);
  const part = (from: number, count: number) => dWeights && fresh(narrow(dWeights, 1, from, count));
  const biasIh = dBias ?? (needs.biasIh ? sum(dGates, 0) : null);
  const found = {
    x: needs.x ? mm(dGates, ih) : null,
    ih: needs.ih ? (part(0, g.inputs) ?? mm(turned(dGates), x)) : null,
    hh: needs.hh ? (part(g.inputs, g.width) ?? mm(turned(dHidden), before)) : null,
    biasIh: needs.biasIh ? biasIh : null,
    biasHh: !needs.biasHh ? null : biasIh !== null && dHidden === dGates ? (needs.biasIh ? fresh(biasIh) : biasIh) : sum(dHidden, 0),
    // What was projected: o tanh(c').
    hr: needs.hr && dProj && inner ? mm(turned(dProj), mul(narrow(gates, 1, 3 * g.hidden, g.hidden), inner)) : null,
    h: needs.h ? dh : null,
    c: needs.c ? dc : null,
  };
  for (const used of new Set([dGates, dHidden, dProj, dWeights, sizes])) used?.dispose();
  return found;
}

/** One step of a cell: the projected input [n, gates * hidden] and the states [n, ...] give the next states. */
function step(cell: Cell, gx: Tensor, h: Tensor, c: Tensor | null, w: Operands): [h: Tensor, c: Tensor | null] {
  const gh = linear(h, w.hh, w.biasHh);
  if (cell === 'gru') {
    const [xr, xz, xn] = chunk(gx, 3, 1) as [Tensor, Tensor, Tensor];
    const [hr, hz, hn] = chunk(gh, 3, 1) as [Tensor, Tensor, Tensor];
    const [r, z] = [sigmoid(add(xr, hr)), sigmoid(add(xz, hz))];
    const n = tanh(add(xn, mul(r, hn)));
    return [add(n, mul(z, sub(h, n))), null];
  }
  const gates = add(gx, gh);
  if (cell !== 'lstm') return [cell === 'relu' ? relu(gates) : tanh(gates), null];
  const [i, f, g, o] = chunk(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const next = add(mul(sigmoid(f), c!), mul(sigmoid(i), tanh(g)));
  const out = mul(sigmoid(o), tanh(next));
  return [w.hr ? linear(out, w.hr) : out, next];
}

/** The layer as {@link recurrent} computes it, step by step, in operations that are recorded. */
function stepByStep(w: Operands, { cell, sizes, reverse }: Steps): Tensor[] {
  const projected = linear(w.x, w.ih, w.biasIh);
  let rows = 0;
  const starts = sizes.map((size) => {
    rows += size;
    return rows - size;
  });
  // The sequences that still run come first: the states of the others wait behind them.
  const join = (next: Tensor, all: Tensor) => {
    const [count, of] = [next.shape[0]!, all.shape[0]!];
    return count === of ? next : cat([next, narrow(all, 0, count, of - count)]);
  };
  let { h, c } = w;
  const outs: Tensor[] = [];
  for (let k = 0; k < sizes.length; k++) {
    const t = reverse ? sizes.length - 1 - k : k;
    const running = (x: Tensor) => narrow(x, 0, 0, sizes[t]!);
    const [nextH, nextC] = step(cell, narrow(projected, 0, starts[t]!, sizes[t]!), running(h), c && running(c), w);
    outs[t] = nextH;
    h = join(nextH, h);
    c = c && join(nextC!, c);
  }
  return c ? [cat(outs), h, c] : [cat(outs), h];
}
