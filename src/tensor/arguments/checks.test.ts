import { describe, expect, test } from 'vitest';
import * as hone from '../../index.js';
import { ArgumentError, arange, DTypeError, F, HoneError, nn, ones, rand, ShapeError, tensor, zeros } from '../../index.js';
import * as checks from './checks.js';

const x = () => arange(9).float().reshape([3, 3]);
const v = () => arange(3).float();
const bad = [0.5, Number.NaN, Number.POSITIVE_INFINITY, -Number.POSITIVE_INFINITY, '1', tensor(1), [1.5], true] as never[];

// The sentence of each kind of mistake stands here once; tests of operations ask for the class and the argument's name.
describe('the check vocabulary', () => {
  const nan = Number.NaN;
  test.each<[() => unknown, string]>([
    [() => checks.wholeNumber('op', 'n', 1.5), 'op: n is 1.5, expected a whole number.'],
    [
      () => checks.wholeNumber('op', 'n', -1, { min: 0 }, 'Count again.'),
      'op: n is -1, expected a whole number of at least 0. Count again.',
    ],
    [() => checks.wholeNumber('op', 'n', 3, { min: 0, max: 2 }), 'op: n is 3, expected a whole number from 0 to 2.'],
    [() => checks.wholeNumber('op', 'n', 3, { max: 2 }), 'op: n is 3, expected a whole number of at most 2.'],
    [() => checks.countOf('op', 'n', '1', 1), 'op: n is "1", expected a whole number of at least 1.'],
    [() => checks.wholeNumbers('op', 'dims', [0, nan]), 'op: dims[1] is NaN, expected a whole number.'],
    [() => checks.wholeNumbers('op', 'dims', 1), 'op: dims is 1, expected a list of whole numbers.'],
    [() => checks.realNumber('op', 'p', nan), 'op: p is NaN, expected a number.'],
    [() => checks.finiteNumber('op', 'p', 1 / 0), 'op: p is Infinity, expected a finite number.'],
    [() => checks.atLeast('op', 'lr', -1, 0), 'op: lr is -1, expected a number of at least 0.'],
    [() => checks.above('op', 'eps', 0, 0), 'op: eps is 0, expected a number above 0.'],
    [() => checks.between('op', 'alpha', 2, -1, 1), 'op: alpha is 2, expected a number from -1 to 1.'],
    [() => checks.below('op', 'betas[0]', 1, 0, 1), 'op: betas[0] is 1, expected at least 0 and below 1.'],
    [() => checks.probability('op', 'p', 1.5), 'op: p is 1.5, expected a probability from 0 to 1.'],
    [() => checks.probability('op', 'p', nan), 'op: p is NaN, expected a probability from 0 to 1.'],
    [() => checks.oneOf('op', 'mode', 'min', ['sum', 'mean', 'max']), "op: mode is \"min\", expected 'sum', 'mean' or 'max'."],
    [
      () => checks.sizesPerAxis('op', 'stride', [1, 0], 2, 1),
      'op: stride is [1, 0], expected a whole number of at least 1, or two of them',
    ],
    [() => checks.sizesPerAxis('op', 'stride', [1, 1, 1], 2, 1), 'op: stride is [1, 1, 1], expected a whole number of at least 1, or two'],
    [() => checks.assertTensor('op', 'x', [1]), 'op: x is a list, expected a Tensor. Make one with tensor(…).'],
    [() => checks.assertTensorOrNull('op', 'bias', 1), 'op: bias is 1, expected a Tensor, or null for none. Make one with tensor(…).'],
  ])('%s', (check, sentence) => {
    expect(check).toThrow(ArgumentError);
    expect(check).toThrow(sentence);
  });

  test.each<[() => unknown, string]>([
    [() => checks.assertFloating('op', 'x', ones([1]).long()), "op: x is int64, expected float32 or float64. Use x.to('float32')."],
    [() => checks.assertFloatingDType('op', 'dtype', 'int32'), 'op: dtype is int32, expected float32 or float64.'],
    [
      () => checks.assertSameDType('op', { x: ones([1]), weight: null, bias: ones([1]).double() }),
      "op: x is float32 and bias float64, expected one dtype. Use x.to('float64').",
    ],
    [
      () => checks.assertSameDType('op', { x: ones([1]), weight: ones([1]).long() }),
      "op: x is float32 and weight int64, expected one dtype. Use weight.to('float32').",
    ],
  ])('%s', (check, sentence) => {
    expect(check).toThrow(DTypeError);
    expect(check).toThrow(sentence);
  });

  test('counts dims', () => {
    expect(() => checks.assertDims('op', 'x', ones([3]), 2)).toThrow(new ShapeError('op: x is [3], expected at least 2 dims.'));
    checks.assertDims('op', 'x', ones([3]), 1);
  });

  test('gives back what it has checked', () => {
    expect(checks.wholeNumber('op', 'n', 3, { min: 3, max: 3 })).toBe(3);
    expect(checks.realNumber('op', 'p', 1 / 0)).toBe(1 / 0);
    expect(checks.probability('op', 'p', 1)).toBe(1);
    expect(checks.oneOf('op', 'mode', 'sum', ['sum'])).toBe('sum');
    expect(checks.sizesPerAxis('op', 'stride', 2, 3, 1)).toEqual([2, 2, 2]);
    expect(checks.sizesPerAxis('op', 'stride', [2, 1], 2, 1)).toEqual([2, 1]);
    checks.assertSameDType('op', { x: ones([1]), weight: null, bias: ones([2]) });
  });
});

// Fractions, NaN, infinities, strings and tensors where a whole number belongs.
const wholes: [string, (n: never) => unknown][] = [
  ['expand', (n) => zeros([1]).expand([n])],
  ['broadcastTo', (n) => hone.broadcastTo(zeros([1]), [n])],
  ['diagonal', (n) => hone.diagonal(x(), n)],
  ['diag', (n) => hone.diag(x(), n)],
  ['diag of a vector', (n) => hone.diag(v(), n)],
  ['diagEmbed', (n) => hone.diagEmbed(v(), n)],
  ['tril', (n) => hone.tril(x(), n)],
  ['triu', (n) => hone.triu(x(), n)],
  ['trilIndices', (n) => hone.trilIndices(n, 3)],
  ['trilIndices, offset', (n) => hone.trilIndices(3, 3, n)],
  ['triuIndices', (n) => hone.triuIndices(3, n)],
  ['vander', (n) => hone.vander(v(), n)],
  ['logspace', (n) => hone.logspace(0, 1, n)],
  ['linspace', (n) => hone.linspace(0, 1, n)],
  ['diff', (n) => hone.diff(v(), n)],
  ['rot90', (n) => hone.rot90(x(), n)],
  ['roll', (n) => hone.roll(x(), [n], [0])],
  ['repeat', (n) => hone.repeat(x(), [n, 1])],
  ['tile', (n) => hone.tile(x(), [n])],
  ['narrow, start', (n) => hone.narrow(x(), 0, n, 1)],
  ['narrow, length', (n) => hone.narrow(x(), 0, 0, n)],
  ['slice', (n) => x().slice(0, 0, 1, n)],
  ['chunk', (n) => hone.chunk(x(), n)],
  ['tensorSplit', (n) => hone.tensorSplit(x(), [n])],
  ['unfold', (n) => x().unfold(0, n, 1)],
  ['unfold, step', (n) => x().unfold(0, 1, n)],
  ['matrixPower', (n) => hone.matrixPower(x(), n)],
  ['bincount', (n) => hone.bincount(tensor([1, 2], { dtype: 'int64' }), { minlength: n })],
  ['histc', (n) => hone.histc(v(), n)],
  ['oneHot', (n) => F.oneHot(tensor([0], { dtype: 'int64' }), n)],
  ['eye', (n) => hone.eye(n)],
  ['randperm', (n) => hone.randperm(n)],
  ['zeros', (n) => zeros([n])],
  ['reshape', (n) => x().reshape([n, 9])],
  ['conv2d, stride', (n) => F.conv2d(rand([1, 1, 4, 4]), rand([1, 1, 2, 2]), { stride: [n, 1] as never })],
  ['conv2d, dilation', (n) => F.conv2d(rand([1, 1, 4, 4]), rand([1, 1, 2, 2]), { dilation: [n, 1] as never })],
  ['conv2d, padding', (n) => F.conv2d(rand([1, 1, 4, 4]), rand([1, 1, 2, 2]), { padding: [n, 1] as never })],
  ['maxPool2d', (n) => F.maxPool2d(rand([1, 1, 4, 4]), [n, 1] as never)],
  ['adaptiveAvgPool2d', (n) => F.adaptiveAvgPool2d(rand([1, 1, 4, 4]), [n, 1] as never)],
  ['interpolate', (n) => F.interpolate(rand([1, 1, 4]), { size: [n] })],
  ['Linear', (n) => new nn.Linear(n, 2)],
];

describe('anything but a whole number is refused by name', () => {
  test.each(wholes)('%s', (_, run) => {
    for (const value of bad) expect(() => run(value), String(value)).toThrow(HoneError);
  });

  test('and repeatInterleave', () => {
    for (const value of [-1, 0.5, Number.NaN, '3', tensor([0.5]), tensor([-1], { dtype: 'int64' })])
      expect(() => hone.repeatInterleave(v(), value as never)).toThrow(HoneError);
    expect(hone.repeatInterleave(v(), tensor([2, 0, 1], { dtype: 'int64' })).toArray()).toEqual([0, 0, 2]);
    expect(hone.repeatInterleave(v(), 2).toArray()).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('negative sizes do not multiply to positive ones', () => {
    expect(() => zeros([1]).expand([-2000, -3000, 1])).toThrow(ArgumentError);
    expect(() => zeros([-2, -3])).toThrow(HoneError);
    expect(() => x().expand([-1, -1, -1, 3])).toThrow(HoneError);
    expect(x().expand([2, -1, -1]).shape).toEqual([2, 3, 3]);
  });
});

// Each of these was an abort of the process, a list of 2^31 entries, or minutes.
describe('absurd requests are refused at once', () => {
  const self: unknown[] = [];
  self[0] = self;
  const absurd: [string, () => unknown][] = [
    ['repeatInterleave', () => x().repeatInterleave(2147483648, -1)],
    ['repeatInterleave of a vector', () => hone.repeatInterleave(v(), 2 ** 31)],
    ['adaptiveMaxPool2d', () => F.adaptiveMaxPool2d(rand([1, 1, 4, 4]), 2147483648)],
    ['adaptiveAvgPool1d', () => F.adaptiveAvgPool1d(rand([1, 1, 4]), 2147483648)],
    ['interpolate', () => F.interpolate(rand([1, 1, 4, 4]), { size: 2147483648 })],
    ['interpolate by a factor', () => F.interpolate(rand([1, 1, 4, 4]), { scaleFactor: 1e9, mode: 'bilinear' })],
    ['tensorSplit', () => hone.tensorSplit(v(), 2147483648)],
    ['chunk of an empty dim', () => hone.chunk(zeros([0]), 2147483648)],
    ['linspace', () => hone.linspace(0, 1, 2 ** 40)],
    ['logspace', () => hone.logspace(0, 1, 2 ** 40)],
    ['vander', () => hone.vander(v(), 2 ** 31)],
    ['arange', () => arange(0, 1e300, 1)],
    ['arange by tiny steps', () => arange(0, 1, 1e-300)],
    ['bincount', () => hone.bincount(tensor([2 ** 40], { dtype: 'int64' }))],
    ['histc', () => hone.histc(v(), 2 ** 40)],
    ['zeros', () => zeros([2 ** 31, 2 ** 31])],
    ['ones', () => ones([2 ** 53])],
    ['repeat', () => hone.repeat(v(), [2 ** 50])],
    ['oneHot', () => F.oneHot(tensor([0], { dtype: 'int64' }), 2 ** 50)],
    ['randperm', () => hone.randperm(2 ** 50)],
    ['pad', () => F.pad(v(), [2 ** 50, 0])],
    ['pad that reflects', () => F.pad(rand([1, 4]), [0, 2 ** 50], 'replicate')],
    ['eye', () => hone.eye(2 ** 30)],
    ['triuIndices', () => hone.triuIndices(2 ** 30, 2 ** 30)],
    ['layers of an LSTM', () => new nn.LSTM(1, 1, 2 ** 31)],
    ['layers of a transformer', () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(2, 1), 2 ** 31)],
    ['mvlgamma', () => hone.special.multigammaln(v(), 2 ** 31)],
    ['an array that contains itself', () => tensor(self as never)],
  ];
  test.each(absurd)('%s', (_, run) => {
    expect(run).toThrow(HoneError);
  });

  test('many differences of few elements leave none, as in PyTorch', () => {
    expect(hone.diff(v(), 2 ** 31).shape).toEqual([0]);
  });
});
