import { arange, bucketize, combinations, cov, histc, kthvalue, ones, quantile, ShapeError, searchsorted, tensor, trace } from 'hone';
import { describe, expect, it } from 'vitest';

describe('the smaller functions as methods', () => {
  const x = tensor([
    [3, 1],
    [2, 4],
  ]);

  it('give what their functions give', () => {
    expect(x.cummax(0).values.tolist()).toEqual([
      [3, 1],
      [3, 4],
    ]);
    expect(x.cummax(0).indices.tolist()).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(x.mT.tolist()).toEqual([
      [3, 2],
      [1, 4],
    ]);
    expect(arange(5).unfold(0, 2, 2).tolist()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(x.quantile(0.5).item()).toBe(2.5);
    expect(x.sumToSize(2, 1).tolist()).toEqual([[4], [6]]);
  });

  it('make new tensors of the same dtype', () => {
    expect(x.double().newZeros([2]).dtype).toBe('float64');
    expect(x.newFull([2], 7).tolist()).toEqual([7, 7]);
    expect(ones([2]).typeAs(arange(2)).dtype).toBe('int64');
  });
});

describe('refuses, and says why', () => {
  it.each([
    [() => quantile(ones([3]), 1.5), 'quantile: q is 1.5, expected a probability from 0 to 1.'],
    [() => kthvalue(ones([3]), 4), 'kthvalue: k is 4, expected a whole number from 1 to 3. Dim 0 has 3 elements.'],
    [() => trace(ones([2])), 'trace: input is [2], expected a matrix.'],
    [() => histc(ones([2]), { bins: 0 }), 'histc: bins is 0, expected a whole number of at least 1.'],
    [
      () => searchsorted(ones([2, 3]), ones([3])),
      'searchsorted: the rows are [2, 3], the values [3], expected equal sizes but for the last dim.',
    ],
    [() => combinations(ones([2, 2])), 'combinations: input is [2, 2], expected a vector.'],
    [() => cov(ones([2, 2, 2])), 'cov: input is [2, 2, 2], expected at most 2 dims.'],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });

  it('with named errors', () => {
    expect(() => trace(ones([2]))).toThrow(ShapeError);
    expect(bucketize(2.5, tensor([1, 2, 3])).item()).toBe(2);
  });
});
