/** LBFGS: its parameters after each step, the number of evaluations, and the state that torch saved in the middle. */
import { fromTypedArray, HoneError, noGrad, optim, Tensor, tensor } from 'hone';
import { values } from '../numbers.js';
import { compareNumbers, type Replayed, unpack } from './programs.js';

type Saved = number | null | { readonly v: string; readonly s: readonly number[] } | readonly Saved[];

export interface LbfgsCase {
  readonly n: string;
  readonly problem: 'rosenbrock' | 'squares' | 'network' | 'unused';
  readonly options: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly half?: Readonly<Record<string, Saved>>;
  readonly r?: string;
  /** How often the closure was called in each step. */
  readonly calls?: readonly number[];
  readonly err?: string;
  /** Where torch's own numbers move by more than 1e-9 when the start moves by a rounding error: how far Hone's may. */
  readonly tol?: number;
}

const TOLERANCE = 1e-9;

const data = (kind: string, seed: number, ...shape: number[]) =>
  tensor(
    Float64Array.from(
      values(
        kind,
        seed,
        shape.reduce((a, b) => a * b),
      ),
    ),
    { dtype: 'float64' },
  ).reshape(shape);

const starts: Record<LbfgsCase['problem'], () => Tensor[]> = {
  rosenbrock: () => [tensor([-1.2, 1], { dtype: 'float64' })],
  squares: () => [data('h', 13, 3, 2), data('h', 14, 2)],
  network: () => [data('h', 23, 3, 4), data('h', 24, 4), data('h', 25, 4, 1), data('h', 26, 1)],
  unused: () => [data('h', 31, 4), data('h', 32, 2)],
};

function makeLoss(problem: LbfgsCase['problem']): (params: readonly Tensor[]) => Tensor {
  if (problem === 'rosenbrock')
    return ([x]) => {
      const [a, b] = [x!.slice(0, 0, -1), x!.slice(0, 1)];
      return b.sub(a.pow(2)).pow(2).mul(100).add(a.neg().add(1).pow(2)).sum();
    };
  if (problem === 'squares') {
    const [x, y] = [data('n', 11, 10, 3), data('n', 12, 10, 2)];
    return ([w, b]) => x.matmul(w!).add(b!).sub(y).pow(2).mean();
  }
  if (problem === 'network') {
    const [x, y] = [data('n', 21, 12, 3), data('h', 22, 12, 1)];
    return ([w1, b1, w2, b2]) => x.matmul(w1!).add(b1!).tanh().matmul(w2!).add(b2!).sub(y).pow(2).mean();
  }
  return ([x]) => x!.sub(2).pow(4).sum();
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

class Run {
  readonly params: Tensor[];
  readonly optimizer: optim.LBFGS;
  readonly marks: number[] = [];
  readonly calls: number[] = [];
  readonly #loss: (params: readonly Tensor[]) => Tensor;

  constructor(readonly c: LbfgsCase) {
    this.params = starts[c.problem]().map((p) => p.requiresGrad_());
    this.#loss = makeLoss(c.problem);
    this.optimizer = new optim.LBFGS(this.params, Object.fromEntries(Object.entries(c.options).map(([k, v]) => [camel(k), v])));
  }

  step(): void {
    let calls = 0;
    const loss = this.optimizer.step(() => {
      calls++;
      this.optimizer.zeroGrad();
      const value = this.#loss(this.params).mul(this.c.options.maximize ? -1 : 1);
      value.backward();
      return value;
    });
    this.calls.push(calls);
    this.marks.push(loss.item(), ...this.numbers());
  }

  numbers(): number[] {
    return this.params.flatMap((p) => [...(p.detach().contiguous().toTypedArray() as Float64Array)]);
  }
}

/** A saved value as the optimizer takes it. */
function decode(saved: Saved): unknown {
  if (Array.isArray(saved)) return saved.map(decode);
  if (typeof saved !== 'object' || saved === null) return saved;
  const { v, s } = saved as { v: string; s: number[] };
  return fromTypedArray(unpack(v), s);
}

/** Every number of a state dict, with the places of those that are no tensors. */
function flatten(value: unknown, path: string): { shape: string; numbers: number[] } {
  if (value instanceof Tensor) return { shape: `${path}[${value.shape}]`, numbers: [...(value.toTypedArray() as Float64Array)] };
  if (typeof value === 'number') return { shape: path, numbers: [value] };
  if (typeof value !== 'object' || value === null) return { shape: `${path}=${String(value)}`, numbers: [] };
  const parts = Object.keys(value)
    .sort()
    .map((key) => flatten((value as Record<string, unknown>)[key], `${path}.${key}`));
  return { shape: parts.map(({ shape }) => shape).join(' '), numbers: parts.flatMap(({ numbers }) => numbers) };
}

export function replayLbfgs(c: LbfgsCase): Replayed {
  const problems: string[] = [];
  let error = 0;
  const check = (what: string, got: readonly number[], want: Float64Array) => {
    const compared = compareNumbers(Float64Array.from(got), want, c.tol ?? TOLERANCE, false, 1);
    if (got.length !== want.length) problems.push(`${c.n}: ${what}: ${got.length} numbers, expected ${want.length}`);
    else if (compared.problem) problems.push(`${c.n}: ${what}: ${compared.problem}`);
    else if (what === 'steps') error = compared.error;
  };
  try {
    const run = new Run(c);
    const expected = c.r === undefined ? new Float64Array() : unpack(c.r);
    const half = Math.floor(c.steps / 2);
    for (let t = 0; t < c.steps; t++) {
      if (t === half && c.half) {
        // t and H_diag may be numbers or tensors of one element in PyTorch, as it comes.
        const [own, theirs] = [run.optimizer.stateDict().state[0] ?? {}, decodeAll(c.half)];
        const scalars = (state: Record<string, unknown>) =>
          Object.fromEntries(Object.entries(state).map(([k, v]) => [k, v instanceof Tensor && v.ndim === 0 ? v.item() : v]));
        const [a, b] = [flatten(scalars(own), 'state'), flatten(scalars(theirs), 'state')];
        if (a.shape !== b.shape) problems.push(`${c.n}: state dict is ${a.shape}, expected ${b.shape}`);
      }
      run.step();
    }
    if (c.err !== undefined) return { problems: [`${c.n}: torch threw "${c.err}", Hone did not`], error };
    check('steps', run.marks, expected);
    if (String(run.calls) !== String(c.calls)) problems.push(`${c.n}: the closure was called ${run.calls} times, expected ${c.calls}`);

    // From torch's state and torch's parameters on.
    const resumed = new Run(c);
    const width = expected.length / c.steps;
    let at = (half - 1) * width + 1;
    for (const param of resumed.params) {
      const next = at + param.numel();
      const saved = fromTypedArray(expected.slice(at, next), param.shape);
      noGrad(() => param.copy_(saved));
      at = next;
    }
    const { param_groups } = resumed.optimizer.stateDict();
    resumed.optimizer.loadStateDict({ state: { 0: decodeAll(c.half!) } as never, param_groups });
    for (let t = half; t < c.steps; t++) resumed.step();
    check('loaded', resumed.marks, expected.slice(half * width));
  } catch (thrown) {
    if (c.err === undefined || !(thrown instanceof HoneError)) problems.push(`${c.n}: threw ${String((thrown as Error).stack)}`);
  }
  return { problems, error };
}

function decodeAll(half: Readonly<Record<string, Saved>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(half).map(([k, v]) => [k, decode(v)]));
}
