import { describe, expect, test } from 'vitest';
import { showSpread, spread } from './spread.js';
import { plural, showCount, showDuration, showShortCount, textTable } from './text.js';

describe('spread', () => {
  test('mean and sample deviation', () => {
    // python: statistics.mean, statistics.stdev
    expect(spread([0.9, 0.95, 0.94])).toEqual({
      mean: expect.closeTo(0.93, 12),
      deviation: expect.closeTo(0.026457513110645928, 12),
      count: 3,
    });
  });

  test('one value has no deviation, none is NaN', () => {
    expect(spread([0.5])).toEqual({ mean: 0.5, deviation: 0, count: 1 });
    expect(spread([])).toEqual({ mean: Number.NaN, deviation: 0, count: 0 });
  });

  test('shown with ± only over several values', () => {
    expect(showSpread(spread([0.9, 0.95, 0.94]))).toBe('0.9300 ± 0.0265');
    expect(showSpread(spread([0.93]), 2)).toBe('0.93');
    expect(showSpread(spread([]))).toBe('-');
    expect(showSpread(spread([1, Number.NaN]))).toBe('-');
  });
});

describe('textTable', () => {
  test('aligns, rules, and leaves no spaces at line ends', () => {
    const table = textTable(
      [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'what' }],
      [
        ['a', '1', 'x'],
        ['longer', '1000', ''],
      ],
    );
    expect(table).toBe(['name       n  what', '──────  ────  ────', 'a          1  x', 'longer  1000'].join('\n'));
  });

  test('no rows', () => {
    expect(textTable([{ title: 'a' }], [])).toBe('a\n─');
  });
});

test.each([
  [0, '0.0 s'],
  [0.84, '0.8 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [99.4, '99 s'],
  [99.6, '1:40 min'],
  [187, '3:07 min'],
  [3599.6, '1:00:00 h'],
  [3723, '1:02:03 h'],
  [Number.NaN, '-'],
  [Number.POSITIVE_INFINITY, '-'],
])('showDuration(%f) is %s', (seconds, text) => {
  expect(showDuration(seconds)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [999.7, '1.0k'],
  [12_345, '12.3k'],
  [99_960, '100k'],
  [999_600, '1.0M'],
  [12_300_000, '12.3M'],
])('showShortCount(%f) is %s', (n, text) => {
  expect(showShortCount(n)).toBe(text);
});

test('counts and plurals', () => {
  expect(showCount(4403786)).toBe('4,403,786');
  expect([plural(1, 'run'), plural(0, 'run'), plural(1200, 'run')]).toEqual(['1 run', '0 runs', '1,200 runs']);
});
