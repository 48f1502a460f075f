import { describe, expect, test } from 'vitest';
import { arange, F, HoneError, type Tensor, tensor } from '../../index.js';

const image = () => arange(16).float().reshape([1, 1, 4, 4]).requiresGrad_();
const weight = () => arange(4).float().add(1).reshape([1, 1, 2, 2]).requiresGrad_();

// Strides, dilations and paddings that dwarf the image cost what the windows see. Values and gradients from PyTorch where memory let it.
describe('convolutions whose windows stand far apart', () => {
  const cases: [string, (x: Tensor, w: Tensor) => Tensor, number[], number[], number[]][] = [
    ['stride 2^31', (x, w) => F.conv2d(x, w, { stride: 2 ** 31 }), [34], [1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 4, 5]],
    [
      'stride 20,000 and dilation 3',
      (x, w) => F.conv2d(x, w, { stride: 20_000, dilation: 3 }),
      [102],
      [1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4],
      [0, 3, 12, 15],
    ],
    [
      'stride and padding of 20,000',
      (x, w) => F.conv2d(x, w, { stride: 20_000, padding: 20_000 }),
      [0, 0, 0, 0, 34, 0, 0, 0, 0],
      [1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 1, 4, 5],
    ],
  ];
  test.each(cases)('%s', (_, run, values, gradX, gradW) => {
    const [x, w] = [image(), weight()];
    const y = run(x, w);
    expect(y.flatten().toArray()).toEqual(values);
    y.sum().backward();
    expect(x.grad!.flatten().toArray()).toEqual(gradX);
    expect(w.grad!.flatten().toArray()).toEqual(gradW);
  });

  test('one and three axes, and the case that ended the process', () => {
    const row = tensor([[[1, 2, 3, 4]]]);
    expect(F.conv1d(row, tensor([[[1, 10]]]), { stride: 10 ** 6, padding: 10 ** 6, dilation: 2 }).toArray()).toEqual([[[0, 31, 0]]]);
    const volume = arange(8).float().reshape([1, 1, 2, 2, 2]);
    const far = F.conv3d(volume, tensor([[[[[2]]]]]), { stride: 10 ** 6, padding: 10 ** 6 });
    expect(far.shape).toEqual([1, 1, 3, 3, 3]);
    expect(far.sum().item()).toBe(0); // the middle window stands on the first element, which is 0
    const none = F.conv2d(arange(20).float().reshape([2, 1, 5, 2]), arange(4).float().reshape([2, 1, 2, 1]), tensor([0, 0]), {
      stride: 2147483648,
      dilation: 3,
    });
    expect(none.flatten().toArray()).toEqual([6, 18, 16, 68]);
  });

  test('many strides and dilations of two axes agree with windows read one by one', () => {
    for (const [stride, dilation, padding] of [
      [2, 1, 0],
      [3, 2, 1],
      [2, 3, 2],
      [4, 1, 1],
      [5, 2, 3],
    ] as const) {
      const x = arange(98).float().sub(40).reshape([1, 2, 7, 7]).requiresGrad_();
      const w = arange(24).float().sub(11).reshape([2, 2, 3, 2]).requiresGrad_();
      const y = F.conv2d(x, w, { stride, dilation, padding });
      const columns = F.unfold(x, [3, 2], { stride, dilation, padding });
      const other = w.reshape([2, 12]).matmul(columns).reshape(y.shape);
      expect(y.flatten().toArray()).toEqual(other.flatten().toArray());
      const seed = arange(y.numel()).float().sub(3).reshape(y.shape);
      y.mul(seed).sum().backward();
      const [gx, gw] = [x.grad!.flatten().toArray(), w.grad!.flatten().toArray()];
      x.grad = null;
      w.grad = null;
      other.mul(seed).sum().backward();
      expect(gx).toEqual(x.grad!.flatten().toArray());
      expect(gw).toEqual(w.grad!.flatten().toArray());
    }
  });

  test('what no memory holds is refused at once', () => {
    const [x, w] = [image(), weight()];
    for (const options of [{ padding: 2 ** 31 }, { padding: 2 ** 52 }, { padding: 2 ** 40, stride: 2 ** 10 }])
      expect(() => F.conv2d(x, w, options)).toThrow(HoneError);
    expect(() => F.convTranspose2d(x, w, { stride: 2 ** 31 })).toThrow(HoneError);
    expect(F.convTranspose2d(image().slice(2, 0, 1).slice(3, 0, 1), w, { stride: 2 ** 31 }).shape).toEqual([1, 1, 2, 2]);
  });
});
