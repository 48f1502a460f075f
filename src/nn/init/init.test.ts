import { ArgumentError, eye, fromTypedArray, Generator, manualSeed, nn, ones, rand, ShapeError, type Tensor, zeros } from 'hone';
import { expect, it } from 'vitest';

const { init } = nn;

it('gains are those of torch', () => {
  // [torch.nn.init.calculate_gain(n) for n in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu')], calculate_gain('leaky_relu', 0.2)
  expect((['linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu'] as const).map((n) => init.calculateGain(n))).toEqual([
    1,
    1,
    1,
    1.6666666666666667,
    Math.SQRT2,
    1.4141428569978354,
    0.75,
  ]);
  expect(init.calculateGain('leaky_relu', 0.2)).toBe(1.3867504905630728);
  expect(() => init.calculateGain('gelu' as 'relu')).toThrow(ArgumentError);
});

it('draws from a generator of one’s own, and leaves the default one alone', () => {
  manualSeed(5);
  const before = rand([1]).item();
  manualSeed(5);
  const a = init.kaimingUniform_(zeros([4, 5]), { generator: new Generator(7) });
  const b = init.kaimingUniform_(zeros([4, 5]), { generator: new Generator(7) });
  expect(a.toArray()).toEqual(b.toArray());
  expect(rand([1]).item()).toBe(before);
});

it('works on parameters, without recording', () => {
  const weight = new nn.Parameter(zeros([3, 3]));
  expect(init.ones_(weight)).toBe(weight);
  expect(init.uniform_(weight)).toBe(weight);
  expect(weight.isLeaf && weight.requiresGrad).toBe(true);
});

it('constants', () => {
  expect(init.constant_(zeros([2, 2]).t(), 3).toArray()).toEqual([
    [3, 3],
    [3, 3],
  ]);
  expect(init.zeros_(ones([2])).toArray()).toEqual([0, 0]);
  const view = zeros([2, 4]);
  init.eye_(view.slice(1, 0, 4, 2));
  expect(view.toArray()).toEqual([
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ]);
});

it.each([[[4, 4]], [[3, 7]], [[7, 3]], [[5, 2, 3]], [[1, 5]], [[0, 3]]])('orthogonal_ %j: rows or columns at right angles', (shape) => {
  manualSeed(0);
  const x = init.orthogonal_(zeros(shape, { dtype: 'float64' }), { gain: 2 });
  if (shape.includes(0)) return expect(x.shape).toEqual(shape);
  const flat = x.reshape(shape[0]!, -1);
  const product = flat.shape[0]! <= flat.shape[1]! ? flat.matmul(flat.t()) : flat.t().matmul(flat);
  const rows = product.toArray() as number[][];
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(i === j ? 4 : 0, 12);
    });
  });
});

it('orthogonal_ is the Q of torch, up to rounding', () => {
  manualSeed(0);
  // torch.manual_seed(0); torch.nn.init.orthogonal_(torch.zeros(3, 2, dtype=torch.float64))
  const expected = [
    0.5349526297617249, -0.1699301523812457, -0.7563608392014989, 0.3401837823826129, -0.3764889969619549, -0.9248776878677233,
  ];
  (init.orthogonal_(zeros([3, 2], { dtype: 'float64' })).toArray() as number[][]).flat().forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 10);
  });
});

it.each([
  [() => init.kaimingUniform_(zeros([3])), ShapeError, 'kaimingUniform_: fan in and fan out need at least 2 dims, got shape [3]'],
  [() => init.xavierNormal_(zeros([])), ShapeError, 'xavierNormal_: fan in and fan out need at least 2 dims'],
  [() => init.kaimingNormal_(zeros([3, 2]), { mode: 'both' as 'fan_in' }), ArgumentError, 'kaimingNormal_: mode is "both"'],
  [() => init.eye_(zeros([3])), ShapeError, 'eye_: expected 2 dims, got shape [3].'],
  [() => init.dirac_(zeros([3, 3])), ShapeError, 'dirac_: expected 3, 4 or 5 dims'],
  [() => init.dirac_(zeros([3, 3, 3]), 2), ArgumentError, 'dirac_: 3 output channels do not divide into 2 groups.'],
  [() => init.orthogonal_(zeros([3])), ShapeError, 'orthogonal_: x is [3], expected at least 2 dims'],
  [() => init.sparse_(zeros([3]), 0.1), ShapeError, 'sparse_: expected 2 dims'],
  [() => init.sparse_(zeros([3, 3]), 1.1), ArgumentError, 'sparse_: sparsity is 1.1, expected a number from 0 to 1.'],
  [() => init.truncNormal_(zeros([3, 3]), 0, 0), ArgumentError, 'truncNormal_: std is 0'],
  [
    () => init.truncNormal_(zeros([3, 3]), 2 ** 31 - 1, 3),
    ArgumentError,
    'so far from [-2, 2] that nearly every draw would be thrown away',
  ],
  [() => init.truncNormal_(zeros([3, 3]), 0, 1, 2, 1), ArgumentError, 'truncNormal_: from 2 to 1 there are no numbers'],
  [() => init.normal_(zeros([3, 3]), 0, -1), ArgumentError, 'normal_: std is -1'],
  [() => init.xavierUniform_(zeros([0, 0])), ShapeError, 'xavierUniform_: a weight [0, 0] has neither inputs nor outputs.'],
  [() => init.constant_(zeros([1]), undefined as never), ArgumentError, 'constant_: the value is missing.'],
  [() => init.constant_(zeros([1]), '1' as never), ArgumentError, 'constant_: val is "1", expected a number.'],
  [
    () => init.kaimingUniform_(zeros([3, 3]), { gain: 2 } as never),
    ArgumentError,
    'there is no option "gain". kaimingUniform_ takes a, mode, nonlinearity, generator.',
  ],
  [() => init.dirac_(zeros([3, 3, 3]), 0), ArgumentError, 'dirac_: groups is 0, expected a whole number of at least 1.'],
  [() => init.calculateGain('leaky_relu', true as never), ArgumentError, 'calculateGain: param is true'],
])('%s', (call, type, message) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
});

it('arguments by position and by name mean the same', () => {
  const drawn = (fill: (x: Tensor) => Tensor) => {
    manualSeed(3);
    return fill(zeros([4, 5])).toArray();
  };
  expect(drawn((x) => init.uniform_(x, { a: -1, b: 2 }))).toEqual(drawn((x) => init.uniform_(x, -1, 2)));
  expect(drawn((x) => init.normal_(x, { std: 3 }))).toEqual(drawn((x) => init.normal_(x, 0, 3)));
  expect(drawn((x) => init.truncNormal_(x, { std: 0.5, a: -1 }))).toEqual(drawn((x) => init.truncNormal_(x, 0, 0.5, -1, 2)));
  expect(drawn((x) => init.xavierNormal_(x, { gain: 2 }))).toEqual(drawn((x) => init.xavierNormal_(x, 2)));
  expect(drawn((x) => init.orthogonal_(x, { gain: 2 }))).toEqual(drawn((x) => init.orthogonal_(x, 2)));
  expect(drawn((x) => init.sparse_(x, { sparsity: 0.5, std: 1 }))).toEqual(drawn((x) => init.sparse_(x, 0.5, 1)));
  expect(drawn((x) => init.kaimingNormal_(x, { a: 0.1, mode: 'fan_out' }))).toEqual(drawn((x) => init.kaimingNormal_(x, 0.1, 'fan_out')));
  expect(drawn((x) => init.constant_(x, { val: 3 }))).toEqual(drawn((x) => init.constant_(x, 3)));
  expect(drawn((x) => init.uniform_(x, 0, 1, new Generator(9)))).toEqual(drawn((x) => init.uniform_(x, { generator: new Generator(9) })));
  expect(drawn((x) => init.kaimingNormal_(x, 0, 'fan_in', 'relu', new Generator(9)))).toEqual(
    drawn((x) => init.kaimingNormal_(x, { nonlinearity: 'relu', generator: new Generator(9) })),
  );
  expect(drawn((x) => init.uniform_(x, 0, 1, { generator: new Generator(9) }))).not.toEqual(drawn((x) => init.uniform_(x, 0, 1)));
});

it('wrong mixtures do not compile, and throw', () => {
  const x = zeros([3, 3]);
  // @ts-expect-error a is given twice
  expect(() => init.uniform_(x, 0, { a: 1 })).toThrow('uniform_: a is given twice, by position and by name.');
  // @ts-expect-error the options come last
  expect(() => init.kaimingUniform_(x, { a: 1 }, 'fan_in')).toThrow(ArgumentError);
  // @ts-expect-error a sparsity has no default
  expect(() => init.sparse_(x)).toThrow('sparse_: sparsity is undefined, expected a number from 0 to 1.');
});

it('orthogonal_ keeps full precision over many columns', () => {
  const x = init.orthogonal_(zeros([150, 100], { dtype: 'float64' }));
  expect(x.t().matmul(x).sub(eye(100)).abs().max().item()).toBeLessThan(1e-14);
});

it('empty weights draw nothing', () => {
  manualSeed(3);
  const before = rand([1]).item();
  manualSeed(3);
  init.kaimingUniform_(zeros([3, 0]));
  init.truncNormal_(fromTypedArray(new Float32Array(0)));
  expect(rand([1]).item()).toBe(before);
});
