/** backward, autograd.backward and autograd.grad take PyTorch's arguments in PyTorch's order, and by name. */
import { ArgumentError, autograd, GradError, noGrad, ones, scope, tensor } from 'hone';
import { describe, expect, it, test } from 'vitest';

const leaf = () => tensor([1, 2], { requiresGrad: true });
const loose = (f: unknown) => f as (...args: unknown[]) => unknown;

describe('backward', () => {
  it('takes the gradient by position', () => {
    const w = leaf();
    w.mul(2).sum().backward(tensor(3));
    expect(w.grad!.toArray()).toEqual([6, 6]);
    const v = leaf();
    v.mul(2).backward(tensor([1, 10]));
    expect(v.grad!.toArray()).toEqual([2, 20]);
  });

  it('takes retainGraph and createGraph by position and by name', () => {
    const w = leaf();
    const y = w.mul(w).sum();
    y.backward(null, true);
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(w.grad!.toArray()).toEqual([6, 12]);
    expect(() => y.backward()).toThrow(GradError);
    const v = leaf();
    v.mul(v).mul(v).sum().backward(null, null, true);
    const [second] = autograd.grad(v.grad!.sum(), v);
    expect(second.toArray()).toEqual([6, 12]);
  });

  it('adds to the gradients of inputs alone', () => {
    const [a, b] = [leaf(), leaf()];
    const middle = a.mul(b);
    middle.sum().backward({ inputs: [a, middle], retainGraph: true });
    middle.sum().backward({ inputs: a });
    expect([a.grad!.toArray(), b.grad, middle.grad!.toArray()]).toEqual([[2, 4], null, [1, 1]]);
    expect(() => middle.sum().backward({ inputs: [] })).toThrow(ArgumentError);
  });

  it('of several tensors', () => {
    const w = leaf();
    autograd.backward([w.mul(2).sum(), w.mul(3)], [null, tensor([1, 10])]);
    expect(w.grad!.toArray()).toEqual([5, 32]);
    expect(() => autograd.backward([w.sum(), w.sum()], [tensor(1)])).toThrow('gradTensors holds 1 gradients for 2 tensors');
  });

  test.each<[() => unknown, string]>([
    [
      () =>
        leaf()
          .sum()
          .backward(3 as never),
      'backward: gradient is 3, expected a Tensor, or null for none. Make one with tensor(…).',
    ],
    [
      () =>
        leaf()
          .sum()
          .backward({ retain_graph: true } as never),
      'backward: there is no option "retain_graph". Did you mean retainGraph?',
    ],
    [
      () =>
        leaf()
          .sum()
          .backward(null, 'yes' as never),
      'backward: retainGraph is "yes", expected true or false.',
    ],
    [() => loose(autograd.backward)(5), 'backward: tensors is 5, expected a Tensor.'],
    [
      () => autograd.grad(leaf().sum(), leaf(), { create_graph: true } as never),
      'grad: there is no option "create_graph". Did you mean createGraph?',
    ],
    [() => loose(autograd.grad)(leaf().sum()), 'grad: inputs is missing, expected a Tensor.'],
    [() => loose(noGrad)(5), 'noGrad: expected a function'],
    [() => loose(scope)(), 'scope: expected a function'],
    [() => leaf().registerHook(1 as never), 'registerHook: hook is 1, expected a function.'],
    [
      () => autograd.gradcheck(ones as never, leaf(), { epsilon: 1 } as never),
      'gradcheck: there is no option "epsilon". Did you mean eps?',
    ],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

describe('grad', () => {
  it('takes gradOutputs, retainGraph and createGraph by position', () => {
    const w = leaf();
    expect(autograd.grad(w.mul(2), w, tensor([1, 10]))[0].toArray()).toEqual([2, 20]);
    const [first] = autograd.grad(w.mul(w).sum(), w, null, true, true);
    expect(autograd.grad(first.sum(), w)[0].toArray()).toEqual([2, 2]);
  });

  it('gives zeros for what is not used, where they are asked for', () => {
    const [a, b] = [leaf(), leaf()];
    expect(autograd.grad(a.sum(), [a, b], { materializeGrads: true })[1]!.toArray()).toEqual([0, 0]);
    expect(() => autograd.grad(a.sum(), [a, b])).toThrow(GradError);
  });
});
