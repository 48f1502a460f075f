import { describe, expect, test } from 'vitest';
import {
  arange,
  F,
  gather,
  HoneError,
  indexAdd,
  indexCopy,
  indexFill,
  indexSelect,
  ones,
  rand,
  repeatInterleave,
  scatter,
  scatterAdd,
  type Tensor,
  take,
  tensor,
  zeros,
} from '../../index.js';

const at = (n: number) => zeros(n < 0 ? [] : [n], { dtype: 'int64' });
const seven = () => tensor(7);
const src = (n: number) => (n < 0 ? tensor(1) : ones([n]));

// -1 stands for a 0-dim tensor. What PyTorch 2.15 gives: a list of values, a number for a 0-dim result, null for an error.
describe('0-dim operands, as PyTorch', () => {
  const cases: [string, () => Tensor, number[] | number | null][] = [
    ['indexSelect, 1,000 indices', () => indexSelect(seven(), 0, at(1000)), null],
    ['indexSelect, none', () => indexSelect(seven(), 0, at(0)), null],
    ['indexSelect, one', () => indexSelect(seven(), 0, at(1)), 7],
    ['indexSelect, 0-dim index', () => indexSelect(seven(), -1, at(-1)), 7],
    ['indexSelect of a vector', () => indexSelect(arange(5).float(), 0, tensor(2, { dtype: 'int64' })), [2]],
    ['repeatInterleave along dim 0', () => repeatInterleave(seven(), 1000, 0), null],
    ['repeatInterleave along dim -1', () => repeatInterleave(seven(), 3, -1), null],
    ['repeatInterleave by a tensor', () => repeatInterleave(seven(), tensor([3], { dtype: 'int64' }), 0), null],
    ['repeatInterleave', () => repeatInterleave(seven(), 3), [7, 7, 7]],
    ['indexAdd, 1,000 indices', () => indexAdd(seven(), 0, at(1000), tensor(1)), null],
    ['indexAdd, 3 of 3', () => indexAdd(seven(), 0, at(3), src(3)), null],
    ['indexAdd, one', () => indexAdd(seven(), 0, at(1), src(-1)), 8],
    ['indexAdd, 0-dim', () => indexAdd(seven(), 0, at(-1), src(-1)), 8],
    ['indexAdd_, 1,000 indices', () => seven().indexAdd_(0, at(1000), tensor(1)), null],
    ['indexAdd_, one', () => seven().indexAdd_(0, at(1), tensor(1)), 8],
    ['indexCopy, 1,000 indices', () => indexCopy(seven(), 0, at(1000), tensor(1)), null],
    ['indexCopy, 3 of 3', () => indexCopy(seven(), 0, at(3), src(3)), 1],
    ['indexCopy, one', () => indexCopy(seven(), 0, at(1), src(-1)), 1],
    ['indexCopy, one of [1]', () => indexCopy(seven(), 0, at(-1), src(1)), 1],
    ['indexCopy of a vector', () => indexCopy(arange(3).float(), 0, at(-1), src(-1)), [1, 1, 2]],
    ['indexCopy_, 1,000 indices', () => seven().indexCopy_(0, at(1000), tensor(1)), null],
    ['indexCopy_, one', () => seven().indexCopy_(0, at(-1), tensor(1)), 1],
    ['indexFill', () => indexFill(seven(), 0, at(3), 5), 5],
    ['gather, 3', () => gather(seven(), 0, at(3)), [7, 7, 7]],
    ['gather, 0-dim', () => gather(seven(), 0, at(-1)), 7],
    ['gather of a vector, 0-dim', () => gather(arange(3).float(), 0, at(-1)), 0],
    ['gather, none', () => gather(seven(), 0, at(0)), []],
    ['gather, two dims', () => gather(seven(), 0, zeros([1, 1], { dtype: 'int64' })), null],
    ['scatter, 3 of 0-dim', () => scatter(seven(), 0, at(3), src(-1)), null],
    ['scatter, 3 of 3', () => scatter(seven(), 0, at(3), src(3)), 1],
    ['scatter, one of 3', () => scatter(seven(), 0, at(1), src(3)), 1],
    ['scatter, 0-dim', () => scatter(seven(), 0, at(-1), src(-1)), 1],
    ['scatter, a number', () => scatter(seven(), 0, at(3), 5), 5],
    ['scatter into a vector', () => scatter(arange(3).float(), 0, at(-1), src(-1)), [1, 1, 2]],
    ['scatter_', () => seven().scatter_(0, at(1), src(-1)), 1],
    ['scatterAdd, 3 of 3', () => scatterAdd(seven(), 0, at(3), src(3)), 10],
    ['scatterAdd_, 0-dim', () => seven().scatterAdd_(0, at(-1), src(1)), 8],
    ['take', () => take(seven(), at(3)), [7, 7, 7]],
  ];
  test.each(cases)('%s', (_, run, expected) => {
    const others = Array.from({ length: 32 }, () => zeros([16]));
    if (expected === null) expect(run).toThrow(HoneError);
    else expect(run().toArray()).toEqual(expected);
    for (const other of others) expect(other.sum().item()).toBe(0);
  });

  test('gradients of scatter and gather', () => {
    const x = tensor(7, { requiresGrad: true });
    const s = tensor([1, 2, 3], { requiresGrad: true });
    scatterAdd(x, 0, at(3), s).mul(2).backward();
    expect([x.grad!.toArray(), s.grad!.toArray()]).toEqual([2, [2, 2, 2]]);
    x.grad = null;
    gather(x, 0, at(3)).sum().backward();
    expect(x.grad!.toArray()).toBe(3);
    x.grad = null;
    const one = tensor(2, { requiresGrad: true });
    scatter(x, 0, at(-1), one).mul(3).backward();
    expect([x.grad!.toArray(), one.grad!.toArray()]).toEqual([0, 3]);
  });
});

// Each operation on a tensor of many dims gives what it gives on the three of them that are not of size 1.
describe.each([17, 20, 40, 64])('%i dims', (rank) => {
  const places = [0, Math.floor(rank / 2), rank - 1];
  const wide = (x: Tensor) => {
    const shape = Array<number>(rank).fill(1);
    x.shape.forEach((size, i) => {
      shape[places[i]!] = size;
    });
    return x.reshape(shape);
  };
  const flat = (x: Tensor) => x.toTypedArray();
  const x = arange(24).float().mul(0.125).sub(1).reshape([3, 2, 4]);
  const y = x.flip([0, 2]).div(2);
  const index = tensor([[[0, 2, 1, 0]], [[1, 1, 0, 2]]], { dtype: 'int64' }).expand([2, 2, 4]);
  const d = places[0]!;
  const operations: [string, (a: Tensor, b: Tensor, i: Tensor, w: (t: Tensor) => Tensor) => Tensor][] = [
    ['gather', (a, _, i) => gather(a, d, i)],
    ['scatter', (a, b, i) => scatter(a, d, i, b)],
    ['scatter of a number', (a, _, i) => scatter(a, d, i, 9)],
    ['scatterAdd', (a, b, i) => scatterAdd(a, d, i, b)],
    ['add', (a, b) => a.add(b)],
    ['a comparison', (a, b) => a.gt(b)],
    ['exp', (a) => a.exp()],
    ['sum', (a) => a.sum(d)],
    ['sum of all', (a) => a.sum()],
    ['max', (a) => a.max(d)[0]],
    ['softmax', (a) => F.softmax(a, d)],
    ['cumsum', (a) => a.cumsum(d)],
    ['sort', (a) => a.sort(d)[0]],
    ['flip', (a) => a.flip([d])],
    ['where', (a, b) => a.where(b.gt(0.25), b)],
    ['indexSelect', (a) => indexSelect(a, d, tensor([2, 0], { dtype: 'int64' }))],
    ['indexAdd', (a, b) => indexAdd(a, d, tensor([2, 0, 0], { dtype: 'int64' }), b)],
    ['to float64', (a) => a.to('float64')],
    ['clone', (a) => a.clone()],
    ['roll', (a) => a.roll(1, d)],
    ['a masked selection', (a, b) => a.maskedSelect(b.gt(0.25))],
  ];
  test.each(operations)('%s', (_, run) => {
    const three = (t: Tensor) => t;
    const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i);
    // d is dim 0 of both.
    const expected = flat(run(x, y, index, three));
    expect(flat(run(wide(x), wide(y), wide(index), wide))).toEqual(expected);
    const turned = (t: Tensor) => t.permute(reversed).contiguous().permute(reversed);
    expect(flat(run(turned(wide(x)), turned(wide(y)), turned(wide(index)), wide))).toEqual(expected);
  });

  test('values come out of permuted tensors, and gradients go through', () => {
    const reversed = Array.from({ length: rank }, (_, i) => rank - 1 - i);
    const p = wide(x).permute(reversed);
    expect(flat(p)).toEqual(flat(x.permute([2, 1, 0]).contiguous()));
    expect(p.toString()).toContain('tensor(');
    const leaf = wide(x).detach().requiresGrad_();
    gather(leaf, d, wide(index)).mul(2).sum().backward();
    const small = x.detach().requiresGrad_();
    gather(small, d, index).mul(2).sum().backward();
    expect(flat(leaf.grad!)).toEqual(flat(small.grad!));
  });
});

test('17 dims that do not join', () => {
  const x = rand(Array<number>(17).fill(2));
  const order = Array.from({ length: 17 }, (_, i) => (i * 3) % 17);
  const back = order.map((_, i) => order.indexOf(i));
  expect(x.permute(order).contiguous().permute(back).contiguous().equal(x)).toBe(true);
  const twice = x.permute(order).add(x.permute(order));
  expect(twice.permute(back).contiguous().equal(x.mul(2))).toBe(true);
  const index = zeros(Array<number>(17).fill(2), { dtype: 'int64' });
  expect(gather(x.permute(order), 5, index.permute(order)).select(5, 1).equal(x.permute(order).select(5, 0))).toBe(true);
});
