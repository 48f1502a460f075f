import { ArgumentError, nn, ones, randn, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';

const { invertPermutation, packPaddedSequence, packSequence, padPackedSequence, padSequence, unpackSequence, unpadSequence } = nn.utils.rnn;

describe('packed sequences', () => {
  const padded = tensor([
    [1, 2, 0],
    [3, 0, 0],
    [4, 5, 6],
  ]);
  const packed = packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });

  it('print as in PyTorch', () => {
    expect(String(packed)).toBe(
      'PackedSequence(data=tensor([4., 1., 3., 5., 2., 6.]), batch_sizes=tensor([3, 2, 1]), sorted_indices=tensor([2, 0, 1]), unsorted_indices=tensor([1, 2, 0]))',
    );
    expect(String(packSequence([tensor([1])]))).toContain('sorted_indices=None, unsorted_indices=None)');
  });

  it('come back in the order given', () => {
    const [back, lengths] = padPackedSequence(packed, { batchFirst: true });
    expect(back.toArray()).toEqual(padded.toArray());
    expect(lengths.toArray()).toEqual([2, 1, 3]);
    expect(lengths.dtype).toBe('int64');
    expect(unpackSequence(packed).map((x) => x.toArray())).toEqual([[1, 2], [3], [4, 5, 6]]);
  });

  it('take batchFirst by place', () => {
    expect(packPaddedSequence(padded, tensor([3n, 3n, 3n]), true).data.toArray()).toEqual([1, 3, 4, 2, 0, 5, 0, 0, 6]);
    expect(padPackedSequence(packed, true)[0].toArray()).toEqual(padded.toArray());
    expect(padSequence([ones([2]), ones([1])], true).shape).toEqual([2, 2]);
    expect(packSequence([ones([1]), ones([2])], false).data.shape).toEqual([3]);
  });

  it('change dtype', () => {
    expect(packed.double().data.dtype).toBe('float64');
    expect(packed.long().data.dtype).toBe('int64');
    expect(packed.int().float().data.dtype).toBe('float32');
    expect(packed.to('float32')).toBe(packed);
  });

  it('pass gradients, and none to the padding', () => {
    const x = randn([3, 2, 2], { dtype: 'float64', requiresGrad: true });
    const run = (x: Tensor) =>
      padPackedSequence(packPaddedSequence(x, [1, 3], { enforceSorted: false }), { paddingValue: 5, totalLength: 4 })[0];
    run(x).sum().backward();
    expect(x.grad!.select(1, 0).toArray()).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it('padding keeps dtype and gradient', () => {
    expect(padSequence([tensor([1n]), tensor([2n, 3n])]).toArray()).toEqual([
      [1, 2],
      [0, 3],
    ]);
  });
});

describe('misuse', () => {
  const x = zeros([3, 2, 1]);
  it.each<[string, () => unknown, typeof ShapeError | typeof ArgumentError, string]>([
    ['too few dims', () => packPaddedSequence(zeros([3]), [3]), ShapeError, 'input is [3], expected [time, batch, ...]'],
    ['nothing', () => packPaddedSequence(zeros([0, 2]), [0, 0]), ShapeError, 'no elements to pack'],
    ['another count', () => packPaddedSequence(x, [3]), ShapeError, 'got 1 lengths for a batch of 2'],
    ['length 0', () => packPaddedSequence(x, [3, 0]), ArgumentError, 'length 1 is 0, expected 1 to 3'],
    ['length beyond', () => packPaddedSequence(x, [4, 1]), ArgumentError, 'length 0 is 4, expected 1 to 3'],
    ['not sorted', () => packPaddedSequence(x, [1, 3]), ArgumentError, 'pass { enforceSorted: false }'],
    ['fractions', () => packPaddedSequence(x, [1.5, 1]), ArgumentError, 'lengths[0] is 1.5, expected a whole number'],
    ['lengths of two dims', () => packPaddedSequence(x, tensor([[3, 2]])), ShapeError, 'lengths is [1, 2], expected one dim'],
    ['a tensor for a packed one', () => padPackedSequence(x as never), ArgumentError, 'expected a PackedSequence'],
    [
      'total length',
      () => padPackedSequence(packPaddedSequence(x, [3, 1]), { totalLength: 2 }),
      ArgumentError,
      'expected a whole number of at least 3',
    ],
    ['no sequences', () => padSequence([]), ShapeError, 'got no sequences'],
    ['no tensors', () => padSequence([[1, 2]] as never), ArgumentError, 'expected an array of tensors'],
    ['other sizes', () => padSequence([zeros([2, 3]), zeros([2, 2])]), ShapeError, 'got [2, 3] and [2, 2] (sequence 1)'],
    ['numbers', () => padSequence([tensor(1)]), ShapeError, 'got [] and [] (sequence 0)'],
    ['side', () => padSequence([zeros([1])], { paddingSide: 'both' as never }), ArgumentError, "expected 'right' or 'left'"],
    ['unpadding', () => unpadSequence(x, [1]), ShapeError, 'got 1 lengths for 2 sequences'],
    ['no permutation', () => invertPermutation(tensor([0n, 0n])), ArgumentError, 'not a permutation of 0 to 1'],
  ])('%s', (_name, body, kind, text) => {
    expect(body).toThrow(kind);
    expect(body).toThrow(text);
  });
});
