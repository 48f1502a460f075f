/** Result types of every pair of dtypes. */
import { type DType, HoneError, Tensor, tensor } from 'hone';
import { call, compare, type Replayed, type Stored } from './programs.js';

const DTYPES: readonly DType[] = ['bool', 'uint8', 'int32', 'int64', 'float32', 'float64'];
type Values = Record<string, readonly number[]>;
const A: Values = { bool: [1, 0, 1, 1, 0], uint8: [7, 253, 0, 2, 200], float: [1.5, -2, 0, 3, -0.5], int: [7, -3, 0, 2, -8] };
const B: Values = { bool: [1, 0, 1, 0, 1], uint8: [2, 254, 3, 1, 5], float: [2.5, -2, 3, 1, 0.5], int: [2, -2, 3, 1, 5] };
const NUMBERS = [2, 2.5, -1];

export interface PromotionRow {
  readonly n: string;
  readonly op: string;
  readonly a: DType;
  readonly form: string;
  readonly more?: readonly unknown[];
  /** For each second operand: a floating dtype; other results with their values; or that torch threw. */
  readonly r: readonly (string | Stored)[];
}

function operand(of: Values, dtype: DType, scalar = false): Tensor {
  const data = of[dtype] ?? of[dtype.startsWith('float') ? 'float' : 'int']!;
  return tensor(scalar ? data[0]! : [...data], { dtype });
}

/** Operations that Hone computes for more dtypes than torch: bools in differences, integers in activations. */
const WIDER = new Set(['sub', 'sub_', 'fmod', 'median', 'topk', 'gelu', 'silu', 'elu', 'softplus', 'leakyRelu', 'hardtanh']);

const ones = (dtype: DType, scalar: boolean) => tensor(scalar ? 1 : [1, 1, 1, 1, 1], { dtype });

/** The arguments of column `k` of a row. */
function argumentsOf({ op, a, form, more = [] }: PromotionRow, k: number): unknown[] {
  const b = DTYPES[k]!;
  switch (form) {
    case 'tn':
      return [operand(A, a), NUMBERS[k]!];
    case 'nt':
      return [NUMBERS[k]!, a === 'bool' ? ones(a, false) : operand(B, a)];
    case 'to':
      return [a.startsWith('float') && b === 'uint8' ? tensor([1.5, 200.7, 0, 3, 0.5], { dtype: a }) : operand(A, a), b];
    case 'one':
      return [operand(A, b), ...more];
    case 'same':
      return [operand(A, b), operand(A, b)];
    case 'row':
      return [operand(A, b).reshape(1, 5)];
    case 'column':
      return [operand(A, b).reshape(5, 1)];
    default: {
      const x = operand(A, a, form[0] === 's');
      const y =
        b === 'bool' && ['floorDivide', 'remainder', 'fmod'].includes(op) ? ones(b, form[1] === 's') : operand(B, b, form[1] === 's');
      if (op === 'cat') return [[x, y]];
      return op === 'where' ? [tensor([true, false, true, false, true]), x, y] : [x, y];
    }
  }
}

export function replayPromotion(row: PromotionRow): Replayed {
  const problems: string[] = [];
  row.r.forEach((expected, k) => {
    const label = `${row.n}, ${row.form.includes('n') && row.form !== 'one' ? NUMBERS[k] : DTYPES[k]}`;
    let result: Tensor;
    try {
      const out = call(row.op, argumentsOf(row, k), {});
      result = (out instanceof Tensor ? out : (out as readonly Tensor[])[0])!;
    } catch (error) {
      if (expected !== 'error')
        problems.push(`${label}: expected ${JSON.stringify(expected)}, got ${(error as Error).name}: ${(error as Error).message}`);
      else if (!(error instanceof HoneError)) problems.push(`${label}: threw something that is no HoneError: ${String(error)}`);
      return;
    }
    if (typeof expected === 'string') {
      if (expected === 'error' && WIDER.has(row.op)) return;
      if (result.dtype !== expected) problems.push(`${label}: expected ${expected}, got ${result.dtype} ${String(result)}`);
      return;
    }
    const { problem } = compare(result, expected, 'float64');
    if (problem) problems.push(`${label}: ${problem}`);
  });
  return { problems, error: 0 };
}
