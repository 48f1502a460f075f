/** `record` by name: what compiles, and what the gradients are given. */
import { autograd, GradError, noGrad, ones, type Tensor, tensor } from 'hone';
import { expect, test } from 'vitest';
import { record } from './node.js';

const leaf = (...values: number[]): Tensor => tensor(values, { dtype: 'float64', requiresGrad: true });
const values = (x: Tensor | null): number[] => x!.toArray() as number[];

/** `x` times an optional `weight`, as an operation with a gradient of its own. */
function scale(x: Tensor, weight: Tensor | null, seen: (needs: unknown) => void = () => {}): Tensor {
  const out = noGrad(() => (weight ? x.mul(weight) : x.clone()));
  return record('scale', out, {
    inputs: { x, weight },
    saved: { x, weight },
    composed: (dy, { x, weight }, needs) => {
      seen(needs);
      return { x: needs.x ? (weight ? dy.mul(weight) : dy) : null, weight: needs.weight ? dy.mul(x) : null };
    },
  });
}

test('an operand that is null has no edge, and its gradient is not wanted', () => {
  const x = leaf(1, 2);
  const seen: unknown[] = [];
  const y = scale(x, null, (needs) => seen.push(needs));
  y.sum().backward();
  expect(values(x.grad)).toEqual([1, 1]);
  expect(seen).toEqual([{ x: true, weight: false }]);
});

test('a null before the others leaves their gradients where they belong', () => {
  const [b, c] = [leaf(1, 2), leaf(3, 4)];
  const a = null as Tensor | null;
  const out = noGrad(() => b.mul(c));
  record('product', out, {
    inputs: { a, b, c },
    saved: { a, b, c },
    composed: (dy, { a, b, c }, needs) => {
      expect(a).toBe(null);
      expect(needs.a).toBe(false);
      return { c: dy.mul(b), a: null, b: dy.mul(c) };
    },
  });
  out.sum().backward();
  expect([values(b.grad), values(c.grad)]).toEqual([
    [3, 4],
    [1, 2],
  ]);
});

test('only the gradients that something waits for are wanted', () => {
  const [x, w] = [tensor([1, 2], { dtype: 'float64' }), leaf(3, 4)];
  const seen: unknown[] = [];
  scale(x, w, (needs) => seen.push(needs))
    .sum()
    .backward();
  expect(values(w.grad)).toEqual([1, 2]);
  expect(seen).toEqual([{ x: false, weight: true }]);
});

/** `x` squared; says which of its gradients ran. */
function square(x: Tensor, ran: string[]): Tensor {
  return record(
    'square',
    noGrad(() => x.mul(x)),
    {
      inputs: { x },
      saved: { x },
      composed: (dy, { x }) => {
        ran.push('composed');
        return { x: dy.mul(x).mul(2) };
      },
      fused: (dy, { x }) => {
        ran.push('fused');
        return { x: dy.mul(x).mul(2) };
      },
    },
  );
}

test('fused where backward is not recorded, composed where it is', () => {
  const x = leaf(3);
  const ran: string[] = [];
  square(x, ran).backward();
  expect([values(x.grad), ran]).toEqual([[6], ['fused']]);

  const [first] = autograd.grad(square(x, ran), x, { createGraph: true });
  const [second] = autograd.grad(first!, x);
  expect([values(first!), values(second!), ran]).toEqual([[6], [2], ['fused', 'composed']]);
  expect(autograd.gradgradcheck((x) => square(x!, []), leaf(1, 2))).toBe(true);
});

test('fused alone: a second derivative is an error that names the operation', () => {
  const x = leaf(3);
  const out = noGrad(() => x.mul(x));
  const y = record('cube', out, { inputs: { x }, saved: { x }, fused: (dy, { x }) => ({ x: noGrad(() => dy.mul(x).mul(2)) }) });
  const [first] = autograd.grad(y, x, { createGraph: true });
  expect(values(first!)).toEqual([6]);
  expect(() => first!.backward()).toThrow(GradError);
  expect(() => first!.backward()).toThrow('the gradient of cube has a fused gradient that cannot be differentiated again');
});

test('what is its own is freed after use, and at once where nothing is recorded', () => {
  const run = (x: Tensor) => {
    const [mask, unused] = [ones([2], { dtype: 'float64' }), null as Tensor | null];
    const out = noGrad(() => x.mul(mask));
    record('masked', out, {
      inputs: { x },
      saved: { mask, x, unused },
      own: ['mask', 'unused'],
      composed: (dy, { mask, x, unused }) => {
        expect([x.shape, unused]).toEqual([[2], null]);
        return { x: dy.mul(mask) };
      },
    });
    return { out, mask };
  };
  const x = leaf(1, 2);
  const { out, mask } = run(x);
  expect(values(mask)).toEqual([1, 1]);
  out.sum().backward();
  expect(values(x.grad)).toEqual([1, 1]);
  expect(() => mask.toArray()).toThrow('freed');
  expect(values(x)).toEqual([1, 2]);
  const { mask: unneeded } = noGrad(() => run(x));
  expect(() => unneeded.toArray()).toThrow('freed');
});

test('several outputs: a gradient for each, null for one that nothing used', () => {
  const x = leaf(1, 2);
  const seen: unknown[] = [];
  const split = () => {
    const [twice, thrice] = noGrad(() => [x.mul(2), x.mul(3)] as const);
    return record('twoAndThree', [twice, thrice], {
      inputs: { x },
      composed: ([g2, g3]) => {
        seen.push(g2 === null, g3 === null);
        return { x: g2 && g3 ? g2.mul(2).add(g3.mul(3)) : g2 ? g2.mul(2) : g3!.mul(3) };
      },
    });
  };
  const [, thrice] = split();
  thrice.sum().backward();
  expect([values(x.grad), seen]).toEqual([
    [3, 3],
    [true, false],
  ]);
  x.grad = null;
  const [a, b] = split();
  a.add(b).sum().backward();
  expect(values(x.grad)).toEqual([5, 5]);
});

test('what was saved is checked for changes, and gone after use', () => {
  const [x, w] = [leaf(1, 2), leaf(3, 4)];
  const y = scale(x, w);
  noGrad(() => w.mul_(2));
  expect(() => y.sum().backward()).toThrow('one of the values that scale needs for its gradient was changed by an in-place operation');
  const z = scale(x, w).sum();
  z.backward();
  expect(() => z.backward()).toThrow('the graph through scale was freed');
});

test('in place, the gradients are given the old values of the operand and the result as it stands there', () => {
  const index = tensor([0, 0, 1], { dtype: 'int64' });
  const run = (x: Tensor, src: Tensor) => x.mul(1).scatterReduce_(0, index, src, 'amax');
  const [x, src] = [leaf(2, 7), leaf(4, 5, 6)];
  run(x, src).sum().backward();
  expect([values(x.grad), values(src.grad)]).toEqual([
    [0, 1],
    [0, 1, 0],
  ]);
  expect(autograd.gradgradcheck((x, src) => run(x!, src!), [leaf(2, 7), leaf(4, 5, 6)])).toBe(true);
});

test('messages call an operand by its name', () => {
  const x = leaf(1, 2);
  const y = record('spread', x.clone(), { inputs: { x }, composed: () => ({ x: ones([3], { dtype: 'float64' }) }) });
  expect(() => y.sum().backward()).toThrow('backward: spread returned a gradient of shape [3] for x, expected [2]');
  const z = record('root', x.clone(), { inputs: { unused: null, x }, composed: () => ({ unused: null, x: leaf(1, Number.NaN) }) });
  expect(() => autograd.detectAnomaly(() => z.sum().backward())).toThrow('root gave NaN in the gradient of its x, of shape [2]');
});

test('a wrong name does not compile', () => {
  const x = tensor([1, 2]);
  const weight = null as Tensor | null;
  const out = x.clone();
  const given = { inputs: { x, weight }, saved: { x, weight } };

  // @ts-expect-error: the gradient of weight is forgotten.
  record('forgotten', out, { ...given, composed: (dy) => ({ x: dy }) });
  // @ts-expect-error: so it is in the fused gradients.
  record('forgotten', out, { ...given, composed: (dy) => ({ x: dy, weight: null }), fused: (dy) => ({ x: dy }) });
  // @ts-expect-error: no gradients at all.
  record('none', out, given);
  // @ts-expect-error: 'bias' was not saved.
  record('unsaved', out, { ...given, composed: (dy, { bias }) => ({ x: dy, weight: bias }) });
  // @ts-expect-error: there is no operand 'bias' to need a gradient.
  record('needless', out, { ...given, composed: (dy, _saved, needs) => ({ x: needs.bias ? dy : null, weight: null }) });
  // @ts-expect-error: 'mean' was not saved, so it cannot be the operation's own.
  record('unowned', out, { ...given, own: ['mean'], composed: (dy) => ({ x: dy, weight: null }) });
  // @ts-expect-error: weight may be null.
  record('unchecked', out, { ...given, composed: (dy, { weight }) => ({ x: dy.mul(weight.sum()), weight: null }) });
  // @ts-expect-error: nothing was saved.
  record('empty', out, { inputs: { x }, composed: (dy, { x }) => ({ x: dy.mul(x) }) });
  // @ts-expect-error: a number is no operand.
  record('number', out, { inputs: { x, factor: 2 }, composed: (dy) => ({ x: dy, factor: null }) });
  // @ts-expect-error: of two outputs there are two gradients.
  record('outputs', [out, x], { inputs: { x }, composed: ([_a, _b, c]) => ({ x: c }) });

  record('right', out, { ...given, own: ['weight'], composed: (dy, { x, weight }) => ({ x: dy.mul(x), weight }) });
});
