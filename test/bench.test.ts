/** What the benchmark makes of its times: it has no other tests, for what it measures differs from run to run. */
import { describe, expect, it } from 'vitest';
import { bandwidth, limitOf, type Machine } from '../bench/measure/machine.js';
import { quantile, spread, timingOf } from '../bench/measure/statistics.js';
import { table } from '../bench/report/docs.js';
import { ratioOf, showTime, showTiming } from '../bench/report/format.js';
import { OPERATION_ROWS } from '../bench/workloads/operations/index.js';

const machine: Machine = {
  float32: 100,
  float64: 50,
  triad: [
    [1000, 80],
    [100_000, 20],
  ],
  update: [[1000, 160]],
};

describe('the benchmark', () => {
  it('takes quantiles between neighbours, and the spread from the quartiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([7], 0.9)).toBe(7);
    const timing = timingOf([5, 1, 4, 2, 3]);
    expect(timing).toMatchObject({ least: 1, p25: 2, median: 3, p75: 4, count: 5 });
    expect(spread(timing)).toBeCloseTo(1 / 3);
    expect(ratioOf(timing, timingOf([2, 2, 2]))).toEqual({ median: 1.5, least: 0.5 });
  });

  it('holds an operation against the limit that takes longer', () => {
    expect(bandwidth(machine.triad, 10)).toBe(80);
    expect(bandwidth(machine.triad, 10_000)).toBeCloseTo(50);
    expect(bandwidth(machine.triad, 1e9)).toBe(20);
    expect(limitOf(machine, { flops: 1e9, bytes: 1000, memory: 1000, dtype: 'float64' })).toEqual({ ms: 20, by: 'flops' });
    expect(limitOf(machine, { flops: 0, bytes: 1600, memory: 1000, dtype: 'float32' })).toEqual({ ms: 1e-5, by: 'bytes' });
  });

  it('writes times with three digits, and tables', () => {
    expect([0.0123, 4.5678, 1234].map(showTime)).toEqual(['12.3 us', '4.57 ms', '1.23 s']);
    expect(showTiming(timingOf([5, 1, 4, 2, 3]))).toBe('3.00 ms ± 33 % (1.00 ms)');
    expect(showTiming(timingOf([5, 3]))).toBe('4.00 ms, twice (3.00 ms)');
    expect(table(['a', 'b'], [['1|2', '3']])).toBe('| a | b |\n| --- | --- |\n| 1\\|2 | 3 |');
    expect(table(['a'], [])).toBe('Not measured in this run.');
  });

  it('has operations of different names', () => {
    const names = OPERATION_ROWS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
