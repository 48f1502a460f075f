/** Single calls with odd operands: what conformance/random_calls.py drew. */
import { type DType, HoneError, Tensor, tensor } from 'hone';
import { call, flat, type Replayed } from './programs.js';

/** A number as JSON holds it: `f` what it cannot write, `i` integers beyond doubles. */
type Written = number | boolean | { readonly f: string } | { readonly i: string };

interface TensorSpec {
  readonly t: readonly Written[];
  readonly s: readonly number[];
  readonly d: DType;
  /** `t`: columns first in memory. */
  readonly l?: string;
}

export interface CallCase {
  readonly n: string;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly kw: Readonly<Record<string, unknown>>;
  readonly r?: readonly { readonly d: DType; readonly s: readonly number[]; readonly v: readonly Written[] }[];
  readonly err?: string;
}

/** Operations that Hone computes for more dtypes than torch. */
const WIDER = new Set(
  'sub sub_ median max min cummax cummin sort positive sign sgn floorDivide remainder fmod pow mean isin nanToNum where sinc relu cumsum addcmul neg indexAdd nanmean logcumsumexp'.split(
    ' ',
  ),
);

const FLOATS: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

function read(v: Written): number | bigint | boolean {
  if (typeof v !== 'object') return v;
  return 'i' in v ? BigInt(v.i) : (FLOATS[v.f] ?? Number(v.f));
}

function build(spec: TensorSpec): Tensor {
  const values = spec.t.map(read);
  const x = tensor(spec.d === 'bool' ? values.map(Boolean) : values, { dtype: spec.d }).reshape(spec.s);
  return spec.l === 't' ? x.transpose(-1, -2).contiguous().transpose(-1, -2) : x;
}

function argument(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if ('t' in value) return build(value as TensorSpec);
  return 'n' in value ? read((value as { n: Written }).n) : read(value as Written);
}

const LARGEST = { float32: 3e-6, float64: 1e-13 } as const;

/** Whether two elements of a result are the same number, to the rounding of its dtype. */
function same(a: number | bigint, b: number | bigint, tolerance: number, scale: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a === 'bigint' || typeof b === 'bigint' || tolerance === 0) return BigInt(a) === BigInt(b);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), scale) + 1.5e-45;
}

/** Sums of large numbers that cancel are exact to the size of their terms only. */
const CANCELLING = new Set([
  'sum',
  'mean',
  'var',
  'std',
  'cumsum',
  'lerp',
  'nansum',
  'nanmean',
  'addcmul',
  'addcdiv',
  'quantile',
  'logcumsumexp',
]);

export function replayCall(c: CallCase): Replayed {
  const label = `${c.n}: ${c.op}(${c.args.map((a) => JSON.stringify(a)).join(', ')}${Object.keys(c.kw).length ? `, ${JSON.stringify(c.kw)}` : ''})`;
  const kw = Object.fromEntries(Object.entries(c.kw).map(([k, v]) => [k, argument(v)]));
  let results: unknown[];
  try {
    results = flat(call(c.op, c.args.map(argument), kw));
  } catch (error) {
    if (c.err !== undefined && error instanceof HoneError) return { problems: [], error: 0 };
    return {
      problems: [
        `${label}: ${c.err === undefined ? 'torch computes it' : `torch threw "${c.err}"`}, Hone threw ${(error as Error).name}: ${(error as Error).message}`,
      ],
      error: 0,
    };
  }
  if (c.r === undefined)
    return WIDER.has(c.op)
      ? { problems: [], error: 0 }
      : { problems: [`${label}: torch threw "${c.err}", Hone gave ${results.map(String).join(', ')}`], error: 0 };
  const problems: string[] = [];
  const terms = c.args.flatMap((a) =>
    a !== null && typeof a === 'object' && 't' in a ? (a as TensorSpec).t.map((v) => Math.abs(Number(read(v)))) : [],
  );
  const scale = CANCELLING.has(c.op) ? terms.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0) : 0;
  c.r.forEach((want, k) => {
    const got = results[k];
    if (!(got instanceof Tensor)) return problems.push(`${label}: result ${k} is ${String(got)}`);
    const values = want.v.map(read).map((v) => (want.d === 'int64' ? BigInt(v) : Number(v)));
    if (got.dtype !== want.d || got.shape.join() !== want.s.join())
      return problems.push(`${label}: result ${k} is ${got.dtype} [${got.shape}], expected ${want.d} [${want.s}]`);
    const own = Array.from(got.detach().contiguous().toTypedArray() as ArrayLike<number | bigint>);
    const tolerance = LARGEST[want.d as 'float32'] ?? 0;
    const bad = values.findIndex((v, i) => !same(own[i]!, v, tolerance, scale));
    if (bad >= 0) problems.push(`${label}: result ${k}: expected ${want.d} [${values.join(', ')}], got [${own.join(', ')}]`);
    return 0;
  });
  return { problems, error: 0 };
}
