/** Replays the random programs of conformance/cases/random_programs.py, statement by statement. */
import * as hone from 'hone';
import { autograd, GradError, HoneError, noGrad, type Tensor, tensor } from 'hone';
import type { Replayed } from './programs.js';

type Numbers = readonly number[] | null;
type Statement = readonly [kind: string, ...rest: unknown[]];

export interface WalkCase {
  readonly n: string;
  /** Shape, numbers, and whether gradients are wanted. */
  readonly in: readonly (readonly [readonly number[], readonly number[], boolean])[];
  readonly p: readonly Statement[];
  /** 1 for a statement that torch takes, what it gives, '!' where it throws, '~' where it throws since a saved value was overwritten. */
  readonly o: readonly unknown[];
  readonly end: readonly (readonly [readonly number[], readonly number[], boolean, boolean | '!', Numbers, Numbers])[];
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

const numel = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function weights(shape: readonly number[]): Tensor {
  const values = Array.from({ length: numel(shape) }, (_, k) => (((k * 7) % 11) - 4) / 5);
  return tensor(Float64Array.from(values), { dtype: 'float64' }).reshape([...shape]);
}

const weighted = (x: Tensor) => x.mul(weights(x.shape)).sum();

function applied(op: string, x: Tensor, args: readonly unknown[]): Tensor {
  const [first, second, third] = args as [number, number, number];
  switch (op) {
    case 'sum0':
      return x.ndim > 0 ? x.sum(0) : x.sum();
    case 'slice':
      return x.slice(first, second, third, args[3] as number);
    case 'all':
      return x.index(x.ndim > 0 ? ':' : '...');
    case 'split':
      return x.split(first, second)[third]!;
    case 'chunk':
      return x.chunk(first, second)[third]!;
    case 'unbind':
      return x.unbind(first)[second]!;
    case 'diagonal':
      return x.diagonal(0, -2, -1);
    case 'data':
      return x.data;
    default:
      return (x as unknown as Methods)[op]!(...args) as Tensor;
  }
}

function changed(op: string, x: Tensor, args: readonly unknown[], variables: readonly Tensor[]): void {
  const given = args.map((a) => (typeof a === 'string' ? variables[Number(a)]! : a));
  if (op === 'set_') x.set_(given[0] as number, given[1] as Tensor);
  else if (op === 'index_add_') x.indexAdd_(0, tensor(given[0] as number[], { dtype: 'int64' }), given[1] as Tensor);
  else if (op === 'masked_fill_') x.maskedFill_(weights(x.shape).gt(0), given[0] as number);
  else (x as unknown as Methods)[op]!(...given);
}

const numbers = (x: Tensor | null): Numbers => (x === null ? null : Array.from(x.detach().contiguous().toTypedArray(), Number));

/** What a statement gives: 1 where nothing is compared. */
function run([kind, ...rest]: Statement, variables: Tensor[]): unknown {
  const at = (i: unknown) => variables[i as number]!;
  switch (kind) {
    case 'o':
      variables.push(applied(rest[0] as string, at(rest[1]), rest[2] as unknown[]));
      return 1;
    case 'n':
      variables.push(noGrad(() => applied(rest[0] as string, at(rest[1]), rest[2] as unknown[])));
      return 1;
    case 'b':
      variables.push((hone as unknown as Methods)[rest[0] as string]!(at(rest[1]), at(rest[2])) as Tensor);
      return 1;
    case 'i':
      changed(rest[0] as string, at(rest[1]), rest[2] as unknown[], variables);
      return 1;
    case 'j':
      noGrad(() => changed(rest[0] as string, at(rest[1]), rest[2] as unknown[], variables));
      return 1;
    case 'look':
      return noGrad(() => {
        String(at(rest[0]));
        return [at(rest[0]).requiresGrad, at(rest[0]).isLeaf];
      });
    case 'hook':
      at(rest[0]).registerHook((g) => g.mul(rest[1] as number));
      return 1;
    case 'retain':
      at(rest[0]).retainGrad();
      return 1;
    case 'requires':
      at(rest[0]).requiresGrad_(rest[1] as boolean);
      return 1;
    case 'backward':
      weighted(at(rest[0])).backward({ retainGraph: rest[1] as boolean });
      return 1;
    default: {
      const inputs = (rest[1] as number[]).map(at);
      const createGraph = rest[2] as boolean;
      const found = autograd.grad(weighted(at(rest[0])), inputs, { allowUnused: true, createGraph, retainGraph: true });
      const out = found.map(numbers);
      if (!createGraph) return out;
      const losses = found.filter((g) => g?.requiresGrad).map((g) => weighted(g!));
      if (losses.length === 0) return out;
      const again = losses.reduce((a, b) => a.add(b));
      return [...out, ...autograd.grad(again, inputs, { allowUnused: true, retainGraph: true }).map(numbers)];
    }
  }
}

const TOLERANCE = 1e-6;

/** Equal up to rounding; no gradient and a gradient of zeros mean the same. */
function alike(got: unknown, want: unknown): boolean {
  const zeros = (x: unknown) => Array.isArray(x) && x.every((v) => Math.abs(v as number) <= TOLERANCE);
  if (got === null || want === null) return got === want || zeros(got) || zeros(want);
  if (Array.isArray(got) && Array.isArray(want)) {
    // A second gradient that nothing depends on is left out by one and zero for the other.
    const length = Math.max(got.length, want.length);
    return Array.from({ length }, (_, i) => i).every((i) => alike(i in got ? got[i] : null, i in want ? want[i] : null));
  }
  if (typeof got === 'number' && typeof want === 'number') return Math.abs(got - want) <= TOLERANCE * Math.max(1, Math.abs(want));
  return got === want;
}

function leafOf(x: Tensor): boolean | '!' {
  try {
    return x.isLeaf;
  } catch {
    return '!';
  }
}

export function replayWalk(c: WalkCase): Replayed {
  const variables = c.in.map(([shape, data, grad]) => {
    const x = tensor(Float64Array.from(data), { dtype: 'float64' })
      .reshape([...shape])
      .clone();
    return grad ? x.requiresGrad_() : x;
  });
  const problem = (k: number, text: string): Replayed => ({
    problems: [
      `${c.n}, statement ${k}: ${text}\n  in ${JSON.stringify(c.in)}\n${c.p.map((s, i) => `  ${i} ${JSON.stringify(s)}`).join('\n')}`,
    ],
    error: 0,
  });
  for (const [k, statement] of c.p.entries()) {
    const want = c.o[k];
    let got: unknown;
    try {
      got = run(statement, variables);
    } catch (error) {
      if (!(error instanceof HoneError)) return problem(k, `no HoneError: ${(error as Error).stack}`);
      got = error instanceof GradError && want === '~' ? '~' : '!';
      if (want !== got)
        return problem(k, `torch ${want === 1 ? 'takes it' : `gives ${JSON.stringify(want)}`}, Hone threw ${error.message}`);
      continue;
    }
    if (want === '~') return { problems: [], error: 0 };
    if (want === '!') return problem(k, `torch refuses it, Hone gives ${JSON.stringify(got)}`);
    if (!alike(got, want)) return problem(k, `${JSON.stringify(want)} expected, got ${JSON.stringify(got)}`);
  }
  for (const [i, [shape, strides, requires, leaf, values, gradient]] of c.end.entries()) {
    const x = variables[i]!;
    const got = [
      [...x.shape],
      x.stride().map((step, d) => (x.shape[d]! > 1 ? step : 0)),
      x.requiresGrad,
      leafOf(x),
      numbers(x),
      numbers(x.grad),
    ];
    const want = [shape, strides, requires, leaf, values, gradient];
    const names = ['shape', 'strides', 'requiresGrad', 'isLeaf', 'values', 'grad'];
    const bad = names.findIndex((_, j) => !alike(got[j], want[j]));
    if (bad >= 0)
      return problem(c.p.length, `${names[bad]} of variable ${i}: ${JSON.stringify(want[bad])} expected, got ${JSON.stringify(got[bad])}`);
  }
  return { problems: [], error: 0 };
}
