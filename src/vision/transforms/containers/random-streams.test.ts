/** Python's `random` beside the default generator: it is saved and taken up with it. */
import { getRngState, manualSeed, randn, type Tensor, tensor } from 'hone';
import { transforms } from 'hone/vision';
import { beforeEach, expect, test } from 'vitest';
import { randomStates, restoreRandomStates } from '../../../tensor/create/random-streams.js';

const { RandomOrder, RandomChoice } = transforms;
const times = (factor: number) => (x: Tensor) => x.mul(factor);
const order = new RandomOrder([times(2), (x: Tensor) => x.add(1), times(3), (x: Tensor) => x.add(5)]);
const choice = new RandomChoice([times(2), times(3), times(5)]);
const some = () => Array.from({ length: 250 }, (_, i) => [order, choice].map((t) => (t.forward(tensor(i)) as Tensor).item()));

beforeEach(() => {
  manualSeed(5);
});

test('it goes on from where it stood', () => {
  some();
  const states = randomStates();
  const expected = [some(), randn(3).toArray(), getRngState()];
  manualSeed(77);
  some();
  restoreRandomStates(states);
  expect([some(), randn(3).toArray(), getRngState()]).toEqual(expected);
});

test('where it had not begun, it begins where the default generator was seeded', () => {
  randn(3);
  const states = randomStates();
  expect(Object.keys(states)).toEqual(['default']);
  const expected = some();
  manualSeed(77);
  some();
  restoreRandomStates(states);
  expect(some()).toEqual(expected);
});

test('what is no state of it is refused', () => {
  some();
  expect(() => restoreRandomStates({ ...randomStates(), python: 'x' })).toThrow(/pythonRandom: the state is "x"/);
  expect(() => restoreRandomStates({ ...randomStates(), python: new Int32Array(7) })).toThrow(/7 words, expected 625/);
});
