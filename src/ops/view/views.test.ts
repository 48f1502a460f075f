/** Views under autograd, changes of them in place, and memory that they share. Values are PyTorch's. */
import {
  ArgumentError,
  autograd,
  F,
  GradError,
  inferenceMode,
  manualSeed,
  matrixPower,
  noGrad,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { describe, expect, test } from 'vitest';

const leaf = (...values: number[]): Tensor => tensor(values, { dtype: 'float64', requiresGrad: true });
const close = (x: Tensor | null, ...values: number[]): void => {
  const got = x!.reshape(-1).toArray() as number[];
  expect(got).toHaveLength(values.length);
  got.forEach((v, i) => {
    expect(v).toBeCloseTo(values[i]!, 4);
  });
};

describe('a view that was changed in place', () => {
  test('keeps its history when it is looked at under noGrad', () => {
    const looks: ((v: Tensor) => unknown)[] = [String, (v) => v.mul(v), (v) => v.requiresGrad, (v) => v.isLeaf, (v) => v.gradFn];
    for (const look of looks) {
      const x = leaf(0.2, 0.1);
      const v = x.clone().index('0:1');
      v.mul_(3);
      noGrad(() => look(v));
      close(autograd.grad(v.sin().sum(), [x])[0]!, 2.476, 0);
    }
    const x = leaf(0.2, 0.1);
    const v = x.clone().index('0:1');
    v.mul_(3);
    close(autograd.grad(F.hardswish(v).sum(), [x])[0]!, 2.1, 0);
  });

  test('can be differentiated twice', () => {
    const changes: ((y: Tensor) => unknown)[] = [
      (y) => y.index('0:2').mul_(2),
      (y) => y.view(3, 1).sin_(),
      (y) => y.index('1:').copy_(y.index('0:2').clone()),
      (y) => y.select(0, 1).clamp_(-1, 0.2),
      (y) => y.index('::2').maskedFill_(tensor([true, false]), 0.5),
      (y) => y.unfold(0, 2, 2).add_(y.sum()),
      (y) => y.index('0:2').indexAdd_(0, tensor([1], { dtype: 'int64' }), y.index('2:').clone()),
    ];
    for (const change of changes) {
      const f = (x: Tensor) => {
        const y = x.clone();
        change(y);
        return y.sin().mul(y);
      };
      expect(autograd.gradcheck(f, [leaf(0.3, 0.5, 0.7)])).toBe(true);
      expect(autograd.gradgradcheck(f, [leaf(0.3, 0.5, 0.7)])).toBe(true);
    }
  });

  test('by its base, where places repeat', () => {
    const x = leaf(1, 2);
    const y = x.mul(1);
    const wide = y.expand(3, 2);
    y.mul_(2);
    wide.sum().backward();
    close(x.grad, 6, 6);
  });

  test('is refused where its history would be unclear', () => {
    const y = leaf(1, 2, 3).mul(1);
    expect(() => y.split(1)[0]!.mul_(2)).toThrow(/one of several results/);
    expect(() => y.unbind(0)[0]!.zero_()).toThrow(GradError);
    expect(() => noGrad(() => y.index('1:')).add_(1)).toThrow(/made inside noGrad/);
    expect(() => inferenceMode(() => y.index('1:')).add_(1)).toThrow(/made inside inferenceMode/);
    expect(() => inferenceMode(() => ones(2).mul(1)).add_(1)).toThrow(GradError);
    expect(() => leaf(1, 2).view(2).mul_(2)).toThrow(/view of a leaf/);
    const parts = y.chunk(3);
    y.mul_(2);
    expect(() => parts[0]!.mul(1)).toThrow(GradError);
    expect(String(parts[0])).toContain('grad_fn=<Invalid>');
    expect(y.tensorSplit(3)[0]!.mul_(2).toArray()).toEqual([4]);
  });
});

describe('views that change nothing', () => {
  const views: Record<string, (x: Tensor) => Tensor> = {
    reshape: (x) => x.reshape(2, 2),
    view: (x) => x.view(2, 2),
    index: (x) => x.index(':'),
    ellipsis: (x) => x.index('...'),
    slice: (x) => x.slice(0),
    narrow: (x) => x.narrow(0, 0, 2),
    transpose: (x) => x.transpose(1, 1),
    permute: (x) => x.permute(0, 1),
    expand: (x) => x.expand(2, 2),
    squeeze: (x) => x.squeeze(),
    movedim: (x) => x.movedim(0, 0),
    broadcastTo: (x) => x.broadcastTo(2, 2),
    unflatten: (x) => x.unflatten(0, [2]),
  };
  for (const [name, view] of Object.entries(views)) {
    test(`${name} is a tensor of its own on the same memory`, () => {
      const x = tensor([[1, 2], [3, 4]], { dtype: 'float64', requiresGrad: true }); // biome-ignore format: a matrix
      const y = x.mul(1);
      const v = view(y);
      expect(v).not.toBe(y);
      expect(v.storage).toBe(y.storage);
      v.registerHook((g) => g.mul(10));
      v.retainGrad();
      y.mul(y).sum().backward();
      expect(x.grad!.toArray()).toEqual([[2, 4], [6, 8]]); // biome-ignore format: a matrix
      expect(v.grad).toBeNull();
      expect(view(x).isLeaf).toBe(false);
    });
  }

  test('contiguous, to, flatten of a vector and expandAs keep to PyTorch', () => {
    const v = ones(3);
    expect(v.contiguous()).toBe(v);
    expect(v.to('float32')).toBe(v);
    expect(v.flatten()).toBe(v);
    expect(v.t()).not.toBe(v);
  });
});

test('retainGrad adds up over backward calls, after hooks, and moves on when the tensor is changed', () => {
  const x = leaf(1, 1);
  const y = x.mul(3);
  y.retainGrad();
  y.sum().backward({ retainGraph: true });
  y.sum().backward({ retainGraph: true });
  close(y.grad, 2, 2);
  const z = x.mul(1);
  z.retainGrad();
  z.registerHook((g) => g.mul(10));
  z.mul_(3);
  z.sum().backward();
  close(z.grad, 1, 1);
  close(x.grad, 36, 36);
});

test('hooks of a view do not see what its change in place passes to the base', () => {
  const x = leaf(1, 2, 3);
  const y = x.mul(1);
  const v = y.index('0:2');
  v.registerHook((g) => g.mul(100));
  v.mul_(3);
  y.sum().backward();
  close(x.grad, 3, 3, 1);
});

test('unfold is a view, matrixPower of 1 is not', () => {
  const x = zeros(4);
  x.unfold(0, 2, 2).add_(1);
  expect(x.toArray()).toEqual([1, 1, 1, 1]);
  const w = leaf(1, 2, 3);
  w.unfold(0, 2, 1).mul(tensor([[1, 2], [3, 4]], { dtype: 'float64' })).sum().backward(); // biome-ignore format: a matrix
  close(w.grad, 1, 5, 4);
  const m = ones(2, 2);
  matrixPower(m, 1).zero_();
  expect(m.toArray()).toEqual([[1, 1], [1, 1]]); // biome-ignore format: a matrix
});

describe('writes into shared memory', () => {
  const three = tensor([1, 2, 3]);
  const index = tensor([0, 1], { dtype: 'int64' });

  test('are refused where one element stands in several places', () => {
    const wide = () => zeros(1).expand(3);
    const writes: Record<string, (x: Tensor) => unknown> = {
      add_: (x) => x.add_(three),
      mul_: (x) => x.mul_(2),
      sin_: (x) => x.sin_(),
      clamp_: (x) => x.clamp_(0, 1),
      copy_: (x) => x.copy_(three),
      set_: (x) => x.set_('0:2', three.index('0:2')),
      scatter_: (x) => x.scatter_(0, index, 1),
      indexAdd_: (x) => x.indexAdd_(0, index, three.index('0:2')),
      normal_: (x) => x.normal_(),
      uniform_: (x) => x.uniform_(),
      bernoulli_: (x) => x.bernoulli_(),
      relu: (x) => F.relu(x, { inplace: true }),
      elu: (x) => F.elu(x, { inplace: true }),
      dropout: (x) => F.dropout(x, { inplace: true }),
    };
    for (const [name, write] of Object.entries(writes)) expect(() => write(wide()), name).toThrow(ArgumentError);
    expect(() => zeros(1, 2).expand(3, 2).copy_(ones(3, 2))).toThrow(/holds one element of memory several times/);
    const base = zeros(1);
    base.expand(3).fill_(2);
    expect(base.toArray()).toEqual([2]);
    base.expand(3).maskedFill_(tensor([false, true, false]), 5);
    expect(base.toArray()).toEqual([5]);
  });

  test('are refused where the target overlaps what is read', () => {
    const x = () => tensor([0, 1, 2, 3, 4, 5, 6, 7, 8]).reshape(3, 3);
    const writes: ((x: Tensor) => unknown)[] = [
      (x) => x.index('0:2').add_(x.index('1:3')),
      (x) => x.add_(x.t()),
      (x) => x.index('0:2').copy_(x.index('1:3')),
      (x) => x.add_(x.index(0)),
      (x) => x.mul_(x.index(0, 0)),
      (x) => x.indexCopy_(0, index, x.index('1:3')),
    ];
    for (const write of writes) expect(() => write(x())).toThrow(/share a part of their memory/);
    expect(x().add_(x()).index(0).toArray()).toEqual([0, 2, 4]);
    const own = x();
    expect(own.add_(own.view(3, 3)).index(1).toArray()).toEqual([6, 8, 10]);
    const columns = x();
    columns.index(':', '0:2').add_(columns.index(':', '1:3'));
    expect(columns.toArray()).toEqual([[1, 3, 2], [7, 9, 5], [13, 15, 8]]); // biome-ignore format: a matrix
  });
});

test('masks after results of permuted operands are those of PyTorch', () => {
  const patches = randn(2, 8, 4).transpose(1, 2);
  expect(patches.add(randn(1, 4, 8)).stride()).toEqual([32, 1, 4]);
  expect(F.prelu(patches, tensor([0.25])).stride()).toEqual([32, 1, 4]);
  expect(patches.gt(0).stride()).toEqual([32, 1, 4]);
  manualSeed(4);
  const dropped = F.dropout(ones(2, 3).t(), 0.5);
  manualSeed(4);
  expect(dropped.t().toArray()).toEqual(F.dropout(ones(2, 3), 0.5).toArray());
});
