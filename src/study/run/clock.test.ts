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
    clock.startRun('a', []);
    wait(2);
    expect(clock.left(event(1, 'train', 1, 18))).toEqual({ run: 18, study: 18 });
    wait(8);
    clock.left(event(1, 'train', 5, 10));
    wait(1);
    // 4 steps of 1 s are left of this phase; the next epoch takes 15 s as this one will have.
    expect(clock.left(event(1, 'validation', 1)).run).toBeCloseTo(4 + 15, 9);
  });

  test('knows the whole once each variant ahead has run, or is running', () => {
    const { clock, event, wait } = wind();
    clock.startRun('a', ['b', 'a', 'b']);
    wait(2);
    expect(clock.left(event(1, 'train', 1, 28)).study).toBeUndefined();
    wait(28);
    clock.endRun();
    clock.startRun('b', ['a', 'b']);
    wait(4);
    // b: 4 s done and 16 left; then a, 30 s as before, and b again, 20 s.
    expect(clock.left(event(1, 'train', 1, 16))).toEqual({ run: 16, study: 16 + 30 + 20 });
    wait(16);
    clock.endRun();
    clock.startRun('a', ['b']);
    wait(3);
    // The first epoch of a variant that ran before: that run tells more than the steps so far.
    expect(clock.left(event(1, 'train', 1, 1000))).toEqual({ run: 27, study: 27 + 20 });
  });

  test('a run that takes longer than those before is never said to end in the past', () => {
    const { clock, event, wait } = wind();
    clock.startRun('a', ['a']);
    wait(5);
    clock.endRun();
    clock.startRun('a', []);
    wait(50);
    expect(clock.left(event(1, 'train', 1)).run).toBe(0);
  });
});
