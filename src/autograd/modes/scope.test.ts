import { keep, ones, scope, type Tensor, tensor, UseAfterFreeError } from 'hone';
import { describe, expect, test } from 'vitest';

describe('scope', () => {
  test('frees what was made inside, and gives back what is returned', () => {
    let inner: Tensor | undefined;
    const out = scope(() => {
      inner = tensor([1, 2]);
      return inner.mul(3);
    });
    expect(out.toArray()).toEqual([3, 6]);
    expect(() => inner!.toArray()).toThrow(UseAfterFreeError);
    expect(() => inner!.add(1)).toThrow(/freed by dispose\(\), using or the end of a scope/);
  });

  test('returned tensors are found in arrays, objects, maps and sets', () => {
    const out = scope(() => ({
      list: [tensor([1]), { deep: tensor([2]) }] as const,
      map: new Map([['a', tensor([3])]]),
      set: new Set([tensor([4])]),
      n: 5,
    }));
    expect(out.list[0].item()).toBe(1);
    expect(out.list[1].deep.item()).toBe(2);
    expect(out.map.get('a')!.item()).toBe(3);
    expect([...out.set][0]!.item()).toBe(4);
    expect(out.n).toBe(5);
  });

  test('a returned view keeps its memory', () => {
    expect(
      scope(() =>
        tensor([
          [1, 2],
          [3, 4],
        ])
          .t()
          .index(1),
      ).toArray(),
    ).toEqual([2, 4]);
  });

  test('scopes nest: what leaves one belongs to the next', () => {
    let middle: Tensor | undefined;
    const out = scope(() => {
      middle = scope(() => tensor([1]));
      expect(middle.item()).toBe(1);
      return scope(() => middle!.add(1));
    });
    expect(out.item()).toBe(2);
    expect(() => middle!.item()).toThrow(UseAfterFreeError);
  });

  test('keep takes tensors out of all scopes', () => {
    let kept: Tensor | undefined;
    scope(() => {
      scope(() => {
        kept = keep({ x: tensor([1]).add(1) }).x;
      });
    });
    expect(kept!.item()).toBe(2);
  });

  test('gradients of leaves from outside stay, and grow from scope to scope', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    for (let i = 0; i < 3; i++) {
      scope(() => {
        w.mul(w).sum().backward();
      });
    }
    expect(w.grad!.toArray()).toEqual([6, 12]);
  });

  test('a returned result can be differentiated', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => w.exp().mul(w).sum());
    loss.backward();
    expect(w.grad!.index(0).item()).toBeCloseTo(2 * Math.E, 4);
  });

  test('frees also when the body throws', () => {
    let inner: Tensor | undefined;
    expect(() =>
      scope(() => {
        inner = ones([2]);
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
    expect(() => inner!.item()).toThrow();
    expect(() => inner!.toArray()).toThrow(UseAfterFreeError);
    // The scope is closed: what is made now lives.
    expect(ones([1]).item()).toBe(1);
  });

  test('async bodies keep the scope open until they settle', async () => {
    let inner: Tensor | undefined;
    const out = await scope(async () => {
      inner = tensor([1]);
      await Promise.resolve();
      const later = inner.add(1);
      return [later, later.mul(2)];
    });
    expect(out[0]!.item()).toBe(2);
    expect(out[1]!.item()).toBe(4);
    expect(() => inner!.item()).toThrow(UseAfterFreeError);
    await expect(
      scope(async () => {
        inner = tensor([1]);
        await Promise.resolve();
        throw new RangeError('mine');
      }),
    ).rejects.toThrow(RangeError);
    expect(() => inner!.item()).toThrow(UseAfterFreeError);
  });
});
