import { describe, expect, test } from 'vitest';
import { arange, OutOfMemoryError, ShapeError, Tensor, tensor, zeros } from '../index.js';

describe('a tensor never reaches beyond its storage', () => {
  test('reshape and view keep nothing of the array that they are given', () => {
    for (const way of ['reshape', 'view'] as const) {
      const sizes = [4, 4];
      const y = zeros([16])[way](sizes);
      const other = zeros([2000]);
      sizes[0] = 400;
      expect(y.shape).toEqual([4, 4]);
      y.fill_(7);
      expect(y.sum().item()).toBe(7 * 16);
      expect(other.sum().item()).toBe(0);
    }
  });

  test('shape and strides cannot be changed from outside', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    for (const list of [x.shape, x.strides, x.size(), x.stride(), x.t().shape, x.relu().shape, x.detach().strides]) {
      expect(() => (list as number[]).push(9)).toThrow(TypeError);
      expect(() => (list as number[]).reverse()).toThrow(TypeError);
      expect(() => {
        (list as number[])[0] = 100;
      }).toThrow(TypeError);
    }
    expect(x.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test('the constructor refuses what does not fit its storage', () => {
    const { storage } = zeros([4]);
    expect(new Tensor(storage, [2, 2], 'float32').numel()).toBe(4);
    const refused: [number[], number[] | undefined, number][] = [
      [[5], undefined, 0],
      [[4], undefined, 1],
      [[4], [2], 0],
      [[2], [-1], 0],
      [[-1], undefined, 0],
      [[1.5], undefined, 0],
      [[Number.NaN], undefined, 0],
      [[2], [0.5], 0],
      [[2], [1], 0.5],
      [[2, 2], [1], 0],
      [[2 ** 40, 2 ** 40], [0, 0], 0],
    ];
    for (const [shape, strides, offset] of refused)
      expect(() => new Tensor(storage, shape, 'float32', strides, offset), String(shape)).toThrow(ShapeError);
    expect(() => new Tensor(storage, [3], 'float64')).toThrow(ShapeError);
  });

  test('an array that gives another number at each look is read once', () => {
    const liar: number[] = [0];
    let looks = 0;
    Object.defineProperty(liar, 0, { get: () => (looks++ === 0 ? 2 : 1_000_000), enumerable: true });
    const x = zeros(liar);
    expect(x.storage.bytes).toBeGreaterThanOrEqual(x.numel() * 4);
    expect(x.sum().item()).toBe(0);
  });

  test('more dims than 64, or more elements than any memory holds, are refused at once', () => {
    expect(zeros(Array<number>(64).fill(1)).ndim).toBe(64);
    expect(() => zeros(Array<number>(65).fill(1))).toThrow(ShapeError);
    expect(() => arange(3).reshape([3, ...Array<number>(64).fill(1)])).toThrow(ShapeError);
    expect(() => zeros([2 ** 31, 2 ** 31])).toThrow(OutOfMemoryError);
  });
});
