import { describe, expect, test } from 'vitest';
import * as hone from '../index.js';
import { ArgumentError, arange, F, HoneError, nn, ones, rand, tensor, zeros } from '../index.js';

const x = () => arange(9).float().reshape([3, 3]);
const v = () => arange(3).float();
const bad = [0.5, Number.NaN, Number.POSITIVE_INFINITY, -Number.POSITIVE_INFINITY, '1', tensor(1), [1.5], true] as never[];

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

describe('what is no whole number is refused by name', () => {
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
