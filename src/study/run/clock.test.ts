import { describe, expect, test } from 'vitest';
import type { StepEvent } from '../../train/callbacks/callback.js';
import { StudyClock } from './clock.js';

/** A clock that the test winds, and events of runs of two epochs: 10 s of training, 5 s of evaluation, each in 5 steps. */
function wind() {
  let now = 100;
  const clock = new StudyClock(() => now);
  const event = (epoch: number, phase: StepEvent['phase'], step: number, secondsLeft?: number): StepEvent => ({
    phase,
    epoch,
    epochs: 2,
    step,
    steps: 5,
    samples: 1,
    loss: 1,
    scores: { loss: 1 },
    samplesPerSecond: 1,
    secondsLeft,
    lr: [1],
  });
  return { clock, event, wait: (seconds: number) => (now += seconds) };
}

describe('StudyClock', () => {
  test('in the first run takes what fit tells, and in its evaluation counts what it has seen', () => {
    const { clock, event, wait } = wind();
    const run = clock.start('a', []);
    wait(2);
    expect(clock.left(run, event(1, 'train', 1, 18))).toEqual({ run: 18, study: 18 });
    wait(8);
    clock.left(run, event(1, 'train', 5, 10));
    wait(1);
    // 4 steps of 1 s are left of this phase; the next epoch takes 15 s as this one will have.
    expect(clock.left(run, event(1, 'validation', 1)).run).toBeCloseTo(4 + 15, 9);
  });

  test('knows the whole once each variant ahead has run, or is running', () => {
    const { clock, event, wait } = wind();
    const a = clock.start('a', ['b', 'a', 'b']);
    wait(2);
    expect(clock.left(a, event(1, 'train', 1, 28)).study).toBeUndefined();
    wait(28);
    clock.end(a);
    const b = clock.start('b', ['a', 'b']);
    wait(4);
    // b: 4 s done and 16 left; then a, 30 s as before, and b again, 20 s.
    expect(clock.left(b, event(1, 'train', 1, 16))).toEqual({ run: 16, study: 16 + 30 + 20 });
    wait(16);
    clock.end(b);
    const again = clock.start('a', ['b']);
    wait(3);
    // The first epoch of a variant that ran before: that run tells more than the steps so far.
    expect(clock.left(again, event(1, 'train', 1, 1000))).toEqual({ run: 27, study: 27 + 20 });
  });

  test('a run that takes longer than those before is never said to end in the past', () => {
    const { clock, event, wait } = wind();
    const first = clock.start('a', ['a']);
    wait(5);
    clock.end(first);
    const second = clock.start('a', []);
    wait(50);
    expect(clock.left(second, event(1, 'train', 1)).run).toBe(0);
  });

  test('of runs side by side the last one to end counts, those ahead going to whoever is free first', () => {
    const { clock, event, wait } = wind();
    const [a, b] = [clock.start('a', ['b', 'a']), clock.start('b', ['a', 'a', 'b'])];
    wait(10);
    expect(clock.left(a, event(1, 'train', 1, 20)).study).toBeUndefined(); // of b nothing is known
    // a: 20 s left, b: 5; then a (30 s) where b was, until 35, a (30 s) where a was, until 50, and b (15 s) until 50.
    expect(clock.left(b, event(1, 'train', 1, 5))).toEqual({ run: 5, study: 50 });
    wait(5);
    clock.end(b);
    clock.start('a', ['a', 'b']);
    expect(clock.left(a, event(1, 'train', 3, 15))).toEqual({ run: 15, study: undefined }); // the new run is the second a, and no a has ended
    wait(15);
    clock.end(a);
    const next = clock.start('a', ['b']);
    expect(clock.left(next, event(1, 'train', 1)).study).toBe(30);
    expect(clock.start('b', undefined)).toBeDefined();
    expect(clock.left(next, event(1, 'train', 1)).study).toBeUndefined();
  });
});
