import { readdirSync, readFileSync } from 'node:fs';
import { autograd, equal, GradError, nn, ones, randn, scope, type Tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

class Net extends nn.Module {
  first = new nn.Linear(3, 4);
  again = this.first;
  norm = new nn.BatchNorm1d(4);
  named = new nn.ModuleDict({ train: new nn.Linear(4, 2) });
  sizes = { hidden: [4] };
  scale: nn.Parameter;
  constructor() {
    super();
    this.scale = this.registerParameter('scale', new nn.Parameter(ones([2])), { key: 'factor' });
    this.registerBuffer('offset', zeros([2]), { persistent: false });
  }
  forward(x: Tensor): Tensor {
    return this.named
      .get('train')
      .forward(this.norm.forward(this.again.forward(x)))
      .mul(this.scale);
  }
}

test('a clone has equal text, keys, values and mode, in tensors of its own', () => {
  const net = new Net().eval();
  const copy = net.clone();
  expect(copy).toBeInstanceOf(Net);
  expect(String(copy)).toBe(String(net));
  expect(copy.training).toBe(false);
  const [own, other] = [net.stateDict(), copy.stateDict()];
  expect(Object.keys(other)).toEqual(Object.keys(own));
  for (const [key, tensor] of Object.entries(own)) {
    expect(equal(other[key]!, tensor)).toBe(true);
    expect(other[key]!.storage).not.toBe(tensor.storage);
  }
  const x = randn([5, 3]);
  expect(equal(copy.forward(x), net.forward(x))).toBe(true);
  nn.init.zeros_(copy.scale);
  copy.sizes.hidden[0] = 9;
  expect(net.scale.toArray()).toEqual([1, 1]);
  expect(net.sizes.hidden).toEqual([4]);
});

test('what is shared in the original is shared in the clone, and only there', () => {
  const copy = new Net().clone();
  expect(copy.again).toBe(copy.first);
  expect(copy.namedBuffers().map(([name]) => name)).toContain('offset');
  expect(copy.parameters().length).toBe(new Net().parameters().length);
});

test('frozen parameters stay frozen, and gradients stay behind', () => {
  const net = new nn.Linear(2, 1);
  net.bias!.requiresGrad_(false);
  net
    .forward(ones([1, 2]))
    .sum()
    .backward();
  const copy = net.clone();
  expect(copy.weight.requiresGrad).toBe(true);
  expect(copy.bias!.requiresGrad).toBe(false);
  expect(copy.weight.grad).toBeNull();
  expect(net.weight.grad).not.toBeNull();
});

test('a clone made in a scope outlives it', () => {
  const net = new nn.Linear(2, 1);
  const copy = scope(() => net.clone());
  expect(equal(copy.weight, net.weight)).toBe(true);
});

test('hooks are copied, and removed apart', () => {
  const net = new nn.Identity();
  let calls = 0;
  const handle = net.registerForwardHook(() => {
    calls++;
  });
  const copy = net.clone();
  handle.remove();
  net.forward(1);
  copy.forward(1);
  expect(calls).toBe(1);
});

test('tensors that an operation made are refused', () => {
  class Keeps extends nn.Module {
    kept: Tensor | null = null;
    forward(x: Tensor): Tensor {
      this.kept = x.mul(2);
      return this.kept;
    }
  }
  const net = new Keeps();
  net.forward(ones([1]).requiresGrad_());
  expect(() => net.clone()).toThrow(GradError);
  expect(() => net.clone()).toThrow(/clone: the module holds a tensor \[1\] that an operation \(mul\) made/);
});

test('a forward in a field is refused: it would compute with the original', () => {
  class Arrow extends nn.Module {
    fc = new nn.Linear(1, 1);
    override forward = (x: Tensor) => this.fc.forward(x);
  }
  expect(() => new Arrow().clone()).toThrow(/clone: Arrow has its forward in a field/);
});

test('a clone trains by itself', () => {
  const net = new Net();
  const copy = net.clone();
  const gradients = autograd.grad(copy.forward(randn([4, 3])).sum(), copy.parameters());
  expect(gradients).toHaveLength(copy.parameters().length);
  copy
    .forward(randn([4, 3]))
    .sum()
    .backward();
  expect(net.first.weight.grad).toBeNull();
});

test('no layer has private fields or methods, which a clone would lack', () => {
  const folder = new URL('../', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'module/module.ts',
  );
  expect(files).toContain('linear/linear.ts');
  expect(files.filter((file) => /this\.#/.test(readFileSync(new URL(file, folder), 'utf8')))).toEqual([]);
});
