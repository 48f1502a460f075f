/** What L-BFGS remembers of past steps, and the direction that follows from it. */
import { addScaled, dot } from './vectors.js';

/** What is remembered between steps, all parameters as one vector. `steps` and `changes` are s and y of the paper, `ro` is 1 / ys. */
export interface Memory {
  funcEvals: number;
  nIter: number;
  d: Float64Array | null;
  t: number;
  changes: Float64Array[];
  steps: Float64Array[];
  ro: number[];
  hDiag: number;
  prevGrad: Float64Array | null;
  prevLoss: number;
  /** The factors of the last two-loop recursion; none before the second iteration. */
  al: (number | null)[] | null;
}

/** What there is before the first step. */
export function newMemory(): Memory {
  return { funcEvals: 0, nIter: 0, d: null, t: 0, changes: [], steps: [], ro: [], hDiag: 1, prevGrad: null, prevLoss: 0, al: null };
}

/** Remembers the last step `s = t d` and the change `y` of the gradient that it caused, where they show that the function curves upwards. */
export function remember(memory: Memory, grad: Float64Array, d: Float64Array, t: number, historySize: number): void {
  const prev = memory.prevGrad!;
  const y = grad.map((v, i) => v - prev[i]!);
  const s = d.map((v) => v * t);
  const ys = dot(y, s);
  if (!(ys > 1e-10)) return;
  for (const list of [memory.changes, memory.steps, memory.ro]) while (list.length >= historySize) list.shift();
  memory.changes.push(y);
  memory.steps.push(s);
  memory.ro.push(1 / ys);
  memory.hDiag = ys / dot(y, y);
}

/** `-H g` by the two-loop recursion. */
export function direction(memory: Memory, grad: Float64Array, historySize: number): Float64Array {
  const { changes, steps, ro, hDiag } = memory;
  const al: (number | null)[] = memory.al ?? Array<null>(historySize).fill(null);
  const q = grad.map((v) => -v);
  for (let i = changes.length - 1; i >= 0; i--) {
    const a = dot(steps[i]!, q) * ro[i]!;
    al[i] = a;
    addScaled(q, changes[i]!, -a);
  }
  for (let k = 0; k < q.length; k++) q[k]! *= hDiag;
  for (let i = 0; i < changes.length; i++) addScaled(q, steps[i]!, al[i]! - dot(changes[i]!, q) * ro[i]!);
  memory.al = al;
  return q;
}
