import {
  ArgumentError,
  allclose,
  autograd,
  cat,
  DTypeError,
  manualSeed,
  nn,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const attend = F.scaledDotProductAttention;
const inf = Number.POSITIVE_INFINITY;
const random = (...shape: number[]) => randn(shape, { dtype: 'float64' });
const leaf = (...shape: number[]) => random(...shape).requiresGrad_();

describe('scaledDotProductAttention', () => {
  test('gradients, first and second, with every kind of mask', () => {
    const inputs = () => [leaf(3, 2), leaf(4, 2), leaf(4, 1)];
    const some = tensor([
      [true, false, true, true],
      [false, false, false, false],
      [true, true, false, true],
    ]);
    for (const options of [{}, { isCausal: true }, { attnMask: some }, { scale: -0.7 }]) {
      const fn = (...[q, k, v]: Tensor[]) => attend(q!, k!, v!, options);
      autograd.gradcheck(fn, inputs());
      autograd.gradgradcheck(fn, inputs());
    }
    autograd.gradcheck((...[q, k, v, mask]) => attend(q!, k!, v!, mask!), [...inputs(), leaf(3, 4)]);
    autograd.gradcheck((...[q, k, v]) => attend(q!, k!, v!, { enableGqa: true }), [leaf(4, 2, 2), leaf(2, 3, 2), leaf(2, 3, 2)]);
  });

  test('a query that may look at nothing gets 0, and gives no gradient', () => {
    const [q, k, v] = [leaf(3, 2), leaf(2, 2), leaf(2, 2)];
    const attnMask = tensor(
      [
        [0, -inf],
        [-inf, -inf],
        [-inf, 0],
      ],
      { dtype: 'float64' },
    ).requiresGrad_();
    const out = attend(q, k, v, { attnMask });
    expect(allclose(out, cat([v.narrow(0, 0, 1), zeros([1, 2], { dtype: 'float64' }), v.narrow(0, 1, 1)]))).toBe(true);
    out.sum().backward();
    expect(q.grad!.select(0, 1).toArray()).toEqual([0, 0]);
    for (const x of [q, k, v, attnMask]) expect(x.grad!.isfinite().all().item()).toBe(1);
    expect(v.grad!.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('a causal query does not see what follows', () => {
    const [q, k, v] = [random(2, 4, 3), random(2, 4, 3), random(2, 4, 3)];
    const whole = attend(q, k, v, { isCausal: true });
    const start = attend(q.narrow(1, 0, 2), k.narrow(1, 0, 2), v.narrow(1, 0, 2), { isCausal: true });
    expect(allclose(whole.narrow(1, 0, 2), start)).toBe(true);
  });

  test('options by position or by name', () => {
    const [q, k, v] = [random(3, 2), random(3, 2), random(3, 2)];
    expect(attend(q, k, v, null, 0, true).toArray()).toEqual(attend(q, k, v, { isCausal: true }).toArray());
  });

  test('the same seed drops the same weights', () => {
    const [q, k, v] = [random(3, 2), random(3, 2), random(3, 2)];
    const run = () => {
      manualSeed(5);
      return attend(q, k, v, { dropoutP: 0.5 }).toArray();
    };
    expect(run()).toEqual(run());
    expect(run()).not.toEqual(attend(q, k, v).toArray());
  });

  test('errors say what was given and what to do', () => {
    const [q, k] = [ones([2, 3, 4]), ones([2, 5, 4])];
    const throws = (fn: () => unknown, kind: new (message: string) => Error, message: string) => {
      expect(fn).toThrow(kind);
      expect(fn).toThrow(message);
    };
    throws(
      () => attend(q, ones([2, 5, 3]), k),
      ShapeError,
      'query has 4 features, key 3, expected the same number (query [2, 3, 4], key [2, 5, 3], value [2, 5, 4])',
    );
    throws(() => attend(q, k, q), ShapeError, 'key has 5 positions, value 3');
    throws(() => attend(ones([4]), k, k), ShapeError, 'expected at least 2 dims, positions and features, got query [4]');
    throws(() => attend(q, k.to('float64'), k), DTypeError, 'query is float32 and key float64, expected one dtype');
    throws(
      () => attend(q.to('int64'), k.to('int64'), k.to('int64')),
      DTypeError,
      "query is int64, expected float32 or float64. Use query.to('float32')",
    );
    throws(
      () => attend(q, k, k, { attnMask: ones([3, 4]) }),
      ShapeError,
      'attnMask is [3, 4], expected [L, S], or another shape that broadcasts to the scores, [2, 3, 5]',
    );
    throws(
      () => attend(q, k, k, { attnMask: ones([3, 5], { dtype: 'int64' }) }),
      DTypeError,
      'attnMask is int64, expected bool, or float32 as the query',
    );
    throws(() => attend(q, k, k, { attnMask: ones([3, 5]), isCausal: true }), ArgumentError, 'attnMask and isCausal are both given');
    throws(() => attend(q, k, k, { dropoutP: 2 }), ArgumentError, 'dropoutP is 2, expected a probability from 0 to 1');
    throws(() => attend(ones([3, 3, 4]), k, k), ShapeError, 'scaledDotProductAttention');
    throws(
      () => attend(ones([3, 3, 4]), k, k, { enableGqa: true }),
      ShapeError,
      'query has 3 heads, key 2; with enableGqa, expected a divisor of 3',
    );
    // @ts-expect-error no such option
    throws(() => attend(q, k, k, { mask: null }), ArgumentError, 'there is no option "mask"');
  });
});

describe('multiHeadAttentionForward', () => {
  test('gradients, first and second, of inputs and parameters', () => {
    const fn = (...[x, y, inWeight, inBias, outWeight, biasK, biasV]: Tensor[]) =>
      F.multiHeadAttentionForward(x!, y!, y!, 2, 2, inWeight!, inBias!, biasK!, biasV!, true, 0, outWeight!, null)[0];
    const inputs = () => [leaf(2, 1, 2), leaf(3, 1, 2), leaf(6, 2), leaf(6), leaf(2, 2), leaf(1, 1, 2), leaf(1, 1, 2)];
    autograd.gradcheck(fn, inputs());
    autograd.gradgradcheck(fn, inputs());
  });

  test('is what the layer computes', () => {
    const layer = new nn.MultiheadAttention(4, 2, { batchFirst: true, dtype: 'float64' });
    const x = random(3, 5, 4);
    const [output, weights] = layer.forward(x, x, x);
    const seen = x.transpose(0, 1);
    const { inProjWeight, inProjBias, outProj } = layer;
    const [same, sameWeights] = F.multiHeadAttentionForward(
      seen,
      seen,
      seen,
      4,
      2,
      inProjWeight,
      inProjBias,
      null,
      null,
      false,
      0,
      outProj.weight,
      outProj.bias,
    );
    expect(allclose(same.transpose(0, 1), output)).toBe(true);
    expect(allclose(sameWeights!, weights)).toBe(true);
  });
});

test('a weight of the layer that does not fit is reported in its name', () => {
  const layer = new nn.MultiheadAttention(4, 2);
  layer.inProjWeight = new nn.Parameter(zeros([5, 4]));
  const x = zeros([3, 1, 4]);
  expect(() => layer.forward(x, x, x)).toThrow('MultiheadAttention: inProjWeight is [5, 4], expected [12, 4].');
});

test('softmax under a mask of -inf has finite gradients', () => {
  const x = leaf(2, 4);
  const mask = tensor(
    [
      [0, -inf, 0, -inf],
      [-inf, -inf, -inf, 0],
    ],
    { dtype: 'float64' },
  );
  const [grad] = autograd.grad(F.softmax(x.add(mask), 1).mul(random(2, 4)).sum(), [x]);
  expect(grad!.isfinite().all().item()).toBe(1);
  const [logGrad] = autograd.grad(F.logSoftmax(x.add(mask), 1).select(1, 0).narrow(0, 0, 1).sum(), [x]);
  expect(logGrad!.isfinite().all().item()).toBe(1);
});
