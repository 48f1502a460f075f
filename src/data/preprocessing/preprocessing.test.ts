/** Scalers and encoders: scikit-learn's results (conformance/scikit_learn.py), what they refuse, and their state in files. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import {
  type DType,
  load,
  loadBytes,
  manualSeed,
  NotFittedError,
  randn,
  StateDictError,
  save,
  saveBytes,
  scope,
  Tensor,
  tensor,
} from 'hone';
import { LabelEncoder, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler } from 'hone/data';
import { describe, expect, it, test, vi } from 'vitest';

type Plain = number | string | boolean | null | Plain[];
interface ScalerCase {
  table: string;
  name: 'StandardScaler' | 'MinMaxScaler' | 'RobustScaler';
  options: Record<string, never>;
  text: string;
  dtype: DType;
  batches: Plain[][][];
  x: Plain[][];
  transformed: Plain[][];
  inverse: Plain[][];
  attributes: Record<string, Plain>;
}
interface OneHotCase {
  options: Record<string, never>;
  fit: (string | number | boolean)[][];
  x: (string | number | boolean)[][];
  transformed: number[][];
  inverse: Plain[][];
  categories: Plain[][];
  dropIdx: Plain[] | null;
  infrequent: (Plain[] | null)[] | null;
  names: string[];
}
interface WeightedCase {
  table: string;
  dtype: DType;
  batches: Plain[][][];
  weights: number[][];
  mean: Plain[];
  var: Plain[];
  scale: Plain[];
  nSamplesSeen: Plain;
  transformed: Plain[][];
}
const fixture = JSON.parse(readFileSync(new URL('./scikit-learn.fixture.json', import.meta.url), 'utf8')) as {
  scalers: ScalerCase[];
  weighted: WeightedCase[];
  oneHot: OneHotCase[];
  labels: { y: (string | number | boolean)[]; classes: Plain[]; transformed: number[] }[];
};

const classes = { StandardScaler, MinMaxScaler, RobustScaler };
const any = (value: unknown) => value as never;
const number = (value: Plain) => (value === 'nan' ? Number.NaN : (value as number));
const table = (rows: Plain[][], dtype: DType) =>
  tensor(
    rows.map((row) => row.map(number)),
    { dtype },
  );

/** Within rounding: sums are not added up in NumPy's order. */
function close(got: unknown, wanted: Plain, dtype: DType, scale = 1): void {
  const [a, b] = [got instanceof Tensor ? got.toArray() : got, wanted];
  if (Array.isArray(b)) {
    expect(a).toHaveLength(b.length);
    for (const [i, item] of b.entries()) close((a as unknown[])[i], item, dtype, scale);
  } else if (b === null) expect(a).toBeNull();
  else {
    const [x, y] = [a as number, number(b)];
    if (Number.isNaN(y)) expect(x).toBeNaN();
    else expect(Math.abs(x - y)).toBeLessThanOrEqual((dtype === 'float32' ? 3e-7 : 2e-14) * Math.max(Math.abs(y), scale));
  }
}

describe('scikit-learn’s scalers', () => {
  test.each(fixture.scalers.map((one) => [`${one.text} of ${one.dtype}, ${one.table}`, one] as const))('%s', (_, one) => {
    const scaler = new classes[one.name](one.options);
    expect(String(scaler)).toBe(one.text);
    for (const batch of one.batches) {
      const x = table(batch, one.dtype);
      if (one.batches.length === 1) scaler.fit(x);
      else (scaler as StandardScaler).partialFit(x);
    }
    // As large as the numbers that cancel.
    const away = one.table === 'far from zero' ? 1e7 : 1;
    for (const [name, value] of Object.entries(one.attributes)) {
      // scikit-learn keeps no mean that it does not use.
      if (value === null && name === 'mean') continue;
      const got = (scaler as unknown as Record<string, unknown>)[name];
      if (value === null || (typeof value === 'number' && !(got instanceof Tensor))) expect(got, name).toBe(value);
      else close(got, value, one.dtype, away);
    }
    const out = scaler.transform(table(one.x, one.dtype));
    expect(out.dtype).toBe(one.dtype);
    const large = Math.max(1, ...one.x.flat().map((v) => Math.abs(number(v)) || 0));
    close(out, one.transformed, one.dtype, one.table === 'nearly constant' ? 1e7 : large);
    close(scaler.inverseTransform(out), one.inverse, one.dtype, large);

    const copy = new classes[one.name]().loadStateDict(load_(scaler.stateDict()));
    close(copy.transform(table(one.x, one.dtype)), out.toArray() as Plain, one.dtype);
    expect(String(copy)).toBe(one.text);
    expect(copy.nFeaturesIn).toBe(one.attributes['nFeaturesIn']);
  });
});

/** Through a file of tensors. */
const load_ = (state: Record<string, Tensor>) => loadBytes(saveBytes(state, { format: 'safetensors' }));

describe('scalers', () => {
  it('take integers as they are, and give float32', () => {
    const x = tensor([[2_000_000_000], [2_000_000_001], [2_000_000_002]], { dtype: 'int64' });
    const out = new MinMaxScaler().fitTransform(x);
    expect(out.dtype).toBe('float32');
    expect(out.toArray()).toEqual([[0], [0.5], [1]]);
  });

  it('leave their input alone, or write over it', () => {
    const x = tensor([
      [1, 2],
      [3, 6],
    ]);
    new StandardScaler().fitTransform(x);
    expect(x.toArray()).toEqual([
      [1, 2],
      [3, 6],
    ]);
    for (const scaler of [new StandardScaler({ copy: false }), new MinMaxScaler([-1, 1], { copy: false })]) {
      const mine = tensor([
        [1, 2],
        [3, 6],
      ]);
      expect(scaler.fitTransform(mine)).toBe(mine);
      expect(mine.toArray()).toEqual([
        [-1, -1],
        [1, 1],
      ]);
      expect(scaler.inverseTransform(mine).toArray()).toEqual([
        [1, 2],
        [3, 6],
      ]);
    }
    const off = new StandardScaler({ withMean: false, withStd: false }).fit(x);
    expect(off.transform(x).storage).not.toBe(x.storage);
  });

  it('let gradients through', () => {
    const x = tensor(
      [
        [1, 2],
        [3, 6],
      ],
      { requiresGrad: true },
    );
    new StandardScaler().fitTransform(x).sum().backward();
    expect(x.grad!.toArray()).toEqual([
      [1, 0.5],
      [1, 0.5],
    ]);
  });

  it('outlive the scope in which they were fitted', () => {
    const scaler = new StandardScaler();
    scope(() => void scaler.fit(tensor([[1], [3]])));
    expect(scaler.transform(tensor([[5]])).toArray()).toEqual([[3]]);
    const copy = new MinMaxScaler();
    scope(() => void copy.loadStateDict(new MinMaxScaler([0, 2]).fit(tensor([[1], [3]])).stateDict()));
    expect(copy.transform(tensor([[5]])).toArray()).toEqual([[4]]);
  });

  it('learn the same in parts, blocks and strides', () => {
    manualSeed(1);
    const x = randn([300_000, 3], { dtype: 'float64' });
    const [whole, parts, turned] = [new StandardScaler().fit(x), new StandardScaler(), new StandardScaler()];
    for (let i = 0; i < 3; i++) parts.partialFit(x.narrow(0, i * 100_000, 100_000));
    turned.fit(x.t().contiguous().t());
    close(parts.var, whole.var!.toArray() as Plain, 'float64', 10);
    close(turned.mean, whole.mean.toArray() as Plain, 'float64', 10);
    expect(parts.nSamplesSeen).toBe(300_000);
  });

  it('of one column may have been empty so far', () => {
    const scaler = new StandardScaler().partialFit(tensor([[1, Number.NaN]])).partialFit(
      tensor([
        [3, 4],
        [5, 6],
      ]),
    );
    expect(scaler.mean.toArray()).toEqual([3, 5]);
    expect(scaler.nSamplesSeen).toEqual([3, 2]);
  });

  test.each<[() => unknown, string]>([
    [
      () => new StandardScaler().transform(tensor([[1]])),
      'StandardScaler.transform: this StandardScaler has not seen data yet. Call fit(x)',
    ],
    [() => new MinMaxScaler().inverseTransform(tensor([[1]])), 'MinMaxScaler.inverseTransform: this MinMaxScaler has not seen data'],
    [() => new RobustScaler().scale, 'RobustScaler.scale: this RobustScaler has not seen data'],
    [() => new StandardScaler().stateDict(), 'has not seen data'],
    [() => new StandardScaler().fit(tensor([[1, 2, 3]])).transform(tensor([[1, 2]])), 'x has 2 columns, but it was fitted on 3 (x [1, 2])'],
    [() => new StandardScaler().partialFit(tensor([[1, 2, 3]])).partialFit(tensor([[1, 2]])), 'StandardScaler.partialFit: x has 2 columns'],
    [() => new StandardScaler().fit(tensor([1, 2])), 'x has shape [2], expected [N, F]: rows and columns. One column is x.reshape(-1, 1)'],
    [() => new StandardScaler().fit(tensor([[[1]]])), 'Flatten it: x.flatten(1).'],
    [() => new StandardScaler().fit(tensor([]).reshape(0, 3)), 'x has no rows'],
    [() => new StandardScaler().fit(any([[1, 2]])), 'StandardScaler.fit: x is a list, expected a Tensor. Make one with tensor(…).'],
    [
      () =>
        new RobustScaler().fit(
          tensor([
            [1, 2],
            [3, Infinity],
          ]),
        ),
      'RobustScaler.fit: x holds Infinity in row 1, column 1',
    ],
    [() => new MinMaxScaler([1, 0]), 'MinMaxScaler: featureRange is [1, 0], expected the smaller number first.'],
    [() => new MinMaxScaler({ featureRange: any([0, '1']) }), 'MinMaxScaler: featureRange[1] is "1"'],
    [() => new MinMaxScaler(any({ feature_range: [0, 1] })), 'Did you mean featureRange?'],
    [() => new StandardScaler(any({ with_mean: false })), 'StandardScaler: there is no option "with_mean". Did you mean withMean?'],
    [() => new MinMaxScaler(any(null)), 'MinMaxScaler: featureRange is null, expected two numbers: [min, max].'],
    [() => new RobustScaler({ quantileRange: any({}) }), 'RobustScaler: quantileRange is an object, expected two numbers'],
    [() => new RobustScaler({ quantileRange: [25, 101] }), 'RobustScaler: quantileRange[1] is 101, expected a number from 0 to 100.'],
    [() => new StandardScaler().loadStateDict({}), 'StandardScaler.loadStateDict: the state has no "mean". It has nothing.'],
    [
      () => new StandardScaler().loadStateDict(new MinMaxScaler().fit(tensor([[1]])).stateDict()),
      'the state has no "mean". It has "min", "scale"',
    ],
    [
      () => new StandardScaler().loadStateDict({ ...new StandardScaler().fit(tensor([[1]])).stateDict(), more: tensor(1) }),
      'the state has "more"',
    ],
    [
      () => new StandardScaler().loadStateDict({ ...new StandardScaler().fit(tensor([[1]])).stateDict(), var: tensor([1, 2]) }),
      '"var" has 2 numbers',
    ],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });

  it('throw errors of their own', () => {
    expect(() => new StandardScaler().mean).toThrow(NotFittedError);
    expect(() => new LabelEncoder().classes).toThrow(NotFittedError);
    expect(() => new OneHotEncoder().transform([['a']])).toThrow(NotFittedError);
    expect(() => new StandardScaler().loadStateDict({})).toThrow(StateDictError);
    expect(inspect(new MinMaxScaler({ clip: true }))).toBe('MinMaxScaler(clip=True)');
  });
});

describe('scikit-learn’s encoders', () => {
  test.each(fixture.oneHot.map((one) => [JSON.stringify([one.options, one.fit]), one] as const))('%s', (_, one) => {
    const encoder = new OneHotEncoder(one.options).fit(one.fit);
    expect(encoder.categories).toEqual(one.categories);
    expect(encoder.infrequentCategories).toEqual(one.infrequent ?? one.categories.map(() => null));
    expect(encoder.dropIdx).toEqual(one.dropIdx ?? one.categories.map(() => null));
    const names = encoder
      .getFeatureNamesOut()
      .map((name) => name.replace(/true|false|null/, (word) => ({ true: 'True', false: 'False', null: 'None' })[word]!));
    expect(names.map((name) => name.replace(/\.0$/, ''))).toEqual(one.names.map((name) => name.replace(/\.0$/, '')));
    const out = encoder.transform(one.x);
    expect(out.toArray()).toEqual(one.transformed);
    expect(encoder.inverseTransform(out)).toEqual(one.inverse);
    const copy = new OneHotEncoder().loadStateDict(loadBytes(saveBytes(encoder.stateDict())));
    expect(copy.transform(one.x).toArray()).toEqual(one.transformed);
    expect(copy.stateDict()).toEqual(encoder.stateDict());
  });

  test.each(fixture.weighted)('rows with weights: $table of $dtype in $batches.length', (one) => {
    const scaler = new StandardScaler();
    const parts = one.batches.map((batch) => table(batch, one.dtype));
    for (const [i, x] of parts.entries()) scaler.partialFit(x, { sampleWeight: i === 0 ? one.weights[i]! : tensor(one.weights[i]!) });
    for (const name of ['mean', 'var', 'scale', 'nSamplesSeen'] as const) close(scaler[name], one[name], one.dtype);
    for (const [i, x] of parts.entries())
      close(scaler.transform(x), one.transformed.slice(i * parts[0]!.shape[0]!).slice(0, x.shape[0]), one.dtype);
    const copy = new StandardScaler().loadStateDict(loadBytes(saveBytes(scaler.stateDict())));
    expect(copy.nSamplesSeen).toEqual(scaler.nSamplesSeen);
    if (parts.length === 1)
      expect(new StandardScaler().fit(parts[0]!, { sampleWeight: one.weights[0]! }).mean.toArray()).toEqual(scaler.mean.toArray());
  });

  test.each(fixture.labels)('labels $y', ({ y, classes, transformed }) => {
    const encoder = new LabelEncoder();
    const out = encoder.fitTransform(y);
    expect(encoder.classes).toEqual(classes);
    expect([out.dtype, out.toArray()]).toEqual(['int64', transformed]);
    expect(encoder.inverseTransform(out)).toEqual(y);
    expect(
      new LabelEncoder()
        .loadStateDict(loadBytes(saveBytes(encoder.stateDict())))
        .transform(y)
        .toArray(),
    ).toEqual(transformed);
  });
});

describe('encoders', () => {
  it('take tensors', () => {
    expect(new LabelEncoder().fitTransform(tensor([5, 3, 5], { dtype: 'int64' })).toArray()).toEqual([1, 0, 1]);
    const out = new OneHotEncoder({ dtype: 'bool' }).fitTransform(tensor([[2], [7], [2]]));
    expect([out.dtype, out.toArray()]).toEqual([
      'bool',
      [
        [true, false],
        [false, true],
        [true, false],
      ],
    ]);
  });

  it('keep missing values as categories of their own', () => {
    const encoder = new OneHotEncoder().fit([[Number.NaN], [1], [null]]);
    expect(encoder.categories).toEqual([[1, null, Number.NaN]]);
    expect(encoder.inverseTransform(encoder.transform([[Number.NaN], [null]]))).toEqual([[Number.NaN], [null]]);
  });

  it('warn of unknown categories, once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const encoder = new OneHotEncoder({ handleUnknown: 'warn' }).fit([['a'], ['b']]);
    expect(encoder.transform([['c'], ['c']]).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(encoder.inverseTransform(encoder.transform([['c']]))).toEqual([[null]]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain('column 0 holds "c", which fit did not see. It saw "a", "b". It becomes zeros.');
    new OneHotEncoder({ handleUnknown: 'ignore', drop: 'first' }).fit([['a'], ['b']]).transform([['c']]);
    expect(warn.mock.calls[1]![0]).toContain('It becomes zeros, as "a" does.');
  });

  test.each<[() => unknown, string]>([
    [
      () => new OneHotEncoder().fit([['a'], ['b']]).transform([['a'], ['c']]),
      'row 1, column 0 holds "c", which fit did not see. It saw "a", "b".',
    ],
    [() => new OneHotEncoder().fit([['a', 1]]).transform([['a']]), 'row 0 has 1 columns, but it was fitted on 2.'],
    [() => new OneHotEncoder().fit([['a', 1], ['b']]), 'row 1 has 1 entries, row 0 has 2.'],
    [() => new OneHotEncoder().fit(any(['a', 'b'])), 'row 0 is "a", expected a list. One column is x.map((value) => [value])'],
    [() => new OneHotEncoder().fit([]), 'x has no rows'],
    [() => new OneHotEncoder().fit([['a'], [1]]), 'column 0 holds strings and, in entry 1, 1, expected one kind.'],
    [() => new OneHotEncoder().fit(any([[{}]])), 'column 0, entry 0 is an object, expected a string'],
    [() => new OneHotEncoder({ categories: [['a']] }).fit([['b']]), 'column 0 holds "b", which is none of its categories: "a".'],
    [() => new OneHotEncoder({ categories: [[2, 1]] }).fit([[1]]), 'expected numbers in ascending order'],
    [() => new OneHotEncoder({ categories: [['a', 'a']] }).fit([['a']]), 'has a category twice'],
    [() => new OneHotEncoder({ drop: ['z'] }).fit([['a']]), 'drop[0] is "z", which column 0 does not hold: "a".'],
    [() => new OneHotEncoder({ drop: any('ifBinary') }), "OneHotEncoder: drop is \"ifBinary\", expected 'first' or 'if_binary'."],
    [() => new OneHotEncoder({ handleUnknown: any('skip') }), "expected 'error', 'ignore', 'infrequent_if_exist' or 'warn'."],
    [
      () => new OneHotEncoder(any({ sparseOutput: true })),
      'OneHotEncoder: sparseOutput is true, expected false: there are no sparse tensors',
    ],
    [() => new OneHotEncoder({ minFrequency: 1.5 }), 'OneHotEncoder: minFrequency is 1.5, expected a whole number of rows, or a share'],
    [() => new OneHotEncoder({ maxCategories: 0 }), 'OneHotEncoder: maxCategories is 0'],
    [
      () => new OneHotEncoder({ minFrequency: 2, drop: ['a'] }).fit([['a'], ['b'], ['b']]),
      'OneHotEncoder.fit: drop[0] is "a", which is too rare for a column of its own. Name a frequent one: "b".',
    ],
    [
      () => new StandardScaler().fit(tensor([[1], [2]]), { sampleWeight: [1] }),
      'StandardScaler.fit: sampleWeight has 1 numbers, x has 2 rows. Give one for each row.',
    ],
    [() => new StandardScaler().fit(tensor([[1], [2]]), { sampleWeight: [1, -1] }), 'StandardScaler.fit: sampleWeight[1] is -1'],
    [() => new StandardScaler().fit(tensor([[1], [2]]), { sampleWeight: [0, 0] }), 'StandardScaler.fit: all weights are 0'],
    [
      () => new StandardScaler().fit(tensor([[1], [2]]), any({ sample_weight: [1, 2] })),
      'there is no option "sample_weight". Did you mean sampleWeight',
    ],
    [() => new OneHotEncoder().fit([['a'], ['b']]).inverseTransform(tensor([[0, 0]])), 'row 0 has only zeros for feature 0'],
    [() => new OneHotEncoder().fit([['a'], ['b']]).inverseTransform(tensor([[0]])), 'x has 1 columns'],
    [() => new OneHotEncoder().fit([['a']]).getFeatureNamesOut(['x', 'y']), 'expected 1 names'],
    [() => new OneHotEncoder().loadStateDict(any({ categories: [['a']] })), 'the state has no "drop_idx"'],
    [() => new LabelEncoder().fit(['a', 'b']).transform(['b', 'd']), 'label 1 is "d", which fit did not see. It saw "a", "b".'],
    [() => new LabelEncoder().fit(any(['a', 1])), 'y holds strings and, in entry 1, 1'],
    [() => new LabelEncoder().fit(any([undefined])), 'y, entry 0 is missing'],
    [() => new LabelEncoder().fit(tensor([[1], [2]])), 'y has shape [2, 1], expected [N]. Use y.flatten().'],
    [() => new LabelEncoder().fit(any('abc')), 'y is "abc", expected a list of labels'],
    [() => new LabelEncoder().fit(['a']).inverseTransform([1]), 'entry 0 is 1, expected a class from 0 to 0.'],
    [() => new LabelEncoder().transform(['a']), 'has not seen labels yet. Call fit(y)'],
    [() => new LabelEncoder().loadStateDict(any({ classes: ['b', 'a'] })), 'expected different labels in order'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });

  it('stand beside the model in a checkpoint', () => {
    const path = `${process.env['TMPDIR'] ?? '/tmp'}/hone-encoders-${process.pid}.pth`;
    const [labels, scaler] = [new LabelEncoder().fit(['yes', 'no']), new RobustScaler().fit(tensor([[1], [2], [4]]))];
    save({ labels: labels.stateDict(), scaler: scaler.stateDict() }, path);
    const state = load<{ labels: { classes: string[] }; scaler: Record<string, Tensor> }>(path);
    expect(new LabelEncoder<string>().loadStateDict(state.labels).inverseTransform([1])).toEqual(['yes']);
    expect(
      new RobustScaler()
        .loadStateDict(state.scaler)
        .transform(tensor([[2]]))
        .toArray(),
    ).toEqual([[0]]);
  });
});
