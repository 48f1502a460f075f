/** Runs one case of the fixtures on Hone, and compares what comes out with what torch made of it. */
import { createHash } from 'node:crypto';
import * as hone from 'hone';
import { autograd, type DType, engineInfo, GradError, HoneError, nn, Tensor } from 'hone';
import { type Floating, type InputSpec, makeInput, numbers } from '../numbers.js';

/** A tensor that torch made; its dtype is float64 where none is given. */
export interface Stored {
  readonly s?: readonly number[];
  readonly d?: DType;
  /** Integers and bools, or float64 numbers as `unpack` takes them. */
  readonly v?: string | readonly number[];
  /** A digest of the bytes, where they must be torch's, and the first values. */
  readonly h?: string;
  readonly first?: readonly number[];
  /** A plain value, not a tensor. */
  readonly p?: unknown;
}

export type Step = readonly [target: string, op: string, args: readonly unknown[], options: Record<string, unknown>];

export interface Case {
  readonly n: string;
  readonly seed: number;
  readonly in: readonly InputSpec[];
  readonly prog: readonly Step[];
  readonly out: readonly string[];
  /** What torch said where it threw. */
  readonly err?: string;
  readonly r?: readonly Stored[];
  readonly g?: readonly (Stored | null)[];
  readonly gg?: readonly (Stored | null)[];
  /** torch's own float32 errors, where they are large. */
  readonly e?: readonly number[];
  readonly only64?: boolean;
  /** Hone may throw a GradError: torch throws, and the numbers are what it gives when it copies what it saved. */
  readonly may?: boolean;
  /** Where torch's own float64 is not exact: the tolerance. */
  readonly tol?: number;
  /** The sign of zero counts. */
  readonly z?: boolean;
}

type Fn = (...args: unknown[]) => unknown;

const functions = hone as unknown as Record<string, unknown>;
const functional = nn.functional as unknown as Record<string, unknown>;
const sequences = nn.utils.rnn as unknown as Record<string, unknown>;

const own: Record<string, Fn> = {
  hookScale: (x, factor) => {
    (x as Tensor).registerHook((g) => g.mul(factor as number));
    return x;
  },
  layer: (name, args, options) => {
    const made = new (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[name as string]!(
      ...(args as unknown[]),
      ...(Object.keys(options as object).length ? [options] : []),
    );
    return Object.values(made.stateDict());
  },
  /** What a seeded layer of 2 features and 3 units makes of a packed sequence: the data and the states. */
  recurrent: (name, packed, hx, options) => {
    const sequence = packed as nn.utils.rnn.PackedSequence;
    hone.manualSeed(11);
    const made = new nn[name as 'LSTM'](2, 3, options as nn.LSTMOptions).to(sequence.data.dtype);
    const [output, state] = made.forward(sequence, hx as [Tensor, Tensor] | null);
    return [output.data, state];
  },
  /** A layer in training, called. */
  module: (name, args, options, ...inputs) => {
    const made = new (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[name as string]!(
      ...(args as unknown[]),
      ...(Object.keys(options as object).length ? [options] : []),
    );
    return (made.forward as Fn)(...inputs);
  },
  norm: (x, p, dim, ...rest) =>
    hone.norm(x as Tensor, ...([p, dim ?? undefined, ...rest].slice(0, rest.length > 0 ? undefined : 2) as [number])),
  /** Singular and eigenvectors have an arbitrary sign. */
  svdAbs: (a, options) => {
    const [u, s, vh] = hone.linalg.svd(a as Tensor, (options ?? {}) as { fullMatrices?: boolean });
    return [u.abs(), s, vh.abs()];
  },
  eighAbs: (a, options) => {
    const x = a as Tensor;
    const [w, v] = hone.linalg.eigh(x.add(x.transpose(-2, -1)), (options ?? {}) as hone.linalg.EighOptions);
    return [w, v.abs()];
  },
  /** Of a symmetric positive definite matrix made of the input. */
  choleskyOf: (a, options) => {
    const x = a as Tensor;
    const n = x.shape.at(-1)!;
    return hone.linalg.cholesky(x.matmul(x.transpose(-2, -1)).add(hone.eye(n, { dtype: x.dtype })), (options ?? {}) as object);
  },
  lstsqOf: (a, b) => {
    const { solution, residuals, rank } = hone.linalg.lstsq(a as Tensor, b as Tensor);
    return [solution, residuals, rank];
  },
};

export function call(op: string, args: readonly unknown[], options: Record<string, unknown>): unknown {
  const given = args.map((a) => (a === null && !NULLS.has(op) ? undefined : a));
  if (Object.keys(options).length > 0) given.push(options);
  const fn = own[op] ?? functional[op] ?? functions[op] ?? sequences[op];
  if (op.startsWith('special.')) return (hone.special as unknown as Record<string, Fn>)[op.slice(8)]!(...given);
  if (op.startsWith('init.')) return (nn.init as unknown as Record<string, Fn>)[op.slice(5)]!(...given);
  if (op.startsWith('linalg.')) return (hone.linalg as unknown as Record<string, Fn>)[op.slice(7)]!(...given);
  const [x, ...rest] = given as [Record<string, Fn>, ...unknown[]];
  if (typeof fn === 'function' && !(op.endsWith('_') && typeof x[op] === 'function')) return (fn as Fn)(...given);
  if (typeof x[op] !== 'function') throw new Error(`Hone has no ${op}`);
  return x[op]!(...rest);
}

/** Where null is a value of its own. */
const NULLS = new Set(['index', 'set_', 'slice', 'conv2d', 'conv1d', 'adaptiveAvgPool2d', 'batchNorm', 'layerNorm']);

/** `value` with every {"$": name} in it replaced. */
export function resolve(value: unknown, env: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((v) => resolve(v, env));
  if (value === null || typeof value !== 'object') return value;
  if ('$' in value) return env.get(typeof value.$ === 'number' ? `x${value.$}` : String(value.$));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v, env)]));
}

/** Keyword arguments of Python as an options object: `weight_decay` as `weightDecay`, `T_max` as `tMax`. */
export function camelKeys(options: Record<string, unknown>): Record<string, unknown> {
  const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase()).replace(/^[A-Z]/, (c) => c.toLowerCase());
  return Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v]));
}

/** What a call returned, as a list. */
export function flat(result: unknown): unknown[] {
  if (result instanceof Tensor) return [result];
  if (Array.isArray(result)) return result.flatMap(flat);
  if (result !== null && typeof result === 'object') return Object.values(result).flatMap(flat);
  return [result];
}

/** The sum of the floating tensors that carry gradients, each element with a weight of its own. */
export function weighted(tensors: readonly (Tensor | null)[], seed: number, offset: number): Tensor | null {
  return tensors.reduce<Tensor | null>((total, t, i) => {
    if (!(t instanceof Tensor) || !t.requiresGrad) return total;
    const part = t.mul(numbers('n', seed + offset + i, t.shape, t.dtype)).sum();
    return total === null ? part : total.add(part);
  }, null);
}

type Gradients = readonly (Tensor | null)[] | null;

export interface Evaluated {
  readonly outputs: readonly unknown[];
  readonly grads: Gradients;
  /** The same gradients of a backward that is recorded, which may be computed in another way; and the gradients of those. */
  readonly recorded: Gradients;
  readonly seconds: Gradients;
}

/** The gradients of a loss; where they are differentiated again, unrecorded as well as recorded. */
export function gradients(loss: Tensor, wanted: readonly Tensor[], seed: number, twice: boolean): Omit<Evaluated, 'outputs'> {
  const grads = autograd.grad(loss, wanted, { allowUnused: true, retainGraph: twice });
  if (!twice) return { grads, recorded: null, seconds: null };
  const recorded = autograd.grad(loss, wanted, { allowUnused: true, createGraph: true });
  const second = weighted(recorded, seed, 200);
  return { grads, recorded, seconds: second === null ? wanted.map(() => null) : autograd.grad(second, wanted, { allowUnused: true }) };
}

/** What a program makes of its inputs. */
export function runProgram(c: Case, inputs: readonly Tensor[]): unknown[] {
  hone.manualSeed(c.seed);
  const env = new Map<string, unknown>(inputs.map((x, i) => [`x${i}`, x]));
  for (const [target, op, args, options] of c.prog) {
    const given = args.map((a) => resolve(a, env));
    env.set(target, call(op, given, resolve(options, env) as Record<string, unknown>));
  }
  return c.out.flatMap((name) => flat(env.get(name)));
}

/** Outputs, gradients of the leaves, and gradients of their weighted sum. */
export function evaluate(c: Case, floating: Floating): Evaluated {
  const inputs = c.in.map((spec, i) => makeInput(spec, c.seed + i, floating));
  const views = inputs.map(({ x }) => x);
  const outputs = runProgram(c, views);
  const wanted = inputs.map((i) => i.leaf).filter((x) => x.requiresGrad);
  const differentiate = wanted.length > 0 && (c.g !== undefined || c.err !== undefined) && outputs.every((t) => t instanceof Tensor);
  const loss = differentiate ? weighted(outputs as Tensor[], c.seed, 100) : null;
  if (loss === null) return { outputs, grads: null, recorded: null, seconds: null };
  if (!c.gg && floating === 'float64') {
    loss.backward();
    return { outputs, grads: wanted.map((x) => x.grad), recorded: null, seconds: null };
  }
  const { grads, recorded, seconds } = gradients(loss, wanted, c.seed, Boolean(c.gg));
  return { outputs, grads, recorded, seconds };
}

/** The generator's `packed`: doubles without their last byte. */
export function unpack(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const out = new Uint8Array((bytes.length / 7) * 8);
  for (let i = 0; i < bytes.length / 7; i++) out.set(bytes.subarray(7 * i, 7 * i + 7), 8 * i + 1);
  return new Float64Array(out.buffer);
}

function decode(stored: Stored): Float64Array {
  return typeof stored.v === 'string' ? unpack(stored.v) : Float64Array.from(stored.v ?? []);
}

/** The generator's `digest`. */
function digest(t: Tensor): string {
  const data = t.detach().contiguous().toTypedArray() as ArrayBufferView;
  return createHash('sha1')
    .update(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 16);
}

const show = (values: ArrayLike<number>) => `[${Array.from(values).slice(0, 12).join(', ')}${values.length > 12 ? ', …' : ''}]`;

/** One comparison: what differs, and the largest error relative to the largest value. */
export interface Comparison {
  readonly problem: string | null;
  readonly error: number;
}

const TOLERANCE = { float64: 1e-12, float32: 1e-5 };

/** Compares shape, dtype and values. `torchError` is what torch's own float32 was off. */
export function compare(
  actual: unknown,
  expected: Stored | null,
  floating: Floating,
  {
    torchError = 0,
    zeros = false,
    least = 0.01,
    tolerance = 0,
  }: { torchError?: number; zeros?: boolean; least?: number; tolerance?: number } = {},
): Comparison {
  const wrong = (problem: string): Comparison => ({ problem, error: 0 });
  if (expected === null || actual === null) {
    // PyTorch's None and a gradient of zeros mean the same.
    const some = actual instanceof Tensor ? Array.from(toNumbers(actual)) : expected ? Array.from(decode(expected)) : [];
    return some.every((v) => Math.abs(v) <= 10 * TOLERANCE[floating])
      ? { problem: null, error: 0 }
      : wrong(
          `expected ${expected === null ? 'no gradient' : show(decode(expected))}, got ${actual === null ? 'no gradient' : show(some)}`,
        );
  }
  if ('p' in expected)
    return actual === expected.p ? { problem: null, error: 0 } : wrong(`expected ${String(expected.p)}, got ${String(actual)}`);
  if (!(actual instanceof Tensor)) return wrong(`expected a tensor, got ${String(actual)}`);
  const dtype = expected.d ?? floating;
  if (actual.dtype !== dtype) return wrong(`expected dtype ${dtype}, got ${actual.dtype}`);
  if (JSON.stringify(actual.shape) !== JSON.stringify(expected.s))
    return wrong(`expected shape ${JSON.stringify(expected.s)}, got ${JSON.stringify(actual.shape)}`);
  // Without fused multiply-add the last digits of float64 differ.
  const bits = !(engineInfo().name === 'wasm' && dtype === 'float64' && expected.v !== undefined);
  if (expected.h !== undefined && bits)
    return digest(actual) === expected.h
      ? { problem: null, error: 0 }
      : wrong(`other bits than torch's, whose first values are ${show(expected.first ?? [])}; got ${show(toNumbers(actual))}`);
  return compareNumbers(
    toNumbers(actual),
    decode(expected),
    dtype === 'float32' || dtype === 'float64' ? Math.max(TOLERANCE[dtype], 4 * torchError, tolerance) : 0,
    zeros,
    least,
  );
}

function toNumbers(t: Tensor): Float64Array {
  return Float64Array.from(t.detach().contiguous().to('float64').toTypedArray() as Float64Array);
}

/** Finite numbers to `tolerance` of the largest (or of `least`); the others exactly. */
export function compareNumbers(got: Float64Array, want: Float64Array, tolerance: number, zeros = false, least = 0.01): Comparison {
  const scale = want.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), tolerance > 0 ? least : 0);
  let [error, at] = [0, -1];
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, want[i]!];
    const same = zeros && a === 0 && b === 0 ? Object.is(a, b) : Object.is(a, b) || a === b;
    if (same) continue;
    const difference = Math.abs(a - b) / scale;
    const bad = Number.isNaN(difference) || !Number.isFinite(b) || (a === 0 && b === 0) ? Number.POSITIVE_INFINITY : difference;
    if (bad > error) [error, at] = [bad, i];
  }
  if (error <= tolerance) return { problem: null, error };
  const number = (v: number) => (Object.is(v, -0) ? '-0' : String(v));
  return {
    problem: `element ${at}: expected ${number(want[at]!)}, got ${number(got[at]!)} (error ${error.toExponential(1)}, allowed ${tolerance.toExponential(1)}); all expected ${show(want)}, got ${show(got)}`,
    error,
  };
}

export interface Replayed {
  /** One line for each difference. */
  readonly problems: readonly string[];
  /** The largest error. */
  readonly error: number;
}

const describe = (c: Case) =>
  c.prog
    .map(
      ([target, op, args, options]) =>
        `${target} = ${op}(${args.map((a) => JSON.stringify(a)).join(', ')}${Object.keys(options).length ? `, ${JSON.stringify(options)}` : ''})`,
    )
    .join('; ');
const inputsOf = (c: Case) => c.in.map((i) => `${i.k}[${i.s}]${i.l ? `/${i.l}` : ''}`).join(' ');

export function replay(c: Case, floating: Floating): Replayed {
  const label = `${c.n} ${floating}: ${describe(c)} of ${inputsOf(c)}`;
  let result: Evaluated;
  try {
    result = evaluate(c, floating);
  } catch (error) {
    if ((c.err !== undefined && error instanceof HoneError) || (c.may && error instanceof GradError)) return { problems: [], error: 0 };
    return {
      problems: [
        `${label}: ${c.err === undefined ? 'torch computes it, Hone threw' : `torch threw "${c.err}", Hone threw something that is no HoneError:`} ${(error as Error).name}: ${(error as Error).message}`,
      ],
      error: 0,
    };
  }
  if (c.err !== undefined)
    return {
      problems: [
        `${label}: torch threw "${c.err}", Hone gave ${result.outputs.map((o) => (o instanceof Tensor ? `${o.dtype} ${JSON.stringify(o.shape)}` : String(o))).join(', ')}`,
      ],
      error: 0,
    };
  // With the place of their first in torch's list of errors.
  const [results, firsts] = [c.r?.length ?? 0, c.g?.length ?? 0];
  const rows: [string, readonly unknown[], readonly (Stored | null)[], number][] = [['result', result.outputs, c.r ?? [], 0]];
  if (c.g) rows.push(['gradient', result.grads ?? c.g.map(() => null), c.g, results]);
  if (c.g && result.recorded) rows.push(['recorded gradient', result.recorded, c.g, results]);
  if (c.gg) rows.push(['second gradient', result.seconds ?? c.gg.map(() => null), c.gg, results + firsts]);
  const problems: string[] = [];
  let error = 0;
  for (const [what, actual, expected, first] of rows) {
    if (actual.length !== expected.length) problems.push(`${label}: ${expected.length} ${what}s expected, got ${actual.length}`);
    for (let i = 0; i < expected.length; i++) {
      const compared = compare(actual[i] ?? null, expected[i]!, floating, {
        torchError: floating === 'float32' ? c.e?.[first + i] : 0,
        zeros: c.z && what === 'result',
        least: what === 'result' ? 0.01 : 1,
        tolerance: c.tol,
      });
      if (compared.problem) problems.push(`${label}: ${what} ${i}: ${compared.problem}`);
      else error = Math.max(error, compared.error);
    }
  }
  return { problems, error };
}
