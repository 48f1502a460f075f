import { ArgumentError, GradError, nn, ones, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const { clipGradNorm_, clipGradValue_ } = nn.utils;

function parameters(): [Tensor, Tensor, Tensor] {
  const ps: [Tensor, Tensor, Tensor] = [
    ones([2, 2], { requiresGrad: true }),
    ones([3], { requiresGrad: true }),
    ones([5], { requiresGrad: true }),
  ];
  ps[0].grad = tensor([
    [3, -4],
    [0, 1],
  ]);
  ps[1].grad = tensor([1, 2, -2]);
  return ps;
}

describe('clipGradNorm_', () => {
  // n = nn.utils.clip_grad_norm_(ps, *args): n, ps[0].grad, ps[1].grad
  it.each([
    [
      1,
      2,
      5.916079998016357,
      [0.5070924758911133, -0.6761232614517212, 0, 0.1690308153629303],
      [0.1690308153629303, 0.3380616307258606, -0.3380616307258606],
    ],
    [
      1,
      1,
      13,
      [0.23076921701431274, -0.307692289352417, 0, 0.07692307233810425],
      [0.07692307233810425, 0.1538461446762085, -0.1538461446762085],
    ],
    [100, 2, 5.916079998016357, [3, -4, 0, 1], [1, 2, -2]],
    [
      1,
      Number.POSITIVE_INFINITY,
      4,
      [0.7499998211860657, -0.9999997615814209, 0, 0.24999994039535522],
      [0.24999994039535522, 0.49999988079071045, -0.49999988079071045],
    ],
    [
      1,
      3,
      4.776856422424316,
      [0.6280279755592346, -0.8373706340789795, 0, 0.20934265851974487],
      [0.20934265851974487, 0.41868531703948975, -0.41868531703948975],
    ],
  ])('maxNorm %s, normType %s', (maxNorm, normType, total, first, second) => {
    const ps = parameters();
    expect(clipGradNorm_(ps, maxNorm, { normType }).item()).toBeCloseTo(total, 6);
    const got = [...(ps[0].grad!.flatten().toArray() as number[]), ...(ps[1].grad!.toArray() as number[])];
    [...first, ...second].forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 6);
    });
    expect(ps[2].grad).toBeNull();
  });

  it('takes one tensor, several dtypes, strided gradients, and none at all', () => {
    const x = ones([2, 3], { requiresGrad: true });
    x.grad = tensor([
      [3, 0],
      [0, 4],
      [0, 0],
    ]).t();
    expect(clipGradNorm_(x, 2.5).item()).toBe(5);
    expect((x.grad.toArray() as number[][])[0]![0]).toBeCloseTo(1.5, 5);
    const y = ones([1], { dtype: 'float64', requiresGrad: true });
    y.grad = tensor([12], { dtype: 'float64' });
    x.grad = tensor([
      [3, 0, 0],
      [0, 4, 0],
    ]);
    expect(clipGradNorm_([x, y], 1).item()).toBe(13);
    expect(clipGradNorm_([ones([1])], 1).item()).toBe(0);
  });

  it('does not make the gradient count as seen by the user', () => {
    const x = ones([1], { requiresGrad: true });
    x.mul(4).sum().backward();
    clipGradNorm_([x], 1);
    expect(x.gradExposed).toBe(false);
    expect(x.grad!.item()).toBeCloseTo(1, 5);
  });

  it('may throw for norms that are not finite, before it changes anything', () => {
    const ps = parameters();
    ps[2].grad = tensor([1, Number.POSITIVE_INFINITY, 0, 0, 0]);
    expect(() => clipGradNorm_(ps, 1, { errorIfNonfinite: true })).toThrow(GradError);
    expect(ps[1].grad!.toArray()).toEqual([1, 2, -2]);
    expect(() => clipGradNorm_(ps, -1)).toThrow(new ArgumentError('clipGradNorm_: maxNorm is -1, expected a number of at least 0.'));
    expect(() => clipGradNorm_(ps, 1, { normType: Number.NaN })).toThrow('clipGradNorm_: normType is NaN, expected a number or "inf".');
    expect(() => clipGradNorm_(5 as never, 1)).toThrow('clipGradNorm_: got 5, expected a tensor or a list of tensors');
    const model = new nn.Linear(1, 1);
    expect(() => clipGradNorm_(model.namedParameters() as never, 1)).toThrow(
      'entry 0 is a list, expected a Tensor. Pass parameters(), not namedParameters().',
    );
  });
});

it('clipGradValue_ limits every element', () => {
  const ps = parameters();
  clipGradValue_(ps, 1.5);
  expect(ps[0].grad!.toArray()).toEqual([
    [1.5, -1.5],
    [0, 1],
  ]);
  expect(ps[1].grad!.toArray()).toEqual([1, 1.5, -1.5]);
  expect(() => clipGradValue_(ps, Number.NaN)).toThrow(ArgumentError);
});

it('getTotalNorm and clipGradsWithNorm_ are the halves of clipGradNorm_', () => {
  const [ps, qs] = [parameters(), parameters()];
  const total = nn.utils.getTotalNorm(
    ps.flatMap(({ grad }) => grad ?? []),
    'inf',
  );
  nn.utils.clipGradsWithNorm_(ps, 1, total);
  expect(clipGradNorm_(qs, 1, 'inf').item()).toBe(total.item());
  expect(ps[0].grad!.toArray()).toEqual(qs[0].grad!.toArray());
  expect(() => nn.utils.clipGradsWithNorm_(ps, 1, ones([2]))).toThrow(
    'clipGradsWithNorm_: totalNorm is a Tensor of shape [2], expected one number.',
  );
  expect(nn.utils.getTotalNorm([]).item()).toBe(0);
  for (const order of [0, 1, 1.39, 2, 'inf'] as const)
    expect(() => nn.utils.getTotalNorm([ones([2, 3], { dtype: 'uint8' })], order)).toThrow(
      'getTotalNorm: a tensor is uint8, expected float32',
    );
});

describe('parameters as a vector', () => {
  it('goes there and back', () => {
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2)).double();
    const vector = nn.utils.parametersToVector(model.parameters());
    expect(vector.shape).toEqual([12]);
    nn.utils.vectorToParameters(vector.detach().mul(2), model.parameters());
    expect(model.getParameter('1.weight').toArray()).toEqual([2, 2]);
    expect(model.parameters().every((p) => p.requiresGrad && p.isLeaf)).toBe(true);
  });

  it('passes gradients, and takes strided parameters', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const p = x.t().requiresGrad_();
    const vector = nn.utils.parametersToVector([p]);
    expect(vector.detach().toArray()).toEqual([1, 3, 2, 4]);
    vector
      .mul(tensor([1, 2, 3, 4]))
      .sum()
      .backward();
    expect(p.grad!.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    nn.utils.vectorToParameters(tensor([5, 6, 7, 8]), [p]);
    expect(p.detach().toArray()).toEqual([
      [5, 6],
      [7, 8],
    ]);
  });

  it('refuses another number of elements, and changes nothing', () => {
    const p = ones([2, 2], { requiresGrad: true });
    expect(() => nn.utils.vectorToParameters(ones([5]), [p])).toThrow(
      'vectorToParameters: the vector is [5], the parameters have 4 elements.',
    );
    expect(() => nn.utils.vectorToParameters(ones([4, 1]), [p])).toThrow('vectorToParameters: the vector is [4, 1]');
    expect(() => nn.utils.vectorToParameters([1] as never, [p])).toThrow('vectorToParameters: vec is a list, expected a Tensor.');
    expect(() => nn.utils.parametersToVector([])).toThrow('parametersToVector: got no parameters.');
    expect(p.detach().toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
