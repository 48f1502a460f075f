/** The inputs of the fixtures: the same numbers that conformance/harness.py makes, from the same seeds. */
import { type DType, fromTypedArray, type Tensor, tensor } from 'hone';

/** How an input is made. */
export interface InputSpec {
  /** Its shape. */
  readonly s: readonly number[];
  /** Which numbers: see `values` in conformance/harness.py. */
  readonly k: string;
  /**
   * How it lies in memory: c row-major, t last two dims exchanged, r all dims reversed, s every second element, e expanded, o a part,
   * l channels last, p first two dims exchanged, q reversed and every second element.
   */
  readonly l?: string;
  readonly d?: DType;
  /** Needs no gradient. */
  readonly ng?: boolean;
}

/** mulberry32: numbers from [0, 1). */
function uniforms(seed: number, count: number): number[] {
  let a = seed | 0;
  return Array.from({ length: count }, () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

const SPECIAL = [0, -0, 1, -1, Infinity, -Infinity, NaN, 0.5, -0.5, 1.5, 2.5, -2.5, 3, -3, 1e-20, -1e-20, 1e20, -1e20, 30, -30, 100, -100];
const RANGES: Record<string, readonly [number, number]> = {
  n: [-3, 3],
  p: [0.1, 3],
  u: [-0.95, 0.95],
  q: [0.02, 0.98],
  b: [1.05, 4],
  w: [-30, 30],
  h: [-0.5, 0.5],
};

/** The generator's `values`, rounded to float32. */
export function values(kind: string, seed: number, count: number): number[] {
  const bound = Number(kind.slice(1) || 0);
  const range = RANGES[kind[0]!];
  const one = (u: number): number => {
    if (range) return range[0] + u * (range[1] - range[0]);
    switch (kind[0]) {
      case 't':
        return Math.trunc(u * 7) - 3;
      case 'z':
        return u < 0.25 ? 0 : u * 4 - 2.5;
      case 's':
        return SPECIAL[Math.trunc(u * SPECIAL.length)]!;
      case 'v': {
        const v = SPECIAL[Math.trunc(u * SPECIAL.length)]!;
        return Number.isNaN(v) ? 2 : v;
      }
      case 'i':
        return Math.trunc(u * bound);
      case 'j':
        return Math.trunc(u * 2 * bound) - bound;
      case 'm':
        return u < 0.5 ? 1 : 0;
      default:
        throw new Error(`unknown kind ${kind}`);
    }
  };
  return uniforms(seed, count).map((u) => Math.fround(one(u)));
}

const numel = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function baseShape(shape: readonly number[], layout: string): number[] {
  const base = [...shape];
  const n = base.length;
  if (layout === 't' && n >= 2) [base[n - 1], base[n - 2]] = [base[n - 2]!, base[n - 1]!];
  else if (layout === 'r') base.reverse();
  else if (layout === 's' && n > 0) base[n - 1] = 2 * base[n - 1]! + 1;
  else if (layout === 'e' && n > 0) base[0] = 1;
  else if (layout === 'o' && n > 0) base[0]! += 2;
  else if (layout === 'l' && n > 2) return [base[0]!, ...base.slice(2), base[1]!];
  else if (layout === 'p' && n > 1) [base[0], base[1]] = [base[1]!, base[0]!];
  else if (layout === 'q' && n > 0) {
    base.reverse();
    base[0] = 2 * base[0]! + 1;
  }
  return base;
}

function layOut(base: Tensor, shape: readonly number[], layout: string): Tensor {
  const n = shape.length;
  if (layout === 't' && n >= 2) return base.transpose(-1, -2);
  if (layout === 'r') return base.permute(Array.from({ length: n }, (_, i) => n - 1 - i));
  if (layout === 's' && n > 0) return base.slice(-1, 1, null, 2);
  if (layout === 'e' && n > 0) return base.expand(shape);
  if (layout === 'o' && n > 0) return base.narrow(0, 1, shape[0]!);
  if (layout === 'l' && n > 2) return base.movedim(-1, 1);
  if (layout === 'p' && n > 1) return base.transpose(0, 1);
  if (layout === 'q' && n > 0) return base.permute(Array.from({ length: n }, (_, i) => n - 1 - i)).slice(-1, 1, null, 2);
  return base;
}

export type Floating = 'float32' | 'float64';

/** A tensor of the generator's numbers. */
export function numbers(kind: string, seed: number, shape: readonly number[], dtype: DType): Tensor {
  const data = values(kind, seed, numel(shape));
  if (dtype === 'int64') return fromTypedArray(BigInt64Array.from(data, BigInt), shape);
  return tensor(Float64Array.from(data), { dtype }).reshape(shape);
}

/** The view of a leaf that the operation gets. */
export function viewOf(leaf: Tensor, spec: InputSpec): Tensor {
  return layOut(leaf, spec.s, spec.l ?? 'c');
}

/** The leaf, and the view of it that the operation gets. */
export function makeInput(spec: InputSpec, seed: number, floating: Floating): { leaf: Tensor; x: Tensor } {
  const natural: DType | undefined = spec.k[0] === 'm' ? 'bool' : spec.k[0] === 'i' || spec.k[0] === 'j' ? 'int64' : undefined;
  const leaf = numbers(spec.k, seed, baseShape(spec.s, spec.l ?? 'c'), natural ? (spec.d ?? natural) : floating);
  if (!natural && !spec.ng) leaf.requiresGrad_();
  return { leaf, x: viewOf(leaf, spec) };
}
