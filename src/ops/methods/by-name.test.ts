/** Dims and their companions by position and by name, PyTorch's or NumPy's; and what nobody reads is refused. */
import {
  ArgumentError,
  bincount,
  cat,
  chunk,
  cumsum,
  DTypeError,
  exp,
  F,
  flip,
  fmax,
  gather,
  histc,
  logspace,
  max,
  median,
  meshgrid,
  mm,
  nn,
  normal,
  ones,
  permute,
  quantile,
  sort,
  split,
  stack,
  std,
  sum,
  type Tensor,
  tensor,
  topk,
  transpose,
  unbind,
  zeros,
} from 'hone';
import { describe, expect, it, test } from 'vitest';

const x = () =>
  tensor([
    [3, 1, 2],
    [6, 5, 4],
  ]);
const loose = (t: Tensor) => t as unknown as Record<string, (...args: unknown[]) => Tensor>;

describe('reductions', () => {
  const names = ['sum', 'mean', 'amax', 'amin', 'any', 'all', 'nansum', 'nanmean', 'prod', 'logsumexp', 'argmax', 'argmin', 'std', 'var'];
  test.each(names)('%s takes dim and keepdim in every form', (name) => {
    const plain = loose(x())[name]!(1).toArray();
    for (const options of [{ dim: 1 }, { axis: 1 }, { dim: -1, keepdim: false }, { axis: 1, keepdims: false }])
      expect(loose(x())[name]!(options).toArray(), JSON.stringify(options)).toEqual(plain);
    expect(loose(x())[name]!({ axis: 1, keepdims: true }).shape).toEqual([2, 1]);
    expect(loose(x())[name]!(1, { keepdim: true }).shape).toEqual([2, 1]);
    expect(() => loose(x())[name]!({ dimm: 1 })).toThrow(new RegExp(`^${name}: there is no option "dimm". Did you mean dim\\?`));
    expect(() => loose(x())[name]!({ dim: 1 }, 1)).toThrow(ArgumentError);
    expect(() => loose(x())[name]!(1, true, true, true, true)).toThrow(ArgumentError);
  });

  it('of two results', () => {
    expect(x().max({ dim: 1 }).values.toArray()).toEqual([3, 6]);
    expect(max(x(), { dim: 0, keepdim: true }).indices.toArray()).toEqual([[1, 1, 1]]);
    expect(median(x(), { dim: 1 }).values.toArray()).toEqual([2, 5]);
    expect(x().sort({ descending: true }).values.toArray()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(sort(x(), 0, true).indices.toArray()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    expect(topk(x(), 1, { largest: false }).values.toArray()).toEqual([[1], [4]]);
    expect(x().topk({ k: 2, dim: 0 }).values.shape).toEqual([2, 3]);
  });

  it('of PyTorch with arguments of their own', () => {
    // torch.std(x, 1, False), torch.std(x, False), torch.std(x, 1, correction=0)
    for (const y of [std(x(), 1, false), std(x(), 1, { correction: 0 }), x().std({ axis: 1, unbiased: false })])
      expect(y.toArray()).toEqual([expect.closeTo(0.8165, 4), expect.closeTo(0.8165, 4)]);
    expect(std(x(), false).item()).toBeCloseTo(1.7078, 4);
    // torch.histc(torch.tensor([1., 2., 1.]), 4, 0, 3)
    expect(histc(tensor([1, 2, 1]), 4, 0, 3).toArray()).toEqual([0, 2, 1, 0]);
    expect(histc(tensor([1, 2, 1]), { bins: 4, min: 0, max: 3 }).toArray()).toEqual([0, 2, 1, 0]);
    expect(bincount(tensor([1, 1], { dtype: 'int64' }), { minlength: 4 }).toArray()).toEqual([0, 2, 0, 0]);
    expect(quantile(x(), 0.5, { dim: 1 }).toArray()).toEqual([2, 5]);
    expect(x().norm({ p: 1, dim: 1 }).toArray()).toEqual([6, 15]);
  });
});

describe('dims', () => {
  it('by name', () => {
    expect(cat([x(), x()], { dim: 1 }).shape).toEqual([2, 6]);
    expect(stack([x(), x()], { axis: -1 }).shape).toEqual([2, 3, 2]);
    expect(unbind(x(), { dim: 1 })).toHaveLength(3);
    expect(chunk(x(), 3, { dim: 1 })).toHaveLength(3);
    expect(split(x(), 1, { dim: 1 })).toHaveLength(3);
    expect(cumsum(x(), { dim: 0 }).toArray()).toEqual([
      [3, 1, 2],
      [9, 6, 6],
    ]);
  });

  it('and places of views, by name', () => {
    const y = zeros(2, 3, 5);
    expect(y.transpose({ dim0: 0, dim1: 2 }).shape).toEqual([5, 3, 2]);
    expect(transpose(y, { dim0: 0, dim1: 1 }).shape).toEqual([3, 2, 5]);
    expect(y.clone().transpose_({ dim0: 0, dim1: 1 }).shape).toEqual([3, 2, 5]);
    expect(permute(y, { dims: [2, 0, 1] }).shape).toEqual([5, 2, 3]);
    expect(y.permute({ dims: [2, 0, 1] }).shape).toEqual(y.permute(2, 0, 1).shape);
    expect(y.select({ dim: 1, index: 0 }).shape).toEqual([2, 5]);
    expect(y.narrow({ dim: 2, start: 1, length: 3 }).shape).toEqual([2, 3, 3]);
    expect(y.narrow(2, { start: 1, length: 3 }).shape).toEqual([2, 3, 3]);
    expect(y.flatten({ startDim: 1 }).shape).toEqual([2, 15]);
    expect(y.flatten({ endDim: 1 }).shape).toEqual([6, 5]);
    expect(y.reshape({ shape: [6, -1] }).shape).toEqual([6, 5]);
  });

  it('of flip, roll and meshgrid, as lists, one by one, or by name', () => {
    const flipped = [
      [4, 5, 6],
      [2, 1, 3],
    ];
    for (const y of [x().flip(0, 1), x().flip([0, 1]), x().flip({ dims: [0, 1] }), x().flip()]) expect(y.toArray()).toEqual(flipped);
    expect(x().flip({ dims: 1 }).toArray()).toEqual(flip(x(), 1).toArray());
    for (const y of [x().roll(1, 1), x().roll({ shifts: 1, dims: 1 }), x().roll([1], { dims: [1] })]) {
      expect(y.toArray()).toEqual([
        [2, 3, 1],
        [4, 6, 5],
      ]);
    }
    const [a, b] = [tensor([1, 2]), tensor([3, 4, 5])];
    expect(meshgrid(a, b).map((y) => y.toArray())).toEqual(meshgrid([a, b]).map((y) => y.toArray()));
    expect(meshgrid(a, b, { indexing: 'xy' })[0]!.shape).toEqual([3, 2]);
  });

  it('and indices, by name', () => {
    const index = tensor([[0], [2]], { dtype: 'int64' });
    for (const y of [x().gather(1, index), x().gather({ dim: 1, index }), x().gather(1, { index }), gather(x(), { axis: 1, index })])
      expect(y.toArray()).toEqual([[3], [4]]);
    const written = [
      [9, 1, 2],
      [6, 5, 9],
    ];
    const src = tensor([[9], [9]]);
    for (const y of [
      x().scatter(1, index, 9),
      x().scatter(1, index, { value: 9 }),
      x().scatter({ dim: 1, index, src }),
      x().scatter_({ dim: 1, index, src }),
    ])
      expect(y.toArray()).toEqual(written);
    expect(x().scatter({ dim: 1, index, src, reduce: 'add' }).toArray()).toEqual(x().scatterAdd({ dim: 1, index, src }).toArray());
    expect(
      x()
        .indexSelect({ dim: 1, index: tensor([2], { dtype: 'int64' }) })
        .toArray(),
    ).toEqual([[2], [4]]);
  });

  it('of unknown dtypes and absurd sizes are named errors', () => {
    expect(() => normal(4, 3, [2], { dtype: [] as never })).toThrow(DTypeError);
    expect(() => logspace(3, 2, 4, { dtype: 'x' as never })).toThrow('logspace: unknown dtype "x"');
    expect(() => F.fold(ones([2, 1, 2]), [1000, 2 ** 53 - 2], { kernelSize: 1 } as never)).toThrow('places of windows');
  });

  it('are not read past their number, but where map and reduce give more', () => {
    const loosely = (f: unknown) => f as (...args: unknown[]) => unknown;
    expect(() => loosely(mm)(x(), x().t(), { out: 1 })).toThrow('mm: there is no option "out". mm takes no options.');
    expect(() => loosely(exp)(x(), 2)).toThrow('exp: got 2 as one argument too many.');
    expect(() => loose(x()).clamp!(0, 1, { inplace: true })).toThrow('clamp: there is no option "inplace".');
    expect(() => loose(x()).relu!({ inplace: true })).toThrow('relu: there is no option "inplace".');
    expect(() => loose(x()).transpose!({ dim0: 0, dim_1: 1 })).toThrow('transpose: there is no option "dim_1". Did you mean dim1?');
    expect(() => loose(x()).transpose!(0, 1, 2)).toThrow('transpose: got 2 as one argument too many.');
    expect(() => new (nn.PixelShuffle as unknown as new (...a: unknown[]) => unknown)(2, { r: 1 })).toThrow(
      'PixelShuffle: there is no option "r". PixelShuffle takes upscaleFactor.',
    );
    expect([x(), x()].map(exp)).toHaveLength(2);
    expect([x(), x().t()].reduce(mm).shape).toEqual([2, 2]);
  });

  test.each<[() => unknown, string]>([
    [() => sum(5 as never), 'sum: x is 5, expected a Tensor.'],
    [() => fmax(1 as never, x()), 'fmax: a is 1, expected a Tensor.'],
    [() => x().add_(null as never, { alpha: 2 }), 'add_: the operand is null, expected a Tensor.'],
    [() => cat(5 as never), 'cat: tensors is 5, expected a list of Tensors.'],
    [() => cat(x() as never), 'cat: tensors is a Tensor of shape [2, 3], expected a list of Tensors. Write cat([…]).'],
    [() => stack([x(), [1, 2]] as never), 'stack: tensors[1] is a list, expected a Tensor. Make one with tensor(…).'],
    [() => split(x(), 'two' as never), 'split: sizes is "two"'],
    [() => histc(x(), ...([4, 0, 3, 7] as never)), 'histc: got 7 as one argument too many. histc takes bins, min, max.'],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});
