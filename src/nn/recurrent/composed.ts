/** The gradient of a recurrent layer in operations that are recorded, for second derivatives. */
import { grad } from '../../autograd/backward.js';
import { record } from '../../autograd/node.js';
import { add, mul, sub } from '../../ops/elementwise/binary.js';
import { relu, sigmoid, tanh } from '../../ops/elementwise/unary.js';
import { cat, chunk } from '../../ops/join/join.js';
import { linear } from '../../ops/products/matmul.js';
import { narrow } from '../../ops/view/movement.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import type { Cell, Gradients, Operands, Steps, Wanted } from './cell-kernels.js';

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

/** The layer as `recurrent` computes it, step by step. */
function forward(w: Operands, { cell, sizes, reverse }: Steps): Tensor[] {
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

/** The wanted gradients, recorded: the layer is computed once more and differentiated with its graph. */
export function composedGradients(operands: Operands, steps: Steps, grads: readonly (Tensor | null)[], wants: Wanted): Gradients {
  const names = (Object.keys(wants) as (keyof Wanted)[]).filter((name) => wants[name]);
  // Differentiation stops at these, and does not run through the operands' own history.
  const ends = names.map((name) => {
    const x = operands[name]!;
    return record('recurrent', aliasTensor(x, x.shape, x.strides, x.offset), [x], [], (g) => [g]);
  });
  const outputs = forward({ ...operands, ...Object.fromEntries(names.map((name, i) => [name, ends[i]])) }, steps);
  const used = outputs.map((_, i) => i).filter((i) => grads[i]);
  const found = grad(
    used.map((i) => outputs[i]!),
    ends,
    { gradOutputs: used.map((i) => grads[i]!), createGraph: true, allowUnused: true },
  );
  return Object.fromEntries(names.map((name, i) => [name, found[i]]));
}
