import { empty, getRngState, manualSeed, rand, randint, randn, randperm } from 'hone';
import { expect, test } from 'vitest';
import { drawInt, drawNormal, drawOrder, drawRand, drawUniform } from './draws.js';

/** What tensors of one element give, in turn: the numbers that conformance has from PyTorch. */
const OF_TENSORS: readonly (() => number | number[])[] = [
  () => rand(1).item(),
  () => empty([1]).uniform_(-0.3, 7.1).item(),
  () => randint(0, 9, [1]).item(),
  () => randn(1).item(),
  () => randint(-5, 2 ** 40, [1]).item(),
  () => randperm(5).toArray() as number[],
  () => randint(3, 4, [1]).item(),
  () => empty([1]).normal_(1, 0.1).item(),
  () => randperm(1).toArray() as number[],
  () => rand(1).item(),
  () => empty([1]).uniform_(0.2, 0.2).item(),
  () => randint(-(2 ** 52), 2 ** 52, [1]).item(),
];
const DRAWN: readonly (() => number | number[])[] = [
  drawRand,
  () => drawUniform(-0.3, 7.1),
  () => drawInt(0, 9),
  () => drawNormal(),
  () => drawInt(-5, 2 ** 40),
  () => drawOrder(5),
  () => drawInt(3, 4),
  () => drawNormal(1, 0.1),
  () => drawOrder(1),
  drawRand,
  () => drawUniform(0.2, 0.2),
  () => drawInt(-(2 ** 52), 2 ** 52),
];

test('draws are those of tensors of one element, and leave the generator as they do', () => {
  manualSeed(3);
  // More than the 624 words of a block, so that the generator goes from one to the next in the middle.
  const expected = Array.from({ length: 900 }, (_, i) => OF_TENSORS[(i * 5) % OF_TENSORS.length]!());
  const state = getRngState();
  const next = randn(20).toArray();
  manualSeed(3);
  expect(Array.from({ length: 900 }, (_, i) => DRAWN[(i * 5) % DRAWN.length]!())).toEqual(expected);
  expect(getRngState()).toEqual(state);
  expect(randn(20).toArray()).toEqual(next);
});

test('several draws are those of a tensor of as many elements', () => {
  manualSeed(4);
  const expected = [...(rand(3).toArray() as number[]), ...(randint(0, 7, [3]).toArray() as number[]), ...(randn(3).toArray() as number[])];
  manualSeed(4);
  const several = (draw: () => number) => [draw(), draw(), draw()];
  expect([...several(drawRand), ...several(() => drawInt(0, 7)), ...several(drawNormal)]).toEqual(expected);
});

test('long orders are those of randperm, too', () => {
  manualSeed(5);
  const expected = randperm(3000).toArray();
  manualSeed(5);
  expect(drawOrder(3000)).toEqual(expected);
});

test('bounds that leave nothing are errors', () => {
  expect(() => drawInt(3, 3)).toThrow(/randint needs low < high/);
  expect(() => drawUniform(2, 1)).toThrow(/uniform needs low <= high/);
});
