import { ArgumentError, autograd, DTypeError, type Tensor, tensor } from 'hone';
import { describe, expect, test } from 'vitest';
import type { BinaryOpName, UnaryOpName } from '../../engine/kernel-table.gen.js';
import { binaryDefinitions, binaryOp, unary, unaryDefinitions, where } from './table.js';

const { gradcheck, gradgradcheck } = autograd;
const float64 = (values: number[] | number[][]) => tensor(values, { dtype: 'float64' });

/** Points where each operation is smooth: away from kinks, steps and the ends of its domain. */
const anywhere = [-2.3, -0.7, 0.4, 1.6];
const positive = [0.3, 0.9, 1.7, 3.2];
const inside = [-0.8, -0.3, 0.25, 0.7];

interface UnaryPoints {
  readonly at?: readonly number[];
  /** Parameters p0 and p1. */
  readonly parameters?: readonly [number, number];
}

const unaryPoints: { readonly [Name in UnaryOpName]?: UnaryPoints } = {
  clamp: { parameters: [-1, 1] },
  log: { at: positive },
  log2: { at: positive },
  log10: { at: positive },
  log1p: { at: inside },
  sqrt: { at: positive },
  rsqrt: { at: positive },
  tan: { at: inside },
  asin: { at: inside },
  acos: { at: inside },
  acosh: { at: [1.3, 1.9, 2.5, 4] },
  atanh: { at: inside },
  erfinv: { at: inside },
  polygamma: { at: positive, parameters: [1, 0] },
  ndtri: { at: [0.1, 0.35, 0.6, 0.9] },
  softplus: { parameters: [1.5, 20] },
  leaky_relu: { parameters: [0.1, 0] },
  elu: { parameters: [1.3, 0.9] },
  celu: { parameters: [1.3, 0] },
};

/** Of whole numbers alone. */
const ofIntegers = /^bitwise_|^gcd$|^lcm$/;
const predicates: readonly string[] = ['logical_not', 'isnan', 'isinf', 'isfinite'];
const comparisons: readonly string[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logical_and', 'logical_or', 'logical_xor'];

describe('every unary operation', () => {
  test.each((Object.keys(unaryDefinitions) as UnaryOpName[]).filter((op) => !predicates.includes(op) && !ofIntegers.test(op)))(
    '%s',
    (op) => {
      const { at = anywhere, parameters = [0, 0] } = unaryPoints[op] ?? {};
      const x = float64([...at]).requiresGrad_();
      expect(gradcheck((a) => unary(op, a!, ...parameters), x)).toBe(true);
      expect(gradgradcheck((a) => unary(op, a!, ...parameters), x)).toBe(true);
    },
  );

  test.each(predicates)('%s gives bool and no gradient', (op) => {
    const x = float64(anywhere).requiresGrad_();
    const out = unary(op as UnaryOpName, x);
    expect([out.dtype, out.requiresGrad]).toEqual(['bool', false]);
  });
});

interface BinaryPoints {
  readonly a?: readonly number[];
  readonly b?: readonly number[];
  readonly parameters?: readonly [number, number];
}

/** Column and row, so that both operands broadcast. No pair is equal, none lies on a step. */
const column = [-2.3, 0.4, 1.6];
const row = [-0.9, 0.7, 2.2];

const binaryPoints: { readonly [Name in BinaryOpName]?: BinaryPoints } = {
  pow: { a: positive },
  add_scaled: { parameters: [0.7, 0] },
  clamp_grad: { parameters: [-1, 1] },
  leaky_relu_grad: { parameters: [0.1, 0] },
  softplus_grad: { parameters: [1.5, 20] },
  elu_grad: { parameters: [1.3, 0.9] },
};

describe('every binary operation', () => {
  const names = (Object.keys(binaryDefinitions) as BinaryOpName[]).filter((op) => !comparisons.includes(op) && !ofIntegers.test(op));

  test.each(names)('%s', (op) => {
    const { a = column, b = row, parameters = [0, 0] } = binaryPoints[op] ?? {};
    const inputs = [float64(a.map((v) => [v])).requiresGrad_(), float64([...b]).requiresGrad_()];
    const apply = (x?: Tensor, y?: Tensor) => binaryOp(op, x!, y!, ...parameters);
    expect(gradcheck(apply, inputs)).toBe(true);
    expect(gradgradcheck(apply, inputs)).toBe(true);
  });

  test.each(names.filter((op) => !op.endsWith('_grad')))('%s with a number on either side', (op) => {
    const { a = column, b = row, parameters = [0, 0] } = binaryPoints[op] ?? {};
    const [x, y] = [float64([...a]).requiresGrad_(), float64([...b]).requiresGrad_()];
    expect(gradcheck((t) => binaryOp(op, t!, 1.3, ...parameters), x)).toBe(true);
    expect(gradcheck((t) => binaryOp(op, 1.3, t!, ...parameters), y)).toBe(true);
  });

  test.each((Object.keys(binaryDefinitions) as BinaryOpName[]).filter((op) => ofIntegers.test(op)))('%s refuses floats', (op) => {
    expect(() => binaryOp(op, float64(column), float64(row))).toThrow(DTypeError);
  });

  test.each(comparisons)('%s gives bool and no gradient', (op) => {
    const out = binaryOp(op as BinaryOpName, float64(column).requiresGrad_(), float64(row).requiresGrad_());
    expect([out.dtype, out.requiresGrad]).toEqual(['bool', false]);
  });
});

test('where', () => {
  const condition = tensor([[true], [false]]);
  const inputs = [float64([1, 2, 3]).requiresGrad_(), float64([[4], [5]]).requiresGrad_()];
  expect(gradcheck((a, b) => where(condition, a!, b!), inputs)).toBe(true);
  expect(gradgradcheck((a, b) => where(condition, a!.mul(a!), b!.exp()), inputs)).toBe(true);
});

test('where refuses what is neither a tensor nor a number', () => {
  const condition = tensor([true, false]);
  expect(() => where(condition, tensor([1, 2]), [1, [2]] as never)).toThrow(
    'where: the second operand is [1, [2]], expected a Tensor or a number.',
  );
  expect(() => where(condition, null as never, 1)).toThrow(ArgumentError);
});

describe('at the edges, as PyTorch', () => {
  const gradientAt = (at: number[], fn: (x: Tensor) => Tensor) => {
    const x = float64(at).requiresGrad_();
    fn(x).sum().backward();
    return x.grad!.toArray();
  };

  test('kinks', () => {
    expect(gradientAt([0], (x) => x.relu())).toEqual([0]);
    expect(gradientAt([0], (x) => x.abs())).toEqual([0]);
    expect(gradientAt([-1, 1, 1.5], (x) => x.clamp(-1, 1))).toEqual([0, 0, 0]);
    expect(gradientAt([2], (x) => x.maximum(tensor(2, { dtype: 'float64' })))).toEqual([0.5]);
  });

  test('pow at 0', () => {
    expect(gradientAt([0, 2], (x) => x.pow(0))).toEqual([0, 0]);
    expect(gradientAt([0], (x) => x.pow(1))).toEqual([1]);
    expect(gradientAt([0, 2], (x) => float64([0, 0]).pow(x))).toEqual([-0, 0].map(() => expect.closeTo(0)));
    expect(gradientAt([0], (x) => x.sqrt())).toEqual([Infinity]);
  });
});
