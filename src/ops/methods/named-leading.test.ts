/** Arguments that have no default come by name, too, as PyTorch's keywords do. */
import { ArgumentError, F, manualSeed, nn, randn, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

manualSeed(1);
const image = randn([1, 2, 6, 5]);
const row = randn([1, 2, 6]);
const volume = randn([1, 2, 4, 4, 4]);

test.each([
  ['unfold', () => F.unfold(image, { kernelSize: [2, 3], stride: 2 }), () => F.unfold(image, [2, 3], { stride: 2 })],
  [
    'fold',
    () => F.fold(zeros([1, 12, 4]).add(1), { outputSize: [4, 4], kernelSize: 2, stride: 2 }),
    () => F.fold(zeros([1, 12, 4]).add(1), [4, 4], 2, { stride: 2 }),
  ],
  [
    'fold, one by name',
    () => F.fold(zeros([1, 12, 4]).add(1), [4, 4], { kernelSize: 2, stride: 2 }),
    () => F.fold(zeros([1, 12, 4]).add(1), [4, 4], 2, { stride: 2 }),
  ],
  ['maxPool1d', () => F.maxPool1d(row, { kernelSize: 2 }), () => F.maxPool1d(row, 2)],
  ['maxPool2d', () => F.maxPool2d(image, { kernelSize: 3, stride: 1, padding: 1 }), () => F.maxPool2d(image, 3, 1, 1)],
  [
    'maxPool2d, places',
    () => F.maxPool2d(image, { kernelSize: 3, returnIndices: true })[1],
    () => F.maxPool2d(image, 3, { returnIndices: true })[1],
  ],
  ['maxPool3d', () => F.maxPool3d(volume, { kernelSize: 2 }), () => F.maxPool3d(volume, 2)],
  ['avgPool1d', () => F.avgPool1d(row, { kernelSize: 3, padding: 1 }), () => F.avgPool1d(row, 3, { padding: 1 })],
  [
    'avgPool2d',
    () => F.avgPool2d(image, { kernelSize: 3, stride: 2, divisorOverride: 2 }),
    () => F.avgPool2d(image, 3, { stride: 2, divisorOverride: 2 }),
  ],
  ['avgPool3d', () => F.avgPool3d(volume, { kernelSize: 2 }), () => F.avgPool3d(volume, 2)],
  ['lpPool1d', () => F.lpPool1d(row.abs(), { normType: 3, kernelSize: 2 }), () => F.lpPool1d(row.abs(), 3, 2)],
  ['lpPool2d', () => F.lpPool2d(image.abs(), { normType: 2, kernelSize: 2, stride: 1 }), () => F.lpPool2d(image.abs(), 2, 2, 1)],
  ['adaptiveAvgPool2d', () => F.adaptiveAvgPool2d(image, { outputSize: [2, null] }), () => F.adaptiveAvgPool2d(image, [2, null])],
  ['adaptiveMaxPool1d', () => F.adaptiveMaxPool1d(row, { outputSize: 4 }), () => F.adaptiveMaxPool1d(row, 4)],
  [
    'adaptiveMaxPool2d, places',
    () => F.adaptiveMaxPool2d(image, { outputSize: 2, returnIndices: true })[1],
    () => F.adaptiveMaxPool2d(image, 2, true)[1],
  ],
  ['pad', () => F.pad(image, { pad: [1, 2, 0, 1], mode: 'reflect' }), () => F.pad(image, [1, 2, 0, 1], 'reflect')],
])('%s', (_, named, placed) => {
  expect(named().equal(placed())).toBe(true);
});

test('maxUnpool2d', () => {
  const [y, places] = F.maxPool2d(image, 2, { returnIndices: true });
  expect(F.maxUnpool2d(y, places, { kernelSize: 2, outputSize: [6, 5] }).equal(F.maxUnpool2d(y, places, 2, { outputSize: [6, 5] }))).toBe(
    true,
  );
});

test('a name that there is not is refused, and one that is missing is named', () => {
  expect(() => F.unfold(image, { kernel_size: 2 } as never)).toThrow(ArgumentError);
  expect(() => F.unfold(image, { kernel_size: 2 } as never)).toThrow(/kernelSize/);
  expect(() => F.maxPool2d(image, { stride: 2 } as never)).toThrow(/kernelSize/);
  expect(() => F.adaptiveAvgPool2d(image, { outputSize: 2, size: 3 } as never)).toThrow(ArgumentError);
  expect(() => nn.functional.pad(tensor([1]), {} as never)).toThrow(/pad/);
});
