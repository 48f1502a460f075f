import { ArgumentError, meshgrid, pad, repeatInterleave, roll, ShapeError, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';
import { int, pattern } from '../../../test/helpers/tensors.js';

test('what nothing was done to has memory of its own', () => {
  const x = zeros([2, 2]);
  for (const copy of [x.repeat(1, 1), roll(x, 0, 0), x.flip([]), pad(x, [0, 0]), pad(x, [0, 0], { mode: 'replicate' })]) copy.fill_(1);
  expect(x.sum().item()).toBe(0);
});

test('triangles drop NaN', () => {
  expect(
    tensor([
      [1, Number.NaN],
      [2, 3],
    ])
      .tril()
      .toArray(),
  ).toEqual([
    [1, 0],
    [2, 3],
  ]);
});

test('errors', () => {
  expect(() => roll(pattern(2, 2), [1, 2], 0)).toThrow(ArgumentError);
  expect(() => pattern(2, 2).repeat(2)).toThrow(ShapeError);
  expect(() => pattern(2).tril()).toThrow(ShapeError);
  expect(() => pad(pattern(2, 2), [1])).toThrow(ShapeError);
  expect(() => pad(pattern(2), [-2, -1])).toThrow(ShapeError);
  expect(() => pad(pattern(1, 3), [3, 0], { mode: 'reflect' })).toThrow(
    /pad: reflect padding of 3 and 0 needs a larger dim than dim 1 of size 3/,
  );
  expect(() => pad(pattern(3), [1, 0], 'reflect')).toThrow(/pad: reflect padding \[1, 0\] of 1 dims needs .* x is \[3\]/);
  expect(() => pad(pattern(1, 3), [1, 0], 'circular', 2)).toThrow('pad: circular padding takes no value, got 2. Leave it out.');
  expect(() => pad(pattern(1, 3), [1, 0], 'mirror' as 'reflect')).toThrow(
    `pad: mode is "mirror", expected 'constant', 'reflect', 'replicate' or 'circular'.`,
  );
  expect(() => repeatInterleave(pattern(3), int([1, 2]), 0)).toThrow(ShapeError);
  expect(() => meshgrid([pattern(2, 2)])).toThrow(ShapeError);
});
