/** What a second backward adds to a gradient that is there already: x^2 + x^3 at 2 and 3 has the slopes 2x + 3x^2 and 2 + 6x. */
import { autograd, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const [slopes, second] = [
  [16, 33],
  [14, 20],
];
const parts = [(x: Tensor) => x.square().sum(), (x: Tensor) => x.pow(3).sum()];

describe('gradients of two calls of backward are added up', () => {
  it('of a leaf', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    for (const f of parts) f(x).backward();
    expect(x.grad!.toArray()).toEqual(slopes);
  });

  it('of a leaf, recorded: the sum is differentiated again', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    for (const f of parts) f(x).backward({ createGraph: true });
    expect(x.grad!.toArray()).toEqual(slopes);
    expect(autograd.grad(x.grad!.sum(), x)[0]!.toArray()).toEqual(second);
  });

  it('of a tensor that is no leaf and retains its gradient', () => {
    const leaf = tensor([2, 3], { requiresGrad: true });
    const x = leaf.mul(1);
    x.retainGrad();
    for (const f of parts) f(x).backward({ retainGraph: true });
    expect(x.grad!.toArray()).toEqual(slopes);
    expect(leaf.grad!.toArray()).toEqual(slopes);
  });

  it.each([false, true])('of the inputs that are named, createGraph %s', (createGraph) => {
    const leaf = tensor([2, 3], { requiresGrad: true });
    const x = leaf.mul(1);
    for (const f of parts) f(x).backward({ inputs: [x], createGraph, retainGraph: true });
    expect(x.grad!.toArray()).toEqual(slopes);
    expect(leaf.grad).toBe(null);
    if (createGraph) expect(autograd.grad(x.grad!.sum(), leaf)[0]!.toArray()).toEqual(second);
  });

  it('though a hook sees each call alone', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    const seen: unknown[] = [];
    x.registerHook((g) => void seen.push(g.toArray()));
    for (const f of parts) f(x).backward();
    expect(seen).toEqual([
      [4, 6],
      [12, 27],
    ]);
  });
});

it('a hook may walk the same graph while gradients of its own wait on it, and a walk that failed leaves nothing behind', () => {
  const x = tensor([3], { requiresGrad: true });
  const y = x.mul(2);
  const product = y.mul(y);
  const sum = product.add(y); // y gets gradients twice: one waits while the hook on the product runs
  const inner: number[] = [];
  let fail = false;
  let inside = false;
  product.registerHook(() => {
    if (fail) throw new Error('refused');
    if (inside) return;
    inside = true;
    inner.push(autograd.grad(sum, x, { retainGraph: true })[0].item());
    inside = false;
  });
  sum.backward({ retainGraph: true });
  expect(inner).toEqual([26]);
  expect(x.grad!.item()).toBe(26);
  fail = true;
  expect(() => sum.backward({ retainGraph: true })).toThrow('refused');
  fail = false;
  sum.backward();
  expect(x.grad!.item()).toBe(52);
});
